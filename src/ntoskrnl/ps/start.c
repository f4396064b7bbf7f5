/* The start of what stands below io: objects, security, processes, memory, registry, in this order. */
#include "ntoskrnl/ps/inner.h"

#include "ntoskrnl/cm/cm.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/mm/mm.h"
#include "ntoskrnl/ob/ob.h"
#include "ntoskrnl/se/se.h"

static NTSTATUS start_status;
static pthread_once_t started = PTHREAD_ONCE_INIT;

static void start(void)
{
    NTSTATUS (*const steps[])
    (void) = {ob_init, se_init, ps_processes_init, ps_threads_init, mm_init, cm_init};
    start_status = STATUS_SUCCESS;
    for (size_t i = 0; i < RTL_NUMBER_OF(steps) && NT_SUCCESS(start_status); i++)
        start_status = steps[i]();
}

NTSTATUS ps_init(void)
{
    pthread_once(&started, start);
    return start_status;
}
