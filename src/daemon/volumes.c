/* Volumes over directories and their mounts. See volumes.h. `lock` guards the list; mounting and unmounting
 * are done one at a time. */
#include "daemon/volumes.h"

#include "daemon/own.h"
#include "hostfs/volume.h"
#include "mount/mount.h"
#include "ntoskrnl/ke/report.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct entry {
    LIST_ENTRY links;
    struct io_volume *volume;
    struct mount *mount; /* NULL: not shown to Linux */
    bool borrowed;       /* the volume is there without us: \Device\Mailslot */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_ENTRY entries = {&entries, &entries};
static char *memory_file;

struct settings {
    struct io_volume_options volume;
    struct mount_options mount;
    char letter[3], label[64];
};

static bool set_option(struct settings *s, const char *name, const char *value)
{
    if (strcmp(name, "ro") == 0 && value == NULL)
        s->volume.read_only = s->mount.read_only = true;
    else if (strcmp(name, "fail_closed") == 0 && value == NULL)
        s->mount.fail_closed = true;
    else if (strcmp(name, "allow_other") == 0)
        s->mount.allow_other = true;
    else if (strcmp(name, "noallow_other") == 0)
        s->mount.allow_other = false;
    else if (strcmp(name, "noletter") == 0)
        s->volume.dos_name = NULL;
    else if (strcmp(name, "letter") == 0 && value != NULL && isalpha((unsigned char)value[0]) &&
             (value[1] == 0 || strcmp(value + 1, ":") == 0)) {
        s->letter[0] = value[0];
        s->letter[1] = ':';
        s->volume.dos_name = s->letter;
    } else if (strcmp(name, "label") == 0 && value != NULL) {
        snprintf(s->label, sizeof s->label, "%s", value);
        s->volume.label = s->label;
    } else if (strcmp(name, "workers") == 0 && value != NULL && atoi(value) > 1)
        s->mount.max_workers = (unsigned)atoi(value);
    else if (strcmp(name, "oplock_timeout") == 0 && value != NULL && atoi(value) > 0 && atoi(value) <= 86400)
        s->volume.oplock_timeout_ms = (unsigned)atoi(value) * 1000;
    else if (strcmp(name, "cache") == 0 && value != NULL)
        return mount_cache_named(value, &s->mount.cache);
    else if (strcmp(name, "fstype") == 0 && value != NULL && strcmp(value, "ntfs") == 0)
        s->volume.file_system_type = FLT_FSTYPE_NTFS;
    else if (strcmp(name, "fstype") == 0 && value != NULL && strcmp(value, "unknown") == 0)
        s->volume.file_system_type = FLT_FSTYPE_UNKNOWN;
    else
        return false;
    return true;
}

static bool parse_options(struct settings *s, const char *text, char *message, size_t size)
{
    char *copy = strdup(text != NULL ? text : ""), *state = NULL;
    bool ok = copy != NULL;

    for (char *word = ok ? strtok_r(copy, ",", &state) : NULL; word != NULL && ok;
         word = strtok_r(NULL, ",", &state)) {
        char *value = strchr(word, '=');
        if (value != NULL)
            *value++ = 0;
        ok = set_option(s, word, value);
        if (!ok)
            snprintf(message, size,
                "unknown or bad mount option \"%s%s%s\": ro, fail_closed, letter=X, noletter, label=TEXT, allow_other, "
                "noallow_other, "
                "workers=N, oplock_timeout=SECONDS, cache=strict|default|fast|auto, fstype=ntfs|unknown",
                word, value != NULL ? "=" : "", value != NULL ? value : "");
    }
    free(copy);
    return ok;
}

/* ---- memory of mounts ---- */

/* Rewritten whole on each change. lock held. */
static void write_memory(void)
{
    if (memory_file == NULL)
        return;
    FILE *f = fopen(memory_file, "we");
    if (f == NULL) {
        ke_log(KE_LOG_WARNING, "%s: %s: mounts of a killed manager could not be found again", memory_file,
            strerror(errno));
        return;
    }
    for (PLIST_ENTRY e = entries.Flink; e != &entries; e = e->Flink) {
        struct entry *entry = CONTAINING_RECORD(e, struct entry, links);
        if (entry->mount != NULL)
            fprintf(f, "%s\n", mount_point(entry->mount));
    }
    fclose(f);
}

static void take_away(const char *point)
{
    bool dead = mount_is_dead(point);
    int error = mount_take_away(point);

    if (error != 0)
        ke_log(KE_LOG_WARNING, "%s: the mount of a dead manager is still there: %s; try fusermount3 -u -z %s",
            point, strerror(-error), point);
    else if (dead)
        ke_log(KE_LOG_INFO, "%s: the mount of a dead manager was taken away", point);
}

void volumes_remember_in(const char *file)
{
    char *line = NULL;
    size_t room = 0;

    pthread_mutex_lock(&lock);
    free(memory_file);
    memory_file = file != NULL ? strdup(file) : NULL;
    FILE *f = file != NULL ? fopen(file, "re") : NULL;
    while (f != NULL && getline(&line, &room, f) > 0) {
        line[strcspn(line, "\n")] = 0;
        take_away(line);
    }
    if (f != NULL)
        fclose(f);
    free(line);
    pthread_mutex_unlock(&lock);
}

/* ---- mounting ---- */

/* A mount inside its own source, or the other way round, would serve itself. */
static bool is_below(const char *path, const char *directory)
{
    size_t n = strlen(directory);

    return strncmp(path, directory, n) == 0 && (path[n] == 0 || path[n] == '/' || n == 1);
}

static NTSTATUS check_paths(const char *directory, const char *point, char *message, size_t size)
{
    char *source = realpath(directory, NULL), *target = point != NULL ? realpath(point, NULL) : NULL;
    NTSTATUS status = STATUS_SUCCESS;
    struct stat st;

    if (source == NULL || stat(source, &st) < 0) {
        snprintf(message, size, "%s: %s: name an existing directory", directory, strerror(errno));
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    } else if (!S_ISDIR(st.st_mode)) {
        snprintf(message, size, "%s is not a directory: say one, a volume shows what is below it", directory);
        status = STATUS_NOT_A_DIRECTORY;
    } else if (target != NULL && strcmp(source, target) != 0 && is_below(target, source)) {
        snprintf(message, size, "%s lies inside %s: the volume would contain itself; mount it elsewhere",
            point, directory);
        status = STATUS_INVALID_PARAMETER;
    }
    free(source);
    free(target);
    return status;
}

static NTSTATUS show(
    struct entry *entry, const char *point, const struct settings *s, char *message, size_t size)
{
    char *target = realpath(point, NULL);
    const char *hint = NULL, *own = own_below(target != NULL ? target : point);

    free(target);
    if (own != NULL) {
        snprintf(message, size, "%s would hide the manager's own %s: it would wait for itself; start fltmgrd with -r or -R elsewhere", point,
            own);
        return STATUS_INVALID_PARAMETER;
    }
    int error = mount_start(entry->volume, point, &s->mount, &entry->mount, &hint);

    if (error == 0)
        return STATUS_SUCCESS;
    snprintf(message, size, "%s: %s%s%s", point, strerror(-error), hint != NULL ? ": " : "",
        hint != NULL ? hint : "");
    return io_status_of_errno(-error, IO_ERRNO_PLAIN);
}

/* A directory that was mounted over itself with fail_closed, by a manager that is dead: its files are under the shield (V-222). */
static void uncover(const char *directory)
{
    char *source = realpath(directory, NULL);
    int error = source != NULL && mount_shield_stands(source) ? mount_shield_take(source) : 0;

    if (error != 0)
        ke_log(KE_LOG_WARNING, "%s: what a dead manager's fail_closed left there could not be taken away: %s", source, strerror(-error));
    free(source);
}

NTSTATUS volumes_mount(
    const char *directory, const char *point, const char *options, char *message, size_t size)
{
    struct settings s = {.volume = {.dos_name = "auto", .file_system_type = FLT_FSTYPE_NTFS},
        .mount = {.source = directory, .allow_other = geteuid() == 0, .entry_timeout = -1}};

    if (!parse_options(&s, options, message, size))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = check_paths(directory, point, message, size);
    if (!NT_SUCCESS(status))
        return status;
    struct entry *entry = calloc(1, sizeof *entry);
    if (entry == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    pthread_mutex_lock(&lock);
    uncover(directory);
    status = hostfs_volume_create(directory, &s.volume, &entry->volume);
    if (!NT_SUCCESS(status)) {
        snprintf(message, size, "%s: no volume could be made of it%s", directory,
            status == STATUS_OBJECT_NAME_COLLISION ? ": the drive letter is in use" : "");
    } else if (point != NULL) {
        status = show(entry, point, &s, message, size);
        if (!NT_SUCCESS(status))
            io_volume_dismount(entry->volume, true);
    }
    if (NT_SUCCESS(status)) {
        InsertTailList(&entries, &entry->links);
        write_memory();
    } else {
        free(entry);
    }
    pthread_mutex_unlock(&lock);
    return status;
}

/* A volume that the manager has anyway: only the mailslots' is one. */
static NTSTATUS find_own(const char *name, struct io_volume **volume, char *message, size_t size)
{
    ANSI_STRING ansi = {(USHORT)strlen(name), (USHORT)strlen(name), (PCHAR)name};
    UNICODE_STRING wide;

    NTSTATUS status = RtlAnsiStringToUnicodeString(&wide, &ansi, TRUE);
    if (!NT_SUCCESS(status))
        return status;
    status = io_volume_from_name(&wide, volume);
    RtlFreeUnicodeString(&wide);
    if (!NT_SUCCESS(status)) {
        snprintf(message, size, "there is no volume %s (see fltmc volumes)", name);
    } else if ((*volume)->device_type != FILE_DEVICE_MAILSLOT) {
        io_volume_release(*volume);
        status = STATUS_INVALID_PARAMETER;
        snprintf(message, size,
            "%s is a directory's volume: mount that directory; only \\Device\\Mailslot is mounted by its "
            "device",
            name);
    }
    return status;
}

NTSTATUS volumes_mount_device(
    const char *name, const char *point, const char *options, char *message, size_t size)
{
    struct settings s = {.mount = {.source = name, .allow_other = geteuid() == 0, .entry_timeout = -1}};
    struct io_volume *volume;

    if (!parse_options(&s, options, message, size))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = find_own(name, &volume, message, size);
    if (!NT_SUCCESS(status))
        return status;
    struct entry *entry = calloc(1, sizeof *entry);
    if (entry == NULL) {
        io_volume_release(volume);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    entry->volume = volume;
    entry->borrowed = true;
    pthread_mutex_lock(&lock);
    status = show(entry, point, &s, message, size);
    io_volume_release(volume); /* the mount has a reference of its own */
    if (NT_SUCCESS(status)) {
        InsertTailList(&entries, &entry->links);
        write_memory();
    } else {
        free(entry);
    }
    pthread_mutex_unlock(&lock);
    return status;
}

static bool is_named(const struct entry *entry, const char *name)
{
    ANSI_STRING ansi = {(USHORT)strlen(name), (USHORT)strlen(name), (PCHAR)name};
    UNICODE_STRING wide;

    if (entry->mount != NULL && strcmp(mount_point(entry->mount), name) == 0)
        return true;
    if (!NT_SUCCESS(RtlAnsiStringToUnicodeString(&wide, &ansi, TRUE)))
        return false;
    bool same = RtlEqualUnicodeString(&wide, &entry->volume->dos_name, TRUE) ||
                RtlEqualUnicodeString(&wide, &entry->volume->device_name, TRUE);
    RtlFreeUnicodeString(&wide);
    return same;
}

/* lock held */
static NTSTATUS end(struct entry *entry, bool force, char *message, size_t size)
{
    int error = entry->mount != NULL ? mount_stop(entry->mount, force) : 0;

    if (error != 0) {
        snprintf(message, size, "%s is in use (%s): end the programs in it, or use -f", mount_point(entry->mount),
            strerror(-error));
        return STATUS_DEVICE_BUSY;
    }
    entry->mount = NULL;
    NTSTATUS status = entry->borrowed ? STATUS_SUCCESS : io_volume_dismount(entry->volume, force);
    if (!NT_SUCCESS(status) && !force) {
        snprintf(message, size, "files of the volume are still open");
        write_memory();
        return status;
    }
    RemoveEntryList(&entry->links);
    free(entry);
    write_memory();
    return STATUS_SUCCESS;
}

NTSTATUS volumes_unmount(const char *name, bool force, char *message, size_t size)
{
    NTSTATUS status = STATUS_FLT_VOLUME_NOT_FOUND;
    char *trimmed = strdup(name);

    if (trimmed == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    for (size_t n = strlen(trimmed); n > 1 && (trimmed[n - 1] == '/' || trimmed[n - 1] == '\\'); n--)
        trimmed[n - 1] = 0;
    pthread_mutex_lock(&lock);
    for (PLIST_ENTRY e = entries.Flink; e != &entries; e = e->Flink) {
        struct entry *entry = CONTAINING_RECORD(e, struct entry, links);
        if (is_named(entry, trimmed)) {
            status = end(entry, force, message, size);
            break;
        }
    }
    pthread_mutex_unlock(&lock);
    if (status == STATUS_FLT_VOLUME_NOT_FOUND)
        snprintf(message, size, "%s is no mount point or volume of this manager (see fltmc volumes)", name);
    free(trimmed);
    return status;
}

void volumes_unmount_all(void)
{
    char message[512];

    pthread_mutex_lock(&lock);
    while (!IsListEmpty(&entries))
        end(CONTAINING_RECORD(entries.Flink, struct entry, links), true, message, sizeof message);
    if (memory_file != NULL)
        unlink(memory_file);
    free(memory_file);
    memory_file = NULL;
    pthread_mutex_unlock(&lock);
}
