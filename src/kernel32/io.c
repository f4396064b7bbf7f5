/* Operations on handles: overlapped bookkeeping and the calls that go through a type's table. */
#include <stdlib.h>
#include <string.h>

#include "kernel32/event.h"
#include "kernel32/iocp.h"
#include "kernel32/routine.h"
#include "kernel32/source.h"
#include "kernel32/wait.h"
#include "ntstatus.h"

/* --- the life of an overlapped operation --- */

/* References what the end needs; resets event and file. A routine and a port exclude each other. */
static NTSTATUS take(struct k32_io *io, struct k32_object *file, HANDLE event, void *context)
{
    io->context = context;
    if (io->routine && __atomic_load_n(&file->port, __ATOMIC_ACQUIRE))
        return STATUS_INVALID_PARAMETER;
    if (event && !(io->event = k32_event_of(event)))
        return STATUS_INVALID_HANDLE;
    struct k32_object *port = __atomic_load_n(&file->port, __ATOMIC_ACQUIRE);
    if (port && !io->no_packet && !(io->packet = k32_packet_new())) {
        if (io->event)
            k32_release(io->event);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    io->file = file;
    k32_reference(file);
    k32_dispatcher_lock();
    file->signalled = false;
    if (io->event)
        io->event->signalled = false;
    k32_dispatcher_unlock();
    return STATUS_SUCCESS;
}

NTSTATUS k32_io_begin(struct k32_io *io, struct k32_object *file, OVERLAPPED *overlapped)
{
    HANDLE event = (HANDLE)((ULONG_PTR)overlapped->hEvent & ~(ULONG_PTR)1);

    memset(io, 0, sizeof *io);
    io->no_packet = (ULONG_PTR)overlapped->hEvent & 1;
    io->routine = k32_routine_take();
    NTSTATUS status = take(io, file, io->routine ? NULL : event, overlapped);
    if (!NT_SUCCESS(status)) {
        k32_routine_drop(io->routine);
        return status;
    }
    io->overlapped = overlapped;
    k32_dispatcher_lock();
    overlapped->InternalHigh = 0;
    __atomic_store_n(&overlapped->Internal, STATUS_PENDING, __ATOMIC_RELEASE);
    k32_dispatcher_unlock();
    return STATUS_SUCCESS;
}

NTSTATUS k32_io_begin_nt(struct k32_io *io, struct k32_object *file, HANDLE event, void *block, void *context)
{
    memset(io, 0, sizeof *io);
    io->no_packet = !context;
    io->overlapped = block;
    io->routine = k32_routine_take();
    NTSTATUS status = take(io, file, event, io->routine ? NULL : context);
    if (!NT_SUCCESS(status))
        k32_routine_drop(io->routine);
    return status;
}

static void let_go(struct k32_io *io)
{
    if (io->event)
        k32_release(io->event);
    k32_release(io->file);
}

/* The OVERLAPPED and, of one that has not failed at once, the file and the event. */
static void settle(struct k32_io *io, NTSTATUS status, ULONG_PTR bytes, bool tell)
{
    k32_dispatcher_lock();
    k32_source_untie(io);
    k32_overlapped_done(io->overlapped, status, bytes);
    if (tell) {
        io->file->signalled = true;
        k32_wake(io->file);
        if (io->event) {
            io->event->signalled = true;
            k32_wake(io->event);
        }
    }
    k32_dispatcher_unlock();
}

static void finish(struct k32_io *io, NTSTATUS status, ULONG_PTR bytes, bool tell)
{
    settle(io, status, bytes, tell);
    if (io->packet && tell)
        k32_packet_post(io->file->port, io->packet, io->file->port_key, io->context, status, bytes);
    else if (io->packet)
        k32_packet_free(io->packet);
    if (io->routine && tell)
        k32_routine_queue(io->routine, io->overlapped, status, bytes);
    else
        k32_routine_drop(io->routine);
    let_go(io);
}

bool k32_io_take(struct k32_io *io, NTSTATUS status, ULONG_PTR bytes, struct k32_completion *completion)
{
    bool told = io->packet != NULL;

    if (!told) {
        finish(io, status, bytes, true);
        return false;
    }
    settle(io, status, bytes, true);
    *completion = (struct k32_completion){io->file->port_key, io->context, status, bytes};
    k32_packet_free(io->packet);
    let_go(io); /* a routine and a port exclude each other */
    return true;
}

void k32_io_forget(struct k32_io *io)
{
    if (io->packet)
        k32_packet_free(io->packet);
    k32_routine_drop(io->routine);
    let_go(io);
}

void k32_io_complete(struct k32_io *io, NTSTATUS status, ULONG_PTR bytes)
{
    finish(io, status, bytes, true);
}

void k32_io_abandon(struct k32_io *io, NTSTATUS status)
{
    finish(io, status, 0, false);
}

/* --- results --- */

static BOOL overlapped_result(LPOVERLAPPED overlapped, LPDWORD bytes)
{
    NTSTATUS status = (NTSTATUS)__atomic_load_n(&overlapped->Internal, __ATOMIC_ACQUIRE);

    if (status == STATUS_PENDING) {
        SetLastError(ERROR_IO_INCOMPLETE);
        return FALSE;
    }
    if (bytes)
        *bytes = (DWORD)overlapped->InternalHigh;
    return k32_result(status);
}

/* A wait for an operation uses its auto-reset event up, as Windows' wait for that event does. */
static void consume_event(LPOVERLAPPED overlapped)
{
    HANDLE event = (HANDLE)((ULONG_PTR)overlapped->hEvent & ~(ULONG_PTR)1);

    if (event)
        WaitForSingleObject(event, 0);
}

/* The file is known while its handle is open; the operation goes on without, too. */
static DWORD wait_for(HANDLE file, LPOVERLAPPED overlapped, DWORD milliseconds, BOOL alertable)
{
    DWORD error = GetLastError();
    struct k32_object *object = k32_object_of(file, NULL);

    SetLastError(error);
    DWORD waited = k32_wait_overlapped(overlapped, object, milliseconds, alertable);
    if (object)
        k32_release(object);
    return waited;
}

BOOL GetOverlappedResultEx(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred,
    DWORD dwMilliseconds, BOOL bAlertable)
{
    if (!HasOverlappedIoCompleted(lpOverlapped)) {
        DWORD waited = wait_for(hFile, lpOverlapped, dwMilliseconds, bAlertable);
        if (waited && dwMilliseconds != 0) {
            SetLastError(waited);
            return FALSE;
        }
        if (dwMilliseconds != 0)
            consume_event(lpOverlapped);
    }
    return overlapped_result(lpOverlapped, lpNumberOfBytesTransferred);
}

BOOL GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped, LPDWORD lpNumberOfBytesTransferred, BOOL bWait)
{
    return GetOverlappedResultEx(hFile, lpOverlapped, lpNumberOfBytesTransferred, bWait ? INFINITE : 0, FALSE);
}

/* --- through the type's table --- */

/* The result of an operation that may be pending. */
static BOOL io_result(NTSTATUS status)
{
    if (status == STATUS_PENDING) {
        SetLastError(ERROR_IO_PENDING);
        return FALSE;
    }
    return k32_result(status);
}

BOOL ReadFile(HANDLE file, LPVOID buffer, DWORD count, LPDWORD done, LPOVERLAPPED overlapped)
{
    struct k32_object *object = k32_object_of(file, NULL);
    uint32_t bytes = 0;

    if (!object)
        return FALSE;
    NTSTATUS status = object->type->read ? object->type->read(object, buffer, count, &bytes, overlapped)
                                         : STATUS_OBJECT_TYPE_MISMATCH;
    if (done)
        *done = bytes;
    k32_release(object);
    return io_result(status);
}

BOOL WriteFile(HANDLE file, LPCVOID buffer, DWORD count, LPDWORD done, LPOVERLAPPED overlapped)
{
    struct k32_object *object = k32_object_of(file, NULL);
    uint32_t bytes = 0;

    if (!object)
        return FALSE;
    NTSTATUS status = object->type->write ? object->type->write(object, buffer, count, &bytes, overlapped)
                                          : STATUS_OBJECT_TYPE_MISMATCH;
    if (done)
        *done = bytes;
    k32_release(object);
    return io_result(status);
}

BOOL DeviceIoControl(HANDLE hDevice, DWORD dwIoControlCode, LPVOID lpInBuffer, DWORD nInBufferSize,
    LPVOID lpOutBuffer, DWORD nOutBufferSize, LPDWORD lpBytesReturned, LPOVERLAPPED lpOverlapped)
{
    struct k32_object *object = k32_object_of(hDevice, NULL);
    uint32_t bytes = 0;

    if (!object)
        return FALSE;
    NTSTATUS status = object->type->control ? object->type->control(object, dwIoControlCode, lpInBuffer, nInBufferSize,
                                                  lpOutBuffer, nOutBufferSize, &bytes, lpOverlapped)
                                            : STATUS_INVALID_DEVICE_REQUEST;
    if (lpBytesReturned)
        *lpBytesReturned = bytes;
    k32_release(object);
    return io_result(status);
}

BOOL FlushFileBuffers(HANDLE file)
{
    struct k32_object *object = k32_object_of(file, NULL);

    if (!object)
        return FALSE;
    NTSTATUS status = object->type->flush ? object->type->flush(object) : STATUS_OBJECT_TYPE_MISMATCH;
    k32_release(object);
    return k32_result(status);
}

/* FILE_TYPE_UNKNOWN is an answer too: then the last error tells that there was none (M-65). */
DWORD GetFileType(HANDLE file)
{
    struct k32_object *object = k32_object_of(file, NULL);
    DWORD kind = FILE_TYPE_UNKNOWN;

    if (!object)
        return kind;
    if (object->type->kind)
        kind = object->type->kind(object);
    if (kind == FILE_TYPE_UNKNOWN)
        SetLastError(object->type->kind ? NO_ERROR : ERROR_INVALID_HANDLE);
    k32_release(object);
    return kind;
}

static BOOL cancel(HANDLE handle, OVERLAPPED *overlapped, struct k32_thread *thread)
{
    struct k32_object *object = k32_object_of(handle, NULL);

    if (!object)
        return FALSE;
    NTSTATUS status = object->type->cancel ? object->type->cancel(object, overlapped, thread) : STATUS_NOT_FOUND;
    k32_release(object);
    return k32_result(status);
}

/* CancelIo succeeds when there is nothing to cancel. */
BOOL CancelIo(HANDLE hFile)
{
    return cancel(hFile, NULL, k32_self()) || (GetLastError() == ERROR_NOT_FOUND);
}

BOOL CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped)
{
    return cancel(hFile, lpOverlapped, NULL);
}
