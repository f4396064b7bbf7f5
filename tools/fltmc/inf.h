/* A driver's .inf file: sections, entries, strings. */
#ifndef FLTMC_INF_H
#define FLTMC_INF_H

#include <stdbool.h>
#include <stddef.h>

struct inf_entry {
    char *key;    /* before '='; NULL in a line without one */
    char **value; /* split at commas; strings put in */
    size_t count;
    int line;
};

struct inf_section {
    char *name;
    struct inf_entry *entry;
    size_t count;
};

struct inf {
    struct inf_section *section;
    size_t count;
    char message[256]; /* what is wrong, with the line */
};

/* bytes: the file as it is: UTF-16 with a mark, UTF-8, or a Windows code page. False with a message. */
bool inf_read(struct inf *inf, const char *bytes, size_t length);
const struct inf_section *inf_section(const struct inf *inf, const char *name);
const struct inf_entry *inf_entry(const struct inf_section *section, const char *key);
/* The entry's nth value, "" when it has none. */
const char *inf_value(const struct inf_entry *entry, size_t n);
void inf_free(struct inf *inf);

#endif
