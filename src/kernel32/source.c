/* Waits for events and handles that take the ends of operations themselves. See source.h.
 *
 * A thread counts itself with each source, looks once more, and sleeps on all their words and its own. A message wakes one
 * sleeper of its source, whichever that is: so whoever was counted ends everything that is over before it looks at its own
 * wait again or goes away, and the event of another thread's operation wakes that thread. Nothing is left lying there.
 * tests/model/events.pml goes through this in all orders. */
#include "kernel32/source.h"

#include "channel/futex.h"
#include "kernel32/thread.h"
#include "kernel32/wait.h"

/* --- which source an object waits for; all under the dispatcher lock --- */

static bool may_tie(const struct k32_object *object, const struct k32_source *source)
{
    return object->pending == 0 || object->source == source;
}

/* Who waits for it already does not know the source yet. */
static void tie(struct k32_object *object, struct k32_source *source)
{
    object->source = source;
    if (object->pending++ == 0)
        k32_look_again(object);
}

static void untie(struct k32_object *object)
{
    if (--object->pending == 0)
        object->source = NULL;
}

bool k32_source_tie(struct k32_source *source, struct k32_io *io)
{
    if (io->routine)
        return false;
    k32_dispatcher_lock();
    io->tied = may_tie(io->file, source) && (!io->event || may_tie(io->event, source));
    if (io->tied) {
        tie(io->file, source);
        if (io->event)
            tie(io->event, source);
    }
    k32_dispatcher_unlock();
    return io->tied;
}

void k32_source_untie(struct k32_io *io)
{
    if (!io->tied)
        return;
    io->tied = false;
    untie(io->file);
    if (io->event)
        untie(io->event);
}

/* --- taking --- */

static bool is_among(const struct k32_takes *takes, const struct k32_source *source)
{
    for (unsigned n = 0; n < takes->count; n++) {
        if (takes->sources[n] == source)
            return true;
    }
    return false;
}

void k32_takes_add(struct k32_takes *takes, struct k32_object *object)
{
    struct k32_source *source = object->source;

    if (!source || is_among(takes, source))
        return;
    k32_reference(source->object);
    takes->sources[takes->count++] = source;
}

void k32_takes_release(struct k32_takes *takes)
{
    while (takes->count > 0)
        k32_release(takes->sources[--takes->count]->object);
}

bool k32_takes_all(struct k32_takes *takes)
{
    bool any = false;
    void *claimed;

    for (unsigned n = 0; n < takes->count; n++) {
        struct k32_source *source = takes->sources[n];
        while ((claimed = source->type->claim(source)) != NULL) {
            source->type->finish(source, claimed, NULL);
            any = true;
        }
    }
    return any;
}

/* Counts the thread with every source; those that have a word stand first afterwards. */
static unsigned count_with_all(struct k32_takes *takes, uint32_t *words[], uint32_t values[])
{
    unsigned counted = 0;

    for (unsigned n = 0; n < takes->count; n++) {
        struct k32_source *source = takes->sources[n];
        words[counted] = source->type->sleeps(source, &values[counted]);
        if (!words[counted])
            continue;
        takes->sources[n] = takes->sources[counted];
        takes->sources[counted++] = source;
    }
    return counted;
}

static bool has_any(struct k32_takes *takes, unsigned counted)
{
    for (unsigned n = 0; n < counted; n++) {
        if (takes->sources[n]->type->has(takes->sources[n]))
            return true;
    }
    return false;
}

static bool sleep_on(struct k32_takes *takes, unsigned counted, uint32_t *const words[], const uint32_t values[],
    uint32_t *called, const struct futex_deadline *until)
{
    if (counted == 0)
        return futex_wait_private(called, 0, until);
    return has_any(takes, counted) || futex_wait_many(words, values, counted, called, 0, until);
}

bool k32_takes_wait(struct k32_takes *takes, struct k32_thread *self, const struct timespec *deadline)
{
    uint32_t *words[MAXIMUM_WAIT_OBJECTS], values[MAXIMUM_WAIT_OBJECTS];
    const struct futex_deadline until = k32_futex_deadline(deadline);

    if (k32_takes_all(takes))
        return true;
    if (takes->count > 0 && !takes->has_spun) {
        takes->has_spun = true;
        takes->sources[0]->type->spin(takes->sources[0], &self->called);
        return true;
    }
    unsigned counted = count_with_all(takes, words, values);
    __atomic_store_n(&self->sleeps, true, __ATOMIC_SEQ_CST); /* before the look at `called`: see k32_call */
    bool in_time = sleep_on(takes, counted, words, values, &self->called, &until);
    __atomic_store_n(&self->sleeps, false, __ATOMIC_RELAXED);
    for (unsigned n = 0; n < counted; n++)
        takes->sources[n]->type->slept(takes->sources[n]);
    k32_takes_all(takes);
    return in_time;
}
