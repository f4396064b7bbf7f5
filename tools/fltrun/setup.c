/* What fltrun asks of its manager. */
#include "fltrun.h"

#include "../fltmc/fltmc.h"
#include "../fltmc/install.h"
#include "../fltmc/json.h"
#include "rtl/elf.h"

#include <ntstatus.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

bool setup_manager_answers(void)
{
    struct session_request request = {.op = WIRE_HELLO};
    struct session_reply reply = {0};
    bool answers = NT_SUCCESS(session_ask(&request, &reply));
    free(reply.data);
    return answers;
}

long setup_connections(void)
{
    struct session_request request = {.op = WIRE_PORTS};
    struct session_reply reply = {0};
    struct json ports = {0};
    long connected = 0;
    if (NT_SUCCESS(session_ask(&request, &reply)) && json_read((const char *)reply.data, &ports))
        for (size_t i = 0; i < ports.count; i++)
            connected += json_number(&ports.item[i], "connected");
    json_free(&ports);
    free(reply.data);
    return connected;
}

/* ---- mounts ---- */

bool setup_mount(const char *mount)
{
    char *copy = strdup(mount), *rest = copy;
    const char *directory = strsep(&rest, ":"), *point = strsep(&rest, ":"), *options = rest;
    char real_directory[PATH_MAX], real_point[PATH_MAX];
    int status = REFUSED;
    if (!realpath(directory, real_directory)) {
        failed_on_file("Mount", directory, errno, "say a directory that is there");
    } else if (point && !realpath(point, real_point)) {
        failed_on_file("Mount", point, errno, "make the mount point first (mkdir)");
    } else {
        struct session_request request = {.op = WIRE_MOUNT,
            .strings = {
                wide(real_directory), point ? wide(real_point) : NULL, options ? wide(options) : NULL}};
        ask("Mount", &request, NULL, &status);
    }
    free(copy);
    return status == DONE;
}

/* ---- drivers ---- */

/* NAME.inf beside NAME.so, in any letter case. */
static char *inf_beside(const char *driver)
{
    char *base = service_of(driver), *found = NULL;
    const char *slash = strrchr(driver, '/');
    char *directory = slash ? strndup(driver, (size_t)(slash - driver)) : strdup(".");
    DIR *stream = opendir(directory);
    size_t length = strlen(base);
    for (struct dirent *entry; stream && !found && (entry = readdir(stream));)
        if (!strncasecmp(entry->d_name, base, length) && !strcasecmp(entry->d_name + length, ".inf") &&
            asprintf(&found, "%s/%s", directory, entry->d_name) < 0)
            found = NULL;
    if (stream)
        closedir(stream);
    free(directory);
    free(base);
    return found;
}

static bool install_from(const char *path, const char *driver, char **service)
{
    struct inf inf = {0};
    struct installation what = {0};
    bool good = installation_of_file(path, &inf, &what) && install_service(&what, driver, false) == DONE;
    *service = what.service ? strdup(what.service) : NULL;
    installation_free(&what);
    inf_free(&inf);
    return good;
}

static bool install_plain(const struct driver *driver, char **service)
{
    char image[PATH_MAX];
    if (!realpath(driver->file, image)) {
        failed_on_file("Load", driver->file, errno, "say the path of the driver that fltcc made");
        return false;
    }
    *service = service_of(image);
    char *text = service_registry_text(*service, image, driver->altitude, NULL, 0);
    bool good = write_service(text) == DONE;
    free(text);
    return good;
}

bool setup_driver(const struct driver *driver, bool allow_missing)
{
    char *service = NULL, *beside = NULL;
    bool good = false;
    if (access(driver->file, R_OK) != 0)
        failed_on_file("Load", driver->file, errno, "say the path of the driver that fltcc made");
    else if (driver->altitude && !driver->inf)
        good = install_plain(driver, &service);
    else if (driver->inf || (beside = inf_beside(driver->file)))
        good = install_from(driver->inf ? driver->inf : beside, driver->file, &service);
    else
        fprintf(stderr, "fltrun: %s has no .inf beside it: say --altitude N or --inf FILE behind it\n",
            driver->file);
    if (good) {
        int status;
        struct session_request request = {
            .op = WIRE_LOAD, .arguments = {allow_missing}, .strings = {wide(service)}};
        good = ask("Load", &request, NULL, &status);
    }
    free(service);
    free(beside);
    return good;
}

/* ---- the manager's program ---- */

/* What fltmgrd --sanitizer calls it; "none" also when the file cannot be read: the manager says what is
 * wrong. */
static const char *sanitizer_of(const char *driver)
{
    struct elf_file file;
    const char *found = "none";
    if (elf_open(&file, driver, ELF_DYNAMIC_SYMBOLS))
        return found;
    if (elf_mentions(&file, "__asan_init"))
        found = "address";
    else if (elf_mentions(&file, "__tsan_init"))
        found = "thread";
    elf_close(&file);
    return found;
}

static bool is_none(const char *sanitizer)
{
    return !strcmp(sanitizer, "none");
}

const char *setup_sanitizer(const struct plan *plan)
{
    const char *sanitizer = "none", *first = NULL;
    for (int i = 0; i < plan->drivers; i++) {
        const char *file = plan->driver[i].file, *own = sanitizer_of(file);
        if (!is_none(own) && !is_none(sanitizer) && strcmp(own, sanitizer)) {
            fprintf(stderr,
                "fltrun: %s was built with %s sanitizer, %s with %s sanitizer: they cannot be in one "
                "manager; "
                "build both with the same or load one at a time\n",
                first, sanitizer, file, own);
            return NULL;
        }
        if (!is_none(own)) {
            sanitizer = own;
            first = file;
        }
    }
    return sanitizer;
}

/* fltmgrd stands beside fltrun. */
char *setup_manager(void)
{
    char self[PATH_MAX], *program = NULL;
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0)
        return NULL;
    self[length] = 0;
    *strrchr(self, '/') = 0;
    if (asprintf(&program, "%s/fltmgrd", self) < 0)
        return NULL;
    if (access(program, X_OK) == 0)
        return program;
    fprintf(stderr, "fltrun: %s: %s: the manager belongs beside fltrun; install both again\n", program,
        strerror(errno));
    free(program);
    return NULL;
}
