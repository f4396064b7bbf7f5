/* Questions to the manager: enumerations in the structures of fltUserStructures.h, ports, mounts (P-131 to
 * P-139). */
#include "daemon/serve.h"

#include "daemon/descriptor.h"
#include "fltmgr/information.h"
#include "fltmgr/port.h"
#include "mount/mount.h"
#include "rtl/utf.h"
#include "rtl/version.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *serve_utf8(const UNICODE_STRING *text)
{
    if (text->Buffer == NULL)
        return NULL;
    size_t room = text->Length / sizeof(WCHAR) * 3 + 1;
    char *out = malloc(room);
    if (out != NULL)
        out[rtl_utf16_to_utf8(
            out, room - 1, (const char16_t *)text->Buffer, text->Length / sizeof(WCHAR), NULL)] = 0;
    return out;
}

/* \\?\Volume{...}, as Windows' programs write it, is \??\Volume{...} to the kernel (P-131). */
static NTSTATUS volume_of(const UNICODE_STRING *name, struct io_volume **io)
{
    static const WCHAR prefix[] = u"\\\\?\\";
    WCHAR text[100];
    UNICODE_STRING inner = {name->Length, name->Length, text};

    if (name->Length < sizeof prefix || name->Length > sizeof text || memcmp(name->Buffer, prefix, sizeof prefix - sizeof *prefix) != 0)
        return io_volume_from_name(name, io);
    memcpy(text, name->Buffer, name->Length);
    text[1] = u'?';
    return io_volume_from_name(&inner, io);
}

struct _FLT_VOLUME *serve_find_volume(const UNICODE_STRING *name)
{
    struct io_volume *io = NULL;
    PFLT_VOLUME volume = NULL;

    if (name->Buffer == NULL)
        return NULL;
    if (name->Length >= sizeof(WCHAR) && name->Buffer[0] == u'/') {
        char *path = serve_utf8(name);
        struct mount *mount = path != NULL ? mount_find(path) : NULL;
        free(path);
        if (mount == NULL)
            return NULL;
        io = mount_volume(mount);
        io_volume_reference(io);
    } else if (!NT_SUCCESS(volume_of(name, &io))) {
        return NULL;
    }
    volume = flt_volume_of(io);
    if (volume != NULL && !flt_reference(&volume->object))
        volume = NULL;
    io_volume_release(io);
    return volume;
}

void serve_hello(const struct request *r, struct answer *a)
{
    (void)r;
    a->status = STATUS_SUCCESS;
    answer_printf(a, "{\"version\":\"%s\",\"pid\":%d}", rtl_version(), (int)getpid());
}

/* ---- one entry in the client's class and size ---- */

typedef NTSTATUS describe_fn(
    void *object, uint32_t information_class, void *buffer, ULONG size, ULONG *needed);

static NTSTATUS describe_filter(
    void *object, uint32_t information_class, void *buffer, ULONG size, ULONG *needed)
{
    return flt_information_filter(object, (FILTER_INFORMATION_CLASS)information_class, buffer, size, needed);
}

static NTSTATUS describe_volume(
    void *object, uint32_t information_class, void *buffer, ULONG size, ULONG *needed)
{
    return flt_information_volume(
        object, (FILTER_VOLUME_INFORMATION_CLASS)information_class, buffer, size, needed);
}

static NTSTATUS describe_instance(
    void *object, uint32_t information_class, void *buffer, ULONG size, ULONG *needed)
{
    return flt_information_instance(
        object, (INSTANCE_INFORMATION_CLASS)information_class, buffer, size, needed);
}

static void give(const struct request *r, struct answer *a, void *object, describe_fn *describe)
{
    ULONG size = r->arguments[2], needed = 0;
    uint8_t *buffer;

    if (size > WIRE_MAX_PACKET - sizeof(struct wire_reply))
        size = WIRE_MAX_PACKET - sizeof(struct wire_reply);
    buffer = calloc(1, size + 1);
    if (buffer == NULL) {
        a->status = STATUS_INSUFFICIENT_RESOURCES;
        return;
    }
    a->status = describe(object, r->arguments[0], buffer, size, &needed);
    if (NT_SUCCESS(a->status))
        answer_append(a, buffer, needed < size ? needed : size);
    else if (a->status == STATUS_BUFFER_TOO_SMALL)
        a->bytes = needed;
    free(buffer);
}

void serve_filter_find(const struct request *r, struct answer *a)
{
    PFLT_FILTER filter = flt_filter_at(r->arguments[1]);

    a->status = STATUS_NO_MORE_ENTRIES;
    if (filter == NULL)
        return;
    give(r, a, filter, describe_filter);
    FltObjectDereference(filter);
}

void serve_volume_find(const struct request *r, struct answer *a)
{
    PFLT_VOLUME volume = flt_volume_at(r->arguments[1]);

    a->status = STATUS_NO_MORE_ENTRIES;
    if (volume == NULL)
        return;
    give(r, a, volume, describe_volume);
    flt_unpin(&volume->object);
}

static void give_instance(const struct request *r, struct answer *a, PFLT_FILTER filter, PFLT_VOLUME volume)
{
    PFLT_INSTANCE instance = flt_instance_at(filter, volume, r->arguments[1]);

    a->status = STATUS_NO_MORE_ENTRIES;
    if (instance == NULL)
        return;
    give(r, a, instance, describe_instance);
    FltObjectDereference(instance);
}

void serve_instance_find(const struct request *r, struct answer *a)
{
    PFLT_FILTER filter;

    a->status = FltGetFilterFromName(&r->strings[0], &filter);
    if (!NT_SUCCESS(a->status))
        return;
    give_instance(r, a, filter, NULL);
    FltObjectDereference(filter);
}

void serve_volume_instance_find(const struct request *r, struct answer *a)
{
    PFLT_VOLUME volume = serve_find_volume(&r->strings[0]);

    a->status = STATUS_FLT_VOLUME_NOT_FOUND;
    if (volume == NULL)
        return;
    give_instance(r, a, NULL, volume);
    FltObjectDereference(volume);
}

void serve_filter_get(const struct request *r, struct answer *a)
{
    PFLT_FILTER filter;

    a->status = FltGetFilterFromName(&r->strings[0], &filter);
    if (!NT_SUCCESS(a->status))
        return;
    give(r, a, filter, describe_filter);
    FltObjectDereference(filter);
}

void serve_instance_get(const struct request *r, struct answer *a)
{
    PFLT_FILTER filter;
    PFLT_INSTANCE instance;

    a->status = FltGetFilterFromName(&r->strings[0], &filter);
    if (!NT_SUCCESS(a->status))
        return;
    PFLT_VOLUME volume = serve_find_volume(&r->strings[1]);
    if (volume == NULL) {
        a->status = STATUS_FLT_VOLUME_NOT_FOUND;
    } else {
        a->status = flt_instance_find(
            filter, volume, r->strings[2].Buffer != NULL ? &r->strings[2] : NULL, &instance);
        if (NT_SUCCESS(a->status)) {
            give(r, a, instance, describe_instance);
            FltObjectDereference(instance);
        }
        FltObjectDereference(volume);
    }
    FltObjectDereference(filter);
}

struct mount_search {
    struct io_volume *volume;
    struct answer *answer;
};

static bool give_mount_point(struct mount *mount, void *context)
{
    struct mount_search *search = context;

    if (mount_volume(mount) != search->volume || mount_point(mount) == NULL)
        return true;
    char16_t *point = rtl_wide_from_utf8(mount_point(mount));
    if (point != NULL)
        answer_append(search->answer, point, rtl_wide_length(point) * sizeof *point);
    free(point);
    return false;
}

/* P-138: the drive letter, else the mount point, else success with an empty name. */
void serve_dos_name(const struct request *r, struct answer *a)
{
    PFLT_VOLUME volume = serve_find_volume(&r->strings[0]);

    a->status = STATUS_FLT_VOLUME_NOT_FOUND;
    if (volume == NULL)
        return;
    a->status = STATUS_SUCCESS;
    if (volume->io->dos_name.Length > 0) {
        answer_append(a, volume->io->dos_name.Buffer, volume->io->dos_name.Length);
    } else {
        struct mount_search search = {volume->io, a};
        mount_enumerate(give_mount_point, &search);
    }
    FltObjectDereference(volume);
}

/* ---- JSON ---- */

void serve_json_string(struct answer *a, const char *text)
{
    answer_append(a, "\"", 1);
    for (; text != NULL && *text != 0; text++) {
        if (*text == '"' || *text == '\\')
            answer_append(a, "\\", 1);
        if ((unsigned char)*text < 0x20)
            answer_printf(a, "\\u%04x", (unsigned char)*text);
        else
            answer_append(a, text, 1);
    }
    answer_append(a, "\"", 1);
}

void serve_json_name(struct answer *a, const UNICODE_STRING *name)
{
    char *text = serve_utf8(name);

    serve_json_string(a, text);
    free(text);
}

struct port_list {
    struct answer *answer;
    bool any_port, any_connection;
};

static void end_port(struct port_list *list)
{
    if (list->any_port)
        answer_printf(list->answer, "]}");
}

static void each_port(const struct port_description *port, void *context)
{
    struct port_list *list = context;
    struct answer *a = list->answer;
    UNICODE_STRING name = {port->name_bytes, port->name_bytes, (PWCH)port->name};

    end_port(list);
    answer_printf(a, "%s{\"name\":", list->any_port ? "," : "");
    serve_json_name(a, &name);
    answer_printf(a, ",\"filter\":");
    serve_json_name(a, &port->filter->name);
    answer_printf(a, ",\"listening\":%s,\"limit\":%d,\"connected\":%d,\"captures\":%s,\"descriptor\":",
        port->closed ? "false" : "true", (int)port->limit, (int)port->connected,
        port->captures ? "true" : "false");
    descriptor_text(a, port->descriptor);
    answer_printf(a, ",\"clients\":[");
    list->any_port = true;
    list->any_connection = false;
}

static void append_waiters(struct answer *a, const struct message_queues *q)
{
    answer_printf(a, ",\"senders\":[");
    for (unsigned i = 0; i < q->listed; i++)
        answer_printf(a, "%s{\"waitsFor\":\"%s\",\"bytes\":%u,\"milliseconds\":%lu}", i > 0 ? "," : "",
            q->list[i].delivered ? "reply" : "get", (unsigned)q->list[i].bytes,
            (unsigned long)(q->list[i].age_ns / 1000000u));
    answer_printf(a, "]");
}

/* P-34: who holds the connection now, whoever made it. */
static void append_processes(struct answer *a, const struct message_queues *q)
{
    answer_printf(a, ",\"processes\":[");
    for (unsigned i = 0; i < q->processes && i < MESSAGE_QUEUE_SAMPLES; i++) {
        const struct message_process *p = &q->process[i];
        answer_printf(a, "%s{\"pid\":%d,\"uid\":%u,\"image\":", i > 0 ? "," : "", (int)p->pid, (unsigned)p->uid);
        serve_json_string(a, p->image);
        answer_printf(a, ",\"pendingGets\":%u,\"ended\":%s}", p->gets, p->ended ? "true" : "false");
    }
    answer_printf(a, "]");
}

static void each_connection(const struct flt_connection *c, const struct message_queues *q, void *context)
{
    static const char *const states[] = {"connected", "disconnected", "gone"};
    struct port_list *list = context;
    struct answer *a = list->answer;
    const struct flt_connection_counters *n = &c->counters;
    const struct {
        const char *name;
        const uint64_t *value;
    } counters[] = {{"sent", &n->sent}, {"delivered", &n->delivered}, {"replied", &n->replied},
        {"timeouts", &n->timeouts}, {"tooSmall", &n->too_small}, {"overflows", &n->overflows},
        {"calls", &n->calls}, {"dropped", &n->dropped}};

    answer_printf(a, "%s{\"pid\":%d,\"uid\":%u,\"image\":", list->any_connection ? "," : "", (int)c->pid,
        (unsigned)c->uid);
    serve_json_string(a, c->image);
    answer_printf(a,
        ",\"state\":\"%s\",\"pendingGets\":%u,\"waitingSenders\":%u,\"oldestSenderMilliseconds\":%lu,"
        "\"waitingReplies\":%u,\"lateReplies\":%u,\"queued\":%u",
        states[__atomic_load_n(&c->state, __ATOMIC_RELAXED)], q->gets, q->senders,
        (unsigned long)(q->oldest_sender_ns / 1000000u), q->repliers, (unsigned)q->refused_replies, q->queued);
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
        answer_printf(a, ",\"%s\":%lu", counters[i].name,
            (unsigned long)__atomic_load_n(counters[i].value, __ATOMIC_RELAXED));
    append_waiters(a, q);
    append_processes(a, q);
    answer_printf(a, "}");
    list->any_connection = true;
}

void serve_ports(const struct request *r, struct answer *a)
{
    struct port_list list = {.answer = a};

    (void)r;
    a->status = STATUS_SUCCESS;
    answer_printf(a, "[");
    port_enumerate(each_port, each_connection, &list);
    end_port(&list);
    answer_printf(a, "]");
}

struct mount_list {
    struct answer *answer;
    bool any;
};

static bool each_mount(struct mount *mount, void *context)
{
    struct mount_list *list = context;
    struct answer *a = list->answer;
    struct io_volume *volume = mount_volume(mount);
    struct mount_statistics s;

    mount_get_statistics(mount, &s);
    answer_printf(a, "%s{\"point\":", list->any ? "," : "");
    serve_json_string(a, mount_point(mount));
    answer_printf(a, ",\"source\":");
    serve_json_string(a, mount_source(mount));
    answer_printf(a, ",\"volume\":");
    serve_json_name(a, &volume->device_name);
    answer_printf(a, ",\"dosName\":");
    serve_json_name(a, &volume->dos_name);
    answer_printf(a, ",\"workers\":%u,\"waiting\":%u,\"requests\":%lu}", s.workers, s.waiting,
        (unsigned long)s.requests);
    list->any = true;
    return true;
}

void serve_mounts(const struct request *r, struct answer *a)
{
    struct mount_list list = {.answer = a};

    (void)r;
    a->status = STATUS_SUCCESS;
    answer_printf(a, "[");
    mount_enumerate(each_mount, &list);
    answer_printf(a, "]");
}
