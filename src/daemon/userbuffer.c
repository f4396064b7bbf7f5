/*
 * User memory for calls. See userbuffer.h. Small buffers are cut from chunks that are registered with mm once
 * and kept; large ones are mapped and registered each. A shard is a list for each size; threads are spread
 * over the shards, so that two files rarely meet at one lock. A buffer goes back where it came from: reads that one
 * thread starts and another's writes end would fill the one's shard and empty the other's for ever.
 */
#include "daemon/userbuffer.h"

#include "ntoskrnl/mm/mm.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>

#define SHARDS 16
#define SIZES 4
#define CHUNK ((size_t)1 << 20)

static const size_t sizes[SIZES] = {256, 4096, 65536, 262144};

struct free_buffer {
    struct free_buffer *next;
};

static struct shard {
    pthread_mutex_t lock;
    struct free_buffer *free[SIZES];
} shards[SHARDS] = {[0 ... SHARDS - 1] = {.lock = PTHREAD_MUTEX_INITIALIZER}};

unsigned user_buffer_home(void)
{
    static unsigned next;
    static __thread unsigned mine;

    if (mine == 0)
        mine = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % SHARDS + 1;
    return mine - 1;
}

static int size_index(size_t size)
{
    for (int i = 0; i < SIZES; i++) {
        if (size <= sizes[i])
            return i;
    }
    return -1;
}

static void *map_registered(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return NULL;
    mm_user_range_add(memory, size);
    return memory;
}

/* lock held */
static void add_chunk(struct shard *shard, int index)
{
    uint8_t *chunk = map_registered(CHUNK);

    for (size_t at = 0; chunk != NULL && at < CHUNK; at += sizes[index]) {
        struct free_buffer *buffer = (struct free_buffer *)(chunk + at);
        buffer->next = shard->free[index];
        shard->free[index] = buffer;
    }
}

void *user_buffer_get(unsigned home, size_t size)
{
    struct shard *shard = &shards[home];
    int index = size_index(size);

    if (index < 0)
        return map_registered(size);
    pthread_mutex_lock(&shard->lock);
    if (shard->free[index] == NULL)
        add_chunk(shard, index);
    struct free_buffer *buffer = shard->free[index];
    if (buffer != NULL)
        shard->free[index] = buffer->next;
    pthread_mutex_unlock(&shard->lock);
    return buffer;
}

void user_buffer_put(unsigned home, void *memory, size_t size)
{
    struct shard *shard = &shards[home];
    struct free_buffer *buffer = memory;
    int index = size_index(size);

    if (memory == NULL)
        return;
    if (index < 0) {
        mm_user_range_remove(memory, size);
        munmap(memory, size);
        return;
    }
    pthread_mutex_lock(&shard->lock);
    buffer->next = shard->free[index];
    shard->free[index] = buffer;
    pthread_mutex_unlock(&shard->lock);
}
