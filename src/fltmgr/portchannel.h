/*
 * The processes that hold one connection, each with a channel: its own memory, gets and exchanges. They have
 * one queue of senders (P-34, P-89).
 *
 *   JOINED --first call--> with memory --its process ends--> ended --handle closed--> LEFT
 *
 * `flt_connection.lock` guards the list and everything in a channel; a sender that uses a channel's memory
 * without it holds a reference. As long as one process alone has ever called, that is the one that connected
 * and `flt_connection.host` its memory: then nothing here is on a message's way.
 */
#ifndef OFM_FLTMGR_PORTCHANNEL_H
#define OFM_FLTMGR_PORTCHANNEL_H

#include "fltmgr/port.h"

#include "channel/several.h"

struct flt_channel {
    LIST_ENTRY links;    /* flt_connection.channels */
    uint32_t references; /* __atomic */
    struct flt_connection *connection;
    struct chan_host *host; /* NULL until its process first calls */
    uint32_t memory;        /* its number (portmemory.h); 0: goes with the channel */
    bool has_kept;          /* the process has it mapped already */
    bool left;              /* its handle is closed: in no list */
    bool ended;             /* its process is gone, or has closed: nobody reads here */
    bool waits;             /* had gets when somebody last looked */
    uint64_t turn;          /* who has waited longest has the lowest */
    pid_t pid;
    uid_t uid;
    char image[32];
    /* the front end's, called under the lock when misuse or the watchdog ends the connection, so that it drops
     * its socket; takes no locks */
    void (*on_disconnect)(void *front_end);
    void *front_end;
};

/* --- for the front end --- */

/* One more process that holds the connection, referenced for the front end, which also gets a reference of the
 * connection. STATUS_PORT_DISCONNECTED, STATUS_QUOTA_EXCEEDED, STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS channel_join(struct flt_connection *connection, pid_t pid, uid_t uid, struct flt_channel **channel);
/* Its memory, made by the first call. NULL without memory. */
struct chan_host *channel_memory(struct flt_channel *channel);
/* The process has ended: its gets take no message (P-112). What was delivered there waits on for a reply (P-89).
 */
void channel_stop(struct flt_channel *channel);
/* The handle is closed: the same, and with the last one the conversation is over (P-34). Releases every sender
 * then, but does not call the driver. Safe to call again. */
void channel_leave(struct flt_channel *channel);

/* --- for connection.c and message.c --- */

/* The channel of the process that connects, with memory, if can be that with the number `kept`; in the list. NULL without
 * memory. */
struct flt_channel *channel_first(struct flt_connection *connection, pid_t pid, uid_t uid, uint32_t kept);
void channel_reference(struct flt_channel *channel);
void channel_release(struct flt_channel *channel);
/* Without the lock: the processes that may read, how many were written. */
unsigned channels_processes(struct flt_connection *connection, pid_t *pids, unsigned room);

/* The others with the lock held. */
void channels_close(struct flt_connection *connection, uint32_t reason, bool drop_sockets);
void channels_fail_gets(struct flt_connection *connection);
/* Takes over what the clients have posted; false: one of them is hostile or broken. */
bool channels_collect(struct flt_connection *connection);
/* Who is to be asked for a get after `previous` (NULL: first); NULL: nobody is left. */
struct flt_channel *channels_next(struct flt_connection *connection, const struct flt_channel *previous);
/* One of its gets was taken: it is behind the others. */
void channel_taken(struct flt_channel *channel);
uint64_t channels_posted(const struct flt_connection *connection);
void channels_describe(struct flt_connection *connection, struct message_queues *queues);

/* Changes with each get that is posted, after it was collected. */
uint64_t channels_seen(const struct flt_connection *connection);
/* Without the lock: sleeps until a get is posted in any channel after `seen`, *own is no longer
 * `own_expected`, or the deadline (false). */
bool channels_wait_for_get(struct flt_connection *connection, uint64_t seen, uint32_t *own,
    uint32_t own_expected, const struct futex_deadline *deadline);

#endif
