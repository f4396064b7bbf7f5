/*
 * The change notification package (notify.h). A watch begins with a handle's first request and lives until FsRtlNotifyCleanup; what
 * happens between two requests is kept for the next one, and what does not fit is told as STATUS_NOTIFY_ENUM_DIR.
 *
 * Everything under the sync object's lock, which its owner may take again: as on Windows it is held while the driver's traverse and
 * report callbacks run. Requests are completed after it is released. Any thread, up to APC_LEVEL.
 */
#include "ntoskrnl/io/notify.h"

#include "ntoskrnl/io/inner.h"
#include "ntoskrnl/ke/lock.h"

#include <stdlib.h>
#include <string.h>

#define KEPT_MOST 65536

struct notify_sync {
    uint32_t lock;
    uint32_t depth;      /* lock */
    PETHREAD owner;      /* __atomic: written by the lock's owner, compared by everybody */
    uint32_t references; /* __atomic: the driver's, and one for each request that waits */
};

struct watch {
    LIST_ENTRY links;
    struct io_notify_watch asked;
    LIST_ENTRY requests; /* struct waiting, oldest first */
    bool overflow;       /* something happened that is not kept */
    bool hold;           /* half of a rename is kept: the other one ends the request */
    char *kept;          /* FILE_NOTIFY_INFORMATION records */
    ULONG size, used, last;
};

struct waiting {
    struct io_held held;
    LIST_ENTRY links; /* its watch's requests, or who completes it */
    struct notify_sync *sync;
    struct io_notify_request request;
    NTSTATUS status;
    ULONG_PTR information;
};

/* ---- the sync object ---- */

static void release_sync(struct notify_sync *sync)
{
    if (__atomic_sub_fetch(&sync->references, 1, __ATOMIC_ACQ_REL) == 0)
        free(sync);
}

static void lock(struct notify_sync *sync)
{
    PETHREAD self = ps_current_thread();
    if (__atomic_load_n(&sync->owner, __ATOMIC_RELAXED) != self) {
        ke_lock(&sync->lock);
        __atomic_store_n(&sync->owner, self, __ATOMIC_RELAXED);
    }
    sync->depth++;
}

static void unlock(struct notify_sync *sync)
{
    if (--sync->depth)
        return;
    __atomic_store_n(&sync->owner, NULL, __ATOMIC_RELAXED);
    ke_unlock(&sync->lock);
}

VOID NTAPI FsRtlNotifyInitializeSync(PNOTIFY_SYNC *NotifySync)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    struct notify_sync *sync = calloc(1, sizeof *sync);
    *NotifySync = sync;
    if (!sync)
        ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
    sync->references = 1;
}

VOID NTAPI FsRtlNotifyUninitializeSync(PNOTIFY_SYNC *NotifySync)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (*NotifySync)
        release_sync(*NotifySync);
    *NotifySync = NULL;
}

/* ---- requests ---- */

/* Ours to complete unless its cancellation has begun; that one then completes it, and finds it in no list. */
static void take(struct waiting *w, NTSTATUS status, ULONG_PTR information, PLIST_ENTRY done)
{
    RemoveEntryList(&w->links);
    InitializeListHead(&w->links);
    if (!w->held.form->clear(&w->held))
        return;
    w->status = status;
    w->information = information;
    InsertTailList(done, &w->links);
}

static void complete(struct waiting *w)
{
    w->held.form->complete(w->held.who, w->status, w->information);
    release_sync(w->sync);
    free(w);
}

static void complete_all(PLIST_ENTRY done)
{
    while (!IsListEmpty(done))
        complete(CONTAINING_RECORD(RemoveHeadList(done), struct waiting, links));
}

static void cancelled(struct io_held *held)
{
    struct waiting *w = CONTAINING_RECORD(held, struct waiting, held);
    lock(w->sync);
    RemoveEntryList(&w->links);
    unlock(w->sync);
    w->status = STATUS_CANCELLED;
    w->information = 0;
    complete(w);
}

static struct waiting *oldest(struct watch *watch)
{
    return IsListEmpty(&watch->requests) ? NULL : CONTAINING_RECORD(watch->requests.Flink, struct waiting, links);
}

/* What was kept goes to the oldest request, which must be there. */
static void answer(struct watch *watch, PLIST_ENTRY done)
{
    struct waiting *w = oldest(watch);
    bool fits = !watch->overflow && watch->used <= w->request.length && w->request.buffer;
    ULONG_PTR bytes = fits ? watch->used : 0;
    PVOID buffer = w->request.buffer;
    RemoveEntryList(&w->links);
    InitializeListHead(&w->links);
    if (!w->held.form->clear(&w->held))
        return; /* cancelled: what was kept stays for the next one */
    if (fits)
        memcpy(buffer, watch->kept, watch->used);
    w->status = fits ? STATUS_SUCCESS : STATUS_NOTIFY_ENUM_DIR;
    w->information = bytes;
    InsertTailList(done, &w->links);
    watch->used = 0;
    watch->overflow = watch->hold = false;
}

static void answer_if_due(struct watch *watch, PLIST_ENTRY done)
{
    while (oldest(watch) && !watch->hold && (watch->used || watch->overflow))
        answer(watch, done);
}

/* ---- watches ---- */

static struct watch *find_watch(PLIST_ENTRY list, PVOID fs_context)
{
    for (PLIST_ENTRY e = list->Flink; e != list; e = e->Flink) {
        struct watch *watch = CONTAINING_RECORD(e, struct watch, links);
        if (watch->asked.fs_context == fs_context)
            return watch;
    }
    return NULL;
}

static void drop_subject(PSECURITY_SUBJECT_CONTEXT subject)
{
    if (!subject)
        return;
    SeReleaseSubjectContext(subject);
    ExFreePool(subject);
}

static struct watch *new_watch(PLIST_ENTRY list, const struct io_notify_watch *asked, ULONG length)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    watch->size = asked->ignore_buffer ? 0 : length < KEPT_MOST ? length : KEPT_MOST;
    watch->kept = malloc(watch->size + 1);
    if (!watch->kept)
        return free(watch), NULL;
    watch->asked = *asked;
    InitializeListHead(&watch->requests);
    InsertTailList(list, &watch->links);
    return watch;
}

static void end_watch(struct watch *watch, PLIST_ENTRY done)
{
    RemoveEntryList(&watch->links);
    while (oldest(watch))
        take(oldest(watch), STATUS_NOTIFY_CLEANUP, 0, done);
    drop_subject(watch->asked.subject);
    free(watch->kept);
    free(watch);
}

/* ---- waiting ---- */

static void delete_pending(PLIST_ENTRY list, PVOID stream, PLIST_ENTRY done)
{
    for (PLIST_ENTRY e = list->Flink; e != list; e = e->Flink) {
        struct watch *watch = CONTAINING_RECORD(e, struct watch, links);
        struct waiting *first = oldest(watch);
        if (!first || first->request.file->FsContext != stream)
            continue;
        while (oldest(watch))
            take(oldest(watch), STATUS_DELETE_PENDING, 0, done);
    }
}

/* STATUS_PENDING: it waits. */
static NTSTATUS queue(struct notify_sync *sync, PLIST_ENTRY list, const struct io_notify_watch *asked, struct waiting *w, PLIST_ENTRY done)
{
    struct watch *watch = find_watch(list, asked->fs_context);
    if (__atomic_load_n(&w->request.file->Flags, __ATOMIC_RELAXED) & FO_CLEANUP_COMPLETE) {
        drop_subject(asked->subject);
        return STATUS_NOTIFY_CLEANUP;
    }
    if (watch)
        drop_subject(asked->subject); /* the first request's counts */
    else if ((watch = new_watch(list, asked, w->request.length)) == NULL) {
        drop_subject(asked->subject);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    InsertTailList(&watch->requests, &w->links);
    if (!w->held.form->set(&w->held)) {
        RemoveEntryList(&w->links);
        return STATUS_CANCELLED;
    }
    __atomic_add_fetch(&sync->references, 1, __ATOMIC_RELAXED);
    answer_if_due(watch, done);
    return STATUS_PENDING;
}

void io_notify_wait(PNOTIFY_SYNC sync, PLIST_ENTRY list, const struct io_notify_watch *asked, const struct io_notify_request *request)
{
    LIST_ENTRY done;
    struct waiting *w = request ? calloc(1, sizeof *w) : NULL;
    InitializeListHead(&done);
    if (request && !w) {
        drop_subject(asked->subject);
        request->form->complete(request->who, STATUS_INSUFFICIENT_RESOURCES, 0);
        return;
    }
    lock(sync);
    if (!request) {
        delete_pending(list, asked->fs_context, &done);
    } else {
        *w = (struct waiting){.held = {request->form, request->who, cancelled}, .sync = sync, .request = *request};
        NTSTATUS status = queue(sync, list, asked, w, &done);
        if (status != STATUS_PENDING) {
            unlock(sync);
            free(w);
            request->form->complete(request->who, status, 0);
            return;
        }
    }
    unlock(sync);
    complete_all(&done);
}

/* ---- reports ---- */

struct change {
    const char *parent, *last, *stream; /* in units of `unit` bytes: 2, or 1 for names in the ANSI code page */
    ULONG parent_bytes, last_bytes, stream_bytes;
    ULONG unit, filter, action;
    PVOID target_context, filter_context;
};

/* A name that begins with a backslash of one byte is an ANSI one. */
static ULONG unit_of(const STRING *name)
{
    return name->Length >= 2 && name->Buffer[1] == 0 ? sizeof(WCHAR) : 1;
}

static struct change change_of(const STRING *target, USHORT offset, const STRING *stream, const STRING *normalized)
{
    struct change c = {.parent = target->Buffer, .unit = unit_of(target), .last = target->Buffer + offset,
        .last_bytes = target->Length - offset};
    if (stream) {
        c.stream = stream->Buffer;
        c.stream_bytes = stream->Length;
    }
    if (normalized && normalized->Length) {
        c.parent = normalized->Buffer;
        c.parent_bytes = normalized->Length;
    } else {
        c.parent_bytes = offset > c.unit ? offset - c.unit : offset; /* the root's backslash is its name */
    }
    return c;
}

static bool is_root(const struct change *c, ULONG bytes)
{
    return bytes == c->unit;
}

/* The parent's name below the watched directory; false: it is not watched. */
static bool find_below(const struct watch *watch, const struct change *c, const char **below, ULONG *bytes)
{
    const STRING *top = watch->asked.directory;
    ULONG skip = is_root(c, top->Length) ? top->Length : top->Length + c->unit;
    *bytes = 0;
    if (unit_of(top) != c->unit && top->Length > 1)
        return false;
    if (c->parent_bytes < top->Length || memcmp(c->parent, top->Buffer, top->Length) != 0)
        return false;
    if (c->parent_bytes == top->Length)
        return true;
    if (!watch->asked.tree || (!is_root(c, top->Length) && c->parent[top->Length] != '\\'))
        return false;
    *below = c->parent + skip;
    *bytes = c->parent_bytes - skip;
    return !watch->asked.traverse || watch->asked.traverse(watch->asked.fs_context, c->target_context, watch->asked.subject);
}

static void append(PFILE_NOTIFY_INFORMATION entry, const char *text, ULONG bytes, ULONG unit)
{
    char *to = (char *)entry->FileName + entry->FileNameLength;
    if (unit == sizeof(WCHAR)) {
        memcpy(to, text, bytes);
    } else {
        ULONG written = 0;
        RtlMultiByteToUnicodeN((PWCH)(void *)to, bytes * sizeof(WCHAR), &written, text, bytes);
        bytes = written;
    }
    entry->FileNameLength += bytes;
}

static void append_unit(PFILE_NOTIFY_INFORMATION entry, WCHAR unit)
{
    append(entry, (const char *)&unit, sizeof unit, sizeof unit);
}

static void keep(struct watch *watch, const struct change *c, const char *below, ULONG below_bytes)
{
    ULONG at = (watch->used + 3) & ~3u, fixed = FIELD_OFFSET(FILE_NOTIFY_INFORMATION, FileName);
    ULONG most = (below_bytes + c->last_bytes + c->stream_bytes) * (ULONG)(sizeof(WCHAR) / c->unit) + 2 * sizeof(WCHAR);
    ULONG exact = most - (below_bytes ? 0 : sizeof(WCHAR)) - (c->stream ? 0 : sizeof(WCHAR));
    if (watch->overflow || at + fixed + exact > watch->size) {
        watch->overflow = true;
        watch->used = 0;
        return;
    }
    PFILE_NOTIFY_INFORMATION entry = (void *)(watch->kept + at);
    entry->NextEntryOffset = 0;
    entry->Action = c->action;
    entry->FileNameLength = 0;
    if (below_bytes) {
        append(entry, below, below_bytes, c->unit);
        append_unit(entry, u'\\');
    }
    append(entry, c->last, c->last_bytes, c->unit);
    if (c->stream) {
        append_unit(entry, u':');
        append(entry, c->stream, c->stream_bytes, c->unit);
    }
    if (watch->used)
        ((PFILE_NOTIFY_INFORMATION)(void *)(watch->kept + watch->last))->NextEntryOffset = at - watch->last;
    watch->last = at;
    watch->used = at + fixed + entry->FileNameLength;
}

static void tell(struct watch *watch, const struct change *c, PLIST_ENTRY done)
{
    const char *below = NULL;
    ULONG bytes;
    if (!(watch->asked.filter & c->filter) || !find_below(watch, c, &below, &bytes))
        return;
    if (watch->asked.report && !watch->asked.report(watch->asked.fs_context, c->filter_context))
        return;
    keep(watch, c, below, bytes);
    watch->hold = c->action == FILE_ACTION_RENAMED_OLD_NAME; /* both halves of a rename belong into one answer */
    answer_if_due(watch, done);
}

VOID NTAPI FsRtlNotifyFilterReportChange(PNOTIFY_SYNC NotifySync, PLIST_ENTRY NotifyList, PSTRING FullTargetName, USHORT TargetNameOffset,
    PSTRING StreamName, PSTRING NormalizedParentName, ULONG FilterMatch, ULONG Action, PVOID TargetContext, PVOID FilterContext)
{
    LIST_ENTRY done;
    KE_REQUIRE_IRQL(APC_LEVEL);
    struct change c = change_of(FullTargetName, TargetNameOffset, StreamName, NormalizedParentName);
    c.filter = FilterMatch;
    c.action = Action;
    c.target_context = TargetContext;
    c.filter_context = FilterContext;
    InitializeListHead(&done);
    lock(NotifySync);
    for (PLIST_ENTRY e = NotifyList->Flink, next; e != NotifyList; e = next) {
        next = e->Flink;
        tell(CONTAINING_RECORD(e, struct watch, links), &c, &done);
    }
    unlock(NotifySync);
    complete_all(&done);
}

VOID NTAPI FsRtlNotifyFullReportChange(PNOTIFY_SYNC NotifySync, PLIST_ENTRY NotifyList, PSTRING FullTargetName, USHORT TargetNameOffset,
    PSTRING StreamName, PSTRING NormalizedParentName, ULONG FilterMatch, ULONG Action, PVOID TargetContext)
{
    FsRtlNotifyFilterReportChange(NotifySync, NotifyList, FullTargetName, TargetNameOffset, StreamName, NormalizedParentName, FilterMatch,
        Action, TargetContext, NULL);
}

/* ---- ends ---- */

VOID NTAPI FsRtlNotifyCleanup(PNOTIFY_SYNC NotifySync, PLIST_ENTRY NotifyList, PVOID FsContext)
{
    LIST_ENTRY done;
    KE_REQUIRE_IRQL(APC_LEVEL);
    InitializeListHead(&done);
    lock(NotifySync);
    struct watch *watch = find_watch(NotifyList, FsContext);
    if (watch)
        end_watch(watch, &done);
    unlock(NotifySync);
    complete_all(&done);
}

VOID NTAPI FsRtlNotifyCleanupAll(PNOTIFY_SYNC NotifySync, PLIST_ENTRY NotifyList)
{
    LIST_ENTRY done;
    KE_REQUIRE_IRQL(APC_LEVEL);
    InitializeListHead(&done);
    lock(NotifySync);
    while (!IsListEmpty(NotifyList))
        end_watch(CONTAINING_RECORD(NotifyList->Flink, struct watch, links), &done);
    unlock(NotifySync);
    complete_all(&done);
}

/* ---- IRPs ---- */

static struct io_notify_request request_of(PIRP irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    return (struct io_notify_request){.form = &io_held_irp, .who = irp, .file = stack->FileObject,
        .length = stack->Parameters.NotifyDirectory.Length,
        .buffer = irp->MdlAddress ? MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority)
            : irp->AssociatedIrp.SystemBuffer ? irp->AssociatedIrp.SystemBuffer : irp->UserBuffer};
}

VOID NTAPI FsRtlNotifyFilterChangeDirectory(PNOTIFY_SYNC NotifySync, PLIST_ENTRY NotifyList, PVOID FsContext, PSTRING FullDirectoryName,
    BOOLEAN WatchTree, BOOLEAN IgnoreBuffer, ULONG CompletionFilter, PIRP NotifyIrp, PCHECK_FOR_TRAVERSE_ACCESS TraverseCallback,
    PSECURITY_SUBJECT_CONTEXT SubjectContext, PFILTER_REPORT_CHANGE FilterCallback)
{
    struct io_notify_watch watch = {FsContext, FullDirectoryName, WatchTree, IgnoreBuffer, CompletionFilter, TraverseCallback,
        SubjectContext, FilterCallback};
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!NotifyIrp) {
        io_notify_wait(NotifySync, NotifyList, &watch, NULL);
        return;
    }
    struct io_notify_request request = request_of(NotifyIrp);
    IoMarkIrpPending(NotifyIrp);
    io_notify_wait(NotifySync, NotifyList, &watch, &request);
}

VOID NTAPI FsRtlNotifyFullChangeDirectory(PNOTIFY_SYNC NotifySync, PLIST_ENTRY NotifyList, PVOID FsContext, PSTRING FullDirectoryName,
    BOOLEAN WatchTree, BOOLEAN IgnoreBuffer, ULONG CompletionFilter, PIRP NotifyIrp, PCHECK_FOR_TRAVERSE_ACCESS TraverseCallback,
    PSECURITY_SUBJECT_CONTEXT SubjectContext)
{
    FsRtlNotifyFilterChangeDirectory(NotifySync, NotifyList, FsContext, FullDirectoryName, WatchTree, IgnoreBuffer, CompletionFilter,
        NotifyIrp, TraverseCallback, SubjectContext, NULL);
}
