/* Where an open goes on after STATUS_REPARSE: a new name from a filter (V-119), the target of a link or mount point (V-121). At
 * most 63 times, and never out of the volume by a link. */
#include "ntoskrnl/io/create.h"

#include <stdlib.h>
#include <string.h>

#define MOST_REPARSES 63

/* The target of a symbolic link or mount point and what followed it in the name. Relative targets stay in the link's
 * directory. */
static NTSTATUS link_target(struct creation *c, PFLT_TAG_DATA_BUFFER tag, PUNICODE_STRING path)
{
    UNICODE_STRING target;
    bool relative = false;
    if (tag->FileTag == IO_REPARSE_TAG_SYMLINK) {
        target.Buffer = tag->SymbolicLinkReparseBuffer.PathBuffer + tag->SymbolicLinkReparseBuffer.SubstituteNameOffset / 2;
        target.Length = tag->SymbolicLinkReparseBuffer.SubstituteNameLength;
        relative = tag->SymbolicLinkReparseBuffer.Flags & SYMLINK_FLAG_RELATIVE;
    } else {
        target.Buffer = tag->MountPointReparseBuffer.PathBuffer + tag->MountPointReparseBuffer.SubstituteNameOffset / 2;
        target.Length = tag->MountPointReparseBuffer.SubstituteNameLength;
    }
    UNICODE_STRING name = c->file->object.FileName, before = {0};
    if (tag->UnparsedNameLength > name.Length)
        return STATUS_IO_REPARSE_DATA_INVALID;
    UNICODE_STRING after = {tag->UnparsedNameLength, tag->UnparsedNameLength,
        name.Buffer + (name.Length - tag->UnparsedNameLength) / sizeof(WCHAR)};
    if (relative) {
        before = name;
        before.Length -= tag->UnparsedNameLength;
        while (before.Length && before.Buffer[before.Length / 2 - 1] == '\\')
            before.Length -= 2;
        while (before.Length && before.Buffer[before.Length / 2 - 1] != '\\')
            before.Length -= 2;
    }
    size_t bytes = (size_t)before.Length + target.Length + after.Length + 2 * sizeof(WCHAR);
    if (bytes > 65534)
        return STATUS_NAME_TOO_LONG;
    path->Buffer = malloc(bytes);
    if (!path->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    path->MaximumLength = (USHORT)bytes;
    path->Length = 0;
    RtlAppendUnicodeStringToString(path, &before);
    RtlAppendUnicodeStringToString(path, &target);
    if (after.Length && after.Buffer[0] != '\\')
        RtlAppendUnicodeToString(path, u"\\");
    RtlAppendUnicodeStringToString(path, &after);
    return STATUS_SUCCESS;
}

/* Removes "." and ".." of a volume-relative path; going above the root is an escape. */
static NTSTATUS fold_dots(PUNICODE_STRING path)
{
    WCHAR *text = path->Buffer;
    unsigned length = path->Length / sizeof(WCHAR), out = 0;
    for (unsigned i = 0; i < length;) {
        unsigned end = i + 1;
        while (end < length && text[end] != '\\')
            end++;
        unsigned size = end - i; /* with its leading backslash */
        if (size == 3 && text[i + 1] == '.' && text[i + 2] == '.') {
            if (!out)
                return STATUS_ACCESS_DENIED;
            while (out && text[--out] != '\\')
                ;
        } else if (!(size == 2 && text[i + 1] == '.') && size > 1) {
            memmove(text + out, text + i, size * sizeof(WCHAR));
            out += size;
        }
        i = end;
    }
    if (!out)
        text[out++] = '\\';
    path->Length = (USHORT)(out * sizeof(WCHAR));
    return STATUS_SUCCESS;
}

/* Names of the object name space begin so; any other absolute target stands under the volume's root (V-158). */
static bool is_object_name(PCUNICODE_STRING path)
{
    static const UNICODE_STRING roots[] = {RTL_CONSTANT_STRING(u"\\??\\"), RTL_CONSTANT_STRING(u"\\Device\\"),
        RTL_CONSTANT_STRING(u"\\DosDevices\\"), RTL_CONSTANT_STRING(u"\\GLOBAL??\\")};
    for (size_t i = 0; i < RTL_NUMBER_OF(roots); i++)
        if (RtlPrefixUnicodeString(&roots[i], path, TRUE))
            return true;
    return false;
}

static NTSTATUS move_to_link_target(struct creation *c, PFLT_TAG_DATA_BUFFER tag)
{
    if (c->request.io_flags & IO_STOP_ON_SYMLINK)
        return STATUS_STOPPED_ON_SYMLINK;
    if (tag->FileTag != IO_REPARSE_TAG_SYMLINK && tag->FileTag != IO_REPARSE_TAG_MOUNT_POINT)
        return STATUS_IO_REPARSE_TAG_NOT_HANDLED;
    UNICODE_STRING path = {0};
    NTSTATUS status = link_target(c, tag, &path);
    bool relative = tag->FileTag == IO_REPARSE_TAG_SYMLINK && (tag->SymbolicLinkReparseBuffer.Flags & SYMLINK_FLAG_RELATIVE);
    if (NT_SUCCESS(status) && !relative && !is_object_name(&path))
        relative = true;
    if (NT_SUCCESS(status) && relative)
        status = fold_dots(&path);
    PFILE_OBJECT related = NULL;
    if (NT_SUCCESS(status) && relative && path.Length && path.Buffer[0] != '\\')
        related = c->file->object.RelatedFileObject;
    if (NT_SUCCESS(status) && relative) {
        struct io_volume *volume = c->volume;
        io_volume_reference(volume);
        if (related)
            ObReferenceObject(related);
        io_creation_drop_place(c);
        c->volume = volume;
        c->related = related;
        c->path = path;
        return status;
    }
    if (NT_SUCCESS(status)) { /* absolute: confined to the volume it was found on (V-121) */
        struct io_volume *from = c->volume;
        io_volume_reference(from);
        io_creation_drop_place(c);
        OBJECT_ATTRIBUTES oa;
        InitializeObjectAttributes(&oa, &path, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
        status = io_creation_take_named(c, &oa);
        if (NT_SUCCESS(status) && c->volume != from)
            status = STATUS_ACCESS_DENIED;
        io_volume_release(from);
    }
    io_free_string(&path);
    return status;
}

/* V-119: a filter put another full name into the file object. */
static NTSTATUS move_to_new_name(struct creation *c)
{
    UNICODE_STRING name;
    c->redirected = true;
    NTSTATUS status = io_copy_string(&c->file->object.FileName, &name);
    if (!NT_SUCCESS(status))
        return status;
    struct io_volume *from = c->volume;
    io_volume_reference(from);
    io_creation_drop_place(c);
    OBJECT_ATTRIBUTES oa;
    InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    status = io_creation_take_named(c, &oa);
    if (NT_SUCCESS(status) && c->request.start_below && c->volume != from)
        status = STATUS_INVALID_DEVICE_OBJECT_PARAMETER; /* F-346: without a target the levels below are another volume's */
    io_volume_release(from);
    io_free_string(&name);
    return status;
}

NTSTATUS io_creation_reparse(struct creation *c)
{
    struct io_operation *op = c->op;
    if (++c->reparses > MOST_REPARSES)
        return STATUS_REPARSE_POINT_NOT_RESOLVED;
    c->request.linux_side = NULL; /* its node is another object's now */
    if (op->iosb.Information == IO_REPARSE || op->iosb.Information == IO_REMOUNT)
        return move_to_new_name(c);
    if (!op->tag_data)
        return STATUS_IO_REPARSE_DATA_INVALID;
    return move_to_link_target(c, op->tag_data);
}
