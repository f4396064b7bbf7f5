/*
 * IRP_MJ_QUERY_INFORMATION, and the fast queries by name (IRP_MJ_QUERY_OPEN, IRP_MJ_NETWORK_QUERY_OPEN). A class whose answer has
 * a fixed size needs a buffer of that size (STATUS_INFO_LENGTH_MISMATCH); one that ends in a name answers STATUS_BUFFER_OVERFLOW
 * with the true length when only the name does not fit.
 */
#include "hostfs/hostfs.h"

#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>

struct query {
    const struct hostfs_facts *facts;
    struct hostfs_ccb *ccb; /* NULL for a query by name */
    struct io_node *node;
    ACCESS_MASK access;
};

typedef void fill_fn(const struct query *q, void *out);

/* ---- fixed classes ---- */

static LARGE_INTEGER large(LONGLONG value)
{
    return (LARGE_INTEGER){.QuadPart = value};
}

#define TIMES(facts) .CreationTime = large((facts)->creation), .LastAccessTime = large(hostfs_nt_time_of(&(facts)->sx.stx_atime)),       \
    .LastWriteTime = large(hostfs_nt_time_of(&(facts)->sx.stx_mtime)), .ChangeTime = large(hostfs_nt_time_of(&(facts)->sx.stx_ctime))

static void fill_basic(const struct query *q, void *out)
{
    *(PFILE_BASIC_INFORMATION)out = (FILE_BASIC_INFORMATION){TIMES(q->facts), .FileAttributes = q->facts->attributes};
}

static void fill_standard(const struct query *q, void *out)
{
    const struct hostfs_facts *f = q->facts;
    *(PFILE_STANDARD_INFORMATION)out = (FILE_STANDARD_INFORMATION){.AllocationSize = large(f->allocation), .EndOfFile = large(f->size),
        .NumberOfLinks = f->links, .DeletePending = f->delete_pending, .Directory = f->directory};
}

static void fill_internal(const struct query *q, void *out)
{
    ((PFILE_INTERNAL_INFORMATION)out)->IndexNumber = large((LONGLONG)q->facts->sx.stx_ino);
}

static void fill_ea(const struct query *q, void *out)
{
    ((PFILE_EA_INFORMATION)out)->EaSize = (ULONG)hostfs_ea_size(q->node);
}

static void fill_access(const struct query *q, void *out)
{
    ((PFILE_ACCESS_INFORMATION)out)->AccessFlags = q->access;
}

static void fill_position(const struct query *q, void *out)
{
    ((PFILE_POSITION_INFORMATION)out)->CurrentByteOffset = large(q->ccb ? q->ccb->file->CurrentByteOffset.QuadPart : 0);
}

static void fill_mode(const struct query *q, void *out)
{
    ((PFILE_MODE_INFORMATION)out)->Mode = q->ccb ? q->ccb->mode_information : 0;
}

static void fill_alignment(const struct query *q, void *out)
{
    ((PFILE_ALIGNMENT_INFORMATION)out)->AlignmentRequirement = FILE_BYTE_ALIGNMENT;
}

static void fill_tag(const struct query *q, void *out)
{
    *(PFILE_ATTRIBUTE_TAG_INFORMATION)out = (FILE_ATTRIBUTE_TAG_INFORMATION){q->facts->attributes, q->facts->tag};
}

static void fill_network(const struct query *q, void *out)
{
    *(PFILE_NETWORK_OPEN_INFORMATION)out = (FILE_NETWORK_OPEN_INFORMATION){TIMES(q->facts),
        .AllocationSize = large(q->facts->allocation), .EndOfFile = large(q->facts->size), .FileAttributes = q->facts->attributes};
}

static void fill_stat(const struct query *q, void *out)
{
    const struct hostfs_facts *f = q->facts;
    *(PFILE_STAT_INFORMATION)out = (FILE_STAT_INFORMATION){.FileId = large((LONGLONG)f->sx.stx_ino), TIMES(f),
        .AllocationSize = large(f->allocation), .EndOfFile = large(f->size), .FileAttributes = f->attributes, .ReparseTag = f->tag,
        .NumberOfLinks = f->links, .EffectiveAccess = q->access};
}

/* V-156 */
static void fill_stat_lx(const struct query *q, void *out)
{
    const struct hostfs_facts *f = q->facts;
    bool device = S_ISCHR(f->sx.stx_mode) || S_ISBLK(f->sx.stx_mode);
    *(PFILE_STAT_LX_INFORMATION)out = (FILE_STAT_LX_INFORMATION){.FileId = large((LONGLONG)f->sx.stx_ino), TIMES(f),
        .AllocationSize = large(f->allocation), .EndOfFile = large(f->size), .FileAttributes = f->attributes, .ReparseTag = f->tag,
        .NumberOfLinks = f->links, .EffectiveAccess = q->access,
        .LxFlags = LX_FILE_METADATA_HAS_UID | LX_FILE_METADATA_HAS_GID | LX_FILE_METADATA_HAS_MODE |
            (device ? LX_FILE_METADATA_HAS_DEVICE_ID : 0) | (f->directory ? LX_FILE_CASE_SENSITIVE_DIR : 0),
        .LxUid = f->sx.stx_uid, .LxGid = f->sx.stx_gid, .LxMode = f->sx.stx_mode, .LxDeviceIdMajor = f->sx.stx_rdev_major,
        .LxDeviceIdMinor = f->sx.stx_rdev_minor};
}

/* V-153: number, generation, device. */
static FILE_ID_128 file_id(const struct query *q)
{
    FILE_ID_128 id;
    uint64_t number = q->facts->sx.stx_ino;
    uint32_t generation = 0, device = (uint32_t)q->node->volume->device;
    hostfs_generation(q->node->fd, &generation);
    memcpy(id.Identifier, &number, 8);
    memcpy(id.Identifier + 8, &generation, 4);
    memcpy(id.Identifier + 12, &device, 4);
    return id;
}

static void fill_id(const struct query *q, void *out)
{
    *(PFILE_ID_INFORMATION)out = (FILE_ID_INFORMATION){.VolumeSerialNumber = q->node->volume->serial, .FileId = file_id(q)};
}

static void fill_stat_basic(const struct query *q, void *out)
{
    const struct hostfs_facts *f = q->facts;
    *(PFILE_STAT_BASIC_INFORMATION)out = (FILE_STAT_BASIC_INFORMATION){.FileId = large((LONGLONG)f->sx.stx_ino), TIMES(f),
        .AllocationSize = large(f->allocation), .EndOfFile = large(f->size), .FileAttributes = f->attributes, .ReparseTag = f->tag,
        .NumberOfLinks = f->links, .DeviceType = FILE_DEVICE_DISK, .DeviceCharacteristics = FILE_DEVICE_IS_MOUNTED,
        .VolumeSerialNumber = large(q->node->volume->serial), .FileId128 = file_id(q)};
}

static void fill_compression(const struct query *q, void *out)
{
    *(PFILE_COMPRESSION_INFORMATION)out = (FILE_COMPRESSION_INFORMATION){
        .CompressedFileSize = large((LONGLONG)q->facts->sx.stx_blocks * 512)}; /* V-149 */
}

static void fill_standard_link(const struct query *q, void *out)
{
    const struct hostfs_facts *f = q->facts;
    *(PFILE_STANDARD_LINK_INFORMATION)out = (FILE_STANDARD_LINK_INFORMATION){.NumberOfAccessibleLinks = f->links,
        .TotalNumberOfLinks = f->links, .DeletePending = f->delete_pending, .Directory = f->directory};
}

static void fill_case(const struct query *q, void *out)
{
    ((PFILE_CASE_SENSITIVE_INFORMATION)out)->Flags = q->facts->directory ? FILE_CS_FLAG_CASE_SENSITIVE_DIR : 0; /* V-142 */
}

static void fill_remote(const struct query *q, void *out)
{
    ((PFILE_IS_REMOTE_DEVICE_INFORMATION)out)->IsRemote = FALSE;
}

static void fill_priority(const struct query *q, void *out)
{
    ((PFILE_IO_PRIORITY_HINT_INFORMATION)out)->PriorityHint = IoPriorityNormal;
}

static const struct {
    FILE_INFORMATION_CLASS class;
    ULONG size;
    fill_fn *fill;
    bool needs_file;
} fixed_classes[] = {
    {FileBasicInformation, sizeof(FILE_BASIC_INFORMATION), fill_basic, false},
    {FileStandardInformation, sizeof(FILE_STANDARD_INFORMATION), fill_standard, false},
    {FileInternalInformation, sizeof(FILE_INTERNAL_INFORMATION), fill_internal, false},
    {FileEaInformation, sizeof(FILE_EA_INFORMATION), fill_ea, false},
    {FileAccessInformation, sizeof(FILE_ACCESS_INFORMATION), fill_access, true},
    {FilePositionInformation, sizeof(FILE_POSITION_INFORMATION), fill_position, true},
    {FileModeInformation, sizeof(FILE_MODE_INFORMATION), fill_mode, true},
    {FileAlignmentInformation, sizeof(FILE_ALIGNMENT_INFORMATION), fill_alignment, true},
    {FileAttributeTagInformation, sizeof(FILE_ATTRIBUTE_TAG_INFORMATION), fill_tag, false},
    {FileNetworkOpenInformation, sizeof(FILE_NETWORK_OPEN_INFORMATION), fill_network, false},
    {FileStatInformation, sizeof(FILE_STAT_INFORMATION), fill_stat, false},
    {FileStatLxInformation, sizeof(FILE_STAT_LX_INFORMATION), fill_stat_lx, false},
    {FileStatBasicInformation, sizeof(FILE_STAT_BASIC_INFORMATION), fill_stat_basic, false},
    {FileIdInformation, sizeof(FILE_ID_INFORMATION), fill_id, false},
    {FileCompressionInformation, sizeof(FILE_COMPRESSION_INFORMATION), fill_compression, false},
    {FileStandardLinkInformation, sizeof(FILE_STANDARD_LINK_INFORMATION), fill_standard_link, false},
    {FileCaseSensitiveInformation, sizeof(FILE_CASE_SENSITIVE_INFORMATION), fill_case, false},
    {FileIsRemoteDeviceInformation, sizeof(FILE_IS_REMOTE_DEVICE_INFORMATION), fill_remote, false},
    {FileIoPriorityHintInformation, sizeof(FILE_IO_PRIORITY_HINT_INFORMATION), fill_priority, true},
};

static bool fill_fixed(const struct query *q, FILE_INFORMATION_CLASS class, void *buffer, ULONG length, ULONG_PTR *written,
    NTSTATUS *status)
{
    for (size_t i = 0; i < sizeof fixed_classes / sizeof fixed_classes[0]; i++) {
        if (fixed_classes[i].class != class || (fixed_classes[i].needs_file && q->ccb == NULL))
            continue;
        *written = 0;
        *status = STATUS_INFO_LENGTH_MISMATCH;
        if (length < fixed_classes[i].size)
            return true;
        fixed_classes[i].fill(q, buffer);
        *written = fixed_classes[i].size;
        *status = STATUS_SUCCESS;
        return true;
    }
    return false;
}

bool hostfs_fill_facts(const struct hostfs_facts *facts, struct io_node *node, ACCESS_MASK access, FILE_INFORMATION_CLASS class,
    void *buffer, ULONG length, ULONG_PTR *written, NTSTATUS *status)
{
    struct query q = {facts, NULL, node, access};
    return fill_fixed(&q, class, buffer, length, written, status);
}

/* ---- classes with names ---- */

NTSTATUS hostfs_put_name(void *buffer, ULONG length, ULONG fixed, const char16_t *name, ULONG bytes, ULONG_PTR *written)
{
    ULONG room = length - fixed, copied = bytes <= room ? bytes : room & ~1u;
    memcpy((char *)buffer + fixed, name, copied);
    *written = fixed + copied;
    return copied < bytes ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

int hostfs_ccb_path(struct hostfs_ccb *ccb, PUNICODE_STRING path)
{
    UNICODE_STRING file;
    int error = hostfs_node_path(ccb->node, NULL, &file);
    if (error < 0 || ccb->scb->name == NULL) {
        *path = file;
        return error;
    }
    char16_t units[HOSTFS_NAME_UNITS];
    size_t count = hostfs_name_to_nt(ccb->scb->name, strlen(ccb->scb->name), units);
    size_t bytes = file.Length + (count + 1) * sizeof *units;
    path->Buffer = bytes <= 0xfffe ? ExAllocatePoolWithTag(PagedPool, bytes, 'nFsH') : NULL;
    if (path->Buffer) {
        path->Length = path->MaximumLength = (USHORT)bytes;
        memcpy(path->Buffer, file.Buffer, file.Length);
        path->Buffer[file.Length / 2] = u':';
        memcpy(path->Buffer + file.Length / 2 + 1, units, count * sizeof *units);
    }
    ExFreePool(file.Buffer);
    return path->Buffer ? 0 : -ENOMEM;
}

/* FILE_NAME_INFORMATION at `fixed - 4` of the buffer. */
static NTSTATUS put_path(const struct query *q, void *buffer, ULONG length, ULONG fixed, ULONG_PTR *written)
{
    UNICODE_STRING path;
    if (hostfs_ccb_path(q->ccb, &path) < 0)
        return STATUS_INSUFFICIENT_RESOURCES;
    ULONG bytes = path.Length;
    memcpy((char *)buffer + fixed - sizeof bytes, &bytes, sizeof bytes);
    NTSTATUS status = hostfs_put_name(buffer, length, fixed, path.Buffer, bytes, written);
    ExFreePool(path.Buffer);
    return status;
}

static NTSTATUS fill_name(const struct query *q, void *buffer, ULONG length, ULONG_PTR *written)
{
    if (length < sizeof(FILE_NAME_INFORMATION))
        return STATUS_INFO_LENGTH_MISMATCH;
    return put_path(q, buffer, length, FIELD_OFFSET(FILE_NAME_INFORMATION, FileName), written);
}

static NTSTATUS fill_all(const struct query *q, void *buffer, ULONG length, ULONG_PTR *written)
{
    PFILE_ALL_INFORMATION all = buffer;
    if (length < sizeof *all)
        return STATUS_INFO_LENGTH_MISMATCH;
    fill_basic(q, &all->BasicInformation);
    fill_standard(q, &all->StandardInformation);
    fill_internal(q, &all->InternalInformation);
    fill_ea(q, &all->EaInformation);
    fill_access(q, &all->AccessInformation);
    fill_position(q, &all->PositionInformation);
    fill_mode(q, &all->ModeInformation);
    fill_alignment(q, &all->AlignmentInformation);
    return put_path(q, buffer, length, FIELD_OFFSET(FILE_ALL_INFORMATION, NameInformation.FileName), written);
}

/* ---- hard links (V-160) ---- */

struct links {
    char *buffer;
    ULONG length, used, needed, count;
    ULONG last; /* offset of the entry before */
};

static bool add_link(struct io_node *node, void *context)
{
    struct links *links = context;
    char name[HOSTFS_NAME_BYTES + 1];
    char16_t units[HOSTFS_NAME_UNITS];
    struct io_node *parent;
    if (hostfs_node_name(node, name, &parent) < 0)
        return true;
    ULONG count = (ULONG)hostfs_name_to_nt(name, strlen(name), units);
    ULONG at = (links->needed + 7) & ~7u, size = FIELD_OFFSET(FILE_LINK_ENTRY_INFORMATION, FileName) + count * 2;
    links->needed = at + size;
    if (links->needed <= links->length) {
        PFILE_LINK_ENTRY_INFORMATION entry = (void *)(links->buffer + at);
        *entry = (FILE_LINK_ENTRY_INFORMATION){.ParentFileId = (LONGLONG)parent->inode, .FileNameLength = count};
        memcpy(entry->FileName, units, count * 2);
        if (links->count++)
            ((PFILE_LINK_ENTRY_INFORMATION)(void *)(links->buffer + links->last))->NextEntryOffset = at - links->last;
        links->last = at;
        links->used = links->needed;
    }
    hostfs_node_release(parent);
    return true;
}

static NTSTATUS fill_links(const struct query *q, void *buffer, ULONG length, ULONG_PTR *written)
{
    PFILE_LINKS_INFORMATION all = buffer;
    if (length < sizeof *all)
        return STATUS_INFO_LENGTH_MISMATCH;
    ULONG header = FIELD_OFFSET(FILE_LINKS_INFORMATION, Entry);
    struct links links = {.buffer = buffer, .length = length, .used = header, .needed = header};
    if (!hostfs_node_each_link(q->node->volume, q->node->inode, q->facts->links, add_link, &links))
        return STATUS_NOT_SUPPORTED; /* more links than a bounded search found */
    all->BytesNeeded = links.needed;
    all->EntriesReturned = links.count;
    *written = links.used;
    return links.used < links.needed ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

/* ---- dispatch ---- */

static NTSTATUS fill_variable(const struct query *q, struct io_operation *op, FILE_INFORMATION_CLASS class, void *buffer, ULONG length,
    ULONG_PTR *written)
{
    switch (class) {
    case FileNameInformation:
    case FileNormalizedNameInformation:
        return fill_name(q, buffer, length, written);
    case FileAllInformation:
        return fill_all(q, buffer, length, written);
    case FileHardLinkInformation:
        return fill_links(q, buffer, length, written);
    case FileAlternateNameInformation:
        return STATUS_OBJECT_NAME_NOT_FOUND; /* V-138 */
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS hostfs_query_information(struct hostfs_ccb *ccb, struct io_operation *op)
{
    FILE_INFORMATION_CLASS class = op->iopb.Parameters.QueryFileInformation.FileInformationClass;
    ULONG length = op->iopb.Parameters.QueryFileInformation.Length;
    void *buffer = op->iopb.Parameters.QueryFileInformation.InfoBuffer;
    struct hostfs_facts facts;
    if (ccb->scb == NULL)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0); /* the volume is no file */
    if (buffer == NULL)
        return hostfs_done(op, STATUS_INFO_LENGTH_MISMATCH, 0);
    if (class == FileStreamInformation)
        return hostfs_stream_query(ccb, op, buffer, length);
    int error = hostfs_facts_of(ccb, &facts);
    if (error < 0)
        return hostfs_fail(op, error, IO_ERRNO_PLAIN);
    if (ccb->cleaned && facts.sx.stx_nlink == 0)
        return hostfs_done(op, STATUS_FILE_DELETED, 0); /* F-366 */
    struct query q = {&facts, ccb, ccb->node, ccb->access};
    ULONG_PTR written = 0;
    NTSTATUS status;
    if (!fill_fixed(&q, class, buffer, length, &written, &status))
        status = fill_variable(&q, op, class, buffer, length, &written);
    return hostfs_done(op, status, written);
}

/* ---- by name, without an open (V-055) ---- */

static NTSTATUS find_by_name(struct hostfs_volume *volume, struct io_operation *op, struct hostfs_open *open)
{
    *open = (struct hostfs_open){.volume = volume, .op = op, .file = op->iopb.TargetFileObject, .fd = -1,
        .options = FILE_OPEN_REPARSE_POINT, .case_sensitive = op->iopb.OperationFlags & SL_CASE_SENSITIVE};
    if (open->file == NULL)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    if (open->file->Flags & FO_OPENED_CASE_SENSITIVE)
        open->case_sensitive = true;
    NTSTATUS status = hostfs_resolve(open);
    if (status == STATUS_SUCCESS && open->node == NULL)
        status = hostfs_done(op, open->parent ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_INVALID_PARAMETER, 0);
    return status;
}

NTSTATUS hostfs_query_open(struct hostfs_volume *volume, struct io_operation *op)
{
    bool network = op->iopb.MajorFunction == IRP_MJ_NETWORK_QUERY_OPEN;
    FILE_INFORMATION_CLASS class = network ? FileNetworkOpenInformation : op->iopb.Parameters.QueryOpen.FileInformationClass;
    ULONG length = network ? sizeof(FILE_NETWORK_OPEN_INFORMATION) : *op->iopb.Parameters.QueryOpen.Length;
    void *buffer = network ? (void *)op->iopb.Parameters.NetworkQueryOpen.NetworkInformation
                           : op->iopb.Parameters.QueryOpen.FileInformation;
    struct hostfs_open open;
    struct hostfs_facts facts;
    ULONG_PTR written = 0;
    NTSTATUS status = find_by_name(volume, op, &open);
    if (status == STATUS_SUCCESS) {
        int error = hostfs_facts_of_node(open.node, &facts);
        if (error < 0)
            status = hostfs_fail(op, error, IO_ERRNO_OPEN);
        else if (!hostfs_fill_facts(&facts, open.node, FILE_ALL_ACCESS, class, buffer, length, &written, &status))
            status = hostfs_done(op, STATUS_INVALID_INFO_CLASS, 0);
        else
            status = hostfs_done(op, status, network ? written : 0); /* F-241 */
    }
    if (!network)
        *op->iopb.Parameters.QueryOpen.Length = (ULONG)written;
    hostfs_open_release(&open);
    return status;
}
