/* Small calls of the executive: UUIDs, processor features, the timer's resolution. */
#include <ntifs.h>

#include <sys/random.h>

#include "ntoskrnl/ke/ke.h"

/* A random one (version 4). Windows' STATUS_RETRY never comes. */
NTSTATUS NTAPI ExUuidCreate(UUID *Uuid)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (getrandom(Uuid, sizeof *Uuid, 0) != (ssize_t)sizeof *Uuid)
        return STATUS_INSUFFICIENT_RESOURCES;
    Uuid->Data3 = (USHORT)((Uuid->Data3 & 0x0FFF) | 0x4000);
    Uuid->Data4[0] = (UCHAR)((Uuid->Data4[0] & 0x3F) | 0x80);
    return STATUS_SUCCESS;
}

#ifdef __x86_64__
/* Numbers of PF_... that this processor has; what is not asked often is not listed and "not present". */
BOOLEAN NTAPI ExIsProcessorFeaturePresent(ULONG ProcessorFeature)
{
    switch (ProcessorFeature) {
    case 2:  /* COMPARE_EXCHANGE_DOUBLE */
    case 3:  /* MMX */
    case 6:  /* SSE */
    case 8:  /* RDTSC */
    case 9:  /* PAE */
    case 10: /* SSE2 */
    case 12: /* NX */
        return TRUE;
    case 13:
        return !!__builtin_cpu_supports("sse3");
    case 36:
        return !!__builtin_cpu_supports("ssse3");
    case 37:
        return !!__builtin_cpu_supports("sse4.1");
    case 38:
        return !!__builtin_cpu_supports("sse4.2");
    case 39:
        return !!__builtin_cpu_supports("avx");
    case 40:
        return !!__builtin_cpu_supports("avx2");
    case 41:
        return !!__builtin_cpu_supports("avx512f");
    default:
        return FALSE;
    }
}
#else
BOOLEAN NTAPI ExIsProcessorFeaturePresent(ULONG ProcessorFeature)
{
    return FALSE;
}
#endif

/* Linux' timers are finer than any resolution that can be asked for: the value is Windows' default one, unchanged. */
ULONG NTAPI ExSetTimerResolution(ULONG DesiredTime, BOOLEAN SetResolution)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return KE_TIME_INCREMENT;
}
