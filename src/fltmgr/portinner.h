/*
 * What port.c (server ports), connection.c (their connections' lives) and portlook.c share.
 *
 * `ports_lock` guards the list of server ports, their lists of connections and counts. No callback runs under
 * it.
 */
#ifndef OFM_FLTMGR_PORTINNER_H
#define OFM_FLTMGR_PORTINNER_H

#include "fltmgr/port.h"

struct flt_server_port {
    LIST_ENTRY links;
    PFLT_FILTER filter; /* referenced (P-11) until the port is closed */
    PVOID cookie;
    PFLT_CONNECT_NOTIFY connect;
    PFLT_DISCONNECT_NOTIFY disconnect;
    PFLT_MESSAGE_NOTIFY message;
    char *driver_name; /* own copy: outlives the filter */
    ULONG attributes;
    LONG limit;
    LONG connected; /* slots in use, ConnectNotify's in progress included (P-24, P-111) */
    LIST_ENTRY connections;
    UNICODE_STRING name;
    bool closed;
    bool captures; /* MessageNotify gets copies (P-97) */
};

extern pthread_mutex_t ports_lock;
extern pthread_cond_t connection_ended; /* one has left its port's list, or may be ended now */
extern LIST_ENTRY port_list;

/* connection.c. A new connection with two references, the driver's and the front end's, in no list yet; NULL
 * without memory. */
struct flt_connection *connection_create(struct flt_server_port *port, pid_t pid, uid_t uid, uint32_t kept);
/* DisconnectNotify, exactly once; then the connection has left its port. */
void connection_finish(struct flt_connection *connection, enum flt_end_reason reason);
/* Gives the driver's reference back; false when that was done before. */
bool connection_close_driver(struct flt_connection *connection);
/* portlook.c. The connections of an open server port of that filter, each referenced; free() the list.
 * STATUS_INVALID_PARAMETER: it is none; STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS port_connections(const struct flt_server_port *port, PFLT_FILTER filter, struct flt_connection ***list, size_t *count);

#endif
