/* Files, text, messages, times, memory, modules, the command line. */
#include "harness.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "windows.h"
#include "strsafe.h"
#include "winternl.h"

static char directory[] = "/tmp/openfltmgr-k32-XXXXXX";

static char *path(const char *name)
{
    static char text[300];

    snprintf(text, sizeof text, "%s/%s", directory, name);
    return text;
}

static int make_directory(void **state)
{
    return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
    return rmdir(directory);
}

static void files(void **state)
{
    char buffer[16];
    DWORD done = 0;
    LARGE_INTEGER size;
    HANDLE file = CreateFileA(
        path("a.txt"), GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);

    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, "hello world", 11, &done, NULL));
    assert_int_equal(done, 11);
    assert_true(GetFileSizeEx(file, &size));
    assert_int_equal(size.QuadPart, 11);
    BY_HANDLE_FILE_INFORMATION all;
    FILE_STANDARD_INFO standard;
    FILE_BASIC_INFO basic;
    assert_true(GetFileInformationByHandle(file, &all));
    assert_int_equal(all.nFileSizeLow, 11);
    assert_int_equal(all.nNumberOfLinks, 1);
    assert_true(GetFileInformationByHandleEx(file, FileStandardInfo, &standard, sizeof standard));
    assert_int_equal(standard.EndOfFile.QuadPart, 11);
    assert_true(GetFileInformationByHandleEx(file, FileBasicInfo, &basic, sizeof basic));
    assert_int_equal(basic.FileAttributes, all.dwFileAttributes);
    assert_false(GetFileInformationByHandleEx(file, FileStreamInfo, &basic, sizeof basic));
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    assert_int_equal(SetFilePointer(file, -5, NULL, FILE_END), 6);
    assert_true(ReadFile(file, buffer, sizeof buffer, &done, NULL));
    assert_int_equal(done, 5);
    assert_memory_equal(buffer, "world", 5);
    assert_true(ReadFile(file, buffer, sizeof buffer, &done, NULL));
    assert_int_equal(done, 0);
    OVERLAPPED at = {.Offset = 6};
    assert_true(ReadFile(file, buffer, 3, &done, &at));
    assert_memory_equal(buffer, "wor", 3);
    at.Offset = 100;
    assert_false(ReadFile(file, buffer, 3, &done, &at));
    assert_int_equal(GetLastError(), ERROR_HANDLE_EOF);
    SetFilePointer(file, 5, NULL, FILE_BEGIN);
    assert_true(SetEndOfFile(file));
    assert_int_equal(GetFileSize(file, NULL), 5);
    assert_int_equal(GetFileType(file), FILE_TYPE_DISK);
    assert_int_equal(SetFilePointer(file, -1, NULL, FILE_BEGIN), INVALID_SET_FILE_POINTER);
    assert_int_equal(GetLastError(), ERROR_NEGATIVE_SEEK);
    assert_false(SetEvent(file));
    CloseHandle(file);

    assert_ptr_equal(
        CreateFileA(path("a.txt"), GENERIC_READ, 0, NULL, CREATE_NEW, 0, NULL), INVALID_HANDLE_VALUE);
    assert_int_equal(GetLastError(), ERROR_FILE_EXISTS);
    file = CreateFileA(path("a.txt"), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    assert_int_equal(GetLastError(), ERROR_ALREADY_EXISTS);
    assert_int_equal(GetFileSize(file, NULL), 0);
    assert_false(ReadFile(file, buffer, 1, &done, NULL));
    assert_int_equal(GetLastError(), ERROR_ACCESS_DENIED);
    CloseHandle(file);
    assert_int_equal(GetFileAttributesA(path("a.txt")), INVALID_FILE_ATTRIBUTES);
    assert_int_equal(GetLastError(), ERROR_FILE_NOT_FOUND);
    assert_int_equal(GetFileAttributesA(directory), FILE_ATTRIBUTE_DIRECTORY);
    assert_ptr_equal(
        CreateFileA(directory, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), INVALID_HANDLE_VALUE);
    assert_int_equal(GetLastError(), ERROR_ACCESS_DENIED);
    assert_ptr_equal(CreateFileW(u"\\\\.\\NoSuchDevice", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL),
        INVALID_HANDLE_VALUE);
    assert_int_equal(GetLastError(), ERROR_FILE_NOT_FOUND);
}

static void overlapped_files(void **state)
{
    HANDLE file = CreateFileA(path("b"), GENERIC_WRITE, 0, NULL, CREATE_NEW,
        FILE_FLAG_OVERLAPPED | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    HANDLE port = CreateIoCompletionPort(file, NULL, 3, 0);
    OVERLAPPED o = {.Offset = 2}, *which;
    DWORD done = 0;
    ULONG_PTR key;

    assert_true(WriteFile(file, "xy", 2, NULL, &o));
    assert_true(GetQueuedCompletionStatus(port, &done, &key, &which, 0));
    assert_ptr_equal(which, &o);
    assert_int_equal(done, 2);
    assert_int_equal(GetFileSize(file, NULL), 4);
    assert_false(WriteFile(file, "xy", 2, &done, NULL));
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    CloseHandle(file);
    CloseHandle(port);
}

static void text(void **state)
{
    WCHAR wide[16];
    char narrow[16];

    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, "gr\xC3\xBC", -1, NULL, 0), 4);
    assert_int_equal(MultiByteToWideChar(CP_ACP, 0, "gr\xC3\xBC", -1, wide, 16), 4);
    assert_memory_equal(wide, u"gr\u00FC", 8);
    assert_int_equal(WideCharToMultiByte(CP_UTF8, 0, wide, 3, narrow, 16, NULL, NULL), 4);
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, "abcd", 4, wide, 3), 0);
    assert_int_equal(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    assert_int_equal(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xFF", 1, wide, 3), 0);
    assert_int_equal(GetLastError(), ERROR_NO_UNICODE_TRANSLATION);
    assert_int_equal(lstrcmpiW(u"ABC", u"abc"), 0);
    assert_int_equal(CompareStringOrdinal(u"a", -1, u"B", -1, TRUE), CSTR_LESS_THAN);
    assert_int_equal(MulDiv(7, 10, 4), 18);
}

static void messages(void **state)
{
    char text_a[200];
    WCHAR *allocated = NULL;

    assert_true(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
        ERROR_ACCESS_DENIED, 0, text_a, sizeof text_a, NULL));
    assert_string_equal(text_a, "Access denied (ERROR_ACCESS_DENIED, 5).\r\n");
    assert_true(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, 0x801F0020, 0, text_a, sizeof text_a, NULL));
    assert_string_equal(
        text_a, "Nobody waits for this reply any more (ERROR_FLT_NO_WAITER_FOR_REPLY, 0x801F0020).\r\n");
    /* an error without words of its own is told by its name */
    assert_true(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, ERROR_CRC, 0, text_a, sizeof text_a, NULL));
    assert_string_equal(text_a, "Crc (ERROR_CRC, 23).\r\n");
    assert_true(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, 0x80070002, 0, text_a, sizeof text_a, NULL));
    assert_non_null(strstr(text_a, "ERROR_FILE_NOT_FOUND"));
    assert_int_equal(
        FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, 0x0FFFFFFF, 0, text_a, sizeof text_a, NULL), 0);
    assert_int_equal(GetLastError(), ERROR_MR_MID_NOT_FOUND);
    /* what a failing driver or a second load of it says */
    assert_true(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, 0x80070287, 0, text_a, sizeof text_a, NULL));
    assert_string_equal(text_a, "The driver's entry point failed (ERROR_FAILED_DRIVER_ENTRY, 0x80070287).\r\n");
    ULONG_PTR arguments[] = {(ULONG_PTR)u"x", 7};
    assert_int_equal(FormatMessageW(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ALLOCATE_BUFFER |
                                        FORMAT_MESSAGE_ARGUMENT_ARRAY,
                         u"%1 is %2!d!%n", 0, 0, (LPWSTR)&allocated, 0, (va_list *)arguments),
        8);
    assert_memory_equal(allocated, u"x is 7\r\n", 18);
    LocalFree(allocated);
}

/* The table of names is searched by halves: each of it must be found. */
static void every_error(void **state)
{
#define E(name) {(DWORD)(name), #name},
    static const struct {
        DWORD error;
        const char *name;
    } errors[] = {
#include "../../../src/kernel32/error_table.h"
    };
#undef E
    char text_a[300];

    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        DWORD length = FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, errors[i].error, 0, text_a, sizeof text_a, NULL);
        if (!length || !strstr(text_a, errors[i].name))
            fail_msg("%s: expected its name in the message, got: %s", errors[i].name, length ? text_a : "nothing");
    }
}

static void times(void **state)
{
    FILETIME file_time;
    SYSTEMTIME parts = {.wYear = 2024, .wMonth = 2, .wDay = 29, .wHour = 12, .wMilliseconds = 250}, back;
    LARGE_INTEGER a, b, frequency;

    assert_true(SystemTimeToFileTime(&parts, &file_time));
    assert_true(FileTimeToSystemTime(&file_time, &back));
    parts.wDayOfWeek = 4;
    assert_memory_equal(&parts, &back, sizeof parts);
    FILETIME epoch = {0xD53E8000, 0x019DB1DE};
    assert_true(FileTimeToSystemTime(&epoch, &back));
    assert_int_equal(back.wYear, 1970);
    parts.wMonth = 13;
    assert_false(SystemTimeToFileTime(&parts, &file_time));
    assert_true(
        QueryPerformanceCounter(&a) && QueryPerformanceFrequency(&frequency) && QueryPerformanceCounter(&b));
    assert_true(b.QuadPart >= a.QuadPart && frequency.QuadPart > 0);
    assert_true(GetTickCount64() > 0);
}

static void memory(void **state)
{
    char *block = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, 100);
    DWORD before = 0;

    assert_int_equal(block[99], 0);
    block[0] = 'x';
    block = HeapReAlloc(GetProcessHeap(), 0, block, 1000);
    assert_int_equal(block[0], 'x');
    assert_int_equal(HeapSize(GetProcessHeap(), 0, block), 1000);
    assert_true(HeapFree(GetProcessHeap(), 0, block));
    HANDLE heap = HeapCreate(0, 0, 0);
    assert_non_null(HeapAlloc(heap, 0, 10));
    assert_true(HeapDestroy(heap));
    char *pages = VirtualAlloc(NULL, 8192, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    pages[8191] = 1;
    assert_true(VirtualProtect(pages, 4096, PAGE_READONLY, &before));
    assert_int_equal(before, PAGE_READWRITE);
    assert_true(VirtualFree(pages, 0, MEM_RELEASE));
    assert_false(VirtualFree(pages, 0, MEM_RELEASE));
    HLOCAL local = LocalAlloc(LPTR, 10);
    assert_null(LocalFree(local));
}

static void mappings(void **state)
{
    HANDLE file = CreateFileA(
        path("m"), GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    DWORD done;
    MEMORY_BASIC_INFORMATION info;

    WriteFile(file, "mapped", 6, &done, NULL);
    HANDLE section = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 8192, NULL);
    assert_int_equal(GetFileSize(file, NULL), 8192);
    char *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    assert_memory_equal(view, "mapped", 6);
    memcpy(view, "MAP", 3);
    assert_int_equal(VirtualQuery(view + 5000, &info, sizeof info), sizeof info);
    assert_int_equal(info.RegionSize, 4096);
    assert_int_equal(info.State, MEM_COMMIT);
    assert_int_equal(info.Protect, PAGE_READWRITE);
    CloseHandle(section);
    char back[6];
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    ReadFile(file, back, 6, &done, NULL);
    assert_memory_equal(back, "MAPped", 6);
    assert_true(UnmapViewOfFile(view));
    assert_false(UnmapViewOfFile(view));
    HANDLE readonly = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);
    assert_null(MapViewOfFile(readonly, FILE_MAP_WRITE, 0, 0, 0));
    assert_int_equal(GetLastError(), ERROR_ACCESS_DENIED);
    CloseHandle(readonly);
    CloseHandle(file);
}

static void directories(void **state)
{
    WIN32_FIND_DATAA data;
    char pattern[300], full[300], *part;
    DWORD done;

    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"one.TXT", "two.txt", "three.doc"};
        HANDLE file = CreateFileA(path(names[i]), GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
        WriteFile(file, "12345", 5, &done, NULL);
        CloseHandle(file);
    }
    snprintf(pattern, sizeof pattern, "%s\\*.Txt", directory);
    HANDLE search = FindFirstFileA(pattern, &data);
    assert_ptr_not_equal(search, INVALID_HANDLE_VALUE);
    assert_int_equal(data.nFileSizeLow, 5);
    assert_int_equal(data.dwFileAttributes, FILE_ATTRIBUTE_ARCHIVE);
    assert_non_null(strcasestr(data.cFileName, ".txt"));
    assert_true(FindNextFileA(search, &data));
    assert_false(FindNextFileA(search, &data));
    assert_int_equal(GetLastError(), ERROR_NO_MORE_FILES);
    assert_true(FindClose(search));
    snprintf(pattern, sizeof pattern, "%s/*.none", directory);
    assert_ptr_equal(FindFirstFileA(pattern, &data), INVALID_HANDLE_VALUE);
    assert_int_equal(GetLastError(), ERROR_FILE_NOT_FOUND);
    assert_true(
        DeleteFileA(path("one.TXT")) && DeleteFileA(path("two.txt")) && DeleteFileA(path("three.doc")));
    assert_int_equal(GetFullPathNameA("/a/./b/../c\\d", sizeof full, full, &part), 6);
    assert_string_equal(full, "/a/c/d");
    assert_string_equal(part, "d");
    assert_int_equal(GetFullPathNameA("/a", 2, full, &part), 3);
    assert_int_equal(GetSystemDirectoryA(full, sizeof full), 19);
    assert_non_null(LoadLibraryExA(strcat(full, "\\fltlib.dll"), NULL, LOAD_LIBRARY_AS_DATAFILE));
}

static void child_processes(void **state)
{
    char line[] = "sh -c \"exit 9\"";
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION child;
    DWORD code = 0;

    assert_true(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &child));
    assert_int_equal(WaitForSingleObject(child.hProcess, INFINITE), WAIT_OBJECT_0);
    assert_true(GetExitCodeProcess(child.hProcess, &code));
    assert_int_equal(code, 9);
    CloseHandle(child.hThread);
    CloseHandle(child.hProcess);
    strcpy(line, "/no/program");
    assert_false(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &child));
    assert_int_equal(GetLastError(), ERROR_FILE_NOT_FOUND);
}

static void privileges(void **state)
{
    HANDLE token;
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};

    assert_true(LookupPrivilegeValueW(NULL, u"SeLoadDriverPrivilege", &wanted.Privileges[0].Luid));
    assert_int_equal(wanted.Privileges[0].Luid.LowPart, 10);
    wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token));
    assert_true(AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL));
    assert_int_equal(GetLastError(), geteuid() == 0 ? ERROR_SUCCESS : ERROR_NOT_ALL_ASSIGNED);
    CloseHandle(token);
    assert_false(LookupPrivilegeValueA(NULL, "SeNothing", &wanted.Privileges[0].Luid));
    assert_int_equal(GetLastError(), ERROR_NO_SUCH_PRIVILEGE);
}

static void bounded_strings(void **state)
{
    WCHAR wide[8];
    char narrow[6], *end;
    size_t left, length;

    assert_int_equal(StringCchCopyW(wide, 8, u"1234567"), S_OK);
    assert_int_equal(StringCchCopyW(wide, 8, u"12345678"), STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_memory_equal(wide, u"1234567", 16);
    assert_int_equal(StringCchCopyW(wide, 0, u""), STRSAFE_E_INVALID_PARAMETER);
    assert_int_equal(StringCbPrintfW(wide, sizeof wide, u"%s-%d", u"ab", 5), S_OK);
    assert_memory_equal(wide, u"ab-5", 10);
    assert_int_equal(StringCchCatNA(strcpy(narrow, "ab"), 6, "cdefgh", 2), S_OK);
    assert_string_equal(narrow, "abcd");
    assert_int_equal(StringCchCatA(narrow, 6, "xyz"), STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_string_equal(narrow, "abcdx");
    assert_int_equal(StringCchPrintfExA(narrow, 6, &end, &left, STRSAFE_NO_TRUNCATION, "%d", 1234567),
        STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_string_equal(narrow, "");
    assert_int_equal(left, 6);
    assert_int_equal(StringCbLengthW(wide, sizeof wide, &length), S_OK);
    assert_int_equal(length, 8);
    assert_int_equal(StringCchLengthA("abc", 3, NULL), STRSAFE_E_INVALID_PARAMETER);
}

static void modules(void **state)
{
    char name[300];
    HMODULE kernel32 = GetModuleHandleA("KERNEL32.DLL");

    assert_non_null(kernel32);
    assert_ptr_equal(GetProcAddress(kernel32, "CreateEventW"), (void *)CreateEventW);
    assert_null(GetProcAddress(kernel32, "NoSuchCall"));
    assert_int_equal(GetLastError(), ERROR_PROC_NOT_FOUND);
    assert_null(GetModuleHandleA("nothing.dll"));
    assert_int_equal(GetLastError(), ERROR_MOD_NOT_FOUND);
    assert_true(GetModuleFileNameA(NULL, name, sizeof name) > 0);
    assert_non_null(strstr(name, "test_calls"));
    assert_int_equal(GetModuleFileNameA(NULL, name, 4), 4);
    assert_int_equal(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
}

static void command_line(void **state)
{
    int count = 0;
    LPWSTR *arguments = CommandLineToArgvW(u"prog \"a b\" c\\\\d \"e\\\\\" \\\"f \"\"", &count);

    assert_int_equal(count, 6);
    assert_memory_equal(arguments[1], u"a b", 8);
    assert_memory_equal(arguments[2], u"c\\\\d", 10);
    assert_memory_equal(arguments[3], u"e\\", 6);
    assert_memory_equal(arguments[4], u"\"f", 6);
    assert_memory_equal(arguments[5], u"", 2);
    LocalFree(arguments);
    assert_non_null(strstr(GetCommandLineA(), "test_calls"));
    assert_true(SetEnvironmentVariableA("OFM_TEST", "value"));
    WCHAR value[8];
    assert_int_equal(GetEnvironmentVariableW(u"OFM_TEST", value, 8), 5);
    assert_int_equal(GetEnvironmentVariableW(u"OFM_TEST", value, 5), 6);
    assert_true(SetEnvironmentVariableA("OFM_TEST", NULL));
    assert_int_equal(GetEnvironmentVariableW(u"OFM_TEST", value, 8), 0);
    assert_int_equal(GetLastError(), ERROR_ENVVAR_NOT_FOUND);
}

static DWORD set_error(LPVOID unused)
{
    SetLastError(77);
    return GetLastError();
}

static void last_error(void **state)
{
    DWORD code = 0;

    SetLastError(5);
    HANDLE thread = CreateThread(NULL, 0, set_error, NULL, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
    assert_int_equal(code, 77);
    assert_int_equal(GetLastError(), 5);
    CloseHandle(thread);
    DWORD slot = TlsAlloc();
    assert_true(TlsSetValue(slot, &code));
    assert_ptr_equal(TlsGetValue(slot), &code);
    assert_true(TlsFree(slot));
    assert_false(TlsFree(slot));
}

static HANDLE control_seen;
static DWORD control_event;

static BOOL on_control(DWORD event)
{
    control_event = event;
    SetEvent(control_seen);
    return TRUE;
}

static void control_handlers(void **state)
{
    control_seen = CreateEventW(NULL, FALSE, FALSE, NULL);
    assert_true(SetConsoleCtrlHandler(on_control, TRUE));
    kill(getpid(), 2);
    assert_int_equal(WaitForSingleObject(control_seen, INFINITE), WAIT_OBJECT_0);
    assert_int_equal(control_event, CTRL_C_EVENT);
    kill(getpid(), 15);
    assert_int_equal(WaitForSingleObject(control_seen, INFINITE), WAIT_OBJECT_0);
    assert_int_equal(control_event, CTRL_CLOSE_EVENT);
    assert_true(SetConsoleCtrlHandler(on_control, FALSE));
    assert_false(SetConsoleCtrlHandler(on_control, FALSE));
    CloseHandle(control_seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("files", files),
        TEST("overlapped files and completion ports", overlapped_files),
        TEST("text between UTF-8 and UTF-16", text),
        TEST("errors as messages", messages),
        TEST("every error is told by its name", every_error),
        TEST("times", times),
        TEST("heaps and pages", memory),
        TEST("files mapped into memory", mappings),
        TEST("directories and full names", directories),
        TEST("child processes", child_processes),
        TEST("privileges", privileges),
        TEST("bounded string calls", bounded_strings),
        TEST("modules and their procedures", modules),
        TEST("the command line and the environment", command_line),
        TEST("the last error and TLS slots belong to the thread", last_error),
        TEST("Ctrl-C and termination reach the handlers", control_handlers),
    };
    return RUN_TESTS(tests, make_directory, remove_directory);
}
