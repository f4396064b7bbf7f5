/*
 * Attributes that say who may do what: POSIX ACLs and Samba's security.NTACL are security operations to
 * filters (V-172). What is stored is the attribute as it came, unless a filter changed the descriptor that
 * stands for it.
 */
#include "mount/inner.h"
#include "ntoskrnl/se/se.h"

#include <endian.h>
#include <errno.h>

bool mount_is_security(const char *attribute)
{
    return strcmp(attribute, "system.posix_acl_access") == 0 ||
           strcmp(attribute, "system.posix_acl_default") == 0 || strcmp(attribute, "security.NTACL") == 0;
}

/* ---- what stands for it ---- */

/* The layout of system.posix_acl_*: a version, then entries. */
enum { ACL_VERSION = 2, TAG_OWNER = 1, TAG_GROUP = 4, TAG_MASK = 0x10, TAG_OTHER = 0x20 };

struct acl_entry {
    uint16_t tag, rights;
    uint32_t id;
};

/* The mode bits that the ACL means: what named users and groups get beyond them is in the attribute alone. */
static bool mode_of_acl(const void *value, size_t size, mode_t *mode)
{
    const struct acl_entry *entry = (const void *)((const char *)value + sizeof(uint32_t));
    mode_t bits[3] = {0};
    bool masked = false;

    if (size < sizeof(uint32_t) || (size - sizeof(uint32_t)) % sizeof *entry != 0)
        return false;
    for (size_t n = (size - sizeof(uint32_t)) / sizeof *entry; n > 0; n--, entry++) {
        uint16_t tag = le16toh(entry->tag), rights = le16toh(entry->rights) & 7;
        if (tag == TAG_OWNER)
            bits[0] = rights;
        else if (tag == TAG_OTHER)
            bits[2] = rights;
        else if (tag == TAG_MASK || (tag == TAG_GROUP && !masked))
            bits[1] = rights, masked |= tag == TAG_MASK;
    }
    *mode = (*mode & ~(mode_t)0777) | bits[0] << 6 | bits[1] << 3 | bits[2];
    return true;
}

/* Samba's blob ends in a self-relative descriptor at a multiple of four. */
static PSECURITY_DESCRIPTOR descriptor_in(const void *value, size_t size)
{
    for (size_t at = 4; at + sizeof(SECURITY_DESCRIPTOR_RELATIVE) <= size; at += 4) {
        PSECURITY_DESCRIPTOR sd = (char *)value + at;
        if (RtlValidRelativeSecurityDescriptor(sd, (ULONG)(size - at), DACL_SECURITY_INFORMATION))
            return sd;
    }
    return NULL;
}

/* ExFreePool. */
static PSECURITY_DESCRIPTOR copy_of(PSECURITY_DESCRIPTOR sd)
{
    ULONG length = RtlLengthSecurityDescriptor(sd);
    PSECURITY_DESCRIPTOR copy = ExAllocatePoolWithTag(PagedPool, length, 'dStM');

    if (copy != NULL)
        memcpy(copy, sd, length);
    return copy;
}

static int describe(
    PFILE_OBJECT file, const char *attribute, const void *value, size_t size, PSECURITY_DESCRIPTOR *sd)
{
    struct stat st;
    int error = -mount_file_stat(file, &st);

    if (error != 0)
        return error;
    PSECURITY_DESCRIPTOR given =
        value != NULL && strcmp(attribute, "security.NTACL") == 0 ? descriptor_in(value, size) : NULL;
    if (given != NULL) {
        *sd = copy_of(given);
        return *sd != NULL ? 0 : ENOMEM;
    }
    if (value != NULL && strcmp(attribute, "system.posix_acl_access") == 0 &&
        !mode_of_acl(value, size, &st.st_mode))
        return EINVAL;
    return NT_SUCCESS(se_descriptor_of_mode(st.st_mode, st.st_uid, st.st_gid, sd)) ? 0 : ENOMEM;
}

/* ---- setting and reading ---- */

static int open_for(struct mount_request *r, struct mount_node *node, ACCESS_MASK access, PFILE_OBJECT *file)
{
    struct mount_open open = {.node = node,
        .access = access | SYNCHRONIZE,
        .disposition = FILE_OPEN,
        .options = MOUNT_OPTIONS,
        .share = MOUNT_SHARE_ALL};

    return mount_create_file(r, &open, IO_ERRNO_OWNER, file, NULL);
}

int mount_security_set(struct mount_request *r, struct mount_node *node, const char *attribute,
    const void *value, size_t size, int flags)
{
    struct io_linux side;
    PSECURITY_DESCRIPTOR sd = NULL, passed;
    PFILE_OBJECT file;
    int error = open_for(r, node, WRITE_DAC | READ_CONTROL, &file);

    if (error != 0)
        return error;
    error = describe(file, attribute, value, size, &sd);
    passed = error == 0 ? copy_of(sd) : NULL;
    if (error == 0 && passed == NULL)
        error = ENOMEM;
    if (error == 0) {
        struct io_transfer t = mount_transfer(r, file);
        side = r->linux_side;
        side.have |= IO_LINUX_SECURITY;
        side.xattr_name = attribute;
        side.xattr_value = value;
        side.xattr_size = size;
        side.xattr_flags = flags;
        side.descriptor = sd;
        t.linux_side = &side;
        NTSTATUS status = io_set_security(&t, DACL_SECURITY_INFORMATION, passed);
        error = mount_errno(r->mount, status, t.base_errno, IO_ERRNO_OWNER);
    }
    if (passed != NULL)
        ExFreePool(passed);
    if (sd != NULL)
        ExFreePool(sd);
    mount_close_file(r, file);
    return error;
}

int mount_security_ask(struct mount_request *r, struct mount_node *node)
{
    uint8_t room[1024];
    PFILE_OBJECT file;
    int error = open_for(r, node, READ_CONTROL, &file);

    if (error != 0)
        return error;
    struct io_transfer t = mount_transfer(r, file);
    NTSTATUS status =
        io_query_security(&t, DACL_SECURITY_INFORMATION, (PSECURITY_DESCRIPTOR)room, sizeof room);
    mount_close_file(r, file);
    if (status == STATUS_BUFFER_OVERFLOW || status == STATUS_BUFFER_TOO_SMALL)
        return 0; /* a long one: it may be read all the same */
    return mount_errno(r->mount, status, t.base_errno, IO_ERRNO_PLAIN);
}
