/* Overlapped I/O, completion ports, cancellation, device control. */
#ifndef _IO_APISETH_
#define _IO_APISETH_

#include "minwinbase.h"

EXTERN_C_START
/*
 * ExistingCompletionPort NULL makes a port; FileHandle INVALID_HANDLE_VALUE makes one without a file. A file belongs
 * to one port for its life: ERROR_INVALID_PARAMETER on the second. Threads are not limited: the last argument is
 * noted only. Source: nf-ioapiset-createiocompletionport.
 */
WINBASEAPI HANDLE WINAPI CreateIoCompletionPort(HANDLE FileHandle, HANDLE ExistingCompletionPort,
    ULONG_PTR CompletionKey, DWORD NumberOfConcurrentThreads);
/*
 * TRUE: a packet of a successful operation. FALSE with *lpOverlapped set: a packet of a failed one, its error is the
 * last error. FALSE with *lpOverlapped NULL: no packet; WAIT_TIMEOUT, or ERROR_ABANDONED_WAIT_0 when the port's last
 * handle was closed meanwhile. Source: nf-ioapiset-getqueuedcompletionstatus.
 */
WINBASEAPI BOOL WINAPI GetQueuedCompletionStatus(HANDLE CompletionPort, LPDWORD lpNumberOfBytesTransferred,
    PULONG_PTR lpCompletionKey, LPOVERLAPPED *lpOverlapped, DWORD dwMilliseconds);
/*
 * Takes up to ulCount packets at once; *ulNumEntriesRemoved says how many. FALSE with WAIT_TIMEOUT,
 * WAIT_IO_COMPLETION (an APC ran), ERROR_ABANDONED_WAIT_0 (the port was closed), ERROR_INVALID_PARAMETER. Source:
 * getqueuedcompletionstatusex-func.
 */
WINBASEAPI BOOL WINAPI GetQueuedCompletionStatusEx(HANDLE CompletionPort, LPOVERLAPPED_ENTRY lpCompletionPortEntries,
    ULONG ulCount, PULONG ulNumEntriesRemoved, DWORD dwMilliseconds, BOOL fAlertable);
/*
 * Puts a packet into the port, as if an operation had ended: GetQueuedCompletionStatus gives the three values back.
 * FALSE with ERROR_INVALID_HANDLE, ERROR_NOT_ENOUGH_MEMORY. Source: postqueuedcompletionstatus.
 */
WINBASEAPI BOOL WINAPI PostQueuedCompletionStatus(HANDLE CompletionPort, DWORD dwNumberOfBytesTransferred,
    ULONG_PTR dwCompletionKey, LPOVERLAPPED lpOverlapped);
/*
 * FALSE with ERROR_IO_INCOMPLETE while it runs and bWait is FALSE, else the operation's own result. Source:
 * nf-ioapiset-getoverlappedresult.
 */
WINBASEAPI BOOL WINAPI GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped,
    LPDWORD lpNumberOfBytesTransferred, BOOL bWait);
/*
 * As GetOverlappedResult, with a limit in milliseconds: FALSE with WAIT_TIMEOUT, WAIT_IO_COMPLETION or, for 0,
 * ERROR_IO_INCOMPLETE. Source: nf-ioapiset-getoverlappedresultex.
 */
WINBASEAPI BOOL WINAPI GetOverlappedResultEx(HANDLE hFile, LPOVERLAPPED lpOverlapped,
    LPDWORD lpNumberOfBytesTransferred, DWORD dwMilliseconds, BOOL bAlertable);
/*
 * Cancel the operations of the handle: those the calling thread issued; one, or with NULL all of the process; what
 * another thread is blocked in. ERROR_NOT_FOUND when there is none. Source: nf-ioapiset-cancelio.
 */
WINBASEAPI BOOL WINAPI CancelIo(HANDLE hFile);
/*
 * Cancels one operation of the handle, with lpOverlapped NULL all of the process. FALSE with ERROR_NOT_FOUND: there
 * is none. The operation ends with ERROR_OPERATION_ABORTED. Source: cancelioex-func.
 */
WINBASEAPI BOOL WINAPI CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped);
/*
 * Cancels what another thread is blocked in. FALSE with ERROR_NOT_FOUND: nothing that can be cancelled. Source:
 * cancelsynchronousio-func.
 */
WINBASEAPI BOOL WINAPI CancelSynchronousIo(HANDLE hThread);
/*
 * Sends a request to a device. Sizes and *lpBytesReturned: bytes. FALSE with ERROR_INVALID_FUNCTION: the device does
 * not know it; ERROR_IO_PENDING; the driver's own. Source: nf-ioapiset-deviceiocontrol.
 */
WINBASEAPI BOOL WINAPI DeviceIoControl(HANDLE hDevice, DWORD dwIoControlCode, LPVOID lpInBuffer, DWORD nInBufferSize,
    LPVOID lpOutBuffer, DWORD nOutBufferSize, LPDWORD lpBytesReturned, LPOVERLAPPED lpOverlapped);
EXTERN_C_END

#define HasOverlappedIoCompleted(lpOverlapped)                                                                       \
    (__atomic_load_n(&(lpOverlapped)->Internal, __ATOMIC_ACQUIRE) != (ULONG_PTR)STATUS_PENDING)

#endif
