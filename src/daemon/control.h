/*
 * The manager's front door: listens on the control socket, serves requests of fltmc and fltlib, and owns the
 * sockets of port connections. One thread watches all sockets; what may block (loading, MessageNotify,
 * ConnectNotify ...) runs in worker threads that come and go with the work.
 */
#ifndef OFM_DAEMON_CONTROL_H
#define OFM_DAEMON_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct control_limits {
    unsigned connections_per_user; /* port connections; uid 0 and the manager's own uid are not limited */
    unsigned files_per_user;       /* open files; likewise */
    size_t bytes_per_user;         /* shared memory */
    unsigned clients;              /* sockets in all; the last sixteenth is for administrators */
    unsigned sockets_per_user;     /* sockets of one user, port connections included */
    unsigned calls_per_user;       /* FilterSendMessage at the same time; beyond, one a connection */
    size_t message_bytes;          /* largest further segment */
};

extern struct control_limits control_limits;

/* Listens in `directory` (made if it is not there). 0 or a negative errno; an address in use by a living
 * manager is -EADDRINUSE, the socket of a dead one is taken over. */
int control_start(const char *directory);
/* Ends every connection (DisconnectNotify runs), removes the socket, waits for the workers. */
void control_stop(void);

/* What the manager does when a client asks for WIRE_STOP; NULL: refused. */
extern void (*control_on_stop)(void);

/* The peer of a socket, bound by the kernel at connect. */
struct control_peer {
    pid_t pid;
    uid_t uid;
    gid_t gid;
    int pidfd;          /* -1 when the kernel gives none */
    bool administrator; /* uid 0 or the manager's own */
};

#endif
