/* Share access of a stream (FCB): who has it open for what. The caller serialises, as on Windows. */
#include "ntoskrnl/io/inner.h"

NTKERNELAPI VOID IoSetShareAccess(ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess, PFILE_OBJECT FileObject,
    PSHARE_ACCESS ShareAccess)
{
    FileObject->ReadAccess = (DesiredAccess & (FILE_EXECUTE | FILE_READ_DATA)) != 0;
    FileObject->WriteAccess = (DesiredAccess & (FILE_APPEND_DATA | FILE_WRITE_DATA)) != 0;
    FileObject->DeleteAccess = (DesiredAccess & DELETE) != 0;
    FileObject->SharedRead = (DesiredShareAccess & FILE_SHARE_READ) != 0;
    FileObject->SharedWrite = (DesiredShareAccess & FILE_SHARE_WRITE) != 0;
    FileObject->SharedDelete = (DesiredShareAccess & FILE_SHARE_DELETE) != 0;
    bool counted = FileObject->ReadAccess || FileObject->WriteAccess || FileObject->DeleteAccess;
    *ShareAccess = (SHARE_ACCESS){
        .OpenCount = counted,
        .Readers = FileObject->ReadAccess,
        .Writers = FileObject->WriteAccess,
        .Deleters = FileObject->DeleteAccess,
        .SharedRead = counted && FileObject->SharedRead,
        .SharedWrite = counted && FileObject->SharedWrite,
        .SharedDelete = counted && FileObject->SharedDelete,
    };
}

NTKERNELAPI VOID IoUpdateShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess)
{
    if (!FileObject->ReadAccess && !FileObject->WriteAccess && !FileObject->DeleteAccess)
        return;
    ShareAccess->OpenCount++;
    ShareAccess->Readers += FileObject->ReadAccess;
    ShareAccess->Writers += FileObject->WriteAccess;
    ShareAccess->Deleters += FileObject->DeleteAccess;
    ShareAccess->SharedRead += FileObject->SharedRead;
    ShareAccess->SharedWrite += FileObject->SharedWrite;
    ShareAccess->SharedDelete += FileObject->SharedDelete;
}

NTKERNELAPI NTSTATUS IoCheckShareAccess(ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess, PFILE_OBJECT FileObject,
    PSHARE_ACCESS ShareAccess, BOOLEAN Update)
{
    FileObject->ReadAccess = (DesiredAccess & (FILE_EXECUTE | FILE_READ_DATA)) != 0;
    FileObject->WriteAccess = (DesiredAccess & (FILE_APPEND_DATA | FILE_WRITE_DATA)) != 0;
    FileObject->DeleteAccess = (DesiredAccess & DELETE) != 0;
    if (!FileObject->ReadAccess && !FileObject->WriteAccess && !FileObject->DeleteAccess)
        return STATUS_SUCCESS;
    FileObject->SharedRead = (DesiredShareAccess & FILE_SHARE_READ) != 0;
    FileObject->SharedWrite = (DesiredShareAccess & FILE_SHARE_WRITE) != 0;
    FileObject->SharedDelete = (DesiredShareAccess & FILE_SHARE_DELETE) != 0;
    ULONG opens = ShareAccess->OpenCount;
    if ((FileObject->ReadAccess && ShareAccess->SharedRead < opens)
        || (FileObject->WriteAccess && ShareAccess->SharedWrite < opens)
        || (FileObject->DeleteAccess && ShareAccess->SharedDelete < opens)
        || (ShareAccess->Readers && !FileObject->SharedRead) || (ShareAccess->Writers && !FileObject->SharedWrite)
        || (ShareAccess->Deleters && !FileObject->SharedDelete))
        return STATUS_SHARING_VIOLATION;
    if (Update)
        IoUpdateShareAccess(FileObject, ShareAccess);
    return STATUS_SUCCESS;
}

NTKERNELAPI VOID IoRemoveShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess)
{
    if (!FileObject->ReadAccess && !FileObject->WriteAccess && !FileObject->DeleteAccess)
        return;
    ShareAccess->OpenCount--;
    ShareAccess->Readers -= FileObject->ReadAccess;
    ShareAccess->Writers -= FileObject->WriteAccess;
    ShareAccess->Deleters -= FileObject->DeleteAccess;
    ShareAccess->SharedRead -= FileObject->SharedRead;
    ShareAccess->SharedWrite -= FileObject->SharedWrite;
    ShareAccess->SharedDelete -= FileObject->SharedDelete;
}
