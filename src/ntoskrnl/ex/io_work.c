/* I/O work items: a driver's routine in a worker thread, with its device object kept alive until the routine has returned. */
#include "ntoskrnl/ex/ex.h"

#include <string.h>

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"

#define PC __builtin_return_address(0)

enum io_work_state { IDLE, QUEUED };

struct _IO_WORKITEM {
    struct ex_work work;
    PVOID object;                     /* device or driver object */
    PIO_WORKITEM_ROUTINE routine;
    PIO_WORKITEM_ROUTINE_EX routine_ex;
    PVOID context;
    uint32_t state;                   /* enum io_work_state; back to IDLE before the routine runs, which may free the item */
};

static void run(struct ex_work *work)
{
    struct _IO_WORKITEM *item = CONTAINING_RECORD(work, struct _IO_WORKITEM, work);
    PVOID object = item->object, context = item->context;
    PIO_WORKITEM_ROUTINE routine = item->routine;
    PIO_WORKITEM_ROUTINE_EX routine_ex = item->routine_ex;
    __atomic_store_n(&item->state, IDLE, __ATOMIC_RELEASE);
    if (routine_ex)
        routine_ex(object, context, item);
    else
        routine(object, context);
    ObfDereferenceObject(object);
}

static bool queue(struct _IO_WORKITEM *item, PIO_WORKITEM_ROUTINE routine, PIO_WORKITEM_ROUTINE_EX routine_ex, PVOID context)
{
    uint32_t idle = IDLE;
    if (!__atomic_compare_exchange_n(&item->state, &idle, QUEUED, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return false;
    item->routine = routine;
    item->routine_ex = routine_ex;
    item->context = context;
    ObfReferenceObject(item->object);
    ex_queue_work(&item->work, run, ke_image_name(routine ? (const void *)routine : (const void *)routine_ex));
    return true;
}

static void queue_or_tell(struct _IO_WORKITEM *item, PIO_WORKITEM_ROUTINE routine, PIO_WORKITEM_ROUTINE_EX routine_ex,
    PVOID context, const char *call, const void *pc)
{
    ke_require_irql_at(call, DISPATCH_LEVEL, pc);
    if (!queue(item, routine, routine_ex, context))
        ke_report_caller(call, pc, "work item %p is queued already", (void *)item);
}

ULONG NTAPI IoSizeofWorkItem(VOID)
{
    return sizeof(struct _IO_WORKITEM);
}

VOID NTAPI IoInitializeWorkItem(PVOID IoObject, PIO_WORKITEM IoWorkItem)
{
    memset(IoWorkItem, 0, sizeof *IoWorkItem);
    IoWorkItem->object = IoObject;
}

VOID NTAPI IoUninitializeWorkItem(PIO_WORKITEM IoWorkItem)
{
    if (__atomic_load_n(&IoWorkItem->state, __ATOMIC_ACQUIRE) == QUEUED)
        ke_report_caller("IoUninitializeWorkItem", PC, "work item %p is still queued", (void *)IoWorkItem);
}

PIO_WORKITEM NTAPI IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    PIO_WORKITEM item = ex_pool_allocate(POOL_FLAG_NON_PAGED, sizeof *item, 'kWoI', PC);
    if (item)
        item->object = DeviceObject;
    return item;
}

VOID NTAPI IoFreeWorkItem(PIO_WORKITEM IoWorkItem)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    if (__atomic_load_n(&IoWorkItem->state, __ATOMIC_ACQUIRE) == QUEUED) {
        ke_report_caller("IoFreeWorkItem", PC, "work item %p is still queued: not freed", (void *)IoWorkItem);
        return;
    }
    ex_pool_free(IoWorkItem, PC);
}

VOID NTAPI IoQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE WorkerRoutine, WORK_QUEUE_TYPE QueueType,
    PVOID Context)
{
    queue_or_tell(IoWorkItem, WorkerRoutine, NULL, Context, "IoQueueWorkItem", PC);
}

VOID NTAPI IoQueueWorkItemEx(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE_EX WorkerRoutine, WORK_QUEUE_TYPE QueueType,
    PVOID Context)
{
    queue_or_tell(IoWorkItem, NULL, WorkerRoutine, Context, "IoQueueWorkItemEx", PC);
}

/* FALSE: it is queued already, and stays as it is. */
BOOLEAN NTAPI IoTryQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE_EX WorkerRoutine, WORK_QUEUE_TYPE QueueType,
    PVOID Context)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return queue(IoWorkItem, NULL, WorkerRoutine, Context);
}
