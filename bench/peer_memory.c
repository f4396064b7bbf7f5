/* POSIX message queues, shared memory with eventfd, and the two limits: shared memory with a futex on which both sides always sleep, and with both
 * sides spinning. In shared memory a request is copied in and copied out, as a port does. */
#include "peers.h"

#include <linux/futex.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *request_buffer(size_t size)
{
    void *buffer;
    if (posix_memalign(&buffer, 4096, size))
        _exit(4);
    return buffer;
}

/* ---- POSIX message queues ---- */

static mqd_t asked, answered;

static mqd_t make_queue(const char *which, size_t size)
{
    struct mq_attr attributes = {.mq_maxmsg = 8, .mq_msgsize = (long)size};
    char name[64];
    snprintf(name, sizeof name, "/openfltmgr-bench-%d-%s", (int)getpid(), which);
    mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
    if (queue == (mqd_t)-1)
        failed("mq_open");
    else
        mq_unlink(name);
    return queue;
}

/* Larger ones are for who may raise the setting, or has CAP_SYS_RESOURCE. */
static size_t largest_mq(void)
{
    size_t largest = 8192;
    FILE *file = fopen("/proc/sys/fs/mqueue/msgsize_max", "r");
    if (file && fscanf(file, "%zu", &largest) != 1)
        largest = 8192;
    if (file)
        fclose(file);
    return largest;
}

static int prepare_mq(const struct cell *cell)
{
    asked = make_queue("asked", cell->size);
    answered = make_queue("answered", ANSWER_BYTES);
    return asked != (mqd_t)-1 && answered != (mqd_t)-1;
}

static void serve_mq(const struct cell *cell, unsigned reader)
{
    char *request = request_buffer(cell->size), answer[ANSWER_BYTES] = {0};
    while (mq_receive(asked, request, cell->size, NULL) == (ssize_t)cell->size) {
        answer_request(request, cell->size, answer);
        if (mq_send(answered, answer, sizeof answer, 0))
            break;
    }
    failed("mq_receive");
}

static int call_mq(unsigned sender, const void *request, size_t size, void *answer)
{
    return (mq_send(asked, request, size, 0) == 0 && mq_receive(answered, answer, ANSWER_BYTES, NULL) == ANSWER_BYTES) || failed("mq_send");
}

static int write_mq(const void *message, size_t size)
{
    return mq_send(asked, message, size, 0) == 0 || failed("mq_send");
}

static long read_mq(void *message, size_t size)
{
    return mq_receive(asked, message, size, NULL);
}

const struct peer mq_peer = {.name = "POSIX mq", .largest = largest_mq, .prepare = prepare_mq, .serve = serve_mq, .call = call_mq,
    .write = write_mq, .read = read_mq};

/* ---- shared memory ---- */

struct message {
    _Alignas(64) uint32_t turn; /* of a futex or a spinner: how many messages there were */
    char bytes[];               /* begins in the word's own line */
};

static struct message *to_reader, *to_sender;
static int reader_event, sender_event;

static int prepare_memory(const struct cell *cell)
{
    to_reader = shared_memory(sizeof *to_reader + cell->size);
    to_sender = shared_memory(sizeof *to_sender + ANSWER_BYTES);
    return to_reader && to_sender;
}

static int prepare_eventfd(const struct cell *cell)
{
    reader_event = eventfd(0, EFD_CLOEXEC);
    sender_event = eventfd(0, EFD_CLOEXEC);
    return reader_event >= 0 && sender_event >= 0 && prepare_memory(cell);
}

static void serve_eventfd(const struct cell *cell, unsigned reader)
{
    char *request = request_buffer(cell->size), answer[ANSWER_BYTES] = {0};
    eventfd_t count;
    while (eventfd_read(reader_event, &count) == 0) {
        memcpy(request, to_reader->bytes, cell->size);
        answer_request(request, cell->size, answer);
        memcpy(to_sender->bytes, answer, sizeof answer);
        if (eventfd_write(sender_event, 1))
            break;
    }
}

static int call_eventfd(unsigned sender, const void *request, size_t size, void *answer)
{
    eventfd_t count;
    memcpy(to_reader->bytes, request, size);
    if (eventfd_write(reader_event, 1) || eventfd_read(sender_event, &count))
        return failed("eventfd");
    memcpy(answer, to_sender->bytes, ANSWER_BYTES);
    return 1;
}

const struct peer eventfd_peer = {.name = "eventfd + memory", .prepare = prepare_eventfd, .serve = serve_eventfd, .call = call_eventfd};

/* ---- the limits ---- */

/* Release: the bytes before it; pairs with the acquire in the two waits. */
static void publish(struct message *message)
{
    __atomic_store_n(&message->turn, __atomic_load_n(&message->turn, __ATOMIC_RELAXED) + 1, __ATOMIC_RELEASE);
}

static void wait_spinning(struct message *message, uint32_t seen)
{
    while (__atomic_load_n(&message->turn, __ATOMIC_ACQUIRE) == seen)
        __builtin_ia32_pause();
}

static void wait_sleeping(struct message *message, uint32_t seen)
{
    while (__atomic_load_n(&message->turn, __ATOMIC_ACQUIRE) == seen)
        syscall(SYS_futex, &message->turn, FUTEX_WAIT, seen, NULL, NULL, 0);
}

static void wake(struct message *message)
{
    syscall(SYS_futex, &message->turn, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void serve_limit(const struct cell *cell, void (*wait)(struct message *, uint32_t), void (*tell)(struct message *))
{
    char *request = request_buffer(cell->size), answer[ANSWER_BYTES] = {0};
    for (uint32_t seen = 0;; seen++) {
        wait(to_reader, seen);
        memcpy(request, to_reader->bytes, cell->size);
        answer_request(request, cell->size, answer);
        memcpy(to_sender->bytes, answer, sizeof answer);
        publish(to_sender);
        if (tell)
            tell(to_sender);
    }
}

static int call_limit(const void *request, size_t size, void *answer, void (*wait)(struct message *, uint32_t), void (*tell)(struct message *))
{
    uint32_t seen = __atomic_load_n(&to_sender->turn, __ATOMIC_RELAXED);
    memcpy(to_reader->bytes, request, size);
    publish(to_reader);
    if (tell)
        tell(to_reader);
    wait(to_sender, seen);
    memcpy(answer, to_sender->bytes, ANSWER_BYTES);
    return 1;
}

static void serve_futex(const struct cell *cell, unsigned reader)
{
    serve_limit(cell, wait_sleeping, wake);
}

static int call_futex(unsigned sender, const void *request, size_t size, void *answer)
{
    return call_limit(request, size, answer, wait_sleeping, wake);
}

static void serve_spin(const struct cell *cell, unsigned reader)
{
    serve_limit(cell, wait_spinning, NULL);
}

static int call_spin(unsigned sender, const void *request, size_t size, void *answer)
{
    return call_limit(request, size, answer, wait_spinning, NULL);
}

const struct peer futex_peer = {.name = "futex limit", .prepare = prepare_memory, .serve = serve_futex, .call = call_futex};
const struct peer spin_peer = {.name = "spinning limit", .prepare = prepare_memory, .serve = serve_spin, .call = call_spin};
