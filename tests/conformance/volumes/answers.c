/*
 * What becomes of answers that filters give themselves: creates and listings they complete, writes they cut short, opens they send
 * elsewhere; and listings with attributes (V-017, V-113 to V-116, V-119, V-120).
 */
#include "stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static int64_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_size : -errno;
}

/* Names of a directory, without the dots, in order. */
static const char *names_in(const char *path)
{
    static char names[8192];
    DIR *directory = opendir(path);
    assert_non_null(directory);
    names[0] = '\0';
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        if (entry->d_name[0] != '.')
            sprintf(names + strlen(names), "%s%s", names[0] ? " " : "", entry->d_name);
    closedir(directory);
    return names;
}

/* ---- creates ---- */

/* Only the filter has the file: base and kernel know nothing of it. */
static void completed_create(void **state)
{
    struct stat st;
    char text[16] = "";
    strcpy(stage->fake, "mine");
    LOAD(0, CREATE, READ, WRITE, CLEANUP, CLOSE);
    int fd = open(at("mine"), O_CREAT | O_RDWR | O_CLOEXEC, 0640);
    assert_true(fd >= 0);
    assert_int_equal(0, fstat(fd, &st));
    assert_true(S_ISREG(st.st_mode));
    assert_int_equal(0640, st.st_mode & 0777);
    assert_int_equal(6, pread(fd, text, sizeof text, 0)); /* though the size that the kernel was told is 0 (V-113) */
    assert_string_equal("a fake", text);
    assert_int_equal(2, pread(fd, text, 2, 0));
    assert_int_equal(3, pwrite(fd, "abcdef", 6, 0)); /* what the filter says it wrote (V-114) */
    assert_int_equal(-1, ftruncate(fd, 0));          /* falls through to a base that has no open of it */
    assert_int_equal(EOPNOTSUPP, errno);
    close(fd);
    expect_sequence("mine", "CREATE READ READ WRITE CLEANUP CLOSE");
    assert_int_equal(-ENOENT, size_of(back("mine")));
    assert_int_equal(-ENOENT, size_of(at("mine")));
}

/* A filter that answers looks, too, tells the attributes of what it created. */
static void completed_create_looked_at(void **state)
{
    struct stat st;
    LOAD(0, CREATE, READ, CLEANUP, CLOSE, QUERY_OPEN);
    int fd = open(at("mine"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(-1, fd);
    strcpy(stage->fake, "mine");
    fd = open(at("mine"), O_CREAT | O_RDONLY | O_CLOEXEC, 0640);
    assert_true(fd >= 0);
    assert_int_equal(0, fstat(fd, &st));
    assert_int_equal(6, st.st_size);
    close(fd);
}

/* ---- writes ---- */

static void short_writes(void **state)
{
    put(back("f"), "0123456789");
    stage->cut_writes = 3;
    LOAD(0, WRITE);
    int fd = open(at("f"), O_RDWR | O_CLOEXEC);
    assert_int_equal(3, write(fd, "abcdef", 6));
    char *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(shared != MAP_FAILED);
    shared[0] = 'X';
    assert_int_equal(-1, msync(shared, 4096, MS_SYNC)); /* a page that was not written whole was not written */
    assert_int_equal(EIO, errno);
    munmap(shared, 4096);
    close(fd);
}

/* ---- redirects ---- */

static void to_another_volume(void **state)
{
    struct stat st;
    char text[16] = "";
    put(back_second("there"), "on the other volume");
    put(back("here"), "own");
    strcpy(stage->from, "here");
    strcpy(stage->to, "\\??\\D:\\there");
    LOAD(0, CREATE, QUERY);
    assert_string_equal("on the other volume", text_in(at("here"))); /* longer than the file that the kernel knows */
    int fd = open(at("here"), O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(6, pwrite(fd, "wrote ", 6, 0));
    assert_int_equal(5, pread(fd, text, 5, 0));
    assert_string_equal("wrote", text);
    assert_int_equal(19, lseek(fd, 0, SEEK_END)); /* the open file's own size */
    assert_int_equal(0, fstat(fd, &st));
    close(fd);
    assert_string_equal("wrote  other volume", text_in(back_second("there")));
    assert_string_equal("own", text_in(back("here")));
}

static void to_another_file(void **state)
{
    put(back("target"), "the target, which is longer");
    put(back("link"), "short");
    strcpy(stage->from, "link");
    strcpy(stage->to, "\\??\\C:\\target");
    LOAD(0, CREATE);
    assert_string_equal("the target, which is longer", text_in(at("link")));
    put(back("target"), "changed");
    assert_string_equal("changed", text_in(at("link"))); /* no page of an earlier open */
    strcpy(stage->to, "\\??\\C:\\link");                  /* for ever */
    assert_string_equal("(ELOOP)", text_in(at("link")));
    strcpy(stage->to, "\\??\\X:\\nowhere");
    assert_string_equal("(ENOENT)", text_in(at("link")));
}

/* ---- listings ---- */

static void bad_listings(void **state)
{
    static const struct {
        unsigned kind;
        const char *names;
        bool reported;
    } rows[] = {{7, "good bad", false}, {1, "good", true}, {2, "good", false}, {3, "good", true}, {4, "good", false}, {5, "good", true},
        {6, "good bad", false}};
    LOAD(0, LIST);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned before = stage->reports;
        stage->bad_listing = rows[i].kind;
        if (strcmp(rows[i].names, names_in(at("."))) != 0)
            fail_msg("listing %u: %s", rows[i].kind, names_in(at(".")));
        if ((stage->reports > before) != rows[i].reported)
            fail_msg("listing %u: %u reports", rows[i].kind, stage->reports - before);
    }
}

/* Attributes come with the names, from the listing; nobody is asked about each. */
static void plus(void **state)
{
    for (int i = 0; i < 40; i++) {
        char name[16];
        sprintf(name, "f%02d", i);
        put(back(name), "12345");
    }
    LOAD(0, CREATE, QUERY_OPEN, NETWORK, LIST);
    strcpy(stage->resize, "f07");
    strcpy(stage->hide, "f09");
    stage->size = 4711;
    DIR *directory = opendir(at("."));
    assert_non_null(directory);
    unsigned found = 0;
    bool listed = false;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        found += entry->d_name[0] == 'f';
        listed |= strcmp(entry->d_name, "f09") == 0;
    }
    assert_int_equal(39, found);
    assert_false(listed);
    for (int i = 0; i < 40; i++) {
        char name[16];
        sprintf(name, "f%02d", i);
        assert_int_equal(0, seen(CREATE, name) + seen(QUERY_OPEN, name) + seen(NETWORK, name));
    }
    /* what the kernel was told with the names, without asking anew: nothing is looked up */
    struct statx sx;
    assert_int_equal(0, statx(dirfd(directory), "f07", AT_STATX_DONT_SYNC, STATX_SIZE, &sx));
    assert_int_equal(4711, sx.stx_size);
    assert_int_equal(0, statx(dirfd(directory), "f08", AT_STATX_DONT_SYNC, STATX_SIZE, &sx));
    assert_int_equal(5, sx.stx_size);
    assert_int_equal(0, seen(QUERY_OPEN, "f07") + seen(QUERY_OPEN, "f08"));
    closedir(directory);
}

#define STAGED(name, fn) TEST_WITH(name, fn, stage_clear, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED("V-113 V-114 V-115 a create that a filter completed", completed_create),
        STAGED("V-115 what a filter created it describes", completed_create_looked_at),
        STAGED("V-114 writes that a filter cut short", short_writes),
        STAGED("V-119 V-120 an open that went to another volume", to_another_volume),
        STAGED("V-119 an open that went to another file", to_another_file),
        STAGED("V-116 listings that filters made", bad_listings),
        STAGED("V-017 V-013 names and attributes in one answer", plus),
    };
    return RUN_TESTS(tests, stage_start, stage_stop);
}
