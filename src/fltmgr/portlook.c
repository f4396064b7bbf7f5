/* Looking at server ports and their connections: fltmc ports, the watchdog, the graph of waits. Any thread. */
#include "fltmgr/portinner.h"

#include "ntoskrnl/ob/ob.h"

#include <stdlib.h>

void port_enumerate(void (*each_port)(const struct port_description *port, void *context),
    void (*each_connection)(
        const struct flt_connection *connection, const struct message_queues *queues, void *context),
    void *context)
{
    pthread_mutex_lock(&ports_lock);
    for (PLIST_ENTRY p = port_list.Flink; p != &port_list; p = p->Flink) {
        struct flt_server_port *port = CONTAINING_RECORD(p, struct flt_server_port, links);
        struct port_description d = {port->name.Buffer, port->name.Length, port->filter, port->limit,
            port->connected, port->closed, port->captures, NULL};
        if (!NT_SUCCESS(ob_get_descriptor(port, &d.descriptor)))
            d.descriptor = NULL;
        each_port(&d, context);
        if (d.descriptor != NULL)
            ObReleaseObjectSecurity(d.descriptor, TRUE);
        for (PLIST_ENTRY e = port->connections.Flink; e != &port->connections; e = e->Flink) {
            struct flt_connection *c = CONTAINING_RECORD(e, struct flt_connection, port_links);
            struct message_queues queues;
            pthread_mutex_lock(&c->lock);
            message_describe_locked(c, &queues);
            pthread_mutex_unlock(&c->lock);
            each_connection(c, &queues, context);
        }
    }
    pthread_mutex_unlock(&ports_lock);
}

/* Every connection there is now, or those of one port, referenced; NULL when there is none (or no memory). ports_lock held. */
static struct flt_connection **list_connections(const struct flt_server_port *only, size_t *count)
{
    struct flt_connection **list = NULL;
    size_t room = 0;

    *count = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (PLIST_ENTRY p = port_list.Flink; p != &port_list; p = p->Flink) {
            struct flt_server_port *port = CONTAINING_RECORD(p, struct flt_server_port, links);
            for (PLIST_ENTRY e = port->connections.Flink; e != &port->connections && (!only || only == port); e = e->Flink) {
                if (pass == 0) {
                    room++;
                } else {
                    list[*count] = CONTAINING_RECORD(e, struct flt_connection, port_links);
                    connection_reference(list[(*count)++]);
                }
            }
        }
        if (pass == 0 && (room == 0 || (list = calloc(room, sizeof *list)) == NULL))
            break;
    }
    return list;
}

static struct flt_connection **all_connections(size_t *count)
{
    pthread_mutex_lock(&ports_lock);
    struct flt_connection **list = list_connections(NULL, count);
    pthread_mutex_unlock(&ports_lock);
    return list;
}

NTSTATUS port_connections(const struct flt_server_port *port, PFLT_FILTER filter, struct flt_connection ***list, size_t *count)
{
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    *list = NULL;
    *count = 0;
    pthread_mutex_lock(&ports_lock);
    for (PLIST_ENTRY p = port_list.Flink; p != &port_list; p = p->Flink) {
        const struct flt_server_port *each = CONTAINING_RECORD(p, struct flt_server_port, links);
        if (each == port && each->filter == filter && !each->closed)
            status = STATUS_SUCCESS;
    }
    if (NT_SUCCESS(status) && !IsListEmpty(&port->connections)) {
        *list = list_connections(port, count);
        status = *list != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    }
    pthread_mutex_unlock(&ports_lock);
    return status;
}

void port_each_connection(
    void (*each)(struct flt_connection *connection, const struct message_queues *queues, void *context),
    void *context)
{
    size_t count;
    struct flt_connection **list = all_connections(&count);

    for (size_t i = 0; i < count; i++) {
        struct message_queues queues;
        pthread_mutex_lock(&list[i]->lock);
        bool connected = list[i]->state == FLT_CONNECTED;
        if (connected)
            message_describe_locked(list[i], &queues);
        pthread_mutex_unlock(&list[i]->lock);
        if (connected)
            each(list[i], &queues, context);
        connection_release(list[i]);
    }
    free(list);
}
