/* The volume \Device\Mailslot: its start and end, its settings, and the table from major codes to the files
 * of this room. */
#include "msfs/inner.h"
#include "ntoskrnl/ob/ob.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t life_lock = PTHREAD_MUTEX_INITIALIZER; /* starting and stopping */
static struct io_volume *volume;                              /* __atomic */
static struct io_stream volume_stream, root_stream;
static FAST_MUTEX header_mutex;

static const struct io_base_ops ops = {.file_system_name = "msfs"};
static const char16_t *const links[] = {u"\\??\\MAILSLOT", u"\\??\\mailslot"};

/* ---- settings ---- */

#define DEFAULTS                                                                                             \
    {                                                                                                        \
        .open_existing = true, .enforce_quota = true, .directory = true, .peek = true,                       \
        .oversize_status = STATUS_INVALID_PARAMETER, .stale_status = STATUS_FILE_FORCED_CLOSED,              \
        .slot_bytes = (size_t)256 << 20, .total_bytes = (size_t)1 << 30, .slots = 1000000                    \
    }
const struct msfs_settings msfs_default_settings = DEFAULTS;
struct msfs_settings msfs_settings = DEFAULTS;

/* ---- what the room's files share ---- */

NTSTATUS msfs_done(struct io_operation *op, NTSTATUS status, ULONG_PTR information)
{
    op->base_errno = 0;
    op->base_status = status;
    op->iosb.Status = status;
    op->iosb.Information = information;
    return status;
}

/* A filter that swaps buffers gives the MDL of its own one; a locked buffer's address is the MDL's. */
void *msfs_buffer(PMDL mdl, void *buffer)
{
    return mdl ? MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) : buffer;
}

struct msfs_open *msfs_open_of(PFILE_OBJECT file)
{
    struct msfs_open *open = file ? file->FsContext2 : NULL;
    struct io_volume *of = file ? io_file_of(file)->volume : NULL;
    bool ours = open && of && of->ops == &ops;
    return ours && open->signature == MSFS_TAG ? open : NULL;
}

struct io_stream *msfs_volume_stream(void)
{
    return &volume_stream;
}

struct io_stream *msfs_root_stream(void)
{
    return &root_stream;
}

/* ---- dispatch ---- */

/* M-111: nothing to do, on either side. */
static NTSTATUS flush(struct msfs_open *open, struct io_operation *op)
{
    return msfs_done(op, STATUS_SUCCESS, 0);
}

static msfs_operation *const operations[] = {
    [IRP_MJ_CLOSE] = msfs_close,
    [IRP_MJ_READ] = msfs_read,
    [IRP_MJ_WRITE] = msfs_write,
    [IRP_MJ_QUERY_INFORMATION] = msfs_query_information,
    [IRP_MJ_SET_INFORMATION] = msfs_set_information,
    [IRP_MJ_FLUSH_BUFFERS] = flush,
    [IRP_MJ_DIRECTORY_CONTROL] = msfs_directory_control,
    [IRP_MJ_FILE_SYSTEM_CONTROL] = msfs_fs_control,
    [IRP_MJ_CLEANUP] = msfs_cleanup,
    [IRP_MJ_QUERY_SECURITY] = msfs_query_security,
    [IRP_MJ_SET_SECURITY] = msfs_set_security,
};

/* Operations that need no open of ours. Msfs has no fast I/O (M-39): a filter's is answered as not possible
 * here. */
static NTSTATUS volume_operation(struct io_operation *op)
{
    switch (op->iopb.MajorFunction) {
    case IRP_MJ_CREATE_MAILSLOT:
        return msfs_create(op);
    case IRP_MJ_CREATE:
        return msfs_open_client(op);
    case IRP_MJ_QUERY_VOLUME_INFORMATION:
        return msfs_query_volume_information(op);
    case IRP_MJ_SHUTDOWN:
        return msfs_done(op, STATUS_SUCCESS, 0);
    default:
        return msfs_done(op, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

static NTSTATUS dispatch(struct io_device *device, struct io_operation *op)
{
    UCHAR major = op->iopb.MajorFunction;
    msfs_operation *operation = major < RTL_NUMBER_OF(operations) ? operations[major] : NULL;
    if (op->callback_flags & FLTFL_CALLBACK_DATA_FAST_IO_OPERATION)
        return msfs_done(op, STATUS_FLT_DISALLOW_FAST_IO, 0);
    if (!operation)
        return volume_operation(op);
    struct msfs_open *open = msfs_open_of(op->iopb.TargetFileObject);
    if (!open) /* a filter that completed the create itself left no open here (M-48) */
        return msfs_done(op, STATUS_INVALID_DEVICE_REQUEST, 0);
    return operation(open, op);
}

/* ---- life ---- */

static void start_stream(struct io_stream *stream, bool directory)
{
    *stream = (struct io_stream){.is_directory = directory};
    stream->header.NodeTypeCode = 0x4d56;
    stream->header.NodeByteSize = sizeof stream->header;
    stream->header.Flags2 = FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS;
    stream->header.FastMutex = &header_mutex;
    InitializeListHead(&stream->header.FilterContexts);
    stream->file_contexts.owner = IO_CONTEXT_FILE;
    stream->stream_contexts.owner = IO_CONTEXT_STREAM;
}

static void end_stream(struct io_stream *stream)
{
    io_context_list_end(&stream->stream_contexts);
    io_context_list_end(&stream->file_contexts);
}

/* M-07: both spellings, for names that are looked up with their case. */
static NTSTATUS link_names(struct io_volume *made)
{
    NTSTATUS status = STATUS_SUCCESS;
    for (unsigned i = 0; i < RTL_NUMBER_OF(links) && NT_SUCCESS(status); i++) {
        UNICODE_STRING link;
        RtlInitUnicodeString(&link, links[i]);
        status = ob_make_exact_symlink(&link, &made->device_name);
    }
    return status;
}

static void unlink_names(void)
{
    for (unsigned i = 0; i < RTL_NUMBER_OF(links); i++) {
        UNICODE_STRING link;
        RtlInitUnicodeString(&link, links[i]);
        ob_delete_symlink(&link);
    }
}

static NTSTATUS start(void)
{
    struct io_volume_options options = {.file_system_type = FLT_FSTYPE_MSFS};
    struct io_volume *made;
    start_stream(&volume_stream, false);
    start_stream(&root_stream, true);
    __atomic_store_n(&msfs_queue_bound, msfs_settings.total_bytes, __ATOMIC_RELAXED);
    NTSTATUS status =
        io_volume_create(&ops, dispatch, NULL, u"\\Device\\Mailslot", FILE_DEVICE_MAILSLOT, &options, &made);
    if (!NT_SUCCESS(status))
        return status;
    made->case_insensitive = true; /* M-14 */
    made->sector_size = 1;
    __atomic_store_n(&volume, made, __ATOMIC_RELEASE);
    status = link_names(made);
    if (!NT_SUCCESS(status)) {
        unlink_names();
        __atomic_store_n(&volume, NULL, __ATOMIC_RELEASE);
        io_volume_dismount(made, true);
    }
    return status;
}

NTSTATUS msfs_start(void)
{
    pthread_mutex_lock(&life_lock);
    NTSTATUS status = volume ? STATUS_SUCCESS : start();
    pthread_mutex_unlock(&life_lock);
    return status;
}

static void end_all_slots(void)
{
    for (unsigned i = 0; i < MSFS_STRIPES; i++) {
        struct msfs_slot **slots;
        size_t count;
        if (!msfs_names_stripe(i, &slots, &count))
            continue;
        for (size_t n = 0; n < count; n++) {
            msfs_slot_end(slots[n]);
            msfs_slot_release(slots[n]);
        }
        free(slots);
    }
}

void msfs_stop(void)
{
    pthread_mutex_lock(&life_lock);
    struct io_volume *gone = volume;
    if (gone) {
        unlink_names();
        io_volume_dismount(gone, true);
        end_all_slots();
        msfs_names_trim();
        end_stream(&volume_stream);
        end_stream(&root_stream);
        __atomic_store_n(&volume, NULL, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&life_lock);
}

struct io_volume *msfs_volume(void)
{
    return __atomic_load_n(&volume, __ATOMIC_ACQUIRE);
}
