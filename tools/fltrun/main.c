/* fltrun's command line. */
#include "fltrun.h"

#include "../fltmc/fltmc.h"
#include "rtl/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const program_name = "fltrun";

static const char usage[] =
    "Usage: fltrun [options] -- COMMAND [ARGUMENT...]\n"
    "Runs a command in front of a private filter manager, and gives its exit status back.\n"
    "\n"
    "  --driver FILE.so         load this driver; its .inf beside it tells altitude and instances\n"
    "  --altitude N             of the last --driver, when it has no .inf\n"
    "  --inf FILE               of the last --driver\n"
    "  --mount DIR:POINT[:OPT]  show a directory as a volume; DIR alone: without a mount point\n"
    "  --service \"COMMAND\"      run this beside it, and wait until it is connected to a port\n"
    "  --allow-missing          load drivers that use functions which openfltmgr lacks\n"
    "  --log FILE               where the manager's messages go (default: standard error)\n"
    "  -v, --verbose            say what is done\n"
    "  -h, --help  --version    tell this, or the version\n"
    "\n"
    "Exit status: the command's; 125 when the manager, a driver, a mount or a service failed.\n"
    "--driver, --mount and --service may be given several times.\n";

static int fail(const char *message, const char *what)
{
    fprintf(stderr, "fltrun: %s%s\nTry fltrun --help.\n", message, what);
    return FLTRUN_FAILED;
}

static const char *take(char **arguments, int *at)
{
    return arguments[*at + 1] ? arguments[++*at] : NULL;
}

static int add(const char **list, int *count, const char *value)
{
    if (*count == MAX_THINGS)
        return fail("too many of ", value);
    list[(*count)++] = value;
    return 0;
}

static int add_driver(struct plan *plan, const char *file)
{
    if (plan->drivers == MAX_THINGS)
        return fail("too many drivers: ", file);
    plan->driver[plan->drivers++].file = file;
    return 0;
}

static int read_valued(struct plan *plan, const char *option, const char *value)
{
    struct driver *last = plan->drivers ? &plan->driver[plan->drivers - 1] : NULL;
    if (!value)
        return fail("a value is missing behind ", option);
    if (!strcmp(option, "--driver"))
        return add_driver(plan, value);
    if (!strcmp(option, "--mount"))
        return add(plan->mount, &plan->mounts, value);
    if (!strcmp(option, "--service"))
        return add(plan->service, &plan->services, value);
    if (!strcmp(option, "--log")) {
        plan->log = value;
        return 0;
    }
    if (!last)
        return fail("a --driver must stand before ", option);
    if (!strcmp(option, "--altitude") && !is_altitude(value))
        return fail(value, " is no altitude: a decimal number, such as 265000 or 265000.5");
    *(!strcmp(option, "--inf") ? &last->inf : &last->altitude) = value;
    return 0;
}

static bool has_value(const char *option)
{
    static const char *const options[] = {"--driver", "--mount", "--service", "--log", "--inf", "--altitude"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (!strcmp(option, options[i]))
            return true;
    return false;
}

static int read_plan(struct plan *plan, char **arguments)
{
    int at = 1;
    for (; arguments[at] && strcmp(arguments[at], "--"); at++) {
        const char *a = arguments[at];
        int status = 0;
        if (has_value(a))
            status = read_valued(plan, a, take(arguments, &at));
        else if (!strcmp(a, "--allow-missing"))
            plan->allow_missing = true;
        else if (!strcmp(a, "-v") || !strcmp(a, "--verbose"))
            plan->verbose = true;
        else
            status = fail("unknown option ", a);
        if (status)
            return status;
    }
    if (!arguments[at] || !arguments[at + 1])
        return fail("no command: it stands behind --", "");
    plan->command = arguments + at + 1;
    return 0;
}

int main(int count, char **arguments)
{
    if (count > 1 &&
        (!strcmp(arguments[1], "--help") || !strcmp(arguments[1], "-h") || !strcmp(arguments[1], "help"))) {
        fputs(usage, stdout);
        return 0;
    }
    if (count > 1 && !strcmp(arguments[1], "--version")) {
        printf("fltrun (openfltmgr) %s\n", rtl_version());
        return 0;
    }
    struct plan plan = {0};
    int status = read_plan(&plan, arguments);
    return status ? status : run_plan(&plan);
}
