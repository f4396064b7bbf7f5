/*
 * Opening for a FUSE request. The create may be pended by a filter and outlive its caller: everything it
 * needs lives in a block of its own, shared by the waiting worker and the completion. A caller that dies is
 * answered at once; the late result is closed (V-211, V-212).
 */
#include "mount/inner.h"

#include <errno.h>
#include <limits.h>

enum create_state { CREATE_WAITING, CREATE_DONE, CREATE_ABANDONED };

struct create {
    uint32_t references; /* __atomic: the worker's and the completion's */
    uint32_t state;      /* __atomic: enum create_state */
    struct mount *mount;
    struct io_create_request request;
    struct io_linux linux_side;
    struct io_create_result result;
    NTSTATUS status;
    KEVENT done;
    PETHREAD thread;         /* referenced */
    struct mount_node *node; /* referenced: keeps the base's nodes that linux_side names */
    struct io_operation *op;
    char *name;
};

static void create_release(struct create *c)
{
    if (__atomic_sub_fetch(&c->references, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    ObDereferenceObject(c->thread);
    mount_node_release(c->mount, c->node);
    free(c->request.path.Buffer);
    free(c->name);
    free(c);
}

static void on_created(NTSTATUS status, const struct io_create_result *result, void *context)
{
    struct create *c = context;
    uint32_t waiting = CREATE_WAITING;

    c->status = status;
    c->result = *result;
    if (__atomic_compare_exchange_n(
            &c->state, &waiting, CREATE_DONE, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        KeSetEvent(&c->done, 0, FALSE);
    else if (NT_SUCCESS(status) && result->file != NULL)
        io_close_file(result->file);
    create_release(c);
}

/* ":stream" behind the path, in NT's units (V-165). */
static bool append_stream(struct mount *mount, UNICODE_STRING *path, const char *stream)
{
    char16_t units[NAME_MAX + 1];
    size_t count = mount->volume->ops->name_to_nt(stream, strnlen(stream, NAME_MAX), units);
    size_t bytes = path->Length + (count + 1) * sizeof *units;
    WCHAR *buffer = bytes + sizeof(WCHAR) <= 0xffff ? realloc(path->Buffer, bytes + sizeof(WCHAR)) : NULL;

    if (buffer == NULL)
        return false;
    buffer[path->Length / sizeof(WCHAR)] = u':';
    memcpy(buffer + path->Length / sizeof(WCHAR) + 1, units, count * sizeof *units);
    buffer[bytes / sizeof(WCHAR)] = 0;
    *path = (UNICODE_STRING){(USHORT)bytes, (USHORT)(bytes + sizeof(WCHAR)), buffer};
    return true;
}

static struct create *create_new(struct mount_request *r, const struct mount_open *open)
{
    struct create *c = calloc(1, sizeof *c);

    if (c == NULL)
        return NULL;
    c->references = 2;
    c->mount = r->mount;
    KeInitializeEvent(&c->done, NotificationEvent, FALSE);
    c->thread = r->thread;
    ObReferenceObject(c->thread);
    c->node = open->node;
    mount_node_reference(c->node);
    c->linux_side = r->linux_side;
    c->linux_side.have &= ~(uint32_t)(IO_LINUX_NODE | IO_LINUX_PARENT);
    if (open->name != NULL) {
        c->name = strdup(open->name);
        c->linux_side.have |= open->node->io != NULL ? IO_LINUX_PARENT : 0;
        c->linux_side.parent = open->node->io;
        c->linux_side.name = c->name;
    } else {
        c->linux_side.have |= open->node->io != NULL ? IO_LINUX_NODE : 0;
        c->linux_side.have |= open->stream != NULL ? IO_LINUX_STREAM : 0;
        c->linux_side.node = open->node->io;
    }
    c->request = (struct io_create_request){
        .volume = r->mount->volume,
        .access = open->access,
        .file_attributes = open->attributes,
        .share_access = open->share,
        .disposition = open->disposition,
        .options = open->options,
        .sl_flags = open->sl_flags | SL_CASE_SENSITIVE,
        .major = IRP_MJ_CREATE,
        .io_flags = 0,
        .mode = UserMode,
        .thread = c->thread,
        .linux_side = &c->linux_side,
    };
    if ((open->name != NULL && c->name == NULL) ||
        mount_path(r->mount, open->node, open->name, &c->request.path) != 0 ||
        (open->stream != NULL && !append_stream(r->mount, &c->request.path, open->stream))) {
        c->references = 1;
        create_release(c);
        return NULL;
    }
    return c;
}

int mount_create_file(struct mount_request *r, const struct mount_open *open, enum io_errno_use use,
    PFILE_OBJECT *file, bool *elsewhere)
{
    struct create *c = create_new(r, open);
    int error;

    if (c == NULL)
        return ENOMEM;
    io_create_file_async(&c->request, on_created, c, &c->op);
    NTSTATUS waited = ke_wait_one(&c->done, NULL, &r->interrupt);
    uint32_t waiting = CREATE_WAITING;
    if (waited != STATUS_SUCCESS && __atomic_compare_exchange_n(&c->state, &waiting, CREATE_ABANDONED, false,
                                        __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        create_release(c);
        return EINTR;
    }
    error = mount_errno(r->mount, c->status, c->result.base_errno, use);
    if (error == 0 && mount_request_cut(r)) {
        io_close_file(c->result.file); /* an answer that was cut short is no yes (V-211) */
        error = EINTR;
    }
    if (mount_request_cut(r)) {
        __atomic_add_fetch(&r->mount->statistics.cut_short, 1, __ATOMIC_RELAXED);
        error = EINTR;
    }
    if (error == 0) {
        *file = c->result.file;
        if (elsewhere != NULL)
            *elsewhere = c->result.redirected;
    }
    create_release(c);
    return error;
}

void mount_close_file(struct mount_request *r, PFILE_OBJECT file)
{
    io_cleanup_file(file, r->thread);
    io_close_file(file);
}
