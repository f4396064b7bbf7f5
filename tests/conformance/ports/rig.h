/* The rig of the port tests: the manager in this process with a driver linked in, clients in processes of their own. */
#ifndef PORTS_RIG_H
#define PORTS_RIG_H

#include "harness.h"

#include <openfltmgr.h>

#include <pthread.h>
#include <stdbool.h>

#define MAX_CLIENTS 16
#define SECOND (-10000000LL) /* of a relative timeout */
#define MILLISECOND (-10000LL)

/* --- the driver --- */

extern PFLT_FILTER rig_filter;

struct rig_port;

/* One connection as the driver knows it; its address is the connection's cookie. */
struct rig_connection {
    PFLT_PORT port;             /* the variable for FltSendMessage and FltCloseClientPort */
    PFLT_PORT port_was;         /* its value at ConnectNotify */
    struct rig_port *owner;
    bool used;
    int disconnected;           /* DisconnectNotify calls; grows as the last thing that one does */
    HANDLE process;             /* PsGetCurrentProcessId in ConnectNotify */
    char context[64];
    ULONG context_size;
    bool context_was_null, context_aligned; /* to 16 bytes */
};

struct rig_port {
    PFLT_PORT server;
    struct rig_connection connections[MAX_CLIENTS];
    int connects;               /* ConnectNotify calls, refused ones too */
    NTSTATUS connect_status;    /* what ConnectNotify returns */
    bool leave_cookie;          /* do not write *ConnectionPortCookie */
    bool reuse;                 /* __atomic, rig_reuse: connections that have ended are used again: `used` falls, `disconnected` stays */
    bool keep_open;             /* DisconnectNotify does not close the client port */
    int null_cookies;           /* DisconnectNotify calls with NULL */
    NTSTATUS (*message)(struct rig_connection *connection, PVOID in, ULONG in_length, PVOID out, ULONG out_length,
        PULONG returned);
    void (*on_connect)(struct rig_connection *connection); /* before ConnectNotify agrees */
    void (*on_disconnect)(struct rig_connection *connection);
    int calls_running;          /* MessageNotify in progress */
};

int rig_start(void **state);    /* group set-up and tear-down: manager, driver, control socket */
int rig_stop(void **state);
void rig_unload(void);          /* the driver; rig_start_driver loads it again */
void rig_start_driver(void);
extern NTSTATUS (*rig_on_unload)(void); /* runs in the unload callback, before ports are closed and FltUnregisterFilter */

/* A server port open to all; *port is cleared first. Fails the test unless the status is as said. */
void rig_open(struct rig_port *port, const WCHAR *name, LONG limit);
NTSTATUS rig_open_as(struct rig_port *port, const WCHAR *name, LONG limit, ULONG attributes, PSECURITY_DESCRIPTOR sd);
void rig_close(struct rig_port *port);
/* The first connection in use. */
struct rig_connection *rig_connection(struct rig_port *port);
void rig_wait_disconnected(struct rig_connection *connection);
/* From now on connections that have ended are used again. */
void rig_reuse(struct rig_port *port);
void rig_wait_unused(struct rig_connection *connection); /* of a port with `reuse` */
/* Looks until so many senders wait for a get, for a reply, so many gets are posted; fails the test after a while. */
void rig_wait_senders(struct rig_connection *connection, unsigned count);
void rig_wait_repliers(struct rig_connection *connection, unsigned count);
void rig_wait_gets(struct rig_connection *connection, unsigned count);

/* What the manager is started with; set it before rig_start runs. */
extern struct ofm_options rig_options;
/* Looks until a warning of the log holds that text. */
void rig_expect_warning(const char *text);
unsigned rig_warnings(const char *text);

extern int rig_reports;         /* mistakes reported so far */
/* Looks until there are more than `before`, then the last must name the call. */
void rig_expect_report(int before, const char *name);

/* --- FltSendMessage in a thread --- */

struct rig_sender {
    pthread_t thread;
    struct rig_connection *connection;
    char text[64];
    char reply[256];
    ULONG reply_length;
    bool wants_reply, has_timeout;
    LARGE_INTEGER timeout;
    NTSTATUS status;
};

/* capacity < 0: no reply wanted; timeout 0: none. */
void rig_send(struct rig_sender *sender, struct rig_connection *connection, const char *text, int capacity, LONGLONG timeout);
NTSTATUS rig_sent(struct rig_sender *sender); /* waits for the end */

/* --- clients: from any thread, a client from one at a time --- */

struct rig_client;
struct rig_client *rig_client(uid_t uid);
/* A child of a client, which starts it with CreateProcess ("create") or fork and exec ("exec") and has the handle of that
 * slot in its own slot 0. */
struct rig_client *rig_heir(struct rig_client *parent, const char *how, int slot);
void rig_client_end(struct rig_client *client);  /* closes its input: it ends by itself */
void rig_client_kill(struct rig_client *client); /* SIGKILL */
pid_t rig_client_id(const struct rig_client *client);
void rig_tell(struct rig_client *client, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The answer line of that tag; good until the next call. */
const char *rig_hear(struct rig_client *client, const char *tag);
/* Both: the tag is the first word. */
const char *rig_ask(struct rig_client *client, const char *format, ...) __attribute__((format(printf, 2, 3)));
unsigned long rig_number(const char *answer, const char *field);
void rig_expect_text(const char *answer, const char *text);

#define assert_field(answer, field, wanted)                                                                          \
    do {                                                                                                             \
        const char *_a = (answer);                                                                                   \
        unsigned long _got = rig_number(_a, field), _wanted = (unsigned long)(wanted);                               \
        if (_got != _wanted)                                                                                         \
            fail_msg("%s: expected %s 0x%lx, got \"%s\"", #answer, field, _wanted, _a);                              \
    } while (0)
#define assert_hr(answer, wanted) assert_field(answer, "hr", wanted)

#define OK 0
#define HR(error) (0x80070000u | (error))

#endif
