/*
 * A guarded mount: a manager with a driver linked in runs in a process of its own, over two directories mounted in a mount namespace of
 * the test's; the test program is an ordinary Linux program on these mounts. What the driver does is set, and what it saw is read, in
 * memory shared by both.
 */
#ifndef OFM_TESTS_GUARDED_H
#define OFM_TESTS_GUARDED_H

#include "frame.h"

#include "openfltmgr.h"

#include <stdbool.h>
#include <sys/types.h>

enum { EVENTS = 8192, EVENT_NAME = 48 };

struct event {
    unsigned char major, minor;   /* IRP_MJ_..., IRP_MN_... */
    unsigned detail;              /* CREATE: disposition << 24 | low access bits; SET/QUERY_INFORMATION: the class */
    int pid;                      /* of the requestor; 4: System */
    unsigned options, share;      /* CREATE */
    unsigned flags;               /* of the IRP (READ, WRITE); of the stack location (CREATE) */
    unsigned file_flags;          /* of the FILE_OBJECT */
    unsigned length;              /* READ, WRITE */
    unsigned sync_type, protection; /* ACQUIRE_FOR_SECTION_SYNCHRONIZATION */
    int64_t offset;
    bool user_mode;               /* RequestorMode */
    bool whole_path;              /* the name begins with a backslash, and there is no related file */
    char name[EVENT_NAME];        /* last component */
};

struct guarded {
    /* set by the test; __atomic */
    char deny_name[EVENT_NAME];   /* opens of this name are denied before they reach the file system */
    uint64_t deny_inode;          /* opens for data of this file are denied after they did, whatever the name */
    uint32_t deny_writes;         /* IRP_MJ_WRITE is denied */
    uint32_t deny_major;          /* != 0: operations with this major code are denied with `deny_status` */
    uint32_t deny_status;
    uint32_t hold;                /* opens of names that begin with "held" wait; with "busy": sleep without the kernel's means */
    /* written by the driver */
    uint32_t held;                /* opens that wait now; CLEANUPs of names that begin with "late" do so as well */
    int client;                   /* of the order: a process */
    char native_name[EVENT_NAME];
    uint32_t native_status;       /* of guarded_native_open */
    uint32_t cut;                 /* waits that ended without an answer */
    uint32_t event_count;
    struct event events[EVENTS];
};
extern struct guarded *guarded;

/* How the manager mounts; a test may set its own way before RUN_TESTS. */
extern NTSTATUS (*guarded_mount_way)(ofm_volume *volume, const char *point, ofm_mount **mount);

/* What a test adds to the driver, in the manager's process; set before RUN_TESTS. After it has started; for opens of names that begin with
 * "ask": a failure refuses the open; for orders of guarded_order. */
extern void (*guarded_started)(PFLT_FILTER filter);
extern NTSTATUS (*guarded_ask)(PFLT_FILTER filter, const char *name);
extern void (*guarded_obey)(char order);
void guarded_order(char order); /* a capital letter; returns when it is done */

/* Paths of the two mounts and of the directories behind them. */
extern char guarded_mount[64], guarded_second[64], guarded_back[64];

int guarded_start(void **state);   /* group set-up: skips everything when not root or without /dev/fuse */
int guarded_stop(void **state);    /* and the manager must have nothing left: its exit status is the leaks it found */
/* Before each test: no denial, no event, nothing held, an empty directory. */
int guarded_clear(void **state);
/* Lets everybody go who waits at the driver; those to come too, until guarded->hold is set again. */
void guarded_release(void);
/* Unmounts the second mount whoever is inside, removes its volume, makes both anew. */
void guarded_force_unmount(void);
/* A native open for writing of this name on the first volume, shared with everybody, closed again: its status. */
uint32_t guarded_native_open(const char *name);
/* The manager ends by SIGKILL; no other test can follow. */
void guarded_kill(void);

const char *on_mount(const char *name);  /* four buffers in turn */
const char *behind(const char *name);
void write_behind(const char *name, const char *text, mode_t mode);
const char *text_of(const char *path);   /* "(none)" when it cannot be read */
/* -1 and errno as a negative number in one: an open descriptor or -errno. */
int try_open(const char *path, int flags);

uint32_t held(void);
/* Events of this major code and name (NULL: any). */
unsigned events_of(unsigned char major, const char *name);
const struct event *event_of(unsigned char major, const char *name); /* the first one; fails the test without one */
/* The majors of the events with this name, in order, as text: "CREATE READ CLEANUP CLOSE". */
const char *sequence_of(const char *name);

#endif
