/* Calls that are inline: lists, memory, large integers, IRP stack locations, pages. */
#ifndef OFM_NT_INLINE_H
#define OFM_NT_INLINE_H

#include "nt/callpart.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Doubly linked lists with a head; nothing is locked. IRQL: any. Source: wdm, singly- and doubly-linked lists. */
OFM_INLINE void InitializeListHead(_Out_ PLIST_ENTRY ListHead)
{
    ListHead->Flink = ListHead->Blink = ListHead;
}

OFM_INLINE BOOLEAN IsListEmpty(_In_ const LIST_ENTRY *ListHead)
{
    return (BOOLEAN)(ListHead->Flink == ListHead);
}

/*
 * A list whose links do not agree is a corrupted one: the system stops (bug check KERNEL_SECURITY_CHECK_FAILURE)
 * rather than go on. The inline list calls call it; drivers do not. IRQL: any level. Source: wdm, RemoveEntryList.
 */
NTKERNELAPI DECLSPEC_NORETURN void NTAPI ofm_list_corrupt(_In_ const void *Entry);

OFM_INLINE BOOLEAN RemoveEntryList(_In_ PLIST_ENTRY Entry)
{
    PLIST_ENTRY next = Entry->Flink, previous = Entry->Blink;

    if (next->Blink != Entry || previous->Flink != Entry)
        ofm_list_corrupt(Entry);
    previous->Flink = next;
    next->Blink = previous;
    return (BOOLEAN)(next == previous);
}

OFM_INLINE PLIST_ENTRY RemoveHeadList(_Inout_ PLIST_ENTRY ListHead)
{
    PLIST_ENTRY entry = ListHead->Flink;

    if (entry->Blink != ListHead || entry->Flink->Blink != entry)
        ofm_list_corrupt(entry);
    ListHead->Flink = entry->Flink;
    entry->Flink->Blink = ListHead;
    return entry;
}

OFM_INLINE PLIST_ENTRY RemoveTailList(_Inout_ PLIST_ENTRY ListHead)
{
    PLIST_ENTRY entry = ListHead->Blink;

    if (entry->Flink != ListHead || entry->Blink->Flink != entry)
        ofm_list_corrupt(entry);
    ListHead->Blink = entry->Blink;
    entry->Blink->Flink = ListHead;
    return entry;
}

OFM_INLINE void InsertTailList(_Inout_ PLIST_ENTRY ListHead, _Inout_ PLIST_ENTRY Entry)
{
    PLIST_ENTRY last = ListHead->Blink;

    if (last->Flink != ListHead)
        ofm_list_corrupt(last);
    Entry->Flink = ListHead;
    Entry->Blink = last;
    last->Flink = Entry;
    ListHead->Blink = Entry;
}

OFM_INLINE void InsertHeadList(_Inout_ PLIST_ENTRY ListHead, _Inout_ PLIST_ENTRY Entry)
{
    PLIST_ENTRY first = ListHead->Flink;

    if (first->Blink != ListHead)
        ofm_list_corrupt(first);
    Entry->Flink = first;
    Entry->Blink = ListHead;
    first->Blink = Entry;
    ListHead->Flink = Entry;
}

OFM_INLINE void AppendTailList(_Inout_ PLIST_ENTRY ListHead, _Inout_ PLIST_ENTRY ListToAppend)
{
    PLIST_ENTRY last = ListHead->Blink;

    ListHead->Blink->Flink = ListToAppend;
    ListHead->Blink = ListToAppend->Blink;
    ListToAppend->Blink->Flink = ListHead;
    ListToAppend->Blink = last;
}

OFM_INLINE PSINGLE_LIST_ENTRY PopEntryList(_Inout_ PSINGLE_LIST_ENTRY ListHead)
{
    PSINGLE_LIST_ENTRY first = ListHead->Next;

    if (first)
        ListHead->Next = first->Next;
    return first;
}

OFM_INLINE void PushEntryList(_Inout_ PSINGLE_LIST_ENTRY ListHead, _Inout_ PSINGLE_LIST_ENTRY Entry)
{
    Entry->Next = ListHead->Next;
    ListHead->Next = Entry;
}

/* Memory. */
#define RtlEqualMemory(Destination, Source, Length) (!memcmp((Destination), (Source), (Length)))
#define RtlMoveMemory(Destination, Source, Length) memmove((Destination), (Source), (Length))
#define RtlCopyMemory(Destination, Source, Length) memcpy((Destination), (Source), (Length))
#define RtlFillMemory(Destination, Length, Fill) memset((Destination), (Fill), (Length))
#define RtlZeroMemory(Destination, Length) memset((Destination), 0, (Length))
#define RtlCopyMemoryNonTemporal RtlCopyMemory
#define RtlCopyVolatileMemory(Destination, Source, Length) memcpy((void *)(Destination), (void *)(Source), (Length))
#define RtlCopyBytes RtlCopyMemory
#define RtlZeroBytes RtlZeroMemory
#define RtlFillBytes RtlFillMemory

OFM_INLINE PVOID RtlSecureZeroMemory(_Out_ PVOID ptr, _In_ SIZE_T cnt)
{
    memset(ptr, 0, cnt);
    __asm__ __volatile__("" : : "r"(ptr) : "memory");
    return ptr;
}

OFM_INLINE LARGE_INTEGER RtlConvertLongToLargeInteger(_In_ LONG SignedInteger)
{
    LARGE_INTEGER result;

    result.QuadPart = SignedInteger;
    return result;
}

OFM_INLINE LARGE_INTEGER RtlConvertUlongToLargeInteger(_In_ ULONG UnsignedInteger)
{
    LARGE_INTEGER result;

    result.QuadPart = UnsignedInteger;
    return result;
}

OFM_INLINE LUID RtlConvertLongToLuid(_In_ LONG Val)
{
    LARGE_INTEGER value = RtlConvertLongToLargeInteger(Val);
    LUID luid;

    luid.LowPart = value.LowPart;
    luid.HighPart = value.HighPart;
    return luid;
}

OFM_INLINE LUID RtlConvertUlongToLuid(_In_ ULONG Val)
{
    LUID luid;

    luid.LowPart = Val;
    luid.HighPart = 0;
    return luid;
}

#define RtlLargeIntegerGreaterThan(X, Y) ((X).QuadPart > (Y).QuadPart)
#define RtlLargeIntegerGreaterThanOrEqualTo(X, Y) ((X).QuadPart >= (Y).QuadPart)
#define RtlLargeIntegerEqualTo(X, Y) ((X).QuadPart == (Y).QuadPart)
#define RtlLargeIntegerNotEqualTo(X, Y) ((X).QuadPart != (Y).QuadPart)
#define RtlLargeIntegerLessThan(X, Y) ((X).QuadPart < (Y).QuadPart)
#define RtlLargeIntegerLessThanOrEqualTo(X, Y) ((X).QuadPart <= (Y).QuadPart)
#define RtlLargeIntegerEqualToZero(X) ((X).QuadPart == 0)

/* Counted strings over a buffer that is the caller's. */
#define RtlInitEmptyUnicodeString(_ucStr, _buf, _bufSize)                                                            \
    ((_ucStr)->Buffer = (_buf), (_ucStr)->Length = 0, (_ucStr)->MaximumLength = (USHORT)(_bufSize))
#define RtlInitEmptyAnsiString(_ansiStr, _buf, _bufSize)                                                             \
    ((_ansiStr)->Buffer = (_buf), (_ansiStr)->Length = 0, (_ansiStr)->MaximumLength = (USHORT)(_bufSize))

OFM_INLINE BOOLEAN RtlCheckBit_(_In_ PRTL_BITMAP BitMapHeader, _In_ ULONG BitPosition)
{
    return (BOOLEAN)((BitMapHeader->Buffer[BitPosition / 32] >> (BitPosition % 32)) & 1);
}
#define RtlCheckBit(BitMapHeader, BitPosition) RtlCheckBit_((BitMapHeader), (BitPosition))

/* Pages. */
#define ROUND_TO_PAGES(Size) (((ULONG_PTR)(Size) + PAGE_SIZE - 1) & ~(ULONG_PTR)(PAGE_SIZE - 1))
#define BYTES_TO_PAGES(Size) (((Size) >> PAGE_SHIFT) + (((Size) & (PAGE_SIZE - 1)) != 0))
#define BYTE_OFFSET(Va) ((ULONG)((LONG_PTR)(Va) & (PAGE_SIZE - 1)))
#define PAGE_ALIGN(Va) ((PVOID)((ULONG_PTR)(Va) & ~(ULONG_PTR)(PAGE_SIZE - 1)))
#define ADDRESS_AND_SIZE_TO_SPAN_PAGES(Va, Size)                                                                     \
    ((BYTE_OFFSET(Va) + ((SIZE_T)(Size)) + (PAGE_SIZE - 1)) >> PAGE_SHIFT)
#define COMPUTE_PAGES_SPANNED(Va, Size) ADDRESS_AND_SIZE_TO_SPAN_PAGES(Va, Size)
#define ALIGN_DOWN_BY(length, alignment) ((ULONG_PTR)(length) & ~((ULONG_PTR)(alignment) - 1))
#define ALIGN_UP_BY(length, alignment) (ALIGN_DOWN_BY(((ULONG_PTR)(length) + (alignment) - 1), alignment))
#define ALIGN_DOWN_POINTER_BY(address, alignment) ((PVOID)((ULONG_PTR)(address) & ~((ULONG_PTR)(alignment) - 1)))
#define ALIGN_UP_POINTER_BY(address, alignment)                                                                      \
    (ALIGN_DOWN_POINTER_BY(((ULONG_PTR)(address) + (alignment) - 1), alignment))
#define ALIGN_DOWN(length, type) ALIGN_DOWN_BY(length, sizeof(type))
#define ALIGN_UP(length, type) ALIGN_UP_BY(length, sizeof(type))
#define ALIGN_DOWN_POINTER(address, type) ALIGN_DOWN_POINTER_BY(address, sizeof(type))
#define ALIGN_UP_POINTER(address, type) ALIGN_UP_POINTER_BY(address, sizeof(type))
#define LongAlign(Ptr) ((((ULONG_PTR)(Ptr)) + 3) & ~(ULONG_PTR)3)
#define QuadAlign(Ptr) ((((ULONG_PTR)(Ptr)) + 7) & ~(ULONG_PTR)7)
#define LongAlignPtr(Ptr) ((PVOID)LongAlign(Ptr))
#define QuadAlignPtr(Ptr) ((PVOID)QuadAlign(Ptr))

/* The stack locations of an IRP: the current driver's, and the next lower one's. */
OFM_INLINE PIO_STACK_LOCATION IoGetCurrentIrpStackLocation(_In_ PIRP Irp)
{
    return Irp->Tail.Overlay.CurrentStackLocation;
}

OFM_INLINE PIO_STACK_LOCATION IoGetNextIrpStackLocation(_In_ PIRP Irp)
{
    return Irp->Tail.Overlay.CurrentStackLocation - 1;
}

OFM_INLINE void IoSetNextIrpStackLocation(_Inout_ PIRP Irp)
{
    Irp->CurrentLocation--;
    Irp->Tail.Overlay.CurrentStackLocation--;
}

OFM_INLINE void IoSkipCurrentIrpStackLocation(_Inout_ PIRP Irp)
{
    Irp->CurrentLocation++;
    Irp->Tail.Overlay.CurrentStackLocation++;
}

OFM_INLINE void IoCopyCurrentIrpStackLocationToNext(_Inout_ PIRP Irp)
{
    PIO_STACK_LOCATION next = IoGetNextIrpStackLocation(Irp);

    memcpy(next, IoGetCurrentIrpStackLocation(Irp), FIELD_OFFSET(IO_STACK_LOCATION, CompletionRoutine));
    next->Control = 0;
}

OFM_INLINE void IoMarkIrpPending(_Inout_ PIRP Irp)
{
    IoGetCurrentIrpStackLocation(Irp)->Control |= SL_PENDING_RETURNED;
}

OFM_INLINE void IoSetCompletionRoutine(_In_ PIRP Irp, _In_opt_ PIO_COMPLETION_ROUTINE CompletionRoutine,
    _In_opt_ PVOID Context, _In_ BOOLEAN InvokeOnSuccess, _In_ BOOLEAN InvokeOnError, _In_ BOOLEAN InvokeOnCancel)
{
    PIO_STACK_LOCATION next = IoGetNextIrpStackLocation(Irp);

    next->CompletionRoutine = CompletionRoutine;
    next->Context = Context;
    next->Control = (UCHAR)((InvokeOnSuccess ? SL_INVOKE_ON_SUCCESS : 0) | (InvokeOnError ? SL_INVOKE_ON_ERROR : 0) |
        (InvokeOnCancel ? SL_INVOKE_ON_CANCEL : 0));
}

OFM_INLINE PDRIVER_CANCEL IoSetCancelRoutine(_In_ PIRP Irp, _In_opt_ PDRIVER_CANCEL CancelRoutine)
{
    return __atomic_exchange_n(&Irp->CancelRoutine, CancelRoutine, __ATOMIC_SEQ_CST);
}

#define IoSetCancelRoutine(Irp, NewCancelRoutine) (IoSetCancelRoutine)((Irp), (NewCancelRoutine))

/*
 * The lowest address and the end of the running thread's stack. IRQL: any level. Source: nf-ntddk-iogetstacklimits.
 */
NTKERNELAPI void NTAPI IoGetStackLimits(_Out_ PULONG_PTR LowLimit, _Out_ PULONG_PTR HighLimit);

OFM_INLINE ULONG_PTR IoGetRemainingStackSize(void)
{
    ULONG_PTR low, high;

    IoGetStackLimits(&low, &high);
    return (ULONG_PTR)__builtin_frame_address(0) - low;
}

OFM_INLINE void IoInitializeDriverCreateContext(_Out_ PIO_DRIVER_CREATE_CONTEXT DriverContext)
{
    memset(DriverContext, 0, sizeof(IO_DRIVER_CREATE_CONTEXT));
    DriverContext->Size = sizeof(IO_DRIVER_CREATE_CONTEXT);
}

OFM_INLINE void IoInitializePriorityInfo(_In_ PIO_PRIORITY_INFO PriorityInfo)
{
    PriorityInfo->Size = sizeof(IO_PRIORITY_INFO);
    PriorityInfo->ThreadPriority = 0xffff;
    PriorityInfo->IoPriority = IoPriorityNormal;
    PriorityInfo->PagePriority = 0;
}

#if !defined(NOMINMAX) && (!defined(__cplusplus) || defined(_KERNEL_MODE))
#ifndef min
#define min(a, b) (((a) < (b)) ? (a) : (b))
#endif
#ifndef max
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#endif

#ifdef __cplusplus
}
#endif

#endif
