/*
 * What the manager keeps away from its own mounts (V-214). See own.h. A thread of the manager that touches a
 * mount of its own, be it for a file, for its code or for memory that is written back first, waits for a
 * request that it may have to serve itself. The places are set once, before any thread is made, and only read
 * later.
 */
#include "daemon/own.h"

#include "ntoskrnl/ke/report.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static struct place {
    const char *what;
    char path[PATH_MAX];
} places[] = {{"runtime directory", ""}, {"registry", ""}};

/* ---- code ---- */

static int lock_object(struct dl_phdr_info *object, size_t size, void *failed)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

    (void)size;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
            continue;
        uintptr_t start = (object->dlpi_addr + part->p_vaddr) & ~(page - 1);
        if (mlock((void *)start, object->dlpi_addr + part->p_vaddr + part->p_memsz - start) < 0)
            *(int *)failed = errno;
    }
    return 0;
}

/* Memory that is wanted back is found by writing dirty pages, and those may be a mount's: the code that would
 * serve that write does not have to be read in first. A user's limit may be too small for it, which only
 * makes this rarer. */
static void lock_code(void)
{
    struct rlimit limit;
    int failed = 0;

    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_MEMLOCK, &limit);
    }
    dl_iterate_phdr(lock_object, &failed);
    if (failed != 0)
        ke_log(KE_LOG_DEBUG, "the manager's code is not locked into memory: %s", strerror(failed));
}

/* Threads inherit it: memory that this process asks for is never found by waiting for a file system. Needs
 * CAP_SYS_RESOURCE. */
static void never_wait_for_write_back(void)
{
    if (prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0) < 0 && errno != EPERM)
        ke_log(KE_LOG_DEBUG, "PR_SET_IO_FLUSHER: %s", strerror(errno));
}

/* ---- places ---- */

/* The last name need not exist yet. */
static bool resolve(const char *path, char resolved[PATH_MAX])
{
    char copy[PATH_MAX], directory[PATH_MAX];

    if (realpath(path, resolved) != NULL)
        return true;
    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy)
        return false;
    char *slash = strrchr(copy, '/');
    if (slash != NULL)
        *slash++ = 0;
    if (realpath(slash == NULL ? "." : copy[0] != 0 ? copy : "/", directory) == NULL)
        return false;
    return snprintf(resolved, PATH_MAX, "%s/%s", strcmp(directory, "/") == 0 ? "" : directory,
               slash != NULL ? slash : copy) < PATH_MAX;
}

bool own_begin(const char *runtime, const char *registry)
{
    if (!resolve(runtime, places[0].path) || !resolve(registry, places[1].path) || chdir(places[0].path) < 0)
        return false;
    lock_code();
    never_wait_for_write_back();
    return true;
}

const char *own_below(const char *directory)
{
    static __thread char text[PATH_MAX + 32];
    size_t n = strlen(directory);

    while (n > 0 && directory[n - 1] == '/')
        n--;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *path = places[i].path;
        if (path[0] == 0 || strncmp(path, directory, n) != 0 || (path[n] != 0 && path[n] != '/'))
            continue;
        snprintf(text, sizeof text, "%s %s", places[i].what, path);
        return text;
    }
    return NULL;
}
