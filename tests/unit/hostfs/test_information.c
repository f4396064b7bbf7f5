/* What is told of files, directories and the volume, and what of it can be set. */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PLACE struct place *place = *state; struct opened o; (void)o

/* ---- lengths ---- */

static void lengths(void **state)
{
    PLACE;
    static const struct {
        FILE_INFORMATION_CLASS class;
        ULONG size; /* filters.md section 10 */
    } rows[] = {{FileBasicInformation, 40}, {FileStandardInformation, 24}, {FileInternalInformation, 8}, {FileEaInformation, 4},
        {FileAccessInformation, 4}, {FilePositionInformation, 8}, {FileModeInformation, 4}, {FileAlignmentInformation, 4},
        {FileAttributeTagInformation, 8}, {FileNetworkOpenInformation, 56}, {FileStatInformation, 72}, {FileStatLxInformation, 96},
        {FileIdInformation, 24}, {FileCompressionInformation, 16}, {FileStandardLinkInformation, 12}, {FileCaseSensitiveInformation, 4},
        {FileIsRemoteDeviceInformation, 1}, {FileIoPriorityHintInformation, 4}};
    char buffer[256] __attribute__((aligned(8)));
    place_write(place, "f", "x");
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_READ_ATTRIBUTES);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ULONG_PTR got;
        NTSTATUS status = query(file, rows[i].class, buffer, rows[i].size, &got);
        if (status != STATUS_SUCCESS || got != rows[i].size)
            fail_msg("class %d: 0x%08x with %lu bytes", rows[i].class, (unsigned)status, (unsigned long)got);
        status = query(file, rows[i].class, buffer, rows[i].size - 1, &got);
        if (status != STATUS_INFO_LENGTH_MISMATCH)
            fail_msg("class %d, one byte less: 0x%08x", rows[i].class, (unsigned)status);
    }
    assert_status(STATUS_INVALID_INFO_CLASS, query(file, FileMoveClusterInformation, buffer, sizeof buffer, NULL));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, query(file, FileAlternateNameInformation, buffer, sizeof buffer, NULL));
    place_close(file);
}

static void names_that_do_not_fit(void **state)
{
    PLACE;
    char buffer[256] __attribute__((aligned(8)));
    ULONG_PTR got;
    place_write(place, "a-long-name", "x");
    PFILE_OBJECT file = place_file(place, u"\\a-long-name", FILE_READ_ATTRIBUTES);
    PFILE_NAME_INFORMATION name = (void *)buffer;
    assert_status(STATUS_BUFFER_OVERFLOW, query(file, FileNameInformation, buffer, 10, &got));
    assert_int_equal(24, name->FileNameLength);
    assert_int_equal(10, got);
    assert_memory_equal(u"\\a-", name->FileName, 6);
    assert_status(STATUS_INFO_LENGTH_MISMATCH, query(file, FileNameInformation, buffer, 4, NULL));
    PFILE_ALL_INFORMATION all = (void *)buffer;
    assert_status(STATUS_BUFFER_OVERFLOW, query(file, FileAllInformation, buffer, 104, &got));
    assert_int_equal(24, all->NameInformation.FileNameLength);
    assert_status(STATUS_SUCCESS, query(file, FileAllInformation, buffer, sizeof buffer, &got));
    assert_int_equal(100 + 24, got);
    assert_memory_equal(u"\\a-long-name", all->NameInformation.FileName, 24);
    assert_int_equal(1, all->StandardInformation.EndOfFile.QuadPart);
    place_close(file);
}

/* ---- times ---- */

static void times(void **state)
{
    assert_int_equal(116444736000000000LL, hostfs_nt_time(0, 0));
    assert_int_equal(116444736000000000LL + 15, hostfs_nt_time(0, 1599));
    assert_int_equal(116444736000000000LL - 10000000 + 9999999, hostfs_nt_time(-1, 999999999)); /* floor */
    assert_int_equal(1, hostfs_nt_time(-11644473600, 0)); /* 1601 */
    assert_int_equal(1, hostfs_nt_time(-99999999999, 0));
    struct timespec before = hostfs_unix_time(116444736000000000LL - 1);
    assert_int_equal(-1, before.tv_sec);
    assert_int_equal(999999900, before.tv_nsec);
}

static void times_of_files(void **state)
{
    PLACE;
    struct stat st;
    struct timespec given[2] = {{1000, 123456789}, {2000, 987654321}};
    FILE_BASIC_INFORMATION basic;
    place_write(place, "f", "x");
    utimensat(AT_FDCWD, place_path(place, "f"), given, 0);
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | FILE_WRITE_DATA);
    assert_status(STATUS_SUCCESS, query(file, FileBasicInformation, &basic, sizeof basic, NULL));
    assert_int_equal(hostfs_nt_time(1000, 123456789), basic.LastAccessTime.QuadPart);
    assert_int_equal(hostfs_nt_time(2000, 987654321), basic.LastWriteTime.QuadPart);
    assert_true(basic.CreationTime.QuadPart > 0);
    basic = (FILE_BASIC_INFORMATION){.LastWriteTime = at(hostfs_nt_time(5000, 0)), .CreationTime = at(hostfs_nt_time(77, 0))};
    assert_status(STATUS_SUCCESS, set(file, FileBasicInformation, &basic, sizeof basic));
    assert_int_equal(0, stat(place_path(place, "f"), &st));
    assert_int_equal(5000, st.st_mtim.tv_sec);
    assert_int_equal(123456789, st.st_atim.tv_nsec); /* 0 leaves it, to the nanosecond */
    assert_status(STATUS_SUCCESS, query(file, FileBasicInformation, &basic, sizeof basic, NULL));
    assert_int_equal(hostfs_nt_time(77, 0), basic.CreationTime.QuadPart);
    basic = (FILE_BASIC_INFORMATION){.LastWriteTime = at(-1)}; /* from now on this handle leaves it alone */
    assert_status(STATUS_SUCCESS, set(file, FileBasicInformation, &basic, sizeof basic));
    assert_status(STATUS_SUCCESS, write_at(file, 0, "y", 1, NULL));
    assert_int_equal(0, stat(place_path(place, "f"), &st));
    assert_int_equal(5000, st.st_mtim.tv_sec);
    basic.LastWriteTime = at(-2);
    assert_status(STATUS_SUCCESS, set(file, FileBasicInformation, &basic, sizeof basic));
    assert_status(STATUS_SUCCESS, write_at(file, 0, "z", 1, NULL));
    assert_int_equal(0, stat(place_path(place, "f"), &st));
    assert_true(st.st_mtim.tv_sec > 5000);
    basic.LastWriteTime = at(-3);
    assert_status(STATUS_INVALID_PARAMETER, set(file, FileBasicInformation, &basic, sizeof basic));
    place_close(file);
}

static void front_end_times(void **state)
{
    PLACE;
    struct stat st;
    place_write(place, "f", "x");
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_WRITE_ATTRIBUTES);
    struct io_linux side = {.have = IO_LINUX_TIMES, .atime = {0, UTIME_OMIT}, .mtime = {3000, 111222333}};
    FILE_BASIC_INFORMATION basic = {.LastWriteTime = at(hostfs_nt_time(3000, 111222333))};
    assert_status(STATUS_SUCCESS, set_from(file, FileBasicInformation, &basic, sizeof basic, &side, NULL));
    assert_int_equal(0, stat(place_path(place, "f"), &st));
    assert_int_equal(111222333, st.st_mtim.tv_nsec);
    basic.LastWriteTime.QuadPart += 10000000; /* a filter changed it: its value counts */
    assert_status(STATUS_SUCCESS, set_from(file, FileBasicInformation, &basic, sizeof basic, &side, NULL));
    assert_int_equal(0, stat(place_path(place, "f"), &st));
    assert_int_equal(3001, st.st_mtim.tv_sec);
    assert_int_equal(111222300, st.st_mtim.tv_nsec);
    place_close(file);
}

/* ---- attributes ---- */

static ULONG attributes_of(struct place *place, const char16_t *name)
{
    struct opened o;
    FILE_BASIC_INFORMATION basic;
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = name, .access = FILE_READ_ATTRIBUTES, .options = FILE_OPEN_REPARSE_POINT));
    assert_status(STATUS_SUCCESS, query(o.file, FileBasicInformation, &basic, sizeof basic, NULL));
    place_close(o.file);
    return basic.FileAttributes;
}

static void set_attributes(struct place *place, const char16_t *name, ULONG attributes)
{
    FILE_BASIC_INFORMATION basic = {.FileAttributes = attributes};
    PFILE_OBJECT file = place_file(place, name, FILE_WRITE_ATTRIBUTES);
    assert_status(STATUS_SUCCESS, set(file, FileBasicInformation, &basic, sizeof basic));
    place_close(file);
}

static void attributes(void **state)
{
    PLACE;
    struct stat st;
    char value[64], list[256];
    place_write(place, "f", "x");
    mkdir(place_path(place, "d"), 0755);
    symlink("f", place_path(place, "l"));
    assert_int_equal(FILE_ATTRIBUTE_NORMAL, attributes_of(place, u"\\f"));
    assert_int_equal(FILE_ATTRIBUTE_DIRECTORY, attributes_of(place, u"\\d"));
    assert_int_equal(FILE_ATTRIBUTE_REPARSE_POINT, attributes_of(place, u"\\l"));
    set_attributes(place, u"\\f", FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_READONLY);
    assert_int_equal(FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_READONLY, attributes_of(place, u"\\f"));
    assert_int_equal(0, stat(place_path(place, "f"), &st));
    assert_int_equal(0444, st.st_mode & 0777);
    assert_true(getxattr(place_path(place, "f"), HOSTFS_XATTR_STORED, value, sizeof value) > 0);
    struct io_node *root, *node; /* the front end never shows where it is kept */
    ssize_t length;
    place->volume->ops->node_root(place->volume, &root);
    assert_int_equal(0, place->volume->ops->node_lookup(root, "f", &node, &st));
    assert_int_equal(0, place->volume->ops->node_listxattr(node, list, sizeof list, &length));
    assert_int_equal(0, length);
    assert_int_equal(-ENODATA, place->volume->ops->node_getxattr(node, HOSTFS_XATTR_STORED, value, sizeof value, &length));
    place->volume->ops->node_release(node);
    place->volume->ops->node_release(root);
    set_attributes(place, u"\\f", FILE_ATTRIBUTE_NORMAL);
    assert_int_equal(FILE_ATTRIBUTE_NORMAL, attributes_of(place, u"\\f"));
    assert_int_equal(0, stat(place_path(place, "f"), &st));
    assert_int_equal(0644, st.st_mode & 0777);
    truncate(place_path(place, "f"), 1 << 20);
    assert_int_equal(FILE_ATTRIBUTE_SPARSE_FILE, attributes_of(place, u"\\f"));
    FILE_BASIC_INFORMATION wrong = {.FileAttributes = FILE_ATTRIBUTE_DIRECTORY};
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_WRITE_ATTRIBUTES);
    assert_status(STATUS_INVALID_PARAMETER, set(file, FileBasicInformation, &wrong, sizeof wrong));
    place_close(file);
}

static void overwriting_hidden_files(void **state)
{
    PLACE;
    place_write(place, "f", "x");
    set_attributes(place, u"\\f", FILE_ATTRIBUTE_HIDDEN);
    assert_status(STATUS_ACCESS_DENIED, OPEN(place, &o, .name = u"\\f", .access = FILE_WRITE_DATA, .disposition = FILE_OVERWRITE));
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .access = FILE_WRITE_DATA, .disposition = FILE_OVERWRITE, .attributes = FILE_ATTRIBUTE_HIDDEN));
    place_close(o.file);
}

static void linux_facts(void **state)
{
    PLACE;
    struct stat st;
    FILE_STAT_LX_INFORMATION lx;
    place_write(place, "f", "12345");
    chmod(place_path(place, "f"), 04751);
    link(place_path(place, "f"), place_path(place, "g"));
    assert_int_equal(0, stat(place_path(place, "f"), &st));
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_READ_ATTRIBUTES);
    assert_status(STATUS_SUCCESS, query(file, FileStatLxInformation, &lx, sizeof lx, NULL));
    assert_int_equal(st.st_mode, lx.LxMode);
    assert_int_equal(st.st_uid, lx.LxUid);
    assert_int_equal(st.st_gid, lx.LxGid);
    assert_int_equal(LX_FILE_METADATA_HAS_UID | LX_FILE_METADATA_HAS_GID | LX_FILE_METADATA_HAS_MODE, lx.LxFlags);
    assert_int_equal(2, lx.NumberOfLinks);
    assert_int_equal(5, lx.EndOfFile.QuadPart);
    assert_int_equal(4096, lx.AllocationSize.QuadPart);
    assert_int_equal(st.st_ino, lx.FileId.QuadPart);
    place_close(file);
}

/* ext4 gives a freed number out again: the id must differ all the same. */
static void ids(void **state)
{
    PLACE;
    FILE_ID_INFORMATION first, second, again;
    place_write(place, "f", "x");
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_READ_ATTRIBUTES);
    assert_status(STATUS_SUCCESS, query(file, FileIdInformation, &first, sizeof first, NULL));
    assert_status(STATUS_SUCCESS, query(file, FileIdInformation, &again, sizeof again, NULL));
    assert_memory_equal(&first, &again, sizeof first);
    place_close(file);
    unlink(place_path(place, "f"));
    place_write(place, "f", "y");
    file = place_file(place, u"\\f", FILE_READ_ATTRIBUTES);
    assert_status(STATUS_SUCCESS, query(file, FileIdInformation, &second, sizeof second, NULL));
    assert_memory_not_equal(&first, &second, sizeof first);
    place_close(file);
}

/* ---- queries by name ---- */

static void query_open(void **state)
{
    PLACE;
    FILE_NETWORK_OPEN_INFORMATION network;
    FILE_STAT_INFORMATION stat_info;
    char buffer[sizeof(FILE_STAT_INFORMATION)];
    place_write(place, "f", "12345");
    PFILE_OBJECT any = place_file(place, u"\\f", FILE_READ_ATTRIBUTES); /* a file object that serves as the name's bearer */
    UNICODE_STRING kept = any->FileName;
    void *context = any->FsContext, *context2 = any->FsContext2;
    any->FsContext = any->FsContext2 = NULL;
    struct io_operation *op = io_operation_new(place->volume, IRP_MJ_NETWORK_QUERY_OPEN, 0, any);
    op->iopb.Parameters.NetworkQueryOpen.NetworkInformation = &network;
    assert_status(STATUS_SUCCESS, io_send(op));
    assert_int_equal(5, network.EndOfFile.QuadPart);
    io_operation_free(op);
    ULONG length = sizeof stat_info;
    op = io_operation_new(place->volume, IRP_MJ_QUERY_OPEN, 0, any);
    op->iopb.Parameters.QueryOpen.FileInformation = buffer;
    op->iopb.Parameters.QueryOpen.Length = &length;
    op->iopb.Parameters.QueryOpen.FileInformationClass = FileStatInformation;
    assert_status(STATUS_SUCCESS, io_send(op));
    memcpy(&stat_info, buffer, sizeof stat_info);
    assert_int_equal(5, stat_info.EndOfFile.QuadPart);
    assert_int_equal(sizeof stat_info, length);
    io_operation_free(op);
    RtlInitUnicodeString(&any->FileName, u"\\none");
    op = io_operation_new(place->volume, IRP_MJ_NETWORK_QUERY_OPEN, 0, any);
    op->iopb.Parameters.NetworkQueryOpen.NetworkInformation = &network;
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, io_send(op));
    io_operation_free(op);
    any->FileName = kept;
    any->FsContext = context;
    any->FsContext2 = context2;
    place_close(any);
}

/* ---- the volume ---- */

static NTSTATUS query_volume(PFILE_OBJECT file, FS_INFORMATION_CLASS class, void *buffer, ULONG length)
{
    struct io_transfer t = on(file);
    return io_query_volume_information(&t, class, buffer, length);
}

static void volume_information(void **state)
{
    struct io_volume_options options = {.label = "Data"};
    struct place *place = place_new(NULL, &options);
    char buffer[256] __attribute__((aligned(8)));
    struct statvfs vfs;
    assert_int_equal(0, statvfs(place->directory, &vfs));
    PFILE_OBJECT root = place_directory(place, u"\\");
    PFILE_FS_VOLUME_INFORMATION volume = (void *)buffer;
    assert_status(STATUS_SUCCESS, query_volume(root, FileFsVolumeInformation, buffer, sizeof buffer));
    assert_int_equal(8, volume->VolumeLabelLength);
    assert_memory_equal(u"Data", volume->VolumeLabel, 8);
    assert_true(volume->VolumeSerialNumber != 0 && !volume->SupportsObjects);
    assert_status(STATUS_BUFFER_OVERFLOW, query_volume(root, FileFsVolumeInformation, buffer, 24));
    assert_int_equal(8, volume->VolumeLabelLength);
    PFILE_FS_SIZE_INFORMATION size = (void *)buffer;
    assert_status(STATUS_SUCCESS, query_volume(root, FileFsSizeInformation, buffer, sizeof *size));
    assert_int_equal(vfs.f_blocks, size->TotalAllocationUnits.QuadPart);
    assert_int_equal(vfs.f_frsize, size->SectorsPerAllocationUnit * size->BytesPerSector);
    PFILE_FS_DEVICE_INFORMATION device = (void *)buffer;
    assert_status(STATUS_SUCCESS, query_volume(root, FileFsDeviceInformation, buffer, sizeof *device));
    assert_int_equal(FILE_DEVICE_DISK, device->DeviceType);
    assert_int_equal(FILE_DEVICE_IS_MOUNTED, device->Characteristics);
    PFILE_FS_ATTRIBUTE_INFORMATION attribute = (void *)buffer;
    assert_status(STATUS_SUCCESS, query_volume(root, FileFsAttributeInformation, buffer, sizeof buffer));
    assert_int_equal(255, attribute->MaximumComponentNameLength);
    assert_true(attribute->FileSystemAttributes & FILE_CASE_SENSITIVE_SEARCH);
    assert_status(STATUS_INVALID_INFO_CLASS, query_volume(root, 99, buffer, sizeof buffer));
    assert_status(STATUS_NOT_SUPPORTED, query_volume(root, FileFsControlInformation, buffer, sizeof buffer));
    assert_status(STATUS_INFO_LENGTH_MISMATCH, query_volume(root, FileFsFullSizeInformation, buffer, 31));
    place_close(root);
    place_free(place);
}

#define IN_PLACE(name, fn) TEST_WITH(name, fn, place_setup, place_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE("F-365 V-138 V-156 the length of each class", lengths),
        IN_PLACE("F-365 names that do not fit", names_that_do_not_fit),
        TEST("V-144 V-145 times by number", times),
        IN_PLACE("V-145 V-147 V-148 times of files", times_of_files),
        IN_PLACE("V-095 V-146 nanoseconds of the front end", front_end_times),
        IN_PLACE("V-151 V-152 V-169 attributes", attributes),
        IN_PLACE("V-151 hidden files are not overwritten unawares", overwriting_hidden_files),
        IN_PLACE("V-149 V-150 V-153 V-156 Linux' own facts", linux_facts),
        IN_PLACE("V-153 ids of files that follow each other", ids),
        IN_PLACE("V-055 queries by name", query_open),
        TEST("V-197 V-142 V-196 the volume", volume_information),
    };
    return RUN_TESTS(tests, place_group, NULL);
}
