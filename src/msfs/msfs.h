/*
 * The mailslot file system's doors: its start and end, its settings, and what tools and front ends see of
 * slots. Opening, reading and writing go through the volume's stack like those of any file
 * (ntoskrnl/io/io.h): a server is made with IRP_MJ_CREATE_MAILSLOT, a client opened with IRP_MJ_CREATE. Every
 * call here may be made by any thread at PASSIVE_LEVEL.
 */
#ifndef OFM_MSFS_MSFS_H
#define OFM_MSFS_MSFS_H

#include "ntoskrnl/io/io.h"

/* What the manager's settings file may choose (docs/mailslots.md). Set before msfs_start; read without a lock
 * afterwards. */
struct msfs_settings {
    bool open_existing;       /* M-23: FltCreateMailslotFile opens a name that exists; else it collides */
    bool share_check;         /* M-82: clients' share modes are checked as before Vista */
    bool enforce_quota;       /* M-106: a write beyond MailslotQuota fails with STATUS_QUOTA_EXCEEDED */
    bool directory;           /* M-87: the root can be listed */
    bool peek;                /* M-121: FSCTL_MAILSLOT_PEEK */
    NTSTATUS oversize_status; /* M-105: a message above MaximumMessageSize */
    NTSTATUS stale_status;    /* M-124: a write to a slot whose servers are gone */
    size_t slot_bytes;        /* most bytes of messages in one slot: STATUS_QUOTA_EXCEEDED */
    size_t total_bytes;       /* most memory for messages of all slots: STATUS_INSUFFICIENT_RESOURCES */
    unsigned slots;           /* most slots: STATUS_INSUFFICIENT_RESOURCES */
};
/* At first the recommended ones, which msfs_default_settings keeps (mailslots.md section 14). */
extern struct msfs_settings msfs_settings;
extern const struct msfs_settings msfs_default_settings;

/* Creates \Device\Mailslot and its links below \??. Idempotent; STATUS_INSUFFICIENT_RESOURCES and what
 * io_volume_create answers. */
NTSTATUS msfs_start(void);
/* Cancels waiting reads, drops every message, takes the volume away by force. Files still open keep their
 * memory. */
void msfs_stop(void);
/* NULL when it was not started. Not referenced. */
struct io_volume *msfs_volume(void);

/* ---- looking at slots ---- */

struct msfs_slot_counters {
    uint64_t written, read; /* messages */
    uint64_t dropped;       /* unread when the last server went */
    uint64_t refused;       /* writes above the maximum, the quota or the manager's bound */
    uint64_t timed_out;     /* reads */
    uint64_t too_small;     /* reads whose buffer did not hold the message */
};

struct msfs_slot_info {
    UNICODE_STRING name;        /* "dir\name", as first given; valid during the call that tells it */
    ULONG messages, next_size;  /* next_size: MAILSLOT_NO_MESSAGE when there is none */
    uint64_t bytes;             /* of all messages queued */
    ULONG maximum, quota;       /* 0: no limit */
    LARGE_INTEGER read_timeout; /* 100 ns, negative: relative; -1: for ever */
    unsigned servers, clients, waiting_reads;
    LARGE_INTEGER created;
    struct msfs_slot_counters counters;
};

/* Each slot once, in no order, until `each` returns false; it is called with no lock held and may open, write
 * and close. Slots made or gone meanwhile may be left out. */
void msfs_enumerate(bool (*each)(const struct msfs_slot_info *info, void *context), void *context);
/* The slot of a server's or client's file. STATUS_INVALID_PARAMETER when the file is none of a slot (a
 * virtual slot of a filter, the root). info->name stays valid as long as the file is open. */
NTSTATUS msfs_query_slot(PFILE_OBJECT file, struct msfs_slot_info *info);
/* Whether the file is a server's: the only kind that reads. */
bool msfs_is_server(PFILE_OBJECT file);

/* ---- readiness: "a message is there", which a wait on the handle does not tell (M-127) ---- */

struct msfs_watch {
    LIST_ENTRY links;
    /* Called when a message comes into the empty slot, when the last server goes, and at once when either is
     * so already. Runs with the slot's lock held, in the writer's thread: it may only wake something. */
    void (*ready)(struct msfs_watch *watch, bool gone);
};
/* The file must stay open until msfs_watch_stop. STATUS_INVALID_PARAMETER as above. */
NTSTATUS msfs_watch_start(
    PFILE_OBJECT file, struct msfs_watch *watch, void (*ready)(struct msfs_watch *watch, bool gone));
/* After it, `ready` is not running and never will. */
void msfs_watch_stop(PFILE_OBJECT file, struct msfs_watch *watch);

#endif
