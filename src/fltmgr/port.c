/*
 * Server ports: their names, access and limits, connecting to them, what unload ends (P-01 to P-41, P-104 to
 * P-116). See port.h. Locking: portinner.h.
 */
#include "fltmgr/portinner.h"

#include "fltmgr/capture.h"
#include "fltmgr/filter.h"
#include "fltmgr/hooks.h"
#include "fltmgr/portchannel.h"
#include "fltmgr/port_init.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"
#include "ntoskrnl/ps/ps.h"
#include "ntoskrnl/se/se.h"
#include "rtl/status.h"

#include <stdlib.h>
#include <string.h>

#define MAX_CONTEXT 65511u /* P-27 */

pthread_mutex_t ports_lock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t connection_ended = PTHREAD_COND_INITIALIZER;
LIST_ENTRY port_list = {&port_list, &port_list};
static POBJECT_TYPE server_port_type;

static const GENERIC_MAPPING port_mapping = {
    STANDARD_RIGHTS_READ,
    STANDARD_RIGHTS_WRITE,
    STANDARD_RIGHTS_EXECUTE,
    FLT_PORT_ALL_ACCESS,
};

/* ---- connecting ---- */

/* The port of that name for this caller, referenced. */
static NTSTATUS find_port(PCUNICODE_STRING name, struct flt_server_port **port)
{
    OBJECT_ATTRIBUTES oa;
    UNICODE_STRING remaining = {0};
    PVOID object = NULL;

    InitializeObjectAttributes(&oa, (PUNICODE_STRING)name, 0, NULL, NULL);
    NTSTATUS status = ob_lookup(&oa, KernelMode, &object, &remaining);
    if (!NT_SUCCESS(status)) {
        oa.Attributes = OBJ_CASE_INSENSITIVE;
        status = ob_lookup(&oa, KernelMode, &object, &remaining);
    }
    if (!NT_SUCCESS(status))
        return status;
    bool whole = remaining.Length == 0;
    ob_free_name(&remaining);
    if (!whole || ob_type_of(object) != server_port_type) {
        ObDereferenceObject(object);
        return whole ? STATUS_OBJECT_TYPE_MISMATCH : STATUS_OBJECT_NAME_NOT_FOUND;
    }
    *port = object;
    if (oa.Attributes != 0 && !((*port)->attributes & OBJ_CASE_INSENSITIVE)) {
        ObDereferenceObject(object);
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS check_access(struct flt_server_port *port)
{
    PSECURITY_DESCRIPTOR sd = NULL;
    ACCESS_MASK granted;

    NTSTATUS status = ob_get_descriptor(port, &sd);
    if (!NT_SUCCESS(status))
        return status;
    PACCESS_TOKEN token = ps_thread_token(ps_current_thread());
    status = se_access_check(sd, token, FLT_PORT_CONNECT, &port_mapping, UserMode, &granted); /* P-17 */
    ObDereferenceObject(token);
    ObReleaseObjectSecurity(sd, TRUE);
    return status;
}

/* Takes a slot and puts the connection into the port's list. */
static NTSTATUS take_slot(struct flt_server_port *port, struct flt_connection *c)
{
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&ports_lock);
    if (port->closed)
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    else if (port->connected >= port->limit)
        status = STATUS_CONNECTION_COUNT_LIMIT;
    else {
        port->connected++;
        InsertTailList(&port->connections, &c->port_links);
    }
    pthread_mutex_unlock(&ports_lock);
    return status;
}

static void give_slot_back(struct flt_server_port *port, struct flt_connection *c)
{
    pthread_mutex_lock(&ports_lock);
    RemoveEntryList(&c->port_links);
    port->connected--;
    pthread_cond_broadcast(&connection_ended);
    pthread_mutex_unlock(&ports_lock);
}

static NTSTATUS notify_connect(
    struct flt_server_port *port, struct flt_connection *c, PVOID context, USHORT size)
{
    __atomic_store_n(&c->connecting, true, __ATOMIC_RELAXED);
    struct ke_scope outer = ke_callback_enter(port->driver_name, "ConnectNotify", NULL);
    NTSTATUS status =
        port->connect((PFLT_PORT)c, port->cookie, size > 0 ? context : NULL, size, &c->cookie); /* P-37 */

    ke_callback_leave(outer);
    __atomic_store_n(&c->connecting, false, __ATOMIC_RELAXED);
    return status;
}

static NTSTATUS connect_to(struct flt_server_port *port, PVOID context, USHORT size, pid_t pid, uid_t uid,
    uint32_t kept, struct flt_connection **connection)
{
    NTSTATUS status = check_access(port);

    if (!NT_SUCCESS(status)) {
        ke_log(KE_LOG_INFO, "port %s: process %d (uid %u) refused by the port's security descriptor",
            port->driver_name, (int)pid, (unsigned)uid);
        return status;
    }
    struct flt_connection *c = connection_create(port, pid, uid, kept);
    if (c == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    /* until ConnectNotify has agreed nobody may call DisconnectNotify (P-25) */
    c->disconnect_notified = 1;
    status = take_slot(port, c);
    if (!NT_SUCCESS(status)) {
        channel_release(c->first);
        ke_log(KE_LOG_INFO, "port of %s: process %d refused: 0x%08x (%s)", port->driver_name, (int)pid,
            (unsigned)status, rtl_status_name(status));
        connection_release(c);
        connection_release(c);
        return status;
    }
    status = notify_connect(port, c, context, size);
    if (!NT_SUCCESS(status)) {
        connection_disconnect(c, FLT_END_DRIVER_CLOSED);
        give_slot_back(port, c);
        channel_release(c->first);
        connection_close_driver(c);
        connection_release(c);
        return status;
    }
    pthread_mutex_lock(&ports_lock);
    __atomic_store_n(&c->disconnect_notified, 0, __ATOMIC_RELEASE);
    pthread_cond_broadcast(&connection_ended);
    pthread_mutex_unlock(&ports_lock);
    *connection = c;
    return STATUS_SUCCESS;
}

NTSTATUS port_connect(PCUNICODE_STRING name, PVOID context, USHORT context_size, pid_t pid, uid_t uid,
    uint32_t kept, struct flt_connection **connection)
{
    struct flt_server_port *port;

    if (context_size > MAX_CONTEXT)
        return STATUS_INTEGER_OVERFLOW;
    NTSTATUS status = find_port(name, &port);
    if (!NT_SUCCESS(status))
        return status;
    /* the filter cannot go while its callback runs */
    pthread_mutex_lock(&ports_lock);
    bool usable = !port->closed && NT_SUCCESS(FltObjectReference(port->filter));
    PFLT_FILTER filter = port->filter;
    pthread_mutex_unlock(&ports_lock);
    if (usable) {
        status = connect_to(port, context, context_size, pid, uid, kept, connection);
        FltObjectDereference(filter);
    } else {
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    }
    ObDereferenceObject(port);
    return status;
}

/* ---- the driver's calls ---- */

#define NAME_TAG 'nPlF'

/* It is charged to the driver: gone before the driver's pool is looked through, while connections may keep the port. */
static void free_name(struct flt_server_port *port)
{
    if (port->name.Buffer != NULL)
        ExFreePoolWithTag(port->name.Buffer, NAME_TAG);
    port->name.Buffer = NULL;
}

static void server_port_delete(PVOID object)
{
    struct flt_server_port *port = object;

    free_name(port);
    free(port->driver_name);
}

static NTSTATUS check_create(const OBJECT_ATTRIBUTES *oa, PVOID connect, PVOID disconnect, LONG limit)
{
    if (oa == NULL || connect == NULL || disconnect == NULL || limit <= 0) /* P-02, P-04 */
        return STATUS_INVALID_PARAMETER;
    if (oa->Length != sizeof *oa || !(oa->Attributes & OBJ_KERNEL_HANDLE)) /* P-01 */
        return STATUS_INVALID_PARAMETER;
    if (oa->Attributes & (OBJ_PERMANENT | OBJ_OPENIF) || oa->RootDirectory != NULL)
        return STATUS_INVALID_PARAMETER;
    if (oa->ObjectName == NULL || oa->ObjectName->Buffer == NULL || oa->ObjectName->Length == 0)
        return STATUS_INVALID_PARAMETER;
    if (oa->ObjectName->Buffer[0] != u'\\') /* P-12 */
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    return STATUS_SUCCESS;
}

static NTSTATUS init_port(struct flt_server_port *port, PFLT_FILTER filter, const OBJECT_ATTRIBUTES *oa)
{
    InitializeListHead(&port->connections);
    InitializeListHead(&port->links);
    port->filter = filter;
    port->attributes = oa->Attributes;
    port->driver_name = strdup(filter->driver_name);
    port->name.Buffer =
        ExAllocatePoolWithTag(PagedPool, oa->ObjectName->Length + sizeof(WCHAR), NAME_TAG); /* P-06 */
    if (port->driver_name == NULL || port->name.Buffer == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(port->name.Buffer, oa->ObjectName->Buffer, oa->ObjectName->Length);
    port->name.Length = port->name.MaximumLength = oa->ObjectName->Length;
    port->captures = flt_capture_wanted(&port->name);
    /* P-18: no descriptor is the default one, never open to the world */
    NTSTATUS status = ob_set_descriptor(
        port, oa->SecurityDescriptor != NULL ? oa->SecurityDescriptor : se_descriptor_system_only());
    if (NT_SUCCESS(status))
        status = ob_insert_name(port, oa->ObjectName, oa->Attributes & OBJ_CASE_INSENSITIVE);
    return status;
}

NTSTATUS FLTAPI FltCreateCommunicationPort(PFLT_FILTER Filter, PFLT_PORT *ServerPort,
    POBJECT_ATTRIBUTES ObjectAttributes, PVOID ServerPortCookie, PFLT_CONNECT_NOTIFY ConnectNotifyCallback,
    PFLT_DISCONNECT_NOTIFY DisconnectNotifyCallback, PFLT_MESSAGE_NOTIFY MessageNotifyCallback,
    LONG MaxConnections)
{
    struct flt_server_port *port;
    PVOID object;

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (Filter == NULL || ServerPort == NULL)
        return STATUS_INVALID_PARAMETER;
    *ServerPort = NULL;
    NTSTATUS status = check_create(
        ObjectAttributes, (PVOID)ConnectNotifyCallback, (PVOID)DisconnectNotifyCallback, MaxConnections);
    if (!NT_SUCCESS(status))
        return status;
    status = FltObjectReference(Filter); /* P-06 */
    if (!NT_SUCCESS(status))
        return status;
    status = ob_create(server_port_type, sizeof *port, &object);
    if (!NT_SUCCESS(status)) {
        FltObjectDereference(Filter);
        return status;
    }
    port = object;
    port->cookie = ServerPortCookie;
    port->connect = ConnectNotifyCallback;
    port->disconnect = DisconnectNotifyCallback;
    port->message = MessageNotifyCallback;
    port->limit = MaxConnections;
    /* P-08: clients may connect from here on, before the name even returns to the driver; hence in the list
     * first */
    *ServerPort = (PFLT_PORT)port;
    pthread_mutex_lock(&ports_lock);
    status = init_port(port, Filter, ObjectAttributes);
    if (NT_SUCCESS(status))
        InsertTailList(&port_list, &port->links);
    pthread_mutex_unlock(&ports_lock);
    if (!NT_SUCCESS(status)) {
        *ServerPort = NULL;
        FltObjectDereference(Filter);
        ObDereferenceObject(port);
    }
    return status;
}

static bool is_listed(const struct flt_server_port *port)
{
    for (PLIST_ENTRY e = port_list.Flink; e != &port_list; e = e->Flink) {
        if (CONTAINING_RECORD(e, struct flt_server_port, links) == port)
            return true;
    }
    return false;
}

/* No new connections; those that are stay (P-104). False when it was closed already. Consumes the creator's
 * reference later. */
static bool stop_listening(struct flt_server_port *port)
{
    pthread_mutex_lock(&ports_lock);
    bool open = is_listed(port) && !port->closed;
    if (open)
        port->closed = true;
    pthread_mutex_unlock(&ports_lock);
    if (open)
        ob_remove_name(port); /* P-105 */
    return open;
}

/* A closed port stays in the list while it has connections, so that unload finds them. */
static void drop_if_done(struct flt_server_port *port)
{
    pthread_mutex_lock(&ports_lock);
    bool done = port->closed && IsListEmpty(&port->connections) && !IsListEmpty(&port->links);
    if (done) {
        RemoveEntryList(&port->links);
        InitializeListHead(&port->links);
        free_name(port);
    }
    pthread_mutex_unlock(&ports_lock);
    if (done)
        ObDereferenceObject(port);
}

VOID FLTAPI FltCloseCommunicationPort(PFLT_PORT ServerPort)
{
    struct flt_server_port *port = (struct flt_server_port *)ServerPort;

    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (port == NULL || !stop_listening(port)) {
        ke_report_caller("FltCloseCommunicationPort", __builtin_return_address(0),
            "%p is not an open server port", (void *)ServerPort);
        return;
    }
    FltObjectDereference(port->filter);
    drop_if_done(port);
}

/* ---- unload ---- */

/* A connection of the filter that has not ended yet, referenced; or NULL. */
static struct flt_connection *next_connection(PFLT_FILTER filter)
{
    struct flt_connection *found = NULL;

    pthread_mutex_lock(&ports_lock);
    for (PLIST_ENTRY p = port_list.Flink; p != &port_list && found == NULL; p = p->Flink) {
        struct flt_server_port *port = CONTAINING_RECORD(p, struct flt_server_port, links);
        if (port->filter != filter)
            continue;
        for (PLIST_ENTRY e = port->connections.Flink; e != &port->connections && found == NULL;
             e = e->Flink) {
            struct flt_connection *c = CONTAINING_RECORD(e, struct flt_connection, port_links);
            if (!__atomic_load_n(&c->disconnect_notified, __ATOMIC_ACQUIRE))
                found = c;
        }
    }
    if (found != NULL)
        connection_reference(found);
    pthread_mutex_unlock(&ports_lock);
    return found;
}

static struct flt_server_port *next_port(PFLT_FILTER filter, bool only_open)
{
    struct flt_server_port *found = NULL;

    pthread_mutex_lock(&ports_lock);
    for (PLIST_ENTRY p = port_list.Flink; p != &port_list && found == NULL; p = p->Flink) {
        struct flt_server_port *port = CONTAINING_RECORD(p, struct flt_server_port, links);
        if (port->filter == filter && !(only_open && port->closed))
            found = port;
    }
    pthread_mutex_unlock(&ports_lock);
    return found;
}

/* Other threads may be inside ConnectNotify or DisconnectNotify of a port: waits for the next of them to come
 * out. */
static void wait_for_change(struct flt_server_port *port)
{
    bool waits = true;

    pthread_mutex_lock(&ports_lock);
    for (PLIST_ENTRY e = port->connections.Flink; e != &port->connections; e = e->Flink) {
        struct flt_connection *c = CONTAINING_RECORD(e, struct flt_connection, port_links);
        if (!__atomic_load_n(&c->disconnect_notified, __ATOMIC_ACQUIRE))
            waits = false; /* accepted just now: to be ended by us */
    }
    if (waits && !IsListEmpty(&port->connections))
        pthread_cond_wait(&connection_ended, &ports_lock);
    pthread_mutex_unlock(&ports_lock);
}

static void end_connections(PFLT_FILTER filter)
{
    struct flt_connection *c;

    while ((c = next_connection(filter)) != NULL) {
        connection_finish(c, FLT_END_FILTER_UNLOADED);
        connection_release(c);
    }
}

void flt_ports_filter_gone(PFLT_FILTER filter)
{
    struct flt_server_port *port;

    while ((port = next_port(filter, true)) != NULL) {
        ke_report(port->driver_name, "FltUnregisterFilter",
            "a communication server port was left open: close it with FltCloseCommunicationPort before "
            "(closed now)");
        if (stop_listening(port))
            FltObjectDereference(filter);
    }
    end_connections(filter);
    while ((port = next_port(filter, false)) != NULL) {
        wait_for_change(port);
        end_connections(filter);
        drop_if_done(port);
    }
}

/* ---- start ---- */

void flt_port_init(void)
{
    static const struct ob_type_ops ops = {.delete = server_port_delete};
    static const struct ob_type_info info = {
        .name = u"FilterConnectionPort",
        .mapping = {STANDARD_RIGHTS_READ, STANDARD_RIGHTS_WRITE, STANDARD_RIGHTS_EXECUTE,
            FLT_PORT_ALL_ACCESS},
        .valid_access = FLT_PORT_ALL_ACCESS,
        .must_secure = true,
        .ops = &ops,
    };

    if (server_port_type == NULL)
        server_port_type = ob_type_create(&info);
    flt_hooks.ports_unregister = flt_ports_filter_gone;
}
