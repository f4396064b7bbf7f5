/* Inside ex and its tests: the worker pool's size. */
#ifndef OFM_EX_WORK_INNER_H
#define OFM_EX_WORK_INNER_H

unsigned ex_worker_count(void);

#endif
