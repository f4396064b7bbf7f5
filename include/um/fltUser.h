/* The Filter Manager's calls for applications. All return an HRESULT: S_OK, or HRESULT_FROM_WIN32 of the status, or
 * 0x801Fnnnn for the Filter Manager's own statuses. Names and altitudes are terminated UTF-16. */
#ifndef __FLTUSER_H__
#define __FLTUSER_H__

#include "windows.h"
#include "fltuserstructures.h"

#define FLT_PORT_FLAG_SYNC_HANDLE 0x00000001

EXTERN_C_START

/* --- drivers: the caller must be root or the manager's own user (SeLoadDriverPrivilege), else 0x80070522 --- */

/*
 * 0x80070420 when it runs already, 0x80070002 when there is no such service, 0x800700C1 for a bad image. Source:
 * nf-fltuser-filterload.
 */
OFM_EXPORT HRESULT WINAPI FilterLoad(LPCWSTR lpFilterName);
/*
 * Calls the unload callback: 0x801F0010 when it refuses or there is none, 0x801F0013 when the filter is not loaded.
 * Source: nf-fltuser-filterunload.
 */
OFM_EXPORT HRESULT WINAPI FilterUnload(LPCWSTR lpFilterName);

/* --- handles for queries; on failure the handle is INVALID_HANDLE_VALUE --- */

/*
 * A handle of a loaded filter, for FilterGetInformation; closed with FilterClose. S_OK; 0x801F0013: no such filter.
 * Source: nf-fltuser-filtercreate.
 */
OFM_EXPORT HRESULT WINAPI FilterCreate(LPCWSTR lpFilterName, HFILTER *hFilter);
/* Closes a handle of FilterCreate. S_OK; 0x80070006: it is none. Source: nf-fltuser-filterclose. */
OFM_EXPORT HRESULT WINAPI FilterClose(HFILTER hFilter);
/* lpInstanceName NULL: the first instance of the filter on that volume. Source: nf-fltuser-filterinstancecreate. */
OFM_EXPORT HRESULT WINAPI FilterInstanceCreate(LPCWSTR lpFilterName, LPCWSTR lpVolumeName, LPCWSTR lpInstanceName,
    HFILTER_INSTANCE *hInstance);
/* Closes a handle of FilterInstanceCreate. S_OK; 0x80070006: it is none. Source: nf-fltuser-filterinstanceclose. */
OFM_EXPORT HRESULT WINAPI FilterInstanceClose(HFILTER_INSTANCE hInstance);

/* --- attaching; volumes are named by drive letter, mount point, volume GUID or device --- */

/*
 * Taken altitude 0x801F0011, taken name 0x801F0012. The created name's buffer is in bytes. Source:
 * nf-fltuser-filterattach.
 */
OFM_EXPORT HRESULT WINAPI FilterAttach(LPCWSTR lpFilterName, LPCWSTR lpVolumeName, LPCWSTR lpInstanceName,
    DWORD dwCreatedInstanceNameLength, LPWSTR lpCreatedInstanceName);
/*
 * As FilterAttach, at this altitude and not the registry's. lpAltitude: a decimal number as text. 0x801F0011: the
 * altitude is taken, 0x801F0012: the name is, 0x80070057: it is no number. Source:
 * nf-fltuser-filterattachataltitude.
 */
OFM_EXPORT HRESULT WINAPI FilterAttachAtAltitude(LPCWSTR lpFilterName, LPCWSTR lpVolumeName, LPCWSTR lpAltitude,
    LPCWSTR lpInstanceName, DWORD dwCreatedInstanceNameLength, LPWSTR lpCreatedInstanceName);
/*
 * lpInstanceName NULL: the highest of them. 0x801F0013, 14, 15: no such filter, volume, instance. Source:
 * nf-fltuser-filterdetach.
 */
OFM_EXPORT HRESULT WINAPI FilterDetach(LPCWSTR lpFilterName, LPCWSTR lpVolumeName, LPCWSTR lpInstanceName);

/* --- enumerating: one entry a call. 0x8007007A when the buffer is too small (*lpBytesReturned says what is needed and
 * the search stays where it is), 0x80070103 at the end, 0x80070057 for a wrong class --- */

/*
 * The first loaded filter, and a search for the others: one entry a call, FILTER_FULL_INFORMATION or
 * FILTER_AGGREGATE_... by the class. dwBufferSize, *lpBytesReturned: bytes. S_OK; 0x80070103: there is none, and no
 * handle; 0x8007007A: the buffer is too small, *lpBytesReturned says what is needed; 0x80070057: a wrong class.
 * Source: nf-fltuser-filterfindfirst.
 */
OFM_EXPORT HRESULT WINAPI FilterFindFirst(FILTER_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer,
    DWORD dwBufferSize, LPDWORD lpBytesReturned, LPHANDLE lpFilterFind);
/*
 * The next one. S_OK; 0x80070103 at the end; 0x8007007A: too small, and the search stays where it is; 0x80070006.
 * Source: nf-fltuser-filterfindnext.
 */
OFM_EXPORT HRESULT WINAPI FilterFindNext(HANDLE hFilterFind, FILTER_INFORMATION_CLASS dwInformationClass,
    LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);
/* Ends the search of FilterFindFirst. S_OK; 0x80070006: no such search. Source: nf-fltuser-filterfindclose. */
OFM_EXPORT HRESULT WINAPI FilterFindClose(HANDLE hFilterFind);
/*
 * As FilterFindFirst, of volumes: FILTER_VOLUME_BASIC_INFORMATION or ..._STANDARD_INFORMATION. S_OK; 0x80070103;
 * 0x8007007A; 0x80070057. Source: nf-fltuser-filtervolumefindfirst.
 */
OFM_EXPORT HRESULT WINAPI FilterVolumeFindFirst(FILTER_VOLUME_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer,
    DWORD dwBufferSize, LPDWORD lpBytesReturned, PHANDLE lpVolumeFind);
/* The next volume: as FilterFindNext. Source: nf-fltuser-filtervolumefindnext. */
OFM_EXPORT HRESULT WINAPI FilterVolumeFindNext(HANDLE hVolumeFind, FILTER_VOLUME_INFORMATION_CLASS dwInformationClass,
    LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);
/* Ends the search of FilterVolumeFindFirst. S_OK; 0x80070006. Source: nf-fltuser-filtervolumefindclose. */
OFM_EXPORT HRESULT WINAPI FilterVolumeFindClose(HANDLE hVolumeFind);
/*
 * As FilterFindFirst, of the instances of a filter: by the class INSTANCE_BASIC_, _PARTIAL_, _FULL_ or
 * _AGGREGATE_STANDARD_INFORMATION. 0x801F0013: no such filter. Source: nf-fltuser-filterinstancefindfirst.
 */
OFM_EXPORT HRESULT WINAPI FilterInstanceFindFirst(LPCWSTR lpFilterName, INSTANCE_INFORMATION_CLASS dwInformationClass,
    LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned, LPHANDLE lpFilterInstanceFind);
/* The filter's next instance: as FilterFindNext. Source: nf-fltuser-filterinstancefindnext. */
OFM_EXPORT HRESULT WINAPI FilterInstanceFindNext(HANDLE hFilterInstanceFind,
    INSTANCE_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);
/* Ends the search of FilterInstanceFindFirst. S_OK; 0x80070006. Source: nf-fltuser-filterinstancefindclose. */
OFM_EXPORT HRESULT WINAPI FilterInstanceFindClose(HANDLE hFilterInstanceFind);
/*
 * As FilterInstanceFindFirst, of the instances on a volume, from the highest altitude to the lowest. 0x801F0014: no
 * such volume. Source: nf-fltuser-filtervolumeinstancefindfirst.
 */
OFM_EXPORT HRESULT WINAPI FilterVolumeInstanceFindFirst(LPCWSTR lpVolumeName,
    INSTANCE_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned,
    LPHANDLE lpVolumeInstanceFind);
/* The volume's next instance: as FilterFindNext. Source: nf-fltuser-filtervolumeinstancefindnext. */
OFM_EXPORT HRESULT WINAPI FilterVolumeInstanceFindNext(HANDLE hVolumeInstanceFind,
    INSTANCE_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);
/*
 * Ends the search of FilterVolumeInstanceFindFirst. S_OK; 0x80070006. Source:
 * nf-fltuser-filtervolumeinstancefindclose.
 */
OFM_EXPORT HRESULT WINAPI FilterVolumeInstanceFindClose(HANDLE hVolumeInstanceFind);
/*
 * Tells of the filter of a handle. dwBufferSize, *lpBytesReturned: bytes. S_OK; 0x8007007A: too small,
 * *lpBytesReturned says what is needed; 0x80070057: a wrong class; 0x80070006. Source:
 * nf-fltuser-filtergetinformation.
 */
OFM_EXPORT HRESULT WINAPI FilterGetInformation(HFILTER hFilter, FILTER_INFORMATION_CLASS dwInformationClass,
    LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);
/* Tells of the instance of a handle: as FilterGetInformation. Source: nf-fltuser-filterinstancegetinformation. */
OFM_EXPORT HRESULT WINAPI FilterInstanceGetInformation(HFILTER_INSTANCE hInstance,
    INSTANCE_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);

/* --- communication ports --- */

/*
 * Returns after the filter's ConnectNotify. 0x80070002 no such port, 0x80070005 refused by its descriptor,
 * 0x800704D6 all connections taken, or what ConnectNotify said. The handle is closed with CloseHandle; it can be
 * tied to a completion port unless FLT_PORT_FLAG_SYNC_HANDLE is given. The context is at most 65511 bytes. Source:
 * nf-fltuser-filterconnectcommunicationport.
 */
OFM_EXPORT HRESULT WINAPI FilterConnectCommunicationPort(LPCWSTR lpPortName, DWORD dwOptions, LPCVOID lpContext,
    WORD wSizeOfContext, LPSECURITY_ATTRIBUTES lpSecurityAttributes, HANDLE *hPort);
/*
 * Calls the filter's MessageNotify and returns its status; 0x80070006 when disconnected. Source:
 * nf-fltuser-filtersendmessage.
 */
OFM_EXPORT HRESULT WINAPI FilterSendMessage(HANDLE hPort, LPVOID lpInBuffer, DWORD dwInBufferSize, LPVOID lpOutBuffer,
    DWORD dwOutBufferSize, LPDWORD lpBytesReturned);
/*
 * Waits for a message, or with lpOverlapped returns 0x800703E5 and completes later through event or completion port.
 * The buffer holds the header and the message; too small: 0x8007007A, and the message waits for the next call.
 * Source: nf-fltuser-filtergetmessage.
 */
OFM_EXPORT HRESULT WINAPI FilterGetMessage(HANDLE hPort, PFILTER_MESSAGE_HEADER lpMessageBuffer,
    DWORD dwMessageBufferSize, LPOVERLAPPED lpOverlapped);
/*
 * 0x801F0020 when nobody waits for that MessageId, 0x800700EA when the reply is longer than the sender's buffer.
 * Source: nf-fltuser-filterreplymessage.
 */
OFM_EXPORT HRESULT WINAPI FilterReplyMessage(HANDLE hPort, PFILTER_REPLY_HEADER lpReplyBuffer,
    DWORD dwReplyBufferSize);

/*
 * The drive letter or mount point of a device, in characters with the terminator; empty (S_OK) when there is none.
 * Source: nf-fltuser-filtergetdosname.
 */
OFM_EXPORT HRESULT WINAPI FilterGetDosName(LPCWSTR lpVolumeName, LPWSTR lpDosName, DWORD dwDosNameBufferSize);

EXTERN_C_END

#endif
