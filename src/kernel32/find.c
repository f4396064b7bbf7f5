/* FindFirstFile: a directory read once, its names matched as Windows does (case ignored, * and ?). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel32/handle.h"
#include "kernel32/linux_error.h"
#include "rtl/utf.h"

struct search {
    struct k32_object object;
    DIR *directory; /* read by one thread at a time, as the caller must see to */
    char *pattern;
};

static void destroy_search(struct k32_object *object)
{
    struct search *s = (struct search *)object;

    if (s->directory)
        closedir(s->directory);
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

HANDLE FindFirstFileW(LPCWSTR name, LPWIN32_FIND_DATAW data)
{
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
    BOOL found = next((struct search *)object, data);
    k32_release(object);
    if (!found)
        SetLastError(ERROR_NO_MORE_FILES);
    return found;
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
