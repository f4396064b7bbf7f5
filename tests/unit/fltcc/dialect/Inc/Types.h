/* Included as inc\TYPES.h. */
#pragma once
struct tag {
    long a;
    char b;
    __int64 c;
};
// begin_wpp config
// FUNC TraceEvents(LEVEL, MSG, ...);
// end_wpp
