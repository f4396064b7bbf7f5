/* Extended attributes, named streams, reparse points, holes. */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PLACE struct place *place = *state; struct opened o; (void)o

/* ---- extended attributes ---- */

static ULONG ea(char *buffer, const char *name, const char *value, USHORT length)
{
    PFILE_FULL_EA_INFORMATION entry = (void *)buffer;
    *entry = (FILE_FULL_EA_INFORMATION){.EaNameLength = (UCHAR)strlen(name), .EaValueLength = length};
    strcpy(entry->EaName, name);
    memcpy(entry->EaName + strlen(name) + 1, value, length);
    return (ULONG)(8 + strlen(name) + 1 + length);
}

static void eas(void **state)
{
    PLACE;
    char buffer[512] __attribute__((aligned(8))), value[64] = {0}, get[64] __attribute__((aligned(8)));
    place_write(place, "f", "x");
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_READ_EA | FILE_WRITE_EA);
    struct io_transfer t = on(file);
    assert_status(STATUS_NO_EAS_ON_FILE, io_query_ea(&t, buffer, sizeof buffer, NULL, 0, SL_RESTART_SCAN));
    assert_status(STATUS_SUCCESS, io_set_ea(&t, buffer, ea(buffer, "Colour", "red", 3)));
    assert_int_equal(3, getxattr(place_path(place, "f"), "user.COLOUR", value, sizeof value));
    assert_string_equal("red", value);
    setxattr(place_path(place, "f"), "user.size", "XL", 2, 0);
    assert_status(STATUS_SUCCESS, io_set_ea(&t, buffer, ea(buffer, "SIZE", "S", 1))); /* the one that is there, whatever its case */
    assert_int_equal(1, getxattr(place_path(place, "f"), "user.size", value, sizeof value));
    assert_status(STATUS_SUCCESS, io_query_ea(&t, buffer, sizeof buffer, NULL, 0, SL_RESTART_SCAN));
    PFILE_FULL_EA_INFORMATION first = (void *)buffer;
    assert_true(first->NextEntryOffset != 0);
    assert_status(STATUS_SUCCESS, io_query_ea(&t, buffer, sizeof buffer, NULL, 0, SL_RESTART_SCAN | SL_RETURN_SINGLE_ENTRY));
    assert_int_equal(0, first->NextEntryOffset);
    assert_status(STATUS_SUCCESS, io_query_ea(&t, buffer, sizeof buffer, NULL, 0, SL_RETURN_SINGLE_ENTRY));
    assert_status(STATUS_NO_MORE_EAS, io_query_ea(&t, buffer, sizeof buffer, NULL, 0, SL_RETURN_SINGLE_ENTRY));
    PFILE_GET_EA_INFORMATION wanted = (void *)get;
    *wanted = (FILE_GET_EA_INFORMATION){.EaNameLength = 6};
    strcpy(wanted->EaName, "colour");
    assert_status(STATUS_SUCCESS, io_query_ea(&t, buffer, sizeof buffer, get, 12, SL_RETURN_SINGLE_ENTRY));
    assert_int_equal(3, first->EaValueLength);
    assert_string_equal("COLOUR", first->EaName);
    FILE_EA_INFORMATION size;
    assert_status(STATUS_SUCCESS, query(file, FileEaInformation, &size, sizeof size, NULL));
    assert_true(size.EaSize > 0);
    assert_status(STATUS_SUCCESS, io_set_ea(&t, buffer, ea(buffer, "COLOUR", "", 0))); /* nothing removes it */
    assert_true(getxattr(place_path(place, "f"), "user.COLOUR", value, sizeof value) < 0);
    assert_status(STATUS_INVALID_EA_NAME, io_set_ea(&t, buffer, ea(buffer, "a:b", "x", 1)));
    assert_status(STATUS_EA_LIST_INCONSISTENT, io_set_ea(&t, buffer, ea(buffer, "ab", "x", 1) - 2));
    place_close(file);
}

static void eas_of_the_front_end(void **state)
{
    PLACE;
    char buffer[512] __attribute__((aligned(8))), value[64];
    place_write(place, "f", "x");
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_WRITE_EA);
    struct io_linux side = {.have = IO_LINUX_XATTR, .xattr_name = "user.mixedCase", .xattr_flags = XATTR_CREATE};
    struct io_transfer t = on(file);
    t.linux_side = &side;
    assert_status(STATUS_SUCCESS, io_set_ea(&t, buffer, ea(buffer, "mixedCase", "v", 1)));
    assert_int_equal(1, getxattr(place_path(place, "f"), "user.mixedCase", value, sizeof value));
    assert_false(NT_SUCCESS(io_set_ea(&t, buffer, ea(buffer, "mixedCase", "v", 1))));
    assert_int_equal(EEXIST, t.base_errno);
    side.xattr_name = "user.absent";
    assert_false(NT_SUCCESS(io_set_ea(&t, buffer, ea(buffer, "absent", "", 0))));
    assert_int_equal(ENODATA, t.base_errno);
    place_close(file);
}

static void ea_at_creation(void **state)
{
    PLACE;
    char buffer[64] __attribute__((aligned(8))), value[8];
    ULONG length = ea(buffer, "MADE", "so", 2);
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .disposition = FILE_CREATE, .ea = buffer, .ea_length = length));
    place_close(o.file);
    assert_int_equal(2, getxattr(place_path(place, "f"), "user.MADE", value, sizeof value));
    length = ea(buffer, "a*", "so", 2);
    assert_status(STATUS_INVALID_EA_NAME, OPEN(place, &o, .name = u"\\g", .disposition = FILE_CREATE, .ea = buffer, .ea_length = length));
    assert_false(place_has(place, "g"));
}

/* ---- streams ---- */

static void streams(void **state)
{
    PLACE;
    char value[64], text[8] = {0};
    ULONG_PTR got;
    place_write(place, "f", "main");
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, OPEN(place, &o, .name = u"\\f:s", .access = FILE_READ_DATA));
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f:s", .access = FILE_READ_DATA | FILE_WRITE_DATA, .disposition = FILE_CREATE));
    assert_int_equal(FILE_CREATED, o.information);
    assert_status(STATUS_END_OF_FILE, read_at(o.file, 0, text, 4, &got));
    assert_status(STATUS_SUCCESS, write_at(o.file, 2, "abc", 3, &got));
    assert_int_equal(6, getxattr(place_path(place, "f"), "user.DosStream.s:$DATA", value, sizeof value));
    assert_memory_equal("\0\0abc\0", value, 6); /* V-162: one NUL behind the data */
    assert_string_equal("main", place_text(place, "f"));
    assert_status(STATUS_SUCCESS, read_at(o.file, 2, text, 8, &got));
    assert_int_equal(3, got);
    FILE_STANDARD_INFORMATION standard;
    assert_status(STATUS_SUCCESS, query(o.file, FileStandardInformation, &standard, sizeof standard, NULL));
    assert_int_equal(5, standard.EndOfFile.QuadPart);
    char buffer[512] __attribute__((aligned(8)));
    assert_status(STATUS_SUCCESS, query(o.file, FileNameInformation, buffer, sizeof buffer, NULL));
    assert_memory_equal(u"\\f:s", ((PFILE_NAME_INFORMATION)(void *)buffer)->FileName, 8);
    FILE_END_OF_FILE_INFORMATION end = {at(3)};
    assert_status(STATUS_SUCCESS, set(o.file, FileEndOfFileInformation, &end, sizeof end));
    PFILE_OBJECT main_file = place_file(place, u"\\F::$data", FILE_READ_DATA | FILE_WRITE_DATA), same = place_file(place, u"\\f:S:$DATA", FILE_READ_DATA);
    assert_ptr_not_equal(main_file->FsContext, o.file->FsContext);
    assert_ptr_equal(same->FsContext, o.file->FsContext);
    assert_status(STATUS_SUCCESS, query(main_file, FileStreamInformation, buffer, sizeof buffer, NULL));
    PFILE_STREAM_INFORMATION entry = (void *)buffer;
    assert_int_equal(4, entry->StreamSize.QuadPart);
    assert_memory_equal(u"::$DATA", entry->StreamName, 14);
    entry = (void *)(buffer + entry->NextEntryOffset);
    assert_int_equal(3, entry->StreamSize.QuadPart);
    assert_memory_equal(u":s:$DATA", entry->StreamName, 16);
    assert_status(STATUS_BUFFER_OVERFLOW, query(main_file, FileStreamInformation, buffer, 50, NULL));
    place_close(same);
    place_close(main_file);
    FILE_DISPOSITION_INFORMATION gone = {TRUE};
    assert_status(STATUS_SUCCESS, set(o.file, FileDispositionInformation, &gone, sizeof gone));
    assert_status(STATUS_DELETE_PENDING, OPEN(place, &(struct opened){0}, .name = u"\\f:s"));
    place_close(o.file);
    assert_true(getxattr(place_path(place, "f"), "user.DosStream.s:$DATA", value, sizeof value) < 0);
    assert_string_equal("main", place_text(place, "f"));
}

static void stream_limits(void **state)
{
    PLACE;
    static char block[70000];
    place_write(place, "f", "x");
    symlink("f", place_path(place, "l"));
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f:big", .access = FILE_WRITE_DATA, .disposition = FILE_CREATE));
    assert_status(STATUS_DISK_FULL, write_at(o.file, 0, block, sizeof block, NULL)); /* never cut silently */
    FILE_STANDARD_INFORMATION standard;
    assert_status(STATUS_SUCCESS, query(o.file, FileStandardInformation, &standard, sizeof standard, NULL));
    assert_int_equal(0, standard.EndOfFile.QuadPart);
    place_close(o.file);
    assert_status(STATUS_OBJECT_NAME_INVALID, OPEN(place, &o, .name = u"\\f:"));
    assert_status(STATUS_OBJECT_NAME_INVALID, OPEN(place, &o, .name = u"\\f:s:$BITMAP"));
    /* replacing the file by an overwrite takes its streams away */
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .access = FILE_WRITE_DATA, .disposition = FILE_OVERWRITE));
    place_close(o.file);
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, OPEN(place, &o, .name = u"\\f:big"));
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\new:s", .access = FILE_WRITE_DATA, .disposition = FILE_CREATE));
    place_close(o.file);
    assert_string_equal("", place_text(place, "new"));
}

/* ---- reparse points ---- */

static void link_data(void **state)
{
    PLACE;
    char buffer[512] __attribute__((aligned(8)));
    PREPARSE_DATA_BUFFER data = (void *)buffer;
    symlink("dir/file", place_path(place, "l"));
    symlink("raw\xff", place_path(place, "raw"));
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\l", .options = FILE_OPEN_REPARSE_POINT));
    struct io_transfer t = on(o.file);
    assert_status(STATUS_SUCCESS, io_fs_control(&t, FSCTL_GET_REPARSE_POINT, NULL, 0, buffer, sizeof buffer));
    assert_int_equal(IO_REPARSE_TAG_SYMLINK, data->ReparseTag);
    assert_int_equal(SYMLINK_FLAG_RELATIVE, data->SymbolicLinkReparseBuffer.Flags);
    assert_int_equal(16, data->SymbolicLinkReparseBuffer.SubstituteNameLength);
    assert_memory_equal(u"dir\\file", data->SymbolicLinkReparseBuffer.PathBuffer, 16);
    assert_status(STATUS_BUFFER_OVERFLOW, io_fs_control(&t, FSCTL_GET_REPARSE_POINT, NULL, 0, buffer, 20));
    place_close(o.file);
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\raw", .options = FILE_OPEN_REPARSE_POINT));
    t = on(o.file);
    assert_status(STATUS_SUCCESS, io_fs_control(&t, FSCTL_GET_REPARSE_POINT, NULL, 0, buffer, sizeof buffer));
    assert_int_equal(IO_REPARSE_TAG_LX_SYMLINK, data->ReparseTag);
    assert_memory_equal("raw\xff", data->GenericReparseBuffer.DataBuffer + 4, 4);
    place_close(o.file);
    place_write(place, "f", "x");
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_READ_DATA);
    t = on(file);
    assert_status(STATUS_NOT_A_REPARSE_POINT, io_fs_control(&t, FSCTL_GET_REPARSE_POINT, NULL, 0, buffer, sizeof buffer));
    place_close(file);
}

static void making_links(void **state)
{
    PLACE;
    char buffer[128] __attribute__((aligned(8))) = {0}, target[64] = {0};
    PREPARSE_DATA_BUFFER data = (void *)buffer;
    data->ReparseTag = IO_REPARSE_TAG_SYMLINK;
    data->ReparseDataLength = 12 + 6;
    data->SymbolicLinkReparseBuffer.SubstituteNameLength = 6;
    data->SymbolicLinkReparseBuffer.Flags = SYMLINK_FLAG_RELATIVE;
    memcpy(data->SymbolicLinkReparseBuffer.PathBuffer, u"a\\b", 6);
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\l", .access = FILE_WRITE_ATTRIBUTES | DELETE, .disposition = FILE_CREATE, .options = FILE_OPEN_REPARSE_POINT));
    struct io_transfer t = on(o.file);
    assert_status(STATUS_SUCCESS, io_fs_control(&t, FSCTL_SET_REPARSE_POINT, buffer, 8 + 18, NULL, 0));
    assert_int_equal(3, readlink(place_path(place, "l"), target, sizeof target));
    assert_string_equal("a/b", target);
    assert_status(STATUS_SUCCESS, io_fs_control(&t, FSCTL_SET_REPARSE_POINT, buffer, 8 + 18, NULL, 0)); /* the same again */
    assert_status(STATUS_IO_REPARSE_DATA_INVALID, io_fs_control(&t, FSCTL_SET_REPARSE_POINT, buffer, 8 + 17, NULL, 0));
    FILE_DISPOSITION_INFORMATION gone = {TRUE};
    assert_status(STATUS_SUCCESS, set(o.file, FileDispositionInformation, &gone, sizeof gone));
    place_close(o.file);
    assert_false(place_has(place, "l"));
}

#define OWN_TAG 0x00001234u

static void other_tags(void **state)
{
    PLACE;
    char buffer[64] __attribute__((aligned(8))) = {0}, got[64] __attribute__((aligned(8)));
    PREPARSE_GUID_DATA_BUFFER data = (void *)buffer;
    data->ReparseTag = OWN_TAG;
    data->ReparseDataLength = 4;
    memcpy(data->GenericReparseBuffer.DataBuffer, "data", 4);
    place_write(place, "f", "content");
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_WRITE_ATTRIBUTES);
    struct io_transfer t = on(file);
    assert_status(STATUS_SUCCESS, io_fs_control(&t, FSCTL_SET_REPARSE_POINT, buffer, 24 + 4, NULL, 0));
    place_close(file);
    assert_status(STATUS_IO_REPARSE_TAG_NOT_HANDLED, OPEN(place, &o, .name = u"\\f", .access = FILE_READ_DATA));
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .access = FILE_READ_DATA | FILE_WRITE_ATTRIBUTES, .options = FILE_OPEN_REPARSE_POINT));
    t = on(o.file);
    assert_status(STATUS_SUCCESS, io_fs_control(&t, FSCTL_GET_REPARSE_POINT, NULL, 0, got, sizeof got));
    assert_memory_equal(buffer, got, 28);
    data->ReparseTag = OWN_TAG + 1;
    assert_status(STATUS_IO_REPARSE_TAG_MISMATCH, io_fs_control(&t, FSCTL_SET_REPARSE_POINT, buffer, 28, NULL, 0));
    data->ReparseTag = OWN_TAG;
    data->ReparseDataLength = 0;
    assert_status(STATUS_SUCCESS, io_fs_control(&t, FSCTL_DELETE_REPARSE_POINT, buffer, 24, NULL, 0));
    place_close(o.file);
    file = place_file(place, u"\\f", FILE_READ_DATA);
    place_close(file);
}

/* ---- holes ---- */

static void holes(void **state)
{
    PLACE;
    static char block[65536];
    memset(block, 'x', sizeof block);
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .access = FILE_READ_DATA | FILE_WRITE_DATA, .disposition = FILE_CREATE));
    assert_status(STATUS_SUCCESS, write_at(o.file, 0, block, sizeof block, NULL));
    struct io_transfer t = on(o.file);
    FILE_ZERO_DATA_INFORMATION zero = {at(4096), at(1 << 20)};
    assert_status(STATUS_SUCCESS, io_fs_control(&t, FSCTL_SET_ZERO_DATA, &zero, sizeof zero, NULL, 0));
    FILE_STANDARD_INFORMATION standard;
    assert_status(STATUS_SUCCESS, query(o.file, FileStandardInformation, &standard, sizeof standard, NULL));
    assert_int_equal(65536, standard.EndOfFile.QuadPart); /* never longer */
    FILE_ALLOCATED_RANGE_BUFFER range = {at(0), at(65536)}, ranges[4];
    assert_status(STATUS_SUCCESS, io_fs_control(&t, FSCTL_QUERY_ALLOCATED_RANGES, &range, sizeof range, ranges, sizeof ranges));
    assert_int_equal(sizeof ranges[0], t.iosb.Information);
    assert_int_equal(0, ranges[0].FileOffset.QuadPart);
    assert_int_equal(4096, ranges[0].Length.QuadPart);
    assert_status(STATUS_INVALID_DEVICE_REQUEST, io_fs_control(&t, FSCTL_ENABLE_UPGRADE, NULL, 0, NULL, 0)); /* told, not swallowed */
    place_close(o.file);
}

#define IN_PLACE(name, fn) TEST_WITH(name, fn, place_setup, place_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE("V-170 V-171 F-376 extended attributes", eas),
        IN_PLACE("V-127 V-170 extended attributes of the front end", eas_of_the_front_end),
        IN_PLACE("V-170 extended attributes at creation", ea_at_creation),
        IN_PLACE("V-162 V-164 V-004 named streams", streams),
        IN_PLACE("V-163 V-166 V-167 limits and ends of streams", stream_limits),
        IN_PLACE("V-058 V-157 what symbolic links say", link_data),
        IN_PLACE("V-059 a file that becomes a link", making_links),
        IN_PLACE("V-159 F-378 tags of others", other_tags),
        IN_PLACE("V-085 V-086 holes", holes),
    };
    return RUN_TESTS(tests, place_group, NULL);
}
