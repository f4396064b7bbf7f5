/* fltmc install: a driver's own .inf becomes its service; and the service of a driver that has none. */
#include "fltmc.h"

#include "install.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SERVICES "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services"

char *service_of(const char *driver)
{
    const char *slash = strrchr(driver, '/'), *base = slash ? slash + 1 : driver, *dot = strrchr(base, '.');
    return strndup(base, dot && dot != base ? (size_t)(dot - base) : strlen(base));
}

char *service_registry_text(
    const char *service, const char *image, const char *altitude, const char *instance, unsigned flags)
{
    char *text = NULL, *own = NULL;
    if (!instance && asprintf(&own, "%s Instance", service) < 0)
        return NULL;
    instance = instance ? instance : own;
    char *image_value = registry_quote(image), *default_value = registry_quote(instance),
         *altitude_value = registry_quote(altitude);
    if (asprintf(&text,
            "Windows Registry Editor Version 5.00\n\n[-" SERVICES "\\%s]\n\n[" SERVICES
            "\\%s]\n\"Type\"=dword:00000002\n\"Start\"=dword:00000003\n"
            "\"ErrorControl\"=dword:00000001\n\"ImagePath\"=%s\n\n[" SERVICES
            "\\%s\\Instances]\n\"DefaultInstance\"=%s\n\n[" SERVICES
            "\\%s\\Instances\\%s]\n\"Altitude\"=%s\n\"Flags\"=dword:%08x\n",
            service, service, image_value, service, default_value, service, instance, altitude_value,
            flags) < 0)
        text = NULL;
    free(image_value);
    free(default_value);
    free(altitude_value);
    free(own);
    return text;
}

int write_service(const char *registry_text)
{
    struct session_request request = {
        .op = WIRE_INSTALL, .raw[0] = {registry_text, strlen(registry_text)}};
    int status;
    ask("Install", &request, NULL, &status);
    return status;
}

/* NULL with errno. */
static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *bytes = NULL, *larger;
    size_t room = 0, got = 1;
    *length = 0;
    while (file && got) {
        if (*length == room) {
            if (!(larger = realloc(bytes, room += 65536)))
                break;
            bytes = larger;
        }
        got = fread(bytes + *length, 1, room - *length, file);
        *length += got;
    }
    if (!file || got || ferror(file)) {
        free(bytes);
        bytes = NULL;
    }
    int error = errno;
    if (file)
        fclose(file);
    errno = error;
    return bytes;
}

bool installation_of_file(const char *path, struct inf *inf, struct installation *what)
{
    size_t length;
    char *bytes = read_file(path, &length);
    bool good = bytes && inf_read(inf, bytes, length) && installation_read(inf, what);
    if (!bytes)
        failed_on_file("Install", path, errno, "say the path of the driver's .inf file");
    else if (!good)
        failed_about("Install", SPAPI_E_GENERAL_SYNTAX, path, "%s", inf->message);
    else if (!what->grouped)
        fprintf(stderr, "%s: warning: %s names no LoadOrderGroup: Windows wants one of every file system filter\n",
            program_name, path);
    free(bytes);
    return good;
}

/* The driver that the .inf names: NAME.so in any letter case, beside the .inf. */
static char *driver_beside(const char *inf, const char *binary)
{
    char directory[PATH_MAX], *found = NULL;
    const char *slash = strrchr(inf, '/');
    snprintf(directory, sizeof directory, "%.*s", slash ? (int)(slash - inf) : 1, slash ? inf : ".");
    DIR *stream = opendir(directory);
    size_t length = strlen(binary);
    for (struct dirent *entry; stream && !found && (entry = readdir(stream));)
        if (!strncasecmp(entry->d_name, binary, length) && !strcasecmp(entry->d_name + length, ".so") &&
            asprintf(&found, "%s/%s", directory, entry->d_name) < 0)
            found = NULL;
    if (stream)
        closedir(stream);
    return found;
}

int install_service(const struct installation *what, const char *driver, bool show)
{
    char image[PATH_MAX], *text = NULL;
    if (!realpath(driver, image))
        return failed_on_file("Install", driver, errno, "say the path of the driver that fltcc made");
    char *value = registry_quote(image);
    if (asprintf(&text, "%s\n[" SERVICES "\\%s]\n\"ImagePath\"=%s\n", what->registry_text, what->service,
            value) < 0)
        text = NULL;
    free(value);
    int status = DONE;
    if (show)
        fputs(text, stdout);
    else
        status = write_service(text);
    free(text);
    return status;
}

/* install X.inf [--driver X.so] [--show] */
int command_install(const struct command_line *line)
{
    const char *path = NULL, *driver = NULL;
    bool show = false;
    for (int i = 0; i < line->count; i++) {
        if (!strcmp(line->argument[i], "--driver") && i + 1 < line->count)
            driver = line->argument[++i];
        else if (!strcmp(line->argument[i], "--show"))
            show = true;
        else if (!path && *line->argument[i] != '-')
            path = line->argument[i];
        else
            return wrong_usage("usage: fltmc install FILE.inf [--driver FILE.so] [--show]");
    }
    if (!path)
        return wrong_usage("install needs the driver's .inf file");
    char *beside = NULL;
    struct inf inf = {0};
    struct installation what = {0};
    int status = REFUSED;
    if (!installation_of_file(path, &inf, &what))
        status = REFUSED;
    else if (!driver && !(driver = beside = driver_beside(path, what.binary)))
        failed_about("Install", HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND), path,
            "it installs %s.sys, but there is no %s.so beside it: say where with --driver FILE.so", what.binary,
            what.binary);
    else
        status = install_service(&what, driver, show);
    if (status == DONE && !show) {
        if (line->json) {
            printf("{\"service\": ");
            json_text(stdout, what.service);
            puts("}");
        } else {
            printf("Installed %s: fltmc load %s\n", what.service, what.service);
        }
    }
    free(beside);
    installation_free(&what);
    inf_free(&inf);
    return status;
}
