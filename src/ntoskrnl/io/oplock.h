/*
 * Opportunistic locks: what a base file system, the filter manager and the FsRtl calls share. An OPLOCK is one pointer, NULL until
 * the first request; its owner calls io_oplock_check before each operation that may break one and io_oplock_fsctl for the control
 * codes. A granted request stays pended until the oplock breaks; an operation that must wait for the owner's acknowledgement
 * stays pended too, or its thread waits. Any thread at up to APC_LEVEL; the owner synchronises io_oplock_uninitialize with the rest.
 *
 *      GRANTED --an operation breaks it, to be acknowledged--> BREAKING --acknowledged--> GRANTED again, or gone
 *         |  \--broken without acknowledgement, cancelled--> gone    \--the handle closes--> gone
 *      RESERVED (FILE_OPEN_REQUIRING_OPLOCK) --FSCTL_REQUEST_OPLOCK--> GRANTED
 */
#ifndef OFM_IO_OPLOCK_H
#define OFM_IO_OPLOCK_H

#include "ntoskrnl/io/held.h"

/* One operation as the package sees it. */
struct io_oplock_use {
    const struct io_held_form *form;
    void *who;
    const FLT_IO_PARAMETER_BLOCK *iopb; /* read during the call; a request's buffers also when it is completed */
    PECP_LIST ecp_list;                 /* a create's: its oplock key is taken from there */
};

/* What happens when the operation has to wait. `resume` NULL: the calling thread waits. */
struct io_oplock_wait {
    void (*resume)(void *who, void *context, NTSTATUS status); /* STATUS_SUCCESS, STATUS_CANCELLED */
    void (*prepare)(void *who, void *context);                 /* just before it is pended; may be NULL */
    void *context;
    unsigned timeout_ms; /* of a waiting thread, 0: none. Then the break is taken as acknowledged, and reported */
};

void io_oplock_uninitialize(POPLOCK oplock);
/* The handle is cleaned up: what it holds ends, who waits for it goes on. */
void io_oplock_close(POPLOCK oplock, PFILE_OBJECT file);

/*
 * Breaks what the operation is not compatible with. STATUS_SUCCESS: go on; STATUS_PENDING: `resume` will be called;
 * STATUS_OPLOCK_BREAK_IN_PROGRESS: go on, an acknowledgement is still to come (OPLOCK_FLAG_COMPLETE_IF_OPLOCKED,
 * FILE_COMPLETE_IF_OPLOCKED); STATUS_CANNOT_BREAK_OPLOCK: FILE_OPEN_REQUIRING_OPLOCK and there is one; STATUS_CANCELLED;
 * STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS io_oplock_check(POPLOCK oplock, const struct io_oplock_use *use, ULONG flags, const struct io_oplock_wait *wait);
/* The same for a create that meets a sharing violation: handle caching only. */
NTSTATUS io_oplock_break_h(POPLOCK oplock, const struct io_oplock_use *use, ULONG flags, const struct io_oplock_wait *wait);
NTSTATUS io_oplock_break_to_none(POPLOCK oplock, const struct io_oplock_use *use, ULONG flags, const struct io_oplock_wait *wait);
/* Looks only: io_oplock_check would have something to break or to wait for. */
bool io_oplock_would_break(POPLOCK oplock, const struct io_oplock_use *use);

/* Requests that io_oplock_fsctl_held has ended, for io_oplock_end when the caller's locks are released. */
struct io_oplock_ended {
    LIST_ENTRY requests, waiters;
};

/*
 * A request, an acknowledgement, FSCTL_OPLOCK_BREAK_NOTIFY, or the reservation of a create. open_count: handles of the stream for an
 * exclusive request; not 0 for a shared one: there are byte-range locks. STATUS_PENDING: granted, completed when it breaks.
 * STATUS_OPLOCK_NOT_GRANTED, STATUS_INVALID_OPLOCK_PROTOCOL, STATUS_CANNOT_GRANT_REQUESTED_OPLOCK (an acknowledgement that asks for
 * more than there is), STATUS_BUFFER_TOO_SMALL, STATUS_INVALID_PARAMETER, STATUS_CANCELLED, STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS io_oplock_fsctl(POPLOCK oplock, const struct io_oplock_use *use, ULONG open_count, ULONG flags, ULONG_PTR *information);
NTSTATUS io_oplock_fsctl_held(POPLOCK oplock, const struct io_oplock_use *use, ULONG open_count, ULONG flags,
    ULONG_PTR *information, struct io_oplock_ended *ended);
void io_oplock_end(struct io_oplock_ended *ended);

bool io_oplock_is_control(ULONG code); /* one of the codes that io_oplock_fsctl takes */
bool io_oplock_is_shared_request(const FLT_IO_PARAMETER_BLOCK *iopb);

/* Remembers the key that a create brings along (GUID_ECP_OPLOCK_KEY, GUID_ECP_DUAL_OPLOCK_KEY). */
void io_oplock_take_key(PFILE_OBJECT file, PECP_LIST list);
void io_oplock_forget_key(PFILE_OBJECT file);

#endif
