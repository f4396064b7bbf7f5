/* Fuzzers make the manager complain all the time: nobody reads it. */
#ifndef OFM_FUZZ_QUIET_H
#define OFM_FUZZ_QUIET_H

#include "openfltmgr.h"

static inline void quiet(void *context, enum ofm_log_level level, const char *driver, const char *text)
{
    (void)context, (void)level, (void)driver, (void)text;
}

#endif
