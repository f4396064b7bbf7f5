/* Looking at an application's pointers. See pointer.h. The kernel copies for us: process_vm_readv on the own
 * process says EFAULT where a load would be a fault. */
#include "fltlib/pointer.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool checks;
static size_t page_size;

static void read_environment(void)
{
    const char *value = getenv("OPENFLTMGR_CHECK_POINTERS");

    checks = value != NULL && value[0] == '1' && value[1] == 0;
    page_size = (size_t)sysconf(_SC_PAGESIZE);
}

/* One byte there, or to there. Where the system refuses the call (seccomp), nothing is known. */
static bool touch(uintptr_t at, char *byte, bool write)
{
    struct iovec here = {byte, 1}, there = {(void *)at, 1};
    ssize_t n = write ? process_vm_writev(getpid(), &here, 1, &there, 1, 0)
                      : process_vm_readv(getpid(), &here, 1, &there, 1, 0);

    return n == 1 || errno != EFAULT;
}

static bool touch_all(uintptr_t start, size_t size, bool write)
{
    char byte = 0;

    if (size > UINTPTR_MAX - start)
        return false;
    for (uintptr_t at = start; at < start + size; at = (at / page_size + 1) * page_size) {
        if (!touch(at, &byte, false) || (write && !touch(at, &byte, true)))
            return false;
    }
    return true;
}

bool fltlib_readable(const void *start, size_t size)
{
    pthread_once(&once, read_environment);
    return !checks || size == 0 || touch_all((uintptr_t)start, size, false);
}

bool fltlib_writable(void *start, size_t size)
{
    pthread_once(&once, read_environment);
    return !checks || size == 0 || touch_all((uintptr_t)start, size, true);
}
