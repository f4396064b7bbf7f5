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
WINBASEAPI DWORD WINAPI GetTickCount(void);
WINBASEAPI ULONGLONG WINAPI GetTickCount64(void);
WINBASEAPI void WINAPI GetSystemTimeAsFileTime(LPFILETIME time);
WINBASEAPI void WINAPI GetSystemTimePreciseAsFileTime(LPFILETIME time);
WINBASEAPI void WINAPI GetSystemTime(LPSYSTEMTIME time);
WINBASEAPI void WINAPI GetLocalTime(LPSYSTEMTIME time);
WINBASEAPI void WINAPI GetSystemInfo(LPSYSTEM_INFO info);
WINBASEAPI BOOL WINAPI FileTimeToSystemTime(const FILETIME *from, LPSYSTEMTIME to);
WINBASEAPI BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME *from, LPFILETIME to);
WINBASEAPI BOOL WINAPI FileTimeToLocalFileTime(const FILETIME *from, LPFILETIME to);
WINBASEAPI LONG WINAPI CompareFileTime(const FILETIME *a, const FILETIME *b);
WINBASEAPI BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *count);
WINBASEAPI BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *frequency);
/* "C:\\Windows\\System32" and "C:\\Windows": names to build others from. LoadLibrary knows its own by their last part. */
WINBASEAPI UINT WINAPI GetSystemDirectoryA(LPSTR to, UINT capacity);
WINBASEAPI UINT WINAPI GetSystemDirectoryW(LPWSTR to, UINT capacity);
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
