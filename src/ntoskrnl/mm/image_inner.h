/* Between the parts of the image loader: image.c loads and finds, image_check.c reads the file, image_stub.c
 * makes stubs. */
#ifndef OFM_MM_IMAGE_INNER_H
#define OFM_MM_IMAGE_INNER_H

#include "ntoskrnl/mm/image.h"
#include "rtl/elf.h"

#include <link.h>

/* A memory file with a copy of the driver in which the missing functions are weak, so that it loads; -1 with
 * errno. */
int mm_stub_copy(const char *path, const struct mm_load_report *report);
/* Lets every reference to a missing function point to a stub. The block is freed with mm_stub_free. */
struct mm_stubs;
struct mm_stubs *mm_stub_install(
    const struct link_map *map, const char *driver, const struct mm_load_report *report);
void mm_stub_free(struct mm_stubs *stubs);

#endif
