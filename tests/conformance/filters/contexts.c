/* Contexts from registration to their clean-up callback (filters.md section 5). */
#include "files.h"

/* ---- what the filters register ---- */

static struct {
    unsigned count;              /* __atomic: clean-ups of all kinds */
    unsigned of[FLT_SECTION_CONTEXT + 1];
    FLT_CONTEXT_TYPE last_type;
    PVOID last;
} cleaned;

static VOID FLTAPI clean(PFLT_CONTEXT context, FLT_CONTEXT_TYPE type)
{
    __atomic_fetch_add(&cleaned.count, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&cleaned.of[type], 1, __ATOMIC_RELAXED);
    __atomic_store_n(&cleaned.last, context, __ATOMIC_RELAXED);
    __atomic_store_n(&cleaned.last_type, type, __ATOMIC_RELAXED);
}

static unsigned cleaned_of(FLT_CONTEXT_TYPE type)
{
    return __atomic_load_n(&cleaned.of[type], __ATOMIC_RELAXED);
}

static const FLT_CONTEXT_REGISTRATION usual[] = {
    {FLT_VOLUME_CONTEXT, 0, clean, 16, 'cseT', NULL, NULL, NULL},
    {FLT_INSTANCE_CONTEXT, 0, clean, 16, 'cseT', NULL, NULL, NULL},
    {FLT_FILE_CONTEXT, 0, clean, 16, 'cseT', NULL, NULL, NULL},
    {FLT_STREAM_CONTEXT, 0, clean, FLT_VARIABLE_SIZED_CONTEXTS, 'cseT', NULL, NULL, NULL},
    {FLT_STREAMHANDLE_CONTEXT, 0, clean, 16, 'cseT', NULL, NULL, NULL},
    {FLT_CONTEXT_END, 0, NULL, 0, 0, NULL, NULL, NULL},
};

static int start(void **state)
{
    memset(&cleaned, 0, sizeof cleaned);
    if (files_start(state) != 0)
        return -1;
    for (int i = 0; i < LEVELS; i++)
        filters[i].registration.ContextRegistration = usual;
    return 0;
}

static PFLT_CONTEXT allocate(struct test_filter *filter, FLT_CONTEXT_TYPE type)
{
    PFLT_CONTEXT context = NULL;

    assert_status(STATUS_SUCCESS, FltAllocateContext(filter->filter, type, 16, NonPagedPoolNx, &context));
    assert_non_null(context);
    return context;
}

/* ---- allocation ---- */

static void allocation_statuses(void **state)
{
    static const FLT_CONTEXT_REGISTRATION only_stream[] = {
        {FLT_STREAM_CONTEXT, 0, NULL, 8, 0, NULL, NULL, NULL}, {.ContextType = FLT_CONTEXT_END}};
    PFLT_CONTEXT context;

    filters[HIGH].registration.ContextRegistration = only_stream; /* F-020: no tag */
    PFLT_FILTER filter = filter_load(HIGH)->filter;
    assert_status(STATUS_SUCCESS, FltAllocateContext(filter, FLT_STREAM_CONTEXT, 8, PagedPool, &context));
    FltReleaseContext(context);
    assert_status(STATUS_FLT_CONTEXT_ALLOCATION_NOT_FOUND, FltAllocateContext(filter, FLT_FILE_CONTEXT, 8, PagedPool, &context));
    assert_null(context);
    assert_status(STATUS_FLT_CONTEXT_ALLOCATION_NOT_FOUND, FltAllocateContext(filter, FLT_STREAM_CONTEXT, 9, PagedPool, &context));
    assert_status(STATUS_INVALID_PARAMETER, FltAllocateContext(filter, 3, 8, PagedPool, &context));
    assert_status(STATUS_INVALID_PARAMETER, FltAllocateContext(filter, 0x80, 8, PagedPool, &context));
    assert_status(STATUS_INVALID_BUFFER_SIZE, FltAllocateContext(filter, FLT_STREAM_CONTEXT, 65536, PagedPool, &context));
    filter_unload(HIGH);
}

static void volume_contexts_are_nonpaged(void **state)
{
    PFLT_FILTER filter = filter_load(HIGH)->filter;
    PFLT_CONTEXT context;

    assert_status(STATUS_FLT_MUST_BE_NONPAGED_POOL, FltAllocateContext(filter, FLT_VOLUME_CONTEXT, 16, PagedPool, &context));
    assert_status(STATUS_SUCCESS, FltAllocateContext(filter, FLT_VOLUME_CONTEXT, 16, NonPagedPool, &context));
    FltReleaseContext(context);
    assert_int_equal(cleaned_of(FLT_VOLUME_CONTEXT), 1); /* F-275: never set, cleaned nevertheless */
}

static NTSTATUS try_registration(const FLT_CONTEXT_REGISTRATION *registration)
{
    filters[LOW].registration.ContextRegistration = registration;
    filter_load_status(LOW);
    if (NT_SUCCESS(filters[LOW].registered))
        filter_unload(LOW);
    return filters[LOW].registered;
}

static PVOID FLTAPI give_memory(POOL_TYPE pool, SIZE_T size, FLT_CONTEXT_TYPE type)
{
    return malloc(size);
}

static VOID FLTAPI take_memory(PVOID memory, FLT_CONTEXT_TYPE type)
{
    free(memory);
}

static void registration_rules(void **state)
{
#define STREAM(size_, flags_) {FLT_STREAM_CONTEXT, flags_, NULL, size_, 'cseT', NULL, NULL, NULL}
#define END {.ContextType = FLT_CONTEXT_END}
#define OWN {FLT_STREAM_CONTEXT, 0, NULL, 0, 0, give_memory, take_memory, NULL}
    const FLT_CONTEXT_REGISTRATION three_and_variable[] = {
        STREAM(8, 0), STREAM(16, 0), STREAM(32, 0), STREAM(FLT_VARIABLE_SIZED_CONTEXTS, 0), END};
    const FLT_CONTEXT_REGISTRATION four[] = {STREAM(8, 0), STREAM(16, 0), STREAM(32, 0), STREAM(64, 0), END};
    const FLT_CONTEXT_REGISTRATION duplicates[] = {STREAM(8, 0), STREAM(8, 0), STREAM(16, 0), STREAM(8, 0), STREAM(32, 0), END};
    const FLT_CONTEXT_REGISTRATION own_alone[] = {OWN, END};
    const FLT_CONTEXT_REGISTRATION own_and_fixed[] = {OWN, STREAM(8, 0), END};
    const FLT_CONTEXT_REGISTRATION fixed_and_own[] = {STREAM(8, 0), OWN, END};
    const FLT_CONTEXT_REGISTRATION bad_type[] = {{3, 0, NULL, 8, 'cseT', NULL, NULL, NULL}, END};

    assert_status(STATUS_SUCCESS, try_registration(three_and_variable));
    assert_status(STATUS_FLT_INVALID_CONTEXT_REGISTRATION, try_registration(four));
    assert_status(STATUS_SUCCESS, try_registration(duplicates));
    assert_status(STATUS_SUCCESS, try_registration(own_alone));
    assert_status(STATUS_FLT_INVALID_CONTEXT_REGISTRATION, try_registration(own_and_fixed));
    assert_status(STATUS_FLT_INVALID_CONTEXT_REGISTRATION, try_registration(fixed_and_own));
    assert_status(STATUS_FLT_INVALID_CONTEXT_REGISTRATION, try_registration(bad_type));
}

/* The whole of the chosen entry is usable: the sanitizers see an entry that is smaller than asked. */
static NTSTATUS try_size(PFLT_FILTER filter, FLT_CONTEXT_TYPE type, SIZE_T size, SIZE_T usable)
{
    PFLT_CONTEXT context = NULL;
    NTSTATUS status = FltAllocateContext(filter, type, size, NonPagedPoolNx, &context);

    if (NT_SUCCESS(status)) {
        assert_int_equal((uintptr_t)context % 16, 0); /* F-256 */
        memset(context, 0x5a, usable);
        FltReleaseContext(context);
    }
    return status;
}

static void choice_of_an_entry(void **state)
{
    static const FLT_CONTEXT_REGISTRATION sizes[] = {
        {FLT_STREAM_CONTEXT, FLTFL_CONTEXT_REGISTRATION_NO_EXACT_SIZE_MATCH, NULL, 64, 'cseT', NULL, NULL, NULL},
        {FLT_STREAM_CONTEXT, 0, NULL, 32, 'cseT', NULL, NULL, NULL},
        {FLT_FILE_CONTEXT, 0, NULL, 16, 'cseT', NULL, NULL, NULL},
        {FLT_FILE_CONTEXT, 0, NULL, FLT_VARIABLE_SIZED_CONTEXTS, 'cseT', NULL, NULL, NULL},
        {.ContextType = FLT_CONTEXT_END}};

    filters[HIGH].registration.ContextRegistration = sizes;
    PFLT_FILTER filter = filter_load(HIGH)->filter;
    assert_status(STATUS_SUCCESS, try_size(filter, FLT_STREAM_CONTEXT, 32, 32));
    assert_status(STATUS_SUCCESS, try_size(filter, FLT_STREAM_CONTEXT, 20, 64));
    assert_status(STATUS_SUCCESS, try_size(filter, FLT_STREAM_CONTEXT, 40, 64));
    assert_status(STATUS_FLT_CONTEXT_ALLOCATION_NOT_FOUND, try_size(filter, FLT_STREAM_CONTEXT, 65, 0));
    assert_status(STATUS_SUCCESS, try_size(filter, FLT_FILE_CONTEXT, 15, 15));
    assert_status(STATUS_SUCCESS, try_size(filter, FLT_FILE_CONTEXT, 65535, 65535));
    assert_status(STATUS_SUCCESS, try_size(filter, FLT_FILE_CONTEXT, 0, 0));
}

static SIZE_T asked;
static PVOID given, taken;

static PVOID FLTAPI give_and_note(POOL_TYPE pool, SIZE_T size, FLT_CONTEXT_TYPE type)
{
    asked = size;
    return given = malloc(size);
}

static VOID FLTAPI take_and_note(PVOID memory, FLT_CONTEXT_TYPE type)
{
    taken = memory;
    free(memory);
}

static void own_memory(void **state)
{
    static const FLT_CONTEXT_REGISTRATION own[] = {
        {FLT_STREAM_CONTEXT, 0, clean, 0, 0, give_and_note, take_and_note, NULL}, {.ContextType = FLT_CONTEXT_END}};
    PFLT_CONTEXT context;

    filters[HIGH].registration.ContextRegistration = own;
    PFLT_FILTER filter = filter_load(HIGH)->filter;
    assert_status(STATUS_SUCCESS, FltAllocateContext(filter, FLT_STREAM_CONTEXT, 100, PagedPool, &context));
    assert_true(asked > 100);
    assert_true((char *)context > (char *)given && (char *)context + 100 <= (char *)given + asked);
    FltReleaseContext(context);
    assert_ptr_equal(taken, given);
    assert_int_equal(cleaned_of(FLT_STREAM_CONTEXT), 1);
}

static void variable_sizes_start_as_zeroes(void **state)
{
    static const char zeroes[100];
    PFLT_FILTER filter = filter_load(HIGH)->filter;
    PFLT_CONTEXT context;

    assert_status(STATUS_SUCCESS, FltAllocateContext(filter, FLT_STREAM_CONTEXT, 100, PagedPool, &context));
    assert_memory_equal(context, zeroes, 100);
    FltReleaseContext(context);
}

/* ---- set, get, delete ---- */

static void set_takes_its_own_reference(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);
    PFLT_CONTEXT context = allocate(high, FLT_STREAM_CONTEXT), got = NULL;

    assert_status(STATUS_NOT_FOUND, FltGetStreamContext(high->instance, file, &got));
    assert_null(got);
    assert_status(STATUS_SUCCESS,
        FltSetStreamContext(high->instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL));
    FltReleaseContext(context);
    assert_int_equal(cleaned.count, 0);
    assert_status(STATUS_SUCCESS, FltGetStreamContext(high->instance, file, &got));
    assert_ptr_equal(got, context);
    FltReleaseContext(got);
    assert_int_equal(cleaned.count, 0);
    ofm_close(file);
}

static void keep_and_replace(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);
    PFLT_CONTEXT first = allocate(high, FLT_STREAM_CONTEXT), second = allocate(high, FLT_STREAM_CONTEXT);
    PFLT_CONTEXT third = allocate(high, FLT_STREAM_CONTEXT), old = (PFLT_CONTEXT)1;

    assert_status(STATUS_SUCCESS, FltSetStreamContext(high->instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, first, &old));
    assert_null(old); /* F-260 */
    assert_status(STATUS_FLT_CONTEXT_ALREADY_DEFINED,
        FltSetStreamContext(high->instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, second, &old));
    assert_ptr_equal(old, first); /* F-258, referenced */
    FltReleaseContext(old);
    FltReleaseContext(first);
    assert_int_equal(cleaned.count, 0);
    assert_status(
        STATUS_SUCCESS, FltSetStreamContext(high->instance, file, FLT_SET_CONTEXT_REPLACE_IF_EXISTS, second, &old));
    assert_ptr_equal(old, first); /* F-259: handed over */
    assert_int_equal(cleaned.count, 0);
    FltReleaseContext(old);
    assert_int_equal(cleaned.count, 1);
    FltReleaseContext(second);
    assert_status(STATUS_SUCCESS, FltSetStreamContext(high->instance, file, FLT_SET_CONTEXT_REPLACE_IF_EXISTS, third, NULL));
    assert_int_equal(cleaned.count, 2); /* dropped at once */
    FltReleaseContext(third);
    ofm_close(file);
}

static void linked_once(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFILE_OBJECT one = open_file("\\a.txt", FILE_READ_DATA, 0), two = open_file("\\dir\\sub.txt", FILE_READ_DATA, 0);
    PFLT_CONTEXT context = allocate(high, FLT_STREAM_CONTEXT);

    assert_status(STATUS_SUCCESS, FltSetStreamContext(high->instance, one, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL));
    assert_status(STATUS_FLT_CONTEXT_ALREADY_LINKED,
        FltSetStreamContext(high->instance, two, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL));
    assert_status(STATUS_FLT_CONTEXT_ALREADY_LINKED, /* open point 4: LINKED before DEFINED */
        FltSetStreamContext(high->instance, one, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL));
    assert_status(STATUS_SUCCESS, FltDeleteStreamContext(high->instance, one, NULL));
    assert_status(STATUS_FLT_CONTEXT_ALREADY_LINKED, /* F-262 */
        FltSetStreamContext(high->instance, one, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL));
    FltReleaseContext(context);
    assert_int_equal(cleaned.count, 1);
    ofm_close(one);
    ofm_close(two);
}

static void wrong_sets(void **state)
{
    struct test_filter *high = filter_load(HIGH), *low = filter_load(LOW);
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);
    PFLT_CONTEXT context = allocate(high, FLT_STREAM_CONTEXT);

    assert_status(STATUS_INVALID_PARAMETER,
        FltSetFileContext(high->instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL));
    assert_status(STATUS_INVALID_PARAMETER, FltSetStreamContext(high->instance, file, 7, context, NULL));
    assert_status(
        STATUS_INVALID_PARAMETER, FltSetStreamContext(high->instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, NULL, NULL));
    assert_status(STATUS_INVALID_PARAMETER, /* another filter's */
        FltSetStreamContext(low->instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL));
    PFLT_CONTEXT handle_context = allocate(high, FLT_STREAMHANDLE_CONTEXT);
    assert_status(STATUS_NOT_SUPPORTED,
        FltSetStreamHandleContext(high->instance, NULL, FLT_SET_CONTEXT_KEEP_IF_EXISTS, handle_context, NULL));
    FltReleaseContext(handle_context);
    FltReleaseContext(context);
    ofm_close(file);
}

static void filters_do_not_see_each_other(void **state)
{
    struct test_filter *high = filter_load(HIGH), *low = filter_load(LOW);
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);
    PFLT_CONTEXT of_high = allocate(high, FLT_STREAM_CONTEXT), of_low = allocate(low, FLT_STREAM_CONTEXT), got;

    FltSetStreamContext(high->instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, of_high, NULL);
    assert_status(STATUS_NOT_FOUND, FltGetStreamContext(low->instance, file, &got));
    assert_status(
        STATUS_SUCCESS, FltSetStreamContext(low->instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, of_low, NULL));
    assert_status(STATUS_SUCCESS, FltGetStreamContext(high->instance, file, &got));
    assert_ptr_equal(got, of_high);
    FltReleaseContext(got);
    FltReleaseContext(of_high);
    FltReleaseContext(of_low);
    ofm_close(file);
}

static void file_and_stream_are_two_slots(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFILE_OBJECT one = open_file("\\a.txt", FILE_READ_DATA, 0), two = open_file("\\a.txt", FILE_READ_DATA, 0);
    PFLT_CONTEXT of_file = allocate(high, FLT_FILE_CONTEXT), of_stream = allocate(high, FLT_STREAM_CONTEXT);
    PFLT_CONTEXT of_handle = allocate(high, FLT_STREAMHANDLE_CONTEXT), got;

    assert_status(STATUS_SUCCESS, FltSetFileContext(high->instance, one, FLT_SET_CONTEXT_KEEP_IF_EXISTS, of_file, NULL));
    assert_status(STATUS_SUCCESS, FltSetStreamContext(high->instance, one, FLT_SET_CONTEXT_KEEP_IF_EXISTS, of_stream, NULL));
    assert_status(
        STATUS_SUCCESS, FltSetStreamHandleContext(high->instance, one, FLT_SET_CONTEXT_KEEP_IF_EXISTS, of_handle, NULL));
    assert_status(STATUS_SUCCESS, FltGetFileContext(high->instance, two, &got)); /* the other open of the same file */
    assert_ptr_equal(got, of_file);
    FltReleaseContext(got);
    assert_status(STATUS_SUCCESS, FltGetStreamContext(high->instance, two, &got));
    assert_ptr_equal(got, of_stream);
    FltReleaseContext(got);
    assert_status(STATUS_NOT_FOUND, FltGetStreamHandleContext(high->instance, two, &got));
    FltReleaseContext(of_file);
    FltReleaseContext(of_stream);
    FltReleaseContext(of_handle);
    ofm_close(one);
    assert_int_equal(cleaned_of(FLT_STREAMHANDLE_CONTEXT), 1);
    ofm_close(two);
}

static void deleted_is_not_found_any_more(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);
    PFLT_CONTEXT context = allocate(high, FLT_STREAM_CONTEXT), got, old;

    assert_status(STATUS_NOT_FOUND, FltDeleteStreamContext(high->instance, file, &old));
    assert_null(old);
    FltSetStreamContext(high->instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL);
    assert_status(STATUS_SUCCESS, FltDeleteStreamContext(high->instance, file, &old));
    assert_ptr_equal(old, context);
    assert_status(STATUS_NOT_FOUND, FltGetStreamContext(high->instance, file, &got));
    FltReleaseContext(old);
    assert_int_equal(cleaned.count, 0);
    FltReleaseContext(context);
    assert_int_equal(cleaned.count, 1);

    context = allocate(high, FLT_STREAM_CONTEXT);
    FltDeleteContext(context); /* not linked: nothing */
    FltSetStreamContext(high->instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL);
    FltDeleteContext(context); /* F-272: the link's reference goes, ours stays */
    assert_status(STATUS_NOT_FOUND, FltGetStreamContext(high->instance, file, &got));
    assert_int_equal(cleaned.count, 1);
    FltReleaseContext(context);
    assert_int_equal(cleaned.count, 2);
    ofm_close(file);
}

static void several_at_once(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);
    PFLT_VOLUME of_volume = NULL;
    assert_status(STATUS_SUCCESS, ofm_volume_object(volume, &of_volume));
    PFLT_CONTEXT on_stream = allocate(high, FLT_STREAM_CONTEXT), on_instance = allocate(high, FLT_INSTANCE_CONTEXT);
    FLT_RELATED_OBJECTS objects = {.Size = sizeof objects, .Filter = high->filter, .Volume = of_volume,
        .Instance = high->instance, .FileObject = file};
    FLT_RELATED_CONTEXTS contexts;
    FLT_RELATED_CONTEXTS_EX extended;

    FltSetStreamContext(high->instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, on_stream, NULL);
    FltSetInstanceContext(high->instance, FLT_SET_CONTEXT_KEEP_IF_EXISTS, on_instance, NULL);
    FltReleaseContext(on_stream);
    FltReleaseContext(on_instance);
    memset(&contexts, 0xff, sizeof contexts);
    FltGetContexts(&objects, FLT_ALL_CONTEXTS, &contexts);
    assert_ptr_equal(contexts.StreamContext, on_stream);
    assert_ptr_equal(contexts.InstanceContext, on_instance);
    assert_null(contexts.FileContext);
    assert_null(contexts.StreamHandleContext);
    assert_null(contexts.VolumeContext);
    assert_null(contexts.TransactionContext);
    FltReleaseContexts(&contexts);
    assert_null(contexts.StreamContext);
    FltGetContexts(&objects, FLT_INSTANCE_CONTEXT, &contexts);
    assert_null(contexts.StreamContext);
    assert_ptr_equal(contexts.InstanceContext, on_instance);
    FltReleaseContexts(&contexts);
    assert_status(STATUS_INVALID_PARAMETER, FltGetContextsEx(&objects, FLT_ALL_CONTEXTS, 8, &extended));
    assert_status(STATUS_SUCCESS, FltGetContextsEx(&objects, FLT_ALL_CONTEXTS, sizeof extended, &extended));
    assert_ptr_equal(extended.StreamContext, on_stream);
    assert_null(extended.SectionContext);
    FltReleaseContextsEx(sizeof extended, &extended);
    FltObjectDereference(of_volume);
    ofm_close(file);
}

/* ---- moments ---- */

static struct {
    NTSTATUS pre_create, post_create, pre_close, post_close;
    PFLT_CONTEXT context;
    BOOLEAN supported_pre, supported_post;
    unsigned cleaned_in_post_close;
} moment;

static FLT_PREOP_CALLBACK_STATUS note_pre(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    PFLT_CONTEXT got = NULL;

    if (data->Iopb->MajorFunction == IRP_MJ_CREATE) {
        moment.pre_create = FltGetStreamHandleContext(objects->Instance, objects->FileObject, &got);
        moment.supported_pre = FltSupportsStreamContexts(objects->FileObject);
    }
    if (data->Iopb->MajorFunction == IRP_MJ_CLOSE) {
        moment.pre_close = FltGetStreamHandleContext(objects->Instance, objects->FileObject, &got);
        if (got)
            FltReleaseContext(got);
    }
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static void note_post(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects)
{
    PFLT_CONTEXT got = NULL;

    if (data->Iopb->MajorFunction == IRP_MJ_CREATE && NT_SUCCESS(data->IoStatus.Status)) {
        moment.supported_post = FltSupportsStreamContexts(objects->FileObject);
        moment.context = allocate(self, FLT_STREAMHANDLE_CONTEXT);
        moment.post_create = FltSetStreamHandleContext(
            objects->Instance, objects->FileObject, FLT_SET_CONTEXT_KEEP_IF_EXISTS, moment.context, NULL);
        FltReleaseContext(moment.context);
    }
    if (data->Iopb->MajorFunction == IRP_MJ_CLOSE) {
        moment.cleaned_in_post_close = cleaned_of(FLT_STREAMHANDLE_CONTEXT);
        moment.post_close = FltGetStreamHandleContext(objects->Instance, objects->FileObject, &got);
    }
}

static void from_open_to_close(void **state)
{
    struct test_filter *high = filter_load(HIGH);

    memset(&cleaned, 0, sizeof cleaned);
    high->pre = note_pre;
    high->post = note_post;
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);
    assert_status(STATUS_NOT_SUPPORTED, moment.pre_create);
    assert_false(moment.supported_pre);
    assert_status(STATUS_SUCCESS, moment.post_create);
    assert_true(moment.supported_post);
    ofm_close(file);
    assert_status(STATUS_SUCCESS, moment.pre_close);
    assert_status(STATUS_NOT_SUPPORTED, moment.post_close);
    assert_int_equal(moment.cleaned_in_post_close, 1);
    assert_int_equal(cleaned_of(FLT_STREAMHANDLE_CONTEXT), 1);
}

static void stream_contexts_last_to_the_last_close(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFILE_OBJECT one = open_file("\\a.txt", FILE_READ_DATA, 0), two = open_file("\\a.txt", FILE_READ_DATA, 0);
    PFLT_CONTEXT context = allocate(high, FLT_STREAM_CONTEXT), got;

    FltSetStreamContext(high->instance, one, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL);
    FltReleaseContext(context);
    ofm_close(one);
    assert_int_equal(cleaned.count, 0);
    assert_status(STATUS_SUCCESS, FltGetStreamContext(high->instance, two, &got));
    assert_ptr_equal(got, context);
    FltReleaseContext(got);
    ofm_close(two);
    assert_int_equal(cleaned_of(FLT_STREAM_CONTEXT), 1);
}

static NTSTATUS rename_to(PFILE_OBJECT file, const char *name)
{
    _Alignas(8) char buffer[200] = {0};
    FILE_RENAME_INFORMATION *rename = (FILE_RENAME_INFORMATION *)buffer;

    for (size_t i = 0; name[i]; i++)
        rename->FileName[i] = name[i];
    rename->FileNameLength = (ULONG)strlen(name) * 2;
    rename->ReplaceIfExists = TRUE;
    return ofm_set(file, FileRenameInformation, rename, sizeof buffer);
}

static void stream_contexts_survive_a_rename(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA | DELETE, 0);
    PFLT_CONTEXT context = allocate(high, FLT_STREAM_CONTEXT), got;

    FltSetStreamContext(high->instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL);
    FltReleaseContext(context);
    assert_status(STATUS_SUCCESS, rename_to(file, "b.txt"));
    PFILE_OBJECT by_new_name = open_file("\\b.txt", FILE_READ_DATA, 0);
    assert_status(STATUS_SUCCESS, FltGetStreamContext(high->instance, by_new_name, &got));
    assert_ptr_equal(got, context);
    FltReleaseContext(got);
    ofm_close(by_new_name);
    ofm_close(file);
}

static void deletion_does_not_end_contexts(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA | DELETE, 0);
    PFLT_CONTEXT context = allocate(high, FLT_STREAM_CONTEXT), got;
    FILE_DISPOSITION_INFORMATION disposition = {.DeleteFile = TRUE};

    FltSetStreamContext(high->instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL);
    FltReleaseContext(context);
    assert_status(STATUS_SUCCESS, ofm_set(file, FileDispositionInformation, &disposition, sizeof disposition));
    assert_status(STATUS_SUCCESS, FltGetStreamContext(high->instance, file, &got));
    FltReleaseContext(got);
    ofm_close(file);
    assert_int_equal(cleaned_of(FLT_STREAM_CONTEXT), 1);
}

/* The last release above APC_LEVEL: the clean-up runs in a worker, at PASSIVE_LEVEL. */
static KIRQL cleaned_at;

static VOID FLTAPI note_level(PFLT_CONTEXT context, FLT_CONTEXT_TYPE type)
{
    cleaned_at = KeGetCurrentIrql();
    KeSetEvent(*(PKEVENT *)context, 0, FALSE);
}

static void released_at_dispatch_level(void **state)
{
    static const FLT_CONTEXT_REGISTRATION noting[] = {
        {FLT_STREAM_CONTEXT, 0, note_level, 16, 'cseT', NULL, NULL, NULL}, {.ContextType = FLT_CONTEXT_END}};
    KEVENT event;
    KIRQL old;

    filters[HIGH].registration.ContextRegistration = noting;
    PFLT_CONTEXT context = allocate(filter_load(HIGH), FLT_STREAM_CONTEXT);
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    *(PKEVENT *)context = &event;
    cleaned_at = HIGH_LEVEL;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    FltReleaseContext(context);
    KeLowerIrql(old);
    assert_status(STATUS_SUCCESS, KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL));
    assert_int_equal(cleaned_at, PASSIVE_LEVEL);
}

/* A clean-up may release another context (F-276). */
static VOID FLTAPI release_next(PFLT_CONTEXT context, FLT_CONTEXT_TYPE type)
{
    PFLT_CONTEXT next = *(PFLT_CONTEXT *)context;

    __atomic_fetch_add(&cleaned.count, 1, __ATOMIC_RELAXED);
    if (next)
        FltReleaseContext(next);
}

static void clean_up_releases_others(void **state)
{
    static const FLT_CONTEXT_REGISTRATION chained[] = {
        {FLT_STREAM_CONTEXT, 0, release_next, 16, 'cseT', NULL, NULL, NULL}, {.ContextType = FLT_CONTEXT_END}};

    filters[HIGH].registration.ContextRegistration = chained;
    struct test_filter *high = filter_load(HIGH);
    PFLT_CONTEXT last = allocate(high, FLT_STREAM_CONTEXT), first = allocate(high, FLT_STREAM_CONTEXT);
    *(PFLT_CONTEXT *)last = NULL;
    *(PFLT_CONTEXT *)first = last;
    FltReferenceContext(first);
    FltReleaseContext(first);
    assert_int_equal(cleaned.count, 0);
    FltReleaseContext(first);
    assert_int_equal(cleaned.count, 2);
}

static NTSTATUS in_teardown;

static void get_in_teardown(struct test_filter *self, PCFLT_RELATED_OBJECTS objects)
{
    PFLT_CONTEXT got = NULL;

    in_teardown = FltGetInstanceContext(objects->Instance, &got);
    if (got)
        FltReleaseContext(got);
}

static void instance_contexts_last_through_teardown(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);
    PFLT_CONTEXT on_instance = allocate(high, FLT_INSTANCE_CONTEXT), on_stream = allocate(high, FLT_STREAM_CONTEXT);
    PFLT_CONTEXT on_handle = allocate(high, FLT_STREAMHANDLE_CONTEXT), on_volume = allocate(high, FLT_VOLUME_CONTEXT), got;
    PFLT_VOLUME of_volume = NULL;

    assert_status(STATUS_SUCCESS, ofm_volume_object(volume, &of_volume));
    high->torn_down = get_in_teardown;
    FltSetInstanceContext(high->instance, FLT_SET_CONTEXT_KEEP_IF_EXISTS, on_instance, NULL);
    FltSetStreamContext(high->instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, on_stream, NULL);
    FltSetStreamHandleContext(high->instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, on_handle, NULL);
    assert_status(STATUS_SUCCESS, FltSetVolumeContext(of_volume, FLT_SET_CONTEXT_KEEP_IF_EXISTS, on_volume, NULL));
    FltReleaseContext(on_instance);
    FltReleaseContext(on_stream);
    FltReleaseContext(on_handle);
    FltReleaseContext(on_volume);
    assert_int_equal(cleaned.count, 0);
    assert_status(STATUS_SUCCESS, ofm_detach("High", volume, NULL));
    assert_status(STATUS_SUCCESS, in_teardown);
    assert_int_equal(cleaned_of(FLT_INSTANCE_CONTEXT), 1);
    assert_int_equal(cleaned_of(FLT_STREAM_CONTEXT), 1);
    assert_int_equal(cleaned_of(FLT_STREAMHANDLE_CONTEXT), 1);
    assert_int_equal(cleaned_of(FLT_VOLUME_CONTEXT), 0); /* F-278 */
    assert_status(STATUS_SUCCESS, FltGetVolumeContext(high->filter, of_volume, &got));
    FltReleaseContext(got);
    ofm_close(file);
    filter_unload(HIGH);
    assert_int_equal(cleaned_of(FLT_VOLUME_CONTEXT), 1);
    FltObjectDereference(of_volume);
}

/* ---- unload waits (F-052) ---- */

static void *unload_in_thread(void *done)
{
    NTSTATUS status = ofm_driver_unload("High", 0);

    __atomic_store_n((int *)done, 1, __ATOMIC_RELEASE);
    return (void *)(uintptr_t)(unsigned)status;
}

static void unload_waits_for_references(void **state)
{
    struct test_filter *high = filter_load(HIGH);
    PFILE_OBJECT file = open_file("\\a.txt", FILE_READ_DATA, 0);
    PFLT_CONTEXT context = allocate(high, FLT_STREAM_CONTEXT);
    PFLT_INSTANCE instance = high->instance;
    pthread_t thread;
    int done = 0;
    void *status;

    FltSetStreamContext(instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL);
    pthread_create(&thread, NULL, unload_in_thread, &done);
    PFLT_CONTEXT got; /* the teardown unlinks it: only then can the unload wait for nothing but our reference */
    while (NT_SUCCESS(FltGetStreamContext(instance, file, &got)))
        FltReleaseContext(got);
    assert_int_equal(__atomic_load_n(&done, __ATOMIC_ACQUIRE), 0);
    assert_int_equal(cleaned_of(FLT_STREAM_CONTEXT), 0);
    FltReleaseContext(context);
    pthread_join(thread, &status);
    assert_status(STATUS_SUCCESS, (uintptr_t)status);
    assert_int_equal(cleaned_of(FLT_STREAM_CONTEXT), 1);
    ofm_close(file);
}

/* ---- many threads ---- */

enum { THREADS = 4, ROUNDS = 400 };

struct churn {
    struct test_filter *filter;
    PFILE_OBJECT file;
    pthread_barrier_t start;
};

static void churn_once(struct churn *churn, unsigned round)
{
    PFLT_INSTANCE instance = churn->filter->instance;
    PFLT_CONTEXT context = NULL, old = NULL, got = NULL;

    if (!NT_SUCCESS(FltAllocateContext(churn->filter->filter, FLT_STREAM_CONTEXT, 16, NonPagedPoolNx, &context)))
        return;
    *(unsigned *)context = round;
    FltSetStreamContext(instance, churn->file, round % 2 ? FLT_SET_CONTEXT_KEEP_IF_EXISTS : FLT_SET_CONTEXT_REPLACE_IF_EXISTS,
        context, round % 3 ? &old : NULL);
    FltReleaseContext(context);
    if (old)
        FltReleaseContext(old);
    if (NT_SUCCESS(FltGetStreamContext(instance, churn->file, &got))) {
        if (round % 5 == 0)
            FltDeleteContext(got);
        FltReleaseContext(got);
    }
    if (round % 7 == 0)
        FltDeleteStreamContext(instance, churn->file, NULL);
}

static void *churn_thread(void *argument)
{
    struct churn *churn = argument;

    pthread_barrier_wait(&churn->start);
    for (unsigned i = 0; i < ROUNDS; i++)
        churn_once(churn, i);
    return NULL;
}

static void many_threads_beside_a_detach(void **state)
{
    struct churn churn = {.filter = filter_load(HIGH), .file = open_file("\\a.txt", FILE_READ_DATA, 0)};
    pthread_t threads[THREADS];

    FltObjectReference(churn.filter->instance); /* only the memory: F-096 */
    pthread_barrier_init(&churn.start, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, churn_thread, &churn);
    pthread_barrier_wait(&churn.start);
    assert_status(STATUS_SUCCESS, ofm_detach("High", volume, NULL));
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    PFLT_CONTEXT got;
    assert_status(STATUS_NOT_FOUND, FltGetStreamContext(churn.filter->instance, churn.file, &got));
    FltObjectDereference(churn.filter->instance);
    pthread_barrier_destroy(&churn.start);
    ofm_close(churn.file);
}

#define CONTEXT_TEST(name, fn) TEST_WITH(name, fn, start, files_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CONTEXT_TEST("F-246 F-249 F-251 F-020 what can be allocated", allocation_statuses),
        CONTEXT_TEST("F-250 F-275 volume contexts are nonpaged; a context never set is cleaned too", volume_contexts_are_nonpaged),
        CONTEXT_TEST("F-247 registrations that cannot be", registration_rules),
        CONTEXT_TEST("F-248 F-249 F-256 which entry serves a size", choice_of_an_entry),
        CONTEXT_TEST("F-254 own memory: the whole size, the whole block", own_memory),
        CONTEXT_TEST("F-252 variable sizes start as zeroes", variable_sizes_start_as_zeroes),
        CONTEXT_TEST("F-253 F-257 F-268 set takes its own reference", set_takes_its_own_reference),
        CONTEXT_TEST("F-258 F-259 F-260 keep and replace", keep_and_replace),
        CONTEXT_TEST("F-261 F-262 a context is linked once in its life", linked_once),
        CONTEXT_TEST("F-263 F-265 sets that cannot be", wrong_sets),
        CONTEXT_TEST("F-267 filters do not see each other's contexts", filters_do_not_see_each_other),
        CONTEXT_TEST("F-267 F-281 F-290 file, stream and handle are three slots", file_and_stream_are_two_slots),
        CONTEXT_TEST("F-271 F-272 F-273 F-275 deleted contexts are not found, holders keep them", deleted_is_not_found_any_more),
        CONTEXT_TEST("F-269 F-270 several contexts at once", several_at_once),
        CONTEXT_TEST("F-266 F-281 F-282 F-288 from pre-create to post-close", from_open_to_close),
        CONTEXT_TEST("F-280 F-287 stream contexts last to the last close", stream_contexts_last_to_the_last_close),
        CONTEXT_TEST("F-284 stream contexts survive a rename", stream_contexts_survive_a_rename),
        CONTEXT_TEST("F-285 a deletion does not end contexts before the last close", deletion_does_not_end_contexts),
        CONTEXT_TEST("F-274 F-275 the last release at DISPATCH_LEVEL cleans up in a worker", released_at_dispatch_level),
        CONTEXT_TEST("F-274 F-276 a clean-up releases other contexts", clean_up_releases_others),
        CONTEXT_TEST("F-070 F-103 F-278 F-279 F-286 detach ends all contexts of the instance, not the volume's",
            instance_contexts_last_through_teardown),
        CONTEXT_TEST("F-052 F-286 unload waits for a reference", unload_waits_for_references),
        CONTEXT_TEST("F-264 F-286 many threads set, get and delete beside a detach", many_threads_beside_a_detach),
    };

    return RUN_TESTS(tests, NULL, NULL);
}
