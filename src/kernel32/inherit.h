/* Handles of the manager's files that a child process inherits, with their values (M-126). See inherit.c. */
#ifndef OFM_KERNEL32_INHERIT_H
#define OFM_KERNEL32_INHERIT_H

#include <spawn.h>

#include "windows.h"

struct k32_bequest {
    int *sockets; /* one an object */
    size_t count;
    char *table; /* for the environment: NAME=..., or NULL when there is nothing to inherit */
};

/* Takes a further handle of every file that is to be inherited. On failure the bequest is empty. */
NTSTATUS k32_bequest_make(struct k32_bequest *bequest);
/* The child is to have the sockets. 0 or an errno. */
int k32_bequest_add(const struct k32_bequest *bequest, posix_spawn_file_actions_t *actions);
/* The child has them, or was not started. */
void k32_bequest_end(struct k32_bequest *bequest);
/* The environment with the table; free() the list alone. NULL without memory. */
char **k32_bequest_environment(const struct k32_bequest *bequest, char **environment);

#endif
