/* A volume as filters see it: the filter manager's device on top of an io_volume, with the array of its instances. */
#ifndef OFM_FLTMGR_VOLUME_H
#define OFM_FLTMGR_VOLUME_H

#include "fltmgr/object.h"
#include "ntoskrnl/io/io.h"

#include <pthread.h>

struct flt_stack;

#define FLT_NAME_COUNTERS 66

struct _FLT_VOLUME {
    struct flt_object object;
    struct io_volume *io;            /* referenced until the object is freed */
    struct io_device device;         /* on top of the stack */
    struct flt_stack *stack;         /* RCU: publish with ke_publish, read with ke_fetch; never NULL */
    struct flt_stack *retired;       /* arrays replaced but perhaps still walked; under flt_lock */
    LIST_ENTRY links;                /* all volumes, oldest first, also the dismounted with open files; flt_lock */
    bool listed;                     /* there; flt_lock */
    LIST_ENTRY instances;            /* highest altitude first, also those being attached or torn down; flt_lock */
    LIST_ENTRY offers;               /* filters it was offered to: never again by itself (F-076); flt_lock */
    pthread_mutex_t first_create;    /* held while filters are offered a new volume: other creates wait (F-074) */
    pthread_t offering;              /* the thread that does: its own creates pass; valid while is_offering */
    bool is_offering;                /* __atomic */
    struct io_context_list *contexts;/* = &io->contexts: one context for each filter */
    uint32_t name_changes[FLT_NAME_COUNTERS]; /* __atomic; name.c: counts of renames, which make cached names stale (F-309) */
};

/* Both under flt_lock. */
PFLT_VOLUME flt_volume_first(void);
PFLT_VOLUME flt_volume_next(PFLT_VOLUME volume);

static inline PFLT_VOLUME flt_volume_of(struct io_volume *io)
{
    return (PFLT_VOLUME)__atomic_load_n(&io->filter_data, __ATOMIC_ACQUIRE); /* set by flt_volume_created */
}

/* Called through io's upcalls. */
NTSTATUS flt_volume_created(struct io_volume *io);
void flt_volume_first_create(struct io_volume *io);
void flt_volume_gone(struct io_volume *io);
void flt_volume_shutdown(struct io_volume *io);
void flt_volume_unused(struct io_volume *io);

/* A filter is gone: forgets that volumes were offered to it. */
void flt_forget_offers(PFLT_FILTER filter);

/* F-021: pipes and mailslots are for filters that asked for them. */
bool flt_volume_suits(PFLT_FILTER filter, PFLT_VOLUME volume);

/* Offers every existing volume to a filter that starts (F-028). */
void flt_volumes_offer_to(PFLT_FILTER filter);

#endif
