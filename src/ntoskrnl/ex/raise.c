/* ExRaiseStatus and its two short forms: a driver's own exceptions, delivered like faults. */
#include "rtl/seh.h"

#include <ntstatus.h>

OFM_SEH_API void ExRaiseStatus(NTSTATUS status) __attribute__((noreturn));
OFM_SEH_API void ExRaiseAccessViolation(void) __attribute__((noreturn));
OFM_SEH_API void ExRaiseDatatypeMisalignment(void) __attribute__((noreturn));

static void raise_from(NTSTATUS status, void *address) __attribute__((noreturn));

static void raise_from(NTSTATUS status, void *address)
{
    EXCEPTION_RECORD record = {
        .ExceptionCode = status, .ExceptionFlags = EXCEPTION_NONCONTINUABLE, .ExceptionAddress = address};
    for (;;)
        ofm_seh_raise(&record);
}

void ExRaiseStatus(NTSTATUS status)
{
    raise_from(status, __builtin_return_address(0));
}

void ExRaiseAccessViolation(void)
{
    raise_from(STATUS_ACCESS_VIOLATION, __builtin_return_address(0));
}

void ExRaiseDatatypeMisalignment(void)
{
    raise_from(STATUS_DATATYPE_MISALIGNMENT, __builtin_return_address(0));
}
