/*
 * The client's end of a connection's shared memory. The client trusts the manager; it still shares the memory
 * among its own threads, so every call here is thread-safe.
 */
#ifndef OFM_CHANNEL_GUEST_H
#define OFM_CHANNEL_GUEST_H

#include "channel/futex.h"
#include "channel/rooms.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chan_guest;

/* Asks the manager for the bank (layout.h): its descriptor, or a negative errno. May be NULL. */
typedef int chan_bank_fn(void *context);

/* Maps segment 0; takes the descriptor over. NULL with errno when it is not a connection's memory. */
struct chan_guest *chan_guest_create(
    int fd, chan_grow_fn *grow, chan_bank_fn *bank, void *context);
void chan_guest_destroy(struct chan_guest *guest);
/* Of a connection that has ended and that no thread of ours uses: as good as new, for chan_guest_reuse with the same memory. False: it
 * has grown, and is to be destroyed. */
bool chan_guest_renew(struct chan_guest *guest);
/* The manager has agreed to use that memory for another connection; `context` is the new one's. */
void chan_guest_reuse(struct chan_guest *guest, void *context);

/* A range of shared memory of the client's own; false when the manager gives no more. */
bool chan_guest_allocate(struct chan_guest *guest, size_t size, struct chan_range *range);
void chan_guest_free(struct chan_guest *guest, const struct chan_range *range);
void *chan_guest_address(struct chan_guest *guest, const struct chan_range *range);

/* Posts a get of `size` bytes: of a thread that will wait for it at once, or with CHAN_NOTIFY_DONE one that is waited
 * for elsewhere. 0; -EAGAIN when all places are taken, -ENOMEM without memory, -EPIPE when the connection has ended. */
int chan_guest_post(struct chan_guest *guest, size_t size, enum chan_notify notify, unsigned *get);
/* Looks for the message for as long as one is likely to come, while its sender runs on another CPU: true when the get
 * is over (done, coming in parts, or cancelled), or *news, unless it is NULL, no longer 0. One thread of the process looks at a time. */
bool chan_guest_spin(struct chan_guest *guest, unsigned get, const uint32_t *news);
/* Sleeps until the get is over or the deadline (false). */
bool chan_guest_wait(struct chan_guest *guest, unsigned get, const struct futex_deadline *deadline);
/* After one of the two: a message that is still coming is copied as it comes, until the get is done. Any other: nothing. */
void chan_guest_take_parts(struct chan_guest *guest, unsigned get, void *buffer, size_t size);
bool chan_guest_is_done(struct chan_guest *guest, unsigned get);
/* Takes the result of a done get: copies at most `size` bytes of the message when the status is success, and
 * frees the place. */
void chan_guest_result(
    struct chan_guest *guest, unsigned get, void *buffer, size_t size, uint32_t *status, size_t *bytes);
/* Withdraws a posted get: true when no message can come into it any more (its place returns to the pool),
 * false when it is done or being filled (P-123). */
bool chan_guest_cancel(struct chan_guest *guest, unsigned get);
/* The same for a get whose reader may sleep on it: its place is kept until the reader has seen it and calls
 * chan_guest_forget. */
bool chan_guest_cancel_reader(struct chan_guest *guest, unsigned get);
/* All of them that can still be withdrawn; whether there was one. */
bool chan_guest_cancel_readers(struct chan_guest *guest);
void chan_guest_forget(struct chan_guest *guest, unsigned get);

/* Waiting for whichever get with CHAN_NOTIFY_DONE is over next. A taker is woken for one; a late taker only when no taker
 * sleeps. Who is about to sleep counts itself with chan_guest_sleeps, which gives the word to sleep on and its value, then
 * looks at its gets once more, then sleeps while the word has that value, and takes its count back. */
enum chan_taker { CHAN_TAKER, CHAN_LATE_TAKER };
uint32_t *chan_guest_sleeps(struct chan_guest *guest, enum chan_taker taker, uint32_t *value);
void chan_guest_slept(struct chan_guest *guest, enum chan_taker taker);
/* There is more than the taker that was woken takes: another one that sleeps is woken, or a late one. */
void chan_guest_pass_on(struct chan_guest *guest);

enum chan_reply_result { CHAN_REPLY_OK, CHAN_REPLY_NO_WAITER, CHAN_REPLY_TRUNCATED, CHAN_REPLY_NO_MEMORY };
/* Answers the message with this id (P-86, P-87, P-90). */
enum chan_reply_result chan_guest_reply(
    struct chan_guest *guest, uint64_t id, uint32_t status, const void *payload, size_t size);

/* Why the connection ended (an NTSTATUS), or 0 while it lives. */
uint32_t chan_guest_closed(struct chan_guest *guest);
/* What the manager said at the end, 0 when it said nothing (yet). */
uint32_t chan_guest_end_word(struct chan_guest *guest);
/* A reply found no waiter: counted for fltmc ports. */
void chan_guest_count_refused(struct chan_guest *guest);
/* The socket has hung up: nobody will answer any more. Ends every get that is not done with `status` and
 * wakes everybody. */
void chan_guest_hang_up(struct chan_guest *guest, uint32_t status);

/* A synchronous call's shared block: the manager stores status and bytes, then state 1, and wakes it. */
struct chan_call {
    uint32_t state;
    uint32_t status;
    uint32_t bytes;
};
bool chan_call_wait(struct chan_guest *guest, struct chan_call *call, uint32_t *status, uint32_t *bytes);

#endif
