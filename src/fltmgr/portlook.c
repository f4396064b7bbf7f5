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

/* Every connection there is now, referenced; NULL when there is none (or no memory). */
static struct flt_connection **all_connections(size_t *count)
{
    struct flt_connection **list = NULL;
    size_t room = 0;

    *count = 0;
    pthread_mutex_lock(&ports_lock);
    for (int pass = 0; pass < 2; pass++) {
        for (PLIST_ENTRY p = port_list.Flink; p != &port_list; p = p->Flink) {
            struct flt_server_port *port = CONTAINING_RECORD(p, struct flt_server_port, links);
            for (PLIST_ENTRY e = port->connections.Flink; e != &port->connections; e = e->Flink) {
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
    pthread_mutex_unlock(&ports_lock);
    return list;
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
