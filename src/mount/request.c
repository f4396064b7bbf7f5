/* One FUSE request, served by the calling thread as its requestor; and the errno it is answered with. */
#include "mount/inner.h"

#include <errno.h>

__thread uint64_t mount_arrival;
__thread struct mount_worker *mount_self;

static void set_current(struct mount_request *r)
{
    if (mount_self == NULL)
        return;
    pthread_mutex_lock(&mount_self->lock);
    mount_self->current = r;
    pthread_mutex_unlock(&mount_self->lock);
}

struct mount *mount_of(fuse_req_t req)
{
    return fuse_req_userdata(req);
}

/* Called by libfuse in the thread that read the INTERRUPT: a handled signal or the caller's death, which is
 * not known yet (V-211). */
static void on_interrupt(fuse_req_t req, void *context)
{
    struct mount_request *r = context;

    (void)req;
    __atomic_store_n(&r->interrupted, true, __ATOMIC_RELEASE);
    __atomic_add_fetch(&r->mount->statistics.interrupted, 1, __ATOMIC_RELAXED);
    mount_watch_add(r);
}

void mount_request_begin(struct mount_request *r, fuse_req_t req)
{
    const struct fuse_ctx *ctx = fuse_req_ctx(req);

    memset(r, 0, sizeof *r);
    r->req = req;
    r->mount = mount_of(req);
    InitializeListHead(&r->watch);
    ke_interrupt_init(&r->interrupt);
    r->thread = ps_thread_of_linux(ctx->pid, ctx->uid, ctx->gid);
    r->previous = ps_set_current(r->thread);
    r->outer = ke_current()->interrupt;
    ke_self.interrupt = &r->interrupt;
    r->linux_side.have = IO_LINUX_CRED;
    r->linux_side.cred = (struct io_cred){.uid = ctx->uid, .gid = ctx->gid, .umask = ctx->umask};
    set_current(r);
    fuse_req_interrupt_func(req, on_interrupt, r);
}

void mount_request_leave(struct mount_request *r)
{
    set_current(NULL);
    ke_self.interrupt = r->outer;
    ps_set_current(r->previous);
}

/* Before the answer: the request's memory goes with it, so no interrupt may find `r` any more. */
void mount_request_forget(struct mount_request *r)
{
    fuse_req_interrupt_func(r->req, NULL, NULL);
    mount_watch_remove(r);
    ObDereferenceObject(r->thread);
}

void mount_request_end(struct mount_request *r)
{
    fuse_req_interrupt_func(r->req, NULL, NULL);
    set_current(NULL);
    mount_watch_remove(r);
    ke_self.interrupt = r->outer;
    ps_set_current(r->previous);
    ObDereferenceObject(r->thread);
}

bool mount_request_cut(struct mount_request *r)
{
    return ke_interrupt_fired(&r->interrupt);
}

int mount_errno(struct mount *mount, NTSTATUS status, int base_errno, enum io_errno_use use)
{
    if (NT_SUCCESS(status))
        return 0;
    if (base_errno != 0)
        return base_errno;
    int error = io_errno_of_status(status, use);
    /* V-029, V-124: ENOSYS would switch the operation off for ever, and the kernel knows errors up to 511 */
    if (error <= 0 || error > 511 || error == ENOSYS) {
        __atomic_add_fetch(&mount->statistics.unmapped_statuses, 1, __ATOMIC_RELAXED);
        error = error == ENOSYS ? EOPNOTSUPP : EIO;
    }
    return error;
}

struct io_transfer mount_transfer(struct mount_request *r, PFILE_OBJECT file)
{
    return (struct io_transfer){
        .file = file, .thread = r->thread, .mode = UserMode, .linux_side = &r->linux_side};
}
