/* Software exceptions that both sides raise by name. */
#include "rtl/seh.h"

#include <ntstatus.h>

OFM_SEH_API void RtlRaiseException(PEXCEPTION_RECORD record);
OFM_SEH_API void RtlRaiseStatus(NTSTATUS status) __attribute__((noreturn));

void RtlRaiseException(PEXCEPTION_RECORD record)
{
    record->ExceptionAddress = __builtin_return_address(0);
    record->ExceptionFlags |= EXCEPTION_SOFTWARE_ORIGINATE;
    ofm_seh_raise(record);
}

void RtlRaiseStatus(NTSTATUS status)
{
    EXCEPTION_RECORD record = {.ExceptionCode = status,
        .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
        .ExceptionAddress = __builtin_return_address(0)};
    for (;;)
        ofm_seh_raise(&record);
}
