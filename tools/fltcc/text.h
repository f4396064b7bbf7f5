/* Growing text and string lists: what every part of fltcc builds its output with. Allocation failure ends the
 * program. */
#ifndef FLTCC_TEXT_H
#define FLTCC_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
    char *bytes; /* always ends with a NUL that length does not count */
    size_t length, room;
};

void text_add(struct text *t, const char *bytes, size_t length);
void text_adds(struct text *t, const char *string);
void text_addf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* As it stands in a line marker: quotes and backslashes marked. */
void text_add_quoted(struct text *t, const char *string);
void text_free(struct text *t);

struct strings {
    char **item; /* ends with NULL */
    size_t count, room;
};

void strings_add(struct strings *s, const char *string);
void strings_addf(struct strings *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strings_add_all(struct strings *s, const struct strings *more);
bool strings_has(const struct strings *s, const char *string);
void strings_free(struct strings *s);

char *format_string(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The whole file with a NUL behind it; NULL with errno set when it cannot be read. */
char *file_read(const char *path, size_t *length);
/* Writes the whole file or ends the program with a message. */
void file_write(const char *path, const char *bytes, size_t length);

/* An error of the user's or the system's: "fltcc: error: ..." and exit status 1. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
