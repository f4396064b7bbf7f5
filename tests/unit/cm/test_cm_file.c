/* The registry's file: regedit's text read and written, damaged files, full disks. */
#include "harness.h"

#include "ntoskrnl/cm/inner.h"
#include "ntoskrnl/ke/report.h"
#include "ntoskrnl/ps/ps.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <uchar.h>
#include <unistd.h>

#define HEADER "Windows Registry Editor Version 5.00\n\n"
#define SOFT u"\\Registry\\Machine\\Software\\"

static char said[512];

static void listen(void *context, enum ke_log_level level, const char *driver, const char *line)
{
    (void)context;
    (void)level;
    (void)driver;
    snprintf(said, sizeof(said), "%s", line);
}

static int start(void **state)
{
    (void)state;
    ke_report_set_sink(listen, NULL);
    return NT_SUCCESS(ps_init()) ? 0 : -1;
}

static int clean(void **state)
{
    (void)state;
    cm_stop();
    said[0] = 0;
    return 0;
}

static void check_value(const WCHAR *path, const WCHAR *name, ULONG type, const void *bytes, ULONG length)
{
    struct cm_key *key;
    ULONG got_type, got_length;
    PVOID got;
    assert_status(STATUS_SUCCESS, cm_open(NULL, path, false, &key));
    assert_status(STATUS_SUCCESS, cm_get_value(key, name, &got_type, &got, &got_length));
    assert_int_equal(got_type, type);
    assert_int_equal(got_length, length);
    assert_memory_equal(got, bytes, length);
    ExFreePool(got);
    cm_close(key);
}

static const char sample[] =
    "\xef\xbb\xbf" HEADER
    "; a comment\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Read]\r\n"
    "@=\"default\"\r\n"
    "\"Text\"=\"back\\\\slash and \\\"quote\\\"\"\r\n"
    "\"Number\"=dword:0000001f\r\n"
    "\"Bytes\"=hex:01,02,\\\r\n"
    "  ff\r\n"
    "\"Expand\"=hex(2):25,00,41,00,25,00,00,00\r\n"
    "\"Multi\"=hex(7):61,00,00,00,62,00,00,00,00,00\r\n"
    "\"Big\"=hex(b):08,07,06,05,04,03,02,01\r\n"
    "\"Nothing\"=hex(0):\r\n"
    "\"\xc3\xa4\xe2\x82\xac\"=\"\xf0\x9f\x98\x80\"\r\n"
    "\r\n"
    "[HKLM\\System\\CurrentControlSet\\Services\\svc\\Instances]\n"
    "\"DefaultInstance\"=\"svc Instance\"\n";

static void check_sample(void)
{
    check_value(SOFT u"Read", u"", REG_SZ, u"default", 16);
    check_value(SOFT u"Read", u"Text", REG_SZ, u"back\\slash and \"quote\"", 46);
    check_value(SOFT u"Read", u"Number", REG_DWORD, "\x1f\0\0\0", 4);
    check_value(SOFT u"Read", u"Bytes", REG_BINARY, "\1\2\xff", 3);
    check_value(SOFT u"Read", u"Expand", REG_EXPAND_SZ, u"%A%", 8);
    check_value(SOFT u"Read", u"Multi", REG_MULTI_SZ, u"a\0b\0", 10);
    check_value(SOFT u"Read", u"Big", REG_QWORD, "\x08\x07\x06\x05\x04\x03\x02\x01", 8);
    check_value(SOFT u"Read", u"Nothing", REG_NONE, "", 0);
    check_value(SOFT u"Read", u"\u00e4\u20ac", REG_SZ, u"\U0001f600", 6);
    check_value(u"\\Registry\\Machine\\System\\ControlSet001\\Services\\svc\\Instances", u"DefaultInstance", REG_SZ, u"svc Instance", 26);
}

static void test_read(void **state)
{
    (void)state;
    assert_status(STATUS_SUCCESS, cm_import_text(sample, sizeof(sample) - 1, NULL));
    check_sample();
    static const char changes[] = HEADER "[-HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\svc]\n"
                                         "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Read]\n\"Number\"=-\n@=-\n";
    assert_status(STATUS_SUCCESS, cm_import_text(changes, sizeof(changes) - 1, NULL));
    struct cm_key *key;
    ULONG number;
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, cm_open(NULL, u"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\svc", false, &key));
    assert_status(STATUS_SUCCESS, cm_open(NULL, SOFT u"Read", false, &key));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, cm_get_dword(key, u"Number", &number));
    cm_close(key);
}

/* What regedit itself writes: UTF-16 with a mark, CR LF. */
static void test_utf16(void **state)
{
    (void)state;
    static const char16_t units[] = u"\xfeffWindows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Wide]\r\n\"\u00fc\"=\"\u20ac\"\r\n";
    assert_status(STATUS_SUCCESS, cm_import_text(units, sizeof(units) - 2, NULL));
    check_value(SOFT u"Wide", u"\u00fc", REG_SZ, u"\u20ac", 4);
    static const char old[] = "REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Old]\n\"E\"=hex(2):41,42,00\n";
    assert_status(STATUS_SUCCESS, cm_import_text(old, sizeof(old) - 1, NULL));
    check_value(SOFT u"Old", u"E", REG_EXPAND_SZ, u"AB", 6);
}

/* Writing and reading back gives the same tree, byte for byte, also for what no quoted string can carry. */
static void test_round_trip(void **state)
{
    (void)state;
    struct cm_key *key;
    unsigned char every[600];
    char *first, *second;
    size_t n, m;
    for (size_t i = 0; i < sizeof(every); i++)
        every[i] = (unsigned char)(i * 7);
    assert_status(STATUS_SUCCESS, cm_import_text(sample, sizeof(sample) - 1, NULL));
    assert_status(STATUS_SUCCESS, cm_open(NULL, SOFT u"Odd [brackets] \u00e9\\Sub", true, &key));
    cm_set_value(key, u"every", REG_BINARY, every, sizeof(every));
    cm_set_value(key, u"unterminated", REG_SZ, u"abc", 6);
    cm_set_value(key, u"odd length", REG_SZ, "abc", 3);
    cm_set_value(key, u"empty", REG_SZ, "", 0);
    cm_set_value(key, u"control", REG_SZ, u"a\nb\r\t\x01", 14);
    cm_set_value(key, u"lone surrogate", REG_SZ, u"a\xd800", 6);
    cm_set_value(key, u"zero inside", REG_SZ, u"a\0b", 8);
    cm_set_value(key, u"strange type", 0xff01, "xyz", 3);
    cm_set_value(key, u"q\"uo\\te", REG_SZ, u"\\", 4);
    cm_set_value(key, u"short dword", REG_DWORD, "", 0);
    cm_close(key);
    assert_status(STATUS_SUCCESS, cm_write_text(&first, &n));
    cm_stop();
    assert_status(STATUS_SUCCESS, cm_import_text(first, n, NULL));
    assert_status(STATUS_SUCCESS, cm_write_text(&second, &m));
    assert_int_equal(n, m);
    assert_memory_equal(first, second, n);
    check_sample();
    const WCHAR *sub = SOFT u"Odd [brackets] \u00e9\\Sub";
    check_value(sub, u"every", REG_BINARY, every, sizeof(every));
    check_value(sub, u"unterminated", REG_SZ, u"abc", 6);
    check_value(sub, u"lone surrogate", REG_SZ, u"a\xd800", 6);
    check_value(sub, u"zero inside", REG_SZ, u"a\0b", 8);
    check_value(sub, u"strange type", 0xff01, "xyz", 3);
    check_value(sub, u"q\"uo\\te", REG_SZ, u"\\", 4);
    free(first);
    free(second);
}

/* Each damage is found in its line, and nothing of the file is taken. */
static void test_damaged(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned line;
    } cases[] = {
        {"Windows Registry Editor Version 6.00\n", 1},
        {"garbage", 1},
        {"\n\n; only a comment\nnonsense\n", 4},
        {HEADER "\"v\"=\"before any key\"\n", 3},
        {HEADER "[HKEY_LOCAL_MACHINE\\SOFTWARE\\D\n", 3},
        {HEADER "[HKEY_NOWHERE\\X]\n", 3},
        {HEADER "[]\n", 3},
        {HEADER "[", 3},
        {HEADER "[HKLM\\SOFTWARE\\D]\n\"v\n", 4},
        {HEADER "[HKLM\\SOFTWARE\\D]\n\"v\"\n", 4},
        {HEADER "[HKLM\\SOFTWARE\\D]\n\"v\"=\n", 4},
        {HEADER "[HKLM\\SOFTWARE\\D]\n\"v\"=\"open\n", 4},
        {HEADER "[HKLM\\SOFTWARE\\D]\n\"v\"=\"x\" y\n", 4},
        {HEADER "[HKLM\\SOFTWARE\\D]\n\"v\"=dword:\n", 4},
        {HEADER "[HKLM\\SOFTWARE\\D]\n\"v\"=dword:123456789\n", 4},
        {HEADER "[HKLM\\SOFTWARE\\D]\n\"v\"=dword:12g\n", 4},
        {HEADER "[HKLM\\SOFTWARE\\D]\n\"v\"=hex:01,zz\n", 4},
        {HEADER "[HKLM\\SOFTWARE\\D]\n\"v\"=hex:0102\n", 4},
        {HEADER "[HKLM\\SOFTWARE\\D]\n\"v\"=hex(7:01\n", 4},
        {HEADER "[HKLM\\SOFTWARE\\D]\n\"v\"=hex(x):01\n", 4},
        {HEADER "[HKLM\\SOFTWARE\\D]\n\"v\"=hex(4):01,02\n", 4},
        {HEADER "[HKLM\\SOFTWARE\\D]\n\"v\"=hex:01,\\\n  02,\\\n", 5},
        {HEADER "[HKLM\\SOFTWARE\\D]\n\"v\"=hex:01,\\\n  qq\n", 5},
        {HEADER "[HKLM\\SOFTWARE\\D]\nv=\"x\"\n", 4},
        {HEADER "[HKLM\\SOFTWARE\\D]\n@\"x\"\n", 4},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        unsigned line = 0;
        char whole[512];
        struct cm_key *key;
        snprintf(whole, sizeof(whole), "%s", cases[i].text);
        NTSTATUS status = cm_import_text(whole, strlen(whole), &line);
        if (status != STATUS_REGISTRY_CORRUPT || line != cases[i].line)
            fail_msg("case %zu: status 0x%08x line %u, expected line %u", i, (unsigned)status, line, cases[i].line);
        assert_non_null(strstr(said, "line "));
        assert_status(STATUS_OBJECT_NAME_NOT_FOUND, cm_open(NULL, SOFT u"D", false, &key));
    }
    char zero[] = HEADER "[HKLM\\SOFTWARE\\D]\n\"v\"=\"x\0y\"\n";
    unsigned line;
    assert_status(STATUS_REGISTRY_CORRUPT, cm_import_text(zero, sizeof(zero) - 1, &line));
    assert_int_equal(line, 4);
}

/* Every cut and every flipped byte of a good file is taken or refused, never worse; refused ones change nothing. */
static void test_mutations(void **state)
{
    (void)state;
    char copy[sizeof(sample)];
    unsigned line, seed = 1;
    char *before, *after;
    size_t n, m;
    for (size_t cut = 0; cut < sizeof(sample); cut++) {
        memcpy(copy, sample, cut);
        cm_import_text(copy, cut, &line);
    }
    cm_stop();
    for (int round = 0; round < 3000; round++) {
        memcpy(copy, sample, sizeof(sample));
        for (int flips = 0; flips < 3; flips++) {
            seed = seed * 1103515245 + 12345;
            copy[(seed >> 8) % (sizeof(copy) - 1)] = (char)(seed >> 16);
        }
        cm_write_text(&before, &n);
        NTSTATUS status = cm_import_text(copy, sizeof(copy) - 1, &line);
        cm_write_text(&after, &m);
        if (!NT_SUCCESS(status)) {
            assert_int_equal(n, m);
            assert_memory_equal(before, after, n);
        }
        free(before);
        free(after);
    }
}

/* ---- files ---- */

static char directory[64];

static void make_directory(void)
{
    strcpy(directory, "/tmp/ofm-cm-XXXXXX");
    assert_non_null(mkdtemp(directory));
}

static const char *in_directory(const char *name)
{
    static char path[2][400];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof(path[turn]), "%s/%s", directory, name);
    return path[turn];
}

static unsigned count_files(bool remove)
{
    unsigned n = 0;
    DIR *list = opendir(directory);
    for (struct dirent *entry; (entry = readdir(list));)
        if (entry->d_name[0] != '.') {
            n++;
            if (remove)
                unlink(in_directory(entry->d_name));
        }
    closedir(list);
    return n;
}

static void remove_directory(void)
{
    count_files(true);
    rmdir(directory);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_load_save(void **state)
{
    (void)state;
    make_directory();
    const char *path = in_directory("registry.reg");
    struct cm_key *key;
    ULONG number = 0;
    assert_status(STATUS_SUCCESS, cm_load_file(path)); /* not there yet: empty */
    assert_status(STATUS_SUCCESS, cm_open(NULL, SOFT u"Saved", true, &key));
    cm_set_dword(key, u"n", 77);
    cm_close(key);
    assert_status(STATUS_SUCCESS, cm_flush());
    assert_int_equal(count_files(false), 1); /* no temporary file is left */
    cm_stop();
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, cm_open(NULL, SOFT u"Saved", false, &key));
    assert_status(STATUS_SUCCESS, cm_load_file(path));
    assert_status(STATUS_SUCCESS, cm_open(NULL, SOFT u"Saved", false, &key));
    assert_status(STATUS_SUCCESS, cm_get_dword(key, u"n", &number));
    assert_int_equal(number, 77);
    cm_close(key);
    cm_stop();
    remove_directory();
}

static void test_set_aside(void **state)
{
    (void)state;
    make_directory();
    char path[128];
    snprintf(path, sizeof(path), "%s", in_directory("r.reg"));
    for (int i = 1; i <= 2; i++) {
        char aside[32];
        write_file(path, HEADER "[HKLM\\SOFTWARE\\X]\n\"v\"=oops\n");
        assert_status(STATUS_REGISTRY_CORRUPT, cm_load_file(path));
        assert_non_null(strstr(said, "line 4"));
        snprintf(aside, sizeof(aside), "r.reg.damaged-%d", i);
        assert_int_equal(access(in_directory(aside), F_OK), 0);
        assert_int_not_equal(access(path, F_OK), 0);
    }
    struct cm_key *key;
    assert_status(STATUS_SUCCESS, cm_open(NULL, SOFT u"After", true, &key)); /* goes on with what is there, saved anew */
    cm_close(key);
    assert_status(STATUS_SUCCESS, cm_flush());
    assert_int_equal(access(path, F_OK), 0);
    cm_stop();
    remove_directory();
}

static void test_full_disk(void **state)
{
    (void)state;
    make_directory();
    char path[128];
    struct cm_key *key;
    struct rlimit unlimited, small = {512, RLIM_INFINITY};
    snprintf(path, sizeof(path), "%s", in_directory("r.reg"));
    write_file(path, HEADER "[HKLM\\SOFTWARE\\Kept]\n");
    assert_status(STATUS_SUCCESS, cm_load_file(path));
    assert_status(STATUS_SUCCESS, cm_open(NULL, SOFT u"Large", true, &key));
    static const char bytes[4096];
    cm_set_value(key, u"much", REG_BINARY, bytes, sizeof(bytes));
    cm_close(key);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &unlimited);
    small.rlim_max = unlimited.rlim_max;
    setrlimit(RLIMIT_FSIZE, &small);
    NTSTATUS status = cm_flush();
    setrlimit(RLIMIT_FSIZE, &unlimited);
    assert_status(STATUS_DISK_FULL, status);
    assert_int_equal(count_files(false), 1);
    char old[256] = "";
    int fd = open(path, O_RDONLY);
    assert_true(read(fd, old, sizeof(old) - 1) > 0);
    close(fd);
    assert_string_equal(old, HEADER "[HKLM\\SOFTWARE\\Kept]\n"); /* whole, as before */
    assert_status(STATUS_SUCCESS, cm_flush()); /* nothing was lost: it is written now */
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_true(info.st_size > 4096);
    cm_stop();
    remove_directory();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("regedit's text: types, escapes, continuation, deletion", test_read, NULL, clean),
        TEST_WITH("regedit's text: UTF-16 with its mark, REGEDIT4", test_utf16, NULL, clean),
        TEST_WITH("writing and reading back gives the same tree", test_round_trip, NULL, clean),
        TEST_WITH("a damaged text: the line is told, nothing is taken", test_damaged, NULL, clean),
        TEST_WITH("cut and flipped texts", test_mutations, NULL, clean),
        TEST_WITH("the file: loaded, saved, loaded", test_load_save, NULL, clean),
        TEST_WITH("a damaged file is set aside", test_set_aside, NULL, clean),
        TEST_WITH("a full disk: the old file stands whole and nothing is lost", test_full_disk, NULL, clean),
    };
    return RUN_TESTS(tests, start, NULL);
}
