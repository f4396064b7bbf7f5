/* EPROCESS and ETHREAD inside the room. Drivers see them as opaque; both begin with their dispatcher header, so that they can be
 * waited for. */
#ifndef OFM_PS_INNER_H
#define OFM_PS_INNER_H

#include "ntoskrnl/ps/ps.h"

#include <nt/undocumented.h>

#include <pthread.h>
#include <stdint.h>

struct ob_handle_table;

enum { PS_PROCESS_OBJECT = 3, PS_THREAD_OBJECT = 6 }; /* DISPATCHER_HEADER.Type */

struct _KPROCESS {
    DISPATCHER_HEADER header; /* signalled when the process has ended */
    ULONG id;                 /* what drivers see: 4, or the Linux pid */
    pid_t pid;                /* Linux; the manager's own for System; 0 when simulated */
    bool system, simulated;
    bool ghost;               /* had ended before it could be looked at: known from its events only */
    bool announced;           /* __atomic: creation has been told, the end is owed */
    bool exited;              /* __atomic */
    NTSTATUS exit_status;     /* valid once exited */
    int pidfd;                /* -1: none */
    ULONG parent_id;          /* __atomic */
    LARGE_INTEGER created;
    uint64_t start_ticks;
    pthread_mutex_t lock;     /* guards token and image */
    PACCESS_TOKEN token;      /* referenced */
    uint64_t identity;        /* __atomic: the token's uid << 32 | gid */
    char *image;              /* last known Linux path, malloc; NULL: not known */
    struct ob_handle_table *handles; /* __atomic, made on first use */
    struct _KPROCESS *next;   /* in the table's bucket, under ps_table_lock */
    bool listed;              /* in the table, which holds a reference */
    char short_name[16];      /* PsGetProcessImageFileName: written once before short_name_set */
    bool short_name_set;      /* __atomic */
};

struct _ETHREAD {
    DISPATCHER_HEADER header; /* signalled when the thread has ended */
    ULONG id;
    pid_t tid;
    struct _KPROCESS *process; /* referenced */
    bool system;
    bool gone;                 /* was never visible, or has ended */
    int directory;             /* /proc/TGID/task/TID: bound to this very thread; -1: none */
    LARGE_INTEGER created;
    NTSTATUS exit_status;
    PIRP top_level_irp;        /* the thread's own use only */
    pthread_mutex_t lock;      /* guards the impersonation */
    PACCESS_TOKEN impersonation;
    SECURITY_IMPERSONATION_LEVEL level;
    uid_t seen_uid;            /* credentials that impersonation was made for, by ps_thread_of_linux */
    gid_t seen_gid;
    bool by_credentials;       /* __atomic: impersonation was made by ps_thread_of_linux */
    const char *driver;        /* system threads: who made it */
    PKSTART_ROUTINE start;
    PVOID context;
    struct _ETHREAD *next;     /* table bucket, or list of system threads; under ps_table_lock */
    bool listed;
};

extern POBJECT_TYPE ps_process_type, ps_thread_type;
extern PEPROCESS ps_system_process;
extern pthread_mutex_t ps_table_lock;

/* ---- /proc, in linux.c ---- */

struct ps_status {
    pid_t tgid, parent;
    uid_t uid;  /* effective */
    gid_t gid;
    unsigned n_groups;
    gid_t *groups; /* malloc */
    uint64_t pending; /* SigPnd | ShdPnd */
    char state;
};
/* Reads DIR/status (directory AT_FDCWD: path absolute). False when it is gone or unreadable. */
bool ps_read_status(int directory, const char *path, struct ps_status *status);
/* The first word of DIRECTORY/syscall. */
enum ps_system_call ps_read_system_call(int directory, long *number);
void ps_status_free(struct ps_status *status);
/* Start time in clock ticks since boot, from DIR/stat. */
bool ps_read_start(int directory, const char *path, uint64_t *ticks);
LARGE_INTEGER ps_time_of_ticks(uint64_t ticks);
char *ps_read_image(pid_t pid);  /* malloc, NULL */
char *ps_read_command_line(pid_t pid, size_t *length);
int ps_pidfd_open(pid_t pid);
/* UTF-16 with backslashes in paged pool. */
NTSTATUS ps_nt_path(const char *linux_path, PUNICODE_STRING name);
/* UTF-16 of UTF-8 text in paged pool, NUL behind. */
NTSTATUS ps_wide(const char *text, size_t length, PUNICODE_STRING wide);

/* ---- process.c ---- */
NTSTATUS ps_processes_init(void);
/* By Linux pid, from the table or /proc; referenced. */
NTSTATUS ps_find_process(pid_t pid, PEPROCESS *process);
/* A process that ran and ended before anybody could look: listed until its exit event. */
PEPROCESS ps_make_ghost(pid_t pid, pid_t parent);
/* Only when it is in the table already. */
PEPROCESS ps_known_process(ULONG id);
/* Ends it: signalled, handles closed, out of the table. */
void ps_process_ended(PEPROCESS process, NTSTATUS exit_status);
/* Without a lock: is this who its primary token says? */
bool ps_process_has_identity(PEPROCESS process, uid_t uid, gid_t gid);
void ps_renew_token(PEPROCESS process, PACCESS_TOKEN token, uid_t uid, gid_t gid);
void ps_each_process(void (*each)(PEPROCESS process, void *context), void *context);
char *ps_image_of(PEPROCESS process); /* malloc */
PEPROCESS ps_attached_process(void);

/* ---- thread.c ---- */
NTSTATUS ps_threads_init(void);
/* The calling thread's own, whatever it acts as. */
PETHREAD ps_own_thread(void);
/* Puts a manager's thread in the table; the one that stands there, referenced (consumes the caller's reference). */
PETHREAD ps_list_own(PETHREAD thread);
ULONG ps_report_thread_leaks(const char *driver);
void ps_forget_threads_of(PEPROCESS process);
PETHREAD ps_thread_create(PEPROCESS process, pid_t tid, bool system);

/* ---- notify.c ---- */
bool ps_wants_process_events(void);
void ps_notify_thread_ids(HANDLE process, HANDLE thread, bool created);

#endif
