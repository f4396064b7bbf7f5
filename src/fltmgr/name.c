/*
 * The exported name calls: whether a name may be asked for at this moment (F-297 to F-305), and which of cache, provider and
 * base answers (F-298, F-299).
 */
#include "fltmgr/name.h"

#include "ntoskrnl/ke/ke.h"

/* ---- what is asked (F-297) ---- */

static bool format_is_valid(FLT_FILE_NAME_OPTIONS options)
{
    FLT_FILE_NAME_OPTIONS format = FltGetFileNameFormat(options);

    return format == FLT_FILE_NAME_NORMALIZED || format == FLT_FILE_NAME_OPENED || format == FLT_FILE_NAME_SHORT;
}

static bool options_are_valid(FLT_FILE_NAME_OPTIONS options)
{
    FLT_FILE_NAME_OPTIONS method = FltGetFileNameQueryMethod(options);
    FLT_FILE_NAME_OPTIONS flags = options & FLT_VALID_FILE_NAME_FLAGS;

    return format_is_valid(options) && method >= FLT_FILE_NAME_QUERY_DEFAULT &&
        method <= FLT_FILE_NAME_QUERY_ALWAYS_ALLOW_CACHE_LOOKUP && (method & 0xff) == 0 &&
        (options & ~(FLT_VALID_FILE_NAME_FORMATS | FLT_VALID_FILE_NAME_QUERY_METHODS)) ==
        (flags & (FLT_FILE_NAME_REQUEST_FROM_CURRENT_PROVIDER | FLT_FILE_NAME_DO_NOT_CACHE |
                     FLT_FILE_NAME_ALLOW_QUERY_ON_REPARSE));
}

/* ---- whether the file system may be asked now (F-300) ---- */

static bool is_post(PFLT_CALLBACK_DATA data)
{
    return flt_callback_of(data)->post || (data->Flags & FLTFL_CALLBACK_DATA_POST_OPERATION);
}

static bool major_is_unsafe(UCHAR major, bool post)
{
    switch (major) {
    case IRP_MJ_ACQUIRE_FOR_CC_FLUSH:
    case IRP_MJ_RELEASE_FOR_CC_FLUSH:
    case IRP_MJ_ACQUIRE_FOR_MOD_WRITE:
    case IRP_MJ_RELEASE_FOR_MOD_WRITE:
    case IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION:
    case IRP_MJ_CLOSE:
        return true;
    case IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION:
    case IRP_MJ_CLEANUP:
        return post;
    default:
        return false;
    }
}

static bool is_create(UCHAR major)
{
    return major == IRP_MJ_CREATE || major == IRP_MJ_CREATE_NAMED_PIPE || major == IRP_MJ_CREATE_MAILSLOT;
}

/* F-304: nothing was opened; after a reparse the name may still be asked for if the filter says that it knows what it does. */
static bool create_is_unsafe(PFLT_CALLBACK_DATA data, FLT_FILE_NAME_OPTIONS options, bool post)
{
    if (!post)
        return FltGetFileNameFormat(options) == FLT_FILE_NAME_SHORT;
    if (data->IoStatus.Status == STATUS_REPARSE)
        return !(options & FLT_FILE_NAME_ALLOW_QUERY_ON_REPARSE);
    return !NT_SUCCESS(data->IoStatus.Status);
}

static bool is_unsafe(PFLT_CALLBACK_DATA data, PFILE_OBJECT file, FLT_FILE_NAME_OPTIONS options)
{
    UCHAR major = data->Iopb->MajorFunction;
    bool post = is_post(data);

    if (FLT_IS_IRP_OPERATION(data) && (data->Iopb->IrpFlags & IRP_PAGING_IO))
        return true;
    if (IoGetTopLevelIrp() || KeAreAllApcsDisabled())
        return true;
    if (major_is_unsafe(major, post))
        return true;
    if (is_create(major))
        return create_is_unsafe(data, options, post);
    return major != IRP_MJ_CLEANUP && (__atomic_load_n(&file->Flags, __ATOMIC_RELAXED) & FO_CLEANUP_COMPLETE);
}

bool flt_file_is_open(PFILE_OBJECT file)
{
    return file->FsContext && !__atomic_load_n(&io_file_of(file)->contexts.gone, __ATOMIC_ACQUIRE);
}

/* ---- who answers ---- */

static NTSTATUS make(const struct flt_name_request *request, struct flt_name_builder *builder, bool *cache)
{
    if (request->provider)
        return flt_name_from_provider(request, builder, cache);
    return flt_name_query(request, builder);
}

/* Not what an open of the target's directory is called: the same file object is opened as something else (F-303). */
static bool may_cache(const struct flt_name_request *request)
{
    return !(request->options & FLT_FILE_NAME_DO_NOT_CACHE) &&
        FltGetFileNameQueryMethod(request->options) != FLT_FILE_NAME_QUERY_FILESYSTEM_ONLY &&
        !(io_file_of(request->file)->create_flags & SL_OPEN_TARGET_DIRECTORY) &&
        !(request->data && request->data->Iopb->MajorFunction == IRP_MJ_CREATE &&
            (request->data->Iopb->OperationFlags & SL_OPEN_TARGET_DIRECTORY));
}

static NTSTATUS make_name(const struct flt_name_request *request, struct flt_name **name)
{
    struct flt_name_stamp stamp = flt_name_stamp_now(request);
    struct flt_name_builder builder;
    bool cache = may_cache(request);

    flt_name_builder_init(&builder);
    NTSTATUS status = make(request, &builder, &cache);
    if (NT_SUCCESS(status)) {
        *name = flt_name_new(&builder, request->volume, flt_name_format(request));
        status = *name ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    }
    if (NT_SUCCESS(status) && cache)
        flt_name_cache_insert(request, &stamp, *name);
    flt_name_builder_free(&builder);
    return status;
}

/* Which sources a method allows at a safe and at an unsafe moment (F-298, F-299). */
static bool may_look_up(FLT_FILE_NAME_OPTIONS method, bool unsafe)
{
    return method == FLT_FILE_NAME_QUERY_CACHE_ONLY || method == FLT_FILE_NAME_QUERY_ALWAYS_ALLOW_CACHE_LOOKUP ||
        (method == FLT_FILE_NAME_QUERY_DEFAULT && !unsafe);
}

static NTSTATUS get_name(const struct flt_name_request *request, bool unsafe, struct flt_name **name)
{
    FLT_FILE_NAME_OPTIONS method = FltGetFileNameQueryMethod(request->options);

    *name = may_look_up(method, unsafe) && may_cache(request) ? flt_name_cache_find(request) : NULL;
    if (*name)
        return STATUS_SUCCESS;
    if (method == FLT_FILE_NAME_QUERY_CACHE_ONLY)
        return STATUS_FLT_NAME_CACHE_MISS;
    if (unsafe)
        return method == FLT_FILE_NAME_QUERY_ALWAYS_ALLOW_CACHE_LOOKUP ? STATUS_FLT_NAME_CACHE_MISS
                                                                         : STATUS_FLT_INVALID_NAME_REQUEST;
    return make_name(request, name);
}

NTSTATUS flt_name_get(const struct flt_name_request *request, struct flt_name **name)
{
    return get_name(request, false, name);
}

static NTSTATUS answer(struct flt_name_request *request, bool unsafe, PFLT_FILE_NAME_INFORMATION *information)
{
    struct flt_name *name = NULL;

    request->provider = flt_name_provider_for(request->instance, request->options);
    NTSTATUS status = get_name(request, unsafe, &name);
    if (request->provider)
        flt_dereference(&request->provider->object);
    if (NT_SUCCESS(status))
        *information = &name->info;
    return status;
}

NTSTATUS FltGetFileNameInformation(
    PFLT_CALLBACK_DATA CallbackData, FLT_FILE_NAME_OPTIONS NameOptions, PFLT_FILE_NAME_INFORMATION *NameInformation)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!NameInformation)
        return STATUS_INVALID_PARAMETER;
    *NameInformation = NULL;
    if (!CallbackData || !options_are_valid(NameOptions))
        return STATUS_INVALID_PARAMETER;
    PFILE_OBJECT file = CallbackData->Iopb->TargetFileObject;
    PFLT_INSTANCE instance = flt_callback_instance(CallbackData);
    if (!file || !instance)
        return STATUS_INVALID_PARAMETER; /* F-301 */

    struct flt_name_request request = {
        .instance = instance,
        .volume = instance->volume,
        .file = file,
        .data = CallbackData,
        .options = NameOptions,
        .opened = flt_file_is_open(file),
    };
    return answer(&request, is_unsafe(CallbackData, file, NameOptions), NameInformation);
}

/* F-311: no safety checks at all, but the file must be open. */
NTSTATUS FltGetFileNameInformationUnsafe(PFILE_OBJECT FileObject, PFLT_INSTANCE Instance, FLT_FILE_NAME_OPTIONS NameOptions,
    PFLT_FILE_NAME_INFORMATION *NameInformation)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!NameInformation)
        return STATUS_INVALID_PARAMETER;
    *NameInformation = NULL;
    if (!FileObject || !options_are_valid(NameOptions) || !io_file_of(FileObject)->volume)
        return STATUS_INVALID_PARAMETER;
    if (!flt_file_is_open(FileObject))
        return STATUS_FLT_INVALID_NAME_REQUEST;

    struct flt_name_request request = {
        .instance = Instance,
        .volume = Instance ? Instance->volume : flt_volume_of(io_file_of(FileObject)->volume),
        .file = FileObject,
        .options = NameOptions,
        .opened = true,
    };
    return answer(&request, false, NameInformation);
}

VOID FltReferenceFileNameInformation(PFLT_FILE_NAME_INFORMATION NameInformation)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    flt_name_reference(flt_name_of(NameInformation));
}

VOID FltReleaseFileNameInformation(PFLT_FILE_NAME_INFORMATION NameInformation)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    flt_name_release(flt_name_of(NameInformation));
}

/* F-332, F-333: Linux file systems keep no tunnel cache, so no name ever changes between pre and post. */
NTSTATUS FltGetTunneledName(PFLT_CALLBACK_DATA CallbackData, PFLT_FILE_NAME_INFORMATION NameInformation,
    PFLT_FILE_NAME_INFORMATION *RetTunneledFileNameInformation)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!RetTunneledFileNameInformation)
        return STATUS_INVALID_PARAMETER;
    *RetTunneledFileNameInformation = NULL;
    if (!CallbackData || !NameInformation)
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}
