#include "place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return remove(path);
}

int place_group(void **state)
{
    assert_status(STATUS_SUCCESS, ps_init());
    assert_status(STATUS_SUCCESS, io_init());
    if (geteuid() == 0) { /* mounts of the tests are nobody else's */
        assert_int_equal(0, unshare(CLONE_NEWNS));
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    }
    return 0;
}

struct place *place_new(const char *tmpfs, const struct io_volume_options *options)
{
    struct place *place = calloc(1, sizeof *place);
    strcpy(place->directory, "/tmp/hostfs-test-XXXXXX");
    assert_non_null(mkdtemp(place->directory));
    if (tmpfs) {
        assert_int_equal(0, mount("none", place->directory, "tmpfs", 0, tmpfs));
        place->mounted = true;
    }
    assert_status(STATUS_SUCCESS, hostfs_volume_create(place->directory, options, &place->volume));
    return place;
}

void place_free(struct place *place)
{
    assert_status(STATUS_SUCCESS, io_volume_dismount(place->volume, false)); /* nothing was left open */
    if (place->mounted)
        assert_int_equal(0, umount(place->directory)); /* and nothing holds the mount */
    nftw(place->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(place);
}

int place_setup(void **state)
{
    *state = place_new(NULL, NULL);
    return 0;
}

int place_setup_tmpfs(void **state)
{
    *state = place_new(geteuid() == 0 ? "size=64k" : NULL, NULL); /* the tests skip themselves */
    return 0;
}

int place_teardown(void **state)
{
    place_free(*state);
    return 0;
}

const char *place_path(struct place *place, const char *name)
{
    static char paths[4][512];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", place->directory, name);
    return path;
}

void place_write(struct place *place, const char *name, const char *text)
{
    int fd = open(place_path(place, name), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal((ssize_t)strlen(text), write(fd, text, strlen(text)));
    close(fd);
}

const char *place_text(struct place *place, const char *name)
{
    static char text[4096];
    int fd = open(place_path(place, name), O_RDONLY);
    if (fd < 0)
        return "(none)";
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    text[got < 0 ? 0 : got] = '\0';
    return text;
}

bool place_has(struct place *place, const char *name)
{
    struct stat st;
    return lstat(place_path(place, name), &st) == 0;
}

NTSTATUS place_open(struct place *place, const struct opening *how, struct opened *opened)
{
    LARGE_INTEGER allocation = {.QuadPart = how->allocation};
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    HANDLE root = NULL;
    RtlInitUnicodeString(&name, how->name);
    struct io_create_request request = {.volume = place->volume, .path = name, .access = how->access, .disposition = how->disposition,
        .options = how->options, .share_access = how->share, .file_attributes = how->attributes, .sl_flags = how->sl_flags,
        .major = IRP_MJ_CREATE, .mode = how->mode, .thread = how->thread, .linux_side = how->linux_side,
        .allocation_size = how->allocation ? &allocation : NULL, .ea_buffer = how->ea, .ea_length = how->ea_length};
    if (how->related) {
        assert_status(STATUS_SUCCESS, ObOpenObjectByPointer(how->related, OBJ_KERNEL_HANDLE, NULL, 0, NULL, KernelMode, &root));
        InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, root, NULL);
        request.volume = NULL;
        request.attributes = &attributes;
    }
    struct io_create_result result;
    NTSTATUS status = io_create_file(&request, &result);
    if (root)
        ZwClose(root);
    *opened = (struct opened){result.file, result.information, result.base_errno};
    return status;
}

PFILE_OBJECT place_file(struct place *place, const char16_t *name, ACCESS_MASK access)
{
    struct opened opened;
    assert_status(STATUS_SUCCESS, OPEN(place, &opened, .name = name, .access = access));
    return opened.file;
}

PFILE_OBJECT place_directory(struct place *place, const char16_t *name)
{
    struct opened opened;
    assert_status(STATUS_SUCCESS, OPEN(place, &opened, .name = name, .access = FILE_LIST_DIRECTORY, .options = FILE_DIRECTORY_FILE));
    return opened.file;
}

void place_close(PFILE_OBJECT file)
{
    io_close_file(file);
}

struct io_transfer on(PFILE_OBJECT file)
{
    return (struct io_transfer){.file = file};
}

LARGE_INTEGER at(LONGLONG offset)
{
    return (LARGE_INTEGER){.QuadPart = offset};
}

NTSTATUS read_at(PFILE_OBJECT file, LONGLONG offset, void *buffer, ULONG length, ULONG_PTR *got)
{
    struct io_transfer t = on(file);
    NTSTATUS status = io_read(&t, buffer, length, at(offset));
    if (got)
        *got = t.iosb.Information;
    return status;
}

NTSTATUS write_at(PFILE_OBJECT file, LONGLONG offset, const void *data, ULONG length, ULONG_PTR *put)
{
    struct io_transfer t = on(file);
    NTSTATUS status = io_write(&t, (void *)data, length, at(offset));
    if (put)
        *put = t.iosb.Information;
    return status;
}

NTSTATUS query(PFILE_OBJECT file, FILE_INFORMATION_CLASS class, void *buffer, ULONG length, ULONG_PTR *got)
{
    struct io_transfer t = on(file);
    NTSTATUS status = io_query_information(&t, class, buffer, length);
    if (got)
        *got = t.iosb.Information;
    return status;
}

NTSTATUS set(PFILE_OBJECT file, FILE_INFORMATION_CLASS class, const void *buffer, ULONG length)
{
    struct io_transfer t = on(file);
    return io_set_information(&t, class, (void *)buffer, length, NULL, FALSE);
}

NTSTATUS set_from(PFILE_OBJECT file, FILE_INFORMATION_CLASS class, const void *buffer, ULONG length, const struct io_linux *linux_side,
    int *error)
{
    struct io_transfer t = on(file);
    t.linux_side = linux_side;
    NTSTATUS status = io_set_information(&t, class, (void *)buffer, length, NULL, FALSE);
    if (error)
        *error = t.base_errno;
    return status;
}

NTSTATUS move(PFILE_OBJECT file, FILE_INFORMATION_CLASS class, const char16_t *name, ULONG flags, PFILE_OBJECT parent)
{
    char space[600] __attribute__((aligned(8))) = {0};
    UNICODE_STRING text;
    RtlInitUnicodeString(&text, name);
    PFILE_RENAME_INFORMATION info = (void *)space;
    info->Flags = flags;
    info->FileNameLength = text.Length;
    memcpy(info->FileName, text.Buffer, text.Length);
    struct io_transfer t = on(file);
    return io_set_information(&t, class, info, sizeof *info + text.Length, parent, flags & 1);
}
