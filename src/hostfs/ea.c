/*
 * Extended attributes (V-170, V-171): an EA NAME is the user.* attribute whose name equals it without regard to case; the room's
 * own attributes, Samba's and streams are none. An EA of no length does not exist.
 */
#include "hostfs/hostfs.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define USER "user."
#define USER_LENGTH (sizeof USER - 1)
#define LIST_MOST 65536
#define VALUE_MOST 65535
#define NAME_MOST 254

/* ---- the names below ---- */

struct names {
    char *list;
    ssize_t length;
};

static int load_names(struct io_node *node, struct names *names)
{
    names->list = malloc(LIST_MOST);
    if (names->list == NULL)
        return -ENOMEM;
    names->length = hostfs_listxattr(node->fd, names->list, LIST_MOST);
    if (names->length >= 0)
        return 0;
    int error = (int)names->length;
    free(names->list);
    names->list = NULL;
    names->length = 0;
    return error == -EOPNOTSUPP || error == -EPERM ? 0 : error;
}

static const char *next_name(const struct names *names, const char *at)
{
    const char *next = at ? at + strlen(at) + 1 : names->list;
    return names->list && next < names->list + names->length ? next : NULL;
}

static bool is_legal(const char *name, size_t length)
{
    if (length == 0 || length > NAME_MOST)
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < 0x20 || strchr("\\/:*?\"<>|,+=[];", name[i]))
            return false;
    return true;
}

static bool is_ea(const char *attribute)
{
    if (strncmp(attribute, USER, USER_LENGTH) != 0 || hostfs_xattr_is_hidden(attribute) || strcmp(attribute, "user.DOSATTRIB") == 0 ||
        strncmp(attribute, HOSTFS_XATTR_STREAM, sizeof HOSTFS_XATTR_STREAM - 1) == 0)
        return false;
    return is_legal(attribute + USER_LENGTH, strlen(attribute + USER_LENGTH));
}

/* The attribute of an EA name; the front end's exact one first. `found` holds XATTR_NAME_MAX + 1 bytes. */
static bool find_attribute(const struct names *names, const struct io_operation *op, const char *name, size_t length, char *found)
{
    const struct io_linux *linux_side = op->linux_side;
    if (linux_side && (linux_side->have & IO_LINUX_XATTR) && is_ea(linux_side->xattr_name) &&
        strlen(linux_side->xattr_name) == length + USER_LENGTH && strncasecmp(linux_side->xattr_name + USER_LENGTH, name, length) == 0) {
        strcpy(found, linux_side->xattr_name);
        return true;
    }
    for (const char *at = next_name(names, NULL); at; at = next_name(names, at))
        if (is_ea(at) && strlen(at) == length + USER_LENGTH && strncasecmp(at + USER_LENGTH, name, length) == 0) {
            strcpy(found, at);
            return true;
        }
    return false;
}

/* ---- sizes ---- */

static ULONG entry_size(size_t name, size_t value)
{
    return (ULONG)(FIELD_OFFSET(FILE_FULL_EA_INFORMATION, EaName) + name + 1 + value);
}

LONGLONG hostfs_ea_size(struct io_node *node)
{
    struct names names = {0};
    LONGLONG size = 0;
    if ((!S_ISREG(node->type) && !S_ISDIR(node->type)) || load_names(node, &names) < 0)
        return 0;
    for (const char *at = next_name(&names, NULL); at; at = next_name(&names, at)) {
        ssize_t value = is_ea(at) ? hostfs_getxattr(node->fd, at, NULL, 0) : 0;
        if (value > 0)
            size += entry_size(strlen(at) - USER_LENGTH, (size_t)value);
    }
    free(names.list);
    return size ? size + 4 : 0;
}

/* ---- querying ---- */

struct listing {
    char *buffer, *value;
    ULONG length, used, last;
    ULONG entries;
};

enum { FULL = 1 };

static int put_entry(struct listing *out, const char *name, size_t name_length, const char *value, size_t value_length)
{
    ULONG at = (out->used + 3) & ~3u, size = entry_size(name_length, value_length);
    if (at > out->length || size > out->length - at)
        return FULL;
    PFILE_FULL_EA_INFORMATION entry = (void *)(out->buffer + at);
    entry->NextEntryOffset = 0;
    entry->Flags = 0;
    entry->EaNameLength = (UCHAR)name_length;
    entry->EaValueLength = (USHORT)value_length;
    for (size_t i = 0; i < name_length; i++)
        entry->EaName[i] = (CHAR)toupper((unsigned char)name[i]);
    entry->EaName[name_length] = '\0';
    memcpy(entry->EaName + name_length + 1, value, value_length);
    if (out->entries++)
        ((PFILE_FULL_EA_INFORMATION)(void *)(out->buffer + out->last))->NextEntryOffset = at - out->last;
    out->last = at;
    out->used = at + size;
    return 0;
}

static NTSTATUS query_listed(struct hostfs_ccb *ccb, struct io_operation *op, const struct names *names, struct listing *out)
{
    const char *list = op->iopb.Parameters.QueryEa.EaList;
    ULONG left = op->iopb.Parameters.QueryEa.EaListLength;
    for (;;) {
        const FILE_GET_EA_INFORMATION *wanted = (const void *)list;
        char attribute[256];
        if (left < sizeof *wanted || left < (ULONG)FIELD_OFFSET(FILE_GET_EA_INFORMATION, EaName) + wanted->EaNameLength)
            return STATUS_EA_LIST_INCONSISTENT;
        if (!is_legal(wanted->EaName, wanted->EaNameLength))
            return STATUS_INVALID_EA_NAME;
        bool found = find_attribute(names, op, wanted->EaName, wanted->EaNameLength, attribute);
        ssize_t value = found ? hostfs_getxattr(ccb->node->fd, attribute, out->value, VALUE_MOST) : 0;
        if (put_entry(out, wanted->EaName, wanted->EaNameLength, out->value, value > 0 ? (size_t)value : 0) == FULL)
            return out->entries ? STATUS_BUFFER_OVERFLOW : STATUS_BUFFER_TOO_SMALL;
        if (wanted->NextEntryOffset == 0 || (op->iopb.OperationFlags & SL_RETURN_SINGLE_ENTRY))
            return STATUS_SUCCESS;
        if (wanted->NextEntryOffset > left)
            return STATUS_EA_LIST_INCONSISTENT;
        list += wanted->NextEntryOffset;
        left -= wanted->NextEntryOffset;
    }
}

static NTSTATUS query_all(struct hostfs_ccb *ccb, struct io_operation *op, const struct names *names, struct listing *out)
{
    ULONG index = 0, first = op->iopb.OperationFlags & SL_RESTART_SCAN ? 0 : ccb->ea_index;
    bool any = false;
    if (op->iopb.OperationFlags & SL_INDEX_SPECIFIED)
        first = op->iopb.Parameters.QueryEa.EaIndex ? op->iopb.Parameters.QueryEa.EaIndex - 1 : 0;
    for (const char *at = next_name(names, NULL); at; at = next_name(names, at)) {
        ssize_t value = is_ea(at) ? hostfs_getxattr(ccb->node->fd, at, out->value, VALUE_MOST) : 0;
        if (value <= 0)
            continue;
        any = true;
        if (index++ < first)
            continue;
        if (put_entry(out, at + USER_LENGTH, strlen(at + USER_LENGTH), out->value, (size_t)value) == FULL)
            return out->entries ? STATUS_BUFFER_OVERFLOW : STATUS_BUFFER_TOO_SMALL;
        ccb->ea_index = index;
        if (op->iopb.OperationFlags & SL_RETURN_SINGLE_ENTRY)
            break;
    }
    return out->entries ? STATUS_SUCCESS : any ? STATUS_NO_MORE_EAS : STATUS_NO_EAS_ON_FILE;
}

NTSTATUS hostfs_query_ea(struct hostfs_ccb *ccb, struct io_operation *op)
{
    struct names names = {0};
    struct listing out = {.buffer = hostfs_buffer(op->iopb.Parameters.QueryEa.MdlAddress, op->iopb.Parameters.QueryEa.EaBuffer),
        .length = op->iopb.Parameters.QueryEa.Length};
    if (ccb->node == NULL)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    if (!ccb->volume->xattrs)
        return hostfs_done(op, STATUS_EAS_NOT_SUPPORTED, 0);
    out.value = malloc(VALUE_MOST);
    int error = out.value ? load_names(ccb->node, &names) : -ENOMEM;
    NTSTATUS status = STATUS_SUCCESS;
    if (error == 0)
        status = op->iopb.Parameters.QueryEa.EaList ? query_listed(ccb, op, &names, &out) : query_all(ccb, op, &names, &out);
    free(names.list);
    free(out.value);
    return error < 0 ? hostfs_fail(op, error, IO_ERRNO_XATTR) : hostfs_done(op, status, out.used);
}

/* ---- setting ---- */

static NTSTATUS check_list(const char *list, ULONG length, ULONG *error_offset)
{
    for (ULONG at = 0;;) {
        const FILE_FULL_EA_INFORMATION *entry = (const void *)(list + at);
        *error_offset = at;
        if (length - at < FIELD_OFFSET(FILE_FULL_EA_INFORMATION, EaName) ||
            length - at < entry_size(entry->EaNameLength, entry->EaValueLength))
            return STATUS_EA_LIST_INCONSISTENT;
        if (!is_legal(entry->EaName, entry->EaNameLength) || entry->EaName[entry->EaNameLength] != '\0')
            return STATUS_INVALID_EA_NAME;
        if (entry->NextEntryOffset == 0)
            return STATUS_SUCCESS;
        if (entry->NextEntryOffset & 3 || entry->NextEntryOffset > length - at)
            return STATUS_EA_LIST_INCONSISTENT;
        at += entry->NextEntryOffset;
    }
}

static int set_one(struct io_node *node, const struct names *names, const struct io_operation *op, const FILE_FULL_EA_INFORMATION *entry)
{
    char attribute[USER_LENGTH + NAME_MOST + 2];
    bool known = find_attribute(names, op, entry->EaName, entry->EaNameLength, attribute);
    bool exact = op->linux_side && (op->linux_side->have & IO_LINUX_XATTR);
    if (!known) {
        memcpy(attribute, USER, USER_LENGTH);
        for (unsigned i = 0; i < entry->EaNameLength; i++)
            attribute[USER_LENGTH + i] = (char)toupper((unsigned char)entry->EaName[i]);
        attribute[USER_LENGTH + entry->EaNameLength] = '\0';
    }
    if (entry->EaValueLength == 0) {
        int error = hostfs_removexattr(node->fd, attribute);
        return error == -ENODATA && !exact ? 0 : error;
    }
    return hostfs_setxattr(node->fd, attribute, entry->EaName + entry->EaNameLength + 1, entry->EaValueLength,
        exact ? op->linux_side->xattr_flags : 0);
}

NTSTATUS hostfs_store_ea_list(struct io_node *node, const void *list, ULONG length, struct io_operation *op)
{
    struct names names = {0};
    ULONG offset = 0;
    if (!node->volume->xattrs)
        return hostfs_done(op, STATUS_EAS_NOT_SUPPORTED, 0);
    NTSTATUS status = list ? check_list(list, length, &offset) : STATUS_EA_LIST_INCONSISTENT;
    if (status != STATUS_SUCCESS)
        return hostfs_done(op, status, offset);
    int error = load_names(node, &names);
    for (const char *at = list; error == 0;) {
        const FILE_FULL_EA_INFORMATION *entry = (const void *)at;
        error = set_one(node, &names, op, entry);
        if (entry->NextEntryOffset == 0)
            break;
        at += entry->NextEntryOffset;
    }
    free(names.list);
    return error < 0 ? hostfs_fail(op, error, IO_ERRNO_XATTR) : STATUS_SUCCESS;
}

NTSTATUS hostfs_set_ea(struct hostfs_ccb *ccb, struct io_operation *op)
{
    if (ccb->node == NULL)
        return hostfs_done(op, STATUS_INVALID_PARAMETER, 0);
    if (ccb->volume->read_only)
        return hostfs_fail(op, EROFS, IO_ERRNO_PLAIN);
    NTSTATUS status = hostfs_store_ea_list(ccb->node, hostfs_buffer(op->iopb.Parameters.SetEa.MdlAddress,
        op->iopb.Parameters.SetEa.EaBuffer), op->iopb.Parameters.SetEa.Length, op);
    if (status != STATUS_SUCCESS)
        return status;
    hostfs_notify(ccb->node, FILE_NOTIFY_CHANGE_EA, FILE_ACTION_MODIFIED);
    return hostfs_done(op, STATUS_SUCCESS, 0);
}
