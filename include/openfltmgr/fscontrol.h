/*
 * fscontrol.h: an NT file system control through a descriptor of a mount, for tools that test filters. Linux's own ioctls mean nothing on a
 * mount (ENOTTY, and no filter is asked); this one is IRP_MJ_FILE_SYSTEM_CONTROL of the open file, as NtFsControlFile would send it:
 *
 *     struct ofm_fs_control c = {.code = FSCTL_GET_REPARSE_POINT, .out_length = sizeof c.bytes};
 *     if (ioctl(fd, OFM_IOC_FS_CONTROL, &c) == 0 && c.status == 0)
 *         use(c.bytes, c.information);
 *
 * Plain C for Linux programs; needs no other header of this tree.
 */
#ifndef OPENFLTMGR_FSCONTROL_H
#define OPENFLTMGR_FSCONTROL_H

#include <linux/ioctl.h>
#include <stdint.h>

struct ofm_fs_control {
    uint32_t code;        /* in: FSCTL_..., a CTL_CODE */
    uint32_t in_length;   /* in: bytes of input, at most sizeof bytes */
    uint32_t out_length;  /* in: room for output in bytes, at most sizeof bytes */
    uint32_t status;      /* out: the NTSTATUS */
    uint64_t information; /* out: IoStatus.Information, the bytes of output when status is a success or a warning */
    uint8_t bytes[4072];  /* in: the input; out: the output */
};

/* 0 when the control was sent, whatever its status; -1 and
 *   EINVAL  a length is too large
 *   ENOTTY  not a file of a mount of openfltmgr
 *   EINTR   the caller is being killed
 * A code that wants FILE_READ_ACCESS or FILE_WRITE_ACCESS needs a descriptor that is open for reading or writing; else status is
 * STATUS_ACCESS_DENIED and no filter is asked. */
#define OFM_IOC_FS_CONTROL _IOWR(0xF1, 0x4E, struct ofm_fs_control)

#endif
