/* Loading and unloading filters: the filter manager's part of F-029 to F-046; images are io's. */
#include "fltmgr/filter.h"
#include "fltmgr/hooks.h"
#include "fltmgr/init.h"
#include "ntoskrnl/io/driver.h"
#include "ntoskrnl/ke/ke.h"

#include <string.h>

/* F-031, F-045: the driver's code goes away; a filter it left behind would be called in the void. */
void flt_driver_ended(PDRIVER_OBJECT driver)
{
    for (PFLT_FILTER filter; (filter = flt_filter_of_driver(driver));) {
        ke_report(filter->driver_name, "DriverUnload", "the filter was not unregistered: done by force (F-031, F-045)");
        if (flt_begin_teardown(&filter->object))
            flt_filter_unregister(filter);
        flt_unpin(&filter->object);
    }
}

static NTSTATUS call_unload(PFLT_FILTER filter, bool mandatory)
{
    struct ke_scope outer = ke_callback_enter(filter->driver_name, "FilterUnload", NULL);
    NTSTATUS status = filter->registration.FilterUnloadCallback(mandatory ? FLTFL_FILTER_UNLOAD_MANDATORY : 0);
    ke_callback_leave(outer);
    return mandatory ? STATUS_SUCCESS : status;
}

/* The filter is pinned. F-037 to F-041, F-046. */
static NTSTATUS unload(PFLT_FILTER filter, bool mandatory)
{
    if (!filter->registration.FilterUnloadCallback)
        return STATUS_FLT_DO_NOT_DETACH;
    if (mandatory && (filter->registration.Flags & FLTFL_REGISTRATION_DO_NOT_SUPPORT_SERVICE_STOP))
        return STATUS_FLT_DO_NOT_DETACH;
    flt_lock_acquire();
    bool busy = filter->unload_running || flt_is_going(&filter->object);
    filter->unload_running = true;
    if (!busy)
        filter->unload_mandatory = mandatory;
    flt_lock_release();
    if (busy)
        return STATUS_FLT_DELETING_OBJECT;
    NTSTATUS status = call_unload(filter, mandatory);
    if (!NT_SUCCESS(status)) {
        flt_lock_acquire();
        filter->unload_running = false;
        flt_lock_release();
        return status;
    }
    PDRIVER_OBJECT driver = filter->driver;
    flt_driver_ended(driver);
    io_driver_unload_image(driver);
    return STATUS_SUCCESS;
}

NTSTATUS flt_filter_unload(PCUNICODE_STRING name, bool mandatory)
{
    PFLT_FILTER filter = flt_filter_find(name);
    if (!filter)
        return STATUS_FLT_FILTER_NOT_FOUND;
    NTSTATUS status = unload(filter, mandatory);
    flt_unpin(&filter->object);
    return status;
}

NTSTATUS flt_driver_stop(PDRIVER_OBJECT driver)
{
    PFLT_FILTER filter = flt_filter_of_driver(driver);
    if (!filter)
        return STATUS_FLT_FILTER_NOT_FOUND;
    NTSTATUS status = unload(filter, true);
    flt_unpin(&filter->object);
    return status;
}

FLTAPI NTSTATUS FltLoadFilter(PCUNICODE_STRING FilterName)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    NTSTATUS status = io_driver_load(FilterName, NULL);
    return status;
}

FLTAPI NTSTATUS FltUnloadFilter(PCUNICODE_STRING FilterName)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    PFLT_FILTER filter = flt_filter_find(FilterName);
    if (!filter)
        return STATUS_FLT_FILTER_NOT_FOUND;
    const char *caller = ke_driver_of(__builtin_return_address(0));
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    if (caller && !strcmp(caller, filter->driver_name))
        ke_report(caller, "FltUnloadFilter", "a filter cannot unload itself (F-036)");
    else
        status = unload(filter, false);
    flt_unpin(&filter->object);
    return status;
}
