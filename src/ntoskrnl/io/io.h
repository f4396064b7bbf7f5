/*
 * The I/O manager: volumes as stacks of devices, and the path an operation takes through them.
 *
 * An operation is built by a front end (mount, Zw/Flt file calls, embedding), sent to the top device of a volume's
 * stack and finished by any of its devices. The filter manager is one such device; the base file system is the last.
 * Nobody here knows what a filter or a FUSE request is: upper rooms fill the tables below.
 */
#ifndef OFM_IO_H
#define OFM_IO_H

#include <fltkernel.h>

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uchar.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <uchar.h>

struct io_volume;
struct io_device;
struct io_operation;
struct io_node;

/* ------------------------------------------------------------------------------------------------------------------
 * Contexts that an upper room hangs on objects of this room (the filter manager's volume, file, stream and
 * stream-handle contexts). The object owns the list; the upper room owns what is in it.
 */
enum io_context_owner { IO_CONTEXT_VOLUME, IO_CONTEXT_FILE, IO_CONTEXT_STREAM, IO_CONTEXT_HANDLE };

struct io_context_list {
    void *head;       /* the upper room's; NULL when nothing hangs here */
    uint32_t lock;    /* the upper room's; zero-initialised */
    uint8_t owner;    /* enum io_context_owner */
    bool gone;        /* the object is being torn down: nothing may be hung on it any more */
};

/* Called once by the object's owner when the object ends; fltmgr fills io_upcalls.contexts_gone. */
void io_context_list_end(struct io_context_list *list);

/* ------------------------------------------------------------------------------------------------------------------
 * Volumes and devices
 */

/*
 * Handles one operation at one level. Returns the final status, with op->iosb set, when it is done; or STATUS_PENDING when
 * somebody will call io_complete(op) later (perhaps already has): the caller then never touches op again.
 * The two never both happen.
 */
typedef NTSTATUS io_dispatch_fn(struct io_device *device, struct io_operation *op);

struct io_device {
    struct io_device *lower;   /* NULL for the base file system */
    io_dispatch_fn *dispatch;
    struct io_volume *volume;
    void *extension;           /* the owning room's */
};

/* What a front end needs of a base file system besides NT operations. Never seen by filters (V-011, V-037, V-056).
 * All return 0 or a negative errno; a node returned is referenced. Called with the requestor's credentials where
 * `cred` is given; permission checks of plain look-ups are the kernel's (default_permissions, V-181). */
struct io_cred {
    uid_t uid;                 /* fsuid */
    gid_t gid;                 /* fsgid */
    const gid_t *groups;       /* supplementary, may be NULL when not known */
    size_t group_count;
    mode_t umask;
};

struct io_base_ops {
    const char *file_system_name;      /* what FileFsAttributeInformation and fltmc show, e.g. "ext4" */
    /* name nodes: one object reached by one name (V-001) */
    int (*node_root)(struct io_volume *volume, struct io_node **node);
    int (*node_lookup)(struct io_node *parent, const char *name, struct io_node **node, struct stat *attributes);
    int (*node_stat)(struct io_node *node, struct stat *attributes);
    int (*node_readlink)(struct io_node *node, char *buffer, size_t size);
    int (*node_getxattr)(struct io_node *node, const char *name, void *value, size_t size, ssize_t *length);
    int (*node_setxattr)(struct io_node *node, const char *name, const void *value, size_t size, int flags,
        const struct io_cred *cred);
    int (*node_listxattr)(struct io_node *node, char *names, size_t size, ssize_t *length);
    int (*node_removexattr)(struct io_node *node, const char *name, const struct io_cred *cred);
    void (*node_reference)(struct io_node *node);
    void (*node_release)(struct io_node *node);
    int (*statvfs)(struct io_volume *volume, struct statvfs *out);
    /* open files: fstat, seeking to data and holes */
    int (*file_stat)(PFILE_OBJECT file, struct stat *attributes);
    int (*file_seek)(PFILE_OBJECT file, int64_t offset, int whence, int64_t *result);
    /* The Linux descriptor below an open file, or -1: for zero-copy answers when nobody filters reads. Stays the file's. */
    int (*file_descriptor)(PFILE_OBJECT file);
    void (*dismount)(struct io_volume *volume);  /* last call: frees base_data */
    /* names between Linux bytes and NT's units, one component (V-131, V-132): units holds `length`, bytes NAME_MAX + 1 */
    size_t (*name_to_nt)(const char *bytes, size_t length, char16_t *units);
    bool (*name_from_nt)(const char16_t *units, size_t count, char *bytes);
};

/* Per operation class: does any attached filter want it? Set by the filter manager whenever its array of instances changes. */
struct io_traits {
    uint64_t irp_majors;       /* bit n: IRP_MJ n */
    uint64_t other_majors;     /* bit (0xff - major): the fast I/O and FS-filter ones */
    uint32_t network_only;     /* a filter registered NETWORK_QUERY_OPEN and not QUERY_OPEN: only the former reaches it */
    uint32_t generation;       /* grows with each change: cached decisions made under another value are void (V-203) */
};

/* In three parts, a cache line or more apart: what every operation reads, what is fixed, and what opens, closes and contexts write. */
struct io_volume {
    struct io_device *top;             /* where operations enter; published with release, read with consume */
    struct io_device base;             /* the base file system */
    const struct io_base_ops *ops;
    void *base_data;                   /* the base file system's */
    void *filter_data;                 /* the filter manager's PFLT_VOLUME, referenced by it */
    struct io_traits traits;           /* __atomic, relaxed reads */
    uint32_t name_listeners;           /* __atomic: of the listeners, those that want to know of changed names */
    bool offered;                      /* __atomic: filters have been offered this volume (F-063: at the first create) */
    bool dismounting;                  /* __atomic: no new opens */
    bool dead;                         /* __atomic: everything but CLEANUP and CLOSE fails with STATUS_VOLUME_DISMOUNTED */
    bool read_only;
    bool case_insensitive;             /* how names are looked up unless the opener says */

    UNICODE_STRING device_name;        /* \Device\HarddiskVolume1, \Device\Mailslot: fixed after creation */
    UNICODE_STRING dos_name;           /* C: or empty */
    UNICODE_STRING guid_name;          /* \??\Volume{...}: 96 bytes, or empty */
    PDEVICE_OBJECT device;             /* the file system's device object of this volume */
    PDEVICE_OBJECT disk_device;        /* the disk below it (FltGetDiskDeviceObject), NULL for msfs and npfs */
    char *label;                       /* UTF-8 or NULL */
    ULONG device_type;                 /* FILE_DEVICE_DISK_FILE_SYSTEM ... (F-068) */
    ULONG file_system_type;            /* enum FLT_FILESYSTEM_TYPE, §8.7 */
    USHORT sector_size;

    struct io_context_list contexts;   /* volume contexts */
    uint32_t open_files;               /* FILE_OBJECTs not yet closed: __atomic */
    uint32_t references;               /* __atomic */
    bool unused_told;                  /* __atomic: volume_unused was called */
    LIST_ENTRY listeners;              /* listen.c */
    KEVENT files_closed;               /* open_files went to zero while dismounting */
    LIST_ENTRY links;                  /* all volumes, oldest first, under io's volume lock */
};
_Static_assert(offsetof(struct io_volume, contexts) - offsetof(struct io_volume, device_name) >= 64, "opens write no line that reads use");

struct io_volume_options {
    const char *dos_name;              /* "C:" or NULL: the next free letter is taken when "auto" */
    const char *label;
    ULONG file_system_type;            /* FLT_FSTYPE_...; hostfs's default is FLT_FSTYPE_NTFS when streams work else UNKNOWN */
    bool read_only;
    unsigned oplock_timeout_ms;        /* hostfs: Linux programs wait so long for an oplock's owner; 0: its default */
};

/* Creates a volume with the next free \Device\HarddiskVolumeN (or `name` when given) over an initialised base. */
NTSTATUS io_volume_create(const struct io_base_ops *ops, io_dispatch_fn *dispatch, void *base_data, const char16_t *name,
    ULONG device_type, const struct io_volume_options *options, struct io_volume **volume);
/* Tears a volume down: upcall volume_gone (instances torn down with VOLUME_DISMOUNT), waits for open files to close
 * (returns STATUS_DEVICE_BUSY when there are some and `force` is false; with force they fail with STATUS_VOLUME_DISMOUNTED). */
NTSTATUS io_volume_dismount(struct io_volume *volume, bool force);
void io_volume_reference(struct io_volume *volume);
void io_volume_release(struct io_volume *volume);
/* Calls back for each volume, oldest first, each referenced during its call; false stops. */
void io_volume_enumerate(bool (*each)(struct io_volume *volume, void *context), void *context);
/* Accepts \Device\X, \??\C:, \DosDevices\C:, C:, with or without a trailing backslash (F-104); referenced. */
NTSTATUS io_volume_from_name(PCUNICODE_STRING name, struct io_volume **volume);
struct io_volume *io_volume_from_device(PDEVICE_OBJECT device);   /* NULL when it is none of a volume; not referenced */
static inline bool io_volume_wants(const struct io_volume *volume, UCHAR major)
{
    uint64_t mask = major < 0x40 ? __atomic_load_n(&volume->traits.irp_majors, __ATOMIC_RELAXED) >> major
                                 : __atomic_load_n(&volume->traits.other_majors, __ATOMIC_RELAXED) >> (0xff - major);
    return mask & 1;
}

/* A front end that is told what changes without its doing. Called with locks held, from any thread: it notes what it is told. */
struct io_listener {
    LIST_ENTRY links;
    bool names;                        /* __atomic: io_listen_to_names */
    void (*filters_changed)(struct io_listener *listener);
    /* existence: the name appeared or went; else the object's data or attributes changed. `path` is volume-relative. */
    void (*name_changed)(struct io_listener *listener, PCUNICODE_STRING path, bool existence);
};
void io_listen(struct io_volume *volume, struct io_listener *listener);
void io_listen_to_names(struct io_volume *volume, struct io_listener *listener, bool wanted);
void io_listen_end(struct io_volume *volume, struct io_listener *listener);
/* By the filter manager after it changed `traits`; by a base file system for what no front end asked for. */
void io_filters_changed(struct io_volume *volume);
void io_name_changed(struct io_volume *volume, PCUNICODE_STRING path, bool existence);

/* What upper rooms hook into this one; each filled once at start-up (io_set_upcalls). */
struct io_upcalls {
    void (*contexts_gone)(struct io_context_list *list);
    /* puts the filter manager's device on top of a new volume; called by io_volume_create */
    NTSTATUS (*volume_created)(struct io_volume *volume);
    /* F-063: first create on the volume after its mount; called once, before that create enters the stack */
    void (*volume_first_create)(struct io_volume *volume);
    void (*volume_gone)(struct io_volume *volume);
    void (*shutdown)(struct io_volume *volume);
    /* only the filter manager's own reference is left of a dismounted volume */
    void (*volume_unused)(struct io_volume *volume);
    /* a driver is to be stopped without being asked (F-039): STATUS_FLT_FILTER_NOT_FOUND when it is no filter */
    NTSTATUS (*driver_stopping)(PDRIVER_OBJECT driver);
    /* its code goes away: take back what it left registered (F-031, F-045) */
    void (*driver_ended)(PDRIVER_OBJECT driver);
};
void io_set_upcalls(const struct io_upcalls *upcalls);
/* Whether this path leads onto a mount that this process serves: no driver is loaded from there (V-214). NULL: there are none. */
extern bool (*io_path_is_served)(const char *path);

/* Starts the room (after ps_init and cm_init): object types, directories. Idempotent. */
NTSTATUS io_init(void);
/* Dismounts every volume by force, newest first, after IRP_MJ_SHUTDOWN on each (F-043). */
void io_stop(void);

/* ------------------------------------------------------------------------------------------------------------------
 * File objects. The public FILE_OBJECT is the first member; FsContext is the base's stream (struct io_stream first),
 * FsContext2 the base's per-open block.
 */
struct io_stream {             /* first member of the base's SCB: one (device, inode, generation, stream) (V-004) */
    FSRTL_ADVANCED_FCB_HEADER header;
    struct io_context_list file_contexts;
    struct io_context_list stream_contexts;
    bool is_directory;
};

struct io_file {
    FILE_OBJECT object;                /* what drivers see */
    struct io_volume *volume;          /* referenced */
    struct io_context_list contexts;   /* stream-handle contexts */
    void *target;                      /* the instance this file was opened below, NULL for the top (F-342, F-350): the filter
                                          manager's, referenced and released through io_file_set_target/target_gone */
    void (*target_release)(void *target);
    ACCESS_MASK granted;
    ULONG create_options;
    ULONG create_flags;                /* IO_..., SL_... as given */
    bool opened;                       /* the create succeeded and was not cancelled */
    bool cleaned_up;                   /* IRP_MJ_CLEANUP has been sent */
    bool closed;
    bool internal;                     /* transient handle of a front end */
    PETHREAD opener;                   /* for reports; referenced */
    int cleanup_errno;                 /* what the base's delete answered at clean-up, 0: nothing to tell (V-063) */
    void *front_end;                   /* mount's or another front end's block */
    void *names;                       /* the filter manager's cached names of this open */
    POPLOCK_KEY_CONTEXT oplock_key;    /* what the create said in an extra create parameter, or NULL (oplock.h) */
};

static inline struct io_file *io_file_of(PFILE_OBJECT file)
{
    return (struct io_file *)file;
}

/* ------------------------------------------------------------------------------------------------------------------
 * Operations
 */

/* The Linux side of a request, beside its NT form, so that a pass-through is bit-exact (V-127, V-146). A base uses a part only
 * where the NT parameter it belongs to still has the value the front end gave it. */
enum io_linux_have {
    IO_LINUX_CRED = 1 << 0,
    IO_LINUX_MODE = 1 << 1,        /* create: mode of the new object; set security: new mode */
    IO_LINUX_OWNER = 1 << 2,       /* uid/gid to set; (uid_t)-1 leaves it */
    IO_LINUX_TIMES = 1 << 3,       /* atime/mtime: UTIME_OMIT leaves it */
    IO_LINUX_NODE = 1 << 4,        /* the object to open; FileName is only for filters */
    IO_LINUX_PARENT = 1 << 5,      /* parent and last name for a create, rename, link */
    IO_LINUX_OPEN_FLAGS = 1 << 6,
    IO_LINUX_RENAME = 1 << 7,
    IO_LINUX_SYMLINK = 1 << 8,     /* create makes a symbolic link to `symlink` (V-059) */
    IO_LINUX_SPECIAL = 1 << 9,     /* create makes mode's special file with rdev (V-061) */
    IO_LINUX_XATTR = 1 << 10,
    IO_LINUX_RANGE = 1 << 11,      /* allocation: only these bytes are meant */
    IO_LINUX_STREAM = 1 << 12,     /* create: the FileName is the node's with ":stream" behind it */
    IO_LINUX_SECURITY = 1 << 13,   /* set security: the attribute xattr_name = xattr_value, while the descriptor is `descriptor` */
};

struct io_linux {
    uint32_t have;
    struct io_cred cred;
    mode_t mode;
    uid_t uid;
    gid_t gid;
    dev_t rdev;
    struct timespec atime, mtime;
    struct io_node *node;
    struct io_node *parent;
    const char *name;
    const char *symlink;
    int open_flags;
    unsigned rename_flags;             /* RENAME_NOREPLACE, RENAME_EXCHANGE */
    struct io_node *exchange;          /* RENAME_EXCHANGE: the other object */
    const char *xattr_name;
    int xattr_flags;
    const void *xattr_value;
    size_t xattr_size;
    PSECURITY_DESCRIPTOR descriptor;   /* self-relative; the front end's own copy of what it passed */
    off_t range_offset, range_length;
};

#define IO_MAX_FRAMES 6
typedef void io_completion_fn(struct io_operation *op, void *context);

struct io_operation {
    FLT_IO_PARAMETER_BLOCK iopb;       /* the parameters at the level that now runs */
    IO_STATUS_BLOCK iosb;
    PFLT_TAG_DATA_BUFFER tag_data;     /* with STATUS_REPARSE; ExAllocatePool'd, owned by the operation (F-182) */
    struct io_volume *volume;
    PETHREAD thread;                   /* the requestor; NULL when there is none (F-180) */
    KPROCESSOR_MODE mode;
    ULONG callback_flags;              /* FLTFL_CALLBACK_DATA_IRP_OPERATION, _FAST_IO_, _FS_FILTER_, _GENERATED_IO, ...: the class */
    void *start_below;                 /* instance below which the walk starts, NULL: at the top (F-195) */
    const struct io_linux *linux_side; /* may be NULL; the front end's, valid until completion */
    int base_errno;                    /* errno that the base translated into base_status (V-127) */
    NTSTATUS base_status;
    PECP_LIST ecp_list;                /* extra create parameters, FLT_/Fs calls work on it */
    PTXN_PARAMETER_BLOCK transaction;
    PIRP irp;                          /* for device objects with driver dispatch routines; else NULL */

    /* cancellation: io_set_cancel / io_cancel; a requestor's death or FltCancelIo (F-223..F-225) */
    uint32_t cancel_state;             /* __atomic: enum io_cancel_state, operation.c */
    void (*cancel_routine)(struct io_operation *op, void *context);
    void *cancel_context;

    bool completed_by_filter;          /* the base never saw it (F-203) */
    void *filter_state;                /* the filter manager's block while the operation is inside its device */
    void *base_state;                  /* the base's, while it has the operation pended */
    void *front_end;                   /* the requestor's */
    unsigned frame_count;

    /* not zeroed from here on */
    struct { io_completion_fn *fn; void *context; } frames[IO_MAX_FRAMES];
    void *filter_cache;                /* the filter manager's block that stays with this one through all its uses */
    struct io_operation *next_free;    /* caches of free blocks */
};

/* From the calling thread's cache: no malloc in steady state. Everything zero except what follows from the arguments: the class
 * (F-237), the thread (the current one) and its mode. NULL without memory. */
struct io_operation *io_operation_new(struct io_volume *volume, UCHAR major, UCHAR minor, PFILE_OBJECT file);
void io_operation_free(struct io_operation *op);

/* A result that was just stored, member by member: loading both at once would wait for the stores. */
static inline void io_copy_result(PIO_STATUS_BLOCK to, const IO_STATUS_BLOCK *from)
{
    to->Status = from->Status;
    to->Information = from->Information;
}

/* Pushes a frame that runs when the operation, once sent down with io_call_lower and answered STATUS_PENDING, completes. */
static inline void io_push_frame(struct io_operation *op, io_completion_fn *fn, void *context)
{
    assert(op->frame_count < IO_MAX_FRAMES);
    op->frames[op->frame_count].fn = fn;
    op->frames[op->frame_count].context = context;
    op->frame_count++;
}
/* Takes the topmost frame off again: a device does so itself when the lower device answered synchronously. */
static inline void io_pop_frame(struct io_operation *op)
{
    assert(op->frame_count);
    op->frame_count--;
}
/*
 * Goes on with a pended operation that is done at one level: takes the newest frame off and calls it. That frame's function
 * passes the operation on with io_complete when it is done with it, at once or later. The frame pushed first, by whom the
 * operation belongs to, is the end: it does not. Any thread.
 */
void io_complete(struct io_operation *op);

/* Sends to the top of the volume's stack (io_send) or to a device (io_call). See io_dispatch_fn for the answer. */
NTSTATUS io_send(struct io_operation *op);
/* Sends; `done` is called once at the end, before the return when the answer comes at once. op is the caller's again in `done`. */
void io_send_then(struct io_operation *op, io_completion_fn *done, void *context);
static inline NTSTATUS io_call(struct io_device *device, struct io_operation *op)
{
    return device->dispatch(device, op);
}
/* Sends and waits for the end. When the thread's waits are interrupted (ke_self.interrupt) it cancels, then waits on. */
NTSTATUS io_send_and_wait(struct io_operation *op);

/* For a device that pends: registers the routine io_cancel calls; false when already cancelled (then complete at once). */
bool io_set_cancel(struct io_operation *op, void (*routine)(struct io_operation *, void *), void *context);
/* Removes it; false when the routine has been or is being called. */
bool io_clear_cancel(struct io_operation *op);
/* Marks cancelled and calls the routine if one is set. True when a routine was called. */
bool io_cancel(struct io_operation *op);
/* First half of it, for a caller that holds the operation back until it returns: what is to be called is the caller's to call. */
bool io_cancel_begin(struct io_operation *op, void (**routine)(struct io_operation *, void *), void **context);
bool io_is_cancelled(const struct io_operation *op);

/* ------------------------------------------------------------------------------------------------------------------
 * Opening and closing
 */
/* A flag of io_create_request.io_flags that no driver passes: a mailslot that exists is opened, not refused (M-23). */
#define IO_OPEN_EXISTING_MAILSLOT 0x80000000u

struct io_create_request {
    struct io_volume *volume;          /* given, or NULL: then `attributes` names it */
    POBJECT_ATTRIBUTES attributes;     /* full NT name or relative to RootDirectory; NULL when `path` is given */
    UNICODE_STRING path;               /* volume-relative, "\\dir\\file", when volume is given; "" is the volume itself */
    ACCESS_MASK access;
    PLARGE_INTEGER allocation_size;
    ULONG file_attributes, share_access, disposition, options;
    PVOID ea_buffer;
    ULONG ea_length;
    ULONG io_flags;                    /* IO_FORCE_ACCESS_CHECK ... (F-344) */
    UCHAR sl_flags;                    /* SL_OPEN_TARGET_DIRECTORY, SL_CASE_SENSITIVE ... */
    UCHAR major;                       /* IRP_MJ_CREATE, or CREATE_MAILSLOT / CREATE_NAMED_PIPE */
    PVOID create_parameters;           /* MAILSLOT_CREATE_PARAMETERS ... for those */
    KPROCESSOR_MODE mode;
    PETHREAD thread;                   /* NULL: the current one */
    void *start_below;                 /* instance (F-339) */
    void (*target_release)(void *target); /* releases start_below's reference when the file object ends */
    PIO_DRIVER_CREATE_CONTEXT driver_context;
    const struct io_linux *linux_side;
    bool internal;
};

struct io_create_result {
    PFILE_OBJECT file;                 /* referenced; NULL on failure */
    ULONG_PTR information;             /* FILE_OPENED, FILE_CREATED ... */
    int base_errno;                    /* with V-127's rule already applied: 0 when a filter made the status */
    bool redirected;                   /* a filter sent the open to another name (V-119): the file is another object */
};

/* Builds the file object, offers the volume to filters on its first create, sends the create, follows STATUS_REPARSE
 * (V-119, V-121: at most 63 times). Waits for the end. */
NTSTATUS io_create_file(const struct io_create_request *request, struct io_create_result *result);
/* The same without waiting: `done` runs in any thread, perhaps before the call returns; *cancel is the operation to io_cancel. */
void io_create_file_async(const struct io_create_request *request,
    void (*done)(NTSTATUS status, const struct io_create_result *result, void *context), void *context,
    struct io_operation **cancel);
/* Offers the volume to filters if that was not done yet (F-063): what looks at a volume before its first create does so itself. */
void io_volume_offer(struct io_volume *volume);

/* Attributes by name, without an open: IRP_MJ_QUERY_OPEN with a class, or IRP_MJ_NETWORK_QUERY_OPEN (V-055). */
struct io_query_open {
    struct io_volume *volume;
    UNICODE_STRING path;               /* volume-relative */
    UCHAR major;
    UCHAR sl_flags;
    FILE_INFORMATION_CLASS class;      /* QUERY_OPEN; the other one's is FileNetworkOpenInformation */
    PVOID buffer;                      /* of the class's fixed size */
    ULONG length;
    KPROCESSOR_MODE mode;
    PETHREAD thread;                   /* the requestor; NULL: the current one */
    const struct io_linux *linux_side; /* node, or parent and name; may be NULL */
    int base_errno;                    /* out: as io_create_result's */
};
/* Sends and waits. STATUS_FLT_DISALLOW_FAST_IO: the answer is to be had by a create, a query and a close (F-144, F-150, F-151). */
NTSTATUS io_query_open(struct io_query_open *query);
/* Last handle closed: IRP_MJ_CLEANUP, once. Then the reference that the caller holds: IRP_MJ_CLOSE when it was the last (F-244). */
void io_cleanup_file(PFILE_OBJECT file, PETHREAD thread);
void io_close_file(PFILE_OBJECT file);   /* io_cleanup_file if still to do, then dereferences */

/*
 * One handle-less operation on an open file: the common form for front ends and Flt...File calls. `start_below` as above.
 *
 * With `done` NULL the call waits and answers the status. With `done` it never waits: `done` runs once, in whichever thread ends
 * the operation (perhaps at DISPATCH_LEVEL, perhaps before the call returns), with the result in iosb; what the call answers then means
 * nothing. Until then the transfer, its buffers and references to file and thread stay the operation's; io_transfer_release follows when
 * the call has returned, `done` has run and nobody cancels any more.
 */
struct io_transfer {
    PFILE_OBJECT file;
    void *start_below;
    PETHREAD thread;
    KPROCESSOR_MODE mode;
    const struct io_linux *linux_side;
    ULONG irp_flags;
    void (*done)(struct io_transfer *t);
    IO_STATUS_BLOCK iosb;
    int base_errno;
    /* this room's, while the operation is under way */
    struct io_operation *op;           /* __atomic: for io_transfer_cancel */
    PIRP irp;                          /* __atomic: for io_transfer_cancel */
    bool cancelled;                    /* __atomic */
    PVOID system_buffer, out;          /* METHOD_BUFFERED, DO_BUFFERED_IO: what is copied to `out` at the end */
    ULONG out_length;
    PMDL mdl;
};
/* Asks the operation of a transfer with `done` to end soon; any thread, any time between its call and its release, more than once. */
void io_transfer_cancel(struct io_transfer *t);
void io_transfer_release(struct io_transfer *t);
/* Test mode of F-238: what has a fast I/O form is sent in it first. */
extern bool io_fast_io_first;
NTSTATUS io_read(struct io_transfer *t, PVOID buffer, ULONG length, LARGE_INTEGER offset);
NTSTATUS io_write(struct io_transfer *t, PVOID buffer, ULONG length, LARGE_INTEGER offset);
NTSTATUS io_query_information(struct io_transfer *t, FILE_INFORMATION_CLASS class, PVOID buffer, ULONG length);
NTSTATUS io_set_information(struct io_transfer *t, FILE_INFORMATION_CLASS class, PVOID buffer, ULONG length,
    PFILE_OBJECT parent_of_target, BOOLEAN replace_if_exists);
NTSTATUS io_query_volume_information(struct io_transfer *t, FS_INFORMATION_CLASS class, PVOID buffer, ULONG length);
NTSTATUS io_set_volume_information(struct io_transfer *t, FS_INFORMATION_CLASS class, PVOID buffer, ULONG length);
NTSTATUS io_query_directory(struct io_transfer *t, FILE_INFORMATION_CLASS class, PVOID buffer, ULONG length,
    PUNICODE_STRING pattern, UCHAR sl_flags, ULONG index);
NTSTATUS io_flush(struct io_transfer *t, UCHAR minor);
NTSTATUS io_query_security(struct io_transfer *t, SECURITY_INFORMATION information, PSECURITY_DESCRIPTOR sd, ULONG length);
NTSTATUS io_set_security(struct io_transfer *t, SECURITY_INFORMATION information, PSECURITY_DESCRIPTOR sd);
NTSTATUS io_fs_control(struct io_transfer *t, ULONG code, PVOID in, ULONG in_length, PVOID out, ULONG out_length);
NTSTATUS io_device_io_control(struct io_transfer *t, ULONG code, PVOID in, ULONG in_length, PVOID out, ULONG out_length);
NTSTATUS io_query_ea(struct io_transfer *t, PVOID buffer, ULONG length, PVOID list, ULONG list_length, UCHAR sl_flags);
NTSTATUS io_set_ea(struct io_transfer *t, PVOID buffer, ULONG length);
NTSTATUS io_lock_control(struct io_transfer *t, UCHAR minor, PLARGE_INTEGER offset, PLARGE_INTEGER length, ULONG key, UCHAR sl_flags);

/* The same for a handle with these rights: what the system services check and answer before a file system is asked. */
NTSTATUS io_file_query(struct io_transfer *t, ACCESS_MASK granted, FILE_INFORMATION_CLASS class, PVOID buffer, ULONG length);
NTSTATUS io_file_set(struct io_transfer *t, ACCESS_MASK granted, FILE_INFORMATION_CLASS class, PVOID buffer, ULONG length);
NTSTATUS io_file_query_volume(struct io_transfer *t, FS_INFORMATION_CLASS class, PVOID buffer, ULONG length);

/* V-126 / V-125: one table each way. `io_status_of_errno` for a base's answer; `io_errno_of_status` for a Linux caller. */
enum io_errno_use { IO_ERRNO_PLAIN, IO_ERRNO_OPEN, IO_ERRNO_NAME, IO_ERRNO_XATTR, IO_ERRNO_READ, IO_ERRNO_WRITE, IO_ERRNO_LOCK,
    IO_ERRNO_SEEK, IO_ERRNO_OWNER, IO_ERRNO_RENAME, IO_ERRNO_EXEC, IO_ERRNO_IOCTL };
NTSTATUS io_status_of_errno(int error, enum io_errno_use use);
int io_errno_of_status(NTSTATUS status, enum io_errno_use use);   /* positive errno, 0 for success-class */

#endif
