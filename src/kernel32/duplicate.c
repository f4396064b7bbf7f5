/*
 * DuplicateHandle. Within the process: one more entry of the table, or, for a file with less access, one more
 * handle of the manager's. Into another process: files of the manager only; the manager keeps the handle for
 * it (ntshare.c, given.h). Out of another process: files of the manager, which knows each by the value that
 * it had when it was opened; all else is known to that process alone. Closing there (DUPLICATE_CLOSE_SOURCE) is
 * for what has been made for the process and what it has not used yet. Any thread.
 */
#include <unistd.h>

#include "kernel32/ntfile.h"
#include "kernel32/process.h"
#include "ntstatus.h"

struct duplicate {
    ACCESS_MASK access;
    bool same_access, inherit;
    DWORD options;
};

/* --- where it goes to --- */

static NTSTATUS here(struct k32_object *object, const struct duplicate *d, HANDLE *handle)
{
    struct k32_object *other = NULL;
    NTSTATUS status = STATUS_SUCCESS;

    if (!d->same_access && object->type->with_access)
        status = object->type->with_access(object, d->access, &other);
    if (!NT_SUCCESS(status))
        return status;
    if (other && __atomic_load_n(&object->port, __ATOMIC_ACQUIRE)) { /* it is the same file's */
        k32_reference(object->port);
        other->port = object->port;
        other->port_key = object->port_key;
    }
    *handle = k32_handle_open(other ? other : object);
    if (*handle && !other && object->type == &k32_nt_file_type)
        k32_nt_found(object, *handle);
    if (other)
        k32_release(other);
    if (!*handle)
        return STATUS_NO_MEMORY;
    if (d->inherit)
        SetHandleInformation(*handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    return STATUS_SUCCESS;
}

static NTSTATUS there(struct k32_object *object, const struct duplicate *d, int pidfd, HANDLE *handle)
{
    if (!object->type->give)
        return STATUS_NOT_SUPPORTED;
    return object->type->give(object, pidfd, d->same_access ? NULL : &d->access, d->inherit, handle);
}

/* Without a target (NULL with DUPLICATE_CLOSE_SOURCE) nothing is made. */
static NTSTATUS into(HANDLE process, struct k32_object *object, const struct duplicate *d, HANDLE *handle)
{
    uint32_t id;
    int pidfd;

    if (!process && d->options & DUPLICATE_CLOSE_SOURCE)
        return STATUS_SUCCESS;
    NTSTATUS status = k32_process_of(process, &id, &pidfd);
    if (NT_SUCCESS(status))
        status = pidfd < 0 ? here(object, d, handle) : there(object, d, pidfd, handle);
    if (pidfd >= 0)
        close(pidfd);
    return status;
}

/* --- where it comes from --- */

static NTSTATUS from_here(HANDLE source, HANDLE target, const struct duplicate *d, HANDLE *handle)
{
    struct k32_object *object = k32_object_of(source, NULL);

    if (!object)
        return STATUS_INVALID_HANDLE;
    NTSTATUS status = into(target, object, d, handle);
    k32_release(object);
    if (d->options & DUPLICATE_CLOSE_SOURCE) /* whatever else has failed */
        k32_handle_close(source);
    return status;
}

static NTSTATUS from_other(
    uint32_t process, HANDLE source, HANDLE target, const struct duplicate *d, HANDLE *handle)
{
    struct k32_object *object = NULL;
    uint32_t how = (target ? WIRE_CLAIM_TAKE : 0) |
                   (d->options & DUPLICATE_CLOSE_SOURCE ? WIRE_CLAIM_CLOSE : 0) |
                   (d->same_access ? 0 : WIRE_CLAIM_WITH_ACCESS);
    struct duplicate as_taken = *d;

    if (!target && !(d->options & DUPLICATE_CLOSE_SOURCE))
        return STATUS_INVALID_HANDLE;
    NTSTATUS status = k32_nt_claim_of(process, source, how, d->access, &object);
    as_taken.same_access = true;
    as_taken.options = 0;
    if (NT_SUCCESS(status) && object)
        status = into(target, object, &as_taken, handle);
    if (object)
        k32_release(object);
    return status;
}

BOOL DuplicateHandle(HANDLE hSourceProcessHandle, HANDLE hSourceHandle, HANDLE hTargetProcessHandle,
    LPHANDLE lpTargetHandle, DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwOptions)
{
    const struct duplicate d = {.access = dwDesiredAccess,
        .same_access = dwOptions & DUPLICATE_SAME_ACCESS,
        .inherit = bInheritHandle,
        .options = dwOptions};
    HANDLE handle = NULL;
    uint32_t id;
    int pidfd;

    NTSTATUS status = k32_process_of(hSourceProcessHandle, &id, &pidfd);
    if (!NT_SUCCESS(status))
        return k32_result(status);
    status = pidfd < 0 ? from_here(hSourceHandle, hTargetProcessHandle, &d, &handle)
                       : from_other(id, hSourceHandle, hTargetProcessHandle, &d, &handle);
    if (pidfd >= 0)
        close(pidfd);
    if (lpTargetHandle)
        *lpTargetHandle = NT_SUCCESS(status) ? handle : NULL;
    return k32_result(status);
}
