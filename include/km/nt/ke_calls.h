/* IRQL, locks, waits, timers, threads of the kernel. */
#ifndef OFM_NT_KE_CALLS_H
#define OFM_NT_KE_CALLS_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The calling thread's IRQL: simulated, changed by raising, spin locks and callbacks only. IRQL: any level. Source:
 * nf-wdm-kegetcurrentirql.
 */
NTHALAPI KIRQL NTAPI KeGetCurrentIrql(void);

/* Lowers the IRQL to what it was; the other way is reported. IRQL: any level. Source: nf-wdm-kelowerirql. */
NTHALAPI void NTAPI KeLowerIrql(_In_ KIRQL NewIrql);

/* Raises the IRQL and returns the old one; use KeRaiseIrql. IRQL: any level. Source: ntifs.h, KfRaiseIrql. */
NTHALAPI KIRQL NTAPI KfRaiseIrql(_In_ KIRQL NewIrql);

/*
 * Raises to DISPATCH_LEVEL; returns the old IRQL for KeLowerIrql. IRQL: any level. Source:
 * nf-ntddk-keraiseirqltodpclevel.
 */
NTHALAPI KIRQL NTAPI KeRaiseIrqlToDpcLevel(void);
#define KeRaiseIrql(NewIrql, OldIrql) (*(OldIrql) = KfRaiseIrql(NewIrql))

/* Prepares a spin lock (nonpaged). IRQL: Any level. Source: nf-wdm-keinitializespinlock. */
NTKERNELAPI void NTAPI KeInitializeSpinLock(_Out_ PKSPIN_LOCK SpinLock);

/*
 * Acquires it at DISPATCH_LEVEL; returns the IRQL for KeReleaseSpinLock. Twice by one thread stops the manager.
 * IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-keacquirespinlockraisetodpc.
 */
NTKERNELAPI KIRQL NTAPI KeAcquireSpinLockRaiseToDpc(_Inout_ PKSPIN_LOCK SpinLock);
#define KeAcquireSpinLock(SpinLock, OldIrql) (*(OldIrql) = KeAcquireSpinLockRaiseToDpc(SpinLock))

/* The thread that the caller runs as; not referenced. IRQL: any level. Source: nf-wdm-kegetcurrentthread. */
NTKERNELAPI PKTHREAD NTAPI KeGetCurrentThread(void);

/*
 * Number of the processor the thread runs on at this moment. IRQL: any level. Source:
 * nf-ntddk-kegetcurrentprocessornumber.
 */
NTKERNELAPI ULONG NTAPI KeGetCurrentProcessorNumber(void);

/* The same, exact. IRQL: Any level. Source: nf-wdm-kequerysystemtimeprecise. */
NTKERNELAPI void NTAPI KeQuerySystemTimePrecise(_Out_ PLARGE_INTEGER CurrentTime);

/* UTC in 100 ns since 1601; moves with the clock's ticks. IRQL: Any level. Source: nf-wdm-kequerysystemtime~r1. */
NTKERNELAPI void NTAPI KeQuerySystemTime(_Out_ PLARGE_INTEGER CurrentTime);

/* Ticks since start; one is KeQueryTimeIncrement units long. IRQL: any level. Source: nf-ntddk-kequerytickcount. */
NTKERNELAPI void NTAPI KeQueryTickCount(_Out_ PLARGE_INTEGER CurrentCount);

/* 100 ns since start, monotonic. IRQL: any level. Source: nf-wdm-kequeryinterrupttime. */
NTKERNELAPI ULONGLONG NTAPI KeQueryInterruptTime(void);
NTKERNELAPI ULONGLONG NTAPI KeQueryUnbiasedInterruptTimePrecise(_Out_ PULONG64 QpcTimeStamp);

/*
 * STATUS_SUCCESS: a thread's floating point state is its own here, there is nothing to save. IRQL: up to
 * DISPATCH_LEVEL. Source: nf-wdm-kesavefloatingpointstate.
 */
NTKERNELAPI NTSTATUS NTAPI KeSaveFloatingPointState(_Out_ PKFLOATING_SAVE FloatSave);

/* STATUS_SUCCESS. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-kerestorefloatingpointstate. */
NTKERNELAPI NTSTATUS NTAPI KeRestoreFloatingPointState(_In_ PKFLOATING_SAVE FloatSave);
#define KeWaitForMutexObject KeWaitForSingleObject

/* Raises to DISPATCH_LEVEL. IRQL: up to DISPATCH_LEVEL. Source: ntifs.h, KeRaiseIrqlToSynchLevel. */
NTKERNELAPI KIRQL NTAPI KeRaiseIrqlToSynchLevel(void);

/*
 * Prepares an event: NotificationEvent stays signalled until cleared, SynchronizationEvent lets one waiter go.
 * State: signalled at first. IRQL: Any level. Source: nf-wdm-keinitializeevent.
 */
NTKERNELAPI void NTAPI KeInitializeEvent(_Out_ PRKEVENT Event, _In_ EVENT_TYPE Type, _In_ BOOLEAN State);

/* Ends its signal. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-keclearevent. */
NTKERNELAPI void NTAPI KeClearEvent(_Inout_ PRKEVENT Event);

/*
 * The calling thread runs on these processors only. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-kesetsystemaffinitythread.
 */
NTKERNELAPI void NTAPI KeSetSystemAffinityThread(_In_ KAFFINITY Affinity);

/* Acquires it without raising. IRQL: DISPATCH_LEVEL. Source: nf-wdm-keacquirespinlockatdpclevel. */
NTKERNELAPI void NTAPI KeAcquireSpinLockAtDpcLevel(_Inout_ PKSPIN_LOCK SpinLock);

/*
 * Releases it and returns to NewIrql, the level KeAcquireSpinLock gave. IRQL: DISPATCH_LEVEL. Source:
 * nf-wdm-kereleasespinlock.
 */
NTKERNELAPI void NTAPI KeReleaseSpinLock(_In_ PKSPIN_LOCK SpinLock, _Inout_ KIRQL NewIrql);

/* Releases it without lowering. IRQL: DISPATCH_LEVEL. Source: nf-wdm-kereleasespinlockfromdpclevel. */
NTKERNELAPI void NTAPI KeReleaseSpinLockFromDpcLevel(_Inout_ PKSPIN_LOCK SpinLock);

/*
 * Stops the manager: prints the code, its parameters, the driver, its callback and the stack, then ends the process.
 * IRQL: any level. Source: nf-wdm-kebugcheckex.
 */
NTKERNELAPI void NTAPI KeBugCheckEx(_In_ ULONG BugCheckCode, _In_ ULONG_PTR BugCheckParameter1,
    _In_ ULONG_PTR BugCheckParameter2, _In_ ULONG_PTR BugCheckParameter3, _In_ ULONG_PTR BugCheckParameter4);

/*
 * Takes it out of the timer queue. FALSE: it was not set. Its DPC may be queued already. IRQL: up to DISPATCH_LEVEL.
 * Source: nf-wdm-kecanceltimer.
 */
NTKERNELAPI BOOLEAN NTAPI KeCancelTimer(_Inout_ PKTIMER unnamedParam1);

/*
 * Waits for Interval (negative: relative). STATUS_SUCCESS; STATUS_USER_APC, STATUS_ALERTED: ended. IRQL: up to
 * APC_LEVEL. Source: nf-wdm-kedelayexecutionthread.
 */
NTKERNELAPI NTSTATUS NTAPI KeDelayExecutionThread(_In_ KPROCESSOR_MODE WaitMode, _In_ BOOLEAN Alertable,
    _In_ PLARGE_INTEGER Interval);
NTKERNELAPI BOOLEAN NTAPI KeDeregisterBugCheckCallback(_Inout_ PKBUGCHECK_CALLBACK_RECORD CallbackRecord);
NTKERNELAPI void NTAPI KeInitializeDeviceQueue(_Out_ PKDEVICE_QUEUE DeviceQueue);

/*
 * Prepares a DPC: the routine and what it gets. It runs in the manager's DPC thread at DISPATCH_LEVEL. IRQL: any
 * level. Source: nf-wdm-keinitializedpc.
 */
NTKERNELAPI void NTAPI KeInitializeDpc(_Out_ PRKDPC Dpc, _In_ PKDEFERRED_ROUTINE DeferredRoutine,
    _In_opt_ PVOID DeferredContext);

/* Prepares a mutex, owned by nobody. Level: ignored. IRQL: Any level. Source: nf-wdm-keinitializemutex. */
NTKERNELAPI void NTAPI KeInitializeMutex(_Out_ PRKMUTEX Mutex, _In_ ULONG Level);

/*
 * Prepares a semaphore with its count at first and its limit. IRQL: any level. Source: nf-wdm-keinitializesemaphore.
 */
NTKERNELAPI void NTAPI KeInitializeSemaphore(_Out_ PRKSEMAPHORE Semaphore, _In_ LONG Count, _In_ LONG Limit);

/* Prepares a notification timer, not set. IRQL: any level. Source: nf-wdm-keinitializetimer. */
NTKERNELAPI void NTAPI KeInitializeTimer(_Out_ PKTIMER Timer);

/*
 * Prepares a timer: NotificationTimer or SynchronizationTimer. IRQL: any level. Source: nf-wdm-keinitializetimerex.
 */
NTKERNELAPI void NTAPI KeInitializeTimerEx(_Out_ PKTIMER Timer, _In_ TIMER_TYPE Type);
NTKERNELAPI BOOLEAN NTAPI KeInsertByKeyDeviceQueue(_Inout_ PKDEVICE_QUEUE DeviceQueue,
    _Inout_ PKDEVICE_QUEUE_ENTRY DeviceQueueEntry, _In_ ULONG SortKey);
NTKERNELAPI BOOLEAN NTAPI KeInsertDeviceQueue(_Inout_ PKDEVICE_QUEUE DeviceQueue,
    _Inout_ PKDEVICE_QUEUE_ENTRY DeviceQueueEntry);

/*
 * Queues the DPC with two arguments. FALSE: it is queued already. IRQL: any level. Source: nf-wdm-keinsertqueuedpc.
 */
NTKERNELAPI BOOLEAN NTAPI KeInsertQueueDpc(_Inout_ PRKDPC Dpc, _In_opt_ PVOID SystemArgument1,
    _In_opt_ PVOID SystemArgument2);

/*
 * A monotonic counter of 10 MHz; the frequency in *PerformanceFrequency when it is not NULL. IRQL: any level.
 * Source: nf-ntifs-kequeryperformancecounter.
 */
NTKERNELAPI LARGE_INTEGER NTAPI KeQueryPerformanceCounter(_Out_opt_ PLARGE_INTEGER PerformanceFrequency);

/*
 * Its priority: 8 is Linux' nice 0, two nice steps each. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-kequeryprioritythread.
 */
NTKERNELAPI KPRIORITY NTAPI KeQueryPriorityThread(_In_ PRKTHREAD Thread);

/* Length of a tick in 100 ns: 156250. IRQL: any level. Source: nf-wdm-kequerytimeincrement. */
NTKERNELAPI ULONG NTAPI KeQueryTimeIncrement(void);

/* Whether it is signalled now (not 0). IRQL: any level. Source: nf-wdm-kereadstateevent. */
NTKERNELAPI LONG NTAPI KeReadStateEvent(_In_ PRKEVENT Event);

/* 1: free; 0 or less: owned. IRQL: any level. Source: nf-wdm-kereadstatemutex. */
NTKERNELAPI LONG NTAPI KeReadStateMutex(_In_ PRKMUTEX Mutex);

/* The count now; 0: a wait would wait. IRQL: any level. Source: nf-wdm-kereadstatesemaphore. */
NTKERNELAPI LONG NTAPI KeReadStateSemaphore(_In_ PRKSEMAPHORE Semaphore);

/* TRUE: it has expired. IRQL: any level. Source: nf-wdm-kereadstatetimer. */
NTKERNELAPI BOOLEAN NTAPI KeReadStateTimer(_In_ PKTIMER Timer);
NTKERNELAPI BOOLEAN NTAPI KeRegisterBugCheckCallback(_Out_ PKBUGCHECK_CALLBACK_RECORD CallbackRecord,
    _In_ PKBUGCHECK_CALLBACK_ROUTINE CallbackRoutine, _In_opt_ PVOID Buffer, _In_ ULONG Length,
    _In_ PUCHAR Component);

/*
 * Releases it once; 0: it is free now. Raises STATUS_MUTANT_NOT_OWNED for another thread's. Wait: FALSE. IRQL: up to
 * DISPATCH_LEVEL. Source: nf-wdm-kereleasemutex.
 */
NTKERNELAPI LONG NTAPI KeReleaseMutex(_Inout_ PRKMUTEX Mutex, _In_ BOOLEAN Wait);

/*
 * Adds Adjustment to the count and lets that many waiters go; returns the count before. Beyond the limit the manager
 * stops. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-kereleasesemaphore.
 */
NTKERNELAPI LONG NTAPI KeReleaseSemaphore(_Inout_ PRKSEMAPHORE Semaphore, _In_ KPRIORITY Increment,
    _In_ LONG Adjustment, _In_ BOOLEAN Wait);
NTKERNELAPI PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveByKeyDeviceQueue(_Inout_ PKDEVICE_QUEUE DeviceQueue,
    _In_ ULONG SortKey);
NTKERNELAPI PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveDeviceQueue(_Inout_ PKDEVICE_QUEUE DeviceQueue);
NTKERNELAPI BOOLEAN NTAPI KeRemoveEntryDeviceQueue(_Inout_ PKDEVICE_QUEUE DeviceQueue,
    _Inout_ PKDEVICE_QUEUE_ENTRY DeviceQueueEntry);

/* Takes it out of the queue. FALSE: it was not in it. IRQL: any level. Source: nf-wdm-keremovequeuedpc. */
NTKERNELAPI BOOLEAN NTAPI KeRemoveQueueDpc(_Inout_ PRKDPC Dpc);

/* The same; returns what its state was. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-keresetevent. */
NTKERNELAPI LONG NTAPI KeResetEvent(_Inout_ PRKEVENT Event);

/*
 * Signals it; returns what its state was. Increment, Wait: 0 (IO_NO_INCREMENT), FALSE. IRQL: up to DISPATCH_LEVEL.
 * Source: nf-wdm-kesetevent.
 */
NTKERNELAPI LONG NTAPI KeSetEvent(_Inout_ PRKEVENT Event, _In_ KPRIORITY Increment, _In_ BOOLEAN Wait);

/*
 * Sets its priority (a nice value on Linux); returns the one before. Raising needs privilege: without it nothing
 * changes. IRQL: PASSIVE_LEVEL. Source: nf-wdm-kesetprioritythread.
 */
NTKERNELAPI KPRIORITY NTAPI KeSetPriorityThread(_Inout_ PKTHREAD Thread, _In_ KPRIORITY Priority);

/*
 * Sets it (and resets its signal) to expire once: negative is relative, positive absolute, 100 ns. TRUE: it was set
 * already. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-kesettimer.
 */
NTKERNELAPI BOOLEAN NTAPI KeSetTimer(_Inout_ PKTIMER Timer, _In_ LARGE_INTEGER DueTime, _In_opt_ PKDPC Dpc);

/*
 * The same, then again every Period milliseconds (0: once). IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-kesettimerex.
 */
NTKERNELAPI BOOLEAN NTAPI KeSetTimerEx(_Inout_ PKTIMER Timer, _In_ LARGE_INTEGER DueTime, _In_ LONG Period,
    _In_opt_ PKDPC Dpc);

/*
 * Burns that many microseconds; for a few of them only. IRQL: any level. Source: nf-ntifs-kestallexecutionprocessor.
 */
NTKERNELAPI void NTAPI KeStallExecutionProcessor(_In_ ULONG MicroSeconds);
NTKERNELAPI BOOLEAN NTAPI KeSynchronizeExecution(_Inout_ PKINTERRUPT Interrupt,
    _In_ PKSYNCHRONIZE_ROUTINE SynchronizeRoutine, _In_opt_ PVOID SynchronizeContext);

/*
 * Waits for all or any of up to 64 objects; more than three need WaitBlockArray. STATUS_WAIT_0 + index for WaitAny;
 * else as for KeWaitForSingleObject. IRQL: up to DISPATCH_LEVEL with Timeout 0, else up to APC_LEVEL. Source:
 * nf-wdm-kewaitformultipleobjects.
 */
NTKERNELAPI NTSTATUS NTAPI KeWaitForMultipleObjects(_In_ ULONG Count, _In_ PVOID *Object, _In_ WAIT_TYPE WaitType,
    _In_ KWAIT_REASON WaitReason, _In_ KPROCESSOR_MODE WaitMode, _In_ BOOLEAN Alertable,
    _In_opt_ PLARGE_INTEGER Timeout, _Out_opt_ PKWAIT_BLOCK WaitBlockArray);

/*
 * Waits for an event, mutex, semaphore, timer, thread or process. Timeout: NULL for ever, 0 polls, negative
 * relative, positive absolute, in 100 ns. STATUS_SUCCESS; STATUS_TIMEOUT; STATUS_USER_APC, STATUS_ALERTED: UserMode
 * or Alertable waits that were ended; STATUS_ABANDONED_WAIT_0: a mutex whose owner ended. With Timeout 0 at
 * DISPATCH_LEVEL, too. IRQL: up to DISPATCH_LEVEL with Timeout 0, else up to APC_LEVEL. Source:
 * nf-wdm-kewaitforsingleobject.
 */
NTKERNELAPI NTSTATUS NTAPI KeWaitForSingleObject(_In_ PVOID Object, _In_ KWAIT_REASON WaitReason,
    _In_ KPROCESSOR_MODE WaitMode, _In_ BOOLEAN Alertable, _In_opt_ PLARGE_INTEGER Timeout);

/*
 * Acquires the lock; the old IRQL is kept in the handle, which stays until the release. IRQL: up to DISPATCH_LEVEL.
 * Source: nf-wdm-keacquireinstackqueuedspinlock.
 */
NTKERNELAPI void NTAPI KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle);

/* The same without raising. IRQL: DISPATCH_LEVEL. Source: nf-wdm-keacquireinstackqueuedspinlockatdpclevel. */
NTKERNELAPI void NTAPI KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle);
NTKERNELAPI KIRQL NTAPI KeAcquireInterruptSpinLock(PKINTERRUPT Interrupt);
NTKERNELAPI ULONG NTAPI KeGetRecommendedSharedDataAlignment(void);
NTKERNELAPI ULONG NTAPI KeQueryRuntimeThread(_In_ PKTHREAD Thread, _Out_ PULONG UserTime);

/* The same without lowering. IRQL: DISPATCH_LEVEL. Source: nf-wdm-kereleaseinstackqueuedspinlockfromdpclevel. */
NTKERNELAPI void NTAPI KeReleaseInStackQueuedSpinLockFromDpcLevel(_In_ PKLOCK_QUEUE_HANDLE LockHandle);
NTKERNELAPI void NTAPI KeReleaseInterruptSpinLock(_Inout_ PKINTERRUPT Interrupt, _In_ KIRQL OldIrql);

/*
 * Releases it and goes back to the handle's IRQL. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-kereleaseinstackqueuedspinlock.
 */
NTKERNELAPI void NTAPI KeReleaseInStackQueuedSpinLock(_In_ PKLOCK_QUEUE_HANDLE LockHandle);
NTKERNELAPI BOOLEAN NTAPI KeDeregisterBugCheckReasonCallback(
    _Inout_ PKBUGCHECK_REASON_CALLBACK_RECORD CallbackRecord);
NTKERNELAPI BOOLEAN NTAPI KeRegisterBugCheckReasonCallback(_Out_ PKBUGCHECK_REASON_CALLBACK_RECORD CallbackRecord,
    _In_ PKBUGCHECK_REASON_CALLBACK_ROUTINE CallbackRoutine, _In_ KBUGCHECK_CALLBACK_REASON Reason,
    _In_ PUCHAR Component);

/* Waits until every DPC queued before has run. IRQL: PASSIVE_LEVEL. Source: nf-wdm-keflushqueueddpcs. */
NTKERNELAPI void NTAPI KeFlushQueuedDpcs(void);
NTKERNELAPI PVOID NTAPI KeRegisterNmiCallback(_In_ PNMI_CALLBACK CallbackRoutine, _In_opt_ PVOID Context);
NTKERNELAPI NTSTATUS NTAPI KeDeregisterNmiCallback(_In_ PVOID Handle);

/* The same: all DPCs run in one thread here. IRQL: any level. Source: nf-wdm-keinitializethreadeddpc. */
NTKERNELAPI void NTAPI KeInitializeThreadedDpc(_Out_ PRKDPC Dpc, _In_ PKDEFERRED_ROUTINE DeferredRoutine,
    _In_opt_ PVOID DeferredContext);
NTKERNELAPI ULONG_PTR NTAPI KeIpiGenericCall(_In_ PKIPI_BROADCAST_WORKER BroadcastFunction, _In_ ULONG_PTR Context);

/*
 * Raises to DISPATCH_LEVEL and acquires; returns the old IRQL. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-keacquirespinlockfordpc.
 */
NTKERNELAPI KIRQL NTAPI KeAcquireSpinLockForDpc(PKSPIN_LOCK SpinLock);

/* Releases it and goes back to OldIrql. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-kereleasespinlockfordpc. */
NTKERNELAPI void NTAPI KeReleaseSpinLockForDpc(_Inout_ PKSPIN_LOCK SpinLock, _In_ KIRQL OldIrql);

/* TRUE: nobody holds it at this moment. IRQL: any level. Source: nf-wdm-ketestspinlock. */
NTKERNELAPI BOOLEAN NTAPI KeTestSpinLock(_In_ PKSPIN_LOCK SpinLock);

/*
 * Acquires it if it is free; FALSE: it is not. IRQL: DISPATCH_LEVEL. Source:
 * nf-wdm-ketrytoacquirespinlockatdpclevel.
 */
NTKERNELAPI BOOLEAN NTAPI KeTryToAcquireSpinLockAtDpcLevel(_Inout_ PKSPIN_LOCK SpinLock);

/* TRUE inside a guarded region or at APC_LEVEL and above. IRQL: any level. Source: nf-wdm-keareallapcsdisabled. */
NTKERNELAPI BOOLEAN NTAPI KeAreAllApcsDisabled(void);

/*
 * Enters a guarded region and acquires it, waiting. Twice by one thread stops the manager. IRQL: up to APC_LEVEL.
 * Source: nf-wdm-keacquireguardedmutex.
 */
NTKERNELAPI void NTAPI KeAcquireGuardedMutex(PKGUARDED_MUTEX Mutex);

/* Without the region: the caller is in one. IRQL: up to APC_LEVEL. Source: nf-wdm-keacquireguardedmutexunsafe. */
NTKERNELAPI void NTAPI KeAcquireGuardedMutexUnsafe(PKGUARDED_MUTEX FastMutex);

/* Prepares a guarded mutex. IRQL: any level. Source: nf-wdm-keinitializeguardedmutex. */
NTKERNELAPI void NTAPI KeInitializeGuardedMutex(_Out_ PKGUARDED_MUTEX Mutex);

/* Without the region. IRQL: up to APC_LEVEL. Source: nf-wdm-kereleaseguardedmutexunsafe. */
NTKERNELAPI void NTAPI KeReleaseGuardedMutexUnsafe(_Inout_ PKGUARDED_MUTEX FastMutex);

/* Releases it and leaves the region. IRQL: up to APC_LEVEL. Source: nf-wdm-kereleaseguardedmutex. */
NTKERNELAPI void NTAPI KeReleaseGuardedMutex(_Inout_ PKGUARDED_MUTEX Mutex);

/* Acquires it if it is free; FALSE: it is not. IRQL: up to APC_LEVEL. Source: nf-wdm-ketrytoacquireguardedmutex. */
NTKERNELAPI BOOLEAN NTAPI KeTryToAcquireGuardedMutex(_Inout_ PKGUARDED_MUTEX Mutex);

/*
 * KeAcquireInStackQueuedSpinLock. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-keacquireinstackqueuedspinlockfordpc.
 */
NTKERNELAPI void NTAPI KeAcquireInStackQueuedSpinLockForDpc(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle);

/*
 * KeReleaseInStackQueuedSpinLock. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-kereleaseinstackqueuedspinlockfordpc.
 */
NTKERNELAPI void NTAPI KeReleaseInStackQueuedSpinLockForDpc(_In_ PKLOCK_QUEUE_HANDLE LockHandle);
NTKERNELAPI NTSTATUS NTAPI KeQueryDpcWatchdogInformation(_Out_ PKDPC_WATCHDOG_INFORMATION WatchdogInformation);

/* The same; returns the affinity before. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-kesetsystemaffinitythreadex. */
NTKERNELAPI KAFFINITY NTAPI KeSetSystemAffinityThreadEx(_In_ KAFFINITY Affinity);

/*
 * Back to the affinity that KeSetSystemAffinityThreadEx returned; 0: all. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-kereverttouseraffinitythreadex.
 */
NTKERNELAPI void NTAPI KeRevertToUserAffinityThreadEx(_In_ KAFFINITY Affinity);
NTKERNELAPI PVOID NTAPI KeRegisterProcessorChangeCallback(_In_ PPROCESSOR_CALLBACK_FUNCTION CallbackFunction,
    _In_opt_ PVOID CallbackContext, _In_ ULONG Flags);
NTKERNELAPI void NTAPI KeDeregisterProcessorChangeCallback(_In_ PVOID CallbackHandle);
NTKERNELAPI ULONG64 NTAPI KeQueryTotalCycleTimeThread(_Inout_ PKTHREAD Thread, _Out_ PULONG64 CycleTimeStamp);

/*
 * Remembered, not obeyed. STATUS_INVALID_PARAMETER: no such processor. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-wdm-kesettargetprocessordpcex.
 */
NTKERNELAPI NTSTATUS NTAPI KeSetTargetProcessorDpcEx(_Inout_ PKDPC Dpc, _In_ PPROCESSOR_NUMBER ProcNumber);
NTKERNELAPI void NTAPI KeSetSystemGroupAffinityThread(_In_ PGROUP_AFFINITY Affinity,
    _Out_opt_ PGROUP_AFFINITY PreviousAffinity);
NTKERNELAPI void NTAPI KeRevertToUserGroupAffinityThread(_In_ PGROUP_AFFINITY PreviousAffinity);

/*
 * KeSetTimerEx; the tolerable delay is not used. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-kesetcoalescabletimer.
 */
NTKERNELAPI BOOLEAN NTAPI KeSetCoalescableTimer(_Inout_ PKTIMER Timer, _In_ LARGE_INTEGER DueTime, _In_ ULONG Period,
    _In_ ULONG TolerableDelay, _In_opt_ PKDPC Dpc);

/* 100 ns since start, monotonic. IRQL: any level. Source: nf-wdm-kequeryunbiasedinterrupttime. */
NTKERNELAPI ULONGLONG NTAPI KeQueryUnbiasedInterruptTime(void);

/*
 * STATUS_SUCCESS: there is nothing to save. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-kesaveextendedprocessorstate.
 */
NTKERNELAPI NTSTATUS NTAPI KeSaveExtendedProcessorState(_In_ ULONG64 Mask, _Out_ PXSTATE_SAVE XStateSave);

/* Nothing to restore. IRQL: up to DISPATCH_LEVEL. Source: nf-wdm-kerestoreextendedprocessorstate. */
NTKERNELAPI void NTAPI KeRestoreExtendedProcessorState(_In_ PXSTATE_SAVE XStateSave);

/*
 * STATUS_DEBUGGER_INACTIVE: a debugger is attached from outside here. IRQL: any level. Source:
 * nf-wdm-kddisabledebugger.
 */
NTKERNELAPI NTSTATUS NTAPI KdDisableDebugger(void);

/*
 * STATUS_DEBUGGER_INACTIVE: a debugger is attached from outside here. IRQL: any level. Source:
 * nf-wdm-kdenabledebugger.
 */
NTKERNELAPI NTSTATUS NTAPI KdEnableDebugger(void);

/*
 * Looks again whether a debugger is attached to the manager; FALSE: one is. IRQL: any level. Source:
 * nf-wdm-kdrefreshdebuggernotpresent.
 */
NTKERNELAPI BOOLEAN NTAPI KdRefreshDebuggerNotPresent(void);

/* STATUS_DEBUGGER_INACTIVE. IRQL: any level. Source: nf-wdm-kdchangeoption. */
NTKERNELAPI NTSTATUS NTAPI KdChangeOption(_In_ KD_OPTION Option, _In_opt_ ULONG InBufferBytes, _In_ PVOID InBuffer,
    _In_opt_ ULONG OutBufferBytes, _Out_ PVOID OutBuffer, _Out_opt_ PULONG OutBufferNeeded);
NTKERNELAPI void NTAPI KeInvalidateRangeAllCaches(PVOID BaseAddress, ULONG Length);

/* HighImportance puts it at the queue's head. IRQL: any level. Source: nf-ntddk-kesetimportancedpc. */
NTKERNELAPI void NTAPI KeSetImportanceDpc(_Inout_ PRKDPC Dpc, _In_ KDPC_IMPORTANCE Importance);

/*
 * Lets those go who wait now, and resets it; returns the state before. IRQL: up to DISPATCH_LEVEL. Source:
 * nf-ntddk-kepulseevent.
 */
NTKERNELAPI LONG NTAPI KePulseEvent(_Inout_ PRKEVENT Event, _In_ KPRIORITY Increment, _In_ BOOLEAN Wait);

/*
 * Priority 8 + Increment; returns the increment before. IRQL: PASSIVE_LEVEL. Source:
 * nf-ntddk-kesetbaseprioritythread.
 */
NTKERNELAPI LONG NTAPI KeSetBasePriorityThread(_Inout_ PRKTHREAD Thread, _In_ LONG Increment);

/*
 * No normal kernel APCs until KeLeaveCriticalRegion; nests. IRQL: up to APC_LEVEL. Source:
 * nf-wdm-keentercriticalregion.
 */
NTKERNELAPI void NTAPI KeEnterCriticalRegion(void);

/* Ends it. IRQL: up to APC_LEVEL. Source: nf-wdm-keleavecriticalregion. */
NTKERNELAPI void NTAPI KeLeaveCriticalRegion(void);

/* KeBugCheckEx without parameters. IRQL: any level. Source: nf-ntddk-kebugcheck. */
NTKERNELAPI void NTAPI KeBugCheck(_In_ ULONG BugCheckCode);

/* Remembered, not obeyed: one thread runs all DPCs. IRQL: any level. Source: nf-ntddk-kesettargetprocessordpc. */
NTKERNELAPI void NTAPI KeSetTargetProcessorDpc(_Inout_ PRKDPC Dpc, _In_ CCHAR Number);

/* A bit for each processor. IRQL: any level. Source: nf-ntddk-kequeryactiveprocessors. */
NTKERNELAPI KAFFINITY NTAPI KeQueryActiveProcessors(void);

/*
 * TRUE inside a critical or guarded region, or at APC_LEVEL and above. IRQL: any level. Source:
 * nf-ntddk-keareapcsdisabled.
 */
NTKERNELAPI BOOLEAN NTAPI KeAreApcsDisabled(void);
NTKERNELAPI BOOLEAN NTAPI KeInvalidateAllCaches(void);
NTKERNELAPI NTSTATUS NTAPI KeExpandKernelStackAndCallout(_In_ PEXPAND_STACK_CALLOUT Callout, _In_opt_ PVOID Parameter,
    _In_ SIZE_T Size);

/* No APCs at all until KeLeaveGuardedRegion; nests. IRQL: up to APC_LEVEL. Source: nf-ntddk-keenterguardedregion. */
NTKERNELAPI void NTAPI KeEnterGuardedRegion(void);

/* Leaves the innermost guarded region. IRQL: up to APC_LEVEL. Source: nf-ntddk-keleaveguardedregion. */
NTKERNELAPI void NTAPI KeLeaveGuardedRegion(void);

/*
 * How many processors there are (64 at most); *ActiveProcessors (may be NULL) gets a bit for each. IRQL: any level.
 * Source: nf-ntddk-kequeryactiveprocessorcount.
 */
NTKERNELAPI ULONG NTAPI KeQueryActiveProcessorCount(_Out_opt_ PKAFFINITY ActiveProcessors);

/* How many processors there are. IRQL: any level. Source: nf-ntddk-kequerymaximumprocessorcount. */
NTKERNELAPI ULONG NTAPI KeQueryMaximumProcessorCount(void);

/*
 * The same for a group: 0, or ALL_PROCESSOR_GROUPS; 0 for others. IRQL: any level. Source:
 * nf-ntddk-kequeryactiveprocessorcountex.
 */
NTKERNELAPI ULONG NTAPI KeQueryActiveProcessorCountEx(_In_ USHORT GroupNumber);

/*
 * The same for a group: 0, or ALL_PROCESSOR_GROUPS; 0 for others. IRQL: any level. Source:
 * nf-ntddk-kequerymaximumprocessorcountex.
 */
NTKERNELAPI ULONG NTAPI KeQueryMaximumProcessorCountEx(_In_ USHORT GroupNumber);

/* 1: there is one group. IRQL: any level. Source: nf-ntddk-kequeryactivegroupcount. */
NTKERNELAPI USHORT NTAPI KeQueryActiveGroupCount(void);

/* 1: there is one group. IRQL: any level. Source: nf-ntddk-kequerymaximumgroupcount. */
NTKERNELAPI USHORT NTAPI KeQueryMaximumGroupCount(void);
NTKERNELAPI KAFFINITY NTAPI KeQueryGroupAffinity(_In_ USHORT GroupNumber);

/*
 * The same; also as group (always 0) and number in *ProcNumber. IRQL: any level. Source:
 * nf-ntddk-kegetcurrentprocessornumberex.
 */
NTKERNELAPI ULONG NTAPI KeGetCurrentProcessorNumberEx(_Out_opt_ PPROCESSOR_NUMBER ProcNumber);
NTKERNELAPI void NTAPI KeQueryNodeActiveAffinity(_In_ USHORT NodeNumber, _Out_opt_ PGROUP_AFFINITY Affinity,
    _Out_opt_ PUSHORT Count);
NTKERNELAPI USHORT NTAPI KeQueryNodeMaximumProcessorCount(_In_ USHORT NodeNumber);
NTKERNELAPI USHORT NTAPI KeQueryHighestNodeNumber(void);
NTKERNELAPI USHORT NTAPI KeGetCurrentNodeNumber(void);
NTKERNELAPI NTSTATUS NTAPI KeGetProcessorNumberFromIndex(_In_ ULONG ProcIndex, _Out_ PPROCESSOR_NUMBER ProcNumber);
NTKERNELAPI ULONG NTAPI KeGetProcessorIndexFromNumber(_In_ PPROCESSOR_NUMBER ProcNumber);

/*
 * Prepares a mutant: a mutex that does not disable APCs; InitialOwner: owned by the caller. IRQL: any level. Source:
 * nf-ntifs-keinitializemutant.
 */
NTKERNELAPI void NTAPI KeInitializeMutant(PRKMUTANT Mutant, BOOLEAN InitialOwner);
NTKERNELAPI LONG NTAPI KeReadStateMutant(PRKMUTANT Mutant);
NTKERNELAPI LONG NTAPI KeReleaseMutant(PRKMUTANT Mutant, KPRIORITY Increment, BOOLEAN Abandoned, BOOLEAN Wait);

/*
 * Prepares a queue of entries that threads wait for. Count: threads that should run at once (0: one a processor),
 * kept but not enforced. IRQL: any level. Source: nf-ntifs-keinitializequeue.
 */
NTKERNELAPI void NTAPI KeInitializeQueue(_Out_ PRKQUEUE Queue, _In_ ULONG Count);

/* Entries that nobody was promised yet. IRQL: any level. Source: nf-ntifs-kereadstatequeue. */
NTKERNELAPI LONG NTAPI KeReadStateQueue(PRKQUEUE Queue);

/*
 * Puts the entry at the tail and lets a thread go; returns the number of entries before. IRQL: up to DISPATCH_LEVEL.
 * Source: nf-ntifs-keinsertqueue.
 */
NTKERNELAPI LONG NTAPI KeInsertQueue(_Inout_ PRKQUEUE Queue, _Inout_ PLIST_ENTRY Entry);

/* The same at the head. IRQL: up to DISPATCH_LEVEL. Source: nf-ntifs-keinsertheadqueue. */
NTKERNELAPI LONG NTAPI KeInsertHeadQueue(_Inout_ PRKQUEUE Queue, _Inout_ PLIST_ENTRY Entry);

/*
 * Waits for an entry and takes it. A status as a pointer: STATUS_TIMEOUT, STATUS_USER_APC, STATUS_ABANDONED
 * (rundown). IRQL: up to APC_LEVEL. Source: nf-ntifs-keremovequeue.
 */
NTKERNELAPI PLIST_ENTRY NTAPI KeRemoveQueue(_Inout_ PRKQUEUE Queue, _In_ KPROCESSOR_MODE WaitMode,
    _In_opt_ PLARGE_INTEGER Timeout);

/*
 * The calling thread runs as a thread of that process until KeDetachProcess. IRQL: up to APC_LEVEL. Source:
 * nf-ntifs-keattachprocess.
 */
NTKERNELAPI void NTAPI KeAttachProcess(PKPROCESS Process);

/* Ends KeAttachProcess. IRQL: up to APC_LEVEL. Source: nf-ntifs-kedetachprocess. */
NTKERNELAPI void NTAPI KeDetachProcess(void);

/*
 * The entries left, as a ring without a head; NULL: none. Waiting threads get STATUS_ABANDONED. IRQL: up to
 * APC_LEVEL. Source: nf-ntifs-kerundownqueue.
 */
NTKERNELAPI PLIST_ENTRY NTAPI KeRundownQueue(_Inout_ PRKQUEUE Queue);

/*
 * Acts in another process' context until KeUnstackDetachProcess. Its memory does not become visible here:
 * MmCopyVirtualMemory reads it. IRQL: < DISPATCH_LEVEL. Source: nf-ntifs-kestackattachprocess.
 */
NTKERNELAPI void NTAPI KeStackAttachProcess(PKPROCESS PROCESS, _Out_ PKAPC_STATE ApcState);

/* Back to the former context. IRQL: < DISPATCH_LEVEL. Source: nf-ntifs-keunstackdetachprocess. */
NTKERNELAPI void NTAPI KeUnstackDetachProcess(_In_ PKAPC_STATE ApcState);
NTKERNELAPI UCHAR NTAPI KeSetIdealProcessorThread(PKTHREAD Thread, UCHAR Processor);
NTKERNELAPI BOOLEAN NTAPI KeSetKernelStackSwapEnable(_In_ BOOLEAN Enable);

/*
 * Waits, then takes up to Count entries; returns how many. 0: the status is in EntryArray[0]. IRQL: up to APC_LEVEL.
 * Source: ntifs.h, KeRemoveQueueEx.
 */
NTKERNELAPI ULONG NTAPI KeRemoveQueueEx(PKQUEUE Queue, KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
    PLARGE_INTEGER Timeout, PLIST_ENTRY *EntryArray, ULONG Count);

#ifdef __cplusplus
}
#endif

#endif
