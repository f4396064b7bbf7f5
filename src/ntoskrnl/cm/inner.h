/* The registry inside the room: nodes of the tree, key objects over them, who is told of what. */
#ifndef OFM_CM_INNER_H
#define OFM_CM_INNER_H

#include "ntoskrnl/cm/cm.h"

#include <pthread.h>
#include <stddef.h>

struct cm_value {
    UNICODE_STRING name; /* own buffer; empty: the default value */
    ULONG type;
    ULONG length;
    PVOID bytes;         /* malloc; NULL when length is 0 */
};

/* A node of the tree. Everything but the count of references is guarded by cm_lock. A node lives as long as it is in the
 * tree or referenced (key objects, cm_open). */
struct cm_key {
    LONG references; /* __atomic */
    bool deleted, is_volatile, permanent; /* permanent: made by cm_init, cannot be deleted */
    UNICODE_STRING name;       /* own buffer */
    UNICODE_STRING class_name; /* own buffer or empty */
    UNICODE_STRING link;       /* symbolic link: absolute target; else empty */
    LARGE_INTEGER written;
    struct cm_key *parent;     /* not referenced: a child in the tree has a parent in the tree */
    struct cm_key **children;  /* sorted by name */
    ULONG child_count, child_room;
    struct cm_value *values;   /* in the order of their making */
    ULONG value_count, value_room;
};

extern pthread_rwlock_t cm_lock;
extern struct cm_key *cm_root; /* \REGISTRY */

/* ---- tree.c: all under cm_lock, writing ones exclusively ---- */
int cm_compare_names(PCUNICODE_STRING a, PCUNICODE_STRING b);
struct cm_key *cm_find_child(struct cm_key *key, PCUNICODE_STRING name);
NTSTATUS cm_add_child(struct cm_key *parent, PCUNICODE_STRING name, bool is_volatile, struct cm_key **child);
/* Takes a node without children out of the tree. */
void cm_unlink(struct cm_key *key);
void cm_unlink_tree(struct cm_key *key);
struct cm_value *cm_find_value(struct cm_key *key, PCUNICODE_STRING name);
NTSTATUS cm_put_value(struct cm_key *key, PCUNICODE_STRING name, ULONG type, const void *bytes, ULONG length);
void cm_remove_value(struct cm_key *key, struct cm_value *value);
/* Walks `path` below `from`, links followed (the last one only when follow_last). create: makes what is missing.
 * *missing: how many components were missing when not found. */
NTSTATUS cm_walk(struct cm_key *from, UNICODE_STRING path, bool follow_last, bool create, struct cm_key **key, unsigned *missing);
NTSTATUS cm_full_name(struct cm_key *key, PUNICODE_STRING name); /* malloc */
NTSTATUS cm_set_link(struct cm_key *key, PCUNICODE_STRING target);
void cm_reference(struct cm_key *key);
NTSTATUS cm_copy_name(PCUNICODE_STRING from, PUNICODE_STRING to); /* malloc */
void cm_make_skeleton(void);
void cm_clear(void); /* back to the skeleton */

/* ---- key objects ---- */
struct cm_context; /* CmSetCallbackObjectContext */
struct cm_body {
    struct cm_key *key;         /* referenced */
    struct cm_context *contexts; /* under the callbacks' lock */
    UNICODE_STRING *told_name;  /* CmCallbackGetKeyObjectID: kept until the body ends */
};
extern POBJECT_TYPE cm_key_type;
NTSTATUS cm_key_types_init(void);

/* Tells watchers of `key` and, for watches of a tree, of those above. Under cm_lock. filter: REG_NOTIFY_CHANGE_... */
void cm_changed(struct cm_key *key, ULONG filter);
/* The watches made through this key object end with STATUS_NOTIFY_CLEANUP. */
void cm_watches_end(struct cm_body *body);
/* The key has gone: all its watches end. Under cm_lock. */
void cm_watches_of_key_end(struct cm_key *key);

/* ---- callbacks.c ---- */
/* Around an operation: cm_notify_pre; when it says go, the operation; then cm_notify_post with its status. */
struct cm_operation {
    REG_NOTIFY_CLASS pre, post;
    PVOID information;        /* the class' structure */
    PVOID *call_context;      /* its CallContext member */
    PVOID *object_context;    /* its ObjectContext (or RootObjectContext) member, or NULL */
    struct cm_body *body;     /* whose contexts are shown; may be NULL */
    unsigned count;
    struct cm_callback *callbacks[16];
    PVOID contexts[16];
    bool bypassed;
};
/* STATUS_SUCCESS: go on. Anything else is what the caller returns (after cm_notify_post), bypassed being a success. */
NTSTATUS cm_notify_pre(struct cm_operation *operation);
NTSTATUS cm_notify_post(struct cm_operation *operation, PVOID object, NTSTATUS status);
bool cm_anybody_listens(void);
void cm_contexts_end(struct cm_body *body, PVOID object);

/* ---- text ---- */
/* *text is malloc'd UTF-8. */
NTSTATUS cm_write_text(char **text, size_t *length);
/* apply false: only checks. *line and *reason (static text) of the first error. */
NTSTATUS cm_read_text(const void *bytes, size_t length, bool apply, unsigned *line, const char **reason);
/* Something changed that a save would write. */
void cm_mark_dirty(void);

NTSTATUS cm_check_value(ULONG type, ULONG length);

#endif
