/* Mailslots whose handles a child process inherits: the parent's groups, and what their children do (this
 * program again, by CreateProcess). A child gets the handle's value as an argument and tells by the slot
 * "back". */
#include "talk.h"

#include "channel/wire.h"

#include <ntstatus.h>
#include <winternl.h>

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>


static const char *self;

static HANDLE new_slot(const char *name, DWORD timeout, BOOL inherit)
{
    SECURITY_ATTRIBUTES attributes = {sizeof attributes, NULL, inherit};
    HANDLE h = CreateMailslotA(name, 0, timeout, &attributes);

    CHECK(h != BAD);
    return h;
}

/* ---- children ---- */

static HANDLE child_with(const char *command, BOOL inherit)
{
    char line[600];
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION information;

    snprintf(line, sizeof line, "%s", command);
    CHECK(CreateProcessA(NULL, line, NULL, NULL, inherit, 0, NULL, NULL, &startup, &information));
    CloseHandle(information.hThread);
    return information.hProcess;
}

static HANDLE child(const char *group, HANDLE h, BOOL inherit)
{
    char command[500];

    snprintf(command, sizeof command, "\"%s\" %s %lx", self, group, (unsigned long)(uintptr_t)h);
    return child_with(command, inherit);
}

static DWORD end_of(HANDLE process)
{
    DWORD code;

    CHECK(WaitForSingleObject(process, 30000) == WAIT_OBJECT_0 && GetExitCodeProcess(process, &code));
    CloseHandle(process);
    return code;
}

/* The name is taken until a process has ended, and its end is seen a little later. */
static void becomes_free(void)
{
    HANDLE h;

    while ((h = CreateMailslotA(SLOT, 0, 0, NULL)) == BAD) {
        CHECK(GetLastError() == ERROR_ALREADY_EXISTS);
        SwitchToThread();
    }
    CloseHandle(h);
}

/* ---- one reads after the other has closed ---- */

static void inherits(void)
{
    HANDLE back = new_slot(BACK, 30000, FALSE), h = new_slot(SLOT, MAILSLOT_WAIT_FOREVER, TRUE), copy;

    CHECK(
        DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(), &copy, 0, TRUE, DUPLICATE_SAME_ACCESS));
    HANDLE process = child("heir", h, TRUE);
    CHECK(CloseHandle(h) && CloseHandle(copy));
    FAILS(ERROR_INVALID_HANDLE, GetMailslotInfo(h, NULL, NULL, NULL, NULL));
    FAILS(ERROR_ALREADY_EXISTS, CreateMailslotA(SLOT, 0, 0, NULL) != BAD);
    HANDLE w = writer_of(SLOT);
    hear(back, "there");
    CHECK(DuplicateHandle(process, h, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS)); /* the heir's */
    CHECK(CloseHandle(copy));
    say(w, "to the heir");
    hear(back, "heard");
    say(w, "one more"); /* it has closed one of two */
    hear(back, "and again");
    FAILS(ERROR_ALREADY_EXISTS, CreateMailslotA(SLOT, 0, 0, NULL) != BAD);
    CHECK(TerminateProcess(process, 1));
    end_of(process);
    becomes_free();
    FAILS(ERROR_HANDLE_EOF, WriteFile(w, "x", 1, &done, NULL));
    /* and closed by the child, the name is free at once */
    h = new_slot(SLOT, 0, TRUE);
    process = child("closes", h, TRUE);
    CHECK(end_of(process) == 0);
    FAILS(ERROR_ALREADY_EXISTS, CreateMailslotA(SLOT, 0, 0, NULL) != BAD); /* here it is open */
    process = child("closes", h, TRUE);
    CHECK(CloseHandle(h));
    CHECK(end_of(process) == 0);
    h = new_slot(SLOT, 0, FALSE);
    CloseHandle(h);
    CloseHandle(w);
    CloseHandle(back);
}

static HANDLE next_of(HANDLE h)
{
    return (HANDLE)((uintptr_t)h + 4);
}

static void heir(HANDLE h)
{
    DWORD flags;

    CHECK(GetHandleInformation(h, &flags) && flags == HANDLE_FLAG_INHERIT);
    CHECK(CompareObjectHandles(h, next_of(h)));
    tell("there");
    hear(h, "to the heir");
    CHECK(CloseHandle(h));
    FAILS(ERROR_INVALID_HANDLE, ReadFile(h, buffer, sizeof buffer, &done, NULL));
    tell("heard");
    hear(next_of(h), "one more");
    tell("and again");
    ReadFile(next_of(h), buffer, sizeof buffer, &done, NULL); /* until it is killed */
}

static void closes(HANDLE h)
{
    CHECK(GetMailslotInfo(h, NULL, NULL, NULL, NULL) && CloseHandle(h));
}

/* ---- no inheritance ---- */

static void inheritnot(void)
{
    HANDLE h = new_slot(SLOT, 0, FALSE);

    CHECK(end_of(child("hasnot", h, TRUE)) == 0);
    CHECK(SetHandleInformation(h, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    CHECK(end_of(child("hasnot", h, FALSE)) == 0);
    CHECK(end_of(child("closes", h, TRUE)) == 0);
    CHECK(SetHandleInformation(h, HANDLE_FLAG_INHERIT, 0));
    CHECK(end_of(child("hasnot", h, TRUE)) == 0);
    CloseHandle(h);
}

static void hasnot(HANDLE h)
{
    FAILS(ERROR_INVALID_HANDLE, GetMailslotInfo(h, NULL, NULL, NULL, NULL));
    CHECK(getenv("OPENFLTMGR_HANDLES") == NULL);
}

/* ---- the time of reads ---- */

static void inherittimes(void)
{
    HANDLE h = new_slot(SLOT, MAILSLOT_WAIT_FOREVER, TRUE), w = writer_of(SLOT);
    DWORD timeout;

    CHECK(end_of(child("setszero", h, TRUE)) == 0);
    CHECK(GetMailslotInfo(h, NULL, NULL, NULL, &timeout) && timeout == 0);
    FAILS(ERROR_SEM_TIMEOUT, ReadFile(h, buffer, sizeof buffer, &done, NULL)); /* or it would never end */
    CHECK(SetMailslotInfo(h, MAILSLOT_WAIT_FOREVER));
    HANDLE process = child("obeyszero", h, TRUE);
    CHECK(SetMailslotInfo(h, 0)); /* a read that waits already is not a later one */
    CHECK(end_of(process) == 0);
    CloseHandle(w);
    CloseHandle(h);
}

static void setszero(HANDLE h)
{
    CHECK(SetMailslotInfo(h, 0));
}

static void obeyszero(HANDLE h)
{
    DWORD timeout = 1;

    while (timeout != 0)
        CHECK(GetMailslotInfo(h, NULL, NULL, NULL, &timeout));
    FAILS(ERROR_SEM_TIMEOUT, ReadFile(h, buffer, sizeof buffer, &done, NULL));
}

/* ---- several readers ---- */

enum { READERS = 3, MESSAGES = 120 };

static void inheritreaders(void)
{
    HANDLE h = new_slot(SLOT, MAILSLOT_WAIT_FOREVER, TRUE), w = writer_of(SLOT), processes[READERS];
    DWORD total = 0;

    for (int i = 0; i < READERS; i++)
        processes[i] = child("reads", h, TRUE);
    for (int i = 0; i < MESSAGES; i++)
        say(w, "one");
    for (int i = 0; i < READERS; i++)
        say(w, "");
    for (int i = 0; i < READERS; i++)
        total += end_of(processes[i]);
    CHECK(total == MESSAGES);
    CHECK(GetMailslotInfo(h, NULL, &done, NULL, NULL) && done == MAILSLOT_NO_MESSAGE);
    CloseHandle(w);
    CloseHandle(h);
}

static void reads(HANDLE h)
{
    int count = 0;

    while (ReadFile(h, buffer, sizeof buffer, &done, NULL) && done > 0) {
        CHECK(done == 3 && !memcmp(buffer, "one", 3));
        count++;
    }
    exit(count);
}

/* ---- hostile ---- */

enum { FLOOD = 3000 };

static void inheritflood(void)
{
    HANDLE back = new_slot(BACK, 30000, FALSE), h = new_slot(SLOT, 30000, TRUE), w = writer_of(SLOT);
    HANDLE process = child("floods", h, TRUE);
    DWORD next, count;

    hear(back, "flooding");
    for (int i = 0; i < 20; i++)
        CHECK(GetMailslotInfo(h, NULL, &next, &count, NULL));
    CHECK(TerminateProcess(process, 1));
    end_of(process);
    /* what it had pending is taken back; until that is done it may swallow some */
    do {
        say(w, "for the parent");
        CHECK(GetMailslotInfo(h, NULL, NULL, &count, NULL));
    } while (count == 0);
    hear(h, "for the parent");
    CHECK(CloseHandle(h));
    becomes_free(); /* the child's handle is closed after its reads have ended */
    CloseHandle(w);
    CloseHandle(back);
}

/* More reads than the manager takes of one handle, and nobody who would read their answers. */
static void floods(HANDLE h)
{
    static OVERLAPPED all[FLOOD];
    static char rooms[FLOOD][8];

    for (int i = 0; i < 1000; i++)
        CHECK(!ReadFile(h, rooms[i], sizeof rooms[i], NULL, &all[i]) && GetLastError() == ERROR_IO_PENDING);
    tell("flooding");
    for (int i = 1000; i < FLOOD; i++)
        ReadFile(h, rooms[i], sizeof rooms[i], NULL,
            &all[i]); /* the manager stops reading: it hangs here until it is killed */
    raise(SIGSTOP);
}

static void inheritlinux(void)
{
    HANDLE h = new_slot(SLOT, 0, TRUE), process = child_with("sleep 1000", TRUE);

    CHECK(CloseHandle(h));
    FAILS(ERROR_ALREADY_EXISTS, CreateMailslotA(SLOT, 0, 0, NULL) != BAD);
    CHECK(TerminateProcess(process, 1));
    end_of(process);
    becomes_free();
}

/* ---- sharing by packets ---- */

static int file_socket(const WCHAR *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = 0;
    struct {
        struct wire_request header;
        uint8_t rest[300];
    } packet = {.header = {.magic = WIRE_MAGIC, .op = WIRE_FILE_OPEN, .present = 1}};
    struct wire_file_open open = {.access = GENERIC_WRITE | SYNCHRONIZE,
        .share = 7,
        .disposition = FILE_OPEN,
        .options = FILE_SYNCHRONOUS_IO_NONALERT,
        .object_attributes = OBJ_CASE_INSENSITIVE,
        .tid = (uint32_t)gettid()};

    while (name[length])
        length++;
    packet.header.lengths[0] = (uint32_t)(length * 2);
    memcpy(packet.rest, name, length * 2);
    memcpy(packet.rest + length * 2, &open, sizeof open);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/control", getenv("OPENFLTMGR_RUNTIME"));
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(send(fd, &packet, sizeof packet.header + length * 2 + sizeof open, 0) > 0);
    struct wire_reply reply;
    CHECK(recv(fd, &reply, sizeof reply, 0) == sizeof reply && reply.status == STATUS_SUCCESS);
    return fd;
}

static void ask_to_share(int file, int descriptor)
{
    struct wire_request request = {.magic = WIRE_MAGIC, .op = WIRE_FILE_SHARE};
    struct iovec vector = {&request, sizeof request};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } room = {0};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = room.bytes, .msg_controllen = sizeof room};
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof descriptor);
    memcpy(CMSG_DATA(c), &descriptor, sizeof descriptor);
    CHECK(sendmsg(file, &message, MSG_NOSIGNAL) == sizeof request);
}

static void strangers(void)
{
    HANDLE h = new_slot(SLOT, 0, FALSE);
    int file = file_socket(u"\\Device\\Mailslot\\tests\\one"), pair[2], other[2];
    struct wire_reply reply;

    /* its own: an answer; the same process' handle lives beside the first */
    CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
    ask_to_share(file, pair[1]);
    close(pair[1]);
    CHECK(recv(pair[0], &reply, sizeof reply, MSG_TRUNC) >= (ssize_t)sizeof reply &&
          reply.magic == WIRE_MAGIC && reply.status == 0);
    close(pair[0]);
    /* another process' */
    CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, other) == 0);
    pid_t id = fork();
    if (id == 0) {
        close(other[0]);
        ask_to_share(file, other[1]);
        _exit(0);
    }
    close(other[1]);
    CHECK(waitpid(id, NULL, 0) == id);
    CHECK(recv(other[0], &reply, sizeof reply, 0) == 0);
    close(other[0]);
    /* no socket at all: nothing comes, and the file goes on */
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    ask_to_share(file, null);
    close(null);
    CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
    ask_to_share(file, pair[1]);
    close(pair[1]);
    CHECK(recv(pair[0], &reply, sizeof reply, MSG_TRUNC) >= (ssize_t)sizeof reply && reply.status == 0);
    close(pair[0]);
    /* no descriptor: a protocol error */
    struct wire_request request = {.magic = WIRE_MAGIC, .op = WIRE_FILE_SHARE};
    CHECK(send(file, &request, sizeof request, 0) == sizeof request);
    CHECK(recv(file, &reply, sizeof reply, 0) == 0);
    close(file);
    CloseHandle(h);
}

int heirs_run(int count, char **arguments)
{
    static const struct {
        const char *name;
        void (*parent)(void);
        void (*child)(HANDLE);
    } groups[] = {{"inherits", inherits, NULL}, {"heir", NULL, heir}, {"closes", NULL, closes},
        {"inheritnot", inheritnot, NULL}, {"hasnot", NULL, hasnot}, {"inherittimes", inherittimes, NULL},
        {"setszero", NULL, setszero}, {"obeyszero", NULL, obeyszero},
        {"inheritreaders", inheritreaders, NULL}, {"reads", NULL, reads},
        {"inheritflood", inheritflood, NULL}, {"floods", NULL, floods}, {"inheritlinux", inheritlinux, NULL},
        {"strangers", strangers, NULL}};

    self = arguments[0];
    for (unsigned i = 0; count >= 2 && i < sizeof groups / sizeof *groups; i++) {
        if (strcmp(groups[i].name, arguments[1]) != 0 || (groups[i].parent != NULL) != (count == 2))
            continue;
        if (groups[i].parent)
            groups[i].parent();
        else
            groups[i].child((HANDLE)(uintptr_t)strtoul(arguments[2], NULL, 16));
        return 1;
    }
    return 0;
}
