/* Handle tables: the kernel's and one for each process. A handle is 4 * index; kernel handles carry the sign bits, a
 * process' the mark of rtl/handle_value.h.
 * An entry's object word has a lock bit: reference and close lock one entry only. Chunks are published once and never move;
 * the free list has a mutex and is first in, first out, so that a stale handle stays invalid for long. */
#include "ntoskrnl/ob/handle.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ps/ps.h"

#include <sched.h>
#include <stdlib.h>

#define CHUNK_ENTRIES 256u
#define MAX_CHUNKS 1024u
#define LOCKED 1ul

struct ob_entry_cell {
    uintptr_t object;  /* __atomic: body | LOCKED; 0: free */
    ACCESS_MASK granted;
    ULONG attributes;
    const char *driver;
    uint32_t next_free;
};

struct ob_handle_table {
    PEPROCESS owner;
    LONG count; /* __atomic */
    pthread_mutex_t lock;
    uint32_t first_free, last_free, used; /* under lock */
    bool closed;                          /* under lock: no further handles */
    struct ob_entry_cell *chunks[MAX_CHUNKS];
};

static struct ob_handle_table *kernel_table;

struct ob_handle_table *ob_table_create(PEPROCESS owner)
{
    struct ob_handle_table *table = calloc(1, sizeof(*table));
    if (!table)
        return NULL;
    table->owner = owner;
    table->used = 1; /* handle 0 is none */
    pthread_mutex_init(&table->lock, NULL);
    return table;
}

struct ob_handle_table *ob_kernel_table(void)
{
    return kernel_table;
}

void ob_set_kernel_table(struct ob_handle_table *table)
{
    kernel_table = table;
}

ULONG ob_table_count(struct ob_handle_table *table)
{
    return table ? (ULONG)__atomic_load_n(&table->count, __ATOMIC_RELAXED) : 0;
}

static struct ob_entry_cell *cell_at(struct ob_handle_table *table, uint32_t index)
{
    if (!index || index >= CHUNK_ENTRIES * MAX_CHUNKS)
        return NULL;
    struct ob_entry_cell *chunk = __atomic_load_n(&table->chunks[index / CHUNK_ENTRIES], __ATOMIC_ACQUIRE);
    return chunk ? &chunk[index % CHUNK_ENTRIES] : NULL;
}

/* Locks the entry and gives its object; 0 and unlocked when it is free. */
static uintptr_t lock_cell(struct ob_entry_cell *cell)
{
    for (unsigned spins = 0;; spins++) {
        uintptr_t object = __atomic_load_n(&cell->object, __ATOMIC_RELAXED);
        if (!object)
            return 0;
        if (!(object & LOCKED) && __atomic_compare_exchange_n(&cell->object, &object, object | LOCKED, false,
                                      __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return object;
        if (spins > 64)
            sched_yield();
    }
}

static void unlock_cell(struct ob_entry_cell *cell, uintptr_t object)
{
    __atomic_store_n(&cell->object, object, __ATOMIC_RELEASE);
}

/* Under the table's lock: a free index, with its chunk there. 0: full or no memory. */
static uint32_t take_index(struct ob_handle_table *table)
{
    uint32_t index = table->first_free;
    if (table->closed)
        return 0;
    /* Fresh ones first while the chunk has room: freed values come back late. */
    if (!index || table->used % CHUNK_ENTRIES != 0) {
        if (table->used < CHUNK_ENTRIES * MAX_CHUNKS) {
            struct ob_entry_cell **chunk = &table->chunks[table->used / CHUNK_ENTRIES];
            if (!*chunk) {
                struct ob_entry_cell *cells = calloc(CHUNK_ENTRIES, sizeof(*cells));
                if (!cells)
                    return 0;
                __atomic_store_n(chunk, cells, __ATOMIC_RELEASE);
            }
            return table->used++;
        }
    }
    if (!index)
        return 0;
    struct ob_entry_cell *cell = cell_at(table, index);
    table->first_free = cell->next_free;
    if (!table->first_free)
        table->last_free = 0;
    return index;
}

static void give_index(struct ob_handle_table *table, uint32_t index)
{
    pthread_mutex_lock(&table->lock);
    cell_at(table, index)->next_free = 0;
    if (table->last_free)
        cell_at(table, table->last_free)->next_free = index;
    else
        table->first_free = index;
    table->last_free = index;
    pthread_mutex_unlock(&table->lock);
}

NTSTATUS ob_table_insert(struct ob_handle_table *table, PVOID object, ACCESS_MASK granted, ULONG attributes,
    uint32_t *index)
{
    struct ob_header *header = ob_header_of(object);
    pthread_mutex_lock(&table->lock);
    *index = take_index(table);
    pthread_mutex_unlock(&table->lock);
    if (!*index)
        return STATUS_INSUFFICIENT_RESOURCES;
    ObfReferenceObject(object);
    __atomic_fetch_add(&header->handles, 1, __ATOMIC_ACQ_REL);
    __atomic_fetch_add(&header->type->handles, 1, __ATOMIC_RELAXED);
    __atomic_fetch_or(&header->flags, OB_HAD_HANDLE, __ATOMIC_RELAXED);
    __atomic_fetch_add(&table->count, 1, __ATOMIC_RELAXED);
    struct ob_entry_cell *cell = cell_at(table, *index);
    cell->granted = granted;
    cell->attributes = attributes;
    cell->driver = ob_intern_driver(ke_self.driver);
    unlock_cell(cell, (uintptr_t)object);
    return STATUS_SUCCESS;
}

bool ob_table_reference(struct ob_handle_table *table, uint32_t index, struct ob_handle_info *info)
{
    struct ob_entry_cell *cell = table ? cell_at(table, index) : NULL;
    uintptr_t object = cell ? lock_cell(cell) : 0;
    if (!object)
        return false;
    info->object = (PVOID)object;
    info->granted = cell->granted;
    info->attributes = cell->attributes;
    ObfReferenceObject(info->object);
    unlock_cell(cell, object);
    return true;
}

bool ob_table_set_attributes(struct ob_handle_table *table, uint32_t index, ULONG attributes)
{
    struct ob_entry_cell *cell = table ? cell_at(table, index) : NULL;
    uintptr_t object = cell ? lock_cell(cell) : 0;
    if (!object)
        return false;
    cell->attributes = attributes;
    unlock_cell(cell, object);
    return true;
}

/* What follows the removal of a handle: the type's close, the name with the last one, the reference. */
static void handle_gone(struct ob_handle_table *table, PVOID object)
{
    struct ob_header *header = ob_header_of(object);
    ULONG before = (ULONG)__atomic_fetch_sub(&header->handles, 1, __ATOMIC_ACQ_REL);
    __atomic_fetch_sub(&header->type->handles, 1, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&table->count, 1, __ATOMIC_RELAXED);
    if (header->type->info.ops && header->type->info.ops->close)
        header->type->info.ops->close(object, table->owner, before);
    if (before == 1 && !(__atomic_load_n(&header->flags, __ATOMIC_ACQUIRE) & (OB_PERMANENT | OB_NAME_STAYS)))
        ob_detach_name(header);
    ObfDereferenceObject(object);
}

NTSTATUS ob_table_close(struct ob_handle_table *table, uint32_t index, KPROCESSOR_MODE mode)
{
    struct ob_entry_cell *cell = table ? cell_at(table, index) : NULL;
    uintptr_t object = cell ? lock_cell(cell) : 0;
    if (!object)
        return STATUS_INVALID_HANDLE;
    if (cell->attributes & OB_HANDLE_PROTECTED) {
        unlock_cell(cell, object);
        return STATUS_HANDLE_NOT_CLOSABLE;
    }
    unlock_cell(cell, 0);
    give_index(table, index);
    handle_gone(table, (PVOID)object);
    return STATUS_SUCCESS;
}

void ob_table_each(struct ob_handle_table *table, void (*each)(const struct ob_handle_info *info, void *context),
    void *context)
{
    for (uint32_t index = 1; table && index < CHUNK_ENTRIES * MAX_CHUNKS; index++) {
        struct ob_entry_cell *cell = cell_at(table, index);
        if (!cell) { /* no further chunks */
            break;
        }
        uintptr_t object = lock_cell(cell);
        if (!object)
            continue;
        struct ob_handle_info info = {.object = (PVOID)object, .granted = cell->granted,
            .attributes = cell->attributes, .index = index, .driver = cell->driver};
        ObfReferenceObject(info.object);
        unlock_cell(cell, object);
        each(&info, context);
        ObfDereferenceObject(info.object);
    }
}

static void close_all(struct ob_handle_table *table)
{
    for (uint32_t c = 0; c < MAX_CHUNKS; c++) {
        struct ob_entry_cell *chunk = __atomic_load_n(&table->chunks[c], __ATOMIC_ACQUIRE);
        if (!chunk)
            break;
        for (uint32_t i = 0; i < CHUNK_ENTRIES; i++) {
            uintptr_t object = lock_cell(&chunk[i]);
            if (!object)
                continue;
            unlock_cell(&chunk[i], 0);
            handle_gone(table, (PVOID)object);
        }
    }
}

void ob_table_close_all(struct ob_handle_table *table)
{
    if (!table)
        return;
    pthread_mutex_lock(&table->lock);
    table->closed = true;
    pthread_mutex_unlock(&table->lock);
    close_all(table);
}

void ob_table_destroy(struct ob_handle_table *table)
{
    if (!table)
        return;
    close_all(table); /* what was being made while the others were closed */
    for (uint32_t c = 0; c < MAX_CHUNKS && table->chunks[c]; c++)
        free(table->chunks[c]);
    pthread_mutex_destroy(&table->lock);
    free(table);
}
