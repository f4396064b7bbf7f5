/* The headers in C, and constants that must be constants. */
#include "all_headers.h"

int header_constants(HRESULT hr);

int header_constants(HRESULT hr)
{
    static const HRESULT pending = __HRESULT_FROM_WIN32(ERROR_IO_PENDING);

    switch (hr) {
    case HRESULT_FROM_WIN32(ERROR_INVALID_HANDLE):
        return 1;
    case ERROR_FLT_NO_WAITER_FOR_REPLY:
        return 2;
    default:
        return hr == pending;
    }
}
