/* The application's side of the control device tests: one group of checks a run, named by the first argument. The first check that
 * fails is told on standard output, and the exit code is 1. */
#include "driver.h"

#include <windows.h>
#include <ntstatus.h>
#include <winioctl.h>
#include <winternl.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define CHECK(condition)                                                                                             \
    do {                                                                                                             \
        if (!(condition)) {                                                                                          \
            printf("client.c:%d: %s (last error %u)\n", __LINE__, #condition, GetLastError());                      \
            exit(1);                                                                                                 \
        }                                                                                                            \
    } while (0)
/* The call fails with this error. */
#define FAILS(error, call)                                                                                           \
    do {                                                                                                             \
        SetLastError(12345);                                                                                         \
        if (call) {                                                                                                  \
            printf("client.c:%d: %s succeeded, expected error %d\n", __LINE__, #call, error);                       \
            exit(1);                                                                                                 \
        }                                                                                                            \
        if (GetLastError() != (error)) {                                                                             \
            printf("client.c:%d: %s: expected error %d, got %u\n", __LINE__, #call, error, GetLastError());         \
            exit(1);                                                                                                 \
        }                                                                                                            \
    } while (0)

#define STATUS(wanted, call)                                                                                         \
    do {                                                                                                             \
        NTSTATUS _got = (call);                                                                                      \
        if (_got != (wanted)) {                                                                                      \
            printf("client.c:%d: %s: expected %s, got 0x%08x\n", __LINE__, #call, #wanted, (unsigned)_got);          \
            exit(1);                                                                                                 \
        }                                                                                                            \
    } while (0)

static HANDLE open_as(const char *name, DWORD access, DWORD flags)
{
    return CreateFileA(name, access, 0, NULL, OPEN_EXISTING, flags, NULL);
}

static HANDLE open_device(DWORD flags)
{
    HANDLE h = open_as("\\\\.\\DevicesBuffered", GENERIC_READ | GENERIC_WRITE, flags);

    CHECK(h != INVALID_HANDLE_VALUE);
    return h;
}

static BOOL control(HANDLE h, DWORD code, void *in, DWORD in_size, void *out, DWORD out_size, DWORD *done)
{
    return DeviceIoControl(h, code, in, in_size, out, out_size, done, NULL);
}

static struct counters counters(HANDLE h)
{
    struct counters c;
    DWORD done;

    CHECK(control(h, CODE_COUNTERS, NULL, 0, &c, sizeof c, &done) && done == sizeof c);
    return c;
}

static void complete(HANDLE h, NTSTATUS status, DWORD information, const char *text)
{
    struct completion c = {(unsigned)status, information, ""};
    DWORD done;

    snprintf(c.text, sizeof c.text, "%s", text);
    CHECK(control(h, CODE_COMPLETE, &c, sizeof c, NULL, 0, &done));
}

/* ---- groups ---- */

static void names(void)
{
    static const char *const good[] = {"\\\\.\\DevicesBuffered", "\\\\.\\devicesbuffered", "//./DevicesBuffered",
        "\\\\.\\GLOBALROOT\\Device\\DevicesBuffered", "\\\\?\\GLOBALROOT\\Device\\DevicesBuffered",
        "\\\\.\\DevicesBuffered\\below\\it", "\\\\.\\DevicesBuffered. "};

    for (unsigned i = 0; i < sizeof good / sizeof *good; i++) {
        HANDLE h = open_as(good[i], GENERIC_READ, 0);
        if (h == INVALID_HANDLE_VALUE)
            printf("%s\n", good[i]);
        CHECK(h != INVALID_HANDLE_VALUE && GetLastError() == ERROR_SUCCESS);
        CHECK(CloseHandle(h));
    }
    HANDLE h = CreateFileW(u"\\\\.\\DevicesDirect", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(h != INVALID_HANDLE_VALUE && GetFileType(h) == FILE_TYPE_UNKNOWN && GetLastError() == NO_ERROR);
    CloseHandle(h);
    FAILS(ERROR_FILE_NOT_FOUND, open_as("\\\\.\\NoSuchDevice", GENERIC_READ, 0) != INVALID_HANDLE_VALUE);
    FAILS(ERROR_PATH_NOT_FOUND,
        open_as("\\\\.\\GLOBALROOT\\NoSuchDirectory\\X", GENERIC_READ, 0) != INVALID_HANDLE_VALUE);
    FAILS(ERROR_INVALID_HANDLE, CloseHandle((HANDLE)(ULONG_PTR)0xdeadbeec));
    FAILS(ERROR_INVALID_PARAMETER,
        CreateFileA("\\\\.\\DevicesBuffered", GENERIC_READ, 0, NULL, 9, 0, NULL) != INVALID_HANDLE_VALUE);
}

static void methods(void)
{
    HANDLE h = open_device(0);
    char out[64], four[4] = {1, 2, 3, 4};
    unsigned sum = 0;
    DWORD done = 99;

    CHECK(control(h, CODE_REVERSE, "abcde", 5, out, sizeof out, &done) && done == 5 && !memcmp(out, "edcba", 5));
    FAILS(ERROR_INSUFFICIENT_BUFFER, control(h, CODE_REVERSE, "abcde", 5, out, 3, &done));
    CHECK(done == 0);
    /* the "output" buffer of METHOD_IN_DIRECT is read */
    CHECK(control(h, CODE_IN_DIRECT, "\1\2", 2, four, 4, &done) && done == 0);
    CHECK(control(h, CODE_SUM, NULL, 0, &sum, sizeof sum, &done) && sum == 13);
    CHECK(!memcmp(four, "\1\2\3\4", 4));
    /* of METHOD_OUT_DIRECT all that was written is seen, whatever Information says */
    memset(out, 'x', sizeof out);
    CHECK(control(h, CODE_OUT_DIRECT, "A", 1, out, 8, &done) && done == 4 && !memcmp(out, "AxAxAxAxx", 9));
    CHECK(control(h, CODE_NEITHER, "\1\2\xff", 3, out, 3, &done) && done == 3 && !memcmp(out, "\xfe\xfd\0", 3));
    FAILS(ERROR_NOACCESS, control(h, CODE_NEITHER_BAD, "\1", 1, out, 1, &done));
    FAILS(ERROR_INVALID_FUNCTION, control(h, DEVICE_CODE(0x900, 0, 0), NULL, 0, NULL, 0, &done));
    struct completion fail = {(unsigned)STATUS_BUFFER_OVERFLOW, 4, "more"};
    FAILS(ERROR_MORE_DATA, control(h, CODE_FAIL, &fail, sizeof fail, out, sizeof out, &done));
    CHECK(done == 4);
    CloseHandle(h);
    /* rights of the handle against the code's access */
    h = open_as("\\\\.\\DevicesBuffered", GENERIC_READ, 0);
    FAILS(ERROR_ACCESS_DENIED, control(h, CODE_WRITERS, NULL, 0, NULL, 0, &done));
    FAILS(ERROR_ACCESS_DENIED, WriteFile(h, "x", 1, &done, NULL));
    CloseHandle(h);
    h = open_as("\\\\.\\DevicesBuffered", GENERIC_WRITE, 0);
    CHECK(control(h, CODE_WRITERS, NULL, 0, NULL, 0, &done));
    FAILS(ERROR_ACCESS_DENIED, ReadFile(h, out, 1, &done, NULL));
    CloseHandle(h);
}

static void transfers_of(const char *name)
{
    HANDLE h = open_as(name, GENERIC_READ | GENERIC_WRITE, 0);
    char text[32] = "";
    DWORD done = 0;

    CHECK(h != INVALID_HANDLE_VALUE);
    CHECK(WriteFile(h, "hello, driver", 13, &done, NULL) && done == 13);
    OVERLAPPED at = {.Offset = 7};
    CHECK(ReadFile(h, text, sizeof text, &done, &at) && done == 6 && !memcmp(text, "driver", 6));
    CHECK(at.InternalHigh == 6 && at.Internal == STATUS_SUCCESS);
    at = (OVERLAPPED){.Offset = 100};
    FAILS(ERROR_HANDLE_EOF, ReadFile(h, text, sizeof text, &done, &at));
    CHECK(ReadFile(h, text, sizeof text, &done, NULL) && done == 0); /* the file pointer stands at the end */
    CHECK(FlushFileBuffers(h));
    CHECK(WriteFile(h, text, 0, &done, NULL) && done == 0);
    CloseHandle(h);
}

static void transfers(void)
{
    transfers_of("\\\\.\\DevicesBuffered");
    transfers_of("\\\\.\\DevicesDirect");
    transfers_of("\\\\.\\DevicesNeither");
    HANDLE h = open_device(0);
    CHECK(counters(h).flushes == 3);
    CloseHandle(h);
    h = open_as("\\\\.\\DevicesBuffered", GENERIC_READ, 0);
    FAILS(ERROR_ACCESS_DENIED, FlushFileBuffers(h));
    CloseHandle(h);
}

static void large(void)
{
    static const DWORD sizes[] = {65536, 65537, 1 << 20, 5 << 20};
    HANDLE h = open_device(0);
    DWORD done;

    for (unsigned i = 0; i < 4; i++) {
        unsigned char *in = malloc(sizes[i]), *out = malloc(sizes[i]);
        for (DWORD k = 0; k < sizes[i]; k++)
            in[k] = (unsigned char)(k * 7 + k / 251);
        CHECK(control(h, CODE_REVERSE, in, sizes[i], out, sizes[i], &done) && done == sizes[i]);
        for (DWORD k = 0; k < sizes[i]; k++)
            CHECK(out[k] == in[sizes[i] - 1 - k]);
        CHECK(control(h, CODE_OUT_DIRECT, "Q", 1, in, sizes[i], &done) && in[(sizes[i] - 1) & ~1u] == 'Q');
        free(in);
        free(out);
    }
    CloseHandle(h);
}

static void overlapped(void)
{
    HANDLE h = open_device(FILE_FLAG_OVERLAPPED), event = CreateEventA(NULL, TRUE, FALSE, NULL);
    HANDLE port = CreateIoCompletionPort(h, NULL, 77, 0);
    OVERLAPPED a = {.hEvent = event}, b = {0}, *which;
    char one[8] = "", two[8] = "";
    ULONG_PTR key;
    DWORD done;

    CHECK(port);
    FAILS(ERROR_IO_PENDING, DeviceIoControl(h, CODE_PEND, NULL, 0, one, sizeof one, NULL, &a));
    CHECK(WaitForSingleObject(event, 0) == WAIT_TIMEOUT);
    FAILS(ERROR_IO_INCOMPLETE, GetOverlappedResult(h, &a, &done, FALSE));
    FAILS(ERROR_IO_PENDING, DeviceIoControl(h, CODE_PEND, NULL, 0, two, sizeof two, NULL, &b));
    complete(h, STATUS_SUCCESS, 4, "one");
    CHECK(GetOverlappedResult(h, &a, &done, TRUE) && done == 4 && !memcmp(one, "one", 4));
    CHECK(WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
    /* packets: of the completing control call, then of the pended one; in which order, their threads decide */
    bool pended_told = false;
    for (int i = 0; i < 2 && !pended_told; i++) {
        CHECK(GetQueuedCompletionStatus(port, &done, &key, &which, 10000) && key == 77);
        pended_told = which == &a;
    }
    CHECK(pended_told && done == 4);
    complete(h, STATUS_DISK_FULL, 0, "two");
    FAILS(ERROR_DISK_FULL, GetOverlappedResult(h, &b, &done, TRUE));
    FAILS(ERROR_DISK_FULL, GetQueuedCompletionStatus(port, &done, &key, &which, 10000));
    CHECK(which == &b);
    /* what does not pend is told by the call, and by a packet when it succeeded */
    b = (OVERLAPPED){0};
    CHECK(DeviceIoControl(h, CODE_REVERSE, "xy", 2, two, 2, &done, &b) && done == 2 && !memcmp(two, "yx", 2));
    CHECK(GetQueuedCompletionStatus(port, &done, &key, &which, 10000) && which == &b && done == 2);
    FAILS(ERROR_INSUFFICIENT_BUFFER, DeviceIoControl(h, CODE_REVERSE, "xy", 2, two, 1, &done, &b));
    FAILS(WAIT_TIMEOUT, GetQueuedCompletionStatus(port, &done, &key, &which, 0));
    FAILS(ERROR_INVALID_PARAMETER, CreateIoCompletionPort(h, port, 1, 0) != NULL);
    CloseHandle(h);
    h = open_device(0);
    FAILS(ERROR_INVALID_PARAMETER, CreateIoCompletionPort(h, port, 1, 0) != NULL); /* not overlapped */
    CloseHandle(h);
    CloseHandle(port);
    CloseHandle(event);
}

static void *blocked(void *argument)
{
    HANDLE *self = argument;
    HANDLE h = open_device(0);
    char out[8];
    DWORD done = 9;

    DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), self, 0, FALSE, DUPLICATE_SAME_ACCESS);
    FAILS(ERROR_OPERATION_ABORTED, control(h, CODE_PEND, NULL, 0, out, sizeof out, &done));
    CHECK(done == 0);
    CloseHandle(h);
    return NULL;
}

static void wait_pended(HANDLE h, unsigned count)
{
    while (counters(h).pended != count)
        SwitchToThread();
}

static void cancel(void)
{
    HANDLE h = open_device(FILE_FLAG_OVERLAPPED), h2 = open_device(0), thread = NULL;
    OVERLAPPED a = {0}, b = {0};
    char one[8], two[8];
    unsigned before = counters(h2).pended;
    pthread_t other;
    DWORD done;

    FAILS(ERROR_NOT_FOUND, CancelIoEx(h, NULL));
    CHECK(CancelIo(h));
    FAILS(ERROR_IO_PENDING, DeviceIoControl(h, CODE_PEND, NULL, 0, one, sizeof one, NULL, &a));
    FAILS(ERROR_IO_PENDING, DeviceIoControl(h, CODE_PEND, NULL, 0, two, sizeof two, NULL, &b));
    CHECK(CancelIoEx(h, &b));
    FAILS(ERROR_OPERATION_ABORTED, GetOverlappedResult(h, &b, &done, TRUE));
    FAILS(ERROR_IO_INCOMPLETE, GetOverlappedResult(h, &a, &done, FALSE));
    CHECK(CancelIo(h));
    FAILS(ERROR_OPERATION_ABORTED, GetOverlappedResult(h, &a, &done, TRUE));
    FAILS(ERROR_NOT_FOUND, CancelIoEx(h, &a));
    /* a thread that is blocked */
    CHECK(pthread_create(&other, NULL, blocked, &thread) == 0);
    wait_pended(h2, before + 3);
    CHECK(CancelSynchronousIo(thread));
    pthread_join(other, NULL);
    FAILS(ERROR_NOT_FOUND, CancelSynchronousIo(thread));
    CHECK(counters(h2).cancelled >= 3);
    CloseHandle(thread);
    /* closing ends what is under way */
    FAILS(ERROR_IO_PENDING, DeviceIoControl(h, CODE_PEND, NULL, 0, one, sizeof one, NULL, &a));
    CHECK(CloseHandle(h));
    while (!HasOverlappedIoCompleted(&a))
        SwitchToThread();
    CHECK((NTSTATUS)a.Internal == STATUS_CANCELLED);
    CloseHandle(h2);
}

static HANDLE shared;

static void *use_shared(void *argument)
{
    char out[16];
    DWORD done;

    for (int i = 0; i < 200; i++)
        CHECK(control(shared, CODE_REVERSE, "thread", 6, out, sizeof out, &done) && !memcmp(out, "daerht", 6));
    return NULL;
}

static void threads_on(DWORD flags)
{
    pthread_t threads[4];

    shared = open_device(flags);
    for (int i = 0; i < 4; i++)
        CHECK(pthread_create(&threads[i], NULL, use_shared, NULL) == 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    CloseHandle(shared);
}

static void handles(void)
{
    HANDLE h = open_device(0), copy = NULL, first, second;
    struct counters before = counters(h);
    char out[8];
    DWORD done;

    CHECK(DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
    CHECK(CloseHandle(h));
    CHECK(control(copy, CODE_REVERSE, "ab", 2, out, 2, &done));
    CHECK(counters(copy).cleanups == before.cleanups);
    first = open_device(0);
    CHECK(CloseHandle(first));
    CHECK(counters(copy).cleanups == before.cleanups + 1); /* done when CloseHandle returns */
    CHECK(CloseHandle(copy));
    first = open_as("\\\\.\\DevicesExclusive", GENERIC_READ, 0);
    CHECK(first != INVALID_HANDLE_VALUE);
    FAILS(ERROR_ACCESS_DENIED, open_as("\\\\.\\DevicesExclusive", GENERIC_READ, 0) != INVALID_HANDLE_VALUE);
    CloseHandle(first);
    second = open_as("\\\\.\\DevicesExclusive", GENERIC_READ, 0);
    CHECK(second != INVALID_HANDLE_VALUE);
    CloseHandle(second);
    threads_on(0);
    threads_on(FILE_FLAG_OVERLAPPED);
}

static void who(void)
{
    HANDLE h = open_device(0);
    struct who w;
    DWORD done;

    CHECK(control(h, CODE_WHO, NULL, 0, &w, sizeof w, &done) && done == sizeof w);
    CHECK(w.process == GetCurrentProcessId() && w.requestor == w.process && w.user_mode);
    CloseHandle(h);
}

/* As a user who is nobody special. */
static void user(void)
{
    CHECK(setgid(65534) == 0 && setuid(65534) == 0);
    FAILS(ERROR_ACCESS_DENIED, open_as("\\\\.\\DevicesLocked", GENERIC_READ, 0) != INVALID_HANDLE_VALUE);
    FAILS(ERROR_ACCESS_DENIED, open_as("\\\\.\\DevicesBuffered", WRITE_DAC, 0) != INVALID_HANDLE_VALUE);
    CloseHandle(open_device(0));
    /* IoCreateDeviceSecure: by its SDDL, and by what the registry says of the class */
    FAILS(ERROR_ACCESS_DENIED, open_as("\\\\.\\DevicesGuarded", GENERIC_READ, 0) != INVALID_HANDLE_VALUE);
    FAILS(ERROR_ACCESS_DENIED, open_as("\\\\.\\DevicesKernel", FILE_READ_ATTRIBUTES, 0) != INVALID_HANDLE_VALUE);
    FAILS(ERROR_ACCESS_DENIED, open_as("\\\\.\\DevicesReadable", GENERIC_WRITE, 0) != INVALID_HANDLE_VALUE);
    HANDLE h = open_as("\\\\.\\DevicesReadable", GENERIC_READ, 0);
    CHECK(h != INVALID_HANDLE_VALUE && CloseHandle(h));
    h = open_as("\\\\.\\DevicesOfClass", GENERIC_READ | GENERIC_WRITE, 0);
    CHECK(h != INVALID_HANDLE_VALUE);
    FAILS(ERROR_ACCESS_DENIED, open_as("\\\\.\\DevicesOfClass", GENERIC_READ, 0) != INVALID_HANDLE_VALUE);
    CHECK(CloseHandle(h));
}

/* Root is SYSTEM and an administrator. */
static void guarded(void)
{
    HANDLE h = open_as("\\\\.\\DevicesGuarded", GENERIC_READ | GENERIC_WRITE, 0);

    CHECK(h != INVALID_HANDLE_VALUE && CloseHandle(h));
    FAILS(ERROR_ACCESS_DENIED, open_as("\\\\.\\DevicesKernel", GENERIC_READ, 0) != INVALID_HANDLE_VALUE);
}

static void many(void)
{
    enum { MOST = 10000 };
    static HANDLE all[MOST];
    struct rlimit limit;
    DWORD done;
    char out[4];

    /* what docs/limits.md says: three quarters of the manager's, whose limit is this process' */
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    int most = limit.rlim_max / 4 * 3 < MOST + 100 ? (int)(limit.rlim_max / 4 * 3) - 100 : MOST;
    CHECK(most > 100);
    for (int i = 0; i < most; i++)
        all[i] = open_device(i & 1 ? FILE_FLAG_OVERLAPPED : 0);
    for (int i = 0; i < most; i += 101)
        CHECK(control(all[i], CODE_REVERSE, "ab", 2, out, 2, &done));
    for (int i = 0; i < most; i++)
        CHECK(CloseHandle(all[i]));
}

/* Pends one request of each kind, says so, and waits to be killed. */
static void hold(void)
{
    HANDLE h = open_device(FILE_FLAG_OVERLAPPED);
    OVERLAPPED a = {0}, b = {0};
    char out[8];

    FAILS(ERROR_IO_PENDING, DeviceIoControl(h, CODE_PEND, NULL, 0, out, sizeof out, NULL, &a));
    FAILS(ERROR_IO_PENDING, DeviceIoControl(h, CODE_STUBBORN, NULL, 0, NULL, 0, NULL, &b));
    printf("ready\n");
    fflush(stdout);
    for (;;)
        pause();
}

/* Has the device open while the driver goes: told so, it goes on with its handle. */
static void unload(void)
{
    HANDLE h = open_device(FILE_FLAG_OVERLAPPED), h2 = open_device(0);
    OVERLAPPED a = {0};
    char out[8], line[16];
    DWORD done;

    FAILS(ERROR_IO_PENDING, DeviceIoControl(h, CODE_PEND, NULL, 0, out, sizeof out, NULL, &a));
    printf("ready\n");
    fflush(stdout);
    CHECK(fgets(line, sizeof line, stdin));
    FAILS(ERROR_ACCESS_DENIED, GetOverlappedResult(h, &a, &done, TRUE)); /* STATUS_DELETE_PENDING, the driver's own answer */
    FAILS(ERROR_FILE_NOT_FOUND, open_as("\\\\.\\DevicesBuffered", GENERIC_READ, 0) != INVALID_HANDLE_VALUE);
    CHECK(control(h2, CODE_REVERSE, "ab", 2, out, 2, &done) && !memcmp(out, "ba", 2)); /* its code is still there */
    CHECK(CloseHandle(h) && CloseHandle(h2));
}

static void nomanager(void)
{
    setenv("OPENFLTMGR_RUNTIME", "/nonexistent", 1);
    FAILS(ERROR_FILE_NOT_FOUND, open_as("\\\\.\\DevicesBuffered", GENERIC_READ, 0) != INVALID_HANDLE_VALUE);
}

/* ---- files of a volume ---- */

static void expect_names(HANDLE h)
{
    union {
        FILE_ID_BOTH_DIR_INFO entry;
        char room[4096];
    } u;
    int files = 0;

    CHECK(GetFileInformationByHandleEx(h, FileIdBothDirectoryRestartInfo, &u, sizeof u));
    do {
        for (const char *at = u.room;; at += ((const FILE_ID_BOTH_DIR_INFO *)at)->NextEntryOffset) {
            const FILE_ID_BOTH_DIR_INFO *entry = (const FILE_ID_BOTH_DIR_INFO *)at;
            files += entry->FileNameLength == 8 && !memcmp(entry->FileName, u"file", 8);
            if (!entry->NextEntryOffset)
                break;
        }
    } while (GetFileInformationByHandleEx(h, FileIdBothDirectoryInfo, &u, sizeof u));
    CHECK(GetLastError() == ERROR_NO_MORE_FILES && files == 1);
}

static void expect_facts(HANDLE h)
{
    BY_HANDLE_FILE_INFORMATION all;
    FILE_BASIC_INFO basic;
    FILE_STANDARD_INFO standard;
    FILE_ATTRIBUTE_TAG_INFO tag;
    union {
        FILE_NAME_INFO info;
        char room[200];
    } name;

    CHECK(GetFileInformationByHandle(h, &all));
    CHECK(all.nFileSizeLow == 11 && all.nFileSizeHigh == 0 && all.nNumberOfLinks == 1);
    CHECK(!(all.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) && (all.nFileIndexLow || all.nFileIndexHigh));
    CHECK(GetFileInformationByHandleEx(h, FileBasicInfo, &basic, sizeof basic));
    CHECK(basic.FileAttributes == all.dwFileAttributes);
    CHECK(basic.LastWriteTime.LowPart == all.ftLastWriteTime.dwLowDateTime);
    CHECK(GetFileInformationByHandleEx(h, FileStandardInfo, &standard, sizeof standard));
    CHECK(standard.EndOfFile.QuadPart == 11 && standard.NumberOfLinks == 1 && !standard.Directory);
    CHECK(GetFileInformationByHandleEx(h, FileAttributeTagInfo, &tag, sizeof tag));
    CHECK(tag.FileAttributes == basic.FileAttributes);
    CHECK(GetFileInformationByHandleEx(h, FileNameInfo, &name, sizeof name));
    CHECK(name.info.FileNameLength == 10 && !memcmp(name.info.FileName, u"\\file", 10));
    memset(&name, 0, sizeof name);
    FAILS(ERROR_MORE_DATA, GetFileInformationByHandleEx(h, FileNameInfo, &name, 8));
    CHECK(name.info.FileNameLength == 10 && name.info.FileName[0] == '\\' && name.info.FileName[1] == 'f');
    FAILS(ERROR_BAD_LENGTH, GetFileInformationByHandleEx(h, FileBasicInfo, &basic, sizeof basic - 8));
    FAILS(ERROR_INVALID_PARAMETER, GetFileInformationByHandleEx(h, FileRenameInfo, &name, sizeof name));
    FAILS(ERROR_INVALID_PARAMETER, GetFileInformationByHandleEx(h, MaximumFileInfoByHandleClass, &name, sizeof name));
}

static void expect_pointer(HANDLE h)
{
    LARGE_INTEGER size, at;
    char text[16];
    DWORD done, high = 7;

    CHECK(GetFileSizeEx(h, &size) && size.QuadPart == 11);
    CHECK(GetFileSize(h, &high) == 11 && high == 0);
    CHECK(SetFilePointerEx(h, (LARGE_INTEGER){.QuadPart = -5}, &at, FILE_END) && at.QuadPart == 6);
    CHECK(ReadFile(h, text, 3, &done, NULL) && done == 3 && !memcmp(text, "wor", 3));
    CHECK(SetFilePointerEx(h, (LARGE_INTEGER){.QuadPart = -1}, &at, FILE_CURRENT) && at.QuadPart == 8);
    CHECK(ReadFile(h, text, sizeof text, &done, NULL) && done == 3 && !memcmp(text, "rld", 3));
    FAILS(ERROR_NEGATIVE_SEEK, SetFilePointerEx(h, (LARGE_INTEGER){.QuadPart = -12}, &at, FILE_END));
    FAILS(ERROR_INVALID_PARAMETER, SetFilePointerEx(h, (LARGE_INTEGER){.QuadPart = 0}, &at, 3));
    CHECK(SetFilePointer(h, 5, NULL, FILE_BEGIN) == 5 && SetEndOfFile(h));
    CHECK(GetFileSizeEx(h, &size) && size.QuadPart == 5);
    CHECK(SetFilePointer(h, 100, NULL, FILE_BEGIN) == 100 && SetEndOfFile(h));
    CHECK(GetFileSizeEx(h, &size) && size.QuadPart == 100);
}

static void files(void)
{
    char name[300];
    HANDLE h, reader;
    DWORD done;

    snprintf(name, sizeof name, "\\\\.\\GLOBALROOT%s\\file", getenv("TEST_VOLUME"));
    h = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 7, NULL, CREATE_NEW, 0, NULL);
    CHECK(h != INVALID_HANDLE_VALUE && WriteFile(h, "hello world", 11, &done, NULL) && done == 11);
    expect_facts(h);
    expect_pointer(h);
    FAILS(ERROR_SHARING_VIOLATION, open_as(name, GENERIC_READ, 0) != INVALID_HANDLE_VALUE);
    reader = CreateFileA(name, GENERIC_READ, 7, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(SetFilePointer(reader, 1, NULL, FILE_BEGIN) == 1);
    FAILS(ERROR_ACCESS_DENIED, SetEndOfFile(reader));
    CHECK(CloseHandle(reader) && CloseHandle(h));
    snprintf(name, sizeof name, "\\\\.\\GLOBALROOT%s\\", getenv("TEST_VOLUME"));
    h = CreateFileA(name, GENERIC_READ, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    CHECK(h != INVALID_HANDLE_VALUE);
    expect_names(h);
    CHECK(CloseHandle(h));
}

/* ---- completion routines ---- */

static unsigned routine_calls;
static DWORD routine_error, routine_bytes;
static OVERLAPPED *routine_overlapped;

static VOID WINAPI routine(DWORD error, DWORD bytes, LPOVERLAPPED overlapped)
{
    routine_calls++;
    routine_error = error;
    routine_bytes = bytes;
    routine_overlapped = overlapped;
}

static VOID nt_routine(PVOID context, PIO_STATUS_BLOCK block, ULONG reserved)
{
    CHECK(context == &routine_calls);
    routine(0, (DWORD)block->Information, (OVERLAPPED *)block);
}

static void routines(void)
{
    HANDLE h = open_device(FILE_FLAG_OVERLAPPED);
    OVERLAPPED a = {.hEvent = (HANDLE)(ULONG_PTR)0x1234}; /* the caller's own */
    IO_STATUS_BLOCK block;
    char text[16] = "from here";

    CHECK(WriteFileEx(h, text, 9, &a, routine));
    CHECK(routine_calls == 0); /* not outside an alertable wait */
    CHECK(SleepEx(0, FALSE) == 0 && routine_calls == 0);
    CHECK(SleepEx(10000, TRUE) == WAIT_IO_COMPLETION && routine_calls == 1);
    CHECK(routine_error == 0 && routine_bytes == 9 && routine_overlapped == &a);
    CHECK(ReadFileEx(h, text, sizeof text, &a, routine));
    CHECK(WaitForSingleObjectEx(GetCurrentThread(), 10000, TRUE) == WAIT_IO_COMPLETION && routine_calls == 2);
    FAILS(ERROR_INVALID_PARAMETER, ReadFileEx(h, text, sizeof text, NULL, routine));
    FAILS(ERROR_INVALID_HANDLE, ReadFileEx(NULL, text, sizeof text, &a, routine));
    CHECK(SleepEx(0, TRUE) == 0 && routine_calls == 2); /* what failed at once tells nobody */
    /* NT's calls: at once, and after a while */
    STATUS(STATUS_PENDING, NtDeviceIoControlFile(h, NULL, nt_routine, &routine_calls, &block, CODE_PEND, NULL, 0, text, 8));
    CHECK(SleepEx(0, TRUE) == 0 && routine_calls == 2);
    CHECK(CancelIoEx(h, (OVERLAPPED *)&block));
    CHECK(SleepEx(10000, TRUE) == WAIT_IO_COMPLETION && routine_calls == 3);
    CHECK(block.Status == STATUS_CANCELLED && routine_overlapped == (OVERLAPPED *)&block);
    /* a wait for another operation may be alertable, too */
    OVERLAPPED b = {0};
    DWORD done;
    FAILS(ERROR_IO_PENDING, DeviceIoControl(h, CODE_PEND, NULL, 0, text, 8, NULL, &b));
    CHECK(WriteFileEx(h, text, 9, &a, routine));
    FAILS(WAIT_IO_COMPLETION, GetOverlappedResultEx(h, &b, &done, 10000, TRUE));
    CHECK(routine_calls == 4 && CancelIoEx(h, &b));
    FAILS(ERROR_OPERATION_ABORTED, GetOverlappedResult(h, &b, &done, TRUE));
    /* never with a port */
    HANDLE port = CreateIoCompletionPort(h, NULL, 1, 0);
    CHECK(port);
    FAILS(ERROR_INVALID_PARAMETER, ReadFileEx(h, text, sizeof text, &a, routine));
    STATUS(STATUS_INVALID_PARAMETER, NtReadFile(h, NULL, nt_routine, &routine_calls, &block, text, 8, NULL, NULL));
    CHECK(SleepEx(0, TRUE) == 0 && routine_calls == 4);
    CHECK(CloseHandle(port) && CloseHandle(h));
}

int main(int count, char **arguments)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } groups[] = {{"names", names}, {"methods", methods}, {"transfers", transfers}, {"large", large}, {"overlapped", overlapped},
        {"cancel", cancel}, {"handles", handles}, {"who", who}, {"user", user}, {"many", many}, {"hold", hold}, {"unload", unload},
        {"nomanager", nomanager}, {"files", files}, {"guarded", guarded}, {"routines", routines}};

    for (unsigned i = 0; count == 2 && i < sizeof groups / sizeof *groups; i++) {
        if (strcmp(groups[i].name, arguments[1]) == 0) {
            groups[i].run();
            return 0;
        }
    }
    printf("no such group\n");
    return 2;
}
