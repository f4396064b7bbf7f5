/* A formatter sink that writes to a FILE or to the host's log, gathering small pieces; wide units become UTF-8. */
#ifndef OFM_RTL_CRT_FILE_H
#define OFM_RTL_CRT_FILE_H

#include "rtl/crt/crt.h"
#include "rtl/format.h"

struct crt_file_sink {
    struct rtl_sink sink;
    FILE *file; /* NULL: crt_hooks.print */
    size_t used;
    bool failed;
    char text[1024];
};

void crt_file_sink_open(struct crt_file_sink *s, FILE *file, bool wide);
/* Writes what is left; false when a write failed. */
bool crt_file_sink_close(struct crt_file_sink *s);

#endif
