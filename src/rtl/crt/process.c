/* Environment, exit functions, locale names. */
#include "rtl/crt/crt.h"

#include <stdlib.h>
#include <string.h>

CRT_EXPORT int crt__wsystem(const char16_t *command)
{
    char *narrow = command ? rtl_utf8_from_wide(command) : NULL;
    int result = system(narrow);

    free(narrow);
    return result;
}

/* atexit is no dynamic symbol of glibc; a driver's functions run when its image is unloaded. */
extern int __cxa_atexit(void (*function)(void *), void *argument, void *image);

static void run_plain(void *argument)
{
    ((void (*)(void))argument)();
}

CRT_EXPORT int crt_atexit(void (*function)(void))
{
    return __cxa_atexit(run_plain, (void *)function, NULL);
}

CRT_EXPORT char16_t *crt__wgetenv(const char16_t *name)
{
    static __thread char16_t *last; /* as getenv, good until the next call of this thread */
    char *narrow = rtl_utf8_from_wide(name);
    const char *value = narrow ? getenv(narrow) : NULL;

    free(narrow);
    free(last);
    last = value ? rtl_wide_from_utf8(value) : NULL;
    return last;
}

CRT_EXPORT int crt_getenv_s(size_t *needed, char *to, size_t capacity, const char *name)
{
    if (!needed || !name || (!to && capacity > 0))
        return crt_invalid("getenv_s", "no result or no name", EINVAL);
    const char *value = getenv(name);
    *needed = value ? strlen(value) + 1 : 0;
    if (to && capacity > 0)
        to[0] = 0;
    if (!value || capacity == 0)
        return 0;
    if (*needed > capacity)
        return ERANGE;
    strcpy(to, value);
    return 0;
}

CRT_EXPORT int crt__dupenv_s(char **result, size_t *count, const char *name)
{
    if (!result || !name)
        return crt_invalid("_dupenv_s", "no result or no name", EINVAL);
    const char *value = getenv(name);
    size_t size = value ? strlen(value) + 1 : 0;
    *result = value ? crt_allocate(size, __builtin_return_address(0)) : NULL;
    if (count)
        *count = *result ? size : 0;
    if (value && !*result)
        return ENOMEM;
    if (value)
        memcpy(*result, value, size);
    return 0;
}

CRT_EXPORT int crt__wdupenv_s(char16_t **result, size_t *count, const char16_t *name)
{
    if (!result || !name)
        return crt_invalid("_wdupenv_s", "no result or no name", EINVAL);
    const char16_t *value = crt__wgetenv(name);
    size_t size = value ? rtl_wide_length(value) + 1 : 0;
    *result = value ? crt_allocate(size * sizeof *value, __builtin_return_address(0)) : NULL;
    if (count)
        *count = *result ? size : 0;
    if (value && !*result)
        return ENOMEM;
    if (value)
        memcpy(*result, value, size * sizeof *value);
    return 0;
}

CRT_EXPORT int crt__putenv_s(const char *name, const char *value)
{
    if (!name || !value)
        return crt_invalid("_putenv_s", "no name or no value", EINVAL);
    return (*value ? setenv(name, value, 1) : unsetenv(name)) ? errno : 0;
}

CRT_EXPORT int crt__putenv(const char *text)
{
    const char *equal = text ? strchr(text, '=') : NULL;

    if (!equal || equal == text)
        return crt_invalid("_putenv", "no NAME=value", EINVAL), -1;
    char *name = strndup(text, (size_t)(equal - text));
    int result = !name ? -1 : crt__putenv_s(name, equal + 1) ? -1 : 0;
    free(name);
    return result;
}

static bool known_locale(const char *name)
{
    return !*name || !strcmp(name, "C") || !strcmp(name, "POSIX") || strstr(name, "UTF-8") || strstr(name, "utf8");
}

CRT_EXPORT char *crt_setlocale(int category, const char *name)
{
    return !name || known_locale(name) ? (char *)"C" : NULL;
}

CRT_EXPORT const char16_t *crt__wsetlocale(int category, const char16_t *name)
{
    char *narrow = name ? rtl_utf8_from_wide(name) : NULL;
    bool known = !narrow || known_locale(narrow);

    free(narrow);
    return known ? u"C" : NULL;
}
