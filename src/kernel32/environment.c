/* The command line, the environment, the current directory. */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel32/handle.h"
#include "kernel32/linux_error.h"
#include "rtl/utf.h"

/* --- the command line --- */

static char *line_narrow;
static WCHAR *line_wide;

/* Quotes one argument so that Windows' rules give it back: backslashes count only before a quote. */
static void put_argument(FILE *out, const char *text)
{
    bool quotes = !*text || strpbrk(text, " \t\"");
    size_t slashes = 0;

    if (quotes)
        fputc('"', out);
    for (; *text; text++) {
        if (*text == '\\') {
            slashes++;
        } else {
            if (*text == '"') {
                for (size_t i = 0; i <= slashes; i++)
                    fputc('\\', out);
            }
            slashes = 0;
        }
        fputc(*text, out);
    }
    for (size_t i = 0; quotes && i < slashes; i++)
        fputc('\\', out);
    if (quotes)
        fputc('"', out);
}

static void make_line(void)
{
    char *text = NULL, *argument = NULL;
    size_t size = 0, capacity = 0;
    FILE *in = fopen("/proc/self/cmdline", "re"), *out = open_memstream(&text, &size);

    for (bool first = true; in && out && getdelim(&argument, &capacity, 0, in) > 0; first = false) {
        if (!first)
            fputc(' ', out);
        put_argument(out, argument);
    }
    if (out)
        fclose(out);
    if (in)
        fclose(in);
    free(argument);
    line_narrow = text ? text : (char *)"";
    line_wide = (WCHAR *)rtl_wide_from_utf8(line_narrow);
}

static pthread_once_t line_once = PTHREAD_ONCE_INIT;

LPSTR GetCommandLineA(void)
{
    pthread_once(&line_once, make_line);
    return line_narrow;
}

LPWSTR GetCommandLineW(void)
{
    pthread_once(&line_once, make_line);
    return line_wide;
}

/* Reads one argument into *to (NULL: only counts); moves *line behind it and the blanks that follow. */
static size_t take_argument(const WCHAR **line, WCHAR *to)
{
    const WCHAR *p = *line;
    size_t n = 0;
    bool quoted = false;

    while (*p && (quoted || (*p != ' ' && *p != '\t'))) {
        size_t slashes = 0;
        while (p[slashes] == '\\')
            slashes++;
        bool before_quote = p[slashes] == '"';
        size_t kept = before_quote ? slashes / 2 : slashes;
        for (size_t i = 0; i < kept; i++, n++) {
            if (to)
                to[n] = '\\';
        }
        p += slashes;
        if (before_quote && slashes % 2 == 0) {
            quoted = !quoted;
            p++;
        } else if (before_quote || (slashes == 0 && *p)) {
            if (to)
                to[n] = *p;
            n++;
            p++;
        }
    }
    while (*p == ' ' || *p == '\t')
        p++;
    *line = p;
    if (to)
        to[n] = 0;
    return n;
}

LPWSTR *CommandLineToArgvW(LPCWSTR line, int *count)
{
    const WCHAR *p = line;
    size_t units = 0;
    int n = 0;

    if (!line || !count) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    for (; *p; n++)
        units += take_argument(&p, NULL) + 1;
    LPWSTR *arguments = LocalAlloc(LMEM_FIXED, ((size_t)n + 1) * sizeof *arguments + units * sizeof(WCHAR));
    if (!arguments)
        return NULL;
    WCHAR *text = (WCHAR *)(arguments + n + 1);
    p = line;
    for (int i = 0; i < n; i++) {
        arguments[i] = text;
        text += take_argument(&p, text) + 1;
    }
    arguments[n] = NULL;
    *count = n;
    return arguments;
}

/* --- results in the caller's buffer: the length, or with too little room the size that is needed --- */

static DWORD give_narrow(const char *text, LPSTR to, DWORD capacity)
{
    size_t length = strlen(text);

    if (length >= capacity)
        return (DWORD)length + 1;
    memcpy(to, text, length + 1);
    return (DWORD)length;
}

static DWORD give_wide(const char *text, LPWSTR to, DWORD capacity)
{
    size_t bytes = strlen(text), length = rtl_utf8_to_utf16(NULL, 0, text, bytes, NULL);

    if (length >= capacity)
        return (DWORD)length + 1;
    rtl_utf8_to_utf16((char16_t *)to, length, text, bytes, NULL);
    to[length] = 0;
    return (DWORD)length;
}

DWORD GetEnvironmentVariableA(LPCSTR name, LPSTR to, DWORD capacity)
{
    const char *value = getenv(name);

    if (value)
        return give_narrow(value, to, capacity);
    SetLastError(ERROR_ENVVAR_NOT_FOUND);
    return 0;
}

DWORD GetEnvironmentVariableW(LPCWSTR name, LPWSTR to, DWORD capacity)
{
    char *narrow = rtl_utf8_from_wide((const char16_t *)name);
    const char *value = narrow ? getenv(narrow) : NULL;

    free(narrow);
    if (value)
        return give_wide(value, to, capacity);
    SetLastError(ERROR_ENVVAR_NOT_FOUND);
    return 0;
}

BOOL SetEnvironmentVariableA(LPCSTR name, LPCSTR value)
{
    return (value ? setenv(name, value, 1) : unsetenv(name)) == 0 || k32_errno_result();
}

BOOL SetEnvironmentVariableW(LPCWSTR name, LPCWSTR value)
{
    char *a = rtl_utf8_from_wide((const char16_t *)name);
    char *b = value ? rtl_utf8_from_wide((const char16_t *)value) : NULL;
    BOOL ok = a && SetEnvironmentVariableA(a, b);

    free(a);
    free(b);
    return ok;
}

DWORD GetCurrentDirectoryA(DWORD capacity, LPSTR to)
{
    char path[PATH_MAX];

    if (getcwd(path, sizeof path))
        return give_narrow(path, to, capacity);
    k32_errno_result();
    return 0;
}

DWORD GetCurrentDirectoryW(DWORD capacity, LPWSTR to)
{
    char path[PATH_MAX];

    if (getcwd(path, sizeof path))
        return give_wide(path, to, capacity);
    k32_errno_result();
    return 0;
}

BOOL SetCurrentDirectoryA(LPCSTR name)
{
    return chdir(name) == 0 || k32_errno_result();
}

BOOL SetCurrentDirectoryW(LPCWSTR name)
{
    char *narrow = rtl_utf8_from_wide((const char16_t *)name);
    BOOL ok = narrow && SetCurrentDirectoryA(narrow);

    free(narrow);
    return ok;
}

/* --- well-known directories and full names --- */

UINT GetSystemDirectoryA(LPSTR to, UINT capacity)
{
    return give_narrow("C:\\Windows\\System32", to, capacity);
}

UINT GetSystemDirectoryW(LPWSTR to, UINT capacity)
{
    return give_wide("C:\\Windows\\System32", to, capacity);
}

UINT GetWindowsDirectoryA(LPSTR to, UINT capacity)
{
    return give_narrow("C:\\Windows", to, capacity);
}

UINT GetWindowsDirectoryW(LPWSTR to, UINT capacity)
{
    return give_wide("C:\\Windows", to, capacity);
}

static void temporary(char path[PATH_MAX])
{
    const char *from = getenv("TMPDIR");
    size_t n = (size_t)snprintf(path, PATH_MAX - 1, "%s", from && *from == '/' ? from : "/tmp");

    if (n < PATH_MAX - 1 && path[n - 1] != '/')
        strcpy(path + n, "/");
}

DWORD GetTempPathA(DWORD capacity, LPSTR to)
{
    char path[PATH_MAX];

    temporary(path);
    return give_narrow(path, to, capacity);
}

DWORD GetTempPathW(DWORD capacity, LPWSTR to)
{
    char path[PATH_MAX];

    temporary(path);
    return give_wide(path, to, capacity);
}

/* Takes one component onto the path that is built. */
static bool push(char *path, const char *part, size_t length)
{
    size_t used = strlen(path);

    if (length == 0 || (length == 1 && part[0] == '.'))
        return true;
    if (length == 2 && !memcmp(part, "..", 2)) {
        char *slash = strrchr(path, '/');
        if (slash)
            *slash = 0;
        return true;
    }
    if (used + length + 2 > PATH_MAX)
        return false;
    path[used] = '/';
    memcpy(path + used + 1, part, length);
    path[used + 1 + length] = 0;
    return true;
}

static bool full_path(char path[PATH_MAX], const char *name)
{
    *path = 0;
    if (*name != '/' && *name != '\\' && !getcwd(path, PATH_MAX))
        return k32_errno_result();
    if (!strcmp(path, "/"))
        *path = 0;
    while (*name) {
        size_t length = strcspn(name, "/\\");
        if (!push(path, name, length)) {
            SetLastError(ERROR_FILENAME_EXCED_RANGE);
            return false;
        }
        name += length;
        name += *name != 0;
    }
    if (!*path)
        strcpy(path, "/");
    return true;
}

DWORD GetFullPathNameA(LPCSTR name, DWORD capacity, LPSTR to, LPSTR *file_part)
{
    char path[PATH_MAX];

    if (!full_path(path, name))
        return 0;
    DWORD length = give_narrow(path, to, capacity);
    if (length < capacity && file_part)
        *file_part = strrchr(to, '/')[1] ? strrchr(to, '/') + 1 : NULL;
    return length;
}

DWORD GetFullPathNameW(LPCWSTR name, DWORD capacity, LPWSTR to, LPWSTR *file_part)
{
    char path[PATH_MAX], *narrow = rtl_utf8_from_wide((const char16_t *)name);
    bool ok = narrow && full_path(path, narrow);

    free(narrow);
    if (!ok)
        return 0;
    DWORD length = give_wide(path, to, capacity);
    if (length < capacity && file_part) {
        DWORD at = length;
        while (at > 0 && to[at - 1] != '/')
            at--;
        *file_part = at < length ? to + at : NULL;
    }
    return length;
}
