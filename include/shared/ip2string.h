/* Internet addresses as text. */
#ifndef _IP2STRING_
#define _IP2STRING_

#include "ntdef.h"

#ifdef __cplusplus
extern "C" {
#endif

struct in_addr;
struct in6_addr;

/*
 * Address and, unless Port is 0, ":port" ("[address%scope]:port" for version 6). Port is in network order.
 * AddressStringLength: in characters, with the terminator: in room, out length. STATUS_INVALID_PARAMETER: it does not fit; the
 * length says what it takes. IRQL: any. Source: ip2string.h, RtlIpv4AddressToStringEx.
 */
NTSYSAPI NTSTATUS NTAPI RtlIpv4AddressToStringExW(
    _In_ const struct in_addr *Address, _In_ USHORT Port, _Out_ PWSTR AddressString, _Inout_ PULONG AddressStringLength);
NTSYSAPI NTSTATUS NTAPI RtlIpv4AddressToStringExA(
    _In_ const struct in_addr *Address, _In_ USHORT Port, _Out_ PSTR AddressString, _Inout_ PULONG AddressStringLength);
/*
 * As RtlIpv4AddressToStringExA and its twin, for version 6: ScopeId 0 and Port 0 are not shown. AddressStringLength:
 * characters with the terminator; in room, out length. STATUS_SUCCESS; STATUS_INVALID_PARAMETER: it does not fit,
 * the length says what is needed. IRQL: any level. Source: nf-ip2string-rtlipv6addresstostringexa.
 */
NTSYSAPI NTSTATUS NTAPI RtlIpv6AddressToStringExW(_In_ const struct in6_addr *Address, _In_ ULONG ScopeId, _In_ USHORT Port,
    _Out_ PWSTR AddressString, _Inout_ PULONG AddressStringLength);
NTSYSAPI NTSTATUS NTAPI RtlIpv6AddressToStringExA(_In_ const struct in6_addr *Address, _In_ ULONG ScopeId, _In_ USHORT Port,
    _Out_ PSTR AddressString, _Inout_ PULONG AddressStringLength);

#ifdef UNICODE
#define RtlIpv4AddressToStringEx RtlIpv4AddressToStringExW
#define RtlIpv6AddressToStringEx RtlIpv6AddressToStringExW
#else
#define RtlIpv4AddressToStringEx RtlIpv4AddressToStringExA
#define RtlIpv6AddressToStringEx RtlIpv6AddressToStringExA
#endif

#ifdef __cplusplus
}
#endif

#endif
