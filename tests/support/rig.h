/*
 * The frame of tests of the filter manager: one manager in the test program, base file systems in memory (memfs.h), filters
 * made of a table of callbacks, a log that is kept. Filters are found by their service name, so a test writes
 *
 *     static struct rig_filter guard = {.name = "Guard", .altitude = "370000", .operations = operations, ...};
 *     assert_status(STATUS_SUCCESS, rig_load(&guard));
 */
#ifndef OFM_TESTS_RIG_H
#define OFM_TESTS_RIG_H

#include "harness.h"
#include "memfs.h"

#include "fltmgr/instance.h"

#include <fltkernel.h>
#include <pthread.h>

struct rig_filter {
    const char *name, *altitude;
    const char *instance;                 /* default "NAME Instance" */
    unsigned instance_flags;
    const FLT_OPERATION_REGISTRATION *operations;
    const FLT_CONTEXT_REGISTRATION *contexts;
    PFLT_INSTANCE_SETUP_CALLBACK setup;
    PFLT_INSTANCE_QUERY_TEARDOWN_CALLBACK query;
    PFLT_INSTANCE_TEARDOWN_CALLBACK start, complete;
    FLT_REGISTRATION_FLAGS flags;
    USHORT version, size;                 /* 0: the current ones */
    NTSTATUS unload_answer;               /* of FilterUnload; refuses when it is no success and not mandatory */
    bool no_unload;                       /* no FilterUnloadCallback */
    bool no_query;                        /* InstanceQueryTeardown NULL; else one that agrees when `query` is NULL */
    bool no_start;                        /* FltStartFiltering is left to the test */
    bool forget_unregister;               /* FilterUnload returns without FltUnregisterFilter */
    NTSTATUS entry_answer;                /* DriverEntry fails with it after registering */
    /* results */
    PFLT_FILTER handle;
    PDRIVER_OBJECT driver;
    NTSTATUS registered, started;
    FLT_FILTER_UNLOAD_FLAGS unload_flags;
    unsigned unloads;
};

/* Group set-up and teardown for RUN_TESTS. */
int rig_start(void **state);
int rig_stop(void **state);

/* Writes the service key only. */
void rig_install(struct rig_filter *filter);
/* One instance definition of a service. */
void rig_define(const char *service, const char *instance, const char *altitude, unsigned flags, bool is_default);
/* Installs when needed, then runs DriverEntry; its status. */
NTSTATUS rig_load(struct rig_filter *filter);
NTSTATUS rig_unload(struct rig_filter *filter, bool mandatory);
/* Must succeed. */
void rig_unload_ok(struct rig_filter *filter);
/* Takes the service key away again. */
void rig_forget(struct rig_filter *filter);

PFLT_VOLUME rig_volume(struct memfs *fs); /* not referenced */
NTSTATUS rig_attach(struct rig_filter *filter, struct memfs *fs, const char16_t *altitude, const char16_t *name, PFLT_INSTANCE *instance);
NTSTATUS rig_detach(struct rig_filter *filter, struct memfs *fs, const char16_t *name);
/* The filter's instance on the volume, not referenced; NULL: none. */
PFLT_INSTANCE rig_instance(struct rig_filter *filter, struct memfs *fs);

/* Log lines that hold `text` since rig_log_clear. */
unsigned rig_log_count(const char *text);
void rig_log_clear(void);

/* ---- files ---- */
NTSTATUS rig_open_as(struct memfs *fs, const char16_t *path, ACCESS_MASK access, ULONG disposition, ULONG options, PFILE_OBJECT *file,
    ULONG_PTR *information);
NTSTATUS rig_open(struct memfs *fs, const char16_t *path, PFILE_OBJECT *file); /* FILE_OPEN, generic read and write */
PFILE_OBJECT rig_open_ok(struct memfs *fs, const char16_t *path);
void rig_close(PFILE_OBJECT file);
NTSTATUS rig_read(PFILE_OBJECT file, LONGLONG offset, void *buffer, ULONG length, ULONG *done);
NTSTATUS rig_write(PFILE_OBJECT file, LONGLONG offset, const void *buffer, ULONG length, ULONG *done);

/* An operation of its own on the volume's stack, to be filled and sent by the test. */
struct io_operation *rig_operation(struct memfs *fs, UCHAR major, PFILE_OBJECT file);

/* ---- threads ---- */
struct rig_thread {
    pthread_t thread;
    void (*fn)(void *context);
    void *context;
};
void rig_run(struct rig_thread *thread, void (*fn)(void *), void *context);
void rig_join(struct rig_thread *thread);

/* Waits at most ten seconds; fails the test when it is not signalled. */
void rig_wait(PKEVENT event);
/* Yields until the condition holds, at most ten seconds. */
#define rig_until(condition)                                                                                         \
    do {                                                                                                             \
        unsigned long long _end = rig_now() + 10000;                                                                 \
        while (!(condition)) {                                                                                       \
            if (rig_now() > _end)                                                                                    \
                fail_msg("did not come true within 10 s: %s", #condition);                                           \
            rig_yield();                                                                                             \
        }                                                                                                            \
    } while (0)
unsigned long long rig_now(void); /* milliseconds */
void rig_yield(void);

#endif
