/* Routines that a driver wants called when its DriverEntry has returned. Registered and run in the thread that loads the driver;
 * the list's lock is not held while a routine runs. */
#include "ntoskrnl/io/reinitialize.h"

#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/lock.h"

struct routine {
    LIST_ENTRY links;
    PDRIVER_OBJECT driver;
    PDRIVER_REINITIALIZE fn;
    PVOID context;
};

static uint32_t list_lock;
static LIST_ENTRY routines = {&routines, &routines};

static void add(PDRIVER_OBJECT driver, PDRIVER_REINITIALIZE fn, PVOID context)
{
    struct routine *routine = ex_allocate(sizeof *routine, 'nieR');
    if (!routine) {
        ke_log(KE_LOG_ERROR, "no memory for a reinitialization routine");
        return;
    }
    routine->driver = driver;
    routine->fn = fn;
    routine->context = context;
    ke_lock(&list_lock);
    InsertTailList(&routines, &routine->links);
    ke_unlock(&list_lock);
}

static struct routine *take(PDRIVER_OBJECT driver)
{
    struct routine *found = NULL;
    ke_lock(&list_lock);
    for (PLIST_ENTRY at = routines.Flink; !found && at != &routines; at = at->Flink) {
        if (CONTAINING_RECORD(at, struct routine, links)->driver == driver) {
            found = CONTAINING_RECORD(at, struct routine, links);
            RemoveEntryList(at);
        }
    }
    ke_unlock(&list_lock);
    return found;
}

void io_driver_reinitialize(PDRIVER_OBJECT driver, const char *name, bool started)
{
    struct routine *routine;
    while ((routine = take(driver)) != NULL) {
        if (started) {
            struct ke_scope outer = ke_callback_enter(name, "reinitialization routine", NULL);
            routine->fn(driver, routine->context, ++driver->DriverExtension->Count);
            ke_irql_check(PASSIVE_LEVEL, name, "reinitialization routine");
            ke_callback_leave(outer);
        }
        ex_pool_free(routine, NULL);
    }
}

VOID NTAPI IoRegisterDriverReinitialization(PDRIVER_OBJECT DriverObject, PDRIVER_REINITIALIZE DriverReinitializationRoutine,
    PVOID Context)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    add(DriverObject, DriverReinitializationRoutine, Context);
}

/* There is no boot phase: every driver is loaded on demand. */
VOID NTAPI IoRegisterBootDriverReinitialization(PDRIVER_OBJECT DriverObject, PDRIVER_REINITIALIZE DriverReinitializationRoutine,
    PVOID Context)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    add(DriverObject, DriverReinitializationRoutine, Context);
}
