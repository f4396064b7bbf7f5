/* fltrun: one command inside a private manager with its drivers, mounts and services. */
#ifndef FLTRUN_H
#define FLTRUN_H

#include <stdbool.h>
#include <sys/types.h>

#define MAX_THINGS 32

struct driver {
    const char *file, *altitude, *inf;
};

struct plan {
    struct driver driver[MAX_THINGS];
    int drivers;
    const char *mount[MAX_THINGS]; /* DIRECTORY[:POINT[:OPTIONS]] */
    int mounts;
    const char *service[MAX_THINGS]; /* a command line for the shell */
    int services;
    const char *log; /* the manager's; NULL: standard error */
    bool allow_missing, verbose;
    char **command;
};

/* What fltrun itself could not do; the command's own status otherwise. */
#define FLTRUN_FAILED 125

/* Carries the plan out: the exit status. */
int run_plan(const struct plan *plan);

/* ---- setup.c: what is asked of the manager ---- */

bool setup_mount(const char *mount);
bool setup_driver(const struct driver *driver, bool allow_missing);
/* What the drivers need of their manager, as fltmgrd --sanitizer calls it. NULL, with a message: they differ.
 */
const char *setup_sanitizer(const struct plan *plan);
/* The manager's program; NULL with a message. */
char *setup_manager(void);
bool setup_manager_answers(void);
/* How many processes are connected to ports. */
long setup_connections(void);

#endif
