/*
 * Sections for scanning data (F-291 to F-296): a mapping of the file as it is below the instance. The section context hangs on the
 * stream beside the stream contexts, one for each instance. Nothing purges a file here, so the filter is never asked to let go.
 */
#include "fltmgr/below.h"
#include "fltmgr/contextclass.h"
#include "fltmgr/name.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"

/* ---- registration ---- */

static bool has_files(PFLT_VOLUME volume)
{
    return volume->io->device_type == FILE_DEVICE_DISK_FILE_SYSTEM || volume->io->device_type == FILE_DEVICE_CD_ROM_FILE_SYSTEM;
}

NTSTATUS FltRegisterForDataScan(const PFLT_INSTANCE Instance)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Instance)
        return STATUS_INVALID_PARAMETER;
    if (!has_files(Instance->volume))
        return STATUS_NOT_SUPPORTED;
    __atomic_store_n(&Instance->data_scan, Instance, __ATOMIC_RELEASE);
    return STATUS_SUCCESS;
}

/* ---- checks ---- */

static bool is_registered(PFLT_INSTANCE instance)
{
    return __atomic_load_n(&instance->data_scan, __ATOMIC_ACQUIRE);
}

static NTSTATUS check_size(PFLT_INSTANCE instance, PFILE_OBJECT file, PLARGE_INTEGER size)
{
    FILE_STANDARD_INFORMATION standard;
    NTSTATUS status =
        FltQueryInformationFile(instance, file, &standard, sizeof standard, FileStandardInformation, NULL);

    if (!NT_SUCCESS(status))
        return status;
    if (standard.Directory)
        return STATUS_FILE_IS_A_DIRECTORY;
    if (standard.EndOfFile.QuadPart == 0)
        return STATUS_END_OF_FILE;
    if (size)
        *size = standard.EndOfFile;
    return STATUS_SUCCESS;
}

static NTSTATUS check(PFLT_INSTANCE instance, PFILE_OBJECT file, PFLT_CONTEXT context, ULONG protection, ULONG attributes)
{
    if (!instance || !file || !context || !flt_file_is_open(file) || !is_registered(instance))
        return STATUS_INVALID_PARAMETER; /* F-291 */
    struct flt_context *section = flt_context_of(context);
    if (section->class->type != FLT_SECTION_CONTEXT || section->table != flt_contexts_of(instance->filter))
        return STATUS_INVALID_PARAMETER;
    if (protection != PAGE_READONLY && protection != PAGE_READWRITE)
        return STATUS_INVALID_PARAMETER_8;
    if (!(attributes & SEC_COMMIT))
        return STATUS_INVALID_PARAMETER_9;
    return flt_is_going(&instance->object) ? STATUS_FLT_DELETING_OBJECT : STATUS_SUCCESS;
}

/* ---- the section ---- */

/* The same stream once more, opened below the instance: what is mapped is read there. The section keeps this file, and with it the
 * stream; the caller's may be closed meanwhile (FltCancelFileOpen). */
static NTSTATUS reopen(PFLT_INSTANCE instance, PFILE_OBJECT file, PHANDLE handle, struct io_stream **stream)
{
    struct flt_name_request request = {.instance = instance, .volume = instance->volume, .file = file, .opened = true};
    struct flt_name_builder builder;
    struct io_create_request open = flt_below_open_request(instance->volume, instance);
    PFILE_OBJECT again;

    flt_name_builder_init(&builder);
    NTSTATUS status = flt_name_append_file(&request, file, FLT_FILE_NAME_OPENED, &builder);
    if (NT_SUCCESS(status)) {
        open.path = flt_name_path(&builder, instance->volume);
        open.access |= FILE_READ_DATA;
        open.options |= FILE_NON_DIRECTORY_FILE;
        open.sl_flags = file->Flags & FO_OPENED_CASE_SENSITIVE ? SL_CASE_SENSITIVE : 0;
        status = flt_below_open(&open, &again);
    }
    flt_name_builder_free(&builder);
    if (!NT_SUCCESS(status))
        return status;
    *stream = again->FsContext;
    status = ob_handle_create(again, io_file_of(again)->granted, OBJ_KERNEL_HANDLE, handle);
    if (NT_SUCCESS(status))
        ObDereferenceObject(again);
    else
        io_close_file(again);
    return status;
}

static NTSTATUS make_section(PFLT_INSTANCE instance, PFILE_OBJECT file, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
    PLARGE_INTEGER size, ULONG allocation, PHANDLE handle, PVOID *object, struct io_stream **stream)
{
    HANDLE below;
    NTSTATUS status = reopen(instance, file, &below, stream);

    if (!NT_SUCCESS(status))
        return status;
    status = ZwCreateSection(handle, access, attributes, size, PAGE_READONLY, allocation, below);
    ObCloseHandle(below, KernelMode);
    if (!NT_SUCCESS(status))
        return status;
    status = ObReferenceObjectByHandle(*handle, 0, NULL, KernelMode, object, NULL);
    if (!NT_SUCCESS(status))
        ObCloseHandle(*handle, KernelMode);
    return status;
}

NTSTATUS FltCreateSectionForDataScan(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PFLT_CONTEXT SectionContext,
    ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes, PLARGE_INTEGER MaximumSize, ULONG SectionPageProtection,
    ULONG AllocationAttributes, ULONG Flags, PHANDLE SectionHandle, PVOID *SectionObject, PLARGE_INTEGER SectionFileSize)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!SectionHandle || !SectionObject)
        return STATUS_INVALID_PARAMETER;
    *SectionHandle = NULL;
    *SectionObject = NULL;
    struct io_stream *stream;
    NTSTATUS status = check(Instance, FileObject, SectionContext, SectionPageProtection, AllocationAttributes);
    if (NT_SUCCESS(status))
        status = check_size(Instance, FileObject, SectionFileSize);
    if (NT_SUCCESS(status))
        status = make_section(Instance, FileObject, DesiredAccess, ObjectAttributes, MaximumSize, AllocationAttributes,
            SectionHandle, SectionObject, &stream);
    if (!NT_SUCCESS(status))
        return status;

    status = flt_context_link(&stream->stream_contexts, Instance, &Instance->contexts.gone, FLT_SET_CONTEXT_KEEP_IF_EXISTS,
        flt_context_of(SectionContext), NULL);
    if (!NT_SUCCESS(status)) {
        ObDereferenceObject(*SectionObject);
        ObCloseHandle(*SectionHandle, KernelMode);
        *SectionHandle = NULL;
        *SectionObject = NULL;
    }
    return status == STATUS_FLT_CONTEXT_ALREADY_LINKED ? STATUS_FLT_CONTEXT_ALREADY_DEFINED : status; /* F-292 */
}

/* ---- its context ---- */

NTSTATUS FltGetSectionContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PFLT_CONTEXT *Context)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Context)
        return STATUS_INVALID_PARAMETER;
    *Context = NULL;
    if (!Instance || !FileObject)
        return STATUS_INVALID_PARAMETER;
    if (!flt_file_is_open(FileObject))
        return STATUS_NOT_SUPPORTED;
    struct io_stream *stream = FileObject->FsContext;
    return flt_context_find(&stream->stream_contexts, Instance, FLT_SECTION_CONTEXT, Context);
}

/* F-295 */
NTSTATUS FltCloseSectionForDataScan(PFLT_CONTEXT SectionContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!SectionContext || flt_context_of(SectionContext)->class->type != FLT_SECTION_CONTEXT)
        return STATUS_INVALID_PARAMETER;
    switch (__atomic_load_n(&flt_context_of(SectionContext)->state, __ATOMIC_ACQUIRE)) {
    case FLT_CONTEXT_LINKED:
        FltDeleteContext(SectionContext);
        return STATUS_SUCCESS;
    case FLT_CONTEXT_UNLINKED:
        return STATUS_NOT_FOUND;
    default:
        return STATUS_INVALID_PARAMETER;
    }
}
