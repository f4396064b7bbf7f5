/* The executive's inner side: pool accounting, worker threads, and the lock calls other rooms need under their own names. */
#ifndef OFM_EX_EX_H
#define OFM_EX_EX_H

#include <ntifs.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- pool ---- */

/* Allocates as a driver's call from `pc` (NULL: for the driver whose callback runs here). flags: POOL_FLAG_...; NULL: no memory. */
PVOID ex_pool_allocate(POOL_FLAGS flags, SIZE_T size, ULONG tag, const void *pc);
void ex_pool_free(PVOID memory, const void *pc);

/* The room's own memory, not a driver's: never reported as a driver's leak. Zeroed. Free with ex_pool_free. */
PVOID ex_allocate(SIZE_T size, ULONG tag);

/* Size asked for; 0 when the address is no pool block. */
SIZE_T ex_pool_size(PVOID memory);

struct ex_pool_usage {
    ULONG blocks;
    SIZE_T bytes;
};
/* What a driver (its name; NULL: the manager itself) holds now. */
struct ex_pool_usage ex_pool_usage(const char *driver);
/* Reports each tag a driver (NULL: any driver) still holds: blocks, bytes, one allocation. Returns the number of blocks. */
ULONG ex_pool_report(const char *driver);

/* For tests of low memory: every `every`-th allocation of drivers fails; 0: none. */
void ex_pool_fail_every(ULONG every);

/* Pool, resources and lookaside lists that a driver left behind (NULL: pool of any driver); returns how many were told. */
ULONG ex_report_leaks(const char *driver);

/* Entries in a list; exact only while nobody changes it. */
USHORT ex_slist_depth(PSLIST_HEADER head);

/* ---- worker threads ---- */

/* A piece of work for another thread at PASSIVE_LEVEL. Embed it; it may be freed when fn is entered. */
struct ex_work {
    LIST_ENTRY links;
    void (*fn)(struct ex_work *work);
    const char *driver;   /* for whom; a name that outlives the work, or NULL */
};
/* Queued once at a time. The pool grows while all its threads are busy, so that work never waits for work. */
void ex_queue_work(struct ex_work *work, void (*fn)(struct ex_work *work), const char *driver);
/* Waits until every piece of work of `driver` (NULL: anybody) that was queued before has ended. False at the timeout (< 0: none). */
bool ex_work_drain(const char *driver, int timeout_ms);
/* Ends idle worker threads; the pool starts again on demand. */
void ex_work_stop(void);

#endif
