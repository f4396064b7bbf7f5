/*
 * IRP_MJ_CREATE: parameters, the object, then one of three ways: the volume itself, something that exists, something new.
 */
#include "hostfs/hostfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KNOWN_OPTIONS 0x00ffffffu

static NTSTATUS read_parameters(struct hostfs_open *open)
{
    struct io_operation *op = open->op;
    PIO_SECURITY_CONTEXT security = op->iopb.Parameters.Create.SecurityContext;
    ULONG options = op->iopb.Parameters.Create.Options;
    UCHAR flags = op->iopb.OperationFlags;
    open->file = op->iopb.TargetFileObject;
    open->access = security ? security->DesiredAccess : 0;
    open->disposition = options >> 24;
    open->options = options & KNOWN_OPTIONS;
    open->file_attributes = op->iopb.Parameters.Create.FileAttributes;
    open->share = op->iopb.Parameters.Create.ShareAccess;
    open->case_sensitive = flags & SL_CASE_SENSITIVE;
    open->target_directory = flags & SL_OPEN_TARGET_DIRECTORY;
    open->fd = -1;
    if (open->file == NULL || open->disposition > FILE_MAXIMUM_DISPOSITION)
        return STATUS_INVALID_PARAMETER;
    bool directory = open->options & FILE_DIRECTORY_FILE;
    if (directory && (open->options & FILE_NON_DIRECTORY_FILE))
        return STATUS_INVALID_PARAMETER;
    if (directory && open->disposition != FILE_OPEN && open->disposition != FILE_OPEN_IF && open->disposition != FILE_CREATE)
        return STATUS_INVALID_PARAMETER;
    if (flags & SL_OPEN_PAGING_FILE)
        return STATUS_NOT_SUPPORTED;
    return STATUS_SUCCESS;
}

static bool wants_volume(const struct hostfs_open *open)
{
    bool front_end = open->op->linux_side && (open->op->linux_side->have & (IO_LINUX_NODE | IO_LINUX_PARENT));
    return open->file->FileName.Length == 0 && open->file->RelatedFileObject == NULL && !front_end;
}

/* A handle of the volume itself answers volume questions and nothing else. */
static NTSTATUS open_volume(struct hostfs_open *open)
{
    if (open->disposition != FILE_OPEN && open->disposition != FILE_OPEN_IF)
        return hostfs_refuse(open, STATUS_ACCESS_DENIED);
    if ((open->options & (FILE_DIRECTORY_FILE | FILE_DELETE_ON_CLOSE)) || open->target_directory)
        return hostfs_refuse(open, STATUS_INVALID_PARAMETER);
    if (open->op->mode == UserMode && (open->access & (FILE_WRITE_DATA | FILE_APPEND_DATA)))
        return hostfs_refuse(open, STATUS_ACCESS_DENIED); /* nobody writes below the file system */
    struct hostfs_ccb *ccb = calloc(1, sizeof *ccb);
    if (ccb == NULL)
        return hostfs_refuse(open, STATUS_INSUFFICIENT_RESOURCES);
    ccb->file = open->file;
    ccb->volume = open->volume;
    ccb->fd = ccb->read_fd = ccb->write_fd = -1;
    ccb->access = hostfs_creator_rights(open->access);
    InitializeListHead(&ccb->links);
    hostfs_record_access(open->op, ccb->access);
    open->file->FsContext = NULL;
    open->file->FsContext2 = ccb;
    open->file->Flags |= FO_VOLUME_OPEN;
    return hostfs_done(open->op, STATUS_SUCCESS, FILE_OPENED);
}

/* The target directory's file object keeps only the last component (V-065): what a rename then takes. */
static void keep_target_name(struct hostfs_open *open)
{
    PUNICODE_STRING name = &open->file->FileName;
    USHORT keep = 0, units = name->Length / sizeof(char16_t);
    while (keep < units && name->Buffer[units - keep - 1] != u'\\')
        keep++;
    memmove(name->Buffer, name->Buffer + units - keep, keep * sizeof(char16_t));
    name->Length = keep * sizeof(char16_t);
    open->information = open->target_exists ? FILE_EXISTS : FILE_DOES_NOT_EXIST;
}

static NTSTATUS open_object(struct hostfs_open *open)
{
    NTSTATUS status = hostfs_resolve(open);
    if (status != STATUS_SUCCESS)
        return status;
    status = open->node ? hostfs_open_existing(open) : hostfs_open_new(open);
    if (status != STATUS_SUCCESS)
        return status;
    if (open->target_directory)
        keep_target_name(open);
    return hostfs_done(open->op, open->oplock_breaks ? STATUS_OPLOCK_BREAK_IN_PROGRESS : STATUS_SUCCESS, open->information);
}

/* Between "it is not there" and creating it somebody below may have made it: then it is opened, as asked (V-042). */
#define CREATE_RACES 8

NTSTATUS hostfs_create(struct hostfs_volume *volume, struct io_operation *op)
{
    struct hostfs_open open;
    for (int attempt = 0;; attempt++) {
        open = (struct hostfs_open){.volume = volume, .op = op};
        NTSTATUS status = read_parameters(&open);
        if (status != STATUS_SUCCESS)
            return hostfs_done(op, status, 0);
        status = wants_volume(&open) ? open_volume(&open) : open_object(&open);
        if (!NT_SUCCESS(status) && open.fd >= 0)
            close(open.fd);
        if (status == STATUS_SHARING_VIOLATION && open.oplock_breaks)
            op->iosb.Information = FILE_OPBATCH_BREAK_UNDERWAY;
        hostfs_open_release(&open);
        bool raced = status == STATUS_OBJECT_NAME_COLLISION && open.disposition != FILE_CREATE && open.parent_raced;
        if (!raced || attempt == CREATE_RACES)
            return status;
    }
}
