/* A client that means harm, as hostile.c tells it. It speaks the wire itself and writes wherever it can.
 *
 *     hostile_client UID WHAT ARGUMENTS...     prints one line when it has begun, works until its input ends or it is killed */
#include "channel/layout.h"
#include "channel/wait.h"
#include "channel/wire.h"
#include "kernel32/session.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static WCHAR port[64];
static uint64_t seed = 88172645463325252u;

static uint32_t any(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16);
}

static void begun(const char *word)
{
    puts(word);
    fflush(stdout);
}

static int told_to_end(void)
{
    struct pollfd input = {.fd = 0, .events = POLLIN};

    return poll(&input, 1, 0) > 0;
}

static void wait_for_the_end(void)
{
    char byte;

    while (read(0, &byte, 1) > 0)
        ;
}

/* --- garbage on the control socket --- */

static void send_garbage(int fd)
{
    static uint8_t packet[4096];
    struct wire_request *header = (struct wire_request *)(void *)packet;
    size_t size = any() % sizeof packet + 1;

    for (size_t i = 0; i + 4 <= sizeof packet; i += 4)
        memcpy(packet + i, &(uint32_t){any()}, 4);
    if (any() % 4) { /* mostly something that looks like a request */
        header->magic = WIRE_MAGIC;
        header->op = any() % 4 ? any() % (WIRE_CALL + 2) : any();
        if (header->op == WIRE_STOP || header->op == WIRE_UNLOAD)
            header->op = WIRE_SEGMENT;
        for (int i = 0; i < WIRE_STRINGS; i++)
            header->lengths[i] = any() % 3 ? any() % 64 : any();
    }
    if (any() % 8 == 0) /* descriptors that nobody asked for */
        wire_send(fd, packet, size, NULL, 0, 0);
    else
        send(fd, packet, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void garbage(void)
{
    begun("garbage");
    while (!told_to_end()) {
        int fd = session_connect();
        for (int i = 0; fd >= 0 && i < 8; i++)
            send_garbage(fd);
        if (fd >= 0)
            close(fd);
    }
}

/* --- many sockets --- */

static void many(int wanted)
{
    struct rlimit limit = {(rlim_t)wanted + 64, (rlim_t)wanted + 64};
    int open_ones = 0, refused = 0;
    int *fds = calloc((size_t)wanted, sizeof *fds);

    setrlimit(RLIMIT_NOFILE, &limit);
    for (int i = 0; i < wanted; i++)
        fds[i] = session_connect();
    /* one that was turned away hangs up */
    for (int i = 0; i < wanted; i++) {
        struct wire_request hello = {.magic = WIRE_MAGIC, .op = WIRE_HELLO};
        char answer[256];
        if (fds[i] < 0 || send(fds[i], &hello, sizeof hello, MSG_NOSIGNAL) < 0 ||
            recv(fds[i], answer, sizeof answer, 0) <= 0)
            refused++;
        else
            open_ones++;
    }
    printf("many open=%x refused=%x\n", open_ones, refused);
    fflush(stdout);
    wait_for_the_end();
}

/* --- never reads --- */

static void deaf(void)
{
    struct wire_request request = {.magic = WIRE_MAGIC, .op = WIRE_PORTS};
    int fd = session_connect();

    begun("deaf");
    while (send(fd, &request, sizeof request, MSG_NOSIGNAL) > 0)
        ;
    begun("dropped"); /* the manager has lost its patience */
    wait_for_the_end();
}

/* --- a connection's memory --- */

static int memory;

/* A connection's socket; its first segment at *area. */
static uint32_t inheritable;

static int join(struct chan_area **area)
{
    struct session_request request = {.op = WIRE_CONNECT, .arguments = {0, inheritable}, .strings = {port}};
    struct session_reply reply;
    int fd = session_connect();

    *area = NULL;
    if (fd < 0)
        return -1;
    NTSTATUS status = session_exchange(fd, &request, &reply, &memory);
    free(reply.data);
    if (status < 0 || memory < 0) {
        close(fd);
        return -1;
    }
    *area = mmap(NULL, CHAN_SEGMENT0_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    close(memory);
    return fd;
}

static int hung_up(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLRDHUP};

    return poll(&p, 1, 0) > 0;
}

/* One get as a good client posts it, so that something is delivered. */
static void post_get(struct chan_area *area)
{
    static unsigned next;
    unsigned n = next++ % CHAN_GETS;
    struct chan_get *get = &area->gets[n];

    get->size = 256;
    get->segment = 0;
    get->offset = CHAN_DATA_OFFSET + n * 128;
    get->notify = n % 2;
    get->stamp = area->stamp++;
    __atomic_store_n(&get->state, CHAN_GET_POSTED, __ATOMIC_RELEASE);
    if (n < CHAN_SEATS) {
        __atomic_store_n(&area->seats, n % 3 ? CHAN_SEATS : n + 1, __ATOMIC_RELAXED);
    } else {
        area->ring[area->ring_tail % CHAN_RING] = (uint16_t)n;
        __atomic_add_fetch(&area->ring_tail, 1, __ATOMIC_SEQ_CST);
    }
    __atomic_add_fetch(&area->kick, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &area->kick, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void write_somewhere(struct chan_area *area, size_t end)
{
    uint32_t *words = (uint32_t *)(void *)area;

    /* small numbers are the likelier ones to be taken for something; the exchanges, where a reply would stand, most of all */
    uint32_t value = any() % 2 ? any() : any() % 5000;
    size_t at = any() % 2 ? any() % (end / 4) : offsetof(struct chan_area, exchanges) / 4 + any() % 256;
    __atomic_store_n(&words[at], value, __ATOMIC_RELAXED);
}

/* Answers what was delivered, wrongly. */
static void answer_somehow(struct chan_area *area)
{
    for (unsigned n = 0; n < 16; n++) {
        struct chan_exchange *e = &area->exchanges[n];
        uint32_t now = __atomic_load_n(&e->state, __ATOMIC_ACQUIRE);
        if (CHAN_EXCHANGE_STATE(now) != CHAN_EXCHANGE_WAITING)
            continue;
        e->segment = any() % 4 ? 0 : any();
        e->offset = any();
        e->length = any() % 3 ? any() % 256 : any();
        e->status = any();
        __atomic_store_n(&e->state, (now & ~WAIT_ASLEEP) - CHAN_EXCHANGE_WAITING + CHAN_EXCHANGE_REPLIED, __ATOMIC_RELEASE);
        syscall(SYS_futex, &e->state, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
}

static void scribble(void)
{
    begun("scribble");
    while (!told_to_end()) {
        struct chan_area *area;
        int fd = join(&area);
        for (int i = 0; fd >= 0 && i < 100000 && !hung_up(fd); i++) {
            if (i % 16 == 0)
                post_get(area);
            answer_somehow(area);
            for (int k = 0; k < i / 16; k++) /* gently at first */
                write_somewhere(area, any() % 8 ? sizeof *area : CHAN_SEGMENT0_SIZE);
        }
        if (area != NULL)
            munmap(area, CHAN_SEGMENT0_SIZE);
        if (fd >= 0)
            close(fd);
    }
}

/* Takes the sleepers of every word away, and wakes nobody. */
static void requeue(void)
{
    static uint32_t own;
    struct chan_area *area;
    int fd = join(&area);

    if (fd < 0)
        exit(3);
    begun("requeue");
    while (!told_to_end()) {
        uint32_t *words[] = {&area->kick, &area->exchanges[any() % 4].state, &area->done, &area->gets[any() % 4].state};
        uint32_t *word = words[any() % 4];
        syscall(SYS_futex, word, FUTEX_REQUEUE, 0, 1000, &own, 0);
        syscall(SYS_futex, word, FUTEX_CMP_REQUEUE, 0, 1000, &own, *word);
        if (any() % 4 == 0)
            syscall(SYS_futex, word, FUTEX_WAKE, 1000, NULL, NULL, 0);
        if (any() % 64 == 0)
            post_get(area);
    }
}

/* Says of itself what is not so: where it runs, that it sleeps or not, that there is something to see; and takes marks
 * of sleepers off, at any moment. Answers come, some of them. */
static void lie(void)
{
    struct chan_area *area;
    int fd = join(&area);

    if (fd < 0)
        exit(3);
    for (int i = 0; i < 8; i++)
        post_get(area);
    begun("lie");
    for (unsigned i = 0; !told_to_end(); i++) {
        for (unsigned k = 0; k < 1000; k++) {
            struct chan_get *get = &area->gets[any() % 8];
            struct chan_exchange *e = &area->exchanges[any() % 4];
            __atomic_store_n(&get->cpu, any() % 4 ? any() % 4 : any(), __ATOMIC_RELAXED);
            __atomic_fetch_xor(&get->state, WAIT_ASLEEP, __ATOMIC_RELAXED);
            __atomic_fetch_xor(&e->state, WAIT_ASLEEP, __ATOMIC_RELAXED);
            __atomic_store_n(&area->kick_sleepers, any() % 3, __ATOMIC_RELAXED);
            __atomic_store_n(&area->done_sleepers, any() % 3, __ATOMIC_RELAXED);
            __atomic_fetch_add(&area->kick, any() % 2, __ATOMIC_RELAXED);
        }
        if (i % 4 == 0)
            post_get(area);
        if (i % 16 == 0)
            answer_somehow(area);
    }
}

/* Gives the socket up and goes on in the memory. */
static void drop(void)
{
    struct chan_area *area;
    int fd = join(&area);

    if (fd < 0)
        exit(3);
    for (int i = 0; i < 8; i++)
        post_get(area);
    begun("joined");
    char byte;
    if (read(0, &byte, 1) <= 0)
        return;
    close(fd);
    begun("dropped");
    while (!told_to_end())
        for (int i = 0; i < 1000; i++)
            write_somewhere(area, CHAN_SEGMENT0_SIZE);
}

/* Leaves a child behind that keeps the socket. */
static void leave_child(void)
{
    struct chan_area *area;
    int fd = join(&area);

    if (fd < 0)
        exit(3);
    pid_t child = fork();
    if (child == 0) {
        wait_for_the_end();
        _exit(0);
    }
    printf("child pid=%x\n", (unsigned)child);
    fflush(stdout);
    pause();
}

/* --- handles of the connection for other processes --- */

#define ASKED 1000

/* One more handle, with memory of its own when there is some left; -1. */
static int ask_for_handle(int fd)
{
    struct session_request first_call = {.op = WIRE_CHANNEL};
    struct session_reply reply;
    int own = -1, room = -1;

    NTSTATUS status = session_share(fd, &(const struct wire_request){.magic = WIRE_MAGIC, .op = WIRE_FILE_SHARE}, -1,
                    &reply, &own);
    free(reply.data);
    if (status < 0)
        return -1;
    session_exchange(own, &first_call, &reply, &room);
    free(reply.data);
    if (room >= 0)
        close(room);
    return own;
}

static void ask_a_thousand_times(int fd, unsigned *granted)
{
    int own[ASKED];

    *granted = 0;
    for (int i = 0; i < ASKED; i++)
        *granted += (own[i] = ask_for_handle(fd)) >= 0;
    for (int i = 0; i < ASKED; i++)
        if (own[i] >= 0)
            close(own[i]);
}

/* Asks, and is gone before the answer. */
static void ask_and_die(int fd)
{
    const struct wire_request ask = {.magic = WIRE_MAGIC, .op = WIRE_FILE_SHARE};
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0)
        wire_try_send(fd, &ask, sizeof ask, NULL, 0, pair[1]);
    _exit(0);
}

/* Asks with a pair of sockets that its parent made, and acts in its parent's name: served neither. */
static void act_as_parent(int fd, const int pair[2])
{
    const struct wire_request ask = {.magic = WIRE_MAGIC, .op = WIRE_FILE_SHARE};
    const struct wire_request more = {.magic = WIRE_MAGIC, .op = WIRE_SEGMENT, .arguments = {4096}};
    struct pollfd parents[] = {{.fd = pair[0], .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    char byte;

    wire_try_send(fd, &ask, sizeof ask, NULL, 0, pair[1]);
    close(pair[1]);
    wire_try_send(fd, &more, sizeof more, NULL, 0, -1);
    /* the manager has thrown the pair away by the time it has served what comes next; our parent lets go of it when it runs */
    int own = ask_for_handle(fd);
    bool refused = own >= 0 && poll(&parents[0], 1, 10000) == 1 && recv(pair[0], &byte, 1, MSG_DONTWAIT) == 0 &&
                   poll(&parents[1], 1, 50) == 0;
    _exit(refused ? 0 : 1);
}

static int in_child(void (*act)(int fd, const int pair[2]), int fd)
{
    int pair[2], status = 0;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0)
        return 0;
    pid_t child = fork();
    if (child == 0)
        act(fd, pair);
    close(pair[0]);
    close(pair[1]);
    waitpid(child, &status, 0);
    return status;
}

static void die(int fd, const int pair[2])
{
    (void)pair;
    ask_and_die(fd);
}

static void heirs(void)
{
    struct chan_area *area;
    unsigned granted, again;

    inheritable = 1;
    int fd = join(&area);
    if (fd < 0)
        exit(3);
    ask_a_thousand_times(fd, &granted);
    int status = in_child(act_as_parent, fd);
    printf("heirs granted=%x status=%x\n", granted, (unsigned)status);
    fflush(stdout);
    while (!told_to_end()) {
        for (int i = 0; i < 20; i++)
            in_child(die, fd);
        ask_a_thousand_times(fd, &again);
    }
}

/* Calls without waiting for answers. */
static void flood_calls(void)
{
    struct chan_area *area;
    int fd = join(&area);
    struct {
        struct wire_request header;
        struct wire_call call;
    } packet = {.header = {.magic = WIRE_MAGIC, .op = WIRE_CALL}};

    if (fd < 0)
        exit(3);
    begun("flood");
    while (!told_to_end()) {
        packet.call.tid = (uint32_t)getpid();
        packet.call.block[1] = CHAN_DATA_OFFSET + any() % 64 * 64;
        packet.call.block[2] = 64;
        if (send(fd, &packet, sizeof packet, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN)
            break;
    }
    wait_for_the_end();
}

/* --- another user's process --- */

/* Whether the kernel lets us into that process, by any door: how many stood open. */
static unsigned intrude(pid_t victim)
{
    unsigned doors = 0;
    char path[64], byte;
    struct iovec here = {&byte, 1}, there = {(void *)(uintptr_t)environ, 1};

    for (int fd = 0; fd < 64; fd++) {
        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)victim, fd);
        int copy = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        doors += copy >= 0;
        if (copy >= 0)
            close(copy);
    }
    static const char *const files[] = {"mem", "map_files", "fd", "environ"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "/proc/%d/%s", (int)victim, files[i]);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        doors += fd >= 0;
        if (fd >= 0)
            close(fd);
    }
    int pidfd = (int)syscall(SYS_pidfd_open, victim, 0);
    for (unsigned fd = 0; pidfd >= 0 && fd < 64; fd++) {
        int copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
        doors += copy >= 0;
        if (copy >= 0)
            close(copy);
    }
    if (pidfd >= 0)
        close(pidfd);
    doors += process_vm_readv(victim, &here, 1, &there, 1, 0) > 0;
    doors += kill(victim, 0) == 0;
    return doors;
}

/* The status of one request on that socket; what is behind the header is `extra`. */
static uint32_t status_of(int fd, uint32_t op, const void *extra, size_t size)
{
    uint8_t packet[256];
    struct wire_request header = {.magic = WIRE_MAGIC, .op = op, .arguments = {4096}};
    struct wire_reply reply = {0};
    static uint8_t answer[WIRE_MAX_PACKET];

    memcpy(packet, &header, sizeof header);
    if (size > 0)
        memcpy(packet + sizeof header, extra, size);
    if (send(fd, packet, sizeof header + size, MSG_NOSIGNAL) < 0 || recv(fd, answer, sizeof answer, 0) < (ssize_t)sizeof reply)
        return 0xFFFFFFFFu; /* hung up */
    memcpy(&reply, answer, sizeof reply);
    return reply.status;
}

static uint32_t alone(uint32_t op, const void *extra, size_t size)
{
    int fd = session_connect();
    uint32_t status = status_of(fd, op, extra, size);

    close(fd);
    return status;
}

/* Credentials of another process cannot be sent along. */
static bool pretends_to_be(int fd, pid_t victim)
{
    struct wire_request header = {.magic = WIRE_MAGIC, .op = WIRE_HELLO};
    struct iovec part = {&header, sizeof header};
    union {
        char room[CMSG_SPACE(sizeof(struct ucred))];
        struct cmsghdr align;
    } control = {0};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_CREDENTIALS;
    c->cmsg_len = CMSG_LEN(sizeof(struct ucred));
    memcpy(CMSG_DATA(c), &(struct ucred){.pid = victim, .uid = 0, .gid = 0}, sizeof(struct ucred));
    return sendmsg(fd, &message, MSG_NOSIGNAL) >= 0;
}

/* Packets of its own making against another's connection: the port that is not its, the message that is not its (ids count up from 1). */
static void forge(pid_t victim)
{
    static const uint32_t privileged[] = {WIRE_LOAD, WIRE_UNLOAD, WIRE_ATTACH, WIRE_ATTACH_AT_ALTITUDE, WIRE_DETACH, WIRE_MOUNT,
        WIRE_UNMOUNT, WIRE_INSTALL, WIRE_STOP};
    struct session_request request = {.op = WIRE_CONNECT, .strings = {u"\\RigPrivate"}};
    struct session_reply reply;
    struct wire_answer answer = {.id = 1, .range = {0, CHAN_DATA_OFFSET, 8}};
    struct wire_call call = {.tid = (uint32_t)victim, .block = {0, CHAN_DATA_OFFSET, 64}};
    struct chan_area *area;
    unsigned refused = 0, replied = 0;
    int fd = session_connect(), own, none = -1;

    uint32_t connected = (uint32_t)session_exchange(fd, &request, &reply, &none);
    free(reply.data);
    if (none >= 0)
        close(none);
    bool pretended = pretends_to_be(fd, victim);
    close(fd);
    uint32_t segment = alone(WIRE_SEGMENT, NULL, 0), channel = alone(WIRE_CHANNEL, NULL, 0), called = alone(WIRE_CALL, &call, sizeof call);
    uint32_t answered = alone(WIRE_REPLY, &answer, sizeof answer);
    for (size_t i = 0; i < sizeof privileged / sizeof *privileged; i++)
        refused += alone(privileged[i], NULL, 0) == 0xC0000061u;
    own = join(&area);
    for (answer.id = 1; own >= 0 && answer.id < 64; answer.id++)
        replied += status_of(own, WIRE_REPLY, &answer, sizeof answer) == 0;
    printf("forge connected=%x pretended=%x segment=%x channel=%x called=%x answered=%x refused=%x own=%x replied=%x\n", connected, pretended,
        segment, channel, called, answered, refused, own >= 0, replied);
    if (own >= 0)
        close(own);
}

int main(int count, char **argument)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } ways[] = {{"garbage", garbage}, {"deaf", deaf}, {"scribble", scribble}, {"requeue", requeue}, {"lie", lie}, {"drop", drop},
        {"child", leave_child}, {"flood", flood_calls}, {"heirs", heirs}};

    if (count < 4)
        return 2;
    uid_t uid = (uid_t)atoi(argument[1]);
    seed += (uint64_t)strtoull(argument[3], NULL, 10);
    for (size_t i = 0; i < 63 && u"\\RigHostile"[i] != 0; i++)
        port[i] = u"\\RigHostile"[i];
    if (!strcmp(argument[2], "many")) { /* the limit of descriptors is raised first */
        struct rlimit limit = {(rlim_t)atoi(argument[3]) + 64, (rlim_t)atoi(argument[3]) + 64};
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (uid != 0 && (setgroups(0, NULL) || setgid(uid) || setuid(uid)))
        return 3;
    if (!strcmp(argument[2], "many")) {
        many(atoi(argument[3]));
        return 0;
    }
    if (!strcmp(argument[2], "intrude")) {
        printf("intrude doors=%x\n", intrude((pid_t)atoi(argument[3])));
        return 0;
    }
    if (!strcmp(argument[2], "forge")) {
        forge((pid_t)atoi(argument[3]));
        return 0;
    }
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (!strcmp(ways[i].name, argument[2])) {
            ways[i].run();
            return 0;
        }
    }
    return 2;
}
