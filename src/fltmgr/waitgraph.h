/* Who waits for whom through ports. */
#ifndef OFM_FLTMGR_WAITGRAPH_H
#define OFM_FLTMGR_WAITGRAPH_H

#include <stdbool.h>
#include <sys/types.h>

struct flt_connection;

/*
 * Would `requestor`, waiting for a client to read a message, wait for itself? It does when it is that client
 * or a process that the client started, or when the client waits, through messages of its own requests, for
 * one of which the same is true (V-215, V-216). Any thread, no lock held; looks into /proc, so it is for
 * those who have waited a while already. Of a connection that several processes hold it must be true of each.
 */
bool flt_waits_for_itself(pid_t requestor, struct flt_connection *connection);

/* The Linux thread belongs to a process that reads a port: what it asks must be served when nothing else is
 * (V-215). */
bool flt_thread_is_client(pid_t thread);

#endif
