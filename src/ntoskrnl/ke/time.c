/* Clocks and delays. System time is the realtime clock, interrupt time the monotonic one; a tick is 15.625 ms. */
#include "ntoskrnl/ke/ke.h"

#include <sched.h>
#include <time.h>
#include <unistd.h>

#define EPOCH_1601 116444736000000000ULL /* 1970-01-01 in 100 ns since 1601 */

static ULONGLONG read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (ULONGLONG)now.tv_sec * (ULONGLONG)KE_SECOND + (ULONGLONG)now.tv_nsec / 100;
}

ULONGLONG ke_system_time(void)
{
    return read_clock(CLOCK_REALTIME) + EPOCH_1601;
}

ULONGLONG ke_interrupt_time(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

#undef KeQuerySystemTime
VOID NTAPI KeQuerySystemTime(PLARGE_INTEGER CurrentTime)
{
    CurrentTime->QuadPart = (LONGLONG)ke_system_time();
}

VOID NTAPI KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime)
{
    CurrentTime->QuadPart = (LONGLONG)ke_system_time();
}

#undef KeQueryTickCount
VOID NTAPI KeQueryTickCount(PLARGE_INTEGER CurrentCount)
{
    CurrentCount->QuadPart = (LONGLONG)(ke_interrupt_time() / KE_TIME_INCREMENT);
}

ULONG NTAPI KeQueryTimeIncrement(VOID)
{
    return KE_TIME_INCREMENT;
}

#undef KeQueryInterruptTime
ULONGLONG NTAPI KeQueryInterruptTime(VOID)
{
    return ke_interrupt_time();
}

ULONGLONG NTAPI KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp)
{
    ULONGLONG now = ke_interrupt_time();
    if (QpcTimeStamp)
        *QpcTimeStamp = now;
    return now;
}

ULONGLONG NTAPI KeQueryUnbiasedInterruptTime(VOID)
{
    return ke_interrupt_time();
}

/* 10 MHz, as Windows 10 says. */
LARGE_INTEGER NTAPI KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency)
{
    if (PerformanceFrequency)
        PerformanceFrequency->QuadPart = KE_SECOND;
    return (LARGE_INTEGER){.QuadPart = (LONGLONG)ke_interrupt_time()};
}

/* A wait for nothing: only an alertable or UserMode delay ends before its time. */
NTSTATUS NTAPI KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable, PLARGE_INTEGER Interval)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    struct ke_interrupt *interrupt = WaitMode == UserMode || Alertable ? ke_self.interrupt : NULL;
    KEVENT never;
    if (!Interval->QuadPart) {
        sched_yield();
        return STATUS_SUCCESS;
    }
    KeInitializeEvent(&never, NotificationEvent, FALSE);
    NTSTATUS status = ke_wait_one(&never, Interval, interrupt);
    if (status == STATUS_TIMEOUT)
        return STATUS_SUCCESS;
    return WaitMode == UserMode ? STATUS_USER_APC : STATUS_ALERTED;
}

VOID NTAPI KeStallExecutionProcessor(ULONG MicroSeconds)
{
    ULONGLONG end = ke_interrupt_time() + (ULONGLONG)MicroSeconds * 10;
    while (ke_interrupt_time() < end)
        __builtin_ia32_pause();
}

/* ---- processors ---- */

ULONG NTAPI KeQueryActiveProcessorCount(PKAFFINITY ActiveProcessors)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    count = count < 1 ? 1 : count > 64 ? 64 : count;
    if (ActiveProcessors)
        *ActiveProcessors = count == 64 ? ~(KAFFINITY)0 : ((KAFFINITY)1 << count) - 1;
    return (ULONG)count;
}

KAFFINITY NTAPI KeQueryActiveProcessors(VOID)
{
    KAFFINITY mask;
    KeQueryActiveProcessorCount(&mask);
    return mask;
}

ULONG NTAPI KeQueryActiveProcessorCountEx(USHORT GroupNumber)
{
    return GroupNumber == 0 || GroupNumber == 0xFFFF /* ALL_PROCESSOR_GROUPS */ ? KeQueryActiveProcessorCount(NULL) : 0;
}

ULONG NTAPI KeQueryMaximumProcessorCount(VOID)
{
    return KeQueryActiveProcessorCount(NULL);
}

ULONG NTAPI KeQueryMaximumProcessorCountEx(USHORT GroupNumber)
{
    return KeQueryActiveProcessorCountEx(GroupNumber);
}

USHORT NTAPI KeQueryActiveGroupCount(VOID)
{
    return 1;
}

USHORT NTAPI KeQueryMaximumGroupCount(VOID)
{
    return 1;
}

ULONG NTAPI KeGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcNumber)
{
    int cpu = sched_getcpu();
    ULONG number = cpu < 0 ? 0 : (ULONG)cpu % 64;
    if (ProcNumber)
        *ProcNumber = (PROCESSOR_NUMBER){.Group = 0, .Number = (UCHAR)number};
    return number;
}

#undef KeGetCurrentProcessorNumber
ULONG NTAPI KeGetCurrentProcessorNumber(VOID)
{
    return KeGetCurrentProcessorNumberEx(NULL);
}
