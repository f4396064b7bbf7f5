/* Mailslots of Win32 (mailslots.md 7 to 11): their making and what is known of them. Opening, reading and
 * writing are those of any file of the manager. */
#include <stdlib.h>
#include <string.h>

#include "fltUserEx.h"
#include "kernel32/device.h"
#include "ntstatus.h"
#include "rtl/utf.h"
#include "winternl.h"

#define TICKS_PER_MS 10000
#define FOREVER INT64_MAX /* what some say instead of -1 (M-72) */

static int64_t ticks_of(DWORD milliseconds)
{
    return milliseconds == MAILSLOT_WAIT_FOREVER ? -1 : -(int64_t)milliseconds * TICKS_PER_MS;
}

/* M-76: a finite time never becomes the endless one. */
static DWORD milliseconds_of(int64_t ticks)
{
    if (ticks == -1 || ticks == FOREVER)
        return MAILSLOT_WAIT_FOREVER;
    uint64_t milliseconds = ticks > 0 ? UINT64_MAX : (uint64_t)-ticks / TICKS_PER_MS;
    return milliseconds >= MAILSLOT_WAIT_FOREVER ? MAILSLOT_WAIT_FOREVER - 1 : (DWORD)milliseconds;
}

/* M-70: what CreateMailslot asks for; M-71: no synchronous option, so the handle does overlapped reads as
 * well. */
static NTSTATUS create(enum wire_mailslot kind, const WCHAR *nt, DWORD maximum, DWORD timeout,
    const SECURITY_ATTRIBUTES *attributes, struct k32_object **object)
{
    struct k32_nt_open open = {.name = nt,
        .name_bytes = (size_t)lstrlenW(nt) * sizeof *nt,
        .how = {.access = GENERIC_READ | SYNCHRONIZE | WRITE_DAC,
            .options = FILE_WRITE_THROUGH,
            .object_attributes = OBJ_CASE_INSENSITIVE,
            .mailslot = kind,
            .maximum = maximum,
            .has_timeout = 1,
            .timeout = ticks_of(timeout)}};
    uint32_t information;
    void *descriptor;

    NTSTATUS status = k32_take_descriptor(attributes, &descriptor, &open.descriptor_bytes);
    open.descriptor = descriptor;
    if (NT_SUCCESS(status))
        status = k32_nt_open(&open, object, &information);
    free(descriptor);
    return status;
}

static HANDLE open_server(
    enum wire_mailslot kind, LPCWSTR name, DWORD maximum, DWORD timeout, LPSECURITY_ATTRIBUTES attributes)
{
    struct k32_object *object = NULL;

    if (!name || !*name) {
        SetLastError(ERROR_PATH_NOT_FOUND); /* M-67 */
        return INVALID_HANDLE_VALUE;
    }
    if (!k32_is_device(name)) {
        SetLastError(
            ERROR_INVALID_NAME); /* a file's name, or another machine's: slots are made here only (M-62) */
        return INVALID_HANDLE_VALUE;
    }
    WCHAR *nt = k32_device_nt_name(name);
    NTSTATUS status = nt ? create(kind, nt, maximum, timeout, attributes, &object) : STATUS_NO_MEMORY;
    free(nt);
    return k32_result(status) ? k32_give_file(object, attributes) : INVALID_HANDLE_VALUE;
}

HANDLE CreateMailslotW(LPCWSTR name, DWORD maximum, DWORD timeout, LPSECURITY_ATTRIBUTES attributes)
{
    return open_server(WIRE_MAILSLOT_CREATE, name, maximum, timeout, attributes);
}

HANDLE OfmJoinMailslot(LPCWSTR name)
{
    return open_server(WIRE_MAILSLOT_JOIN, name, 0, 0, NULL);
}

HANDLE CreateMailslotA(LPCSTR name, DWORD maximum, DWORD timeout, LPSECURITY_ATTRIBUTES attributes)
{
    WCHAR *wide = name ? (WCHAR *)rtl_wide_from_utf8(name) : NULL;

    if (name && !wide) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    HANDLE handle = CreateMailslotW(wide, maximum, timeout, attributes);
    free(wide);
    return handle;
}

BOOL GetMailslotInfo(HANDLE slot, LPDWORD maximum, LPDWORD next, LPDWORD count, LPDWORD timeout)
{
    FILE_MAILSLOT_QUERY_INFORMATION info;
    struct k32_object *object = k32_object_of(slot, NULL);
    uint32_t done;

    if (!object)
        return FALSE;
    NTSTATUS status = object->type->query ? object->type->query(object, FileMailslotQueryInformation, &info,
                                                sizeof info, &done)
                                          : STATUS_OBJECT_TYPE_MISMATCH;
    k32_release(object);
    if (!k32_result(status))
        return FALSE;
    if (maximum)
        *maximum = info.MaximumMessageSize;
    if (next)
        *next = info.NextMessageSize;
    if (count)
        *count = info.MessagesAvailable;
    if (timeout)
        *timeout = milliseconds_of(info.ReadTimeout.QuadPart);
    return TRUE;
}

BOOL SetMailslotInfo(HANDLE slot, DWORD timeout)
{
    LARGE_INTEGER ticks = {.QuadPart = ticks_of(timeout)};
    FILE_MAILSLOT_SET_INFORMATION info = {&ticks};
    struct k32_object *object = k32_object_of(slot, NULL);

    if (!object)
        return FALSE;
    NTSTATUS status = object->type->set
                          ? object->type->set(object, FileMailslotSetInformation, &info, sizeof info)
                          : STATUS_OBJECT_TYPE_MISMATCH;
    k32_release(object);
    return k32_result(status);
}

BOOL OfmMailslotDescriptor(HANDLE slot, int *descriptor)
{
    struct k32_nt_call call = {.wire.op = WIRE_FILE_READY};

    if (!descriptor)
        return k32_result(STATUS_INVALID_PARAMETER);
    struct k32_nt_file *file = k32_nt_file_of(slot);
    if (!file)
        return FALSE;
    NTSTATUS status = k32_nt_call(file, &call);
    if (NT_SUCCESS(status))
        *descriptor = call.fd;
    k32_release(&file->object);
    return k32_result(status);
}
