/* Waiting for a get in several memories. See several.h. */
#include "channel/several.h"

#include "channel/layout.h"

static struct chan_area *area_of(struct chan_host *host)
{
    size_t size;

    return chan_host_segment(host, 0, &size);
}

void chan_several_begin(struct chan_several *several)
{
    for (unsigned i = 0; i < several->count; i++) {
        struct chan_area *area = area_of(several->hosts[i]);
        /* pairs with the client's "post, then look for sleepers": one of the two sees the other */
        __atomic_add_fetch(&area->kick_sleepers, 1, __ATOMIC_SEQ_CST);
        several->kicks[i] = __atomic_load_n(&area->kick, __ATOMIC_SEQ_CST);
    }
}

bool chan_several_wait(
    struct chan_several *several, uint32_t *own, uint32_t own_expected, const struct futex_deadline *deadline)
{
    uint32_t *words[CHAN_SEVERAL];

    for (unsigned i = 0; i < several->count; i++)
        words[i] = &area_of(several->hosts[i])->kick;
    return futex_wait_many(words, several->kicks, several->count, own, own_expected, deadline);
}

void chan_several_end(struct chan_several *several)
{
    for (unsigned i = 0; i < several->count; i++)
        __atomic_sub_fetch(&area_of(several->hosts[i])->kick_sleepers, 1, __ATOMIC_SEQ_CST);
}
