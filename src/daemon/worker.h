/* Threads that come and go with the work: a job waits behind others only when there are as many threads as may be. */
#ifndef OFM_DAEMON_WORKER_H
#define OFM_DAEMON_WORKER_H

#include <stdbool.h>

/* The setting Workers, __atomic: never more threads than this. */
extern unsigned worker_limit;
unsigned worker_busy(void); /* jobs under way, and those that wait for a thread */
/* As many as seven eighths of the threads: what may be refused should be, so that the rest is there for what may not. */
bool worker_is_crowded(void);
/* The same for a worker that is about to begin something: its own job does not count. */
bool worker_has_crowd(void);

struct worker_job {
    void (*run)(struct worker_job *job);
    struct worker_job *next;
};

void worker_start(void);
/* Runs the job soon, in a thread of its own if all others are busy and there may be one more; at the limit in its turn. */
void worker_queue(struct worker_job *job);
/* The same before all that waits: for what ends waits of others. */
void worker_queue_first(struct worker_job *job);
/* Returns when all jobs are done and all threads have ended. */
void worker_stop(void);

#endif
