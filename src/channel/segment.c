/* Segments of shared memory. See segment.h. */
#include "channel/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static int make_segment(size_t size, uint8_t **base)
{
    int fd = memfd_create("openfltmgr-connection", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0)
        return -errno;
    if (ftruncate(fd, (off_t)size) < 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        int error = errno;
        close(fd);
        return -error;
    }
    madvise(map, size, MADV_DONTFORK);
    *base = map;
    return fd;
}

int chan_segments_add(struct chan_segments *segments, size_t size, int *fd_out)
{
    unsigned n = segments->count;

    if (n == CHAN_MAX_SEGMENTS)
        return -ENOSPC;
    if (size == 0 || size > INT32_MAX)
        return -EINVAL;
    size = (size + 4095) & ~(size_t)4095;
    int fd = make_segment(size, &segments->each[n].base);
    if (fd < 0)
        return fd;
    segments->each[n].size = size;
    segments->each[n].fd = fd;
    __atomic_store_n(&segments->count, n + 1, __ATOMIC_RELEASE);
    *fd_out = fd;
    return (int)n;
}

void chan_segments_destroy(struct chan_segments *segments)
{
    for (unsigned i = 0; i < segments->count; i++) {
        munmap(segments->each[i].base, segments->each[i].size);
        close(segments->each[i].fd);
    }
    segments->count = 0;
}

size_t chan_segments_bytes(const struct chan_segments *segments)
{
    size_t sum = 0;

    for (unsigned i = 0; i < segments->count; i++)
        sum += segments->each[i].size;
    return sum;
}

void *chan_segments_map(const struct chan_segments *segments, uint32_t reserved, uint32_t segment,
    uint32_t offset, uint32_t length)
{
    if (segment >= __atomic_load_n(&segments->count, __ATOMIC_ACQUIRE))
        return NULL;
    uint32_t first = segment == 0 ? reserved : 0;
    size_t size = segments->each[segment].size;
    if (offset < first || offset > size || length > size - offset)
        return NULL;
    return segments->each[segment].base + offset;
}
