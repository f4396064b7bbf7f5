/*
 * Where the rooms inside the filter manager meet: filter.c, instance.c, volume.c and callback.c call these at the turns
 * of their objects' lives; context.c, name.c and port.c fill them in their init (flt_init calls it). Any may be NULL.
 */
#ifndef OFM_FLTMGR_HOOKS_H
#define OFM_FLTMGR_HOOKS_H

#include "fltmgr/callback.h"

struct flt_hooks {
    /* context.c -------------------------------------------------------------------------------------------------- */
    /* FltRegisterFilter has copied the registration: check it, build tables (F-020, F-247). A failure fails registration. */
    NTSTATUS (*contexts_register)(PFLT_FILTER filter);
    /* The last step of FltUnregisterFilter before the memory goes. */
    void (*contexts_unregister)(PFLT_FILTER filter);
    /* After TeardownComplete (or a declined setup, F-073): unlink every context of the instance (F-286). */
    void (*contexts_instance_gone)(PFLT_INSTANCE instance);
    /* A filter has left the volume for good, or the volume is dismounted (F-278): its volume context goes. filter NULL: all. */
    void (*contexts_volume_gone)(PFLT_VOLUME volume, PFLT_FILTER filter);
    /* An io object with a context list ended (io_context_list_end). */
    void (*contexts_object_gone)(struct io_context_list *list);
    /* Contexts of the filter whose count is not zero: waits are explained with it (F-052). Also reports each when `report`. */
    unsigned long (*contexts_outstanding)(PFLT_FILTER filter, bool report);
    /* Waits until contexts_outstanding is 0; NULL means nothing to wait for. */
    void (*contexts_wait)(PFLT_FILTER filter);

    /* name.c ----------------------------------------------------------------------------------------------------- */
    /* Beside contexts_register (after it succeeded) and contexts_unregister: who makes names is counted (F-334). */
    void (*names_register)(PFLT_FILTER filter);
    void (*names_unregister)(PFLT_FILTER filter);
    /* The base has succeeded with a rename, link or delete (before posts run): cached names are void (F-309). */
    void (*names_changed)(struct io_operation *op);
    void (*names_instance_gone)(PFLT_INSTANCE instance);
    void (*names_volume_gone)(PFLT_VOLUME volume);

    /* port.c ----------------------------------------------------------------------------------------------------- */
    void (*ports_register)(PFLT_FILTER filter);
    /* FltUnregisterFilter began: disconnect and close what the driver left, wait for callbacks in progress (P-104). */
    void (*ports_unregister)(PFLT_FILTER filter);
};

extern struct flt_hooks flt_hooks;

#endif
