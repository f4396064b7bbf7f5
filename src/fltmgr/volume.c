/* Volumes: the filter manager's device on each, offering them to filters, their end (F-063 to F-076, F-185).
 */
#include "fltmgr/volume.h"
#include "fltmgr/callback.h"
#include "fltmgr/config.h"
#include "fltmgr/hooks.h"
#include "fltmgr/stack.h"
#include "ntoskrnl/ke/ke.h"
#include "rtl/status.h"

#include <stdlib.h>
#include <string.h>

static LIST_ENTRY volumes = {&volumes, &volumes}; /* flt_lock */

PFLT_VOLUME flt_volume_first(void)
{
    return volumes.Flink == &volumes ? NULL : CONTAINING_RECORD(volumes.Flink, struct _FLT_VOLUME, links);
}

PFLT_VOLUME flt_volume_next(PFLT_VOLUME volume)
{
    return volume->links.Flink == &volumes
               ? NULL
               : CONTAINING_RECORD(volume->links.Flink, struct _FLT_VOLUME, links);
}

/* ---- offers ---- */

struct offer {
    LIST_ENTRY links;
    PFLT_FILTER filter; /* only compared */
};

/* True the first time, unless the volume is going. Under flt_lock. */
static bool take_offer(PFLT_VOLUME volume, PFLT_FILTER filter)
{
    if (flt_is_going(&volume->object))
        return false;
    for (PLIST_ENTRY e = volume->offers.Flink; e != &volume->offers; e = e->Flink)
        if (CONTAINING_RECORD(e, struct offer, links)->filter == filter)
            return false;
    struct offer *offer = malloc(sizeof *offer);
    if (!offer)
        return false;
    offer->filter = filter;
    InsertTailList(&volume->offers, &offer->links);
    return true;
}

void flt_forget_offers(PFLT_FILTER filter)
{
    flt_lock_acquire();
    for (PFLT_VOLUME volume = flt_volume_first(); volume; volume = flt_volume_next(volume))
        for (PLIST_ENTRY e = volume->offers.Flink, next; e != &volume->offers; e = next) {
            struct offer *offer = CONTAINING_RECORD(e, struct offer, links);
            next = e->Flink;
            if (offer->filter != filter)
                continue;
            RemoveEntryList(&offer->links);
            free(offer);
        }
    flt_lock_release();
}

/* F-021 */
bool flt_volume_suits(PFLT_FILTER filter, PFLT_VOLUME volume)
{
    ULONG type = volume->io->device_type;
    bool pipes = type == FILE_DEVICE_NAMED_PIPE || type == FILE_DEVICE_MAILSLOT;
    return !pipes || (filter->registration.Flags & FLTFL_REGISTRATION_SUPPORT_NPFS_MSFS);
}

/* F-056: every definition that does not refuse automatic attachment */
static void attach_all(PFLT_FILTER filter, PFLT_VOLUME volume, FLT_INSTANCE_SETUP_FLAGS flags)
{
    struct flt_instance_definition definition;
    for (ULONG i = 0; flt_config_enumerate(&filter->name, i, &definition) != STATUS_NO_MORE_ENTRIES; i++) {
        if (!(definition.flags & FLT_INSTANCE_NO_AUTOMATIC) && definition.name.Length) {
            struct flt_attach attach = {filter, volume, NULL, &definition.name, flags};
            NTSTATUS status = flt_instance_attach(&attach, NULL);
            if (status == STATUS_OBJECT_NAME_COLLISION || status == STATUS_FLT_INSTANCE_NAME_COLLISION)
                ke_log(KE_LOG_WARNING, "%s: not attached by itself: name or altitude is taken (%s)",
                    filter->driver_name, rtl_status_name(status));
        }
        flt_config_free(&definition);
    }
}

/* The pair is pinned. */
static void offer(PFLT_FILTER filter, PFLT_VOLUME volume, FLT_INSTANCE_SETUP_FLAGS flags)
{
    flt_lock_acquire();
    bool first = filter->state == FLT_FILTER_STARTED && flt_volume_suits(filter, volume) && take_offer(volume, filter);
    flt_lock_release();
    if (first)
        attach_all(filter, volume, flags);
}

void flt_volumes_offer_to(PFLT_FILTER filter)
{
    flt_lock_acquire();
    PFLT_VOLUME volume = flt_volume_first();
    if (volume)
        flt_pin(&volume->object);
    flt_lock_release();
    while (volume) {
        offer(filter, volume, FLTFL_INSTANCE_SETUP_AUTOMATIC_ATTACHMENT);
        flt_lock_acquire();
        /* gone from the list meanwhile: again from the front, what was offered is not offered twice (F-076) */
        PFLT_VOLUME next = volume->listed ? flt_volume_next(volume) : flt_volume_first();
        if (next)
            flt_pin(&next->object);
        flt_lock_release();
        flt_unpin(&volume->object);
        volume = next;
    }
}

/* The started filter of the lowest altitude that was not offered the volume yet (F-075); pinned. None for a volume that is going. */
static PFLT_FILTER next_to_offer(PFLT_VOLUME volume)
{
    PFLT_FILTER found = NULL;
    flt_lock_acquire();
    for (PFLT_FILTER filter = flt_is_going(&volume->object) ? NULL : flt_filter_first(); filter;
         filter = flt_filter_next(filter)) {
        bool offered = false;
        for (PLIST_ENTRY e = volume->offers.Flink; e != &volume->offers; e = e->Flink)
            offered |= CONTAINING_RECORD(e, struct offer, links)->filter == filter;
        if (!offered && filter->state == FLT_FILTER_STARTED && flt_volume_suits(filter, volume))
            found = filter;
    }
    if (found)
        flt_pin(&found->object);
    flt_lock_release();
    return found;
}

static bool is_mine(PFLT_VOLUME volume)
{
    return __atomic_load_n(&volume->is_offering, __ATOMIC_ACQUIRE) &&
           pthread_equal(volume->offering, pthread_self());
}

void flt_volume_first_create(struct io_volume *io)
{
    PFLT_VOLUME volume = flt_volume_of(io);
    if (is_mine(volume)) /* an InstanceSetup opens a file: that create is not the first */
        return;
    pthread_mutex_lock(&volume->first_create);
    if (!__atomic_load_n(&io->offered, __ATOMIC_ACQUIRE)) {
        volume->offering = pthread_self();
        __atomic_store_n(&volume->is_offering, true, __ATOMIC_RELEASE);
        for (PFLT_FILTER filter; (filter = next_to_offer(volume));) {
            offer(filter, volume,
                FLTFL_INSTANCE_SETUP_AUTOMATIC_ATTACHMENT | FLTFL_INSTANCE_SETUP_NEWLY_MOUNTED_VOLUME);
            flt_unpin(&filter->object);
        }
        __atomic_store_n(&volume->is_offering, false, __ATOMIC_RELEASE);
        __atomic_store_n(&io->offered, true, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&volume->first_create);
}

/* ---- the mount itself: F-185 ---- */

/* Callbacks of a filter for IRP_MJ_VOLUME_MOUNT: there is no instance yet. */
static void tell_mount(PFLT_FILTER filter, PFLT_VOLUME volume, bool after, PVOID *context)
{
    const struct flt_entry *entry = &filter->entries[flt_slot((UCHAR)IRP_MJ_VOLUME_MOUNT)];
    struct flt_callback *cb = calloc(1, sizeof *cb);
    if (!cb)
        return;
    FLT_RELATED_OBJECTS objects = {.Size = sizeof objects, .Filter = filter, .Volume = volume};
    cb->kind = FLT_CALLBACK_DRAINED; /* nothing can be pended, queued or reissued */
    cb->flags = FLTFL_CALLBACK_DATA_FAST_IO_OPERATION | (after ? FLTFL_CALLBACK_DATA_POST_OPERATION : 0);
    cb->data.Flags = cb->flags;
    cb->iopb.MajorFunction = (UCHAR)IRP_MJ_VOLUME_MOUNT;
    cb->iopb.Parameters.MountVolume.DeviceType = volume->io->device_type;
    flt_set(&cb->data.Iopb, &cb->iopb);
    struct ke_scope outer = ke_callback_enter(
        filter->driver_name, after ? "PostOperation" : "PreOperation", "IRP_MJ_VOLUME_MOUNT");
    if (after && entry->post)
        entry->post(&cb->data, &objects, *context, 0);
    else if (!after && entry->pre && entry->pre(&cb->data, &objects, context) > FLT_PREOP_SUCCESS_NO_CALLBACK)
        ke_report(filter->driver_name, "PreOperation",
            "IRP_MJ_VOLUME_MOUNT: only success is an answer here (F-144)");
    ke_callback_leave(outer);
    free(cb);
}

#define MOST_TOLD 256

static void tell_mounted(PFLT_VOLUME volume)
{
    PFLT_FILTER told[MOST_TOLD];
    PVOID contexts[MOST_TOLD] = {0};
    unsigned count = 0;
    flt_lock_acquire();
    for (PFLT_FILTER filter = flt_filter_first(); filter && count < MOST_TOLD;
         filter = flt_filter_next(filter)) {
        const struct flt_entry *entry = &filter->entries[flt_slot((UCHAR)IRP_MJ_VOLUME_MOUNT)];
        if ((entry->pre || entry->post) && filter->state == FLT_FILTER_STARTED && flt_volume_suits(filter, volume) &&
            flt_reference(&filter->object))
            told[count++] = filter;
    }
    flt_lock_release();
    for (unsigned i = 0; i < count; i++)
        tell_mount(told[i], volume, false, &contexts[i]);
    for (unsigned i = count; i-- > 0;) {
        tell_mount(told[i], volume, true, &contexts[i]);
        flt_dereference(&told[i]->object);
    }
}

/* ---- life ---- */

static void free_volume(struct flt_object *object)
{
    PFLT_VOLUME volume = (PFLT_VOLUME)object;
    flt_stack_free_all(volume);
    pthread_mutex_destroy(&volume->first_create);
    io_volume_release(volume->io);
    free(volume);
}

NTSTATUS flt_volume_created(struct io_volume *io)
{
    PFLT_VOLUME volume = calloc(1, sizeof *volume);
    if (!volume)
        return STATUS_INSUFFICIENT_RESOURCES;
    volume->stack = flt_stack_empty();
    if (!volume->stack) {
        free(volume);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    flt_object_init(&volume->object, FLT_TYPE_VOLUME, free_volume);
    InitializeListHead(&volume->instances);
    InitializeListHead(&volume->offers);
    pthread_mutex_init(&volume->first_create, NULL);
    volume->io = io;
    volume->contexts = &io->contexts;
    io_volume_reference(io);
    volume->device =
        (struct io_device){.lower = io->top, .dispatch = flt_dispatch, .volume = io, .extension = volume};
    __atomic_store_n(&io->filter_data, volume, __ATOMIC_RELEASE); /* the device's name may be opened already */
    __atomic_store_n(&io->top, &volume->device, __ATOMIC_RELEASE);
    flt_lock_acquire();
    InsertTailList(&volumes, &volume->links);
    volume->listed = true;
    flt_lock_release();
    tell_mounted(volume);
    return STATUS_SUCCESS;
}

static void send_plain(struct io_volume *io, UCHAR major)
{
    if (!io_volume_wants(io, major))
        return;
    struct io_operation *op = io_operation_new(io, major, 0, NULL);
    if (!op)
        return;
    if (major == (UCHAR)IRP_MJ_VOLUME_DISMOUNT)
        op->callback_flags = FLTFL_CALLBACK_DATA_FAST_IO_OPERATION;
    io_send_and_wait(op);
    io_operation_free(op);
}

void flt_volume_shutdown(struct io_volume *io)
{
    send_plain(io, IRP_MJ_SHUTDOWN);
}

static void forget_all_offers(PFLT_VOLUME volume)
{
    flt_lock_acquire();
    while (!IsListEmpty(&volume->offers))
        free(CONTAINING_RECORD(RemoveHeadList(&volume->offers), struct offer, links));
    flt_lock_release();
}

void flt_volume_gone(struct io_volume *io)
{
    PFLT_VOLUME volume = flt_volume_of(io);
    if (!volume || !flt_begin_teardown(&volume->object))
        return;
    send_plain(io, (UCHAR)IRP_MJ_VOLUME_DISMOUNT);
    for (PFLT_INSTANCE instance; (instance = flt_instance_first_on(volume));) {
        flt_instance_teardown(instance, FLTFL_INSTANCE_TEARDOWN_VOLUME_DISMOUNT);
        flt_unpin(&instance->object);
    }
    if (flt_hooks.contexts_volume_gone)
        flt_hooks.contexts_volume_gone(volume, NULL);
    if (flt_hooks.names_volume_gone)
        flt_hooks.names_volume_gone(volume);
    forget_all_offers(volume);
}

/* No file is open any more, no operation runs: it leaves the list (P-136), and the object goes with its last reference. */
void flt_volume_unused(struct io_volume *io)
{
    PFLT_VOLUME volume = flt_volume_of(io);

    flt_stack_settle(volume); /* arrays that were walked at the last change pin instances, and those this volume */
    flt_lock_acquire();
    RemoveEntryList(&volume->links);
    volume->listed = false;
    flt_lock_release();
    flt_unpin(&volume->object);
}
