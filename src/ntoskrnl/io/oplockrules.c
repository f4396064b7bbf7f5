/*
 * What breaks an oplock, to what, and who waits: the tables of the pages "Breaking oplocks" and irp-mj-...2 as one table.
 * Pure code.
 */
#include "ntoskrnl/io/oplockinner.h"

#define DATA_WRITES (~(ACCESS_MASK)(FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | FILE_READ_DATA | FILE_READ_EA | FILE_EXECUTE | \
    SYNCHRONIZE | READ_CONTROL))

ULONG oplock_cache_of(enum oplock_kind kind)
{
    static const UCHAR caches[OPLOCK_KINDS] = {
        [OPLOCK_LEVEL_1] = CACHE_R | CACHE_W, [OPLOCK_LEVEL_2] = CACHE_R, [OPLOCK_BATCH] = CACHE_R | CACHE_W | CACHE_H,
        [OPLOCK_FILTER] = CACHE_R | CACHE_W, [OPLOCK_R] = CACHE_R, [OPLOCK_RH] = CACHE_R | CACHE_H, [OPLOCK_RW] = CACHE_R | CACHE_W,
        [OPLOCK_RWH] = CACHE_R | CACHE_W | CACHE_H};
    return caches[kind];
}

/* WAIT: the operation waits for the acknowledgement. ACK: one is due, the operation goes on. FREE: none. ALWAYS: whatever the key. */
#define WAIT(level) {true, true, true, false, level}
#define ACK(level) {true, true, false, false, level}
#define FREE {true, false, false, false, 0}
#define ALWAYS {true, false, false, true, 0}
#define RW (CACHE_R | CACHE_W)
#define RH (CACHE_R | CACHE_H)

static const struct oplock_rule rules[OPLOCK_KINDS][CAUSES] = {
    [OPLOCK_LEVEL_1] = {[CAUSE_OPEN] = WAIT(CACHE_R), [CAUSE_OPEN_WRITABLE] = WAIT(CACHE_R), [CAUSE_OPEN_CUTS] = WAIT(0),
        [CAUSE_READ] = WAIT(CACHE_R), [CAUSE_WRITE] = WAIT(0), [CAUSE_LOCK] = WAIT(0), [CAUSE_ALL] = WAIT(0)},
    [OPLOCK_LEVEL_2] = {[CAUSE_OPEN_CUTS] = FREE, [CAUSE_WRITE] = ALWAYS, [CAUSE_LOCK] = ALWAYS, [CAUSE_ALL] = FREE},
    [OPLOCK_BATCH] = {[CAUSE_OPEN] = WAIT(CACHE_R), [CAUSE_OPEN_WRITABLE] = WAIT(CACHE_R), [CAUSE_OPEN_CUTS] = WAIT(0),
        [CAUSE_READ] = WAIT(CACHE_R), [CAUSE_WRITE] = WAIT(0), [CAUSE_LOCK] = WAIT(0), [CAUSE_NAME] = WAIT(0), [CAUSE_ALL] = WAIT(0)},
    [OPLOCK_FILTER] = {[CAUSE_OPEN_WRITABLE] = WAIT(0), [CAUSE_OPEN_CUTS] = WAIT(0), [CAUSE_WRITE] = WAIT(0), [CAUSE_NAME] = WAIT(0),
        [CAUSE_ALL] = WAIT(0)},
    [OPLOCK_R] = {[CAUSE_OPEN_CUTS] = FREE, [CAUSE_WRITE] = FREE, [CAUSE_LOCK] = FREE, [CAUSE_SECTION] = FREE, [CAUSE_ALL] = FREE},
    [OPLOCK_RH] = {[CAUSE_OPEN_CUTS] = ACK(0), [CAUSE_WRITE] = ACK(0), [CAUSE_LOCK] = ACK(0), [CAUSE_NAME] = WAIT(CACHE_R),
        [CAUSE_DELETE] = WAIT(CACHE_R), [CAUSE_SHARING] = WAIT(CACHE_R), [CAUSE_SECTION] = FREE, [CAUSE_ALL] = ACK(0)},
    [OPLOCK_RW] = {[CAUSE_OPEN] = WAIT(CACHE_R), [CAUSE_OPEN_WRITABLE] = WAIT(CACHE_R), [CAUSE_OPEN_CUTS] = WAIT(0),
        [CAUSE_READ] = WAIT(CACHE_R), [CAUSE_WRITE] = WAIT(0), [CAUSE_LOCK] = WAIT(0), [CAUSE_SECTION] = FREE, [CAUSE_ALL] = WAIT(0)},
    [OPLOCK_RWH] = {[CAUSE_OPEN] = WAIT(RH), [CAUSE_OPEN_WRITABLE] = WAIT(RH), [CAUSE_OPEN_CUTS] = WAIT(0), [CAUSE_READ] = WAIT(RH),
        [CAUSE_WRITE] = WAIT(0), [CAUSE_LOCK] = ACK(0), [CAUSE_NAME] = WAIT(RW), [CAUSE_DELETE] = WAIT(RW), [CAUSE_SHARING] = WAIT(RW),
        [CAUSE_SECTION] = FREE, [CAUSE_ALL] = WAIT(0)},
    [OPLOCK_RESERVED] = {[CAUSE_OPEN] = WAIT(0), [CAUSE_OPEN_WRITABLE] = WAIT(0), [CAUSE_OPEN_CUTS] = WAIT(0), [CAUSE_READ] = WAIT(0),
        [CAUSE_WRITE] = WAIT(0), [CAUSE_LOCK] = WAIT(0), [CAUSE_NAME] = WAIT(0), [CAUSE_DELETE] = WAIT(0), [CAUSE_SHARING] = WAIT(0),
        [CAUSE_ALL] = WAIT(0)},
};

struct oplock_rule oplock_rule_of(enum oplock_kind kind, enum oplock_cause cause)
{
    return cause < CAUSES ? rules[kind][cause] : (struct oplock_rule){0};
}

static enum oplock_cause cause_of_open(const FLT_PARAMETERS *p)
{
    ULONG disposition = p->Create.Options >> 24;
    ACCESS_MASK access = p->Create.SecurityContext ? p->Create.SecurityContext->DesiredAccess : 0;
    bool reserves = p->Create.Options & FILE_RESERVE_OPFILTER;
    bool cuts = disposition == FILE_SUPERSEDE || disposition == FILE_OVERWRITE || disposition == FILE_OVERWRITE_IF;
    if (reserves)
        return CAUSE_OPEN_CUTS;
    if (!cuts && !(access & ~(ACCESS_MASK)(FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | SYNCHRONIZE)))
        return CAUSE_NONE; /* looks at nothing that is cached */
    if (cuts)
        return CAUSE_OPEN_CUTS;
    return (access & DATA_WRITES) && !(p->Create.ShareAccess & FILE_SHARE_READ) ? CAUSE_OPEN_WRITABLE : CAUSE_OPEN;
}

static enum oplock_cause cause_of_set(const FLT_PARAMETERS *p)
{
    switch (p->SetFileInformation.FileInformationClass) {
    case FileEndOfFileInformation:
        return p->SetFileInformation.AdvanceOnly ? CAUSE_NONE : CAUSE_WRITE; /* the lazy writer's: its write was checked */
    case FileAllocationInformation:
    case FileValidDataLengthInformation:
        return CAUSE_WRITE;
    case FileRenameInformation:
    case FileRenameInformationEx:
    case FileShortNameInformation:
    case FileLinkInformation:
    case FileLinkInformationEx:
        return CAUSE_NAME;
    case FileDispositionInformation: {
        const FILE_DISPOSITION_INFORMATION *info = p->SetFileInformation.InfoBuffer;
        return info && p->SetFileInformation.Length >= sizeof *info && info->DeleteFile ? CAUSE_DELETE : CAUSE_NONE;
    }
    case FileDispositionInformationEx: {
        const FILE_DISPOSITION_INFORMATION_EX *info = p->SetFileInformation.InfoBuffer;
        bool deletes = info && p->SetFileInformation.Length >= sizeof *info && (info->Flags & FILE_DISPOSITION_DELETE);
        return deletes ? CAUSE_DELETE : CAUSE_NONE;
    }
    default:
        return CAUSE_NONE;
    }
}

static enum oplock_cause cause_of_section(const FLT_PARAMETERS *p)
{
    ULONG protection = p->AcquireForSectionSynchronization.PageProtection;
    bool writable = protection & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE);
    return p->AcquireForSectionSynchronization.SyncType == SyncTypeCreateSection && writable ? CAUSE_SECTION : CAUSE_NONE;
}

/* Paging I/O never breaks one: what caused it was checked before, and who makes it may be the one that is waited for. */
enum oplock_cause oplock_cause_of(const FLT_IO_PARAMETER_BLOCK *iopb)
{
    bool paging = iopb->IrpFlags & IRP_PAGING_IO;
    switch (iopb->MajorFunction) {
    case IRP_MJ_CREATE:
        return cause_of_open(&iopb->Parameters);
    case IRP_MJ_READ:
        return paging ? CAUSE_NONE : CAUSE_READ;
    case IRP_MJ_FLUSH_BUFFERS:
        return CAUSE_READ;
    case IRP_MJ_WRITE:
        return paging ? CAUSE_NONE : CAUSE_WRITE;
    case IRP_MJ_LOCK_CONTROL:
        return CAUSE_LOCK;
    case IRP_MJ_SET_INFORMATION:
        return cause_of_set(&iopb->Parameters);
    case IRP_MJ_FILE_SYSTEM_CONTROL:
        return iopb->Parameters.FileSystemControl.Common.FsControlCode == FSCTL_SET_ZERO_DATA ? CAUSE_WRITE : CAUSE_NONE;
    case IRP_MJ_CLEANUP:
        return CAUSE_CLEANUP;
    case (UCHAR)IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION:
        return cause_of_section(&iopb->Parameters);
    default:
        return CAUSE_NONE;
    }
}
