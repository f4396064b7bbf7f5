/* The registry's file: read at the start, written by flushes and, a second after a change, by a thread of its own.
 * file_lock guards the path and serialises writers; a save never leaves a half-written file behind. */
#include "ntoskrnl/cm/inner.h"

#include "ntoskrnl/ke/ke.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t file_lock = PTHREAD_MUTEX_INITIALIZER;
static char *file_path; /* NULL: the tree has no file */

/* The lazy writer: writer_lock guards dirty and running. */
static pthread_mutex_t writer_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t writer_wake;
static pthread_t writer;
static bool dirty, writer_running, writer_stop;

static NTSTATUS status_of_errno(int error)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return STATUS_DISK_FULL;
    case EACCES:
    case EPERM:
    case EROFS:
        return STATUS_ACCESS_DENIED;
    case ENOENT:
        return STATUS_OBJECT_NAME_NOT_FOUND;
    case ENOTDIR:
        return STATUS_OBJECT_PATH_NOT_FOUND;
    case ENOMEM:
        return STATUS_INSUFFICIENT_RESOURCES;
    default:
        return STATUS_REGISTRY_IO_FAILED;
    }
}

/* ---- writing ---- */

static int write_all(int fd, const char *text, size_t length)
{
    while (length) {
        ssize_t n = write(fd, text, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        text += n;
        length -= (size_t)n;
    }
    return fsync(fd) == 0 ? 0 : errno;
}

static void sync_directory(const char *path)
{
    char *copy = strdup(path);
    int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(copy);
}

/* Temporary file, sync, rename. Returns an errno; the old file stands whole unless it is 0. */
static int replace_file(const char *path, const char *text, size_t length)
{
    char *temporary;
    struct stat old;
    if (asprintf(&temporary, "%s.new-%d", path, (int)getpid()) < 0)
        return ENOMEM;
    mode_t mode = stat(path, &old) == 0 ? old.st_mode & 0777 : 0600;
    unlink(temporary);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    int error = fd < 0 ? errno : write_all(fd, text, length);
    if (fd >= 0 && close(fd) != 0 && !error)
        error = errno;
    if (!error && rename(temporary, path) != 0)
        error = errno;
    if (error && fd >= 0)
        unlink(temporary);
    if (!error)
        sync_directory(path);
    free(temporary);
    return error;
}

NTSTATUS cm_save_file(const char *path)
{
    char *text;
    size_t length;
    NTSTATUS status = cm_write_text(&text, &length);
    if (!NT_SUCCESS(status))
        return status;
    int error = replace_file(path, text, length);
    free(text);
    if (!error)
        return STATUS_SUCCESS;
    ke_log(KE_LOG_ERROR, "registry: %s was not written: %s; the file stands as before", path, strerror(error));
    return status_of_errno(error);
}

NTSTATUS cm_flush(void)
{
    pthread_mutex_lock(&writer_lock);
    bool wanted = dirty;
    dirty = false;
    pthread_mutex_unlock(&writer_lock);
    pthread_mutex_lock(&file_lock);
    NTSTATUS status = file_path && wanted ? cm_save_file(file_path) : STATUS_SUCCESS;
    pthread_mutex_unlock(&file_lock);
    if (!NT_SUCCESS(status)) {
        pthread_mutex_lock(&writer_lock);
        dirty = true; /* nothing is lost: the next flush tries again */
        pthread_mutex_unlock(&writer_lock);
    }
    return status;
}

/* ---- the lazy writer ---- */

static struct timespec in_seconds(int seconds)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_sec += seconds;
    return time;
}

static void *write_lazily(void *unused)
{
    (void)unused;
    int pause = 1;
    pthread_mutex_lock(&writer_lock);
    while (!writer_stop) {
        while (!dirty && !writer_stop)
            pthread_cond_wait(&writer_wake, &writer_lock);
        /* More changes are likely to follow at once: let them come. After a failure wait longer. */
        struct timespec until = in_seconds(pause);
        while (!writer_stop && pthread_cond_timedwait(&writer_wake, &writer_lock, &until) == 0)
            continue;
        if (writer_stop)
            break;
        pthread_mutex_unlock(&writer_lock);
        pause = NT_SUCCESS(cm_flush()) ? 1 : 30;
        pthread_mutex_lock(&writer_lock);
    }
    pthread_mutex_unlock(&writer_lock);
    return NULL;
}

static void start_writer(void)
{
    pthread_condattr_t attributes;
    pthread_mutex_lock(&writer_lock);
    if (!writer_running) {
        pthread_condattr_init(&attributes);
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        pthread_cond_init(&writer_wake, &attributes);
        pthread_condattr_destroy(&attributes);
        writer_stop = false;
        writer_running = pthread_create(&writer, NULL, write_lazily, NULL) == 0;
    }
    pthread_mutex_unlock(&writer_lock);
}

static void stop_writer(void)
{
    pthread_mutex_lock(&writer_lock);
    bool running = writer_running;
    writer_running = false;
    writer_stop = true;
    if (running)
        pthread_cond_signal(&writer_wake);
    pthread_mutex_unlock(&writer_lock);
    if (!running)
        return;
    pthread_join(writer, NULL);
    pthread_cond_destroy(&writer_wake);
}

void cm_mark_dirty(void)
{
    pthread_mutex_lock(&writer_lock);
    if (!dirty) {
        dirty = true;
        if (writer_running)
            pthread_cond_signal(&writer_wake);
    }
    pthread_mutex_unlock(&writer_lock);
}

/* ---- reading ---- */

static int read_all(const char *path, char **bytes, size_t *length)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;
    *bytes = NULL;
    *length = 0;
    if (fd < 0)
        return errno;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        error = EINVAL;
    else if (!(*bytes = malloc((size_t)info.st_size + 1)))
        error = ENOMEM;
    while (!error && *length < (size_t)info.st_size) {
        ssize_t n = read(fd, *bytes + *length, (size_t)info.st_size - *length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            error = errno;
        if (n <= 0)
            break;
        *length += (size_t)n;
    }
    close(fd);
    return error;
}

NTSTATUS cm_import_text(const void *bytes, size_t length, unsigned *line)
{
    const char *reason;
    unsigned own;
    NTSTATUS status = cm_init();
    if (!NT_SUCCESS(status))
        return status;
    if (!line)
        line = &own;
    status = cm_read_text(bytes, length, false, line, &reason);
    if (!NT_SUCCESS(status)) {
        ke_log(KE_LOG_ERROR, "registry: line %u: %s", *line, reason ? reason : "no memory");
        return status;
    }
    pthread_rwlock_wrlock(&cm_lock);
    status = cm_read_text(bytes, length, true, line, &reason);
    pthread_rwlock_unlock(&cm_lock);
    cm_mark_dirty();
    return status;
}

NTSTATUS cm_import_file(const char *path, unsigned *line)
{
    char *bytes;
    size_t length;
    int error = read_all(path, &bytes, &length);
    NTSTATUS status = error ? status_of_errno(error) : cm_import_text(bytes, length, line);
    free(bytes);
    return status;
}

/* Renames to PATH.damaged-N with the first free N. */
static bool set_aside(const char *path, char **aside)
{
    for (unsigned n = 1; n < 10000; n++) {
        if (asprintf(aside, "%s.damaged-%u", path, n) < 0)
            return false;
        if (access(*aside, F_OK) != 0 && errno == ENOENT)
            return rename(path, *aside) == 0;
        free(*aside);
    }
    return false;
}

static NTSTATUS load(const char *path)
{
    char *bytes, *aside = NULL;
    size_t length;
    unsigned line = 0;
    const char *reason = NULL;
    int error = read_all(path, &bytes, &length);
    if (error) {
        free(bytes);
        return error == ENOENT ? STATUS_SUCCESS : status_of_errno(error);
    }
    NTSTATUS status = cm_read_text(bytes, length, false, &line, &reason);
    if (NT_SUCCESS(status)) {
        pthread_rwlock_wrlock(&cm_lock);
        status = cm_read_text(bytes, length, true, &line, &reason);
        pthread_rwlock_unlock(&cm_lock);
    } else if (status == STATUS_REGISTRY_CORRUPT) {
        bool moved = set_aside(path, &aside);
        ke_log(KE_LOG_ERROR, "registry: %s is damaged, line %u: %s; %s%s", path, line, reason,
            moved ? "it was set aside as " : "it could not be renamed", moved ? aside : "");
        free(aside);
    }
    free(bytes);
    return status;
}

NTSTATUS cm_load_file(const char *path)
{
    NTSTATUS status = cm_init();
    if (!NT_SUCCESS(status))
        return status;
    char *copy = strdup(path);
    if (!copy)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = load(path);
    if (!NT_SUCCESS(status) && status != STATUS_REGISTRY_CORRUPT) {
        free(copy);
        return status;
    }
    pthread_mutex_lock(&file_lock);
    free(file_path);
    file_path = copy;
    pthread_mutex_unlock(&file_lock);
    start_writer();
    return status;
}

void cm_stop(void)
{
    stop_writer();
    cm_flush();
    pthread_mutex_lock(&file_lock);
    free(file_path);
    file_path = NULL;
    pthread_mutex_unlock(&file_lock);
    pthread_rwlock_wrlock(&cm_lock);
    if (cm_root)
        cm_clear();
    pthread_rwlock_unlock(&cm_lock);
    pthread_mutex_lock(&writer_lock);
    dirty = false;
    pthread_mutex_unlock(&writer_lock);
}
