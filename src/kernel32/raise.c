/* RaiseException: an application's own exceptions, delivered like faults. */
#include "windows.h"

#include "ofm_seh.h"

#include <ntstatus.h>
#include <string.h>

void WINAPI RaiseException(DWORD code, DWORD flags, DWORD count, const ULONG_PTR *arguments)
{
    /* Windows clears the bit that marks its own exceptions. */
    EXCEPTION_RECORD record = {.ExceptionCode = (NTSTATUS)(code & ~0x10000000u),
        .ExceptionFlags = flags & EXCEPTION_NONCONTINUABLE,
        .ExceptionAddress = __builtin_return_address(0)};
    if (arguments) {
        record.NumberParameters = count < EXCEPTION_MAXIMUM_PARAMETERS ? count : EXCEPTION_MAXIMUM_PARAMETERS;
        memcpy(record.ExceptionInformation, arguments, record.NumberParameters * sizeof *arguments);
    }
    ofm_seh_raise(&record);
}
