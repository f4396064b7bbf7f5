/* DuplicateHandle between processes: the group is the process that makes handles, its children (this program
 * again) get their values by the slot "tests\guest" and tell by the slot "tests\back". */
#include "talk.h"

#include "channel/wire.h"

#include <winternl.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define GUEST "\\\\.\\mailslot\\tests\\guest"

static const char *self;

static HANDLE new_slot(const char *name, DWORD timeout)
{
    HANDLE h = CreateMailslotA(name, 0, timeout, NULL);

    CHECK(h != BAD);
    return h;
}

/* ---- a child that is given handles ---- */

struct guest {
    HANDLE process, back, to;
};

static struct guest invite(const char *group)
{
    char line[600];
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION information;
    struct guest g = {.back = new_slot(BACK, 30000)};

    snprintf(line, sizeof line, "\"%s\" %s x", self, group);
    CHECK(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &information));
    CloseHandle(information.hThread);
    g.process = information.hProcess;
    hear(g.back, "ready");
    g.to = writer_of(GUEST);
    return g;
}

static HANDLE give(const struct guest *g, HANDLE h, DWORD access, DWORD options)
{
    HANDLE theirs = NULL;

    CHECK(DuplicateHandle(GetCurrentProcess(), h, g->process, &theirs, access, FALSE, options) && theirs);
    return theirs;
}

static void name_it(const struct guest *g, HANDLE theirs)
{
    char text[32];

    snprintf(text, sizeof text, "%lx", (unsigned long)(uintptr_t)theirs);
    say(g->to, text);
}

static void part(const struct guest *g)
{
    DWORD code;

    CHECK(WaitForSingleObject(g->process, 30000) == WAIT_OBJECT_0 && GetExitCodeProcess(g->process, &code));
    CHECK(code == 0);
    CHECK(CloseHandle(g->to) && CloseHandle(g->back) && CloseHandle(g->process));
}

static HANDLE arrive(void)
{
    HANDLE in = new_slot(GUEST, 30000);

    tell("ready");
    return in;
}

static HANDLE receive(HANDLE in)
{
    memset(buffer, 0, sizeof buffer);
    CHECK(ReadFile(in, buffer, sizeof buffer - 1, &done, NULL));
    return (HANDLE)(uintptr_t)strtoul(buffer, NULL, 16);
}

/* The name is taken until the process' end has been seen. */
static void becomes_free(void)
{
    HANDLE h;

    while ((h = CreateMailslotA(SLOT, 0, 0, NULL)) == BAD) {
        CHECK(GetLastError() == ERROR_ALREADY_EXISTS);
        SwitchToThread();
    }
    CloseHandle(h);
}

/* ---- the handle works there, and keeps the slot ---- */

static void gives(void)
{
    HANDLE h = new_slot(SLOT, MAILSLOT_WAIT_FOREVER);
    struct guest g = invite("reader");
    HANDLE theirs = give(&g, h, 0, DUPLICATE_SAME_ACCESS);
    HANDLE second = give(&g, h, 0, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);

    CHECK(theirs != second);
    FAILS(ERROR_INVALID_HANDLE, GetMailslotInfo(h, NULL, NULL, NULL, NULL)); /* closed here */
    FAILS(ERROR_INVALID_HANDLE, GetMailslotInfo(theirs, NULL, NULL, NULL, NULL)); /* it is not ours */
    FAILS(ERROR_ALREADY_EXISTS, CreateMailslotA(SLOT, 0, 0, NULL) != BAD); /* the guest's, used or not */
    HANDLE w = writer_of(SLOT);
    say(w, "to the guest");
    name_it(&g, theirs);
    hear(g.back, "heard");
    FAILS(ERROR_ALREADY_EXISTS, CreateMailslotA(SLOT, 0, 0, NULL) != BAD); /* by the second */
    say(w, "one more");
    name_it(&g, second);
    hear(g.back, "closed");
    CHECK(CloseHandle(new_slot(SLOT, 0))); /* with the last one the name is free */
    FAILS(ERROR_HANDLE_EOF, WriteFile(w, "x", 1, &done, NULL));
    name_it(&g, NULL);
    part(&g);
    CloseHandle(w);
}

static void reader(void)
{
    HANDLE in = arrive(), h = receive(in), copy;
    DWORD flags = 7;

    CHECK(GetHandleInformation(h, &flags) && flags == 0);
    hear(h, "to the guest");
    CHECK(DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
    CHECK(CompareObjectHandles(h, copy) && CloseHandle(copy));
    CHECK(SetHandleInformation(h, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE));
    CHECK(!CloseHandle(h));
    CHECK(SetHandleInformation(h, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0));
    CHECK(GetMailslotInfo(h, NULL, NULL, NULL, NULL) && CloseHandle(h));
    FAILS(ERROR_INVALID_HANDLE, GetMailslotInfo(h, NULL, NULL, NULL, NULL));
    FAILS(ERROR_INVALID_HANDLE, CloseHandle(h));
    tell("heard");
    h = receive(in);
    hear(h, "one more");
    CHECK(CloseHandle(h));
    tell("closed");
    receive(in);
}

/* ---- less access, and no more ---- */

static void giveless(void)
{
    HANDLE h = new_slot(SLOT, 0), w = writer_of(SLOT), same, theirs = BAD;
    struct guest g = invite("watcher");

    /* within the process */
    CHECK(DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(), &same, FILE_READ_ATTRIBUTES, FALSE, 0));
    CHECK(GetMailslotInfo(same, NULL, NULL, NULL, NULL));
    say(w, "for somebody");
    FAILS(ERROR_ACCESS_DENIED, ReadFile(same, buffer, sizeof buffer, &done, NULL));
    CHECK(CloseHandle(same));
    FAILS(ERROR_ACCESS_DENIED,
        DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(), &same, GENERIC_WRITE, FALSE, 0));
    CHECK(same == NULL);
    FAILS(ERROR_ACCESS_DENIED,
        DuplicateHandle(GetCurrentProcess(), w, g.process, &theirs, GENERIC_READ, FALSE, 0));
    CHECK(theirs == NULL);
    /* between processes */
    name_it(&g, give(&g, h, FILE_READ_ATTRIBUTES | SYNCHRONIZE, 0));
    hear(g.back, "refused");
    name_it(&g, give(&g, h, GENERIC_READ, 0));
    hear(g.back, "read");
    name_it(&g, give(&g, w, FILE_WRITE_DATA | SYNCHRONIZE, 0));
    hear(g.back, "written");
    hear(h, "from the guest");
    part(&g);
    CloseHandle(w);
    CloseHandle(h);
}

static void watcher(void)
{
    HANDLE in = arrive(), h = receive(in);

    CHECK(GetMailslotInfo(h, NULL, NULL, NULL, NULL));
    FAILS(ERROR_ACCESS_DENIED, ReadFile(h, buffer, sizeof buffer, &done, NULL));
    tell("refused");
    hear(receive(in), "for somebody");
    tell("read");
    h = receive(in);
    FAILS(ERROR_ACCESS_DENIED, ReadFile(h, buffer, sizeof buffer, &done, NULL));
    say(h, "from the guest");
    tell("written");
}

/* ---- a process that never uses it ---- */

static void giveends(void)
{
    HANDLE h = new_slot(SLOT, 0);
    struct guest g = invite("sleeper");

    give(&g, h, 0, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);
    FAILS(ERROR_ALREADY_EXISTS, CreateMailslotA(SLOT, 0, 0, NULL) != BAD);
    CHECK(TerminateProcess(g.process, 1) && WaitForSingleObject(g.process, 30000) == WAIT_OBJECT_0);
    becomes_free();
    h = new_slot(SLOT, 0);
    HANDLE theirs = BAD;
    FAILS(ERROR_ACCESS_DENIED, /* it has ended */
        DuplicateHandle(GetCurrentProcess(), h, g.process, &theirs, 0, FALSE, DUPLICATE_SAME_ACCESS));
    CHECK(theirs == NULL);
    CloseHandle(h);
    CloseHandle(g.to);
    CloseHandle(g.back);
    CloseHandle(g.process);
}

static void sleeper(void)
{
    HANDLE in = arrive();

    receive(in); /* nothing comes */
}

/* ---- out of the other process ---- */

static void givetakes(void)
{
    HANDLE h = new_slot(SLOT, 0), mine;
    struct guest g = invite("sleeper");
    HANDLE theirs = give(&g, h, 0, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);

    /* as one takes back what the other was not told of */
    CHECK(DuplicateHandle(g.process, theirs, GetCurrentProcess(), &mine, 0, FALSE, DUPLICATE_SAME_ACCESS));
    FAILS(ERROR_SEM_TIMEOUT, ReadFile(mine, buffer, sizeof buffer, &done, NULL));
    CHECK(CloseHandle(mine));
    FAILS(ERROR_ALREADY_EXISTS, CreateMailslotA(SLOT, 0, 0, NULL) != BAD);
    FAILS(ERROR_ACCESS_DENIED,
        DuplicateHandle(g.process, theirs, GetCurrentProcess(), &mine, GENERIC_WRITE, FALSE, 0));
    CHECK(DuplicateHandle(g.process, theirs, NULL, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE));
    becomes_free();
    FAILS(ERROR_NOT_SUPPORTED,
        DuplicateHandle(g.process, theirs, GetCurrentProcess(), &mine, 0, FALSE, DUPLICATE_SAME_ACCESS));
    CHECK(mine == NULL);
    name_it(&g, NULL);
    part(&g);
}

static HANDLE take(const struct guest *g, HANDLE theirs, HANDLE target)
{
    HANDLE handle = NULL;

    CHECK(DuplicateHandle(g->process, theirs, target, &handle, 0, FALSE, DUPLICATE_SAME_ACCESS) && handle);
    return handle;
}

/* What the other process has by itself: made, given and used, with less access. */
static void taketheirs(void)
{
    HANDLE theirs, mine, kept;
    struct guest g = invite("owner");

    theirs = receive(g.back); /* its slot */
    mine = take(&g, theirs, GetCurrentProcess());
    HANDLE w = writer_of(SLOT);
    say(w, "read by the other");
    hear(mine, "read by the other");
    FAILS(ERROR_ACCESS_DENIED,
        DuplicateHandle(g.process, theirs, GetCurrentProcess(), &kept, GENERIC_WRITE, FALSE, 0));
    CHECK(DuplicateHandle(g.process, theirs, GetCurrentProcess(), &kept, FILE_READ_ATTRIBUTES, FALSE, 0));
    FAILS(ERROR_ACCESS_DENIED, ReadFile(kept, buffer, sizeof buffer, &done, NULL));
    CHECK(CloseHandle(kept));
    FAILS(ERROR_NOT_SUPPORTED, /* what it uses is closed by itself alone */
        DuplicateHandle(g.process, theirs, NULL, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE));
    FAILS(ERROR_NOT_SUPPORTED, DuplicateHandle(g.process, theirs, GetCurrentProcess(), &kept, 0, FALSE,
                                   DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
    CHECK(kept == NULL);
    name_it(&g, theirs); /* it uses and closes it, and the slot lives */
    hear(g.back, "closed");
    FAILS(ERROR_NOT_SUPPORTED,
        DuplicateHandle(g.process, theirs, GetCurrentProcess(), &kept, 0, FALSE, DUPLICATE_SAME_ACCESS));
    say(w, "one more");
    hear(mine, "one more");
    /* one that it was given and has used, on to itself; what we have taken goes on, too */
    theirs = give(&g, mine, 0, DUPLICATE_SAME_ACCESS);
    name_it(&g, theirs);
    hear(g.back, "used");
    kept = take(&g, theirs, GetCurrentProcess());
    name_it(&g, take(&g, theirs, g.process));
    hear(g.back, "used");
    CHECK(CloseHandle(kept) && CloseHandle(mine));
    theirs = receive(g.back); /* with less access */
    mine = take(&g, theirs, GetCurrentProcess());
    CHECK(GetMailslotInfo(mine, NULL, NULL, NULL, NULL));
    FAILS(ERROR_ACCESS_DENIED, ReadFile(mine, buffer, sizeof buffer, &done, NULL));
    CHECK(CloseHandle(mine));
    theirs = receive(g.back); /* no file */
    FAILS(ERROR_NOT_SUPPORTED,
        DuplicateHandle(g.process, theirs, GetCurrentProcess(), &kept, 0, FALSE, DUPLICATE_SAME_ACCESS));
    name_it(&g, NULL);
    part(&g);
    CloseHandle(w);
}

static void tell_value(HANDLE h)
{
    char text[32];

    snprintf(text, sizeof text, "%lx", (unsigned long)(uintptr_t)h);
    tell(text);
}

static void owner(void)
{
    HANDLE in = arrive(), h = new_slot(SLOT, 0), copy, less;

    tell_value(h);
    CHECK(receive(in) == h && GetMailslotInfo(h, NULL, NULL, NULL, NULL));
    CHECK(DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
    CHECK(CloseHandle(h)); /* the copy is still there: a closed value stands for nothing all the same */
    tell("closed");
    for (int i = 0; i < 2; i++) {
        h = receive(in);
        CHECK(GetMailslotInfo(h, NULL, NULL, NULL, NULL));
        tell("used");
    }
    CHECK(DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(), &less, FILE_READ_ATTRIBUTES, FALSE, 0));
    tell_value(less);
    tell_value(CreateEventA(NULL, FALSE, FALSE, NULL));
    receive(in);
}

/* ---- what is refused ---- */

static void giverefused(void)
{
    struct guest g = invite("sleeper");
    HANDLE h = new_slot(SLOT, 0), theirs, event = CreateEventA(NULL, FALSE, FALSE, NULL);

    FAILS(ERROR_INVALID_HANDLE, DuplicateHandle(NULL, h, g.process, &theirs, 0, FALSE, DUPLICATE_SAME_ACCESS));
    FAILS(ERROR_INVALID_HANDLE, DuplicateHandle(h, h, g.process, &theirs, 0, FALSE, DUPLICATE_SAME_ACCESS));
    FAILS(ERROR_INVALID_HANDLE,
        DuplicateHandle(GetCurrentProcess(), h, h, &theirs, 0, FALSE, DUPLICATE_SAME_ACCESS));
    FAILS(ERROR_INVALID_HANDLE,
        DuplicateHandle(GetCurrentProcess(), NULL, g.process, &theirs, 0, FALSE, DUPLICATE_SAME_ACCESS));
    FAILS(ERROR_NOT_SUPPORTED,
        DuplicateHandle(GetCurrentProcess(), event, g.process, &theirs, 0, FALSE, DUPLICATE_SAME_ACCESS));
    CHECK(GetMailslotInfo(h, NULL, NULL, NULL, NULL));
    /* the source is closed whatever fails */
    FAILS(ERROR_NOT_SUPPORTED, DuplicateHandle(GetCurrentProcess(), event, g.process, &theirs, 0, FALSE,
                                   DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
    FAILS(ERROR_INVALID_HANDLE, SetEvent(event));
    /* a value that is nobody's, in the range of those from other processes */
    FAILS(ERROR_INVALID_HANDLE, GetMailslotInfo((HANDLE)(uintptr_t)0x20000000, NULL, NULL, NULL, NULL));
    name_it(&g, NULL);
    part(&g);
    CloseHandle(h);
}

/* ---- a synchronous file takes one operation after the other, whichever process it comes from ---- */

static bool has_waiting_read(const char *list)
{
    static const char member[] = "\"waitingReads\":";
    const char *slot = strstr(list, "\"name\":\"tests\\\\one\""), *reads = slot ? strstr(slot, member) : NULL;

    return reads && reads[sizeof member - 1] == '1';
}

static void expect_waiting_read(void)
{
    static char list[100000];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct wire_request request = {.magic = WIRE_MAGIC, .op = WIRE_MAILSLOTS};

    snprintf(address.sun_path, sizeof address.sun_path, "%s/control", getenv("OPENFLTMGR_RUNTIME"));
    do {
        int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
        CHECK(send(fd, &request, sizeof request, 0) == sizeof request);
        ssize_t n = recv(fd, list, sizeof list - 1, 0);
        CHECK(n > (ssize_t)sizeof(struct wire_reply));
        list[n] = 0;
        close(fd);
    } while (!has_waiting_read(list + sizeof(struct wire_reply)));
}

static DWORD WINAPI read_one(LPVOID h)
{
    IO_STATUS_BLOCK block;
    char text[16];

    return NtReadFile(h, NULL, NULL, NULL, &block, text, sizeof text, NULL, NULL) == 0 && block.Information == 3;
}

static HANDLE synchronous_slot(void)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK block;
    HANDLE h;

    RtlInitUnicodeString(&name, u"\\??\\MAILSLOT\\tests\\one");
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    STATUS(0, NtCreateMailslotFile(&h, GENERIC_READ | SYNCHRONIZE, &attributes, &block, FILE_SYNCHRONOUS_IO_NONALERT, 0, 0, NULL));
    return h;
}

static void giveturn(void)
{
    HANDLE h = synchronous_slot(), w = writer_of(SLOT), thread;
    struct guest g = invite("asker");
    DWORD count, read = 0;

    thread = CreateThread(NULL, 0, read_one, h, 0, NULL);
    expect_waiting_read();
    name_it(&g, give(&g, h, 0, DUPLICATE_SAME_ACCESS));
    hear(g.back, "asking");
    for (int i = 0; i < 300; i++) /* long enough for an answer that would not wait */
        CHECK(GetMailslotInfo(g.back, NULL, NULL, &count, NULL) && count == 0);
    say(w, "one"); /* the read ends, and the question has its turn */
    hear(g.back, "answered");
    CHECK(WaitForSingleObject(thread, 30000) == WAIT_OBJECT_0 && GetExitCodeThread(thread, &read) && read == 1);
    part(&g);
    CloseHandle(thread);
    CloseHandle(w);
    CloseHandle(h);
}

static void asker(void)
{
    HANDLE in = arrive(), h = receive(in);

    tell("asking");
    CHECK(GetMailslotInfo(h, NULL, NULL, NULL, NULL));
    tell("answered");
}

static void teller(void)
{
    HANDLE in = arrive();

    tell_value(in);
    receive(in);
}

/* Another user's process: run as root, which becomes another user. */
static void givestrangers(void)
{
    struct guest g = invite("teller");
    DWORD id = GetProcessId(g.process);
    HANDLE h = new_slot(SLOT, 0), theirs = give(&g, h, 0, DUPLICATE_SAME_ACCESS); /* root may */
    HANDLE its_own = receive(g.back);

    CHECK(theirs && CloseHandle(take(&g, its_own, GetCurrentProcess())));
    CHECK(setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
    HANDLE mine = new_slot("\\\\.\\mailslot\\tests\\other", 0), process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, id);
    CHECK(process);
    FAILS(ERROR_ACCESS_DENIED,
        DuplicateHandle(GetCurrentProcess(), mine, process, &theirs, 0, FALSE, DUPLICATE_SAME_ACCESS));
    CHECK(theirs == NULL);
    FAILS(ERROR_ACCESS_DENIED,
        DuplicateHandle(process, its_own, GetCurrentProcess(), &theirs, 0, FALSE, DUPLICATE_SAME_ACCESS));
    CHECK(theirs == NULL);
    CloseHandle(mine);
    name_it(&g, NULL);
    part(&g);
    /* this process is the other user's now; what it had before is not his */
    g = invite("taker");
    name_it(&g, h);
    part(&g);
}

static void taker(void)
{
    HANDLE in = arrive(), process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, (DWORD)getppid()), mine;

    FAILS(ERROR_ACCESS_DENIED,
        DuplicateHandle(process, receive(in), GetCurrentProcess(), &mine, 0, FALSE, DUPLICATE_SAME_ACCESS));
}

int gifts_run(int count, char **arguments)
{
    static const struct {
        const char *name;
        void (*parent)(void), (*child)(void);
    } groups[] = {{"gives", gives, NULL}, {"reader", NULL, reader}, {"giveless", giveless, NULL},
        {"watcher", NULL, watcher}, {"giveends", giveends, NULL}, {"sleeper", NULL, sleeper},
        {"givetakes", givetakes, NULL}, {"giverefused", giverefused, NULL},
        {"taketheirs", taketheirs, NULL}, {"owner", NULL, owner}, {"giveturn", giveturn, NULL},
        {"asker", NULL, asker}, {"teller", NULL, teller}, {"taker", NULL, taker}, {"givestrangers", givestrangers, NULL}};

    self = arguments[0];
    for (unsigned i = 0; count >= 2 && i < sizeof groups / sizeof *groups; i++) {
        if (strcmp(groups[i].name, arguments[1]) != 0 || (groups[i].parent != NULL) != (count == 2))
            continue;
        (groups[i].parent ? groups[i].parent : groups[i].child)();
        return 1;
    }
    return 0;
}
