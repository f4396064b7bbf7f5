/* FltNotifyFilterChangeDirectory (F-384): the notification package of ntoskrnl/io with callback data in front. */
#include "fltmgr/held.h"
#include "ntoskrnl/io/notify.h"
#include "ntoskrnl/ke/ke.h"

static void refuse(PFLT_CALLBACK_DATA data)
{
    flt_held_data.complete(data, STATUS_INVALID_PARAMETER, 0);
}

static bool is_usable(PFLT_CALLBACK_DATA data, const void *pc)
{
    const FLT_IO_PARAMETER_BLOCK *iopb = data->Iopb;
    bool notify = iopb->MajorFunction == IRP_MJ_DIRECTORY_CONTROL && (iopb->MinorFunction == IRP_MN_NOTIFY_CHANGE_DIRECTORY ||
        (iopb->MinorFunction == IRP_MN_NOTIFY_CHANGE_DIRECTORY_EX &&
            iopb->Parameters.DirectoryControl.NotifyDirectoryEx.DirectoryNotifyInformationClass == DirectoryNotifyInformation));
    if (notify && flt_callback_of(data)->kind == FLT_CALLBACK_WALK && FLT_IS_IRP_OPERATION(data))
        return true;
    ke_report_caller("FltNotifyFilterChangeDirectory", pc, "only for a change notification with names, in its pre callback (F-384)");
    return false;
}

VOID FltNotifyFilterChangeDirectory(PNOTIFY_SYNC NotifySync, PLIST_ENTRY NotifyList, PVOID FsContext, PSTRING FullDirectoryName,
    BOOLEAN WatchTree, BOOLEAN IgnoreBuffer, ULONG CompletionFilter, PFLT_CALLBACK_DATA NotifyCallbackData,
    PCHECK_FOR_TRAVERSE_ACCESS TraverseCallback, PSECURITY_SUBJECT_CONTEXT SubjectContext, PFILTER_REPORT_CHANGE FilterCallback)
{
    struct io_notify_watch watch = {FsContext, FullDirectoryName, WatchTree, IgnoreBuffer, CompletionFilter, TraverseCallback,
        SubjectContext, FilterCallback};
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!NotifyCallbackData) {
        io_notify_wait(NotifySync, NotifyList, &watch, NULL);
        return;
    }
    if (!is_usable(NotifyCallbackData, __builtin_return_address(0))) {
        refuse(NotifyCallbackData);
        return;
    }
    PMDL mdl = NotifyCallbackData->Iopb->Parameters.DirectoryControl.NotifyDirectory.MdlAddress;
    struct io_notify_request request = {.form = &flt_held_data, .who = NotifyCallbackData,
        .file = NotifyCallbackData->Iopb->TargetFileObject,
        .length = NotifyCallbackData->Iopb->Parameters.DirectoryControl.NotifyDirectory.Length,
        .buffer = mdl ? MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority)
                      : NotifyCallbackData->Iopb->Parameters.DirectoryControl.NotifyDirectory.DirectoryBuffer};
    io_notify_wait(NotifySync, NotifyList, &watch, &request);
}
