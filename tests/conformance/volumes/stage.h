/*
 * A stage for filters that come and go: a manager in a process of its own shows two directories in a mount namespace of the test's; up to
 * three filters, each registered for the operations that a test names, are loaded and unloaded while the test, an ordinary Linux program,
 * uses the mounts. What they do is set, and what they saw is read, in memory shared by both.
 */
#ifndef OFM_TESTS_STAGE_H
#define OFM_TESTS_STAGE_H

#include "frame.h"

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

enum { STAGE_EVENTS = 4096, STAGE_NAME = 96, STAGE_FILTERS = 3 };

/* Major codes as tests write them: fltKernel.h and Linux's headers do not go together in one file. */
enum {
    CREATE = 0, CLOSE = 2, READ = 3, WRITE = 4, QUERY = 5, SET = 6, GET_EA = 7, SET_EA = 8, FLUSH = 9, LIST = 12, FSCTL = 13,
    CLEANUP = 0x12, GET_SECURITY = 0x14, SET_SECURITY = 0x15, QUERY_OPEN = 0xf9, NETWORK = 0xf2, SECTION = 0xff,
};

struct stage_event {
    unsigned char filter, major;
    unsigned detail;              /* CREATE: disposition << 24 | low access bits; SET, QUERY, QUERY_OPEN, LIST: the class; FSCTL: the code;
                                     READ, WRITE: 1 for paging I/O; SECTION: the sync type << 16 | the page protection */
    unsigned options, share;      /* CREATE */
    int pid;
    char name[STAGE_NAME];        /* last component */
};

struct stage {
    /* which operations a filter registers; set before it is loaded */
    unsigned char majors[STAGE_FILTERS][24];
    /* what the filters do; __atomic or set while nobody uses the mounts */
    char hide[STAGE_NAME];        /* to look at, open or list this name answers that there is none */
    char fake[STAGE_NAME];        /* this name is there, says the look; what is asked of the open file the filter answers itself */
    char resize[STAGE_NAME];      /* looks and queries at this name tell `size`, and that it is read-only if `read_only` */
    int64_t size;
    uint32_t read_only;
    uint32_t disallow;            /* the fast forms of looks */
    char from[STAGE_NAME], to[256]; /* opens of this name go there */
    uint32_t refuse;              /* != 0: operations of this major code + 1 fail with `status` */
    uint32_t status;
    char target[STAGE_NAME];      /* FSCTL_GET_REPARSE_POINT tells this target */
    char ea_value[STAGE_NAME];    /* QUERY_EA tells this value */
    uint32_t bad_listing;         /* != 0: directories are listed by the filter, in this wrong way */
    char sidecar[256];            /* a create of "trigger" makes this file first, natively */
    char native[64];              /* what native orders are about: \\name below the first volume */
    char cache[16];               /* of the mounts; "": auto */
    uint32_t cut_writes;          /* != 0: a write is completed with this many bytes */
    uint32_t keep_reference;      /* a look's file object is referenced and let go in the next create: a mistake */
    /* what they saw */
    uint32_t information_seen;    /* IoStatus.Information after a QUERY_OPEN, + 1 */
    uint32_t bad_irps;            /* looks without a create IRP that names the file object */
    uint32_t reports;             /* mistakes reported */
    uint32_t event_count;
    struct stage_event events[STAGE_EVENTS];
};
extern struct stage *stage;
extern char stage_mount[64], stage_second[64], stage_back[64], stage_second_back[64];

int stage_start(void **state);
int stage_stop(void **state);
/* Before each test: no filter, nothing set, no event, an empty directory. */
int stage_clear(void **state);
void stage_load(unsigned filter, const unsigned char *majors, size_t count);
#define LOAD(filter, ...) stage_load(filter, (const unsigned char[]){__VA_ARGS__}, sizeof((const unsigned char[]){__VA_ARGS__}))
void stage_unload(unsigned filter);
/* Both mounts anew, with this cache profile ("" for the automatic choice). */
void stage_remount(const char *cache);
/* A file of the first volume is made, written or deleted by code in the manager, not through the mount. */
void stage_native_write(const char *name);
void stage_native_delete(const char *name);

const char *at(const char *name);     /* on the first mount */
const char *at_second(const char *name);
const char *back(const char *name);   /* in the directory behind it */
const char *back_second(const char *name);
void put(const char *path, const char *text);
const char *text_in(const char *path);  /* "(errno)" when it cannot be read */
unsigned seen(unsigned char major, const char *name);    /* events; name NULL: any */
const struct stage_event *event_of(unsigned char major, const char *name);
const char *sequence(const char *name);                  /* "CREATE QUERY CLEANUP CLOSE" */
void forget_events(void);
/* CLEANUP and CLOSE come after close(2) has returned: waits for them. */
void expect_sequence(const char *name, const char *expected);

#endif
