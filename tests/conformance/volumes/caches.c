/*
 * What the kernel may keep of a mount: the three profiles, their choice by what filters register, and how it is told when it must not
 * keep something any more (V-018, V-195, V-198 to V-204).
 */
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_size : -errno;
}

static const char *read_at(int fd)
{
    static char text[64];
    ssize_t got = pread(fd, text, sizeof text - 1, 0);
    text[got < 0 ? 0 : got] = '\0';
    return text;
}

static bool can_be_shared(int fd)
{
    void *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        assert_int_equal(ENODEV, errno);
        return false;
    }
    munmap(map, 4096);
    return true;
}

/* Whether the kernel kept that the name is not there, over its being made behind the mount; it keeps that for a second. */
static bool keeps_absence(void)
{
    static unsigned made;
    for (;;) {
        char name[32];
        sprintf(name, "absent%u", made++);
        unsigned long long start = now_ms();
        assert_int_equal(-ENOENT, size_of(at(name)));
        put(back(name), "made");
        int64_t size = size_of(at(name));
        if (now_ms() - start < 900)
            return size == -ENOENT;
    }
}

/* ---- the profiles ---- */

static void strict(void **state)
{
    stage_remount("strict");
    put(back("f"), "12345");
    LOAD(0, CREATE, READ);
    int fd = open(at("f"), O_RDONLY | O_CLOEXEC);
    assert_string_equal("12345", read_at(fd));
    assert_string_equal("12345", read_at(fd));
    assert_true(seen(READ, "f") >= 2);
    assert_int_equal(0, event_of(READ, "f")->detail); /* a program's own, no paging I/O (V-070) */
    assert_int_equal(getpid(), event_of(READ, "f")->pid);
    assert_false(can_be_shared(fd));
    char *private = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
    assert_true(private != MAP_FAILED);
    assert_memory_equal("12345", private, 5);
    munmap(private, 4096);
    close(fd);
    assert_int_equal(0, rename(back("f"), back("g"))); /* no name is kept */
    assert_int_equal(-ENOENT, size_of(at("f")));
    assert_int_equal(5, size_of(at("g")));
    put(back("f"), "1");
    assert_int_equal(1, size_of(at("f")));
}

static void moderate(void **state)
{
    stage_remount("default");
    put(back("f"), "12345");
    LOAD(0, CREATE, READ);
    int fd = open(at("f"), O_RDONLY | O_CLOEXEC);
    assert_string_equal("12345", read_at(fd));
    unsigned fills = seen(READ, "f");
    assert_int_equal(1, event_of(READ, "f")->detail); /* a fill of the cache */
    assert_string_equal("12345", read_at(fd));
    assert_int_equal(fills, seen(READ, "f"));
    assert_true(can_be_shared(fd));
    put(back("f"), "123456");
    assert_int_equal(6, size_of(at("f"))); /* attributes are asked for */
    int again = open(at("f"), O_RDONLY | O_CLOEXEC);
    assert_string_equal("123456", read_at(again)); /* pages go with the open */
    close(fd);
    close(again);
}

static void fast(void **state)
{
    stage_remount("fast");
    put(back("f"), "12345");
    LOAD(0, CREATE, WRITE, CLEANUP);
    assert_string_equal("12345", text_in(at("f")));
    assert_int_equal(5, size_of(at("f"))); /* after the read, which changed the time of access */
    put(back("f"), "behind");
    assert_int_equal(5, size_of(at("f")));            /* attributes, */
    assert_string_equal("12345", text_in(at("f")));   /* pages, */
    assert_true(keeps_absence());                     /* and that there is no such name are kept */
    assert_int_equal(2, seen(CREATE, "f"));           /* but every open is asked about */
    assert_int_equal(0, rename(at("f"), at("moved"))); /* what programs do through the mount is seen as ever */
    assert_int_equal(-ENOENT, size_of(at("f")));
    put(at("moved"), "123");
    assert_int_equal(3, size_of(at("moved")));
    assert_string_equal("123", text_in(at("moved")));
    assert_int_equal(0, link(at("moved"), at("second")));
    struct stat st;
    until(stat(at("moved"), &st) == 0 && st.st_nlink == 2);
    put(at("second"), "through the other link");
    assert_string_equal("through the other link", text_in(at("moved")));
    assert_int_equal(22, size_of(at("moved")));
}

static void native_changes(void **state)
{
    stage_remount("fast");
    assert_int_equal(-ENOENT, size_of(at("n")));
    put(back("f"), "12345");
    assert_string_equal("12345", text_in(at("f")));
    assert_int_equal(5, size_of(at("f")));
    stage_native_write("n"); /* a name that the kernel knows not to be there */
    until(size_of(at("n")) == 6);
    stage_native_write("f"); /* pages and attributes that it has */
    until(size_of(at("f")) == 6);
    until(strcmp("native", text_in(at("f"))) == 0);
    stage_native_delete("f"); /* a name that it has */
    until(size_of(at("f")) == -ENOENT);
}

/* Looks that filters answer are no names to keep. */
static void negative(void **state)
{
    stage_remount("fast");
    LOAD(0, QUERY_OPEN);
    assert_int_equal(-ENOENT, size_of(at("none")));
    assert_int_equal(-ENOENT, size_of(at("none")));
    assert_int_equal(2, seen(QUERY_OPEN, "none"));
    assert_false(keeps_absence());
    stage_unload(0);
    assert_true(keeps_absence()); /* nobody is asked */
}

/* A filter makes a file of its own while the program's create holds the directory. */
static void from_another_thread(void **state)
{
    stage_remount("fast");
    strcpy(stage->sidecar, "\\??\\C:\\sidecar");
    LOAD(0, CREATE);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(-ENOENT, size_of(at("sidecar")));
        int fd = open(at("trigger"), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
        assert_true(fd >= 0);
        close(fd);
        assert_int_equal(0, unlink(at("trigger"))); /* an open of it, too */
        until(size_of(at("sidecar")) == 0);
        assert_int_equal(0, unlink(at("sidecar")));
    }
}

/* ---- the choice ---- */

static void automatic(void **state)
{
    put(back("f"), "12345");
    LOAD(0, CREATE, WRITE);
    int before = open(at("f"), O_RDONLY | O_CLOEXEC);
    assert_string_equal("12345", read_at(before));
    assert_true(can_be_shared(before));
    LOAD(1, READ);
    int after = open(at("f"), O_RDONLY | O_CLOEXEC);
    assert_false(can_be_shared(after));
    assert_string_equal("12345", read_at(after));
    assert_string_equal("12345", read_at(after));
    assert_true(seen(READ, "f") >= 2);
    assert_true(can_be_shared(before)); /* as it was opened */
    stage_unload(1);
    int at_last = open(at("f"), O_RDONLY | O_CLOEXEC);
    assert_true(can_be_shared(at_last));
    close(before);
    close(after);
    close(at_last);
}

/* A filter that comes later finds nothing kept of what it hides. */
static void stricter_later(void **state)
{
    stage_remount("fast");
    put(back("secret"), "12345");
    put(back("f"), "12345");
    assert_string_equal("12345", text_in(at("secret")));
    assert_int_equal(5, size_of(at("secret")));
    assert_int_equal(5, size_of(at("f")));
    strcpy(stage->hide, "secret");
    strcpy(stage->resize, "f");
    stage->size = 99;
    LOAD(0, QUERY_OPEN, CREATE);
    until(size_of(at("secret")) == -ENOENT);
    until(size_of(at("f")) == 99);
    stage_unload(0);
    until(size_of(at("secret")) == 5);
    until(size_of(at("f")) == 5);
}

/* ---- in all of them ---- */

static void verdicts(void **state)
{
    static const char *const profiles[] = {"strict", "default", "fast"};
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++) {
        stage_clear(state);
        stage_remount(profiles[i]);
        put(back("f"), "12345");
        LOAD(0, CREATE);
        for (int n = 0; n < 5; n++)
            assert_string_equal("12345", text_in(at("f")));
        assert_int_equal(5, seen(CREATE, "f"));
        stage->status = 0xC0000022;
        stage->refuse = CREATE + 1;
        assert_string_equal("(EACCES)", text_in(at("f")));
        stage->refuse = 0;
        assert_string_equal("12345", text_in(at("f")));
    }
}

/* write(2) has reached the filters, with its caller, when it returns, and they may refuse it. */
static void write_through(void **state)
{
    static const char *const profiles[] = {"strict", "default", "fast"};
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++) {
        stage_clear(state);
        stage_remount(profiles[i]);
        put(back("f"), "12345");
        LOAD(0, WRITE);
        int fd = open(at("f"), O_RDWR | O_CLOEXEC);
        assert_int_equal(3, pwrite(fd, "abc", 3, 0));
        assert_int_equal(1, seen(WRITE, "f"));
        assert_int_equal(getpid(), event_of(WRITE, "f")->pid);
        assert_int_equal(0, event_of(WRITE, "f")->detail);
        assert_string_equal("abc45", text_in(back("f")));
        stage->status = 0xC0000022;
        stage->refuse = WRITE + 1;
        assert_int_equal(-1, pwrite(fd, "xyz", 3, 0));
        assert_int_equal(EACCES, errno);
        assert_string_equal("abc45", read_at(fd));
        close(fd);
    }
}

#define STAGED(name, fn) TEST_WITH(name, fn, stage_clear, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED("V-198 V-070 V-109 the strict profile", strict),
        STAGED("V-199 V-023 V-071 the default profile", moderate),
        STAGED("V-200 V-002 V-024 the fast profile", fast),
        STAGED("V-200 V-018 V-194 changes of native code are told to the kernel", native_changes),
        STAGED("V-018 names that are not there are kept only where nobody looks", negative),
        STAGED("V-195 telling the kernel while it holds the directory", from_another_thread),
        STAGED("V-203 the profile follows what filters register", automatic),
        STAGED("V-203 V-015 a filter that comes later finds nothing kept", stricter_later),
        STAGED("V-204 V-019 every open is asked about", verdicts),
        STAGED("V-202 V-032 V-072 writes are not kept back", write_through),
    };
    return RUN_TESTS(tests, stage_start, stage_stop);
}
