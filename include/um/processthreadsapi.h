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
/*
 * Starts a thread. stack: bytes, 0 for the default; flags: CREATE_SUSPENDED lets ResumeThread start it; *id (may be
 * NULL): the Linux thread id. The handle is the caller's to close. NULL with ERROR_NOT_ENOUGH_MEMORY. Source:
 * nf-processthreadsapi-createthread.
 */
WINBASEAPI HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES attributes, SIZE_T stack, LPTHREAD_START_ROUTINE start,
    LPVOID parameter, DWORD flags, LPDWORD id);
/* Ends the calling thread with this exit code. Source: nf-processthreadsapi-exitthread. */
DECLSPEC_NORETURN WINBASEAPI void WINAPI ExitThread(DWORD code);
/*
 * STILL_ACTIVE while the thread runs, then its exit code. FALSE with ERROR_INVALID_HANDLE. Source:
 * nf-processthreadsapi-getexitcodethread.
 */
WINBASEAPI BOOL WINAPI GetExitCodeThread(HANDLE thread, LPDWORD code);
/* Pseudo handle (HANDLE)-2. Source: nf-processthreadsapi-getcurrentthread. */
WINBASEAPI HANDLE WINAPI GetCurrentThread(void);
/* The Linux thread id. Source: nf-processthreadsapi-getcurrentthreadid. */
WINBASEAPI DWORD WINAPI GetCurrentThreadId(void);
/* The Linux thread id of a handle's thread; 0 with ERROR_INVALID_HANDLE. Source: nf-processthreadsapi-getthreadid. */
WINBASEAPI DWORD WINAPI GetThreadId(HANDLE thread);
/*
 * Starts a thread that was created with CREATE_SUSPENDED; returns the count before. A running thread cannot be
 * suspended here, so for it the result is 0. Source: nf-processthreadsapi-resumethread.
 */
WINBASEAPI DWORD WINAPI ResumeThread(HANDLE thread);
/* The request is remembered and given back; Linux decides. Source: nf-processthreadsapi-setthreadpriority. */
WINBASEAPI BOOL WINAPI SetThreadPriority(HANDLE thread, int priority);
/*
 * What SetThreadPriority asked for; THREAD_PRIORITY_ERROR_RETURN with ERROR_INVALID_HANDLE. Source:
 * nf-processthreadsapi-getthreadpriority.
 */
WINBASEAPI int WINAPI GetThreadPriority(HANDLE thread);
/* Lets another thread run (sched_yield); TRUE. Source: nf-processthreadsapi-switchtothread. */
WINBASEAPI BOOL WINAPI SwitchToThread(void);
/*
 * Runs function(parameter) in the thread at its next alertable wait. 0 when it could not be queued, as for a thread
 * that has ended. Source: nf-processthreadsapi-queueuserapc.
 */
WINBASEAPI DWORD WINAPI QueueUserAPC(PAPCFUNC function, HANDLE thread, ULONG_PTR parameter);

/* Pseudo handle (HANDLE)-1. Source: nf-processthreadsapi-getcurrentprocess. */
WINBASEAPI HANDLE WINAPI GetCurrentProcess(void);
/* The Linux process id. Source: nf-processthreadsapi-getcurrentprocessid. */
WINBASEAPI DWORD WINAPI GetCurrentProcessId(void);
/*
 * The Linux process id of a handle's process; 0 with ERROR_INVALID_HANDLE. Source:
 * nf-processthreadsapi-getprocessid.
 */
WINBASEAPI DWORD WINAPI GetProcessId(HANDLE process);
/* Ends the process with this exit code; Linux keeps its low 8 bits. Source: nf-processthreadsapi-exitprocess. */
DECLSPEC_NORETURN WINBASEAPI void WINAPI ExitProcess(UINT code);
/* SIGKILL to another process, an immediate end of this one. Source: nf-processthreadsapi-terminateprocess. */
WINBASEAPI BOOL WINAPI TerminateProcess(HANDLE process, UINT code);
/*
 * STILL_ACTIVE while it runs; afterwards its exit code if this process is its parent, else 0. Source:
 * nf-processthreadsapi-getexitcodeprocess.
 */
WINBASEAPI BOOL WINAPI GetExitCodeProcess(HANDLE process, LPDWORD code);
/* ERROR_INVALID_PARAMETER when there is no such process. Source: nf-processthreadsapi-openprocess. */
WINBASEAPI HANDLE WINAPI OpenProcess(DWORD access, BOOL inherit, DWORD id);
/*
 * A Linux program: the first word of the line, looked up on PATH, unless `application` is given. Standard streams
 * and environment are the caller's; an environment of its own and CREATE_SUSPENDED fail with ERROR_NOT_SUPPORTED.
 * Source: nf-processthreadsapi-createprocessa.
 */
WINBASEAPI BOOL WINAPI CreateProcessA(LPCSTR application, LPSTR line, LPSECURITY_ATTRIBUTES process_attributes,
    LPSECURITY_ATTRIBUTES thread_attributes, BOOL inherit, DWORD flags, LPVOID environment, LPCSTR directory,
    LPSTARTUPINFOA startup, LPPROCESS_INFORMATION information);
WINBASEAPI BOOL WINAPI CreateProcessW(LPCWSTR application, LPWSTR line, LPSECURITY_ATTRIBUTES process_attributes,
    LPSECURITY_ATTRIBUTES thread_attributes, BOOL inherit, DWORD flags, LPVOID environment, LPCWSTR directory,
    LPSTARTUPINFOW startup, LPPROCESS_INFORMATION information);
/*
 * A slot that every thread has, NULL at first. TLS_OUT_OF_INDEXES with ERROR_NO_MORE_ITEMS. Freed with TlsFree.
 * Source: nf-processthreadsapi-tlsalloc.
 */
WINBASEAPI DWORD WINAPI TlsAlloc(void);
/*
 * The calling thread's value; the last error becomes ERROR_SUCCESS, or ERROR_INVALID_PARAMETER for a bad index.
 * Source: nf-processthreadsapi-tlsgetvalue.
 */
WINBASEAPI LPVOID WINAPI TlsGetValue(DWORD index);
/* Sets the calling thread's value. FALSE with ERROR_INVALID_PARAMETER. Source: nf-processthreadsapi-tlssetvalue. */
WINBASEAPI BOOL WINAPI TlsSetValue(DWORD index, LPVOID value);
/*
 * Gives a slot back. FALSE with ERROR_INVALID_PARAMETER: it was not allocated. Source: nf-processthreadsapi-tlsfree.
 */
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
