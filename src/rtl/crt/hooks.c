/* The places where the C library meets its host: log, heap, misuse. */
#include "rtl/crt/crt.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void (*invalid_parameter_handler)(const char16_t *expression, const char16_t *function, const char16_t *file,
    unsigned line, uintptr_t reserved);

static void default_print(const char *text, size_t count)
{
    fwrite(text, 1, count, stdout);
}

static void *default_allocate(size_t size, const void *caller)
{
    return malloc(size);
}

static void default_release(void *block, const void *caller)
{
    free(block);
}

/* A driver goes on with the error code, as in the kernel; a service stops, as Windows' library does. */
static void default_misuse(const char *function, const char *what)
{
    fprintf(stderr, "openfltmgr: %s: %s\n", function, what);
#ifdef OFM_USER_MODE
    abort();
#endif
}

static void default_assertion(const char *expression, const char *file, unsigned line)
{
    fflush(stdout);
    fprintf(stderr, "Assertion failed: %s, file %s, line %u\n", expression, file, line);
    abort();
}

struct crt_hooks crt_hooks = {
    .print = default_print,
    .allocate = default_allocate,
    .release = default_release,
    .misuse = default_misuse,
    .assertion = default_assertion,
};

static invalid_parameter_handler user_handler;

CRT_EXPORT invalid_parameter_handler crt__set_invalid_parameter_handler(invalid_parameter_handler handler)
{
    return __atomic_exchange_n(&user_handler, handler, __ATOMIC_ACQ_REL);
}

int crt_invalid(const char *function, const char *what, int error)
{
    invalid_parameter_handler handler = __atomic_load_n(&user_handler, __ATOMIC_ACQUIRE);

    if (handler)
        handler(NULL, NULL, NULL, 0, 0);
    else
        crt_hooks.misuse(function, what);
    errno = error;
    return error;
}

CRT_EXPORT void crt_assert_failed(const char *expression, const char *file, unsigned line)
{
    crt_hooks.assertion(expression, file, line);
}

CRT_EXPORT _Noreturn void crt___fastfail(unsigned code)
{
    fprintf(stderr, "openfltmgr: __fastfail(%u)\n", code);
    abort();
}

CRT_EXPORT int crt__get_errno(int *value)
{
    if (!value)
        return EINVAL;
    *value = errno;
    return 0;
}

CRT_EXPORT int crt__set_errno(int value)
{
    errno = value;
    return 0;
}
