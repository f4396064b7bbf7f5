/* Push locks and resources for filters (F-385): the executive's, with normal APCs held off while one is held. */
#include <fltkernel.h>

#include <stdint.h>

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/lock.h"

static uint32_t *word_of(PEX_PUSH_LOCK lock)
{
    return (uint32_t *)lock;
}

VOID FltInitializePushLock(PEX_PUSH_LOCK PushLock)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    *(ULONG_PTR *)PushLock = 0;
}

VOID FltDeletePushLock(PEX_PUSH_LOCK PushLock)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (__atomic_load_n(word_of(PushLock), __ATOMIC_RELAXED))
        ke_report_caller(__func__, __builtin_return_address(0), "push lock %p is still held", (void *)PushLock);
}

VOID FltAcquirePushLockExclusive(PEX_PUSH_LOCK PushLock)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    KeEnterCriticalRegion();
    ke_rw_lock_exclusive(word_of(PushLock));
}

VOID FltAcquirePushLockShared(PEX_PUSH_LOCK PushLock)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    KeEnterCriticalRegion();
    ke_rw_lock_shared(word_of(PushLock));
}

static void release(PEX_PUSH_LOCK lock, const char *call, const void *pc)
{
    if (!ke_rw_unlock_exclusive(word_of(lock)) && !ke_rw_unlock_shared(word_of(lock))) {
        ke_report_caller(call, pc, "push lock %p is not held", (void *)lock);
        return;
    }
    KeLeaveCriticalRegion();
}

VOID FltReleasePushLock(PEX_PUSH_LOCK PushLock)
{
    release(PushLock, __func__, __builtin_return_address(0));
}

/* Priority boosts, which the flags choose, are the scheduler's business here. */
VOID FltAcquirePushLockExclusiveEx(PEX_PUSH_LOCK PushLock, ULONG Flags)
{
    FltAcquirePushLockExclusive(PushLock);
}

VOID FltAcquirePushLockSharedEx(PEX_PUSH_LOCK PushLock, ULONG Flags)
{
    FltAcquirePushLockShared(PushLock);
}

VOID FltReleasePushLockEx(PEX_PUSH_LOCK PushLock, ULONG Flags)
{
    release(PushLock, __func__, __builtin_return_address(0));
}

VOID FltAcquireResourceExclusive(PERESOURCE Resource)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(Resource, TRUE);
}

VOID FltAcquireResourceShared(PERESOURCE Resource)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(Resource, TRUE);
}

VOID FltReleaseResource(PERESOURCE Resource)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    ExReleaseResourceLite(Resource);
    KeLeaveCriticalRegion();
}
