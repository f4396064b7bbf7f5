/*
 * What filters cost, and what scale costs: operations on files of a volume, without FUSE. Pass-through filters have a pre and a post
 * callback for each operation. A stand is a process with a manager of its own: one with volumes of 0, 1, 10 and 100 filters, one with
 * 1 000 volumes, one with 100 000 open files. All rows are measured in turn, round by round.
 */
#include "measure.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openfltmgr.h>

#define FILTERS 100
#define VOLUMES 1000
#define OPEN_FILES 100000
#define NAMES 1000 /* of the stand of open files: each is open a hundred times, for its attributes, which takes no descriptor */
#define BLOCK 4096

enum stand { FEW, MANY_VOLUMES, MANY_FILES, STANDS };

static char directory[] = "/tmp/openfltmgr-bench-XXXXXX";
static ofm_volume *volumes[VOLUMES];
static PFILE_OBJECT *files; /* of the stands of many */
static int *descriptors, many;
static char block[65536] __attribute__((aligned(4096)));

/* ---- the filters ---- */

static PFLT_FILTER filters[FILTERS];
static int loading;

static FLT_PREOP_CALLBACK_STATUS FLTAPI pre(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS FLTAPI post(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    return FLT_POSTOP_FINISHED_PROCESSING;
}

/* Every filter has an unload routine of its own: it gets no argument that tells whose it is. */
#define UNLOAD(tens, ones)                                                                                            \
    static NTSTATUS FLTAPI unload_##tens##_##ones(FLT_FILTER_UNLOAD_FLAGS flags)                                      \
    {                                                                                                                 \
        FltUnregisterFilter(filters[tens * 10 + ones]);                                                               \
        return STATUS_SUCCESS;                                                                                        \
    }
#define NAME(tens, ones) unload_##tens##_##ones,
#define TEN(what, tens) what(tens, 0) what(tens, 1) what(tens, 2) what(tens, 3) what(tens, 4) what(tens, 5) what(tens, 6) what(tens, 7) what(tens, 8) what(tens, 9)
#define HUNDRED(what) TEN(what, 0) TEN(what, 1) TEN(what, 2) TEN(what, 3) TEN(what, 4) TEN(what, 5) TEN(what, 6) TEN(what, 7) TEN(what, 8) TEN(what, 9)
HUNDRED(UNLOAD)
static const PFLT_FILTER_UNLOAD_CALLBACK unloads[FILTERS] = {HUNDRED(NAME)};

static NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry)
{
    static const FLT_OPERATION_REGISTRATION operations[] = {{IRP_MJ_CREATE, 0, pre, post, NULL}, {IRP_MJ_CLEANUP, 0, pre, post, NULL},
        {IRP_MJ_CLOSE, 0, pre, post, NULL}, {IRP_MJ_READ, 0, pre, post, NULL}, {IRP_MJ_WRITE, 0, pre, post, NULL},
        {IRP_MJ_QUERY_INFORMATION, 0, pre, post, NULL}, {IRP_MJ_OPERATION_END, 0, NULL, NULL, NULL}};
    FLT_REGISTRATION registration = {.Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION, .OperationRegistration = operations,
        .FilterUnloadCallback = unloads[loading]};
    NTSTATUS status = FltRegisterFilter(driver, &registration, &filters[loading]);
    return NT_SUCCESS(status) ? FltStartFiltering(filters[loading]) : status;
}

static int load_filter(int n)
{
    char name[16], altitude[16];
    snprintf(name, sizeof name, "bench%d", n);
    snprintf(altitude, sizeof altitude, "%d", 370000 - n);
    loading = n;
    return NT_SUCCESS(ofm_service_set(name, NULL, altitude, NULL, 1 /* no automatic attachment */)) &&
        NT_SUCCESS(ofm_driver_load_entry(name, driver_entry));
}

static int attach_filters(int count, ofm_volume *volume)
{
    int fine = 1;
    for (int n = 0; n < count && fine; n++) {
        char name[16], altitude[16];
        snprintf(name, sizeof name, "bench%d", n);
        snprintf(altitude, sizeof altitude, "%d", 370000 - n);
        fine = NT_SUCCESS(ofm_attach(name, volume, NULL, altitude));
    }
    return fine;
}

/* ---- what is measured: nanoseconds an operation; negative: it failed ---- */

static PFILE_OBJECT open_file(ofm_volume *volume, const char *name, ACCESS_MASK access)
{
    PFILE_OBJECT file;
    return NT_SUCCESS(ofm_create(volume, name, access | SYNCHRONIZE, FILE_OPEN, 0, &file, NULL)) ? file : NULL;
}

static int linux_open(const char *name, int flags)
{
    char path[100];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return open(path, flags, 0644);
}

static double each(double start, int count)
{
    return (seconds_now() - start) / count * 1e9;
}

static double time_reads(int volume, int count)
{
    PFILE_OBJECT file = open_file(volumes[volume], "\\file", FILE_READ_DATA);
    ULONG done = BLOCK;
    double start = seconds_now();
    for (int i = 0; i < count && file && done == BLOCK; i++)
        ofm_read(file, 0, block, BLOCK, &done);
    double value = each(start, count);
    if (file)
        ofm_close(file);
    return file && done == BLOCK ? value : -1;
}

static double time_writes(int volume, int count)
{
    PFILE_OBJECT file = open_file(volumes[volume], "\\file", FILE_WRITE_DATA);
    ULONG done = BLOCK;
    double start = seconds_now();
    for (int i = 0; i < count && file && done == BLOCK; i++)
        ofm_write(file, 0, block, BLOCK, &done);
    double value = each(start, count);
    if (file)
        ofm_close(file);
    return file && done == BLOCK ? value : -1;
}

static double time_queries(int volume, int count)
{
    FILE_STANDARD_INFORMATION info;
    PFILE_OBJECT file = open_file(volumes[volume], "\\file", FILE_READ_ATTRIBUTES);
    int fine = file != NULL;
    double start = seconds_now();
    for (int i = 0; i < count && fine; i++)
        fine = NT_SUCCESS(ofm_query(file, FileStandardInformation, &info, sizeof info));
    double value = each(start, count);
    if (file)
        ofm_close(file);
    return fine ? value : -1;
}

static double opens_of(ofm_volume *volume, const char *name, int count)
{
    PFILE_OBJECT file = (PFILE_OBJECT)1;
    double start = seconds_now();
    for (int i = 0; i < count && file; i++) {
        file = open_file(volume, name, FILE_READ_DATA);
        if (file)
            ofm_close(file);
    }
    return file ? each(start, count) : -1;
}

static double time_opens(int volume, int count)
{
    return opens_of(volumes[volume], "\\file", count);
}

/* The base operations themselves: the floor. */
static double time_pread(int unused, int count)
{
    int fd = linux_open("file", O_RDONLY);
    ssize_t got = BLOCK;
    double start = seconds_now();
    for (int i = 0; i < count && got == BLOCK; i++)
        got = pread(fd, block, BLOCK, 0);
    double value = each(start, count);
    close(fd);
    return got == BLOCK ? value : -1;
}

static double time_pwrite(int unused, int count)
{
    int fd = linux_open("file", O_WRONLY);
    ssize_t put = BLOCK;
    double start = seconds_now();
    for (int i = 0; i < count && put == BLOCK; i++)
        put = pwrite(fd, block, BLOCK, 0);
    double value = each(start, count);
    close(fd);
    return put == BLOCK ? value : -1;
}

/* ---- the same through all files of a stand of many: nothing of the last one's is warm ---- */

#define STRIDE 7919 /* prime: every file, in no order that a prefetcher knows */

static double time_reads_in_turn(int unused, int count)
{
    ULONG done = BLOCK;
    double start = seconds_now();
    for (int i = 0, at = 0; i < count && done == BLOCK; i++, at = (at + STRIDE) % many)
        ofm_read(files[at], 0, block, BLOCK, &done);
    return done == BLOCK ? each(start, count) : -1;
}

static double time_pread_in_turn(int unused, int count)
{
    ssize_t got = BLOCK;
    double start = seconds_now();
    for (int i = 0, at = 0; i < count && got == BLOCK; i++, at = (at + STRIDE) % many)
        got = pread(descriptors[at], block, BLOCK, 0);
    return got == BLOCK ? each(start, count) : -1;
}

static double time_queries_in_turn(int among, int count)
{
    FILE_STANDARD_INFORMATION info;
    int fine = 1;
    double start = seconds_now();
    for (int i = 0, at = 0; i < count && fine; i++, at = (at + STRIDE) % among)
        fine = NT_SUCCESS(ofm_query(files[at], FileStandardInformation, &info, sizeof info));
    return fine ? each(start, count) : -1;
}

/* ---- two threads, a CPU and a file each ---- */

struct runner {
    pthread_barrier_t *together;
    int cpu, count;
    ofm_volume *volume; /* NULL: Linux alone */
    const char *name;   /* "\\file" */
    int opens;
    double value;
};

static void *run(void *context)
{
    static char buffers[2][65536] __attribute__((aligned(4096)));
    struct runner *r = context;
    PFILE_OBJECT file = r->volume ? open_file(r->volume, r->name, FILE_READ_DATA) : NULL;
    int fd = r->volume ? -1 : linux_open(r->name + 1, O_RDONLY);
    ULONG done = BLOCK;
    pin(0, 1u << r->cpu);
    pthread_barrier_wait(r->together);
    double start = seconds_now();
    if (r->opens)
        r->value = opens_of(r->volume, r->name, r->count);
    for (int i = 0; i < r->count && done == BLOCK && !r->opens; i++) {
        if (file)
            ofm_read(file, 0, buffers[r->cpu], BLOCK, &done);
        else
            done = (ULONG)pread(fd, buffers[r->cpu], BLOCK, 0);
    }
    if (!r->opens)
        r->value = done == BLOCK ? each(start, r->count) : -1;
    pthread_barrier_wait(r->together);
    if (file)
        ofm_close(file);
    if (fd >= 0)
        close(fd);
    return NULL;
}

/* The slower one's time. */
static double two_threads(int first, int second, int opens, int count)
{
    pthread_barrier_t together;
    pthread_t thread;
    struct runner runners[2] = {{&together, 0, count, first < 0 ? NULL : volumes[first], "\\file", opens, 0},
        {&together, 1, count, second < 0 ? NULL : volumes[second], "\\other", opens, 0}};
    pthread_barrier_init(&together, NULL, 2);
    if (pthread_create(&thread, NULL, run, &runners[1]))
        return -1;
    run(&runners[0]);
    pthread_join(thread, NULL);
    pthread_barrier_destroy(&together);
    pin(0, 0);
    if (runners[0].value < 0 || runners[1].value < 0)
        return -1;
    return runners[0].value > runners[1].value ? runners[0].value : runners[1].value;
}

#define PAIR(first, second) (((first) + 1) << 8 | ((second) + 1))

static double time_two_readers(int pair, int count)
{
    return two_threads((pair >> 8) - 1, (pair & 0xff) - 1, 0, count);
}

static double time_two_openers(int pair, int count)
{
    return two_threads((pair >> 8) - 1, (pair & 0xff) - 1, 1, count);
}

/* ---- the table ---- */

/* Of the first stand: by the number of filters, and two more. */
enum { NONE, ONE, TEN_FILTERS, ALL, NONE_TOO, ONE_TOO, FEW_VOLUMES };

struct measure {
    const char *cell, *row;
    enum stand stand;
    double (*time)(int argument, int count);
    int argument, count;
};

#define FOUR(cell, time, count)                                                                                        \
    {cell, "no filter", FEW, time, NONE, count}, {cell, "1 filter", FEW, time, ONE, count},                            \
        {cell, "10 filters", FEW, time, TEN_FILTERS, count}, {cell, "100 filters", FEW, time, ALL, (count) / 4}

static const struct measure measures[] = {
    {"4 KiB read", "pread(2)", FEW, time_pread, 0, 10000},
    FOUR("4 KiB read", time_reads, 10000),
    {"4 KiB write", "pwrite(2)", FEW, time_pwrite, 0, 10000},
    FOUR("4 KiB write", time_writes, 10000),
    FOUR("query information", time_queries, 10000),
    FOUR("open + close", time_opens, 1000),
    {"4 KiB read", "no filter, 1 000 volumes", MANY_VOLUMES, time_reads, 500, 10000},
    {"4 KiB read", "no filter, 100 000 open files", MANY_FILES, time_reads, 0, 10000},
    {"open + close", "no filter, 1 000 volumes", MANY_VOLUMES, time_opens, 500, 1000},
    {"open + close", "no filter, 100 000 open files", MANY_FILES, time_opens, 0, 1000},
    {"4 KiB read in turn", "pread(2), 1 000 open files", MANY_VOLUMES, time_pread_in_turn, 0, 10000},
    {"4 KiB read in turn", "no filter, 1 000 volumes", MANY_VOLUMES, time_reads_in_turn, 0, 10000},
    {"query information in turn", "no filter, 1 000 of 100 000 open files", MANY_FILES, time_queries_in_turn, NAMES, 10000},
    {"query information in turn", "no filter, all 100 000 open files", MANY_FILES, time_queries_in_turn, OPEN_FILES, 10000},
    {"4 KiB read, two threads", "pread(2)", FEW, time_two_readers, PAIR(-1, -1), 10000},
    {"4 KiB read, two threads", "no filter, one volume", FEW, time_two_readers, PAIR(NONE, NONE), 10000},
    {"4 KiB read, two threads", "no filter, two volumes", FEW, time_two_readers, PAIR(NONE, NONE_TOO), 10000},
    {"4 KiB read, two threads", "1 filter, one volume", FEW, time_two_readers, PAIR(ONE, ONE), 10000},
    {"4 KiB read, two threads", "1 filter, two volumes", FEW, time_two_readers, PAIR(ONE, ONE_TOO), 10000},
    {"open + close, two threads", "no filter, one volume", FEW, time_two_openers, PAIR(NONE, NONE), 1000},
    {"open + close, two threads", "no filter, two volumes", FEW, time_two_openers, PAIR(NONE, NONE_TOO), 1000},
};
#define MEASURES (sizeof measures / sizeof measures[0])

/* ---- the stands ---- */

static int add_volumes(int count)
{
    int fine = 1;
    for (int i = 0; i < count && fine; i++)
        fine = NT_SUCCESS(ofm_volume_add_directory(directory, NULL, &volumes[i]));
    return fine;
}

static int build_few(void)
{
    int fine = add_volumes(FEW_VOLUMES);
    for (int n = 0; n < FILTERS && fine; n++)
        fine = load_filter(n);
    return fine && attach_filters(1, volumes[ONE]) && attach_filters(1, volumes[ONE_TOO]) && attach_filters(10, volumes[TEN_FILTERS]) &&
        attach_filters(FILTERS, volumes[ALL]);
}

static int room_for(int count)
{
    files = calloc((size_t)count, sizeof *files);
    descriptors = calloc((size_t)count, sizeof *descriptors);
    many = count;
    return files && descriptors;
}

static int build_volumes(void)
{
    int fine = add_volumes(VOLUMES) && room_for(VOLUMES);
    for (int i = 0; i < VOLUMES && fine; i++) {
        files[i] = open_file(volumes[i], "\\file", FILE_READ_DATA);
        descriptors[i] = linux_open("file", O_RDONLY);
        fine = files[i] && descriptors[i] >= 0;
    }
    return fine;
}

static int build_files(void)
{
    int fine = add_volumes(1) && room_for(OPEN_FILES);
    for (int i = 0; i < OPEN_FILES && fine; i++) {
        char name[32];
        snprintf(name, sizeof name, "\\n%d", i % NAMES);
        if (i < NAMES)
            close(linux_open(name + 1, O_WRONLY | O_CREAT));
        files[i] = open_file(volumes[0], name, FILE_READ_ATTRIBUTES);
        fine = files[i] != NULL;
    }
    return fine;
}

static void close_many(void)
{
    for (int i = 0; i < many; i++) {
        if (files[i])
            ofm_close(files[i]);
    }
    many = 0;
}

struct process {
    pid_t pid;
    int orders, answers;
};

/* Measures what it is told to, until nobody tells it any more. */
static int serve(enum stand stand, int orders, int answers)
{
    static int (*const build[STANDS])(void) = {build_few, build_volumes, build_files};
    size_t index = 0;
    double value = NT_SUCCESS(ofm_start(NULL)) && build[stand]() ? 0 : -1;
    while (write(answers, &value, sizeof value) == (ssize_t)sizeof value && read(orders, &index, sizeof index) == (ssize_t)sizeof index)
        value = measures[index].time(measures[index].argument, measures[index].count);
    close_many();
    ofm_stop(NULL);
    return 0;
}

static int start(struct process *process, enum stand stand)
{
    int orders[2], answers[2];
    if (pipe2(orders, O_CLOEXEC) || pipe2(answers, O_CLOEXEC))
        return 0;
    process->pid = fork();
    if (process->pid == 0) {
        close(orders[1]);
        close(answers[0]);
        _exit(serve(stand, orders[0], answers[1]));
    }
    close(orders[0]);
    close(answers[1]);
    process->orders = orders[1];
    process->answers = answers[0];
    return process->pid > 0;
}

static double answer(const struct process *process)
{
    double value;
    return read(process->answers, &value, sizeof value) == (ssize_t)sizeof value ? value : -1;
}

static double ask(const struct process *process, size_t index)
{
    return write(process->orders, &index, sizeof index) == (ssize_t)sizeof index ? answer(process) : -1;
}

static int measure_all(const struct process *processes, int rounds)
{
    static struct sample samples[MEASURES];
    int fine = 1;
    for (int round = 0; round < rounds && fine; round++) {
        for (size_t i = 0; i < MEASURES && fine; i++) {
            double value = ask(&processes[measures[i].stand], i);
            fine = value >= 0;
            add_value(&samples[i], value);
            if (!fine)
                fprintf(stderr, "bench_stack: %s, %s: failed\n", measures[i].cell, measures[i].row);
        }
    }
    for (size_t i = 0; i < MEASURES && fine; i++) {
        samples[i].row = measures[i].row;
        samples[i].unit = "ns";
        snprintf(samples[i].cell, sizeof samples[i].cell, "%s", measures[i].cell);
        print_sample("stack", &samples[i]);
    }
    return fine;
}

/* ---- all of it ---- */

static int make_file(const char *name)
{
    int fd = linux_open(name, O_WRONLY | O_CREAT);
    int fine = fd >= 0 && write(fd, block, sizeof block) == (ssize_t)sizeof block;
    return close(fd) == 0 && fine;
}

static void remove_files(void)
{
    char name[32];
    int fd = open(directory, O_PATH | O_DIRECTORY);
    for (int i = 0; i < NAMES; i++) {
        snprintf(name, sizeof name, "n%d", i);
        unlinkat(fd, name, 0);
    }
    unlinkat(fd, "file", 0);
    unlinkat(fd, "other", 0);
    close(fd);
    rmdir(directory);
}

/* The stand of many volumes needs six descriptors for each. */
static void raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(void)
{
    struct process processes[STANDS] = {{0, -1, -1}, {0, -1, -1}, {0, -1, -1}};
    int rounds = environment_number("BENCH_ROUNDS", 15);
    if (!mkdtemp(directory))
        return 2;
    raise_limit();
    int fine = make_file("file") && make_file("other");
    for (int i = 0; i < STANDS && fine; i++) {
        fine = start(&processes[i], i) && answer(&processes[i]) >= 0;
        if (!fine)
            fprintf(stderr, "bench_stack: the stand number %d does not stand\n", i);
    }
    fine = fine && measure_all(processes, rounds);
    for (int i = 0; i < STANDS; i++)
        close(processes[i].orders); /* all before one is waited for: the later ones have the earlier ones' ends, too */
    for (int i = 0; i < STANDS; i++) {
        if (processes[i].pid > 0)
            waitpid(processes[i].pid, NULL, 0);
        close(processes[i].answers);
    }
    remove_files();
    return fine ? 0 : 1;
}
