/* The parts of a path, as the filter manager names them: text in, pointers into that text out. */
#ifndef OFM_FLT_NAMEPARSE_H
#define OFM_FLT_NAMEPARSE_H

#include <fltkernel.h>

struct flt_name_parts {
    UNICODE_STRING parent;     /* with both backslashes (F-320) */
    UNICODE_STRING final;      /* with its stream */
    UNICODE_STRING stream;     /* with its colon */
    UNICODE_STRING extension;  /* without dot and stream */
};

/* Absent parts are empty with a NULL buffer. */
void flt_name_split(const WCHAR *path, const WCHAR *end, struct flt_name_parts *parts);

#endif
