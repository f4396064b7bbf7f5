/*
 * IRP_MJ_DIRECTORY_CONTROL. An enumeration keeps the names it has read in order, so that an index stays valid for the life of the
 * handle (V-078) whatever happens in the directory meanwhile; a name that is gone when its turn comes is left out.
 * One enumeration a handle; its state is guarded by the scan's own lock.
 */
#include "hostfs/hostfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CHUNK 32768

struct hostfs_scan {
    pthread_mutex_t lock;
    int fd;                  /* own position in the directory */
    bool complete;           /* all entries have been read */
    bool started;
    char16_t *pattern;       /* upper case; NULL: everything */
    size_t pattern_units;
    bool literal;            /* the pattern has no wild card */
    char *names;             /* each with its terminator */
    size_t used, space;
    uint32_t *offsets;       /* of the names, by index */
    uint32_t count, room;
    uint32_t next;
};

void hostfs_scan_free(struct hostfs_scan *scan)
{
    if (scan == NULL)
        return;
    if (scan->fd >= 0)
        close(scan->fd);
    pthread_mutex_destroy(&scan->lock);
    free(scan->pattern);
    free(scan->names);
    free(scan->offsets);
    free(scan);
}

/* ---- reading names ---- */

static int add_name(struct hostfs_scan *scan, const char *name)
{
    size_t length = strlen(name) + 1;
    if (scan->used + length > scan->space) {
        size_t space = scan->space ? scan->space * 2 : 4096;
        char *bigger = realloc(scan->names, space);
        if (bigger == NULL)
            return -ENOMEM;
        scan->names = bigger;
        scan->space = space;
    }
    if (scan->count == scan->room) {
        uint32_t room = scan->room ? scan->room * 2 : 128;
        uint32_t *bigger = realloc(scan->offsets, room * sizeof *bigger);
        if (bigger == NULL)
            return -ENOMEM;
        scan->offsets = bigger;
        scan->room = room;
    }
    scan->offsets[scan->count++] = (uint32_t)scan->used;
    memcpy(scan->names + scan->used, name, length);
    scan->used += length;
    return 0;
}

static int read_more(struct hostfs_scan *scan)
{
    char buffer[CHUNK] __attribute__((aligned(8)));
    long got = syscall(SYS_getdents64, scan->fd, buffer, sizeof buffer);
    if (got < 0)
        return -errno;
    scan->complete = got == 0;
    for (long at = 0; at < got;) {
        struct dirent64 *entry = (void *)(buffer + at);
        bool dots = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        int error = dots ? 0 : add_name(scan, entry->d_name);
        if (error < 0)
            return error;
        at += entry->d_reclen;
    }
    return 0;
}

/* "." and ".." come first, and not in the root of the volume. */
static int begin(struct hostfs_scan *scan, struct hostfs_ccb *ccb)
{
    scan->used = scan->count = scan->next = 0;
    scan->complete = false;
    if (lseek(scan->fd, 0, SEEK_SET) < 0)
        return -errno;
    if (ccb->node == ccb->volume->root || scan->literal)
        return 0;
    int error = add_name(scan, ".");
    return error < 0 ? error : add_name(scan, "..");
}

/* ---- patterns ---- */

static bool is_wild(PCUNICODE_STRING pattern)
{
    for (USHORT i = 0; i < pattern->Length / sizeof(char16_t); i++)
        if (pattern->Buffer[i] && pattern->Buffer[i] < 0x80 && strchr("*?<>\"", pattern->Buffer[i]))
            return true;
    return false;
}

static NTSTATUS set_pattern(struct hostfs_scan *scan, PCUNICODE_STRING pattern)
{
    static const UNICODE_STRING dots = RTL_CONSTANT_STRING(u"*.*");
    free(scan->pattern);
    scan->pattern = NULL;
    scan->literal = false;
    if (pattern == NULL || pattern->Length == 0 || (pattern->Length == 2 && pattern->Buffer[0] == u'*') ||
        RtlEqualUnicodeString(pattern, &dots, FALSE))
        return STATUS_SUCCESS;
    scan->pattern = malloc(pattern->Length);
    if (scan->pattern == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    scan->pattern_units = pattern->Length / sizeof(char16_t);
    for (size_t i = 0; i < scan->pattern_units; i++)
        scan->pattern[i] = RtlUpcaseUnicodeChar(pattern->Buffer[i]);
    scan->literal = !is_wild(pattern);
    return STATUS_SUCCESS;
}

static bool matches(const struct hostfs_scan *scan, char16_t *units, size_t count)
{
    if (scan->pattern == NULL)
        return true;
    UNICODE_STRING name = {(USHORT)(count * 2), (USHORT)(count * 2), units};
    UNICODE_STRING pattern = {(USHORT)(scan->pattern_units * 2), (USHORT)(scan->pattern_units * 2), scan->pattern};
    return scan->literal ? RtlEqualUnicodeString(&pattern, &name, TRUE) : FsRtlIsNameInExpression(&pattern, &name, TRUE, NULL);
}

/* ---- one entry ---- */

struct shape {
    FILE_INFORMATION_CLASS class;
    ULONG length_at; /* of FileNameLength */
    ULONG name_at;
    bool facts;      /* needs more than the name */
};

static const struct shape shapes[] = {
    {FileDirectoryInformation, FIELD_OFFSET(FILE_DIRECTORY_INFORMATION, FileNameLength), FIELD_OFFSET(FILE_DIRECTORY_INFORMATION, FileName), true},
    {FileFullDirectoryInformation, FIELD_OFFSET(FILE_FULL_DIR_INFORMATION, FileNameLength), FIELD_OFFSET(FILE_FULL_DIR_INFORMATION, FileName), true},
    {FileBothDirectoryInformation, FIELD_OFFSET(FILE_BOTH_DIR_INFORMATION, FileNameLength), FIELD_OFFSET(FILE_BOTH_DIR_INFORMATION, FileName), true},
    {FileIdBothDirectoryInformation, FIELD_OFFSET(FILE_ID_BOTH_DIR_INFORMATION, FileNameLength), FIELD_OFFSET(FILE_ID_BOTH_DIR_INFORMATION, FileName), true},
    {FileIdFullDirectoryInformation, FIELD_OFFSET(FILE_ID_FULL_DIR_INFORMATION, FileNameLength), FIELD_OFFSET(FILE_ID_FULL_DIR_INFORMATION, FileName), true},
    {FileIdExtdDirectoryInformation, FIELD_OFFSET(FILE_ID_EXTD_DIR_INFORMATION, FileNameLength), FIELD_OFFSET(FILE_ID_EXTD_DIR_INFORMATION, FileName), true},
    {FileIdExtdBothDirectoryInformation, FIELD_OFFSET(FILE_ID_EXTD_BOTH_DIR_INFORMATION, FileNameLength), FIELD_OFFSET(FILE_ID_EXTD_BOTH_DIR_INFORMATION, FileName), true},
    {FileNamesInformation, FIELD_OFFSET(FILE_NAMES_INFORMATION, FileNameLength), FIELD_OFFSET(FILE_NAMES_INFORMATION, FileName), false},
};

static const struct shape *shape_of(FILE_INFORMATION_CLASS class)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (shapes[i].class == class)
            return &shapes[i];
    return NULL;
}

/* Facts of an entry by its name; ".." of the root's children stays inside. The stored part costs an attribute look-up. */
static int facts_of_entry(struct hostfs_ccb *ccb, const char *name, struct hostfs_facts *facts)
{
    struct io_node *parent;
    int error;
    *facts = (struct hostfs_facts){0};
    if (strcmp(name, ".") == 0)
        return hostfs_facts_of_node(ccb->node, facts);
    if (strcmp(name, "..") == 0) {
        parent = hostfs_node_parent(ccb->node);
        error = hostfs_facts_of_node(parent ? parent : ccb->node, facts);
        hostfs_node_release(parent);
        return error;
    }
    error = hostfs_statx_at(ccb->node->fd, name, &facts->sx);
    if (error < 0)
        return error;
    hostfs_stored_load_at(ccb->node->fd, name, facts->sx.stx_mode & S_IFMT, &facts->stored);
    hostfs_facts_complete_at(facts, ccb->node->fd, name);
    return 0;
}

static void put_ids(PFILE_ID_128 id, const struct hostfs_facts *facts, const struct hostfs_ccb *ccb)
{
    uint64_t number = facts->sx.stx_ino;
    uint32_t device = (uint32_t)ccb->volume->device;
    memset(id, 0, sizeof *id);
    memcpy(id->Identifier, &number, 8);
    memcpy(id->Identifier + 12, &device, 4);
}

/* Where the classes differ: between the name's length and the name. */
static void put_extra(FILE_INFORMATION_CLASS class, void *entry, const struct hostfs_facts *f, const struct hostfs_ccb *ccb)
{
    ULONG ea_or_tag = f->tag;
    LARGE_INTEGER id = {.QuadPart = (LONGLONG)f->sx.stx_ino};
    switch (class) {
    case FileFullDirectoryInformation:
        ((PFILE_FULL_DIR_INFORMATION)entry)->EaSize = ea_or_tag;
        break;
    case FileIdFullDirectoryInformation:
        ((PFILE_ID_FULL_DIR_INFORMATION)entry)->EaSize = ea_or_tag;
        ((PFILE_ID_FULL_DIR_INFORMATION)entry)->FileId = id;
        break;
    case FileBothDirectoryInformation:
        ((PFILE_BOTH_DIR_INFORMATION)entry)->EaSize = ea_or_tag;
        break;
    case FileIdBothDirectoryInformation:
        ((PFILE_ID_BOTH_DIR_INFORMATION)entry)->EaSize = ea_or_tag;
        ((PFILE_ID_BOTH_DIR_INFORMATION)entry)->FileId = id;
        break;
    case FileIdExtdDirectoryInformation:
        ((PFILE_ID_EXTD_DIR_INFORMATION)entry)->ReparsePointTag = f->tag;
        put_ids(&((PFILE_ID_EXTD_DIR_INFORMATION)entry)->FileId, f, ccb);
        break;
    case FileIdExtdBothDirectoryInformation:
        ((PFILE_ID_EXTD_BOTH_DIR_INFORMATION)entry)->ReparsePointTag = f->tag;
        put_ids(&((PFILE_ID_EXTD_BOTH_DIR_INFORMATION)entry)->FileId, f, ccb);
        break;
    default:
        break;
    }
}

static void put_fixed(const struct shape *shape, void *entry, const struct hostfs_facts *f, const struct hostfs_ccb *ccb, ULONG index,
    ULONG name_bytes)
{
    memset(entry, 0, shape->name_at);
    PFILE_DIRECTORY_INFORMATION common = entry; /* all but FileNames begin so */
    common->FileIndex = index;
    memcpy((char *)entry + shape->length_at, &name_bytes, sizeof name_bytes);
    if (!shape->facts)
        return;
    common->CreationTime.QuadPart = f->creation;
    common->LastAccessTime.QuadPart = hostfs_nt_time_of(&f->sx.stx_atime);
    common->LastWriteTime.QuadPart = hostfs_nt_time_of(&f->sx.stx_mtime);
    common->ChangeTime.QuadPart = hostfs_nt_time_of(&f->sx.stx_ctime);
    common->EndOfFile.QuadPart = f->size;
    common->AllocationSize.QuadPart = f->allocation;
    common->FileAttributes = f->attributes;
    put_extra(shape->class, entry, f, ccb);
}

/* ---- filling the buffer ---- */

struct fill {
    struct hostfs_ccb *ccb;
    const struct shape *shape;
    char *buffer;
    ULONG length, used, last;
    unsigned entries;
};

enum placed { PLACED, NO_ROOM, SKIPPED, CUT };

static enum placed place(struct fill *fill, const char *name, char16_t *units, ULONG bytes, ULONG index)
{
    struct hostfs_facts facts;
    ULONG at = (fill->used + 7) & ~7u;
    bool first = fill->entries == 0;
    ULONG room = fill->length > at ? fill->length - at : 0;
    if (room < fill->shape->name_at || (!first && room < fill->shape->name_at + bytes))
        return NO_ROOM;
    if (fill->shape->facts && facts_of_entry(fill->ccb, name, &facts) < 0)
        return SKIPPED;
    char *entry = fill->buffer + at;
    ULONG_PTR written;
    put_fixed(fill->shape, entry, &facts, fill->ccb, index, bytes);
    NTSTATUS status = hostfs_put_name(entry, room, fill->shape->name_at, units, bytes, &written);
    if (!first)
        ((PFILE_NAMES_INFORMATION)(void *)(fill->buffer + fill->last))->NextEntryOffset = at - fill->last;
    fill->last = at;
    fill->used = at + (ULONG)written;
    fill->entries++;
    return status == STATUS_SUCCESS ? PLACED : CUT;
}

/* The next name in the enumeration's order; NULL at the end. */
static const char *next_name(struct hostfs_scan *scan, int *error)
{
    while (scan->next >= scan->count && !scan->complete)
        if ((*error = read_more(scan)) < 0)
            return NULL;
    return scan->next < scan->count ? scan->names + scan->offsets[scan->next] : NULL;
}

static NTSTATUS fill_entries(struct hostfs_scan *scan, struct io_operation *op, struct fill *fill, bool single)
{
    int error = 0;
    const char *name;
    while ((name = next_name(scan, &error)) != NULL) {
        char16_t units[HOSTFS_NAME_UNITS + 1];
        size_t length = strlen(name), count = length <= HOSTFS_NAME_BYTES ? hostfs_name_to_nt(name, length, units) : 0;
        enum placed placed = count && matches(scan, units, count)
            ? place(fill, name, units, (ULONG)count * 2, scan->next + 1) : SKIPPED;
        if (placed == NO_ROOM)
            break;
        scan->next++;
        if (placed == CUT)
            return hostfs_done(op, STATUS_BUFFER_OVERFLOW, fill->used);
        if (placed == PLACED && single)
            break;
    }
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_PLAIN);
    if (fill->entries)
        return hostfs_done(op, STATUS_SUCCESS, fill->used);
    if (name)
        return hostfs_done(op, STATUS_BUFFER_OVERFLOW, 0);
    return hostfs_done(op, scan->started ? STATUS_NO_MORE_FILES : STATUS_NO_SUCH_FILE, 0);
}

static struct hostfs_scan *new_scan(struct hostfs_ccb *ccb, int *error)
{
    struct hostfs_scan *scan = calloc(1, sizeof *scan);
    *error = -ENOMEM;
    if (scan == NULL)
        return NULL;
    pthread_mutex_init(&scan->lock, NULL);
    scan->fd = *error = hostfs_reopen(ccb->volume, ccb->node->fd, O_RDONLY | O_DIRECTORY);
    if (scan->fd < 0)
        return hostfs_scan_free(scan), NULL;
    return scan;
}

/* Two threads may begin at once: the first one's stays. */
static struct hostfs_scan *scan_of(struct hostfs_ccb *ccb, int *error)
{
    struct hostfs_scan *known = __atomic_load_n(&ccb->scan, __ATOMIC_ACQUIRE);
    if (known)
        return known;
    struct hostfs_scan *scan = new_scan(ccb, error), *expected = NULL;
    if (scan && !__atomic_compare_exchange_n(&ccb->scan, &expected, scan, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        hostfs_scan_free(scan);
        return expected;
    }
    return scan;
}

static bool has_pattern(PCUNICODE_STRING pattern)
{
    return pattern && pattern->Length;
}

static NTSTATUS position(struct hostfs_scan *scan, struct hostfs_ccb *ccb, struct io_operation *op, PCUNICODE_STRING pattern)
{
    bool restart = op->iopb.OperationFlags & SL_RESTART_SCAN, fresh = !scan->started;
    if (fresh || (restart && has_pattern(pattern))) {
        NTSTATUS status = set_pattern(scan, pattern);
        if (status != STATUS_SUCCESS)
            return hostfs_done(op, status, 0);
    }
    if (fresh || restart) {
        int error = begin(scan, ccb);
        if (error < 0)
            return hostfs_fail(op, error, IO_ERRNO_PLAIN);
        scan->started = false; /* "no such file" belongs to the first answer of each scan */
    }
    if (op->iopb.OperationFlags & SL_INDEX_SPECIFIED) {
        ULONG index = op->iopb.Parameters.DirectoryControl.QueryDirectory.FileIndex;
        int error = 0;
        while (scan->count < index && !scan->complete)
            if ((error = read_more(scan)) < 0)
                return hostfs_fail(op, error, IO_ERRNO_PLAIN);
        scan->next = index < scan->count ? index : scan->count; /* the entry after the one with that index */
        scan->started = true;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS query(struct hostfs_ccb *ccb, struct io_operation *op)
{
    const struct shape *shape = shape_of(op->iopb.Parameters.DirectoryControl.QueryDirectory.FileInformationClass);
    struct fill fill = {.ccb = ccb, .shape = shape, .length = op->iopb.Parameters.DirectoryControl.QueryDirectory.Length,
        .buffer = hostfs_buffer(op->iopb.Parameters.DirectoryControl.QueryDirectory.MdlAddress,
            op->iopb.Parameters.DirectoryControl.QueryDirectory.DirectoryBuffer)};
    int error;
    if (!S_ISDIR(ccb->node->type) || ccb->scb->name)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    if (shape == NULL)
        return hostfs_done(op, STATUS_INVALID_INFO_CLASS, 0);
    if (fill.buffer == NULL || fill.length < shape->name_at + sizeof(char16_t))
        return hostfs_done(op, STATUS_INFO_LENGTH_MISMATCH, 0);
    struct hostfs_scan *scan = scan_of(ccb, &error);
    if (scan == NULL)
        return hostfs_fail(op, error, IO_ERRNO_OPEN);
    pthread_mutex_lock(&scan->lock);
    uint32_t before = scan->next;
    NTSTATUS status = position(scan, ccb, op, op->iopb.Parameters.DirectoryControl.QueryDirectory.FileName);
    if (status == STATUS_SUCCESS) {
        status = fill_entries(scan, op, &fill, op->iopb.OperationFlags & SL_RETURN_SINGLE_ENTRY);
        scan->started = true;
    }
    if (op->iopb.OperationFlags & SL_NO_CURSOR_UPDATE)
        scan->next = before;
    pthread_mutex_unlock(&scan->lock);
    return status;
}

NTSTATUS hostfs_directory_control(struct hostfs_ccb *ccb, struct io_operation *op)
{
    switch (op->iopb.MinorFunction) {
    case IRP_MN_QUERY_DIRECTORY:
        return query(ccb, op);
    case IRP_MN_NOTIFY_CHANGE_DIRECTORY:
    case IRP_MN_NOTIFY_CHANGE_DIRECTORY_EX:
        return hostfs_notify_wait(ccb, op);
    default:
        return hostfs_done(op, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}
