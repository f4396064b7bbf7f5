/*
 * What the files of this room share: a slot, its opens, its waiting reads. Lock order: a stripe of names
 * before a slot's lock; nothing of another room but ke's timer queue is entered with either held, and
 * operations are completed with none.
 */
#ifndef OFM_MSFS_INNER_H
#define OFM_MSFS_INNER_H

#include "msfs/msfs.h"
#include "msfs/queue.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/lock.h"

#define MSFS_TAG 'fsMt'
#define MSFS_FOREVER (-1LL)

/*
 * The states of a slot and what leads from one to the next:
 *
 *           a read waits                a message is queued
 *   WAITED <------------- EMPTY ----------------------------> FILLED
 *     |    -------------> |   <------------------------------   |
 *     |   the last wait   |        the last message is read     |
 *     |   has ended       |                                     |
 *     +-------------------+----> CLOSED <-----------------------+
 *                   the last server's cleanup
 *
 * EMPTY: no message, nobody waits. FILLED: messages, so nobody waits (M-100).
 * WAITED: reads wait, so there is no message; a write serves the oldest that
 * it fits. CLOSED: the name is free, clients are stale; there is no way back.
 */
enum msfs_state { MSFS_EMPTY, MSFS_FILLED, MSFS_WAITED, MSFS_CLOSED };

struct msfs_read;

struct msfs_slot {
    struct io_stream stream; /* first: FsContext of the servers' and clients' file objects */
    FAST_MUTEX header_mutex; /* what the stream's header must point to */
    uint32_t references;     /* __atomic: the table, opens, enumerations, reads with a timer */
    uint32_t hash;           /* of the name, fixed */
    UNICODE_STRING name;     /* without the leading backslash, fixed */
    struct msfs_slot *next;  /* in its bucket: the stripe's lock */
    bool listed;             /* in the table: the stripe's lock */
    ULONG maximum, quota;    /* fixed */

    uint32_t lock;  /* guards what follows; state is also read without it */
    uint32_t state; /* enum msfs_state, __atomic */
    unsigned servers, clients, waiting;
    struct msfs_queue queue;
    LIST_ENTRY reads;             /* waiting ones, oldest first */
    struct msfs_read *spare_read; /* one kept for the next wait */
    LIST_ENTRY watches;
    LARGE_INTEGER timeout; /* of reads to come; MSFS_FOREVER */
    LARGE_INTEGER created, accessed, written, changed;
    SHARE_ACCESS share;              /* M-82's strict mode only */
    PSECURITY_DESCRIPTOR descriptor; /* own pool copy; NULL: the default one */
    struct msfs_slot_counters counters;
};

enum msfs_open_kind { MSFS_VOLUME, MSFS_ROOT, MSFS_SERVER, MSFS_CLIENT };

struct msfs_scan;

/* FsContext2 of a file object that msfs opened. */
struct msfs_open {
    uint32_t signature; /* MSFS_TAG: a file object that a filter answered for has none (M-48) */
    enum msfs_open_kind kind;
    struct msfs_slot *slot; /* referenced; NULL for the volume and the root */
    struct msfs_scan *scan; /* the root's enumeration, made at first use: __atomic */
    bool shares;            /* counted in slot->share */
};

/* ---- dispatch (volume.c) ---- */

NTSTATUS msfs_done(struct io_operation *op, NTSTATUS status, ULONG_PTR information);
void *msfs_buffer(PMDL mdl, void *buffer);
/* The open of one of our file objects, or NULL. */
struct msfs_open *msfs_open_of(PFILE_OBJECT file);
/* The stream of the volume and of the root directory. */
struct io_stream *msfs_volume_stream(void);
struct io_stream *msfs_root_stream(void);

typedef NTSTATUS msfs_operation(struct msfs_open *open, struct io_operation *op);
NTSTATUS msfs_create(struct io_operation *op);
NTSTATUS msfs_open_client(struct io_operation *op);
msfs_operation msfs_read, msfs_write, msfs_query_information, msfs_set_information, msfs_directory_control,
    msfs_query_security, msfs_set_security, msfs_fs_control, msfs_cleanup, msfs_close;
NTSTATUS msfs_query_volume_information(struct io_operation *op);

/* ---- a slot's life (slot.c) ---- */

struct msfs_slot *msfs_slot_new(PCUNICODE_STRING name, const MAILSLOT_CREATE_PARAMETERS *parameters);
void msfs_slot_reference(struct msfs_slot *slot);
void msfs_slot_release(struct msfs_slot *slot);
static inline enum msfs_state msfs_slot_state(const struct msfs_slot *slot)
{
    return (enum msfs_state)__atomic_load_n(&slot->state, __ATOMIC_ACQUIRE);
}
/* The lock is held. Leaving CLOSED or entering a state that cannot follow is a mistake of this room. */
void msfs_slot_enter(struct msfs_slot *slot, enum msfs_state state);
void msfs_slot_tell(struct msfs_slot *slot, bool gone);
/* Cleanup of a server: its waiting reads are cancelled, the last one's closes the slot. */
void msfs_slot_server_gone(struct msfs_slot *slot, PFILE_OBJECT file);
/* Closes it whoever has it open: the volume goes. */
void msfs_slot_end(struct msfs_slot *slot);
void msfs_slot_describe(struct msfs_slot *slot, struct msfs_slot_info *info);

/* ---- waiting reads (wait.c) ---- */

struct msfs_read {
    LIST_ENTRY links;        /* in slot->reads while `waiting`; then whoever took it out may chain it */
    bool waiting;            /* slot->lock: nobody has taken it out */
    struct io_operation *op; /* valid while waiting, and for who took it out */
    struct msfs_slot *slot;  /* referenced */
    uint32_t references;     /* __atomic: the wait, the armed timer */
    bool timed;
    KTIMER timer;
    KDPC dpc;
};

/* The slot's lock is held and the state is EMPTY or WAITED. STATUS_PENDING, or why not: nothing is kept then.
 */
NTSTATUS msfs_wait_start(struct msfs_slot *slot, struct io_operation *op);
/* Takes the oldest waiting read out (of this file, or of any when NULL): its completion is the caller's, who
 * calls msfs_wait_end without the lock. NULL: none left. The lock is held. */
struct msfs_read *msfs_wait_take(struct msfs_slot *slot, PFILE_OBJECT file);
void msfs_wait_end(struct msfs_read *read, NTSTATUS status, ULONG_PTR information);

/* ---- the table of names (names.c) ---- */

/* STATUS_SUCCESS: `slot` is in the table. STATUS_OBJECT_NAME_COLLISION: *existing is referenced.
 * STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS msfs_names_insert(struct msfs_slot *slot, struct msfs_slot **existing);
/* Referenced; NULL: no such slot. */
struct msfs_slot *msfs_names_find(PCUNICODE_STRING name);
void msfs_names_remove(struct msfs_slot *slot);
/* All slots of one stripe, referenced, in an array from malloc (NULL: none). False without memory. */
#define MSFS_STRIPES 64
bool msfs_names_stripe(unsigned stripe, struct msfs_slot ***slots, size_t *count);
uint32_t msfs_names_hash(PCUNICODE_STRING name);
/* What the table keeps besides the slots. */
void msfs_names_trim(void);

/* ---- security (security.c) ---- */

/* The slot's own descriptor from the create's access state (M-13). */
NTSTATUS msfs_security_assign(struct msfs_slot *slot, const struct io_operation *op);
/* M-85: what the opener asks for against the slot's (NULL: the root's) descriptor; recorded in the access
 * state. */
NTSTATUS msfs_security_check(
    struct msfs_slot *slot, struct io_operation *op, ACCESS_MASK desired, ACCESS_MASK *granted);

/* ---- names of opens (open.c) ---- */

enum msfs_place { MSFS_AT_VOLUME, MSFS_AT_ROOT, MSFS_AT_NAME };
/* Where the file object's name leads; *name is a view of it without the leading backslash.
 * STATUS_OBJECT_NAME_INVALID. */
NTSTATUS msfs_place_of(PFILE_OBJECT file, enum msfs_place *place, PUNICODE_STRING name);
/* Makes the open and hangs it on the file. False without memory. */
struct msfs_open *msfs_open_new(PFILE_OBJECT file, enum msfs_open_kind kind, struct msfs_slot *slot);
void msfs_scan_free(struct msfs_scan *scan);

#endif
