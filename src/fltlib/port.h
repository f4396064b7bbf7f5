/*
 * A connection to a filter's port as a Win32 handle. `lock` guards the list of gets; the shared memory has
 * its own (channel/guest.c). Overlapped gets are overlapped.c's; one thread of the process watches all sockets for the
 * manager's end.
 */
#ifndef OFM_FLTLIB_PORT_H
#define OFM_FLTLIB_PORT_H

#include "channel/guest.h"
#include "kernel32/list.h"
#include "kernel32/handle.h"
#include "kernel32/ntlane.h"
#include "kernel32/source.h"

#include <pthread.h>

struct port_get {
    LIST_ENTRY links;
    struct k32_io io;
    void *buffer;
    size_t size;
    unsigned slot;
    bool posted;     /* false: waits for a place among the posted ones */
    bool eager;      /* no thread that waits may take it */
    uint32_t thread; /* who asked, for CancelIo */
};

struct port_reader { /* a thread blocked in a synchronous get */
    struct fltlib_port *port;
    unsigned slot;
};

struct fltlib_port {
    struct k32_object object; /* first */
    int socket;
    uint32_t memory;          /* the manager's number of its memory; 0: it is not kept after the end (spare.h) */
    struct chan_guest *guest; /* __atomic: NULL until the first call, in a process that did not connect itself */
    uint32_t generation;      /* of the process it is open in: a forked child has none of it */
    pthread_mutex_t request_lock; /* one exchange on the socket at a time */
    pthread_mutex_t lock;
    LIST_ENTRY gets;
    unsigned unposted, eager; /* so many of them; __atomic for readers without the lock */
    struct k32_source source; /* of completions; joined with the first get after the handle was tied to a port */
    uint32_t taken;           /* __atomic: gets that threads have taken themselves */
    uint32_t closing;         /* __atomic, private futex: the completer sleeps no longer */
    bool completer_runs, closed_here, watched;
    bool synchronous; /* FLT_PORT_FLAG_SYNC_HANDLE (P-31) */
    bool inheritable; /* __atomic: other processes may hold the socket, too (P-34) */
    struct k32_lane_use lane; /* for FilterSendMessage */
    uint64_t watch_id;
    LIST_ENTRY watch_links;
};

extern const struct k32_type fltlib_port_type;

/* The port of a handle, referenced, with its memory; NULL. */
struct fltlib_port *fltlib_port_of(HANDLE handle);
/* `memory`: the descriptor of the connection's memory, taken over; or -1, and `kept` is it, taken over too. `number` is what the
 * manager calls it. */
NTSTATUS fltlib_port_open(int socket, int memory, struct chan_guest *kept, uint32_t number, bool synchronous, bool inheritable,
    HANDLE *handle);
/* The same in a process that has inherited it under that value. */
NTSTATUS fltlib_port_adopt(int socket, bool synchronous, HANDLE handle);
/* Other processes may have got messages of this connection: asks the manager to answer one (P-89). */
NTSTATUS fltlib_reply_elsewhere(
    struct fltlib_port *port, uint64_t id, NTSTATUS status, const void *payload, uint32_t size);
NTSTATUS fltlib_get_sync(struct fltlib_port *port, void *buffer, size_t size, size_t *bytes);
NTSTATUS fltlib_get_overlapped(struct fltlib_port *port, void *buffer, size_t size, OVERLAPPED *overlapped);
void fltlib_overlapped_init(struct fltlib_port *port);
/* Ends the gets of that OVERLAPPED (NULL: all) and that thread (NULL: any) that no message has come into. Whether there
 * was one. */
bool fltlib_overlapped_cancel(struct fltlib_port *port, OVERLAPPED *overlapped, struct k32_thread *thread);
/* The last handle is closed: ends all gets (P-117). */
void fltlib_overlapped_close(struct fltlib_port *port);
NTSTATUS fltlib_status_of_post(int error);
/* What a get's status is to the caller. */
NTSTATUS fltlib_ended(uint32_t status);
NTSTATUS fltlib_call(struct fltlib_port *port, const void *in, uint32_t in_size, void *out, uint32_t out_size,
    uint32_t *bytes);

#endif
