/* The application's side of the port tests: does what it is told, one line a command, and prints what came back.
 *
 *     TAG COMMAND ARGUMENTS...
 *
 * Each tag is a thread of its own, so that one may block while others go on; a tag's commands run in their order. The
 * answer is one line: the tag and fields NAME=VALUE, numbers in hexadecimal. A text of "-" is none, "#N" is N bytes of 'x'. */
#include <fltUser.h>
#include <fltUserEx.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <grp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SLOTS 32
#define TAGS 32
#define BUFFER (4u << 20)

struct message {
    OVERLAPPED overlapped;
    FILTER_MESSAGE_HEADER *header;
    bool shares_event;
};

struct tag {
    char name[16];
    HANDLE thread, wake;
    pthread_mutex_t lock;
    struct line {
        struct line *next;
        char text[256];
    } *first, **end;
    bool stop;
};

static HANDLE ports[SLOTS], events[SLOTS], completion;
static struct message messages[SLOTS];
static struct tag tags[TAGS];
static pthread_mutex_t print_lock = PTHREAD_MUTEX_INITIALIZER;

#define ANSWER(...)                                                                                                  \
    do {                                                                                                             \
        pthread_mutex_lock(&print_lock);                                                                             \
        printf("%s ", tag);                                                                                          \
        printf(__VA_ARGS__);                                                                                         \
        putchar('\n');                                                                                               \
        fflush(stdout);                                                                                              \
        pthread_mutex_unlock(&print_lock);                                                                           \
    } while (0)

/* The bytes of a text argument; *size says how many. */
static char *bytes_of(const char *text, size_t *size)
{
    *size = 0;
    if (!strcmp(text, "-"))
        return NULL;
    if (text[0] != '#') {
        *size = strlen(text);
        return strdup(text);
    }
    *size = strtoul(text + 1, NULL, 10);
    char *bytes = malloc(*size + 1);
    memset(bytes, 'x', *size);
    return bytes;
}

static void wide(const char *text, WCHAR out[128])
{
    MultiByteToWideChar(CP_UTF8, 0, text, -1, out, 128);
}

static void show_message(const char *tag, HRESULT hr, const FILTER_MESSAGE_HEADER *header)
{
    ANSWER("hr=%x reply=%x id=%lx text=%.60s", (unsigned)hr, header->ReplyLength, header->MessageId,
        (const char *)(header + 1));
}

static void do_connect(const char *tag, int slot, const char *name, const char *context, unsigned options)
{
    WCHAR port[128];
    size_t size;
    char *bytes = bytes_of(context, &size);

    wide(name, port);
    HRESULT hr = FilterConnectCommunicationPort(port, options, bytes, (WORD)size, NULL, &ports[slot]);
    ANSWER("hr=%x invalid=%d", (unsigned)hr, ports[slot] == INVALID_HANDLE_VALUE);
    free(bytes);
}

/* With so many descriptors left; the process has no more from then on. */
static void do_connect_short(const char *tag, int slot, const char *name, int left)
{
    int lowest = dup(0);
    struct rlimit limit = {(rlim_t)(lowest + left), (rlim_t)(lowest + left)};

    close(lowest);
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        ANSWER("setrlimit failed");
    else
        do_connect(tag, slot, name, "-", 0);
}

static void do_connect_inheritable(const char *tag, int slot, const char *name)
{
    SECURITY_ATTRIBUTES attributes = {sizeof attributes, NULL, TRUE};
    WCHAR port[128];
    DWORD flags = 0;

    wide(name, port);
    HRESULT hr = FilterConnectCommunicationPort(port, 0, NULL, 0, &attributes, &ports[slot]);
    GetHandleInformation(ports[slot], &flags);
    ANSWER("hr=%x flags=%x", (unsigned)hr, flags);
}

/* HANDLE_FLAG_INHERIT of a handle that there is. */
static void do_inherit(const char *tag, int slot, bool inherit)
{
    DWORD flags = 0;
    BOOL ok = SetHandleInformation(ports[slot], HANDLE_FLAG_INHERIT, inherit ? HANDLE_FLAG_INHERIT : 0);

    GetHandleInformation(ports[slot], &flags);
    ANSWER("ok=%d flags=%x", ok, flags);
}

/* A child that does nothing, with or without what can be inherited. */
static void do_spawn(const char *tag, bool inherit)
{
    PROCESS_INFORMATION child = {0};
    char line[] = "sleep 300";
    BOOL ok = CreateProcessA(NULL, line, NULL, NULL, inherit, 0, NULL, NULL, NULL, &child);

    ANSWER("ok=%d pid=%x", ok, child.dwProcessId);
}

/* A child that has a copy of everything, as Linux programs make it. */
static void do_fork(const char *tag)
{
    pid_t child = fork();

    if (child == 0) {
        for (;;)
            pause();
    }
    ANSWER("ok=%d pid=%x", child > 0, (unsigned)child);
}

/* A child that is a client as this one, its slot 0 the handle of ours; its input and output are the pipes of those names. */
static void do_heir(const char *tag, int slot, const char *how, const char *in, const char *out)
{
    PROCESS_INFORMATION child = {0};
    char line[400], program[200], value[32];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    BOOL ok = n > 0;

    program[ok ? n : 0] = 0;
    snprintf(value, sizeof value, "%lx", (unsigned long)(ULONG_PTR)ports[slot]);
    if (!strcmp(how, "create")) {
        snprintf(line, sizeof line, "%s heir %s %s %s", program, in, out, value);
        ok = ok && CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, NULL, &child);
    } else {
        pid_t id = fork();
        if (id == 0) {
            execl(program, program, "heir", in, out, value, NULL);
            _exit(9);
        }
        child.dwProcessId = (DWORD)id;
    }
    ANSWER("ok=%d pid=%x", ok, child.dwProcessId);
}

static void become_heir(char **arguments)
{
    int in = open(arguments[2], O_RDONLY), out = open(arguments[3], O_WRONLY);

    dup2(in, 0);
    dup2(out, 1);
    ports[0] = (HANDLE)(ULONG_PTR)strtoul(arguments[4], NULL, 16);
}

/* Calls with a handle, in a child that runs no other program. */
static void do_forked_call(const char *tag, int slot)
{
    FILTER_MESSAGE_HEADER header;
    int status = -1;
    pid_t child = fork();

    if (child == 0)
        _exit(FilterGetMessage(ports[slot], &header, sizeof header, NULL) == (HRESULT)0x80070006 &&
                      !CancelIoEx(ports[slot], NULL) && CloseHandle(ports[slot])
                  ? 0
                  : 1);
    waitpid(child, &status, 0);
    ANSWER("status=%x", (unsigned)status);
}

static void do_duplicate(const char *tag, int from, int to)
{
    BOOL ok = DuplicateHandle(
        GetCurrentProcess(), ports[from], GetCurrentProcess(), &ports[to], 0, FALSE, DUPLICATE_SAME_ACCESS);

    ANSWER("ok=%d", ok);
}

static void do_get(const char *tag, int slot, unsigned size)
{
    FILTER_MESSAGE_HEADER *header = calloc(1, BUFFER + 64);
    HRESULT hr = FilterGetMessage(ports[slot], header, size, NULL);

    show_message(tag, hr, header);
    free(header);
}

struct text_message {
    FILTER_MESSAGE_HEADER header;
    char text[64];
};

struct text_reply {
    FILTER_REPLY_HEADER header;
    char text[64];
};

/* Gets and answers with the same bytes until the connection ends; says how often. */
static void do_echo(const char *tag, int slot, unsigned size)
{
    struct text_message message;
    struct text_reply reply;
    int count = 0;

    for (;;) {
        memset(&message, 0, sizeof message); /* what the message does not fill goes back as zeros */
        HRESULT hr = FilterGetMessage(ports[slot], &message.header, size, NULL);
        if (hr == HRESULT_FROM_WIN32(ERROR_OPERATION_ABORTED))
            continue;
        if (hr != S_OK)
            break;
        reply.header = (FILTER_REPLY_HEADER){0, message.header.MessageId};
        memcpy(reply.text, message.text, size - sizeof message.header);
        FilterReplyMessage(ports[slot], &reply.header, size);
        count++;
    }
    ANSWER("count=%x", count);
}

static void do_reply(const char *tag, int slot, ULONGLONG id, unsigned status, const char *text)
{
    size_t size;
    char *bytes = bytes_of(text, &size);
    FILTER_REPLY_HEADER *reply = calloc(1, sizeof *reply + size);

    reply->Status = (NTSTATUS)status;
    reply->MessageId = id;
    if (size)
        memcpy(reply + 1, bytes, size);
    ANSWER("hr=%x", (unsigned)FilterReplyMessage(ports[slot], reply, (DWORD)(sizeof *reply + size)));
    free(reply);
    free(bytes);
}

/* Replies with sizeof a structure of a header and one byte, padded as the compiler likes or packed (P-69). */
static void do_reply_byte(const char *tag, int slot, ULONGLONG id, bool packed)
{
    struct {
        FILTER_REPLY_HEADER header;
        UCHAR safe;
    } padded = {{0, id}, 'y'};
#pragma pack(push, 1)
    struct {
        FILTER_REPLY_HEADER header;
        UCHAR safe;
    } whole = {{0, id}, 'y'};
#pragma pack(pop)
    HRESULT hr = packed ? FilterReplyMessage(ports[slot], &whole.header, sizeof whole)
                        : FilterReplyMessage(ports[slot], &padded.header, sizeof padded);

    ANSWER("hr=%x size=%x", (unsigned)hr, (unsigned)(packed ? sizeof whole : sizeof padded));
}

static void do_call(const char *tag, int slot, const char *text, unsigned out_size)
{
    size_t size;
    char *in = bytes_of(text, &size), *out = out_size ? calloc(1, out_size + 1) : NULL;
    DWORD returned = 77;
    HRESULT hr = FilterSendMessage(ports[slot], in, (DWORD)size, out, out_size, &returned);

    ANSWER("hr=%x bytes=%x text=%.60s", (unsigned)hr, returned, out ? out : "");
    free(in);
    free(out);
}

/* how: "e" with an event, "n" without, "q" event with the low bit (no packet), "@N" with that one of do_event. */
static void do_post(const char *tag, int slot, int number, unsigned size, const char *how)
{
    struct message *m = &messages[number];

    if (m->header && !HasOverlappedIoCompleted(&m->overlapped)) { /* the test's mistake */
        ANSWER("hr=%x", (unsigned)HRESULT_FROM_WIN32(ERROR_IO_INCOMPLETE));
        return;
    }
    if (!m->header)
        m->header = malloc(BUFFER + 64);
    memset(m->header, 0, (size < BUFFER ? size : BUFFER) + 64); /* texts end */
    if (m->overlapped.hEvent && !m->shares_event)
        CloseHandle((HANDLE)((ULONG_PTR)m->overlapped.hEvent & ~(ULONG_PTR)1));
    m->overlapped = (OVERLAPPED){0};
    m->shares_event = *how == '@';
    if (m->shares_event)
        m->overlapped.hEvent = events[atoi(how + 1)];
    else if (*how != 'n')
        m->overlapped.hEvent = CreateEventW(NULL, TRUE, TRUE, NULL);
    if (*how == 'q')
        m->overlapped.hEvent = (HANDLE)((ULONG_PTR)m->overlapped.hEvent | 1);
    HRESULT hr = FilterGetMessage(ports[slot], m->header, size, &m->overlapped);
    ANSWER("hr=%x", (unsigned)hr);
}

struct posting {
    const char *tag;
    int slot, number;
};

static DWORD post_and_end(LPVOID argument)
{
    struct posting *p = argument;

    do_post(p->tag, p->slot, p->number, 64, "e");
    return 0;
}

/* From a thread that is gone when the answer to "gone" comes. */
static void do_post_from_thread(const char *tag, int slot, int number)
{
    struct posting posting = {tag, slot, number};
    HANDLE thread = CreateThread(NULL, 0, post_and_end, &posting, 0, NULL);

    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    ANSWER("gone=1");
}

static void do_wait(const char *tag, int slot, int number)
{
    struct message *m = &messages[number];
    DWORD bytes = 0;
    BOOL ok = GetOverlappedResult(ports[slot], &m->overlapped, &bytes, TRUE);

    ANSWER("ok=%d error=%x bytes=%x internal=%lx reply=%x id=%lx text=%.60s", ok, ok ? 0 : GetLastError(), bytes,
        m->overlapped.Internal, m->header->ReplyLength, m->header->MessageId, (const char *)(m->header + 1));
}

/* Of the handle of a port ("p0") or an event of do_event ("e0"). */
static HANDLE waitable(const char *name)
{
    return *name == 'p' ? ports[atoi(name + 1)] : events[atoi(name + 1)];
}

/* For one, or for two: any of them, or both. */
static void do_await(const char *tag, DWORD milliseconds, const char *one, const char *how, const char *two)
{
    HANDLE handles[] = {waitable(one), *two ? waitable(two) : NULL};
    DWORD result = *two ? WaitForMultipleObjects(2, handles, !strcmp(how, "and"), milliseconds)
                        : WaitForSingleObject(handles[0], milliseconds);

    ANSWER("result=%x", result);
}

static void do_dequeue(const char *tag, DWORD milliseconds)
{
    DWORD bytes = 0;
    ULONG_PTR key = 0;
    LPOVERLAPPED overlapped = NULL;
    BOOL ok = GetQueuedCompletionStatus(completion, &bytes, &key, &overlapped, milliseconds);
    DWORD error = ok ? 0 : GetLastError();
    struct message *m = overlapped ? CONTAINING_RECORD(overlapped, struct message, overlapped) : NULL;

    ANSWER("ok=%d error=%x key=%lx number=%d bytes=%x id=%lx text=%.60s", ok, error, key, m ? (int)(m - messages) : -1,
        bytes, m && ok ? m->header->MessageId : 0, m && ok ? (const char *)(m->header + 1) : "");
}

/* An overlapped get of do_serve, and the answer. */
struct serving {
    OVERLAPPED overlapped;
    struct text_message message;
    struct text_reply reply;
};

static bool serve_get(int slot, struct serving *s, unsigned size)
{
    memset(&s->overlapped, 0, sizeof s->overlapped);
    memset(&s->message, 0, sizeof s->message);
    return FilterGetMessage(ports[slot], &s->message.header, size, &s->overlapped) == HRESULT_FROM_WIN32(ERROR_IO_PENDING);
}

static bool is_of_do_post(const OVERLAPPED *overlapped)
{
    return (const char *)overlapped >= (const char *)messages && (const char *)overlapped < (const char *)(messages + SLOTS);
}

/* Posts that many gets, then answers through the completion port, whoever posted what, until the connection ends. A packet of
 * key 99 ends one thread. What do_post has posted is its own. */
static void do_serve(const char *tag, int slot, unsigned size, int gets)
{
    int count = 0;

    for (int i = 0; i < gets; i++)
        serve_get(slot, malloc(sizeof(struct serving)), size);
    for (;;) {
        DWORD bytes = 0;
        ULONG_PTR key = 0;
        LPOVERLAPPED overlapped = NULL;
        BOOL ok = GetQueuedCompletionStatus(completion, &bytes, &key, &overlapped, INFINITE);
        if (key == 0x99 || !overlapped)
            break;
        if (is_of_do_post(overlapped))
            continue;
        struct serving *s = CONTAINING_RECORD(overlapped, struct serving, overlapped);
        if (!ok && GetLastError() != ERROR_OPERATION_ABORTED)
            break;
        if (ok) {
            s->reply.header = (FILTER_REPLY_HEADER){0, s->message.header.MessageId};
            memcpy(s->reply.text, s->message.text, size - sizeof s->message.header);
            FilterReplyMessage(ports[slot], &s->reply.header, size);
            count++;
        }
        if (!serve_get(slot, s, size))
            break;
    }
    ANSWER("count=%x", count);
}

/* Answers until the connection ends, with an event of its own: how is "event", "result" (GetOverlappedResult) or "handle". */
static void do_serve_event(const char *tag, int slot, unsigned size, const char *how)
{
    struct serving s = {.overlapped.hEvent = NULL};
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    int count = 0;
    DWORD bytes;

    for (;;) {
        memset(&s.message, 0, sizeof s.message);
        s.overlapped = (OVERLAPPED){.hEvent = *how == 'e' ? event : NULL};
        if (FilterGetMessage(ports[slot], &s.message.header, size, &s.overlapped) != HRESULT_FROM_WIN32(ERROR_IO_PENDING))
            break;
        if (*how != 'r')
            WaitForSingleObject(*how == 'e' ? event : ports[slot], INFINITE);
        if (!GetOverlappedResult(ports[slot], &s.overlapped, &bytes, TRUE))
            break;
        s.reply.header = (FILTER_REPLY_HEADER){0, s.message.header.MessageId};
        memcpy(s.reply.text, s.message.text, size - sizeof s.message.header);
        FilterReplyMessage(ports[slot], &s.reply.header, size);
        count++;
    }
    CloseHandle(event);
    ANSWER("count=%x", count);
}

static sem_t stunned, let_go;

static void stun(int number)
{
    int error = errno;

    sem_post(&stunned);
    while (sem_wait(&let_go) != 0)
        ;
    errno = error;
}

/* The first thread of that name; 0: there is none. */
static pid_t thread_named(const char *name)
{
    DIR *tasks = opendir("/proc/self/task");
    pid_t found = 0;

    for (struct dirent *e; !found && (e = readdir(tasks)) != NULL;) {
        char path[300], text[20] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", e->d_name);
        FILE *f = fopen(path, "r");
        if (f && fgets(text, sizeof text, f) && !strncmp(text, name, strlen(name)))
            found = atoi(e->d_name);
        if (f)
            fclose(f);
    }
    closedir(tasks);
    return found;
}

/* The thread of the library that ends gets for which nobody waits does nothing from now on: who waits has to. It is asleep when
 * that comes, and holds nothing. */
static void do_stun(const char *tag)
{
    char path[64], state[64];
    pid_t id;

    while (!(id = thread_named("fltlib-complete")))
        sched_yield();
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", id);
    do {
        FILE *f = fopen(path, "r");
        state[0] = 0;
        if (f) {
            state[fread(state, 1, sizeof state - 1, f)] = 0;
            fclose(f);
        }
    } while (atoi(state) != SYS_futex);
    sem_init(&stunned, 0, 0);
    sem_init(&let_go, 0, 0);
    signal(SIGUSR1, stun);
    syscall(SYS_tgkill, getpid(), id, SIGUSR1);
    while (sem_wait(&stunned) != 0)
        ;
    ANSWER("ok=1");
}

static void do_get_sized(const char *tag, int slot, unsigned size)
{
    FILTER_MESSAGE_HEADER *header = calloc(1, BUFFER + 64);
    DWORD bytes = 77;
    HRESULT hr = OfmFilterGetMessage(ports[slot], header, size, &bytes);

    ANSWER("hr=%x bytes=%x id=%lx text=%.60s", (unsigned)hr, bytes, header->MessageId, (const char *)(header + 1));
    free(header);
}

/* Is the completion port's descriptor readable, at once or within that time? */
static void do_poll(const char *tag, int milliseconds)
{
    struct pollfd p = {.fd = -1, .events = POLLIN};
    BOOL ok = OfmCompletionPortDescriptor(completion, &p.fd);
    int same = p.fd, n = ok ? poll(&p, 1, milliseconds) : -1;

    OfmCompletionPortDescriptor(completion, &same);
    ANSWER("ok=%d ready=%d same=%d", ok, n, same == p.fd);
}

/* The four calls with pointers to nothing, and to memory that cannot be written. */
static void do_bad_pointers(const char *tag, int slot)
{
    char *pages = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    DWORD bytes;
    char out[16];

    munmap(pages + 2 * 4096, 4096);         /* the third is gone */
    mprotect(pages + 4096, 4096, PROT_READ); /* the second can be read */
    FILTER_REPLY_HEADER *reply = (FILTER_REPLY_HEADER *)(void *)(pages + 2 * 4096 - 16);
    unsigned in = (unsigned)FilterSendMessage(ports[slot], pages + 2 * 4096 - 8, 16, out, sizeof out, &bytes);
    unsigned to = (unsigned)FilterSendMessage(ports[slot], "x", 1, pages + 4096 - 8, 16, &bytes);
    unsigned count = (unsigned)FilterSendMessage(ports[slot], "x", 1, out, 16, (LPDWORD)(void *)(pages + 4096));
    unsigned get = (unsigned)FilterGetMessage(ports[slot], (PFILTER_MESSAGE_HEADER)(void *)(pages + 4096 - 16), 64, NULL);
    unsigned over = (unsigned)FilterGetMessage(
        ports[slot], (PFILTER_MESSAGE_HEADER)(void *)pages, 64, (LPOVERLAPPED)(void *)(pages + 4096));
    unsigned answer = (unsigned)FilterReplyMessage(ports[slot], reply, 17);
    HANDLE port;
    unsigned context = (unsigned)FilterConnectCommunicationPort(u"\\None", 0, pages + 2 * 4096, 8, NULL, &port);
    unsigned good = (unsigned)FilterSendMessage(ports[slot], pages + 4096, 16, pages, 4096, &bytes);
    ANSWER("in=%x out=%x count=%x get=%x over=%x answer=%x context=%x good=%x", in, to, count, get, over, answer, context,
        good);
    munmap(pages, 2 * 4096);
}

static struct tag *find_tag(const char *name)
{
    for (int i = 0; i < TAGS; i++) {
        if (!strcmp(tags[i].name, name))
            return &tags[i];
    }
    return NULL;
}

static void run_line(const char *tag, char *line)
{
    char *word[6] = {"", "", "", "", "", ""};
    int n = 0;

    pthread_mutex_lock(&print_lock); /* comes after whatever was answered before */
    pthread_mutex_unlock(&print_lock);
    for (char *p = strtok_r(line, " ", &line); p && n < 6; p = strtok_r(NULL, " ", &line))
        word[n++] = p;
    int slot = atoi(word[1]);
    if (!strcmp(word[0], "connect"))
        do_connect(tag, slot, word[2], n > 3 ? word[3] : "-", (unsigned)atoi(word[4]));
    else if (!strcmp(word[0], "connectshort"))
        do_connect_short(tag, slot, word[2], atoi(word[3]));
    else if (!strcmp(word[0], "connectinheritable"))
        do_connect_inheritable(tag, slot, word[2]);
    else if (!strcmp(word[0], "inherit"))
        do_inherit(tag, slot, atoi(word[2]) != 0);
    else if (!strcmp(word[0], "spawn"))
        do_spawn(tag, slot != 0);
    else if (!strcmp(word[0], "heir"))
        do_heir(tag, slot, word[2], word[3], word[4]);
    else if (!strcmp(word[0], "forkedcall"))
        do_forked_call(tag, slot);
    else if (!strcmp(word[0], "fork"))
        do_fork(tag);
    else if (!strcmp(word[0], "duplicate"))
        do_duplicate(tag, slot, atoi(word[2]));
    else if (!strcmp(word[0], "close"))
        ANSWER("ok=%d", CloseHandle(ports[slot]));
    else if (!strcmp(word[0], "get"))
        do_get(tag, slot, (unsigned)atoi(word[2]));
    else if (!strcmp(word[0], "getsized"))
        do_get_sized(tag, slot, (unsigned)atoi(word[2]));
    else if (!strcmp(word[0], "extend"))
        ANSWER("hr=%x", (unsigned)OfmFilterExtendDeadline(ports[slot], strtoull(word[2], NULL, 16), (DWORD)atoi(word[3])));
    else if (!strcmp(word[0], "state"))
        ANSWER("state=%x", OfmFilterPortState(slot < SLOTS ? ports[slot] : completion));
    else if (!strcmp(word[0], "poll"))
        do_poll(tag, atoi(word[1]));
    else if (!strcmp(word[0], "badpointers"))
        do_bad_pointers(tag, slot);
    else if (!strcmp(word[0], "echo"))
        do_echo(tag, slot, (unsigned)atoi(word[2]));
    else if (!strcmp(word[0], "serve"))
        do_serve(tag, slot, (unsigned)atoi(word[2]), atoi(word[3]));
    else if (!strcmp(word[0], "serveevent"))
        do_serve_event(tag, slot, (unsigned)atoi(word[2]), word[3]);
    else if (!strcmp(word[0], "event")) {
        events[slot] = CreateEventW(NULL, !strcmp(word[2], "manual"), FALSE, NULL);
        ANSWER("ok=%d", events[slot] != NULL);
    } else if (!strcmp(word[0], "await"))
        do_await(tag, (DWORD)atoi(word[1]), word[2], word[3], word[4]);
    else if (!strcmp(word[0], "stun"))
        do_stun(tag);
    else if (!strcmp(word[0], "unstun"))
        ANSWER("ok=%d", sem_post(&let_go) == 0);
    else if (!strcmp(word[0], "packet"))
        ANSWER("ok=%d", PostQueuedCompletionStatus(completion, 0, strtoull(word[1], NULL, 16), NULL));
    else if (!strcmp(word[0], "reply"))
        do_reply(tag, slot, strtoull(word[2], NULL, 16), (unsigned)strtoul(word[3], NULL, 16), word[4]);
    else if (!strcmp(word[0], "call"))
        do_call(tag, slot, word[2], (unsigned)atoi(word[3]));
    else if (!strcmp(word[0], "post"))
        do_post(tag, slot, atoi(word[2]), (unsigned)atoi(word[3]), word[4]);
    else if (!strcmp(word[0], "replybyte"))
        do_reply_byte(tag, slot, strtoull(word[2], NULL, 16), !strcmp(word[3], "whole"));
    else if (!strcmp(word[0], "postthread"))
        do_post_from_thread(tag, slot, atoi(word[2]));
    else if (!strcmp(word[0], "wait"))
        do_wait(tag, slot, atoi(word[2]));
    else if (!strcmp(word[0], "isdone"))
        ANSWER("done=%d internal=%lx", HasOverlappedIoCompleted(&messages[slot].overlapped),
            __atomic_load_n(&messages[slot].overlapped.Internal, __ATOMIC_ACQUIRE));
    else if (!strcmp(word[0], "cancel")) {
        BOOL ok = CancelIoEx(ports[slot], word[2][0] == '-' ? NULL : &messages[atoi(word[2])].overlapped);
        ANSWER("ok=%d error=%x", ok, ok ? 0 : GetLastError());
    } else if (!strcmp(word[0], "cancelio")) {
        SetLastError(0);
        BOOL ok = CancelIo(ports[slot]);
        ANSWER("ok=%d error=%x", ok, ok ? 0 : GetLastError());
    } else if (!strcmp(word[0], "cancelsync")) {
        BOOL ok = CancelSynchronousIo(find_tag(word[1])->thread);
        ANSWER("ok=%d error=%x", ok, ok ? 0 : GetLastError());
    } else if (!strcmp(word[0], "iocp")) {
        HANDLE made = CreateIoCompletionPort(ports[slot], completion, strtoull(word[2], NULL, 16), 0);
        DWORD error = made ? 0 : GetLastError();
        completion = made ? made : completion;
        ANSWER("ok=%d error=%x", made != NULL, error);
    } else if (!strcmp(word[0], "dequeue"))
        do_dequeue(tag, (DWORD)atoi(word[1]));
    else
        ANSWER("what=%s", word[0]);
}

static DWORD run_tag(LPVOID argument)
{
    struct tag *t = argument;

    for (;;) {
        WaitForSingleObject(t->wake, INFINITE);
        for (;;) {
            pthread_mutex_lock(&t->lock);
            struct line *line = t->first;
            if (line) {
                t->first = line->next;
                if (!t->first)
                    t->end = &t->first;
            }
            bool stop = t->stop && !line;
            pthread_mutex_unlock(&t->lock);
            if (stop)
                return 0;
            if (!line)
                break;
            run_line(t->name, line->text);
            free(line);
        }
    }
}

static struct tag *tag_of(const char *name)
{
    struct tag *t = find_tag(name);

    if (t)
        return t;
    t = find_tag("");
    if (!t)
        exit(4);
    snprintf(t->name, sizeof t->name, "%.15s", name);
    pthread_mutex_init(&t->lock, NULL);
    t->end = &t->first;
    t->wake = CreateEventW(NULL, FALSE, FALSE, NULL);
    t->thread = CreateThread(NULL, 0, run_tag, t, 0, NULL);
    return t;
}

/* A user as one who logs in: with no group of the one before, and as open to others of the same user as any program. */
static bool become(uid_t uid)
{
    if (uid == 0)
        return true;
    return setgroups(0, NULL) == 0 && setgid(uid) == 0 && setuid(uid) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0;
}

int main(int count, char **arguments)
{
    char text[300];

    if (count > 4 && !strcmp(arguments[1], "heir"))
        become_heir(arguments);
    else if (count > 1 && !become((uid_t)strtoul(arguments[1], NULL, 10)))
        return 3;
    while (fgets(text, sizeof text, stdin)) {
        text[strcspn(text, "\n")] = 0;
        char *space = strchr(text, ' ');
        if (!space)
            continue;
        *space = 0;
        struct tag *t = tag_of(text);
        struct line *line = calloc(1, sizeof *line);
        snprintf(line->text, sizeof line->text, "%s", space + 1);
        pthread_mutex_lock(&t->lock);
        *t->end = line;
        t->end = &line->next;
        pthread_mutex_unlock(&t->lock);
        SetEvent(t->wake);
    }
    _exit(0); /* handles close with the process, as when a service ends */
}
