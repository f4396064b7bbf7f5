/* The timing loop. See trip.h. */
#include "trip.h"
#include "measure.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define MOST_TIMES 20000 /* single times kept of a sender, for the median and the tail of a sample with gaps */
#define LONGEST_SAMPLE 60 /* seconds */

struct sender {
    const struct cell *cell;
    const struct caller *caller;
    unsigned index;
    uint64_t asked;
    char *request;
    pthread_barrier_t *gate; /* all begin together; all have ended */
    double seconds;          /* spent in round trips */
    unsigned long trips, kept;
    float *times; /* microseconds */
    int failed;
};

/* ---- options ---- */

struct option {
    const char *name;
    unsigned *number;
    const char **text;
};

int read_cell(struct cell *cell, int skip, int argc, char **argv)
{
    unsigned size = 64;
    *cell = (struct cell){.senders = 1, .readers = 1, .ms = 100, .connections = 1, .ports = 1, .place = "any", .way = "sync"};
    struct option options[] = {{"--size", &size, NULL}, {"--senders", &cell->senders, NULL}, {"--readers", &cell->readers, NULL},
        {"--gap", &cell->gap, NULL}, {"--ms", &cell->ms, NULL}, {"--connections", &cell->connections, NULL}, {"--ports", &cell->ports, NULL},
        {"--place", NULL, &cell->place}, {"--way", NULL, &cell->way}};
    for (int i = 1 + skip; i < argc; i += 2) {
        struct option *found = NULL;
        for (size_t o = 0; o < sizeof options / sizeof *options; o++) {
            if (strcmp(argv[i], options[o].name) == 0)
                found = &options[o];
        }
        if (!found || i + 1 >= argc) {
            fprintf(stderr, "%s: no such option, or no value: %s\n", argv[0], argv[i]);
            return 0;
        }
        if (found->number)
            *found->number = (unsigned)strtoul(argv[i + 1], NULL, 10);
        else
            *found->text = argv[i + 1];
    }
    cell->size = size;
    if (size < 16 || !cell->senders || cell->senders > MOST_SENDERS || !cell->readers || !cell->ms) {
        fprintf(stderr, "%s: a size of at least 16, 1 to %d senders, at least one reader and one millisecond\n", argv[0], MOST_SENDERS);
        return 0;
    }
    return 1;
}

void write_cell(const struct cell *cell, char **argv, int at)
{
    static char text[8][16];
    const char *const names[] = {"--size", "--senders", "--readers", "--gap", "--ms", "--connections", "--ports"};
    const unsigned values[] = {(unsigned)cell->size, cell->senders, cell->readers, cell->gap, cell->ms, cell->connections, cell->ports};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        snprintf(text[i], sizeof text[i], "%u", values[i]);
        argv[at++] = (char *)names[i];
        argv[at++] = text[i];
    }
    argv[at++] = (char *)"--place";
    argv[at++] = (char *)cell->place;
    argv[at++] = (char *)"--way";
    argv[at++] = (char *)cell->way;
    argv[at] = NULL;
}

void place_senders(const struct cell *cell)
{
    pin(0, strcmp(cell->place, "any") == 0 ? 0 : 1);
}

void place_readers(const struct cell *cell)
{
    pin(0, strcmp(cell->place, "any") == 0 ? 0 : strcmp(cell->place, "two") == 0 ? 2 : 1);
}

void bound_sample(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(LONGEST_SAMPLE);
}

/* ---- the bytes ---- */

static void stamp_request(void *request, size_t size, uint64_t stamp)
{
    uint64_t end = ~stamp;
    memcpy((char *)request + size - sizeof end, &end, sizeof end);
    memcpy(request, &stamp, sizeof stamp);
}

void answer_request(const void *request, size_t size, void *answer)
{
    uint64_t stamp, end;
    memcpy(&stamp, request, sizeof stamp);
    memcpy(&end, (const char *)request + size - sizeof end, sizeof end);
    if (end != ~stamp) {
        fprintf(stderr, "a request of %zu bytes came torn: %llx .. %llx\n", size, (unsigned long long)stamp, (unsigned long long)end);
        _exit(3);
    }
    memcpy(answer, &stamp, sizeof stamp);
}

unsigned sender_of(const void *request)
{
    uint64_t stamp;
    memcpy(&stamp, request, sizeof stamp);
    return (unsigned)(stamp >> 56) % MOST_SENDERS;
}

/* ---- the loop ---- */

static int one_trip(struct sender *sender)
{
    char answer[ANSWER_BYTES];
    uint64_t stamp = (uint64_t)sender->index << 56 | ++sender->asked, back;
    stamp_request(sender->request, sender->cell->size, stamp);
    if (!sender->caller->call(sender->index, sender->request, sender->cell->size, answer))
        return 0;
    memcpy(&back, answer, sizeof back);
    if (back == stamp)
        return 1;
    fprintf(stderr, "sender %u asked %llx and was answered %llx\n", sender->index, (unsigned long long)stamp, (unsigned long long)back);
    return 0;
}

static void sleep_gap(unsigned gap)
{
    struct timespec time = {gap / 1000000, (long)(gap % 1000000) * 1000};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &time, &time) == EINTR)
        ;
}

static void keep_time(struct sender *sender, double seconds, unsigned long trips)
{
    sender->seconds += seconds;
    sender->trips += trips;
    if (sender->kept < MOST_TIMES)
        sender->times[sender->kept++] = (float)(seconds / (double)trips * 1e6);
}

/* A clock is read before and after each batch, outside the gap. With gaps a batch is one trip. Returns how long a trip took. */
static double run_for(struct sender *sender, double seconds, unsigned batch, int keep)
{
    double begin = seconds_now(), before = begin, spent = 0;
    unsigned long trips = 0;
    while (before - begin < seconds && !sender->failed) {
        for (unsigned i = 0; i < batch && !sender->failed; i++)
            sender->failed = !one_trip(sender);
        double after = seconds_now();
        if (keep && !sender->failed)
            keep_time(sender, after - before, batch);
        spent += after - before;
        trips += batch;
        before = after;
        if (sender->cell->gap) {
            sleep_gap(sender->cell->gap);
            before = seconds_now();
        }
    }
    return spent / (double)trips;
}

static void send_all(void *argument)
{
    struct sender *sender = argument;
    double seconds = sender->cell->ms / 1000.0;
    prctl(PR_SET_TIMERSLACK, 1);
    pthread_barrier_wait(sender->gate);
    double trip = run_for(sender, seconds / 4, 1, 0);
    double batch = sender->cell->gap || trip <= 0 ? 1 : 20e-6 / trip;
    pthread_barrier_wait(sender->gate);
    run_for(sender, seconds, batch < 1 ? 1 : batch > 64 ? 64 : (unsigned)batch, 1);
    pthread_barrier_wait(sender->gate);
}

static void *send_all_posix(void *argument)
{
    send_all(argument);
    return NULL;
}

static int start_posix(void *argument)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, send_all_posix, argument) == 0 && pthread_detach(thread) == 0;
}

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* "us": the mean of all trips, as a sender sees one; "p50", "p99": of batches, of single trips with gaps. */
static int print_trips(struct sender *senders, unsigned count, double wall, const struct rusage *before, const struct rusage *after)
{
    double seconds = 0;
    unsigned long trips = 0, kept = 0;
    float *times = malloc(sizeof *times * MOST_TIMES * count);
    for (unsigned i = 0; i < count && times; i++) {
        seconds += senders[i].seconds;
        trips += senders[i].trips;
        memcpy(times + kept, senders[i].times, sizeof *times * senders[i].kept);
        kept += senders[i].kept;
    }
    if (!times || !kept)
        return 0;
    qsort(times, kept, sizeof *times, compare_floats);
    printf("{\"us\": %.5g, \"trips\": %lu, \"per_second\": %.6g, \"p50\": %.5g, \"p99\": %.5g, \"switches\": %ld}\n",
        seconds / (double)trips * 1e6, trips, (double)trips / wall, (double)times[kept / 2], (double)times[kept - 1 - kept / 100],
        after->ru_nvcsw + after->ru_nivcsw - before->ru_nvcsw - before->ru_nivcsw);
    fflush(stdout);
    free(times);
    return 1;
}

int run_trips(const struct cell *cell, const struct caller *caller)
{
    static struct sender senders[MOST_SENDERS];
    static pthread_barrier_t gate; /* senders leave it when this frame may be gone */
    struct rusage before, after;
    int fine = pthread_barrier_init(&gate, NULL, cell->senders + 1) == 0;
    for (unsigned i = 0; i < cell->senders && fine; i++) {
        senders[i] = (struct sender){.cell = cell, .caller = caller, .index = i, .gate = &gate};
        senders[i].times = malloc(sizeof(float) * MOST_TIMES);
        fine = senders[i].times && posix_memalign((void **)&senders[i].request, 4096, cell->size) == 0;
        if (fine)
            memset(senders[i].request, 'r', cell->size);
    }
    for (unsigned i = 0; i < cell->senders && fine; i++)
        fine = caller->start ? caller->start(send_all, &senders[i]) : start_posix(&senders[i]);
    if (!fine)
        return 0;
    pthread_barrier_wait(&gate);
    pthread_barrier_wait(&gate);
    double begin = seconds_now();
    getrusage(RUSAGE_SELF, &before);
    pthread_barrier_wait(&gate);
    double wall = seconds_now() - begin;
    getrusage(RUSAGE_SELF, &after);
    for (unsigned i = 0; i < cell->senders; i++)
        fine &= !senders[i].failed;
    return fine && print_trips(senders, cell->senders, wall, &before, &after);
}
