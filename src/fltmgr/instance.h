/*
 * One filter at one altitude on one volume, and its life:
 *
 *   ATTACHING --setup agreed--> ATTACHED --teardown--> STOPPING --drained--> COMPLETING --> GONE
 *       \------setup declined----------------------------------------------------------------^
 *
 * Only ATTACHED instances are in the volume's array. Its altitude and name are taken from ATTACHING until GONE.
 */
#ifndef OFM_FLTMGR_INSTANCE_H
#define OFM_FLTMGR_INSTANCE_H

#include "fltmgr/filter.h"
#include "fltmgr/volume.h"

enum flt_instance_state {
    FLT_INSTANCE_ATTACHING,
    FLT_INSTANCE_ATTACHED,
    FLT_INSTANCE_STOPPING,     /* out of the array; TeardownStart, then draining (F-157) */
    FLT_INSTANCE_COMPLETING,   /* no callback runs or will; TeardownComplete, contexts */
    FLT_INSTANCE_GONE,
};

struct _FLT_INSTANCE {
    struct flt_object object;          /* a reference on it holds one on its filter (F-052) */
    uint32_t going;                    /* __atomic: set before TeardownStart: no new pre callback (F-093) */
    uint32_t waiting;                  /* __atomic: somebody waits on `idle` */
    KEVENT idle;                       /* a callback of this instance ended while going */
    uint32_t files;                    /* __atomic: open files that it opened below itself (F-097) */
    uint32_t outstanding;              /* __atomic: I/O this instance started and has not got back (F-095, F-164) */
    PFLT_FILTER filter;                /* referenced */
    PFLT_VOLUME volume;                /* pinned */
    FLT_RELATED_OBJECTS objects;       /* what its callbacks get, without a file object */
    enum flt_instance_state state;     /* under flt_lock */
    UNICODE_STRING name;
    UNICODE_STRING altitude;
    char *text;                        /* flt_instance_text */
    FLT_INSTANCE_SETUP_FLAGS setup_flags;
    FLT_INSTANCE_TEARDOWN_FLAGS reason;
    LIST_ENTRY volume_links;           /* in volume->instances; flt_lock */
    LIST_ENTRY filter_links;           /* in filter->instances; flt_lock */

    struct io_context_list contexts;   /* context.c: the instance context */
    void *data_scan;                   /* data scan registration */
    void *names;                       /* name.c: this instance's cached names, if any */
};

/* How long an InstanceSetup may take before it is reported (F-072), in 100 ns. */
extern ULONGLONG flt_setup_patience;

/* "Filter instance on \\Device\\HarddiskVolume1" in UTF-8, for reports; lives as long as the instance. */
const char *flt_instance_text(PFLT_INSTANCE instance);

/* The instance named (F-106): either argument may be NULL; topmost first. Referenced. */
NTSTATUS flt_instance_find(PFLT_FILTER filter, PFLT_VOLUME volume, PCUNICODE_STRING name, PFLT_INSTANCE *instance);

struct flt_attach {
    PFLT_FILTER filter;
    PFLT_VOLUME volume;
    PCUNICODE_STRING altitude;         /* NULL: from the registry */
    PCUNICODE_STRING name;             /* NULL: the default instance, or generated with an altitude (F-085) */
    FLT_INSTANCE_SETUP_FLAGS flags;
};
/* Attaches; *instance (may be NULL) is referenced. */
/* Setting of M-36: filters that did not ask for pipes and mailslots may be attached to them by hand. */
extern bool flt_attach_unsupported;
NTSTATUS flt_instance_attach(const struct flt_attach *attach, PFLT_INSTANCE *instance);
/* Tears down (no query); returns when it is GONE. STATUS_FLT_DELETING_OBJECT when somebody else does. */
NTSTATUS flt_instance_teardown(PFLT_INSTANCE instance, FLT_INSTANCE_TEARDOWN_FLAGS reason);
/* Manual detach: InstanceQueryTeardown first (F-090, F-091). */
NTSTATUS flt_instance_detach(PFLT_INSTANCE instance);

/* Tells each instance of the filter that is torn down, but still referenced; returns how many. */
unsigned flt_instances_report_leaked(PFLT_FILTER filter);

/* The next instance to tear down, pinned; waits for those that others attach or tear down meanwhile. NULL: none is left. */
PFLT_INSTANCE flt_instance_first_of(PFLT_FILTER filter);
PFLT_INSTANCE flt_instance_first_on(PFLT_VOLUME volume);

/* -1, 0, 1: decimals of any length (F-077 to F-079). */
int flt_altitude_compare(PCUNICODE_STRING a, PCUNICODE_STRING b);
bool flt_altitude_valid(PCUNICODE_STRING altitude);

#endif
