/* Files of the manager as handles of Win32: what ReadFile, DeviceIoControl, CancelIo and CloseHandle become.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel32/ntfile.h"
#include "kernel32/thread.h"
#include "kernel32/wait.h"
#include "ntstatus.h"
#include "winioctl.h"

static struct k32_nt_file *file_of(struct k32_object *object)
{
    return (struct k32_nt_file *)object;
}

/* The last handle: waits until IRP_MJ_CLEANUP has been done, so that a name is free when CloseHandle returns
 * (M-122). */
static void close_file(struct k32_object *object)
{
    struct k32_nt_file *file = file_of(object);
    struct k32_nt_call call = {.wire.op = WIRE_FILE_CLOSE};

    k32_nt_call(file, &call);
    pthread_mutex_lock(&file->lock);
    file->closed = true;
    if (IsListEmpty(&file->calls))
        k32_nt_retire(file);
    pthread_mutex_unlock(&file->lock);
}

static void destroy_file(struct k32_object *object)
{
    struct k32_nt_file *file = file_of(object);

    close(file->socket);
    chan_rooms_destroy(&file->rooms);
    k32_lane_forget(&file->lane);
    free(file->room);
    pthread_mutex_destroy(&file->lock);
    pthread_mutex_destroy(&file->rooms_lock);
    pthread_cond_destroy(&file->answered);
    free(file);
}

/* --- the three ways of a call --- */

static void set_offset(struct k32_nt_call *call, const OVERLAPPED *overlapped)
{
    call->wire.offset = (int64_t)overlapped->Offset | (int64_t)overlapped->OffsetHigh << 32;
    call->wire.flags |= WIRE_FILE_AT;
}

/* Bytes told to the caller: those of a call that failed are none. */
static uint32_t bytes_of(const struct k32_nt_call *call, NTSTATUS status)
{
    return NT_ERROR(status) ? 0 : (uint32_t)call->information;
}

static void overlapped_completed(struct k32_nt_call *call)
{
    k32_io_complete(&call->io, call->status, (ULONG_PTR)(NT_ERROR(call->status) ? 0 : call->information));
    free(call);
}

/* A call that failed at once is told by the function alone; any other way of ending sets event, file and
 * port. */
static NTSTATUS run_overlapped(
    struct k32_nt_file *file, const struct k32_nt_call *from, uint32_t *done, OVERLAPPED *overlapped)
{
    struct k32_nt_call *call = malloc(sizeof *call);

    if (!call)
        return STATUS_NO_MEMORY;
    *call = *from;
    call->overlapped = overlapped;
    call->completed = overlapped_completed;
    NTSTATUS status = k32_io_begin(&call->io, &file->object, overlapped);
    if (!NT_SUCCESS(status)) {
        free(call);
        return status;
    }
    status = file->overlapped ? k32_nt_start(file, call) : k32_nt_call(file, call);
    if (status == STATUS_PENDING)
        return status;
    *done = bytes_of(call, status);
    if (NT_ERROR(status))
        k32_io_abandon(&call->io, status);
    else
        k32_io_complete(&call->io, status, *done);
    free(call);
    return status;
}

static NTSTATUS run(
    struct k32_nt_file *file, struct k32_nt_call *call, uint32_t *done, OVERLAPPED *overlapped)
{
    if (overlapped)
        return run_overlapped(file, call, done, overlapped);
    NTSTATUS status = k32_nt_call(file, call);
    *done = bytes_of(call, status);
    return status;
}

static NTSTATUS transfer(
    struct k32_object *object, struct k32_nt_call *call, uint32_t *done, OVERLAPPED *overlapped)
{
    struct k32_nt_file *file = file_of(object);

    if (overlapped)
        set_offset(call, overlapped);
    else if (file->overlapped)
        call->wire.flags |= WIRE_FILE_AT; /* no file pointer: what has an offset begins at 0 */
    return run(file, call, done, overlapped);
}

/* Without an OVERLAPPED the end of the file is no error. */
static NTSTATUS read_file(
    struct k32_object *object, void *buffer, uint32_t count, uint32_t *done, OVERLAPPED *overlapped)
{
    struct k32_nt_call call = {.wire = {.op = WIRE_FILE_READ, .out_length = count}, .out = buffer};
    NTSTATUS status = transfer(object, &call, done, overlapped);

    return status == STATUS_END_OF_FILE && !overlapped ? STATUS_SUCCESS : status;
}

static NTSTATUS write_file(
    struct k32_object *object, const void *buffer, uint32_t count, uint32_t *done, OVERLAPPED *overlapped)
{
    struct k32_nt_call call = {.wire = {.op = WIRE_FILE_WRITE, .in_length = count}, .in = buffer};

    return transfer(object, &call, done, overlapped);
}

/* With direct and neither I/O the driver has the caller's output buffer itself: what is in it goes there,
 * whatever is written comes back. */
static NTSTATUS control_file(struct k32_object *object, uint32_t code, const void *in, uint32_t in_size,
    void *out, uint32_t out_size, uint32_t *done, OVERLAPPED *overlapped)
{
    bool file_system = code >> 16 == FILE_DEVICE_FILE_SYSTEM;
    struct k32_nt_call call = {.wire = {.op = file_system ? WIRE_FILE_FS_CONTROL : WIRE_FILE_DEVICE_CONTROL,
                                   .code = code,
                                   .in_length = in_size,
                                   .out_length = out_size},
        .in = in,
        .out = out};

    if ((code & 3) != METHOD_BUFFERED && out_size)
        call.wire.flags |= WIRE_FILE_OUT_IS_IN;
    if ((code & 3) == METHOD_NEITHER && in_size)
        call.wire.flags |= WIRE_FILE_IN_BACK;
    return run(file_of(object), &call, done, overlapped);
}

static NTSTATUS cancel_file(struct k32_object *object, OVERLAPPED *overlapped, struct k32_thread *thread)
{
    return k32_nt_cancel(file_of(object), overlapped, thread ? k32_thread_id(thread) : 0);
}

static NTSTATUS may_associate(struct k32_object *object)
{
    return file_of(object)->overlapped ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static NTSTATUS flush_file(struct k32_object *object)
{
    struct k32_nt_call call = {.wire.op = WIRE_FILE_FLUSH};

    return k32_nt_call(file_of(object), &call);
}

static NTSTATUS query_file(
    struct k32_object *object, uint32_t class, void *buffer, uint32_t size, uint32_t *done)
{
    struct k32_nt_call call = {
        .wire = {.op = WIRE_FILE_QUERY, .code = class, .out_length = size}, .out = buffer};

    return run(file_of(object), &call, done, NULL);
}

NTSTATUS k32_nt_marshal_set(struct k32_nt_call *call)
{
    FILE_MAILSLOT_SET_INFORMATION info;

    if (call->wire.code != FileMailslotSetInformation)
        return STATUS_SUCCESS;
    if (call->wire.in_length < sizeof info)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(&info, call->in, sizeof info);
    if (!info.ReadTimeout)
        return STATUS_ACCESS_VIOLATION;
    call->in = info.ReadTimeout;
    call->wire.in_length = sizeof *info.ReadTimeout;
    return STATUS_SUCCESS;
}

static NTSTATUS set_file(struct k32_object *object, uint32_t class, const void *buffer, uint32_t size)
{
    struct k32_nt_call call = {.wire = {.op = WIRE_FILE_SET, .code = class, .in_length = size}, .in = buffer};
    NTSTATUS status = k32_nt_marshal_set(&call);

    return NT_SUCCESS(status) ? k32_nt_call(file_of(object), &call) : status;
}

/* From the device's type, as on Windows; a mailslot is of none of the kinds (M-65). */
static uint32_t kind_of_file(struct k32_object *object)
{
    switch (file_of(object)->device_type) {
    case FILE_DEVICE_DISK:
    case FILE_DEVICE_DISK_FILE_SYSTEM:
    case FILE_DEVICE_CD_ROM:
    case FILE_DEVICE_CD_ROM_FILE_SYSTEM:
    case FILE_DEVICE_VIRTUAL_DISK:
    case FILE_DEVICE_DATALINK:
    case FILE_DEVICE_CONTROLLER:
        return FILE_TYPE_DISK;
    case FILE_DEVICE_NAMED_PIPE:
        return FILE_TYPE_PIPE;
    case FILE_DEVICE_KEYBOARD:
    case FILE_DEVICE_MOUSE:
    case FILE_DEVICE_NULL:
    case FILE_DEVICE_PARALLEL_PORT:
    case FILE_DEVICE_PRINTER:
    case FILE_DEVICE_SERIAL_PORT:
    case FILE_DEVICE_SCREEN:
    case FILE_DEVICE_SOUND:
    case FILE_DEVICE_MODEM:
        return FILE_TYPE_CHAR;
    default:
        return FILE_TYPE_UNKNOWN;
    }
}

const struct k32_type k32_nt_file_type = {.name = "File",
    .close = close_file,
    .destroy = destroy_file,
    .read = read_file,
    .write = write_file,
    .control = control_file,
    .cancel = cancel_file,
    .associate = may_associate,
    .flush = flush_file,
    .query = query_file,
    .set = set_file,
    .kind = kind_of_file,
    .with_access = k32_nt_with_access,
    .give = k32_nt_give,
    .lost = k32_nt_lost};
