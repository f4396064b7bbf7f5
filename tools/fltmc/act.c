/* fltmc load, unload, attach, detach, mount, unmount, stop. */
#include "fltmc.h"

#include <ntstatus.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name), tail = strlen(ending);
    return length > tail && !strcasecmp(name + length - tail, ending);
}

/* ---- load, unload ---- */

struct load_options {
    const char *driver, *altitude, *instance;
    unsigned flags;
    bool allow_missing;
};

/* Options that take a value; NULL when the value is missing. */
static const char *value_of(const struct command_line *line, int *i)
{
    return *i + 1 < line->count ? line->argument[++*i] : NULL;
}

static bool read_flags(const char *text, unsigned *flags)
{
    char *end;
    unsigned long value = strtoul(text, &end, 0);
    *flags = (unsigned)value;
    return *text >= '0' && *text <= '9' && !*end && value <= 0xFFFFFFFF;
}

static int read_load_options(const struct command_line *line, struct load_options *o)
{
    for (int i = 0; i < line->count; i++) {
        const char *a = line->argument[i], *value;
        if (!strcmp(a, "--allow-missing")) {
            o->allow_missing = true;
        } else if (!strcmp(a, "--altitude") || !strcmp(a, "--instance") || !strcmp(a, "--flags")) {
            if (!(value = value_of(line, &i)))
                return wrong_usage("%s needs a value", a);
            if (a[2] == 'a')
                o->altitude = value;
            else if (a[2] == 'i')
                o->instance = value;
            else if (!read_flags(value, &o->flags))
                return wrong_usage("%s are no flags: a number, such as 0 or 0x1", value);
        } else if (*a == '-' || o->driver) {
            return wrong_usage(
                "load takes one driver and --altitude N, --instance NAME, --flags N, --allow-missing; not %s",
                a);
        } else {
            o->driver = a;
        }
    }
    if (!o->driver)
        return wrong_usage("load needs the name of a service, or a driver's file with --altitude N");
    if (o->altitude && !is_altitude(o->altitude))
        return wrong_usage("%s is no altitude: a decimal number, such as 265000 or 265000.5", o->altitude);
    return DONE;
}

/* A file: its service is written first. A name: the service is there. */
static int prepare_service(const struct load_options *o, char **service)
{
    bool file = strchr(o->driver, '/') || ends_with(o->driver, ".so");
    if (!file) {
        *service = strdup(o->driver);
        return o->altitude || o->instance
                   ? wrong_usage(
                         "--altitude and --instance belong to a driver's file: fltmc load X.so --altitude N")
                   : DONE;
    }
    char image[PATH_MAX];
    if (!realpath(o->driver, image))
        return failed_on_file("Load", o->driver, errno, "say the path of the driver that fltcc made");
    *service = service_of(image);
    if (!o->altitude)
        return wrong_usage(
            "%s needs --altitude N, or install it from its .inf first (fltmc install) and load it by name",
            o->driver);
    char *text = service_registry_text(*service, image, o->altitude, o->instance, o->flags);
    int status = write_service(text);
    free(text);
    return status;
}

int command_load(const struct command_line *line)
{
    struct load_options o = {0};
    char *service = NULL;
    int status = read_load_options(line, &o);
    if (status == DONE)
        status = prepare_service(&o, &service);
    if (status == DONE) {
        struct session_request request = {
            .op = WIRE_LOAD, .arguments = {o.allow_missing}, .strings = {wide(service)}};
        ask("Load", &request, NULL, &status);
    }
    free(service);
    return status;
}

int command_unload(const struct command_line *line)
{
    bool mandatory = line->count == 2 && !strcmp(line->argument[1], "--mandatory");
    if (line->count != 1 && !mandatory)
        return wrong_usage("usage: fltmc unload FILTER [--mandatory]");
    struct session_request request = {
        .op = WIRE_UNLOAD, .arguments = {mandatory}, .strings = {wide(line->argument[0])}};
    int status;
    ask("Unload", &request, NULL, &status);
    return status;
}

/* ---- attach, detach ---- */

struct place {
    const char *filter, *volume, *instance, *altitude;
};

static int read_place(const struct command_line *line, const char *usage, bool altitude, struct place *place)
{
    const char **words[] = {&place->filter, &place->volume, &place->instance};
    size_t given = 0;
    for (int i = 0; i < line->count; i++) {
        const char *a = line->argument[i];
        if (!strcmp(a, "-i") || !strcmp(a, "-a")) {
            const char *value = value_of(line, &i);
            if (!value || (a[1] == 'a' && !altitude))
                return wrong_usage("%s", usage);
            *(a[1] == 'i' ? &place->instance : &place->altitude) = value;
        } else if (given < 3) {
            *words[given++] = a;
        } else {
            return wrong_usage("%s", usage);
        }
    }
    if (!place->volume)
        return wrong_usage("%s", usage);
    if (place->altitude && !is_altitude(place->altitude))
        return wrong_usage(
            "%s is no altitude: a decimal number, such as 265000 or 265000.5", place->altitude);
    return DONE;
}

int command_attach(const struct command_line *line)
{
    struct place place = {0};
    int status =
        read_place(line, "usage: fltmc attach FILTER VOLUME [-i INSTANCE] [-a ALTITUDE]", true, &place);
    if (status != DONE)
        return status;
    struct session_request request = {.op = place.altitude ? WIRE_ATTACH_AT_ALTITUDE : WIRE_ATTACH,
        .strings = {wide(place.filter), wide(place.volume), place.instance ? wide(place.instance) : NULL,
            place.altitude ? wide(place.altitude) : NULL}};
    struct session_reply reply = {0};
    if (ask("Attach", &request, &reply, &status)) {
        char *name = narrow((const char16_t *)(void *)reply.data, reply.length / sizeof(char16_t));
        if (line->json) {
            printf("{\"instance\": ");
            json_text(stdout, name);
            puts("}");
        } else {
            printf("ATTACH successful...\n    Instance Name: %s\n", name);
        }
        free(name);
    }
    free(reply.data);
    return status;
}

int command_detach(const struct command_line *line)
{
    struct place place = {0};
    int status = read_place(line, "usage: fltmc detach FILTER VOLUME [INSTANCE]", false, &place);
    if (status != DONE)
        return status;
    struct session_request request = {.op = WIRE_DETACH,
        .strings = {wide(place.filter), wide(place.volume), place.instance ? wide(place.instance) : NULL}};
    ask("Detach", &request, NULL, &status);
    return status;
}

/* ---- mounts ---- */

/* False: it was told. */
static bool absolute(const char *path, const char *advice, char room[PATH_MAX])
{
    return realpath(path, room) || (failed_on_file("Mount", path, errno, advice), false);
}

int command_mount(const struct command_line *line)
{
    const char *options = NULL, *words[2] = {NULL, NULL};
    int given = 0;
    for (int i = 0; i < line->count; i++) {
        if (!strcmp(line->argument[i], "-o") && i + 1 < line->count)
            options = line->argument[++i];
        else if (*line->argument[i] != '-' && given < 2)
            words[given++] = line->argument[i];
        else
            return wrong_usage("usage: fltmc mount DIRECTORY [MOUNT-POINT] [-o OPTION,...]");
    }
    if (!given)
        return wrong_usage("mount needs a directory, and a mount point if Linux programs are to see it");
    char directory[PATH_MAX], point[PATH_MAX];
    bool device = *words[0] == '\\'; /* \Device\Mailslot */
    if (device && !words[1])
        return wrong_usage("mount of a device needs a mount point");
    if ((!device && !absolute(words[0], "say a directory that is there", directory)) ||
        (words[1] && !absolute(words[1], "make the mount point first (mkdir)", point)))
        return REFUSED;
    struct session_request request = {.op = WIRE_MOUNT,
        .strings = {wide(device ? words[0] : directory), words[1] ? wide(point) : NULL, options ? wide(options) : NULL}};
    int status;
    ask("Mount", &request, NULL, &status);
    return status;
}

int command_unmount(const struct command_line *line)
{
    bool force = false;
    const char *name = NULL;
    for (int i = 0; i < line->count; i++) {
        if (!strcmp(line->argument[i], "-f") || !strcmp(line->argument[i], "--force"))
            force = true;
        else if (!name)
            name = line->argument[i];
        else
            return wrong_usage("usage: fltmc unmount MOUNT-POINT|VOLUME [--force]");
    }
    if (!name)
        return wrong_usage("unmount needs the mount point, the drive letter or the volume");
    char room[PATH_MAX];
    const char *point = strchr("\\", *name) || name[strlen(name) - 1] == ':' ? name : realpath(name, room);
    struct session_request request = {
        .op = WIRE_UNMOUNT, .arguments = {force}, .strings = {wide(point ? point : name)}};
    int status;
    ask("Unmount", &request, NULL, &status);
    return status;
}

int command_stop(const struct command_line *line)
{
    struct session_request request = {.op = WIRE_STOP};
    int status;
    if (line->count)
        return wrong_usage("stop takes no arguments");
    ask("Stop", &request, NULL, &status);
    return status;
}
