/*
 * A file of the manager behind a handle: the socket that is its handle there, and the calls that are under way on it.
 *
 * Whoever waits for an answer reads the socket himself and serves the others on the way (one reader at a time); for overlapped
 * calls nobody waits for, one thread of the process watches the sockets (ntreactor.c). So a synchronous call costs one
 * packet each way and no change of threads.
 *
 * `lock` guards everything but the rooms in shared memory, which have a lock of their own (asking for more is itself a call).
 * Completions (events, packets of ports) are delivered without any lock.
 */
#ifndef OFM_KERNEL32_NTFILE_H
#define OFM_KERNEL32_NTFILE_H

#include <pthread.h>

#include "channel/rooms.h"
#include "channel/wire.h"
#include "kernel32/handle.h"
#include "kernel32/list.h"
#include "kernel32/ntlane.h"
#include "kernel32/session.h"

struct k32_nt_file {
    struct k32_object object; /* first */
    int socket;
    bool overlapped; /* opened without a synchronous option */
    uint32_t granted, device_type;
    uint32_t value; /* of the handle that the manager knows of; of several, one. Under the lock; 0: none */
    pthread_mutex_t lock;
    pthread_cond_t answered;
    LIST_ENTRY calls; /* not answered to the end */
    uint64_t next_number;
    bool reading; /* somebody reads the socket; nobody else may */
    bool dead;    /* the manager has gone */
    bool closed;  /* the last handle is closed */
    unsigned left; /* overlapped calls that nobody waits for */
    uint8_t *room; /* the reader's: for one packet */
    pthread_mutex_t rooms_lock;
    struct chan_rooms rooms;
    struct k32_lane_use lane;
    /* ntreactor.c's */
    bool watched;
    struct k32_nt_file *next_retired;
};

struct k32_nt_call {
    /* the caller's */
    struct wire_file_call wire; /* op, flags, offset, code, in_length, out_length */
    const void *in;
    void *out;
    /* what came back */
    NTSTATUS status;
    uint64_t information;
    int fd;
    /* under way */
    LIST_ENTRY links;
    bool told, done, left;
    bool waits;                /* its thread waits for the end: CancelSynchronousIo finds it */
    bool sent, cancel_wanted;  /* a cancel before the call is sent follows it */
    int seat;                  /* of the lane through which it goes; -1: over the socket */
    uint32_t thread;
    struct chan_range in_room, out_room;
    bool has_in_room, has_out_room;
    struct k32_nt_file *file;
    void (*completed)(struct k32_nt_call *call); /* of a call that was left: without a lock; frees it */
    struct k32_io io;
    OVERLAPPED *overlapped;
};

extern const struct k32_type k32_nt_file_type;

/* How to open. The name is an NT one. */
struct k32_nt_open {
    const WCHAR *name;
    size_t name_bytes;
    struct wire_file_open how;
    const void *descriptor; /* self-relative, or NULL */
    size_t descriptor_bytes;
};
/* *object has a reference for the caller. *information: FILE_OPENED ... */
NTSTATUS k32_nt_open(const struct k32_nt_open *open, struct k32_object **object, uint32_t *information);

/* A file behind the socket of a handle, with one reference; the socket is its own. NULL without memory. */
struct k32_nt_file *k32_nt_new(int socket, bool overlapped, const struct wire_file_opened *opened);
/* A new one is to have its handle at that value, of which the manager was told; NULL: at any. */
void k32_nt_expect(struct k32_nt_file *file, HANDLE value);

/* --- ntshare.c: handles of an open file in several processes --- */

/* A socket with which a child process takes its own handle of the file (inherit.c); the caller closes it.
 * Until then, or until the last copy of it is closed, it keeps the file open. */
NTSTATUS k32_nt_share(struct k32_nt_file *file, int *socket);
/* The file behind such a socket, with the calling process as its user, where its handle has that value. The
 * socket stays the caller's. */
NTSTATUS k32_nt_take(int socket, bool overlapped, HANDLE value, struct k32_object **object);
/* One more handle for the calling process, with part of the access. STATUS_ACCESS_DENIED. */
NTSTATUS k32_nt_with_access(struct k32_object *object, ACCESS_MASK access, struct k32_object **other);
/* One for the process of the pidfd: *handle is its value there. access NULL: this one's. */
NTSTATUS k32_nt_give(
    struct k32_object *object, int pidfd, const ACCESS_MASK *access, bool inherit, HANDLE *handle);
/* It has a handle of that value: the manager is told when it knows of none. */
void k32_nt_found(struct k32_object *object, HANDLE value);
/* k32_type.lost: the manager is told when it was the handle that it knows of. */
void k32_nt_lost(struct k32_object *object, HANDLE value);
/* A handle that another process has made for this one and that is not known here yet. STATUS_INVALID_HANDLE. */
NTSTATUS k32_nt_claim(HANDLE handle, DWORD *flags, struct k32_object **object);
/* One of another process: enum wire_claim says what becomes of it; *object (WIRE_CLAIM_TAKE) is the caller's.
 * STATUS_NOT_SUPPORTED: nothing is known of that value, or that process uses the handle, which so cannot be closed. */
NTSTATUS k32_nt_claim_of(
    uint32_t process, HANDLE handle, uint32_t how, ACCESS_MASK access, struct k32_object **object);

/* Sends and waits for the end. The thread may be cancelled meanwhile (CancelSynchronousIo). */
NTSTATUS k32_nt_call(struct k32_nt_file *file, struct k32_nt_call *call);
/* Sends and waits until it is known whether the call pends: STATUS_PENDING means that call->completed follows. Any other answer is
 * the result; the call is the caller's again. */
NTSTATUS k32_nt_start(struct k32_nt_file *file, struct k32_nt_call *call);
/* The calls of that OVERLAPPED (NULL: all), of that thread (0: any). STATUS_NOT_FOUND: none. */
NTSTATUS k32_nt_cancel(struct k32_nt_file *file, const OVERLAPPED *overlapped, uint32_t thread);
/* The file of a handle, referenced; NULL with ERROR_INVALID_HANDLE. */
struct k32_nt_file *k32_nt_file_of(HANDLE handle);

/* A class whose structure holds a pointer travels with what it points to (M-117). */
NTSTATUS k32_nt_marshal_set(struct k32_nt_call *call);

/* Reads what has come without waiting and completes what nobody waits for. The reactor's. */
void k32_nt_serve(struct k32_nt_file *file);

/* ntreactor.c. Asks to be called (k32_nt_serve) when the socket has something. Under the file's lock. False without a thread. */
bool k32_nt_watch(struct k32_nt_file *file);
/* Watches a lane's socket for the manager's end: k32_lane_hang_up follows, once. */
bool k32_nt_watch_lane(struct k32_lane *lane, int socket);
/* Nothing is under way on a closed file any more. Under the file's lock. */
void k32_nt_retire(struct k32_nt_file *file);

#endif
