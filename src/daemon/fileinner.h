/*
 * What file.c (a handle's life, its answers), filecall.c (one call) and fileoperation.c (what it asks for) share.
 *
 * A call's life:
 *
 *   QUEUED --worker--> WAITING (its turn on a synchronous file) --> STARTED --> TOLD (answered
 * STATUS_PENDING) --> DONE
 *                                                                      \-------- ended within its start
 * --------/
 *
 * Whoever takes it to DONE answers: the starting worker when the operation ended within its start, else the
 * thread that ends it.
 */
#ifndef OFM_DAEMON_FILEINNER_H
#define OFM_DAEMON_FILEINNER_H

#include "channel/segment.h"
#include "channel/wire.h"
#include "daemon/file.h"
#include "daemon/lane.h"
#include "daemon/worker.h"
#include "ntoskrnl/io/io.h"

enum file_call_phase { CALL_QUEUED, CALL_WAITING, CALL_STARTED, CALL_TOLD, CALL_DONE };

struct file_call {
    struct worker_job job;
    LIST_ENTRY links;           /* the file's calls */
    LIST_ENTRY turn;            /* the file's waiting ones */
    uint32_t references;        /* __atomic */
    enum file_call_phase phase; /* this and the next three under the file's lock */
    bool cancelled;
    bool ended_by_hang_up;
    bool paid;             /* its buffers count in the file's bytes */
    struct client *client; /* referenced */
    struct wire_file_call wire;
    struct io_transfer transfer;
    UNICODE_STRING pattern;
    LARGE_INTEGER offset, timeout;
    uint8_t *in, *out;               /* user buffers (userbuffer.h) */
    unsigned home;                   /* of them */
    uint8_t *shared_in, *shared_out; /* in the file's segments, in the lane, or NULL */
    struct lane *lane;               /* referenced: through which it came, or NULL */
    unsigned seat;
    uint8_t input[] __attribute__((aligned(16)));
};

/* An answer that the full socket did not take. */
struct file_answer {
    struct file_answer *next;
    int fd; /* that goes with it; -1 */
    size_t length;
    uint8_t packet[];
};

/* What all handles of one open file have in common, in whatever processes they are. One lock for all of them:
 * an operation of a synchronous file waits for the one before, whoever sent it. Nothing sleeps with it held.
 */
struct file_open {
    uint32_t references; /* __atomic: one a handle */
    bool synchronous;
    pthread_mutex_t lock;      /* everything below, and the handles (struct file) */
    unsigned handles;          /* not closed: the last one's end is IRP_MJ_CLEANUP */
    LIST_ENTRY waiting;        /* calls of a synchronous file */
    struct file_call *running; /* whose turn it is */
};

/* One handle: a socket. */
struct file {
    struct file_open *open; /* referenced; its lock guards everything below */
    ACCESS_MASK granted;    /* fixed: a duplicate may have less than the file was opened with */
    PFILE_OBJECT object;  /* this handle's reference; NULL once it is closed */
    LIST_ENTRY calls;
    unsigned call_count;
    size_t bytes, charged;          /* of private buffers: in use, and paid for */
    struct chan_segments *segments; /* made with the first; kept until the end */
    struct file_answer *answers, **answers_end;
    struct file_ready *ready; /* watches of a mailslot's server */
};

/* file.c */
/* The open object, referenced; NULL when the handle is closed. */
PFILE_OBJECT file_object(struct file *file);
/* Queues an answer; lock held. */
void file_answer(
    struct client *client, const struct wire_file_reply *reply, const void *data, size_t length, int fd);
NTSTATUS file_add_segment(struct client *client, size_t size, int *fd);
/* WIRE_FILE_READY; *fd is the caller's to close. */
NTSTATUS file_add_ready(struct client *client, int *fd);
/* WIRE_FILE_CLOSE. */
void file_close(struct client *client);

static inline bool file_call_has(const struct file_call *call, uint32_t flag)
{
    return (call->wire.flags & flag) != 0;
}

/* fileoperation.c */
/* Whether the handle's access allows it; finds the offset of a transfer. */
NTSTATUS file_call_check(struct file_call *call);
/* Sends the operation: the transfer's `done` follows, now or later. */
void file_call_send(struct file_call *call);

/* filecall.c */
void file_cancel_all(struct file *file);

#endif
