/* Memory: MDLs over ordinary memory, the register of what counts as user memory, sections, routine addresses.
 * The manager's memory is one Linux address space: "user" is what a room has registered as an application's. */
#ifndef OFM_MM_MM_H
#define OFM_MM_MM_H

#include <fltkernel.h>
#include <stdbool.h>
#include <stddef.h>

NTSTATUS mm_init(void); /* by ps_init */

/* User memory (P-97): mount buffers, a connection's area. Ranges may nest or overlap; each add needs its remove. Registering
 * is for set-up (a worker's buffer once), not for each operation. */
void mm_user_range_add(const volatile void *start, size_t length);
void mm_user_range_remove(const volatile void *start, size_t length);
bool mm_is_user_range(const volatile void *start, size_t length);

/* Reads or writes memory that may vanish, in this process: false instead of a fault. */
bool mm_copy_guarded(void *to, const void *from, size_t length);

/* Sections over a file: how io gives bytes. All at PASSIVE_LEVEL. */
struct mm_file_ops {
    NTSTATUS (*size)(PFILE_OBJECT file, ULONGLONG *bytes);
    NTSTATUS (*read)(PFILE_OBJECT file, ULONGLONG offset, PVOID buffer, SIZE_T length, SIZE_T *done);
    NTSTATUS (*write)(PFILE_OBJECT file, ULONGLONG offset, const void *buffer, SIZE_T length);
    /* A descriptor that can be mapped directly (memfd, base file), or -1: then a copy is made. Owned by the caller afterwards. */
    int (*map_fd)(PFILE_OBJECT file, bool writable);
};
void mm_set_file_ops(const struct mm_file_ops *ops);
/* A section's memory for another process to map, as far as the rights of its handle go (a filter hands a section to its
 * application). The descriptor is the caller's. STATUS_ACCESS_DENIED: the handle may not map; STATUS_INSUFFICIENT_RESOURCES. */
struct mm_lent_section {
    int fd;
    ULONGLONG size;
    ULONG protection; /* the most that a view may ask for: PAGE_READONLY (also PAGE_WRITECOPY), PAGE_READWRITE */
};
NTSTATUS mm_section_lend(PVOID section, ACCESS_MASK granted, struct mm_lent_section *lent);

/* Address of an exported routine: Nt..., Ke..., Flt... of the manager's own exports only; NULL when not exported. */
PVOID mm_routine_address(const char *name);

/* Tells MDLs, contiguous memory and views a driver left; returns how many. */
ULONG mm_report_leaks(const char *driver);

#endif
