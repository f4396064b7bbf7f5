/*
 * Looks at names without an open: which filters are asked, by which operation, and that what they answer holds wherever Linux is told of
 * existence or attributes (V-013 to V-018, V-053 to V-056, and the filters' side of it: F-151, F-239, F-241).
 */
#include "stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STAT_LX = 70, NETWORK_OPEN = 34, ALL = 18 };

static int64_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_size : -errno;
}

/* What the kernel was told last, without asking anew. */
static int64_t told_size(const char *path)
{
    struct statx sx;
    return statx(AT_FDCWD, path, AT_STATX_DONT_SYNC | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &sx) == 0 ? (int64_t)sx.stx_size : -errno;
}

static const unsigned char looks[] = {QUERY_OPEN, NETWORK};

static void nobody_asks(void **state)
{
    LOAD(0, CREATE, READ, LIST, QUERY, CLEANUP, CLOSE);
    put(back("f"), "12345");
    assert_int_equal(5, size_of(at("f")));
    assert_int_equal(-ENOENT, size_of(at("none")));
    assert_int_equal(0, access(at("f"), R_OK));
    assert_string_equal("", sequence("f"));
    assert_string_equal("", sequence("none"));
}

static void asked(void **state)
{
    for (size_t i = 0; i < sizeof looks; i++) {
        stage_clear(state);
        stage_load(0, (const unsigned char[]){looks[i], CREATE, QUERY, CLEANUP, CLOSE}, 5);
        put(back("f"), "12345");
        assert_int_equal(5, size_of(at("f")));
        assert_string_equal(looks[i] == QUERY_OPEN ? "QUERYOPEN" : "NETWORK", sequence("f"));
        assert_int_equal(looks[i] == QUERY_OPEN ? STAT_LX : 0, event_of(looks[i], "f")->detail);
        assert_int_equal(getpid(), event_of(looks[i], "f")->pid);
        assert_int_equal(-ENOENT, size_of(at("none")));
        assert_int_equal(1, seen(looks[i], "none"));
        assert_int_equal(0, seen(CREATE, NULL));
    }
}

/* Who registered only the older operation is asked by it, beside one who registered the newer. */
static void both_ways(void **state)
{
    LOAD(0, QUERY_OPEN, NETWORK);
    put(back("f"), "12345");
    assert_int_equal(5, size_of(at("f")));
    assert_string_equal("QUERYOPEN", sequence("f"));
    LOAD(1, NETWORK);
    forget_events();
    assert_int_equal(5, size_of(at("f")));
    unsigned of_second = 0;
    for (uint32_t i = 0; i < stage->event_count; i++)
        of_second += stage->events[i].filter == 1 && stage->events[i].major == NETWORK && strcmp(stage->events[i].name, "f") == 0;
    assert_int_equal(1, of_second);
}

static void hidden(void **state)
{
    struct statx sx;
    for (size_t i = 0; i < sizeof looks; i++) {
        stage_clear(state);
        put(back("secret"), "12345");
        assert_int_equal(5, size_of(at("secret")));
        strcpy(stage->hide, "secret");
        stage_load(0, (const unsigned char[]){looks[i], CREATE, LIST}, 3);
        stage_remount("");
        assert_int_equal(-ENOENT, size_of(at("secret")));
        assert_int_equal(-1, statx(AT_FDCWD, at("secret"), AT_STATX_DONT_SYNC, STATX_BASIC_STATS, &sx));
        assert_int_equal(-1, statx(AT_FDCWD, at("secret"), AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, &sx));
        assert_int_equal(-1, statx(AT_FDCWD, at("secret"), 0, STATX_BTIME, &sx));
        assert_int_equal(-1, access(at("secret"), F_OK));
        assert_string_equal("(ENOENT)", text_in(at("secret")));
        assert_int_equal(-1, open(at("secret"), O_PATH));
        assert_int_equal(-1, rename(at("secret"), at("other")));
        assert_int_equal(-1, unlink(at("secret")));
        assert_int_equal(5, size_of(back("secret")));
    }
}

static void changed(void **state)
{
    for (size_t i = 0; i < sizeof looks; i++) {
        struct stat st;
        stage_clear(state);
        put(back("f"), "12345");
        strcpy(stage->resize, "f");
        stage->size = 1000;
        stage->read_only = 1;
        stage_load(0, (const unsigned char[]){looks[i], QUERY}, 2);
        assert_int_equal(1000, told_size(at("f"))); /* LOOKUP's own */
        assert_int_equal(0, stat(at("f"), &st));
        assert_int_equal(1000, st.st_size);
        assert_int_equal(0444, st.st_mode & 0777);
        assert_int_equal(S_IFREG, st.st_mode & S_IFMT);
        assert_int_equal(0, chmod(at("f"), 0640));
        assert_int_equal(1000, told_size(at("f"))); /* SETATTR's */
        assert_int_equal(0, stat(at("f"), &st));
        assert_int_equal(0440, st.st_mode & 0777);
    }
}

/* Every reply that makes an entry. */
static void changed_at_birth(void **state)
{
    LOAD(0, QUERY_OPEN);
    strcpy(stage->resize, "new");
    stage->size = 777;
    int fd = open(at("new"), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(777, told_size(at("new")));
    close(fd);
    assert_int_equal(0, unlink(at("new")));
    assert_int_equal(0, mknod(at("new"), S_IFREG | 0644, 0));
    assert_int_equal(777, told_size(at("new")));
    assert_int_equal(0, unlink(at("new")));
    put(at("old"), "1");
    assert_int_equal(0, link(at("old"), at("new")));
    assert_int_equal(777, told_size(at("new")));
    assert_int_equal(0, unlink(at("new")));
    assert_int_equal(0, symlink("xy", at("new")));
    assert_int_equal(777, told_size(at("new")));
    assert_int_equal(0, unlink(at("new")));
    assert_int_equal(0, mkdir(at("new"), 0755));
    assert_int_equal(777, told_size(at("new")));
    assert_int_equal(0, rmdir(at("new")));
}

static void untouched(void **state)
{
    struct stat below, above;
    struct timespec times[2] = {{1234567890, 123456789}, {-5, 987654321}};
    LOAD(0, QUERY_OPEN, NETWORK);
    put(back("f"), "12345");
    assert_int_equal(0, mkdir(back("d"), 01750));
    assert_int_equal(0, symlink("somewhere", back("l")));
    assert_int_equal(0, mkfifo(back("p"), 0600));
    assert_int_equal(0, chown(back("f"), 12, 34));
    assert_int_equal(0, chmod(back("f"), 0400));
    assert_int_equal(0, utimensat(AT_FDCWD, back("f"), times, 0));
    for (const char *const *name = (const char *const[]){"f", "d", "l", "p", ".", NULL}; *name; name++) {
        assert_int_equal(0, lstat(back(*name), &below));
        assert_int_equal(0, lstat(at(*name), &above));
        assert_int_equal(below.st_ino, above.st_ino);
        assert_int_equal(below.st_mode, above.st_mode);
        assert_int_equal(below.st_nlink, above.st_nlink);
        assert_int_equal(below.st_uid, above.st_uid);
        assert_int_equal(below.st_gid, above.st_gid);
        assert_int_equal(below.st_size, above.st_size);
        assert_int_equal(below.st_blocks, above.st_blocks);
        assert_int_equal(below.st_mtim.tv_sec, above.st_mtim.tv_sec);
        assert_int_equal(below.st_mtim.tv_nsec, above.st_mtim.tv_nsec); /* the digits that NT drops, too (V-146) */
        assert_int_equal(below.st_ctim.tv_nsec, above.st_ctim.tv_nsec);
    }
}

static void cached(void **state)
{
    LOAD(0, QUERY_OPEN);
    put(back("f"), "12345");
    for (int i = 0; i < 200; i++)
        assert_int_equal(5, size_of(at("f")));
    assert_true(seen(QUERY_OPEN, "f") >= 1 && seen(QUERY_OPEN, "f") < 100);
    unsigned before = seen(QUERY_OPEN, "f");
    put(back("f"), "123456"); /* another change time */
    assert_int_equal(6, size_of(at("f")));
    assert_true(seen(QUERY_OPEN, "f") > before);
    before = seen(QUERY_OPEN, "f");
    LOAD(1, QUERY_OPEN); /* another set of filters */
    assert_int_equal(6, size_of(at("f")));
    assert_true(seen(QUERY_OPEN, "f") > before);
}

static void fake_name(void **state)
{
    struct stat st;
    for (size_t i = 0; i < sizeof looks; i++) {
        stage_clear(state);
        strcpy(stage->fake, "phantom");
        stage_load(0, (const unsigned char[]){looks[i], CREATE, QUERY, READ, CLEANUP, CLOSE}, 6);
        assert_int_equal(0, stat(at("phantom"), &st));
        assert_int_equal(6, st.st_size);
        assert_true(S_ISREG(st.st_mode));
        assert_string_equal("a fake", text_in(at("phantom")));
        assert_int_equal(-ENOENT, size_of(back("phantom")));
        assert_int_equal(-ENOENT, size_of(at("phantom2")));
        stage_unload(0);
        stage_remount("");
        assert_int_equal(-ENOENT, size_of(at("phantom")));
    }
}

static void slow_way(void **state)
{
    put(back("f"), "12345");
    stage->disallow = 1;
    LOAD(0, QUERY_OPEN, CREATE, QUERY, CLEANUP, CLOSE);
    assert_int_equal(5, size_of(at("f")));
    expect_sequence("f", "QUERYOPEN CREATE QUERY CLEANUP CLOSE");
    assert_int_equal(STAT_LX, event_of(QUERY, "f")->detail);
    const struct stage_event *create = event_of(CREATE, "f");
    assert_int_equal(1, create->detail >> 24);                       /* FILE_OPEN */
    assert_int_equal(0x100080, create->detail & 0xffffff);           /* FILE_READ_ATTRIBUTES | SYNCHRONIZE */
    assert_int_equal(0x200000, create->options & 0x200000);          /* FILE_OPEN_REPARSE_POINT */
    assert_int_equal(7, create->share);
    stage_unload(0);
    forget_events();
    LOAD(0, NETWORK, CREATE, QUERY, CLEANUP, CLOSE);
    assert_int_equal(5, size_of(at("f")));
    expect_sequence("f", "NETWORK CREATE QUERY CLEANUP CLOSE");
    assert_int_equal(ALL, event_of(QUERY, "f")->detail);
    strcpy(stage->resize, "f");
    stage->size = 99;
    put(back("f"), "123456");
    assert_int_equal(99, size_of(at("f")));
    strcpy(stage->hide, "g");
    put(back("g"), "1");
    assert_int_equal(-ENOENT, size_of(at("g")));
}

static void redirected(void **state)
{
    stage->disallow = 1;
    strcpy(stage->from, "link");
    strcpy(stage->to, "\\??\\C:\\target");
    put(back("target"), "the target");
    put(back("link"), "short");
    LOAD(0, NETWORK, CREATE);
    assert_int_equal(10, size_of(at("link")));
    assert_int_equal(0, unlink(back("link")));
    stage_remount("");
    assert_int_equal(10, size_of(at("link"))); /* nothing stands there at all */
}

static void file_object_of_a_look(void **state)
{
    put(back("f"), "12345");
    LOAD(0, QUERY_OPEN, CREATE);
    assert_int_equal(5, size_of(at("f")));
    stage_unload(0);
    LOAD(0, NETWORK, CREATE);
    assert_int_equal(5, size_of(at("f")));
    assert_int_equal(0, stage->bad_irps);
    assert_int_equal(0, stage->reports);
    stage->keep_reference = 1;
    put(back("f"), "1");
    assert_int_equal(1, size_of(at("f")));
    assert_int_equal(1, stage->reports); /* the driver is told, and nothing breaks */
    stage->keep_reference = 0;
    assert_string_equal("1", text_in(at("f"))); /* lets the reference go */
}

static void no_information(void **state)
{
    put(back("f"), "12345");
    LOAD(0, QUERY_OPEN);
    assert_int_equal(5, size_of(at("f")));
    assert_int_equal(1, stage->information_seen); /* 0 */
}

/* SEEK_END asks by the open file. */
static void by_the_open_file(void **state)
{
    put(back("f"), "12345");
    strcpy(stage->resize, "f");
    stage->size = 50;
    LOAD(0, QUERY_OPEN);
    assert_int_equal(50, size_of(at("f")));
    int fd = open(at("f"), O_RDONLY | O_CLOEXEC);
    forget_events();
    assert_int_equal(50, lseek(fd, 0, SEEK_END));
    assert_int_equal(0, seen(QUERY_OPEN, NULL));
    close(fd);
}

#define STAGED(name, fn) TEST_WITH(name, fn, stage_clear, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED("V-011 V-053 nobody asks, nobody is asked", nobody_asks),
        STAGED("V-015 V-055 a look is a query-open", asked),
        STAGED("V-055 who registered only NETWORK_QUERY_OPEN is asked, too", both_ways),
        STAGED("V-013 V-014 V-015 hidden names", hidden),
        STAGED("V-013 V-055 changed attributes", changed),
        STAGED("V-013 changed attributes of what is made", changed_at_birth),
        STAGED("V-146 V-055 what filters leave alone stays exact", untouched),
        STAGED("V-015 looks are cached by node, change time, filters", cached),
        STAGED("V-016 V-115 a name that only a filter knows", fake_name),
        STAGED("V-055 the slow way of a look", slow_way),
        STAGED("F-151 V-119 redirected names", redirected),
        STAGED("F-239 the IRP and the file object of a look", file_object_of_a_look),
        STAGED("F-241 a QUERY_OPEN has no Information", no_information),
        STAGED("V-056 an open file's attributes cost no event", by_the_open_file),
    };
    return RUN_TESTS(tests, stage_start, stage_stop);
}
