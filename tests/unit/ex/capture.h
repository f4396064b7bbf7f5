/* Catches the reports of drivers' mistakes. */
#ifndef OFM_TESTS_EX_CAPTURE_H
#define OFM_TESTS_EX_CAPTURE_H

#include <stdio.h>
#include <string.h>

#include "ntoskrnl/ke/ke.h"

static char last_report[600];
static int reports;

static inline void capture(void *context, enum ke_log_level level, const char *driver, const char *text)
{
    if (level != KE_LOG_REPORT)
        return;
    reports++;
    snprintf(last_report, sizeof last_report, "%s|%s", driver ? driver : "", text);
}

static inline int start_capture(void **state)
{
    reports = 0;
    last_report[0] = 0;
    ke_report_set_sink(capture, NULL);
    return 0;
}

static inline int end_capture(void **state)
{
    ke_report_set_sink(NULL, NULL);
    return 0;
}

#endif
