/* Building, publishing and reclaiming the arrays of stack.h. Writers hold flt_lock; readers none. */
#include "fltmgr/stack.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t settling = PTHREAD_MUTEX_INITIALIZER;

static UCHAR slot_major(unsigned slot)
{
    return (UCHAR)(slot < FLT_IRP_SLOTS ? slot : 0xff - (slot - FLT_IRP_SLOTS));
}

static bool wants(const struct flt_entry *entry)
{
    return entry->registered && (entry->pre || entry->post);
}

struct flt_stack *flt_stack_empty(void)
{
    struct flt_stack *stack = calloc(1, sizeof *stack);
    if (stack)
        ke_rundown_init(&stack->rundown);
    return stack;
}

static unsigned count_attached(PFLT_VOLUME volume, unsigned *levels)
{
    unsigned count = 0;
    *levels = 0;
    for (PLIST_ENTRY e = volume->instances.Flink; e != &volume->instances; e = e->Flink) {
        PFLT_INSTANCE instance = CONTAINING_RECORD(e, struct _FLT_INSTANCE, volume_links);
        if (instance->state != FLT_INSTANCE_ATTACHED)
            continue;
        count++;
        for (unsigned slot = 0; slot < FLT_SLOTS; slot++)
            *levels += wants(&instance->filter->entries[slot]);
    }
    return count;
}

static void fill(struct flt_stack *stack, PFLT_VOLUME volume)
{
    for (PLIST_ENTRY e = volume->instances.Flink; e != &volume->instances; e = e->Flink) {
        PFLT_INSTANCE instance = CONTAINING_RECORD(e, struct _FLT_INSTANCE, volume_links);
        if (instance->state != FLT_INSTANCE_ATTACHED)
            continue;
        flt_pin(&instance->object);
        stack->instances[stack->instance_count++] = instance;
    }
    unsigned next = 0;
    for (unsigned slot = 0; slot < FLT_SLOTS; slot++) {
        stack->slots[slot].first = next;
        for (unsigned rank = 0; rank < stack->instance_count; rank++) {
            PFLT_INSTANCE instance = stack->instances[rank];
            const struct flt_entry *entry = &instance->filter->entries[slot];
            if (wants(entry))
                stack->levels[next++] = (struct flt_level){instance, entry, rank};
        }
        stack->slots[slot].count = next - stack->slots[slot].first;
    }
}

/* V-055: a filter that has not registered QUERY_OPEN is asked by NETWORK_QUERY_OPEN alone. */
static bool has_network_only(const struct flt_stack *stack)
{
    for (unsigned rank = 0; rank < stack->instance_count; rank++) {
        const struct flt_entry *entries = stack->instances[rank]->filter->entries;
        if (wants(&entries[flt_slot((UCHAR)IRP_MJ_NETWORK_QUERY_OPEN)]) && !wants(&entries[flt_slot((UCHAR)IRP_MJ_QUERY_OPEN)]))
            return true;
    }
    return false;
}

static void publish_traits(PFLT_VOLUME volume, const struct flt_stack *stack)
{
    uint64_t irp = 0, other = 0;
    for (unsigned slot = 0; slot < FLT_SLOTS; slot++) {
        if (!stack->slots[slot].count)
            continue;
        if (slot < FLT_IRP_SLOTS)
            irp |= 1ull << slot;
        else
            other |= 1ull << (0xff - slot_major(slot));
    }
    struct io_traits *traits = &volume->io->traits;
    __atomic_store_n(&traits->irp_majors, irp, __ATOMIC_RELEASE);
    __atomic_store_n(&traits->other_majors, other, __ATOMIC_RELEASE);
    __atomic_store_n(&traits->network_only, has_network_only(stack), __ATOMIC_RELEASE);
    __atomic_add_fetch(&traits->generation, 1, __ATOMIC_RELEASE);
}

NTSTATUS flt_stack_rebuild(PFLT_VOLUME volume)
{
    unsigned levels;
    unsigned count = count_attached(volume, &levels);
    struct flt_stack *stack = calloc(1, sizeof *stack + levels * sizeof(struct flt_level));
    PFLT_INSTANCE *instances = calloc(count + 1, sizeof *instances);
    if (!stack || !instances) {
        free(stack);
        free(instances);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    ke_rundown_init(&stack->rundown);
    stack->instances = instances;
    fill(stack, volume);
    struct flt_stack *old = volume->stack;
    ke_publish(volume->stack, stack);
    publish_traits(volume, stack);
    io_filters_changed(volume->io);
    if (old) {
        old->next_retired = volume->retired;
        volume->retired = old;
    }
    return STATUS_SUCCESS;
}

static void free_stack(struct flt_stack *stack)
{
    for (unsigned i = 0; i < stack->instance_count; i++)
        flt_unpin(&stack->instances[i]->object);
    free(stack->instances);
    free(stack);
}

void flt_stack_settle(PFLT_VOLUME volume)
{
    pthread_mutex_lock(&settling); /* or `newest` could be freed by another and its address retired anew */
    flt_lock_acquire();
    struct flt_stack *newest = volume->retired; /* what is behind it was retired before the grace period below */
    flt_lock_release();
    ke_rcu_synchronize();
    struct flt_stack *unused = NULL;
    flt_lock_acquire();
    bool before = false;
    for (struct flt_stack **link = &volume->retired; *link;) {
        struct flt_stack *stack = *link;
        before |= stack == newest;
        if (before && !stack->grace_over) {
            stack->grace_over = true;
            ke_rundown_start(&stack->rundown);
        }
        if (stack->grace_over && !ke_rundown_count(&stack->rundown)) {
            *link = stack->next_retired;
            stack->next_retired = unused;
            unused = stack;
        } else {
            link = &stack->next_retired;
        }
    }
    flt_lock_release();
    pthread_mutex_unlock(&settling);
    while (unused) {
        struct flt_stack *next = unused->next_retired;
        free_stack(unused);
        unused = next;
    }
}

void flt_stack_free_all(PFLT_VOLUME volume)
{
    struct flt_stack *stack = volume->retired;
    while (stack) {
        struct flt_stack *next = stack->next_retired;
        free_stack(stack);
        stack = next;
    }
    if (volume->stack)
        free_stack(volume->stack);
    volume->retired = NULL;
    volume->stack = NULL;
}

unsigned flt_stack_below(const struct flt_stack *stack, unsigned slot, PFLT_INSTANCE instance)
{
    unsigned rank;
    for (rank = 0; rank < stack->instance_count && stack->instances[rank] != instance; rank++)
        ;
    /* an instance that has left the array keeps its place by its altitude */
    bool absent = rank == stack->instance_count;
    unsigned i = 0;
    for (; i < stack->slots[slot].count; i++) {
        const struct flt_level *level = &stack->levels[stack->slots[slot].first + i];
        if (absent ? flt_altitude_compare(&level->instance->altitude, &instance->altitude) < 0 : level->rank > rank)
            break;
    }
    return i;
}
