/*
 * Blocks. See block.h. A block for one large message lives as long as that message, and the C library gives so much memory back to the
 * kernel and asks for it again, with a page fault for each of its pages: a message of 64 KiB cost more for that than for all its
 * copies. So blocks of 16 KiB to 1 MiB come in sizes, eight to each doubling, and the last few megabytes that are free are kept,
 * a list and a lock for each size; sizes that are no longer used give way. What is kept is in no queue and does not count.
 */
#include "msfs/block.h"

#include "msfs/queue.h"

#include <pthread.h>
#include <stdlib.h>

#define FIRST_DOUBLING 14u /* 16 KiB */
#define DOUBLINGS 6u       /* up to 1 MiB */
#define STEPS 8u
#define MOST_KEPT ((size_t)8 << 20)

size_t msfs_queue_bound = SIZE_MAX;
static size_t memory; /* __atomic: of all blocks in use */

static struct kept {
    pthread_mutex_t lock;
    struct msfs_block *free;
} sizes[DOUBLINGS * STEPS] = {[0 ... DOUBLINGS * STEPS - 1] = {.lock = PTHREAD_MUTEX_INITIALIZER}};
static size_t kept; /* __atomic: bytes in all lists */

size_t msfs_queue_memory(void)
{
    return __atomic_load_n(&memory, __ATOMIC_RELAXED);
}

static bool take_memory(size_t bytes)
{
    size_t now = __atomic_add_fetch(&memory, bytes, __ATOMIC_RELAXED);
    if (now <= __atomic_load_n(&msfs_queue_bound, __ATOMIC_RELAXED))
        return true;
    __atomic_sub_fetch(&memory, bytes, __ATOMIC_RELAXED);
    return false;
}

static void give_memory(size_t bytes)
{
    __atomic_sub_fetch(&memory, bytes, __ATOMIC_RELAXED);
}

/* The list for blocks of so many bytes with their head, which are rounded up to its size; NULL: none. */
static struct kept *list_of(size_t *whole)
{
    if (*whole <= (size_t)1 << FIRST_DOUBLING || *whole > (size_t)1 << (FIRST_DOUBLING + DOUBLINGS))
        return NULL;
    unsigned doubling = 63u - (unsigned)__builtin_clzl(*whole - 1); /* 2^doubling < whole <= 2^(doubling + 1) */
    size_t step = ((size_t)1 << doubling) / STEPS;
    size_t steps = (*whole + step - 1) / step; /* STEPS + 1 to 2 * STEPS */
    *whole = steps * step;
    return &sizes[(doubling - FIRST_DOUBLING) * STEPS + steps - STEPS - 1];
}

static struct msfs_block *take_kept(struct kept *list)
{
    pthread_mutex_lock(&list->lock);
    struct msfs_block *block = list->free;
    if (block)
        list->free = block->next;
    pthread_mutex_unlock(&list->lock);
    if (block)
        __atomic_sub_fetch(&kept, block->whole, __ATOMIC_RELAXED);
    return block;
}

/* Frees what is kept in one size after the other until all is within its limit. */
static void make_way(void)
{
    static unsigned next;

    for (unsigned i = 0; i < DOUBLINGS * STEPS && __atomic_load_n(&kept, __ATOMIC_RELAXED) > MOST_KEPT; i++) {
        struct kept *list = &sizes[__atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % (DOUBLINGS * STEPS)];
        free(take_kept(list));
    }
}

static void keep(struct kept *list, struct msfs_block *block)
{
    bool much = __atomic_add_fetch(&kept, block->whole, __ATOMIC_RELAXED) > MOST_KEPT;
    pthread_mutex_lock(&list->lock);
    block->next = list->free;
    list->free = block;
    pthread_mutex_unlock(&list->lock);
    if (much)
        make_way();
}

struct msfs_block *msfs_block_new(size_t size)
{
    size_t whole = sizeof(struct msfs_block) + size;
    if (whole > UINT32_MAX)
        return NULL;
    struct kept *list = list_of(&whole);
    if (!take_memory(whole))
        return NULL;
    struct msfs_block *block = list ? take_kept(list) : NULL;
    if (!block && !(block = malloc(whole))) {
        give_memory(whole);
        return NULL;
    }
    block->next = NULL;
    block->size = (uint32_t)size;
    block->whole = (uint32_t)whole;
    block->filled = block->taken = 0;
    return block;
}

void msfs_block_free(struct msfs_block *block)
{
    size_t whole = block->whole;
    struct kept *list = list_of(&whole);
    give_memory(whole);
    if (list)
        keep(list, block);
    else
        free(block);
}

void msfs_block_drop(struct msfs_block *block)
{
    while (block) {
        struct msfs_block *next = block->next;
        msfs_block_free(block);
        block = next;
    }
}
