#include "asked.h"

#include "fltmgr/port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static PFLT_PORT servers[2], clients[2];
static struct flt_connection *connections[2];

/* ---- in the manager's process ---- */

static NTSTATUS on_connect(PFLT_PORT port, PVOID cookie, PVOID context, ULONG size, PVOID *connection_cookie)
{
    __atomic_store_n(&clients[(size_t)cookie], port, __ATOMIC_RELEASE); /* a worker reads it */
    *connection_cookie = cookie;
    return STATUS_SUCCESS;
}

static PFLT_FILTER owner;

static void on_disconnect(PVOID cookie)
{
    FltCloseClientPort(owner, &clients[(size_t)cookie]);
}

static void port_name(int port, WCHAR name[16], UNICODE_STRING *text)
{
    memcpy(name, u"\\AskedPort0", sizeof u"\\AskedPort0");
    name[10] = (WCHAR)(u'0' + port);
    RtlInitUnicodeString(text, name);
}

static void make_ports(PFLT_FILTER filter)
{
    PSECURITY_DESCRIPTOR descriptor;
    owner = filter;
    if (!NT_SUCCESS(FltBuildDefaultSecurityDescriptor(&descriptor, FLT_PORT_ALL_ACCESS)))
        abort();
    for (int i = 0; i < 2; i++) {
        WCHAR name[16];
        UNICODE_STRING text;
        OBJECT_ATTRIBUTES attributes;
        port_name(i, name, &text);
        InitializeObjectAttributes(&attributes, &text, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, descriptor);
        if (!NT_SUCCESS(FltCreateCommunicationPort(filter, &servers[i], &attributes, (PVOID)(size_t)i, on_connect, on_disconnect, NULL, 1)))
            abort();
    }
    FltFreeSecurityDescriptor(descriptor);
}

static NTSTATUS ask(PFLT_FILTER filter, const char *name)
{
    char question = '?', answer;
    ULONG length = sizeof answer;
    int port = name[3] - '0';
    if (port < 0 || port > 1)
        return STATUS_INVALID_PARAMETER;
    return FltSendMessage(filter, &clients[port], &question, sizeof question, &answer, &length, NULL);
}

/* C, D: the client of port 0, 1 connects; X: both hang up. Z: the ports go, too. */
static void obey(char order)
{
    if (order == 'C' || order == 'D') {
        WCHAR name[16];
        UNICODE_STRING text;
        port_name(order - 'C', name, &text);
        if (!NT_SUCCESS(port_connect(&text, NULL, 0, guarded->client, 0, 0, &connections[order - 'C'])))
            abort();
        return;
    }
    for (int i = 0; i < 2; i++) {
        if (connections[i])
            port_hang_up(connections[i]->first);
        connections[i] = NULL;
        if (order == 'Z')
            FltCloseCommunicationPort(servers[i]);
    }
}

/* ---- in the test's ---- */

void asked_prepare(void)
{
    guarded_started = make_ports;
    guarded_ask = ask;
    guarded_obey = obey;
}

void asked_connect(int port, pid_t client)
{
    guarded->client = client;
    guarded_order((char)('C' + port));
}

void asked_disconnect(void)
{
    guarded_order('X');
}

struct asked_child asked_child(int (*fn)(void))
{
    int go[2];
    char byte;
    assert_int_equal(0, pipe(go));
    pid_t child = fork();
    if (child == 0) {
        close(go[1]);
        _exit(read(go[0], &byte, 1) == 1 ? fn() : 200);
    }
    close(go[0]);
    return (struct asked_child){child, go[1]};
}

void asked_go(struct asked_child *child)
{
    assert_int_equal(1, write(child->go, "g", 1));
    close(child->go);
}

int asked_open(const char *name)
{
    int fd = open(on_mount(name), O_RDONLY | O_CLOEXEC);
    return fd >= 0 ? 0 : errno;
}

int asked_end(struct asked_child *child)
{
    int status;
    assert_int_equal(child->pid, waitpid(child->pid, &status, 0));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}
