/*
 * The name cache: each file object carries the names asked of it (F-298, F-299). No table is shared: a look-up takes the file
 * object's own list lock for a few instructions. A rename only moves counters of the volume (F-309): a directory's makes every
 * cached name of the volume stale, a file's those of its stream. Stale names are replaced by the next query.
 */
#include "ntoskrnl/ke/lock.h"
#include "fltmgr/name.h"

enum {
    DIRECTORIES = 0,   /* places in volume->name_changes */
    ANY_FILE = 1,
    FIRST_STREAM = 2,
    STREAM_COUNTERS = FLT_NAME_COUNTERS - FIRST_STREAM,
};

static uint32_t counter_of_stream(const void *fs_context)
{
    uint64_t hash = ((uintptr_t)fs_context >> 5) * 0x9e3779b97f4a7c15u;

    return FIRST_STREAM + (hash >> 32) % STREAM_COUNTERS;
}

static uint32_t hash_text(uint32_t hash, PCUNICODE_STRING text)
{
    for (size_t i = 0; i < text->Length / sizeof(WCHAR); i++)
        hash = (hash ^ text->Buffer[i]) * 16777619u;
    return hash;
}

/* Tells a file object's spelling from another one given to it on the way (a filter redirects it, F-190). */
static uint32_t spelling(PFILE_OBJECT file)
{
    uint32_t hash = 2166136261u ^ (uint32_t)((uintptr_t)file->RelatedFileObject >> 4);

    return hash_text(hash, &file->FileName) | 1;
}

static uint32_t changes(PFLT_VOLUME volume, uint32_t counter)
{
    return __atomic_load_n(&volume->name_changes[counter], __ATOMIC_ACQUIRE);
}

struct flt_name_stamp flt_name_stamp_now(const struct flt_name_request *request)
{
    uint32_t counter = request->opened ? counter_of_stream(request->file->FsContext) : ANY_FILE;

    return (struct flt_name_stamp){
        .directories = changes(request->volume, DIRECTORIES),
        .files = changes(request->volume, counter),
        .counter = counter,
        .spelling = request->opened ? 0 : spelling(request->file),
        .unopened = !request->opened,
    };
}

/* A name made before the open serves after it as long as nothing at all was renamed and the spelling is the same. */
static bool is_fresh(const struct flt_name_request *request, const struct flt_name *name)
{
    const struct flt_name_stamp *stamp = &name->stamp;

    if (stamp->directories != changes(request->volume, DIRECTORIES) ||
        stamp->files != changes(request->volume, stamp->counter))
        return false;
    return stamp->unopened ? stamp->spelling == spelling(request->file) : request->opened;
}

static struct flt_attachment **find_slot(struct io_context_list *list, const struct flt_name_request *request)
{
    struct flt_attachment **slot = (struct flt_attachment **)&list->head;

    for (; *slot; slot = &(*slot)->next) {
        struct flt_name *name = (struct flt_name *)*slot;
        if ((*slot)->type == FLT_ATTACHMENT_NAMES && name->info.Format == flt_name_format(request) &&
            name->provider == request->provider)
            break;
    }
    return slot;
}

static void take_out(struct flt_attachment **slot)
{
    __atomic_store_n(slot, (*slot)->next, __ATOMIC_RELEASE);
}

struct flt_name *flt_name_cache_find(const struct flt_name_request *request)
{
    struct io_context_list *list = &io_file_of(request->file)->contexts;

    if (!__atomic_load_n((struct flt_attachment **)&list->head, __ATOMIC_ACQUIRE))
        return NULL;
    ke_lock(&list->lock);
    struct flt_name *name = (struct flt_name *)*find_slot(list, request);
    if (name && is_fresh(request, name))
        flt_name_reference(name);
    else
        name = NULL;
    ke_unlock(&list->lock);
    return name;
}

static void file_object_gone(struct flt_attachment *attachment)
{
    flt_name_release((struct flt_name *)attachment);
}

void flt_name_cache_insert(
    const struct flt_name_request *request, const struct flt_name_stamp *stamp, struct flt_name *name)
{
    struct io_context_list *list = &io_file_of(request->file)->contexts;

    name->link.type = FLT_ATTACHMENT_NAMES;
    name->link.gone = file_object_gone;
    name->stamp = *stamp;
    name->provider = request->provider;

    ke_lock(&list->lock);
    struct flt_attachment **slot = find_slot(list, request), *old = *slot;
    bool possible = !__atomic_load_n(&list->gone, __ATOMIC_RELAXED);
    if (old)
        take_out(slot);
    if (possible) {
        flt_name_reference(name);
        name->link.next = list->head;
        __atomic_store_n((struct flt_attachment **)&list->head, &name->link, __ATOMIC_RELEASE);
    }
    ke_unlock(&list->lock);
    if (old)
        file_object_gone(old);
}

static void purge_file(PFILE_OBJECT file)
{
    struct io_context_list *list = &io_file_of(file)->contexts;
    struct flt_attachment *purged = NULL;

    ke_lock(&list->lock);
    struct flt_attachment **slot = (struct flt_attachment **)&list->head;
    while (*slot) {
        struct flt_attachment *a = *slot;
        if (a->type != FLT_ATTACHMENT_NAMES) {
            slot = &a->next;
            continue;
        }
        take_out(slot);
        a->next = purged;
        purged = a;
    }
    ke_unlock(&list->lock);
    while (purged) {
        struct flt_attachment *next = purged->next;
        file_object_gone(purged);
        purged = next;
    }
}

/* ---- what makes names stale ---- */

static void count(PFLT_VOLUME volume, uint32_t counter)
{
    __atomic_fetch_add(&volume->name_changes[counter], 1, __ATOMIC_RELEASE);
}

static void renamed(PFLT_VOLUME volume, PFILE_OBJECT file, bool everything)
{
    struct io_stream *stream = file->FsContext;

    if (everything || !stream || stream->is_directory)
        count(volume, DIRECTORIES);
    if (stream)
        count(volume, counter_of_stream(stream));
    count(volume, ANY_FILE);
}

/* The base has succeeded with an operation; only some kinds of IRP_MJ_SET_INFORMATION concern names. */
static void names_changed(struct io_operation *op)
{
    if (op->iopb.MajorFunction != IRP_MJ_SET_INFORMATION || !op->iopb.TargetFileObject)
        return;
    switch (op->iopb.Parameters.SetFileInformation.FileInformationClass) {
    case FileRenameInformation:
    case FileRenameInformationEx:
    case FileLinkInformation:
    case FileLinkInformationEx:
    case FileShortNameInformation:
        break;
    default:
        return;
    }
    /* An exchange renames a second object, of which only Linux knows. */
    bool exchange = op->linux_side && (op->linux_side->have & IO_LINUX_RENAME) && op->linux_side->exchange;
    renamed(flt_volume_of(op->volume), op->iopb.TargetFileObject, exchange);
}

/* An instance that made names, or sat above one that did, must not be recognised in one that comes later (same address). */
static void instance_gone(PFLT_INSTANCE instance)
{
    if (instance->filter->registration.GenerateFileNameCallback)
        count(instance->volume, DIRECTORIES);
}

NTSTATUS FltPurgeFileNameInformationCache(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject)
{
    if (!Instance)
        return STATUS_INVALID_PARAMETER;
    if (FileObject)
        purge_file(FileObject);
    else
        count(Instance->volume, DIRECTORIES); /* F-338 */
    return STATUS_SUCCESS;
}

void flt_name_init(void)
{
    flt_hooks.names_register = flt_name_register;
    flt_hooks.names_unregister = flt_name_unregister;
    flt_hooks.names_changed = names_changed;
    flt_hooks.names_instance_gone = instance_gone;
}
