/* ERESOURCE: shared or exclusive, recursive, handed over in order. `SpinLock` guards the structure as a futex lock; waiters
 * stand on their threads' stacks in two queues and are granted the resource by whoever releases it.
 * Owners are real threads (ke_current), not the ETHREADs they act for. */
#include <ntifs.h>

#include <stdlib.h>
#include <string.h>

#include "ntoskrnl/ex/leaks.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/lock.h"

#define OWNED_EXCLUSIVE 0x80
#define APC_TOLD 0x8000          /* the driver was told once that APCs were enabled */
#define PC __builtin_return_address(0)

struct resource_waiter {
    struct resource_waiter *next;
    ERESOURCE_THREAD thread;
    uint32_t granted;            /* futex */
};

/* The queues' heads lie in the pointers that Windows uses for its waiters. */
static struct resource_waiter **shared_queue(PERESOURCE resource)
{
    return (struct resource_waiter **)&resource->SharedWaiters;
}

static struct resource_waiter **exclusive_queue(PERESOURCE resource)
{
    return (struct resource_waiter **)&resource->ExclusiveWaiters;
}

static void lock(PERESOURCE resource)
{
    ke_lock((uint32_t *)&resource->SpinLock);
}

static void unlock(PERESOURCE resource)
{
    ke_unlock((uint32_t *)&resource->SpinLock);
}

static ERESOURCE_THREAD self(void)
{
    return (ERESOURCE_THREAD)ke_current();
}

/* ps' call; absent in small test programs. */
#pragma weak KeGetCurrentThread

/* What drivers pass as a thread: the value ExGetCurrentResourceThread gave, or their own PsGetCurrentThread(). */
static ERESOURCE_THREAD thread_of(ERESOURCE_THREAD id)
{
    return KeGetCurrentThread && id == (ERESOURCE_THREAD)KeGetCurrentThread() ? self() : id;
}

/* ---- owners; locked ---- */

static bool is_exclusive(PERESOURCE resource)
{
    return resource->Flag & OWNED_EXCLUSIVE;
}

static ULONG table_size(PERESOURCE resource)
{
    return resource->OwnerTable ? resource->OwnerTable[0].TableSize : 0;
}

/* The thread's entry: OwnerEntry, or one of the table (entry 0 holds the table's size). */
static OWNER_ENTRY *find_owner(PERESOURCE resource, ERESOURCE_THREAD thread)
{
    if (resource->OwnerEntry.OwnerThread == thread)
        return &resource->OwnerEntry;
    for (ULONG i = 1; i < table_size(resource); i++) {
        if (resource->OwnerTable[i].OwnerThread == thread)
            return &resource->OwnerTable[i];
    }
    return NULL;
}

static OWNER_ENTRY *free_entry(PERESOURCE resource)
{
    OWNER_ENTRY *entry = find_owner(resource, 0);
    if (entry)
        return entry;
    ULONG old = table_size(resource), size = old ? old * 2 : 4;
    OWNER_ENTRY *table = realloc(resource->OwnerTable, size * sizeof *table);
    if (!table)
        ke_bug_check(0x1A, (ULONG_PTR)resource, size, 0, 0, "no memory for the owners of a resource");
    memset(table + old, 0, (size - old) * sizeof *table);
    table[0].TableSize = size;
    resource->OwnerTable = table;
    return &table[old ? old : 1];
}

static void add_owner(PERESOURCE resource, ERESOURCE_THREAD thread)
{
    OWNER_ENTRY *entry = free_entry(resource);
    entry->OwnerThread = thread;
    entry->TableSize = 0;
    entry->OwnerCount = 1;
    resource->ActiveEntries++;
    resource->ActiveCount = 1;
}

static void grant_exclusive(PERESOURCE resource, ERESOURCE_THREAD thread)
{
    resource->Flag |= OWNED_EXCLUSIVE;
    resource->OwnerEntry.OwnerThread = thread;
    resource->OwnerEntry.TableSize = 0;
    resource->OwnerEntry.OwnerCount = 1;
    resource->ActiveEntries = 1;
    resource->ActiveCount = 1;
}

/* ---- waiting ---- */

static void enqueue(struct resource_waiter **queue, struct resource_waiter *waiter)
{
    while (*queue)
        queue = &(*queue)->next;
    *queue = waiter;
}

/* The waiter's stack may be gone after the store. */
static void wake(struct resource_waiter *waiter)
{
    uint32_t *word = &waiter->granted;
    __atomic_store_n(word, 1, __ATOMIC_RELEASE); /* pairs with wait_for_grant */
    ke_futex_wake(word, 1);
}

/* Called locked, returns unlocked and granted. */
static void wait_for_grant(PERESOURCE resource, bool exclusive)
{
    struct resource_waiter waiter = {.thread = self()};
    enqueue(exclusive ? exclusive_queue(resource) : shared_queue(resource), &waiter);
    resource->ContentionCount++;
    if (exclusive)
        resource->NumberOfExclusiveWaiters++;
    else
        resource->NumberOfSharedWaiters++;
    unlock(resource);
    ke_about_to_sleep();
    while (!__atomic_load_n(&waiter.granted, __ATOMIC_ACQUIRE))
        ke_futex_wait(&waiter.granted, 0, NULL);
}

static void grant_all_shared(PERESOURCE resource)
{
    struct resource_waiter *next, *waiter = *shared_queue(resource);
    *shared_queue(resource) = NULL;
    resource->NumberOfSharedWaiters = 0;
    for (; waiter; waiter = next) {
        next = waiter->next;
        OWNER_ENTRY *own = find_owner(resource, waiter->thread);
        if (own)
            own->OwnerCount++;
        else
            add_owner(resource, waiter->thread);
        wake(waiter);
    }
}

static void grant_one_exclusive(PERESOURCE resource)
{
    struct resource_waiter *waiter = *exclusive_queue(resource);
    *exclusive_queue(resource) = waiter->next;
    resource->NumberOfExclusiveWaiters--;
    grant_exclusive(resource, waiter->thread);
    wake(waiter);
}

/* After an exclusive owner the readers that waited come first, after readers a writer: neither starves. */
static void hand_over(PERESOURCE resource, bool was_exclusive)
{
    if (*shared_queue(resource) && (was_exclusive || !*exclusive_queue(resource)))
        grant_all_shared(resource);
    else if (*exclusive_queue(resource))
        grant_one_exclusive(resource);
}

/* ---- acquire ---- */

/* Without it a thread could be suspended while it owns the resource: Driver Verifier stops there. Told once a resource. */
static void check_caller(PERESOURCE resource, const char *call, const void *pc)
{
    ke_require_irql_at(call, APC_LEVEL, pc);
    if (KeAreApcsDisabled())
        return;
    lock(resource);
    bool told = resource->Flag & APC_TOLD;
    resource->Flag |= APC_TOLD;
    unlock(resource);
    if (!told)
        ke_report_caller(call, pc, "normal kernel APCs are enabled: enter a critical region first");
}

static bool acquire_exclusive(PERESOURCE resource, bool wait)
{
    ERESOURCE_THREAD thread = self();
    lock(resource);
    if (is_exclusive(resource) && resource->OwnerEntry.OwnerThread == thread) {
        resource->OwnerEntry.OwnerCount++;
    } else if (resource->ActiveEntries == 0) {
        grant_exclusive(resource, thread);
    } else if (wait) {
        if (find_owner(resource, thread))
            ke_bug_check(0xC4, 0x37, (ULONG_PTR)resource, thread, 0, "exclusive acquire of a resource owned shared: deadlock");
        wait_for_grant(resource, true);
        return true;
    } else {
        unlock(resource);
        return false;
    }
    unlock(resource);
    return true;
}

enum share_rule { SHARE_FAIR, SHARE_STARVE, SHARE_AFTER_EXCLUSIVE };

/* May this thread share now, given who waits? */
static bool may_share(PERESOURCE resource, OWNER_ENTRY *own, enum share_rule rule)
{
    if (resource->ActiveEntries == 0)
        return true;
    if (is_exclusive(resource))
        return own != NULL;
    switch (rule) {
    case SHARE_STARVE:
        return true;
    case SHARE_AFTER_EXCLUSIVE:
        return !resource->NumberOfExclusiveWaiters;
    default:
        return own || !resource->NumberOfExclusiveWaiters;
    }
}

static bool acquire_shared(PERESOURCE resource, bool wait, enum share_rule rule)
{
    lock(resource);
    OWNER_ENTRY *own = resource->ActiveEntries ? find_owner(resource, self()) : NULL;
    if (!may_share(resource, own, rule)) {
        if (wait)
            wait_for_grant(resource, false);
        else
            unlock(resource);
        return wait;
    }
    if (own)
        own->OwnerCount++;
    else
        add_owner(resource, self());
    unlock(resource);
    return true;
}

BOOLEAN NTAPI ExAcquireResourceExclusiveLite(PERESOURCE Resource, BOOLEAN Wait)
{
    check_caller(Resource, "ExAcquireResourceExclusiveLite", PC);
    return acquire_exclusive(Resource, Wait);
}

BOOLEAN NTAPI ExTryToAcquireResourceExclusiveLite(PERESOURCE Resource)
{
    check_caller(Resource, "ExTryToAcquireResourceExclusiveLite", PC);
    return acquire_exclusive(Resource, false);
}

BOOLEAN NTAPI ExAcquireResourceSharedLite(PERESOURCE Resource, BOOLEAN Wait)
{
    check_caller(Resource, "ExAcquireResourceSharedLite", PC);
    return acquire_shared(Resource, Wait, SHARE_FAIR);
}

BOOLEAN NTAPI ExAcquireSharedStarveExclusive(PERESOURCE Resource, BOOLEAN Wait)
{
    check_caller(Resource, "ExAcquireSharedStarveExclusive", PC);
    return acquire_shared(Resource, Wait, SHARE_STARVE);
}

BOOLEAN NTAPI ExAcquireSharedWaitForExclusive(PERESOURCE Resource, BOOLEAN Wait)
{
    check_caller(Resource, "ExAcquireSharedWaitForExclusive", PC);
    return acquire_shared(Resource, Wait, SHARE_AFTER_EXCLUSIVE);
}

PVOID NTAPI ExEnterCriticalRegionAndAcquireResourceExclusive(PERESOURCE Resource)
{
    KeEnterCriticalRegion();
    acquire_exclusive(Resource, true);
    return NULL;
}

PVOID NTAPI ExEnterCriticalRegionAndAcquireResourceShared(PERESOURCE Resource)
{
    KeEnterCriticalRegion();
    acquire_shared(Resource, true, SHARE_FAIR);
    return NULL;
}

PVOID NTAPI ExEnterCriticalRegionAndAcquireSharedWaitForExclusive(PERESOURCE Resource)
{
    KeEnterCriticalRegion();
    acquire_shared(Resource, true, SHARE_AFTER_EXCLUSIVE);
    return NULL;
}

/* ---- release ---- */

static void release_owner(PERESOURCE resource, ERESOURCE_THREAD thread, const char *call, const void *pc)
{
    ke_require_irql_at(call, DISPATCH_LEVEL, pc);
    lock(resource);
    OWNER_ENTRY *own = resource->ActiveEntries ? find_owner(resource, thread) : NULL;
    if (!own)
        ke_bug_check_at(0xE3, (ULONG_PTR)resource, thread, (ULONG_PTR)resource->OwnerTable, 2, call, pc);
    if (--own->OwnerCount == 0) {
        bool exclusive = is_exclusive(resource);
        own->OwnerThread = 0;
        resource->Flag &= (USHORT)~OWNED_EXCLUSIVE;
        if (--resource->ActiveEntries == 0) {
            resource->ActiveCount = 0;
            hand_over(resource, exclusive);
        }
    }
    unlock(resource);
}

VOID NTAPI ExReleaseResourceLite(PERESOURCE Resource)
{
    release_owner(Resource, self(), "ExReleaseResourceLite", PC);
}

VOID NTAPI ExReleaseResourceForThreadLite(PERESOURCE Resource, ERESOURCE_THREAD ResourceThreadId)
{
    release_owner(Resource, thread_of(ResourceThreadId), "ExReleaseResourceForThreadLite", PC);
}

VOID NTAPI ExReleaseResourceAndLeaveCriticalRegion(PERESOURCE Resource)
{
    release_owner(Resource, self(), "ExReleaseResourceAndLeaveCriticalRegion", PC);
    KeLeaveCriticalRegion();
}

VOID NTAPI ExConvertExclusiveToSharedLite(PERESOURCE Resource)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    lock(Resource);
    if (!is_exclusive(Resource) || Resource->OwnerEntry.OwnerThread != self())
        ke_bug_check_at(0xE3, (ULONG_PTR)Resource, self(), 0, 1, "ExConvertExclusiveToSharedLite: not the owner", PC);
    Resource->Flag &= (USHORT)~OWNED_EXCLUSIVE;
    grant_all_shared(Resource);
    unlock(Resource);
}

/* Another may release it then, naming the pointer: the low bits mark it as no thread. */
VOID NTAPI ExSetResourceOwnerPointer(PERESOURCE Resource, PVOID OwnerPointer)
{
    lock(Resource);
    OWNER_ENTRY *own = Resource->ActiveEntries ? find_owner(Resource, self()) : NULL;
    if (own)
        own->OwnerThread = (ERESOURCE_THREAD)OwnerPointer;
    unlock(Resource);
    if (!own)
        ke_bug_check_at(0xE3, (ULONG_PTR)Resource, self(), 0, 3, "ExSetResourceOwnerPointer: not an owner", PC);
}

VOID NTAPI ExSetResourceOwnerPointerEx(PERESOURCE Resource, PVOID OwnerPointer, ULONG Flags)
{
    ExSetResourceOwnerPointer(Resource, OwnerPointer);
}

/* ---- queries ---- */

static ULONG count_of(PERESOURCE resource, ERESOURCE_THREAD thread, bool exclusive_only)
{
    lock(resource);
    OWNER_ENTRY *own = resource->ActiveEntries ? find_owner(resource, thread) : NULL;
    ULONG count = own && (!exclusive_only || is_exclusive(resource)) ? own->OwnerCount : 0;
    unlock(resource);
    return count;
}

BOOLEAN NTAPI ExIsResourceAcquiredExclusiveLite(PERESOURCE Resource)
{
    return count_of(Resource, self(), true) != 0;
}

/* How often; the exclusive owner counts too. */
ULONG NTAPI ExIsResourceAcquiredSharedLite(PERESOURCE Resource)
{
    return count_of(Resource, self(), false);
}

ULONG NTAPI ExGetExclusiveWaiterCount(PERESOURCE Resource)
{
    lock(Resource);
    ULONG count = Resource->NumberOfExclusiveWaiters;
    unlock(Resource);
    return count;
}

ULONG NTAPI ExGetSharedWaiterCount(PERESOURCE Resource)
{
    lock(Resource);
    ULONG count = Resource->NumberOfSharedWaiters;
    unlock(Resource);
    return count;
}

#undef ExGetCurrentResourceThread
ERESOURCE_THREAD NTAPI ExGetCurrentResourceThread(VOID)
{
    return self();
}

VOID NTAPI ExDisableResourceBoostLite(PERESOURCE Resource)
{
}

/* ---- life ---- */

NTSTATUS NTAPI ExInitializeResourceLite(PERESOURCE Resource)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    memset(Resource, 0, sizeof *Resource);
    Resource->Address = PC;
    ex_leak_add(EX_LEAK_RESOURCE, &Resource->SystemResourcesList);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ExDeleteResourceLite(PERESOURCE Resource)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (Resource->ActiveEntries)
        ke_report_caller("ExDeleteResourceLite", PC, "resource %p is still owned", (void *)Resource);
    ex_leak_remove(EX_LEAK_RESOURCE, &Resource->SystemResourcesList);
    free(Resource->OwnerTable);
    Resource->OwnerTable = NULL;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ExReinitializeResourceLite(PERESOURCE Resource)
{
    void *creator = Resource->Address;
    LIST_ENTRY links = Resource->SystemResourcesList;
    free(Resource->OwnerTable);
    memset(Resource, 0, sizeof *Resource);
    Resource->SystemResourcesList = links;
    Resource->Address = creator;
    return STATUS_SUCCESS;
}
