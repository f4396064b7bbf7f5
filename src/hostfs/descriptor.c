/*
 * The descriptor of an object (V-176 to V-180): made from mode, owner and group, which are the truth; what they cannot say is
 * kept in an extended attribute, behind a record of the Linux state it was set with. Any thread, no lock: the state of this
 * moment is compared with the recorded one at every use, so whoever changes it another way makes the stored one void.
 */
#include "hostfs/hostfs.h"
#include "ntoskrnl/se/se.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_VERSION 2

/* Then the two ACLs as the kernel gives them, then the descriptor. */
struct record_header {
    uint32_t version;
    uint32_t mode, uid, gid;
    uint32_t access_acl, default_acl; /* bytes */
};

#define STORED_MOST 16384

static bool can_store(const struct io_node *node)
{
    return node->volume->xattrs && (S_ISREG(node->type) || S_ISDIR(node->type));
}

/* Appends an ACL to the record; false: it cannot be read, so nothing can be said of it. */
static bool record_acl(struct io_node *node, const char *attribute, char *record, size_t *at, uint32_t *bytes)
{
    ssize_t length = hostfs_getxattr(node->fd, attribute, record + *at, STORED_MOST - *at);
    *bytes = length > 0 ? (uint32_t)length : 0;
    *at += *bytes;
    return length >= 0 || length == -ENODATA || length == -EOPNOTSUPP;
}

/* Everything that a stored descriptor hangs on (V-180), in `record` of STORED_MOST bytes. Its length; 0: unknown. */
static size_t record_state(struct io_node *node, const struct statx *attributes, char *record)
{
    struct record_header header = {RECORD_VERSION, attributes->stx_mode, attributes->stx_uid, attributes->stx_gid, 0, 0};
    size_t length = sizeof header;
    if (!record_acl(node, "system.posix_acl_access", record, &length, &header.access_acl) ||
        (S_ISDIR(node->type) && !record_acl(node, "system.posix_acl_default", record, &length, &header.default_acl)))
        return 0;
    memcpy(record, &header, sizeof header);
    return length;
}

/* A copy of what is behind the record, if that is a descriptor. */
static NTSTATUS copy_descriptor(const char *stored, size_t bytes, PSECURITY_DESCRIPTOR *sd)
{
    *sd = ExAllocatePoolWithTag(PagedPool, bytes, 'dSsH');
    if (*sd == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(*sd, stored, bytes);
    if (RtlValidRelativeSecurityDescriptor(*sd, (ULONG)bytes, 0))
        return STATUS_SUCCESS;
    ExFreePool(*sd);
    *sd = NULL;
    return STATUS_NOT_FOUND;
}

/* STATUS_NOT_FOUND: there is none that still holds. */
static NTSTATUS load(struct io_node *node, const struct statx *attributes, PSECURITY_DESCRIPTOR *sd)
{
    NTSTATUS status = STATUS_NOT_FOUND;
    char *stored = malloc(2 * STORED_MOST), *record = stored + STORED_MOST;
    if (stored == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    ssize_t length = hostfs_getxattr(node->fd, HOSTFS_XATTR_SECURITY, stored, STORED_MOST);
    size_t recorded = length > 0 ? record_state(node, attributes, record) : 0;
    if (recorded != 0 && length > (ssize_t)recorded && memcmp(stored, record, recorded) == 0)
        status = copy_descriptor(stored + recorded, (size_t)length - recorded, sd);
    free(stored);
    return status;
}

NTSTATUS hostfs_descriptor_of(struct io_node *node, const struct statx *attributes, PSECURITY_DESCRIPTOR *sd)
{
    NTSTATUS status = can_store(node) ? load(node, attributes, sd) : STATUS_NOT_FOUND;
    if (status == STATUS_NOT_FOUND)
        status = se_descriptor_of_mode(attributes->stx_mode, attributes->stx_uid, attributes->stx_gid, sd);
    return status;
}

void hostfs_store_descriptor(struct io_node *node, PSECURITY_DESCRIPTOR sd)
{
    struct statx now;
    ULONG bytes = RtlLengthSecurityDescriptor(sd);
    char *stored = can_store(node) && hostfs_statx(node->fd, &now) == 0 ? malloc(STORED_MOST) : NULL;
    size_t recorded = stored ? record_state(node, &now, stored) : 0;
    if (recorded != 0 && bytes <= STORED_MOST - recorded) {
        memcpy(stored + recorded, sd, bytes);
        hostfs_setxattr(node->fd, HOSTFS_XATTR_SECURITY, stored, recorded + bytes, 0);
    }
    free(stored);
}
