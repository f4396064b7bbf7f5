/*
 * IRP_MJ_DIRECTORY_CONTROL on the root: the slots, once each (M-87). An enumeration takes the slots of one
 * stripe of names at a time, so a listing of n slots costs n and a stripe is held for the taking of its part
 * only. Slots that go meanwhile are left out. One enumeration an open; its state is guarded by the scan's own
 * lock.
 */
#include "msfs/inner.h"

#include <stdlib.h>
#include <string.h>

struct msfs_scan {
    uint32_t lock;
    bool started;             /* an answer has been given since it began */
    unsigned stripe;          /* the next one to take */
    struct msfs_slot **slots; /* the taken one's, referenced */
    size_t count, next;
    ULONG index;            /* of the entry given last */
    UNICODE_STRING pattern; /* upper case, malloc's; empty: everything */
    bool literal;
};

struct shape {
    FILE_INFORMATION_CLASS class;
    ULONG length_at; /* of FileNameLength */
    ULONG name_at;
    bool facts; /* more than the name */
};

#define SHAPE(class, type, facts)                                                                            \
    {                                                                                                        \
        class, FIELD_OFFSET(type, FileNameLength), FIELD_OFFSET(type, FileName), facts                       \
    }
static const struct shape shapes[] = {
    SHAPE(FileDirectoryInformation, FILE_DIRECTORY_INFORMATION, true),
    SHAPE(FileFullDirectoryInformation, FILE_FULL_DIR_INFORMATION, true),
    SHAPE(FileBothDirectoryInformation, FILE_BOTH_DIR_INFORMATION, true),
    SHAPE(FileNamesInformation, FILE_NAMES_INFORMATION, false),
};

static const struct shape *shape_of(FILE_INFORMATION_CLASS class)
{
    for (size_t i = 0; i < RTL_NUMBER_OF(shapes); i++)
        if (shapes[i].class == class)
            return &shapes[i];
    return NULL;
}

/* ---- walking; the scan's lock is held ---- */

static void drop_part(struct msfs_scan *scan)
{
    while (scan->next < scan->count)
        msfs_slot_release(scan->slots[scan->next++]);
    free(scan->slots);
    scan->slots = NULL;
    scan->count = scan->next = 0;
}

static void begin(struct msfs_scan *scan)
{
    drop_part(scan);
    scan->stripe = 0;
    scan->index = 0;
    scan->started = false;
}

/* The slot whose turn it is, NULL at the end; it stays the scan's until `advance`. */
static NTSTATUS current(struct msfs_scan *scan, struct msfs_slot **slot)
{
    *slot = NULL;
    while (scan->next == scan->count && scan->stripe < MSFS_STRIPES) {
        drop_part(scan);
        if (!msfs_names_stripe(scan->stripe, &scan->slots, &scan->count))
            return STATUS_INSUFFICIENT_RESOURCES;
        scan->stripe++;
    }
    if (scan->next < scan->count)
        *slot = scan->slots[scan->next];
    return STATUS_SUCCESS;
}

static void advance(struct msfs_scan *scan)
{
    msfs_slot_release(scan->slots[scan->next++]);
    scan->index++;
}

/* ---- patterns ---- */

static bool is_wild(PCUNICODE_STRING pattern)
{
    for (USHORT i = 0; i < pattern->Length / sizeof(WCHAR); i++)
        if (pattern->Buffer[i] && pattern->Buffer[i] < 0x80 && strchr("*?<>\"", pattern->Buffer[i]))
            return true;
    return false;
}

static NTSTATUS set_pattern(struct msfs_scan *scan, PCUNICODE_STRING pattern)
{
    free(scan->pattern.Buffer);
    scan->pattern = (UNICODE_STRING){0};
    if (!pattern || !pattern->Length || (pattern->Length == 2 && pattern->Buffer[0] == u'*'))
        return STATUS_SUCCESS;
    WCHAR *copy = malloc(pattern->Length);
    if (!copy)
        return STATUS_INSUFFICIENT_RESOURCES;
    for (USHORT i = 0; i < pattern->Length / sizeof(WCHAR); i++)
        copy[i] = RtlUpcaseUnicodeChar(pattern->Buffer[i]);
    scan->pattern = (UNICODE_STRING){pattern->Length, pattern->Length, copy};
    scan->literal = !is_wild(pattern);
    return STATUS_SUCCESS;
}

static bool matches(struct msfs_scan *scan, struct msfs_slot *slot)
{
    if (msfs_slot_state(slot) == MSFS_CLOSED)
        return false;
    if (!scan->pattern.Length)
        return true;
    return scan->literal ? RtlEqualUnicodeString(&scan->pattern, &slot->name, TRUE)
                         : FsRtlIsNameInExpression(&scan->pattern, &slot->name, TRUE, NULL);
}

/* ---- filling the buffer ---- */

struct fill {
    const struct shape *shape;
    char *buffer;
    ULONG length, used, last;
    unsigned entries;
};

static void put_facts(PFILE_DIRECTORY_INFORMATION entry, struct msfs_slot *slot)
{
    ke_lock(&slot->lock);
    entry->CreationTime = slot->created;
    entry->LastAccessTime = slot->accessed;
    entry->LastWriteTime = slot->written;
    entry->ChangeTime = slot->changed;
    entry->EndOfFile.QuadPart = (LONGLONG)slot->queue.bytes;
    entry->AllocationSize.QuadPart = slot->quota;
    ke_unlock(&slot->lock);
    entry->FileAttributes = FILE_ATTRIBUTE_NORMAL;
}

/* STATUS_MORE_ENTRIES: no room for it now. STATUS_BUFFER_OVERFLOW: the first one, its name cut. */
static NTSTATUS place(struct fill *fill, struct msfs_slot *slot, ULONG index)
{
    ULONG at = (fill->used + 7) & ~7u, bytes = slot->name.Length;
    ULONG room = fill->length > at ? fill->length - at : 0;
    if (room < fill->shape->name_at || (fill->entries && room < fill->shape->name_at + bytes))
        return STATUS_MORE_ENTRIES;
    PFILE_DIRECTORY_INFORMATION entry = (void *)(fill->buffer + at); /* all but FileNames begin so */
    memset(entry, 0, fill->shape->name_at);
    entry->FileIndex = index;
    if (fill->shape->facts)
        put_facts(entry, slot);
    memcpy((char *)entry + fill->shape->length_at, &bytes, sizeof bytes);
    ULONG put = room - fill->shape->name_at < bytes ? (room - fill->shape->name_at) & ~1u : bytes;
    memcpy((char *)entry + fill->shape->name_at, slot->name.Buffer, put);
    if (fill->entries)
        ((PFILE_NAMES_INFORMATION)(void *)(fill->buffer + fill->last))->NextEntryOffset = at - fill->last;
    fill->last = at;
    fill->used = at + fill->shape->name_at + put;
    fill->entries++;
    return put < bytes ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static NTSTATUS fill_entries(struct msfs_scan *scan, struct fill *fill, bool single)
{
    struct msfs_slot *slot;
    NTSTATUS status;
    while ((status = current(scan, &slot)) == STATUS_SUCCESS && slot) {
        if (matches(scan, slot)) {
            status = place(fill, slot, scan->index + 1);
            if (status == STATUS_MORE_ENTRIES)
                return fill->entries ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
        }
        advance(scan);
        if (status != STATUS_SUCCESS || (single && fill->entries))
            return status;
    }
    if (status != STATUS_SUCCESS || fill->entries)
        return status;
    return scan->started ? STATUS_NO_MORE_FILES : STATUS_NO_SUCH_FILE;
}

/* ---- the query ---- */

static struct msfs_scan *scan_of(struct msfs_open *open)
{
    struct msfs_scan *known = __atomic_load_n(&open->scan, __ATOMIC_ACQUIRE), *scan;
    if (known)
        return known;
    scan = calloc(1, sizeof *scan);
    if (scan &&
        !__atomic_compare_exchange_n(&open->scan, &known, scan, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        free(scan); /* two threads began at once: the first one's stays */
        return known;
    }
    return scan;
}

void msfs_scan_free(struct msfs_scan *scan)
{
    if (!scan)
        return;
    drop_part(scan);
    free(scan->pattern.Buffer);
    free(scan);
}

/* SL_INDEX_SPECIFIED: the entry after the one with that index. */
static NTSTATUS go_to(struct msfs_scan *scan, ULONG index)
{
    struct msfs_slot *slot;
    NTSTATUS status = STATUS_SUCCESS;
    if (index < scan->index)
        begin(scan);
    while (scan->index < index && (status = current(scan, &slot)) == STATUS_SUCCESS && slot)
        advance(scan);
    scan->started = true;
    return status;
}

static NTSTATUS position(struct msfs_scan *scan, const struct io_operation *op)
{
    PCUNICODE_STRING pattern = op->iopb.Parameters.DirectoryControl.QueryDirectory.FileName;
    bool restart = op->iopb.OperationFlags & SL_RESTART_SCAN;
    NTSTATUS status = STATUS_SUCCESS;
    if (!scan->started || (restart && pattern && pattern->Length))
        status = set_pattern(scan, pattern);
    if (restart)
        begin(scan);
    if (NT_SUCCESS(status) && (op->iopb.OperationFlags & SL_INDEX_SPECIFIED))
        status = go_to(scan, op->iopb.Parameters.DirectoryControl.QueryDirectory.FileIndex);
    return status;
}

static NTSTATUS query(struct msfs_open *open, struct io_operation *op)
{
    struct fill fill = {
        .shape = shape_of(op->iopb.Parameters.DirectoryControl.QueryDirectory.FileInformationClass),
        .length = op->iopb.Parameters.DirectoryControl.QueryDirectory.Length,
        .buffer = msfs_buffer(op->iopb.Parameters.DirectoryControl.QueryDirectory.MdlAddress,
            op->iopb.Parameters.DirectoryControl.QueryDirectory.DirectoryBuffer),
    };
    if (open->kind != MSFS_ROOT)
        return msfs_done(op, STATUS_INVALID_PARAMETER, 0);
    if (!fill.shape)
        return msfs_done(op, STATUS_INVALID_INFO_CLASS, 0);
    if (!fill.buffer || fill.length < fill.shape->name_at + sizeof(WCHAR))
        return msfs_done(op, STATUS_INFO_LENGTH_MISMATCH, 0);
    struct msfs_scan *scan = scan_of(open);
    if (!scan)
        return msfs_done(op, STATUS_INSUFFICIENT_RESOURCES, 0);
    ke_lock(&scan->lock);
    NTSTATUS status = position(scan, op);
    if (NT_SUCCESS(status)) {
        status = fill_entries(scan, &fill, op->iopb.OperationFlags & SL_RETURN_SINGLE_ENTRY);
        scan->started = true;
    }
    ke_unlock(&scan->lock);
    return msfs_done(op, status, fill.used);
}

NTSTATUS msfs_directory_control(struct msfs_open *open, struct io_operation *op)
{
    if (op->iopb.MinorFunction != IRP_MN_QUERY_DIRECTORY || !msfs_settings.directory)
        return msfs_done(op, STATUS_INVALID_DEVICE_REQUEST, 0);
    return query(open, op);
}
