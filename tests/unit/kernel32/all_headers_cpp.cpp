// The headers in C++, where HRESULT_FROM_WIN32 is a function that a case label may use.
#include "all_headers.h"

int header_constants_cpp(HRESULT hr);

int header_constants_cpp(HRESULT hr)
{
    switch (hr) {
    case HRESULT_FROM_WIN32(ERROR_INVALID_HANDLE):
        return 1;
    default:
        return InterlockedIncrement(&hr);
    }
}
