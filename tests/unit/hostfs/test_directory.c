/* Enumeration and change notification. */
#include "place.h"

#include <fcntl.h>
#include <unistd.h>

#define PLACE struct place *place = *state; struct opened o; (void)o

static NTSTATUS list(PFILE_OBJECT directory, FILE_INFORMATION_CLASS class, void *buffer, ULONG length, const char16_t *pattern, UCHAR flags,
    ULONG index, ULONG_PTR *got)
{
    UNICODE_STRING text;
    RtlInitUnicodeString(&text, pattern);
    struct io_transfer t = on(directory);
    NTSTATUS status = io_query_directory(&t, class, buffer, length, pattern ? &text : NULL, flags, index);
    if (got)
        *got = t.iosb.Information;
    return status;
}

/* All names of an answer, "a,b,c" in the order given. */
static void add_names(const char *buffer, char *names)
{
    for (;;) {
        PFILE_NAMES_INFORMATION entry = (void *)buffer;
        char name[HOSTFS_NAME_BYTES + 1];
        if (hostfs_name_from_nt(entry->FileName, entry->FileNameLength / 2, name) != HOSTFS_NAME_OK) {
            for (ULONG i = 0; i < entry->FileNameLength / 2; i++)
                name[i] = (char)entry->FileName[i];
            name[entry->FileNameLength / 2] = '\0';
        }
        sprintf(names + strlen(names), "%s%s", *names ? "," : "", name);
        if (entry->NextEntryOffset == 0)
            return;
        buffer += entry->NextEntryOffset;
    }
}

static void fill(struct place *place, int count)
{
    mkdir(place_path(place, "d"), 0755);
    for (int i = 0; i < count; i++) {
        char name[32];
        sprintf(name, "d/file-%03d", i);
        place_write(place, name, "x");
    }
}

static void whole_listing(void **state)
{
    PLACE;
    char buffer[1024] __attribute__((aligned(8))), names[16384] = "";
    fill(place, 500);
    PFILE_OBJECT directory = place_directory(place, u"\\d");
    NTSTATUS status;
    int answers = 0;
    while ((status = list(directory, FileNamesInformation, buffer, sizeof buffer, NULL, 0, 0, NULL)) == STATUS_SUCCESS) {
        add_names(buffer, names);
        answers++;
    }
    assert_status(STATUS_NO_MORE_FILES, status);
    assert_true(answers > 10);
    assert_int_equal(0, strncmp(names, ".,..,", 5));
    for (int i = 0; i < 500; i++) {
        char name[32];
        sprintf(name, "file-%03d", i);
        char *at_name = strstr(names, name);
        assert_non_null(at_name);
        assert_null(strstr(at_name + 1, name)); /* each once */
    }
    assert_status(STATUS_SUCCESS, list(directory, FileNamesInformation, buffer, sizeof buffer, NULL, SL_RESTART_SCAN, 0, NULL));
    place_close(directory);
}

static void patterns(void **state)
{
    PLACE;
    static const struct {
        const char16_t *pattern;
        const char *names;
    } rows[] = {{u"*.TXT", "a.txt"}, {u"b*", "b.doc"}, {u"?.doc", "b.doc"}, {u"none", NULL}, {u"A.TXT", "a.txt"}, {u"q*", NULL}};
    char buffer[1024] __attribute__((aligned(8)));
    mkdir(place_path(place, "d"), 0755);
    place_write(place, "d/a.txt", "");
    place_write(place, "d/b.doc", "");
    place_write(place, "d/c", "");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char names[256] = "";
        PFILE_OBJECT directory = place_directory(place, u"\\d");
        NTSTATUS status = list(directory, FileNamesInformation, buffer, sizeof buffer, rows[i].pattern, SL_RESTART_SCAN, 0, NULL);
        if (rows[i].names == NULL) {
            assert_status(STATUS_NO_SUCH_FILE, status); /* the first question finds nothing */
        } else {
            assert_status(STATUS_SUCCESS, status);
            add_names(buffer, names);
            assert_string_equal(rows[i].names, names);
            assert_status(STATUS_NO_MORE_FILES, list(directory, FileNamesInformation, buffer, sizeof buffer, u"other", 0, 0, NULL));
        }
        place_close(directory);
    }
}

static void single_and_index(void **state)
{
    PLACE;
    char buffer[1024] __attribute__((aligned(8))), first[64] = "", second[64] = "", again[64] = "";
    fill(place, 20);
    PFILE_OBJECT directory = place_directory(place, u"\\d");
    ULONG indexes[10];
    for (int i = 0; i < 10; i++) {
        assert_status(STATUS_SUCCESS, list(directory, FileNamesInformation, buffer, sizeof buffer, NULL, SL_RETURN_SINGLE_ENTRY, 0, NULL));
        assert_int_equal(0, ((PFILE_NAMES_INFORMATION)(void *)buffer)->NextEntryOffset);
        indexes[i] = ((PFILE_NAMES_INFORMATION)(void *)buffer)->FileIndex;
        if (i == 5)
            add_names(buffer, first);
        if (i == 6)
            add_names(buffer, second);
    }
    /* what happens meanwhile moves no index */
    for (int i = 0; i < 20; i += 7) {
        char name[32];
        sprintf(name, "d/file-%03d", i);
        if (strcmp(name + 2, first) != 0 && strcmp(name + 2, second) != 0)
            unlink(place_path(place, name));
    }
    place_write(place, "d/file-999", "");
    assert_status(STATUS_SUCCESS, list(directory, FileNamesInformation, buffer, sizeof buffer, NULL, SL_RETURN_SINGLE_ENTRY | SL_INDEX_SPECIFIED, indexes[5], NULL));
    add_names(buffer, again);
    assert_string_equal(second, again);
    place_close(directory);
}

static void too_small(void **state)
{
    PLACE;
    char buffer[256] __attribute__((aligned(8)));
    ULONG_PTR got;
    mkdir(place_path(place, "d"), 0755);
    place_write(place, "d/a-rather-long-name", "");
    PFILE_OBJECT directory = place_directory(place, u"\\d");
    assert_status(STATUS_INFO_LENGTH_MISMATCH, list(directory, FileBothDirectoryInformation, buffer, 90, NULL, 0, 0, NULL));
    assert_status(STATUS_BUFFER_OVERFLOW, list(directory, FileNamesInformation, buffer, 20, u"a*", SL_RESTART_SCAN, 0, &got));
    assert_int_equal(36, ((PFILE_NAMES_INFORMATION)(void *)buffer)->FileNameLength);
    assert_int_equal(20, got);
    assert_status(STATUS_INVALID_INFO_CLASS, list(directory, FileBasicInformation, buffer, sizeof buffer, NULL, 0, 0, NULL));
    place_close(directory);
    place_write(place, "f", "");
    PFILE_OBJECT file = place_file(place, u"\\f", FILE_READ_DATA);
    assert_status(STATUS_INVALID_PARAMETER, list(file, FileNamesInformation, buffer, sizeof buffer, NULL, 0, 0, NULL));
    place_close(file);
}

static void each_class(void **state)
{
    PLACE;
    struct stat st;
    char buffer[1024] __attribute__((aligned(8)));
    place_write(place, "f", "12345");
    assert_int_equal(0, stat(place_path(place, "f"), &st));
    static const struct {
        FILE_INFORMATION_CLASS class;
        ULONG name_at, id_at;
    } rows[] = {{FileDirectoryInformation, 64, 0}, {FileFullDirectoryInformation, 68, 0}, {FileBothDirectoryInformation, 94, 0},
        {FileIdBothDirectoryInformation, 104, 96}, {FileIdFullDirectoryInformation, 80, 72}, {FileIdExtdDirectoryInformation, 88, 72},
        {FileIdExtdBothDirectoryInformation, 114, 72}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PFILE_OBJECT root = place_directory(place, u"\\");
        ULONG_PTR got;
        assert_status(STATUS_SUCCESS, list(root, rows[i].class, buffer, sizeof buffer, NULL, 0, 0, &got));
        PFILE_DIRECTORY_INFORMATION entry = (void *)buffer;
        assert_int_equal(0, entry->NextEntryOffset); /* the root has no dots */
        assert_int_equal(5, entry->EndOfFile.QuadPart);
        assert_int_equal(FILE_ATTRIBUTE_NORMAL, entry->FileAttributes);
        assert_int_equal(2, entry->FileNameLength);
        assert_memory_equal(u"f", buffer + rows[i].name_at, 2);
        assert_int_equal(rows[i].name_at + 2, got);
        if (rows[i].id_at)
            assert_memory_equal(&st.st_ino, buffer + rows[i].id_at, 8);
        place_close(root);
    }
}

/* ---- notification ---- */

struct watching {
    struct io_operation *op;
    KEVENT done;
    NTSTATUS status;
    ULONG_PTR length;
    char buffer[1024] __attribute__((aligned(8)));
};

static void told(struct io_operation *op, void *context)
{
    struct watching *w = context;
    w->status = op->iosb.Status;
    w->length = op->iosb.Information;
    KeSetEvent(&w->done, 0, FALSE);
}

static NTSTATUS watch(struct watching *w, PFILE_OBJECT directory, bool tree, ULONG length)
{
    KeInitializeEvent(&w->done, NotificationEvent, FALSE);
    w->op = io_operation_new(io_file_of(directory)->volume, IRP_MJ_DIRECTORY_CONTROL, IRP_MN_NOTIFY_CHANGE_DIRECTORY, directory);
    w->op->iopb.OperationFlags = tree ? SL_WATCH_TREE : 0;
    w->op->iopb.Parameters.DirectoryControl.NotifyDirectory.Length = length;
    w->op->iopb.Parameters.DirectoryControl.NotifyDirectory.CompletionFilter = FILE_NOTIFY_CHANGE_NAME | FILE_NOTIFY_CHANGE_SIZE;
    w->op->iopb.Parameters.DirectoryControl.NotifyDirectory.DirectoryBuffer = w->buffer;
    io_push_frame(w->op, told, w);
    NTSTATUS status = io_send(w->op);
    w->status = w->op->iosb.Status;
    w->length = w->op->iosb.Information;
    return status;
}

static void assert_event(const char *buffer, ULONG action, const char16_t *name)
{
    PFILE_NOTIFY_INFORMATION event = (void *)buffer;
    UNICODE_STRING text;
    RtlInitUnicodeString(&text, name);
    assert_int_equal(action, event->Action);
    assert_int_equal(text.Length, event->FileNameLength);
    assert_memory_equal(name, event->FileName, text.Length);
}

static void notification(void **state)
{
    PLACE;
    struct watching w;
    mkdir(place_path(place, "d"), 0755);
    mkdir(place_path(place, "d/e"), 0755);
    PFILE_OBJECT directory = place_directory(place, u"\\d");
    assert_status(STATUS_PENDING, watch(&w, directory, true, sizeof w.buffer));
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\elsewhere", .disposition = FILE_CREATE));
    place_close(o.file);
    assert_int_equal(0, KeReadStateEvent(&w.done)); /* not ours */
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\d\\e\\new", .access = DELETE | FILE_WRITE_DATA, .disposition = FILE_CREATE));
    assert_status(STATUS_SUCCESS, w.status);
    assert_event(w.buffer, FILE_ACTION_ADDED, u"e\\new");
    io_operation_free(w.op);
    /* between two requests it is kept; both names of a rename come together */
    assert_status(STATUS_SUCCESS, move(o.file, FileRenameInformation, u"old", 0, NULL));
    assert_status(STATUS_SUCCESS, watch(&w, directory, true, sizeof w.buffer));
    assert_event(w.buffer, FILE_ACTION_RENAMED_OLD_NAME, u"e\\new");
    assert_event(w.buffer + ((PFILE_NOTIFY_INFORMATION)(void *)w.buffer)->NextEntryOffset, FILE_ACTION_RENAMED_NEW_NAME, u"e\\old");
    io_operation_free(w.op);
    assert_status(STATUS_PENDING, watch(&w, directory, true, sizeof w.buffer));
    assert_status(STATUS_SUCCESS, write_at(o.file, 0, "x", 1, NULL));
    assert_event(w.buffer, FILE_ACTION_MODIFIED, u"e\\old");
    io_operation_free(w.op);
    assert_status(STATUS_PENDING, watch(&w, directory, true, sizeof w.buffer));
    assert_true(io_cancel(w.op));
    assert_status(STATUS_CANCELLED, w.status);
    io_operation_free(w.op);
    assert_status(STATUS_PENDING, watch(&w, directory, true, sizeof w.buffer));
    io_cleanup_file(directory, NULL);
    assert_status(STATUS_NOTIFY_CLEANUP, w.status);
    io_operation_free(w.op);
    place_close(directory);
    place_close(o.file);
}

static void notification_overflow(void **state)
{
    PLACE;
    struct watching w;
    PFILE_OBJECT root = place_directory(place, u"\\");
    assert_status(STATUS_PENDING, watch(&w, root, false, 32));
    for (int i = 0; i < 3; i++) {
        char16_t name[] = u"\\a-name-0";
        name[8] = (char16_t)(u'0' + i);
        assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = name, .disposition = FILE_CREATE));
        place_close(o.file);
    }
    assert_status(STATUS_SUCCESS, w.status); /* 28 bytes: the first fitted */
    io_operation_free(w.op);
    assert_status(STATUS_NOTIFY_ENUM_DIR, watch(&w, root, false, 32));
    assert_int_equal(0, w.length);
    io_operation_free(w.op);
    place_close(root);
}

#define IN_PLACE(name, fn) TEST_WITH(name, fn, place_setup, place_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE("V-078 F-370 a long directory, each entry once", whole_listing),
        IN_PLACE("F-370 patterns", patterns),
        IN_PLACE("V-078 single entries, and an index that stays valid", single_and_index),
        IN_PLACE("F-370 buffers that are too small", too_small),
        IN_PLACE("V-078 V-153 each class of entry", each_class),
        IN_PLACE("V-193 change notification", notification),
        IN_PLACE("V-193 more changes than were asked for", notification_overflow),
    };
    return RUN_TESTS(tests, place_group, NULL);
}
