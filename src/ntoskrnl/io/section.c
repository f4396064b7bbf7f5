/* How sections get the bytes of a file: by ordinary operations on the file object, which start where the file was opened.
 * No descriptor is handed out: a mapping of the Linux file itself would bypass the filters and fault when the file shrinks. */
#include "ntoskrnl/io/inner.h"
#include "ntoskrnl/mm/mm.h"

static NTSTATUS file_size(PFILE_OBJECT file, ULONGLONG *bytes)
{
    FILE_STANDARD_INFORMATION standard;
    struct io_transfer t = {.file = file, .mode = KernelMode};
    NTSTATUS status = io_query_information(&t, FileStandardInformation, &standard, sizeof standard);
    if (NT_SUCCESS(status) && standard.Directory)
        status = STATUS_FILE_IS_A_DIRECTORY;
    if (NT_SUCCESS(status))
        *bytes = standard.EndOfFile.QuadPart;
    return status;
}

static NTSTATUS file_read(PFILE_OBJECT file, ULONGLONG offset, PVOID buffer, SIZE_T length, SIZE_T *done)
{
    struct io_transfer t = {.file = file, .mode = KernelMode};
    LARGE_INTEGER at = {.QuadPart = (LONGLONG)offset};
    NTSTATUS status = io_read(&t, buffer, length < MAXULONG ? (ULONG)length : MAXULONG & ~0xfffu, at);
    *done = NT_SUCCESS(status) ? t.iosb.Information : 0;
    return status;
}

static NTSTATUS file_write(PFILE_OBJECT file, ULONGLONG offset, const void *buffer, SIZE_T length)
{
    struct io_transfer t = {.file = file, .mode = KernelMode};
    LARGE_INTEGER at = {.QuadPart = (LONGLONG)offset};
    return io_write(&t, (PVOID)buffer, (ULONG)length, at);
}

static int no_descriptor(PFILE_OBJECT file, bool writable)
{
    return -1;
}

void io_section_init(void)
{
    static const struct mm_file_ops ops = {
        .size = file_size, .read = file_read, .write = file_write, .map_fd = no_descriptor};
    mm_set_file_ops(&ops);
}
