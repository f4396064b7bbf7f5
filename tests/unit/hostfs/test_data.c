/* Reading, writing, flushing, sizes, byte-range locks. */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#define PLACE struct place *place = *state; struct opened o; (void)o

static void reads(void **state)
{
    PLACE;
    char buffer[16] = {0};
    ULONG_PTR got;
    place_write(place, "f", "0123456789");
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_READ_DATA);
    assert_status(STATUS_SUCCESS, read_at(file, 2, buffer, 4, &got));
    assert_int_equal(4, got);
    assert_memory_equal("2345", buffer, 4);
    assert_status(STATUS_SUCCESS, read_at(file, 8, buffer, 16, &got)); /* partly there */
    assert_int_equal(2, got);
    assert_status(STATUS_END_OF_FILE, read_at(file, 10, buffer, 1, &got));
    assert_int_equal(0, got);
    assert_status(STATUS_SUCCESS, read_at(file, 99, buffer, 0, &got)); /* nothing asked, nothing wrong */
    assert_status(STATUS_INVALID_PARAMETER, read_at(file, -5, buffer, 1, &got));
    place_close(file);
    PFILE_OBJECT root = place_directory(place, u"\\");
    assert_status(STATUS_INVALID_DEVICE_REQUEST, read_at(root, 0, buffer, 1, &got));
    place_close(root);
}

static void writes(void **state)
{
    PLACE;
    ULONG_PTR put;
    place_write(place, "f", "0123456789");
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_WRITE_DATA | FILE_APPEND_DATA);
    assert_status(STATUS_SUCCESS, write_at(file, 3, "abc", 3, &put));
    assert_int_equal(3, put);
    assert_string_equal("012abc6789", place_text(place, "f"));
    assert_status(STATUS_SUCCESS, write_at(file, -1, "END", 3, &put)); /* FILE_WRITE_TO_END_OF_FILE */
    assert_string_equal("012abc6789END", place_text(place, "f"));
    assert_status(STATUS_SUCCESS, write_at(file, 0, "", 0, &put));
    assert_int_equal(0, put);
    assert_true(file->Flags & FO_FILE_MODIFIED);
    place_close(file);
}

static void append_only(void **state)
{
    PLACE;
    place_write(place, "f", "log:");
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_APPEND_DATA);
    struct io_transfer t = on(file);
    t.mode = UserMode;
    assert_status(STATUS_SUCCESS, io_write(&t, (void *)"a", 1, at(0))); /* wherever it was meant to go */
    assert_status(STATUS_SUCCESS, io_write(&t, (void *)"b", 1, at(1)));
    assert_string_equal("log:ab", place_text(place, "f"));
    assert_status(STATUS_SUCCESS, write_at(file, 0, "L", 1, NULL)); /* the kernel side means what it says */
    assert_string_equal("Log:ab", place_text(place, "f"));
    place_close(file);
}

/* FltReadFile on a file somebody opened for writing only, and the reverse; on one opened for neither. */
static void kernel_side_transfers(void **state)
{
    PLACE;
    static const ACCESS_MASK rights[] = {FILE_READ_DATA, FILE_WRITE_DATA, FILE_READ_ATTRIBUTES};
    for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++) {
        char text[3] = {0};
        place_write(place, "f", "abcd");
        PFILE_OBJECT file = place_file(place, u"\\f", rights[i]);
        for (int again = 0; again < 2; again++) {
            assert_status(STATUS_SUCCESS, read_at(file, 0, text, 2, NULL));
            assert_string_equal("ab", text);
            assert_status(STATUS_SUCCESS, write_at(file, 2, "XY", 2, NULL));
        }
        assert_string_equal("abXY", place_text(place, "f"));
        place_close(file);
    }
}

static void position(void **state)
{
    PLACE;
    char text[4] = {0};
    place_write(place, "f", "0123456789");
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .access = FILE_READ_DATA | SYNCHRONIZE, .options = FILE_SYNCHRONOUS_IO_NONALERT));
    assert_status(STATUS_SUCCESS, read_at(o.file, 2, text, 3, NULL));
    assert_int_equal(5, o.file->CurrentByteOffset.QuadPart);
    assert_status(STATUS_SUCCESS, read_at(o.file, -2, text, 3, NULL)); /* FILE_USE_FILE_POINTER_POSITION */
    assert_string_equal("567", text);
    FILE_POSITION_INFORMATION where = {at(1)};
    assert_status(STATUS_SUCCESS, set(o.file, FilePositionInformation, &where, sizeof where));
    assert_status(STATUS_SUCCESS, read_at(o.file, -2, text, 3, NULL));
    assert_string_equal("123", text);
    place_close(o.file);
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_READ_DATA); /* an asynchronous one has none */
    assert_status(STATUS_SUCCESS, read_at(file, 2, text, 3, NULL));
    assert_int_equal(0, file->CurrentByteOffset.QuadPart);
    place_close(file);
}

static void paging_writes(void **state)
{
    PLACE;
    place_write(place, "f", "0123");
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_WRITE_DATA);
    struct io_transfer t = on(file);
    t.irp_flags = IRP_PAGING_IO | IRP_NOCACHE;
    assert_status(STATUS_SUCCESS, io_write(&t, (void *)"ABCDEFGH", 8, at(2)));
    assert_int_equal(8, t.iosb.Information); /* all of it is done with */
    assert_string_equal("01AB", place_text(place, "f"));
    assert_status(STATUS_SUCCESS, io_write(&t, (void *)"X", 1, at(100)));
    assert_string_equal("01AB", place_text(place, "f"));
    place_close(file);
}

static void unaligned(void **state)
{
    PLACE;
    static char buffer[512] __attribute__((aligned(512)));
    place_write(place, "f", "x");
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .access = FILE_READ_DATA, .options = FILE_NO_INTERMEDIATE_BUFFERING));
    assert_status(STATUS_INVALID_PARAMETER, read_at(o.file, 0, buffer, 10, NULL));
    assert_status(STATUS_INVALID_PARAMETER, read_at(o.file, 10, buffer, 512, NULL));
    assert_status(STATUS_SUCCESS, read_at(o.file, 0, buffer, 512, NULL));
    place_close(o.file);
}

static void full_disk(void **state)
{
    PLACE;
    if (geteuid() != 0)
        skip_because("needs root");
    static char block[65536];
    ULONG_PTR put;
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .access = FILE_WRITE_DATA, .disposition = FILE_CREATE));
    NTSTATUS status = STATUS_SUCCESS;
    struct io_transfer t = on(o.file);
    for (int i = 0; i < 3 && NT_SUCCESS(status); i++)
        status = io_write(&t, block, sizeof block, at(i * 65536L));
    assert_status(STATUS_DISK_FULL, status);
    assert_int_equal(ENOSPC, t.base_errno);
    place_close(o.file);
    unlink(place_path(place, "f"));
    assert_status(STATUS_DISK_FULL, OPEN(place, &o, .name = u"\\g", .access = FILE_WRITE_DATA, .disposition = FILE_CREATE, .allocation = 1 << 20));
    assert_false(place_has(place, "g")); /* a create that failed leaves nothing */
    put = 0;
    (void)put;
}

static void sizes(void **state)
{
    PLACE;
    struct stat st;
    place_write(place, "f", "0123456789");
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_WRITE_DATA);
    FILE_END_OF_FILE_INFORMATION end = {at(4)};
    assert_status(STATUS_SUCCESS, set(file, FileEndOfFileInformation, &end, sizeof end));
    assert_string_equal("0123", place_text(place, "f"));
    end.EndOfFile = at(100000);
    assert_status(STATUS_SUCCESS, set(file, FileEndOfFileInformation, &end, sizeof end));
    assert_int_equal(0, stat(place_path(place, "f"), &st));
    assert_int_equal(100000, st.st_size);
    FILE_ALLOCATION_INFORMATION allocation = {at(2)};
    assert_status(STATUS_SUCCESS, set(file, FileAllocationInformation, &allocation, sizeof allocation));
    assert_string_equal("01", place_text(place, "f"));
    allocation.AllocationSize = at(1 << 20);
    assert_status(STATUS_SUCCESS, set(file, FileAllocationInformation, &allocation, sizeof allocation));
    assert_int_equal(0, stat(place_path(place, "f"), &st));
    assert_int_equal(2, st.st_size);
    assert_true(st.st_blocks * 512 >= 1 << 20);
    FILE_VALID_DATA_LENGTH_INFORMATION valid = {at(3)};
    assert_status(STATUS_INVALID_PARAMETER, set(file, FileValidDataLengthInformation, &valid, sizeof valid));
    end.EndOfFile = at(-1);
    assert_status(STATUS_INVALID_PARAMETER, set(file, FileEndOfFileInformation, &end, sizeof end));
    place_close(file);
}

static void flushes(void **state)
{
    PLACE;
    place_write(place, "f", "x");
    const UCHAR minors[] = {0, IRP_MN_FLUSH_AND_PURGE, IRP_MN_FLUSH_DATA_ONLY, IRP_MN_FLUSH_NO_SYNC, IRP_MN_FLUSH_DATA_SYNC_ONLY};
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_WRITE_DATA), root = place_directory(place, u"\\");
    for (size_t i = 0; i < sizeof minors; i++) {
        struct io_transfer t = on(file), d = on(root);
        assert_status(STATUS_SUCCESS, io_flush(&t, minors[i]));
        assert_status(STATUS_SUCCESS, io_flush(&d, minors[i]));
    }
    place_close(root);
    place_close(file);
}

/* ---- locks ---- */

static NTSTATUS lock(PFILE_OBJECT file, LONGLONG start, LONGLONG length, ULONG key, UCHAR flags)
{
    struct io_transfer t = on(file);
    LARGE_INTEGER offset = at(start), size = at(length);
    return io_lock_control(&t, IRP_MN_LOCK, &offset, &size, key, flags);
}

static NTSTATUS unlock(PFILE_OBJECT file, UCHAR minor, LONGLONG start, LONGLONG length, ULONG key)
{
    struct io_transfer t = on(file);
    LARGE_INTEGER offset = at(start), size = at(length);
    return io_lock_control(&t, minor, &offset, &size, key, 0);
}

#define NOW SL_FAIL_IMMEDIATELY
#define EXCLUSIVE (SL_EXCLUSIVE_LOCK | SL_FAIL_IMMEDIATELY)

static void locks_conflict(void **state)
{
    PLACE;
    char c;
    place_write(place, "f", "0123456789");
    PFILE_OBJECT a = place_file(place, u"\\f", FILE_READ_DATA | FILE_WRITE_DATA), b = place_file(place, u"\\f", FILE_READ_DATA | FILE_WRITE_DATA);
    assert_status(STATUS_SUCCESS, lock(a, 0, 4, 0, EXCLUSIVE));
    assert_status(STATUS_LOCK_NOT_GRANTED, lock(b, 3, 1, 0, NOW));
    assert_status(STATUS_LOCK_NOT_GRANTED, lock(a, 3, 1, 0, NOW)); /* an exclusive one suits nobody */
    assert_status(STATUS_SUCCESS, lock(b, 4, 4, 0, NOW));
    assert_status(STATUS_SUCCESS, lock(a, 4, 4, 0, NOW));
    assert_status(STATUS_FILE_LOCK_CONFLICT, read_at(b, 0, &c, 1, NULL));
    assert_status(STATUS_SUCCESS, read_at(a, 0, &c, 1, NULL));
    assert_status(STATUS_SUCCESS, read_at(b, 4, &c, 1, NULL));
    assert_status(STATUS_FILE_LOCK_CONFLICT, write_at(b, 4, "x", 1, NULL)); /* shared: nobody writes */
    assert_status(STATUS_SUCCESS, write_at(b, 9, "x", 1, NULL));
    assert_status(STATUS_RANGE_NOT_LOCKED, unlock(a, IRP_MN_UNLOCK_SINGLE, 0, 3, 0)); /* the exact range only */
    assert_status(STATUS_SUCCESS, unlock(a, IRP_MN_UNLOCK_SINGLE, 0, 4, 0));
    assert_status(STATUS_SUCCESS, read_at(b, 0, &c, 1, NULL));
    assert_status(STATUS_SUCCESS, unlock(b, IRP_MN_UNLOCK_ALL, 0, 0, 0));
    assert_status(STATUS_SUCCESS, lock(a, 0, 1, 7, NOW));
    assert_status(STATUS_SUCCESS, unlock(a, IRP_MN_UNLOCK_ALL_BY_KEY, 0, 0, 7));
    place_close(b);
    place_close(a);
}

static void locks_end_with_the_handle(void **state)
{
    PLACE;
    place_write(place, "f", "0123456789");
    PFILE_OBJECT a = place_file(place, u"\\f", FILE_READ_DATA), b = place_file(place, u"\\f", FILE_READ_DATA);
    assert_status(STATUS_SUCCESS, lock(a, 0, 10, 0, EXCLUSIVE));
    place_close(a);
    assert_status(STATUS_SUCCESS, lock(b, 0, 10, 0, EXCLUSIVE));
    place_close(b);
}

struct pended {
    struct io_operation *op;
    LARGE_INTEGER length;
    KEVENT done;
    NTSTATUS status;
};

static void finished(struct io_operation *op, void *context)
{
    struct pended *p = context;
    p->status = op->iosb.Status;
    KeSetEvent(&p->done, 0, FALSE);
}

static NTSTATUS pend_lock(struct pended *p, PFILE_OBJECT file, LONGLONG start, LONGLONG length)
{
    KeInitializeEvent(&p->done, NotificationEvent, FALSE);
    p->length = at(length);
    p->op = io_operation_new(io_file_of(file)->volume, IRP_MJ_LOCK_CONTROL, IRP_MN_LOCK, file);
    p->op->iopb.Parameters.LockControl.ByteOffset = at(start);
    p->op->iopb.Parameters.LockControl.Length = &p->length;
    p->op->iopb.Parameters.LockControl.ExclusiveLock = TRUE;
    io_push_frame(p->op, finished, p);
    return io_send(p->op);
}

static void locks_wait(void **state)
{
    PLACE;
    struct pended first, second, third;
    place_write(place, "f", "0123456789");
    PFILE_OBJECT a = place_file(place, u"\\f", FILE_READ_DATA), b = place_file(place, u"\\f", FILE_READ_DATA);
    assert_status(STATUS_SUCCESS, lock(a, 0, 10, 0, EXCLUSIVE));
    assert_status(STATUS_PENDING, pend_lock(&first, b, 0, 5));
    assert_status(STATUS_PENDING, pend_lock(&second, b, 3, 5));
    assert_status(STATUS_PENDING, pend_lock(&third, b, 8, 1));
    assert_true(io_cancel(third.op));
    assert_status(STATUS_CANCELLED, third.status);
    assert_status(STATUS_SUCCESS, unlock(a, IRP_MN_UNLOCK_SINGLE, 0, 10, 0));
    assert_status(STATUS_SUCCESS, first.status);
    assert_int_equal(0, KeReadStateEvent(&second.done)); /* behind the first */
    assert_status(STATUS_SUCCESS, unlock(b, IRP_MN_UNLOCK_SINGLE, 0, 5, 0));
    assert_status(STATUS_SUCCESS, second.status);
    io_operation_free(first.op);
    io_operation_free(second.op);
    io_operation_free(third.op);
    /* a handle that goes takes its waiting along */
    assert_status(STATUS_PENDING, pend_lock(&first, a, 3, 1));
    io_cleanup_file(a, NULL);
    assert_status(STATUS_RANGE_NOT_LOCKED, first.status);
    io_operation_free(first.op);
    place_close(a);
    place_close(b);
}

/* Threads lock, wait, cancel and read on one file: nothing hangs, nobody is in twice. For ThreadSanitizer. */
struct contest {
    PFILE_OBJECT file;
    unsigned *inside;
};

static void *contend(void *context)
{
    struct contest *c = context;
    char text[4];
    for (int i = 0; i < 300; i++) {
        struct pended p;
        NTSTATUS status = pend_lock(&p, c->file, 0, 1);
        if (status == STATUS_PENDING) {
            if (i % 3 == 0)
                io_cancel(p.op);
            KeWaitForSingleObject(&p.done, Executive, KernelMode, FALSE, NULL);
            status = p.status;
        }
        if (status == STATUS_SUCCESS) {
            assert_int_equal(1, ++*c->inside); /* guarded by the lock itself */
            --*c->inside;
            assert_status(STATUS_SUCCESS, unlock(c->file, IRP_MN_UNLOCK_SINGLE, 0, 1, 0));
        }
        read_at(c->file, 2, text, 2, NULL);
        io_operation_free(p.op);
    }
    return NULL;
}

static void locks_under_contention(void **state)
{
    PLACE;
    pthread_t threads[4];
    struct contest contests[4];
    unsigned inside = 0;
    place_write(place, "f", "0123456789");
    for (int i = 0; i < 4; i++) {
        contests[i] = (struct contest){place_file(place, u"\\f", FILE_READ_DATA), &inside};
        pthread_create(&threads[i], NULL, contend, &contests[i]);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        place_close(contests[i].file);
    }
}

#define IN_PLACE(name, fn) TEST_WITH(name, fn, place_setup, place_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE("F-360 F-362 reads at, across and behind the end", reads),
        IN_PLACE("F-356 writes, also to the end", writes),
        IN_PLACE("V-041 the right to append only appends", append_only),
        IN_PLACE("F-354 the kernel side reads and writes whatever the handle's rights", kernel_side_transfers),
        IN_PLACE("F-356 F-357 the position of synchronous files", position),
        IN_PLACE("V-073 writes of a mapping make no file longer", paging_writes),
        IN_PLACE("F-358 transfers without buffering are aligned", unaligned),
        TEST_WITH("V-126 V-127 a full disk", full_disk, place_setup_tmpfs, place_teardown),
        IN_PLACE("V-093 V-094 V-085 sizes and allocations", sizes),
        IN_PLACE("V-076 F-373 flushing", flushes),
        IN_PLACE("V-189 V-190 F-363 byte-range locks", locks_conflict),
        IN_PLACE("V-104 V-189 locks end with the handle", locks_end_with_the_handle),
        IN_PLACE("V-189 V-191 locks wait, in order, and can be cancelled", locks_wait),
        IN_PLACE("V-189 locks under contention", locks_under_contention),
    };
    return RUN_TESTS(tests, place_group, NULL);
}
