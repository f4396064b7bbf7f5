/* The checks of the mailslot tests' applications: the first that fails is told on standard output and ends the program with 1. */
#ifndef MAILSLOTS_CLIENT_H
#define MAILSLOTS_CLIENT_H

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                                             \
    do {                                                                                                             \
        if (!(condition)) {                                                                                          \
            printf("%s:%d: %s (last error %u)\n", __FILE__, __LINE__, #condition, GetLastError());                   \
            exit(1);                                                                                                 \
        }                                                                                                            \
    } while (0)
/* The call fails with this error. */
#define FAILS(error, call)                                                                                           \
    do {                                                                                                             \
        SetLastError(12345);                                                                                         \
        if (call) {                                                                                                  \
            printf("%s:%d: %s succeeded, expected error %d\n", __FILE__, __LINE__, #call, error);                    \
            exit(1);                                                                                                 \
        }                                                                                                            \
        if (GetLastError() != (error)) {                                                                             \
            printf("%s:%d: %s: expected error %d, got %u\n", __FILE__, __LINE__, #call, error, GetLastError());      \
            exit(1);                                                                                                 \
        }                                                                                                            \
    } while (0)
#define STATUS(wanted, call)                                                                                         \
    do {                                                                                                             \
        NTSTATUS _got = (call);                                                                                      \
        if (_got != (wanted)) {                                                                                      \
            printf("%s:%d: %s: expected %s, got 0x%08x\n", __FILE__, __LINE__, #call, #wanted, (unsigned)_got);      \
            exit(1);                                                                                                 \
        }                                                                                                            \
    } while (0)

/* heirs.c: groups about inherited handles. 0: no such group. */
int heirs_run(int count, char **arguments);
/* gifts.c: groups about DuplicateHandle between processes. */
int gifts_run(int count, char **arguments);

#endif
