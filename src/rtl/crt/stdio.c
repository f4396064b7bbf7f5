/* Files: what differs from glibc (wide text, 32-bit offsets, checked forms, Windows' mode strings and separators). */
#include "rtl/crt/crt.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <poll.h>
#include <unistd.h>

/* --- opening --- */

static void linux_mode(char out[8], const char *mode)
{
    size_t n = 0;

    for (; *mode && *mode != ',' && n < 7; mode++) {
        if (strchr("rwa+", *mode))
            out[n++] = *mode;
    }
    out[n++] = 'e';
    out[n] = 0;
}

static FILE *open_file(const char *path, const char *mode)
{
    char name[PATH_MAX], letters[8];

    if (strlen(path) >= sizeof name) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    strcpy(name, path);
    for (char *p = name; (p = strchr(p, '\\'));)
        *p = '/';
    linux_mode(letters, mode);
    return fopen(name, letters);
}

CRT_EXPORT FILE *crt_fopen(const char *path, const char *mode)
{
    if (!path || !mode || !*mode)
        return crt_invalid("fopen", "no path or no mode", EINVAL), NULL;
    return open_file(path, mode);
}

CRT_EXPORT FILE *crt__fsopen(const char *path, const char *mode, int share)
{
    return crt_fopen(path, mode);
}

CRT_EXPORT int crt_fopen_s(FILE **file, const char *path, const char *mode)
{
    if (!file)
        return crt_invalid("fopen_s", "no result", EINVAL);
    *file = crt_fopen(path, mode);
    return *file ? 0 : errno;
}

CRT_EXPORT FILE *crt__wfopen(const char16_t *path, const char16_t *mode)
{
    if (!path || !mode)
        return crt_invalid("_wfopen", "no path or no mode", EINVAL), NULL;
    char *name = rtl_utf8_from_wide(path), *letters = rtl_utf8_from_wide(mode);
    FILE *file = name && letters ? crt_fopen(name, letters) : NULL;
    int error = errno;
    free(name);
    free(letters);
    errno = error;
    return file;
}

CRT_EXPORT FILE *crt__wfsopen(const char16_t *path, const char16_t *mode, int share)
{
    return crt__wfopen(path, mode);
}

CRT_EXPORT int crt__wfopen_s(FILE **file, const char16_t *path, const char16_t *mode)
{
    if (!file)
        return crt_invalid("_wfopen_s", "no result", EINVAL);
    *file = crt__wfopen(path, mode);
    return *file ? 0 : errno;
}

CRT_EXPORT int crt_freopen_s(FILE **result, const char *path, const char *mode, FILE *file)
{
    char letters[8];

    if (!result || !mode || !file)
        return crt_invalid("freopen_s", "no result, mode or file", EINVAL);
    linux_mode(letters, mode);
    *result = freopen(path && !strcmp(path, "CONOUT$") ? "/dev/tty" : path, letters, file);
    return *result ? 0 : errno;
}

CRT_EXPORT int crt_tmpfile_s(FILE **file)
{
    if (!file)
        return crt_invalid("tmpfile_s", "no result", EINVAL);
    *file = tmpfile();
    return *file ? 0 : errno;
}

static int with_path(const char16_t *path, int (*call)(const char *))
{
    char *name = rtl_utf8_from_wide(path);
    int result = name ? call(name) : -1, error = errno;

    free(name);
    errno = error;
    return result;
}

CRT_EXPORT int crt__wremove(const char16_t *path)
{
    return with_path(path, remove);
}

CRT_EXPORT int crt__wrename(const char16_t *from, const char16_t *to)
{
    char *a = rtl_utf8_from_wide(from), *b = rtl_utf8_from_wide(to);
    int result = a && b ? rename(a, b) : -1, error = errno;

    free(a);
    free(b);
    errno = error;
    return result;
}

CRT_EXPORT void crt__wperror(const char16_t *text)
{
    char *narrow = text ? rtl_utf8_from_wide(text) : NULL;

    perror(narrow);
    free(narrow);
}

CRT_EXPORT int crt__flushall(void)
{
    fflush(NULL);
    return 3;
}

/* --- positions --- */

CRT_EXPORT int crt_fseek(FILE *file, int offset, int from)
{
    return fseeko(file, offset, from);
}

CRT_EXPORT int crt_ftell(FILE *file)
{
    off_t at = ftello(file);

    if (at <= INT_MAX)
        return (int)at;
    errno = EINVAL;
    return -1;
}

CRT_EXPORT int crt_fgetpos(FILE *file, int64_t *position)
{
    *position = ftello(file);
    return *position < 0 ? -1 : 0;
}

CRT_EXPORT int crt_fsetpos(FILE *file, const int64_t *position)
{
    return fseeko(file, *position, SEEK_SET);
}

/* --- text --- */

CRT_EXPORT size_t crt_fread_s(void *to, size_t capacity, size_t size, size_t count, FILE *file)
{
    size_t total;

    if (size == 0 || count == 0)
        return 0;
    if (!to || !file || __builtin_mul_overflow(size, count, &total) || total > capacity)
        return crt_invalid("fread_s", "no buffer, or it is too small", to && file ? ERANGE : EINVAL), 0;
    return fread(to, size, count, file);
}

CRT_EXPORT char *crt_gets_s(char *to, size_t capacity)
{
    if (!to || capacity == 0 || capacity > INT_MAX)
        return crt_invalid("gets_s", "no buffer", EINVAL), NULL;
    if (!fgets(to, (int)capacity, stdin))
        return NULL;
    char *end = strchr(to, '\n');
    if (end)
        *end = 0;
    else if (!feof(stdin)) {
        to[0] = 0;
        return crt_invalid("gets_s", "the line does not fit", ERANGE), NULL;
    }
    return to;
}

static void print_text(const char *text, size_t count)
{
#ifdef OFM_USER_MODE
    fwrite(text, 1, count, stdout);
#else
    crt_hooks.print(text, count);
#endif
}

CRT_EXPORT int crt_putchar(int c)
{
    char unit = (char)c;

    print_text(&unit, 1);
    return (unsigned char)c;
}

CRT_EXPORT int crt_puts(const char *text)
{
    size_t n = strlen(text);
    char *line = n < 4096 ? alloca(n + 1) : NULL;

    if (line) { /* in one piece, so that lines of several threads stay whole */
        memcpy(line, text, n);
        line[n] = '\n';
        print_text(line, n + 1);
    } else {
        print_text(text, n);
        print_text("\n", 1);
    }
    return 0;
}

CRT_EXPORT int crt__cputs(const char *text)
{
    print_text(text, strlen(text));
    return 0;
}

/* One UTF-16 unit of a UTF-8 file. A character beyond the basic plane gives its first unit now, the second next time. */
static __thread char16_t pending_unit;

CRT_EXPORT char16_t crt_fgetwc(FILE *file)
{
    char bytes[4];
    const char *p = bytes;
    char16_t units[2];
    int first = pending_unit ? 0 : fgetc(file);

    if (pending_unit) {
        units[0] = pending_unit;
        pending_unit = 0;
        return units[0];
    }
    if (first == EOF)
        return 0xFFFF;
    size_t count = 1, length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    bytes[0] = (char)first;
    for (int c; count < length; bytes[count++] = (char)c) {
        c = fgetc(file);
        if ((c & 0xC0) != 0x80) {
            if (c != EOF)
                ungetc(c, file);
            break;
        }
    }
    if (rtl_utf16_put(units, rtl_utf8_next(&p, &count)) == 2)
        pending_unit = units[1];
    return units[0];
}

CRT_EXPORT char16_t crt_getwchar(void)
{
    return crt_fgetwc(stdin);
}

CRT_EXPORT char16_t *crt_fgetws(char16_t *to, int capacity, FILE *file)
{
    int n = 0;

    for (char16_t c; n < capacity - 1; ) {
        c = crt_fgetwc(file);
        if (c == 0xFFFF && (feof(file) || ferror(file)))
            break;
        to[n++] = c;
        if (c == '\n')
            break;
    }
    if (n == 0)
        return NULL;
    to[n] = 0;
    return to;
}

static int put_wide(const char16_t *text, size_t count, FILE *file)
{
    while (count > 0) {
        char bytes[4];
        size_t n = rtl_utf8_put(bytes, rtl_utf16_next(&text, &count));
        if (!file)
            print_text(bytes, n);
        else if (fwrite(bytes, 1, n, file) != n)
            return -1;
    }
    return 0;
}

CRT_EXPORT char16_t crt_fputwc(char16_t c, FILE *file)
{
    return put_wide(&c, 1, file) ? 0xFFFF : c;
}

CRT_EXPORT char16_t crt_putwchar(char16_t c)
{
    put_wide(&c, 1, NULL);
    return c;
}

CRT_EXPORT int crt_fputws(const char16_t *text, FILE *file)
{
    return put_wide(text, rtl_wide_length(text), file);
}

CRT_EXPORT int crt__putws(const char16_t *text)
{
    put_wide(text, rtl_wide_length(text), NULL);
    print_text("\n", 1);
    return 0;
}

/* --- descriptors --- */

CRT_EXPORT int crt__access_s(const char *path, int mode)
{
    return access(path, mode) ? errno : 0;
}

CRT_EXPORT int crt__waccess(const char16_t *path, int mode)
{
    char *name = rtl_utf8_from_wide(path);
    int result = name ? access(name, mode) : -1, error = errno;

    free(name);
    errno = error;
    return result;
}

CRT_EXPORT int crt__read(int fd, void *to, unsigned count)
{
    return (int)read(fd, to, count > INT_MAX ? INT_MAX : count);
}

CRT_EXPORT int crt__write(int fd, const void *from, unsigned count)
{
    return (int)write(fd, from, count > INT_MAX ? INT_MAX : count);
}

CRT_EXPORT int crt__lseek(int fd, int offset, int from)
{
    off_t at = lseek(fd, offset, from);

    return at > INT_MAX ? (errno = EINVAL, -1) : (int)at;
}

CRT_EXPORT int crt__setmode(int fd, int mode)
{
    return mode; /* text and binary are one */
}

CRT_EXPORT int64_t crt__filelengthi64(int fd)
{
    struct stat st;

    return fstat(fd, &st) ? -1 : st.st_size;
}

/* --- the console --- */

static int read_key(bool echo)
{
    struct termios before, raw;
    unsigned char key;
    bool terminal = tcgetattr(0, &before) == 0;

    fflush(stdout);
    if (terminal) {
        raw = before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | (echo ? 0 : ECHO));
        tcsetattr(0, TCSANOW, &raw);
    }
    ssize_t n = read(0, &key, 1);
    if (terminal)
        tcsetattr(0, TCSANOW, &before);
    return n == 1 ? key : EOF;
}

CRT_EXPORT int crt__getch(void)
{
    return read_key(false);
}

CRT_EXPORT int crt__getche(void)
{
    return read_key(true);
}

CRT_EXPORT int crt__kbhit(void)
{
    struct pollfd console = {.fd = 0, .events = POLLIN};

    return poll(&console, 1, 0) == 1;
}

CRT_SECOND_NAME(crt_getwc, crt_fgetwc);
CRT_SECOND_NAME(crt_putwc, crt_fputwc);
