/* What the files of this room share: the header before each body, types, names. */
#ifndef OFM_OB_INNER_H
#define OFM_OB_INNER_H

#include "ntoskrnl/ob/ob.h"

#include <nt/undocumented.h>

#include <pthread.h>

#define OB_MAGIC 0x214a424fu /* "OBJ!" */

enum ob_header_flags {
    OB_PERMANENT = 1u << 0,  /* holds a reference of its own until ZwMakeTemporaryObject */
    OB_KERNEL_ONLY = 1u << 1,
    OB_HAD_HANDLE = 1u << 2, /* its name goes with the last handle */
    OB_NAME_STAYS = 1u << 3, /* its owner takes the name away (ob_insert_name with OBJ_PERMANENT) */
};

struct _OBJECT_TYPE {
    struct ob_type_info info;
    UNICODE_STRING name;
    ULONG index;
    LONG objects;  /* __atomic, statistics */
    LONG handles;
};

/* An object's place in a directory; guarded by ob_namespace_lock. */
struct ob_name {
    struct ob_directory *directory;
    struct ob_name *next; /* in the directory's bucket */
    struct ob_header *object;
    UNICODE_STRING text; /* buffer behind the structure */
};

/* What ob_create_named captured for ob_insert. */
struct ob_creation {
    UNICODE_STRING path;
    HANDLE root;
    ULONG attributes;
    KPROCESSOR_MODE mode;
};

struct ob_descriptor {
    LONG references;
    ULONG length;
    _Alignas(8) UCHAR bytes[];
};

struct ob_header {
    LONG64 pointers; /* __atomic; the body dies when it gets 0 */
    LONG handles;    /* __atomic */
    ULONG flags;     /* __atomic, OB_... */
    POBJECT_TYPE type;
    struct ob_name *name;              /* under ob_namespace_lock */
    struct ob_descriptor *descriptor;  /* under ob_descriptor_lock */
    struct ob_creation *creation;      /* creator's thread only */
    const char *driver;                /* who made it (interned), or NULL */
    ULONG magic;
    ULONG reserved;
    struct ob_header *deferred_next;
    _Alignas(16) UCHAR body[];
};

#define OB_BUCKETS 64
struct ob_directory {
    struct ob_name *buckets[OB_BUCKETS];
    ULONG count;
};

struct ob_symlink {
    UNICODE_STRING target;
    LARGE_INTEGER created;
};

static inline struct ob_header *ob_header_of(PVOID object)
{
    return CONTAINING_RECORD(object, struct ob_header, body);
}

extern pthread_rwlock_t ob_namespace_lock;

/* A driver's name that stays: equal names give equal pointers. NULL for NULL. */
const char *ob_intern_driver(const char *name);

void ob_detach_name(struct ob_header *header); /* takes the namespace lock */
NTSTATUS ob_full_name(PVOID object, PUNICODE_STRING path); /* ob_free_name */

/* Walk result of a name that does not exist: where it would be put. */
struct ob_walk {
    PVOID object;              /* referenced, or NULL */
    UNICODE_STRING remaining;  /* own buffer */
    PVOID directory;           /* referenced: parent of the missing last component */
    UNICODE_STRING last;       /* own buffer */
};
NTSTATUS ob_walk_name(const OBJECT_ATTRIBUTES *oa, KPROCESSOR_MODE mode, struct ob_walk *walk);
void ob_walk_end(struct ob_walk *walk);
/* Inserts `header` as `last` of directory; STATUS_OBJECT_NAME_COLLISION with *existing referenced when there is one. */
NTSTATUS ob_attach_name(struct ob_header *header, PVOID directory, PCUNICODE_STRING last, ULONG attributes, PVOID *existing);
NTSTATUS ob_copy_string(PCUNICODE_STRING from, PUNICODE_STRING to);

/* Pre-operation callbacks may take rights away from *access; the run remembers whose post callbacks follow. */
#define OB_MAX_CALLBACKS 16
struct ob_callback_run {
    unsigned count;
    struct ob_callback *callbacks[OB_MAX_CALLBACKS];
    PVOID contexts[OB_MAX_CALLBACKS];
};
void ob_callbacks_pre(POBJECT_TYPE type, PVOID object, bool duplicate, bool kernel_handle, PEPROCESS source, PEPROCESS target,
    PACCESS_MASK access, struct ob_callback_run *run);
void ob_callbacks_post(POBJECT_TYPE type, PVOID object, bool duplicate, bool kernel_handle, NTSTATUS status,
    ACCESS_MASK granted, struct ob_callback_run *run);

/* Handle made on behalf of an open: checks, callbacks, entry. */
NTSTATUS ob_open_object(PVOID object, ACCESS_MASK desired, ULONG attributes, KPROCESSOR_MODE mode, PHANDLE handle);
NTSTATUS ob_check_access(PVOID object, ACCESS_MASK desired, KPROCESSOR_MODE mode, PACCESS_MASK granted);

NTSTATUS ob_make_root(void);
NTSTATUS ob_directory_entry(PVOID directory, ULONG index, PUNICODE_STRING name, PCUNICODE_STRING *type);
void ob_each_name(PVOID directory, void (*each)(struct ob_header *header, void *context), void *context);
void ob_symlink_delete(PVOID object);
NTSTATUS ob_close(HANDLE handle, KPROCESSOR_MODE mode, const void *pc);
ACCESS_MASK ob_map_access(POBJECT_TYPE type, ACCESS_MASK desired);
ULONG ob_report_callback_leaks(const char *driver);
NTSTATUS ob_dispatchers_init(void);
NTSTATUS ob_transactions_init(void);

#endif
