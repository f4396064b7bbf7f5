/* Byte-range locks that a filter keeps itself, push locks and resources (filters.md 7.4). */
#include "files.h"

/* ---- LOW keeps the locks; HIGH asks as anybody would ---- */

static PFILE_LOCK file_lock;
static unsigned completed_routine, unlocked_routine;
static BOOLEAN may_read, may_write;

static NTSTATUS FLTAPI on_complete(PVOID context, PFLT_CALLBACK_DATA data)
{
    completed_routine++;
    return data->IoStatus.Status;
}

static VOID NTAPI on_unlock(PVOID context, PFILE_LOCK_INFO info)
{
    unlocked_routine++;
}

static FLT_PREOP_CALLBACK_STATUS keep_locks(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    switch (data->Iopb->MajorFunction) {
    case IRP_MJ_LOCK_CONTROL:
        return FltProcessFileLock(file_lock, data, NULL);
    case IRP_MJ_READ:
        may_read = FltCheckLockForReadAccess(file_lock, data);
        break;
    case IRP_MJ_WRITE:
        may_write = FltCheckLockForWriteAccess(file_lock, data);
        break;
    }
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static struct test_filter *locking_filters(void)
{
    struct test_filter *high = filter_load(HIGH);

    completed_routine = unlocked_routine = 0;
    file_lock = FltAllocateFileLock(on_complete, on_unlock);
    assert_non_null(file_lock);
    filter_load(LOW)->pre = keep_locks;
    return high;
}

/* The file is closed: nobody asks any more. */
static void end_locking(void)
{
    filters[LOW].pre = NULL;
    FltFreeFileLock(file_lock);
}

static PFLT_CALLBACK_DATA request(struct test_filter *high, PFILE_OBJECT file, UCHAR minor, LONGLONG offset, PLARGE_INTEGER length,
    bool exclusive, bool fail_immediately, ULONG key)
{
    PFLT_CALLBACK_DATA data;

    assert_status(STATUS_SUCCESS, FltAllocateCallbackData(high->instance, file, &data));
    data->Iopb->MajorFunction = IRP_MJ_LOCK_CONTROL;
    data->Iopb->MinorFunction = minor;
    data->Iopb->Parameters.LockControl.ByteOffset.QuadPart = offset;
    data->Iopb->Parameters.LockControl.Length = length;
    data->Iopb->Parameters.LockControl.Key = key;
    data->Iopb->Parameters.LockControl.ExclusiveLock = exclusive;
    data->Iopb->Parameters.LockControl.FailImmediately = fail_immediately;
    data->Iopb->Parameters.LockControl.ProcessId = PsGetCurrentProcess();
    return data;
}

static NTSTATUS now(struct test_filter *high, PFILE_OBJECT file, UCHAR minor, LONGLONG offset, LONGLONG length, bool exclusive)
{
    LARGE_INTEGER of = {.QuadPart = length};
    PFLT_CALLBACK_DATA data = request(high, file, minor, offset, &of, exclusive, true, 0);

    FltPerformSynchronousIo(data);
    NTSTATUS status = data->IoStatus.Status;
    FltFreeCallbackData(data);
    return status;
}

static void ranges(void **state)
{
    struct test_filter *high = locking_filters();
    PFILE_OBJECT one = open_file("\\a.txt", FILE_READ_DATA | FILE_WRITE_DATA, 0), two = open_file("\\a.txt", FILE_READ_DATA, 0);

    assert_status(STATUS_SUCCESS, now(high, one, IRP_MN_LOCK, 0, 10, false));
    assert_int_equal(completed_routine, 1);
    assert_status(STATUS_SUCCESS, now(high, two, IRP_MN_LOCK, 5, 10, false)); /* shared beside shared */
    assert_status(STATUS_LOCK_NOT_GRANTED, now(high, two, IRP_MN_LOCK, 0, 1, true));
    assert_status(STATUS_SUCCESS, now(high, two, IRP_MN_LOCK, 100, 10, true));
    assert_status(STATUS_LOCK_NOT_GRANTED, now(high, one, IRP_MN_LOCK, 109, 1, false));
    assert_status(STATUS_SUCCESS, now(high, two, IRP_MN_LOCK, 109, 1, false)); /* its own exclusive one */
    assert_status(STATUS_LOCK_NOT_GRANTED, now(high, two, IRP_MN_LOCK, 109, 1, true));
    assert_status(STATUS_SUCCESS, now(high, one, IRP_MN_LOCK, 110, 1, true));
    assert_status(STATUS_SUCCESS, now(high, one, IRP_MN_LOCK, 105, 0, true)); /* nothing overlaps nothing */
    assert_status(STATUS_INVALID_LOCK_RANGE, now(high, one, IRP_MN_LOCK, MAXLONGLONG, 2, true));

    assert_status(STATUS_RANGE_NOT_LOCKED, now(high, one, IRP_MN_UNLOCK_SINGLE, 0, 9, false));
    assert_status(STATUS_RANGE_NOT_LOCKED, now(high, two, IRP_MN_UNLOCK_SINGLE, 0, 10, false));
    assert_status(STATUS_SUCCESS, now(high, one, IRP_MN_UNLOCK_SINGLE, 0, 10, false));
    assert_int_equal(unlocked_routine, 1);
    assert_status(STATUS_SUCCESS, now(high, two, IRP_MN_UNLOCK_ALL, 0, 0, false));
    assert_status(STATUS_SUCCESS, now(high, one, IRP_MN_LOCK, 0, 110, true));
    ofm_close(one);
    ofm_close(two);
    end_locking();
}

static void access_beside_locks(void **state)
{
    struct test_filter *high = locking_filters();
    PFILE_OBJECT one = open_file("\\a.txt", FILE_READ_DATA | FILE_WRITE_DATA, 0);
    PFILE_OBJECT two = open_file("\\a.txt", FILE_READ_DATA | FILE_WRITE_DATA, 0);
    char byte = 'h';
    ULONG done;

    assert_status(STATUS_SUCCESS, now(high, one, IRP_MN_LOCK, 0, 1, true));
    ofm_read(one, 0, &byte, 1, &done);
    assert_true(may_read); /* its own */
    ofm_read(two, 0, &byte, 1, &done);
    assert_false(may_read);
    ofm_read(two, 1, &byte, 1, &done);
    assert_true(may_read);
    ofm_write(one, 0, "h", 1, &done);
    assert_true(may_write);
    ofm_write(two, 0, "h", 1, &done);
    assert_false(may_write);
    assert_status(STATUS_SUCCESS, now(high, one, IRP_MN_LOCK, 4, 1, false));
    ofm_read(two, 4, &byte, 1, &done);
    assert_true(may_read);
    ofm_write(one, 4, "o", 1, &done);
    assert_false(may_write); /* shared keeps writers out, its owner too */
    ofm_close(one);
    ofm_close(two);
    end_locking();
}

struct waiting {
    KEVENT ended;
    NTSTATUS status;
};

static VOID FLTAPI note_end(PFLT_CALLBACK_DATA data, PFLT_CONTEXT context)
{
    struct waiting *waiting = context;

    waiting->status = data->IoStatus.Status;
    KeSetEvent(&waiting->ended, 0, FALSE);
}

static void waiting_requests(void **state)
{
    struct test_filter *high = locking_filters();
    PFILE_OBJECT one = open_file("\\a.txt", FILE_READ_DATA, 0), two = open_file("\\a.txt", FILE_READ_DATA, 0);
    LARGE_INTEGER length = {.QuadPart = 10};
    struct waiting first, second;

    KeInitializeEvent(&first.ended, NotificationEvent, FALSE);
    KeInitializeEvent(&second.ended, NotificationEvent, FALSE);
    assert_status(STATUS_SUCCESS, now(high, one, IRP_MN_LOCK, 0, 10, true));
    PFLT_CALLBACK_DATA data = request(high, two, IRP_MN_LOCK, 0, &length, true, false, 0);
    assert_status(STATUS_PENDING, FltPerformAsynchronousIo(data, note_end, &first));
    PFLT_CALLBACK_DATA cancelled = request(high, two, IRP_MN_LOCK, 5, &length, true, false, 0);
    assert_status(STATUS_PENDING, FltPerformAsynchronousIo(cancelled, note_end, &second));
    assert_int_equal(KeReadStateEvent(&first.ended), 0);

    assert_true(FltCancelIo(cancelled));
    KeWaitForSingleObject(&second.ended, Executive, KernelMode, FALSE, NULL);
    assert_status(STATUS_CANCELLED, second.status);
    assert_int_equal(KeReadStateEvent(&first.ended), 0);

    assert_status(STATUS_SUCCESS, now(high, one, IRP_MN_UNLOCK_SINGLE, 0, 10, true));
    KeWaitForSingleObject(&first.ended, Executive, KernelMode, FALSE, NULL);
    assert_status(STATUS_SUCCESS, first.status);
    assert_status(STATUS_LOCK_NOT_GRANTED, now(high, one, IRP_MN_LOCK, 0, 1, false)); /* it is two's now */
    FltFreeCallbackData(data);
    FltFreeCallbackData(cancelled);

    KeClearEvent(&first.ended);
    data = request(high, one, IRP_MN_LOCK, 0, &length, true, false, 0);
    assert_status(STATUS_PENDING, FltPerformAsynchronousIo(data, note_end, &first));
    FltUninitializeFileLock(file_lock); /* whoever waits is told */
    KeWaitForSingleObject(&first.ended, Executive, KernelMode, FALSE, NULL);
    assert_status(STATUS_RANGE_NOT_LOCKED, first.status);
    FltFreeCallbackData(data);
    ofm_close(one);
    ofm_close(two);
    end_locking();
}

/* ---- push locks and resources ---- */

static void apcs_are_off_while_locked(void **state)
{
    EX_PUSH_LOCK lock;
    ERESOURCE resource;

    FltInitializePushLock(&lock);
    assert_false(KeAreApcsDisabled());
    FltAcquirePushLockExclusive(&lock);
    assert_true(KeAreApcsDisabled());
    FltReleasePushLock(&lock);
    assert_false(KeAreApcsDisabled());
    FltAcquirePushLockShared(&lock);
    FltAcquirePushLockShared(&lock);
    FltReleasePushLock(&lock);
    assert_true(KeAreApcsDisabled());
    FltReleasePushLock(&lock);
    assert_false(KeAreApcsDisabled());
    FltDeletePushLock(&lock);

    ExInitializeResourceLite(&resource);
    FltAcquireResourceExclusive(&resource);
    assert_true(KeAreApcsDisabled());
    assert_true(ExIsResourceAcquiredExclusiveLite(&resource));
    FltReleaseResource(&resource);
    FltAcquireResourceShared(&resource);
    assert_false(ExIsResourceAcquiredExclusiveLite(&resource));
    FltReleaseResource(&resource);
    assert_false(KeAreApcsDisabled());
    ExDeleteResourceLite(&resource);
}

static struct {
    EX_PUSH_LOCK lock;
    unsigned counter;
} guarded;

static void *count_guarded(void *unused)
{
    for (int i = 0; i < 2000; i++) {
        FltAcquirePushLockExclusive(&guarded.lock);
        guarded.counter++;
        FltReleasePushLock(&guarded.lock);
    }
    return NULL;
}

static void push_locks_exclude(void **state)
{
    pthread_t threads[3];

    FltInitializePushLock(&guarded.lock);
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, count_guarded, NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(guarded.counter, 6000);
    FltDeletePushLock(&guarded.lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("F-383 which ranges lock each other out", ranges, files_start, files_stop),
        TEST_WITH("F-383 who may read and write beside locks", access_beside_locks, files_start, files_stop),
        TEST_WITH("F-383 F-224 waiting requests are granted by an unlock or cancelled", waiting_requests, files_start, files_stop),
        TEST_WITH("F-385 APCs are off while a push lock or resource is held", apcs_are_off_while_locked, files_start, files_stop),
        TEST_WITH("F-385 push locks exclude", push_locks_exclude, files_start, files_stop),
    };

    return RUN_TESTS(tests, NULL, NULL);
}
