/*
 * The names of slots: a hash table in 64 stripes, each with its own lock and buckets, so that creating,
 * opening and closing different slots seldom meet. Names are compared without case (M-14) and kept as first
 * given. A closed slot may stand in the table for a moment after its name is free: every look-up passes it
 * by. The table holds a reference on each slot in it.
 */
#include "msfs/inner.h"

#include "rtl/case.h"

#include <stdlib.h>

#define FIRST_BUCKETS 8

struct stripe {
    _Alignas(64) uint32_t lock;
    struct msfs_slot **buckets;
    size_t mask; /* number of buckets - 1 */
    size_t count;
};

static struct stripe stripes[MSFS_STRIPES];

uint32_t msfs_names_hash(PCUNICODE_STRING name)
{
    uint64_t hash = 0xcbf29ce484222325ull;
    for (USHORT i = 0; i < name->Length / sizeof(WCHAR); i++)
        hash = (hash ^ rtl_upper(name->Buffer[i])) * 0x100000001b3ull;
    hash *= 0x9e3779b97f4a7c15ull;
    return (uint32_t)(hash >> 32);
}

static bool same(PCUNICODE_STRING a, PCUNICODE_STRING b)
{
    if (a->Length != b->Length)
        return false;
    for (USHORT i = 0; i < a->Length / sizeof(WCHAR); i++)
        if (a->Buffer[i] != b->Buffer[i] && rtl_upper(a->Buffer[i]) != rtl_upper(b->Buffer[i]))
            return false;
    return true;
}

static struct stripe *stripe_of(uint32_t hash)
{
    return &stripes[hash % MSFS_STRIPES];
}

static struct msfs_slot **bucket_of(struct stripe *stripe, uint32_t hash)
{
    return &stripe->buckets[(hash / MSFS_STRIPES) & stripe->mask];
}

/* ---- the stripe's lock is held ---- */

static struct msfs_slot *find(struct stripe *stripe, PCUNICODE_STRING name, uint32_t hash)
{
    if (!stripe->buckets)
        return NULL;
    for (struct msfs_slot *slot = *bucket_of(stripe, hash); slot; slot = slot->next)
        if (slot->hash == hash && msfs_slot_state(slot) != MSFS_CLOSED && same(&slot->name, name))
            return slot;
    return NULL;
}

/* Without memory the buckets stay as they are: slower, not wrong. False: there are none at all. */
static bool grow(struct stripe *stripe)
{
    size_t old = stripe->buckets ? stripe->mask + 1 : 0, bigger = old ? old * 2 : FIRST_BUCKETS;
    struct msfs_slot **from = stripe->buckets, **to;
    if (old && stripe->count < old)
        return true;
    if ((to = calloc(bigger, sizeof *to)) == NULL)
        return old != 0;
    stripe->buckets = to;
    stripe->mask = bigger - 1;
    for (size_t i = 0; i < old; i++)
        for (struct msfs_slot *slot = from[i], *next; slot; slot = next) {
            next = slot->next;
            struct msfs_slot **bucket = bucket_of(stripe, slot->hash);
            slot->next = *bucket;
            *bucket = slot;
        }
    free(from);
    return true;
}

static NTSTATUS insert(struct stripe *stripe, struct msfs_slot *slot, struct msfs_slot **existing)
{
    struct msfs_slot *known = find(stripe, &slot->name, slot->hash);
    if (known) {
        msfs_slot_reference(known);
        *existing = known;
        return STATUS_OBJECT_NAME_COLLISION;
    }
    if (!grow(stripe))
        return STATUS_INSUFFICIENT_RESOURCES;
    struct msfs_slot **bucket = bucket_of(stripe, slot->hash);
    msfs_slot_reference(slot);
    slot->next = *bucket;
    slot->listed = true;
    *bucket = slot;
    stripe->count++;
    return STATUS_SUCCESS;
}

/* ---- the room's calls ---- */

NTSTATUS msfs_names_insert(struct msfs_slot *slot, struct msfs_slot **existing)
{
    struct stripe *stripe = stripe_of(slot->hash);
    *existing = NULL;
    ke_lock(&stripe->lock);
    NTSTATUS status = insert(stripe, slot, existing);
    ke_unlock(&stripe->lock);
    return status;
}

struct msfs_slot *msfs_names_find(PCUNICODE_STRING name)
{
    uint32_t hash = msfs_names_hash(name);
    struct stripe *stripe = stripe_of(hash);
    ke_lock(&stripe->lock);
    struct msfs_slot *slot = find(stripe, name, hash);
    if (slot)
        msfs_slot_reference(slot);
    ke_unlock(&stripe->lock);
    return slot;
}

void msfs_names_remove(struct msfs_slot *slot)
{
    struct stripe *stripe = stripe_of(slot->hash);
    ke_lock(&stripe->lock);
    bool listed = slot->listed;
    if (listed) {
        struct msfs_slot **at = bucket_of(stripe, slot->hash);
        while (*at != slot)
            at = &(*at)->next;
        *at = slot->next;
        slot->listed = false;
        stripe->count--;
    }
    ke_unlock(&stripe->lock);
    if (listed)
        msfs_slot_release(slot);
}

static size_t collect(struct stripe *stripe, struct msfs_slot **slots)
{
    size_t count = 0;
    for (size_t i = 0; stripe->buckets && i <= stripe->mask; i++)
        for (struct msfs_slot *slot = stripe->buckets[i]; slot; slot = slot->next)
            if (msfs_slot_state(slot) != MSFS_CLOSED) {
                msfs_slot_reference(slot);
                slots[count++] = slot;
            }
    return count;
}

bool msfs_names_stripe(unsigned number, struct msfs_slot ***slots, size_t *count)
{
    struct stripe *stripe = &stripes[number];
    *slots = NULL;
    *count = 0;
    ke_lock(&stripe->lock);
    bool ok = !stripe->count || (*slots = malloc(stripe->count * sizeof **slots)) != NULL;
    if (*slots)
        *count = collect(stripe, *slots);
    ke_unlock(&stripe->lock);
    return ok;
}

void msfs_names_trim(void)
{
    for (unsigned i = 0; i < MSFS_STRIPES; i++) {
        ke_lock(&stripes[i].lock);
        if (!stripes[i].count) {
            free(stripes[i].buckets);
            stripes[i].buckets = NULL;
            stripes[i].mask = 0;
        }
        ke_unlock(&stripes[i].lock);
    }
}
