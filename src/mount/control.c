/*
 * IOCTL: the one of ours is IRP_MJ_FILE_SYSTEM_CONTROL of the open file, for test tools; any other is ENOTTY
 * without an event (V-087). And the opens that the kernel makes of its own for an ioctl that it knows
 * (V-050). Any worker, for the request it serves.
 */
#include "mount/inner.h"

#include <openfltmgr/fscontrol.h>

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>

/* ---- our own ---- */

/* What the I/O manager asks of a handle before anybody sees the control. */
static bool may_send(PFILE_OBJECT file, ULONG code)
{
    ULONG access = code >> 14 & 3;

    return (!(access & FILE_READ_ACCESS) || file->ReadAccess) &&
           (!(access & FILE_WRITE_ACCESS) || file->WriteAccess);
}

/* `c` is the thread's buffer, and so is the copy of the input behind it: user memory to drivers, as
 * METHOD_NEITHER needs. */
static void send(struct mount_request *r, PFILE_OBJECT file, struct ofm_fs_control *c)
{
    uint8_t *in = (uint8_t *)(c + 1);
    ULONG in_length = c->in_length, out_length = c->out_length;

    if (!may_send(file, c->code)) {
        c->status = (uint32_t)STATUS_ACCESS_DENIED;
        return;
    }
    memcpy(in, c->bytes, in_length);
    memset(c->bytes, 0, sizeof c->bytes);
    struct io_transfer t = mount_transfer(r, file);
    c->status = (uint32_t)io_fs_control(
        &t, c->code, in_length != 0 ? in : NULL, in_length, out_length != 0 ? c->bytes : NULL, out_length);
    c->information = t.iosb.Information;
}

void mount_op_ioctl(fuse_req_t req, fuse_ino_t ino, unsigned command, void *argument,
    struct fuse_file_info *fi, unsigned flags, const void *in, size_t in_size, size_t out_size)
{
    struct ofm_fs_control *c = NULL;
    int error = ENOTTY; /* never ENOSYS (V-087) */
    struct mount_request r;

    (void)ino, (void)argument, (void)flags;
    if (command == OFM_IOC_FS_CONTROL && in_size == sizeof *c && out_size == sizeof *c) {
        c = mount_thread_buffer(2 * sizeof *c);
        error = c != NULL ? 0 : ENOMEM;
    }
    if (error == 0) {
        memcpy(c, in, sizeof *c);
        if (c->in_length > sizeof c->bytes || c->out_length > sizeof c->bytes)
            error = EINVAL;
    }
    if (error == 0) {
        mount_request_begin(&r, req);
        send(&r, mount_file_of(fi)->object, c);
        error = mount_request_cut(&r) ? EINTR : 0;
        mount_request_end(&r);
    }
    if (error != 0)
        fuse_reply_err(req, error);
    else
        fuse_reply_ioctl(req, 0, c, sizeof *c);
}

/* ---- the kernel's ---- */

/* A caller that has sent its request is asleep soon: looked at about ten milliseconds, longer each time. */
#define LOOKS 9
#define FIRST_PAUSE_NS 20000L

static bool reads_flags(long call)
{
    /* 54 is ioctl of 32-bit programs on x86 and arm, and opens nothing elsewhere; 468 and 469 are
     * file_getattr and file_setattr */
    return call == SYS_ioctl || call == 54 || call == 468 || call == 469;
}

bool mount_is_private_open(struct mount_request *r, int flags)
{
    struct timespec pause = {.tv_nsec = FIRST_PAUSE_NS};
    enum ps_system_call known;
    long call = -1;

    if (flags != 0) /* open(2) of a 64-bit program, and openat, say O_LARGEFILE at least */
        return false;
    for (int i = 0; (known = ps_thread_system_call(r->thread, &call)) == PS_CALL_RUNNING && i < LOOKS; i++) {
        ke_about_to_sleep();
        nanosleep(&pause, NULL);
        pause.tv_nsec *= 2;
    }
    return known == PS_CALL_KNOWN && reads_flags(call);
}
