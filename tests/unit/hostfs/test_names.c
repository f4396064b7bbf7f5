/* Renames, links and deletion. */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PLACE struct place *place = *state; struct opened o; (void)o

/* ---- deleting ---- */

static NTSTATUS dispose(PFILE_OBJECT file, ULONG flags)
{
    FILE_DISPOSITION_INFORMATION_EX info = {flags};
    return set(file, FileDispositionInformationEx, &info, sizeof info);
}

static void posix_delete(void **state)
{
    PLACE;
    char text[4] = {0};
    place_write(place, "f", "data");
    PFILE_OBJECT reader = place_file(place, u"\\f", FILE_READ_DATA), deleter = place_file(place, u"\\f", DELETE);
    assert_status(STATUS_SUCCESS, dispose(deleter, FILE_DISPOSITION_DELETE | FILE_DISPOSITION_POSIX_SEMANTICS));
    assert_true(place_has(place, "f")); /* until the deleting handle closes */
    place_close(deleter);
    assert_false(place_has(place, "f"));
    assert_status(STATUS_SUCCESS, read_at(reader, 0, text, 3, NULL));
    assert_string_equal("dat", text);
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .disposition = FILE_CREATE)); /* the name is free */
    place_close(o.file);
    place_close(reader);
    assert_true(place_has(place, "f")); /* the new one is nobody else's to delete */
}

static void plain_delete(void **state)
{
    PLACE;
    FILE_DISPOSITION_INFORMATION gone = {TRUE}, stays = {FALSE};
    FILE_STANDARD_INFORMATION standard;
    place_write(place, "f", "data");
    PFILE_OBJECT reader = place_file(place, u"\\f", FILE_READ_DATA), deleter = place_file(place, u"\\f", DELETE);
    assert_status(STATUS_SUCCESS, set(deleter, FileDispositionInformation, &gone, sizeof gone));
    assert_status(STATUS_SUCCESS, query(reader, FileStandardInformation, &standard, sizeof standard, NULL));
    assert_true(standard.DeletePending);
    assert_status(STATUS_DELETE_PENDING, OPEN(place, &o, .name = u"\\f"));
    assert_status(STATUS_SUCCESS, set(deleter, FileDispositionInformation, &stays, sizeof stays));
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f"));
    place_close(o.file);
    assert_status(STATUS_SUCCESS, set(deleter, FileDispositionInformation, &gone, sizeof gone));
    place_close(deleter);
    assert_true(place_has(place, "f")); /* a handle is left */
    assert_status(STATUS_DELETE_PENDING, OPEN(place, &o, .name = u"\\f"));
    place_close(reader);
    assert_false(place_has(place, "f"));
}

static void delete_of_one_link(void **state)
{
    PLACE;
    place_write(place, "a", "data");
    link(place_path(place, "a"), place_path(place, "b"));
    PFILE_OBJECT a = place_file(place, u"\\a", DELETE);
    assert_status(STATUS_SUCCESS, dispose(a, FILE_DISPOSITION_DELETE));
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\b")); /* the other name stays usable */
    place_close(o.file);
    place_close(a);
    assert_false(place_has(place, "a"));
    assert_string_equal("data", place_text(place, "b"));
}

static void delete_on_close(void **state)
{
    PLACE;
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .access = DELETE, .options = FILE_DELETE_ON_CLOSE, .disposition = FILE_CREATE));
    assert_true(place_has(place, "f"));
    assert_true(o.file->Flags & FO_DELETE_ON_CLOSE);
    place_close(o.file);
    assert_false(place_has(place, "f"));
}

static void delete_by_name(void **state)
{
    PLACE;
    WCHAR room[128];
    UNICODE_STRING name = {0, sizeof room, room};
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    RtlAppendUnicodeStringToString(&name, &place->volume->device_name);
    RtlAppendUnicodeToString(&name, u"\\f");
    place_write(place, "f", "data");
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .access = FILE_READ_DATA));
    assert_status(STATUS_SUCCESS, ZwDeleteFile(&attributes));
    assert_status(STATUS_DELETE_PENDING, ZwDeleteFile(&attributes)); /* the other opener still has it */
    place_close(o.file);
    assert_false(place_has(place, "f"));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, ZwDeleteFile(&attributes));
}

static void deleted_is_told(void **state)
{
    PLACE;
    FILE_STANDARD_INFORMATION standard;
    place_write(place, "f", "data");
    PFILE_OBJECT file = place_file(place, u"\\f", DELETE);
    assert_status(STATUS_SUCCESS, dispose(file, FILE_DISPOSITION_DELETE));
    io_cleanup_file(file, NULL);
    /* as a filter asks below itself after clean-up */
    struct io_operation *op = io_operation_new(place->volume, IRP_MJ_QUERY_INFORMATION, 0, file);
    op->iopb.Parameters.QueryFileInformation.FileInformationClass = FileStandardInformation;
    op->iopb.Parameters.QueryFileInformation.Length = sizeof standard;
    op->iopb.Parameters.QueryFileInformation.InfoBuffer = &standard;
    assert_status(STATUS_FILE_DELETED, io_call(&place->volume->base, op));
    io_operation_free(op);
    io_close_file(file);
}

static void undeletable(void **state)
{
    PLACE;
    mkdir(place_path(place, "d"), 0755);
    place_write(place, "d/f", "x");
    PFILE_OBJECT directory = place_file(place, u"\\d", DELETE);
    assert_status(STATUS_DIRECTORY_NOT_EMPTY, dispose(directory, FILE_DISPOSITION_DELETE));
    unlink(place_path(place, "d/f"));
    assert_status(STATUS_SUCCESS, dispose(directory, FILE_DISPOSITION_DELETE | FILE_DISPOSITION_POSIX_SEMANTICS));
    place_close(directory);
    assert_false(place_has(place, "d"));
    PFILE_OBJECT root = place_file(place, u"\\", DELETE);
    assert_status(STATUS_CANNOT_DELETE, dispose(root, FILE_DISPOSITION_DELETE));
    place_close(root);
    place_write(place, "ro", "x");
    chmod(place_path(place, "ro"), 0444);
    PFILE_OBJECT file = place_file(place, u"\\ro", DELETE);
    assert_status(STATUS_CANNOT_DELETE, dispose(file, FILE_DISPOSITION_DELETE));
    assert_status(STATUS_SUCCESS, dispose(file, FILE_DISPOSITION_DELETE | FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE));
    place_close(file);
    assert_false(place_has(place, "ro"));
}

/* Somebody below put another object under the name: it is not the one that was marked. */
static void replaced_below(void **state)
{
    PLACE;
    place_write(place, "f", "old");
    PFILE_OBJECT file = place_file(place, u"\\f", DELETE);
    assert_status(STATUS_SUCCESS, dispose(file, FILE_DISPOSITION_DELETE));
    place_write(place, "g", "new");
    assert_int_equal(0, rename(place_path(place, "g"), place_path(place, "f")));
    place_close(file);
    assert_string_equal("new", place_text(place, "f"));
}

/* ---- renaming ---- */

static void assert_name(PFILE_OBJECT file, const char16_t *expected)
{
    char buffer[512] __attribute__((aligned(8)));
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, expected);
    assert_status(STATUS_SUCCESS, query(file, FileNameInformation, buffer, sizeof buffer, NULL));
    PFILE_NAME_INFORMATION info = (void *)buffer;
    assert_int_equal(name.Length, info->FileNameLength);
    assert_memory_equal(name.Buffer, info->FileName, name.Length);
}

static void renames(void **state)
{
    PLACE;
    mkdir(place_path(place, "d"), 0755);
    place_write(place, "a", "A");
    PFILE_OBJECT file = place_file(place, u"\\a", DELETE), directory = place_directory(place, u"\\d");
    assert_status(STATUS_SUCCESS, move(file, FileRenameInformation, u"b", 0, NULL));
    assert_string_equal("A", place_text(place, "b"));
    assert_name(file, u"\\b");
    assert_status(STATUS_SUCCESS, move(file, FileRenameInformation, u"\\??\\C:\\d\\c", 0, directory)); /* last component, in the parent given */
    assert_string_equal("A", place_text(place, "d/c"));
    assert_name(file, u"\\d\\c");
    assert_memory_equal(u"\\a", file->FileName.Buffer, 4); /* V-005: the name it was opened by stays */
    assert_status(STATUS_SUCCESS, move(file, FileRenameInformation, u"C", 0, NULL)); /* only the case */
    assert_true(place_has(place, "d/C") && !place_has(place, "d/c"));
    place_close(directory);
    place_close(file);
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\d\\C", .sl_flags = SL_CASE_SENSITIVE));
    place_close(o.file);
}

static void renames_over(void **state)
{
    PLACE;
    place_write(place, "a", "A");
    place_write(place, "b", "B");
    mkdir(place_path(place, "d"), 0755);
    PFILE_OBJECT file = place_file(place, u"\\a", DELETE);
    assert_status(STATUS_OBJECT_NAME_COLLISION, move(file, FileRenameInformation, u"b", 0, NULL));
    assert_status(STATUS_ACCESS_DENIED, move(file, FileRenameInformation, u"d", 1, NULL)); /* never over a directory */
    PFILE_OBJECT open = place_file(place, u"\\b", FILE_READ_DATA);
    assert_status(STATUS_ACCESS_DENIED, move(file, FileRenameInformation, u"b", 1, NULL)); /* nor over an open file */
    assert_string_equal("B", place_text(place, "b"));
    assert_status(STATUS_SUCCESS, move(file, FileRenameInformationEx, u"b", FILE_RENAME_REPLACE_IF_EXISTS | FILE_RENAME_POSIX_SEMANTICS, NULL));
    assert_string_equal("A", place_text(place, "b"));
    char text[2] = {0};
    assert_status(STATUS_SUCCESS, read_at(open, 0, text, 1, NULL));
    assert_string_equal("B", text);
    place_close(open);
    assert_string_equal("A", place_text(place, "b")); /* the replaced one's end takes nothing along */
    place_close(file);
}

static void directories_with_open_files(void **state)
{
    PLACE;
    mkdir(place_path(place, "d"), 0755);
    mkdir(place_path(place, "d/e"), 0755);
    place_write(place, "d/e/f", "x");
    PFILE_OBJECT directory = place_file(place, u"\\d", DELETE), file = place_file(place, u"\\d\\e\\f", FILE_READ_DATA);
    assert_status(STATUS_ACCESS_DENIED, move(directory, FileRenameInformation, u"n", 0, NULL));
    assert_status(STATUS_SUCCESS, move(directory, FileRenameInformationEx, u"n", FILE_RENAME_POSIX_SEMANTICS, NULL));
    assert_name(file, u"\\n\\e\\f"); /* those below moved along */
    place_close(file);
    assert_status(STATUS_SUCCESS, move(directory, FileRenameInformation, u"m", 0, NULL));
    place_close(directory);
    assert_string_equal("x", place_text(place, "m/e/f"));
}

static void bad_renames(void **state)
{
    PLACE;
    place_write(place, "a", "A");
    PFILE_OBJECT file = place_file(place, u"\\a", DELETE), root = place_file(place, u"\\", DELETE);
    FILE_RENAME_INFORMATION info = {.FileNameLength = 1000};
    assert_status(STATUS_INVALID_PARAMETER, set(file, FileRenameInformation, &info, sizeof info)); /* longer than the buffer */
    assert_status(STATUS_INFO_LENGTH_MISMATCH, set(file, FileRenameInformation, &info, 8));
    assert_status(STATUS_OBJECT_NAME_INVALID, move(file, FileRenameInformation, u"a*b", 0, NULL));
    assert_status(STATUS_OBJECT_NAME_INVALID, move(file, FileRenameInformation, u"..", 0, NULL));
    assert_status(STATUS_INVALID_PARAMETER, move(file, FileRenameInformation, u"\\x\\y", 0, NULL)); /* no parent was opened */
    assert_status(STATUS_INVALID_PARAMETER, move(root, FileRenameInformation, u"r", 0, NULL));
    place_close(root);
    place_close(file);
}

/* Linux' own rename: flags and errors as they are. */
static void front_end_renames(void **state)
{
    PLACE;
    struct io_node *root, *a, *b;
    struct stat st;
    int error;
    char space[64] __attribute__((aligned(8))) = {0};
    PFILE_RENAME_INFORMATION info = (void *)space;
    place_write(place, "a", "A");
    place_write(place, "b", "B");
    place->volume->ops->node_root(place->volume, &root);
    place->volume->ops->node_lookup(root, "a", &a, &st);
    place->volume->ops->node_lookup(root, "b", &b, &st);
    struct io_linux node = {.have = IO_LINUX_NODE, .node = a};
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\a", .access = DELETE, .linux_side = &node));
    PFILE_OBJECT directory = place_directory(place, u"\\");
    struct io_linux side = {.have = IO_LINUX_PARENT | IO_LINUX_RENAME, .parent = root, .name = "b", .rename_flags = RENAME_NOREPLACE};
    info->Flags = FILE_RENAME_POSIX_SEMANTICS;
    info->FileNameLength = 2;
    info->FileName[0] = u'b';
    struct io_transfer t = on(o.file);
    t.linux_side = &side;
    assert_status(STATUS_OBJECT_NAME_COLLISION, io_set_information(&t, FileRenameInformationEx, info, sizeof space, directory, FALSE));
    assert_int_equal(EEXIST, t.base_errno);
    side.rename_flags = RENAME_EXCHANGE;
    side.exchange = b;
    info->Flags |= FILE_RENAME_REPLACE_IF_EXISTS;
    assert_status(STATUS_SUCCESS, io_set_information(&t, FileRenameInformationEx, info, sizeof space, directory, FALSE));
    assert_string_equal("A", place_text(place, "b"));
    assert_string_equal("B", place_text(place, "a"));
    assert_name(o.file, u"\\b");
    struct io_node *again;
    place->volume->ops->node_lookup(root, "a", &again, &st);
    assert_ptr_equal(b, again); /* the nodes changed places too */
    place->volume->ops->node_release(again);
    side.rename_flags = 0;
    side.name = "missing/..";
    error = 0;
    (void)error;
    place_close(directory);
    place_close(o.file);
    place->volume->ops->node_release(a);
    place->volume->ops->node_release(b);
    place->volume->ops->node_release(root);
}

/* ---- links ---- */

static void hard_links(void **state)
{
    PLACE;
    struct stat st;
    mkdir(place_path(place, "d"), 0755);
    place_write(place, "a", "A");
    place_write(place, "other", "O");
    PFILE_OBJECT file = place_file(place, u"\\a", FILE_WRITE_ATTRIBUTES), directory = place_directory(place, u"\\d");
    assert_status(STATUS_SUCCESS, move(file, FileLinkInformation, u"b", 0, NULL));
    assert_status(STATUS_SUCCESS, move(file, FileLinkInformation, u"c", 0, directory));
    assert_int_equal(0, stat(place_path(place, "d/c"), &st));
    assert_int_equal(3, st.st_nlink);
    assert_status(STATUS_OBJECT_NAME_COLLISION, move(file, FileLinkInformation, u"other", 0, NULL));
    assert_status(STATUS_SUCCESS, move(file, FileLinkInformation, u"other", 1, NULL));
    assert_string_equal("A", place_text(place, "other"));
    assert_status(STATUS_FILE_IS_A_DIRECTORY, move(directory, FileLinkInformation, u"dd", 0, NULL));

    char buffer[1024] __attribute__((aligned(8)));
    ULONG_PTR got;
    assert_status(STATUS_SUCCESS, query(file, FileHardLinkInformation, buffer, sizeof buffer, &got));
    PFILE_LINKS_INFORMATION links = (void *)buffer;
    assert_int_equal(4, links->EntriesReturned);
    assert_int_equal(got, links->BytesNeeded);
    assert_status(STATUS_BUFFER_OVERFLOW, query(file, FileHardLinkInformation, buffer, 64, &got));
    assert_true(links->EntriesReturned >= 1 && links->BytesNeeded > 64);
    place_close(directory);
    place_close(file);
}

#define IN_PLACE(name, fn) TEST_WITH(name, fn, place_setup, place_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE("V-063 V-185 V-186 a POSIX delete", posix_delete),
        IN_PLACE("V-150 V-185 a delete that waits for the last handle", plain_delete),
        IN_PLACE("V-185 deleting one of two links", delete_of_one_link),
        IN_PLACE("V-187 delete on close", delete_on_close),
        IN_PLACE("ZwDeleteFile deletes by name", delete_by_name),
        IN_PLACE("F-366 a deleted file says so after its clean-up", deleted_is_told),
        IN_PLACE("V-064 V-151 F-369 what cannot be deleted", undeletable),
        IN_PLACE("V-005 V-104 only the object that was marked is deleted", replaced_below),
        IN_PLACE("V-005 V-065 renames in and between directories", renames),
        IN_PLACE("V-065 renames over something", renames_over),
        IN_PLACE("V-065 directories with open files below", directories_with_open_files),
        IN_PLACE("V-065 F-368 renames that cannot be", bad_renames),
        IN_PLACE("V-066 V-067 V-127 the front end's renames", front_end_renames),
        IN_PLACE("V-068 V-160 V-161 hard links", hard_links),
    };
    return RUN_TESTS(tests, place_group, NULL);
}
