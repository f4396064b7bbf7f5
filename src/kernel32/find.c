/* FindFirstFile: a directory read once, its names matched as Windows does (case ignored, * and ?). A directory of the manager
 * (\\.\mailslot\*) is asked with the pattern. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel32/device.h"
#include "kernel32/handle.h"
#include "kernel32/linux_error.h"
#include "ntstatus.h"
#include "rtl/utf.h"

struct search {
    struct k32_object object;
    DIR *directory; /* read by one thread at a time, as the caller must see to */
    char *pattern;
    struct k32_nt_file *nt; /* instead, a reference: a directory of the manager, and its pattern for the first question */
    WCHAR *nt_pattern;
    HANDLE nt_handle;
};

static void destroy_search(struct k32_object *object)
{
    struct search *s = (struct search *)object;

    if (s->directory)
        closedir(s->directory);
    if (s->nt) {
        k32_release(&s->nt->object);
        k32_handle_close(s->nt_handle);
    }
    free(s->nt_pattern);
    free(s->pattern);
    free(s);
}

static const struct k32_type search_type = {.name = "Search", .destroy = destroy_search};

static int lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool matches(const char *pattern, const char *name)
{
    if (!strcmp(pattern, "*.*"))
        return true;
    for (; *pattern; pattern++, name++) {
        if (*pattern == '*') {
            do {
                if (matches(pattern + 1, name))
                    return true;
            } while (*name++);
            return false;
        }
        if (!*name || (*pattern != '?' && lower(*pattern) != lower(*name)))
            return false;
    }
    return !*name;
}

static void set_time(FILETIME *to, const struct timespec *from)
{
    int64_t ticks = ((int64_t)from->tv_sec + 11644473600) * 10000000 + from->tv_nsec / 100;

    *to = (FILETIME){(DWORD)ticks, (DWORD)(ticks >> 32)};
}

static void describe(WIN32_FIND_DATAW *data, const char *name, const struct stat *st)
{
    memset(data, 0, sizeof *data);
    data->dwFileAttributes = S_ISDIR(st->st_mode)                      ? FILE_ATTRIBUTE_DIRECTORY
                             : S_ISLNK(st->st_mode)                    ? FILE_ATTRIBUTE_REPARSE_POINT
                                                                       : FILE_ATTRIBUTE_ARCHIVE;
    if (!(st->st_mode & 0222))
        data->dwFileAttributes |= FILE_ATTRIBUTE_READONLY;
    set_time(&data->ftCreationTime, &st->st_ctim);
    set_time(&data->ftLastAccessTime, &st->st_atim);
    set_time(&data->ftLastWriteTime, &st->st_mtim);
    data->nFileSizeLow = S_ISDIR(st->st_mode) ? 0 : (DWORD)st->st_size;
    data->nFileSizeHigh = S_ISDIR(st->st_mode) ? 0 : (DWORD)(st->st_size >> 32);
    rtl_utf8_to_utf16((char16_t *)data->cFileName, MAX_PATH - 1, name, strlen(name), NULL);
}

static void put_time(FILETIME *to, LARGE_INTEGER from)
{
    *to = (FILETIME){from.LowPart, (DWORD)from.HighPart};
}

static NTSTATUS next_of_manager(struct search *s, WIN32_FIND_DATAW *data)
{
    union {
        FILE_BOTH_DIR_INFORMATION entry;
        char room[sizeof(FILE_BOTH_DIR_INFORMATION) + 0x10000];
    } *u = malloc(sizeof *u);
    struct k32_nt_call call = {.wire = {.op = WIRE_FILE_DIRECTORY,
                                   .flags = WIRE_FILE_ONE_ENTRY,
                                   .code = FileBothDirectoryInformation,
                                   .in_length = s->nt_pattern ? (uint32_t)lstrlenW(s->nt_pattern) * 2 : 0,
                                   .out_length = WIRE_FILE_INLINE},
        .in = s->nt_pattern,
        .out = u};

    if (!u)
        return STATUS_NO_MEMORY;
    NTSTATUS status = k32_nt_call(s->nt, &call);
    if (NT_SUCCESS(status)) {
        size_t bytes = u->entry.FileNameLength < (MAX_PATH - 1) * 2 ? u->entry.FileNameLength : (MAX_PATH - 1) * 2;
        memset(data, 0, sizeof *data);
        data->dwFileAttributes = u->entry.FileAttributes;
        put_time(&data->ftCreationTime, u->entry.CreationTime);
        put_time(&data->ftLastAccessTime, u->entry.LastAccessTime);
        put_time(&data->ftLastWriteTime, u->entry.LastWriteTime);
        data->nFileSizeLow = u->entry.EndOfFile.LowPart;
        data->nFileSizeHigh = (DWORD)u->entry.EndOfFile.HighPart;
        memcpy(data->cFileName, u->entry.FileName, bytes);
    }
    free(u);
    return status;
}

/* FALSE at the end. */
static bool next(struct search *s, WIN32_FIND_DATAW *data)
{
    struct dirent *entry;
    struct stat st;

    while ((entry = readdir(s->directory))) {
        if (!matches(s->pattern, entry->d_name) ||
            fstatat(dirfd(s->directory), entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
            continue;
        describe(data, entry->d_name, &st);
        return true;
    }
    return false;
}

/* Splits "dir/pattern" in place. */
static const char *split(char *path, char **pattern)
{
    for (char *p = path; (p = strchr(p, '\\'));)
        *p = '/';
    char *slash = strrchr(path, '/');
    *pattern = slash ? slash + 1 : path;
    if (!slash)
        return ".";
    if (slash == path)
        return "/";
    *slash = 0;
    return path;
}

/* Opens what stands before the last backslash of a name of the manager's. */
static NTSTATUS open_of_manager(struct search *s, LPCWSTR name)
{
    struct k32_nt_open open = {.how = {.access = FILE_LIST_DIRECTORY | SYNCHRONIZE,
                                   .share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                   .disposition = FILE_OPEN,
                                   .options = FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT,
                                   .object_attributes = OBJ_CASE_INSENSITIVE}};
    WCHAR *nt = k32_device_nt_name(name), *last = nt;
    struct k32_object *object;
    uint32_t information;

    for (WCHAR *p = nt; p && *p; p++)
        last = *p == '\\' ? p : last;
    s->nt_pattern = nt ? malloc(((size_t)lstrlenW(last) + 1) * sizeof *last) : NULL;
    if (!s->nt_pattern) {
        free(nt);
        return STATUS_NO_MEMORY;
    }
    lstrcpyW(s->nt_pattern, last + 1);
    open.name = nt;
    open.name_bytes = (size_t)(last + 1 - nt) * sizeof *nt;
    NTSTATUS status = k32_nt_open(&open, &object, &information);
    free(nt);
    if (!NT_SUCCESS(status))
        return status == SESSION_NO_MANAGER || status == STATUS_OBJECT_NAME_NOT_FOUND ? STATUS_OBJECT_PATH_NOT_FOUND : status;
    s->nt_handle = k32_handle_open(object);
    s->nt = (struct k32_nt_file *)object;
    return s->nt_handle ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static HANDLE find_in_manager(LPCWSTR name, LPWIN32_FIND_DATAW data)
{
    struct search *s = calloc(1, sizeof *s);

    if (!s) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    k32_object_init(&s->object, &search_type);
    NTSTATUS status = open_of_manager(s, name);
    if (NT_SUCCESS(status))
        status = next_of_manager(s, data);
    if (!NT_SUCCESS(status)) {
        k32_release(&s->object);
        k32_result(status == STATUS_NO_MORE_FILES ? STATUS_NO_SUCH_FILE : status);
        return INVALID_HANDLE_VALUE;
    }
    HANDLE handle = k32_handle_give(&s->object);
    return handle ? handle : INVALID_HANDLE_VALUE;
}

HANDLE FindFirstFileW(LPCWSTR name, LPWIN32_FIND_DATAW data)
{
    if (name && k32_is_device(name))
        return find_in_manager(name, data);
    struct search *s = calloc(1, sizeof *s);
    char *path = name ? rtl_utf8_from_wide((const char16_t *)name) : NULL, *pattern = NULL;

    if (!s || !path) {
        free(s);
        free(path);
        SetLastError(name ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    k32_object_init(&s->object, &search_type);
    const char *directory = split(path, &pattern);
    s->pattern = strdup(pattern);
    s->directory = opendir(directory);
    free(path);
    if (!s->directory || !s->pattern)
        k32_errno_result();
    if (!s->directory && errno == ENOENT)
        SetLastError(ERROR_PATH_NOT_FOUND);
    bool found = s->directory && s->pattern && next(s, data);
    if (s->directory && s->pattern && !found)
        SetLastError(ERROR_FILE_NOT_FOUND);
    if (!found) {
        k32_release(&s->object);
        return INVALID_HANDLE_VALUE;
    }
    HANDLE handle = k32_handle_give(&s->object);
    return handle ? handle : INVALID_HANDLE_VALUE;
}

BOOL FindNextFileW(HANDLE search, LPWIN32_FIND_DATAW data)
{
    struct k32_object *object = k32_object_of(search, &search_type);

    if (!object)
        return FALSE;
    struct search *s = (struct search *)object;
    NTSTATUS status = s->nt ? next_of_manager(s, data) : next(s, data) ? STATUS_SUCCESS : STATUS_NO_MORE_FILES;
    k32_release(object);
    return k32_result(status);
}

BOOL FindClose(HANDLE search)
{
    struct k32_object *object = k32_object_of(search, &search_type);

    if (!object)
        return FALSE;
    k32_release(object);
    return CloseHandle(search);
}

static void narrow_data(WIN32_FIND_DATAA *to, const WIN32_FIND_DATAW *from)
{
    memset(to, 0, sizeof *to);
    memcpy(to, from, offsetof(WIN32_FIND_DATAA, cFileName));
    rtl_utf16_to_utf8(to->cFileName, MAX_PATH - 1, (const char16_t *)from->cFileName,
        (size_t)lstrlenW(from->cFileName), NULL);
}

HANDLE FindFirstFileA(LPCSTR name, LPWIN32_FIND_DATAA data)
{
    WIN32_FIND_DATAW wide;
    WCHAR *pattern = name ? (WCHAR *)rtl_wide_from_utf8(name) : NULL;
    HANDLE handle = FindFirstFileW(pattern, &wide);

    free(pattern);
    if (handle != INVALID_HANDLE_VALUE)
        narrow_data(data, &wide);
    return handle;
}

BOOL FindNextFileA(HANDLE search, LPWIN32_FIND_DATAA data)
{
    WIN32_FIND_DATAW wide;

    if (!FindNextFileW(search, &wide))
        return FALSE;
    narrow_data(data, &wide);
    return TRUE;
}
