/* See memfs.h. One lock guards everything; held operations are completed without it. */
#include "memfs.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct node {
    struct io_stream stream; /* first: FsContext */
    struct node *next;
    struct memfs *fs;
    char16_t *path;
    char *bytes;
    size_t size;
    unsigned opens;
    bool directory, delete_pending, removed;
    const char16_t *link;
    bool link_relative;
};

struct held {
    LIST_ENTRY links;
    struct io_operation *op;
    struct memfs *fs;
};

struct open {
    ULONG next_entry; /* directory enumeration */
};

struct memfs {
    struct io_volume *volume;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct node *nodes;
    LIST_ENTRY held;
    unsigned held_count;
    bool hold[256];
    NTSTATUS fail[256];
    unsigned counts[256];
    unsigned opens;
    FLT_IO_PARAMETER_BLOCK last;
};

static size_t length_of(const char16_t *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    return n;
}

static char16_t *copy(const char16_t *text, size_t units)
{
    char16_t *out = calloc(units + 1, sizeof *out);
    if (units)
        memcpy(out, text, units * sizeof *out);
    return out;
}

static bool same(const char16_t *a, const char16_t *b)
{
    UNICODE_STRING x, y;
    RtlInitUnicodeString(&x, a);
    RtlInitUnicodeString(&y, b);
    return RtlEqualUnicodeString(&x, &y, TRUE);
}

static struct node *find(struct memfs *fs, const char16_t *path)
{
    for (struct node *node = fs->nodes; node; node = node->next)
        if (!node->removed && same(node->path, path))
            return node;
    return NULL;
}

static struct node *add(struct memfs *fs, const char16_t *path, bool directory)
{
    struct node *node = calloc(1, sizeof *node);
    node->fs = fs;
    node->path = copy(path, length_of(path));
    node->directory = directory;
    node->stream.is_directory = directory;
    node->stream.file_contexts.owner = IO_CONTEXT_FILE;
    node->stream.stream_contexts.owner = IO_CONTEXT_STREAM;
    node->bytes = calloc(1, 1);
    node->next = fs->nodes;
    fs->nodes = node;
    return node;
}

static void set_bytes(struct node *node, const void *bytes, size_t size)
{
    free(node->bytes);
    node->bytes = calloc(1, size + 1);
    if (size)
        memcpy(node->bytes, bytes, size);
    node->size = size;
}

static void resize(struct node *node, size_t size)
{
    char *bytes = calloc(1, size + 1);
    memcpy(bytes, node->bytes, size < node->size ? size : node->size);
    free(node->bytes);
    node->bytes = bytes;
    node->size = size;
}

/* ---- names ---- */

static char16_t *full_path(PFILE_OBJECT file)
{
    char16_t *name = copy(file->FileName.Buffer, file->FileName.Length / 2);
    if (!file->RelatedFileObject)
        return name;
    struct node *parent = file->RelatedFileObject->FsContext;
    size_t base = length_of(parent->path), rest = length_of(name);
    char16_t *path = calloc(base + rest + 2, sizeof *path);
    memcpy(path, parent->path, base * 2);
    if (rest && (!base || path[base - 1] != '\\'))
        path[base++] = '\\';
    memcpy(path + base, name, rest * 2);
    free(name);
    return path;
}

static void cut_last(char16_t *path)
{
    size_t n = length_of(path);
    while (n > 1 && path[n - 1] != '\\')
        n--;
    path[n > 1 ? n - 1 : n] = 0;
}

static bool parent_exists(struct memfs *fs, const char16_t *path)
{
    char16_t *parent = copy(path, length_of(path));
    cut_last(parent);
    struct node *node = find(fs, parent);
    free(parent);
    return node && node->directory;
}

/* ---- create ---- */

static NTSTATUS answer_link(struct node *node, struct io_operation *op, size_t unparsed)
{
    size_t bytes = length_of(node->link) * 2;
    PFLT_TAG_DATA_BUFFER tag = ExAllocatePoolZero(PagedPool, sizeof *tag + bytes, 'mmem');
    tag->FileTag = IO_REPARSE_TAG_SYMLINK;
    tag->UnparsedNameLength = (USHORT)(unparsed * 2);
    tag->SymbolicLinkReparseBuffer.SubstituteNameLength = (USHORT)bytes;
    tag->SymbolicLinkReparseBuffer.Flags = node->link_relative ? SYMLINK_FLAG_RELATIVE : 0;
    memcpy(tag->SymbolicLinkReparseBuffer.PathBuffer, node->link, bytes);
    op->tag_data = tag;
    op->iosb.Information = IO_REPARSE_TAG_SYMLINK;
    return STATUS_REPARSE;
}

/* A link that is the path or a directory on its way. */
static struct node *link_on(struct memfs *fs, const char16_t *path, size_t *unparsed)
{
    size_t whole = length_of(path);
    for (struct node *node = fs->nodes; node; node = node->next) {
        size_t n = length_of(node->path);
        if (!node->link || n > whole || (n < whole && path[n] != '\\'))
            continue;
        char16_t *head = copy(path, n);
        bool hit = same(head, node->path);
        free(head);
        if (hit) {
            *unparsed = whole - n;
            return node;
        }
    }
    return NULL;
}

static NTSTATUS open_node(struct memfs *fs, struct node *node, struct io_operation *op, ULONG_PTR information)
{
    PFILE_OBJECT file = op->iopb.TargetFileObject;
    file->FsContext = node;
    file->FsContext2 = calloc(1, sizeof(struct open));
    node->opens++;
    fs->opens++;
    op->iosb.Information = information;
    return STATUS_SUCCESS;
}

static NTSTATUS open_path(struct memfs *fs, struct io_operation *op, const char16_t *path)
{
    ULONG disposition = op->iopb.Parameters.Create.Options >> 24, options = op->iopb.Parameters.Create.Options & 0xffffff;
    struct node *node = find(fs, path);
    size_t unparsed = 0;
    struct node *link = options & FILE_OPEN_REPARSE_POINT ? NULL : link_on(fs, path, &unparsed);
    if (link)
        return answer_link(link, op, unparsed);
    if (node && node->delete_pending)
        return STATUS_DELETE_PENDING;
    if (node && disposition == FILE_CREATE)
        return STATUS_OBJECT_NAME_COLLISION;
    if (node && node->directory && (options & FILE_NON_DIRECTORY_FILE))
        return STATUS_FILE_IS_A_DIRECTORY;
    if (node && !node->directory && (options & FILE_DIRECTORY_FILE))
        return STATUS_NOT_A_DIRECTORY;
    if (node) {
        bool over = disposition == FILE_OVERWRITE || disposition == FILE_OVERWRITE_IF || disposition == FILE_SUPERSEDE;
        if (over)
            set_bytes(node, "", 0);
        return open_node(fs, node, op, over ? (disposition == FILE_SUPERSEDE ? FILE_SUPERSEDED : FILE_OVERWRITTEN) : FILE_OPENED);
    }
    if (!parent_exists(fs, path))
        return STATUS_OBJECT_PATH_NOT_FOUND;
    if (disposition == FILE_OPEN || disposition == FILE_OVERWRITE)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    return open_node(fs, add(fs, path, options & FILE_DIRECTORY_FILE), op, FILE_CREATED);
}

static NTSTATUS do_create(struct memfs *fs, struct io_operation *op)
{
    PFILE_OBJECT file = op->iopb.TargetFileObject;
    char16_t *path = full_path(file);
    if (!path[0]) { /* the volume itself */
        free(path);
        path = copy(u"", 0);
    }
    if (op->iopb.OperationFlags & SL_OPEN_TARGET_DIRECTORY)
        cut_last(path);
    NTSTATUS status = open_path(fs, op, path);
    free(path);
    return status;
}

/* ---- the other operations ---- */

static void *address(PMDL mdl, void *buffer)
{
    return mdl ? MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) : buffer;
}

static NTSTATUS do_read(struct node *node, struct io_operation *op)
{
    ULONG length = op->iopb.Parameters.Read.Length;
    ULONGLONG offset = (ULONGLONG)op->iopb.Parameters.Read.ByteOffset.QuadPart;
    op->iosb.Information = 0;
    if (!length)
        return STATUS_SUCCESS;
    if (offset >= node->size)
        return STATUS_END_OF_FILE;
    if (length > node->size - offset)
        length = (ULONG)(node->size - offset);
    memcpy(address(op->iopb.Parameters.Read.MdlAddress, op->iopb.Parameters.Read.ReadBuffer), node->bytes + offset, length);
    op->iosb.Information = length;
    return STATUS_SUCCESS;
}

static NTSTATUS do_write(struct node *node, struct io_operation *op)
{
    ULONG length = op->iopb.Parameters.Write.Length;
    LARGE_INTEGER at = op->iopb.Parameters.Write.ByteOffset;
    size_t offset = at.HighPart == -1 && at.LowPart == FILE_WRITE_TO_END_OF_FILE ? node->size : (size_t)at.QuadPart;
    if (offset + length > node->size)
        resize(node, offset + length);
    memcpy(node->bytes + offset, address(op->iopb.Parameters.Write.MdlAddress, op->iopb.Parameters.Write.WriteBuffer), length);
    op->iosb.Information = length;
    return STATUS_SUCCESS;
}

static NTSTATUS do_query(struct node *node, struct io_operation *op)
{
    void *buffer = op->iopb.Parameters.QueryFileInformation.InfoBuffer;
    ULONG length = op->iopb.Parameters.QueryFileInformation.Length;
    switch (op->iopb.Parameters.QueryFileInformation.FileInformationClass) {
    case FileStandardInformation: {
        PFILE_STANDARD_INFORMATION info = buffer;
        if (length < sizeof *info)
            return STATUS_INFO_LENGTH_MISMATCH;
        memset(info, 0, sizeof *info);
        info->EndOfFile.QuadPart = (LONGLONG)node->size;
        info->AllocationSize.QuadPart = (LONGLONG)node->size;
        info->NumberOfLinks = 1;
        info->DeletePending = node->delete_pending;
        info->Directory = node->directory;
        op->iosb.Information = sizeof *info;
        return STATUS_SUCCESS;
    }
    case FileBasicInformation: {
        PFILE_BASIC_INFORMATION info = buffer;
        if (length < sizeof *info)
            return STATUS_INFO_LENGTH_MISMATCH;
        memset(info, 0, sizeof *info);
        info->FileAttributes = node->directory ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_NORMAL;
        op->iosb.Information = sizeof *info;
        return STATUS_SUCCESS;
    }
    case FileNameInformation:
    case FileNormalizedNameInformation: {
        PFILE_NAME_INFORMATION info = buffer;
        size_t bytes = length_of(node->path) * 2;
        if (length < FIELD_OFFSET(FILE_NAME_INFORMATION, FileName))
            return STATUS_INFO_LENGTH_MISMATCH;
        info->FileNameLength = (ULONG)bytes;
        size_t room = length - FIELD_OFFSET(FILE_NAME_INFORMATION, FileName), put = room < bytes ? room : bytes;
        memcpy(info->FileName, node->path, put);
        op->iosb.Information = FIELD_OFFSET(FILE_NAME_INFORMATION, FileName) + put;
        return put < bytes ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
    }
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

/* "\Device\X\new" or "\new" or "new" */
static NTSTATUS rename_node(struct memfs *fs, struct node *node, const FILE_RENAME_INFORMATION *info)
{
    UNICODE_STRING name = {(USHORT)info->FileNameLength, (USHORT)info->FileNameLength, (PWCH)info->FileName};
    UNICODE_STRING device = fs->volume->device_name;
    if (name.Length > device.Length && RtlPrefixUnicodeString(&device, &name, TRUE)) {
        name.Buffer += device.Length / 2;
        name.Length -= device.Length;
    }
    char16_t *path = copy(name.Buffer, name.Length / 2);
    struct node *target = find(fs, path);
    if (target && !info->ReplaceIfExists) {
        free(path);
        return STATUS_OBJECT_NAME_COLLISION;
    }
    if (target)
        target->removed = true;
    free(node->path);
    node->path = path;
    return STATUS_SUCCESS;
}

static NTSTATUS do_set(struct memfs *fs, struct node *node, struct io_operation *op)
{
    void *buffer = op->iopb.Parameters.SetFileInformation.InfoBuffer;
    switch (op->iopb.Parameters.SetFileInformation.FileInformationClass) {
    case FileEndOfFileInformation:
        resize(node, (size_t)((PFILE_END_OF_FILE_INFORMATION)buffer)->EndOfFile.QuadPart);
        return STATUS_SUCCESS;
    case FileDispositionInformation:
        node->delete_pending = ((PFILE_DISPOSITION_INFORMATION)buffer)->DeleteFile;
        return STATUS_SUCCESS;
    case FileDispositionInformationEx:
        node->delete_pending = ((PFILE_DISPOSITION_INFORMATION_EX)buffer)->Flags & FILE_DISPOSITION_DELETE;
        return STATUS_SUCCESS;
    case FileRenameInformation:
    case FileRenameInformationEx:
        return rename_node(fs, node, buffer);
    case FileBasicInformation:
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

static NTSTATUS do_directory(struct memfs *fs, struct node *node, struct io_operation *op)
{
    struct open *open = op->iopb.TargetFileObject->FsContext2;
    PFILE_NAMES_INFORMATION info = op->iopb.Parameters.DirectoryControl.QueryDirectory.DirectoryBuffer;
    ULONG length = op->iopb.Parameters.DirectoryControl.QueryDirectory.Length, index = 0;
    if (op->iopb.Parameters.DirectoryControl.QueryDirectory.FileInformationClass != FileNamesInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (op->iopb.OperationFlags & SL_RESTART_SCAN)
        open->next_entry = 0;
    size_t base = length_of(node->path);
    for (struct node *n = fs->nodes; n; n = n->next) {
        const char16_t *name = n->path + base + (base > 1);
        if (n == node || n->removed || length_of(n->path) <= base || memcmp(n->path, node->path, base * 2))
            continue;
        if (index++ < open->next_entry)
            continue;
        size_t bytes = length_of(name) * 2;
        if (FIELD_OFFSET(FILE_NAMES_INFORMATION, FileName) + bytes > length)
            return STATUS_BUFFER_OVERFLOW;
        memset(info, 0, FIELD_OFFSET(FILE_NAMES_INFORMATION, FileName));
        info->FileNameLength = (ULONG)bytes;
        memcpy(info->FileName, name, bytes);
        open->next_entry = index;
        op->iosb.Information = FIELD_OFFSET(FILE_NAMES_INFORMATION, FileName) + bytes;
        return STATUS_SUCCESS;
    }
    return open->next_entry ? STATUS_NO_MORE_FILES : STATUS_NO_SUCH_FILE;
}

static void do_cleanup(struct memfs *fs, struct node *node)
{
    if (node->delete_pending)
        node->removed = true;
}

static void do_close(struct memfs *fs, struct io_operation *op)
{
    struct node *node = op->iopb.TargetFileObject->FsContext;
    free(op->iopb.TargetFileObject->FsContext2);
    op->iopb.TargetFileObject->FsContext2 = NULL;
    fs->opens--;
    node->opens--;
}

static NTSTATUS perform(struct memfs *fs, struct io_operation *op)
{
    struct node *node = op->iopb.TargetFileObject ? op->iopb.TargetFileObject->FsContext : NULL;
    NTSTATUS status;
    switch (op->iopb.MajorFunction) {
    case IRP_MJ_CREATE:
        return do_create(fs, op);
    case IRP_MJ_READ:
        return do_read(node, op);
    case IRP_MJ_WRITE:
        return do_write(node, op);
    case IRP_MJ_QUERY_INFORMATION:
        return do_query(node, op);
    case IRP_MJ_SET_INFORMATION:
        return do_set(fs, node, op);
    case IRP_MJ_DIRECTORY_CONTROL:
        return do_directory(fs, node, op);
    case IRP_MJ_FLUSH_BUFFERS:
    case IRP_MJ_LOCK_CONTROL:
        return STATUS_SUCCESS;
    case IRP_MJ_FILE_SYSTEM_CONTROL:
        status = op->iopb.Parameters.FileSystemControl.Common.FsControlCode == FSCTL_IS_VOLUME_MOUNTED ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
        return status;
    case IRP_MJ_CLEANUP:
        do_cleanup(fs, node);
        return STATUS_SUCCESS;
    case IRP_MJ_CLOSE:
        do_close(fs, op);
        return STATUS_SUCCESS;
    default:
        if (op->callback_flags & (FLTFL_CALLBACK_DATA_FAST_IO_OPERATION | FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION))
            return STATUS_SUCCESS;
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

/* The contexts of a node end with its last close; outside the lock, for clean-up callbacks run there. */
static void end_contexts(struct io_operation *op)
{
    struct node *node = op->iopb.TargetFileObject->FsContext;
    bool last;
    pthread_mutex_lock(&node->fs->lock);
    last = !node->opens;
    pthread_mutex_unlock(&node->fs->lock);
    if (!last)
        return;
    io_context_list_end(&node->stream.stream_contexts);
    io_context_list_end(&node->stream.file_contexts);
    node->stream.stream_contexts = (struct io_context_list){.owner = IO_CONTEXT_STREAM};
    node->stream.file_contexts = (struct io_context_list){.owner = IO_CONTEXT_FILE};
}

static NTSTATUS perform_locked(struct memfs *fs, struct io_operation *op)
{
    UCHAR major = op->iopb.MajorFunction;
    pthread_mutex_lock(&fs->lock);
    NTSTATUS status = fs->fail[major] ? fs->fail[major] : perform(fs, op);
    pthread_mutex_unlock(&fs->lock);
    if (major == IRP_MJ_CLOSE && NT_SUCCESS(status))
        end_contexts(op);
    op->base_status = status;
    return status;
}

/* ---- holding back ---- */

static void cancelled(struct io_operation *op, void *context)
{
    struct held *held = context;
    struct memfs *fs = held->fs;
    pthread_mutex_lock(&fs->lock);
    RemoveEntryList(&held->links);
    fs->held_count--;
    pthread_mutex_unlock(&fs->lock);
    free(held);
    op->iosb = (IO_STATUS_BLOCK){.Status = STATUS_CANCELLED};
    io_complete(op);
}

static NTSTATUS dispatch(struct io_device *device, struct io_operation *op)
{
    struct memfs *fs = device->volume->base_data;
    pthread_mutex_lock(&fs->lock);
    fs->counts[op->iopb.MajorFunction]++;
    fs->last = op->iopb;
    if (!fs->hold[op->iopb.MajorFunction]) {
        pthread_mutex_unlock(&fs->lock);
        return op->iosb.Status = perform_locked(fs, op);
    }
    struct held *held = malloc(sizeof *held);
    held->op = op;
    held->fs = fs;
    InsertTailList(&fs->held, &held->links);
    if (!io_set_cancel(op, cancelled, held)) {
        RemoveEntryList(&held->links);
        pthread_mutex_unlock(&fs->lock);
        free(held);
        return op->iosb.Status = STATUS_CANCELLED;
    }
    fs->held_count++;
    pthread_cond_broadcast(&fs->changed);
    pthread_mutex_unlock(&fs->lock);
    return STATUS_PENDING;
}

void memfs_hold(struct memfs *fs, UCHAR major, bool hold)
{
    pthread_mutex_lock(&fs->lock);
    fs->hold[major] = hold;
    pthread_mutex_unlock(&fs->lock);
}

unsigned memfs_held(struct memfs *fs)
{
    pthread_mutex_lock(&fs->lock);
    unsigned count = fs->held_count;
    pthread_mutex_unlock(&fs->lock);
    return count;
}

void memfs_wait_held(struct memfs *fs, unsigned count)
{
    pthread_mutex_lock(&fs->lock);
    while (fs->held_count < count)
        pthread_cond_wait(&fs->changed, &fs->lock);
    pthread_mutex_unlock(&fs->lock);
}

void memfs_release(struct memfs *fs)
{
    for (;;) {
        pthread_mutex_lock(&fs->lock);
        struct held *held = NULL;
        for (PLIST_ENTRY e = fs->held.Flink; !held && e != &fs->held; e = e->Flink) {
            struct held *candidate = CONTAINING_RECORD(e, struct held, links);
            if (io_clear_cancel(candidate->op))
                held = candidate;
        }
        if (held) {
            RemoveEntryList(&held->links);
            fs->held_count--;
        }
        pthread_mutex_unlock(&fs->lock);
        if (!held)
            return;
        struct io_operation *op = held->op;
        free(held);
        op->iosb.Status = perform_locked(fs, op);
        io_complete(op);
    }
}

void memfs_fail(struct memfs *fs, UCHAR major, NTSTATUS status)
{
    pthread_mutex_lock(&fs->lock);
    fs->fail[major] = status;
    pthread_mutex_unlock(&fs->lock);
}

unsigned memfs_count(struct memfs *fs, UCHAR major)
{
    pthread_mutex_lock(&fs->lock);
    unsigned count = fs->counts[major];
    pthread_mutex_unlock(&fs->lock);
    return count;
}

void memfs_last(struct memfs *fs, FLT_IO_PARAMETER_BLOCK *iopb)
{
    pthread_mutex_lock(&fs->lock);
    *iopb = fs->last;
    pthread_mutex_unlock(&fs->lock);
}

unsigned memfs_open_files(struct memfs *fs)
{
    pthread_mutex_lock(&fs->lock);
    unsigned count = fs->opens;
    pthread_mutex_unlock(&fs->lock);
    return count;
}

/* ---- content ---- */

void memfs_add_file(struct memfs *fs, const char16_t *path, const char *text)
{
    pthread_mutex_lock(&fs->lock);
    set_bytes(add(fs, path, false), text, strlen(text));
    pthread_mutex_unlock(&fs->lock);
}

void memfs_add_directory(struct memfs *fs, const char16_t *path)
{
    pthread_mutex_lock(&fs->lock);
    add(fs, path, true);
    pthread_mutex_unlock(&fs->lock);
}

void memfs_add_symlink(struct memfs *fs, const char16_t *path, const char16_t *target, bool relative)
{
    pthread_mutex_lock(&fs->lock);
    struct node *node = add(fs, path, false);
    node->link = target;
    node->link_relative = relative;
    pthread_mutex_unlock(&fs->lock);
}

bool memfs_exists(struct memfs *fs, const char16_t *path)
{
    pthread_mutex_lock(&fs->lock);
    bool exists = find(fs, path) != NULL;
    pthread_mutex_unlock(&fs->lock);
    return exists;
}

char *memfs_text(struct memfs *fs, const char16_t *path)
{
    pthread_mutex_lock(&fs->lock);
    struct node *node = find(fs, path);
    char *text = node ? strdup(node->bytes) : NULL;
    pthread_mutex_unlock(&fs->lock);
    return text;
}

/* ---- the volume ---- */

static void free_all(struct memfs *fs)
{
    while (fs->nodes) {
        struct node *node = fs->nodes;
        fs->nodes = node->next;
        free(node->path);
        free(node->bytes);
        free(node);
    }
    free(fs);
}

static void dismounted(struct io_volume *volume)
{
    free_all(volume->base_data);
}

static const struct io_base_ops ops = {.file_system_name = "memfs", .dismount = dismounted};

struct memfs *memfs_create_typed(const char *dos_name, const char16_t *device_name, ULONG device_type, ULONG file_system_type)
{
    struct memfs *fs = calloc(1, sizeof *fs);
    struct io_volume_options options = {.dos_name = dos_name, .label = "memory", .file_system_type = file_system_type};
    pthread_mutex_init(&fs->lock, NULL);
    pthread_cond_init(&fs->changed, NULL);
    InitializeListHead(&fs->held);
    add(fs, u"\\", true);
    add(fs, u"", true); /* the volume itself */
    if (!NT_SUCCESS(io_volume_create(&ops, dispatch, fs, device_name, device_type, &options, &fs->volume))) {
        free_all(fs);
        return NULL;
    }
    return fs;
}

struct memfs *memfs_create(const char *dos_name)
{
    return memfs_create_typed(dos_name, NULL, FILE_DEVICE_DISK_FILE_SYSTEM, FLT_FSTYPE_NTFS);
}

struct io_volume *memfs_volume(struct memfs *fs)
{
    return fs->volume;
}

void memfs_remove(struct memfs *fs)
{
    io_volume_dismount(fs->volume, true);
}
