/*
 * The name that a rename or a new link is about to give (F-330, F-331): of the same directory, of a directory handle, or a full
 * path. The last component need not exist and keeps the spelling it was given.
 */
#include "fltmgr/name.h"
#include "ntoskrnl/ke/ke.h"

static NTSTATUS check_options(FLT_FILE_NAME_OPTIONS options)
{
    FLT_FILE_NAME_OPTIONS format = FltGetFileNameFormat(options), method = FltGetFileNameQueryMethod(options);

    if (format == FLT_FILE_NAME_SHORT || IoGetTopLevelIrp())
        return STATUS_FLT_INVALID_NAME_REQUEST;
    if (format != FLT_FILE_NAME_NORMALIZED && format != FLT_FILE_NAME_OPENED)
        return STATUS_INVALID_PARAMETER;
    /* Nothing of a name that does not exist yet can be in the cache. */
    if (method != FLT_FILE_NAME_QUERY_DEFAULT && method != FLT_FILE_NAME_QUERY_FILESYSTEM_ONLY &&
        method != FLT_FILE_NAME_QUERY_CACHE_ONLY && method != FLT_FILE_NAME_QUERY_ALWAYS_ALLOW_CACHE_LOOKUP)
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

/* The name of an open file in the builder. */
static NTSTATUS append_name_of(const struct flt_name_request *request, PFILE_OBJECT file, struct flt_name_builder *builder)
{
    struct flt_name_request of_file = *request;
    struct flt_name *name;

    if (!flt_file_is_open(file))
        return STATUS_INVALID_PARAMETER;
    of_file.file = file;
    of_file.options = flt_name_format(request) | FLT_FILE_NAME_QUERY_DEFAULT;
    NTSTATUS status = flt_name_get(&of_file, &name);
    if (!NT_SUCCESS(status))
        return status;
    status = flt_name_append_string(builder, &name->info.Name);
    flt_name_release(name);
    return status;
}

static void cut_behind_last(struct flt_name_builder *builder, WCHAR c)
{
    UNICODE_STRING *name = &builder->control.Name;
    size_t keep = name->Length / sizeof(WCHAR);

    while (keep > 0 && name->Buffer[keep - 1] != c)
        keep--;
    name->Length = (USHORT)(keep * sizeof(WCHAR));
}

static void cut_stream(struct flt_name_builder *builder)
{
    UNICODE_STRING *name = &builder->control.Name;
    size_t at = name->Length / sizeof(WCHAR);

    for (size_t i = at; i > 0 && name->Buffer[i - 1] != u'\\'; i--)
        if (name->Buffer[i - 1] == u':')
            at = i - 1;
    name->Length = (USHORT)(at * sizeof(WCHAR));
}

/* "new" beside the file, or ":new", another stream of it. */
static NTSTATUS build_beside(const struct flt_name_request *request, UNICODE_STRING name, struct flt_name_builder *builder)
{
    NTSTATUS status = append_name_of(request, request->file, builder);

    if (!NT_SUCCESS(status))
        return status;
    if (name.Buffer[0] == u':')
        cut_stream(builder);
    else
        cut_behind_last(builder, u'\\');
    return flt_name_append_string(builder, &name);
}

static NTSTATUS build_below_handle(
    const struct flt_name_request *request, HANDLE root, UNICODE_STRING name, struct flt_name_builder *builder)
{
    PVOID directory;
    NTSTATUS status = ObReferenceObjectByHandle(root, 0, *IoFileObjectType, KernelMode, &directory, NULL);

    if (!NT_SUCCESS(status))
        return status;
    if (io_file_of(directory)->volume != request->volume->io)
        status = STATUS_NOT_SAME_DEVICE;
    else
        status = append_name_of(request, directory, builder);
    ObDereferenceObject(directory);
    if (NT_SUCCESS(status))
        status = flt_name_append_separator(builder);
    return NT_SUCCESS(status) ? flt_name_append_string(builder, &name) : status;
}

/* Where the path begins behind the volume's name, in characters: the third or the second backslash ("\??\C:\a", "\Device\X\a"). */
static size_t volume_part(UNICODE_STRING name)
{
    size_t length = name.Length / sizeof(WCHAR), separators = 0, i;

    for (i = 0; i < length; i++)
        if (name.Buffer[i] == u'\\' && ++separators == 3)
            break;
    return i;
}

static bool has_prefix(UNICODE_STRING name, const WCHAR *text)
{
    UNICODE_STRING prefix;

    RtlInitUnicodeString(&prefix, text);
    return RtlPrefixUnicodeString(&prefix, &name, TRUE);
}

static bool names_a_volume(UNICODE_STRING name)
{
    return has_prefix(name, u"\\??\\") || has_prefix(name, u"\\DosDevices\\") || has_prefix(name, u"\\Device\\");
}

static NTSTATUS append_other_part(const struct flt_name_request *request, UNICODE_STRING name, struct flt_name_builder *builder)
{
    size_t skip = volume_part(name);
    UNICODE_STRING volume_name = {(USHORT)(skip * sizeof(WCHAR)), (USHORT)(skip * sizeof(WCHAR)), name.Buffer};
    UNICODE_STRING path = {(USHORT)(name.Length - volume_name.Length), 0, name.Buffer + skip};
    struct io_volume *volume;
    NTSTATUS status = io_volume_from_name(&volume_name, &volume);

    if (!NT_SUCCESS(status))
        return status;
    status = volume == request->volume->io ? flt_name_append_string(builder, &path) : STATUS_NOT_SAME_DEVICE;
    io_volume_release(volume);
    return status;
}

static NTSTATUS build_full(const struct flt_name_request *request, UNICODE_STRING name, struct flt_name_builder *builder)
{
    const UNICODE_STRING *device = &request->volume->io->device_name;
    NTSTATUS status = flt_name_append_string(builder, device);

    if (!NT_SUCCESS(status))
        return status;
    if (!names_a_volume(name))
        return flt_name_append_string(builder, &name); /* of this volume */
    if (RtlPrefixUnicodeString(device, &name, TRUE) && name.Length > device->Length &&
        name.Buffer[device->Length / sizeof(WCHAR)] == u'\\') {
        UNICODE_STRING path = {(USHORT)(name.Length - device->Length), 0, name.Buffer + device->Length / sizeof(WCHAR)};
        return flt_name_append_string(builder, &path);
    }
    return append_other_part(request, name, builder);
}

static NTSTATUS build(
    const struct flt_name_request *request, HANDLE root, UNICODE_STRING name, struct flt_name_builder *builder)
{
    if (root)
        return build_below_handle(request, root, name, builder);
    if (name.Buffer[0] == u'\\')
        return build_full(request, name, builder);
    return build_beside(request, name, builder);
}

/* A Linux program's rename: the kernel has walked the path. */
static bool is_from_front_end(PFILE_OBJECT file)
{
    return io_file_of(file)->front_end || io_file_of(file)->internal;
}

static NTSTATUS finish(struct flt_name_request *request, struct flt_name_builder *builder)
{
    if (flt_name_format(request) != FLT_FILE_NAME_NORMALIZED)
        return STATUS_SUCCESS;
    flt_name_strip_data_type(builder);
    if (is_from_front_end(request->file))
        return STATUS_SUCCESS;
    return flt_name_normalize_parent(request, builder);
}

NTSTATUS FltGetDestinationFileNameInformation(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, HANDLE RootDirectory,
    PWSTR FileName, ULONG FileNameLength, FLT_FILE_NAME_OPTIONS NameOptions,
    PFLT_FILE_NAME_INFORMATION *RetFileNameInformation)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!RetFileNameInformation)
        return STATUS_INVALID_PARAMETER;
    *RetFileNameInformation = NULL;
    if (!Instance || !FileObject || !FileName || FileNameLength < sizeof(WCHAR) || FileNameLength > 65534 ||
        (FileNameLength & 1))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = check_options(NameOptions);
    if (!NT_SUCCESS(status))
        return status;

    struct flt_name_request request = {
        .instance = Instance, .volume = Instance->volume, .file = FileObject, .options = NameOptions, .opened = true};
    struct flt_name_builder builder;
    UNICODE_STRING passed = {(USHORT)FileNameLength, (USHORT)FileNameLength, FileName};
    flt_name_builder_init(&builder);
    status = build(&request, RootDirectory, passed, &builder);
    if (NT_SUCCESS(status))
        status = finish(&request, &builder);
    if (NT_SUCCESS(status)) {
        struct flt_name *name = flt_name_new(&builder, request.volume, flt_name_format(&request));
        if (name)
            *RetFileNameInformation = &name->info;
        else
            status = STATUS_INSUFFICIENT_RESOURCES;
    }
    flt_name_builder_free(&builder);
    return status;
}
