/*
 * The ways besides open, read and write by which Linux programs open, run, read and write (V-021, V-026, V-036): the same gate, the same
 * reads and writes. The file is guarded by its content's identity, as in gate.c.
 */
#include "guarded.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAJOR_CREATE = 0, MAJOR_READ = 3, MAJOR_WRITE = 4 };

static void deny(const char *name)
{
    struct stat st;
    assert_int_equal(0, stat(behind(name), &st));
    __atomic_store_n(&guarded->deny_inode, st.st_ino, __ATOMIC_RELEASE);
}

static void deny_writes(void)
{
    __atomic_store_n(&guarded->deny_writes, 1, __ATOMIC_RELEASE);
}

static int opened(const char *path, int flags)
{
    int fd = try_open(path, flags);
    assert_true(fd >= 0);
    return fd;
}

/* The result of a system call, or its errno as a negative number. */
static long result_of(long returned)
{
    return returned < 0 ? -errno : returned;
}

static void openat2_calls(void **state)
{
    struct open_how how = {.flags = O_RDONLY, .resolve = RESOLVE_NO_MAGICLINKS};
    write_behind("f", "content", 0644);
    int directory = opened(guarded_mount, O_PATH | O_DIRECTORY);
    long fd = result_of(syscall(SYS_openat2, directory, "f", &how, sizeof how));
    assert_true(fd >= 0);
    close((int)fd);
    deny("f");
    assert_int_equal(-EACCES, result_of(syscall(SYS_openat2, directory, "f", &how, sizeof how)));
    how.resolve = RESOLVE_IN_ROOT;
    assert_int_equal(-EACCES, result_of(syscall(SYS_openat2, directory, "/f", &how, sizeof how)));
    close(directory);
}

/* Runs what a descriptor stands for; the program's exit status, or the errno of a refusal. */
static int run_descriptor(int fd)
{
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        char *arguments[] = {"prog", NULL};
        syscall(SYS_execveat, fd, "", arguments, NULL, AT_EMPTY_PATH);
        _exit(errno);
    }
    assert_int_equal(child, waitpid(child, &status, 0));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void programs_by_descriptor(void **state)
{
    int in = open("/bin/true", O_RDONLY), out = open(behind("prog"), O_WRONLY | O_CREAT, 0755);
    while (sendfile(out, in, NULL, 1 << 20) > 0)
        ;
    close(in);
    close(out);
    int path = opened(on_mount("prog"), O_PATH | O_CLOEXEC), granted = opened(on_mount("prog"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(0, run_descriptor(path));
    deny("prog");
    assert_int_equal(EACCES, run_descriptor(path));
    assert_int_equal(EACCES, run_descriptor(granted)); /* running is an open of its own */
    close(path);
    close(granted);
}

static void pipes(void **state)
{
    int ends[2];
    char text[8] = "";
    write_behind("f", "content", 0644);
    int in = opened(on_mount("f"), O_RDONLY), out = opened(on_mount("g"), O_RDWR | O_CREAT);
    assert_int_equal(0, pipe(ends));
    assert_int_equal(7, result_of(splice(in, NULL, ends[1], NULL, 7, 0)));
    assert_true(events_of(MAJOR_READ, "f") > 0);
    assert_int_equal(7, result_of(splice(ends[0], NULL, out, NULL, 7, 0)));
    assert_true(events_of(MAJOR_WRITE, "g") > 0);
    assert_string_equal("content", text_of(behind("g")));
    deny_writes();
    assert_int_equal(3, write(ends[1], "bad", 3));
    assert_int_equal(-EACCES, result_of(splice(ends[0], NULL, out, NULL, 3, 0)));
    assert_string_equal("content", text_of(behind("g")));
    assert_int_equal(7, pread(out, text, sizeof text - 1, 0));
    assert_string_equal("content", text);
    close(in);
    close(out);
    close(ends[0]);
    close(ends[1]);
}

/* ---- Linux' AIO ---- */

static long aio_call(aio_context_t context, int fd, unsigned operation, void *buffer, size_t length)
{
    struct iocb call = {.aio_fildes = (unsigned)fd, .aio_lio_opcode = (uint16_t)operation, .aio_buf = (uintptr_t)buffer, .aio_nbytes = length};
    struct iocb *calls[] = {&call};
    struct io_event event = {0};
    long submitted = result_of(syscall(SYS_io_submit, context, 1L, calls));
    if (submitted != 1)
        return submitted;
    assert_int_equal(1, syscall(SYS_io_getevents, context, 1L, 1L, &event, NULL));
    return (long)event.res;
}

static void asynchronous_calls(void **state)
{
    aio_context_t context = 0;
    char text[8] = "";
    write_behind("f", "content", 0644);
    assert_int_equal(0, result_of(syscall(SYS_io_setup, 4U, &context)));
    int fd = opened(on_mount("f"), O_RDWR);
    assert_int_equal(7, aio_call(context, fd, IOCB_CMD_PREAD, text, 7));
    assert_string_equal("content", text);
    assert_true(events_of(MAJOR_READ, "f") > 0);
    assert_int_equal(7, aio_call(context, fd, IOCB_CMD_PWRITE, "CONTENT", 7));
    assert_true(events_of(MAJOR_WRITE, "f") > 0);
    deny_writes();
    assert_int_equal(-EACCES, aio_call(context, fd, IOCB_CMD_PWRITE, "bad", 3));
    assert_string_equal("CONTENT", text_of(behind("f")));
    close(fd);
    syscall(SYS_io_destroy, context);
}

/* ---- io_uring: one call at a time ---- */

struct ring {
    int fd;
    struct io_uring_params parameters;
    char *submissions, *completions;
    struct io_uring_sqe *entries;
    size_t submissions_size, completions_size;
};

/* False where the kernel has no io_uring, or does not let us use it. */
static bool ring_start(struct ring *ring)
{
    struct io_uring_params *p = &ring->parameters;
    long fd = result_of(syscall(SYS_io_uring_setup, 1U, p));
    if (fd == -ENOSYS || fd == -EPERM)
        return false;
    assert_true(fd >= 0);
    ring->fd = (int)fd;
    ring->submissions_size = p->sq_off.array + p->sq_entries * sizeof(uint32_t);
    ring->completions_size = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
    ring->submissions = mmap(NULL, ring->submissions_size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
    ring->completions = mmap(NULL, ring->completions_size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_CQ_RING);
    ring->entries = mmap(NULL, p->sq_entries * sizeof *ring->entries, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQES);
    assert_true(ring->submissions != MAP_FAILED && ring->completions != MAP_FAILED && (void *)ring->entries != MAP_FAILED);
    return true;
}

static void ring_stop(struct ring *ring)
{
    munmap(ring->entries, ring->parameters.sq_entries * sizeof *ring->entries);
    munmap(ring->completions, ring->completions_size);
    munmap(ring->submissions, ring->submissions_size);
    close(ring->fd);
}

static long ring_call(struct ring *ring, struct io_uring_sqe call)
{
    const struct io_sqring_offsets *s = &ring->parameters.sq_off;
    const struct io_cqring_offsets *c = &ring->parameters.cq_off;
    uint32_t *tail = (uint32_t *)(ring->submissions + s->tail), *head = (uint32_t *)(ring->completions + c->head);
    ring->entries[0] = call;
    *(uint32_t *)(ring->submissions + s->array) = 0;
    __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE); /* the kernel reads it in io_uring_enter */
    assert_int_equal(1, syscall(SYS_io_uring_enter, ring->fd, 1U, 1U, IORING_ENTER_GETEVENTS, NULL, 0UL));
    uint32_t at = *head, mask = *(uint32_t *)(ring->completions + c->ring_mask);
    assert_int_equal(at + 1, __atomic_load_n((uint32_t *)(ring->completions + c->tail), __ATOMIC_ACQUIRE));
    long result = ((struct io_uring_cqe *)(ring->completions + c->cqes))[at & mask].res;
    __atomic_store_n(head, at + 1, __ATOMIC_RELEASE);
    return result;
}

static long ring_open(struct ring *ring, const char *path, int flags)
{
    return ring_call(ring, (struct io_uring_sqe){.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (uintptr_t)path, .open_flags = (unsigned)flags});
}

static long ring_transfer(struct ring *ring, unsigned opcode, int fd, void *buffer, unsigned length)
{
    return ring_call(ring, (struct io_uring_sqe){.opcode = (uint8_t)opcode, .fd = fd, .addr = (uintptr_t)buffer, .len = length});
}

static void ring_calls(void **state)
{
    struct ring ring = {0};
    char text[8] = "";
    if (!ring_start(&ring)) {
        skip_because("io_uring is not to be had here (kernel.io_uring_disabled, a sandbox)");
    }
    write_behind("f", "content", 0644);
    long fd = ring_open(&ring, on_mount("f"), O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(7, ring_transfer(&ring, IORING_OP_READ, (int)fd, text, 7));
    assert_string_equal("content", text);
    assert_int_equal(7, ring_transfer(&ring, IORING_OP_WRITE, (int)fd, "CONTENT", 7));
    assert_true(events_of(MAJOR_CREATE, "f") > 0 && events_of(MAJOR_READ, "f") > 0 && events_of(MAJOR_WRITE, "f") > 0);
    deny_writes();
    assert_int_equal(-EACCES, ring_transfer(&ring, IORING_OP_WRITE, (int)fd, "bad", 3));
    deny("f");
    assert_int_equal(-EACCES, ring_open(&ring, on_mount("f"), O_RDONLY));
    assert_int_equal(-EACCES, ring_open(&ring, on_mount("f"), O_WRONLY));
    assert_string_equal("CONTENT", text_of(behind("f")));
    close((int)fd);
    ring_stop(&ring);
}

#define GUARDED(name, fn) TEST_WITH(name, fn, guarded_clear, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GUARDED("V-019 V-021 a denial of openat2", openat2_calls),
        GUARDED("V-021 V-026 a denial of programs that are run by a descriptor", programs_by_descriptor),
        GUARDED("V-036 splice reads and writes", pipes),
        GUARDED("V-036 Linux' AIO reads and writes", asynchronous_calls),
        GUARDED("V-036 io_uring opens, reads and writes", ring_calls),
    };
    return RUN_TESTS(tests, guarded_start, guarded_stop);
}
