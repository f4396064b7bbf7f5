/* Internet addresses as text, in the forms of ip2string.h. Pure code. */
#include <ntifs.h>
#include <ip2string.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define LONGEST 80

/* Copies an ASCII text into either width; the length is always told. */
static NTSTATUS answer_narrow(const char *text, PSTR to, PULONG length)
{
    ULONG needed = (ULONG)strlen(text) + 1, room = *length;

    *length = needed;
    if (!to || room < needed)
        return STATUS_INVALID_PARAMETER;
    memcpy(to, text, needed);
    return STATUS_SUCCESS;
}

static NTSTATUS answer_wide(const char *text, PWSTR to, PULONG length)
{
    ULONG needed = (ULONG)strlen(text) + 1, room = *length;

    *length = needed;
    if (!to || room < needed)
        return STATUS_INVALID_PARAMETER;
    for (ULONG i = 0; i < needed; i++)
        to[i] = (WCHAR)text[i];
    return STATUS_SUCCESS;
}

static void write_v4(const struct in_addr *address, USHORT port, char text[LONGEST])
{
    inet_ntop(AF_INET, address, text, LONGEST);
    if (port)
        snprintf(text + strlen(text), LONGEST - strlen(text), ":%u", ntohs(port));
}

static void write_v6(const struct in6_addr *address, ULONG scope, USHORT port, char text[LONGEST])
{
    char plain[INET6_ADDRSTRLEN], zone[16] = "";

    inet_ntop(AF_INET6, address, plain, sizeof(plain));
    if (scope)
        snprintf(zone, sizeof(zone), "%%%u", scope);
    if (port)
        snprintf(text, LONGEST, "[%s%s]:%u", plain, zone, ntohs(port));
    else
        snprintf(text, LONGEST, "%s%s", plain, zone);
}

NTSTATUS NTAPI RtlIpv4AddressToStringExA(
    const struct in_addr *Address, USHORT Port, PSTR AddressString, PULONG AddressStringLength)
{
    char text[LONGEST];

    write_v4(Address, Port, text);
    return answer_narrow(text, AddressString, AddressStringLength);
}

NTSTATUS NTAPI RtlIpv4AddressToStringExW(
    const struct in_addr *Address, USHORT Port, PWSTR AddressString, PULONG AddressStringLength)
{
    char text[LONGEST];

    write_v4(Address, Port, text);
    return answer_wide(text, AddressString, AddressStringLength);
}

NTSTATUS NTAPI RtlIpv6AddressToStringExA(
    const struct in6_addr *Address, ULONG ScopeId, USHORT Port, PSTR AddressString, PULONG AddressStringLength)
{
    char text[LONGEST];

    write_v6(Address, ScopeId, Port, text);
    return answer_narrow(text, AddressString, AddressStringLength);
}

NTSTATUS NTAPI RtlIpv6AddressToStringExW(
    const struct in6_addr *Address, ULONG ScopeId, USHORT Port, PWSTR AddressString, PULONG AddressStringLength)
{
    char text[LONGEST];

    write_v6(Address, ScopeId, Port, text);
    return answer_wide(text, AddressString, AddressStringLength);
}
