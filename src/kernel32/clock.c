/* Times and the machine. */
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "kernel32/handle.h"
#include "rtl/utf.h"

#define TICKS_PER_SECOND 10000000 /* 100 ns */
#define SECONDS_1601_TO_1970 11644473600

static int64_t nanoseconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Since the system started, sleep included, as on Windows. */
ULONGLONG GetTickCount64(void)
{
    return (ULONGLONG)nanoseconds(CLOCK_BOOTTIME) / 1000000;
}

DWORD GetTickCount(void)
{
    return (DWORD)GetTickCount64();
}

BOOL QueryPerformanceFrequency(LARGE_INTEGER *frequency)
{
    frequency->QuadPart = TICKS_PER_SECOND;
    return TRUE;
}

BOOL QueryPerformanceCounter(LARGE_INTEGER *count)
{
    count->QuadPart = nanoseconds(CLOCK_MONOTONIC) / 100;
    return TRUE;
}

static int64_t ticks_of(const FILETIME *time)
{
    return (int64_t)time->dwHighDateTime << 32 | time->dwLowDateTime;
}

static void set_ticks(FILETIME *time, int64_t ticks)
{
    time->dwLowDateTime = (DWORD)ticks;
    time->dwHighDateTime = (DWORD)(ticks >> 32);
}

void GetSystemTimePreciseAsFileTime(LPFILETIME time)
{
    set_ticks(time, nanoseconds(CLOCK_REALTIME) / 100 + SECONDS_1601_TO_1970 * TICKS_PER_SECOND);
}

void GetSystemTimeAsFileTime(LPFILETIME time)
{
    GetSystemTimePreciseAsFileTime(time);
}

static void set_parts(SYSTEMTIME *to, const struct tm *parts, int64_t ticks)
{
    *to = (SYSTEMTIME){(WORD)(parts->tm_year + 1900), (WORD)(parts->tm_mon + 1), (WORD)parts->tm_wday,
        (WORD)parts->tm_mday, (WORD)parts->tm_hour, (WORD)parts->tm_min, (WORD)parts->tm_sec,
        (WORD)(ticks % TICKS_PER_SECOND / 10000)};
}

BOOL FileTimeToSystemTime(const FILETIME *from, LPSYSTEMTIME to)
{
    int64_t ticks = ticks_of(from);
    time_t seconds = ticks / TICKS_PER_SECOND - SECONDS_1601_TO_1970;
    struct tm parts;

    if (ticks < 0 || !gmtime_r(&seconds, &parts)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    set_parts(to, &parts, ticks);
    return TRUE;
}

BOOL SystemTimeToFileTime(const SYSTEMTIME *from, LPFILETIME to)
{
    struct tm parts = {.tm_year = from->wYear - 1900, .tm_mon = from->wMonth - 1, .tm_mday = from->wDay,
        .tm_hour = from->wHour, .tm_min = from->wMinute, .tm_sec = from->wSecond};
    struct tm given = parts;
    time_t seconds = timegm(&parts);

    if (from->wYear < 1601 || from->wMilliseconds > 999 || parts.tm_mon != given.tm_mon ||
        parts.tm_mday != given.tm_mday || parts.tm_hour != given.tm_hour || parts.tm_min != given.tm_min) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    set_ticks(to, (seconds + SECONDS_1601_TO_1970) * TICKS_PER_SECOND + from->wMilliseconds * 10000);
    return TRUE;
}

BOOL FileTimeToLocalFileTime(const FILETIME *from, LPFILETIME to)
{
    time_t now = time(NULL);
    struct tm parts;

    localtime_r(&now, &parts);
    set_ticks(to, ticks_of(from) + parts.tm_gmtoff * TICKS_PER_SECOND);
    return TRUE;
}

LONG CompareFileTime(const FILETIME *a, const FILETIME *b)
{
    int64_t x = ticks_of(a), y = ticks_of(b);

    return x < y ? -1 : x > y;
}

void GetSystemTime(LPSYSTEMTIME time)
{
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    FileTimeToSystemTime(&now, time);
}

void GetLocalTime(LPSYSTEMTIME to)
{
    FILETIME now;
    struct tm parts;

    GetSystemTimeAsFileTime(&now);
    time_t seconds = ticks_of(&now) / TICKS_PER_SECOND - SECONDS_1601_TO_1970;
    localtime_r(&seconds, &parts);
    set_parts(to, &parts, ticks_of(&now));
}

void GetSystemInfo(LPSYSTEM_INFO info)
{
    int count = get_nprocs();

    memset(info, 0, sizeof *info);
#ifdef __x86_64__
    info->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_AMD64;
    info->dwProcessorType = 8664;
#else
    info->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_ARM64;
#endif
    info->dwPageSize = (DWORD)sysconf(_SC_PAGESIZE);
    info->lpMinimumApplicationAddress = (LPVOID)0x10000;
    info->lpMaximumApplicationAddress = (LPVOID)0x00007FFFFFFEFFFF;
    info->dwNumberOfProcessors = (DWORD)count;
    info->dwActiveProcessorMask = count >= 64 ? ~(DWORD_PTR)0 : ((DWORD_PTR)1 << count) - 1;
    info->dwAllocationGranularity = 0x10000;
}

BOOL GetComputerNameA(LPSTR to, LPDWORD capacity)
{
    char name[256] = "";

    gethostname(name, sizeof name - 1);
    DWORD length = (DWORD)strlen(name);
    BOOL fits = length < *capacity;
    if (fits)
        memcpy(to, name, length + 1);
    else
        SetLastError(ERROR_BUFFER_OVERFLOW);
    *capacity = fits ? length : length + 1;
    return fits;
}

BOOL GetComputerNameW(LPWSTR to, LPDWORD capacity)
{
    char name[256] = "";

    gethostname(name, sizeof name - 1);
    DWORD length = (DWORD)rtl_utf8_to_utf16(NULL, 0, name, strlen(name), NULL);
    BOOL fits = length < *capacity;
    if (fits) {
        rtl_utf8_to_utf16((char16_t *)to, length, name, strlen(name), NULL);
        to[length] = 0;
    } else {
        SetLastError(ERROR_BUFFER_OVERFLOW);
    }
    *capacity = fits ? length : length + 1;
    return fits;
}
