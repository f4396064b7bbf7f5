/* What a call on an application's file asks for: the access it needs and the operation it becomes. See fileinner.h.
 * In the client's context, no lock held; the call's buffers are there. */
#include "daemon/fileinner.h"

#include "ntoskrnl/ob/ob.h"
#include "ntoskrnl/se/se.h"

#include <ntstatus.h>
#include <stdlib.h>
#include <string.h>

/* ---- may it? ---- */

/* Where a transfer starts; F-356's special offsets. Pipes and mailslots have none (M-101). */
static NTSTATUS choose_offset(struct file_call *call)
{
    struct io_volume *volume = io_file_of(call->transfer.file)->volume;
    LARGE_INTEGER given = {.QuadPart = call->wire.offset};
    bool special = given.HighPart == -1 && given.LowPart == FILE_USE_FILE_POINTER_POSITION;

    call->offset = given;
    if (file_call_has(call, WIRE_FILE_AT) && !special)
        return STATUS_SUCCESS;
    bool positioned = volume != NULL && volume->device_type != FILE_DEVICE_MAILSLOT &&
                      volume->device_type != FILE_DEVICE_NAMED_PIPE;
    if (!call->client->file->open->synchronous && positioned)
        return STATUS_INVALID_PARAMETER;
    call->offset = call->transfer.file->CurrentByteOffset;
    return STATUS_SUCCESS;
}

static NTSTATUS need(const struct file_call *call, ACCESS_MASK access)
{
    return (call->client->file->granted & access) == access ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

static NTSTATUS may_transfer(struct file_call *call)
{
    ACCESS_MASK granted = call->client->file->granted;
    bool may = call->wire.op == WIRE_FILE_READ ? (granted & FILE_READ_DATA) != 0
                                               : (granted & (FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0;

    return may ? choose_offset(call) : STATUS_ACCESS_DENIED;
}

/* Reading needs nothing more on what has no data to lose. */
static NTSTATUS may_flush(const struct file_call *call)
{
    PFILE_OBJECT object = call->transfer.file;
    struct io_volume *volume = io_file_of(object)->volume;
    bool queue = volume != NULL && (volume->device_type == FILE_DEVICE_MAILSLOT ||
                                       volume->device_type == FILE_DEVICE_NAMED_PIPE);

    return queue || (call->client->file->granted & (FILE_WRITE_DATA | FILE_APPEND_DATA))
               ? STATUS_SUCCESS
               : STATUS_ACCESS_DENIED;
}

static ACCESS_MASK security_access(SECURITY_INFORMATION which, bool sets)
{
    ACCESS_MASK access = which & SACL_SECURITY_INFORMATION ? ACCESS_SYSTEM_SECURITY : 0;

    if (!sets)
        return access | (which & ~(SECURITY_INFORMATION)SACL_SECURITY_INFORMATION ? READ_CONTROL : 0);
    if (which & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION))
        access |= WRITE_OWNER;
    return access | (which & DACL_SECURITY_INFORMATION ? WRITE_DAC : 0);
}

static NTSTATUS may_set_security(const struct file_call *call)
{
    if (call->in == NULL || !RtlValidRelativeSecurityDescriptor(call->in, call->wire.in_length, 0))
        return STATUS_INVALID_SECURITY_DESCR;
    return need(call, security_access(call->wire.code, true));
}

NTSTATUS file_call_check(struct file_call *call)
{
    switch (call->wire.op) {
    case WIRE_FILE_READ:
    case WIRE_FILE_WRITE:
        return may_transfer(call);
    case WIRE_FILE_DEVICE_CONTROL:
    case WIRE_FILE_FS_CONTROL:
        return need(call, call->wire.code >> 14 &
                              3); /* FILE_READ_ACCESS 1, FILE_WRITE_ACCESS 2: the rights of the same value */
    case WIRE_FILE_DIRECTORY:
        return need(call, FILE_LIST_DIRECTORY);
    case WIRE_FILE_QUERY_SECURITY:
        return need(call, security_access(call->wire.code, false));
    case WIRE_FILE_SET_SECURITY:
        return may_set_security(call);
    case WIRE_FILE_FLUSH:
        return may_flush(call);
    default:
        return STATUS_SUCCESS;
    }
}

/* M-117: the structure holds a pointer, what travels is the time itself. */
static void set_information(struct file_call *call)
{
    FILE_MAILSLOT_SET_INFORMATION mailslot = {.ReadTimeout = &call->timeout};

    if (call->wire.code != FileMailslotSetInformation || call->wire.in_length != sizeof call->timeout) {
        io_file_set(&call->transfer, call->client->file->granted, call->wire.code, call->in,
            call->wire.in_length);
        return;
    }
    memcpy(&call->timeout, call->in, sizeof call->timeout);
    memcpy(call->in, &mailslot, sizeof mailslot);
    io_file_set(&call->transfer, call->client->file->granted, FileMailslotSetInformation, call->in,
        sizeof mailslot);
}

static void query_directory(struct file_call *call)
{
    UCHAR flags = (file_call_has(call, WIRE_FILE_RESTART) ? SL_RESTART_SCAN : 0) |
                  (file_call_has(call, WIRE_FILE_ONE_ENTRY) ? SL_RETURN_SINGLE_ENTRY : 0);
    USHORT length = (USHORT)((call->wire.in_length > 0xfffe ? 0xfffe : call->wire.in_length) & ~1u);

    call->pattern = (UNICODE_STRING){length, length, (PWCH)call->in};
    io_query_directory(&call->transfer, call->wire.code, call->out, call->wire.out_length,
        length > 0 ? &call->pattern : NULL, flags, 0);
}

static void query_name(struct file_call *call)
{
    struct io_transfer *t = &call->transfer;
    ULONG size = 0;

    ObQueryNameString(t->file, NULL, 0, &size);
    POBJECT_NAME_INFORMATION name = malloc(size + 1);
    NTSTATUS status =
        name != NULL ? ObQueryNameString(t->file, name, size, &size) : STATUS_INSUFFICIENT_RESOURCES;
    if (NT_SUCCESS(status)) {
        t->iosb.Information = name->Name.Length;
        status = name->Name.Length > call->wire.out_length ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
        size = name->Name.Length < call->wire.out_length ? name->Name.Length : call->wire.out_length;
        if (size > 0)
            memcpy(call->out, name->Name.Buffer, size);
    }
    free(name);
    t->iosb.Status = status;
    t->done(t);
}

void file_call_send(struct file_call *call)
{
    struct io_transfer *t = &call->transfer;
    const struct wire_file_call *w = &call->wire;

    switch (w->op) {
    case WIRE_FILE_READ:
        io_read(t, call->out, w->out_length, call->offset);
        break;
    case WIRE_FILE_WRITE:
        io_write(t, call->in, w->in_length, call->offset);
        break;
    case WIRE_FILE_DEVICE_CONTROL:
        io_device_io_control(t, w->code, call->in, w->in_length, call->out, w->out_length);
        break;
    case WIRE_FILE_FS_CONTROL:
        io_fs_control(t, w->code, call->in, w->in_length, call->out, w->out_length);
        break;
    case WIRE_FILE_QUERY:
        io_file_query(t, call->client->file->granted, w->code, call->out, w->out_length);
        break;
    case WIRE_FILE_SET:
        set_information(call);
        break;
    case WIRE_FILE_QUERY_VOLUME:
        io_file_query_volume(t, w->code, call->out, w->out_length);
        break;
    case WIRE_FILE_DIRECTORY:
        query_directory(call);
        break;
    case WIRE_FILE_QUERY_SECURITY:
        io_query_security(t, w->code, (PSECURITY_DESCRIPTOR)call->out, w->out_length);
        break;
    case WIRE_FILE_SET_SECURITY:
        io_set_security(t, w->code, (PSECURITY_DESCRIPTOR)call->in);
        break;
    case WIRE_FILE_FLUSH:
        io_flush(t, 0);
        break;
    case WIRE_FILE_NAME:
        query_name(call);
        break;
    default:
        t->iosb.Status = STATUS_INVALID_DEVICE_REQUEST;
        t->done(t);
    }
}
