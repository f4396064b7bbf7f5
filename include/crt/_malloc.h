/* The heap: malloc.h and stdlib.h. In a driver it is the pool, counted for that driver. */
#ifndef _OFM_CRT_MALLOC_H
#define _OFM_CRT_MALLOC_H

#include "_crt.h"

_CRT_BEGIN
void *malloc(size_t size) _CRTBIND(malloc);
void *calloc(size_t count, size_t size) _CRTBIND(calloc);
void *realloc(void *block, size_t size) _CRTBIND(realloc);
void free(void *block) _CRTBIND(free);
size_t _msize(void *block) _CRTBIND(_msize);
void *_recalloc(void *block, size_t count, size_t size) _CRTBIND(_recalloc);
void *_aligned_malloc(size_t size, size_t alignment) _CRTBIND(_aligned_malloc);
void *_aligned_realloc(void *block, size_t size, size_t alignment) _CRTBIND(_aligned_realloc);
void _aligned_free(void *block) _CRTBIND(_aligned_free);
_CRT_END

#define _alloca __builtin_alloca
#define alloca __builtin_alloca
#define _malloca(size) malloc(size)
#define _freea(block) free(block)

#endif
