/* The list of what drivers hold of this room. One list under one lock: these calls are rare. */
#include "ntoskrnl/mm/record.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/lock.h"
#include "ntoskrnl/mm/mm.h"

#include <stdlib.h>
#include <string.h>

static struct entry {
    struct entry *next;
    struct mm_record record;
} *entries;
static uint32_t entries_lock; /* entries and what is behind it */

bool mm_record_add(const struct mm_record *record, const void *pc)
{
    struct entry *entry = malloc(sizeof(*entry));

    if (!entry)
        return false;
    entry->record = *record;
    entry->record.driver = ke_driver_name(ke_driver_of(pc));
    ke_lock(&entries_lock);
    entry->next = entries;
    entries = entry;
    ke_unlock(&entries_lock);
    return true;
}

static bool holds(const struct mm_record *record, const void *address, bool inside)
{
    const char *start = record->start, *at = address;

    return inside ? at >= start && at < start + record->length : at == start;
}

/* The link that points to the entry; entries_lock is held. */
static struct entry **find(enum mm_kind kind, const void *address, bool inside)
{
    struct entry **link = &entries;

    while (*link && ((*link)->record.kind != kind || !holds(&(*link)->record, address, inside)))
        link = &(*link)->next;
    return link;
}

bool mm_record_remove(enum mm_kind kind, const void *start, bool inside, struct mm_record *found)
{
    ke_lock(&entries_lock);
    struct entry **link = find(kind, start, inside), *entry = *link;
    if (entry)
        *link = entry->next;
    ke_unlock(&entries_lock);
    if (!entry)
        return false;
    if (found)
        *found = entry->record;
    free(entry);
    return true;
}

bool mm_record_find(enum mm_kind kind, const void *address, struct mm_record *found)
{
    ke_lock(&entries_lock);
    struct entry *entry = *find(kind, address, true);
    if (entry)
        *found = entry->record;
    ke_unlock(&entries_lock);
    return entry != NULL;
}

ULONG mm_report_leaks(const char *driver)
{
    static const char *const what[MM_KINDS] = {
        [MM_PAGES] = "pages of MmAllocatePagesForMdl",
        [MM_CONTIGUOUS] = "contiguous memory",
        [MM_VIEW] = "a view of a section",
        [MM_SYSTEM_VIEW] = "a view of a section in system space",
        [MM_VIRTUAL] = "virtual memory",
        [MM_MAPPING] = "a reserved mapping",
    };
    ULONG count = 0;

    ke_lock(&entries_lock);
    for (struct entry *e = entries; e; e = e->next) {
        if (!e->record.driver || (driver && strcmp(driver, e->record.driver)))
            continue;
        ke_report(e->record.driver, "unload", "%s left behind: %p, %zu bytes", what[e->record.kind], e->record.start,
            e->record.length);
        count++;
    }
    ke_unlock(&entries_lock);
    return count;
}
