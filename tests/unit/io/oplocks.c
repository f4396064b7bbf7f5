/* The FsRtl calls of the oplock package for IRPs, as a driver with a device of its own would use them. What breaks what is shown
 * in conformance/filters/oplocks.c. */
#include "rig.h"

#include "ntoskrnl/ke/ke.h"

static OPLOCK oplock;
static struct memfs *fs;
static PFILE_OBJECT owner, other;

static PFILE_OBJECT open_file(void)
{
    struct io_create_request request = {.volume = memfs_volume(fs), .access = FILE_READ_DATA | FILE_WRITE_DATA, .disposition = FILE_OPEN,
        .share_access = FILE_SHARE_READ | FILE_SHARE_WRITE};
    struct io_create_result result;
    RtlInitUnicodeString(&request.path, u"\\file");
    assert_status(STATUS_SUCCESS, io_create_file(&request, &result));
    return result.file;
}

static int begin(void **state)
{
    fs = memfs_create(NULL);
    memfs_add_file(fs, u"\\file", "hello");
    owner = open_file();
    other = open_file();
    FsRtlInitializeOplock(&oplock);
    return oplock != NULL;
}

static int end(void **state)
{
    FsRtlUninitializeOplock(&oplock);
    rig_close(other);
    rig_close(owner);
    memfs_remove(fs);
    return 0;
}

struct sent {
    PIRP irp;
    KEVENT completed;
    IO_STATUS_BLOCK iosb;
};

static void make(struct sent *sent, UCHAR major, PFILE_OBJECT file)
{
    memset(sent, 0, sizeof *sent);
    KeInitializeEvent(&sent->completed, NotificationEvent, FALSE);
    sent->irp = IoAllocateIrp(1, FALSE);
    sent->irp->UserEvent = &sent->completed;
    sent->irp->UserIosb = &sent->iosb;
    IoSetNextIrpStackLocation(sent->irp);
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(sent->irp);
    stack->MajorFunction = major;
    stack->FileObject = file;
}

static NTSTATUS request(struct sent *sent, PFILE_OBJECT file, ULONG code, ULONG count)
{
    make(sent, IRP_MJ_FILE_SYSTEM_CONTROL, file);
    IoGetCurrentIrpStackLocation(sent->irp)->Parameters.FileSystemControl.FsControlCode = code;
    return FsRtlOplockFsctrl(&oplock, sent->irp, count);
}

static bool is_completed(struct sent *sent)
{
    return KeReadStateEvent(&sent->completed) != 0;
}

static void finish(struct sent *sent)
{
    rig_wait(&sent->completed);
    IoFreeIrp(sent->irp);
}

static unsigned prepared, resumed;
static NTSTATUS resumed_with;

static VOID before_pending(PVOID context, PIRP irp)
{
    assert_ptr_equal(&resumed, context);
    assert_true(IoGetCurrentIrpStackLocation(irp)->Control & SL_PENDING_RETURNED);
    prepared++;
}

static VOID wait_over(PVOID context, PIRP irp)
{
    assert_ptr_equal(&resumed, context);
    resumed++;
    resumed_with = irp->IoStatus.Status;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
}

static void granted_and_broken(void **state)
{
    struct sent exclusive, read, answer;
    prepared = resumed = 0;
    assert_status(STATUS_PENDING, request(&exclusive, owner, FSCTL_REQUEST_BATCH_OPLOCK, 1));
    assert_true(FsRtlCurrentOplock(&oplock));
    assert_true(FsRtlCurrentBatchOplock(&oplock));
    assert_false(FsRtlOplockIsSharedRequest(exclusive.irp));
    make(&read, IRP_MJ_READ, other);
    assert_status(STATUS_PENDING, FsRtlCheckOplock(&oplock, read.irp, &resumed, wait_over, before_pending));
    assert_int_equal(1, prepared);
    assert_int_equal(0, resumed);
    finish(&exclusive);
    assert_status(STATUS_SUCCESS, exclusive.iosb.Status);
    assert_int_equal(FILE_OPLOCK_BROKEN_TO_LEVEL_2, exclusive.iosb.Information);
    assert_status(STATUS_SUCCESS, request(&answer, owner, FSCTL_OPLOCK_BREAK_ACK_NO_2, 0));
    finish(&answer);
    finish(&read);
    assert_int_equal(1, resumed);
    assert_status(STATUS_SUCCESS, resumed_with);
    assert_false(FsRtlCurrentOplock(&oplock));
}

static void cancelled(void **state)
{
    struct sent exclusive, write, answer;
    resumed = 0;
    assert_status(STATUS_PENDING, request(&exclusive, owner, FSCTL_REQUEST_OPLOCK_LEVEL_1, 1));
    make(&write, IRP_MJ_WRITE, other);
    assert_status(STATUS_PENDING, FsRtlCheckOplock(&oplock, write.irp, &resumed, wait_over, before_pending));
    finish(&exclusive);
    assert_true(IoCancelIrp(write.irp));
    finish(&write);
    assert_int_equal(1, resumed);
    assert_status(STATUS_CANCELLED, resumed_with);
    assert_status(STATUS_SUCCESS, request(&answer, owner, FSCTL_OPLOCK_BREAK_ACK_NO_2, 0));
    finish(&answer);
    assert_status(STATUS_PENDING, request(&exclusive, owner, FSCTL_REQUEST_OPLOCK_LEVEL_2, 0));
    assert_true(FsRtlOplockIsSharedRequest(exclusive.irp));
    assert_false(is_completed(&exclusive));
    assert_true(IoCancelIrp(exclusive.irp));
    finish(&exclusive);
    assert_status(STATUS_CANCELLED, exclusive.iosb.Status);
    assert_false(FsRtlCurrentOplock(&oplock));
    assert_status(STATUS_OPLOCK_NOT_GRANTED, request(&answer, owner, FSCTL_REQUEST_OPLOCK_LEVEL_1, 2));
    finish(&answer);
    assert_status(STATUS_OPLOCK_NOT_GRANTED, answer.iosb.Status);
}

static void broken_at_will(void **state)
{
    struct sent exclusive, any, answer;
    resumed = 0;
    assert_status(STATUS_PENDING, request(&exclusive, owner, FSCTL_REQUEST_OPLOCK_LEVEL_1, 1));
    make(&any, IRP_MJ_READ, other);
    assert_status(STATUS_SUCCESS, FsRtlOplockBreakH(&oplock, any.irp, 0, &resumed, wait_over, NULL)); /* caches no handles */
    assert_status(STATUS_OPLOCK_BREAK_IN_PROGRESS,
        FsRtlOplockBreakToNoneEx(&oplock, any.irp, OPLOCK_FLAG_COMPLETE_IF_OPLOCKED, &resumed, wait_over, NULL));
    finish(&exclusive);
    assert_int_equal(FILE_OPLOCK_BROKEN_TO_NONE, exclusive.iosb.Information);
    assert_false(FsRtlOplockIsFastIoPossible(&oplock));
    assert_status(STATUS_PENDING, FsRtlOplockBreakToNone(&oplock, NULL, any.irp, &resumed, wait_over, NULL));
    assert_status(STATUS_SUCCESS, request(&answer, owner, FSCTL_OPLOCK_BREAK_ACKNOWLEDGE, 0));
    finish(&answer);
    finish(&any);
    assert_true(FsRtlOplockIsFastIoPossible(&oplock));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("FsRtlOplockFsctrl keeps the IRP, FsRtlCheckOplock breaks and pends", granted_and_broken, begin, end),
        TEST_WITH("IoCancelIrp ends a waiter and a granted request", cancelled, begin, end),
        TEST_WITH("FsRtlOplockBreakH, FsRtlOplockBreakToNone(Ex)", broken_at_will, begin, end),
    };
    return RUN_TESTS(tests, rig_start, rig_stop);
}
