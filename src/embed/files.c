/* Volumes, users and files for an embedding program. */
#include "embed/embed.h"

#include "fltmgr/volume.h"
#include "hostfs/volume.h"
#include "mount/mount.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"
#include "ntoskrnl/ps/ps.h"
#include "rtl/utf.h"
#include "rtl/hot.h"

#include <stdlib.h>
#include <unistd.h>
#include <string.h>

/* ---- volumes ---- */

static ofm_volume *wrap(struct io_volume *io)
{
    ofm_volume *volume = calloc(1, sizeof *volume);

    if (volume == NULL)
        return NULL;
    volume->io = io;
    rtl_utf16_to_utf8(volume->name, sizeof volume->name - 1, (const char16_t *)io->device_name.Buffer,
        io->device_name.Length / sizeof(WCHAR), NULL);
    return volume;
}

NTSTATUS ofm_volume_add_directory(const char *directory, const char *dos_name, ofm_volume **volume)
{
    struct io_volume_options options = {.dos_name = dos_name, .file_system_type = FLT_FSTYPE_NTFS};
    struct io_volume *io;

    *volume = NULL;
    NTSTATUS status = hostfs_volume_create(directory, &options, &io);
    if (!NT_SUCCESS(status))
        return status;
    *volume = wrap(io);
    return *volume != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS ofm_volume_remove(ofm_volume *volume, int force)
{
    NTSTATUS status = io_volume_dismount(volume->io, force);

    if (NT_SUCCESS(status) || force)
        free(volume);
    return status;
}

const char *ofm_volume_name(const ofm_volume *volume)
{
    return volume->name;
}

NTSTATUS ofm_volume_object(ofm_volume *volume, PFLT_VOLUME *object)
{
    *object = flt_volume_of(volume->io);
    return FltObjectReference(*object);
}

NTSTATUS ofm_mount_volume(ofm_volume *volume, const char *point, ofm_mount **mount)
{
    return ofm_mount_volume_cached(volume, point, "auto", mount);
}

NTSTATUS ofm_mount_volume_cached(ofm_volume *volume, const char *point, const char *cache, ofm_mount **mount)
{
    struct mount_options options = {
        .source = volume->name, .allow_other = geteuid() == 0, .entry_timeout = -1};
    struct mount *made;

    *mount = NULL;
    if (!mount_cache_named(cache, &options.cache))
        return STATUS_INVALID_PARAMETER;
    int error = mount_start(volume->io, point, &options, &made, NULL);
    *mount = error == 0 ? (ofm_mount *)made : NULL;
    return error == 0 ? STATUS_SUCCESS : io_status_of_errno(-error, IO_ERRNO_PLAIN);
}

NTSTATUS ofm_unmount(ofm_mount *mount, int force)
{
    int error = mount_stop((struct mount *)mount, force);

    return error == 0 ? STATUS_SUCCESS : STATUS_DEVICE_BUSY;
}

static bool take_first(struct mount *mount, void *found)
{
    *(struct mount **)found = mount;
    return false;
}

void embed_unmount_all(void)
{
    for (;;) {
        struct mount *mount = NULL;
        mount_enumerate(take_first, &mount);
        if (mount == NULL)
            return;
        mount_stop(mount, true);
    }
}

/* ---- users ---- */

struct ofm_user {
    PEPROCESS process;
    PETHREAD thread, previous;
};

ofm_user *ofm_user_enter(uid_t uid, gid_t gid, const gid_t *groups, unsigned group_count)
{
    ofm_user *user = calloc(1, sizeof *user);

    if (user == NULL)
        return NULL;
    user->process = ps_process_create_simulated(uid, gid, groups, group_count, "/usr/bin/ofm-user");
    user->thread = ps_thread_of_process(user->process, 0);
    user->previous = ps_set_current(user->thread);
    return user;
}

void ofm_user_leave(ofm_user *user)
{
    if (user == NULL)
        return;
    ps_set_current(user->previous);
    ObDereferenceObject(user->thread);
    ps_process_end_simulated(user->process, STATUS_SUCCESS); /* and the reference with it */
    free(user);
}

/* ---- files ---- */

static bool make_path(const char *path, UNICODE_STRING *wide)
{
    if (!embed_wide(path, wide))
        return false;
    for (USHORT i = 0; i < wide->Length / sizeof(WCHAR); i++) {
        if (wide->Buffer[i] == u'/')
            wide->Buffer[i] = u'\\';
    }
    return true;
}

NTSTATUS ofm_create(ofm_volume *volume, const char *path, ACCESS_MASK access, ULONG disposition,
    ULONG options, PFILE_OBJECT *file, ULONG_PTR *information)
{
    struct io_create_request request = {.volume = volume->io,
        .access = access | SYNCHRONIZE,
        .disposition = disposition,
        .options = options | FILE_SYNCHRONOUS_IO_NONALERT,
        .share_access = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
        .file_attributes = FILE_ATTRIBUTE_NORMAL,
        .major = IRP_MJ_CREATE,
        .mode = UserMode};
    struct io_create_result result;

    *file = NULL;
    if (!make_path(path, &request.path))
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = io_create_file(&request, &result);
    free(request.path.Buffer);
    if (NT_SUCCESS(status))
        *file = result.file;
    if (information != NULL)
        *information = result.information;
    return status;
}

OFM_HOT static struct io_transfer transfer(PFILE_OBJECT file)
{
    return (struct io_transfer){.file = file, .thread = ps_current_thread(), .mode = UserMode};
}

OFM_HOT NTSTATUS ofm_read(PFILE_OBJECT file, LONGLONG offset, void *buffer, ULONG length, ULONG *done)
{
    struct io_transfer t = transfer(file);
    NTSTATUS status = io_read(&t, buffer, length, (LARGE_INTEGER){.QuadPart = offset});

    if (done != NULL)
        *done = NT_SUCCESS(status) ? (ULONG)t.iosb.Information : 0;
    return status;
}

OFM_HOT NTSTATUS ofm_write(PFILE_OBJECT file, LONGLONG offset, const void *buffer, ULONG length, ULONG *done)
{
    struct io_transfer t = transfer(file);
    NTSTATUS status = io_write(&t, (PVOID)buffer, length, (LARGE_INTEGER){.QuadPart = offset});

    if (done != NULL)
        *done = NT_SUCCESS(status) ? (ULONG)t.iosb.Information : 0;
    return status;
}

OFM_HOT NTSTATUS ofm_query(PFILE_OBJECT file, FILE_INFORMATION_CLASS information_class, void *buffer, ULONG length)
{
    struct io_transfer t = transfer(file);

    return io_query_information(&t, information_class, buffer, length);
}

NTSTATUS ofm_set(PFILE_OBJECT file, FILE_INFORMATION_CLASS information_class, void *buffer, ULONG length)
{
    struct io_transfer t = transfer(file);

    return io_set_information(&t, information_class, buffer, length, NULL, FALSE);
}

NTSTATUS ofm_delete(ofm_volume *volume, const char *path)
{
    FILE_DISPOSITION_INFORMATION disposition = {.DeleteFile = TRUE};
    PFILE_OBJECT file;

    NTSTATUS status = ofm_create(volume, path, DELETE, FILE_OPEN, 0, &file, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = ofm_set(file, FileDispositionInformation, &disposition, sizeof disposition);
    ofm_close(file);
    return status;
}

void ofm_close(PFILE_OBJECT file)
{
    io_cleanup_file(file, ps_current_thread());
    io_close_file(file);
}
