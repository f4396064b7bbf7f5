/* Where completions come from without a packet: a thread in GetQueuedCompletionStatus looks there itself, and sleeps on the
 * source's word of shared memory beside its own. Of an operation that is over one thread makes the completion: whoever
 * claims it, a waiting thread or the source itself (which then sends a packet, as any other operation does).
 *
 * A source joins its completion port at its first operation, and leaves for good when the last handle of its object is
 * closed. */
#ifndef OFM_KERNEL32_SOURCE_H
#define OFM_KERNEL32_SOURCE_H

#include "kernel32/handle.h"

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
    /* Under the completion port's lock: takes one that is over; NULL when there is none. */
    void *(*claim)(struct k32_source *source);
    /* Under it, too: is there one? */
    bool (*has)(struct k32_source *source);
    /* Under no lock: ends what was claimed. False: it makes no packet. With `completion` NULL a packet is sent. */
    bool (*finish)(struct k32_source *source, void *claimed, struct k32_completion *completion);
    /* Under no lock: looks for as long as it may be worth it; ends early when *news is no longer 0. */
    void (*spin)(struct k32_source *source, const uint32_t *news);
    /* Before a thread looks for the last time and sleeps: the word, and the value with which it may sleep; NULL: this source
     * wakes nobody. Each call that gave a word is followed by one of `slept`. */
    uint32_t *(*sleeps)(struct k32_source *source, uint32_t *value);
    void (*slept)(struct k32_source *source);
    /* There is more, and no thread waits for it. */
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
/* Ends an operation as k32_io_complete does, but gives to the caller what a packet would have said; false: there is none. */
bool k32_io_take(struct k32_io *io, NTSTATUS status, ULONG_PTR bytes, struct k32_completion *completion);

#endif
