/* Notify routines for processes, threads and images. routines_lock guards the slots; routines run without it and a removal waits
 * for those that run, except from inside the routine itself. */
#include "ntoskrnl/ps/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/report.h"
#include "ntoskrnl/ob/inner.h"

#include <stdlib.h>
#include <string.h>

enum kind { PROCESS, PROCESS_EX, THREAD, IMAGE, KINDS };
#define SLOTS 64 /* as on Windows */

struct routine {
    PVOID function;
    enum kind kind;
    const char *driver;
    unsigned running;
    bool told; /* that creation cannot be vetoed */
};

static const char *const kind_names[KINDS] = {"PsSetCreateProcessNotifyRoutine", "PsSetCreateProcessNotifyRoutineEx",
    "PsSetCreateThreadNotifyRoutine", "PsSetLoadImageNotifyRoutine"};

static pthread_mutex_t routines_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t routines_idle = PTHREAD_COND_INITIALIZER;
static struct routine routines[SLOTS];
static unsigned counts[KINDS]; /* __atomic */
static __thread struct routine *inside;

static bool any_of(enum kind kind)
{
    return __atomic_load_n(&counts[kind], __ATOMIC_ACQUIRE);
}

bool ps_wants_process_events(void)
{
    return any_of(PROCESS) || any_of(PROCESS_EX) || any_of(THREAD) || any_of(IMAGE);
}

static struct routine *find(enum kind kind, PVOID function)
{
    for (unsigned i = 0; i < SLOTS; i++)
        if (routines[i].function == function && (!function || routines[i].kind == kind))
            return &routines[i];
    return NULL;
}

static NTSTATUS add(enum kind kind, PVOID function, const void *pc)
{
    NTSTATUS status = STATUS_SUCCESS;
    ps_init();
    pthread_mutex_lock(&routines_lock);
    struct routine *slot = find(kind, function) ? NULL : find(kind, NULL);
    if (slot) {
        *slot = (struct routine){.function = function, .kind = kind,
            .driver = ob_intern_driver(ke_self.driver ? ke_self.driver : ke_driver_of(pc))};
        __atomic_fetch_add(&counts[kind], 1, __ATOMIC_RELEASE);
    } else {
        status = STATUS_INVALID_PARAMETER; /* registered already, or no slot left */
    }
    pthread_mutex_unlock(&routines_lock);
    if (NT_SUCCESS(status))
        ps_events_start();
    return status;
}

static NTSTATUS take_away(enum kind kind, PVOID function)
{
    pthread_mutex_lock(&routines_lock);
    struct routine *slot = function ? find(kind, function) : NULL;
    if (slot) {
        __atomic_fetch_sub(&counts[kind], 1, __ATOMIC_RELEASE);
        slot->kind = KINDS; /* nobody starts it any more; the slot stays taken until it is idle */
        while (slot->running > (inside == slot))
            pthread_cond_wait(&routines_idle, &routines_lock);
        slot->function = NULL;
    }
    pthread_mutex_unlock(&routines_lock);
    return slot ? STATUS_SUCCESS : STATUS_PROCEDURE_NOT_FOUND;
}

/* Calls `call` for each routine of a kind, in the order of the slots. */
static void each(enum kind kind, void (*call)(PVOID function, struct routine *slot, void *context), void *context)
{
    for (unsigned i = 0; any_of(kind) && i < SLOTS; i++) {
        struct routine *slot = &routines[i], *outside = inside;
        pthread_mutex_lock(&routines_lock);
        PVOID function = slot->function && slot->kind == kind ? slot->function : NULL;
        const char *driver = slot->driver;
        slot->running += function != NULL;
        pthread_mutex_unlock(&routines_lock);
        if (!function)
            continue;
        struct ke_scope scope = ke_callback_enter(driver, kind_names[kind], NULL);
        inside = slot;
        call(function, slot, context);
        inside = outside;
        ke_callback_leave(scope);
        pthread_mutex_lock(&routines_lock);
        slot->running--;
        pthread_cond_broadcast(&routines_idle);
        pthread_mutex_unlock(&routines_lock);
    }
}

/* ---- what they are told ---- */

struct process_event {
    PEPROCESS process;
    bool created;
    PPS_CREATE_NOTIFY_INFO info; /* creation only */
};

static void call_process(PVOID function, struct routine *slot, void *context)
{
    struct process_event *event = context;
    (void)slot;
    ((PCREATE_PROCESS_NOTIFY_ROUTINE)function)((HANDLE)(ULONG_PTR)event->process->parent_id, PsGetProcessId(event->process),
        event->created);
}

static void call_process_ex(PVOID function, struct routine *slot, void *context)
{
    struct process_event *event = context;
    PPS_CREATE_NOTIFY_INFO info = event->info;
    if (info)
        info->CreationStatus = STATUS_SUCCESS;
    ((PCREATE_PROCESS_NOTIFY_ROUTINE_EX)function)(event->process, PsGetProcessId(event->process), info);
    if (!info || NT_SUCCESS(info->CreationStatus) || __atomic_exchange_n(&slot->told, true, __ATOMIC_RELAXED))
        return;
    ke_report(slot->driver, "PsSetCreateProcessNotifyRoutineEx",
        "CreationStatus 0x%08x has no effect: on Linux a process has started when its creation is told (said once)",
        (unsigned)info->CreationStatus);
}

static void tell_created(PEPROCESS process)
{
    PS_CREATE_NOTIFY_INFO info = {.Size = sizeof(info)};
    UNICODE_STRING image = {0, 0, NULL}, command = {0, 0, NULL};
    size_t length = 0;
    char *path = ps_image_of(process);
    char *line = process->pid ? ps_read_command_line(process->pid, &length) : NULL;
    if (path && NT_SUCCESS(ps_nt_path(path, &image))) {
        info.ImageFileName = &image;
        info.FileOpenNameAvailable = TRUE;
    }
    if (line && NT_SUCCESS(ps_wide(line, length, &command)))
        info.CommandLine = &command;
    info.ParentProcessId = (HANDLE)(ULONG_PTR)process->parent_id;
    info.CreatingThreadId.UniqueProcess = info.ParentProcessId;
    info.CreatingThreadId.UniqueThread = info.ParentProcessId;
    struct process_event event = {process, true, &info};
    each(PROCESS, call_process, &event);
    each(PROCESS_EX, call_process_ex, &event);
    if (image.Buffer)
        ExFreePool(image.Buffer);
    if (command.Buffer)
        ExFreePool(command.Buffer);
    free(line);
    free(path);
}

void ps_notify_process(PEPROCESS process, bool created)
{
    if (process->system || __atomic_exchange_n(&process->announced, created, __ATOMIC_ACQ_REL) == created)
        return; /* each end is told once, and only of what was told as made */
    if (!any_of(PROCESS) && !any_of(PROCESS_EX))
        return;
    if (created) {
        tell_created(process);
        return;
    }
    struct process_event event = {process, false, NULL};
    each(PROCESS, call_process, &event);
    each(PROCESS_EX, call_process_ex, &event);
}

struct thread_event {
    HANDLE process, thread;
    bool created;
};

static void call_thread(PVOID function, struct routine *slot, void *context)
{
    struct thread_event *event = context;
    (void)slot;
    ((PCREATE_THREAD_NOTIFY_ROUTINE)function)(event->process, event->thread, event->created);
}

void ps_notify_thread_ids(HANDLE process, HANDLE thread, bool created)
{
    struct thread_event event = {process, thread, created};
    each(THREAD, call_thread, &event);
}

void ps_notify_thread(PETHREAD thread, bool created)
{
    ps_notify_thread_ids(PsGetThreadProcessId(thread), PsGetThreadId(thread), created);
}

struct image_event {
    PUNICODE_STRING name;
    HANDLE process;
    PIMAGE_INFO info;
};

static void call_image(PVOID function, struct routine *slot, void *context)
{
    struct image_event *event = context;
    (void)slot;
    ((PLOAD_IMAGE_NOTIFY_ROUTINE)function)(event->name, event->process, event->info);
}

void ps_notify_image(PCUNICODE_STRING name, HANDLE process_id, PIMAGE_INFO info)
{
    struct image_event event = {(PUNICODE_STRING)name, process_id, info};
    each(IMAGE, call_image, &event);
}

/* ---- drivers' calls ---- */

NTSTATUS NTAPI PsSetCreateProcessNotifyRoutine(PCREATE_PROCESS_NOTIFY_ROUTINE NotifyRoutine, BOOLEAN Remove)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return Remove ? take_away(PROCESS, NotifyRoutine) : add(PROCESS, NotifyRoutine, __builtin_return_address(0));
}

NTSTATUS NTAPI PsSetCreateProcessNotifyRoutineEx(PCREATE_PROCESS_NOTIFY_ROUTINE_EX NotifyRoutine, BOOLEAN Remove)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return Remove ? take_away(PROCESS_EX, NotifyRoutine) : add(PROCESS_EX, NotifyRoutine, __builtin_return_address(0));
}

NTSTATUS NTAPI PsSetCreateProcessNotifyRoutineEx2(PSCREATEPROCESSNOTIFYTYPE NotifyType, PVOID NotifyInformation, BOOLEAN Remove)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (NotifyType != PsCreateProcessNotifySubsystems)
        return STATUS_INVALID_PARAMETER;
    return Remove ? take_away(PROCESS_EX, NotifyInformation) : add(PROCESS_EX, NotifyInformation, __builtin_return_address(0));
}

NTSTATUS NTAPI PsSetCreateThreadNotifyRoutine(PCREATE_THREAD_NOTIFY_ROUTINE NotifyRoutine)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return add(THREAD, NotifyRoutine, __builtin_return_address(0));
}

NTSTATUS NTAPI PsSetCreateThreadNotifyRoutineEx(PSCREATETHREADNOTIFYTYPE NotifyType, PVOID NotifyInformation)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (NotifyType != PsCreateThreadNotifyNonSystem && NotifyType != PsCreateThreadNotifySubsystems)
        return STATUS_INVALID_PARAMETER;
    return add(THREAD, NotifyInformation, __builtin_return_address(0));
}

NTSTATUS NTAPI PsRemoveCreateThreadNotifyRoutine(PCREATE_THREAD_NOTIFY_ROUTINE NotifyRoutine)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return take_away(THREAD, NotifyRoutine);
}

NTSTATUS NTAPI PsSetLoadImageNotifyRoutine(PLOAD_IMAGE_NOTIFY_ROUTINE NotifyRoutine)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return add(IMAGE, NotifyRoutine, __builtin_return_address(0));
}

NTSTATUS NTAPI PsSetLoadImageNotifyRoutineEx(PLOAD_IMAGE_NOTIFY_ROUTINE NotifyRoutine, ULONG_PTR Flags)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return Flags & ~(ULONG_PTR)1 ? STATUS_INVALID_PARAMETER_2 : add(IMAGE, NotifyRoutine, __builtin_return_address(0));
}

NTSTATUS NTAPI PsRemoveLoadImageNotifyRoutine(PLOAD_IMAGE_NOTIFY_ROUTINE NotifyRoutine)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return take_away(IMAGE, NotifyRoutine);
}

ULONG ps_report_leaks(const char *driver)
{
    ULONG found = 0;
    pthread_mutex_lock(&routines_lock);
    for (unsigned i = 0; i < SLOTS; i++) {
        struct routine *slot = &routines[i];
        if (!slot->function || slot->kind == KINDS || !slot->driver || (driver && strcmp(driver, slot->driver) != 0))
            continue;
        ke_report(slot->driver, kind_names[slot->kind], "routine %p was not removed", slot->function);
        found++;
    }
    pthread_mutex_unlock(&routines_lock);
    return found + ps_report_thread_leaks(driver);
}
