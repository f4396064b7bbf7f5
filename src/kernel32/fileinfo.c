/* What Win32 asks of an open file beside its data. */
#include <string.h>

#include "kernel32/handle.h"
#include "ntstatus.h"

static NTSTATUS query(HANDLE file, uint32_t class, void *buffer, uint32_t size, uint32_t *done)
{
    struct k32_object *object = k32_object_of(file, NULL);

    if (!object)
        return STATUS_INVALID_HANDLE;
    NTSTATUS status = object->type->query ? object->type->query(object, class, buffer, size, done)
                                          : STATUS_OBJECT_TYPE_MISMATCH;
    k32_release(object);
    return status;
}

static NTSTATUS set(HANDLE file, uint32_t class, const void *buffer, uint32_t size)
{
    struct k32_object *object = k32_object_of(file, NULL);

    if (!object)
        return STATUS_INVALID_HANDLE;
    NTSTATUS status =
        object->type->set ? object->type->set(object, class, buffer, size) : STATUS_OBJECT_TYPE_MISMATCH;
    k32_release(object);
    return status;
}

static void put_time(LPFILETIME to, LARGE_INTEGER from)
{
    if (to)
        *to = (FILETIME){from.LowPart, (DWORD)from.HighPart};
}

BOOL GetFileTime(HANDLE file, LPFILETIME created, LPFILETIME accessed, LPFILETIME written)
{
    FILE_BASIC_INFORMATION basic;
    uint32_t done = 0;
    NTSTATUS status = query(file, FileBasicInformation, &basic, sizeof basic, &done);

    if (NT_SUCCESS(status)) {
        put_time(created, basic.CreationTime);
        put_time(accessed, basic.LastAccessTime);
        put_time(written, basic.LastWriteTime);
    }
    return k32_result(status);
}

static LARGE_INTEGER take_time(const FILETIME *from)
{
    LARGE_INTEGER time = {.QuadPart = 0}; /* leave it as it is */

    if (from) {
        time.LowPart = from->dwLowDateTime;
        time.HighPart = (LONG)from->dwHighDateTime;
    }
    return time;
}

BOOL SetFileTime(HANDLE file, const FILETIME *created, const FILETIME *accessed, const FILETIME *written)
{
    FILE_BASIC_INFORMATION basic = {.CreationTime = take_time(created),
        .LastAccessTime = take_time(accessed),
        .LastWriteTime = take_time(written)};

    return k32_result(set(file, FileBasicInformation, &basic, sizeof basic));
}
