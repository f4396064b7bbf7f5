/* Overlapped I/O, completion ports, cancellation, device control. */
#ifndef _IO_APISETH_
#define _IO_APISETH_

#include "minwinbase.h"

EXTERN_C_START
/* ExistingCompletionPort NULL makes a port; FileHandle INVALID_HANDLE_VALUE makes one without a file. A file belongs to
 * one port for its life: ERROR_INVALID_PARAMETER on the second. Threads are not limited: the last argument is noted only. */
WINBASEAPI HANDLE WINAPI CreateIoCompletionPort(HANDLE FileHandle, HANDLE ExistingCompletionPort,
    ULONG_PTR CompletionKey, DWORD NumberOfConcurrentThreads);
/* TRUE: a packet of a successful operation. FALSE with *lpOverlapped set: a packet of a failed one, its error is the
 * last error. FALSE with *lpOverlapped NULL: no packet; WAIT_TIMEOUT, or ERROR_ABANDONED_WAIT_0 when the port's last
 * handle was closed meanwhile. */
WINBASEAPI BOOL WINAPI GetQueuedCompletionStatus(HANDLE CompletionPort, LPDWORD lpNumberOfBytesTransferred,
    PULONG_PTR lpCompletionKey, LPOVERLAPPED *lpOverlapped, DWORD dwMilliseconds);
WINBASEAPI BOOL WINAPI GetQueuedCompletionStatusEx(HANDLE CompletionPort, LPOVERLAPPED_ENTRY lpCompletionPortEntries,
    ULONG ulCount, PULONG ulNumEntriesRemoved, DWORD dwMilliseconds, BOOL fAlertable);
WINBASEAPI BOOL WINAPI PostQueuedCompletionStatus(HANDLE CompletionPort, DWORD dwNumberOfBytesTransferred,
    ULONG_PTR dwCompletionKey, LPOVERLAPPED lpOverlapped);
/* FALSE with ERROR_IO_INCOMPLETE while it runs and bWait is FALSE, else the operation's own result. */
WINBASEAPI BOOL WINAPI GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped,
    LPDWORD lpNumberOfBytesTransferred, BOOL bWait);
WINBASEAPI BOOL WINAPI GetOverlappedResultEx(HANDLE hFile, LPOVERLAPPED lpOverlapped,
    LPDWORD lpNumberOfBytesTransferred, DWORD dwMilliseconds, BOOL bAlertable);
/* Cancel the operations of the handle: those the calling thread issued; one, or with NULL all of the process; what
 * another thread is blocked in. ERROR_NOT_FOUND when there is none. */
WINBASEAPI BOOL WINAPI CancelIo(HANDLE hFile);
WINBASEAPI BOOL WINAPI CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped);
WINBASEAPI BOOL WINAPI CancelSynchronousIo(HANDLE hThread);
WINBASEAPI BOOL WINAPI DeviceIoControl(HANDLE hDevice, DWORD dwIoControlCode, LPVOID lpInBuffer, DWORD nInBufferSize,
    LPVOID lpOutBuffer, DWORD nOutBufferSize, LPDWORD lpBytesReturned, LPOVERLAPPED lpOverlapped);
EXTERN_C_END

#define HasOverlappedIoCompleted(lpOverlapped)                                                                       \
    (__atomic_load_n(&(lpOverlapped)->Internal, __ATOMIC_ACQUIRE) != (ULONG_PTR)STATUS_PENDING)

#endif
