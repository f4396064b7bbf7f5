/* Mutexes: owned by a thread, which may take them again; abandoned when it ends. */
#ifndef OFM_KERNEL32_MUTEX_H
#define OFM_KERNEL32_MUTEX_H

#include "kernel32/handle.h"

struct k32_mutex {
    struct k32_object object;
    /* all under the dispatcher lock */
    struct k32_thread *owner;
    DWORD depth;
    bool abandoned;
    struct k32_mutex *previous, *next; /* in the owner's list */
};

/* The thread ends: frees what it owns. Under the dispatcher lock. */
void k32_mutexes_abandon(struct k32_thread *thread);

#endif
