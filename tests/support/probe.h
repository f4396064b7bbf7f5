/* Four filters whose callbacks do what a test tells them: PROBE[0] is the highest. A hook decides when it is set, else the
 * fixed answer; every call is counted. */
#ifndef OFM_TESTS_PROBE_H
#define OFM_TESTS_PROBE_H

#include "rig.h"

struct probe {
    struct rig_filter filter;
    FLT_PREOP_CALLBACK_STATUS pre_answer;
    IO_STATUS_BLOCK complete_with;        /* with FLT_PREOP_COMPLETE */
    FLT_PREOP_CALLBACK_STATUS (*pre)(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context);
    FLT_POSTOP_CALLBACK_STATUS (*post)(struct probe *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
        FLT_POST_OPERATION_FLAGS flags);
    UCHAR only;                           /* the major code that hooks and answers are for; others pass. Default READ */
    _Atomic unsigned pres, posts, drains; /* of that major code */
    _Atomic NTSTATUS post_status;                 /* Data->IoStatus the last post saw */
    _Atomic pthread_t pre_thread, post_thread;
    _Atomic KIRQL post_irql;
    KEVENT entered, go;                   /* for hooks: rig_wait on them */
    PFLT_CALLBACK_DATA held;
    PVOID note;
    _Atomic unsigned starts, completes;   /* teardown callbacks */
    _Atomic FLT_INSTANCE_TEARDOWN_FLAGS reason;
};

#define PROBES 4
extern struct probe PROBE[PROBES];

/* All probes as new: WITH_CALLBACK, no hooks, counts zero. */
void probe_reset(void);
/* Loads the first `count` probes; they attach to every volume that is there. */
void probe_load(unsigned count);
void probe_unload(unsigned count);

/* A test's frame: one volume with \file ("hello") and \dir, `count` probes loaded. */
struct memfs *probe_begin(unsigned count);
void probe_end(struct memfs *fs, unsigned count);

#endif
