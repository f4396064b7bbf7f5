/* The Filter Manager's calls for applications. All return an HRESULT: S_OK, HRESULT_FROM_WIN32 of the status, or
 * 0x801Fnnnn for the Filter Manager's own statuses. Names and altitudes are terminated UTF-16. Any thread may call
 * anything at any time. Without a manager all of them return 0x8007048F (ERROR_DEVICE_NOT_CONNECTED), except that there
 * is no port then either (0x80070002).
 *
 * Volumes are named by drive letter ("D:"), mount point ("/mnt/files"), volume GUID ("\\??\\Volume{...}") or device
 * ("\\Device\\HarddiskVolume1"), a backslash behind it or not. */
#ifndef __FLTUSER_H__
#define __FLTUSER_H__

#include "windows.h"
#include "fltuserstructures.h"

/* An option of FilterConnectCommunicationPort: the handle is for synchronous calls, and cannot be tied to a completion
 * port. Other calls on it do not wait for each other, though. */
#define FLT_PORT_FLAG_SYNC_HANDLE 0x00000001

EXTERN_C_START

/* --- drivers: the caller must be root or the manager's own user (SeLoadDriverPrivilege), else 0x80070522 --- */

/* Loads the filter of that service, as FltLoadFilter does.
 *
 * lpFilterName: the service's name; 0x80070057 when NULL or empty. 0x80070420 when it runs already, 0x80070002 when
 * there is no such service or no file where its ImagePath points, 0x800700C1 for a file that is no driver, else what
 * the driver failed with. 0x80070522 when the caller is neither root nor the manager's own user. Source:
 * nf-fltuser-filterload. */
OFM_EXPORT HRESULT WINAPI FilterLoad(LPCWSTR lpFilterName);

/* Unloads a filter, unless its unload callback refuses.
 *
 * lpFilterName: as for FilterLoad. 0x801F0013 when it is not loaded, 0x801F0010 when the callback refuses or there is
 * none, 0x801F000B when it is being unloaded already. 0x80070522 when the caller is neither root nor the manager's own
 * user. Source: nf-fltuser-filterunload. */
OFM_EXPORT HRESULT WINAPI FilterUnload(LPCWSTR lpFilterName);

/* --- handles for queries --- */

/* Opens a filter for FilterGetInformation; no messages go through this handle.
 *
 * lpFilterName: the filter's name, in any letter case. *hFilter: to be closed with FilterClose; INVALID_HANDLE_VALUE on
 * every failure. 0x801F0013 when it is not loaded, 0x80070057 for a NULL or empty argument. Source:
 * nf-fltuser-filtercreate. */
OFM_EXPORT HRESULT WINAPI FilterCreate(LPCWSTR lpFilterName, HFILTER *hFilter);

/* Closes a handle of FilterCreate; 0x80070006 for any other. Source: nf-fltuser-filterclose. */
OFM_EXPORT HRESULT WINAPI FilterClose(HFILTER hFilter);

/* Opens an instance for FilterInstanceGetInformation.
 *
 * lpFilterName, lpVolumeName: whose, and where. lpInstanceName NULL: the first one found. *hInstance: to be closed with
 * FilterInstanceClose; INVALID_HANDLE_VALUE on every failure. 0x801F0013, 14, 15 when there is no such filter, volume,
 * instance. Source: nf-fltuser-filterinstancecreate. */
OFM_EXPORT HRESULT WINAPI FilterInstanceCreate(LPCWSTR lpFilterName, LPCWSTR lpVolumeName, LPCWSTR lpInstanceName,
    HFILTER_INSTANCE *hInstance);

/* Closes a handle of FilterInstanceCreate; 0x80070006 for any other. Source: nf-fltuser-filterinstanceclose. */
OFM_EXPORT HRESULT WINAPI FilterInstanceClose(HFILTER_INSTANCE hInstance);

/* --- attaching --- */

/* Attaches an instance to a volume.
 *
 * lpInstanceName NULL: the default instance; else one that the registry knows (0x80070002 when it does not).
 * dwCreatedInstanceNameLength: bytes at lpCreatedInstanceName, which may be NULL and gets the instance's name with its
 * terminator; INSTANCE_NAME_MAX_CHARS + 1 characters always suffice, and a name that does not fit is 0x8007007A with
 * nothing attached. 0x801F0011 when the altitude is taken on that volume, 0x801F0012 when the name is, 0x801F0013 and
 * 14 when there is no such filter or volume, 0x801F000F when the filter refuses. 0x80070522 when the caller is neither
 * root nor the manager's own user. Source: nf-fltuser-filterattach. */
OFM_EXPORT HRESULT WINAPI FilterAttach(LPCWSTR lpFilterName, LPCWSTR lpVolumeName, LPCWSTR lpInstanceName,
    DWORD dwCreatedInstanceNameLength, LPWSTR lpCreatedInstanceName);

/* Attaches an instance at an altitude of the caller's choice, for debugging.
 *
 * lpAltitude: decimal digits with at most one point, compared as numbers ("03333" is above "100.123456").
 * lpInstanceName may be any name. Everything else, statuses too, as FilterAttach(3). Source:
 * nf-fltuser-filterattachataltitude. */
OFM_EXPORT HRESULT WINAPI FilterAttachAtAltitude(LPCWSTR lpFilterName, LPCWSTR lpVolumeName, LPCWSTR lpAltitude,
    LPCWSTR lpInstanceName, DWORD dwCreatedInstanceNameLength, LPWSTR lpCreatedInstanceName);

/* Removes an instance, unless its InstanceQueryTeardownCallback refuses or there is none (0x801F0010).
 *
 * lpInstanceName NULL: the highest of the filter's on that volume. 0x801F0013, 14, 15 when there is no such filter,
 * volume, instance. 0x80070522 when the caller is neither root nor the manager's own user. Source:
 * nf-fltuser-filterdetach. */
OFM_EXPORT HRESULT WINAPI FilterDetach(LPCWSTR lpFilterName, LPCWSTR lpVolumeName, LPCWSTR lpInstanceName);

/* --- enumerating: one entry a call. lpBuffer may be NULL when dwBufferSize (bytes) is 0. 0x8007007A when the entry does not
 * fit: *lpBytesReturned says what is needed and the search stays where it is; 0x80070103 at the end; 0x80070057 for a wrong
 * class or lpBytesReturned NULL. Names in entries have no terminator. Each FindNext and FindClose takes handles of its own
 * FindFirst only, else 0x80070006 --- */

/* Begins to list the filters, highest altitude first.
 *
 * dwInformationClass: FilterFullInformation, FilterAggregateBasicInformation or FilterAggregateStandardInformation.
 * *lpFilterFind: to be closed with FilterFindClose; INVALID_HANDLE_VALUE on every failure, also when the buffer was too
 * small. One entry a call: 0x8007007A when it does not fit (lpBuffer may be NULL with a size of 0), and
 * *lpBytesReturned is what it needs; 0x80070103 when there is none; 0x80070057 for another class or without
 * lpBytesReturned. Source: nf-fltuser-filterfindfirst. */
OFM_EXPORT HRESULT WINAPI FilterFindFirst(FILTER_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer,
    DWORD dwBufferSize, LPDWORD lpBytesReturned, LPHANDLE lpFilterFind);

/* The next filter of the list, in any class of its FindFirst. 0x80070103 at the end; 0x8007007A when the entry does not
 * fit: *lpBytesReturned is what it needs, and the search stays where it is; 0x80070057 for another class or without
 * lpBytesReturned; 0x80070006 for a handle that is not of FilterFindFirst. Source: nf-fltuser-filterfindnext. */
OFM_EXPORT HRESULT WINAPI FilterFindNext(HANDLE hFilterFind, FILTER_INFORMATION_CLASS dwInformationClass,
    LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);

/* Ends a list of filters. 0x80070006 for a handle that is not of FilterFindFirst. Source: nf-fltuser-filterfindclose. */
OFM_EXPORT HRESULT WINAPI FilterFindClose(HANDLE hFilterFind);

/* Begins to list the volumes, in no order; a name may come twice, the dead one with FLTFL_VSI_DETACHED_VOLUME.
 *
 * dwInformationClass: FilterVolumeBasicInformation or FilterVolumeStandardInformation. *lpVolumeFind: to be closed with
 * FilterVolumeFindClose; INVALID_HANDLE_VALUE on every failure. One entry a call: 0x8007007A when it does not fit
 * (lpBuffer may be NULL with a size of 0), and *lpBytesReturned is what it needs; 0x80070103 when there is none;
 * 0x80070057 for another class or without lpBytesReturned. Source: nf-fltuser-filtervolumefindfirst. */
OFM_EXPORT HRESULT WINAPI FilterVolumeFindFirst(FILTER_VOLUME_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer,
    DWORD dwBufferSize, LPDWORD lpBytesReturned, PHANDLE lpVolumeFind);

/* The next volume of the list, in any class of its FindFirst. 0x80070103 at the end; 0x8007007A when the entry does not
 * fit: *lpBytesReturned is what it needs, and the search stays where it is; 0x80070057 for another class or without
 * lpBytesReturned; 0x80070006 for a handle that is not of FilterVolumeFindFirst. Source:
 * nf-fltuser-filtervolumefindnext. */
OFM_EXPORT HRESULT WINAPI FilterVolumeFindNext(HANDLE hVolumeFind, FILTER_VOLUME_INFORMATION_CLASS dwInformationClass,
    LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);

/* Ends a list of volumes. 0x80070006 for a handle that is not of FilterVolumeFindFirst. Source:
 * nf-fltuser-filtervolumefindclose. */
OFM_EXPORT HRESULT WINAPI FilterVolumeFindClose(HANDLE hVolumeFind);

/* Begins to list a filter's instances.
 *
 * lpFilterName: 0x801F0013 when it is not loaded. dwInformationClass: InstanceBasicInformation,
 * InstancePartialInformation, InstanceFullInformation or InstanceAggregateStandardInformation. *lpFilterInstanceFind:
 * to be closed with FilterInstanceFindClose; INVALID_HANDLE_VALUE on every failure. One entry a call: 0x8007007A when
 * it does not fit (lpBuffer may be NULL with a size of 0), and *lpBytesReturned is what it needs; 0x80070103 when there
 * is none; 0x80070057 for another class or without lpBytesReturned. Source: nf-fltuser-filterinstancefindfirst. */
OFM_EXPORT HRESULT WINAPI FilterInstanceFindFirst(LPCWSTR lpFilterName, INSTANCE_INFORMATION_CLASS dwInformationClass,
    LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned, LPHANDLE lpFilterInstanceFind);

/* The next instance of that filter, in any class of its FindFirst. 0x80070103 at the end; 0x8007007A when the entry
 * does not fit: *lpBytesReturned is what it needs, and the search stays where it is; 0x80070057 for another class or
 * without lpBytesReturned; 0x80070006 for a handle that is not of FilterInstanceFindFirst. Source:
 * nf-fltuser-filterinstancefindnext. */
OFM_EXPORT HRESULT WINAPI FilterInstanceFindNext(HANDLE hFilterInstanceFind,
    INSTANCE_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);

/* Ends a list of a filter's instances. 0x80070006 for a handle that is not of FilterInstanceFindFirst. Source:
 * nf-fltuser-filterinstancefindclose. */
OFM_EXPORT HRESULT WINAPI FilterInstanceFindClose(HANDLE hFilterInstanceFind);

/* Begins to list the instances on a volume, from the top of the stack down; never legacy filters.
 *
 * lpVolumeName: 0x801F0014 when there is none. Classes as for FilterInstanceFindFirst. *lpVolumeInstanceFind: to be
 * closed with FilterVolumeInstanceFindClose; INVALID_HANDLE_VALUE on every failure. One entry a call: 0x8007007A when
 * it does not fit (lpBuffer may be NULL with a size of 0), and *lpBytesReturned is what it needs; 0x80070103 when there
 * is none; 0x80070057 for another class or without lpBytesReturned. Source: nf-fltuser-filtervolumeinstancefindfirst. */
OFM_EXPORT HRESULT WINAPI FilterVolumeInstanceFindFirst(LPCWSTR lpVolumeName,
    INSTANCE_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned,
    LPHANDLE lpVolumeInstanceFind);

/* The next instance on that volume, in any class of its FindFirst. 0x80070103 at the end; 0x8007007A when the entry
 * does not fit: *lpBytesReturned is what it needs, and the search stays where it is; 0x80070057 for another class or
 * without lpBytesReturned; 0x80070006 for a handle that is not of FilterVolumeInstanceFindFirst. Source:
 * nf-fltuser-filtervolumeinstancefindnext. */
OFM_EXPORT HRESULT WINAPI FilterVolumeInstanceFindNext(HANDLE hVolumeInstanceFind,
    INSTANCE_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);

/* Ends a list of the instances on a volume. 0x80070006 for a handle that is not of FilterVolumeInstanceFindFirst.
 * Source: nf-fltuser-filtervolumeinstancefindclose. */
OFM_EXPORT HRESULT WINAPI FilterVolumeInstanceFindClose(HANDLE hVolumeInstanceFind);

/* One filter's information, as an entry of FilterFindFirst.
 *
 * hFilter: of FilterCreate, else 0x80070006. 0x801F0013 when it was unloaded meanwhile. 0x8007007A when it does not
 * fit, and *lpBytesReturned is what it needs; 0x80070057 for another class or without lpBytesReturned. Source:
 * nf-fltuser-filtergetinformation. */
OFM_EXPORT HRESULT WINAPI FilterGetInformation(HFILTER hFilter, FILTER_INFORMATION_CLASS dwInformationClass,
    LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);

/* One instance's information, as an entry of FilterInstanceFindFirst.
 *
 * hInstance: of FilterInstanceCreate, else 0x80070006. 0x8007007A when it does not fit, and *lpBytesReturned is what it
 * needs; 0x80070057 for another class or without lpBytesReturned. Source: nf-fltuser-filterinstancegetinformation. */
OFM_EXPORT HRESULT WINAPI FilterInstanceGetInformation(HFILTER_INSTANCE hInstance,
    INSTANCE_INFORMATION_CLASS dwInformationClass, LPVOID lpBuffer, DWORD dwBufferSize, LPDWORD lpBytesReturned);

/* --- communication ports; 0x80070006 on a handle that is not, or no longer, a connected port's (OfmFilterPortState tells
 * which). With OPENFLTMGR_CHECK_POINTERS=1 in the environment a bad buffer is 0x800703E6 --- */

/* Connects to a filter's port; returns after the filter's ConnectNotify.
 *
 * lpPortName: the whole name, with its backslash in front. dwOptions: 0 or FLT_PORT_FLAG_SYNC_HANDLE. lpContext,
 * wSizeOfContext: bytes that ConnectNotify gets a copy of, at most 65511 (else 0x80070216); both or neither (0x80070057).
 * lpSecurityAttributes: NULL, or whether the handle is inheritable: a child that runs a program then has it under the
 * same value (P-34). *hPort: to be closed with CloseHandle;
 * INVALID_HANDLE_VALUE on every failure. 0x80070002 no such port, 0x80070005 its descriptor refuses, 0x800704D6 all
 * connections are taken (also shortly after one of them was closed: try again), 0x80070004 the process has no descriptor
 * left (a connection takes one, and one more while it is made), or what ConnectNotify returned. Source:
 * nf-fltuser-filterconnectcommunicationport. */
OFM_EXPORT HRESULT WINAPI FilterConnectCommunicationPort(LPCWSTR lpPortName, DWORD dwOptions, LPCVOID lpContext,
    WORD wSizeOfContext, LPSECURITY_ATTRIBUTES lpSecurityAttributes, HANDLE *hPort);

/* Calls the filter's MessageNotify and waits for its return.
 *
 * lpInBuffer, dwInBufferSize: what it gets, in bytes; NULL and 0 are allowed. lpOutBuffer, dwOutBufferSize: where its
 * answer goes; likewise. *lpBytesReturned (required): bytes of the answer, 0 after an error. Returns what MessageNotify
 * returned; 0x80070001 when the port has none. Source: nf-fltuser-filtersendmessage. */
OFM_EXPORT HRESULT WINAPI FilterSendMessage(HANDLE hPort, LPVOID lpInBuffer, DWORD dwInBufferSize, LPVOID lpOutBuffer,
    DWORD dwOutBufferSize, LPDWORD lpBytesReturned);

/* Takes a message of the filter's FltSendMessage: header, then the message.
 *
 * lpMessageBuffer, dwMessageBufferSize: bytes, header included; under 16 is 0x80070057. lpOverlapped NULL: waits.
 * Otherwise returns 0x800703E5 at once, always, and completes through the event in it, or the completion port that the
 * handle is tied to; buffer and OVERLAPPED must stay until then. Too small: 0x8007007A (the needed size is the byte count
 * of an overlapped one; see also OfmFilterGetMessage) and the message waits for the next call. 0x800703E3 after CancelIo,
 * CancelIoEx, CancelSynchronousIo, or the close of the handle. Source: nf-fltuser-filtergetmessage. */
OFM_EXPORT HRESULT WINAPI FilterGetMessage(HANDLE hPort, PFILTER_MESSAGE_HEADER lpMessageBuffer,
    DWORD dwMessageBufferSize, LPOVERLAPPED lpOverlapped);

/* Answers a message whose header has a ReplyLength.
 *
 * lpReplyBuffer: MessageId of the message, the Status that FltSendMessage is to return, then the answer.
 * dwReplyBufferSize: bytes of header and answer; not sizeof a structure that the compiler has padded. 0x801F0020 when
 * nobody waits for that message (any more), which is harmless; 0x800700EA when the answer is longer than the sender's
 * buffer, which has then got its first part; 0x80070057 under 16 bytes. 0x80070006 when disconnected, or not a port's
 * handle. Source: nf-fltuser-filterreplymessage. */
OFM_EXPORT HRESULT WINAPI FilterReplyMessage(HANDLE hPort, PFILTER_REPLY_HEADER lpReplyBuffer,
    DWORD dwReplyBufferSize);

/* The drive letter of a volume, else its mount point; empty, with S_OK, when there is neither.
 *
 * lpDosName, dwDosNameBufferSize: room in characters, terminator included; 0x8007007A when it does not fit. 0x801F0014
 * when there is no such volume. Source: nf-fltuser-filtergetdosname. */
OFM_EXPORT HRESULT WINAPI FilterGetDosName(LPCWSTR lpVolumeName, LPWSTR lpDosName, DWORD dwDosNameBufferSize);

EXTERN_C_END

#endif
