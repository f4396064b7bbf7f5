/* Objects and handles of a Win32 process.
 *
 * A handle is an entry of one table of the process; it stands for a reference-counted object. What an object is, its type
 * says: a table of operations that each room fills for its own objects (events and threads here, communication ports in
 * fltlib). References keep an object's memory; handles keep it open: close() runs when the last handle is closed,
 * destroy() when the last reference is gone. A handle that a driver opened in this process is the manager's: it is understood
 * where a mapping's is (foreign.h).
 *
 * Locks: the handle table has one lock; whether objects are signalled, and who waits for them, is guarded by the one
 * dispatcher lock of wait.h. Operations of a type are called with no lock held. Any thread may call everything here. */
#ifndef OFM_KERNEL32_HANDLE_H
#define OFM_KERNEL32_HANDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "windows.h"

struct k32_object;
struct k32_thread;
struct k32_wait_block;
struct k32_packet;
struct k32_routine;

struct k32_type {
    const char *name;
    /* The last handle is closed: end what runs on the object. May be NULL. */
    void (*close)(struct k32_object *object);
    /* The last reference is gone: free the memory. */
    void (*destroy)(struct k32_object *object);

    /* Waiting, under the dispatcher lock. satisfied NULL: the object's own flag `signalled`. consume: a wait has been
     * satisfied by the object; returns true for an abandoned mutex. */
    bool (*satisfied)(struct k32_object *object, struct k32_thread *thread);
    bool (*consume)(struct k32_object *object, struct k32_thread *thread);

    /* I/O. Each may be NULL: ERROR_INVALID_HANDLE (STATUS_OBJECT_TYPE_MISMATCH). With `overlapped` the operation may
     * return STATUS_PENDING and complete later through k32_io_complete. */
    NTSTATUS (*read)(struct k32_object *object, void *buffer, uint32_t count, uint32_t *done, OVERLAPPED *overlapped);
    NTSTATUS (*write)(struct k32_object *object, const void *buffer, uint32_t count, uint32_t *done,
        OVERLAPPED *overlapped);
    NTSTATUS (*control)(struct k32_object *object, uint32_t code, const void *in, uint32_t in_size, void *out,
        uint32_t out_size, uint32_t *done, OVERLAPPED *overlapped);
    /* Cancel the pending operation of that OVERLAPPED, with NULL all of them (blocked synchronous ones too); `thread`
     * limits it to what that thread issued. STATUS_NOT_FOUND when there was none. */
    NTSTATUS (*cancel)(struct k32_object *object, OVERLAPPED *overlapped, struct k32_thread *thread);
    /* Each may be NULL: ERROR_INVALID_HANDLE. flush: to the disk. query, set: a FILE_INFORMATION_CLASS. kind: FILE_TYPE_... */
    NTSTATUS (*flush)(struct k32_object *object);
    NTSTATUS (*query)(struct k32_object *object, uint32_t class, void *buffer, uint32_t size, uint32_t *done);
    NTSTATUS (*set)(struct k32_object *object, uint32_t class, const void *buffer, uint32_t size);
    uint32_t (*kind)(struct k32_object *object);
    /* May the object be tied to a completion port? Called before it is; NULL: STATUS_INVALID_PARAMETER. */
    NTSTATUS (*associate)(struct k32_object *object);
    /* DuplicateHandle. with_access: another object for a handle of this process that has only that access; NULL: every handle
     * has all there is. give: a handle for the process of that pidfd, with the access (NULL: this one's); NULL:
     * STATUS_NOT_SUPPORTED. */
    NTSTATUS (*with_access)(struct k32_object *object, ACCESS_MASK access, struct k32_object **other);
    NTSTATUS (*give)(struct k32_object *object, int pidfd, const ACCESS_MASK *access, bool inherit, HANDLE *handle);
    /* The descriptor that a child process has when the handle is inherited; -1 or NULL: nothing is. */
    int (*descriptor)(struct k32_object *object);
    /* The handle of that value is closed, others of the object are not; NULL: nothing is to be done for it. */
    void (*lost)(struct k32_object *object, HANDLE value);
    /* HANDLE_FLAG_INHERIT is about to be set on a handle of that value; NULL: nothing is to be done for it. */
    NTSTATUS (*inherit)(struct k32_object *object, HANDLE value);
};

struct k32_object {
    const struct k32_type *type;
    uint32_t references; /* atomic */
    uint32_t handles;    /* under the table's lock */
    HANDLE reserved;     /* the value of the next handle; under the table's lock */
    bool signalled;                      /* under the dispatcher lock */
    struct k32_wait_block *first, *last; /* who waits, oldest first; under the dispatcher lock */
    struct k32_object *port;             /* the completion port, a reference; set once, read with acquire */
    ULONG_PTR port_key;
    struct k32_source *source; /* source.h: whose pending operations signal it, so many; under the dispatcher lock */
    uint32_t pending;
};

/* A new object has one reference and no handle. */
void k32_object_init(struct k32_object *object, const struct k32_type *type);
void k32_reference(struct k32_object *object);
void k32_release(struct k32_object *object);

/* Opens a handle; the caller keeps its own reference. NULL without memory. */
HANDLE k32_handle_open(struct k32_object *object);
/* The same and gives up the caller's reference, on failure too; NULL sets the last error. */
HANDLE k32_handle_give(struct k32_object *object);
/* A value that nothing else gets: for an object that is to be opened, in `reserved`, or to be given back. NULL
 * without memory. */
HANDLE k32_handle_reserve(void);
void k32_handle_unreserve(HANDLE handle);
/* The object of a handle with a reference for the caller. NULL: not open, or of another type (type NULL: any). The last
 * error is set then (ERROR_INVALID_HANDLE, or why a handle of the manager is of no use here). Pseudo handles of the current process and thread are understood. */
struct k32_object *k32_object_of(HANDLE handle, const struct k32_type *type);
NTSTATUS k32_handle_close(HANDLE handle);
bool k32_object_is_open(struct k32_object *object);
/* Each descriptor that a child would have because of HANDLE_FLAG_INHERIT. */
void k32_each_inherited(void (*each)(int descriptor, void *context), void *context);

/* The handles of that type that a child inherits, each object with a reference; free() the list. NULL without
 * memory. */
struct k32_inherited {
    HANDLE handle;
    DWORD flags;
    struct k32_object *object;
};
struct k32_inherited *k32_inherited(const struct k32_type *type, size_t *count);
/* Opens a handle of that value, which the process has from its parent; the caller keeps its reference. False:
 * it is taken, is none, or there is no memory. */
bool k32_handle_place(HANDLE handle, DWORD flags, struct k32_object *object);

/* Sets the last error from a status and returns FALSE; success leaves it alone and returns TRUE. */
BOOL k32_result(NTSTATUS status);

/* --- overlapped operations --- */

/* What an operation needs at its end; lives in the request of the type that runs it. */
struct k32_io {
    OVERLAPPED *overlapped;   /* or an IO_STATUS_BLOCK, which is its first two members */
    void *context;            /* what a packet carries: the OVERLAPPED, or the ApcContext of an Nt call */
    struct k32_object *file;  /* a reference */
    struct k32_object *event; /* a reference, or NULL */
    bool no_packet;           /* the low bit of hEvent: no packet to the completion port */
    bool tied;                /* source.h: its source stands in file and event */
    struct k32_packet *packet;
    struct k32_routine *routine; /* routine.h: to be called in the thread that began it; NULL */
};

/* Starts one: Internal becomes STATUS_PENDING, event and file are reset, both are referenced. STATUS_INVALID_HANDLE when
 * hEvent is no event; then nothing has changed. The type then keeps `io` until k32_io_complete, or k32_io_abandon
 * when the operation failed at once and is not to be completed. */
NTSTATUS k32_io_begin(struct k32_io *io, struct k32_object *file, OVERLAPPED *overlapped);
/* Ends it, from any thread, once: InternalHigh, then Internal with release order, then the event, the file and the
 * completion port. After the store of Internal the OVERLAPPED is not touched (its owner may free it). */
void k32_io_complete(struct k32_io *io, NTSTATUS status, ULONG_PTR bytes);
void k32_io_abandon(struct k32_io *io, NTSTATUS status);
/* The same for an Nt call: event may be NULL; with `context` NULL no packet is sent. The block is written at the end only, and not
 * at all by k32_io_forget, for a call that failed at once. */
NTSTATUS k32_io_begin_nt(struct k32_io *io, struct k32_object *file, HANDLE event, void *block, void *context);
void k32_io_forget(struct k32_io *io);

/* --- synchronous operations that can be cancelled --- */

/* While a thread is blocked in a synchronous operation: CancelSynchronousIo(thread) calls cancel(context) from the
 * canceller's thread, with the thread's own lock held, never after k32_sync_end has returned. */
void k32_sync_begin(void (*cancel)(void *context), void *context);
void k32_sync_end(void);

/* The calling thread's object; made at first use for threads that CreateThread did not start. */
struct k32_thread *k32_self(void);
/* Does `thread` (NULL: any) mean the calling thread? For types that keep the issuer of a request. */
uint32_t k32_thread_id(const struct k32_thread *thread);

#endif
