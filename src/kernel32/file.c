/* Files of Linux behind file handles. Reads and writes are done in the calling thread; an overlapped one is complete
 * when the call returns, and is told to its event and completion port like any other. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel32/device.h"
#include "kernel32/handle.h"
#include "kernel32/linux_error.h"
#include "kernel32/mapping.h"
#include "ntstatus.h"
#include "rtl/utf.h"

struct file {
    struct k32_object object;
    int fd;
    bool keep_open;    /* one of the standard streams */
    bool overlapped;   /* FILE_FLAG_OVERLAPPED */
    char *delete_path; /* FILE_FLAG_DELETE_ON_CLOSE */
};

static void close_file(struct k32_object *object)
{
    struct file *f = (struct file *)object;

    if (f->delete_path)
        unlink(f->delete_path);
}

static void destroy_file(struct k32_object *object)
{
    struct file *f = (struct file *)object;

    if (!f->keep_open)
        close(f->fd);
    free(f->delete_path);
    free(f);
}

static off_t offset_of(const OVERLAPPED *overlapped)
{
    return (off_t)overlapped->Offset | (off_t)overlapped->OffsetHigh << 32;
}

/* Ends an operation that was done at once. With an OVERLAPPED the end of the file is an error. */
static NTSTATUS ended(struct k32_object *object, OVERLAPPED *overlapped, NTSTATUS status, uint32_t bytes)
{
    struct k32_io io;

    if (!overlapped)
        return status;
    NTSTATUS begun = k32_io_begin(&io, object, overlapped);
    if (!NT_SUCCESS(begun))
        return begun;
    if (NT_SUCCESS(status))
        k32_io_complete(&io, status, bytes);
    else
        k32_io_abandon(&io, status); /* a failure at once is told by the call alone */
    return status;
}

static NTSTATUS read_file(struct k32_object *object, void *buffer, uint32_t count, uint32_t *done,
    OVERLAPPED *overlapped)
{
    struct file *f = (struct file *)object;
    ssize_t n;

    if (f->overlapped && !overlapped)
        return STATUS_INVALID_PARAMETER;
    do
        n = overlapped ? pread(f->fd, buffer, count, offset_of(overlapped)) : read(f->fd, buffer, count);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return ended(object, overlapped, k32_status_of_errno(errno), 0);
    *done = (uint32_t)n;
    return ended(object, overlapped, n == 0 && count > 0 && overlapped ? STATUS_END_OF_FILE : STATUS_SUCCESS, *done);
}

static NTSTATUS write_file(struct k32_object *object, const void *buffer, uint32_t count, uint32_t *done,
    OVERLAPPED *overlapped)
{
    struct file *f = (struct file *)object;
    uint32_t written = 0;

    if (f->overlapped && !overlapped)
        return STATUS_INVALID_PARAMETER;
    while (written < count) {
        const char *from = (const char *)buffer + written;
        ssize_t n = overlapped ? pwrite(f->fd, from, count - written, offset_of(overlapped) + written)
                               : write(f->fd, from, count - written);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ended(object, overlapped, k32_status_of_errno(errno), written);
        written += (uint32_t)n;
    }
    *done = written;
    return ended(object, overlapped, STATUS_SUCCESS, written);
}

static NTSTATUS may_associate(struct k32_object *object)
{
    return ((struct file *)object)->overlapped ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static NTSTATUS flush_file(struct k32_object *object)
{
    return fsync(((struct file *)object)->fd) == 0 || errno == EINVAL ? STATUS_SUCCESS : k32_status_of_errno(errno);
}

static uint32_t kind_of_file(struct k32_object *object)
{
    struct stat st;

    if (fstat(((struct file *)object)->fd, &st))
        return FILE_TYPE_UNKNOWN;
    return S_ISCHR(st.st_mode)                          ? FILE_TYPE_CHAR
           : S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ? FILE_TYPE_PIPE
                                                          : FILE_TYPE_DISK;
}

static int64_t ticks_of(const struct timespec *time)
{
    return ((int64_t)time->tv_sec + 11644473600) * 10000000 + time->tv_nsec / 100;
}

static ULONG attributes_of(const struct stat *st)
{
    ULONG attributes = S_ISDIR(st->st_mode) ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_ARCHIVE;

    return st->st_mode & 0222 ? attributes : attributes | FILE_ATTRIBUTE_READONLY;
}

static FILE_BASIC_INFORMATION basic_of(const struct stat *st)
{
    return (FILE_BASIC_INFORMATION){.CreationTime.QuadPart = ticks_of(&st->st_ctim),
        .LastAccessTime.QuadPart = ticks_of(&st->st_atim),
        .LastWriteTime.QuadPart = ticks_of(&st->st_mtim),
        .ChangeTime.QuadPart = ticks_of(&st->st_ctim),
        .FileAttributes = attributes_of(st)};
}

static FILE_STANDARD_INFORMATION standard_of(const struct stat *st)
{
    return (FILE_STANDARD_INFORMATION){.AllocationSize.QuadPart = st->st_blocks * 512,
        .EndOfFile.QuadPart = st->st_size,
        .NumberOfLinks = (ULONG)st->st_nlink,
        .DeletePending = st->st_nlink == 0,
        .Directory = S_ISDIR(st->st_mode)};
}

static NTSTATUS put(void *buffer, uint32_t size, uint32_t *done, const void *information, uint32_t length)
{
    if (size < length)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(buffer, information, length);
    *done = length;
    return STATUS_SUCCESS;
}

static NTSTATUS query_position(struct file *f, void *buffer, uint32_t size, uint32_t *done)
{
    off_t at = lseek(f->fd, 0, SEEK_CUR);

    if (at < 0)
        return k32_status_of_errno(errno);
    return put(buffer, size, done, &(FILE_POSITION_INFORMATION){.CurrentByteOffset.QuadPart = at},
        sizeof(FILE_POSITION_INFORMATION));
}

/* The classes that Win32's calls are made of; what they mean for a file of Linux. */
static NTSTATUS query_file(struct k32_object *object, uint32_t class, void *buffer, uint32_t size, uint32_t *done)
{
    struct file *f = (struct file *)object;
    struct stat st;

    if (fstat(f->fd, &st))
        return k32_status_of_errno(errno);
    const FILE_BASIC_INFORMATION basic = basic_of(&st);
    const FILE_STANDARD_INFORMATION standard = standard_of(&st);
    const FILE_INTERNAL_INFORMATION internal = {.IndexNumber.QuadPart = (LONGLONG)st.st_ino};
    const FILE_ATTRIBUTE_TAG_INFORMATION tag = {.FileAttributes = attributes_of(&st)};
    switch (class) {
    case FileBasicInformation:
        return put(buffer, size, done, &basic, sizeof basic);
    case FileStandardInformation:
        return put(buffer, size, done, &standard, sizeof standard);
    case FileInternalInformation:
        return put(buffer, size, done, &internal, sizeof internal);
    case FileAttributeTagInformation:
        return put(buffer, size, done, &tag, sizeof tag);
    case FilePositionInformation:
        return query_position(f, buffer, size, done);
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

/* 0 and -1: leave it. */
static struct timespec time_of(LARGE_INTEGER ticks)
{
    if (ticks.QuadPart <= 0)
        return (struct timespec){.tv_nsec = UTIME_OMIT};
    return (struct timespec){ticks.QuadPart / 10000000 - 11644473600, ticks.QuadPart % 10000000 * 100};
}

static NTSTATUS set_times(struct file *f, const FILE_BASIC_INFORMATION *basic)
{
    const struct timespec times[2] = {time_of(basic->LastAccessTime), time_of(basic->LastWriteTime)};

    return futimens(f->fd, times) == 0 ? STATUS_SUCCESS : k32_status_of_errno(errno);
}

static NTSTATUS set_file(struct k32_object *object, uint32_t class, const void *buffer, uint32_t size)
{
    struct file *f = (struct file *)object;
    int64_t at;

    if (class == FileBasicInformation)
        return size < sizeof(FILE_BASIC_INFORMATION) ? STATUS_INFO_LENGTH_MISMATCH : set_times(f, buffer);
    if (class != FilePositionInformation && class != FileEndOfFileInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (size < sizeof at)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(&at, buffer, sizeof at);
    bool ok = class == FilePositionInformation ? lseek(f->fd, at, SEEK_SET) >= 0 : ftruncate(f->fd, at) == 0;
    return ok ? STATUS_SUCCESS : k32_status_of_errno(errno);
}

static const struct k32_type file_type = {.name = "File",
    .close = close_file,
    .destroy = destroy_file,
    .read = read_file,
    .write = write_file,
    .associate = may_associate,
    .flush = flush_file,
    .query = query_file,
    .set = set_file,
    .kind = kind_of_file};

int k32_file_descriptor(struct k32_object *object)
{
    return object->type == &file_type ? ((struct file *)object)->fd : -1;
}

static struct file *new_file(int fd)
{
    struct file *f = calloc(1, sizeof *f);

    if (f) {
        k32_object_init(&f->object, &file_type);
        f->object.signalled = true;
        f->fd = fd;
    }
    return f;
}

/* --- names --- */

/* Makes a Linux path of a Win32 one, in place. */
static char *linux_path(char *name)
{
    char *path = name;

    for (char *p = name; (p = strchr(p, '\\'));)
        *p = '/';
    if (!strncmp(path, "//?/", 4) || !strncmp(path, "/\?\?/", 4))
        path += 4;
    if (((*path | 32) >= 'a' && (*path | 32) <= 'z') && path[1] == ':' && path[2] == '/')
        path += 2;
    return path;
}

/* --- opening --- */

static int open_flags(DWORD access, DWORD disposition, DWORD flags)
{
    bool reads = access & (GENERIC_READ | GENERIC_ALL | FILE_READ_DATA | GENERIC_EXECUTE | MAXIMUM_ALLOWED);
    bool writes = access & (GENERIC_WRITE | GENERIC_ALL | FILE_WRITE_DATA | FILE_APPEND_DATA);
    int mode = reads && writes ? O_RDWR : writes ? O_WRONLY : O_RDONLY;

    if (!reads && !writes && disposition == OPEN_EXISTING)
        mode = O_PATH; /* attributes only: needs no right to read */
    if (access & FILE_APPEND_DATA && !(access & (FILE_WRITE_DATA | GENERIC_WRITE | GENERIC_ALL)))
        mode |= O_APPEND;
    if (flags & FILE_FLAG_WRITE_THROUGH)
        mode |= O_SYNC;
    if (flags & FILE_FLAG_OPEN_REPARSE_POINT)
        mode |= O_NOFOLLOW;
    if (disposition == TRUNCATE_EXISTING)
        mode |= O_TRUNC;
    return mode | O_CLOEXEC | O_NOCTTY;
}

/* Opens or makes the file; *existed tells whether it was there. */
static int open_path(const char *path, DWORD access, DWORD disposition, DWORD flags, DWORD attributes, bool *existed)
{
    int mode = open_flags(access, disposition, flags);
    mode_t rights = attributes & FILE_ATTRIBUTE_READONLY ? 0444 : 0666;
    int fd = -1;

    *existed = true;
    if (disposition == OPEN_EXISTING || disposition == TRUNCATE_EXISTING)
        return open(path, mode);
    if (disposition == CREATE_NEW)
        return open(path, mode | O_CREAT | O_EXCL, rights);
    /* one of the two succeeds unless the file comes and goes under us: then try again */
    do {
        fd = open(path, mode | O_CREAT | O_EXCL, rights);
        *existed = false;
        if (fd < 0 && errno == EEXIST) {
            *existed = true;
            fd = open(path, mode | (disposition == CREATE_ALWAYS ? O_TRUNC : 0));
        }
    } while (fd < 0 && errno == ENOENT && *existed);
    return fd;
}

static HANDLE open_file(char *name, DWORD access, DWORD disposition, DWORD flags)
{
    const char *path = linux_path(name);
    bool existed;
    int fd = open_path(path, access, disposition, flags, flags & 0xFFFF, &existed);
    struct stat st;

    if (fd < 0 || fstat(fd, &st)) {
        k32_errno_result();
        if (errno == EEXIST)
            SetLastError(ERROR_FILE_EXISTS);
        return INVALID_HANDLE_VALUE;
    }
    struct file *f = S_ISDIR(st.st_mode) && !(flags & FILE_FLAG_BACKUP_SEMANTICS) ? NULL : new_file(fd);
    if (!f) {
        close(fd);
        SetLastError(S_ISDIR(st.st_mode) ? ERROR_ACCESS_DENIED : ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    f->overlapped = flags & FILE_FLAG_OVERLAPPED;
    if (flags & FILE_FLAG_DELETE_ON_CLOSE)
        f->delete_path = realpath(path, NULL);
    HANDLE handle = k32_handle_give(&f->object);
    if (!handle)
        return INVALID_HANDLE_VALUE;
    SetLastError(existed && (disposition == CREATE_ALWAYS || disposition == OPEN_ALWAYS) ? ERROR_ALREADY_EXISTS
                                                                                         : ERROR_SUCCESS);
    return handle;
}

HANDLE CreateFileW(LPCWSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES attributes, DWORD disposition,
    DWORD flags, HANDLE template_file)
{
    if (!name || !*name || disposition < CREATE_NEW || disposition > TRUNCATE_EXISTING) {
        SetLastError(name && *name ? ERROR_INVALID_PARAMETER : ERROR_PATH_NOT_FOUND);
        return INVALID_HANDLE_VALUE;
    }
    if (k32_is_device(name))
        return k32_open_device(name, access, share, attributes, disposition, flags);
    if (k32_is_remote_mailslot(name)) {
        SetLastError(ERROR_REMOTE_MAILSLOTS_DEPRECATED); /* M-137 */
        return INVALID_HANDLE_VALUE;
    }
    char *narrow = rtl_utf8_from_wide((const char16_t *)name);
    if (!narrow) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    HANDLE handle = open_file(narrow, access, disposition, flags);
    free(narrow);
    if (handle != INVALID_HANDLE_VALUE && attributes && attributes->bInheritHandle)
        SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    return handle;
}

HANDLE CreateFileA(LPCSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES attributes, DWORD disposition,
    DWORD flags, HANDLE template_file)
{
    WCHAR *wide = name ? (WCHAR *)rtl_wide_from_utf8(name) : NULL;
    HANDLE handle = CreateFileW(wide, access, share, attributes, disposition, flags, template_file);

    free(wide);
    return handle;
}

HANDLE GetStdHandle(DWORD which)
{
    static HANDLE handles[3];
    DWORD index = STD_INPUT_HANDLE - which;

    if (index > 2) {
        SetLastError(ERROR_INVALID_HANDLE);
        return INVALID_HANDLE_VALUE;
    }
    HANDLE handle = __atomic_load_n(&handles[index], __ATOMIC_ACQUIRE), none = NULL;
    if (handle)
        return handle;
    struct file *f = new_file((int)index);
    if (f)
        f->keep_open = true;
    handle = f ? k32_handle_give(&f->object) : NULL;
    if (handle && !__atomic_compare_exchange_n(&handles[index], &none, handle, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        k32_handle_close(handle);
        handle = none;
    }
    return handle;
}

/* --- calls on names --- */

/* call() returns 0, or -1 with errno. */
static BOOL with_path(LPCWSTR name, int (*call)(const char *))
{
    char *narrow = name ? rtl_utf8_from_wide((const char16_t *)name) : NULL;

    if (!narrow) {
        SetLastError(name ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    BOOL ok = call(linux_path(narrow)) == 0 || k32_errno_result();
    free(narrow);
    return ok;
}

static BOOL with_narrow(LPCSTR name, BOOL (*call)(LPCWSTR))
{
    WCHAR *wide = name ? (WCHAR *)rtl_wide_from_utf8(name) : NULL;
    BOOL ok = call(wide);

    free(wide);
    return ok;
}

static int make_directory(const char *path)
{
    return mkdir(path, 0777);
}

BOOL DeleteFileW(LPCWSTR name)
{
    return with_path(name, unlink);
}

BOOL DeleteFileA(LPCSTR name)
{
    return with_narrow(name, DeleteFileW);
}

BOOL CreateDirectoryW(LPCWSTR name, LPSECURITY_ATTRIBUTES attributes)
{
    return with_path(name, make_directory);
}

BOOL CreateDirectoryA(LPCSTR name, LPSECURITY_ATTRIBUTES attributes)
{
    WCHAR *wide = name ? (WCHAR *)rtl_wide_from_utf8(name) : NULL;
    BOOL ok = CreateDirectoryW(wide, attributes);

    free(wide);
    return ok;
}

BOOL RemoveDirectoryW(LPCWSTR name)
{
    return with_path(name, rmdir);
}

BOOL RemoveDirectoryA(LPCSTR name)
{
    return with_narrow(name, RemoveDirectoryW);
}

DWORD GetFileAttributesW(LPCWSTR name)
{
    char *narrow = name ? rtl_utf8_from_wide((const char16_t *)name) : NULL;
    struct stat st;
    int failed = narrow ? stat(linux_path(narrow), &st) : (errno = EINVAL, -1);

    free(narrow);
    if (failed) {
        k32_errno_result();
        return INVALID_FILE_ATTRIBUTES;
    }
    DWORD attributes = S_ISDIR(st.st_mode) ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_ARCHIVE;
    return st.st_mode & 0222 ? attributes : attributes | FILE_ATTRIBUTE_READONLY;
}

DWORD GetFileAttributesA(LPCSTR name)
{
    WCHAR *wide = name ? (WCHAR *)rtl_wide_from_utf8(name) : NULL;
    DWORD attributes = GetFileAttributesW(wide);

    free(wide);
    return attributes;
}
