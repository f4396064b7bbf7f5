/* See probe.h. */
#include "probe.h"

#include "ntoskrnl/ke/ke.h"

struct probe PROBE[PROBES];

static FLT_PREOP_CALLBACK_STATUS do_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context)
{
    if (data->Iopb->MajorFunction != p->only)
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    p->pres++;
    p->pre_thread = pthread_self();
    if (p->pre)
        return p->pre(p, data, objects, context);
    if (p->pre_answer == FLT_PREOP_COMPLETE)
        data->IoStatus = p->complete_with;
    return p->pre_answer;
}

static FLT_POSTOP_CALLBACK_STATUS do_post(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context,
    FLT_POST_OPERATION_FLAGS flags)
{
    if (flags & FLTFL_POST_OPERATION_DRAINING)
        p->drains++;
    p->post_status = data->IoStatus.Status;
    p->post_thread = pthread_self();
    p->post_irql = KeGetCurrentIrql();
    FLT_POSTOP_CALLBACK_STATUS status = p->post ? p->post(p, data, objects, context, flags) : FLT_POSTOP_FINISHED_PROCESSING;
    p->posts++;
    return status;
}

#define CALLBACKS(n)                                                                                                 \
    static FLT_PREOP_CALLBACK_STATUS NTAPI pre##n(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID *context) \
    {                                                                                                                \
        return do_pre(&PROBE[n], data, objects, context);                                                            \
    }                                                                                                                \
    static FLT_POSTOP_CALLBACK_STATUS NTAPI post##n(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects, PVOID context, \
        FLT_POST_OPERATION_FLAGS flags)                                                                              \
    {                                                                                                                \
        return do_post(&PROBE[n], data, objects, context, flags);                                                    \
    }                                                                                                                \
    static VOID NTAPI start##n(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_TEARDOWN_FLAGS reason)                    \
    {                                                                                                                \
        PROBE[n].reason = reason;                                                                                    \
        PROBE[n].starts++;                                                                                           \
    }                                                                                                                \
    static VOID NTAPI complete##n(PCFLT_RELATED_OBJECTS objects, FLT_INSTANCE_TEARDOWN_FLAGS reason)                 \
    {                                                                                                                \
        PROBE[n].completes++;                                                                                        \
        assert_int_equal(PROBE[n].reason, reason);                                                                   \
    }                                                                                                                \
    static const FLT_OPERATION_REGISTRATION operations##n[] = {                                                      \
        {IRP_MJ_CREATE, 0, pre##n, post##n, NULL}, {IRP_MJ_READ, 0, pre##n, post##n, NULL},                          \
        {IRP_MJ_WRITE, 0, pre##n, post##n, NULL}, {IRP_MJ_SET_INFORMATION, 0, pre##n, post##n, NULL},                \
        {IRP_MJ_QUERY_INFORMATION, 0, pre##n, post##n, NULL}, {IRP_MJ_DIRECTORY_CONTROL, 0, pre##n, post##n, NULL},  \
        {IRP_MJ_CLEANUP, 0, pre##n, post##n, NULL}, {IRP_MJ_CLOSE, 0, pre##n, post##n, NULL},                        \
        {IRP_MJ_LOCK_CONTROL, 0, pre##n, post##n, NULL}, {IRP_MJ_QUERY_OPEN, 0, pre##n, post##n, NULL},              \
        {IRP_MJ_NETWORK_QUERY_OPEN, 0, pre##n, post##n, NULL}, {IRP_MJ_FILE_SYSTEM_CONTROL, 0, pre##n, post##n, NULL}, \
        {IRP_MJ_SHUTDOWN, 0, pre##n, post##n, NULL}, {.MajorFunction = IRP_MJ_OPERATION_END}};

CALLBACKS(0)
CALLBACKS(1)
CALLBACKS(2)
CALLBACKS(3)

static const struct rig_filter filters[PROBES] = {
    {.name = "Probe0", .altitude = "389000", .operations = operations0, .start = start0, .complete = complete0},
    {.name = "Probe1", .altitude = "329000", .operations = operations1, .start = start1, .complete = complete1},
    {.name = "Probe2", .altitude = "269000", .operations = operations2, .start = start2, .complete = complete2},
    {.name = "Probe3", .altitude = "149000", .operations = operations3, .start = start3, .complete = complete3},
};

void probe_reset(void)
{
    for (unsigned i = 0; i < PROBES; i++) {
        memset(&PROBE[i], 0, sizeof PROBE[i]);
        PROBE[i].filter = filters[i];
        PROBE[i].only = IRP_MJ_READ;
        KeInitializeEvent(&PROBE[i].entered, SynchronizationEvent, FALSE);
        KeInitializeEvent(&PROBE[i].go, SynchronizationEvent, FALSE);
    }
}

void probe_load(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        assert_status(STATUS_SUCCESS, rig_load(&PROBE[i].filter));
}

void probe_unload(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        rig_unload_ok(&PROBE[i].filter);
}

struct memfs *probe_begin(unsigned count)
{
    probe_reset();
    rig_log_clear();
    struct memfs *fs = memfs_create(NULL);
    memfs_add_file(fs, u"\\file", "hello");
    memfs_add_directory(fs, u"\\dir");
    probe_load(count);
    return fs;
}

void probe_end(struct memfs *fs, unsigned count)
{
    probe_unload(count);
    assert_int_equal(0, memfs_open_files(fs));
    memfs_remove(fs);
}
