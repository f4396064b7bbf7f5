/* memcpy and its family: memory.h and string.h. */
#ifndef _OFM_CRT_MEM_H
#define _OFM_CRT_MEM_H

#include "_crt.h"

_CRT_BEGIN
void *memcpy(void *to, const void *from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
int memcmp(const void *a, const void *b, size_t count);
void *memchr(const void *in, int value, size_t count);
void *memccpy(void *to, const void *from, int stop, size_t count);
void *_memccpy(void *to, const void *from, int stop, size_t count) __asm__("memccpy");
int _memicmp(const void *a, const void *b, size_t count) _CRTBIND(_memicmp);
int memicmp(const void *a, const void *b, size_t count) _CRTBIND_AS(memicmp, _memicmp);
errno_t memcpy_s(void *to, rsize_t capacity, const void *from, rsize_t count) _CRTBIND(memcpy_s);
errno_t memmove_s(void *to, rsize_t capacity, const void *from, rsize_t count) _CRTBIND(memmove_s);
_CRT_END

#endif
