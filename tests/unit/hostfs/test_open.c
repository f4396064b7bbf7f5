/* IRP_MJ_CREATE over a directory: dispositions, kinds, paths, links, sharing, rights, identity. */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define PLACE struct place *place = *state; struct opened o; (void)o

/* ---- dispositions ---- */

static void dispositions(void **state)
{
    PLACE;
    static const struct {
        ULONG disposition;
        bool exists;
        NTSTATUS status;
        ULONG_PTR information;
        const char *after;
    } rows[] = {
        {FILE_SUPERSEDE, false, STATUS_SUCCESS, FILE_CREATED, ""},
        {FILE_SUPERSEDE, true, STATUS_SUCCESS, FILE_SUPERSEDED, ""},
        {FILE_OPEN, false, STATUS_OBJECT_NAME_NOT_FOUND, 0, "(none)"},
        {FILE_OPEN, true, STATUS_SUCCESS, FILE_OPENED, "old"},
        {FILE_CREATE, false, STATUS_SUCCESS, FILE_CREATED, ""},
        {FILE_CREATE, true, STATUS_OBJECT_NAME_COLLISION, 0, "old"},
        {FILE_OPEN_IF, false, STATUS_SUCCESS, FILE_CREATED, ""},
        {FILE_OPEN_IF, true, STATUS_SUCCESS, FILE_OPENED, "old"},
        {FILE_OVERWRITE, false, STATUS_OBJECT_NAME_NOT_FOUND, 0, "(none)"},
        {FILE_OVERWRITE, true, STATUS_SUCCESS, FILE_OVERWRITTEN, ""},
        {FILE_OVERWRITE_IF, false, STATUS_SUCCESS, FILE_CREATED, ""},
        {FILE_OVERWRITE_IF, true, STATUS_SUCCESS, FILE_OVERWRITTEN, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unlink(place_path(place, "f"));
        if (rows[i].exists)
            place_write(place, "f", "old");
        NTSTATUS status = OPEN(place, &o, .name = u"\\f", .access = FILE_READ_DATA | DELETE, .disposition = rows[i].disposition);
        if (status != rows[i].status)
            fail_msg("V-042 V-043 row %zu: expected 0x%08x, got 0x%08x", i, (unsigned)rows[i].status, (unsigned)status);
        assert_string_equal(rows[i].after, place_text(place, "f"));
        if (NT_SUCCESS(status)) {
            assert_int_equal(rows[i].information, o.information);
            place_close(o.file);
        }
    }
}

static void kinds(void **state)
{
    PLACE;
    place_write(place, "f", "x");
    mkdir(place_path(place, "d"), 0755);
    assert_status(STATUS_NOT_A_DIRECTORY, OPEN(place, &o, .name = u"\\f", .options = FILE_DIRECTORY_FILE));
    assert_status(STATUS_FILE_IS_A_DIRECTORY, OPEN(place, &o, .name = u"\\d", .options = FILE_NON_DIRECTORY_FILE));
    assert_status(STATUS_OBJECT_NAME_INVALID, OPEN(place, &o, .name = u"\\f\\"));
    assert_status(STATUS_OBJECT_NAME_COLLISION, OPEN(place, &o, .name = u"\\d", .disposition = FILE_OVERWRITE_IF));
    assert_status(STATUS_OBJECT_NAME_COLLISION, OPEN(place, &o, .name = u"\\f", .options = FILE_DIRECTORY_FILE, .disposition = FILE_CREATE));
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\d\\", .access = FILE_LIST_DIRECTORY));
    place_close(o.file);
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\n", .options = FILE_DIRECTORY_FILE, .disposition = FILE_CREATE));
    assert_int_equal(FILE_CREATED, o.information);
    place_close(o.file);
    struct stat st;
    assert_int_equal(0, stat(place_path(place, "n"), &st));
    assert_true(S_ISDIR(st.st_mode));
}

/* ---- paths ---- */

static void path_errors(void **state)
{
    PLACE;
    char16_t longest[300] = {u'\\'};
    place_write(place, "f", "x");
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, OPEN(place, &o, .name = u"\\none"));
    assert_int_equal(0, o.error); /* no system call said so of the last component: the status itself does */
    assert_status(STATUS_OBJECT_PATH_NOT_FOUND, OPEN(place, &o, .name = u"\\none\\x"));
    assert_status(STATUS_OBJECT_PATH_NOT_FOUND, OPEN(place, &o, .name = u"\\f\\x"));
    assert_status(STATUS_OBJECT_NAME_INVALID, OPEN(place, &o, .name = u"\\a*b"));
    mkdir(place_path(place, "d"), 0755);
    assert_status(STATUS_OBJECT_NAME_INVALID, OPEN(place, &o, .name = u"\\d\\\\b"));
    for (int i = 1; i < 280; i++)
        longest[i] = u'n';
    assert_status(STATUS_NAME_TOO_LONG, OPEN(place, &o, .name = longest));
    longest[256] = 0;
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = longest, .disposition = FILE_CREATE));
    place_close(o.file);
}

static void dots_never_leave(void **state)
{
    PLACE;
    mkdir(place_path(place, "d"), 0755);
    assert_status(STATUS_OBJECT_NAME_INVALID, OPEN(place, &o, .name = u"\\.."));
    assert_status(STATUS_OBJECT_NAME_INVALID, OPEN(place, &o, .name = u"\\d\\..\\..\\etc"));
    assert_status(STATUS_OBJECT_NAME_INVALID, OPEN(place, &o, .name = u"\\d\\."));
    struct io_node *root, *node;
    struct stat st;
    assert_int_equal(0, place->volume->ops->node_root(place->volume, &root));
    assert_int_equal(-EINVAL, place->volume->ops->node_lookup(root, "..", &node, &st));
    place->volume->ops->node_release(root);
}

static void deep_path(void **state)
{
    PLACE;
    char16_t name[6200];
    size_t length = 0;
    for (int i = 0; i < 30; i++) { /* 30 * 201 units: longer than one Linux path */
        name[length++] = u'\\';
        for (int j = 0; j < 200; j++)
            name[length++] = (char16_t)(u'a' + i % 26);
        name[length] = 0;
        assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = name, .options = FILE_DIRECTORY_FILE, .disposition = FILE_CREATE));
        place_close(o.file);
    }
    PFILE_OBJECT file = place_directory(place, name);
    char buffer[16384] __attribute__((aligned(8)));
    assert_status(STATUS_SUCCESS, query(file, FileNameInformation, buffer, sizeof buffer, NULL));
    assert_int_equal(length * 2, ((PFILE_NAME_INFORMATION)(void *)buffer)->FileNameLength);
    place_close(file);
}

static void case_rules(void **state)
{
    PLACE;
    place_write(place, "ReadMe", "mixed");
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\readME"));
    place_close(o.file);
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, OPEN(place, &o, .name = u"\\readME", .sl_flags = SL_CASE_SENSITIVE));
    place_write(place, "README", "upper");
    PFILE_OBJECT file = place_file(place, u"\\ReadMe", FILE_READ_DATA);
    char text[6] = {0};
    assert_status(STATUS_SUCCESS, read_at(file, 0, text, 5, NULL));
    assert_string_equal("mixed", text); /* the exact one first */
    place_close(file);
    file = place_file(place, u"\\rEADmE", FILE_READ_DATA);
    assert_status(STATUS_SUCCESS, read_at(file, 0, text, 5, NULL));
    assert_string_equal("upper", text); /* else the lowest byte string */
    place_close(file);
    assert_status(STATUS_OBJECT_NAME_COLLISION, OPEN(place, &o, .name = u"\\README", .disposition = FILE_CREATE));
}

static void odd_linux_names(void **state)
{
    PLACE;
    place_write(place, "a:b\\c\xff", "odd");
    PFILE_OBJECT file = place_file(place, u"\\a\xf03a" u"b\xf05c" u"c\xf0ff", FILE_READ_DATA);
    place_close(file);
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\x\xf03a", .disposition = FILE_CREATE));
    place_close(o.file);
    assert_true(place_has(place, "x:"));
}

static void relative_opens(void **state)
{
    PLACE;
    mkdir(place_path(place, "d"), 0755);
    place_write(place, "d/f", "x");
    PFILE_OBJECT directory = place_directory(place, u"\\d");
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"f", .related = directory));
    assert_status(STATUS_OBJECT_PATH_NOT_FOUND, OPEN(place, &(struct opened){0}, .name = u"x", .related = o.file));
    place_close(o.file);
    assert_int_equal(0, rename(place_path(place, "d"), place_path(place, "moved")));
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"f", .related = directory)); /* by the object, not by its name */
    place_close(o.file);
    place_close(directory);
}

static void by_file_id(void **state)
{
    PLACE;
    struct stat st;
    place_write(place, "f", "id");
    assert_int_equal(0, stat(place_path(place, "f"), &st));
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_READ_ATTRIBUTES);
    char16_t id[5] = {0};
    FILE_INTERNAL_INFORMATION internal;
    assert_status(STATUS_SUCCESS, query(file, FileInternalInformation, &internal, sizeof internal, NULL));
    assert_int_equal(st.st_ino, internal.IndexNumber.QuadPart);
    memcpy(id, &internal.IndexNumber, 8);
    UNICODE_STRING name = {8, 8, id};
    struct io_create_request request = {.volume = place->volume, .path = name, .access = FILE_READ_DATA, .share_access = SHARE_ALL,
        .disposition = FILE_OPEN, .options = FILE_OPEN_BY_FILE_ID, .major = IRP_MJ_CREATE};
    struct io_create_result result;
    assert_status(STATUS_SUCCESS, io_create_file(&request, &result));
    char text[3] = {0};
    assert_status(STATUS_SUCCESS, read_at(result.file, 0, text, 2, NULL));
    assert_string_equal("id", text);
    place_close(result.file);
    place_close(file);
    mkdir(place_path(place, "deep"), 0755); /* one that nobody has opened yet */
    place_write(place, "deep/g", "gg");
    assert_int_equal(0, stat(place_path(place, "deep/g"), &st));
    memcpy(id, &st.st_ino, 8);
    assert_status(STATUS_SUCCESS, io_create_file(&request, &result));
    assert_status(STATUS_SUCCESS, read_at(result.file, 0, text, 2, NULL));
    assert_string_equal("gg", text);
    place_close(result.file);
    assert_int_equal(0, stat("/etc/passwd", &st)); /* on the same file system, but not in the directory */
    memcpy(id, &st.st_ino, 8);
    assert_status(STATUS_INVALID_PARAMETER, io_create_file(&request, &result));
    memset(id, 0x7e, 8);
    assert_status(STATUS_INVALID_PARAMETER, io_create_file(&request, &result));
}

static void volume_open(void **state)
{
    PLACE;
    char buffer[64] __attribute__((aligned(8)));
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"", .access = FILE_READ_ATTRIBUTES));
    assert_true(o.file->Flags & FO_VOLUME_OPEN);
    assert_status(STATUS_INVALID_PARAMETER, query(o.file, FileBasicInformation, buffer, sizeof buffer, NULL));
    assert_status(STATUS_INVALID_DEVICE_REQUEST, read_at(o.file, 0, buffer, 16, NULL));
    struct io_transfer t = on(o.file);
    assert_status(STATUS_SUCCESS, io_query_volume_information(&t, FileFsSizeInformation, buffer, sizeof buffer));
    place_close(o.file);
}

static void target_directory(void **state)
{
    PLACE;
    mkdir(place_path(place, "d"), 0755);
    place_write(place, "d/there", "x");
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\d\\there", .access = FILE_ADD_FILE, .sl_flags = SL_OPEN_TARGET_DIRECTORY));
    assert_int_equal(FILE_EXISTS, o.information);
    assert_int_equal(10, o.file->FileName.Length);
    assert_memory_equal(u"there", o.file->FileName.Buffer, 10);
    FILE_STANDARD_INFORMATION standard;
    assert_status(STATUS_SUCCESS, query(o.file, FileStandardInformation, &standard, sizeof standard, NULL));
    assert_true(standard.Directory);
    place_close(o.file);
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\d\\none", .access = FILE_ADD_FILE, .sl_flags = SL_OPEN_TARGET_DIRECTORY));
    assert_int_equal(FILE_DOES_NOT_EXIST, o.information);
    place_close(o.file);
}

/* ---- links ---- */

static void symbolic_links(void **state)
{
    PLACE;
    mkdir(place_path(place, "d"), 0755);
    place_write(place, "d/f", "through");
    assert_int_equal(0, symlink("d/f", place_path(place, "l")));
    assert_int_equal(0, symlink("d", place_path(place, "dl")));
    char text[8] = {0};
    PFILE_OBJECT file = place_file(place, u"\\l", FILE_READ_DATA);
    assert_status(STATUS_SUCCESS, read_at(file, 0, text, 7, NULL));
    assert_string_equal("through", text);
    place_close(file);
    place_close(place_file(place, u"\\dl\\f", FILE_READ_DATA));
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\l", .access = FILE_READ_ATTRIBUTES, .options = FILE_OPEN_REPARSE_POINT));
    FILE_ATTRIBUTE_TAG_INFORMATION tag;
    assert_status(STATUS_SUCCESS, query(o.file, FileAttributeTagInformation, &tag, sizeof tag, NULL));
    assert_int_equal(IO_REPARSE_TAG_SYMLINK, tag.ReparseTag);
    assert_true(tag.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT);
    place_close(o.file);
}

static void links_never_leave(void **state)
{
    PLACE;
    assert_int_equal(0, symlink("../../../../etc/passwd", place_path(place, "up")));
    assert_int_equal(0, symlink("/etc/passwd", place_path(place, "absolute")));
    assert_status(STATUS_ACCESS_DENIED, OPEN(place, &o, .name = u"\\up", .access = FILE_READ_DATA));
    assert_false(NT_SUCCESS(OPEN(place, &o, .name = u"\\absolute", .access = FILE_READ_DATA)));
}

static void special_files(void **state)
{
    PLACE;
    assert_int_equal(0, mkfifo(place_path(place, "fifo"), 0644));
    assert_status(STATUS_IO_REPARSE_TAG_NOT_HANDLED, OPEN(place, &o, .name = u"\\fifo", .access = FILE_READ_DATA));
    /* opened as a reparse point nobody waits for a writer, and there is no data */
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\fifo", .access = FILE_READ_DATA, .options = FILE_OPEN_REPARSE_POINT));
    char c;
    assert_status(STATUS_INVALID_DEVICE_REQUEST, read_at(o.file, 0, &c, 1, NULL));
    FILE_ATTRIBUTE_TAG_INFORMATION tag;
    assert_status(STATUS_SUCCESS, query(o.file, FileAttributeTagInformation, &tag, sizeof tag, NULL));
    assert_int_equal(IO_REPARSE_TAG_LX_FIFO, tag.ReparseTag);
    place_close(o.file);
}

/* ---- mounts below ---- */

static void mounts_below(void **state)
{
    PLACE;
    if (geteuid() != 0)
        skip_because("needs root");
    mkdir(place_path(place, "sub"), 0755);
    place_write(place, "sub/under", "x");
    assert_int_equal(0, mount("none", place_path(place, "sub"), "tmpfs", 0, NULL));
    place_write(place, "sub/over", "y");
    /* the volume has a copy of its own: what is mounted over it later is not there */
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, OPEN(place, &o, .name = u"\\sub\\over"));
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\sub\\under"));
    place_close(o.file);
    assert_int_equal(0, umount(place_path(place, "sub")));
}

/* ---- sharing ---- */

static void share_access(void **state)
{
    PLACE;
    struct opened second;
    place_write(place, "f", "x");
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .access = FILE_READ_DATA, .share = FILE_SHARE_READ));
    assert_status(STATUS_SUCCESS, OPEN(place, &second, .name = u"\\f", .access = FILE_READ_DATA, .share = FILE_SHARE_READ));
    place_close(second.file);
    assert_status(STATUS_SHARING_VIOLATION, OPEN(place, &second, .name = u"\\f", .access = FILE_WRITE_DATA));
    assert_status(STATUS_SHARING_VIOLATION, OPEN(place, &second, .name = u"\\f", .access = FILE_WRITE_DATA, .disposition = FILE_OVERWRITE));
    assert_string_equal("x", place_text(place, "f")); /* nothing was cut before the check */
    assert_status(STATUS_SUCCESS, OPEN(place, &second, .name = u"\\f", .access = FILE_READ_ATTRIBUTES, .share = 0));
    place_close(second.file);
    link(place_path(place, "f"), place_path(place, "g"));
    assert_status(STATUS_SHARING_VIOLATION, OPEN(place, &second, .name = u"\\g", .access = FILE_WRITE_DATA)); /* one file, two names */
    place_close(o.file);
    assert_status(STATUS_SUCCESS, OPEN(place, &second, .name = u"\\g", .access = FILE_WRITE_DATA));
    place_close(second.file);
}

static void one_stream_block(void **state)
{
    PLACE;
    place_write(place, "f", "x");
    link(place_path(place, "f"), place_path(place, "g"));
    PFILE_OBJECT a = place_file(place, u"\\f", FILE_READ_DATA), b = place_file(place, u"\\g", FILE_READ_DATA);
    assert_ptr_equal(a->FsContext, b->FsContext);
    assert_ptr_not_equal(a->FsContext2, b->FsContext2);
    place_close(b);
    place_close(a);
}

/* ---- rights ---- */

static void rights_of_users(void **state)
{
    PLACE;
    if (geteuid() != 0)
        skip_because("needs root");
    place_write(place, "secret", "x");
    chmod(place_path(place, "secret"), 0600);
    place_write(place, "open", "x");
    chmod(place_path(place, "open"), 0644);
    PEPROCESS process = ps_process_create_simulated(1000, 1000, NULL, 0, NULL);
    PETHREAD thread = ps_thread_of_process(process, 0);
    assert_status(STATUS_ACCESS_DENIED, OPEN(place, &o, .name = u"\\secret", .access = FILE_READ_DATA, .mode = UserMode, .thread = thread));
    assert_status(STATUS_ACCESS_DENIED, OPEN(place, &o, .name = u"\\open", .access = FILE_WRITE_DATA, .mode = UserMode, .thread = thread));
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\open", .access = FILE_READ_DATA, .mode = UserMode, .thread = thread));
    place_close(o.file);
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\secret", .access = FILE_READ_DATA, .mode = KernelMode, .thread = thread));
    place_close(o.file);
    /* a directory of root: nothing is created in it; in a public one the file is the user's */
    chmod(place->directory, 0755);
    assert_status(STATUS_ACCESS_DENIED, OPEN(place, &o, .name = u"\\new", .access = FILE_WRITE_DATA, .disposition = FILE_CREATE, .mode = UserMode, .thread = thread));
    assert_false(place_has(place, "new"));
    chmod(place->directory, 0777);
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\new", .access = FILE_WRITE_DATA, .disposition = FILE_CREATE, .mode = UserMode, .thread = thread));
    place_close(o.file);
    struct stat st;
    assert_int_equal(0, stat(place_path(place, "new"), &st));
    assert_int_equal(1000, st.st_uid);
    assert_int_equal(1000, st.st_gid);
    ObDereferenceObject(thread);
    ps_process_end_simulated(process, 0);
}

static void readonly_files(void **state)
{
    PLACE;
    place_write(place, "f", "x");
    chmod(place_path(place, "f"), 0444);
    assert_status(STATUS_ACCESS_DENIED, OPEN(place, &o, .name = u"\\f", .access = FILE_WRITE_DATA));
    assert_status(STATUS_ACCESS_DENIED, OPEN(place, &o, .name = u"\\f", .access = FILE_READ_DATA, .disposition = FILE_OVERWRITE));
    assert_status(STATUS_CANNOT_DELETE, OPEN(place, &o, .name = u"\\f", .access = DELETE, .options = FILE_DELETE_ON_CLOSE));
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\new", .access = FILE_WRITE_DATA, .attributes = FILE_ATTRIBUTE_READONLY, .disposition = FILE_CREATE));
    assert_status(STATUS_SUCCESS, write_at(o.file, 0, "y", 1, NULL)); /* who made it may write it */
    place_close(o.file);
    struct stat st;
    assert_int_equal(0, stat(place_path(place, "new"), &st));
    assert_int_equal(0, st.st_mode & 0222);
}

/* ---- the front end's side ---- */

static void front_end_creates(void **state)
{
    PLACE;
    if (geteuid() != 0)
        skip_because("needs root");
    struct io_node *root;
    struct stat st;
    chmod(place->directory, 0777);
    place->volume->ops->node_root(place->volume, &root);
    gid_t groups[] = {1000, 44};
    struct io_linux side = {.have = IO_LINUX_CRED | IO_LINUX_PARENT | IO_LINUX_MODE | IO_LINUX_OPEN_FLAGS,
        .cred = {.uid = 1000, .gid = 1000, .groups = groups, .group_count = 2, .umask = 027}, .mode = S_IFREG | 02660, .parent = root,
        .name = "mine", .open_flags = O_RDWR};
    mode_t mask = umask(0); /* the caller's counts, not ours */
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\mine", .access = FILE_READ_DATA | FILE_WRITE_DATA, .disposition = FILE_CREATE, .linux_side = &side));
    umask(mask);
    place_close(o.file);
    assert_int_equal(0, stat(place_path(place, "mine"), &st));
    assert_int_equal(1000, st.st_uid);
    assert_int_equal(02640, st.st_mode & 07777);
    assert_int_equal(0, geteuid());
    assert_int_equal(0, access(place_path(place, "mine"), W_OK)); /* and we are ourselves again */
    assert_status(STATUS_OBJECT_NAME_COLLISION, OPEN(place, &o, .name = u"\\mine", .access = FILE_WRITE_DATA, .disposition = FILE_CREATE, .linux_side = &side));
    chmod(place->directory, 0755);
    side.name = "no";
    assert_status(STATUS_ACCESS_DENIED, OPEN(place, &o, .name = u"\\no", .access = FILE_WRITE_DATA, .disposition = FILE_CREATE, .linux_side = &side));
    assert_int_equal(EACCES, o.error);
    place->volume->ops->node_release(root);
}

static void front_end_specials(void **state)
{
    PLACE;
    struct io_node *root;
    struct stat st;
    char target[64] = {0};
    place->volume->ops->node_root(place->volume, &root);
    struct io_linux side = {.have = IO_LINUX_PARENT | IO_LINUX_SYMLINK, .parent = root, .name = "l", .symlink = "/a\xff/../b"};
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\l", .access = FILE_WRITE_ATTRIBUTES, .disposition = FILE_CREATE,
        .options = FILE_OPEN_REPARSE_POINT, .linux_side = &side));
    place_close(o.file);
    assert_true(readlink(place_path(place, "l"), target, sizeof target) > 0);
    assert_string_equal("/a\xff/../b", target);
    if (geteuid() == 0) {
        side = (struct io_linux){.have = IO_LINUX_PARENT | IO_LINUX_SPECIAL | IO_LINUX_MODE, .parent = root, .name = "c", .mode = S_IFCHR | 0600, .rdev = makedev(1, 3)};
        assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\c", .access = FILE_WRITE_ATTRIBUTES, .disposition = FILE_CREATE,
            .options = FILE_OPEN_REPARSE_POINT, .linux_side = &side));
        place_close(o.file);
        assert_int_equal(0, lstat(place_path(place, "c"), &st));
        assert_true(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
    }
    place->volume->ops->node_release(root);
}

/* The very node is opened, whatever stands under its name meanwhile. */
static void front_end_node(void **state)
{
    PLACE;
    struct io_node *root, *node;
    struct stat st;
    char text[4] = {0};
    place_write(place, "f", "one");
    place->volume->ops->node_root(place->volume, &root);
    assert_int_equal(0, place->volume->ops->node_lookup(root, "f", &node, &st));
    unlink(place_path(place, "f"));
    place_write(place, "f", "two");
    struct io_linux side = {.have = IO_LINUX_NODE | IO_LINUX_OPEN_FLAGS, .node = node, .open_flags = O_RDONLY};
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\f", .access = FILE_READ_DATA, .linux_side = &side));
    assert_status(STATUS_SUCCESS, read_at(o.file, 0, text, 3, NULL));
    assert_string_equal("one", text);
    place_close(o.file);
    struct io_node *again;
    assert_int_equal(0, place->volume->ops->node_lookup(root, "f", &again, &st));
    assert_ptr_not_equal(node, again); /* another object under the name is another node */
    place->volume->ops->node_release(again);
    place->volume->ops->node_release(node);
    place->volume->ops->node_release(root);
}

static void one_node_a_link(void **state)
{
    PLACE;
    struct io_node *root, *a, *b, *again;
    struct stat st;
    place_write(place, "a", "x");
    link(place_path(place, "a"), place_path(place, "b"));
    place->volume->ops->node_root(place->volume, &root);
    assert_int_equal(0, place->volume->ops->node_lookup(root, "a", &a, &st));
    assert_int_equal(0, place->volume->ops->node_lookup(root, "b", &b, &st));
    assert_int_equal(0, place->volume->ops->node_lookup(root, "a", &again, &st));
    assert_ptr_not_equal(a, b);
    assert_ptr_equal(a, again);
    place->volume->ops->node_release(again);
    place->volume->ops->node_release(b);
    place->volume->ops->node_release(a);
    place->volume->ops->node_release(root);
}

static void read_only_volume(void **state)
{
    struct io_volume_options options = {.read_only = true};
    struct place *place = place_new(NULL, &options);
    struct opened o;
    place_write(place, "f", "x");
    assert_status(STATUS_MEDIA_WRITE_PROTECTED, OPEN(place, &o, .name = u"\\f", .access = FILE_WRITE_DATA));
    assert_status(STATUS_MEDIA_WRITE_PROTECTED, OPEN(place, &o, .name = u"\\n", .disposition = FILE_CREATE));
    assert_false(place_has(place, "n"));
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_READ_DATA | FILE_WRITE_ATTRIBUTES | DELETE);
    FILE_DISPOSITION_INFORMATION gone = {TRUE};
    int error;
    assert_status(STATUS_MEDIA_WRITE_PROTECTED, set_from(file, FileDispositionInformation, &gone, sizeof gone, NULL, &error));
    assert_int_equal(EROFS, error);
    place_close(file);
    assert_true(place_has(place, "f"));
    place_free(place);
}

static void bad_directories(void **state)
{
    struct io_volume *volume;
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, hostfs_volume_create("/nowhere/at/all", NULL, &volume));
    assert_status(STATUS_NOT_A_DIRECTORY, hostfs_volume_create("/etc/passwd", NULL, &volume));
}

/* What a seccomp filter without openat2 leaves. */
static void without_openat2(void **state)
{
    hostfs_sys_without_openat2(true);
    dispositions(state);
    path_errors(state);
    dots_never_leave(state);
    hostfs_sys_without_openat2(false);
    struct place *place = *state;
    struct opened o;
    assert_int_equal(0, symlink("/etc", place_path(place, "etc")));
    hostfs_sys_without_openat2(true);
    assert_false(NT_SUCCESS(OPEN(place, &o, .name = u"\\etc\\passwd", .access = FILE_READ_DATA)));
    hostfs_sys_without_openat2(false);
}

#define IN_PLACE(name, fn) TEST_WITH(name, fn, place_setup, place_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE("V-042 V-043 each disposition on what is there and what is not", dispositions),
        IN_PLACE("V-062 V-126 files and directories asked for as the other", kinds),
        IN_PLACE("V-126 V-134 statuses of bad paths", path_errors),
        IN_PLACE("V-136 V-206 V-207 dots are no names", dots_never_leave),
        IN_PLACE("V-135 a path longer than one system call takes", deep_path),
        IN_PLACE("V-140 V-141 case", case_rules),
        IN_PLACE("V-129 V-137 names Windows could not write", odd_linux_names),
        IN_PLACE("V-005 opens relative to a directory that moved", relative_opens),
        IN_PLACE("V-153 V-155 opening by id", by_file_id),
        IN_PLACE("V-080 the volume itself", volume_open),
        IN_PLACE("V-065 a target's directory", target_directory),
        IN_PLACE("V-121 V-157 symbolic links", symbolic_links),
        IN_PLACE("V-121 V-158 links do not lead out", links_never_leave),
        IN_PLACE("V-061 V-157 special files have tags and no data", special_files),
        IN_PLACE("V-033 V-154 mounts over the directory are not the volume's", mounts_below),
        IN_PLACE("V-184 share access", share_access),
        IN_PLACE("V-004 one block for all links of a file", one_stream_block),
        IN_PLACE("V-179 V-181 V-183 what users may do", rights_of_users),
        IN_PLACE("V-151 read-only files", readonly_files),
        IN_PLACE("V-042 V-127 V-183 the front end's creations belong to its caller", front_end_creates),
        IN_PLACE("V-059 V-061 links and special files in one step", front_end_specials),
        IN_PLACE("V-005 V-186 V-208 the front end's node is opened, not its name", front_end_node),
        IN_PLACE("V-001 one node for each link", one_node_a_link),
        IN_PLACE("V-206 the same without openat2", without_openat2),
        TEST("V-126 V-127 a read-only volume", read_only_volume),
        TEST("V-126 directories that cannot be volumes", bad_directories),
    };
    return RUN_TESTS(tests, place_group, NULL);
}
