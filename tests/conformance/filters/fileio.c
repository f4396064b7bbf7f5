/* A filter's own opens, reads, writes and queries: below its instance, with NT's file pointer rules (filters.md section 7). */
#include "files.h"

#include <fcntl.h>
#include <unistd.h>

/* ---- opening as a filter ---- */

struct opened {
    HANDLE handle;
    PFILE_OBJECT file;
    IO_STATUS_BLOCK iosb;
};

static NTSTATUS open_as(struct test_filter *filter, PFLT_INSTANCE instance, const char *tail, ACCESS_MASK access, ULONG disposition,
    ULONG options, struct opened *opened)
{
    WCHAR buffer[300];
    UNICODE_STRING name = text16(full_name(tail), buffer, 300);
    OBJECT_ATTRIBUTES attributes;

    memset(opened, 0, sizeof *opened);
    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    return FltCreateFileEx(filter->filter, instance, &opened->handle, &opened->file, access | SYNCHRONIZE, &attributes, &opened->iosb,
        NULL, FILE_ATTRIBUTE_NORMAL, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, disposition, options, NULL, 0, 0);
}

static struct opened must_open(struct test_filter *filter, const char *tail, ACCESS_MASK access, ULONG options)
{
    struct opened opened;

    assert_status(STATUS_SUCCESS, open_as(filter, filter->instance, tail, access, FILE_OPEN, options, &opened));
    assert_non_null(opened.handle);
    assert_non_null(opened.file);
    return opened;
}

static void close_opened(struct opened *opened)
{
    assert_status(STATUS_SUCCESS, FltClose(opened->handle));
    ObDereferenceObject(opened->file);
}

#define SYNC FILE_SYNCHRONOUS_IO_NONALERT

/* ---- who sees it ---- */

static void only_those_below_see_an_open(void **state)
{
    struct test_filter *high = filter_load(HIGH), *middle = filter_load(MIDDLE), *low = filter_load(LOW);
    struct opened opened;

    high->creates = middle->creates = low->creates = 0;
    assert_status(STATUS_SUCCESS, open_as(middle, middle->instance, "\\a.txt", FILE_READ_DATA, FILE_OPEN, SYNC, &opened));
    assert_int_equal(high->creates, 0);
    assert_int_equal(middle->creates, 0);
    assert_int_equal(low->creates, 1);
    assert_int_equal(opened.iosb.Information, FILE_OPENED);
    unsigned before = low->operations;
    close_opened(&opened); /* F-350 */
    assert_int_equal(high->operations, 0);
    assert_int_equal(middle->operations, 0);
    assert_int_equal(low->operations - before, 2); /* clean-up and close */

    assert_status(STATUS_SUCCESS, open_as(middle, NULL, "\\a.txt", FILE_READ_DATA, FILE_OPEN, SYNC, &opened));
    assert_int_equal(high->creates, 1);
    assert_int_equal(middle->creates, 1); /* F-339: its own callbacks too */
    assert_int_equal(low->creates, 2);
    close_opened(&opened);
}

static void reads_start_below(void **state)
{
    struct test_filter *high = filter_load(HIGH), *low = filter_load(LOW);
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);
    char text[20] = {0};
    ULONG done = 0;
    LARGE_INTEGER offset = {.QuadPart = 6};

    high->operations = low->operations = 0;
    assert_status(STATUS_SUCCESS, FltReadFile(high->instance, file, &offset, 5, text, 0, &done, NULL, NULL));
    assert_int_equal(done, 5);
    assert_string_equal(text, "world");
    assert_int_equal(high->operations, 0);
    assert_int_equal(low->operations, 1);
    ofm_close(file);
}

static void failures_of_an_open(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened opened;

    assert_status(STATUS_OBJECT_NAME_NOT_FOUND,
        open_as(high, high->instance, "\\absent", FILE_READ_DATA, FILE_OPEN, SYNC, &opened));
    assert_null(opened.handle);
    assert_null(opened.file);
    assert_status(STATUS_OBJECT_PATH_NOT_FOUND,
        open_as(high, high->instance, "\\no\\way", FILE_READ_DATA, FILE_OPEN, SYNC, &opened));
    assert_status(STATUS_OBJECT_NAME_COLLISION,
        open_as(high, high->instance, "\\a.txt", FILE_READ_DATA, FILE_CREATE, SYNC, &opened));
    assert_status(STATUS_SUCCESS, open_as(high, high->instance, "\\new", FILE_WRITE_DATA, FILE_CREATE, SYNC, &opened));
    assert_int_equal(opened.iosb.Information, FILE_CREATED);
    close_opened(&opened);
    assert_status(STATUS_INVALID_HANDLE, FltClose((HANDLE)(ULONG_PTR)0x7ffff0)); /* F-350 */
}

static void instance_of_another_volume(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFLT_INSTANCE first = high->instance;
    ofm_volume *other = NULL;
    WCHAR buffer[300];
    char name[300];
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;
    HANDLE handle = NULL;

    assert_status(STATUS_SUCCESS, ofm_volume_add_directory(directory, NULL, &other));
    snprintf(name, sizeof name, "%s\\a.txt", ofm_volume_name(other));
    UNICODE_STRING path = text16(name, buffer, 300);
    InitializeObjectAttributes(&attributes, &path, OBJ_KERNEL_HANDLE, NULL, NULL);
    assert_status(STATUS_INVALID_DEVICE_OBJECT_PARAMETER,
        FltCreateFile(high->filter, first, &handle, FILE_READ_DATA | SYNCHRONIZE, &attributes, &iosb, NULL, 0, FILE_SHARE_READ,
            FILE_OPEN, SYNC, NULL, 0, 0));
    assert_null(handle);
    assert_status(STATUS_SUCCESS, ofm_volume_remove(other, 1));
}

static void sharing_is_checked_unless_asked(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    WCHAR buffer[300];
    UNICODE_STRING name = text16(full_name("\\a.txt"), buffer, 300);
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;
    HANDLE exclusive, second = NULL;

    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    assert_status(STATUS_SUCCESS, FltCreateFile(high->filter, high->instance, &exclusive, FILE_READ_DATA | SYNCHRONIZE, &attributes,
                                      &iosb, NULL, 0, 0, FILE_OPEN, SYNC, NULL, 0, 0));
    assert_status(STATUS_SHARING_VIOLATION, FltCreateFile(high->filter, high->instance, &second, FILE_READ_DATA | SYNCHRONIZE,
                                                &attributes, &iosb, NULL, 0, FILE_SHARE_READ, FILE_OPEN, SYNC, NULL, 0, 0));
    assert_status(STATUS_SUCCESS,
        FltCreateFile(high->filter, high->instance, &second, FILE_READ_DATA | SYNCHRONIZE, &attributes, &iosb, NULL, 0,
            FILE_SHARE_READ, FILE_OPEN, SYNC, NULL, 0, IO_IGNORE_SHARE_ACCESS_CHECK));
    FltClose(second);
    FltClose(exclusive);
}

/* ---- the file pointer ---- */

static LONGLONG pointer_of(const struct opened *opened)
{
    return opened->file->CurrentByteOffset.QuadPart;
}

static NTSTATUS read_at(struct test_filter *filter, struct opened *opened, const LONGLONG *at, ULONG length, FLT_IO_OPERATION_FLAGS flags,
    char *text, ULONG *done)
{
    LARGE_INTEGER offset = {.QuadPart = at ? *at : 0};

    memset(text, 0, 20);
    return FltReadFile(filter->instance, opened->file, at ? &offset : NULL, length, text, flags, done, NULL, NULL);
}

static void file_pointer_of_a_synchronous_file(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened opened = must_open(high, "\\a.txt", FILE_READ_DATA, SYNC);
    char text[20];
    ULONG done;
    LONGLONG four = 4, use_pointer = (LONGLONG)0xfffffffffffffffe;

    assert_status(STATUS_SUCCESS, read_at(high, &opened, NULL, 5, 0, text, &done));
    assert_string_equal(text, "hello");
    assert_int_equal(pointer_of(&opened), 5);
    assert_status(STATUS_SUCCESS, read_at(high, &opened, &use_pointer, 1, 0, text, &done));
    assert_string_equal(text, " ");
    assert_status(STATUS_SUCCESS, read_at(high, &opened, &four, 3, 0, text, &done)); /* given: the pointer does not matter */
    assert_string_equal(text, "o w");
    assert_int_equal(pointer_of(&opened), 7);
    assert_status(STATUS_SUCCESS,
        read_at(high, &opened, &four, 1, FLTFL_IO_OPERATION_DO_NOT_UPDATE_BYTE_OFFSET, text, &done));
    assert_int_equal(pointer_of(&opened), 7);
    assert_status(STATUS_SUCCESS, read_at(high, &opened, NULL, 20, 0, text, &done)); /* F-360: part */
    assert_int_equal(done, 4);
    assert_status(STATUS_END_OF_FILE, read_at(high, &opened, NULL, 1, 0, text, &done));
    assert_int_equal(done, 0);
    close_opened(&opened);
}

static void asynchronous_files_have_no_pointer(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened opened = must_open(high, "\\a.txt", FILE_READ_DATA, 0);
    char text[20];
    ULONG done;
    LONGLONG zero = 0, use_pointer = (LONGLONG)0xfffffffffffffffe;

    assert_status(STATUS_INVALID_PARAMETER, read_at(high, &opened, NULL, 5, 0, text, &done));
    assert_status(STATUS_INVALID_PARAMETER, read_at(high, &opened, &use_pointer, 5, 0, text, &done));
    assert_status(STATUS_SUCCESS, read_at(high, &opened, &zero, 5, 0, text, &done)); /* F-355: synchronous nevertheless */
    assert_string_equal(text, "hello");
    assert_int_equal(pointer_of(&opened), 0);
    close_opened(&opened);
}

static void writes_and_appends(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened opened = must_open(high, "\\a.txt", FILE_READ_DATA | FILE_WRITE_DATA, SYNC);
    LARGE_INTEGER at = {.QuadPart = 0}, end = {.LowPart = FILE_WRITE_TO_END_OF_FILE, .HighPart = -1};
    char path[200], text[40] = {0};
    ULONG done;

    assert_status(STATUS_SUCCESS, FltWriteFile(high->instance, opened.file, &at, 5, "HELLO", 0, &done, NULL, NULL));
    assert_int_equal(done, 5);
    assert_int_equal(pointer_of(&opened), 5);
    assert_status(STATUS_SUCCESS, FltWriteFile(high->instance, opened.file, &end, 1, "!", 0, &done, NULL, NULL));
    assert_status(STATUS_SUCCESS, FltWriteFile(high->instance, opened.file, &at, 0, "", 0, &done, NULL, NULL)); /* F-362 */
    assert_int_equal(done, 0);
    close_opened(&opened);
    snprintf(path, sizeof path, "%s/a.txt", directory);
    int fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, text, sizeof text - 1), 12);
    close(fd);
    assert_string_equal(text, "HELLO world!");
}

static void unbuffered_transfers_are_aligned(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened opened = must_open(high, "\\a.txt", FILE_READ_DATA, SYNC);
    char *memory = FltAllocatePoolAlignedWithTag(high->instance, NonPagedPoolNx, 512, 'aseT');
    LARGE_INTEGER at = {.QuadPart = 1};
    ULONG done;

    assert_non_null(memory);
    assert_int_equal((uintptr_t)memory % 512, 0); /* F-380 */
    assert_status(STATUS_INVALID_PARAMETER,
        FltReadFile(high->instance, opened.file, &at, 512, memory, FLTFL_IO_OPERATION_NON_CACHED, &done, NULL, NULL));
    at.QuadPart = 0;
    assert_status(STATUS_INVALID_PARAMETER,
        FltReadFile(high->instance, opened.file, &at, 100, memory, FLTFL_IO_OPERATION_NON_CACHED, &done, NULL, NULL));
    assert_status(STATUS_SUCCESS,
        FltReadFile(high->instance, opened.file, &at, 512, memory, FLTFL_IO_OPERATION_NON_CACHED, &done, NULL, NULL));
    assert_int_equal(done, 11);
    assert_status(STATUS_INVALID_PARAMETER, /* F-359 */
        FltReadFile(high->instance, opened.file, &at, 512, memory, FLTFL_IO_OPERATION_SYNCHRONOUS_PAGING, &done, NULL, NULL));
    FltFreePoolAlignedWithTag(high->instance, memory, 'aseT');
    close_opened(&opened);
}

static ULONG flags_seen;

static FLT_PREOP_CALLBACK_STATUS note_flags(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    if (data->Iopb->MajorFunction == IRP_MJ_READ)
        flags_seen = data->Iopb->IrpFlags;
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void flags_reach_those_below(void **state)
{
    struct test_filter *high = filter_load(HIGH), *low = filter_load(LOW);
    struct opened opened = must_open(high, "\\a.txt", FILE_READ_DATA, SYNC);
    char *memory = FltAllocatePoolAlignedWithTag(high->instance, NonPagedPoolNx, 512, 'aseT');
    LARGE_INTEGER at = {.QuadPart = 0};

    low->pre = note_flags;
    FltReadFile(high->instance, opened.file, &at, 512, memory, 0, NULL, NULL, NULL);
    assert_int_equal(flags_seen & (IRP_NOCACHE | IRP_PAGING_IO), 0);
    FltReadFile(high->instance, opened.file, &at, 512, memory, FLTFL_IO_OPERATION_NON_CACHED, NULL, NULL, NULL);
    assert_int_equal(flags_seen & (IRP_NOCACHE | IRP_PAGING_IO), IRP_NOCACHE);
    FltReadFile(high->instance, opened.file, &at, 512, memory, FLTFL_IO_OPERATION_PAGING | FLTFL_IO_OPERATION_SYNCHRONOUS_PAGING,
        NULL, NULL, NULL);
    assert_int_equal(flags_seen & (IRP_NOCACHE | IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO),
        IRP_NOCACHE | IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO);
    FltFreePoolAlignedWithTag(high->instance, memory, 'aseT');
    close_opened(&opened);
}

/* ---- with a callback ---- */

struct completion {
    KEVENT event;
    NTSTATUS status;
    ULONG_PTR information;
};

static VOID FLTAPI note_completion(PFLT_CALLBACK_DATA data, PFLT_CONTEXT context)
{
    struct completion *completion = context;

    completion->status = data->IoStatus.Status;
    completion->information = data->IoStatus.Information;
    KeSetEvent(&completion->event, 0, FALSE);
}

static void asynchronous_reads_call_back(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened opened = must_open(high, "\\a.txt", FILE_READ_DATA, 0);
    struct completion completion;
    LARGE_INTEGER at = {.QuadPart = 0};
    char text[20] = {0};

    KeInitializeEvent(&completion.event, NotificationEvent, FALSE);
    FltReadFile(high->instance, opened.file, &at, 5, text, 0, NULL, note_completion, &completion);
    assert_status(STATUS_SUCCESS, KeWaitForSingleObject(&completion.event, Executive, KernelMode, FALSE, NULL));
    assert_status(STATUS_SUCCESS, completion.status);
    assert_int_equal(completion.information, 5);
    assert_string_equal(text, "hello");
    close_opened(&opened);
}

/* ---- queries and settings ---- */

static void query_and_set(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened opened = must_open(high, "\\a.txt", FILE_READ_ATTRIBUTES | FILE_WRITE_DATA | DELETE, SYNC);
    FILE_STANDARD_INFORMATION standard;
    FILE_END_OF_FILE_INFORMATION size = {.EndOfFile.QuadPart = 3};
    ULONG length = 0;

    assert_status(STATUS_SUCCESS, FltQueryInformationFile(high->instance, opened.file, &standard, sizeof standard,
                                      FileStandardInformation, &length));
    assert_int_equal(length, sizeof standard);
    assert_int_equal(standard.EndOfFile.QuadPart, 11);
    assert_false(standard.Directory);
    assert_status(STATUS_INFO_LENGTH_MISMATCH,
        FltQueryInformationFile(high->instance, opened.file, &standard, 4, FileStandardInformation, NULL));
    assert_status(STATUS_SUCCESS,
        FltSetInformationFile(high->instance, opened.file, &size, sizeof size, FileEndOfFileInformation));
    FltQueryInformationFile(high->instance, opened.file, &standard, sizeof standard, FileStandardInformation, NULL);
    assert_int_equal(standard.EndOfFile.QuadPart, 3);
    close_opened(&opened);
}

static NTSTATUS rename_as(struct test_filter *filter, PFILE_OBJECT file, const char *to)
{
    _Alignas(8) char buffer[600] = {0};
    FILE_RENAME_INFORMATION *rename = (FILE_RENAME_INFORMATION *)buffer;
    UNICODE_STRING name = text16(to, rename->FileName, 250);

    rename->FileNameLength = name.Length;
    return FltSetInformationFile(
        filter->instance, file, rename, FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName) + name.Length, FileRenameInformation);
}

static bool linux_file_exists(const char *name)
{
    char path[200];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    return access(path, F_OK) == 0;
}

static void renames_by_name_and_by_path(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened opened = must_open(high, "\\a.txt", DELETE | FILE_READ_ATTRIBUTES, SYNC);

    assert_status(STATUS_SUCCESS, rename_as(high, opened.file, "b.txt"));
    assert_true(linux_file_exists("b.txt") && !linux_file_exists("a.txt"));
    assert_status(STATUS_SUCCESS, rename_as(high, opened.file, full_name("\\dir\\c.txt"))); /* F-368 */
    assert_true(linux_file_exists("dir/c.txt") && !linux_file_exists("b.txt"));
    assert_status(STATUS_OBJECT_PATH_NOT_FOUND, rename_as(high, opened.file, full_name("\\no\\c.txt")));
    assert_status(STATUS_OBJECT_NAME_COLLISION, rename_as(high, opened.file, full_name("\\dir\\sub.txt")));
    close_opened(&opened);
}

static void deletion_is_seen(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened opened = must_open(high, "\\a.txt", DELETE | FILE_READ_ATTRIBUTES, SYNC);
    FILE_DISPOSITION_INFORMATION disposition = {.DeleteFile = TRUE};

    assert_status(STATUS_SUCCESS,
        FltSetInformationFile(high->instance, opened.file, &disposition, sizeof disposition, FileDispositionInformation));
    close_opened(&opened);
    assert_false(linux_file_exists("a.txt"));
}

static void directories_are_listed(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened opened = must_open(high, "\\dir", FILE_LIST_DIRECTORY, SYNC | FILE_DIRECTORY_FILE);
    _Alignas(8) char buffer[1024];
    FILE_NAMES_INFORMATION *names = (FILE_NAMES_INFORMATION *)buffer;
    WCHAR text[20];
    UNICODE_STRING pattern = text16("sub*", text, 20), missing = text16("nothing*", text + 10, 10);
    ULONG length;

    assert_status(STATUS_SUCCESS, FltQueryDirectoryFile(high->instance, opened.file, buffer, sizeof buffer, FileNamesInformation, TRUE,
                                      &pattern, TRUE, &length));
    assert_int_equal(names->FileNameLength, 14);
    assert_int_equal(names->FileName[0], u's');
    assert_status(STATUS_NO_MORE_FILES, FltQueryDirectoryFile(high->instance, opened.file, buffer, sizeof buffer, FileNamesInformation,
                                            TRUE, NULL, FALSE, &length));
    assert_status(STATUS_INVALID_PARAMETER, FltQueryDirectoryFileEx(high->instance, opened.file, buffer, sizeof buffer,
                                                FileNamesInformation, 0x80, NULL, &length));
    close_opened(&opened);
    opened = must_open(high, "\\dir", FILE_LIST_DIRECTORY, SYNC | FILE_DIRECTORY_FILE);
    assert_status(STATUS_NO_SUCH_FILE, FltQueryDirectoryFile(high->instance, opened.file, buffer, sizeof buffer, FileNamesInformation,
                                           TRUE, &missing, TRUE, &length));
    close_opened(&opened);
}

static void what_is_a_directory(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened file = must_open(high, "\\a.txt", FILE_READ_ATTRIBUTES, SYNC);
    struct opened dir = must_open(high, "\\dir", FILE_READ_ATTRIBUTES, SYNC);
    BOOLEAN is = 7;

    assert_status(STATUS_SUCCESS, FltIsDirectory(file.file, high->instance, &is));
    assert_false(is);
    assert_status(STATUS_SUCCESS, FltIsDirectory(dir.file, high->instance, &is));
    assert_true(is);
    close_opened(&file);
    close_opened(&dir);
}

static void volume_queries(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened opened = must_open(high, "\\a.txt", FILE_READ_ATTRIBUTES, SYNC);
    FILE_FS_SIZE_INFORMATION size = {0}, again = {0};
    IO_STATUS_BLOCK iosb;
    ULONG length;

    assert_status(STATUS_SUCCESS, FltQueryVolumeInformation(high->instance, &iosb, &size, sizeof size, FileFsSizeInformation));
    assert_int_equal(iosb.Information, sizeof size);
    assert_true(size.TotalAllocationUnits.QuadPart > 0);
    assert_status(STATUS_SUCCESS, FltQueryVolumeInformationFile(
                                      high->instance, opened.file, &again, sizeof again, FileFsSizeInformation, &length));
    assert_int_equal(again.TotalAllocationUnits.QuadPart, size.TotalAllocationUnits.QuadPart);
    assert_status(STATUS_INVALID_INFO_CLASS, FltQueryVolumeInformation(high->instance, &iosb, &size, sizeof size, 99));
    close_opened(&opened);
}

static void volume_is_opened(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    HANDLE handle = NULL;
    PFILE_OBJECT root = NULL;
    BOOLEAN is = FALSE;

    assert_status(STATUS_SUCCESS, FltOpenVolume(high->instance, &handle, &root));
    assert_status(STATUS_SUCCESS, FltIsDirectory(root, high->instance, &is));
    assert_true(is);
    FltClose(handle);
    ObDereferenceObject(root);
}

static void flush_and_security(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened opened = must_open(high, "\\a.txt", FILE_WRITE_DATA | READ_CONTROL | WRITE_DAC, SYNC);
    struct opened dir = must_open(high, "\\dir", FILE_READ_ATTRIBUTES, SYNC);
    _Alignas(8) char descriptor[1024];
    ULONG needed = 0;

    assert_status(STATUS_SUCCESS, FltFlushBuffers(high->instance, opened.file));
    assert_status(STATUS_SUCCESS, FltFlushBuffers2(high->instance, opened.file, FLT_FLUSH_TYPE_FILE_DATA_ONLY, NULL));
    assert_status(STATUS_INVALID_PARAMETER, FltFlushBuffers2(high->instance, opened.file, 3, NULL));
    assert_status(STATUS_INVALID_PARAMETER, FltFlushBuffers2(high->instance, dir.file, FLT_FLUSH_TYPE_DATA_SYNC_ONLY, NULL));
    assert_status(STATUS_BUFFER_TOO_SMALL,
        FltQuerySecurityObject(high->instance, opened.file, DACL_SECURITY_INFORMATION, NULL, 0, &needed));
    assert_true(needed >= 20 && needed <= sizeof descriptor);
    assert_status(STATUS_SUCCESS, FltQuerySecurityObject(high->instance, opened.file, DACL_SECURITY_INFORMATION,
                                      (PSECURITY_DESCRIPTOR)descriptor, sizeof descriptor, &needed));
    assert_true(RtlValidSecurityDescriptor((PSECURITY_DESCRIPTOR)descriptor));
    assert_status(STATUS_ACCESS_VIOLATION,
        FltSetSecurityObject(high->instance, opened.file, DACL_SECURITY_INFORMATION, NULL));
    close_opened(&dir);
    close_opened(&opened);
}

static void refusals(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened opened = must_open(high, "\\a.txt", FILE_READ_DATA, SYNC);
    IO_STATUS_BLOCK iosb;
    ULONG length = 7;
    PMDL chain = (PMDL)1;
    LARGE_INTEGER at = {0};
    char byte;

    assert_status(STATUS_NOT_SUPPORTED,
        FltQueryQuotaInformationFile(high->instance, opened.file, &iosb, &byte, 1, FALSE, NULL, 0, NULL, TRUE, &length));
    assert_int_equal(length, 0);
    assert_false(FltFastIoMdlRead(high->instance, opened.file, &at, 1, 0, &chain, &iosb));
    assert_null(chain);
    assert_status(STATUS_INVALID_PARAMETER, FltTagFile(high->instance, opened.file, 0x1234, NULL, &byte, 1)); /* F-378 */
    close_opened(&opened);
}

static void looks_by_name(void **state)
{
    struct test_filter *high = filter_load(HIGH), *low = filter_load(LOW);
    WCHAR buffer[300];
    UNICODE_STRING name = text16(full_name("\\a.txt"), buffer, 300);
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;
    FILE_BASIC_INFORMATION basic = {0};

    high->operations = low->creates = 0;
    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    assert_status(STATUS_SUCCESS, FltQueryInformationByName(high->filter, high->instance, &attributes, &iosb, &basic, sizeof basic,
                                      FileBasicInformation, NULL));
    assert_int_equal(iosb.Information, sizeof basic);
    assert_true(basic.LastWriteTime.QuadPart != 0);
    assert_int_equal(high->operations, 0); /* F-372 */
    assert_int_equal(low->creates, 1);
    name = text16(full_name("\\absent"), buffer, 300);
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, FltQueryInformationByName(high->filter, high->instance, &attributes, &iosb, &basic,
                                                    sizeof basic, FileBasicInformation, NULL));
}

static void controls(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened opened = must_open(high, "\\a.txt", FILE_READ_DATA, SYNC);
    char buffer[64];
    ULONG returned = 7;

    assert_status(STATUS_INVALID_DEVICE_REQUEST, FltFsControlFile(high->instance, opened.file,
                                                     CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 3000, METHOD_BUFFERED, FILE_ANY_ACCESS), NULL,
                                                     100, buffer, sizeof buffer, &returned));
    assert_int_equal(returned, 0);
    assert_status(STATUS_NOT_A_REPARSE_POINT, FltFsControlFile(high->instance, opened.file, FSCTL_GET_REPARSE_POINT, NULL, 0, buffer,
                                                  sizeof buffer, NULL));
    close_opened(&opened);
}

static void extended_attributes(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened opened = must_open(high, "\\a.txt", FILE_READ_EA | FILE_WRITE_EA, SYNC);
    _Alignas(4) char buffer[256] = {0};
    FILE_FULL_EA_INFORMATION *ea = (FILE_FULL_EA_INFORMATION *)buffer;
    ULONG length = 0;

    NTSTATUS status = FltQueryEaFile(high->instance, opened.file, buffer, sizeof buffer, FALSE, NULL, 0, NULL, TRUE, &length);
    assert_true(status == STATUS_NO_EAS_ON_FILE || status == STATUS_EAS_NOT_SUPPORTED);
    ea->EaNameLength = 4;
    ea->EaValueLength = 2;
    memcpy(ea->EaName, "TEST\0ab", 8);
    assert_status(STATUS_SUCCESS, FltSetEaFile(high->instance, opened.file, buffer, FIELD_OFFSET(FILE_FULL_EA_INFORMATION, EaName) + 7));
    memset(buffer, 0, sizeof buffer);
    assert_status(STATUS_SUCCESS,
        FltQueryEaFile(high->instance, opened.file, buffer, sizeof buffer, FALSE, NULL, 0, NULL, TRUE, &length));
    assert_int_equal(ea->EaValueLength, 2);
    assert_memory_equal(ea->EaName, "TEST\0ab", 7);
    close_opened(&opened);
}

static void tags(void **state)
{
    static GUID mine = {0x12345678, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}}, other = {0x12345679, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}};
    struct test_filter *high = filter_load(HIGH);
    struct opened opened = must_open(high, "\\a.txt", FILE_READ_DATA | FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES, SYNC);
    char buffer[256];

    assert_status(STATUS_SUCCESS, FltTagFile(high->instance, opened.file, 0x1234, &mine, "data", 4));
    assert_status(STATUS_SUCCESS,
        FltFsControlFile(high->instance, opened.file, FSCTL_GET_REPARSE_POINT, NULL, 0, buffer, sizeof buffer, NULL));
    assert_int_equal(((REPARSE_GUID_DATA_BUFFER *)buffer)->ReparseTag, 0x1234);
    assert_memory_equal(((REPARSE_GUID_DATA_BUFFER *)buffer)->GenericReparseBuffer.DataBuffer, "data", 4);
    assert_status(STATUS_IO_REPARSE_TAG_MISMATCH, FltTagFile(high->instance, opened.file, 0x1235, &mine, "data", 4));
    assert_status(STATUS_REPARSE_ATTRIBUTE_CONFLICT, FltTagFile(high->instance, opened.file, 0x1234, &other, "data", 4));
    assert_status(STATUS_IO_REPARSE_TAG_MISMATCH, FltUntagFile(high->instance, opened.file, 0x1235, &mine));
    assert_status(STATUS_SUCCESS, FltUntagFile(high->instance, opened.file, 0x1234, &mine));
    assert_status(STATUS_NOT_A_REPARSE_POINT,
        FltFsControlFile(high->instance, opened.file, FSCTL_GET_REPARSE_POINT, NULL, 0, buffer, sizeof buffer, NULL));
    close_opened(&opened);
}

static void links_are_followed_or_opened(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    char path[200];
    struct opened opened;
    FILE_ATTRIBUTE_TAG_INFORMATION tag;

    snprintf(path, sizeof path, "%s/link", directory);
    assert_int_equal(symlink("a.txt", path), 0);
    opened = must_open(high, "\\link", FILE_READ_DATA, SYNC); /* F-346: never STATUS_REPARSE */
    char text[20] = {0};
    ULONG done;
    assert_status(STATUS_SUCCESS, read_at(high, &opened, NULL, 5, 0, text, &done));
    assert_string_equal(text, "hello");
    close_opened(&opened);
    opened = must_open(high, "\\link", FILE_READ_ATTRIBUTES, SYNC | FILE_OPEN_REPARSE_POINT);
    assert_status(STATUS_SUCCESS,
        FltQueryInformationFile(high->instance, opened.file, &tag, sizeof tag, FileAttributeTagInformation, NULL));
    assert_true(tag.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT);
    assert_int_equal(tag.ReparseTag, IO_REPARSE_TAG_SYMLINK);
    close_opened(&opened);
}

static NTSTATUS in_post_cleanup;

static void query_after_cleanup(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    FILE_STANDARD_INFORMATION standard;

    if (data->Iopb->MajorFunction == IRP_MJ_CLEANUP)
        in_post_cleanup = FltQueryInformationFile(
            objects->Instance, objects->FileObject, &standard, sizeof standard, FileStandardInformation, NULL);
}

static FLT_PREOP_CALLBACK_STATUS synchronize(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    return FLT_PREOP_SYNCHRONIZE;
}

static void deleted_files_are_told_from_others(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    FILE_DISPOSITION_INFORMATION disposition = {.DeleteFile = TRUE};

    high->pre = synchronize;
    high->post = query_after_cleanup;
    in_post_cleanup = STATUS_UNSUCCESSFUL;
    ofm_close(open_file("\\a.txt", FILE_READ_DATA, 0));
    assert_status(STATUS_SUCCESS, in_post_cleanup);
    PFILE_OBJECT file = open_file("\\a.txt", DELETE, 0);
    assert_status(STATUS_SUCCESS, ofm_set(file, FileDispositionInformation, &disposition, sizeof disposition));
    ofm_close(file);
    assert_status(STATUS_FILE_DELETED, in_post_cleanup); /* F-366 */
}

static void handles_stay_below(void **state)
{
    struct test_filter *high = filter_load(HIGH), *low = filter_load(LOW);
    struct opened opened = must_open(high, "\\a.txt", FILE_READ_DATA, SYNC);
    IO_STATUS_BLOCK iosb;
    char text[8] = {0};

    high->operations = low->operations = 0;
    assert_status(STATUS_SUCCESS, ZwReadFile(opened.handle, NULL, NULL, NULL, &iosb, text, 5, NULL, NULL));
    assert_string_equal(text, "hello");
    assert_int_equal(high->operations, 0); /* F-342 */
    assert_int_equal(low->operations, 1);
    close_opened(&opened);
}

static ULONG key_seen;
static PMDL mdl_seen;

static FLT_PREOP_CALLBACK_STATUS note_key(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    if (data->Iopb->MajorFunction == IRP_MJ_READ) {
        key_seen = data->Iopb->Parameters.Read.Key;
        mdl_seen = data->Iopb->Parameters.Read.MdlAddress;
    }
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void key_and_mdl(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    struct opened opened = must_open(high, "\\a.txt", FILE_READ_DATA, SYNC);
    char *memory = ExAllocatePoolWithTag(NonPagedPoolNx, 64, 'yeKT');
    PMDL mdl = IoAllocateMdl(memory, 64, FALSE, FALSE, NULL);
    LARGE_INTEGER at = {.QuadPart = 0};
    ULONG key = 77, done = 0;

    MmBuildMdlForNonPagedPool(mdl);
    filter_load(LOW)->pre = note_key;
    assert_status(STATUS_SUCCESS,
        FltReadFileEx(high->instance, opened.file, &at, 5, memory, 0, &done, NULL, NULL, &key, mdl));
    assert_int_equal(done, 5);
    assert_memory_equal(memory, "hello", 5);
    assert_int_equal(key_seen, 77);
    assert_ptr_equal(mdl_seen, mdl);
    filters[LOW].pre = NULL;
    IoFreeMdl(mdl);
    ExFreePoolWithTag(memory, 'yeKT');
    close_opened(&opened);
}

struct parallel {
    struct test_filter *filter;
    struct opened opened;
};

static void *read_many(void *argument)
{
    struct parallel *p = argument;
    LARGE_INTEGER at = {.QuadPart = 6};
    char text[8];
    ULONG done;

    for (int i = 0; i < 200; i++) {
        memset(text, 0, sizeof text);
        if (!NT_SUCCESS(FltReadFile(p->filter->instance, p->opened.file, &at, 5, text, 0, &done, NULL, NULL)) ||
            strcmp(text, "world") != 0)
            return p;
    }
    return NULL;
}

static void threads_read_at_once(void **state)
{
    struct parallel p = {.filter = filter_load(HIGH)};
    pthread_t threads[3];

    p.opened = must_open(p.filter, "\\a.txt", FILE_READ_DATA, SYNC);
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, read_many, &p);
    for (int i = 0; i < 3; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    close_opened(&p.opened);
}

/* ---- extra create parameters on the way ---- */

static const GUID parameter_type = {0x0badcafe, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}};
static unsigned parameters_seen, parameters_cleaned;
static NTSTATUS set_again;

static VOID NTAPI parameter_cleaned(PVOID context, LPCGUID type)
{
    parameters_cleaned++;
}

static FLT_PREOP_CALLBACK_STATUS acknowledge(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    PECP_LIST list = NULL;
    PVOID context = NULL;

    if (data->Iopb->MajorFunction != IRP_MJ_CREATE) {
        assert_status(STATUS_INVALID_PARAMETER, FltGetEcpListFromCallbackData(self->filter, data, &list));
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    assert_status(STATUS_SUCCESS, FltGetEcpListFromCallbackData(self->filter, data, &list));
    if (list && NT_SUCCESS(FltFindExtraCreateParameter(self->filter, list, &parameter_type, &context, NULL))) {
        parameters_seen++;
        FltAcknowledgeEcp(self->filter, context);
    }
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static FLT_PREOP_CALLBACK_STATUS add_parameter(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    PECP_LIST list = NULL;
    PVOID context = NULL;

    if (data->Iopb->MajorFunction == IRP_MJ_CREATE) {
        FltAllocateExtraCreateParameterList(self->filter, 0, &list);
        FltAllocateExtraCreateParameter(self->filter, &parameter_type, 8, 0, parameter_cleaned, 'tseT', &context);
        FltInsertExtraCreateParameter(self->filter, list, context);
        assert_status(STATUS_SUCCESS, FltSetEcpListIntoCallbackData(self->filter, data, list));
        set_again = FltSetEcpListIntoCallbackData(self->filter, data, list);
    }
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void parameters_of_a_filters_open(void **state)
{
    struct test_filter *high = filter_load(HIGH), *low = filter_load(LOW);
    WCHAR buffer[300];
    UNICODE_STRING name = text16(full_name("\\a.txt"), buffer, 300);
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;
    IO_DRIVER_CREATE_CONTEXT context;
    PECP_LIST list = NULL;
    PVOID parameter = NULL;
    HANDLE handle;

    parameters_seen = parameters_cleaned = 0;
    low->pre = acknowledge;
    FltAllocateExtraCreateParameterList(high->filter, 0, &list);
    FltAllocateExtraCreateParameter(high->filter, &parameter_type, 8, 0, parameter_cleaned, 'tseT', &parameter);
    FltInsertExtraCreateParameter(high->filter, list, parameter);
    IoInitializeDriverCreateContext(&context);
    context.ExtraCreateParameter = list;
    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    for (unsigned round = 1; round <= 2; round++) { /* M-29, F-349: unchanged, reusable */
        assert_false(FltIsEcpAcknowledged(high->filter, parameter));
        assert_status(STATUS_SUCCESS,
            FltCreateFileEx2(high->filter, high->instance, &handle, NULL, FILE_READ_DATA | SYNCHRONIZE, &attributes, &iosb, NULL, 0,
                FILE_SHARE_READ, FILE_OPEN, SYNC, NULL, 0, 0, &context));
        assert_int_equal(parameters_seen, round);
        assert_true(FltIsEcpAcknowledged(high->filter, parameter));
        FltPrepareToReuseEcp(high->filter, parameter);
        FltClose(handle);
    }
    assert_int_equal(parameters_cleaned, 0);
    FltFreeExtraCreateParameterList(high->filter, list);
    assert_int_equal(parameters_cleaned, 1);
}

static void parameters_added_on_the_way(void **state)
{
    struct test_filter *high = filter_load(HIGH), *low = filter_load(LOW);

    parameters_seen = parameters_cleaned = 0;
    high->pre = add_parameter;
    low->pre = acknowledge;
    ofm_close(open_file("\\a.txt", FILE_READ_DATA, 0));
    assert_int_equal(parameters_seen, 1);
    assert_status(STATUS_INVALID_PARAMETER_3, set_again);
    assert_int_equal(parameters_cleaned, 1); /* M-53i: the create's, freed when it ended */
}

/* ---- cancelling an open (F-352) ---- */

static FLT_PREOP_CALLBACK_STATUS count_ends(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects);
static unsigned ends_low, ends_high;

static FLT_PREOP_CALLBACK_STATUS count_ends(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    if (data->Iopb->MajorFunction == IRP_MJ_CLEANUP || data->Iopb->MajorFunction == IRP_MJ_CLOSE)
        *(self == &filters[LOW] ? &ends_low : &ends_high) += 1;
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static void cancel_create(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    if (data->Iopb->MajorFunction != IRP_MJ_CREATE || !NT_SUCCESS(data->IoStatus.Status))
        return;
    FltCancelFileOpen(objects->Instance, objects->FileObject);
    data->IoStatus.Status = STATUS_VIRUS_INFECTED;
    data->IoStatus.Information = 0;
}

static void cancelled_opens(void **state)
{
    struct test_filter *high = filter_load(HIGH), *middle = filter_load(MIDDLE), *low = filter_load(LOW);
    PFILE_OBJECT file = NULL;

    ends_low = ends_high = 0;
    high->pre = low->pre = count_ends;
    middle->post = cancel_create;
    assert_status(STATUS_VIRUS_INFECTED,
        ofm_create(volume, "\\a.txt", FILE_READ_DATA | SYNCHRONIZE, FILE_OPEN, SYNC, &file, NULL));
    assert_null(file);
    assert_int_equal(ends_low, 2);
    assert_int_equal(ends_high, 0);
    middle->post = NULL;
    ofm_close(open_file("\\a.txt", FILE_READ_DATA, 0)); /* nothing of the first open is left in the way */
}

#define FILE_TEST(name, fn) TEST_WITH(name, fn, files_start, files_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST("F-195 F-339 F-340 F-350 only those below see a filter's open and its end", only_those_below_see_an_open),
        FILE_TEST("F-195 F-354 reads start below", reads_start_below),
        FILE_TEST("F-340 F-343 F-350 failures of an open", failures_of_an_open),
        FILE_TEST("F-339 an instance of another volume", instance_of_another_volume),
        FILE_TEST("F-345 sharing is checked unless asked", sharing_is_checked_unless_asked),
        FILE_TEST("F-356 F-357 F-360 the file pointer of a synchronous file", file_pointer_of_a_synchronous_file),
        FILE_TEST("F-355 F-356 F-357 asynchronous files have no pointer", asynchronous_files_have_no_pointer),
        FILE_TEST("F-354 F-356 F-362 writes and appends", writes_and_appends),
        FILE_TEST("F-358 F-359 F-380 unbuffered transfers are aligned", unbuffered_transfers_are_aligned),
        FILE_TEST("F-359 flags reach those below", flags_reach_those_below),
        FILE_TEST("F-203 F-355 asynchronous reads call back", asynchronous_reads_call_back),
        FILE_TEST("F-365 query and set", query_and_set),
        FILE_TEST("F-367 F-368 renames by name and by path", renames_by_name_and_by_path),
        FILE_TEST("F-369 a deletion happens at the close", deletion_is_seen),
        FILE_TEST("F-370 directories are listed", directories_are_listed),
        FILE_TEST("F-353 what is a directory", what_is_a_directory),
        FILE_TEST("F-371 volume queries", volume_queries),
        FILE_TEST("F-351 the volume's root", volume_is_opened),
        FILE_TEST("F-373 F-375 flush and security", flush_and_security),
        FILE_TEST("F-377 F-378 F-379 what is refused", refusals),
        FILE_TEST("F-366 deleted files are told from others in post-cleanup", deleted_files_are_told_from_others),
        FILE_TEST("F-342 what is done with the handle stays below", handles_stay_below),
        FILE_TEST("F-364 key and MDL reach those below", key_and_mdl),
        FILE_TEST("F-361 threads read one file at once", threads_read_at_once),
        FILE_TEST("F-372 looks by name", looks_by_name),
        FILE_TEST("F-374 controls", controls),
        FILE_TEST("F-376 extended attributes", extended_attributes),
        FILE_TEST("F-378 tags", tags),
        FILE_TEST("F-346 links are followed or opened", links_are_followed_or_opened),
        FILE_TEST("F-340 F-349 M-28 M-29 M-30 M-50 M-53h parameters of a filter's open", parameters_of_a_filters_open),
        FILE_TEST("M-53h M-53i parameters added on the way", parameters_added_on_the_way),
        FILE_TEST("F-156 F-352 cancelled opens", cancelled_opens),
    };

    return RUN_TESTS(tests, NULL, NULL);
}
