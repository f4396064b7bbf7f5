/*
 * One socket of the control socket's: who is at the other end, what it has become (a port connection, an open
 * file), what it is charged for. Referenced by the watcher's list until it hangs up, by the watcher until it
 * is through the events in which that happened, and by each job; any thread.
 */
#ifndef OFM_DAEMON_CLIENT_H
#define OFM_DAEMON_CLIENT_H

#include "daemon/account.h"
#include "daemon/control.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ps/ps.h"

#include <pthread.h>

struct file;
struct lane;

struct client {
    LIST_ENTRY links;         /* control.c's list */
    struct client *next_dead; /* the watcher's */
    uint32_t references;      /* __atomic */
    int socket;
    struct control_peer peer; /* its pidfd under the lock once it may become a file: admission_is_file */
    unsigned descriptors;     /* that it costs; admission.c's */
    struct ke_interrupt gone; /* fired at hang-up: ends waits of a driver's callbacks */
    bool closing;             /* __atomic */
    uint32_t calls;           /* __atomic: requests being served beside each other */
    uint32_t *user_calls;     /* those of all the user's sockets */
    bool
        outlives_peer; /* __atomic: the last socket ends it, not the process: inheritable (P-34), or a file */
    struct account_share place, share; /* the socket; what it has become */
    pthread_mutex_t lock;              /* everything below */
    PEPROCESS process;                 /* referenced once it is needed */
    struct flt_channel *channel; /* of a port connection: set once, before the socket is read again; NULL at the end */
    bool stranger_told; /* the watcher's: that another process uses the socket */
    bool refusal_told;  /* the watcher's, too: of a call for which there was no thread */
    struct file *file;                 /* set once by WIRE_FILE_OPEN, likewise; lives as long as the client */
    struct gift *gift; /* the watcher's: what its process has not asked for yet (duplicate.c) */
    uint32_t value;    /* __atomic: of a file's handle in its process, as that says; 0: not known */
    struct lane *lane;                 /* of a socket that is one (lane.h): set once, likewise */
    struct lane *bound_to;             /* referenced: through which the file is used, too */
    uint32_t bound_as;
    bool paused;                       /* nothing is read: too much is under way */
    bool answers_wait;                 /* the socket is full: the watcher is to say when it takes more */
};

/* Takes the socket over on success. NULL without memory, or when the kernel does not say who it is. */
struct client *client_create(int socket);
/* The same for a socket that the manager made, with the process that is to use it; its pidfd is taken over. */
struct client *client_create_for(int socket, const struct control_peer *peer);
/* Who is at the other end of a socket; the pidfd is the caller's to close. */
bool client_peer_of(int identity, struct control_peer *peer);
void client_reference(struct client *client);
void client_release(struct client *client);
/* Answers a request; blocks for a while when the client does not read. */
void client_reply(
    struct client *client, NTSTATUS status, uint32_t bytes, const void *data, size_t length, int fd);

/* The calling thread acts as a thread of the client's process, until client_leave. */
struct guise {
    PETHREAD thread, previous;
    struct ke_interrupt *previous_interrupt;
};
/* The client's process, which lives as long as the client. */
NTSTATUS client_process(struct client *client, PEPROCESS *process);
NTSTATUS client_act_as(struct client *client, pid_t tid, struct guise *guise);
/* The same as a thread of it that is known; takes the reference over. */
void client_act_as_thread(struct client *client, PETHREAD thread, struct guise *guise);
void client_leave(struct guise *guise);

/* control.c: which events the socket is watched for, from `paused` and `answers_wait`. */
void control_watch(struct client *client);
/* control.c: a client over a new pair of sockets, as that process (its pidfd is taken over in any case);
 * *theirs is its end. Nobody reads it before control_begin, which on failure hangs it up; one that is not to
 * begin is removed. NULL: no room. The watcher calls all of these. */
struct client *control_add(const struct control_peer *peer, int *theirs);
bool control_begin(struct client *client);
void control_remove(struct client *client);
/* The open file whose handle has that value in that process, or NULL; the watcher's until it is through its events. */
struct client *control_find_file(pid_t pid, uint32_t value);
/* Watches its process, too: serve_death. */
void control_watch_peer(struct client *client);
void control_hang_up(struct client *client);
static inline void client_pause(struct client *client, bool paused)
{
    pthread_mutex_lock(&client->lock);
    client->paused = paused;
    pthread_mutex_unlock(&client->lock);
    if (!paused)
        control_watch(client);
}

#endif
