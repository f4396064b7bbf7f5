/* What the benchmarks share: a clock, samples of rounds, and a line of JSON a row. */
#ifndef OFM_BENCH_MEASURE_H
#define OFM_BENCH_MEASURE_H

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_ROUNDS 101

struct sample {
    const char *row;      /* what was measured: "FltSendMessage", "SEQPACKET" */
    char cell[64];        /* under which conditions: "64 B, two CPUs" */
    const char *unit;
    double value[MAX_ROUNDS];
    int count;
};

static inline double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline void add_value(struct sample *sample, double value)
{
    if (sample->count < MAX_ROUNDS)
        sample->value[sample->count++] = value;
}

/* One line: the values of all rounds. bench/run makes the table. */
static inline void print_sample(const char *bench, const struct sample *sample)
{
    printf("{\"bench\": \"%s\", \"row\": \"%s\", \"cell\": \"%s\", \"unit\": \"%s\", \"values\": [", bench, sample->row, sample->cell, sample->unit);
    for (int i = 0; i < sample->count; i++)
        printf("%s%.5g", i ? ", " : "", sample->value[i]);
    printf("]}\n");
    fflush(stdout);
}

static inline int environment_number(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
}

/* mask 0: all CPUs. */
static inline void pin(int pid, unsigned mask)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int cpu = 0; cpu < 32; cpu++) {
        if (!mask || (mask >> cpu & 1))
            CPU_SET(cpu, &set);
    }
    sched_setaffinity(pid, sizeof set, &set);
}

#endif
