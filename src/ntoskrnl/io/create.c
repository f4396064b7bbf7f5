/*
 * Opening: from a name to a file object. One attempt builds a file object and sends the create; STATUS_REPARSE starts the
 * next with another name (V-119, V-121), at most 63 times. A creation that pends goes on in the thread that completes it.
 */
#include "ntoskrnl/io/create.h"

#include <stdlib.h>
#include <string.h>

static NTSTATUS attempt(struct creation *c, bool wait);

/* ---- finding the volume ---- */

static NTSTATUS take_relative(struct creation *c, POBJECT_ATTRIBUTES attributes)
{
    PVOID object;
    NTSTATUS status = ObReferenceObjectByHandle(attributes->RootDirectory, 0, io_file_type, c->request.mode, &object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    PCUNICODE_STRING name = attributes->ObjectName;
    struct io_file *root = io_file_of(object);
    bool absolute = name && name->Length && name->Buffer[0] == '\\';
    if (!root->volume || absolute) {
        ObDereferenceObject(object);
        return absolute ? STATUS_OBJECT_PATH_SYNTAX_BAD : STATUS_OBJECT_TYPE_MISMATCH;
    }
    c->related = object;
    c->volume = root->volume;
    io_volume_reference(c->volume);
    return io_copy_string(name, &c->path);
}

static bool is_file_handle(HANDLE handle, KPROCESSOR_MODE mode)
{
    PVOID object;
    if (!handle || !NT_SUCCESS(ObReferenceObjectByHandle(handle, 0, NULL, mode, &object, NULL)))
        return false;
    bool is = ob_type_of(object) == io_file_type;
    ObDereferenceObject(object);
    return is;
}

NTSTATUS io_creation_take_named(struct creation *c, POBJECT_ATTRIBUTES attributes)
{
    PVOID object;
    UNICODE_STRING rest;
    if (!ob_name_is_possible(attributes->ObjectName))
        return STATUS_OBJECT_NAME_INVALID; /* whatever the root */
    if (is_file_handle(attributes->RootDirectory, c->request.mode))
        return take_relative(c, attributes);
    NTSTATUS status = ob_lookup(attributes, c->request.mode, &object, &rest);
    if (!NT_SUCCESS(status))
        return status;
    if (ob_type_of(object) != io_device_type) {
        ob_free_name(&rest);
        ObDereferenceObject(object);
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    c->volume = io_volume_from_device(object);
    if (c->volume) {
        io_volume_reference(c->volume);
        ObDereferenceObject(object);
    } else {
        c->device = object;
    }
    status = io_copy_string(&rest, &c->path);
    ob_free_name(&rest);
    return status;
}

static NTSTATUS find_volume(struct creation *c)
{
    if (!c->request.volume)
        return io_creation_take_named(c, c->request.attributes);
    c->volume = c->request.volume;
    io_volume_reference(c->volume);
    if (c->request.attributes && c->request.attributes->RootDirectory) {
        io_volume_release(c->volume);
        c->volume = NULL;
        return take_relative(c, c->request.attributes);
    }
    return io_copy_string(&c->request.path, &c->path);
}

void io_creation_drop_place(struct creation *c)
{
    if (c->related)
        ObDereferenceObject(c->related);
    if (c->volume)
        io_volume_release(c->volume);
    if (c->device)
        ObDereferenceObject(c->device);
    c->related = NULL;
    c->volume = NULL;
    c->device = NULL;
    io_free_string(&c->path);
}

/* ---- the file object ---- */

static ULONG file_flags(const struct creation *c)
{
    const struct io_create_request *r = &c->request;
    ULONG flags = 0;
    if (r->options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT))
        flags |= FO_SYNCHRONOUS_IO | (r->options & FILE_SYNCHRONOUS_IO_ALERT ? FO_ALERTABLE_IO : 0);
    if (r->options & FILE_NO_INTERMEDIATE_BUFFERING)
        flags |= FO_NO_INTERMEDIATE_BUFFERING;
    if (r->options & FILE_WRITE_THROUGH)
        flags |= FO_WRITE_THROUGH;
    if (r->options & FILE_SEQUENTIAL_ONLY)
        flags |= FO_SEQUENTIAL_ONLY;
    if (r->options & FILE_RANDOM_ACCESS)
        flags |= FO_RANDOM_ACCESS;
    if ((r->sl_flags & SL_CASE_SENSITIVE) || (r->attributes && !(r->attributes->Attributes & OBJ_CASE_INSENSITIVE)))
        flags |= FO_OPENED_CASE_SENSITIVE;
    if (!c->path.Length && !c->related && c->volume)
        flags |= FO_VOLUME_OPEN;
    if (c->device && !c->path.Length)
        flags |= FO_DIRECT_DEVICE_OPEN;
    if (r->major == IRP_MJ_CREATE_MAILSLOT)
        flags |= FO_MAILSLOT; /* M-45: the server's, not a client's */
    if (r->major == IRP_MJ_CREATE_NAMED_PIPE)
        flags |= FO_NAMED_PIPE;
    return flags;
}

NTSTATUS io_creation_make_file(struct creation *c)
{
    PVOID object;
    NTSTATUS status = ob_create(io_file_type, sizeof(struct io_file), &object);
    if (!NT_SUCCESS(status))
        return status;
    struct io_file *file = object;
    PFILE_OBJECT fo = &file->object;
    fo->Type = IO_TYPE_FILE;
    fo->Size = sizeof(FILE_OBJECT);
    fo->Flags = file_flags(c);
    KeInitializeEvent(&fo->Lock, SynchronizationEvent, TRUE);
    KeInitializeEvent(&fo->Event, NotificationEvent, FALSE);
    file->contexts.owner = IO_CONTEXT_HANDLE;
    file->create_options = c->request.options;
    file->create_flags = c->request.io_flags;
    file->internal = c->request.internal;
    c->file = file;
    if (c->device) {
        ObReferenceObject(c->device);
        fo->DeviceObject = c->device;
    } else {
        io_volume_reference(c->volume);
        file->volume = c->volume;
        fo->DeviceObject = c->volume->disk_device ? c->volume->disk_device : c->volume->device;
        fo->Vpb = fo->DeviceObject->Vpb;
    }
    if (c->related) {
        ObReferenceObject(c->related);
        fo->RelatedFileObject = c->related;
    }
    file->opener = c->request.thread ? c->request.thread : ps_current_thread();
    ObReferenceObject(file->opener);
    file->target = c->request.start_below;
    if (!c->path.Length)
        return STATUS_SUCCESS;
    /* pool: drivers may free it and put their own buffer there */
    fo->FileName.Buffer = ex_allocate(c->path.Length + sizeof(WCHAR), IO_TAG);
    if (!fo->FileName.Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    fo->FileName.MaximumLength = c->path.Length + sizeof(WCHAR);
    RtlCopyUnicodeString(&fo->FileName, &c->path);
    return STATUS_SUCCESS;
}

static void drop_file(struct creation *c)
{
    if (!c->file)
        return;
    c->file->target = NULL; /* stays the caller's when the open fails */
    ObDereferenceObject(&c->file->object);
    c->file = NULL;
}

NTSTATUS io_creation_access_state(struct creation *c)
{
    const struct io_create_request *r = &c->request;
    if (c->access_state_made)
        return STATUS_SUCCESS;
    PETHREAD thread = r->thread ? r->thread : ps_current_thread();
    PACCESS_STATE state = &c->access_state;
    SeCaptureSubjectContextEx(thread, ps_thread_process(thread), &state->SubjectSecurityContext);
    c->access_state_made = true;
    state->OriginalDesiredAccess = r->access;
    state->RemainingDesiredAccess = se_map_generic(r->access, &io_file_mapping);
    if (r->attributes)
        state->SecurityDescriptor = r->attributes->SecurityDescriptor;
    return STATUS_SUCCESS;
}

/* ---- the operation ---- */

static void fill_operation(struct creation *c)
{
    const struct io_create_request *r = &c->request;
    struct io_operation *op = c->op;
    PFLT_PARAMETERS p = &op->iopb.Parameters;
    c->security = (IO_SECURITY_CONTEXT){.AccessState = &c->access_state,
        .DesiredAccess = se_map_generic(r->access, &io_file_mapping), .FullCreateOptions = r->options};
    ULONG options = r->disposition << 24 | (r->options & 0xffffff);
    if (op->iopb.MajorFunction == IRP_MJ_CREATE) {
        p->Create.SecurityContext = &c->security;
        p->Create.Options = options;
        p->Create.FileAttributes = (USHORT)r->file_attributes;
        p->Create.ShareAccess = (USHORT)r->share_access;
        p->Create.EaLength = r->ea_length;
        p->Create.EaBuffer = r->ea_buffer;
        if (r->allocation_size)
            p->Create.AllocationSize = *r->allocation_size;
    } else {
        p->CreatePipe.SecurityContext = &c->security;
        p->CreatePipe.Options = options;
        p->CreatePipe.ShareAccess = (USHORT)r->share_access;
        p->CreatePipe.Parameters = r->create_parameters;
    }
    op->iopb.IrpFlags = IRP_CREATE_OPERATION | IRP_SYNCHRONOUS_API | IRP_DEFER_IO_COMPLETION;
    op->iopb.OperationFlags = r->sl_flags | (r->io_flags & (IO_OPEN_TARGET_DIRECTORY | IO_STOP_ON_SYMLINK));
    if (r->mode == UserMode || (r->io_flags & IO_FORCE_ACCESS_CHECK))
        op->iopb.OperationFlags |= SL_FORCE_ACCESS_CHECK;
    if (c->file->object.Flags & FO_OPENED_CASE_SENSITIVE)
        op->iopb.OperationFlags |= SL_CASE_SENSITIVE;
    op->mode = r->mode;
    op->thread = c->file->opener;
    op->start_below = r->start_below;
    op->linux_side = r->linux_side;
    if (r->driver_context && (size_t)r->driver_context->Size >= RTL_SIZEOF_THROUGH_FIELD(IO_DRIVER_CREATE_CONTEXT, TxnParameters)) {
        op->ecp_list = (PECP_LIST)r->driver_context->ExtraCreateParameter;
        op->transaction = r->driver_context->TxnParameters;
    }
}

/* F-063: the first create on a volume offers it to the filters; they see that create already (F-074). */
void io_volume_offer(struct io_volume *volume)
{
    if (!__atomic_load_n(&volume->offered, __ATOMIC_ACQUIRE) && io_upcalls.volume_first_create)
        io_upcalls.volume_first_create(volume);
}

static void set_open_accesses(struct creation *c, ACCESS_MASK granted)
{
    PFILE_OBJECT fo = &c->file->object;
    if (fo->ReadAccess || fo->WriteAccess || fo->DeleteAccess)
        return; /* the base's IoCheckShareAccess did */
    fo->ReadAccess = (granted & (FILE_EXECUTE | FILE_READ_DATA)) != 0;
    fo->WriteAccess = (granted & (FILE_APPEND_DATA | FILE_WRITE_DATA)) != 0;
    fo->DeleteAccess = (granted & DELETE) != 0;
    fo->SharedRead = (c->request.share_access & FILE_SHARE_READ) != 0;
    fo->SharedWrite = (c->request.share_access & FILE_SHARE_WRITE) != 0;
    fo->SharedDelete = (c->request.share_access & FILE_SHARE_DELETE) != 0;
}

static NTSTATUS succeed(struct creation *c, NTSTATUS status, ULONG_PTR information)
{
    struct io_file *file = c->file;
    ACCESS_MASK desired = se_map_generic(c->request.access, &io_file_mapping) & ~MAXIMUM_ALLOWED;
    ACCESS_MASK granted = c->access_state_made ? c->access_state.PreviouslyGrantedAccess : 0;
    file->granted = granted | (c->request.access & MAXIMUM_ALLOWED && !granted ? FILE_ALL_ACCESS : desired);
    set_open_accesses(c, file->granted);
    file->target_release = c->request.target_release;
    if (file->volume)
        __atomic_add_fetch(&file->volume->open_files, 1, __ATOMIC_SEQ_CST);
    __atomic_store_n(&file->opened, true, __ATOMIC_RELEASE);
    c->result.file = &file->object;
    c->result.redirected = c->redirected;
    c->result.information = information;
    c->file = NULL;
    return status;
}

/* ---- ends ---- */

static void keep_errno(struct creation *c, NTSTATUS status)
{
    c->result.base_errno = status == c->op->base_status ? c->op->base_errno : 0;
}

/* An ECP list that a filter made for this open goes with it; the opener's own stays the opener's (F-349). */
static void drop_ecp_list(struct creation *c)
{
    PECP_LIST own = c->request.driver_context ? (PECP_LIST)c->request.driver_context->ExtraCreateParameter : NULL;
    if (c->op->ecp_list && c->op->ecp_list != own)
        FsRtlFreeExtraCreateParameterList(c->op->ecp_list);
    c->op->ecp_list = NULL;
}

/* The create has come back. STATUS_REPARSE means: go round again. */
static NTSTATUS conclude(struct creation *c, NTSTATUS status)
{
    if (status == STATUS_REPARSE) {
        NTSTATUS moved = io_creation_reparse(c);
        drop_ecp_list(c);
        io_operation_free(c->op);
        c->op = NULL;
        drop_file(c);
        return NT_SUCCESS(moved) ? STATUS_REPARSE : moved;
    }
    keep_errno(c, status);
    ULONG_PTR information = c->op->iosb.Information;
    drop_ecp_list(c);
    io_operation_free(c->op);
    c->op = NULL;
    if (NT_SUCCESS(status))
        return succeed(c, status, information);
    drop_file(c);
    c->result.information = information;
    return status;
}

static void finish(struct creation *c)
{
    drop_file(c);
    io_creation_drop_place(c);
    if (c->access_state_made)
        SeReleaseSubjectContext(&c->access_state.SubjectSecurityContext);
}

static NTSTATUS rounds(struct creation *c, bool wait);

static void create_completed(struct io_operation *op, void *context)
{
    struct creation *c = context;
    NTSTATUS status = conclude(c, op->iosb.Status);
    if (status == STATUS_REPARSE)
        status = rounds(c, false);
    if (status == STATUS_PENDING)
        return;
    finish(c);
    c->done(status, &c->result, c->context);
    free(c);
}

static NTSTATUS open_device(struct creation *c)
{
    ULONG_PTR information = 0;
    if (c->request.major == IRP_MJ_CREATE_MAILSLOT) { /* mailslots.md 5.1: a device that has none */
        drop_file(c);
        return STATUS_OBJECT_NAME_INVALID;
    }
    NTSTATUS status = io_device_open(c->file, &c->request, &c->access_state, &information);
    if (NT_SUCCESS(status))
        return succeed(c, status, information);
    drop_file(c);
    return status;
}

static NTSTATUS attempt(struct creation *c, bool wait)
{
    if (c->volume && __atomic_load_n(&c->volume->dismounting, __ATOMIC_ACQUIRE))
        return STATUS_VOLUME_DISMOUNTED;
    if (c->volume)
        io_volume_offer(c->volume);
    NTSTATUS status = io_creation_access_state(c);
    if (NT_SUCCESS(status))
        status = io_creation_make_file(c);
    if (!NT_SUCCESS(status))
        return status;
    if (c->device)
        return open_device(c);
    c->op = io_operation_new(c->volume, c->request.major, 0, &c->file->object);
    if (!c->op)
        return STATUS_INSUFFICIENT_RESOURCES;
    fill_operation(c);
    if (wait)
        return conclude(c, io_send_and_wait(c->op));
    struct io_operation *op = c->op;
    if (c->cancel)
        __atomic_store_n(c->cancel, op, __ATOMIC_RELEASE);
    io_push_frame(op, create_completed, c);
    status = io_send(op);
    if (status == STATUS_PENDING)
        return status;
    io_pop_frame(op);
    return conclude(c, status);
}

static NTSTATUS rounds(struct creation *c, bool wait)
{
    NTSTATUS status;
    do
        status = attempt(c, wait);
    while (status == STATUS_REPARSE);
    return status;
}

static NTSTATUS check_request(const struct io_create_request *r)
{
    const ULONG sync = FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT;
    if (r->io_flags & IO_NO_PARAMETER_CHECKING && !(r->io_flags & 0x200 /* IO_CHECK_CREATE_PARAMETERS */))
        return STATUS_SUCCESS;
    if (r->disposition > FILE_MAXIMUM_DISPOSITION || (r->share_access & ~FILE_SHARE_VALID_FLAGS))
        return STATUS_INVALID_PARAMETER;
    if ((r->options & FILE_DIRECTORY_FILE) && (r->options & FILE_NON_DIRECTORY_FILE))
        return STATUS_INVALID_PARAMETER;
    if ((r->options & sync) == sync || ((r->options & sync) && !(r->access & (SYNCHRONIZE | GENERIC_ALL | GENERIC_READ
            | GENERIC_WRITE | GENERIC_EXECUTE | MAXIMUM_ALLOWED))))
        return STATUS_INVALID_PARAMETER;
    if ((r->options & FILE_DELETE_ON_CLOSE) && !(r->access & (DELETE | GENERIC_ALL | MAXIMUM_ALLOWED)))
        return STATUS_INVALID_PARAMETER;
    if ((r->options & FILE_DIRECTORY_FILE)
        && (r->disposition == FILE_SUPERSEDE || r->disposition == FILE_OVERWRITE || r->disposition == FILE_OVERWRITE_IF))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

NTSTATUS io_create_file(const struct io_create_request *request, struct io_create_result *result)
{
    struct creation c = {.request = *request};
    memset(result, 0, sizeof *result);
    NTSTATUS status = check_request(request);
    if (NT_SUCCESS(status))
        status = find_volume(&c);
    if (NT_SUCCESS(status))
        status = rounds(&c, true);
    finish(&c);
    *result = c.result;
    return status;
}

void io_create_file_async(const struct io_create_request *request,
    void (*done)(NTSTATUS status, const struct io_create_result *result, void *context), void *context,
    struct io_operation **cancel)
{
    struct io_create_result none = {0};
    struct creation *c = calloc(1, sizeof *c);
    if (!c) {
        done(STATUS_INSUFFICIENT_RESOURCES, &none, context);
        return;
    }
    c->request = *request;
    c->done = done;
    c->context = context;
    c->cancel = cancel;
    NTSTATUS status = check_request(request);
    if (NT_SUCCESS(status))
        status = find_volume(c);
    if (NT_SUCCESS(status))
        status = rounds(c, false);
    if (status == STATUS_PENDING)
        return;
    finish(c);
    done(status, &c->result, context);
    free(c);
}
