/* Resources and lookaside lists that nobody deleted. One lock guards both lists; it is taken under the pool's stripe locks never. */
#include "ntoskrnl/ex/leaks.h"

#include <string.h>

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/lock.h"

static const char *const kind_names[EX_LEAK_KINDS] = {"resource (ExInitializeResourceLite)", "lookaside list"};
static uint32_t leaks_lock;
static LIST_ENTRY lists[EX_LEAK_KINDS] = {{&lists[0], &lists[0]}, {&lists[1], &lists[1]}};
static ULONG count;

void ex_leak_add(enum ex_leak_kind kind, LIST_ENTRY *links)
{
    ke_lock(&leaks_lock);
    InsertTailList(&lists[kind], links);
    __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
    ke_unlock(&leaks_lock);
}

static void remove_locked(LIST_ENTRY *links)
{
    RemoveEntryList(links);
    links->Flink = NULL;
    __atomic_sub_fetch(&count, 1, __ATOMIC_RELAXED);
}

void ex_leak_remove(enum ex_leak_kind kind, LIST_ENTRY *links)
{
    ke_lock(&leaks_lock);
    if (links->Flink)
        remove_locked(links);
    ke_unlock(&leaks_lock);
}

/* Who made it: the address kept in the structure, or the one it lies at (a global of the driver). */
static const char *maker_of(enum ex_leak_kind kind, LIST_ENTRY *links)
{
    const void *pc;
    if (kind == EX_LEAK_RESOURCE)
        pc = CONTAINING_RECORD(links, ERESOURCE, SystemResourcesList)->Address;
    else
        memcpy(&pc, CONTAINING_RECORD(links, GENERAL_LOOKASIDE, ListEntry)->Future, sizeof pc);
    const char *name = ke_image_name(pc);
    return name ? name : ke_image_name(links);
}

static bool is_of(enum ex_leak_kind kind, LIST_ENTRY *links, const char *driver)
{
    const char *maker = maker_of(kind, links);
    return maker && !strcmp(maker, driver);
}

/* The first that belongs to the driver, or lies in the memory when driver is NULL; taken out of its list. */
static const char *take(const char *driver, const char *start, const char *end, void **object)
{
    for (int kind = 0; kind < EX_LEAK_KINDS; kind++) {
        for (LIST_ENTRY *at = lists[kind].Flink; at != &lists[kind]; at = at->Flink) {
            const char *address = (const char *)at;
            if (driver ? is_of((enum ex_leak_kind)kind, at, driver) : address >= start && address < end) {
                remove_locked(at);
                *object = at;
                return kind_names[kind];
            }
        }
    }
    return NULL;
}

static ULONG take_all(const char *driver, const char *start, const char *end, const char *call, const char *teller)
{
    for (ULONG taken = 0;; taken++) {
        void *object = NULL;
        ke_lock(&leaks_lock);
        const char *what = take(driver, start, end, &object);
        ke_unlock(&leaks_lock);
        if (!what)
            return taken;
        ke_report(teller, call, "%s at %p was not deleted", what, object);
    }
}

void ex_leak_memory_freed(const void *start, size_t size, const void *pc)
{
    if (__atomic_load_n(&count, __ATOMIC_RELAXED))
        take_all(NULL, start, (const char *)start + size, "ExFreePool", ke_driver_of(pc));
}

ULONG ex_report_leaks(const char *driver)
{
    ULONG told = driver ? take_all(driver, NULL, NULL, "unload", driver) : 0;
    return told + ex_pool_report(driver);
}
