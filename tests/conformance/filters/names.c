/* FltGetFileNameInformation and its relatives (filters.md section 6), asked in callbacks as filters do. */
#include "files.h"

#include <unistd.h>

/* ---- a filter that asks in a chosen callback and notes the answers ---- */

static struct question {
    UCHAR major;
    bool in_post;
    FLT_FILE_NAME_OPTIONS options;
    bool change_flags;          /* clear SL_OPEN_TARGET_DIRECTORY */
    unsigned asked;
    NTSTATUS status;
    char name[300], volume[100];
} question;

static NTSTATUS first_answer;

static void note_text(PCUNICODE_STRING from, char *to, size_t size)
{
    size_t length = from->Length / 2 < size - 1 ? from->Length / 2 : size - 1;

    for (size_t i = 0; i < length; i++)
        to[i] = (char)from->Buffer[i];
    to[length] = 0;
}

static void ask(PFLT_CALLBACK_DATA data)
{
    PFLT_FILE_NAME_INFORMATION info = NULL;

    question.asked++;
    question.name[0] = question.volume[0] = 0;
    question.status = FltGetFileNameInformation(data, question.options, &info);
    if (question.asked == 1)
        first_answer = question.status;
    if (!NT_SUCCESS(question.status)) {
        assert_null(info);
        return;
    }
    note_text(&info->Name, question.name, sizeof question.name);
    note_text(&info->Volume, question.volume, sizeof question.volume);
    assert_int_equal(info->NamesParsed, 0); /* F-319 */
    FltReleaseFileNameInformation(info);
}

static FLT_PREOP_CALLBACK_STATUS ask_in_pre(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    if (data->Iopb->MajorFunction == question.major && !question.in_post)
        ask(data);
    return FLT_PREOP_SYNCHRONIZE;
}

static void ask_in_post(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    if (data->Iopb->MajorFunction == question.major && question.in_post)
        ask(data);
}

static void prepare(UCHAR major, bool in_post, FLT_FILE_NAME_OPTIONS options)
{
    question = (struct question){.major = major, .in_post = in_post, .options = options};
}

static struct test_filter *asking_filter(void)
{
    struct test_filter *high = filter_load(HIGH);

    high->pre = ask_in_pre;
    high->post = ask_in_post;
    return high;
}

static void expect_name(const char *tail)
{
    assert_status(STATUS_SUCCESS, question.status);
    assert_string_equal(question.name, full_name(tail));
}

#define NORMALIZED (FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_DEFAULT)
#define OPENED (FLT_FILE_NAME_OPENED | FLT_FILE_NAME_QUERY_DEFAULT)

/* Opens and closes with the question armed. */
static NTSTATUS try_open(const char *path, ULONG options)
{
    PFILE_OBJECT file = NULL;
    NTSTATUS status = ofm_create(volume, path, FILE_READ_ATTRIBUTES | SYNCHRONIZE, FILE_OPEN, options, &file, NULL);

    if (file)
        ofm_close(file);
    return status;
}

/* ---- formats ---- */

static void formats_of_an_open_file(void **state)
{
    asking_filter();
    prepare(IRP_MJ_CREATE, true, NORMALIZED);
    assert_status(STATUS_SUCCESS, try_open("\\dir\\sub.txt", 0));
    expect_name("\\dir\\sub.txt");
    assert_string_equal(question.volume, ofm_volume_name(volume));
    prepare(IRP_MJ_CREATE, true, OPENED);
    assert_status(STATUS_SUCCESS, try_open("\\dir\\sub.txt", 0));
    expect_name("\\dir\\sub.txt");
    prepare(IRP_MJ_CREATE, true, FLT_FILE_NAME_SHORT | FLT_FILE_NAME_QUERY_DEFAULT);
    assert_status(STATUS_SUCCESS, try_open("\\dir\\sub.txt", 0));
    assert_status(STATUS_OBJECT_NAME_NOT_FOUND, question.status); /* F-315 */
}

static void names_before_the_open(void **state)
{
    asking_filter();
    prepare(IRP_MJ_CREATE, false, OPENED);
    assert_status(STATUS_SUCCESS, try_open("\\dir\\sub.txt", 0));
    expect_name("\\dir\\sub.txt");
    prepare(IRP_MJ_CREATE, false, NORMALIZED);
    assert_status(STATUS_SUCCESS, try_open("\\dir\\sub.txt", 0));
    expect_name("\\dir\\sub.txt");
    prepare(IRP_MJ_CREATE, false, OPENED);
    assert_false(NT_SUCCESS(try_open("\\no\\such\\path", 0)));
    expect_name("\\no\\such\\path"); /* F-302 */
    prepare(IRP_MJ_CREATE, false, NORMALIZED);
    assert_false(NT_SUCCESS(try_open("\\dir\\absent", 0)));
    expect_name("\\dir\\absent");
    prepare(IRP_MJ_CREATE, false, NORMALIZED);
    assert_false(NT_SUCCESS(try_open("\\no\\such\\path", 0)));
    assert_status(STATUS_OBJECT_PATH_NOT_FOUND, question.status);
    prepare(IRP_MJ_CREATE, false, FLT_FILE_NAME_SHORT | FLT_FILE_NAME_QUERY_DEFAULT);
    try_open("\\dir\\sub.txt", 0);
    assert_status(STATUS_FLT_INVALID_NAME_REQUEST, question.status); /* F-300 */
}

static void root_and_volume(void **state)
{
    asking_filter();
    prepare(IRP_MJ_CREATE, true, NORMALIZED);
    assert_status(STATUS_SUCCESS, try_open("\\", 0));
    expect_name("\\");
    prepare(IRP_MJ_CREATE, false, NORMALIZED);
    assert_status(STATUS_SUCCESS, try_open("\\", 0));
    expect_name("\\");
    prepare(IRP_MJ_CREATE, false, OPENED);
    assert_status(STATUS_SUCCESS, try_open("\\dir\\", FILE_DIRECTORY_FILE));
    expect_name("\\dir"); /* F-327: no trailing backslash */
}

static NTSTATUS case_blind_open(const char *path)
{
    WCHAR buffer[300];
    UNICODE_STRING name = text16(full_name(path), buffer, 300);
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;
    HANDLE handle;

    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    NTSTATUS status = FltCreateFile(filters[HIGH].filter, NULL, &handle, FILE_READ_ATTRIBUTES | SYNCHRONIZE, &attributes, &iosb,
        NULL, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN, 0, NULL, 0, 0);
    if (NT_SUCCESS(status))
        FltClose(handle);
    return status;
}

static void spelling_of_the_disk(void **state)
{
    asking_filter();
    prepare(IRP_MJ_CREATE, false, NORMALIZED);
    assert_status(STATUS_SUCCESS, case_blind_open("\\DIR\\MIXED CASE.TXT"));
    expect_name("\\dir\\Mixed Case.Txt"); /* F-310 */
    prepare(IRP_MJ_CREATE, false, OPENED);
    assert_status(STATUS_SUCCESS, case_blind_open("\\DIR\\MIXED CASE.TXT"));
    expect_name("\\DIR\\MIXED CASE.TXT"); /* F-314 */
    prepare(IRP_MJ_CREATE, true, NORMALIZED);
    assert_status(STATUS_SUCCESS, case_blind_open("\\DIR\\MIXED CASE.TXT"));
    expect_name("\\dir\\Mixed Case.Txt");
    prepare(IRP_MJ_CREATE, false, NORMALIZED);
    assert_false(NT_SUCCESS(case_blind_open("\\DIR\\New.Txt")));
    expect_name("\\dir\\New.Txt");
}

/* A create through the whole stack with everything chosen. */
static NTSTATUS open_any(UNICODE_STRING *name, HANDLE root, ULONG options, ULONG flags, PHANDLE handle)
{
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;

    InitializeObjectAttributes(&attributes, name, OBJ_KERNEL_HANDLE, root, NULL);
    return FltCreateFile(filters[HIGH].filter, NULL, handle, FILE_READ_ATTRIBUTES | FILE_TRAVERSE | SYNCHRONIZE, &attributes, &iosb,
        NULL, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, FILE_OPEN, options, NULL, 0, flags);
}

static HANDLE open_plain(const char *tail)
{
    WCHAR buffer[300];
    UNICODE_STRING name = text16(full_name(tail), buffer, 300);
    HANDLE handle = NULL;

    assert_status(STATUS_SUCCESS, open_any(&name, NULL, 0, 0, &handle));
    return handle;
}

static void relative_opens(void **state)
{
    WCHAR buffer[300];
    UNICODE_STRING name = text16("sub.txt", buffer, 300);
    HANDLE root, handle;

    asking_filter();
    root = open_plain("\\dir");
    for (int post = 0; post < 2; post++) {
        prepare(IRP_MJ_CREATE, post, post ? OPENED : NORMALIZED);
        assert_status(STATUS_SUCCESS, open_any(&name, root, 0, 0, &handle));
        expect_name("\\dir\\sub.txt");
        FltClose(handle);
    }
    prepare(IRP_MJ_CREATE, false, OPENED);
    assert_status(STATUS_SUCCESS, open_any(&name, root, 0, 0, &handle));
    expect_name("\\dir\\sub.txt");
    FltClose(handle);
    FltClose(root);
}

static void opens_by_id(void **state)
{
    FILE_INTERNAL_INFORMATION internal;
    UNICODE_STRING id = {sizeof internal.IndexNumber, sizeof internal.IndexNumber, (WCHAR *)&internal.IndexNumber};
    HANDLE root, handle;

    asking_filter();
    PFILE_OBJECT file = open_file("\\dir\\sub.txt", FILE_READ_ATTRIBUTES, 0);
    assert_status(STATUS_SUCCESS, ofm_query(file, FileInternalInformation, &internal, sizeof internal));
    root = open_plain("\\");
    for (int post = 0; post < 2; post++) {
        prepare(IRP_MJ_CREATE, post, NORMALIZED);
        assert_status(STATUS_SUCCESS, open_any(&id, root, FILE_OPEN_BY_FILE_ID, 0, &handle));
        expect_name("\\dir\\sub.txt");
        FltClose(handle);
    }
    FltClose(root);
    ofm_close(file);
}

static ofm_volume *elsewhere;

/* A filter below that sends opens to another volume. */
static FLT_PREOP_CALLBACK_STATUS send_elsewhere(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    char target[300];
    WCHAR buffer[300];
    if (data->Iopb->MajorFunction != IRP_MJ_CREATE || objects->Instance != self->instance)
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    snprintf(target, sizeof target, "%s\\dir", ofm_volume_name(elsewhere));
    UNICODE_STRING name = text16(target, buffer, 300);
    data->IoStatus.Status = IoReplaceFileObjectName(objects->FileObject, name.Buffer, name.Length);
    if (NT_SUCCESS(data->IoStatus.Status))
        data->IoStatus.Status = STATUS_REPARSE;
    data->IoStatus.Information = IO_REPARSE;
    return FLT_PREOP_COMPLETE;
}

static void names_on_another_volume(void **state)
{
    asking_filter();
    struct test_filter *low = filter_load(LOW);
    assert_status(STATUS_SUCCESS, ofm_volume_add_directory(directory, NULL, &elsewhere));
    low->pre = send_elsewhere;
    prepare(IRP_MJ_CREATE, false, NORMALIZED);
    try_open("\\dir\\sub.txt", 0);
    assert_true(question.asked >= 1);
    assert_status(STATUS_NOT_SAME_DEVICE, first_answer);
    low->pre = NULL;
    assert_status(STATUS_SUCCESS, ofm_volume_remove(elsewhere, 1));
}

static void target_directories(void **state)
{
    WCHAR buffer[300];
    UNICODE_STRING name = text16(full_name("\\dir\\new"), buffer, 300);
    HANDLE handle;

    asking_filter();
    prepare(IRP_MJ_CREATE, false, NORMALIZED);
    assert_status(STATUS_SUCCESS, open_any(&name, NULL, 0, IO_OPEN_TARGET_DIRECTORY, &handle));
    expect_name("\\dir"); /* F-303 */
    FltClose(handle);
    prepare(IRP_MJ_CREATE, false, OPENED);
    assert_status(STATUS_SUCCESS, open_any(&name, NULL, 0, IO_OPEN_TARGET_DIRECTORY, &handle));
    expect_name("\\dir");
    FltClose(handle);
}

static void streams(void **state)
{
    struct test_filter *high = asking_filter();
    WCHAR buffer[300];
    UNICODE_STRING name = text16(full_name("\\a.txt:s"), buffer, 300), typed = text16(full_name("\\a.txt::$DATA"), buffer + 150, 150);
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;
    HANDLE handle;

    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    prepare(IRP_MJ_CREATE, false, NORMALIZED);
    NTSTATUS status = FltCreateFile(high->filter, NULL, &handle, FILE_WRITE_DATA | SYNCHRONIZE, &attributes, &iosb, NULL, 0,
        FILE_SHARE_READ, FILE_OPEN_IF, 0, NULL, 0, 0);
    expect_name("\\a.txt:s");
    if (NT_SUCCESS(status))
        FltClose(handle);
    prepare(IRP_MJ_CREATE, false, NORMALIZED);
    assert_status(STATUS_SUCCESS, open_any(&typed, NULL, 0, 0, &handle));
    expect_name("\\a.txt"); /* F-313: the type goes */
    FltClose(handle);
    prepare(IRP_MJ_CREATE, false, OPENED);
    assert_status(STATUS_SUCCESS, open_any(&typed, NULL, 0, 0, &handle));
    expect_name("\\a.txt::$DATA"); /* F-314: it stays */
    FltClose(handle);
}

static void links_on_the_way(void **state)
{
    char to[200];

    asking_filter();
    snprintf(to, sizeof to, "%s/link", directory);
    assert_int_equal(symlink("dir", to), 0);
    prepare(IRP_MJ_CREATE, false, NORMALIZED);
    HANDLE handle = open_plain("\\link\\sub.txt");
    expect_name("\\dir\\sub.txt");
    FltClose(handle);
}

/* ---- when it may be asked ---- */

static void what_must_be_in_the_options(void **state)
{
    static const FLT_FILE_NAME_OPTIONS bad[] = {0, FLT_FILE_NAME_NORMALIZED, FLT_FILE_NAME_QUERY_DEFAULT, 4 | FLT_FILE_NAME_QUERY_DEFAULT,
        FLT_FILE_NAME_NORMALIZED | 0x500, NORMALIZED | 0x08000000, NORMALIZED | 0x10000};

    asking_filter();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        prepare(IRP_MJ_CREATE, true, bad[i]);
        assert_status(STATUS_SUCCESS, try_open("\\a.txt", 0));
        assert_int_equal(question.asked, 1);
        assert_status(STATUS_INVALID_PARAMETER, question.status);
    }
    PFLT_FILE_NAME_INFORMATION info;
    assert_status(STATUS_INVALID_PARAMETER, FltGetFileNameInformation(NULL, NORMALIZED, &info));
}

static void unsafe_moments(void **state)
{
    asking_filter();
    prepare(IRP_MJ_CREATE, true, NORMALIZED);
    assert_false(NT_SUCCESS(try_open("\\absent", 0)));
    assert_status(STATUS_FLT_INVALID_NAME_REQUEST, question.status); /* F-304 */
    prepare(IRP_MJ_CLEANUP, false, NORMALIZED);
    assert_status(STATUS_SUCCESS, try_open("\\a.txt", 0));
    expect_name("\\a.txt");
    prepare(IRP_MJ_CLEANUP, true, NORMALIZED);
    try_open("\\a.txt", 0);
    assert_status(STATUS_FLT_INVALID_NAME_REQUEST, question.status);
    prepare(IRP_MJ_CLOSE, false, NORMALIZED);
    try_open("\\a.txt", 0);
    assert_int_equal(question.asked, 1);
    assert_status(STATUS_FLT_INVALID_NAME_REQUEST, question.status);
    prepare(IRP_MJ_CLOSE, false, FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_ALWAYS_ALLOW_CACHE_LOOKUP);
    try_open("\\a.txt", 0);
    assert_status(STATUS_FLT_NAME_CACHE_MISS, question.status);
}

/* What else makes a moment unsafe: asked in a pre-read with the thread changed as drivers do. */
static enum { PLAIN, TOP_LEVEL, APCS_OFF, PAGING } circumstance;
static NTSTATUS asked_default, asked_always;

static FLT_PREOP_CALLBACK_STATUS ask_in_circumstances(
    struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    PFLT_FILE_NAME_INFORMATION info;

    if (data->Iopb->MajorFunction != IRP_MJ_READ)
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    if (circumstance == TOP_LEVEL)
        IoSetTopLevelIrp((PIRP)FSRTL_FSP_TOP_LEVEL_IRP);
    if (circumstance == APCS_OFF)
        KeEnterGuardedRegion();
    asked_default = FltGetFileNameInformation(data, NORMALIZED, &info);
    if (NT_SUCCESS(asked_default))
        FltReleaseFileNameInformation(info);
    asked_always =
        FltGetFileNameInformation(data, FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_ALWAYS_ALLOW_CACHE_LOOKUP, &info);
    if (NT_SUCCESS(asked_always))
        FltReleaseFileNameInformation(info);
    if (circumstance == TOP_LEVEL)
        IoSetTopLevelIrp(NULL);
    if (circumstance == APCS_OFF)
        KeLeaveGuardedRegion();
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void unsafe_circumstances(void **state)
{
    struct test_filter *high = filter_load(HIGH), *low = filter_load(LOW);
    char *memory = FltAllocatePoolAlignedWithTag(high->instance, NonPagedPoolNx, 512, 'nseT');
    LARGE_INTEGER zero = {.QuadPart = 0};

    low->pre = ask_in_circumstances;
    for (circumstance = TOP_LEVEL; circumstance <= PAGING; circumstance++) {
        FLT_IO_OPERATION_FLAGS flags =
            circumstance == PAGING ? FLTFL_IO_OPERATION_PAGING | FLTFL_IO_OPERATION_SYNCHRONOUS_PAGING : 0;
        PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);
        FltReadFile(high->instance, file, &zero, 512, memory, flags, NULL, NULL, NULL);
        assert_status(STATUS_FLT_INVALID_NAME_REQUEST, asked_default);
        assert_status(STATUS_FLT_NAME_CACHE_MISS, asked_always);
        PFLT_FILE_NAME_INFORMATION info; /* with the name cached, only the second finds it */
        assert_status(STATUS_SUCCESS, FltGetFileNameInformationUnsafe(file, low->instance, NORMALIZED, &info));
        FltReleaseFileNameInformation(info);
        FltReadFile(high->instance, file, &zero, 512, memory, flags, NULL, NULL, NULL);
        assert_status(STATUS_FLT_INVALID_NAME_REQUEST, asked_default);
        assert_status(STATUS_SUCCESS, asked_always);
        ofm_close(file);
    }
    FltFreePoolAlignedWithTag(high->instance, memory, 'nseT');
}

static void no_file_no_name(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFLT_FILE_NAME_INFORMATION info = (PVOID)1;
    PFLT_CALLBACK_DATA data;

    assert_status(STATUS_SUCCESS, FltAllocateCallbackData(high->instance, NULL, &data));
    assert_status(STATUS_INVALID_PARAMETER, FltGetFileNameInformation(data, NORMALIZED, &info));
    assert_null(info);
    FltFreeCallbackData(data);
}

/* ---- the cache ---- */

/* Asks with `first` in post-create, then with `second` in pre-read of the same file. */
static void ask_twice(FLT_FILE_NAME_OPTIONS first, FLT_FILE_NAME_OPTIONS second)
{
    char byte;
    ULONG done;

    prepare(IRP_MJ_CREATE, true, first);
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);
    prepare(IRP_MJ_READ, false, second);
    ofm_read(file, 0, &byte, 1, &done);
    assert_int_equal(question.asked, 1);
    question.major = 0xff;
    ofm_close(file);
}

static void methods(void **state)
{
    const FLT_FILE_NAME_OPTIONS only_cache = FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_CACHE_ONLY;
    const FLT_FILE_NAME_OPTIONS no_cache = FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_FILESYSTEM_ONLY;

    asking_filter();
    ask_twice(NORMALIZED, only_cache);
    expect_name("\\a.txt");
    ask_twice(only_cache, only_cache);
    assert_status(STATUS_FLT_NAME_CACHE_MISS, question.status);
    ask_twice(no_cache, only_cache);
    assert_status(STATUS_FLT_NAME_CACHE_MISS, question.status);
    ask_twice(NORMALIZED | FLT_FILE_NAME_DO_NOT_CACHE, only_cache);
    assert_status(STATUS_FLT_NAME_CACHE_MISS, question.status);
    ask_twice(OPENED, only_cache); /* another format is another name */
    assert_status(STATUS_FLT_NAME_CACHE_MISS, question.status);
    ask_twice(NORMALIZED, no_cache);
    expect_name("\\a.txt");
}

/* Counts what a name query costs below: LOW sees the questions that HIGH's query asks of the base. */
static unsigned queries_seen;

static FLT_PREOP_CALLBACK_STATUS count_queries(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    if (data->Iopb->MajorFunction == IRP_MJ_QUERY_INFORMATION)
        queries_seen++;
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void second_question_costs_nothing(void **state)
{
    asking_filter();
    struct test_filter *low = filter_load(LOW);
    low->pre = count_queries;
    queries_seen = 0;
    prepare(IRP_MJ_CREATE, true, NORMALIZED);
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);
    assert_int_equal(queries_seen, 1);
    prepare(IRP_MJ_READ, false, NORMALIZED);
    char byte;
    ULONG done;
    for (int i = 0; i < 3; i++)
        ofm_read(file, 0, &byte, 1, &done);
    assert_int_equal(question.asked, 3);
    expect_name("\\a.txt");
    assert_int_equal(queries_seen, 1);
    question.major = 0xff;
    ofm_close(file);
}

/* A directory with open files below moves only with POSIX semantics. */
static NTSTATUS rename_to(PFILE_OBJECT file, const char *name)
{
    _Alignas(8) char buffer[200] = {0};
    FILE_RENAME_INFORMATION *rename = (FILE_RENAME_INFORMATION *)buffer;

    for (size_t i = 0; name[i]; i++)
        rename->FileName[i] = name[i];
    rename->FileNameLength = (ULONG)strlen(name) * 2;
    rename->Flags = FILE_RENAME_REPLACE_IF_EXISTS | FILE_RENAME_POSIX_SEMANTICS;
    return ofm_set(file, FileRenameInformationEx, rename, sizeof buffer);
}

static void renames_make_names_stale(void **state)
{
    struct test_filter *high = asking_filter();
    PFLT_FILE_NAME_INFORMATION held = NULL;
    PFILE_OBJECT below = open_file("\\dir\\sub.txt", FILE_READ_DATA, 0);
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA | DELETE, 0);
    PFILE_OBJECT dir = open_file("\\dir", FILE_READ_ATTRIBUTES | DELETE, FILE_DIRECTORY_FILE);

    assert_status(STATUS_SUCCESS, FltGetFileNameInformationUnsafe(file, high->instance, NORMALIZED, &held));
    assert_status(STATUS_SUCCESS, rename_to(file, "b.txt"));
    expect_text("held", &held->Name, full_name("\\a.txt")); /* F-309: keeps its text */
    FltReleaseFileNameInformation(held);
    assert_status(STATUS_SUCCESS, FltGetFileNameInformationUnsafe(file, high->instance, NORMALIZED, &held));
    expect_text("file", &held->Name, full_name("\\b.txt"));
    FltReleaseFileNameInformation(held);

    assert_status(STATUS_SUCCESS, FltGetFileNameInformationUnsafe(below, high->instance, NORMALIZED, &held));
    expect_text("below", &held->Name, full_name("\\dir\\sub.txt"));
    FltReleaseFileNameInformation(held);
    assert_status(STATUS_SUCCESS, rename_to(dir, "moved"));
    assert_status(STATUS_SUCCESS, FltGetFileNameInformationUnsafe(below, high->instance, NORMALIZED, &held));
    expect_text("below a renamed directory", &held->Name, full_name("\\moved\\sub.txt"));
    FltReleaseFileNameInformation(held);
    ofm_close(dir);
    ofm_close(file);
    ofm_close(below);
}

static void purged_names_are_asked_again(void **state)
{
    struct test_filter *high = asking_filter();
    PFLT_FILE_NAME_INFORMATION info = NULL;
    const FLT_FILE_NAME_OPTIONS only_cache = FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_CACHE_ONLY;
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);

    for (int whole = 0; whole < 2; whole++) {
        assert_status(STATUS_SUCCESS, FltGetFileNameInformationUnsafe(file, high->instance, NORMALIZED, &info));
        assert_status(STATUS_SUCCESS, FltPurgeFileNameInformationCache(high->instance, whole ? NULL : file));
        expect_text("held", &info->Name, full_name("\\a.txt"));
        FltReleaseFileNameInformation(info);
        assert_status(STATUS_FLT_NAME_CACHE_MISS, FltGetFileNameInformationUnsafe(file, high->instance, only_cache, &info));
    }
    ofm_close(file);
}

static void shared_and_referenced(void **state)
{
    struct test_filter *high = asking_filter();
    PFLT_FILE_NAME_INFORMATION one = NULL, two = NULL;
    PFILE_OBJECT file = open_file("\\dir\\sub.txt", FILE_READ_DATA, 0);

    assert_status(STATUS_SUCCESS, FltGetFileNameInformationUnsafe(file, high->instance, NORMALIZED, &one));
    assert_status(STATUS_SUCCESS, FltGetFileNameInformationUnsafe(file, high->instance, NORMALIZED, &two));
    assert_ptr_equal(one, two); /* F-306 */
    FltReferenceFileNameInformation(one);
    FltReleaseFileNameInformation(one);
    FltReleaseFileNameInformation(one);
    ofm_close(file);
    assert_status(STATUS_SUCCESS, FltParseFileNameInformation(two)); /* lives on behind the file */
    expect_text("final", &two->FinalComponent, "sub.txt");
    expect_text("parent", &two->ParentDir, "\\dir\\");
    expect_text("volume", &two->Volume, ofm_volume_name(volume));
    assert_int_equal(two->Size, sizeof *two);
    FltReleaseFileNameInformation(two);
}

static struct {
    NTSTATUS pre;
} unsafe_seen;

static FLT_PREOP_CALLBACK_STATUS ask_unsafe(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    PFLT_FILE_NAME_INFORMATION info = NULL;

    if (data->Iopb->MajorFunction == IRP_MJ_CREATE)
        unsafe_seen.pre = FltGetFileNameInformationUnsafe(objects->FileObject, objects->Instance, NORMALIZED, &info);
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void unsafe_needs_an_open_file(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFLT_FILE_NAME_INFORMATION info;

    high->pre = ask_unsafe;
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);
    assert_status(STATUS_FLT_INVALID_NAME_REQUEST, unsafe_seen.pre);
    assert_status(STATUS_SUCCESS, FltGetFileNameInformationUnsafe(file, NULL, NORMALIZED, &info));
    expect_text("name", &info->Name, full_name("\\a.txt"));
    FltReleaseFileNameInformation(info);
    ofm_close(file);
}

/* ---- destinations ---- */

static struct {
    PFILE_OBJECT file;
    const char *given;
    HANDLE root;
    FLT_FILE_NAME_OPTIONS options;
} destination;

static NTSTATUS ask_destination(PFLT_INSTANCE instance, const char *expected)
{
    WCHAR buffer[300];
    UNICODE_STRING given = text16(destination.given, buffer, 300);
    PFLT_FILE_NAME_INFORMATION info = NULL;
    NTSTATUS status = FltGetDestinationFileNameInformation(
        instance, destination.file, destination.root, given.Buffer, given.Length, destination.options, &info);

    if (NT_SUCCESS(status)) {
        if (expected)
            expect_text(destination.given, &info->Name, full_name(expected));
        FltReleaseFileNameInformation(info);
    }
    return status;
}

static void destinations(void **state)
{
    PFLT_INSTANCE instance = filter_load(HIGH)->instance;
    PFILE_OBJECT file = open_file("\\dir\\sub.txt", FILE_READ_DATA, 0);
    char full[400];

    destination.file = file;
    destination.options = NORMALIZED;
    destination.given = "new.txt";
    assert_status(STATUS_SUCCESS, ask_destination(instance, "\\dir\\new.txt"));
    snprintf(full, sizeof full, "%s", full_name("\\dir\\other"));
    destination.given = full;
    assert_status(STATUS_SUCCESS, ask_destination(instance, "\\dir\\other"));
    destination.given = "\\??\\C:\\top";
    assert_status(STATUS_SUCCESS, ask_destination(instance, "\\top"));
    destination.options = OPENED;
    assert_status(STATUS_SUCCESS, ask_destination(instance, "\\top"));
    destination.given = "\\??\\C:\\no\\way";
    assert_status(STATUS_SUCCESS, ask_destination(instance, "\\no\\way"));
    destination.options = NORMALIZED;
    assert_status(STATUS_OBJECT_PATH_NOT_FOUND, ask_destination(instance, NULL));
    destination.options = FLT_FILE_NAME_SHORT | FLT_FILE_NAME_QUERY_DEFAULT;
    assert_status(STATUS_FLT_INVALID_NAME_REQUEST, ask_destination(instance, NULL));
    destination.options = FLT_FILE_NAME_NORMALIZED;
    assert_status(STATUS_INVALID_PARAMETER, ask_destination(instance, NULL));
    ofm_close(file);
}

static void below_a_directory_handle(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    WCHAR buffer[300];
    UNICODE_STRING name = text16(full_name("\\dir"), buffer, 300);
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;
    HANDLE root;

    destination.file = open_file("\\a.txt", FILE_READ_DATA, 0);
    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    assert_status(STATUS_SUCCESS, FltCreateFile(high->filter, high->instance, &root, FILE_TRAVERSE | SYNCHRONIZE, &attributes, &iosb,
                                      NULL, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN, FILE_DIRECTORY_FILE, NULL, 0, 0));
    destination.root = root;
    destination.given = "inside";
    destination.options = NORMALIZED;
    assert_status(STATUS_SUCCESS, ask_destination(high->instance, "\\dir\\inside"));
    destination.root = NULL;
    FltClose(root);
    ofm_close(destination.file);
}

static void nothing_is_tunnelled(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);
    PFLT_FILE_NAME_INFORMATION info, tunnelled = (PVOID)1;
    PFLT_CALLBACK_DATA data;

    assert_status(STATUS_SUCCESS, FltGetFileNameInformationUnsafe(file, high->instance, NORMALIZED, &info));
    assert_status(STATUS_SUCCESS, FltAllocateCallbackData(high->instance, file, &data));
    assert_status(STATUS_SUCCESS, FltGetTunneledName(data, info, &tunnelled));
    assert_null(tunnelled);
    FltFreeCallbackData(data);
    FltReleaseFileNameInformation(info);
    ofm_close(file);
}

/* ---- many threads ---- */

enum { ASKERS = 3, ROUNDS = 150 };

struct crowd {
    PFLT_INSTANCE instance;
    PFILE_OBJECT shared;
    pthread_barrier_t start;
    int stop;      /* __atomic */
    unsigned odd;  /* __atomic: names that never were */
};

/* A name is one of the two that the renaming thread gives; which one may change at any moment. */
static void check_name(struct crowd *crowd, PFILE_OBJECT file, const char *first, const char *second)
{
    PFLT_FILE_NAME_INFORMATION info = NULL;
    char text[300];

    if (!NT_SUCCESS(FltGetFileNameInformationUnsafe(file, crowd->instance, NORMALIZED, &info)))
        return;
    FltParseFileNameInformation(info);
    note_text(&info->Name, text, sizeof text);
    if (strcmp(text, first) != 0 && strcmp(text, second) != 0)
        __atomic_fetch_add(&crowd->odd, 1, __ATOMIC_RELAXED);
    FltReleaseFileNameInformation(info);
}

static void *ask_on_and_on(void *argument)
{
    struct crowd *crowd = argument;
    char first[300], second[300];

    snprintf(first, sizeof first, "%s", full_name("\\one"));
    snprintf(second, sizeof second, "%s", full_name("\\two"));
    pthread_barrier_wait(&crowd->start);
    while (!__atomic_load_n(&crowd->stop, __ATOMIC_RELAXED)) {
        check_name(crowd, crowd->shared, first, second);
        PFILE_OBJECT own = NULL;
        if (NT_SUCCESS(ofm_create(volume, "\\dir\\sub.txt", FILE_READ_ATTRIBUTES | SYNCHRONIZE, FILE_OPEN, 0, &own, NULL))) {
            check_name(crowd, own, full_name("\\dir\\sub.txt"), "");
            ofm_close(own);
        }
    }
    return NULL;
}

static void many_threads_beside_renames(void **state)
{
    struct crowd crowd = {.instance = asking_filter()->instance};
    pthread_t threads[ASKERS];

    write_linux_file("one", "x");
    prepare(IRP_MJ_READ, false, NORMALIZED); /* the hooks have nothing to ask */
    filters[HIGH].pre = NULL;
    filters[HIGH].post = NULL;
    crowd.shared = open_file("\\one", FILE_READ_ATTRIBUTES | DELETE, 0);
    pthread_barrier_init(&crowd.start, NULL, ASKERS + 1);
    for (int i = 0; i < ASKERS; i++)
        pthread_create(&threads[i], NULL, ask_on_and_on, &crowd);
    pthread_barrier_wait(&crowd.start);
    for (int i = 0; i < ROUNDS; i++) {
        PFLT_FILE_NAME_INFORMATION info;
        const char *to = i % 2 ? "one" : "two";
        char path[20];
        assert_status(STATUS_SUCCESS, rename_to(crowd.shared, to));
        assert_status(STATUS_SUCCESS, FltGetFileNameInformationUnsafe(crowd.shared, crowd.instance, NORMALIZED, &info));
        snprintf(path, sizeof path, "\\%s", to);
        expect_text("after its rename has returned", &info->Name, full_name(path)); /* never the stale one */
        FltReleaseFileNameInformation(info);
        if (i % 10 == 0)
            FltPurgeFileNameInformationCache(crowd.instance, i % 20 ? crowd.shared : NULL);
    }
    __atomic_store_n(&crowd.stop, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < ASKERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(crowd.odd, 0);
    pthread_barrier_destroy(&crowd.start);
    ofm_close(crowd.shared);
}

/* ---- a provider between ---- */

static unsigned generated;
static bool refuse_normalized;
static PFLT_CALLBACK_DATA data_seen;

static NTSTATUS FLTAPI generate(PFLT_INSTANCE instance, PFILE_OBJECT file, PFLT_CALLBACK_DATA data, FLT_FILE_NAME_OPTIONS options,
    PBOOLEAN cache, PFLT_NAME_CONTROL name)
{
    PFLT_FILE_NAME_INFORMATION below = NULL;

    generated++;
    data_seen = data;
    if (refuse_normalized && FltGetFileNameFormat(options) == FLT_FILE_NAME_NORMALIZED)
        return STATUS_NOT_SUPPORTED;
    NTSTATUS status = data ? FltGetFileNameInformation(data, options, &below)
                           : FltGetFileNameInformationUnsafe(file, instance, options, &below);
    if (!NT_SUCCESS(status))
        return status;
    USHORT needed = below->Name.Length + 2;
    status = FltCheckAndGrowNameControl(name, needed);
    if (NT_SUCCESS(status)) {
        memcpy(name->Name.Buffer, below->Name.Buffer, below->Name.Length);
        name->Name.Buffer[below->Name.Length / 2] = u'!';
        name->Name.Length = needed;
    }
    FltReleaseFileNameInformation(below);
    *cache = TRUE;
    return status;
}

static NTSTATUS FLTAPI normalize(PFLT_INSTANCE instance, PCUNICODE_STRING parent, USHORT volume_length, PCUNICODE_STRING component,
    PFILE_NAMES_INFORMATION expanded, ULONG length, FLT_NORMALIZE_NAME_FLAGS flags, PVOID *context)
{
    memcpy(expanded->FileName, component->Buffer, component->Length);
    for (unsigned i = 0; i < component->Length / 2u; i++)
        if (expanded->FileName[i] >= u'a' && expanded->FileName[i] <= u'z')
            expanded->FileName[i] -= 32;
    expanded->FileNameLength = component->Length;
    return STATUS_SUCCESS;
}

static unsigned old_asked, new_asked;

static NTSTATUS FLTAPI normalize_old(PFLT_INSTANCE instance, PCUNICODE_STRING parent, USHORT volume_length, PCUNICODE_STRING component,
    PFILE_NAMES_INFORMATION expanded, ULONG length, FLT_NORMALIZE_NAME_FLAGS flags, PVOID *context)
{
    old_asked++;
    return normalize(instance, parent, volume_length, component, expanded, length, flags, context);
}

static NTSTATUS FLTAPI normalize_new(PFLT_INSTANCE instance, PFILE_OBJECT file, PCUNICODE_STRING parent, USHORT volume_length,
    PCUNICODE_STRING component, PFILE_NAMES_INFORMATION expanded, ULONG length, FLT_NORMALIZE_NAME_FLAGS flags, PVOID *context)
{
    new_asked++;
    return normalize(instance, parent, volume_length, component, expanded, length, flags, context);
}

static void the_newer_callback_is_used(void **state)
{
    PFLT_FILE_NAME_INFORMATION info;

    filters[MIDDLE].registration.GenerateFileNameCallback = generate;
    filters[MIDDLE].registration.NormalizeNameComponentCallback = normalize_old;
    filters[MIDDLE].registration.NormalizeNameComponentExCallback = normalize_new;
    filter_load(MIDDLE);
    PFLT_INSTANCE above = filter_load(HIGH)->instance;
    refuse_normalized = true;
    old_asked = new_asked = 0;
    PFILE_OBJECT file = open_file("\\dir\\sub.txt", FILE_READ_DATA, 0);
    assert_status(STATUS_SUCCESS, FltGetFileNameInformationUnsafe(file, above, NORMALIZED, &info));
    FltReleaseFileNameInformation(info);
    ofm_close(file);
    refuse_normalized = false;
    filters[MIDDLE].registration.NormalizeNameComponentExCallback = NULL;
    assert_int_equal(0, old_asked);
    assert_true(new_asked > 0);
}

static void names_have_an_end(void **state)
{
    static WCHAR name[32768];
    PFLT_INSTANCE instance = filter_load(HIGH)->instance;
    PFILE_OBJECT file = open_file("\\dir\\sub.txt", FILE_READ_DATA, 0);
    PFLT_FILE_NAME_INFORMATION info = NULL;

    for (size_t i = 0; i < RTL_NUMBER_OF(name); i++)
        name[i] = u'x';
    assert_status(STATUS_INVALID_PARAMETER,
        FltGetDestinationFileNameInformation(instance, file, NULL, name, 65536, OPENED, &info));
    /* it fits by itself, not behind the volume and the directory */
    assert_status(STATUS_NAME_TOO_LONG, FltGetDestinationFileNameInformation(instance, file, NULL, name, 65534, OPENED, &info));
    assert_null(info);
    ofm_close(file);
}

static void provider_makes_the_names_above(void **state)
{
    PFLT_FILE_NAME_INFORMATION info;

    filters[MIDDLE].registration.GenerateFileNameCallback = generate;
    filters[MIDDLE].registration.NormalizeNameComponentCallback = normalize;
    struct test_filter *middle = filter_load(MIDDLE), *low = filter_load(LOW);
    asking_filter();
    generated = 0;
    refuse_normalized = false;
    prepare(IRP_MJ_CREATE, true, NORMALIZED);
    PFILE_OBJECT file = open_file("\\dir\\sub.txt", FILE_READ_DATA, 0);
    expect_name("\\dir\\sub.txt!");
    assert_int_equal(generated, 1);
    question.major = 0xff;

    assert_status(STATUS_SUCCESS, FltGetFileNameInformationUnsafe(file, filters[HIGH].instance, NORMALIZED, &info));
    expect_text("cached", &info->Name, full_name("\\dir\\sub.txt!"));
    assert_int_equal(generated, 1);
    FltReleaseFileNameInformation(info);
    assert_status(STATUS_SUCCESS, FltGetFileNameInformationUnsafe(file, low->instance, NORMALIZED, &info));
    expect_text("below the provider", &info->Name, full_name("\\dir\\sub.txt"));
    FltReleaseFileNameInformation(info);
    assert_status(STATUS_SUCCESS, FltGetFileNameInformationUnsafe(file, middle->instance,
                                      NORMALIZED | FLT_FILE_NAME_REQUEST_FROM_CURRENT_PROVIDER, &info));
    expect_text("of the provider itself", &info->Name, full_name("\\dir\\sub.txt!"));
    FltReleaseFileNameInformation(info);
    ofm_close(file);

    refuse_normalized = true;
    file = open_file("\\dir\\sub.txt", FILE_READ_DATA, 0);
    assert_status(STATUS_SUCCESS, FltGetFileNameInformationUnsafe(file, filters[HIGH].instance, NORMALIZED, &info));
    expect_text("by components", &info->Name, full_name("\\DIR\\SUB.TXT!"));
    FltReleaseFileNameInformation(info);
    ofm_close(file);
}

#define NAME_TEST(name, fn) TEST_WITH(name, fn, files_start, files_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST("F-306 F-313 F-314 F-315 F-319 the three formats of an open file", formats_of_an_open_file),
        NAME_TEST("F-300 F-302 names before the open", names_before_the_open),
        NAME_TEST("F-308 F-327 root and directories", root_and_volume),
        NAME_TEST("F-310 F-313 F-314 normalized names are spelt as on the disk", spelling_of_the_disk),
        NAME_TEST("F-307 relative opens", relative_opens),
        NAME_TEST("F-307 opens by file ID", opens_by_id),
        NAME_TEST("F-305 a reparse to another volume while normalizing", names_on_another_volume),
        NAME_TEST("F-303 the directory of a target", target_directories),
        NAME_TEST("F-313 F-314 F-317 streams", streams),
        NAME_TEST("F-313 links on the way are resolved", links_on_the_way),
        NAME_TEST("F-297 options need one format, one method, known flags", what_must_be_in_the_options),
        NAME_TEST("F-298 F-299 F-300 F-304 unsafe moments", unsafe_moments),
        NAME_TEST("F-242 F-298 F-299 F-300 F-312 paging, a top-level IRP, APCs off", unsafe_circumstances),
        NAME_TEST("F-301 no file, no name", no_file_no_name),
        NAME_TEST("F-298 F-299 F-336 the methods and the cache", methods),
        NAME_TEST("F-298 the second question is answered by the cache", second_question_costs_nothing),
        NAME_TEST("F-309 renames make cached names stale, below directories too", renames_make_names_stale),
        NAME_TEST("F-338 purged names are asked again, held ones stay", purged_names_are_asked_again),
        NAME_TEST("F-306 F-320 shared, referenced, alive behind the file", shared_and_referenced),
        NAME_TEST("F-311 unsafe queries need an open file, not an instance", unsafe_needs_an_open_file),
        NAME_TEST("F-006 of two normalizing callbacks the Ex one is used", the_newer_callback_is_used),
        NAME_TEST("F-318 a name has at most 65534 bytes", names_have_an_end),
        NAME_TEST("F-330 F-331 destinations", destinations),
        NAME_TEST("F-331 destinations below a directory handle", below_a_directory_handle),
        NAME_TEST("F-332 F-333 nothing is tunnelled", nothing_is_tunnelled),
        NAME_TEST("F-306 F-309 F-326 many threads ask beside renames", many_threads_beside_renames),
        NAME_TEST("F-334 F-335 F-336 F-337 a provider makes the names of those above", provider_makes_the_names_above),
    };

    return RUN_TESTS(tests, NULL, NULL);
}
