/* The defaults of rtl_host: the C library's heap, no IRQL. */
#include "rtl/host.h"

#include <stdlib.h>

struct rtl_host rtl_host = {malloc, free, NULL};

void *rtl_allocate(size_t size)
{
    return rtl_host.allocate(size);
}

void rtl_release(void *memory)
{
    if (memory)
        rtl_host.release(memory);
}
