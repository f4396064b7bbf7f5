/* Heaps. There is one behind all handles: the C library's; a heap of its own frees its blocks when destroyed. */
#ifndef _HEAPAPI_H_
#define _HEAPAPI_H_

#include "minwinbase.h"

EXTERN_C_START
/* The heap of the process, which always is there. Source: nf-heapapi-getprocessheap. */
WINBASEAPI HANDLE WINAPI GetProcessHeap(void);
/*
 * A heap of its own: HeapDestroy frees all of it at once. The sizes are not used: it grows. NULL with
 * ERROR_NOT_ENOUGH_MEMORY. Source: nf-heapapi-heapcreate.
 */
WINBASEAPI HANDLE WINAPI HeapCreate(DWORD options, SIZE_T initial, SIZE_T maximum);
/*
 * Frees the heap with all its blocks; not the process' own. FALSE with ERROR_INVALID_HANDLE. Source:
 * nf-heapapi-heapdestroy.
 */
WINBASEAPI BOOL WINAPI HeapDestroy(HANDLE heap);
/*
 * A block of size bytes; HEAP_ZERO_MEMORY clears it. NULL with ERROR_NOT_ENOUGH_MEMORY. Freed with HeapFree. Source:
 * nf-heapapi-heapalloc.
 */
WINBASEAPI LPVOID WINAPI HeapAlloc(HANDLE heap, DWORD flags, SIZE_T size);
/*
 * The block with another size in bytes, perhaps elsewhere; HEAP_ZERO_MEMORY clears what is new. NULL, and the old
 * one stays: ERROR_NOT_ENOUGH_MEMORY, also with HEAP_REALLOC_IN_PLACE_ONLY when it would have to move. Source:
 * nf-heapapi-heaprealloc.
 */
WINBASEAPI LPVOID WINAPI HeapReAlloc(HANDLE heap, DWORD flags, LPVOID block, SIZE_T size);
/*
 * Frees a block; NULL is fine. FALSE with ERROR_INVALID_PARAMETER: it is of another heap. Source:
 * nf-heapapi-heapfree.
 */
WINBASEAPI BOOL WINAPI HeapFree(HANDLE heap, DWORD flags, LPVOID block);
/* The size in bytes that was asked for. Source: nf-heapapi-heapsize. */
WINBASEAPI SIZE_T WINAPI HeapSize(HANDLE heap, DWORD flags, LPCVOID block);
EXTERN_C_END

#endif
