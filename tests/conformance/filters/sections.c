/* Sections for data scans, and the transactions that Linux does not have (filters.md 5.5, F-267, F-283). */
#include "files.h"

static unsigned cleaned;

static VOID FLTAPI clean(PFLT_CONTEXT context, FLT_CONTEXT_TYPE type)
{
    cleaned++;
}

static const FLT_CONTEXT_REGISTRATION contexts[] = {
    {FLT_SECTION_CONTEXT, 0, clean, 16, 'cseT', NULL, NULL, NULL},
    {FLT_TRANSACTION_CONTEXT, 0, clean, 16, 'cseT', NULL, NULL, NULL},
    {.ContextType = FLT_CONTEXT_END},
};

static int start(void **state)
{
    cleaned = 0;
    if (files_start(state) != 0)
        return -1;
    filters[HIGH].registration.ContextRegistration = contexts;
    return 0;
}

struct scan {
    HANDLE handle;
    PVOID object;
    LARGE_INTEGER size;
};

static NTSTATUS scan_as(
    struct test_filter *high, PFILE_OBJECT file, PFLT_CONTEXT context, ULONG protection, ULONG attributes, struct scan *scan)
{
    OBJECT_ATTRIBUTES oa;

    memset(scan, 0, sizeof *scan);
    InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    return FltCreateSectionForDataScan(high->instance, file, context, SECTION_MAP_READ | SECTION_QUERY, &oa, NULL, protection, attributes,
        0, &scan->handle, &scan->object, &scan->size);
}

static PFLT_CONTEXT allocate(struct test_filter *high, FLT_CONTEXT_TYPE type)
{
    PFLT_CONTEXT context = NULL;

    assert_status(STATUS_SUCCESS, FltAllocateContext(high->filter, type, 16, NonPagedPoolNx, &context));
    return context;
}

static void what_is_refused(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    write_linux_file("empty", "");
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0), dir = open_file("\\dir", FILE_LIST_DIRECTORY, FILE_DIRECTORY_FILE);
    PFILE_OBJECT empty = open_file("\\empty", FILE_READ_DATA, 0);
    PFLT_CONTEXT context = allocate(high, FLT_SECTION_CONTEXT);
    struct scan scan;

    assert_status(STATUS_INVALID_PARAMETER, scan_as(high, file, context, PAGE_READONLY, SEC_COMMIT, &scan)); /* not registered */
    assert_status(STATUS_SUCCESS, FltRegisterForDataScan(high->instance));
    assert_status(STATUS_INVALID_PARAMETER_8, scan_as(high, file, context, PAGE_EXECUTE, SEC_COMMIT, &scan));
    assert_status(STATUS_INVALID_PARAMETER_9, scan_as(high, file, context, PAGE_READONLY, SEC_RESERVE, &scan));
    assert_status(STATUS_FILE_IS_A_DIRECTORY, scan_as(high, dir, context, PAGE_READONLY, SEC_COMMIT, &scan));
    assert_status(STATUS_END_OF_FILE, scan_as(high, empty, context, PAGE_READONLY, SEC_COMMIT, &scan));
    assert_null(scan.handle);
    assert_status(STATUS_INVALID_PARAMETER, FltCloseSectionForDataScan(context)); /* F-295: never created */
    FltReleaseContext(context);
    assert_int_equal(cleaned, 1);
    ofm_close(empty);
    ofm_close(dir);
    ofm_close(file);
}

static void a_section_shows_the_file(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);
    PFLT_CONTEXT context = allocate(high, FLT_SECTION_CONTEXT), second = allocate(high, FLT_SECTION_CONTEXT), got = NULL;
    struct scan scan, again;
    PVOID view = NULL;
    SIZE_T size = 0;

    assert_status(STATUS_SUCCESS, FltRegisterForDataScan(high->instance));
    high->operations = 0;
    assert_status(STATUS_SUCCESS, scan_as(high, file, context, PAGE_READONLY, SEC_COMMIT, &scan));
    assert_int_equal(scan.size.QuadPart, 11);
    assert_non_null(scan.object);
    assert_status(STATUS_SUCCESS,
        ZwMapViewOfSection(scan.handle, NtCurrentProcess(), &view, 0, 0, NULL, &size, ViewUnmap, 0, PAGE_READONLY));
    assert_memory_equal(view, "hello world", 11);
    ZwUnmapViewOfSection(NtCurrentProcess(), view);
    assert_int_equal(high->operations, 0); /* all below the instance */

    assert_status(STATUS_SUCCESS, FltGetSectionContext(high->instance, file, &got));
    assert_ptr_equal(got, context);
    FltReleaseContext(got);
    assert_status(STATUS_FLT_CONTEXT_ALREADY_DEFINED, scan_as(high, file, second, PAGE_READONLY, SEC_COMMIT, &again));
    assert_null(again.handle);
    FltReleaseContext(second);

    assert_status(STATUS_SUCCESS, FltCloseSectionForDataScan(context));
    assert_status(STATUS_NOT_FOUND, FltCloseSectionForDataScan(context));
    assert_status(STATUS_NOT_FOUND, FltGetSectionContext(high->instance, file, &got));
    ZwClose(scan.handle);
    ObDereferenceObject(scan.object);
    assert_int_equal(cleaned, 1);
    FltReleaseContext(context);
    assert_int_equal(cleaned, 2);
    ofm_close(file);
}

static PFLT_CONTEXT scanned;    /* by the post create of high; NULL: not */
static struct scan scan_of_create;
static NTSTATUS scan_status;
static PFILE_OBJECT giving_up;  /* its open is cancelled when the scan's bytes are read */

static FLT_PREOP_CALLBACK_STATUS give_up(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    PFILE_OBJECT file = giving_up;

    if (data->Iopb->MajorFunction == IRP_MJ_READ && file) {
        giving_up = NULL;
        FltCancelFileOpen(filters[HIGH].instance, file);
    }
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static void scan_in_create(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    if (data->Iopb->MajorFunction != IRP_MJ_CREATE || !scanned)
        return;
    giving_up = objects->FileObject;
    scan_status = scan_as(self, objects->FileObject, scanned, PAGE_READONLY, SEC_COMMIT, &scan_of_create);
    data->IoStatus.Status = STATUS_CANCELLED;
    data->IoStatus.Information = 0;
}

/* The service still asks for its section while the open that is scanned is given up. */
static void an_open_that_is_cancelled_meanwhile(void **state)
{
    struct test_filter *high = filter_load(HIGH), *low = filter_load(LOW);
    PFILE_OBJECT file = NULL;

    assert_status(STATUS_SUCCESS, FltRegisterForDataScan(high->instance));
    scanned = allocate(high, FLT_SECTION_CONTEXT);
    low->pre = give_up;
    high->post = scan_in_create;
    assert_status(STATUS_CANCELLED,
        ofm_create(volume, "\\a.txt", FILE_READ_DATA | SYNCHRONIZE, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, &file, NULL));
    assert_null(giving_up); /* it was cancelled */
    assert_status(STATUS_SUCCESS, scan_status);
    assert_status(STATUS_SUCCESS, FltCloseSectionForDataScan(scanned));
    ZwClose(scan_of_create.handle);
    ObDereferenceObject(scan_of_create.object);
    FltReleaseContext(scanned);
    scanned = NULL;
    assert_int_equal(cleaned, 1);
}

static void no_transactions(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFLT_CONTEXT context = allocate(high, FLT_TRANSACTION_CONTEXT), got = (PVOID)1;
    PKTRANSACTION none = NULL;

    assert_status(STATUS_NOT_SUPPORTED,
        FltSetTransactionContext(high->instance, none, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL));
    assert_status(STATUS_NOT_SUPPORTED, FltGetTransactionContext(high->instance, none, &got));
    assert_null(got);
    assert_status(STATUS_NOT_SUPPORTED, FltDeleteTransactionContext(high->instance, none, NULL));
    assert_status(STATUS_NOT_SUPPORTED, FltEnlistInTransaction(high->instance, none, context, 1));
    FltReleaseContext(context);
    assert_int_equal(cleaned, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH("F-291 F-292 F-295 what is refused", what_is_refused, start, files_stop),
        TEST_WITH("F-292 F-293 F-295 F-296 F-283 a section shows the file below the instance", a_section_shows_the_file, start, files_stop),
        TEST_WITH("F-291 an open that is cancelled while a section of it is made", an_open_that_is_cancelled_meanwhile, start, files_stop),
        TEST_WITH("F-267 there are no transactions to hang a context on", no_transactions, start, files_stop),
    };

    return RUN_TESTS(tests, NULL, NULL);
}
