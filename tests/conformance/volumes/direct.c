/*
 * Direct handles: opens that a filter sent to another file (V-119) do not share the kernel's pages. What can be mapped of them, and what
 * filters hear of it (V-108, V-109, V-247).
 */
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE_READONLY_ = 0x02, PAGE_READWRITE_ = 0x04, CREATE_SECTION = 1 << 16 };

static void send_elsewhere(void)
{
    put(back("target"), "the target, which is longer");
    put(back("link"), "own");
    strcpy(stage->from, "link");
    strcpy(stage->to, "\\??\\C:\\target");
}

static int opened(int flags)
{
    int fd = open(at("link"), flags | O_CLOEXEC);
    if (fd < 0)
        fail_msg("open: %s", strerror(errno));
    return fd;
}

static void shared_mappings(void **state)
{
    send_elsewhere();
    LOAD(0, CREATE);
    int fd = opened(O_RDWR);
    assert_true(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
    assert_int_equal(ENODEV, errno);
    char *map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
    assert_true(map != MAP_FAILED);
    assert_memory_equal("the target", map, 10);
    munmap(map, 4096);
    assert_int_equal(3, pwrite(fd, "THE", 3, 0));
    map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0); /* a new mapping is filled anew */
    assert_true(map != MAP_FAILED);
    assert_memory_equal("THE target", map, 10);
    munmap(map, 4096);
    close(fd);
}

/* read(2) says who reads; a page that is filled for a mapping does not. */
static void fills_are_announced(void **state)
{
    static const struct {
        int flags;
        unsigned protection;
    } rows[] = {{O_RDONLY, PAGE_READONLY_}, {O_RDWR, PAGE_READWRITE_}};
    char text[16];
    send_elsewhere();
    LOAD(0, CREATE, READ, SECTION);
    for (size_t i = 0; i < 2; i++) {
        forget_events();
        int fd = opened(rows[i].flags);
        assert_int_equal(10, pread(fd, text, 10, 0));
        assert_int_equal(0, seen(SECTION, NULL));
        assert_int_equal(1, seen(READ, NULL));
        for (int round = 0; round < 2; round++) {
            volatile char *map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
            assert_true(map != MAP_FAILED);
            assert_int_equal('t', map[0]);
            munmap((void *)map, 4096);
        }
        assert_int_equal(1, seen(SECTION, NULL)); /* once for each open */
        assert_int_equal(CREATE_SECTION | rows[i].protection, event_of(SECTION, "target")->detail);
        close(fd);
    }
}

static sigjmp_buf back_here;

static void on_bus(int number)
{
    (void)number;
    siglongjmp(back_here, 1);
}

static void refused_fills(void **state)
{
    struct sigaction action = {.sa_handler = on_bus}, before;
    char text[16];
    send_elsewhere();
    LOAD(0, CREATE, SECTION);
    stage->status = 0xC0000022u; /* STATUS_ACCESS_DENIED */
    stage->refuse = SECTION + 1;
    int fd = opened(O_RDONLY);
    volatile char *map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0); /* the kernel asked nobody */
    assert_true(map != MAP_FAILED);
    sigaction(SIGBUS, &action, &before);
    volatile bool touched = false;
    if (sigsetjmp(back_here, 1) == 0) {
        (void)map[0];
        touched = true;
    }
    sigaction(SIGBUS, &before, NULL);
    assert_false(touched);
    assert_int_equal(10, pread(fd, text, 10, 0)); /* reading was not refused */
    stage->refuse = 0;
    assert_int_equal('t', map[0]); /* and what was refused is asked again */
    munmap((void *)map, 4096);
    close(fd);
}

#define STAGED(name, fn) TEST_WITH(name, fn, stage_clear, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED("V-109 private mappings only, each with pages of its own", shared_mappings),
        STAGED("V-108 V-247 pages that fill a mapping are a section's", fills_are_announced),
        STAGED("V-108 a section that is refused is a SIGBUS", refused_fills),
    };
    return RUN_TESTS(tests, stage_start, stage_stop);
}
