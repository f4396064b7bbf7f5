/* Sections: memory that can be mapped, behind a handle. */
#ifndef OFM_KERNEL32_MAPPING_H
#define OFM_KERNEL32_MAPPING_H

#include "kernel32/handle.h"

/* A section over a descriptor, which it owns from now on; protect is PAGE_... NULL without memory (fd is closed). */
struct k32_object *k32_section_new(int fd, uint64_t size, DWORD protect);

/* The descriptor of a file object, or -1. */
int k32_file_descriptor(struct k32_object *object);

#endif
