/* Where completions come from without a packet: a thread in GetQueuedCompletionStatus, or one that waits for the event or the
 * handle of an operation, looks there itself, and sleeps on the source's word of shared memory beside its own. Of an
 * operation that is over one thread makes the completion: whoever claims it, a waiting thread or the source itself (which
 * then sends a packet, as any other operation does).
 *
 * A source joins its completion port at its first operation, and leaves for good when the last handle of its object is
 * closed. Each of its operations is tied to its event and handle until its end. */
#ifndef OFM_KERNEL32_SOURCE_H
#define OFM_KERNEL32_SOURCE_H

#include "kernel32/handle.h"

#include <time.h>

#define K32_MOST_SOURCES 120u /* the kernel waits for 128 words; one is the sleeper's own */

/* What GetQueuedCompletionStatus tells. */
struct k32_completion {
    ULONG_PTR key;
    OVERLAPPED *overlapped;
    NTSTATUS status;
    ULONG_PTR bytes;
};

struct k32_source;

struct k32_source_type {
    /* Takes one that is over; NULL when there is none. Perhaps under the completion port's lock. */
    void *(*claim)(struct k32_source *source);
    /* Perhaps under it, too: is there one? */
    bool (*has)(struct k32_source *source);
    /* Under no lock: ends what was claimed. False: it makes no packet. With `completion` NULL a packet is sent. */
    bool (*finish)(struct k32_source *source, void *claimed, struct k32_completion *completion);
    /* Under no lock: looks for as long as it may be worth it; ends early when *news is no longer 0. */
    void (*spin)(struct k32_source *source, const uint32_t *news);
    /* Before a thread looks for the last time and sleeps: the word, and the value with which it may sleep; NULL: this source
     * wakes nobody. Each call that gave a word is followed by one of `slept`. */
    uint32_t *(*sleeps)(struct k32_source *source, uint32_t *value);
    void (*slept)(struct k32_source *source);
    /* There is more, and no thread of the completion port waits for it: others do, or the source ends it. */
    void (*left_over)(struct k32_source *source);
};

struct k32_source {
    const struct k32_source_type *type;
    struct k32_object *object;           /* whose it is; referenced by those who use the source without a lock */
    struct k32_source *next, **previous; /* in the completion port's list, under its lock; previous NULL: in none */
    uint32_t left;                       /* __atomic */
};

/* From here on threads take from it. True when they do. */
bool k32_source_join(struct k32_source *source);
void k32_source_leave(struct k32_source *source);
/* Packets have to be sent all the same: an event loop watches the completion port's descriptor. */
bool k32_source_wants_packets(const struct k32_source *source);

/* Whoever waits for the event or the handle of the operation, which has just begun, takes its end. False: somebody has to do that
 * for them, for the event has operations of another source, or a routine is to be told. */
bool k32_source_tie(struct k32_source *source, struct k32_io *io);
/* It is over; under the dispatcher lock. */
void k32_source_untie(struct k32_io *io);

/* What a wait can take from. */
struct k32_takes {
    unsigned count;
    bool has_spun; /* once is enough */
    struct k32_source *sources[MAXIMUM_WAIT_OBJECTS]; /* the object of each is referenced */
};
/* Under the dispatcher lock: the source of that object, if it has one. */
void k32_takes_add(struct k32_takes *takes, struct k32_object *object);
/* Without it, as all that follows: ends what is over, of any operation; whether there was one. */
bool k32_takes_all(struct k32_takes *takes);
/* Looks or sleeps until something may have been taken, the thread, whose `called` is 0 before, is called, or the deadline has
 * passed (false). */
bool k32_takes_wait(struct k32_takes *takes, struct k32_thread *self, const struct timespec *deadline);
void k32_takes_release(struct k32_takes *takes);

/* Ends an operation as k32_io_complete does, but gives to the caller what a packet would have said; false: there is none. */
bool k32_io_take(struct k32_io *io, NTSTATUS status, ULONG_PTR bytes, struct k32_completion *completion);

#endif
