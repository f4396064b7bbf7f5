/* What the files of the mount room share. */
#ifndef OFM_MOUNT_INNER_H
#define OFM_MOUNT_INNER_H

#define FUSE_USE_VERSION 314

#include "mount/mount.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ps/ps.h"

#include <fuse3/fuse_lowlevel.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* ---- nodes: one for each link (V-001), node.c ---- */

/* Guarded by mount->tree_lock: parent, name, children, hash links. `lookups` is atomic. A node keeps its
 * parent. */
struct mount_node {
    struct io_node *io;
    struct mount_node *parent; /* NULL: the root */
    struct mount_node *hash_next;
    LIST_ENTRY links; /* mount->nameless, while it is not hashed */
    uint64_t inode;      /* st_ino: what RELEASE order is kept by */
    uint64_t lookups;    /* __atomic: what the kernel has been told and has not forgotten (V-006) */
    uint32_t references; /* __atomic: 1 while lookups > 0, and one for each child and request */
    bool hashed;
    char *name;
    struct mount_view *view; /* what filters last made of it, or NULL: view.c */
};

#define MOUNT_VIEW_LOCKS 16

/* What the kernel may keep, in seconds (V-198 to V-200). */
struct mount_profile {
    bool direct;             /* no pages at all */
    bool keep_pages;         /* over the end of an open */
    double negative_timeout; /* that a name is not there (V-018) */
    double entry_timeout, attribute_timeout;
};

struct mount_file {
    LIST_ENTRY links; /* mount->files, under files_lock */
    PFILE_OBJECT object;
    struct mount_node *node; /* referenced */
    bool append;             /* V-041 */
    bool writable;
    bool mapped; /* __atomic: filters know of a mapping (V-108) */
    bool directory;
    bool direct;    /* the kernel caches nothing of it: what it reads is what a program reads (V-070) */
    bool elsewhere; /* another object than the node's: a filter redirected the open (V-119) */
    PETHREAD last_flusher; /* V-103: __atomic exchange; referenced */
    struct mount_listing *listing;
    pthread_mutex_t lock; /* the listing */
};

struct mount_release { /* a RELEASE received and not yet cleaned up (V-101) */
    LIST_ENTRY links;
    uint64_t inode;
    uint64_t order;
};

/* slotread.c: reads of mailslots that no worker waits for. */
struct mount_slot_reads {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    LIST_ENTRY list;
    unsigned count; /* __atomic: written under the lock */
};

struct mount {
    LIST_ENTRY links;
    struct io_volume *volume;
    struct fuse_session *session;
    char *point, *source;
    enum mount_cache cache;
    struct mount_profile moderate;       /* V-199, with the names' time that was asked for */
    const struct mount_profile *profile; /* __atomic: profile.c */
    struct io_listener listener;
    struct mount_invalidation *invalidation;
    bool root_told; /* __atomic: the kernel has been told the root's attributes */
    unsigned max_workers;
    int abort_fd; /* /sys/fs/fuse/connections/N/abort, or -1 */
    bool mounted;
    bool shielded; /* a shield stands under it */

    pthread_rwlock_t tree_lock;
    struct mount_slots *slots; /* of the mailslot volume, slots.c: then there are no nodes, files and releases */
    struct mount_slot_reads slot_reads;
    struct mount_node *root;
    struct mount_node **buckets;
    size_t bucket_count, node_count;
    LIST_ENTRY nameless; /* nodes whose name is gone and that the kernel or a file still knows; under tree_lock */
    pthread_mutex_t view_locks[MOUNT_VIEW_LOCKS]; /* view.c, a node's by its address */
    pthread_mutex_t probe_lock;
    struct mount_probe *probe; /* xattr.c: what the last question for a length brought, under probe_lock */

    pthread_mutex_t files_lock; /* open files: what an aborted connection releases no more */
    LIST_ENTRY files;

    /* loop.c */
    uint64_t arrivals;    /* these three belong to who has the turn to read */
    uint32_t last_caller; /* thread id of the request before */
    unsigned crowd;       /* so many requests more are served by other threads than the reader */
    pthread_mutex_t worker_lock;
    pthread_cond_t worker_changed;
    unsigned workers;
    bool ended;                         /* __atomic */
    bool broken;                        /* the device's descriptor was taken from the session */
    pthread_t receiver;                 /* __atomic: who reads the device, while `receiving` */
    bool receiving;                     /* __atomic */
    LIST_ENTRY worker_list;             /* struct mount_worker, under worker_lock */
    struct mount_statistics statistics; /* __atomic relaxed */

    /* turn.c */
    uint64_t turn;  /* __atomic */
    uint32_t watch; /* futex: the watchdog's state */
    pthread_t watchdog;
    pthread_mutex_t idle_lock;
    LIST_ENTRY idle;
    unsigned idle_count; /* __atomic; only who has the turn, or hands it on, makes it less */
    struct mount_deferred *deferred_first, **deferred_last;

    /* order.c */
    pthread_mutex_t order_lock;
    pthread_cond_t order_changed;
    LIST_ENTRY releases;
    uint32_t release_count; /* __atomic */
};

/* ---- requests, request.c ---- */

/* One FUSE request being served by the calling thread as its requestor. */
struct mount_request {
    fuse_req_t req;
    struct mount *mount;
    PETHREAD thread, previous;
    struct ke_interrupt interrupt; /* fired when the caller is dying (V-211) */
    struct ke_interrupt *outer;
    struct io_linux linux_side;
    LIST_ENTRY watch; /* in the watch list once interrupted */
    bool interrupted; /* __atomic */
    void (*cut)(struct mount_request *r); /* when the caller is dying and no thread waits: under watch_lock, may
                                             be called again and again */
};

extern __thread uint64_t mount_arrival; /* of the request the thread serves */

/* A thread that serves requests; `lock` guards `current` against who ends all waits. */
struct mount_worker {
    LIST_ENTRY links;
    LIST_ENTRY idle_links; /* under idle_lock */
    struct mount *mount;
    pthread_mutex_t lock;
    struct mount_request *current;
    bool registered; /* its receive buffer is user memory */
    uint32_t given;  /* futex of an idle one, turn.c */
};
extern __thread struct mount_worker *mount_self;

void mount_request_begin(struct mount_request *r, fuse_req_t req);
void mount_request_end(struct mount_request *r);
/* The two halves of the end: the thread turns to something else, the request goes on without one; the request
 * is about to be answered. */
void mount_request_leave(struct mount_request *r);
void mount_request_forget(struct mount_request *r);
/* The caller is dying: what was decided without an answer must not become a yes. */
bool mount_request_cut(struct mount_request *r);
struct mount *mount_of(fuse_req_t req);
/* The errno to answer with: the base's own when no filter changed the status (V-127), else the table's. */
int mount_errno(struct mount *mount, NTSTATUS status, int base_errno, enum io_errno_use use);
struct io_transfer mount_transfer(struct mount_request *r, PFILE_OBJECT file);

/* ---- node.c ---- */

int mount_tree_init(struct mount *mount);
void mount_tree_free(struct mount *mount);
struct mount_node *mount_node_of(struct mount *mount, fuse_ino_t ino);
fuse_ino_t mount_ino_of(struct mount *mount, struct mount_node *node);
/* The node of this link, made or found; takes `io` over. `lookup`: counts one for the kernel. Referenced for
 * the caller. */
struct mount_node *mount_node_get(struct mount *mount, struct mount_node *parent, const char *name,
    struct io_node *io, uint64_t inode, bool lookup);
struct mount_node *mount_node_find(struct mount *mount, struct mount_node *parent, const char *name);
void mount_node_reference(struct mount_node *node);
void mount_node_release(struct mount *mount, struct mount_node *node);
void mount_node_forget(struct mount *mount, struct mount_node *node, uint64_t count);
/* The link is gone from the tree; open files keep the node. */
void mount_node_unlink(struct mount *mount, struct mount_node *parent, const char *name);
void mount_node_rename(struct mount *mount, struct mount_node *parent, const char *name,
    struct mount_node *new_parent, const char *new_name, bool exchange);
uint64_t mount_node_parent_inode(struct mount *mount, struct mount_node *node);
/* Volume-relative NT path of the node, or of `name` below it: "\dir\file", the root is "\". malloc'ed Buffer.
 */
int mount_path(struct mount *mount, struct mount_node *node, const char *name, UNICODE_STRING *path);
/* The same behind the volume's device name. */
int mount_full_path(struct mount *mount, struct mount_node *node, const char *name, UNICODE_STRING *path);

struct mount_link {
    struct mount_node *node; /* referenced */
    fuse_ino_t parent;
    char *name; /* NULL: the root, or no name leads to it any more */
};
/* All nodes, or those of an inode number; *links is to be freed, each dropped before. */
size_t mount_links(struct mount *mount, uint64_t inode, struct mount_link **links);
void mount_link_drop(struct mount *mount, struct mount_link *link);
uint64_t mount_name_hash(const struct mount_node *parent, const char *name);
/* Its name still leads to it. */
bool mount_node_is_linked(struct mount *mount, struct mount_node *node);
/* The base's attributes; -ENOENT of an object that only filters know. */
int mount_node_stat(struct mount *mount, struct mount_node *node, struct stat *st);

/* A worker ends: its buffer for paths goes. */
void mount_path_thread_end(void);

/* ---- view.c: existence and attributes as filters show them ---- */

struct mount_seen {
    bool asked, made;    /* filters were asked; made: what a create told that no base has (V-115) */
    uint32_t generation; /* of the volume's filters */
    struct stat below, shown;
};

/* A filter wants to know of names that are looked at, and may hide or change them (V-015). */
static inline bool mount_filters_look(const struct mount *mount)
{
    const uint64_t either = (uint64_t)1 << (0xff - (UCHAR)IRP_MJ_QUERY_OPEN) |
                            (uint64_t)1 << (0xff - (UCHAR)IRP_MJ_NETWORK_QUERY_OPEN);
    return __atomic_load_n(&mount->volume->traits.other_majors, __ATOMIC_RELAXED) & either;
}
struct mount_told { /* attributes in NT's terms, of a listing or a look; 0 times: not told */
    LONGLONG access, write, change, size, allocation;
    ULONG attributes;
    ULONG links; /* 0: not told */
    const FILE_STAT_LX_INFORMATION *lx;
};
/* Lays over the base's attributes in *st what differs from them in `told`. */
void mount_view_told(const struct mount_told *told, struct stat *st);
/* Both: *st holds the base's attributes (anything when it has none) and gets those to show. 0 or a positive
 * errno, ENOENT when it is hidden. `seen` is to be kept with the node that is made of it, if it says `asked`.
 */
int mount_view_node(struct mount_request *r, struct mount_node *node, struct stat *st);
int mount_view_name(struct mount_request *r, struct mount_node *parent, const char *name, struct io_node *io,
    struct stat *st, struct mount_seen *seen);
void mount_view_keep(struct mount *mount, struct mount_node *node, const struct mount_seen *seen);
void mount_view_keep_made(struct mount *mount, struct mount_node *node, const struct stat *made);
/* What filters made of it when they were last asked, laid over *st, without asking them (V-056); false: never
 * asked. */
bool mount_view_last(struct mount *mount, struct mount_node *node, struct stat *st);
LONGLONG mount_filetime(struct timespec t);

/* ---- profile.c, invalidate.c: what the kernel may keep, and what it must not any more ---- */

static inline const struct mount_profile *mount_profile(const struct mount *mount)
{
    return __atomic_load_n(&mount->profile, __ATOMIC_ACQUIRE);
}
void mount_profile_choose(struct mount *mount);
double mount_attribute_timeout(struct mount *mount, const struct stat *st);
bool mount_may_keep_pages(struct mount *mount, PFILE_OBJECT file);
int mount_invalidation_start(struct mount *mount);
void mount_invalidation_end(struct mount *mount);
/* Its attributes changed by a request about another link. */
void mount_invalidate_node(struct mount *mount, struct mount_node *node);

/* ---- order.c ---- */

void mount_order_init(struct mount *mount);
struct mount_release *mount_order_release_received(struct mount *mount, uint64_t inode, uint64_t order);
void mount_order_release_done(struct mount *mount, uint64_t inode, uint64_t order);
/* Waits until every RELEASE of this inode that arrived before the calling thread's request is cleaned up;
 * ends early when the caller is dying. */
void mount_order_wait(struct mount_request *r, uint64_t inode);

/* ---- turn.c: who reads the device ---- */

/* A request put aside until a worker comes back. */
struct mount_deferred {
    struct mount_deferred *next;
    uint64_t arrival;
    size_t size;
    uint8_t bytes[];
};

enum mount_next { MOUNT_NEXT_IDLE, MOUNT_NEXT_DEFERRED, MOUNT_NEXT_LEAVE };

/* Somebody's request stands in the device. */
bool mount_is_queued(struct mount *mount);
/* `first` has the turn. 0 or a negative errno. */
int mount_turn_start(struct mount *mount, struct mount_worker *first);
void mount_turn_stop(struct mount *mount);
/* The holder serves what it read; until mount_turn_back, ke_about_to_sleep hands the turn on. */
void mount_turn_serve(struct mount *mount);
/* True: the turn was kept, read on. */
bool mount_turn_back(struct mount *mount);
/* An idle worker's sleep. False: the session is over. */
bool mount_turn_await(struct mount_worker *worker);
void mount_turn_add_idle(struct mount *mount, struct mount_worker *worker);
/* For a worker without the turn: a request put aside, to be idle, or to end. */
enum mount_next mount_turn_next(
    struct mount *mount, struct mount_worker *worker, struct mount_deferred **deferred);
bool mount_turn_has_idle(struct mount *mount);
/* False: somebody is idle, the request can be served. */
bool mount_turn_defer(struct mount *mount, struct mount_deferred *deferred);
/* The session is over: whoever is idle leaves. */
void mount_turn_end(struct mount *mount);

/* ---- shield.c ---- */

#define MOUNT_SHIELD_SOURCE "openfltmgr-closed" /* as /proc/mounts shows it */
int mount_shield_put(const char *point, const char **message);

/* ---- loop.c ---- */

int mount_loop_start(struct mount *mount);
/* Until the last worker has left. A connection that lives on elsewhere (another mount name space) is cut
 * after two seconds. */
void mount_loop_wait(struct mount *mount);
/* Ends what requests wait for, as if their callers died. */
void mount_loop_end_waits(struct mount *mount);
/* A page-aligned buffer of the thread's own, registered as user memory; NULL without memory. */
void *mount_thread_buffer(size_t size);

/* ---- section.c ---- */

/* Filters are asked about a section of the file with this page protection. 0 or a positive errno. */
int mount_announce_section(struct mount_request *r, PFILE_OBJECT file, ULONG protection, enum io_errno_use use);
/* Before a read: it may be the first one that fills a mapping. 0 or a positive errno. */
int mount_section_of_fill(struct mount_request *r, struct mount_file *file, const struct fuse_file_info *fi);

/* ---- control.c ---- */

/* An OPEN or OPENDIR with these flags that no program asked for: the kernel's own, to ask for FS_IOC_GETFLAGS and its like. To be answered
 * with ENOTTY, which is what asking for these would bring, and no filter has to see an open that nobody made (V-050). False when it cannot
 * be told. */
bool mount_is_private_open(struct mount_request *r, int flags);

/* ---- interrupt.c ---- */

void mount_watch_add(struct mount_request *r);
void mount_watch_remove(struct mount_request *r);

/* ---- transient.c: create, operate, cleanup, close inside one request (V-105) ---- */

struct mount_open {
    struct mount_node *node; /* what to open, or the parent when `name` is given */
    const char *name;        /* the new or target name below node */
    const char *stream;      /* of the node, or NULL */
    ACCESS_MASK access;
    ULONG disposition, options, attributes, share;
    UCHAR sl_flags;
};
/* The create of an open or a transient handle, endable by the caller's death. 0 or a positive errno.
 * r->linux_side's node, parent and name are set from `open`. *elsewhere, if given: a
 * filter redirected it to another object (V-119). */
int mount_create_file(struct mount_request *r, const struct mount_open *open, enum io_errno_use use,
    PFILE_OBJECT *file, bool *elsewhere);
void mount_close_file(struct mount_request *r, PFILE_OBJECT file);

#define MOUNT_SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
#define MOUNT_OPTIONS (FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_REPARSE_POINT)

/* ---- xattr.c, stream.c, acl.c: extended attributes ---- */

/* All: 0 or a positive errno; what is read goes to `value`, which holds `size` bytes, *length tells what
 * there is. */
enum { MOUNT_XATTR_MOST = 65536 };
const char *mount_stream_of(const char *attribute); /* the stream's name, or NULL */
int mount_stream_set(struct mount_request *r, struct mount_node *node, const char *attribute,
    const void *value, size_t size, int flags);
int mount_stream_get(struct mount_request *r, struct mount_node *node, const char *attribute, void *value,
    size_t size, size_t *length);
int mount_stream_remove(struct mount_request *r, struct mount_node *node, const char *attribute);
bool mount_is_security(const char *attribute);
/* value NULL: removes it */
int mount_security_set(struct mount_request *r, struct mount_node *node, const char *attribute,
    const void *value, size_t size, int flags);
/* Whether filters let its value be read. */
int mount_security_ask(struct mount_request *r, struct mount_node *node);
/* Edits the base's list of `*length` bytes, in place, to what filters show of it. */
int mount_list_filter(
    struct mount_request *r, struct mount_node *node, char *names, size_t size, size_t *length);
const char *mount_ea_of(const char *attribute); /* the EA's name, or NULL when it is none of NT's business */

/* ---- answers ---- */

/* What was just made: `made` is told when neither base nor filters know it (V-115). */
int mount_reply_entry(
    struct mount_request *r, struct mount_node *parent, const char *name, const struct stat *made);
/* Looks a link up, asks the filters that want it, and counts one lookup for the kernel on success. 0 or a
 * positive errno. `made`, when given, stands in for what cannot be found. */
int mount_lookup_entry(struct mount_request *r, struct mount_node *parent, const char *name,
    const struct stat *made, struct fuse_entry_param *entry);
/* READDIRPLUS: the base's entry, counted as a lookup; false: it has none. */
bool mount_entry_of(
    struct mount *mount, struct mount_node *parent, const char *name, struct fuse_entry_param *entry);
/* What Linux would show of an object that the request makes with this mode. */
struct stat mount_stat_of_made(struct mount_request *r, mode_t mode);
/* fstat of an open file, whichever volume of the manager's it is on; -EBADF when no base has it. */
int mount_file_stat(PFILE_OBJECT file, struct stat *st);
/* The attributes to answer a request about the node with: the base's, as filters show them. */
int mount_attributes(
    struct mount_request *r, struct mount_node *node, struct mount_file *file, struct stat *st);
struct mount_file *mount_file_new(struct mount *mount, PFILE_OBJECT object, struct mount_node *node);
/* After the last request: CLEANUP and CLOSE of files that the kernel did not release. */
void mount_files_end(struct mount *mount);
void mount_file_end(struct mount_request *r, struct mount_file *file);
void mount_listing_free(struct mount_listing *listing);
static inline struct mount_file *mount_file_of(const struct fuse_file_info *fi)
{
    return (struct mount_file *)(uintptr_t)fi->fh;
}

/* ---- the operations, each group in its file ---- */

void mount_op_lookup(fuse_req_t, fuse_ino_t, const char *);
void mount_op_forget(fuse_req_t, fuse_ino_t, uint64_t);
void mount_op_forget_multi(fuse_req_t, size_t, struct fuse_forget_data *);
void mount_op_getattr(fuse_req_t, fuse_ino_t, struct fuse_file_info *);
void mount_op_readlink(fuse_req_t, fuse_ino_t);
void mount_op_statfs(fuse_req_t, fuse_ino_t);
void mount_op_open(fuse_req_t, fuse_ino_t, struct fuse_file_info *);
void mount_op_create(fuse_req_t, fuse_ino_t, const char *, mode_t, struct fuse_file_info *);
void mount_op_release(fuse_req_t, fuse_ino_t, struct fuse_file_info *);
void mount_op_flush(fuse_req_t, fuse_ino_t, struct fuse_file_info *);
void mount_op_opendir(fuse_req_t, fuse_ino_t, struct fuse_file_info *);
void mount_op_readdir(fuse_req_t, fuse_ino_t, size_t, off_t, struct fuse_file_info *);
void mount_op_readdirplus(fuse_req_t, fuse_ino_t, size_t, off_t, struct fuse_file_info *);
void mount_op_fsyncdir(fuse_req_t, fuse_ino_t, int, struct fuse_file_info *);
void mount_op_read(fuse_req_t, fuse_ino_t, size_t, off_t, struct fuse_file_info *);
void mount_op_write(fuse_req_t, fuse_ino_t, const char *, size_t, off_t, struct fuse_file_info *);
void mount_op_fsync(fuse_req_t, fuse_ino_t, int, struct fuse_file_info *);
void mount_op_fallocate(fuse_req_t, fuse_ino_t, int, off_t, off_t, struct fuse_file_info *);
void mount_op_lseek(fuse_req_t, fuse_ino_t, off_t, int, struct fuse_file_info *);
void mount_op_setattr(fuse_req_t, fuse_ino_t, struct stat *, int, struct fuse_file_info *);
void mount_op_mkdir(fuse_req_t, fuse_ino_t, const char *, mode_t);
void mount_op_mknod(fuse_req_t, fuse_ino_t, const char *, mode_t, dev_t);
void mount_op_symlink(fuse_req_t, const char *, fuse_ino_t, const char *);
void mount_op_link(fuse_req_t, fuse_ino_t, fuse_ino_t, const char *);
void mount_op_unlink(fuse_req_t, fuse_ino_t, const char *);
void mount_op_rmdir(fuse_req_t, fuse_ino_t, const char *);
void mount_op_rename(fuse_req_t, fuse_ino_t, const char *, fuse_ino_t, const char *, unsigned);
void mount_op_setxattr(fuse_req_t, fuse_ino_t, const char *, const char *, size_t, int);
void mount_op_getxattr(fuse_req_t, fuse_ino_t, const char *, size_t);
void mount_op_listxattr(fuse_req_t, fuse_ino_t, size_t);
void mount_op_removexattr(fuse_req_t, fuse_ino_t, const char *);
void mount_op_ioctl(fuse_req_t, fuse_ino_t, unsigned, void *, struct fuse_file_info *, unsigned, const void *,
    size_t, size_t);

/* slots.c: the mailslot volume */
extern const struct fuse_lowlevel_ops mount_slots_operations;
int mount_slots_init(struct mount *mount);
void mount_slots_free(struct mount *mount);
int mount_slots_errno(struct mount_request *r, NTSTATUS status);

/* slotread.c */
void mount_slot_reads_init(struct mount *mount);
/* When the workers are gone: ends the reads that nobody waits for. */
void mount_slot_reads_end(struct mount *mount);
void mount_slot_read(fuse_req_t, fuse_ino_t, size_t, off_t, struct fuse_file_info *);

#endif
