/* Completion routines. See routine.h. */
#include "kernel32/routine.h"

#include <stdlib.h>

#include "kernel32/thread.h"
#include "ntstatus.h"
#include "rtl/status.h"

struct k32_routine {
    struct k32_apc apc;
    struct k32_thread *thread; /* a reference, from the operation's begin on */
    LPOVERLAPPED_COMPLETION_ROUTINE win32; /* one of the two */
    PIO_APC_ROUTINE nt;
    void *context; /* of the Nt call */
    OVERLAPPED *overlapped;
    NTSTATUS status;
    ULONG_PTR bytes;
};

static void run_routine(struct k32_apc *apc)
{
    struct k32_routine *r = (struct k32_routine *)apc;

    if (r->nt)
        r->nt(r->context, (PIO_STATUS_BLOCK)r->overlapped, 0);
    else
        r->win32(NT_SUCCESS(r->status) ? 0 : rtl_status_to_error(r->status), (DWORD)r->bytes, r->overlapped);
}

void k32_routine_drop(struct k32_routine *r)
{
    if (r && r->thread)
        k32_release(&r->thread->object);
    free(r);
}

void k32_routine_queue(struct k32_routine *r, OVERLAPPED *overlapped, NTSTATUS status, ULONG_PTR bytes)
{
    struct k32_thread *thread = r->thread;

    r->overlapped = overlapped;
    r->status = status;
    r->bytes = bytes;
    if (!k32_queue_apc(thread, &r->apc))
        free(r);
    k32_release(&thread->object);
}

struct k32_routine *k32_routine_take(void)
{
    struct k32_thread *self = k32_self();
    struct k32_routine *r = self->routine;

    self->routine = NULL;
    if (r) {
        k32_reference(&self->object);
        r->thread = self;
    }
    return r;
}

bool k32_routine_set(LPOVERLAPPED_COMPLETION_ROUTINE win32, PIO_APC_ROUTINE nt, void *context)
{
    struct k32_routine *r = calloc(1, sizeof *r);

    if (r)
        *r = (struct k32_routine){.apc = {.run = run_routine}, .win32 = win32, .nt = nt, .context = context};
    k32_self()->routine = r;
    return r;
}

void k32_routine_clear(void)
{
    k32_routine_drop(k32_routine_take());
}

/* Pending is as good as done here: the routine tells the end. */
static BOOL routine_result(BOOL ok)
{
    k32_routine_clear(); /* the call failed before its operation began */
    return ok || GetLastError() == ERROR_IO_PENDING;
}

/* What the two have in common before they begin. */
static bool set_routine(LPOVERLAPPED overlapped, LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
    if (overlapped && routine && k32_routine_set(routine, NULL, NULL))
        return true;
    SetLastError(overlapped && routine ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_PARAMETER);
    return false;
}

BOOL ReadFileEx(HANDLE file, LPVOID buffer, DWORD count, LPOVERLAPPED overlapped,
    LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return set_routine(overlapped, routine) && routine_result(ReadFile(file, buffer, count, NULL, overlapped));
}

BOOL WriteFileEx(HANDLE file, LPCVOID buffer, DWORD count, LPOVERLAPPED overlapped,
    LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return set_routine(overlapped, routine) && routine_result(WriteFile(file, buffer, count, NULL, overlapped));
}
