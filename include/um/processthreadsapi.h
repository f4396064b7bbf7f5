/* Threads and processes. A process handle stands for a Linux process, a thread handle for a thread of this process. */
#ifndef _PROCESSTHREADSAPI_H_
#define _PROCESSTHREADSAPI_H_

#include "minwinbase.h"

#define CREATE_SUSPENDED 0x00000004
#define STACK_SIZE_PARAM_IS_A_RESERVATION 0x00010000
#define STILL_ACTIVE 259
#define TLS_OUT_OF_INDEXES ((DWORD)0xFFFFFFFF)
#define THREAD_PRIORITY_NORMAL 0
#define THREAD_PRIORITY_ABOVE_NORMAL 1
#define THREAD_PRIORITY_HIGHEST 2
#define THREAD_PRIORITY_BELOW_NORMAL (-1)
#define THREAD_PRIORITY_LOWEST (-2)
#define THREAD_PRIORITY_IDLE (-15)
#define THREAD_PRIORITY_TIME_CRITICAL 15
#define CREATE_NEW_CONSOLE 0x00000010
#define CREATE_NO_WINDOW 0x08000000
#define DETACHED_PROCESS 0x00000008
#define STARTF_USESTDHANDLES 0x00000100
typedef void (*PAPCFUNC)(ULONG_PTR parameter);

#define _OFM_STARTUPINFO(suffix, text)                                                                               \
    typedef struct _STARTUPINFO##suffix {                                                                            \
        DWORD cb;                                                                                                    \
        text lpReserved, lpDesktop, lpTitle;                                                                         \
        DWORD dwX, dwY, dwXSize, dwYSize, dwXCountChars, dwYCountChars, dwFillAttribute, dwFlags;                    \
        WORD wShowWindow, cbReserved2;                                                                               \
        LPBYTE lpReserved2;                                                                                          \
        HANDLE hStdInput, hStdOutput, hStdError;                                                                     \
    } STARTUPINFO##suffix, *LPSTARTUPINFO##suffix;
_OFM_STARTUPINFO(A, LPSTR)
_OFM_STARTUPINFO(W, LPWSTR)
#undef _OFM_STARTUPINFO
C_ASSERT(sizeof(STARTUPINFOW) == 104);

typedef struct _PROCESS_INFORMATION {
    HANDLE hProcess, hThread;
    DWORD dwProcessId, dwThreadId;
} PROCESS_INFORMATION, *PPROCESS_INFORMATION, *LPPROCESS_INFORMATION;

EXTERN_C_START
WINBASEAPI HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES attributes, SIZE_T stack, LPTHREAD_START_ROUTINE start,
    LPVOID parameter, DWORD flags, LPDWORD id);
DECLSPEC_NORETURN WINBASEAPI void WINAPI ExitThread(DWORD code);
WINBASEAPI BOOL WINAPI GetExitCodeThread(HANDLE thread, LPDWORD code);
/* Pseudo handle (HANDLE)-2. */
WINBASEAPI HANDLE WINAPI GetCurrentThread(void);
/* The Linux thread id. */
WINBASEAPI DWORD WINAPI GetCurrentThreadId(void);
WINBASEAPI DWORD WINAPI GetThreadId(HANDLE thread);
/* Starts a thread that was created with CREATE_SUSPENDED; returns the count before. A running thread cannot be
 * suspended here, so for it the result is 0. */
WINBASEAPI DWORD WINAPI ResumeThread(HANDLE thread);
/* The request is remembered and given back; Linux decides. */
WINBASEAPI BOOL WINAPI SetThreadPriority(HANDLE thread, int priority);
WINBASEAPI int WINAPI GetThreadPriority(HANDLE thread);
WINBASEAPI BOOL WINAPI SwitchToThread(void);
WINBASEAPI DWORD WINAPI QueueUserAPC(PAPCFUNC function, HANDLE thread, ULONG_PTR parameter);

/* Pseudo handle (HANDLE)-1. */
WINBASEAPI HANDLE WINAPI GetCurrentProcess(void);
WINBASEAPI DWORD WINAPI GetCurrentProcessId(void);
WINBASEAPI DWORD WINAPI GetProcessId(HANDLE process);
DECLSPEC_NORETURN WINBASEAPI void WINAPI ExitProcess(UINT code);
/* SIGKILL to another process, an immediate end of this one. */
WINBASEAPI BOOL WINAPI TerminateProcess(HANDLE process, UINT code);
/* STILL_ACTIVE while it runs; afterwards its exit code if this process is its parent, else 0. */
WINBASEAPI BOOL WINAPI GetExitCodeProcess(HANDLE process, LPDWORD code);
/* ERROR_INVALID_PARAMETER when there is no such process. */
WINBASEAPI HANDLE WINAPI OpenProcess(DWORD access, BOOL inherit, DWORD id);
/* A Linux program: the first word of the line, looked up on PATH, unless `application` is given. Standard streams and
 * environment are the caller's; an environment of its own and CREATE_SUSPENDED fail with ERROR_NOT_SUPPORTED. */
WINBASEAPI BOOL WINAPI CreateProcessA(LPCSTR application, LPSTR line, LPSECURITY_ATTRIBUTES process_attributes,
    LPSECURITY_ATTRIBUTES thread_attributes, BOOL inherit, DWORD flags, LPVOID environment, LPCSTR directory,
    LPSTARTUPINFOA startup, LPPROCESS_INFORMATION information);
WINBASEAPI BOOL WINAPI CreateProcessW(LPCWSTR application, LPWSTR line, LPSECURITY_ATTRIBUTES process_attributes,
    LPSECURITY_ATTRIBUTES thread_attributes, BOOL inherit, DWORD flags, LPVOID environment, LPCWSTR directory,
    LPSTARTUPINFOW startup, LPPROCESS_INFORMATION information);
WINBASEAPI DWORD WINAPI TlsAlloc(void);
WINBASEAPI LPVOID WINAPI TlsGetValue(DWORD index);
WINBASEAPI BOOL WINAPI TlsSetValue(DWORD index, LPVOID value);
WINBASEAPI BOOL WINAPI TlsFree(DWORD index);
EXTERN_C_END

#ifdef UNICODE
#define CreateProcess CreateProcessW
typedef STARTUPINFOW STARTUPINFO, *LPSTARTUPINFO;
#else
#define CreateProcess CreateProcessA
typedef STARTUPINFOA STARTUPINFO, *LPSTARTUPINFO;
#endif

#endif
