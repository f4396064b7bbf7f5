/*
 * A slot's life: made with its first server, closed with its last (M-122), freed with the last that refers to
 * it. The states and what leads from one to the other stand in inner.h. slot->lock guards everything that
 * changes; nothing is completed, freed in bulk or told to other rooms while it is held.
 */
#include "msfs/inner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static uint32_t slots_alive; /* __atomic */

static bool count_slot(void)
{
    if (__atomic_add_fetch(&slots_alive, 1, __ATOMIC_RELAXED) <= msfs_settings.slots)
        return true;
    __atomic_sub_fetch(&slots_alive, 1, __ATOMIC_RELAXED);
    return false;
}

static void start_stream(struct msfs_slot *slot)
{
    FSRTL_ADVANCED_FCB_HEADER *header = &slot->stream.header;
    header->NodeTypeCode = 0x4d53;
    header->NodeByteSize = sizeof *header;
    header->Flags2 = FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS;
    header->FastMutex = &slot->header_mutex;
    InitializeListHead(&header->FilterContexts);
    slot->stream.file_contexts.owner = IO_CONTEXT_FILE;
    slot->stream.stream_contexts.owner = IO_CONTEXT_STREAM;
}

/* M-72: both spellings of "for ever" are kept as one. */
static LARGE_INTEGER timeout_of(const MAILSLOT_CREATE_PARAMETERS *parameters)
{
    LARGE_INTEGER timeout = parameters->ReadTimeout;
    if (!parameters->TimeoutSpecified || timeout.QuadPart == MAXLONGLONG)
        timeout.QuadPart = MSFS_FOREVER;
    return timeout;
}

struct msfs_slot *msfs_slot_new(PCUNICODE_STRING name, const MAILSLOT_CREATE_PARAMETERS *parameters)
{
    if (!count_slot())
        return NULL;
    struct msfs_slot *slot = calloc(1, sizeof *slot + name->Length);
    if (!slot) {
        __atomic_sub_fetch(&slots_alive, 1, __ATOMIC_RELAXED);
        return NULL;
    }
    slot->references = 1;
    slot->name = (UNICODE_STRING){name->Length, name->Length, (PWCH)(slot + 1)};
    memcpy(slot->name.Buffer, name->Buffer, name->Length);
    slot->hash = msfs_names_hash(name);
    slot->maximum = parameters->MaximumMessageSize;
    slot->quota = parameters->MailslotQuota;
    slot->timeout = timeout_of(parameters);
    slot->created.QuadPart = (LONGLONG)ke_system_time();
    slot->accessed = slot->written = slot->changed = slot->created;
    InitializeListHead(&slot->reads);
    InitializeListHead(&slot->watches);
    start_stream(slot);
    return slot;
}

void msfs_slot_reference(struct msfs_slot *slot)
{
    __atomic_add_fetch(&slot->references, 1, __ATOMIC_RELAXED);
}

void msfs_slot_release(struct msfs_slot *slot)
{
    if (__atomic_sub_fetch(&slot->references, 1, __ATOMIC_ACQ_REL))
        return;
    io_context_list_end(&slot->stream.stream_contexts);
    io_context_list_end(&slot->stream.file_contexts);
    msfs_block_drop(msfs_queue_clear(&slot->queue));
    free(slot->spare_read);
    if (slot->descriptor)
        ExFreePool(slot->descriptor);
    free(slot);
    __atomic_sub_fetch(&slots_alive, 1, __ATOMIC_RELAXED);
}

/* ---- states; the lock is held ---- */

static bool may_follow(enum msfs_state from, enum msfs_state to)
{
    switch (from) {
    case MSFS_EMPTY:
        return to != MSFS_EMPTY;
    case MSFS_FILLED:
    case MSFS_WAITED:
        return to == MSFS_EMPTY || to == MSFS_CLOSED;
    case MSFS_CLOSED:
        return false;
    }
    return false;
}

void msfs_slot_enter(struct msfs_slot *slot, enum msfs_state state)
{
    assert(may_follow((enum msfs_state)slot->state, state));
    assert((state == MSFS_WAITED) == !IsListEmpty(&slot->reads));
    __atomic_store_n(&slot->state, (uint32_t)state, __ATOMIC_RELEASE); /* pairs with msfs_slot_state */
}

void msfs_slot_tell(struct msfs_slot *slot, bool gone)
{
    for (PLIST_ENTRY e = slot->watches.Flink, next; e != &slot->watches; e = next) {
        struct msfs_watch *watch = CONTAINING_RECORD(e, struct msfs_watch, links);
        next = e->Flink;
        watch->ready(watch, gone);
    }
}

/* ---- the end ---- */

/* Takes the waiting reads of this file (NULL: all) out and chains them. */
static void take_reads(struct msfs_slot *slot, PFILE_OBJECT file, PLIST_ENTRY taken)
{
    InitializeListHead(taken);
    for (struct msfs_read *read; (read = msfs_wait_take(slot, file));)
        InsertTailList(taken, &read->links);
}

static void cancel_reads(PLIST_ENTRY taken)
{
    while (!IsListEmpty(taken)) {
        struct msfs_read *read = CONTAINING_RECORD(RemoveHeadList(taken), struct msfs_read, links);
        msfs_wait_end(read, STATUS_CANCELLED, 0); /* M-98 */
    }
}

/* M-122, M-123: no message and no reader outlives the last server. */
static struct msfs_block *close_slot(struct msfs_slot *slot)
{
    slot->counters.dropped += slot->queue.messages;
    struct msfs_block *dropped = msfs_queue_clear(&slot->queue);
    msfs_slot_enter(slot, MSFS_CLOSED);
    msfs_slot_tell(slot, true);
    return dropped;
}

static void end(struct msfs_slot *slot, PFILE_OBJECT file, bool last)
{
    LIST_ENTRY taken;
    struct msfs_block *dropped = NULL;
    ke_lock(&slot->lock);
    take_reads(slot, file, &taken);
    if (file)
        last = --slot->servers == 0;
    bool closes = last && slot->state != MSFS_CLOSED;
    if (closes)
        dropped = close_slot(slot);
    ke_unlock(&slot->lock);
    if (closes)
        msfs_names_remove(slot);
    msfs_block_drop(dropped);
    cancel_reads(&taken);
}

void msfs_slot_server_gone(struct msfs_slot *slot, PFILE_OBJECT file)
{
    end(slot, file, false);
}

void msfs_slot_end(struct msfs_slot *slot)
{
    end(slot, NULL, true);
}

/* ---- what others see ---- */

void msfs_slot_describe(struct msfs_slot *slot, struct msfs_slot_info *info)
{
    const void *bytes;
    uint32_t length;
    ke_lock(&slot->lock);
    *info = (struct msfs_slot_info){
        .name = slot->name,
        .messages = slot->queue.messages,
        .next_size = msfs_queue_first(&slot->queue, &bytes, &length) ? length : MAILSLOT_NO_MESSAGE,
        .bytes = slot->queue.bytes,
        .maximum = slot->maximum,
        .quota = slot->quota,
        .read_timeout = slot->timeout,
        .servers = slot->servers,
        .clients = slot->clients,
        .waiting_reads = slot->waiting,
        .created = slot->created,
        .counters = slot->counters,
    };
    ke_unlock(&slot->lock);
}

static struct msfs_slot *slot_of(PFILE_OBJECT file)
{
    struct msfs_open *open = msfs_open_of(file);
    return open ? open->slot : NULL;
}

NTSTATUS msfs_query_slot(PFILE_OBJECT file, struct msfs_slot_info *info)
{
    struct msfs_slot *slot = slot_of(file);
    if (!slot)
        return STATUS_INVALID_PARAMETER;
    msfs_slot_describe(slot, info);
    return STATUS_SUCCESS;
}

bool msfs_is_server(PFILE_OBJECT file)
{
    struct msfs_open *open = msfs_open_of(file);
    return open && open->kind == MSFS_SERVER;
}

NTSTATUS msfs_watch_start(
    PFILE_OBJECT file, struct msfs_watch *watch, void (*ready)(struct msfs_watch *, bool))
{
    struct msfs_slot *slot = slot_of(file);
    if (!slot)
        return STATUS_INVALID_PARAMETER;
    watch->ready = ready;
    ke_lock(&slot->lock);
    InsertTailList(&slot->watches, &watch->links);
    if (slot->state == MSFS_FILLED || slot->state == MSFS_CLOSED)
        ready(watch, slot->state == MSFS_CLOSED);
    ke_unlock(&slot->lock);
    return STATUS_SUCCESS;
}

void msfs_watch_stop(PFILE_OBJECT file, struct msfs_watch *watch)
{
    struct msfs_slot *slot = slot_of(file);
    if (!slot)
        return;
    ke_lock(&slot->lock);
    RemoveEntryList(&watch->links);
    ke_unlock(&slot->lock);
}

void msfs_enumerate(bool (*each)(const struct msfs_slot_info *, void *), void *context)
{
    bool go_on = true;
    for (unsigned i = 0; i < MSFS_STRIPES; i++) {
        struct msfs_slot **slots;
        size_t count;
        if (!msfs_names_stripe(i, &slots, &count))
            continue;
        for (size_t n = 0; n < count; n++) {
            struct msfs_slot_info info;
            msfs_slot_describe(slots[n], &info);
            if (go_on && msfs_slot_state(slots[n]) != MSFS_CLOSED)
                go_on = each(&info, context);
            msfs_slot_release(slots[n]);
        }
        free(slots);
    }
}
