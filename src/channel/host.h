/*
 * The manager's end of a connection's shared memory. Everything read here was written by a process that is
 * not trusted: it is fetched once, checked, and used from private memory. No policy: who waits, in which
 * order, with which status is fltmgr/message.c's.
 *
 * Locking: the calls marked (locked) need the connection's lock, held by the caller; the others are safe from
 * any thread.
 */
#ifndef OFM_CHANNEL_HOST_H
#define OFM_CHANNEL_HOST_H

#include "channel/futex.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chan_host;

/* Makes the shared memory. NULL with errno when the system has none left. */
struct chan_host *chan_host_create(void);
void chan_host_destroy(struct chan_host *host);
/* Of a connection that has ended: whether it may serve another one of the same process, which has it mapped. One that has grown may
 * not. */
bool chan_host_may_serve_again(const struct chan_host *host);
/* Such a one that neither we nor the client use any more: as good as new. */
void chan_host_renew(struct chan_host *host);
int chan_host_fd(const struct chan_host *host); /* segment 0's descriptor; stays the host's */
/* A further segment of `size` bytes: its number, or a negative errno. *fd stays the host's. */
int chan_host_add_segment(struct chan_host *host, size_t size, int *fd);
size_t chan_host_bytes(const struct chan_host *host); /* of all segments, for quotas */

/* The further gets and exchanges (layout.h), once: its segment's number, or a negative errno. (locked) */
int chan_host_add_bank(struct chan_host *host, int *fd);

/* --- gets --- */

/* (locked) Takes over what the client has posted since the last call. False when the ring holds nonsense: the client
 * is hostile or broken and the connection must end. */
bool chan_host_collect(struct chan_host *host);
/* (locked) How many gets have ever been taken over: grows with each posted one. */
uint64_t chan_host_posted(const struct chan_host *host);
/* (locked) Gets that wait for a message; cancelled ones do not count. */
unsigned chan_host_pending(const struct chan_host *host);
/* (locked) The oldest get of at least `size` bytes. False when there is none. Cancelled gets are dropped on the way.
 * `size` 0 takes the oldest of any size. */
bool chan_host_take(struct chan_host *host, size_t size, unsigned *get);
/* (locked) The oldest get of less than `size` bytes. One that is large enough may be posted at any moment. */
bool chan_host_take_small(struct chan_host *host, size_t size, unsigned *get);
/* chan_host_take without the lock, when only seats wait; false when there is none, or the lock is needed to say. */
bool chan_host_take_seat(struct chan_host *host, size_t size, unsigned *get);
/* Whether the lock is needed to say. */
bool chan_host_ring_waits(struct chan_host *host);
/* A very short look for one, while the last reader runs on another CPU: it may just be coming back. */
bool chan_host_look_for_get(struct chan_host *host);
/* A look for a get for as long as one is likely to come, while its reader runs on another CPU. */
bool chan_host_spin_for_get(struct chan_host *host);

/* --- a taken get: the taker alone owns it --- */

/* Copies header and payload to the get. False when they do not fit or the room does not lie inside the segments: the
 * get then is to be failed. */
bool chan_host_fill(struct chan_host *host, unsigned get, const void *header, size_t header_size,
    const void *payload, size_t payload_size);
/* Tells the reader, after a fill, in which exchange the reply is waited for. */
void chan_host_expect(struct chan_host *host, unsigned get, unsigned exchange);
/* Answers the get. True when its reader slept and had to be woken. */
bool chan_host_finish(struct chan_host *host, unsigned get, uint32_t status, size_t bytes);

/* --- exchanges --- */

/* What the sender that has an exchange keeps with it; `own` is its private futex word. */
struct chan_host_note {
    uint32_t own;
    uint32_t claim; /* __atomic, all below: who may answer */
    uint64_t id;
    void *sender;
    uint64_t since; /* for those who look */
    uint32_t length;
    int32_t requestor;
    uint32_t delivered;
};

/* One for a sender of its own, without a lock: false when all are in use. Threads get the same one again and again. */
bool chan_host_exchange_reserve(struct chan_host *host, unsigned *exchange);
void chan_host_exchange_release(struct chan_host *host, unsigned exchange);
struct chan_host_note *chan_host_exchange_note(struct chan_host *host, unsigned exchange);
/* The reserved ones, one after the other: the next one from `exchange` on, or false. */
bool chan_host_exchange_next(struct chan_host *host, unsigned *exchange);
/* Shows a reserved exchange to the client as waiting. */
void chan_host_exchange_open(struct chan_host *host, unsigned exchange, uint64_t id, uint32_t capacity);
bool chan_host_exchange_replied(const struct chan_host *host, unsigned exchange);
/* True when the reply is there: its status, its full length, and up to `capacity` bytes copied to `buffer`. *sound is
 * false when the client described memory outside its segments: nothing was copied. */
bool chan_host_exchange_poll(struct chan_host *host, unsigned exchange, void *buffer, size_t capacity,
    uint32_t *status, size_t *length, bool *sound);
/* Looks for the reply for as long as it is likely to come, while the reader of that get runs on another CPU. `woken`:
 * what chan_host_finish said. True: poll. */
bool chan_host_exchange_spin(struct chan_host *host, unsigned exchange, unsigned get, bool woken);
/* Sleeps until the reply may be there, *own is no longer `own_expected`, or the deadline (false). After many sleeps of
 * one sender in vain the client is one that changes the word all the time: it is then looked at once a millisecond. */
bool chan_host_exchange_wait(struct chan_host *host, unsigned exchange, uint32_t *own, uint32_t own_expected,
    const struct futex_deadline *deadline, unsigned vain);
/* Withdraws: true when no reply can come any more, false when one has just been completed (poll it). */
bool chan_host_exchange_withdraw(struct chan_host *host, unsigned exchange);


/* --- waiting for a get --- */

/* Sleeps until the client posts a get, *own is no longer `own_expected`, or the deadline (false). `kick` is
 * what chan_host_kick() gave before the caller last looked into the queue. */
uint32_t chan_host_kick(struct chan_host *host);
bool chan_host_wait_for_get(struct chan_host *host, uint32_t kick, uint32_t *own, uint32_t own_expected,
    const struct futex_deadline *deadline, unsigned vain);

/* Replies that found no waiter, as the client counts them. */
uint32_t chan_host_refused_replies(const struct chan_host *host);

/* Tells the client that the connection has ended and why, and wakes all its sleepers. Gets are failed by the
 * caller. */
void chan_host_close(struct chan_host *host, uint32_t reason);

/* Around each use of the shared data. One thread of the manager follows another there only after the client
 * has seen the first one's result: an order that goes through another process, which ThreadSanitizer is told
 * of here. Nothing in other builds. */
#if defined(__SANITIZE_THREAD__)
#define CHAN_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CHAN_TSAN 1
#endif
#endif
#ifdef CHAN_TSAN
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#define chan_host_enter(host) __tsan_acquire(host)
#define chan_host_leave(host) __tsan_release(host)
#else
#define chan_host_enter(host) ((void)(host))
#define chan_host_leave(host) ((void)(host))
#endif

/* The address of a range in the manager's own mapping, for MessageNotify's buffers (P-97); NULL when it is
 * not inside. */
void *chan_host_map(struct chan_host *host, uint32_t segment, uint32_t offset, uint32_t length);
/* Each mapped segment, for the registry of user memory. */
void *chan_host_segment(const struct chan_host *host, unsigned segment, size_t *size);

#endif
