/*
 * Communication ports: a server port listens under a name, each accepted client has a connection (what
 * drivers call the client port). port.c owns the first, connection.c the second, message.c the conversation on
 * one connection. The front end that accepts clients (control) uses the inner calls at the end.
 */
#ifndef OFM_FLTMGR_PORT_H
#define OFM_FLTMGR_PORT_H

#include <fltkernel.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <uchar.h>

#include "channel/host.h"
#include "ntoskrnl/ke/rcu.h"
#include "ntoskrnl/ke/rundown.h"

struct flt_server_port;
struct flt_channel;

/*
 * A connection's life:
 *
 *   CONNECTED --hang-up, FltCloseClientPort, unload--> DISCONNECTED --DisconnectNotify returned--> GONE
 *
 * CONNECTED: messages flow. DISCONNECTED: every call on it fails with STATUS_PORT_DISCONNECTED, its memory
 * still stands for those who are inside. GONE: the driver's callbacks are never called again; freed with the
 * last reference, after an RCU grace period.
 */
enum flt_connection_state { FLT_CONNECTED, FLT_DISCONNECTED, FLT_GONE };

/* Why a connection ended, told to the client beside 0x80070006 (P-85). */
enum flt_end_reason {
    FLT_END_NONE,
    FLT_END_PEER_CLOSED,
    FLT_END_DRIVER_CLOSED,
    FLT_END_FILTER_UNLOADED,
    FLT_END_PROTOCOL,
    FLT_END_STALLED
};

struct flt_connection_counters {
    uint64_t sent, delivered, replied, timeouts, too_small, overflows, calls, dropped;
};

/* What waits on a connection, for those who look. */
#define MESSAGE_QUEUE_SAMPLES 16

struct message_waiter {
    bool delivered; /* waits for the reply; else for a get */
    ULONG bytes;
    uint64_t age_ns;
};

/* One of the processes that hold the connection. */
struct message_process {
    pid_t pid;
    uid_t uid;
    bool ended; /* but another process has its socket */
    unsigned gets;
    char image[32];
};

struct message_queues {
    unsigned senders, repliers, gets, queued;
    uint32_t refused_replies; /* as the client counts them (P-87) */
    uint64_t oldest_sender_ns;
    unsigned listed; /* the oldest of both kinds */
    struct message_waiter list[MESSAGE_QUEUE_SAMPLES];
    unsigned processes; /* the first of them: */
    struct message_process process[MESSAGE_QUEUE_SAMPLES];
};

struct flt_connection {
    uint32_t references;             /* __atomic */
    enum flt_connection_state state; /* __atomic; changed under lock */
    enum flt_end_reason reason;
    struct flt_server_port *port; /* referenced */
    LIST_ENTRY port_links;        /* the server port's connections, under the ports lock */
    void *cookie;                 /* *ConnectionPortCookie of ConnectNotify (P-38) */
    struct flt_channel *first;    /* of the process that connected; referenced */
    struct chan_host *host;       /* its memory: where messages go unless `several` */
    struct ke_rundown notify_rundown; /* MessageNotify in progress (P-101) */

    pthread_mutex_t
        lock; /* gets of the ring, senders; never held over a callback, a copy or a wait */
    LIST_ENTRY senders;                      /* wait for a get, oldest first (P-52) */
    LIST_ENTRY repliers;                     /* delivered over one of several channels, wait for the reply */
    uint32_t waiting;                        /* __atomic: how many they are */
    bool starved;                            /* __atomic: the first of them found no exchange free */
    uint64_t next_message_id;                /* P-48; __atomic */
    struct flt_connection_counters counters; /* __atomic relaxed */

    /* the processes that hold it (portchannel.c), under lock */
    LIST_ENTRY channels;
    unsigned channel_count;
    bool several;           /* __atomic, set under lock: gets are looked for in all channels */
    uint64_t turns;         /* last one given */
    uint64_t posted_before; /* gets of channels that have ended */

    /* messages that nobody waits for (messagequeue.c), under lock */
    LIST_ENTRY queued;
    unsigned queued_count; /* with the one that is being sent */
    bool pumping;

    /* who connected, as the kernel told us */
    pid_t pid;
    uid_t uid;
    char image[32];
    uint64_t stall_delivered; /* the watchdog's: `delivered` when it spoke of this connection, plus one */
    bool connecting;          /* __atomic: ConnectNotify runs */
    bool padding_told;        /* __atomic: P-69 */
    int disconnect_notified;  /* __atomic: DisconnectNotify runs once (P-108) */
    bool driver_closed;       /* __atomic: FltCloseClientPort was called, or done for the driver */
    struct ke_rcu_head rcu;
};

/* --- for the front end --- */

/* Looks the port up, checks access (P-23) and the limit (P-24), calls ConnectNotify in the calling thread,
 * which acts as the client's (P-35). `kept`: number of memory that the process has left from an earlier connection; 0.
 * The connection returned is referenced for the front end. */
NTSTATUS port_connect(PCUNICODE_STRING name, PVOID context, USHORT context_size, pid_t pid, uid_t uid,
    uint32_t kept, struct flt_connection **connection);
/* The process is gone or has closed its handle. After the last one (P-34): releases senders, calls
 * DisconnectNotify once, gives the slot back. Drops the front end's references of channel and connection. */
void port_hang_up(struct flt_channel *channel);
/* FilterReplyMessage by another process than the one that got the message (P-89); `payload` is the caller's own
 * memory. STATUS_FLT_NO_WAITER_FOR_REPLY (P-87), STATUS_BUFFER_OVERFLOW (P-86), STATUS_PORT_DISCONNECTED. */
NTSTATUS port_reply(struct flt_connection *connection, ULONGLONG id, NTSTATUS status, const void *payload, size_t size);
/* The reply to that message is waited for until at least so long from now. STATUS_FLT_NO_WAITER_FOR_REPLY; STATUS_ACCESS_DENIED: the
 * driver did not allow it; STATUS_PORT_DISCONNECTED. */
NTSTATUS port_extend(struct flt_connection *connection, ULONGLONG id, uint64_t ns);
/* FilterSendMessage: MessageNotify in the calling thread, which acts as the client's (P-93). Buffers are the
 * shared memory (P-97). */
NTSTATUS port_message(
    struct flt_connection *connection, PVOID in, ULONG in_length, PVOID out, ULONG out_length, PULONG bytes);

/* Everything a filter still has open is closed, each with a report of what was forgotten (P-104, P-109,
 * P-114). */
void flt_ports_filter_gone(PFLT_FILTER filter);

/* One description a server port and its connections, for fltmc ports. */
struct port_description {
    const char16_t *name;
    USHORT name_bytes;
    PFLT_FILTER filter;
    LONG limit, connected;
    bool closed, captures;
    PSECURITY_DESCRIPTOR descriptor; /* may be NULL without memory */
};
void port_enumerate(void (*each_port)(const struct port_description *port, void *context),
    void (*each_connection)(
        const struct flt_connection *connection, const struct message_queues *queues, void *context),
    void *context);
/* Calls `each` with every connection that is connected, referenced for the call, and what waits on it. No
 * lock is held. */
void port_each_connection(
    void (*each)(struct flt_connection *connection, const struct message_queues *queues, void *context),
    void *context);

/* --- between port.c, connection.c and message.c --- */

void connection_reference(struct flt_connection *connection);
/* Of one that may have no references any more, inside an RCU section: false then. */
bool connection_try_reference(struct flt_connection *connection);
void connection_release(struct flt_connection *connection);
/* Ends the conversation: wakes every sender, fails every get. Does not call the driver. Safe to call again.
 */
void connection_disconnect(struct flt_connection *connection, enum flt_end_reason reason);
/* What an ended connection says in its clients' memory. */
NTSTATUS connection_end_status(const struct flt_connection *connection);
/* message.c's part of it, with the lock held. */
void message_disconnect_locked(struct flt_connection *connection);
/* The first sender has something new to look at. Lock held. */
void message_look_again(struct flt_connection *connection);
/* Processes whose operations wait on this connection; how many were written. Takes the lock. */
unsigned message_requestors(struct flt_connection *connection, pid_t *requestors, unsigned room);
void message_describe_locked(struct flt_connection *connection, struct message_queues *queues);
const char *port_filter_name(const struct flt_connection *connection);

/* The setting ZeroTimeout: false = wait (default), true = poll (P-58). */
extern bool message_zero_timeout_polls;
/* The setting TimeoutStatus: true = a timeout of FltSendMessage is STATUS_IO_TIMEOUT, an error (P-60). */
extern bool message_timeout_fails;

#endif
