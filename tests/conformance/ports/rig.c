/* The rig of the port tests. See rig.h. */
#include "rig.h"

#include "fltmgr/port.h"
#include "ntoskrnl/ke/report.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

PFLT_FILTER rig_filter;
NTSTATUS (*rig_on_unload)(void);
int rig_reports;
static char last_report[300];

static char directory[] = "/tmp/openfltmgr-ports-XXXXXX";
static struct rig_port *open_ports[32]; /* under `order` */

/* What a callback did comes before what the test does after it has heard of it: the order goes through the client's process,
 * so a lock makes it visible. */
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

static void in_order(void)
{
    pthread_mutex_lock(&order);
    pthread_mutex_unlock(&order);
}

/* --- looking until something is so --- */

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* cmocka's fail() leaves the test's function, which only the thread that runs it may; in any other it would end the program
 * without a word. */
static void fail_anywhere(const char *format, ...)
{
    char text[300];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (gettid() == getpid())
        fail_msg("%s", text);
    printf("Bail out! %s\n", text);
    fflush(stdout);
    _exit(1);
}

#define LOOK_UNTIL(condition, what)                                                                                  \
    do {                                                                                                             \
        double _end = seconds() + 30;                                                                                \
        while (!(condition)) {                                                                                       \
            if (seconds() > _end)                                                                                    \
                fail_anywhere("waited in vain for %s", what);                                                             \
            sched_yield();                                                                                           \
        }                                                                                                            \
    } while (0)

enum which { SENDERS, REPLIERS, GETS };

static unsigned count_of(struct rig_connection *connection, enum which which)
{
    struct flt_connection *c = (struct flt_connection *)connection->port_was;

    struct message_queues queues;

    pthread_mutex_lock(&c->lock);
    message_describe_locked(c, &queues);
    pthread_mutex_unlock(&c->lock);
    return which == SENDERS ? queues.senders : which == REPLIERS ? queues.repliers : queues.gets;
}

void rig_wait_senders(struct rig_connection *connection, unsigned count)
{
    LOOK_UNTIL(count_of(connection, SENDERS) == count, "waiting senders");
}

void rig_wait_repliers(struct rig_connection *connection, unsigned count)
{
    LOOK_UNTIL(count_of(connection, REPLIERS) == count, "senders that wait for a reply");
}

void rig_wait_gets(struct rig_connection *connection, unsigned count)
{
    LOOK_UNTIL(count_of(connection, GETS) == count, "posted gets");
}

void rig_wait_disconnected(struct rig_connection *connection)
{
    LOOK_UNTIL(__atomic_load_n(&connection->disconnected, __ATOMIC_ACQUIRE) > 0, "DisconnectNotify");
    in_order();
}

void rig_wait_unused(struct rig_connection *connection)
{
    LOOK_UNTIL(!__atomic_load_n(&connection->used, __ATOMIC_ACQUIRE), "DisconnectNotify");
}

/* --- the driver --- */

static struct rig_connection *free_connection(struct rig_port *port)
{
    for (int i = 0; i < MAX_CLIENTS; i++) {
        if (!__atomic_exchange_n(&port->connections[i].used, true, __ATOMIC_ACQ_REL))
            return &port->connections[i];
    }
    return NULL;
}

static NTSTATUS on_connect(PFLT_PORT client, PVOID server_cookie, PVOID context, ULONG size, PVOID *cookie)
{
    struct rig_port *port = server_cookie;

    in_order();
    __atomic_fetch_add(&port->connects, 1, __ATOMIC_RELAXED);
    NTSTATUS status = port->connect_status;
    in_order();
    if (!NT_SUCCESS(status))
        return status;
    struct rig_connection *c = free_connection(port);
    if (!c)
        return STATUS_INSUFFICIENT_RESOURCES;
    /* `port` is left alone: a sender may be reading it */
    c->port_was = client;
    c->owner = port;
    __atomic_store_n(&c->disconnected, 0, __ATOMIC_RELEASE); /* somebody may be waiting for it already */
    c->process = PsGetCurrentProcessId();
    c->context_size = size;
    c->context_was_null = context == NULL;
    c->context_aligned = (ULONG_PTR)context % 16 == 0;
    memset(c->context, 0, sizeof c->context);
    if (size > 0)
        memcpy(c->context, context, size < sizeof c->context ? size : sizeof c->context - 1);
    if (!port->leave_cookie)
        *cookie = c;
    __atomic_store_n(&c->port, client, __ATOMIC_RELEASE);
    if (port->on_connect)
        port->on_connect(c);
    in_order();
    return STATUS_SUCCESS;
}

/* The connection whose cookie was not written: one at a time. */
static struct rig_connection *without_cookie(void)
{
    struct rig_connection *found = NULL;

    pthread_mutex_lock(&order);
    for (int i = 0; i < 32 && !found; i++) {
        if (open_ports[i] && open_ports[i]->leave_cookie)
            found = &open_ports[i]->connections[0];
    }
    pthread_mutex_unlock(&order);
    return found;
}

/* Once `disconnected` has grown the test may use connection and port for something else: nothing of them is looked at
 * afterwards. */
static VOID on_disconnect(PVOID cookie)
{
    struct rig_connection *c = cookie ? cookie : without_cookie();

    in_order();
    bool reuse = __atomic_load_n(&c->owner->reuse, __ATOMIC_RELAXED);
    if (!cookie)
        __atomic_fetch_add(&c->owner->null_cookies, 1, __ATOMIC_RELAXED);
    if (c->owner->on_disconnect)
        c->owner->on_disconnect(c);
    if (!c->owner->keep_open)
        FltCloseClientPort(rig_filter, &c->port);
    in_order();
    if (reuse)
        __atomic_store_n(&c->used, false, __ATOMIC_RELEASE);
    else if (__atomic_fetch_add(&c->disconnected, 1, __ATOMIC_RELEASE) > 0)
        fail_anywhere("DisconnectNotify came twice for one connection (P-108)");
}

static NTSTATUS on_message(PVOID cookie, PVOID in, ULONG in_length, PVOID out, ULONG out_length, PULONG returned)
{
    struct rig_connection *c = cookie;

    in_order();
    __atomic_fetch_add(&c->owner->calls_running, 1, __ATOMIC_SEQ_CST);
    NTSTATUS status = c->owner->message(c, in, in_length, out, out_length, returned);
    __atomic_fetch_sub(&c->owner->calls_running, 1, __ATOMIC_SEQ_CST);
    in_order();
    return status;
}

/* Puts `now` where `before` stood. */
static void replace_port(const struct rig_port *before, struct rig_port *now)
{
    pthread_mutex_lock(&order);
    for (int i = 0; i < 32; i++) {
        if (open_ports[i] == before) {
            open_ports[i] = now;
            break;
        }
    }
    pthread_mutex_unlock(&order);
}

NTSTATUS rig_open_as(struct rig_port *port, const WCHAR *name, LONG limit, ULONG attributes, PSECURITY_DESCRIPTOR sd)
{
    UNICODE_STRING text;
    OBJECT_ATTRIBUTES oa;
    NTSTATUS (*message)(struct rig_connection *, PVOID, ULONG, PVOID, ULONG, PULONG) = port->message;

    for (int i = 0; i < MAX_CLIENTS; i++) { /* of the test before */
        if (__atomic_load_n(&port->connections[i].used, __ATOMIC_ACQUIRE))
            rig_wait_disconnected(&port->connections[i]);
    }
    memset(port, 0, sizeof *port);
    port->message = message;
    RtlInitUnicodeString(&text, name);
    InitializeObjectAttributes(&oa, &text, attributes, NULL, sd);
    NTSTATUS status = FltCreateCommunicationPort(rig_filter, &port->server, &oa, port, on_connect, on_disconnect,
        message ? on_message : NULL, limit);
    if (NT_SUCCESS(status))
        replace_port(NULL, port);
    return status;
}

void rig_open(struct rig_port *port, const WCHAR *name, LONG limit)
{
    PSECURITY_DESCRIPTOR sd;

    assert_status(STATUS_SUCCESS, FltBuildDefaultSecurityDescriptor(&sd, FLT_PORT_ALL_ACCESS));
    RtlSetDaclSecurityDescriptor(sd, TRUE, NULL, FALSE);
    assert_status(STATUS_SUCCESS, rig_open_as(port, name, limit, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, sd));
    FltFreeSecurityDescriptor(sd); /* P-09: the port has its own copy */
}

void rig_reuse(struct rig_port *port)
{
    __atomic_store_n(&port->reuse, true, __ATOMIC_RELAXED);
}

void rig_close(struct rig_port *port)
{
    FltCloseCommunicationPort(port->server);
    replace_port(port, NULL);
}

struct rig_connection *rig_connection(struct rig_port *port)
{
    for (int i = 0; i < MAX_CLIENTS; i++) {
        if (__atomic_load_n(&port->connections[i].used, __ATOMIC_ACQUIRE))
            return &port->connections[i];
    }
    fail_msg("no connection");
    return NULL;
}

/* Any; NULL when none is. */
static struct rig_port *open_port(void)
{
    struct rig_port *found = NULL;

    pthread_mutex_lock(&order);
    for (int i = 0; i < 32 && !found; i++)
        found = open_ports[i];
    pthread_mutex_unlock(&order);
    return found;
}

static NTSTATUS on_unload(FLT_FILTER_UNLOAD_FLAGS flags)
{
    NTSTATUS (*hook)(void) = __atomic_load_n(&rig_on_unload, __ATOMIC_ACQUIRE);
    if (hook) {
        NTSTATUS status = hook();
        if (!NT_SUCCESS(status))
            return status;
    }
    for (struct rig_port *port; (port = open_port()) != NULL;)
        rig_close(port);
    FltUnregisterFilter(rig_filter);
    return STATUS_SUCCESS;
}

/* May be detached by hand. */
static NTSTATUS on_query_teardown(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_QUERY_TEARDOWN_FLAGS flags)
{
    return STATUS_SUCCESS;
}

static NTSTATUS driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    static const FLT_REGISTRATION registration = {
        .Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION, .FilterUnloadCallback = on_unload,
        .InstanceQueryTeardownCallback = on_query_teardown};
    NTSTATUS status = FltRegisterFilter(driver, &registration, &rig_filter);

    return NT_SUCCESS(status) ? FltStartFiltering(rig_filter) : status;
}

void rig_start_driver(void)
{
    __atomic_store_n(&rig_on_unload, NULL, __ATOMIC_RELEASE);
    assert_status(STATUS_SUCCESS, ofm_driver_load_entry("porttest", driver_entry));
}

void rig_unload(void)
{
    assert_status(STATUS_SUCCESS, ofm_driver_unload("porttest", 0));
}

#define WARNINGS 64

struct ofm_options rig_options;
static char warnings[WARNINGS][300]; /* the last ones; under `order` */
static unsigned warning_count;

unsigned rig_warnings(const char *text)
{
    unsigned found = 0;

    pthread_mutex_lock(&order);
    for (unsigned i = 0; i < WARNINGS; i++)
        found += strstr(warnings[i], text) != NULL;
    pthread_mutex_unlock(&order);
    return found;
}

void rig_expect_warning(const char *text)
{
    LOOK_UNTIL(rig_warnings(text) > 0, text);
}

static void remember(void *context, enum ofm_log_level level, const char *driver, const char *text)
{
    if (level == OFM_LOG_WARNING) {
        pthread_mutex_lock(&order);
        snprintf(warnings[warning_count++ % WARNINGS], sizeof warnings[0], "%s", text);
        pthread_mutex_unlock(&order);
    }
    if (level != OFM_LOG_REPORT)
        return;
    pthread_mutex_lock(&order);
    snprintf(last_report, sizeof last_report, "%s", text);
    pthread_mutex_unlock(&order);
    __atomic_fetch_add(&rig_reports, 1, __ATOMIC_RELAXED);
}

void rig_expect_report(int before, const char *name)
{
    LOOK_UNTIL(__atomic_load_n(&rig_reports, __ATOMIC_RELAXED) > before, "a report");
    pthread_mutex_lock(&order);
    bool named = strstr(last_report, name) != NULL;
    pthread_mutex_unlock(&order);
    if (!named)
        fail_msg("expected a report of %s, got \"%s\"", name, last_report);
}

int rig_start(void **state)
{
    struct ofm_options options = rig_options;

    options.log = remember;
    if (!mkdtemp(directory) || chmod(directory, 0755) || setenv("OPENFLTMGR_RUNTIME", directory, 1))
        return -1;
    if (!NT_SUCCESS(ofm_start(&options)) || !NT_SUCCESS(ofm_service_set("porttest", NULL, "370030", NULL, 0)))
        return -1;
    rig_start_driver();
    return NT_SUCCESS(ofm_listen(directory)) ? 0 : -1;
}

int rig_stop(void **state)
{
    struct ofm_report report;

    if (!NT_SUCCESS(ofm_stop(&report)))
        return -1;
    if (report.leaks)
        fprintf(stderr, "# %lu leaks: %s\n", report.leaks, last_report);
    rmdir(directory);
    return report.leaks ? -1 : 0;
}

/* --- senders --- */

static void *run_sender(void *argument)
{
    struct rig_sender *s = argument;

    s->status = FltSendMessage(rig_filter, &s->connection->port, s->text, (ULONG)strlen(s->text),
        s->wants_reply ? s->reply : NULL, s->wants_reply ? &s->reply_length : NULL, s->has_timeout ? &s->timeout : NULL);
    return NULL;
}

void rig_send(struct rig_sender *s, struct rig_connection *connection, const char *text, int capacity, LONGLONG timeout)
{
    memset(s, 0, sizeof *s);
    s->connection = connection;
    snprintf(s->text, sizeof s->text, "%s", text);
    s->wants_reply = capacity >= 0;
    s->reply_length = capacity >= 0 ? (ULONG)capacity : 0;
    s->has_timeout = timeout != 0;
    s->timeout.QuadPart = timeout;
    assert_int_equal(pthread_create(&s->thread, NULL, run_sender, s), 0);
}

NTSTATUS rig_sent(struct rig_sender *s)
{
    pthread_join(s->thread, NULL);
    return s->status;
}

/* --- clients --- */

struct rig_client {
    pid_t id;
    bool heir; /* another's child: nobody here waits for it */
    FILE *to, *from;
    struct answer {
        struct answer *next;
        char tag[16], text[400];
    } *answers;                 /* heard, but not yet asked for */
    char last[400];
};

struct rig_client *rig_client(uid_t uid)
{
    struct rig_client *c = calloc(1, sizeof *c);
    int in[2], out[2];
    char number[16];
    char *arguments[] = {(char *)PORT_CLIENT, number, NULL};
    posix_spawn_file_actions_t actions;

    snprintf(number, sizeof number, "%u", uid);
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
        fail_anywhere("no pipe: %s", strerror(errno));
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    int error = posix_spawn(&c->id, PORT_CLIENT, &actions, NULL, arguments, environ);
    if (error)
        fail_anywhere("%s: %s", PORT_CLIENT, strerror(error));
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    c->to = fdopen(in[1], "w");
    c->from = fdopen(out[0], "r");
    return c;
}

static FILE *open_pipe(const char *name, const char *mode)
{
    FILE *file = fopen(name, mode);

    if (!file)
        fail_anywhere("%s: %s", name, strerror(errno));
    unlink(name);
    return file;
}

struct rig_client *rig_heir(struct rig_client *parent, const char *how, int slot)
{
    static int count;
    struct rig_client *c = calloc(1, sizeof *c);
    char in[80], out[80];

    snprintf(in, sizeof in, "%s/in%d", directory, ++count);
    snprintf(out, sizeof out, "%s/out%d", directory, count);
    if (mkfifo(in, 0600) || mkfifo(out, 0600))
        fail_anywhere("no pipes: %s", strerror(errno));
    const char *answer = rig_ask(parent, "H heir %d %s %s %s", slot, how, in, out);
    if (!rig_number(answer, "ok"))
        fail_anywhere("no child: \"%s\"", answer);
    c->id = (pid_t)rig_number(answer, "pid");
    c->heir = true;
    c->to = open_pipe(in, "we");
    c->from = open_pipe(out, "re");
    return c;
}

pid_t rig_client_id(const struct rig_client *c)
{
    return c->id;
}

static void forget_client(struct rig_client *c)
{
    int status;

    if (!c->heir)
        waitpid(c->id, &status, 0);
    fclose(c->from);
    while (c->answers) {
        struct answer *next = c->answers->next;
        free(c->answers);
        c->answers = next;
    }
    free(c);
}

void rig_client_end(struct rig_client *c)
{
    in_order();
    fclose(c->to);
    forget_client(c);
}

void rig_client_kill(struct rig_client *c)
{
    in_order();
    kill(c->id, SIGKILL);
    fclose(c->to);
    forget_client(c);
}

static void tell(struct rig_client *c, const char *format, va_list arguments)
{
    in_order();
    vfprintf(c->to, format, arguments);
    fputc('\n', c->to);
    fflush(c->to);
}

void rig_tell(struct rig_client *c, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    tell(c, format, arguments);
    va_end(arguments);
}

static struct answer *read_answer(struct rig_client *c)
{
    struct answer *a = calloc(1, sizeof *a);
    char line[400];

    if (!fgets(line, sizeof line, c->from)) {
        int status = 0;
        free(a);
        waitpid(c->id, &status, 0);
        fail_anywhere("the client has ended: exit status %d, signal %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1,
            WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    }
    line[strcspn(line, "\n")] = 0;
    size_t n = strcspn(line, " ");
    snprintf(a->tag, sizeof a->tag, "%.*s", (int)n, line);
    snprintf(a->text, sizeof a->text, "%s", line + n);
    return a;
}

const char *rig_hear(struct rig_client *c, const char *tag)
{
    for (;;) {
        struct answer **at = &c->answers;
        while (*at && strcmp((*at)->tag, tag))
            at = &(*at)->next;
        if (!*at) {
            *at = read_answer(c);
            continue;
        }
        struct answer *a = *at;
        *at = a->next;
        in_order();
        snprintf(c->last, sizeof c->last, "%s", a->text);
        free(a);
        return c->last;
    }
}

const char *rig_ask(struct rig_client *c, const char *format, ...)
{
    char tag[16];
    va_list arguments;

    va_start(arguments, format);
    tell(c, format, arguments);
    va_end(arguments);
    snprintf(tag, sizeof tag, "%.*s", (int)strcspn(format, " "), format);
    return rig_hear(c, tag);
}

unsigned long rig_number(const char *answer, const char *field)
{
    char name[32];

    snprintf(name, sizeof name, " %s=", field);
    const char *at = strstr(answer, name);
    if (!at)
        fail_anywhere("no %s in \"%s\"", field, answer);
    return strtoul(at + strlen(name), NULL, 16);
}

void rig_expect_text(const char *answer, const char *text)
{
    const char *at = strstr(answer, " text=");

    if (!at || strcmp(at + 6, text))
        fail_msg("expected the text \"%s\", got \"%s\"", text, answer);
}
