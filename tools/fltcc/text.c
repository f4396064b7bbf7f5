/* Growing text and string lists: what every part of fltcc builds its output with. */
#include "text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *block)
{
    if (!block)
        die("out of memory");
    return block;
}

static void text_reserve(struct text *t, size_t more)
{
    if (t->length + more + 1 <= t->room)
        return;
    t->room = (t->length + more + 1) * 2;
    t->bytes = must(realloc(t->bytes, t->room));
}

void text_add(struct text *t, const char *bytes, size_t length)
{
    text_reserve(t, length);
    memcpy(t->bytes + t->length, bytes, length);
    t->length += length;
    t->bytes[t->length] = 0;
}

void text_adds(struct text *t, const char *string)
{
    text_add(t, string, strlen(string));
}

void text_addf(struct text *t, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *string = NULL;
    if (vasprintf(&string, format, arguments) < 0)
        die("out of memory");
    va_end(arguments);
    text_adds(t, string);
    free(string);
}

void text_add_quoted(struct text *t, const char *string)
{
    for (; *string; string++) {
        text_add(t, "\\", *string == '"' || *string == '\\');
        text_add(t, string, 1);
    }
}

void text_free(struct text *t)
{
    free(t->bytes);
    *t = (struct text){0};
}

static void strings_take(struct strings *s, char *string)
{
    if (s->count + 2 > s->room) {
        s->room = s->room ? s->room * 2 : 16;
        s->item = must(realloc(s->item, s->room * sizeof *s->item));
    }
    s->item[s->count++] = string;
    s->item[s->count] = NULL;
}

void strings_add(struct strings *s, const char *string)
{
    strings_take(s, must(strdup(string)));
}

void strings_addf(struct strings *s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *string = NULL;
    if (vasprintf(&string, format, arguments) < 0)
        die("out of memory");
    va_end(arguments);
    strings_take(s, string);
}

void strings_add_all(struct strings *s, const struct strings *more)
{
    for (size_t i = 0; i < more->count; i++)
        strings_add(s, more->item[i]);
}

bool strings_has(const struct strings *s, const char *string)
{
    for (size_t i = 0; i < s->count; i++)
        if (!strcmp(s->item[i], string))
            return true;
    return false;
}

void strings_free(struct strings *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->item[i]);
    free(s->item);
    *s = (struct strings){0};
}

char *format_string(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *string = NULL;
    if (vasprintf(&string, format, arguments) < 0)
        die("out of memory");
    va_end(arguments);
    return string;
}

char *file_read(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    struct text content = {0};
    char part[65536];
    size_t got;
    while ((got = fread(part, 1, sizeof part, file)) > 0)
        text_add(&content, part, got);
    bool failed = ferror(file) != 0;
    int error = errno;
    fclose(file);
    if (failed) {
        text_free(&content);
        errno = error;
        return NULL;
    }
    text_add(&content, "", 0);
    *length = content.length;
    return content.bytes;
}

void file_write(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        die("cannot write %s: %s", path, strerror(errno));
    bool good = fwrite(bytes, 1, length, file) == length;
    if (fclose(file) != 0 || !good)
        die("cannot write %s: %s", path, strerror(errno));
}

static void complain(const char *kind, const char *format, va_list arguments)
{
    fflush(stdout);
    fprintf(stderr, "fltcc: %s: ", kind);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain("error", format, arguments);
    va_end(arguments);
    exit(1);
}

void warn(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain("warning", format, arguments);
    va_end(arguments);
}
