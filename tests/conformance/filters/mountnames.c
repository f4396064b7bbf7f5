/* Names that Linux programs' operations carry: resolved and exact, so nothing below is asked for them (F-302, F-310, F-330).
 * The calls are made by other processes: the manager's own would hang beyond help if the manager in it stopped to answer. */
#include "files.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static ofm_mount *mounted;
static char point[64];

static void need_mount(void)
{
    if (mounted)
        return;
    skip_because("no /dev/fuse here");
}

/* Runs a shell command in the mounted directory; its exit status. */
static int run(const char *command)
{
    char line[600];
    char *arguments[] = {(char *)"sh", (char *)"-c", line, NULL};
    pid_t child;
    int status;

    snprintf(line, sizeof line, "cd '%s' && %s", point, command);
    assert_int_equal(posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environ), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What HIGH saw last of creates that are about `watched`, and how often LOW was asked for a name. */
static struct {
    pthread_mutex_t lock;
    char pre[300], post[300], normalized_in_post[300], destination[300];
    unsigned destinations;
} seen = {.lock = PTHREAD_MUTEX_INITIALIZER};
static unsigned name_queries; /* __atomic */

static void note(char *to, size_t size, PCUNICODE_STRING name)
{
    size_t length = name->Length / 2 < size - 1 ? name->Length / 2 : size - 1;

    pthread_mutex_lock(&seen.lock);
    for (size_t i = 0; i < length; i++)
        to[i] = (char)name->Buffer[i];
    to[length] = 0;
    pthread_mutex_unlock(&seen.lock);
}

static void note_name(PFLT_CALLBACK_DATA data, FLT_FILE_NAME_OPTIONS format, char *to, size_t size)
{
    PFLT_FILE_NAME_INFORMATION info;

    if (!NT_SUCCESS(FltGetFileNameInformation(data, format | FLT_FILE_NAME_QUERY_DEFAULT, &info)))
        return;
    note(to, size, &info->Name);
    FltReleaseFileNameInformation(info);
}

static void note_destination(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    FILE_RENAME_INFORMATION *rename = data->Iopb->Parameters.SetFileInformation.InfoBuffer;
    PFLT_FILE_NAME_INFORMATION info;
    NTSTATUS status = FltGetDestinationFileNameInformation(objects->Instance, objects->FileObject, rename->RootDirectory,
        rename->FileName, rename->FileNameLength, FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_DEFAULT, &info);

    if (!NT_SUCCESS(status))
        return;
    note(seen.destination, sizeof seen.destination, &info->Name);
    __atomic_fetch_add(&seen.destinations, 1, __ATOMIC_RELAXED);
    FltReleaseFileNameInformation(info);
}

static FLT_PREOP_CALLBACK_STATUS watch_pre(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    if (data->Iopb->MajorFunction == IRP_MJ_CREATE)
        note_name(data, FLT_FILE_NAME_NORMALIZED, seen.pre, sizeof seen.pre);
    if (data->Iopb->MajorFunction == IRP_MJ_SET_INFORMATION) {
        FILE_INFORMATION_CLASS class = data->Iopb->Parameters.SetFileInformation.FileInformationClass;
        if (class == FileRenameInformation || class == FileRenameInformationEx || class == FileLinkInformation ||
            class == FileLinkInformationEx)
            note_destination(data, objects);
    }
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static void watch_post(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    if (data->Iopb->MajorFunction != IRP_MJ_CREATE || !NT_SUCCESS(data->IoStatus.Status))
        return;
    note_name(data, FLT_FILE_NAME_OPENED, seen.post, sizeof seen.post);
    note_name(data, FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_FILESYSTEM_ONLY, seen.normalized_in_post,
        sizeof seen.normalized_in_post);
}

static FLT_PREOP_CALLBACK_STATUS count_name_queries(
    struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    if (data->Iopb->MajorFunction == IRP_MJ_QUERY_INFORMATION &&
        (data->Iopb->Parameters.QueryFileInformation.FileInformationClass == FileNormalizedNameInformation ||
            data->Iopb->Parameters.QueryFileInformation.FileInformationClass == FileNameInformation))
        __atomic_fetch_add(&name_queries, 1, __ATOMIC_RELAXED);
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

/* The filters get their hooks before the mount has threads, so that nobody sees them half made. */
static int start(void **state)
{
    if (access("/dev/fuse", R_OK | W_OK) != 0)
        return 0; /* the tests say so */
    snprintf(point, sizeof point, "/tmp/ofm-mount-XXXXXX");
    if (files_start(state) != 0 || !mkdtemp(point))
        return -1;
    struct test_filter *high = filter_load(HIGH), *low = filter_load(LOW);
    high->pre = watch_pre;
    high->post = watch_post;
    low->pre = count_name_queries;
    return NT_SUCCESS(ofm_mount_volume(volume, point, &mounted)) ? 0 : -1;
}

static int stop(void **state)
{
    if (!mounted)
        return 0;
    NTSTATUS status = ofm_unmount(mounted, 1);
    mounted = NULL;
    rmdir(point);
    int stopped = files_stop(state);
    return NT_SUCCESS(status) ? stopped : -1;
}

static void watch(void)
{
    need_mount();
    pthread_mutex_lock(&seen.lock);
    memset(seen.pre, 0, sizeof seen.pre);
    memset(seen.post, 0, sizeof seen.post);
    __atomic_store_n(&seen.destinations, 0, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&seen.lock);
    __atomic_store_n(&name_queries, 0, __ATOMIC_RELAXED);
}

static void expect_seen(const char *what, const char *expected)
{
    char copy[300];

    pthread_mutex_lock(&seen.lock);
    snprintf(copy, sizeof copy, "%s", what);
    pthread_mutex_unlock(&seen.lock);
    assert_string_equal(copy, full_name(expected));
}

static void opens(void **state)
{
    watch();
    assert_int_equal(run("cat 'dir/Mixed Case.Txt' > /dev/null"), 0);
    expect_seen(seen.pre, "\\dir\\Mixed Case.Txt");
    expect_seen(seen.post, "\\dir\\Mixed Case.Txt");
    expect_seen(seen.normalized_in_post, "\\dir\\Mixed Case.Txt");
    assert_int_equal(__atomic_load_n(&name_queries, __ATOMIC_RELAXED), 0);
}

static void creates_and_links(void **state)
{
    watch();
    assert_int_equal(run("set -C; : > 'dir/brand new'"), 0);
    expect_seen(seen.pre, "\\dir\\brand new");
    assert_int_equal(run("ln -s dir way && cat way/sub.txt > /dev/null"), 0);
    expect_seen(seen.pre, "\\dir\\sub.txt"); /* F-313: Linux has resolved the link */
}

static void renames(void **state)
{
    watch();
    assert_int_equal(run("mv -T a.txt dir/b.txt"), 0);
    assert_int_equal(__atomic_load_n(&seen.destinations, __ATOMIC_RELAXED), 1);
    expect_seen(seen.destination, "\\dir\\b.txt");
    assert_int_equal(run("cat dir/b.txt > /dev/null"), 0);
    expect_seen(seen.pre, "\\dir\\b.txt");
}

static void renamed_while_open(void **state)
{
    PFLT_FILE_NAME_INFORMATION info;

    watch();
    PFILE_OBJECT file = open_file("\\dir\\sub.txt", FILE_READ_DATA, 0);
    PFLT_INSTANCE instance = filters[HIGH].instance;
    assert_status(STATUS_SUCCESS,
        FltGetFileNameInformationUnsafe(file, instance, FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_DEFAULT, &info));
    FltReleaseFileNameInformation(info);
    assert_int_equal(run("mv -T dir moved"), 0); /* Linux may: files are open below */
    assert_status(STATUS_SUCCESS,
        FltGetFileNameInformationUnsafe(file, instance, FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_DEFAULT, &info));
    expect_text("after the rename", &info->Name, full_name("\\moved\\sub.txt"));
    FltReleaseFileNameInformation(info);
    ofm_close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("F-302 F-310 opens from Linux: exact names without a question below", opens, start, stop),
        TEST_WITH("F-302 F-313 creates and links on the way from Linux", creates_and_links, start, stop),
        TEST_WITH("F-330 F-331 renames from Linux", renames, start, stop),
        TEST_WITH("F-309 a directory renamed from Linux makes names below stale", renamed_while_open, start, stop),
    };

    return RUN_TESTS(tests, NULL, NULL);
}
