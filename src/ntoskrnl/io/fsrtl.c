/* File system support that needs a file or a worker: paging files, sizes, stack overflow, pool that raises. Any thread. */
#include "ntoskrnl/io/io.h"

#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/ke.h"

/* What the base file system said when it opened the stream: hostfs marks Linux' active swap files. */
LOGICAL NTAPI FsRtlIsPagingFile(PFILE_OBJECT FileObject)
{
    const FSRTL_COMMON_FCB_HEADER *header = FileObject->FsContext;
    KE_REQUIRE_IRQL(APC_LEVEL);
    return header && (header->Flags2 & FSRTL_FLAG2_IS_PAGING_FILE);
}

/* Windows' "system" paging file is the one of the boot volume: here every swap file is the system's. */
BOOLEAN NTAPI FsRtlIsSystemPagingFile(PFILE_OBJECT FileObject)
{
    return FsRtlIsPagingFile(FileObject) != 0;
}

/* STATUS_FILE_IS_A_DIRECTORY for a directory. Asked of the whole stack, as a driver's own query would be. */
NTSTATUS NTAPI FsRtlGetFileSize(PFILE_OBJECT FileObject, PLARGE_INTEGER FileSize)
{
    FILE_STANDARD_INFORMATION info;
    struct io_transfer t = {.file = FileObject, .thread = PsGetCurrentThread(), .mode = KernelMode};
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = io_query_information(&t, FileStandardInformation, &info, sizeof info);
    if (!NT_SUCCESS(status))
        return status;
    if (info.Directory)
        return STATUS_FILE_IS_A_DIRECTORY;
    *FileSize = info.EndOfFile;
    return STATUS_SUCCESS;
}

/* ---- a routine on a fresh stack ---- */

struct overflow {
    struct ex_work work;
    PFSRTL_STACK_OVERFLOW_ROUTINE routine;
    PVOID context;
    PKEVENT event;
};

static void run_overflow(struct ex_work *work)
{
    struct overflow *overflow = CONTAINING_RECORD(work, struct overflow, work);
    struct overflow copy = *overflow;
    ex_pool_free(overflow, NULL);
    copy.routine(copy.context, copy.event);
}

/* The routine sets the event. Raises STATUS_INSUFFICIENT_RESOURCES without memory. */
static void post_overflow(PVOID context, PKEVENT event, PFSRTL_STACK_OVERFLOW_ROUTINE routine)
{
    struct overflow *overflow = ex_allocate(sizeof *overflow, 'vOsF');
    if (!overflow)
        ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
    overflow->routine = routine;
    overflow->context = context;
    overflow->event = event;
    ex_queue_work(&overflow->work, run_overflow, ke_image_name((const void *)routine));
}

VOID NTAPI FsRtlPostStackOverflow(PVOID Context, PKEVENT Event, PFSRTL_STACK_OVERFLOW_ROUTINE StackOverflowRoutine)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    post_overflow(Context, Event, StackOverflowRoutine);
}

VOID NTAPI FsRtlPostPagingFileStackOverflow(PVOID Context, PKEVENT Event, PFSRTL_STACK_OVERFLOW_ROUTINE StackOverflowRoutine)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    post_overflow(Context, Event, StackOverflowRoutine);
}

/* ---- pool that raises STATUS_INSUFFICIENT_RESOURCES instead of giving NULL ---- */

static PVOID allocate(POOL_TYPE type, SIZE_T size, ULONG tag, const char *call, const void *pc)
{
    bool paged = type & PagedPool;
    ke_require_irql_at(call, paged ? APC_LEVEL : DISPATCH_LEVEL, pc);
    PVOID memory = ex_pool_allocate((paged ? POOL_FLAG_PAGED : POOL_FLAG_NON_PAGED) | POOL_FLAG_UNINITIALIZED, size, tag, pc);
    if (!memory)
        ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
    return memory;
}

PVOID NTAPI FsRtlAllocatePoolWithTag(POOL_TYPE PoolType, ULONG NumberOfBytes, ULONG Tag)
{
    return allocate(PoolType, NumberOfBytes, Tag, "FsRtlAllocatePoolWithTag", __builtin_return_address(0));
}

PVOID NTAPI FsRtlAllocatePoolWithQuotaTag(POOL_TYPE PoolType, ULONG NumberOfBytes, ULONG Tag)
{
    return allocate(PoolType, NumberOfBytes, Tag, "FsRtlAllocatePoolWithQuotaTag", __builtin_return_address(0));
}
