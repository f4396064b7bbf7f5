/*
 * openfltmgr.h: be the manager. A test program, a fuzzer or a tool starts the filter manager inside itself, adds volumes, loads drivers from files or
 * with a DriverEntry linked in, works on files as a user of its choice, and stops with a report of what was left behind.
 *
 *     ofm_start(NULL);
 *     ofm_volume_add_directory("/tmp/files", NULL, &volume);
 *     ofm_service_set("scanner", NULL, "265000", "Scanner Instance", 0);
 *     ofm_driver_load_entry("scanner", DriverEntry);
 *     ofm_create(volume, "\\a.txt", FILE_READ_DATA, FILE_OPEN, 0, &file, NULL);
 *     ...
 *     ofm_stop(&report);
 *
 * One manager a process; ofm_start after ofm_stop is allowed. All calls return NTSTATUS, strings are UTF-8, and may be made by any thread at
 * PASSIVE_LEVEL unless said otherwise.
 */
#ifndef OPENFLTMGR_H
#define OPENFLTMGR_H

#include <fltkernel.h>

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OFM_API __attribute__((visibility("default")))

typedef struct ofm_volume ofm_volume;
typedef struct ofm_mount ofm_mount;
typedef struct ofm_user ofm_user;

enum ofm_log_level { OFM_LOG_DEBUG, OFM_LOG_DRIVER, OFM_LOG_INFO, OFM_LOG_WARNING, OFM_LOG_ERROR, OFM_LOG_REPORT, OFM_LOG_BUGCHECK };

struct ofm_options {
    const char *registry_file;   /* kept in this file (regedit's format); NULL: in memory only */
    const char *registry_text;   /* imported at start; NULL: nothing */
    int dispatch_mode;           /* asynchronous post callbacks run as if at DISPATCH_LEVEL; calls above their IRQL are reported */
    int fast_io_first;           /* what has a fast I/O form is sent in it first, so that filters' FLT_PREOP_DISALLOW_FASTIO runs */
    int zero_timeout_polls;      /* FltSendMessage with *Timeout == 0 returns at once instead of waiting for ever */
    int timeout_fails;           /* a timeout of FltSendMessage is STATUS_IO_TIMEOUT, an error, not STATUS_TIMEOUT, a success */
    unsigned watchdog_milliseconds; /* a connected service that takes no message for so long is told of in the log; 0: it is not */
    int watchdog_disconnects;    /* and its connection is ended */
    const char *capture_messages; /* ports whose MessageNotify gets private copies: "none", "all", or names with commas; NULL: none */
    int allow_terminate;         /* ZwTerminateProcess may kill */
    int no_mailslots;            /* the volume \Device\Mailslot is left out */
    enum ofm_log_level log_level;
    /* One line each, any thread. NULL: standard error. driver is NULL for the manager's own lines. */
    void (*log)(void *context, enum ofm_log_level level, const char *driver, const char *text);
    void *log_context;
};

/*
 * Starts the manager. options may be NULL: all defaults. STATUS_ALREADY_REGISTERED when it runs;
 * STATUS_REGISTRY_CORRUPT when the registry file was damaged: it has been set aside and the manager runs with an
 * empty one. Source: openfltmgr's own.
 */
OFM_API NTSTATUS ofm_start(const struct ofm_options *options);

struct ofm_report {
    unsigned long leaks;         /* objects, handles, pool blocks, contexts that drivers left */
    unsigned long mistakes;      /* reports of drivers' mistakes since ofm_start, leaks included */
};

/*
 * Unloads every driver (mandatory), takes mounts and volumes away, flushes the registry. report may be NULL. Source:
 * openfltmgr's own.
 */
OFM_API NTSTATUS ofm_stop(struct ofm_report *report);

/* --- volumes --- */

/*
 * A directory as a volume. dos_name: "C:", "auto" for the next free letter, NULL for none. Status of the directory's
 * error. Source: openfltmgr's own.
 */
OFM_API NTSTATUS ofm_volume_add_directory(const char *directory, const char *dos_name, ofm_volume **volume);
/* STATUS_DEVICE_BUSY while files are open, unless force. Source: openfltmgr's own. */
OFM_API NTSTATUS ofm_volume_remove(ofm_volume *volume, int force);
/* "\Device\HarddiskVolume1", UTF-8; lives as long as the volume. Source: openfltmgr's own. */
OFM_API const char *ofm_volume_name(const ofm_volume *volume);
/* The filter manager's object, referenced (FltObjectDereference). Source: openfltmgr's own. */
OFM_API NTSTATUS ofm_volume_object(ofm_volume *volume, PFLT_VOLUME *object);

/* Shows the volume to Linux at an existing directory. Source: openfltmgr's own. */
OFM_API NTSTATUS ofm_mount_volume(ofm_volume *volume, const char *point, ofm_mount **mount);
/*
 * As ofm_mount_volume, with what the kernel may keep of the mount: "strict" (nothing, every read is seen), "default" (pages
 * while a file is open, names for a second), "fast" (everything: the directory must be changed through this manager only),
 * or "auto" (strict while a filter registers IRP_MJ_READ, else default), which ofm_mount_volume takes. *mount is NULL on
 * failure. STATUS_SUCCESS; STATUS_INVALID_PARAMETER: cache is none of these; else the status of the mount's error. IRQL:
 * PASSIVE_LEVEL. Source: openfltmgr's own.
 */
OFM_API NTSTATUS ofm_mount_volume_cached(ofm_volume *volume, const char *point, const char *cache, ofm_mount **mount);
/*
 * Takes the mount away; the volume stays. force: also while programs are in it, which then get errors.
 * STATUS_SUCCESS; STATUS_DEVICE_BUSY: in use, nothing has changed. IRQL: PASSIVE_LEVEL. Source: openfltmgr's own.
 */
OFM_API NTSTATUS ofm_unmount(ofm_mount *mount, int force);

/* --- drivers --- */

/*
 * Writes the service's key: image (may be NULL), and one instance that is the default one. instance NULL: "NAME
 * Instance". Source: openfltmgr's own.
 */
OFM_API NTSTATUS ofm_service_set(const char *service, const char *image, const char *altitude, const char *instance, ULONG flags);
/* Imports text in regedit's format. *line (may be NULL): of the error. Source: openfltmgr's own. */
OFM_API NTSTATUS ofm_registry_import(const char *text, unsigned *line);
/* Loads by the service's key, as FltLoadFilter does. Source: openfltmgr's own. */
OFM_API NTSTATUS ofm_driver_load(const char *service);
/* A driver that is part of this program. Source: openfltmgr's own. */
OFM_API NTSTATUS ofm_driver_load_entry(const char *service, PDRIVER_INITIALIZE entry);
/* mandatory 0: as fltmc unload, the driver may refuse; 1: as sc stop. Source: openfltmgr's own. */
OFM_API NTSTATUS ofm_driver_unload(const char *service, int mandatory);
/* instance and altitude may be NULL (from the registry). Source: openfltmgr's own. */
OFM_API NTSTATUS ofm_attach(const char *filter, ofm_volume *volume, const char *instance, const char *altitude);
/*
 * Detaches an instance, as fltmc detach: the filter is asked. instance NULL: its highest one. STATUS_SUCCESS;
 * STATUS_FLT_FILTER_NOT_FOUND; STATUS_FLT_INSTANCE_NOT_FOUND; STATUS_FLT_DO_NOT_DETACH. IRQL: PASSIVE_LEVEL. Source:
 * openfltmgr's own.
 */
OFM_API NTSTATUS ofm_detach(const char *filter, ofm_volume *volume, const char *instance);

/* --- acting as a user --- */

/*
 * From here on this thread is a thread of a new process of that user, until ofm_user_leave. Nests. Uid 0 is SYSTEM.
 * Source: openfltmgr's own.
 */
OFM_API ofm_user *ofm_user_enter(uid_t uid, gid_t gid, const gid_t *groups, unsigned group_count);
OFM_API void ofm_user_leave(ofm_user *user);

/* --- files, as the current user in UserMode --- */

/*
 * path: below the volume, "\dir\file" or "/dir/file". *information (may be NULL): FILE_OPENED ... Source:
 * openfltmgr's own.
 */
OFM_API NTSTATUS ofm_create(ofm_volume *volume, const char *path, ACCESS_MASK access, ULONG disposition, ULONG options, PFILE_OBJECT *file,
    ULONG_PTR *information);
/*
 * Reads at an offset, through all filters. offset, length, *done: bytes; done may be NULL. STATUS_SUCCESS;
 * STATUS_END_OF_FILE; what a filter or the file system says. IRQL: PASSIVE_LEVEL. Source: openfltmgr's own;
 * ZwReadFile.
 */
OFM_API NTSTATUS ofm_read(PFILE_OBJECT file, LONGLONG offset, void *buffer, ULONG length, ULONG *done);
/*
 * Writes at an offset, through all filters. offset, length, *done: bytes; done may be NULL. STATUS_SUCCESS;
 * STATUS_DISK_FULL; what a filter or the file system says. IRQL: PASSIVE_LEVEL. Source: openfltmgr's own;
 * ZwWriteFile.
 */
OFM_API NTSTATUS ofm_write(PFILE_OBJECT file, LONGLONG offset, const void *buffer, ULONG length, ULONG *done);
/*
 * Queries a class of file information into the buffer, length bytes. STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW;
 * STATUS_INFO_LENGTH_MISMATCH; STATUS_INVALID_INFO_CLASS. IRQL: PASSIVE_LEVEL. Source: openfltmgr's own;
 * ZwQueryInformationFile.
 */
OFM_API NTSTATUS ofm_query(PFILE_OBJECT file, FILE_INFORMATION_CLASS information_class, void *buffer, ULONG length);
/*
 * Sets a class of file information from the buffer, length bytes. STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH;
 * STATUS_INVALID_INFO_CLASS; what a filter or the file system says. IRQL: PASSIVE_LEVEL. Source: openfltmgr's own;
 * ZwSetInformationFile.
 */
OFM_API NTSTATUS ofm_set(PFILE_OBJECT file, FILE_INFORMATION_CLASS information_class, void *buffer, ULONG length);
/*
 * Deletes a file or an empty directory: an open, the disposition, a close. STATUS_SUCCESS;
 * STATUS_OBJECT_NAME_NOT_FOUND; STATUS_DIRECTORY_NOT_EMPTY; STATUS_CANNOT_DELETE; STATUS_ACCESS_DENIED. IRQL:
 * PASSIVE_LEVEL. Source: openfltmgr's own.
 */
OFM_API NTSTATUS ofm_delete(ofm_volume *volume, const char *path);
/* IRP_MJ_CLEANUP and IRP_MJ_CLOSE. Source: openfltmgr's own. */
OFM_API void ofm_close(PFILE_OBJECT file);

/* --- applications --- */

/* Lets fltmc and services of other processes in: a control socket in `directory`. Source: openfltmgr's own. */
OFM_API NTSTATUS ofm_listen(const char *directory);

#ifdef __cplusplus
}
#endif

#endif
