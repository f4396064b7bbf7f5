/*
 * Builds a name: for an open file the base is asked below the instance; before the open the name comes from what the opener
 * passed, and a normalized one from opening what exists of that path (F-302 to F-308, F-313 to F-315).
 */
#include <stdlib.h>

#include "fltmgr/below.h"
#include "fltmgr/name.h"
#include "ntoskrnl/ke/ke.h"

enum { USUAL_ANSWER = 1024, LARGEST_ANSWER = 65536 + 8 };

/* ---- open files ---- */

static FILE_INFORMATION_CLASS class_of(FLT_FILE_NAME_OPTIONS format)
{
    switch (format) {
    case FLT_FILE_NAME_NORMALIZED:
        return FileNormalizedNameInformation;
    case FLT_FILE_NAME_SHORT:
        return FileAlternateNameInformation;
    default:
        return FileNameInformation;
    }
}

static bool is_no_such_class(NTSTATUS status)
{
    return status == STATUS_INVALID_PARAMETER || status == STATUS_INVALID_INFO_CLASS || status == STATUS_NOT_SUPPORTED ||
        status == STATUS_NOT_IMPLEMENTED || status == STATUS_INVALID_DEVICE_REQUEST;
}

static NTSTATUS ask_base(
    PFLT_INSTANCE below, PFILE_OBJECT file, FILE_INFORMATION_CLASS class, FILE_NAME_INFORMATION *out, ULONG length)
{
    struct io_transfer transfer = {
        .file = file, .start_below = below, .thread = PsGetCurrentThread(), .mode = KernelMode};

    return io_query_information(&transfer, class, out, length);
}

static NTSTATUS append_answer(PFLT_INSTANCE below, PFILE_OBJECT file, FILE_INFORMATION_CLASS class,
    struct flt_name_builder *builder, FILE_NAME_INFORMATION *answer, ULONG length)
{
    NTSTATUS status = ask_base(below, file, class, answer, length);

    return NT_SUCCESS(status) ? flt_name_append(builder, answer->FileName, answer->FileNameLength) : status;
}

/* The base's name of an open file; a long one is asked for again with all the room there can be. */
static NTSTATUS append_class(
    PFLT_INSTANCE below, PFILE_OBJECT file, FILE_INFORMATION_CLASS class, struct flt_name_builder *builder)
{
    _Alignas(8) char usual[USUAL_ANSWER];
    NTSTATUS status = append_answer(below, file, class, builder, (FILE_NAME_INFORMATION *)usual, sizeof usual);

    if (status != STATUS_BUFFER_OVERFLOW)
        return status;
    FILE_NAME_INFORMATION *large = malloc(LARGEST_ANSWER);
    if (!large)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = append_answer(below, file, class, builder, large, LARGEST_ANSWER);
    free(large);
    return status;
}

static NTSTATUS append_path(
    PFLT_INSTANCE below, PFILE_OBJECT file, FLT_FILE_NAME_OPTIONS format, struct flt_name_builder *builder)
{
    NTSTATUS status = append_class(below, file, class_of(format), builder);

    if (format == FLT_FILE_NAME_NORMALIZED && is_no_such_class(status))
        status = append_class(below, file, FileNameInformation, builder);
    return status;
}

NTSTATUS flt_name_append_file(
    const struct flt_name_request *request, PFILE_OBJECT file, FLT_FILE_NAME_OPTIONS format, struct flt_name_builder *builder)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (format != FLT_FILE_NAME_SHORT)
        status = flt_name_append_string(builder, &request->volume->io->device_name);
    if (NT_SUCCESS(status) && !(file->Flags & FO_VOLUME_OPEN)) /* F-308 */
        status = append_path(request->instance, file, format, builder);
    if (NT_SUCCESS(status) && format == FLT_FILE_NAME_NORMALIZED)
        flt_name_strip_data_type(builder);
    return status;
}

/* ---- before the open ---- */

static const struct io_linux *linux_side(const struct flt_name_request *request)
{
    struct io_operation *op = request->data ? flt_callback_of(request->data)->op : NULL;

    return op ? op->linux_side : NULL;
}

static UCHAR operation_flags(const struct flt_name_request *request)
{
    return request->data ? request->data->Iopb->OperationFlags : 0;
}

static bool is_by_id(const struct flt_name_request *request)
{
    return request->data && request->data->Iopb->MajorFunction == IRP_MJ_CREATE &&
        (request->data->Iopb->Parameters.Create.Options & FILE_OPEN_BY_FILE_ID);
}

/* Linux has walked the path and resolved links; what the front end passes is spelt as on the disk. */
bool flt_name_is_exact(const struct flt_name_request *request)
{
    const struct io_linux *side = linux_side(request);

    return side && (side->have & (IO_LINUX_NODE | IO_LINUX_PARENT)) &&
        (request->data->Iopb->MajorFunction != IRP_MJ_CREATE || (operation_flags(request) & SL_CASE_SENSITIVE));
}

/* Pipes and mailslots have one flat name space: nothing to open on the way, nothing to spell otherwise. */
static bool is_flat(PFLT_VOLUME volume)
{
    return volume->io->device_type == FILE_DEVICE_MAILSLOT || volume->io->device_type == FILE_DEVICE_NAMED_PIPE;
}

static NTSTATUS append_related(const struct flt_name_request *request, struct flt_name_builder *builder)
{
    struct flt_name_request related = *request;
    struct flt_name *name;

    related.file = request->file->RelatedFileObject;
    related.data = NULL;
    related.opened = true;
    related.options = flt_name_format(request) | FLT_FILE_NAME_QUERY_DEFAULT;
    related.provider = NULL;
    if (!flt_file_is_open(related.file))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = flt_name_get(&related, &name);
    if (!NT_SUCCESS(status))
        return status;
    status = flt_name_append_string(builder, &name->info.Name);
    flt_name_release(name);
    return status;
}

/* What the opener passed, made absolute: the volume or the related file, then FileName. */
static NTSTATUS append_passed(const struct flt_name_request *request, struct flt_name_builder *builder)
{
    const UNICODE_STRING *passed = &request->file->FileName;
    NTSTATUS status = request->file->RelatedFileObject
        ? append_related(request, builder)
        : flt_name_append_string(builder, &request->volume->io->device_name);

    if (!NT_SUCCESS(status) || passed->Length == 0)
        return status;
    if (passed->Buffer[0] != u'\\' && passed->Buffer[0] != u':') {
        status = flt_name_append_separator(builder);
        if (!NT_SUCCESS(status))
            return status;
    }
    return flt_name_append_string(builder, passed);
}

static void cut_trailing_separator(struct flt_name_builder *builder, PFLT_VOLUME volume)
{
    UNICODE_STRING path = flt_name_path(builder, volume);

    if (path.Length > sizeof(WCHAR) && path.Buffer[path.Length / sizeof(WCHAR) - 1] == u'\\')
        builder->control.Name.Length -= sizeof(WCHAR);
}

/* "\a\b" -> "\a", "\a" -> "\". */
static void cut_component(struct flt_name_builder *builder, PFLT_VOLUME volume)
{
    UNICODE_STRING path = flt_name_path(builder, volume);
    size_t length = path.Length / sizeof(WCHAR), keep = length;

    while (keep > 0 && path.Buffer[keep - 1] != u'\\')
        keep--;
    if (keep > 1)
        keep--;
    builder->control.Name.Length -= (USHORT)((length - keep) * sizeof(WCHAR));
}

static NTSTATUS build_by_id(const struct flt_name_request *request, struct flt_name_builder *builder)
{
    PFILE_OBJECT file;
    struct io_create_request open = flt_below_open_request(request->volume, request->instance);

    open.path = request->file->FileName;
    open.options |= FILE_OPEN_BY_FILE_ID;
    NTSTATUS status = flt_below_open(&open, &file);
    if (!NT_SUCCESS(status))
        return status;
    status = flt_name_append_file(request, file, flt_name_format(request), builder);
    io_close_file(file);
    return status;
}

static NTSTATUS build_unopened(const struct flt_name_request *request, struct flt_name_builder *builder)
{
    if (is_by_id(request))
        return build_by_id(request, builder);

    NTSTATUS status = append_passed(request, builder);
    if (!NT_SUCCESS(status))
        return status;
    cut_trailing_separator(builder, request->volume);
    if (operation_flags(request) & SL_OPEN_TARGET_DIRECTORY)
        cut_component(builder, request->volume); /* F-303 */
    if (flt_name_format(request) != FLT_FILE_NAME_NORMALIZED)
        return STATUS_SUCCESS;
    flt_name_strip_data_type(builder);
    if (flt_name_is_exact(request) || is_flat(request->volume))
        return STATUS_SUCCESS;
    return flt_name_normalize_by_open(request, builder);
}

/* A Linux program's create has just succeeded: the name it was made with is the name, and the base need not be asked. */
static bool is_exact_create(const struct flt_name_request *request)
{
    return request->data && request->data->Iopb->MajorFunction == IRP_MJ_CREATE && flt_name_is_exact(request) &&
        !request->file->RelatedFileObject && flt_name_format(request) != FLT_FILE_NAME_SHORT;
}

NTSTATUS flt_name_query(const struct flt_name_request *request, struct flt_name_builder *builder)
{
    if (request->opened && !is_exact_create(request))
        return flt_name_append_file(request, request->file, flt_name_format(request), builder);
    return build_unopened(request, builder);
}

/* ---- normalizing by opening ---- */

/* Opens a path of the volume and replaces the builder's text by its normalized name. */
static NTSTATUS replace_by_opened(
    const struct flt_name_request *request, UNICODE_STRING path, ULONG options, struct flt_name_builder *builder)
{
    PFILE_OBJECT file;
    struct io_create_request open = flt_below_open_request(request->volume, request->instance);

    open.path = path;
    open.options |= options;
    open.sl_flags = operation_flags(request) & SL_CASE_SENSITIVE;
    NTSTATUS status = flt_below_open(&open, &file);
    if (status == STATUS_INVALID_DEVICE_OBJECT_PARAMETER)
        return STATUS_NOT_SAME_DEVICE; /* F-305: it was sent to where the instance is not attached */
    if (!NT_SUCCESS(status))
        return status;
    if (io_file_of(file)->volume != request->volume->io) {
        status = STATUS_NOT_SAME_DEVICE; /* F-305 */
    } else {
        flt_name_builder_clear(builder);
        status = flt_name_append_file(request, file, FLT_FILE_NAME_NORMALIZED, builder);
    }
    io_close_file(file);
    return status;
}

/* `path` without the stream part of its last component; *stream is that part. */
static UNICODE_STRING split_stream(UNICODE_STRING path, UNICODE_STRING *stream)
{
    size_t length = path.Length / sizeof(WCHAR), at = length;

    for (size_t i = length; i > 0 && path.Buffer[i - 1] != u'\\'; i--)
        if (path.Buffer[i - 1] == u':')
            at = i - 1;
    *stream = (UNICODE_STRING){(USHORT)((length - at) * sizeof(WCHAR)), 0, path.Buffer + at};
    path.Length = path.MaximumLength = (USHORT)(at * sizeof(WCHAR));
    return path;
}

static UNICODE_STRING split_final(UNICODE_STRING path, UNICODE_STRING *final)
{
    size_t length = path.Length / sizeof(WCHAR), at = length;

    while (at > 0 && path.Buffer[at - 1] != u'\\')
        at--;
    *final = (UNICODE_STRING){(USHORT)((length - at) * sizeof(WCHAR)), 0, path.Buffer + at};
    if (at > 1)
        at--; /* not the root's own */
    path.Length = path.MaximumLength = (USHORT)(at * sizeof(WCHAR));
    return path;
}

/* F-302: the parent must exist, the last component need not. */
static NTSTATUS replace_by_parent(const struct flt_name_request *request, UNICODE_STRING path, struct flt_name_builder *builder)
{
    UNICODE_STRING final, parent = split_final(path, &final);
    NTSTATUS status = replace_by_opened(request, parent, FILE_DIRECTORY_FILE, builder);

    if (status == STATUS_OBJECT_NAME_NOT_FOUND || status == STATUS_NO_SUCH_FILE || status == STATUS_NOT_A_DIRECTORY)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    if (NT_SUCCESS(status))
        status = flt_name_append_separator(builder);
    return NT_SUCCESS(status) ? flt_name_append_string(builder, &final) : status;
}

/* `path` must not lie in the builder, whose text is replaced. */
static NTSTATUS normalize_path(const struct flt_name_request *request, UNICODE_STRING path, struct flt_name_builder *builder)
{
    UNICODE_STRING stream, base = split_stream(path, &stream);
    NTSTATUS status = replace_by_opened(request, base, FILE_OPEN_REPARSE_POINT, builder);

    if (status == STATUS_OBJECT_PATH_NOT_FOUND || status == STATUS_NOT_SAME_DEVICE || status == STATUS_OBJECT_NAME_INVALID ||
        status == STATUS_FLT_DELETING_OBJECT)
        return status;
    if (!NT_SUCCESS(status))
        status = replace_by_parent(request, base, builder);
    return NT_SUCCESS(status) ? flt_name_append_string(builder, &stream) : status;
}

/* Applies `normalize` to a copy of the builder's path, whose text it replaces. */
static NTSTATUS with_copy(const struct flt_name_request *request, struct flt_name_builder *builder,
    NTSTATUS (*normalize)(const struct flt_name_request *, UNICODE_STRING, struct flt_name_builder *))
{
    UNICODE_STRING path = flt_name_path(builder, request->volume);
    struct flt_name_builder passed;

    if (path.Length <= sizeof(WCHAR))
        return STATUS_SUCCESS; /* the volume or its root */
    flt_name_builder_init(&passed);
    NTSTATUS status = flt_name_append_string(&passed, &path);
    if (NT_SUCCESS(status))
        status = normalize(request, passed.control.Name, builder);
    flt_name_builder_free(&passed);
    return status;
}

NTSTATUS flt_name_normalize_by_open(const struct flt_name_request *request, struct flt_name_builder *builder)
{
    return with_copy(request, builder, normalize_path);
}

NTSTATUS flt_name_normalize_parent(const struct flt_name_request *request, struct flt_name_builder *builder)
{
    return with_copy(request, builder, replace_by_parent);
}
