/* Normal kernel APCs: what runs in a certain thread. See ke.h. The queue's lock guards it and the pointer to the wait that
 * the thread sleeps in; it is held for a few instructions. */
#include "ntoskrnl/ke/ke.h"

#include "ntoskrnl/ke/lock.h"

void ke_apc_queue_init(struct ke_apc_queue *queue)
{
    *queue = (struct ke_apc_queue){.end = &queue->first};
}

/* The lock is held: the waiter's memory stays until it has taken its pointer back. */
static void kick(struct ke_apc_queue *queue)
{
    uint32_t waiting = KE_WAIT_WAITING;
    if (queue->asleep
        && __atomic_compare_exchange_n(queue->asleep, &waiting, KE_WAIT_KICKED, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        ke_futex_wake(queue->asleep, 1);
}

bool ke_apc_put(struct ke_apc_queue *queue, struct ke_apc *apc)
{
    apc->next = NULL;
    ke_lock(&queue->lock);
    bool ok = !queue->closed;
    if (ok) {
        *queue->end = apc;
        queue->end = &apc->next;
        kick(queue);
    }
    ke_unlock(&queue->lock);
    return ok;
}

static struct ke_apc *take_all(struct ke_apc_queue *queue, bool close)
{
    ke_lock(&queue->lock);
    struct ke_apc *first = queue->first;
    queue->first = NULL;
    queue->end = &queue->first;
    queue->closed |= close;
    ke_unlock(&queue->lock);
    return first;
}

struct ke_apc *ke_apc_queue_close(struct ke_apc_queue *queue)
{
    return take_all(queue, true);
}

bool ke_apc_sleep(struct ke_apc_queue *queue, uint32_t *state)
{
    ke_lock(&queue->lock);
    queue->asleep = state;
    bool empty = queue->first == NULL;
    if (!empty) {
        kick(queue);
        queue->asleep = NULL;
    }
    ke_unlock(&queue->lock);
    return empty;
}

void ke_apc_wake(struct ke_apc_queue *queue)
{
    ke_lock(&queue->lock);
    queue->asleep = NULL;
    ke_unlock(&queue->lock);
}

void ke_apcs_run(void)
{
    struct ke_apc *apc;
    if (!ke_self.apcs || !ke_apcs_allowed())
        return;
    ke_self.apc_runs = true;
    while ((apc = take_all(ke_self.apcs, false))) {
        for (struct ke_apc *next; apc; apc = next) {
            next = apc->next;
            apc->run(apc);
        }
    }
    ke_self.apc_runs = false;
}
