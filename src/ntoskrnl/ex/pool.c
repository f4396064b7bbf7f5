/* Pool memory: the C heap with a header in front, so that a block knows its tag, size and driver, and a wrong free is told.
 * Live blocks stand in 16 lists, each under its own lock; the header of a live block never changes. Freed blocks rest in a
 * small quarantine, so that a second free is recognised. */
#include "ntoskrnl/ex/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ntoskrnl/ex/leaks.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/timer.h"
#include "rtl/host.h"

#if defined(__SANITIZE_ADDRESS__)
#define OFM_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OFM_ASAN 1
#endif
#endif

#ifdef OFM_ASAN
/* The sanitizer sees an overrun at its very byte; the header's end is shown to it as forbidden. */
void __asan_poison_memory_region(void const volatile *start, size_t size);
void __asan_unpoison_memory_region(void const volatile *start, size_t size);
#define TAIL 0
#define QUARANTINE 0
#else
#define __asan_poison_memory_region(start, size) ((void)0)
#define __asan_unpoison_memory_region(start, size) ((void)0)
#define TAIL sizeof(uint64_t)
#define QUARANTINE 256
#endif

#define TAIL_PATTERN UINT64_C(0x6B6E6F4370617254)
#define FRESH 0xCD          /* what uninitialised pool looks like */
#define STALE 0xDD          /* what freed pool looks like */
#define FILL_LIMIT 4096     /* bytes at most that are filled */

static struct stripe {
    _Alignas(64) pthread_mutex_t lock;
    LIST_ENTRY live;
    ULONG resting_next;
    struct pool_header *resting[QUARANTINE + 1];
} stripes[POOL_STRIPES];

static ULONG fail_every, fail_count;

__attribute__((constructor(101))) static void init_stripes(void)
{
    for (int i = 0; i < POOL_STRIPES; i++) {
        pthread_mutex_init(&stripes[i].lock, NULL);
        InitializeListHead(&stripes[i].live);
    }
}

static struct pool_header *header_of(PVOID memory)
{
    return (struct pool_header *)memory - 1;
}

/* The 16 bytes in front of the block, so that an underrun is told at its very byte. */
static void guard(struct pool_header *header)
{
    __asan_poison_memory_region(header->guard, POOL_GUARD_SIZE);
}

static void unguard(struct pool_header *header)
{
    __asan_unpoison_memory_region(header->guard, POOL_GUARD_SIZE);
}

static size_t alignment_of(POOL_FLAGS flags, SIZE_T size)
{
    if (size >= PAGE_SIZE)
        return PAGE_SIZE;
    return flags & POOL_FLAG_CACHE_ALIGNED ? 64 : 16;
}

static bool fails_on_purpose(void)
{
    ULONG every = __atomic_load_n(&fail_every, __ATOMIC_RELAXED);
    return every && __atomic_add_fetch(&fail_count, 1, __ATOMIC_RELAXED) % every == 0;
}

void ex_pool_fail_every(ULONG every)
{
    __atomic_store_n(&fail_count, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&fail_every, every, __ATOMIC_RELAXED);
}

static void link_block(struct pool_header *header)
{
    struct stripe *stripe = &stripes[header->stripe];
    pthread_mutex_lock(&stripe->lock);
    InsertTailList(&stripe->live, &header->links);
    pthread_mutex_unlock(&stripe->lock);
}

static PVOID allocate(POOL_FLAGS flags, SIZE_T size, ULONG tag, const void *pc, const char *driver)
{
    size_t alignment = alignment_of(flags, size);
    size_t front = (sizeof(struct pool_header) + alignment - 1) & ~(alignment - 1);
    if (size > SIZE_MAX / 2)
        return NULL;
    char *start = alignment > 16 ? aligned_alloc(alignment, (front + size + TAIL + alignment - 1) & ~(alignment - 1))
                                 : malloc(front + size + TAIL);
    if (!start)
        return NULL;
    char *memory = start + front;
    struct pool_header *header = header_of(memory);
    *header = (struct pool_header){.size = size, .pc = pc, .driver = driver, .tag = tag, .front = (USHORT)front,
        .stripe = (USHORT)(ke_current()->stripe % POOL_STRIPES), .flags = flags, .state = POOL_LIVE};
    if (!(flags & POOL_FLAG_UNINITIALIZED))
        memset(memory, 0, size);
    else
        memset(memory, FRESH, size < FILL_LIMIT ? size : FILL_LIMIT);
    if (TAIL)
        memcpy(memory + size, &(uint64_t){TAIL_PATTERN}, TAIL);
    link_block(header);
    guard(header);
    return memory;
}

PVOID ex_pool_allocate(POOL_FLAGS flags, SIZE_T size, ULONG tag, const void *pc)
{
    if (fails_on_purpose())
        return NULL;
    return allocate(flags, size, tag, pc, ke_driver_name(ke_self.driver));
}

PVOID ex_allocate(SIZE_T size, ULONG tag)
{
    return allocate(POOL_FLAG_NON_PAGED, size, tag, NULL, NULL);
}

static const char *owner_of(const struct pool_header *header)
{
    const char *name = ke_image_name(header->pc);
    return name ? name : header->driver;
}

static const char *tag_text(ULONG tag, char text[5])
{
    for (int i = 0; i < 4; i++) {
        char c = (char)(tag >> (8 * i));
        text[i] = c >= 32 && c < 127 ? c : '.';
    }
    text[4] = 0;
    return text;
}

/* ---- free ---- */

/* The oldest resting block of the stripe makes place for this one. */
static struct pool_header *rest(struct stripe *stripe, struct pool_header *header)
{
    if (!QUARANTINE)
        return header;
    ULONG at = stripe->resting_next++ % (QUARANTINE + 1);
    struct pool_header *oldest = stripe->resting[at];
    stripe->resting[at] = header;
    return oldest;
}

static void check_tail(struct pool_header *header, const void *pc)
{
    const char *end = (const char *)(header + 1) + header->size;
    char tag[5];
    if (!TAIL || !memcmp(end, &(uint64_t){TAIL_PATTERN}, TAIL))
        return;
    ke_report(owner_of(header), "pool overrun", "wrote behind a block of %lu bytes, tag '%s', allocated at %p, freed at %p",
        header->size, tag_text(header->tag, tag), header->pc, pc);
}

static void release(struct pool_header *header)
{
    if (header)
        free((char *)(header + 1) - header->front);
}

/* What a pointer given to a free is. */
static bool is_live(PVOID memory, const char *call, const void *pc)
{
    struct pool_header *header = header_of(memory);
    char tag[5];
    if (header->state == POOL_LIVE)
        return true;
    if (header->state == POOL_DEAD)
        ke_report_caller(call, pc, "%p (tag '%s') is freed for the second time", memory, tag_text(header->tag, tag));
    else
        ke_report_caller(call, pc, "%p is no pool block, or was written before its start", memory);
    return false;
}

static void free_block(PVOID memory, const char *call, const void *pc)
{
    struct pool_header *header = header_of(memory);
    unguard(header);
    if ((uintptr_t)memory % 16 || !is_live(memory, call, pc)) {
        if ((uintptr_t)memory % 16)
            ke_report_caller(call, pc, "%p is not the start of a pool block", memory);
        return;
    }
    struct stripe *stripe = &stripes[header->stripe];
    check_tail(header, pc);
    ke_memory_freed(memory, header->size, pc);
    ex_leak_memory_freed(memory, header->size, pc);
    pthread_mutex_lock(&stripe->lock);
    bool first = header->state == POOL_LIVE; /* two threads may free it at once */
    struct pool_header *oldest = NULL;
    if (first) {
        header->state = POOL_DEAD;
        RemoveEntryList(&header->links);
        memset(memory, STALE, header->size < FILL_LIMIT ? header->size : FILL_LIMIT);
        oldest = header->size <= FILL_LIMIT ? rest(stripe, header) : header;
    }
    pthread_mutex_unlock(&stripe->lock);
    release(oldest);
}

void ex_pool_free(PVOID memory, const void *pc)
{
    if (memory)
        free_block(memory, "ExFreePool", pc);
}

SIZE_T ex_pool_size(PVOID memory)
{
    struct pool_header *header = header_of(memory);
    unguard(header);
    SIZE_T size = header->state == POOL_LIVE ? header->size : 0;
    guard(header);
    return size;
}

/* ---- accounting ---- */

struct tag_usage {
    const char *owner;
    ULONG tag;
    struct ex_pool_usage usage;
    const void *pc, *block;
};

static bool owned_by(const struct pool_header *header, const char *driver)
{
    const char *owner = owner_of(header);
    return owner && driver ? !strcmp(owner, driver) : owner == driver;
}

static bool owned_by_somebody(const struct pool_header *header, const char *unused)
{
    return owner_of(header) != NULL;
}

/* Calls fn for every live block that is the driver's, its stripe locked. */
static void for_each_block(bool (*owned)(const struct pool_header *header, const char *driver), const char *driver, void (*fn)(const struct pool_header *header, void *context), void *context)
{
    for (int i = 0; i < POOL_STRIPES; i++) {
        pthread_mutex_lock(&stripes[i].lock);
        for (LIST_ENTRY *at = stripes[i].live.Flink; at != &stripes[i].live; at = at->Flink) {
            struct pool_header *header = CONTAINING_RECORD(at, struct pool_header, links);
            if (owned(header, driver))
                fn(header, context);
        }
        pthread_mutex_unlock(&stripes[i].lock);
    }
}

static void add_usage(const struct pool_header *header, void *context)
{
    struct ex_pool_usage *usage = context;
    usage->blocks++;
    usage->bytes += header->size;
}

struct ex_pool_usage ex_pool_usage(const char *driver)
{
    struct ex_pool_usage usage = {0};
    for_each_block(owned_by, driver, add_usage, &usage);
    return usage;
}

#define MAX_TAGS 64

struct tag_table {
    struct tag_usage tags[MAX_TAGS];
    ULONG count;
};

/* Tags beyond the table are counted with its last one. */
static void add_tag(const struct pool_header *header, void *context)
{
    struct tag_table *table = context;
    const char *owner = owner_of(header);
    ULONG i = 0;
    while (i < table->count && i < MAX_TAGS - 1 && (table->tags[i].tag != header->tag || strcmp(table->tags[i].owner, owner) != 0))
        i++;
    if (i == table->count)
        table->tags[table->count++] =
            (struct tag_usage){.owner = owner, .tag = header->tag, .pc = header->pc, .block = header + 1};
    add_usage(header, &table->tags[i].usage);
}

ULONG ex_pool_report(const char *driver)
{
    struct tag_table table = {.count = 0};
    ULONG blocks = 0;
    char text[5];
    for_each_block(driver ? owned_by : owned_by_somebody, driver, add_tag, &table);
    for (ULONG i = 0; i < table.count; i++) {
        struct tag_usage *tag = &table.tags[i];
        ke_report(tag->owner, "unload", "pool leaked: tag '%s', %u blocks, %lu bytes, one of them at %p allocated from %p",
            tag_text(tag->tag, text), tag->usage.blocks, tag->usage.bytes, tag->block, tag->pc);
        blocks += tag->usage.blocks;
    }
    return blocks;
}

/* ---- the exported names ---- */

#define PC __builtin_return_address(0)
#define PAGED_TYPE(type) ((type) & 1)

static POOL_FLAGS flags_of(ULONG type)
{
    POOL_FLAGS flags = PAGED_TYPE(type) ? POOL_FLAG_PAGED : POOL_FLAG_NON_PAGED;
    if (type & NonPagedPoolCacheAligned)
        flags |= POOL_FLAG_CACHE_ALIGNED;
    if (!(type & POOL_ZERO_ALLOCATION))
        flags |= POOL_FLAG_UNINITIALIZED;
    return flags;
}

static PVOID allocate_type(ULONG type, SIZE_T size, ULONG tag, bool raise, const char *call, const void *pc)
{
    ke_require_irql_at(call, PAGED_TYPE(type) ? APC_LEVEL : DISPATCH_LEVEL, pc);
    PVOID memory = ex_pool_allocate(flags_of(type), size, tag, pc);
    if (!memory && raise)
        ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
    return memory;
}

PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    return allocate_type(
        PoolType, NumberOfBytes, Tag, PoolType & POOL_RAISE_IF_ALLOCATION_FAILURE, "ExAllocatePoolWithTag", PC);
}

PVOID NTAPI ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes)
{
    return allocate_type(
        PoolType, NumberOfBytes, 'enoN', PoolType & POOL_RAISE_IF_ALLOCATION_FAILURE, "ExAllocatePool", PC);
}

PVOID NTAPI ExAllocatePoolWithTagPriority(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag, EX_POOL_PRIORITY Priority)
{
    return allocate_type(PoolType, NumberOfBytes, Tag, false, "ExAllocatePoolWithTagPriority", PC);
}

/* Quota is counted with the driver's other blocks; as documented these raise unless told not to. */
PVOID NTAPI ExAllocatePoolWithQuotaTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    return allocate_type(PoolType, NumberOfBytes, Tag, !(PoolType & POOL_QUOTA_FAIL_INSTEAD_OF_RAISE),
        "ExAllocatePoolWithQuotaTag", PC);
}

PVOID NTAPI ExAllocatePoolWithQuota(POOL_TYPE PoolType, SIZE_T NumberOfBytes)
{
    return allocate_type(PoolType, NumberOfBytes, 'enoN', !(PoolType & POOL_QUOTA_FAIL_INSTEAD_OF_RAISE),
        "ExAllocatePoolWithQuota", PC);
}

#define POOL_KINDS (POOL_FLAG_NON_PAGED | POOL_FLAG_NON_PAGED_EXECUTE | POOL_FLAG_PAGED)
#define KNOWN_REQUIRED (POOL_KINDS | POOL_FLAG_USE_QUOTA | POOL_FLAG_UNINITIALIZED | POOL_FLAG_SESSION | \
    POOL_FLAG_CACHE_ALIGNED | POOL_FLAG_RAISE_ON_FAILURE)

/* Exactly one kind of pool, a tag, and no required flag that nobody knows; the optional half is ignored. */
static bool flags_are_valid(POOL_FLAGS flags, ULONG tag)
{
    return tag && __builtin_popcountl(flags & POOL_KINDS) == 1 &&
        !(flags & (((POOL_FLAG_REQUIRED_END << 1) - 1) & ~KNOWN_REQUIRED));
}

static PVOID allocate_flags(POOL_FLAGS flags, SIZE_T size, ULONG tag, const char *call, const void *pc)
{
    ke_require_irql_at(call, flags & POOL_FLAG_PAGED ? APC_LEVEL : DISPATCH_LEVEL, pc);
    bool valid = flags_are_valid(flags, tag);
    PVOID memory = valid ? ex_pool_allocate(flags, size, tag, pc) : NULL;
    if (!valid)
        ke_report_caller(call, pc, "flags 0x%lx with tag 0x%x are not valid", flags, tag);
    if (!memory && (flags & POOL_FLAG_RAISE_ON_FAILURE))
        ExRaiseStatus(valid ? STATUS_INSUFFICIENT_RESOURCES : STATUS_INVALID_PARAMETER);
    return memory;
}

PVOID NTAPI ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag)
{
    return allocate_flags(Flags, NumberOfBytes, Tag, "ExAllocatePool2", PC);
}

/* Priorities and the NUMA node are hints; a secure pool does not exist here, and a required parameter must be honoured. */
PVOID NTAPI ExAllocatePool3(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag, PCPOOL_EXTENDED_PARAMETER ExtendedParameters,
    ULONG ExtendedParametersCount)
{
    for (ULONG i = 0; i < ExtendedParametersCount; i++) {
        const POOL_EXTENDED_PARAMETER *parameter = &ExtendedParameters[i];
        if (parameter->Type == PoolExtendedParameterPriority || parameter->Type == PoolExtendedParameterNumaNode ||
            parameter->Optional)
            continue;
        ke_report_caller("ExAllocatePool3", PC, "extended parameter of type %u is not supported", (unsigned)parameter->Type);
        if (Flags & POOL_FLAG_RAISE_ON_FAILURE)
            ExRaiseStatus(STATUS_NOT_SUPPORTED);
        return NULL;
    }
    return allocate_flags(Flags, NumberOfBytes, Tag, "ExAllocatePool3", PC);
}

static void free_as_driver(PVOID memory, ULONG tag, bool tagged, const char *call, const void *pc)
{
    char expected[5], given[5];
    if (!memory) {
        ke_report_caller(call, pc, "NULL is freed (BAD_POOL_CALLER on Windows)");
        return;
    }
    struct pool_header *header = header_of(memory);
    unguard(header);
    if ((uintptr_t)memory % 16 == 0 && header->state == POOL_LIVE) {
        ke_require_irql_at(call, header->flags & POOL_FLAG_PAGED ? APC_LEVEL : DISPATCH_LEVEL, pc);
        ULONG own = header->tag & ~PROTECTED_POOL;
        if (tagged && tag && own != (tag & ~PROTECTED_POOL))
            ke_report_caller(call, pc, "%p has tag '%s', freed with tag '%s'", memory, tag_text(own, expected),
                tag_text(tag, given));
    }
    free_block(memory, call, pc);
}

VOID NTAPI ExFreePoolWithTag(PVOID P, ULONG Tag)
{
    free_as_driver(P, Tag, true, "ExFreePoolWithTag", PC);
}

#undef ExFreePool
VOID NTAPI ExFreePool(PVOID P)
{
    free_as_driver(P, 0, false, "ExFreePool", PC);
}

VOID NTAPI ExFreePool2(PVOID P, ULONG Tag, PCPOOL_EXTENDED_PARAMETER ExtendedParameters, ULONG ExtendedParametersCount)
{
    free_as_driver(P, Tag, true, "ExFreePool2", PC);
}

/* Strings and GUID texts that rtl allocates are pool on the kernel's side: drivers free them with ExFreePool too. */
static void *allocate_string(size_t size)
{
    return ex_pool_allocate(POOL_FLAG_PAGED | POOL_FLAG_UNINITIALIZED, size, 'grtS', NULL);
}

static void free_string(void *memory)
{
    free_block(memory, "RtlFree...String", NULL);
}

static void require_irql(const char *call, unsigned char max, const void *pc)
{
    ke_require_irql_at(call, max, pc);
}

__attribute__((constructor)) static void become_host(void)
{
    rtl_host = (struct rtl_host){allocate_string, free_string, require_irql};
}
