/* Memory kept for the next connections. See spare.h. `lock` guards everything here. The manager is done with an ended connection a
 * little later than its client: so there are a few, and the oldest is offered first. */
#include "fltlib/spare.h"

#include <pthread.h>
#include <stddef.h>

#define SPARES 4u /* as many as the manager keeps of one process */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    struct chan_guest *guest;
    uint32_t number;
} spares[SPARES]; /* oldest first */
static unsigned count;

/* Lock held. */
static struct chan_guest *take_oldest(uint32_t *number)
{
    struct chan_guest *guest = spares[0].guest;

    *number = spares[0].number;
    count--;
    for (unsigned i = 0; i < count; i++)
        spares[i] = spares[i + 1];
    return guest;
}

void spare_put_back(struct chan_guest *guest, uint32_t number)
{
    struct chan_guest *surplus = NULL;
    uint32_t its;

    pthread_mutex_lock(&lock);
    if (count == SPARES)
        surplus = take_oldest(&its);
    spares[count].guest = guest;
    spares[count++].number = number;
    pthread_mutex_unlock(&lock);
    if (surplus != NULL)
        chan_guest_destroy(surplus);
}

void spare_put(struct chan_guest *guest, uint32_t number)
{
    if (number != 0 && chan_guest_renew(guest))
        spare_put_back(guest, number);
    else
        chan_guest_destroy(guest);
}

struct chan_guest *spare_take(uint32_t *number)
{
    struct chan_guest *guest = NULL;

    *number = 0;
    pthread_mutex_lock(&lock);
    if (count > 0)
        guest = take_oldest(number);
    pthread_mutex_unlock(&lock);
    return guest;
}

void spare_forked(void)
{
    pthread_mutex_init(&lock, NULL);
    count = 0;
}
