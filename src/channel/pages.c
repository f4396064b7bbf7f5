/* Zeroed pages. See pages.h. */
#include "channel/pages.h"

#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#else
/* Only a leak checker has to be told: it looks for pointers in the heap and in data, not in mappings. */
#define __lsan_register_root_region(pages, size) ((void)(pages), (void)(size))
#define __lsan_unregister_root_region(pages, size) ((void)(pages), (void)(size))
#endif

void *chan_pages_allocate(size_t size)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED)
        return NULL;
    __lsan_register_root_region(pages, size);
    return pages;
}

void chan_pages_free(void *pages, size_t size)
{
    __lsan_unregister_root_region(pages, size);
    munmap(pages, size);
}
