/*
 * The base file system over a Linux directory: what it keeps. Everything below is the room's own; other rooms see
 * hostfs_volume_create (hostfs/volume.h) and the tables of io.h.
 *
 * Locks, in the order they are taken (a later one may be taken while an earlier is held):
 *   node->entries     serialises changes of one directory's entries with the node table; two directories by address
 *   scb->lock         share access, open list, delete state of the links, byte-range locks, stored attributes
 *   volume->streams   the table of streams
 *   volume->watching  change notification, the label
 *   volume->names     the table of nodes, parents and names of nodes
 */
#ifndef OFM_HOSTFS_HOSTFS_H
#define OFM_HOSTFS_HOSTFS_H

#include "ntoskrnl/io/io.h"
#include "hostfs/name.h"
#include "hostfs/nt.h"

#include <pthread.h>

#define HOSTFS_OPLOCK_TIMEOUT_MS 35000 /* as long as a file server waits for its clients */

struct hostfs_scb;
struct hostfs_scan;
struct hostfs_watch;

struct hostfs_volume {
    int root_fd;               /* O_PATH; a detached clone of the directory's mount when possible (V-033) */
    int proc_fd;               /* /proc/self/fd: reopens O_PATH descriptors (V-208) */
    dev_t device;
    bool detached;
    bool read_only;
    bool xattrs;               /* user.* attributes work */
    ULONG serial;
    char type_name[16];        /* "ext4" */
    char16_t label[32];
    unsigned label_length;
    struct io_node *root;
    pthread_mutex_t names;
    struct io_node **nodes;    /* hash of (parent, name) */
    size_t node_buckets, node_count;
    pthread_mutex_t streams;
    struct hostfs_scb **scbs;  /* hash of (inode, stream name) */
    size_t scb_buckets, scb_count;
    pthread_mutex_t watching;
    LIST_ENTRY watches;
    uint32_t watch_count;      /* __atomic: nobody watches, nothing to do */
    unsigned oplock_timeout_ms; /* how long a Linux program waits for the owner of an oplock (V-192) */
};

/* One object reached by one name (V-001). Its O_PATH descriptor pins the inode, so an inode number is unique among live nodes. */
struct io_node {
    struct hostfs_volume *volume;
    struct io_node *parent;    /* referenced; NULL for the root. Changed under names */
    struct io_node *next;      /* in the hash chain */
    char *name;                /* changed under names */
    uint32_t references;
    int fd;
    mode_t type;               /* S_IFMT bits */
    ino_t inode;
    bool hashed;               /* in the table: the name leads here */
    bool delete_pending;       /* the link goes with its last handle (V-185); under scb->lock */
    bool removed;              /* the link is gone; under scb->lock */
    uint32_t handles;          /* opens of this link not yet cleaned up; under scb->lock */
    struct hostfs_scb *scb;    /* the unnamed stream, referenced once opened: contexts live with the node (V-054) */
    pthread_mutex_t entries;
};

/* What is stored beside the file in an extended attribute, because Linux has no place for it (V-147, V-151). */
struct hostfs_stored {
    ULONG attributes;
    LONGLONG creation;         /* 0: the file system's own birth time */
    ULONG tag;                 /* reparse tag kept in an attribute (V-159); 0: none */
};

/* One stream of one file (V-004). FsContext of its file objects. */
struct hostfs_scb {
    struct io_stream stream;   /* first: the contract */
    struct hostfs_volume *volume;
    struct hostfs_scb *next;
    struct hostfs_scb *file;   /* a named stream: the unnamed one, referenced */
    ino_t inode;
    char *name;                /* named stream: its name as on the NT side, in bytes; else NULL */
    uint32_t references;
    pthread_mutex_t lock;
    SHARE_ACCESS share;
    LIST_ENTRY opens;          /* struct hostfs_ccb */
    SECTION_OBJECT_POINTERS sections;
    bool stored_known;
    bool stream_delete;        /* a named stream's own disposition */
    struct hostfs_stored stored;
    uint32_t range_locks;      /* granted byte-range locks: __atomic, so that reads and writes look without the lock */
    LIST_ENTRY ranges, range_waiters;
    OPLOCK oplock;             /* __atomic: NULL until the first request */
    FAST_MUTEX header_mutex;
};

/* One open: FsContext2. */
struct hostfs_ccb {
    PFILE_OBJECT file;
    struct hostfs_volume *volume;
    struct hostfs_scb *scb;    /* referenced; NULL: the volume itself */
    struct io_node *node;      /* referenced: the link that was opened */
    LIST_ENTRY links;          /* scb->opens */
    int fd;                    /* opened for the data or the entries; -1: attributes only */
    bool reads, writes;        /* what fd is good for */
    int read_fd, write_fd;     /* opened when the kernel side transfers beyond the handle's rights; -1; __atomic */
    ACCESS_MASK access;
    ULONG options;
    bool front_end;            /* the front end resolved and checked it: Linux rules hold (V-181) */
    bool append;               /* may only append (V-041) */
    bool delete_on_close;
    bool posix_delete;         /* this handle set a POSIX disposition */
    bool front_end_delete;     /* the front end asked for it, which so knows that the name goes */
    bool shared;               /* counted in the share access */
    bool case_sensitive;
    bool cleaned;
    bool keep_atime, keep_mtime, keep_ctime; /* V-145: -1 was set */
    struct hostfs_scan *scan;  /* directory enumeration */
    struct hostfs_watch *watch; /* under volume->watching */
    ULONG ea_index;
    ULONG mode_information;
};

static inline struct hostfs_ccb *hostfs_ccb_of(PFILE_OBJECT file)
{
    return file ? file->FsContext2 : NULL;
}

static inline struct hostfs_volume *hostfs_volume_of(const struct io_volume *volume)
{
    return volume->base_data;
}

typedef NTSTATUS hostfs_file_operation(struct hostfs_ccb *ccb, struct io_operation *op);

/* dispatch.c: the ends of an operation */
NTSTATUS hostfs_done(struct io_operation *op, NTSTATUS status, ULONG_PTR information);
NTSTATUS hostfs_fail(struct io_operation *op, int error, enum io_errno_use use);  /* keeps errno (V-127) */
void *hostfs_buffer(PMDL mdl, void *buffer);
io_dispatch_fn hostfs_dispatch;

/* sys.c: the system calls; 0 or more, or a negative errno */
void hostfs_sys_init(void);                                  /* asks once what the kernel can do */
void hostfs_sys_without_openat2(bool without);               /* also for tests of the fallback */
int hostfs_open_at(int directory, const char *name, int flags, mode_t mode);  /* one component, never leaves (V-206) */
int hostfs_reopen(const struct hostfs_volume *volume, int fd, int flags);     /* V-208 */
int hostfs_statx(int fd, struct statx *out);
int hostfs_statx_at(int directory, const char *name, struct statx *out);
void hostfs_stat_of_statx(const struct statx *in, struct stat *out);
int hostfs_chmod(const struct hostfs_volume *volume, int fd, mode_t mode);
int hostfs_truncate(const struct hostfs_volume *volume, int fd, off_t size);
ssize_t hostfs_getxattr(int fd, const char *name, void *value, size_t size);
int hostfs_setxattr(int fd, const char *name, const void *value, size_t size, int flags);
ssize_t hostfs_listxattr(int fd, char *names, size_t size);
int hostfs_removexattr(int fd, const char *name);
int hostfs_clone_tree(int fd);
int hostfs_generation(int fd, uint32_t *generation);
const char *hostfs_type_name(int fd, char name[16]);

/* identity.c: acting as the requestor while something is created (V-183) */
struct hostfs_identity {
    bool changed;
    bool groups_changed;
    uid_t uid;
    gid_t gid;
    mode_t umask;
    gid_t groups[64];
    int group_count;
};
void hostfs_identity_enter(struct hostfs_identity *saved, const struct io_cred *cred);
void hostfs_identity_leave(const struct hostfs_identity *saved);

/* node.c */
int hostfs_node_create_root(struct hostfs_volume *volume);
int hostfs_node_child(struct io_node *parent, const char *name, struct io_node **node, struct statx *attributes);
int hostfs_node_child_locked(struct io_node *parent, const char *name, struct io_node **node, struct statx *attributes);
int hostfs_node_adopt(struct io_node *parent, const char *name, int fd, const struct statx *attributes, struct io_node **node);
void hostfs_node_reference(struct io_node *node);
void hostfs_node_release(struct io_node *node);
void hostfs_node_lock_two(struct io_node *a, struct io_node *b);
void hostfs_node_unlock_two(struct io_node *a, struct io_node *b);
void hostfs_node_forget_name(struct io_node *node);                                     /* the link is gone */
struct io_node *hostfs_node_known(struct io_node *parent, const char *name);            /* referenced or NULL */
int hostfs_node_move(struct io_node *node, struct io_node *parent, const char *name);
void hostfs_node_exchange(struct io_node *a, struct io_node *b);
struct io_node *hostfs_node_parent(struct io_node *node);                               /* referenced; NULL: the root */
int hostfs_node_name(struct io_node *node, char name[HOSTFS_NAME_BYTES + 1], struct io_node **parent);
int hostfs_node_path(struct io_node *node, const char *child, PUNICODE_STRING path);    /* ExFreePool path->Buffer */
bool hostfs_node_is_below(struct io_node *node, const struct io_node *directory);
/* Calls back for each known node of the inode, referenced; then, if still wanted, for those found by a bounded scan. */
struct io_node *hostfs_node_by_inode(struct hostfs_volume *volume, ino_t inode);
typedef bool hostfs_link_fn(struct io_node *node, void *context);
bool hostfs_node_each_link(struct hostfs_volume *volume, ino_t inode, unsigned expected, hostfs_link_fn *each, void *context);

/* scb.c */
struct hostfs_scb *hostfs_scb_get(struct io_node *node);                       /* referenced; NULL: no memory */
struct hostfs_scb *hostfs_scb_get_named(struct hostfs_scb *file, const char *name);
void hostfs_scb_reference(struct hostfs_scb *scb);
void hostfs_scb_release(struct hostfs_scb *scb);

/* times.c and attributes.c: V-144 to V-151 */
LONGLONG hostfs_nt_time(int64_t seconds, uint32_t nanoseconds);
LONGLONG hostfs_nt_time_of(const struct statx_timestamp *time);
struct timespec hostfs_unix_time(LONGLONG time);
void hostfs_stored_load(int fd, mode_t type, struct hostfs_stored *stored);
void hostfs_stored_load_at(int directory, const char *name, mode_t type, struct hostfs_stored *stored);
int hostfs_stored_save(int fd, const struct hostfs_stored *stored);
struct hostfs_stored hostfs_stored_of(struct hostfs_scb *scb, struct io_node *node);
ULONG hostfs_reparse_tag(const struct statx *sx, const struct hostfs_stored *stored, int fd);
ULONG hostfs_attributes(const struct statx *sx, const struct hostfs_stored *stored);
LONGLONG hostfs_creation_time(const struct statx *sx, const struct hostfs_stored *stored);
LONGLONG hostfs_allocation(const struct statx *sx);
bool hostfs_xattr_is_hidden(const char *name);

#define HOSTFS_XATTR_PREFIX "user.openfltmgr."
#define HOSTFS_XATTR_STORED "user.openfltmgr.basic"
#define HOSTFS_XATTR_REPARSE "user.openfltmgr.reparse"
#define HOSTFS_XATTR_SECURITY "user.openfltmgr.security"
#define HOSTFS_XATTR_STREAM "user.DosStream."

/* stream.c: V-162 to V-167 */
NTSTATUS hostfs_stream_read(struct hostfs_ccb *ccb, struct io_operation *op, void *buffer, ULONG length, LONGLONG offset);
NTSTATUS hostfs_stream_write(struct hostfs_ccb *ccb, struct io_operation *op, const void *buffer, ULONG length, LONGLONG offset);
int hostfs_stream_size(struct io_node *node, const char *name, LONGLONG *size);   /* -ENODATA: no such stream */
int hostfs_stream_resize(struct hostfs_ccb *ccb, LONGLONG size);
int hostfs_stream_create(struct io_node *node, const char *name);
int hostfs_stream_remove(struct io_node *node, const char *name);
int hostfs_stream_remove_all(struct io_node *node);
/* The stored spelling of a stream's name (case-insensitive unless told); -ENODATA. */
int hostfs_stream_find(struct io_node *node, const char *name, bool case_sensitive, char *found);
NTSTATUS hostfs_stream_query(struct hostfs_ccb *ccb, struct io_operation *op, void *buffer, ULONG length);

/* one dispatch routine a file */
NTSTATUS hostfs_create(struct hostfs_volume *volume, struct io_operation *op);
NTSTATUS hostfs_read(struct hostfs_ccb *ccb, struct io_operation *op);
NTSTATUS hostfs_write(struct hostfs_ccb *ccb, struct io_operation *op);
NTSTATUS hostfs_flush(struct hostfs_ccb *ccb, struct io_operation *op);
NTSTATUS hostfs_cleanup(struct hostfs_ccb *ccb, struct io_operation *op);
NTSTATUS hostfs_close(struct hostfs_ccb *ccb, struct io_operation *op);
NTSTATUS hostfs_query_information(struct hostfs_ccb *ccb, struct io_operation *op);
NTSTATUS hostfs_set_information(struct hostfs_ccb *ccb, struct io_operation *op);
NTSTATUS hostfs_query_open(struct hostfs_volume *volume, struct io_operation *op);
NTSTATUS hostfs_directory_control(struct hostfs_ccb *ccb, struct io_operation *op);
NTSTATUS hostfs_query_volume(struct hostfs_volume *volume, struct io_operation *op);
NTSTATUS hostfs_set_volume(struct hostfs_volume *volume, struct io_operation *op);
NTSTATUS hostfs_query_security(struct hostfs_ccb *ccb, struct io_operation *op);
NTSTATUS hostfs_set_security(struct hostfs_ccb *ccb, struct io_operation *op);
NTSTATUS hostfs_query_ea(struct hostfs_ccb *ccb, struct io_operation *op);
NTSTATUS hostfs_set_ea(struct hostfs_ccb *ccb, struct io_operation *op);
NTSTATUS hostfs_fs_control(struct hostfs_ccb *ccb, struct io_operation *op);
NTSTATUS hostfs_lock_control(struct hostfs_ccb *ccb, struct io_operation *op);
NTSTATUS hostfs_rename(struct hostfs_ccb *ccb, struct io_operation *op, bool extended);
NTSTATUS hostfs_link(struct hostfs_ccb *ccb, struct io_operation *op, bool extended);
NTSTATUS hostfs_set_disposition(struct hostfs_ccb *ccb, struct io_operation *op, ULONG flags);

/* open.c: what create does once the object is known */
struct hostfs_open {
    struct hostfs_volume *volume;
    struct io_operation *op;
    PFILE_OBJECT file;
    ACCESS_MASK access;
    ULONG disposition, options, file_attributes;
    USHORT share;
    bool front_end;            /* the front end's node or parent is used */
    bool case_sensitive;
    bool target_directory;
    bool directory_syntax;     /* the name ended in a backslash */
    struct io_node *parent;    /* referenced; NULL for the root and for opens by node */
    struct io_node *node;      /* referenced; NULL when there is none yet */
    struct statx attributes;   /* of node */
    struct hostfs_scb *scb;
    int fd;
    bool created, stream_created, target_exists;
    bool parent_raced;         /* the name appeared while it was being created */
    bool oplock_breaks;        /* STATUS_OPLOCK_BREAK_IN_PROGRESS instead of success */
    ULONG_PTR information;
    char name[HOSTFS_NAME_BYTES + 1];
    char stream[HOSTFS_NAME_BYTES * 3 + 1]; /* "" for the unnamed one */
    char16_t target_name[HOSTFS_NAME_UNITS];
    unsigned target_units;
};
NTSTATUS hostfs_resolve(struct hostfs_open *open);        /* path.c */
void hostfs_open_release(struct hostfs_open *open);
NTSTATUS hostfs_refuse(struct hostfs_open *open, NTSTATUS status);
int hostfs_become(struct hostfs_ccb *ccb, struct io_node *parent, const char *name, int fd); /* open.c */
int hostfs_unlink(struct io_node *node);                  /* close.c: the link, if it still leads to the object */
NTSTATUS hostfs_store_ea_list(struct io_node *node, const void *list, ULONG length, struct io_operation *op); /* ea.c */
NTSTATUS hostfs_open_existing(struct hostfs_open *open);  /* open.c */
NTSTATUS hostfs_open_new(struct hostfs_open *open);       /* new.c */
NTSTATUS hostfs_open_attach(struct hostfs_open *open);    /* open.c: share access, FsContext */
NTSTATUS hostfs_check_access(struct hostfs_open *open, struct io_node *node, const struct statx *attributes, ACCESS_MASK desired,
    ACCESS_MASK *granted);                                /* access.c */
NTSTATUS hostfs_check_parent(struct hostfs_open *open, ACCESS_MASK desired);
PACCESS_TOKEN hostfs_requestor_token(const struct io_operation *op);
ACCESS_MASK hostfs_creator_rights(ACCESS_MASK desired);
void hostfs_record_access(struct io_operation *op, ACCESS_MASK granted);
/* descriptor.c: self-relative, ExFreePool */
NTSTATUS hostfs_descriptor_of(struct io_node *node, const struct statx *attributes, PSECURITY_DESCRIPTOR *sd);
void hostfs_store_descriptor(struct io_node *node, PSECURITY_DESCRIPTOR sd); /* with what Linux says now; if there is room for it */
NTSTATUS hostfs_apply_descriptor(struct io_node *node, SECURITY_INFORMATION which, PSECURITY_DESCRIPTOR sd, struct io_operation *op); /* security.c */
NTSTATUS hostfs_answer_reparse(struct hostfs_open *open, struct io_node *node, ULONG tag, size_t unparsed_units); /* reparse.c */
int hostfs_reparse_read(struct io_node *node, ULONG tag, PREPARSE_DATA_BUFFER buffer, size_t size, size_t *length);
NTSTATUS hostfs_set_reparse(struct hostfs_ccb *ccb, struct io_operation *op, const void *in, ULONG length);
NTSTATUS hostfs_get_reparse(struct hostfs_ccb *ccb, struct io_operation *op, void *out, ULONG length);
NTSTATUS hostfs_delete_reparse(struct hostfs_ccb *ccb, struct io_operation *op, const void *in, ULONG length);

/* facts.c: one look at an open object */
struct hostfs_facts {
    struct statx sx;
    struct hostfs_stored stored;
    ULONG attributes, tag;
    LONGLONG size, allocation, creation;
    ULONG links;
    bool delete_pending, directory;
};
int hostfs_facts_of(struct hostfs_ccb *ccb, struct hostfs_facts *facts);
void hostfs_facts_complete_at(struct hostfs_facts *facts, int fd, const char *name);
int hostfs_facts_of_node(struct io_node *node, struct hostfs_facts *facts);
/* query.c: the classes made of facts alone; ccb is NULL when nothing is open. False: not such a class. */
bool hostfs_fill_facts(const struct hostfs_facts *facts, struct io_node *node, ACCESS_MASK access, FILE_INFORMATION_CLASS class,
    void *buffer, ULONG length, ULONG_PTR *written, NTSTATUS *status);
LONGLONG hostfs_ea_size(struct io_node *node);

/* names of an open for FileNameInformation and the like; ExFreePool */
int hostfs_ccb_path(struct hostfs_ccb *ccb, PUNICODE_STRING path);
/* Copies a length-prefixed name behind a fixed part; BUFFER_OVERFLOW keeps the true length. */
NTSTATUS hostfs_put_name(void *buffer, ULONG length, ULONG fixed, const char16_t *name, ULONG bytes, ULONG_PTR *written);

/* oplock.c: V-192 */
static inline bool hostfs_has_oplock(const struct hostfs_scb *scb)
{
    return scb && __builtin_expect(__atomic_load_n(&scb->oplock, __ATOMIC_SEQ_CST) != NULL, 0);
}
NTSTATUS hostfs_oplock_around(struct hostfs_ccb *ccb, struct io_operation *op, hostfs_file_operation *operation);
void hostfs_oplock_written(struct hostfs_ccb *ccb, struct io_operation *op);
void hostfs_oplock_section(struct io_operation *op);
NTSTATUS hostfs_oplock_replaced(struct hostfs_ccb *ccb, struct io_operation *op, struct io_node *directory, const char *name);
NTSTATUS hostfs_oplock_open(struct hostfs_open *open);
bool hostfs_oplock_stands_against(struct hostfs_open *open);
NTSTATUS hostfs_oplock_reserve(struct hostfs_open *open);
NTSTATUS hostfs_oplock_control(struct hostfs_ccb *ccb, struct io_operation *op);
void hostfs_oplock_cleanup(struct hostfs_ccb *ccb);

/* lock.c */
bool hostfs_range_blocked(struct hostfs_ccb *ccb, struct io_operation *op, LONGLONG offset, ULONG length, bool write);
void hostfs_unlock_all(struct hostfs_ccb *ccb, PEPROCESS process);

/* transfer.c: a descriptor for reading or writing data, or a negative errno; stays the ccb's */
int hostfs_data_fd(struct hostfs_ccb *ccb, bool write);

/* notify.c: V-193; whose operation this thread runs, so that a front end hears of what it did not ask for itself (V-200) */
struct io_volume *hostfs_notify_begin(const struct io_operation *op, const struct hostfs_ccb *ccb);
void hostfs_notify_end(struct io_volume *before);
void hostfs_notify(struct io_node *node, ULONG filter, ULONG action);
void hostfs_notify_name(struct io_node *parent, const char *name, ULONG filter, ULONG action);
NTSTATUS hostfs_notify_wait(struct hostfs_ccb *ccb, struct io_operation *op);
void hostfs_notify_cleanup(struct hostfs_ccb *ccb);

/* scan.c */
void hostfs_scan_free(struct hostfs_scan *scan);
int hostfs_directory_is_empty(struct hostfs_volume *volume, struct io_node *node);  /* 1, 0, or negative errno */
/* Finds an entry whose name equals `units` without regard to case; the lowest byte string wins (V-141). */
int hostfs_find_folded(struct io_node *directory, const char16_t *units, size_t count, char name[HOSTFS_NAME_BYTES + 1]);
typedef bool hostfs_entry_fn(const char *name, ino_t inode, unsigned char type, void *context);
int hostfs_each_entry(struct io_node *directory, hostfs_entry_fn *each, void *context);

#endif
