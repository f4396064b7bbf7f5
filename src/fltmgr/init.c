/* See init.h. */
#include "fltmgr/init.h"
#include "fltmgr/context.h"
#include "fltmgr/hooks.h"
#include "fltmgr/name.h"
#include "fltmgr/port_init.h"

#include <pthread.h>

struct flt_hooks flt_hooks;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool initialized; /* __atomic */

static void contexts_gone(struct io_context_list *list)
{
    if (flt_hooks.contexts_object_gone)
        flt_hooks.contexts_object_gone(list);
}

static NTSTATUS result;

static void start(void)
{
    static const struct io_upcalls upcalls = {
        .contexts_gone = contexts_gone,
        .volume_created = flt_volume_created,
        .volume_first_create = flt_volume_first_create,
        .volume_gone = flt_volume_gone,
        .shutdown = flt_volume_shutdown,
        .volume_unused = flt_volume_unused,
        .driver_stopping = flt_driver_stop,
        .driver_ended = flt_driver_ended,
    };
    result = io_init();
    io_set_upcalls(&upcalls);
    flt_context_init();
    flt_name_init();
    flt_port_init();
    __atomic_store_n(&initialized, NT_SUCCESS(result), __ATOMIC_RELEASE);
}

NTSTATUS flt_init(void)
{
    pthread_once(&once, start);
    return result;
}

bool flt_is_initialized(void)
{
    return __atomic_load_n(&initialized, __ATOMIC_ACQUIRE);
}
