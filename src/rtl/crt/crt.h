/* Inner header of the C library for drivers and services. Its functions are called through the assembler labels of
 * include/crt, with 16-bit wchar_t and 32-bit long; they are built here as ordinary C, with char16_t and int. */
#ifndef OFM_RTL_CRT_H
#define OFM_RTL_CRT_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <uchar.h>

#include "rtl/utf.h"

/* Each crt_ function is declared where its callers see it: in include/crt, under its plain name. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define CRT_EXPORT __attribute__((visibility("default")))
#define CRT_TRUNCATE ((size_t)-1)
#define CRT_STRUNCATE 80

/* What the side that hosts the library puts in place of the defaults (stdout, the C heap, abort). Set once, before any
 * driver runs. */
struct crt_hooks {
    void (*print)(const char *text, size_t count);                 /* printf, puts, putchar: UTF-8 */
    void *(*allocate)(size_t size, const void *caller);            /* malloc: 16-byte aligned */
    void (*release)(void *block, const void *caller);              /* free: not NULL */
    void (*misuse)(const char *function, const char *what);        /* an invalid argument to a checked function */
    void (*assertion)(const char *expression, const char *file, unsigned line);
};
extern struct crt_hooks crt_hooks;

/* malloc for functions of the library that hand memory to their caller. */
void *crt_allocate(size_t size, const void *caller);

/* Tells a bad argument; returns when the caller is to go on and return `error`. Sets errno. */
int crt_invalid(const char *function, const char *what, int error);

/* A second name for a function: what glibc has under that plain name is another thing, so the name counts as bound. */
#define CRT_SECOND_NAME(name, target) extern CRT_EXPORT __typeof__(target) name __attribute__((alias(#target)))

#endif
