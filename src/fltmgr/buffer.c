/* Where an operation's data is (F-228 to F-236): decoding the parameters, locking, replaced buffers. In user space an MDL
 * only describes memory that is mapped already. */
#include "fltmgr/callback.h"
#include "ntoskrnl/ke/ke.h"

struct place {
    PMDL *mdl;
    PVOID *buffer;
    PULONG length;
    LOCK_OPERATION access;
};

static bool place_of_control(PFLT_PARAMETERS p, struct place *at)
{
    /* the same layout for file system, device and internal device controls: the output side */
    at->length = &p->DeviceIoControl.Common.OutputBufferLength;
    switch (p->DeviceIoControl.Common.IoControlCode & 3) {
    case METHOD_BUFFERED:
        at->buffer = &p->DeviceIoControl.Buffered.SystemBuffer;
        break;
    case METHOD_NEITHER:
        at->buffer = &p->DeviceIoControl.Neither.OutputBuffer;
        at->mdl = &p->DeviceIoControl.Neither.OutputMdlAddress;
        break;
    default:
        at->buffer = &p->DeviceIoControl.Direct.OutputBuffer;
        at->mdl = &p->DeviceIoControl.Direct.OutputMdlAddress;
        break;
    }
    return true;
}

static bool place_of_directory(PFLT_IO_PARAMETER_BLOCK iopb, struct place *at)
{
    PFLT_PARAMETERS p = &iopb->Parameters;
    at->length = &p->DirectoryControl.QueryDirectory.Length;
    if (iopb->MinorFunction == IRP_MN_QUERY_DIRECTORY) {
        at->buffer = &p->DirectoryControl.QueryDirectory.DirectoryBuffer;
        at->mdl = &p->DirectoryControl.QueryDirectory.MdlAddress;
    } else {
        at->buffer = &p->DirectoryControl.NotifyDirectory.DirectoryBuffer;
        at->mdl = &p->DirectoryControl.NotifyDirectory.MdlAddress;
    }
    return true;
}

static bool place_of(PFLT_IO_PARAMETER_BLOCK iopb, struct place *at)
{
    PFLT_PARAMETERS p = &iopb->Parameters;
    *at = (struct place){.access = IoWriteAccess};
    switch (iopb->MajorFunction) {
    case IRP_MJ_CREATE:
        *at = (struct place){NULL, &p->Create.EaBuffer, &p->Create.EaLength, IoReadAccess};
        return true;
    case IRP_MJ_READ:
        *at = (struct place){&p->Read.MdlAddress, &p->Read.ReadBuffer, &p->Read.Length, IoWriteAccess};
        return true;
    case IRP_MJ_WRITE:
        *at = (struct place){&p->Write.MdlAddress, &p->Write.WriteBuffer, &p->Write.Length, IoReadAccess};
        return true;
    case IRP_MJ_QUERY_INFORMATION:
        *at = (struct place){NULL, &p->QueryFileInformation.InfoBuffer, &p->QueryFileInformation.Length, IoWriteAccess};
        return true;
    case IRP_MJ_SET_INFORMATION:
        *at = (struct place){NULL, &p->SetFileInformation.InfoBuffer, &p->SetFileInformation.Length, IoReadAccess};
        return true;
    case IRP_MJ_QUERY_EA:
        *at = (struct place){&p->QueryEa.MdlAddress, &p->QueryEa.EaBuffer, &p->QueryEa.Length, IoWriteAccess};
        return true;
    case IRP_MJ_SET_EA:
        *at = (struct place){&p->SetEa.MdlAddress, &p->SetEa.EaBuffer, &p->SetEa.Length, IoReadAccess};
        return true;
    case IRP_MJ_QUERY_VOLUME_INFORMATION:
        *at = (struct place){NULL, &p->QueryVolumeInformation.VolumeBuffer, &p->QueryVolumeInformation.Length, IoWriteAccess};
        return true;
    case IRP_MJ_SET_VOLUME_INFORMATION:
        *at = (struct place){NULL, &p->SetVolumeInformation.VolumeBuffer, &p->SetVolumeInformation.Length, IoReadAccess};
        return true;
    case IRP_MJ_DIRECTORY_CONTROL:
        return place_of_directory(iopb, at);
    case IRP_MJ_FILE_SYSTEM_CONTROL:
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
        return place_of_control(p, at);
    case IRP_MJ_QUERY_SECURITY:
        *at = (struct place){&p->QuerySecurity.MdlAddress, &p->QuerySecurity.SecurityBuffer, &p->QuerySecurity.Length, IoWriteAccess};
        return true;
    case IRP_MJ_QUERY_QUOTA:
        *at = (struct place){&p->QueryQuota.MdlAddress, &p->QueryQuota.QuotaBuffer, &p->QueryQuota.Length, IoWriteAccess};
        return true;
    case IRP_MJ_SET_QUOTA:
        *at = (struct place){&p->SetQuota.MdlAddress, &p->SetQuota.QuotaBuffer, &p->SetQuota.Length, IoReadAccess};
        return true;
    default:
        return false;
    }
}

bool flt_decode(PFLT_IO_PARAMETER_BLOCK iopb, PMDL **mdl, PVOID **buffer, PULONG *length, LOCK_OPERATION *access)
{
    struct place at;
    if (!place_of(iopb, &at))
        return false;
    if (mdl)
        *mdl = at.mdl;
    if (buffer)
        *buffer = at.buffer;
    if (length)
        *length = at.length;
    if (access)
        *access = at.access;
    return true;
}

FLTAPI NTSTATUS FltDecodeParameters(PFLT_CALLBACK_DATA CallbackData, PMDL **MdlAddressPointer, PVOID **Buffer, PULONG *Length,
    LOCK_OPERATION *DesiredAccess)
{
    PMDL *mdl;
    PVOID *buffer;
    PULONG length;
    LOCK_OPERATION access;
    if (!flt_decode(CallbackData->Iopb, &mdl, &buffer, &length, &access))
        return STATUS_INVALID_PARAMETER;
    if (MdlAddressPointer)
        *MdlAddressPointer = mdl;
    if (Buffer)
        *Buffer = buffer;
    if (Length)
        *Length = length;
    if (DesiredAccess)
        *DesiredAccess = access;
    return STATUS_SUCCESS;
}

/* ---- locking ---- */

static bool may_lock(const FLT_IO_PARAMETER_BLOCK *iopb)
{
    switch (iopb->MajorFunction) {
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
        return !(iopb->MinorFunction & IRP_MN_MDL);
    case IRP_MJ_FILE_SYSTEM_CONTROL:
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
        return (iopb->Parameters.DeviceIoControl.Common.IoControlCode & 3) != METHOD_BUFFERED;
    case IRP_MJ_DIRECTORY_CONTROL:
    case IRP_MJ_QUERY_EA:
    case IRP_MJ_SET_EA:
    case IRP_MJ_QUERY_QUOTA:
    case IRP_MJ_SET_QUOTA:
    case IRP_MJ_QUERY_SECURITY:
        return true;
    default:
        return false;
    }
}

/* The filter's own view has the MDL too: locking replaces nothing. */
static void show_mdl(struct flt_callback *cb, PMDL mdl)
{
    PMDL *place;
    if (cb->frame && flt_decode(&cb->frame->seen, &place, NULL, NULL, NULL) && place)
        *place = mdl;
    mdl->Next = cb->locked_mdls;
    cb->locked_mdls = mdl;
}

FLTAPI NTSTATUS FltLockUserBuffer(PFLT_CALLBACK_DATA CallbackData)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    struct flt_callback *cb = flt_callback_of(CallbackData);
    struct place at;
    if (cb->kind == FLT_CALLBACK_DRAINED || !may_lock(CallbackData->Iopb) || !place_of(CallbackData->Iopb, &at) || !at.mdl)
        return STATUS_INVALID_PARAMETER;
    if (*at.mdl || !*at.length)
        return STATUS_SUCCESS;
    PMDL mdl = IoAllocateMdl(*at.buffer, *at.length, FALSE, FALSE, NULL);
    if (!mdl)
        return STATUS_INSUFFICIENT_RESOURCES;
    MmProbeAndLockPages(mdl, CallbackData->RequestorMode, at.access);
    *at.mdl = mdl;
    show_mdl(cb, mdl);
    if (!cb->post)
        FltSetCallbackDataDirty(CallbackData);
    return STATUS_SUCCESS;
}

/* ---- replaced buffers: only the post of the filter that replaced ---- */

FLTAPI PMDL FltGetSwappedBufferMdlAddress(PFLT_CALLBACK_DATA CallbackData)
{
    struct flt_callback *cb = flt_callback_of(CallbackData);
    return cb->post && cb->frame ? cb->frame->swapped_mdl : NULL;
}

FLTAPI VOID FltRetainSwappedBufferMdlAddress(PFLT_CALLBACK_DATA CallbackData)
{
    struct flt_callback *cb = flt_callback_of(CallbackData);
    if (cb->post && cb->frame)
        cb->frame->retain_mdl = true;
}

FLTAPI PVOID FltGetNewSystemBufferAddress(PFLT_CALLBACK_DATA CallbackData)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return NULL; /* F-178: no base replaces the system buffer */
}
