/* The Filter Manager's calls for applications. All return an HRESULT: S_OK, or HRESULT_FROM_WIN32 of the status, or
 * 0x801Fnnnn for the Filter Manager's own statuses. Names and altitudes are terminated UTF-16. */
#ifndef __FLTUSER_H__
#define __FLTUSER_H__

#include "windows.h"
#include "fltuserstructures.h"

#define FLT_PORT_FLAG_SYNC_HANDLE 0x00000001

EXTERN_C_START

/* --- drivers: the caller must be root or the manager's own user (SeLoadDriverPrivilege), else 0x80070522 --- */

/* 0x80070420 when it runs already, 0x80070002 when there is no such service, 0x800700C1 for a bad image. */
OFM_EXPORT HRESULT WINAPI FilterLoad(LPCWSTR lpFilterName);
/* Calls the unload callback: 0x801F0010 when it refuses or there is none, 0x801F0013 when the filter is not loaded. */
OFM_EXPORT HRESULT WINAPI FilterUnload(LPCWSTR lpFilterName);

/* --- handles for queries; on failure the handle is INVALID_HANDLE_VALUE --- */

OFM_EXPORT HRESULT WINAPI FilterCreate(LPCWSTR lpFilterName, HFILTER *hFilter);
OFM_EXPORT HRESULT WINAPI FilterClose(HFILTER hFilter);
/* lpInstanceName NULL: the first instance of the filter on that volume. */
OFM_EXPORT HRESULT WINAPI FilterInstanceCreate(LPCWSTR lpFilterName, LPCWSTR lpVolumeName, LPCWSTR lpInstanceName,
    HFILTER_INSTANCE *hInstance);
OFM_EXPORT HRESULT WINAPI FilterInstanceClose(HFILTER_INSTANCE hInstance);

/* --- attaching; volumes are named by drive letter, mount point, volume GUID or device --- */

/* Taken altitude 0x801F0011, taken name 0x801F0012. The created name's buffer is in bytes. */
OFM_EXPORT HRESULT WINAPI FilterAttach(LPCWSTR lpFilterName, LPCWSTR lpVolumeName, LPCWSTR lpInstanceName,
    DWORD dwCreatedInstanceNameLength, LPWSTR lpCreatedInstanceName);
OFM_EXPORT HRESULT WINAPI FilterAttachAtAltitude(LPCWSTR lpFilterName, LPCWSTR lpVolumeName, LPCWSTR lpAltitude,
    LPCWSTR lpInstanceName, DWORD dwCreatedInstanceNameLength, LPWSTR lpCreatedInstanceName);
/* lpInstanceName NULL: the highest of them. 0x801F0013, 14, 15: no such filter, volume, instance. */
OFM_EXPORT HRESULT WINAPI FilterDetach(LPCWSTR lpFilterName, LPCWSTR lpVolumeName, LPCWSTR lpInstanceName);

/* --- enumerating: one entry a call. 0x8007007A when the buffer is too small (*lpBytesReturned says what is needed and
 * the search stays where it is), 0x80070103 at the end, 0x80070057 for a wrong class --- */

OFM_EXPORT HRESULT WINAPI FilterFindFirst(FILTER_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer,
    DWORD dwBufferSize, LPDWORD lpBytesReturned, LPHANDLE lpFilterFind);
OFM_EXPORT HRESULT WINAPI FilterFindNext(HANDLE hFilterFind, FILTER_INFORMATION_CLASS dwInformationClass,
    LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);
OFM_EXPORT HRESULT WINAPI FilterFindClose(HANDLE hFilterFind);
OFM_EXPORT HRESULT WINAPI FilterVolumeFindFirst(FILTER_VOLUME_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer,
    DWORD dwBufferSize, LPDWORD lpBytesReturned, PHANDLE lpVolumeFind);
OFM_EXPORT HRESULT WINAPI FilterVolumeFindNext(HANDLE hVolumeFind, FILTER_VOLUME_INFORMATION_CLASS dwInformationClass,
    LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);
OFM_EXPORT HRESULT WINAPI FilterVolumeFindClose(HANDLE hVolumeFind);
OFM_EXPORT HRESULT WINAPI FilterInstanceFindFirst(LPCWSTR lpFilterName, INSTANCE_INFORMATION_CLASS dwInformationClass,
    LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned, LPHANDLE lpFilterInstanceFind);
OFM_EXPORT HRESULT WINAPI FilterInstanceFindNext(HANDLE hFilterInstanceFind,
    INSTANCE_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);
OFM_EXPORT HRESULT WINAPI FilterInstanceFindClose(HANDLE hFilterInstanceFind);
OFM_EXPORT HRESULT WINAPI FilterVolumeInstanceFindFirst(LPCWSTR lpVolumeName,
    INSTANCE_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned,
    LPHANDLE lpVolumeInstanceFind);
OFM_EXPORT HRESULT WINAPI FilterVolumeInstanceFindNext(HANDLE hVolumeInstanceFind,
    INSTANCE_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);
OFM_EXPORT HRESULT WINAPI FilterVolumeInstanceFindClose(HANDLE hVolumeInstanceFind);
OFM_EXPORT HRESULT WINAPI FilterGetInformation(HFILTER hFilter, FILTER_INFORMATION_CLASS dwInformationClass,
    LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);
OFM_EXPORT HRESULT WINAPI FilterInstanceGetInformation(HFILTER_INSTANCE hInstance,
    INSTANCE_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);

/* --- communication ports --- */

/* Returns after the filter's ConnectNotify. 0x80070002 no such port, 0x80070005 refused by its descriptor, 0x800704D6
 * all connections taken, or what ConnectNotify said. The handle is closed with CloseHandle; it can be tied to a
 * completion port unless FLT_PORT_FLAG_SYNC_HANDLE is given. The context is at most 65511 bytes. */
OFM_EXPORT HRESULT WINAPI FilterConnectCommunicationPort(LPCWSTR lpPortName, DWORD dwOptions, LPCVOID lpContext,
    WORD wSizeOfContext, LPSECURITY_ATTRIBUTES lpSecurityAttributes, HANDLE *hPort);
/* Calls the filter's MessageNotify and returns its status; 0x80070006 when disconnected. */
OFM_EXPORT HRESULT WINAPI FilterSendMessage(HANDLE hPort, LPVOID lpInBuffer, DWORD dwInBufferSize, LPVOID lpOutBuffer,
    DWORD dwOutBufferSize, LPDWORD lpBytesReturned);
/* Waits for a message, or with lpOverlapped returns 0x800703E5 and completes later through event or completion port.
 * The buffer holds the header and the message; too small: 0x8007007A, and the message waits for the next call. */
OFM_EXPORT HRESULT WINAPI FilterGetMessage(HANDLE hPort, PFILTER_MESSAGE_HEADER lpMessageBuffer,
    DWORD dwMessageBufferSize, LPOVERLAPPED lpOverlapped);
/* 0x801F0020 when nobody waits for that MessageId, 0x800700EA when the reply is longer than the sender's buffer. */
OFM_EXPORT HRESULT WINAPI FilterReplyMessage(HANDLE hPort, PFILTER_REPLY_HEADER lpReplyBuffer,
    DWORD dwReplyBufferSize);

/* The drive letter or mount point of a device, in characters with the terminator; empty (S_OK) when there is none. */
OFM_EXPORT HRESULT WINAPI FilterGetDosName(LPCWSTR lpVolumeName, LPWSTR lpDosName, DWORD dwDosNameBufferSize);

EXTERN_C_END

#endif
