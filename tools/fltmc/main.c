/* fltmc: the filter manager's control program, as on Windows and a little more. */
#include "fltmc.h"

#include "rtl/version.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const program_name = "fltmc";

static const char usage[] =
    "fltmc - Filter Manager Control Program\n"
    "\n"
    "    load        Loads a filter driver\n"
    "    unload      Unloads a filter driver\n"
    "    filters     Lists the filters that are loaded (also without any command)\n"
    "    instances   Lists the instances of a filter or volume\n"
    "    volumes     Lists all volumes\n"
    "    attach      Creates a filter instance on a volume\n"
    "    detach      Removes a filter instance from a volume\n"
    "    install     Makes a service of a driver's .inf file\n"
    "    mount       Shows a directory as a volume\n"
    "    unmount     Takes a volume away\n"
    "    mounts      Lists the mounts\n"
    "    ports       Lists the communication ports\n"
    "    mailslots   Lists the mailslots\n"
    "    mailslot    Writes to, reads from or makes a mailslot\n"
    "    stop        Ends the manager\n"
    "\n"
    "    fltmc help COMMAND tells more. --json gives lists in JSON. --version tells the version.\n";

static const struct command {
    const char *name;
    int (*run)(const struct command_line *line);
    const char *help;
} commands[] = {
    {"filters", command_filters, "fltmc filters\n    Lists the loaded filters, highest altitude first.\n"},
    {"instances", command_instances,
        "fltmc instances [-f FILTER] [-v VOLUME]\n    Lists all instances, those of one filter or those of "
        "one volume.\n"},
    {"volumes", command_volumes, "fltmc volumes\n    Lists the volumes.\n"},
    {"load", command_load,
        "fltmc load SERVICE [--allow-missing]\n    Loads an installed filter by its service's name.\n\n"
        "fltmc load FILE.so --altitude N [--instance NAME] [--flags N] [--allow-missing]\n"
        "    Writes the service of a driver that has no .inf, named like the file, and loads it.\n\n"
        "    --allow-missing loads a driver that uses functions which openfltmgr lacks. Calling one stops "
        "the manager.\n"},
    {"unload", command_unload,
        "fltmc unload FILTER [--mandatory]\n    Unloads a filter. Its unload callback may refuse, but not "
        "with --mandatory, which\n    also stops a driver that is no filter.\n"},
    {"attach", command_attach,
        "fltmc attach FILTER VOLUME [-i INSTANCE] [-a ALTITUDE]\n"
        "    VOLUME is a drive letter (C:), a mount point, or a volume's or device's name.\n"},
    {"detach", command_detach, "fltmc detach FILTER VOLUME [INSTANCE]\n"},
    {"install", command_install,
        "fltmc install FILE.inf [--driver FILE.so] [--show]\n"
        "    Writes altitude, instances, flags and parameters to the registry. The driver is looked for "
        "beside the .inf.\n"
        "    --show prints the registry's text and writes nothing.\n"},
    {"mount", command_mount,
        "fltmc mount DIRECTORY [MOUNT-POINT] [-o OPTION,...]\n"
        "    Makes the directory a volume, which Linux programs see at the mount point.\n"
        "    \\Device\\Mailslot instead of a directory shows the mailslots: a write is a message, a read takes one.\n"
        "    Options: ro, letter=X, noletter, label=TEXT, allow_other, noallow_other, workers=N, "
        "fail_closed, oplock_timeout=SECONDS,\n    cache=strict|default|fast|auto, fstype=ntfs|unknown.\n"},
    {"unmount", command_unmount, "fltmc unmount MOUNT-POINT|VOLUME [--force]\n"},
    {"mounts", command_mounts, "fltmc mounts\n"},
    {"ports", command_ports,
        "fltmc ports\n    Lists the ports, their filters and the processes that are connected.\n"},
    {"mailslots", command_mailslots,
        "fltmc mailslots\n    Lists the mailslots: what waits in them, their limits, who reads and "
        "writes.\n"},
    {"mailslot", command_mailslot,
        "fltmc mailslot write NAME [TEXT]\n    Writes one message: the text, or standard input.\n\n"
        "fltmc mailslot read NAME [--all]\n    Takes one message, or all that are there, a line each. The "
        "slot's own "
        "timeout holds.\n\n"
        "fltmc mailslot create NAME [--maximum BYTES]\n    Makes a mailslot and prints what comes, a line "
        "each, until it "
        "is interrupted.\n"},
    {"stop", command_stop, "fltmc stop\n    Ends the manager: filters are unloaded, volumes unmounted.\n"},
};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcasecmp(commands[i].name, name))
            return &commands[i];
    return NULL;
}

static int help(const char *name)
{
    const struct command *command = name ? find_command(name) : NULL;
    if (name && !command)
        return wrong_usage("there is no command %s", name);
    fputs(command ? command->help : usage, stdout);
    return DONE;
}

/* --json may stand anywhere; the other words stay in order. */
static void take_json(struct command_line *line)
{
    int kept = 0;
    for (int i = 0; i < line->count; i++) {
        if (!strcmp(line->argument[i], "--json"))
            line->json = true;
        else
            line->argument[kept++] = line->argument[i];
    }
    line->count = kept;
}

int main(int count, char **arguments)
{
    struct command_line line = {.argument = arguments + 1, .count = count - 1};
    take_json(&line);
    const char *name = line.count ? line.argument[0] : "filters";
    if (line.count) {
        line.argument++;
        line.count--;
    }
    if (!strcasecmp(name, "help") || !strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "/?"))
        return help(line.count ? line.argument[0] : NULL);
    if (!strcmp(name, "--version")) {
        printf("fltmc (openfltmgr) %s\n", rtl_version());
        return DONE;
    }
    const struct command *command = find_command(name);
    if (!command)
        return wrong_usage("there is no command %s", name);
    if (line.count == 1 && (!strcmp(line.argument[0], "--help") || !strcmp(line.argument[0], "/?")))
        return help(name);
    help_topic = command->name;
    int status = command->run(&line);
    return fflush(stdout) == 0 ? status : REFUSED;
}
