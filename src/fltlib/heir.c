/*
 * Connections in child processes. See heir.h.
 *
 * The socket of an inheritable connection has a name of its own (in the abstract name space) that says which
 * handle it is; the child finds it among its descriptors before its main runs, whether CreateProcess started
 * it, another program in between, or fork and exec. Over that socket it asks the manager for one of its own,
 * puts the handle under the parent's value into its table, and closes what it was given, so that no two
 * processes use one socket. Its memory is made by its first call (fltlib_port_of).
 */
#include "fltlib/heir.h"

#include "fltlib/spare.h"
#include "fltlib/watch.h"
#include "kernel32/session.h"

#include <ntstatus.h>

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NAME "openfltmgr-port/"

static uint32_t generation, names_given; /* __atomic */

uint32_t heir_generation(void)
{
    return __atomic_load_n(&generation, __ATOMIC_RELAXED);
}

bool heir_mark(int socket, HANDLE handle, bool synchronous)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    uint32_t number = __atomic_fetch_add(&names_given, 1, __ATOMIC_RELAXED);
    int length = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, NAME "%lx/%d/%lx.%x",
        (unsigned long)(uintptr_t)handle, synchronous, (unsigned long)getpid(), number);

    return bind(socket, (struct sockaddr *)&address,
               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)) == 0;
}

/* The handle that a descriptor stands for; false: none. */
static bool read_mark(int fd, HANDLE *handle, bool *synchronous)
{
    struct sockaddr_un address = {0};
    socklen_t size = sizeof address - 1; /* a zero stays at the end */
    unsigned long value;
    int sync;

    if (getsockname(fd, (struct sockaddr *)&address, &size) < 0 || address.sun_family != AF_UNIX ||
        size <= offsetof(struct sockaddr_un, sun_path) + sizeof NAME || address.sun_path[0] != 0 ||
        sscanf(address.sun_path + 1, NAME "%lx/%d/", &value, &sync) != 2)
        return false;
    *handle = (HANDLE)(uintptr_t)value;
    *synchronous = sync != 0;
    return true;
}

static void adopt(int inherited, HANDLE handle, bool synchronous)
{
    const struct wire_request request = {.magic = WIRE_MAGIC, .op = WIRE_FILE_SHARE};
    struct session_reply reply;
    int own = -1;

    fcntl(inherited, F_SETFD, FD_CLOEXEC);
    NTSTATUS status = session_share(inherited, &request, -1, &reply, &own);
    free(reply.data);
    if (NT_SUCCESS(status))
        status = fltlib_port_adopt(own, synchronous, handle);
    if (!NT_SUCCESS(status))
        fprintf(stderr,
            "openfltmgr: the inherited handle 0x%lx (descriptor %d) of a port cannot be opened (0x%08x): is its "
            "manager gone?\n",
            (unsigned long)(uintptr_t)handle, inherited, (unsigned)status);
    close(inherited);
}

/* A program with more rights than its user does not talk to whom that user has put into its descriptors. */
__attribute__((constructor)) static void take_inheritance(void)
{
    DIR *list = getauxval(AT_SECURE) ? NULL : opendir("/proc/self/fd");
    struct dirent *entry;
    HANDLE handle;
    bool synchronous;

    while (list != NULL && (entry = readdir(list)) != NULL) {
        int fd = atoi(entry->d_name);
        if (entry->d_name[0] != '.' && fd != dirfd(list) && read_mark(fd, &handle, &synchronous))
            adopt(fd, handle, synchronous);
    }
    if (list != NULL)
        closedir(list);
}

/* The copy has neither the threads nor the shared memory. */
static void forked(void)
{
    __atomic_add_fetch(&generation, 1, __ATOMIC_RELAXED);
    watch_forked();
    spare_forked();
}

__attribute__((constructor)) static void expect_forks(void)
{
    pthread_atfork(NULL, NULL, forked);
}
