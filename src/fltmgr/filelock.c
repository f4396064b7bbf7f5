/*
 * Byte-range locks that a filter keeps for a file itself (F-383), on the filter's FILE_LOCK. Ranges and waiting requests hang on
 * one structure with its own lock; a waiting request is a pended operation that an unlock completes or its cancellation ends.
 */
#include "fltmgr/callback.h"
#include "ntoskrnl/ke/lock.h"
#include "ntoskrnl/ke/ke.h"

enum { LOCK_TAG = 'lFMF' };

struct file_locks {
    uint32_t lock;
    LIST_ENTRY granted;    /* struct range */
    LIST_ENTRY waiting;    /* struct range with data, oldest first */
};

struct range {
    LIST_ENTRY links;
    FILE_LOCK_INFO info;
    struct file_locks *locks;
    PFILE_LOCK file_lock;
    PFLT_CALLBACK_DATA data;   /* waiting */
    PVOID context;
};

/* ---- the structure ---- */

VOID FltInitializeFileLock(PFILE_LOCK FileLock)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    *FileLock = (FILE_LOCK){0};
}

PFILE_LOCK FltAllocateFileLock(
    PFLT_COMPLETE_LOCK_CALLBACK_DATA_ROUTINE CompleteLockCallbackDataRoutine, PUNLOCK_ROUTINE UnlockRoutine)
{
    PFILE_LOCK lock = ExAllocatePoolWithTag(PagedPool, sizeof *lock, LOCK_TAG);

    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!lock)
        return NULL;
    FltInitializeFileLock(lock);
    /* The member is of the IRP form's type; only the routines below call it. */
    lock->CompleteLockIrpRoutine = (PCOMPLETE_LOCK_IRP_ROUTINE)(void *)CompleteLockCallbackDataRoutine;
    lock->UnlockRoutine = UnlockRoutine;
    return lock;
}

static struct file_locks *locks_of(PFILE_LOCK file_lock)
{
    return __atomic_load_n((struct file_locks **)&file_lock->LockInformation, __ATOMIC_ACQUIRE);
}

/* Made by the first lock request; two at once agree on one. */
static struct file_locks *make_locks(PFILE_LOCK file_lock)
{
    struct file_locks *locks = locks_of(file_lock), *none = NULL;

    if (locks)
        return locks;
    locks = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof *locks, LOCK_TAG);
    if (!locks)
        return NULL;
    locks->lock = 0;
    InitializeListHead(&locks->granted);
    InitializeListHead(&locks->waiting);
    if (__atomic_compare_exchange_n((struct file_locks **)&file_lock->LockInformation, &none, locks, false,
            __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return locks;
    ExFreePoolWithTag(locks, LOCK_TAG);
    return none;
}

static void free_list(PLIST_ENTRY list)
{
    while (!IsListEmpty(list))
        ExFreePoolWithTag(CONTAINING_RECORD(RemoveHeadList(list), struct range, links), LOCK_TAG);
}

/* ---- ranges ---- */

static bool overlaps(const FILE_LOCK_INFO *a, const FILE_LOCK_INFO *b)
{
    return a->Length.QuadPart && b->Length.QuadPart && a->StartingByte.QuadPart <= b->EndingByte.QuadPart &&
        b->StartingByte.QuadPart <= a->EndingByte.QuadPart;
}

static bool same_owner(const FILE_LOCK_INFO *a, const FILE_LOCK_INFO *b)
{
    return a->FileObject == b->FileObject && a->ProcessId == b->ProcessId && a->Key == b->Key;
}

/* An exclusive request bears nobody beside it, not even its owner's other locks; a shared one everything but others' exclusive ones. */
static bool lock_conflicts(const FILE_LOCK_INFO *held, const FILE_LOCK_INFO *wanted)
{
    if (!overlaps(held, wanted))
        return false;
    return wanted->ExclusiveLock || (held->ExclusiveLock && !same_owner(held, wanted));
}

static bool read_conflicts(const FILE_LOCK_INFO *held, const FILE_LOCK_INFO *wanted)
{
    return overlaps(held, wanted) && held->ExclusiveLock && !same_owner(held, wanted);
}

static bool write_conflicts(const FILE_LOCK_INFO *held, const FILE_LOCK_INFO *wanted)
{
    return overlaps(held, wanted) && (!held->ExclusiveLock || !same_owner(held, wanted));
}

typedef bool conflict_fn(const FILE_LOCK_INFO *held, const FILE_LOCK_INFO *wanted);

static bool any_conflict(struct file_locks *locks, const FILE_LOCK_INFO *wanted, conflict_fn *conflicts)
{
    for (PLIST_ENTRY e = locks->granted.Flink; e != &locks->granted; e = e->Flink)
        if (conflicts(&CONTAINING_RECORD(e, struct range, links)->info, wanted))
            return true;
    return false;
}

static bool set_range(FILE_LOCK_INFO *info, LONGLONG start, LONGLONG length)
{
    if (start < 0 || length < 0 || (length && start > MAXLONGLONG - (length - 1)))
        return false;
    info->StartingByte.QuadPart = start;
    info->Length.QuadPart = length;
    info->EndingByte.QuadPart = start + length - 1;
    return true;
}

/* ---- ends of requests ---- */

static FLT_PREOP_CALLBACK_STATUS complete(PFILE_LOCK file_lock, PFLT_CALLBACK_DATA data, PVOID context, NTSTATUS status)
{
    PFLT_COMPLETE_LOCK_CALLBACK_DATA_ROUTINE routine =
        (PFLT_COMPLETE_LOCK_CALLBACK_DATA_ROUTINE)(void *)file_lock->CompleteLockIrpRoutine;

    data->IoStatus.Status = status;
    data->IoStatus.Information = 0;
    if (routine)
        data->IoStatus.Status = routine(context, data);
    return FLT_PREOP_COMPLETE;
}

static void complete_waiting(struct range *range, NTSTATUS status)
{
    complete(range->file_lock, range->data, range->context, status);
    FltCompletePendedPreOperation(range->data, FLT_PREOP_COMPLETE, NULL);
}

static VOID cancelled(PFLT_CALLBACK_DATA data)
{
    struct range *range = data->QueueContext[0];

    ke_lock(&range->locks->lock);
    RemoveEntryList(&range->links);
    ke_unlock(&range->locks->lock);
    complete_waiting(range, STATUS_CANCELLED);
    ExFreePoolWithTag(range, LOCK_TAG);
}

/* Moves the waiting requests that can be granted now, oldest first, to `granted` and gives their operations in *ready. */
static void grant_waiting(struct file_locks *locks, PLIST_ENTRY ready)
{
    for (PLIST_ENTRY e = locks->waiting.Flink, next; e != &locks->waiting; e = next) {
        struct range *range = CONTAINING_RECORD(e, struct range, links);
        next = e->Flink;
        if (any_conflict(locks, &range->info, lock_conflicts))
            continue;
        struct range *granted = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof *granted, LOCK_TAG);
        if (!granted)
            return; /* stays waiting: the next unlock tries again */
        if (!NT_SUCCESS(FltClearCancelCompletion(range->data))) {
            ExFreePoolWithTag(granted, LOCK_TAG);
            continue; /* its cancel routine ends it */
        }
        *granted = *range;
        RemoveEntryList(&range->links);
        InsertTailList(ready, &range->links);
        InsertTailList(&locks->granted, &granted->links);
    }
}

static void complete_ready(PLIST_ENTRY ready)
{
    while (!IsListEmpty(ready)) {
        struct range *range = CONTAINING_RECORD(RemoveHeadList(ready), struct range, links);
        complete_waiting(range, STATUS_SUCCESS);
        ExFreePoolWithTag(range, LOCK_TAG);
    }
}

/* The lock goes: what waits for it will never get it. One whose cancel routine runs ends by that. */
static void end_waiting(struct file_locks *locks)
{
    LIST_ENTRY ended;

    InitializeListHead(&ended);
    ke_lock(&locks->lock);
    for (PLIST_ENTRY e = locks->waiting.Flink, next; e != &locks->waiting; e = next) {
        next = e->Flink;
        if (!NT_SUCCESS(FltClearCancelCompletion(CONTAINING_RECORD(e, struct range, links)->data)))
            continue;
        RemoveEntryList(e);
        InsertTailList(&ended, e);
    }
    ke_unlock(&locks->lock);
    while (!IsListEmpty(&ended)) {
        struct range *range = CONTAINING_RECORD(RemoveHeadList(&ended), struct range, links);
        complete_waiting(range, STATUS_RANGE_NOT_LOCKED);
        ExFreePoolWithTag(range, LOCK_TAG);
    }
}

VOID FltUninitializeFileLock(PFILE_LOCK FileLock)
{
    struct file_locks *locks = locks_of(FileLock);

    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!locks)
        return;
    end_waiting(locks);
    free_list(&locks->granted);
    FileLock->LockInformation = NULL;
    ExFreePoolWithTag(locks, LOCK_TAG);
}

VOID FltFreeFileLock(PFILE_LOCK FileLock)
{
    FltUninitializeFileLock(FileLock);
    ExFreePoolWithTag(FileLock, LOCK_TAG);
}

/* ---- locking ---- */

/* With the lock held; STATUS_PENDING: the range waits. */
static NTSTATUS grant_or_wait(struct file_locks *locks, struct range *range, bool may_wait)
{
    if (!any_conflict(locks, &range->info, lock_conflicts)) {
        InsertTailList(&locks->granted, &range->links);
        return STATUS_SUCCESS;
    }
    if (!may_wait)
        return STATUS_LOCK_NOT_GRANTED;
    range->data->QueueContext[0] = range;
    InsertTailList(&locks->waiting, &range->links);
    if (NT_SUCCESS(FltSetCancelCompletion(range->data, cancelled)))
        return STATUS_PENDING;
    RemoveEntryList(&range->links);
    return STATUS_CANCELLED;
}

static FLT_PREOP_CALLBACK_STATUS lock_range(PFILE_LOCK file_lock, PFLT_CALLBACK_DATA data, const FILE_LOCK_INFO *info,
    PVOID context)
{
    bool may_wait = !data->Iopb->Parameters.LockControl.FailImmediately;
    struct file_locks *locks = make_locks(file_lock);
    struct range *range = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof *range, LOCK_TAG);

    if (!locks || !range) {
        if (range)
            ExFreePoolWithTag(range, LOCK_TAG);
        return complete(file_lock, data, context, STATUS_INSUFFICIENT_RESOURCES);
    }
    *range = (struct range){.info = *info, .locks = locks, .file_lock = file_lock, .data = data, .context = context};
    ke_lock(&locks->lock);
    NTSTATUS status = grant_or_wait(locks, range, may_wait && FLT_IS_IRP_OPERATION(data));
    ke_unlock(&locks->lock);
    if (status == STATUS_PENDING)
        return FLT_PREOP_PENDING;
    if (status != STATUS_SUCCESS)
        ExFreePoolWithTag(range, LOCK_TAG);
    if (status == STATUS_LOCK_NOT_GRANTED && may_wait)
        return FLT_PREOP_DISALLOW_FASTIO; /* the IRP that follows can wait */
    return complete(file_lock, data, context, status);
}

/* ---- unlocking ---- */

static bool is_exactly(const FILE_LOCK_INFO *held, const FILE_LOCK_INFO *wanted)
{
    return same_owner(held, wanted) && held->StartingByte.QuadPart == wanted->StartingByte.QuadPart &&
        held->Length.QuadPart == wanted->Length.QuadPart;
}

static bool is_of_process(const FILE_LOCK_INFO *held, const FILE_LOCK_INFO *wanted)
{
    return held->FileObject == wanted->FileObject && held->ProcessId == wanted->ProcessId;
}

static void take_ranges(struct file_locks *locks, const FILE_LOCK_INFO *wanted, conflict_fn *matches, bool only_one,
    PLIST_ENTRY released)
{
    for (PLIST_ENTRY e = locks->granted.Flink, next; e != &locks->granted; e = next) {
        next = e->Flink;
        if (!matches(&CONTAINING_RECORD(e, struct range, links)->info, wanted))
            continue;
        RemoveEntryList(e);
        InsertTailList(released, e);
        if (only_one)
            return;
    }
}

static NTSTATUS unlock_ranges(
    PFILE_LOCK file_lock, const FILE_LOCK_INFO *wanted, conflict_fn *matches, bool only_one, PVOID context)
{
    struct file_locks *locks = locks_of(file_lock);
    LIST_ENTRY released, ready;

    if (!locks)
        return only_one ? STATUS_RANGE_NOT_LOCKED : STATUS_SUCCESS;
    InitializeListHead(&released);
    InitializeListHead(&ready);
    ke_lock(&locks->lock);
    take_ranges(locks, wanted, matches, only_one, &released);
    bool any = !IsListEmpty(&released);
    if (any)
        grant_waiting(locks, &ready);
    ke_unlock(&locks->lock);
    for (PLIST_ENTRY e = released.Flink; file_lock->UnlockRoutine && e != &released; e = e->Flink)
        file_lock->UnlockRoutine(context, &CONTAINING_RECORD(e, struct range, links)->info);
    free_list(&released);
    complete_ready(&ready);
    return any || !only_one ? STATUS_SUCCESS : STATUS_RANGE_NOT_LOCKED;
}

/* ---- exported ---- */

static FILE_LOCK_INFO request_of(PFLT_CALLBACK_DATA data)
{
    const FLT_PARAMETERS *p = &data->Iopb->Parameters;

    return (FILE_LOCK_INFO){
        .ExclusiveLock = p->LockControl.ExclusiveLock,
        .Key = p->LockControl.Key,
        .FileObject = data->Iopb->TargetFileObject,
        .ProcessId = p->LockControl.ProcessId,
    };
}

FLT_PREOP_CALLBACK_STATUS FltProcessFileLock(PFILE_LOCK FileLock, PFLT_CALLBACK_DATA CallbackData, PVOID Context)
{
    const FLT_PARAMETERS *p = &CallbackData->Iopb->Parameters;
    FILE_LOCK_INFO info = request_of(CallbackData);
    UCHAR minor = CallbackData->Iopb->MinorFunction;

    KE_REQUIRE_IRQL(APC_LEVEL);
    if (CallbackData->Iopb->MajorFunction != IRP_MJ_LOCK_CONTROL)
        return complete(FileLock, CallbackData, Context, STATUS_INVALID_DEVICE_REQUEST);
    if ((minor == IRP_MN_LOCK || minor == IRP_MN_UNLOCK_SINGLE) &&
        (!p->LockControl.Length ||
            !set_range(&info, p->LockControl.ByteOffset.QuadPart, p->LockControl.Length->QuadPart)))
        return complete(FileLock, CallbackData, Context, STATUS_INVALID_LOCK_RANGE);
    switch (minor) {
    case IRP_MN_LOCK:
        return lock_range(FileLock, CallbackData, &info, Context);
    case IRP_MN_UNLOCK_SINGLE:
        return complete(
            FileLock, CallbackData, Context, unlock_ranges(FileLock, &info, is_exactly, true, Context));
    case IRP_MN_UNLOCK_ALL:
        return complete(
            FileLock, CallbackData, Context, unlock_ranges(FileLock, &info, is_of_process, false, Context));
    case IRP_MN_UNLOCK_ALL_BY_KEY:
        return complete(FileLock, CallbackData, Context, unlock_ranges(FileLock, &info, same_owner, false, Context));
    default:
        return complete(FileLock, CallbackData, Context, STATUS_INVALID_DEVICE_REQUEST);
    }
}

static BOOLEAN may_access(PFILE_LOCK file_lock, const FILE_LOCK_INFO *wanted, conflict_fn *conflicts)
{
    struct file_locks *locks = locks_of(file_lock);

    if (!locks)
        return TRUE;
    ke_lock(&locks->lock);
    bool conflict = any_conflict(locks, wanted, conflicts);
    ke_unlock(&locks->lock);
    return !conflict;
}

BOOLEAN FltCheckLockForReadAccess(PFILE_LOCK FileLock, PFLT_CALLBACK_DATA CallbackData)
{
    const FLT_PARAMETERS *p = &CallbackData->Iopb->Parameters;
    FILE_LOCK_INFO wanted = {.FileObject = CallbackData->Iopb->TargetFileObject,
        .ProcessId = FltGetRequestorProcess(CallbackData),
        .Key = p->Read.Key};

    KE_REQUIRE_IRQL(APC_LEVEL);
    return !set_range(&wanted, p->Read.ByteOffset.QuadPart, p->Read.Length) ||
        may_access(FileLock, &wanted, read_conflicts);
}

BOOLEAN FltCheckLockForWriteAccess(PFILE_LOCK FileLock, PFLT_CALLBACK_DATA CallbackData)
{
    const FLT_PARAMETERS *p = &CallbackData->Iopb->Parameters;
    FILE_LOCK_INFO wanted = {.FileObject = CallbackData->Iopb->TargetFileObject,
        .ProcessId = FltGetRequestorProcess(CallbackData),
        .Key = p->Write.Key};

    KE_REQUIRE_IRQL(APC_LEVEL);
    return !set_range(&wanted, p->Write.ByteOffset.QuadPart, p->Write.Length) ||
        may_access(FileLock, &wanted, write_conflicts);
}
