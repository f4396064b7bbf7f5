/* What the C library for drivers does in the manager: printf goes to the log, malloc to the pool and is counted for the
 * driver that called it, misuse is reported with the driver's name. */
#include "rtl/crt/crt.h"

#include <string.h>

#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/ke.h"

#define CRT_TAG 0x74724366 /* 'fCrt' */

/* Each line of the text is a line of the log. */
static void print(const char *text, size_t count)
{
    char line[1024];

    while (count > 0) {
        const char *end = memchr(text, '\n', count);
        size_t length = end ? (size_t)(end - text) : count, kept = length < sizeof line - 1 ? length : sizeof line - 1;
        memcpy(line, text, kept);
        line[kept] = 0;
        if (kept > 0)
            ke_log_text(KE_LOG_DRIVER, ke_driver_of(NULL), line);
        length += end ? 1 : 0;
        text += length;
        count -= length;
    }
}

static void *allocate(size_t size, const void *caller)
{
    return ex_pool_allocate(POOL_FLAG_NON_PAGED | POOL_FLAG_UNINITIALIZED, size, CRT_TAG, caller);
}

static void misuse(const char *function, const char *what)
{
    ke_report(ke_driver_of(NULL), function, "%s", what);
}

static void assertion(const char *expression, const char *file, unsigned line)
{
    char text[512];

    snprintf(text, sizeof text, "Assertion failed: %s, file %s, line %u", expression, file, line);
    ke_bug_check((uint32_t)STATUS_ASSERTION_FAILURE, (uintptr_t)expression, (uintptr_t)file, line, 0, text);
}

__attribute__((constructor)) static void set_hooks(void)
{
    crt_hooks = (struct crt_hooks){print, allocate, ex_pool_free, misuse, assertion};
}
