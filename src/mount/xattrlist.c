/* LISTXATTR as filters show it: the base's names without those whose EA or stream filters left out, and with
 * those they added (V-165, V-170). */
#include "mount/inner.h"

#include <errno.h>
#include <limits.h>
#include <strings.h>

#define ROOM 65536u
#define STREAM_PREFIX "user.DosStream."

struct names {
    char *text;
    size_t length, room;
};

static bool has(const struct names *names, const char *name, int (*compare)(const char *, const char *))
{
    for (size_t at = 0; at < names->length; at += strlen(names->text + at) + 1)
        if (compare(names->text + at, name) == 0)
            return true;
    return false;
}

static void add(struct names *names, const char *prefix, const char *name, size_t length)
{
    size_t before = strlen(prefix);

    if (names->length + before + length + 1 > names->room)
        return;
    memcpy(names->text + names->length, prefix, before);
    memcpy(names->text + names->length + before, name, length);
    names->text[names->length + before + length] = 0;
    names->length += before + length + 1;
}

/* ---- what filters tell ---- */

/* "user.NAME" of each EA; false: an entry does not fit the answer. */
static bool take_eas(struct names *told, const uint8_t *buffer, size_t size)
{
    const size_t fixed = offsetof(FILE_FULL_EA_INFORMATION, EaName);

    for (size_t at = 0; size - at >= fixed;) {
        const FILE_FULL_EA_INFORMATION *ea = (const void *)(buffer + at);
        if (size - at < fixed + ea->EaNameLength + 1u || memchr(ea->EaName, 0, ea->EaNameLength) != NULL)
            return false;
        add(told, "user.", ea->EaName, ea->EaNameLength);
        if (ea->NextEntryOffset == 0)
            return true;
        if (ea->NextEntryOffset < fixed || ea->NextEntryOffset > size - at)
            return false;
        at += ea->NextEntryOffset;
    }
    return size == 0;
}

/* "user.DosStream.NAME:$DATA" of each but the unnamed one. */
static bool take_streams(struct mount *mount, struct names *told, const uint8_t *buffer, size_t size)
{
    const size_t fixed = offsetof(FILE_STREAM_INFORMATION, StreamName);

    for (size_t at = 0; size - at >= fixed;) {
        const FILE_STREAM_INFORMATION *s = (const void *)(buffer + at);
        size_t units = s->StreamNameLength / sizeof(WCHAR), end = units;
        char name[NAME_MAX + 8];
        if (s->StreamNameLength > size - at - fixed)
            return false;
        while (end > 1 && s->StreamName[end - 1] != u':')
            end--;
        if (end > 2 && end - 2 <= NAME_MAX && s->StreamName[0] == u':' &&
            mount->volume->ops->name_from_nt((const char16_t *)s->StreamName + 1, end - 2, name)) {
            strcat(name, ":$DATA");
            add(told, STREAM_PREFIX, name, strlen(name));
        }
        if (s->NextEntryOffset == 0)
            return true;
        if (s->NextEntryOffset < fixed || s->NextEntryOffset > size - at)
            return false;
        at += s->NextEntryOffset;
    }
    return size == 0;
}

static bool is_none(NTSTATUS status)
{
    return status == STATUS_NO_EAS_ON_FILE || status == STATUS_NO_MORE_EAS || status == STATUS_END_OF_FILE ||
           status == STATUS_EAS_NOT_SUPPORTED || status == STATUS_NOT_SUPPORTED ||
           status == STATUS_INVALID_PARAMETER || status == STATUS_INVALID_DEVICE_REQUEST;
}

static int ask_eas(struct mount_request *r, PFILE_OBJECT file, uint8_t *buffer, struct names *told)
{
    struct io_transfer t = mount_transfer(r, file);
    NTSTATUS status = io_query_ea(&t, buffer, ROOM, NULL, 0, SL_RESTART_SCAN);

    if (is_none(status))
        return 0;
    int error = status == STATUS_BUFFER_OVERFLOW
                    ? E2BIG
                    : mount_errno(r->mount, status, t.base_errno, IO_ERRNO_XATTR);
    if (error == 0 && !take_eas(told, buffer, t.iosb.Information < ROOM ? t.iosb.Information : ROOM))
        error = EIO;
    return error;
}

static int ask_streams(struct mount_request *r, PFILE_OBJECT file, uint8_t *buffer, struct names *told)
{
    struct io_transfer t = mount_transfer(r, file);
    NTSTATUS status = io_query_information(&t, FileStreamInformation, buffer, ROOM);

    if (is_none(status))
        return 0;
    int error = status == STATUS_BUFFER_OVERFLOW
                    ? E2BIG
                    : mount_errno(r->mount, status, t.base_errno, IO_ERRNO_PLAIN);
    if (error == 0 &&
        !take_streams(r->mount, told, buffer, t.iosb.Information < ROOM ? t.iosb.Information : ROOM))
        error = EIO;
    return error;
}

/* ---- both together ---- */

/* An attribute without a value is no EA: nobody can have left it out. */
static bool is_empty(struct mount *mount, struct mount_node *node, const char *name)
{
    ssize_t length = 0;

    return mount->volume->ops->node_getxattr(node->io, name, NULL, 0, &length) == 0 &&
           (length == 0 || length > 65535);
}

static bool stays(struct mount *mount, struct mount_node *node, const char *name, const struct names *told,
    bool eas, bool streams)
{
    if (mount_stream_of(name) != NULL)
        return !streams || has(told, name, strcasecmp);
    if (mount_ea_of(name) != NULL)
        return !eas || has(told, name, strcasecmp) || is_empty(mount, node, name);
    return true;
}

static void merge(struct mount *mount, struct mount_node *node, struct names *names, const struct names *told,
    bool eas, bool streams)
{
    size_t kept = 0;

    for (size_t at = 0; at < names->length;) {
        size_t length = strlen(names->text + at) + 1;
        if (stays(mount, node, names->text + at, told, eas, streams)) {
            memmove(names->text + kept, names->text + at, length);
            kept += length;
        }
        at += length;
    }
    names->length = kept;
    for (size_t at = 0; at < told->length; at += strlen(told->text + at) + 1)
        if (!has(names, told->text + at, strcasecmp))
            add(names, "", told->text + at, strlen(told->text + at));
}

int mount_list_filter(
    struct mount_request *r, struct mount_node *node, char *list, size_t size, size_t *length)
{
    struct io_volume *volume = r->mount->volume;
    bool eas = io_volume_wants(volume, IRP_MJ_QUERY_EA),
         streams = io_volume_wants(volume, IRP_MJ_QUERY_INFORMATION);
    struct mount_open open = {.node = node,
        .access = FILE_READ_ATTRIBUTES | (eas ? FILE_READ_EA : 0) | SYNCHRONIZE,
        .disposition = FILE_OPEN,
        .options = MOUNT_OPTIONS,
        .share = MOUNT_SHARE_ALL};
    uint8_t *buffer = malloc(2 * ROOM);
    PFILE_OBJECT file;

    int error = buffer != NULL ? mount_create_file(r, &open, IO_ERRNO_XATTR, &file, NULL) : ENOMEM;
    if (error == 0) {
        struct names told = {(char *)buffer + ROOM, 0, ROOM}, names = {list, *length, size};
        if (eas)
            error = ask_eas(r, file, buffer, &told);
        if (error == 0 && streams)
            error = ask_streams(r, file, buffer, &told);
        mount_close_file(r, file);
        if (error == 0)
            merge(r->mount, node, &names, &told, eas, streams);
        *length = names.length;
    }
    free(buffer);
    return error;
}
