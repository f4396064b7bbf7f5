/* A service with wmain and no main, as Windows programs have it. */
#include "windows.h"

OFM_EXPORT int wmain(int count, WCHAR **arguments);

int wmain(int count, WCHAR **arguments)
{
    return count == 3 && !lstrcmpW(arguments[1], u"gr\u00FCn") && !lstrcmpW(arguments[2], u"\U0001F600") ? 0 : 1;
}
