/* The application's side of the mailslot tests: one group of checks a run, named by the first argument; groups that need more
 * processes start this program again. The first check that fails is told on standard output, and the exit code is 1. */
#include "talk.h"

#include <fltUserEx.h>
#include <windows.h>
#include <ntstatus.h>
#include <winternl.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>


extern char **environ;
static const char *self;

static HANDLE slot(DWORD maximum, DWORD timeout)
{
    HANDLE h = CreateMailslotA(SLOT, maximum, timeout, NULL);

    CHECK(h != BAD);
    return h;
}

static HANDLE writer_as(DWORD access, DWORD share, DWORD flags)
{
    return CreateFileA(SLOT, access, share, NULL, OPEN_EXISTING, flags, NULL);
}

static HANDLE writer(void)
{
    HANDLE h = writer_as(GENERIC_WRITE, FILE_SHARE_READ, 0);

    CHECK(h != BAD);
    return h;
}

static void counts(HANDLE h, DWORD next, DWORD messages)
{
    DWORD n = 77, count = 77;

    CHECK(GetMailslotInfo(h, NULL, &n, &count, NULL));
    CHECK(n == next && count == messages);
}

/* ---- this program again ---- */

static pid_t start(const char *group, const char *argument)
{
    char *arguments[] = {(char *)self, (char *)group, (char *)argument, NULL};
    pid_t id;

    CHECK(posix_spawn(&id, self, NULL, NULL, arguments, environ) == 0);
    return id;
}

static void finish(pid_t id)
{
    int status;

    CHECK(waitpid(id, &status, 0) == id && status == 0);
}

/* ---- groups ---- */

static void create(void)
{
    FAILS(ERROR_PATH_NOT_FOUND, CreateMailslotA(NULL, 0, 0, NULL) != BAD);
    FAILS(ERROR_PATH_NOT_FOUND, CreateMailslotW(NULL, 0, 0, NULL) != BAD);
    FAILS(ERROR_INVALID_NAME, CreateMailslotA("blah", 0, 0, NULL) != BAD);
    FAILS(ERROR_INVALID_NAME, CreateMailslotA("\\\\computer\\mailslot\\x", 0, 0, NULL) != BAD);
    HANDLE h = slot(0, 0);
    FAILS(ERROR_ALREADY_EXISTS, CreateMailslotA(SLOT, 0, 0, NULL) != BAD);
    FAILS(ERROR_ALREADY_EXISTS, CreateMailslotA("\\\\.\\MAILSLOT\\Tests\\ONE", 0, 0, NULL) != BAD);
    CHECK(CloseHandle(h));
    h = slot(0, 0); /* the name is free when CloseHandle has returned */
    HANDLE longer = CreateMailslotW(u"\\\\.\\mailslot\\tests\\one.more", 0, 0, NULL);
    CHECK(longer != BAD);
    CloseHandle(longer);
    CloseHandle(h);
    char name[400] = "\\\\.\\mailslot\\";
    memset(name + 13, 'n', 350);
    h = CreateMailslotA(name, 0, 0, NULL); /* no MAX_PATH here */
    CHECK(h != BAD);
    CloseHandle(h);
}

static void info(void)
{
    DWORD maximum = 7, next = 7, count = 7, timeout = 7;
    HANDLE h = slot(0, 0);

    CHECK(GetMailslotInfo(h, NULL, NULL, NULL, NULL));
    CHECK(GetMailslotInfo(h, &maximum, &next, &count, &timeout));
    CHECK(maximum == 0 && next == MAILSLOT_NO_MESSAGE && count == 0 && timeout == 0);
    CloseHandle(h);
    FAILS(ERROR_INVALID_HANDLE, GetMailslotInfo(BAD, &maximum, NULL, NULL, NULL));
    FAILS(ERROR_INVALID_HANDLE, GetMailslotInfo(h, &maximum, NULL, NULL, NULL));
    h = slot((DWORD)-1, (DWORD)-1);
    CHECK(GetMailslotInfo(h, &maximum, &next, &count, &timeout));
    CHECK(maximum == 0xffffffff && next == MAILSLOT_NO_MESSAGE && count == 0 && timeout == MAILSLOT_WAIT_FOREVER);
    CHECK(SetMailslotInfo(h, 250) && GetMailslotInfo(h, NULL, NULL, NULL, &timeout) && timeout == 250);
    CHECK(SetMailslotInfo(h, 0xfffffffe) && GetMailslotInfo(h, NULL, NULL, NULL, &timeout) && timeout == 0xfffffffe);
    CHECK(SetMailslotInfo(h, 0));
    FAILS(ERROR_SEM_TIMEOUT, ReadFile(h, buffer, sizeof buffer, &done, NULL)); /* the new one holds */
    /* a time that is longer than milliseconds can tell, and the other value for "for ever" */
    IO_STATUS_BLOCK block;
    LARGE_INTEGER time = {.QuadPart = INT64_MIN + 1};
    FILE_MAILSLOT_SET_INFORMATION set = {&time};
    STATUS(STATUS_SUCCESS, NtSetInformationFile(h, &block, &set, sizeof set, FileMailslotSetInformation));
    CHECK(GetMailslotInfo(h, NULL, NULL, NULL, &timeout) && timeout == 0xfffffffe);
    time.QuadPart = INT64_MAX;
    STATUS(STATUS_SUCCESS, NtSetInformationFile(h, &block, &set, sizeof set, FileMailslotSetInformation));
    CHECK(GetMailslotInfo(h, NULL, NULL, NULL, &timeout) && timeout == MAILSLOT_WAIT_FOREVER);
    CloseHandle(h);
}

static void opens(void)
{
    FAILS(ERROR_FILE_NOT_FOUND, writer_as(GENERIC_WRITE, FILE_SHARE_READ, 0) != BAD);
    HANDLE h = slot(0, 0);
    static const struct {
        DWORD access, share;
    } ways[] = {{GENERIC_WRITE, FILE_SHARE_READ}, {GENERIC_WRITE, 0}, {GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ},
        {GENERIC_READ, FILE_SHARE_READ}, {0, 0}, {GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE}};
    HANDLE open[6];
    for (int i = 0; i < 6; i++) {
        open[i] = writer_as(ways[i].access, ways[i].share, 0);
        CHECK(open[i] != BAD);
    }
    FAILS(ERROR_ACCESS_DENIED, ReadFile(open[0], buffer, sizeof buffer, &done, NULL));
    FAILS(ERROR_INVALID_PARAMETER, ReadFile(open[2], buffer, sizeof buffer, &done, NULL));
    FAILS(ERROR_ACCESS_DENIED, WriteFile(open[3], "x", 1, &done, NULL));
    for (int i = 0; i < 6; i++)
        CHECK(CloseHandle(open[i]));
    HANDLE root = CreateFileA("\\\\.\\mailslot", 0, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    CHECK(root != BAD);
    CloseHandle(root);
    CloseHandle(h);
    FAILS(ERROR_FILE_NOT_FOUND, writer_as(GENERIC_WRITE, FILE_SHARE_READ, 0) != BAD);
}

static void reads(void)
{
    HANDLE h = slot(0, 0), w = writer();

    done = 99;
    FAILS(ERROR_SEM_TIMEOUT, ReadFile(h, buffer, 0, &done, NULL));
    CHECK(done == 0);
    FAILS(ERROR_SEM_TIMEOUT, ReadFile(h, buffer, sizeof buffer, &done, NULL));
    FAILS(ERROR_INVALID_HANDLE, ReadFile(BAD, buffer, 0, &done, NULL));
    say(w, "first");
    say(w, "the second one");
    say(w, "");
    counts(h, 5, 3);
    FAILS(ERROR_INSUFFICIENT_BUFFER, ReadFile(h, buffer, 4, &done, NULL));
    CHECK(done == 0);
    counts(h, 5, 3);
    hear(h, "first");
    counts(h, 14, 2);
    hear(h, "the second one");
    counts(h, 0, 1);
    hear(h, "");
    counts(h, MAILSLOT_NO_MESSAGE, 0);
    say(w, "");
    CHECK(ReadFile(h, NULL, 0, &done, NULL) && done == 0);
    FAILS(ERROR_SEM_TIMEOUT, ReadFile(h, buffer, sizeof buffer, &done, NULL));
    CloseHandle(w);
    CloseHandle(h);
    h = slot(0, 1000);
    DWORD begun = GetTickCount();
    FAILS(ERROR_SEM_TIMEOUT, ReadFile(h, buffer, sizeof buffer, &done, NULL));
    CHECK(GetTickCount() - begun >= 900);
    CloseHandle(h);
}

static void writes(void)
{
    HANDLE h = slot(16, 0), w = writer(), a = writer_as(GENERIC_WRITE, FILE_SHARE_READ, FILE_FLAG_OVERLAPPED);
    OVERLAPPED o = {0};

    FAILS(ERROR_ACCESS_DENIED, WriteFile(h, "x", 1, &done, NULL));
    CHECK(WriteFile(w, buffer, 0, &done, NULL) && done == 0);
    counts(h, 0, 1);
    hear(h, "");
    say(w, "0123456789abcdef");
    FAILS(ERROR_INVALID_PARAMETER, WriteFile(w, "0123456789abcdefg", 17, &done, NULL));
    counts(h, 16, 1);
    /* an overlapped handle's write does not pend either */
    CHECK(WriteFile(a, "now", 3, &done, &o) && done == 3 && HasOverlappedIoCompleted(&o));
    CHECK(WriteFile(a, "too", 3, &done, NULL) && done == 3);
    counts(h, 16, 3);
    CHECK(FlushFileBuffers(h) && FlushFileBuffers(w));
    CloseHandle(a);
    CloseHandle(w);
    counts(h, 16, 3); /* messages stay when their writers go */
    hear(h, "0123456789abcdef");
    hear(h, "now");
    hear(h, "too");
    CHECK(GetFileType(h) == FILE_TYPE_UNKNOWN && GetLastError() == NO_ERROR);
    CloseHandle(h);
    /* a message of more than a packet */
    static char large[3 << 20], back[3 << 20];
    for (size_t i = 0; i < sizeof large; i++)
        large[i] = (char)(i * 31 + i / 1000);
    h = slot(0, 0);
    w = writer();
    CHECK(WriteFile(w, large, sizeof large, &done, NULL) && done == sizeof large);
    counts(h, sizeof large, 1);
    CHECK(ReadFile(h, back, sizeof back, &done, NULL) && done == sizeof large && !memcmp(large, back, sizeof large));
    CloseHandle(w);
    CloseHandle(h);
}

static void overlapped(void)
{
    HANDLE h = slot(0, MAILSLOT_WAIT_FOREVER), w = writer(), event = CreateEventA(NULL, TRUE, FALSE, NULL);
    HANDLE port = CreateIoCompletionPort(h, NULL, 5, 0);
    OVERLAPPED a = {.hEvent = event}, b = {0}, *which;
    char one[16], two[16];
    ULONG_PTR key;

    CHECK(port != NULL);
    FAILS(ERROR_IO_PENDING, ReadFile(h, one, sizeof one, NULL, &a));
    FAILS(ERROR_IO_PENDING, ReadFile(h, two, sizeof two, NULL, &b));
    CHECK(WaitForSingleObject(h, 0) == WAIT_TIMEOUT && WaitForSingleObject(event, 0) == WAIT_TIMEOUT);
    counts(h, MAILSLOT_NO_MESSAGE, 0);
    say(w, "oldest");
    CHECK(GetOverlappedResult(h, &a, &done, TRUE) && done == 6 && !memcmp(one, "oldest", 6)); /* the oldest read gets it */
    FAILS(ERROR_IO_INCOMPLETE, GetOverlappedResult(h, &b, &done, FALSE));
    counts(h, MAILSLOT_NO_MESSAGE, 0);
    say(w, "next");
    CHECK(GetQueuedCompletionStatus(port, &done, &key, &which, 10000) && which == &a && key == 5 && done == 6);
    CHECK(GetQueuedCompletionStatus(port, &done, &key, &which, 10000) && which == &b && done == 4 && !memcmp(two, "next", 4));
    CHECK(WaitForSingleObject(h, 10000) == WAIT_OBJECT_0);
    /* a pending read that is too small, and the next one that is not */
    FAILS(ERROR_IO_PENDING, ReadFile(h, one, 2, NULL, &a));
    FAILS(ERROR_IO_PENDING, ReadFile(h, two, sizeof two, NULL, &b));
    say(w, "long");
    FAILS(ERROR_INSUFFICIENT_BUFFER, GetOverlappedResult(h, &a, &done, TRUE));
    CHECK(GetOverlappedResult(h, &b, &done, TRUE) && done == 4 && !memcmp(two, "long", 4));
    /* cancelled; the queue of messages is not affected */
    FAILS(ERROR_IO_PENDING, ReadFile(h, one, sizeof one, NULL, &a));
    CHECK(CancelIoEx(h, &a));
    FAILS(ERROR_OPERATION_ABORTED, GetOverlappedResult(h, &a, &done, TRUE));
    say(w, "kept");
    counts(h, 4, 1);
    CHECK(ReadFile(h, one, sizeof one, &done, &a) && done == 4);
    /* a pending read keeps its timeout */
    FAILS(ERROR_IO_PENDING, ReadFile(h, one, sizeof one, NULL, &a));
    CHECK(SetMailslotInfo(h, 0));
    FAILS(ERROR_SEM_TIMEOUT, ReadFile(h, two, sizeof two, &done, &b));
    FAILS(ERROR_IO_INCOMPLETE, GetOverlappedResult(h, &a, &done, FALSE));
    /* clean-up ends what pends */
    CHECK(CloseHandle(h));
    while (!HasOverlappedIoCompleted(&a))
        SwitchToThread();
    CHECK((NTSTATUS)a.Internal == STATUS_CANCELLED);
    CloseHandle(w);
    CloseHandle(port);
    CloseHandle(event);
}

static void lifetime(void)
{
    HANDLE h = slot(0, 0), w = writer(), copy;

    CHECK(DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
    say(w, "unread");
    CloseHandle(h);
    counts(copy, 6, 1); /* the copy keeps the slot */
    CHECK(SetMailslotInfo(copy, 20));
    CHECK(CloseHandle(copy));
    FAILS(ERROR_HANDLE_EOF, WriteFile(w, "x", 1, &done, NULL)); /* a stale client */
    h = slot(0, 0); /* the name is free beside it, its messages are gone */
    counts(h, MAILSLOT_NO_MESSAGE, 0);
    FAILS(ERROR_HANDLE_EOF, WriteFile(w, "x", 1, &done, NULL));
    counts(h, MAILSLOT_NO_MESSAGE, 0);
    CloseHandle(w);
    CloseHandle(h);
}

/* ---- what is elsewhere, and what a local name is not ---- */

/* Remote mailslots are switched off, as in Windows 11 24H2. */
static void remote(void)
{
    static const char *const names[] = {"\\\\computer\\mailslot\\tests\\one", "\\\\*\\MAILSLOT\\x", "\\\\domain.example\\Mailslot\\browse"};
    HANDLE h = slot(0, 0), w = writer();

    for (int i = 0; i < 3; i++) {
        FAILS(ERROR_REMOTE_MAILSLOTS_DEPRECATED, CreateFileA(names[i], GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL) != BAD);
        FAILS(ERROR_INVALID_NAME, CreateMailslotA(names[i], 0, 0, NULL) != BAD); /* made locally only */
    }
    CHECK(CreateFileA("\\\\computer\\share\\mailslot\\x", GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL) == BAD);
    CHECK(GetLastError() != ERROR_REMOTE_MAILSLOTS_DEPRECATED);
    say(w, "local ones stay");
    hear(h, "local ones stay");
    CloseHandle(w);
    CloseHandle(h);
}

/* A name is one slot: no second one can be made, and a message is read once whoever reads. */
static void unique(void)
{
    HANDLE h = slot(0, 0), w = writer(), joined = OfmJoinMailslot(u"\\\\.\\mailslot\\tests\\one");

    CHECK(joined != BAD);
    FAILS(ERROR_ALREADY_EXISTS, CreateMailslotA(SLOT, 0, 0, NULL) != BAD);
    say(w, "once");
    counts(h, 4, 1);
    counts(joined, 4, 1);
    hear(joined, "once");
    FAILS(ERROR_SEM_TIMEOUT, ReadFile(h, buffer, sizeof buffer, &done, NULL));
    CloseHandle(w);
    CloseHandle(joined);
    CloseHandle(h);
}

static void maximum(void)
{
    static const DWORD sizes[] = {1, 7, 424, 425, 4094, 65536};
    static char bytes[65536], back[65536];

    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        DWORD told = 0;
        HANDLE h = slot(sizes[i], 0), w = writer();
        CHECK(GetMailslotInfo(h, &told, NULL, NULL, NULL) && told >= sizes[i]);
        CHECK(WriteFile(w, bytes, sizes[i], &done, NULL) && done == sizes[i]);
        CHECK(ReadFile(h, back, sizeof back, &done, NULL) && done == sizes[i]);
        CloseHandle(w);
        CloseHandle(h);
    }
}

static void rights(void)
{
    HANDLE h = slot(0, 0);
    IO_STATUS_BLOCK block;
    FILE_ACCESS_INFORMATION access = {0};
    FILE_MODE_INFORMATION mode = {0};

    STATUS(STATUS_SUCCESS, NtQueryInformationFile(h, &block, &access, sizeof access, FileAccessInformation));
    CHECK(access.AccessFlags == (FILE_GENERIC_READ | WRITE_DAC));
    STATUS(STATUS_SUCCESS, NtQueryInformationFile(h, &block, &mode, sizeof mode, FileModeInformation));
    CHECK(mode.Mode == FILE_WRITE_THROUGH); /* and no synchronous option (M-71) */
    CloseHandle(h);
}

static void times(void)
{
    HANDLE h = slot(0, 0), w = writer();
    FILETIME created, accessed, written, set = {0x12345678, 0x01d00000};

    CHECK(GetFileTime(h, &created, &accessed, &written) && created.dwHighDateTime != 0);
    CHECK(GetFileTime(w, &created, NULL, NULL));
    HANDLE attributes = writer_as(GENERIC_WRITE | FILE_WRITE_ATTRIBUTES, FILE_SHARE_READ, 0);
    CHECK(SetFileTime(attributes, NULL, NULL, &set));
    CHECK(GetFileTime(h, NULL, NULL, &written) && !memcmp(&written, &set, sizeof set));
    CloseHandle(attributes);
    CloseHandle(w);
    CloseHandle(h);
}

static void list(void)
{
    static const char *const names[] = {"\\\\.\\mailslot\\list.a", "\\\\.\\mailslot\\list.b", "\\\\.\\mailslot\\other"};
    HANDLE slots[3];
    WIN32_FIND_DATAA data;
    unsigned found = 0;

    FAILS(ERROR_FILE_NOT_FOUND, FindFirstFileA("\\\\.\\mailslot\\list.*", &data) != BAD);
    for (int i = 0; i < 3; i++)
        CHECK((slots[i] = CreateMailslotA(names[i], 0, 0, NULL)) != BAD);
    HANDLE search = FindFirstFileA("\\\\.\\mailslot\\list.*", &data);
    CHECK(search != BAD);
    do {
        CHECK(!strcmp(data.cFileName, "list.a") || !strcmp(data.cFileName, "list.b"));
        found += 1u << (data.cFileName[5] - 'a');
    } while (FindNextFileA(search, &data));
    CHECK(GetLastError() == ERROR_NO_MORE_FILES && found == 3);
    CHECK(FindClose(search));
    for (int i = 0; i < 3; i++)
        CloseHandle(slots[i]);
}

static NTSTATUS make(PCWSTR name, size_t bytes, HANDLE root, ACCESS_MASK access, HANDLE *h)
{
    UNICODE_STRING text = {(USHORT)bytes, (USHORT)bytes, (PWCH)name};
    OBJECT_ATTRIBUTES oa;
    IO_STATUS_BLOCK block = {.Information = 99};

    InitializeObjectAttributes(&oa, name ? &text : NULL, OBJ_CASE_INSENSITIVE, root, NULL);
    NTSTATUS status = NtCreateMailslotFile(h, access, &oa, &block, 0, 0, 0, NULL);
    CHECK(!NT_SUCCESS(status) || (block.Status == STATUS_SUCCESS && block.Information == FILE_CREATED));
    return status;
}

static void native(void)
{
    static const WCHAR name[] = u"\\??\\MAILSLOT\\tests\\one";
    const size_t bytes = sizeof name - 2;
    HANDLE bad = (HANDLE)(ULONG_PTR)0xdeadbee0, h, w;
    UNICODE_STRING text = {(USHORT)bytes, (USHORT)bytes, (PWCH)name};
    OBJECT_ATTRIBUTES oa;
    IO_STATUS_BLOCK block;

    InitializeObjectAttributes(&oa, &text, OBJ_CASE_INSENSITIVE, NULL, NULL);
    STATUS(STATUS_ACCESS_VIOLATION, NtCreateMailslotFile(NULL, GENERIC_READ, &oa, &block, 0, 0, 0, NULL));
    STATUS(STATUS_ACCESS_VIOLATION, NtCreateMailslotFile(&h, GENERIC_READ, &oa, NULL, 0, 0, 0, NULL));
    STATUS(STATUS_INVALID_PARAMETER, NtCreateMailslotFile(&h, GENERIC_READ, NULL, &block, 0, 0, 0, NULL));
    for (ULONG length = 0; length <= 2 * sizeof oa; length++) {
        oa.Length = length;
        if (length != sizeof oa)
            STATUS(STATUS_INVALID_PARAMETER, NtCreateMailslotFile(&h, GENERIC_READ, &oa, &block, 0, 0, 0, NULL));
    }
    oa.Length = sizeof oa;
    STATUS(STATUS_OBJECT_PATH_SYNTAX_BAD, make(NULL, 0, NULL, GENERIC_READ, &h));
    STATUS(STATUS_OBJECT_PATH_SYNTAX_BAD, make(name, 0, NULL, GENERIC_READ, &h));
    STATUS(STATUS_INVALID_HANDLE, make(name, 0, bad, GENERIC_READ, &h));
    STATUS(STATUS_OBJECT_NAME_INVALID, make(NULL, 0, bad, GENERIC_READ, &h));
    STATUS(STATUS_OBJECT_NAME_INVALID, make(name, 33, NULL, GENERIC_READ, &h));
    STATUS(STATUS_OBJECT_NAME_INVALID, make(name, 33, bad, GENERIC_READ, &h));
    STATUS(STATUS_OBJECT_TYPE_MISMATCH, make(u"\\", 2, NULL, GENERIC_READ, &h));
    STATUS(STATUS_OBJECT_NAME_NOT_FOUND, make(u"\\nosuchthing", 24, NULL, GENERIC_READ, &h));
    STATUS(STATUS_SUCCESS, make(u"\\??\\MAILSLOT\\R:\\FRED", 40, NULL, GENERIC_READ, &h));
    STATUS(STATUS_SUCCESS, NtClose(h));
    static WCHAR longest[32768];
    for (size_t i = 0; i < 32768; i++)
        longest[i] = 'n';
    memcpy(longest, u"\\Device\\Mailslot\\", 34);
    STATUS(STATUS_SUCCESS, make(longest, 65532, NULL, GENERIC_READ, &h));
    NtClose(h);
    STATUS(STATUS_OBJECT_NAME_INVALID, make(longest, 65534, NULL, GENERIC_READ, &h));
    STATUS(STATUS_ACCESS_DENIED, make(name, bytes, NULL, 0, &h));
    STATUS(STATUS_SUCCESS, make(name, bytes, NULL, FILE_ALL_ACCESS, &h));
    STATUS(STATUS_OBJECT_NAME_COLLISION, make(name, bytes, NULL, GENERIC_READ, &w));
    /* with the right to write, a server still does not */
    block = (IO_STATUS_BLOCK){.Status = 0x5eadbeef, .Information = 0xdeadbeef};
    STATUS(STATUS_INVALID_PARAMETER, NtWriteFile(h, NULL, NULL, NULL, &block, buffer, 1, NULL, NULL));
    CHECK(block.Status == 0x5eadbeef && block.Information == 0xdeadbeef);
    /* no timeout: a read waits for ever, asynchronously; a wait on the handle is about the operation */
    STATUS(STATUS_PENDING, NtReadFile(h, NULL, NULL, NULL, &block, buffer, sizeof buffer, NULL, NULL));
    CHECK(WaitForSingleObject(h, 0) == WAIT_TIMEOUT);
    w = writer_as(GENERIC_READ | GENERIC_WRITE, 7, 0);
    say(w, "data");
    CHECK(WaitForSingleObject(h, 10000) == WAIT_OBJECT_0);
    CHECK(block.Status == STATUS_SUCCESS && block.Information == 4 && !memcmp(buffer, "data", 4));
    /* what fails at once leaves the block alone */
    LARGE_INTEGER none = {0};
    FILE_MAILSLOT_SET_INFORMATION set = {&none};
    STATUS(STATUS_SUCCESS, NtSetInformationFile(h, &block, &set, sizeof set, FileMailslotSetInformation));
    block = (IO_STATUS_BLOCK){.Status = 0x5eadbeef, .Information = 0xdeadbeef};
    STATUS(STATUS_IO_TIMEOUT, NtReadFile(h, NULL, NULL, NULL, &block, buffer, sizeof buffer, NULL, NULL));
    CHECK(block.Status == 0x5eadbeef && block.Information == 0xdeadbeef);
    say(w, "xy");
    STATUS(STATUS_BUFFER_TOO_SMALL, NtReadFile(h, NULL, NULL, NULL, &block, buffer, 1, NULL, NULL));
    STATUS(STATUS_INVALID_PARAMETER, NtReadFile(w, NULL, NULL, NULL, &block, buffer, sizeof buffer, NULL, NULL));
    CHECK(block.Status == 0x5eadbeef && block.Information == 0xdeadbeef);
    CloseHandle(w);
    NtClose(h);
}

static void query(void)
{
    UNICODE_STRING text;
    OBJECT_ATTRIBUTES oa;
    IO_STATUS_BLOCK block;
    HANDLE h, w;
    LARGE_INTEGER timeout = {.QuadPart = -1230000};
    FILE_MAILSLOT_QUERY_INFORMATION q;

    RtlInitUnicodeString(&text, u"\\Device\\Mailslot\\tests\\one");
    InitializeObjectAttributes(&oa, &text, OBJ_CASE_INSENSITIVE, NULL, NULL);
    STATUS(STATUS_SUCCESS, NtCreateMailslotFile(&h, GENERIC_READ | SYNCHRONIZE, &oa, &block, FILE_SYNCHRONOUS_IO_NONALERT, 4096, 100, &timeout));
    w = writer_as(GENERIC_WRITE, 7, 0);
    CHECK(w != BAD);
    say(w, "ab");
    HANDLE both[] = {h, w};
    for (int i = 0; i < 2; i++) { /* a client's answer is the same (Windows 8) */
        memset(&q, 0xcc, sizeof q);
        STATUS(STATUS_SUCCESS, NtQueryInformationFile(both[i], &block, &q, sizeof q, FileMailslotQueryInformation));
        CHECK(block.Status == STATUS_SUCCESS && block.Information == 24);
        CHECK(q.MaximumMessageSize == 100 && q.MailslotQuota == 4096 && q.NextMessageSize == 2 && q.MessagesAvailable == 1 &&
              q.ReadTimeout.QuadPart == -1230000);
        STATUS(STATUS_INFO_LENGTH_MISMATCH, NtQueryInformationFile(both[i], &block, &q, sizeof q - 1, FileMailslotQueryInformation));
    }
    FILE_MAILSLOT_SET_INFORMATION set = {&timeout};
    STATUS(STATUS_INVALID_PARAMETER, NtSetInformationFile(w, &block, &set, sizeof set, FileMailslotSetInformation));
    FILE_MODE_INFORMATION mode;
    STATUS(STATUS_SUCCESS, NtQueryInformationFile(h, &block, &mode, sizeof mode, FileModeInformation));
    CHECK(mode.Mode & FILE_SYNCHRONOUS_IO_NONALERT);
    /* names */
    union {
        FILE_NAME_INFORMATION name;
        OBJECT_NAME_INFORMATION object;
        char room[300];
    } u;
    for (int i = 0; i < 2; i++) {
        STATUS(STATUS_SUCCESS, NtQueryInformationFile(both[i], &block, &u, sizeof u, FileNameInformation));
        CHECK(u.name.FileNameLength == 20 && !memcmp(u.name.FileName, u"\\tests\\one", 20));
        STATUS(STATUS_BUFFER_OVERFLOW, NtQueryInformationFile(both[i], &block, &u, 8, FileNameInformation));
        CHECK(u.name.FileNameLength == 20);
        STATUS(STATUS_INFO_LENGTH_MISMATCH, NtQueryInformationFile(both[i], &block, &u, 0, FileNameInformation));
        ULONG needed = 0;
        STATUS(STATUS_SUCCESS, NtQueryObject(both[i], ObjectNameInformation, &u, sizeof u, &needed));
        CHECK(u.object.Name.Length == 52 && !memcmp(u.object.Name.Buffer, u"\\Device\\Mailslot\\tests\\one", 52));
    }
    union {
        PUBLIC_OBJECT_TYPE_INFORMATION type;
        char room[200];
    } t;
    STATUS(STATUS_SUCCESS, NtQueryObject(h, ObjectTypeInformation, &t, sizeof t, NULL));
    CHECK(t.type.TypeName.Length == 8 && !memcmp(t.type.TypeName.Buffer, u"File", 8));
    /* the device itself */
    HANDLE root;
    RtlInitUnicodeString(&text, u"\\Device\\Mailslot");
    STATUS(STATUS_SUCCESS, NtOpenFile(&root, SYNCHRONIZE, &oa, &block, 7, 0));
    STATUS(STATUS_SUCCESS, NtQueryObject(root, ObjectNameInformation, &u, sizeof u, NULL));
    CHECK(u.object.Name.Length == 32 && !memcmp(u.object.Name.Buffer, u"\\Device\\Mailslot", 32));
    STATUS(STATUS_INVALID_PARAMETER, NtQueryInformationFile(root, &block, &u, sizeof u, FileNameInformation));
    NtClose(root);
    /* relative to the root directory */
    RtlInitUnicodeString(&text, u"\\??\\MAILSLOT\\");
    STATUS(STATUS_SUCCESS, NtOpenFile(&root, FILE_LIST_DIRECTORY | SYNCHRONIZE, &oa, &block, 7, FILE_SYNCHRONOUS_IO_NONALERT));
    RtlInitUnicodeString(&text, u"tests\\relative");
    oa.RootDirectory = root;
    HANDLE r;
    STATUS(STATUS_SUCCESS, NtCreateMailslotFile(&r, GENERIC_READ, &oa, &block, 0, 0, 0, NULL));
    STATUS(STATUS_SUCCESS, NtQueryObject(r, ObjectNameInformation, &u, sizeof u, NULL));
    CHECK(!memcmp(u.object.Name.Buffer, u"\\Device\\Mailslot\\tests\\relative", u.object.Name.Length));
    NtClose(r);
    NtClose(root);
    NtClose(w);
    NtClose(h);
}

static void peek(void)
{
    HANDLE h = slot(0, 0), w = writer();
    FILE_MAILSLOT_PEEK_BUFFER in = {77, 77, 77};
    IO_STATUS_BLOCK block;

    say(w, "peeked");
    say(w, "at");
    STATUS(STATUS_SUCCESS, NtFsControlFile(h, NULL, NULL, NULL, &block, FSCTL_MAILSLOT_PEEK, &in, sizeof in, buffer, 16));
    CHECK(in.ReadDataAvailable == 8 && in.NumberOfMessages == 2 && in.MessageLength == 6);
    CHECK(block.Information == 6 && !memcmp(buffer, "peeked", 6));
    STATUS(STATUS_BUFFER_OVERFLOW, NtFsControlFile(h, NULL, NULL, NULL, &block, FSCTL_MAILSLOT_PEEK, &in, sizeof in, buffer, 4));
    counts(h, 6, 2); /* nothing is taken */
    hear(h, "peeked");
    CloseHandle(w);
    CloseHandle(h);
}

static void ready(void)
{
    HANDLE h = slot(0, 0), w = writer();
    struct pollfd p = {.events = POLLIN};
    unsigned long long count;

    FAILS(ERROR_INVALID_PARAMETER, OfmMailslotDescriptor(w, &p.fd));
    CHECK(OfmMailslotDescriptor(h, &p.fd));
    CHECK(poll(&p, 1, 0) == 0);
    say(w, "come");
    CHECK(poll(&p, 1, 10000) == 1 && read(p.fd, &count, 8) == 8);
    CHECK(poll(&p, 1, 0) == 0);
    hear(h, "come");
    FAILS(ERROR_SEM_TIMEOUT, ReadFile(h, buffer, sizeof buffer, &done, NULL));
    say(w, "again");
    CHECK(poll(&p, 1, 10000) == 1);
    int second;
    CHECK(OfmMailslotDescriptor(h, &second)); /* a message is there already */
    struct pollfd p2 = {.fd = second, .events = POLLIN};
    CHECK(poll(&p2, 1, 10000) == 1);
    close(second);
    CloseHandle(h);
    close(p.fd);
    CloseHandle(w);
}

/* ---- several users and processes ---- */

static void descriptor(void)
{
    SECURITY_DESCRIPTOR sd;
    SECURITY_ATTRIBUTES attributes = {sizeof attributes, &sd, TRUE};
    SID_IDENTIFIER_AUTHORITY nt = SECURITY_NT_AUTHORITY;
    PSID system;
    char room[256];
    PACL acl = (PACL)room;
    DWORD flags;

    CHECK(AllocateAndInitializeSid(&nt, 1, SECURITY_LOCAL_SYSTEM_RID, 0, 0, 0, 0, 0, 0, 0, &system));
    CHECK(InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION) && InitializeAcl(acl, sizeof room, ACL_REVISION));
    CHECK(AddAccessAllowedAce(acl, ACL_REVISION, GENERIC_ALL, system) && SetSecurityDescriptorDacl(&sd, TRUE, acl, FALSE));
    HANDLE h = CreateMailslotA(SLOT, 0, 0, &attributes);
    CHECK(h != BAD && GetHandleInformation(h, &flags) && flags == HANDLE_FLAG_INHERIT);
    HANDLE open = CreateMailslotA("\\\\.\\mailslot\\open", 0, 0, NULL);
    CHECK(open != BAD);
    finish(start("outsider", NULL));
    hear(open, "from outside");
    counts(h, MAILSLOT_NO_MESSAGE, 0);
    CHECK(CloseHandle(open) && CloseHandle(h));
    FreeSid(system);
}

static void outsider(void)
{
    CHECK(setgid(65534) == 0 && setuid(65534) == 0);
    FAILS(ERROR_ACCESS_DENIED, writer_as(GENERIC_WRITE, 7, 0) != BAD);
    HANDLE w = CreateFileA("\\\\.\\mailslot\\open", GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(w != BAD);
    say(w, "from outside");
    FAILS(ERROR_ALREADY_EXISTS, CreateMailslotA(SLOT, 0, 0, NULL) != BAD);
    HANDLE own = CreateMailslotA("\\\\.\\mailslot\\outsiders own", 0, 0, NULL);
    CHECK(own != BAD);
    _exit(0); /* the end of a process closes its handles */
}

static void ends(void)
{
    pid_t id = start("holder", NULL);
    HANDLE w;

    while ((w = writer_as(GENERIC_WRITE, 7, 0)) == BAD)
        SwitchToThread();
    say(w, "for nobody");
    CHECK(kill(id, SIGKILL) == 0 && waitpid(id, NULL, 0) == id);
    HANDLE h;
    while ((h = CreateMailslotA(SLOT, 0, 0, NULL)) == BAD)
        CHECK(GetLastError() == ERROR_ALREADY_EXISTS);
    counts(h, MAILSLOT_NO_MESSAGE, 0);
    FAILS(ERROR_HANDLE_EOF, WriteFile(w, "x", 1, &done, NULL));
    CloseHandle(w);
    CloseHandle(h);
}

static void holder(void)
{
    HANDLE h = slot(0, MAILSLOT_WAIT_FOREVER);
    static char room[16];

    hear(h, "for nobody");
    ReadFile(h, room, sizeof room, &done, NULL); /* until it is killed */
}

enum { WRITERS = 4, EACH = 400 };

static void writes_numbers(const char *which)
{
    HANDLE w = writer_as(GENERIC_WRITE, 7, 0);
    char text[32];

    CHECK(w != BAD);
    for (int i = 0; i < EACH; i++) {
        snprintf(text, sizeof text, "%s %d", which, i);
        say(w, text);
    }
    CloseHandle(w);
}

struct reader {
    HANDLE h;
    pthread_t thread;
    int last[WRITERS], count;
    unsigned char seen[WRITERS][EACH];
};

static void *read_numbers(void *argument)
{
    struct reader *r = argument;
    char text[32];
    DWORD length;
    int writer_number, number;

    memset(r->last, -1, sizeof r->last);
    while (ReadFile(r->h, text, sizeof text - 1, &length, NULL) && length > 0) {
        text[length] = 0;
        CHECK(sscanf(text, "%d %d", &writer_number, &number) == 2);
        CHECK(number > r->last[writer_number]); /* one writer's messages come in their order to each reader */
        r->last[writer_number] = number;
        r->seen[writer_number][number]++;
        r->count++;
    }
    return NULL;
}

static void many(void)
{
    static struct reader readers[3];
    HANDLE h = slot(0, MAILSLOT_WAIT_FOREVER), w = writer();
    pid_t ids[WRITERS];
    const char *const names[] = {"0", "1", "2", "3"};

    for (int i = 0; i < 3; i++) {
        CHECK(DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(), &readers[i].h, 0, FALSE, DUPLICATE_SAME_ACCESS));
        CHECK(pthread_create(&readers[i].thread, NULL, read_numbers, &readers[i]) == 0);
    }
    for (int i = 0; i < WRITERS; i++)
        ids[i] = start("writes", names[i]);
    for (int i = 0; i < WRITERS; i++)
        finish(ids[i]);
    for (int i = 0; i < 3; i++)
        say(w, ""); /* the end, for each reader */
    for (int i = 0; i < 3; i++)
        pthread_join(readers[i].thread, NULL);
    int total = 0;
    for (int i = 0; i < 3; i++)
        total += readers[i].count;
    CHECK(total == WRITERS * EACH);
    for (int i = 0; i < WRITERS; i++) {
        for (int k = 0; k < EACH; k++)
            CHECK(readers[0].seen[i][k] + readers[1].seen[i][k] + readers[2].seen[i][k] == 1);
    }
    CloseHandle(w);
    CloseHandle(h);
}

static unsigned routine_calls;
static DWORD routine_error, routine_bytes;

static VOID WINAPI routine(DWORD error, DWORD bytes, LPOVERLAPPED overlapped)
{
    routine_calls++;
    routine_error = error;
    routine_bytes = bytes;
}

/* A read that waits ends with a call of its routine, in an alertable wait of its thread. */
static void routines(void)
{
    HANDLE h = slot(0, MAILSLOT_WAIT_FOREVER), w = writer();
    OVERLAPPED a = {0};
    union {
        FILE_NAME_INFO info;
        char room[200];
    } name;
    LARGE_INTEGER size;

    CHECK(ReadFileEx(h, buffer, sizeof buffer, &a, routine));
    CHECK(SleepEx(0, TRUE) == 0 && routine_calls == 0);
    CHECK(WriteFileEx(w, "four", 4, &(OVERLAPPED){0}, routine));
    while (routine_calls < 2)
        CHECK(SleepEx(10000, TRUE) == WAIT_IO_COMPLETION);
    CHECK(routine_error == 0 && routine_bytes == 4 && a.InternalHigh == 4 && !memcmp(buffer, "four", 4));
    CHECK(ReadFileEx(h, buffer, sizeof buffer, &a, routine) && CancelIo(h));
    CHECK(SleepEx(10000, TRUE) == WAIT_IO_COMPLETION && routine_calls == 3);
    CHECK(routine_error == ERROR_OPERATION_ABORTED && routine_bytes == 0);
    say(w, "longer");
    FAILS(ERROR_INSUFFICIENT_BUFFER, ReadFileEx(h, buffer, 2, &a, routine)); /* at once: told by the call alone */
    CHECK(SleepEx(0, TRUE) == 0 && routine_calls == 3);
    CHECK(GetFileInformationByHandleEx(h, FileNameInfo, &name, sizeof name));
    CHECK(name.info.FileNameLength == 20 && !memcmp(name.info.FileName, u"\\tests\\one", 20));
    FAILS(ERROR_INVALID_PARAMETER, GetFileSizeEx(h, &size)); /* it has none (M-120) */
    CloseHandle(w);
    CloseHandle(h);
}

int main(int count, char **arguments)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } groups[] = {{"create", create}, {"info", info}, {"opens", opens}, {"reads", reads}, {"writes", writes}, {"overlapped", overlapped},
        {"lifetime", lifetime}, {"times", times}, {"list", list}, {"native", native}, {"query", query}, {"peek", peek}, {"ready", ready},
        {"descriptor", descriptor}, {"outsider", outsider}, {"ends", ends}, {"remote", remote},
        {"unique", unique}, {"maximum", maximum}, {"rights", rights}, {"routines", routines}, {"holder", holder}, {"many", many}};

    self = arguments[0];
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (count == 3 && strcmp(arguments[1], "writes") == 0 && arguments[2][0]) {
        writes_numbers(arguments[2]);
        return 0;
    }
    for (unsigned i = 0; count == 2 && i < sizeof groups / sizeof *groups; i++) {
        if (strcmp(groups[i].name, arguments[1]) == 0) {
            groups[i].run();
            return 0;
        }
    }
    if (heirs_run(count, arguments) || gifts_run(count, arguments))
        return 0;
    printf("no such group\n");
    return 2;
}
