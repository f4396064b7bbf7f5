/* Versions: what RtlGetVersion says, and comparisons with it. Pure code. */
#include <ntifs.h>

#include <stdbool.h>
#include <string.h>

#include "rtl/host.h"
#include "rtl/os_version.h"

NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW lpVersionInformation)
{
    ULONG size = lpVersionInformation->dwOSVersionInfoSize;
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (size != sizeof(RTL_OSVERSIONINFOW) && size != sizeof(RTL_OSVERSIONINFOEXW))
        return STATUS_INVALID_PARAMETER;
    memset(lpVersionInformation, 0, size);
    lpVersionInformation->dwOSVersionInfoSize = size;
    lpVersionInformation->dwMajorVersion = RTL_OS_MAJOR;
    lpVersionInformation->dwMinorVersion = RTL_OS_MINOR;
    lpVersionInformation->dwBuildNumber = RTL_OS_BUILD;
    lpVersionInformation->dwPlatformId = VER_PLATFORM_WIN32_NT;
    if (size == sizeof(RTL_OSVERSIONINFOEXW)) {
        PRTL_OSVERSIONINFOEXW extended = (PRTL_OSVERSIONINFOEXW)lpVersionInformation;
        extended->wSuiteMask = 0x100; /* VER_SUITE_SINGLEUSERTS */
        extended->wProductType = VER_NT_WORKSTATION;
    }
    return STATUS_SUCCESS;
}

/* Which three bits of a condition mask belong to a type bit. */
static unsigned shift_of(ULONG type)
{
    return (unsigned)__builtin_ctz(type) * VER_NUM_BITS_PER_CONDITION_MASK;
}

ULONGLONG NTAPI VerSetConditionMask(ULONGLONG ConditionMask, ULONG TypeMask, UCHAR Condition)
{
    for (ULONG left = TypeMask & 0xFF; left; left &= left - 1)
        ConditionMask |= (ULONGLONG)(Condition & VER_CONDITION_MASK) << shift_of(left & (0u - left));
    return ConditionMask;
}

static bool holds(LONGLONG ours, LONGLONG asked, unsigned condition)
{
    switch (condition) {
    case VER_EQUAL:
        return ours == asked;
    case VER_GREATER:
        return ours > asked;
    case VER_GREATER_EQUAL:
        return ours >= asked;
    case VER_LESS:
        return ours < asked;
    case VER_LESS_EQUAL:
        return ours <= asked;
    default:
        return false;
    }
}

/* Major, minor and service pack are one number when several are asked for, compared by the first one's condition. */
static bool version_holds(PRTL_OSVERSIONINFOEXW asked, const RTL_OSVERSIONINFOEXW *ours, ULONG types, ULONGLONG conditions)
{
    static const ULONG order[] = {VER_MAJORVERSION, VER_MINORVERSION, VER_SERVICEPACKMAJOR, VER_SERVICEPACKMINOR};
    ULONG a[] = {ours->dwMajorVersion, ours->dwMinorVersion, ours->wServicePackMajor, ours->wServicePackMinor};
    ULONG b[] = {asked->dwMajorVersion, asked->dwMinorVersion, asked->wServicePackMajor, asked->wServicePackMinor};
    unsigned condition = 0;
    LONGLONG difference = 0;
    for (int i = 0; i < 4; i++) {
        if (!(types & order[i]))
            continue;
        if (!condition)
            condition = (unsigned)(conditions >> shift_of(order[i])) & VER_CONDITION_MASK;
        if (!difference)
            difference = (LONGLONG)a[i] - (LONGLONG)b[i];
    }
    return !condition || holds(difference, 0, condition);
}

NTSTATUS NTAPI RtlVerifyVersionInfo(PRTL_OSVERSIONINFOEXW VersionInfo, ULONG TypeMask, ULONGLONG ConditionMask)
{
    RTL_OSVERSIONINFOEXW ours = {.dwOSVersionInfoSize = sizeof ours};
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (!TypeMask || !ConditionMask)
        return STATUS_INVALID_PARAMETER;
    RtlGetVersion((PRTL_OSVERSIONINFOW)&ours);
    bool suite_and = ((ConditionMask >> shift_of(VER_SUITENAME)) & VER_CONDITION_MASK) == VER_AND;
    USHORT suite = VersionInfo->wSuiteMask & ours.wSuiteMask;
    bool fine = version_holds(VersionInfo, &ours, TypeMask, ConditionMask);
    if (TypeMask & VER_BUILDNUMBER)
        fine &= holds(ours.dwBuildNumber, VersionInfo->dwBuildNumber, (ConditionMask >> shift_of(VER_BUILDNUMBER)) & 7);
    if (TypeMask & VER_PLATFORMID)
        fine &= holds(ours.dwPlatformId, VersionInfo->dwPlatformId, (ConditionMask >> shift_of(VER_PLATFORMID)) & 7);
    if (TypeMask & VER_PRODUCT_TYPE)
        fine &= holds(ours.wProductType, VersionInfo->wProductType, (ConditionMask >> shift_of(VER_PRODUCT_TYPE)) & 7);
    if (TypeMask & VER_SUITENAME)
        fine &= suite_and ? suite == VersionInfo->wSuiteMask : suite != 0;
    return fine ? STATUS_SUCCESS : STATUS_REVISION_MISMATCH;
}
