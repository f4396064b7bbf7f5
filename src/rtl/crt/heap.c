/* malloc and its family over the host's allocator. A block starts with its size, so that realloc and _msize work over
 * any allocator (the pool keeps its sizes to itself). */
#include "rtl/crt/crt.h"

#include <stdlib.h>
#include <string.h>

struct block {
    size_t size;
    void *base; /* what the host gave */
};

static struct block *header_of(void *memory)
{
    return (struct block *)memory - 1;
}

#define CALLER __builtin_return_address(0)

static void *allocate(size_t size, size_t alignment, const void *caller)
{
    size_t extra = sizeof(struct block) + (alignment > 16 ? alignment : 0);
    char *base = size > SIZE_MAX / 2 || alignment > SIZE_MAX / 4 ? NULL : crt_hooks.allocate(size + extra, caller);

    if (!base) {
        errno = ENOMEM;
        return NULL;
    }
    uintptr_t at = (uintptr_t)base + sizeof(struct block);
    if (alignment > 16)
        at = (at + alignment - 1) & ~(uintptr_t)(alignment - 1);
    *header_of((void *)at) = (struct block){size, base};
    return (void *)at;
}

void *crt_allocate(size_t size, const void *caller)
{
    return allocate(size, 16, caller);
}

CRT_EXPORT void *crt_malloc(size_t size)
{
    return allocate(size, 16, CALLER);
}

CRT_EXPORT void crt_free(void *memory)
{
    if (memory)
        crt_hooks.release(header_of(memory)->base, CALLER);
}

CRT_EXPORT void *crt_calloc(size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    void *memory = allocate(total, 16, CALLER);
    return memory ? memset(memory, 0, total) : NULL;
}

CRT_EXPORT size_t crt__msize(void *memory)
{
    return memory ? header_of(memory)->size : (crt_invalid("_msize", "NULL block", EINVAL), CRT_TRUNCATE);
}

static void *reallocate(void *memory, size_t size, size_t alignment, const void *caller)
{
    if (!memory)
        return allocate(size, alignment, caller);
    if (size == 0) {
        crt_hooks.release(header_of(memory)->base, caller);
        return NULL;
    }
    void *larger = allocate(size, alignment, caller);
    if (!larger)
        return NULL;
    size_t old = header_of(memory)->size;
    memcpy(larger, memory, old < size ? old : size);
    crt_hooks.release(header_of(memory)->base, caller);
    return larger;
}

CRT_EXPORT void *crt_realloc(void *memory, size_t size)
{
    return reallocate(memory, size, 16, CALLER);
}

CRT_EXPORT void *crt__recalloc(void *memory, size_t count, size_t size)
{
    size_t total, old = memory ? header_of(memory)->size : 0;

    if (__builtin_mul_overflow(count, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    char *larger = reallocate(memory, total, 16, CALLER);
    if (larger && total > old)
        memset(larger + old, 0, total - old);
    return larger;
}

static bool is_power_of_two(size_t value)
{
    return value && !(value & (value - 1));
}

CRT_EXPORT void *crt__aligned_malloc(size_t size, size_t alignment)
{
    if (!is_power_of_two(alignment)) {
        crt_invalid("_aligned_malloc", "the alignment is no power of two", EINVAL);
        return NULL;
    }
    return allocate(size, alignment, CALLER);
}

CRT_EXPORT void *crt__aligned_realloc(void *memory, size_t size, size_t alignment)
{
    if (!is_power_of_two(alignment)) {
        crt_invalid("_aligned_realloc", "the alignment is no power of two", EINVAL);
        return NULL;
    }
    return reallocate(memory, size, alignment, CALLER);
}

CRT_EXPORT void crt__aligned_free(void *memory)
{
    if (memory)
        crt_hooks.release(header_of(memory)->base, CALLER);
}
