/* Processes and threads: an EPROCESS is a Linux process, an ETHREAD a Linux thread; the manager's own threads belong to
 * the System process (id 4). Everybody may call; ps_set_current is for code that serves a requestor (mount, ports). */
#ifndef OFM_PS_PS_H
#define OFM_PS_PS_H

#include <ntifs.h>
#include <stdbool.h>
#include <sys/types.h>

#define PS_SYSTEM_PID 4u

/* Starts ob, se and ps in their order: types, System process, the calling thread's ETHREAD. Idempotent. */
NTSTATUS ps_init(void);

/* The ETHREAD whose context this thread runs in: set by ps_set_current, else the thread's own (made on first use). */
PETHREAD ps_current_thread(void);
PEPROCESS ps_current_process(void);

/* Makes the calling thread act as `thread` (NULL: as itself) until the returned value is set again. Takes no reference: the caller
 * holds one meanwhile. PreviousMode becomes UserMode unless the thread is of the System process. */
PETHREAD ps_set_current(PETHREAD thread);
/* PreviousMode of the current context: UserMode while acting as an application's thread. */
KPROCESSOR_MODE ps_previous_mode(void);
KPROCESSOR_MODE ps_set_previous_mode(KPROCESSOR_MODE mode);

/* Requestor of a FUSE request (V-007 to V-009): tid, fsuid and fsgid as the kernel gave them. Returns a referenced ETHREAD, never
 * NULL: tid 0 with uid 0 is a System thread (V-008); a thread that has gone or cannot be seen is one of a process that has ended, with
 * the request's identity. One system call when the thread is known. */
PETHREAD ps_thread_of_linux(pid_t tid, uid_t uid, gid_t gid);
/* Who is behind a pidfd that another process gave. `mixed`: its user ids are not all the same (setuid). False: it is none, or the
 * process has ended. */
struct ps_identity {
    pid_t pid;
    uid_t uid;
    gid_t gid;
    bool mixed;
};
bool ps_identity_of_pidfd(int pidfd, struct ps_identity *identity);
/* Has it ended? */
bool ps_pidfd_ended(int pidfd);
/* Client of a port connection: identity bound by pidfd (duplicated inside, may be -1). STATUS_INVALID_CID when it is gone already. */
NTSTATUS ps_process_of_pidfd(int pidfd, pid_t pid, uid_t uid, gid_t gid, PEPROCESS *process);
/* A referenced thread of that process to act as; tid 0 = its main thread. */
PETHREAD ps_thread_of_process(PEPROCESS process, pid_t tid);

/* Same, with the identity its connection was made with (SO_PEERCRED): a descriptor that a process keeps while it becomes somebody
 * else brings no new rights. */
PETHREAD ps_thread_of_client(PEPROCESS process, pid_t tid, uid_t uid, gid_t gid);

/* V-211: SIGKILL is pending on the thread, or it is gone. A System thread never dies. Costs one read of /proc. */
bool ps_thread_is_dying(PETHREAD thread);

/* The system call that a Linux thread sleeps in, by the number of its own architecture (V-050). PS_CALL_RUNNING: it does not sleep now;
 * PS_CALL_UNKNOWN: it is no Linux thread, it is gone, or /proc does not tell us. */
enum ps_system_call { PS_CALL_UNKNOWN, PS_CALL_RUNNING, PS_CALL_KNOWN };
enum ps_system_call ps_thread_system_call(PETHREAD thread, long *number);
bool ps_process_is_alive(PEPROCESS process);

/* A process that exists in no /proc, for tests: its id is a free multiple of 4 above every Linux pid. Referenced; ends with
 * ps_process_end_simulated. image: NT or Linux path, may be NULL. */
PEPROCESS ps_process_create_simulated(uid_t uid, gid_t gid, const gid_t *groups, unsigned n_groups, const char *image);
void ps_process_end_simulated(PEPROCESS process, NTSTATUS exit_status);

PACCESS_TOKEN ps_process_token(PEPROCESS process);                /* referenced primary token */
PACCESS_TOKEN ps_thread_token(PETHREAD thread);                   /* referenced effective token */
PACCESS_TOKEN ps_thread_impersonation(PETHREAD thread, SECURITY_IMPERSONATION_LEVEL *level); /* referenced, or NULL */
PEPROCESS ps_thread_process(PETHREAD thread);                     /* not referenced: lives as long as the thread */
struct ob_handle_table *ps_handle_table(PEPROCESS process);
pid_t ps_linux_tid(PETHREAD thread);
pid_t ps_linux_pid(PEPROCESS process);

PIRP ps_top_level_irp(PETHREAD thread);
void ps_set_top_level_irp(PETHREAD thread, PIRP irp);

/* AllowTerminate: ZwTerminateProcess is refused unless this is set. */
void ps_allow_terminate(bool allow);
/* Starts listening to the kernel's process connector; called by itself when the first notification is registered. Says by ke_report
 * once when it cannot. STATUS_PRIVILEGE_NOT_HELD, STATUS_NOT_SUPPORTED. */
NTSTATUS ps_events_start(void);
void ps_events_stop(void);
/* Notification by hand: what tests and the image loader call. */
void ps_notify_process(PEPROCESS process, bool created);
void ps_notify_thread(PETHREAD thread, bool created);
void ps_notify_image(PCUNICODE_STRING name, HANDLE process_id, PIMAGE_INFO info);

/* Tells notify routines and system threads a driver left behind; returns how many. */
ULONG ps_report_leaks(const char *driver);

/* How a Linux path of an image is shown: set by io when volumes have names; NULL: \Device\HarddiskVolume0 + path. */
typedef NTSTATUS (*ps_image_namer)(const char *linux_path, PUNICODE_STRING name);
void ps_set_image_namer(ps_image_namer namer);

#endif
