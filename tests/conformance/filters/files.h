/*
 * The frame of this directory's tests about files: a manager over a temporary directory with a few files, and up to three filters
 * linked in (HIGH, MIDDLE, LOW), each with hooks that a test sets: `pre` and `post` see every operation.
 */
#ifndef FILTERS_FILES_H
#define FILTERS_FILES_H

#include "harness.h"

#include <fltkernel.h>
#include <openfltmgr.h>
#include <pthread.h>
#include <stdbool.h>

enum level { HIGH, MIDDLE, LOW, LEVELS };

struct test_filter {
    const char *service, *altitude;
    FLT_REGISTRATION registration;      /* a test may change it before it loads the filter */
    PFLT_FILTER filter;
    PFLT_INSTANCE instance;             /* of the test volume; not referenced */
    NTSTATUS registered;                /* what FltRegisterFilter said */
    FLT_PREOP_CALLBACK_STATUS (*pre)(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects);
    void (*post)(struct test_filter *self, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects);
    void (*torn_down)(struct test_filter *self, PCFLT_RELATED_OBJECTS objects);   /* TeardownComplete */
    unsigned creates;                   /* __atomic: pre-creates seen */
    unsigned operations;                /* __atomic: all pre callbacks */
};

extern struct test_filter filters[LEVELS];
extern ofm_volume *volume;
extern char directory[];                /* the Linux directory below the volume */

/* Test set-up and teardown: starts and stops a manager with the volume; no filter is loaded. Stop fails on leaks. */
int files_start(void **state);
int files_stop(void **state);

/* Registers and attaches to the volume; the load's status. */
NTSTATUS filter_load_status(enum level level);
/* Same, must succeed. */
struct test_filter *filter_load(enum level level);
void filter_unload(enum level level);

/* Files of the directory: "a.txt" with "hello world", "dir/", "dir/sub.txt", "dir/Mixed Case.Txt". */
PFILE_OBJECT open_file(const char *path, ACCESS_MASK access, ULONG options);
void write_linux_file(const char *name, const char *text);
/* "\Device\HarddiskVolumeN" + tail, UTF-8. */
const char *full_name(const char *tail);

UNICODE_STRING text16(const char *text, WCHAR *buffer, size_t size);
void expect_text(const char *what, PCUNICODE_STRING actual, const char *expected);

#endif
