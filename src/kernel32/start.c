/* main for services that define wmain: their arguments in UTF-16. A program with a main of its own never comes here. */
#include <stdio.h>
#include <stdlib.h>

#include "kernel32/handle.h"
#include "rtl/utf.h"

extern int wmain(int count, WCHAR **arguments, WCHAR **environment) __attribute__((weak));

/* NULL without memory. */
static WCHAR **wide_list(char **list)
{
    size_t count = 0;

    while (list[count])
        count++;
    WCHAR **wide = calloc(count + 1, sizeof *wide);
    for (size_t i = 0; wide && i < count; i++) {
        wide[i] = (WCHAR *)rtl_wide_from_utf8(list[i]);
        if (!wide[i])
            return NULL;
    }
    return wide;
}

static void free_list(WCHAR **list)
{
    for (size_t i = 0; list[i]; i++)
        free(list[i]);
    free(list);
}

__attribute__((weak)) OFM_EXPORT int main(int count, char **arguments, char **environment)
{
    if (!wmain) {
        fputs("openfltmgr: the program has neither main nor wmain\n", stderr);
        return 127;
    }
    WCHAR **wide_arguments = wide_list(arguments), **wide_environment = wide_list(environment);
    if (!wide_arguments || !wide_environment) {
        fputs("openfltmgr: no memory for the arguments\n", stderr);
        return 127;
    }
    int code = wmain(count, wide_arguments, wide_environment);
    free_list(wide_arguments);
    free_list(wide_environment);
    return code;
}
