/* The one-way loop. See flow.h. */
#include "flow.h"
#include "measure.h"

#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST_MESSAGES 2048 /* of a burst */
#define MOST_BYTES (4 << 20)

struct flow {
    _Atomic uint32_t bursts; /* that the reader has taken whole: a futex */
    double ended;            /* when it had the last message of that burst */
};

static struct flow *flow;

int make_flow(void)
{
    int fd = memfd_create("bench flow", 0);
    if (fd < 0 || ftruncate(fd, sizeof *flow) || dup2(fd, FLOW_FD) < 0) {
        perror("memfd");
        return 0;
    }
    return 1;
}

static int map_flow(void)
{
    flow = mmap(NULL, sizeof *flow, PROT_READ | PROT_WRITE, MAP_SHARED, FLOW_FD, 0);
    if (flow != MAP_FAILED)
        return 1;
    perror("mmap of the flow");
    return 0;
}

static unsigned burst_of(const struct cell *cell)
{
    size_t messages = MOST_BYTES / cell->size;
    return messages > MOST_MESSAGES ? MOST_MESSAGES : messages < 8 ? 8 : (unsigned)messages;
}

/* Seconds from the first write to the last read; below 0 after a message. */
static double write_burst(const struct cell *cell, char *message, int (*write)(const void *, size_t))
{
    uint32_t seen = atomic_load_explicit(&flow->bursts, memory_order_relaxed);
    unsigned count = burst_of(cell);
    double begin = seconds_now();
    for (unsigned i = 0; i < count; i++) {
        uint64_t stamp = i, end = ~stamp;
        memcpy(message + cell->size - sizeof end, &end, sizeof end);
        memcpy(message, &stamp, sizeof stamp);
        if (!write(message, cell->size))
            return -1;
    }
    while (atomic_load_explicit(&flow->bursts, memory_order_acquire) == seen) /* pairs with the release of run_reader */
        syscall(SYS_futex, &flow->bursts, FUTEX_WAIT, seen, NULL, NULL, 0);
    return flow->ended - begin;
}

int run_writer(const struct cell *cell, int (*write)(const void *message, size_t size))
{
    double spent = 0, seconds = cell->ms / 1000.0, begin = seconds_now();
    unsigned long bursts = 0;
    char *message;
    if (!map_flow() || posix_memalign((void **)&message, 4096, cell->size))
        return 0;
    memset(message, 'w', cell->size);
    do { /* warm-up */
        if (write_burst(cell, message, write) < 0)
            return 0;
    } while (seconds_now() - begin < seconds / 4);
    for (begin = seconds_now(); bursts == 0 || seconds_now() - begin < seconds; bursts++) {
        double burst = write_burst(cell, message, write);
        if (burst < 0)
            return 0;
        spent += burst;
    }
    double us = spent / (double)(bursts * burst_of(cell)) * 1e6;
    printf("{\"us\": %.5g, \"per_second\": %.6g, \"bursts\": %lu}\n", us, 1e6 / us, bursts);
    fflush(stdout);
    return 1;
}

void run_reader(const struct cell *cell, long (*read)(void *message, size_t size))
{
    unsigned count = burst_of(cell);
    char *message;
    if (!map_flow() || posix_memalign((void **)&message, 4096, cell->size))
        return;
    for (unsigned taken = 0;;) {
        uint64_t stamp, end;
        if (read(message, cell->size) != (long)cell->size)
            return;
        memcpy(&stamp, message, sizeof stamp);
        memcpy(&end, message + cell->size - sizeof end, sizeof end);
        if (stamp != taken || end != ~stamp) {
            fprintf(stderr, "message %u came as %llx .. %llx\n", taken, (unsigned long long)stamp, (unsigned long long)end);
            return;
        }
        if (++taken < count)
            continue;
        taken = 0;
        flow->ended = seconds_now();
        atomic_fetch_add_explicit(&flow->bursts, 1, memory_order_release);
        syscall(SYS_futex, &flow->bursts, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
}
