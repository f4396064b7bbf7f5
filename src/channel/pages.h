/*
 * Zeroed pages of a connection's own end: those never used take no memory. A leak checker looks for pointers there.
 */
#ifndef OFM_CHANNEL_PAGES_H
#define OFM_CHANNEL_PAGES_H

#include <stddef.h>

/* NULL with errno when there are no more. */
void *chan_pages_allocate(size_t size);
void chan_pages_free(void *pages, size_t size);

#endif
