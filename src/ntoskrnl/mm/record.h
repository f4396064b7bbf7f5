/* What drivers hold of this room: pages, contiguous memory, views, mappings. Each is known by its address, told when it is left. */
#ifndef OFM_MM_RECORD_H
#define OFM_MM_RECORD_H

#include <stdbool.h>
#include <stddef.h>

enum mm_kind { MM_PAGES, MM_CONTIGUOUS, MM_VIEW, MM_SYSTEM_VIEW, MM_VIRTUAL, MM_MAPPING, MM_KINDS };

struct mm_record {
    enum mm_kind kind;
    void *start;
    size_t length;
    const char *driver; /* lives as long as the process; NULL: the manager itself */
    void *owner;        /* MM_VIEW: the section, referenced */
};

/* False: no memory. `pc` tells the driver. */
bool mm_record_add(const struct mm_record *record, const void *pc);
/* Takes the record of this kind that starts at (or, with `inside`, holds) the address out, into *found. */
bool mm_record_remove(enum mm_kind kind, const void *start, bool inside, struct mm_record *found);
/* Copies the record that holds the address. */
bool mm_record_find(enum mm_kind kind, const void *address, struct mm_record *found);

#endif
