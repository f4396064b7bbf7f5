/* Clocks and the system. */
#ifndef _SYSINFOAPI_H_
#define _SYSINFOAPI_H_

#include "minwinbase.h"

typedef struct _SYSTEM_INFO {
    union {
        DWORD dwOemId;
        struct {
            WORD wProcessorArchitecture;
            WORD wReserved;
        };
    };
    DWORD dwPageSize;
    LPVOID lpMinimumApplicationAddress;
    LPVOID lpMaximumApplicationAddress;
    DWORD_PTR dwActiveProcessorMask;
    DWORD dwNumberOfProcessors;
    DWORD dwProcessorType;
    DWORD dwAllocationGranularity;
    WORD wProcessorLevel;
    WORD wProcessorRevision;
} SYSTEM_INFO, *LPSYSTEM_INFO;
C_ASSERT(sizeof(SYSTEM_INFO) == 48);
#define PROCESSOR_ARCHITECTURE_AMD64 9
#define PROCESSOR_ARCHITECTURE_ARM64 12

EXTERN_C_START
/*
 * Milliseconds since the system started, in 32 bits: begins anew after 49.7 days. Source:
 * nf-sysinfoapi-gettickcount.
 */
WINBASEAPI DWORD WINAPI GetTickCount(void);
/* Milliseconds since the system started. Source: nf-sysinfoapi-gettickcount64. */
WINBASEAPI ULONGLONG WINAPI GetTickCount64(void);
/* The time in UTC: 100 ns units since 1601. Source: nf-sysinfoapi-getsystemtimeasfiletime. */
WINBASEAPI void WINAPI GetSystemTimeAsFileTime(LPFILETIME time);
/* The same, as exact as the clock is. Source: nf-sysinfoapi-getsystemtimepreciseasfiletime. */
WINBASEAPI void WINAPI GetSystemTimePreciseAsFileTime(LPFILETIME time);
/* The time in UTC, in parts. Source: nf-sysinfoapi-getsystemtime. */
WINBASEAPI void WINAPI GetSystemTime(LPSYSTEMTIME time);
/* The time of the time zone (TZ, /etc/localtime), in parts. Source: nf-sysinfoapi-getlocaltime. */
WINBASEAPI void WINAPI GetLocalTime(LPSYSTEMTIME time);
/* Page size, number of processors, addresses and the like. Source: nf-sysinfoapi-getsysteminfo. */
WINBASEAPI void WINAPI GetSystemInfo(LPSYSTEM_INFO info);
/*
 * Units since 1601 in parts of a date. FALSE with ERROR_INVALID_PARAMETER. Source:
 * nf-timezoneapi-filetimetosystemtime.
 */
WINBASEAPI BOOL WINAPI FileTimeToSystemTime(const FILETIME *from, LPSYSTEMTIME to);
/*
 * Parts of a date as units since 1601; the day of the week does not count. FALSE with ERROR_INVALID_PARAMETER.
 * Source: nf-timezoneapi-systemtimetofiletime.
 */
WINBASEAPI BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME *from, LPFILETIME to);
/* UTC as the time of the time zone, with today's offset. TRUE. Source: nf-fileapi-filetimetolocalfiletime. */
WINBASEAPI BOOL WINAPI FileTimeToLocalFileTime(const FILETIME *from, LPFILETIME to);
/* -1, 0 or 1: a is earlier, the same, later. Source: nf-fileapi-comparefiletime. */
WINBASEAPI LONG WINAPI CompareFileTime(const FILETIME *a, const FILETIME *b);
/*
 * A clock that only goes forward, in units of QueryPerformanceFrequency. TRUE. Source:
 * nf-profileapi-queryperformancecounter.
 */
WINBASEAPI BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *count);
/* Units of the counter in a second. TRUE. Source: nf-profileapi-queryperformancefrequency. */
WINBASEAPI BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *frequency);
/*
 * "C:\\Windows\\System32" and "C:\\Windows": names to build others from. LoadLibrary knows its own by their last
 * part. Source: nf-sysinfoapi-getsystemdirectorya.
 */
WINBASEAPI UINT WINAPI GetSystemDirectoryA(LPSTR to, UINT capacity);
WINBASEAPI UINT WINAPI GetSystemDirectoryW(LPWSTR to, UINT capacity);
/*
 * "C:\Windows": a name to build others from. The length without the terminator, or with too little room the size
 * that is needed. Source: nf-sysinfoapi-getwindowsdirectorya.
 */
WINBASEAPI UINT WINAPI GetWindowsDirectoryA(LPSTR to, UINT capacity);
WINBASEAPI UINT WINAPI GetWindowsDirectoryW(LPWSTR to, UINT capacity);
EXTERN_C_END

#ifdef UNICODE
#define GetSystemDirectory GetSystemDirectoryW
#define GetWindowsDirectory GetWindowsDirectoryW
#else
#define GetSystemDirectory GetSystemDirectoryA
#define GetWindowsDirectory GetWindowsDirectoryA
#endif

#endif
