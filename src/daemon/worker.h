/* Threads that come and go with the work: a job never waits behind another that blocks. */
#ifndef OFM_DAEMON_WORKER_H
#define OFM_DAEMON_WORKER_H

struct worker_job {
    void (*run)(struct worker_job *job);
    struct worker_job *next;
};

void worker_start(void);
/* Runs the job soon, in a thread of its own if all others are busy. */
void worker_queue(struct worker_job *job);
/* Returns when all jobs are done and all threads have ended. */
void worker_stop(void);

#endif
