/* What /proc and pidfds tell: the only file here that reads them. All plain functions, no state, any thread. */
#include "ntoskrnl/ps/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "rtl/utf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TAG 'nPsP'

/* Whole small file, NUL behind; malloc. NULL when it cannot be read. */
static char *slurp(int directory, const char *path, size_t *length)
{
    int fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    size_t size = 4096, used = 0;
    char *text = malloc(size);
    for (;;) {
        ssize_t n = text ? read(fd, text + used, size - used - 1) : -1;
        if (n < 0 && errno == EINTR && text)
            continue;
        if (n < 0) {
            free(text);
            text = NULL;
        }
        if (n <= 0)
            break;
        used += (size_t)n;
        if (size - used < 1024) {
            char *more = realloc(text, size *= 2);
            if (!more)
                free(text);
            text = more;
        }
    }
    close(fd);
    if (text)
        text[used] = 0;
    if (length)
        *length = used;
    return text;
}

/* The text behind "\nNAME:", or NULL. */
static const char *field(const char *text, const char *name)
{
    char key[32];
    snprintf(key, sizeof(key), "\n%s:", name);
    const char *at = strstr(text, key);
    return at ? at + strlen(key) : NULL;
}

static long number(const char *text, const char *name)
{
    const char *at = field(text, name);
    return at ? strtol(at, NULL, 10) : 0;
}

static uint64_t mask(const char *text, const char *name)
{
    const char *at = field(text, name);
    return at ? strtoull(at, NULL, 16) : 0;
}

/* Second number: the effective id of "real effective saved fs". */
static unsigned effective(const char *text, const char *name)
{
    const char *at = field(text, name);
    char *end;
    if (!at)
        return (unsigned)-1;
    strtoul(at, &end, 10);
    return (unsigned)strtoul(end, NULL, 10);
}

static void read_groups(const char *text, struct ps_status *status)
{
    const char *at = field(text, "Groups");
    size_t room = 0;
    while (at) {
        while (*at == ' ' || *at == '\t')
            at++;
        if (*at < '0' || *at > '9')
            break;
        char *end;
        gid_t gid = (gid_t)strtoul(at, &end, 10);
        at = end;
        if (status->n_groups == room) {
            gid_t *more = realloc(status->groups, (room = room ? room * 2 : 16) * sizeof(*more));
            if (!more)
                break;
            status->groups = more;
        }
        status->groups[status->n_groups++] = gid;
    }
}

bool ps_read_status(int directory, const char *path, struct ps_status *status)
{
    char *text = slurp(directory, path, NULL);
    memset(status, 0, sizeof(*status));
    if (!text)
        return false;
    const char *state = field(text, "State");
    status->state = state ? state[strspn(state, " \t")] : '?';
    status->tgid = (pid_t)number(text, "Tgid");
    status->parent = (pid_t)number(text, "PPid");
    status->uid = effective(text, "Uid");
    status->gid = effective(text, "Gid");
    status->pending = mask(text, "SigPnd") | mask(text, "ShdPnd");
    read_groups(text, status);
    free(text);
    return status->tgid > 0;
}

enum ps_system_call ps_read_system_call(int directory, long *number)
{
    char *text = slurp(directory, "syscall", NULL), *end;
    enum ps_system_call known = PS_CALL_UNKNOWN;
    if (text && strncmp(text, "running", 7) == 0) {
        known = PS_CALL_RUNNING;
    } else if (text) {
        *number = strtol(text, &end, 10);
        known = end != text ? PS_CALL_KNOWN : PS_CALL_UNKNOWN;
    }
    free(text);
    return known;
}

void ps_status_free(struct ps_status *status)
{
    free(status->groups);
    status->groups = NULL;
}

bool ps_read_start(int directory, const char *path, uint64_t *ticks)
{
    char *text = slurp(directory, path, NULL);
    char *at = text ? strrchr(text, ')') : NULL; /* the name may hold anything */
    for (int i = 2; at && i < 22; i++)
        at = strchr(at + 1, ' ');
    if (at)
        *ticks = strtoull(at + 1, NULL, 10);
    free(text);
    return at;
}

LARGE_INTEGER ps_time_of_ticks(uint64_t ticks)
{
    struct timespec real, boot;
    clock_gettime(CLOCK_REALTIME, &real);
    clock_gettime(CLOCK_BOOTTIME, &boot);
    long hz = sysconf(_SC_CLK_TCK);
    LONGLONG started = (LONGLONG)(real.tv_sec - boot.tv_sec) * KE_SECOND + (real.tv_nsec - boot.tv_nsec) / 100;
    LARGE_INTEGER time;
    time.QuadPart = 116444736000000000LL + started + (LONGLONG)(ticks * (uint64_t)KE_SECOND / (uint64_t)hz);
    return time;
}

char *ps_read_image(pid_t pid)
{
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
    ssize_t n = readlink(link, path, sizeof(path) - 1);
    return n > 0 ? strndup(path, (size_t)n) : NULL;
}

/* Arguments joined by blanks; those that hold blanks in quotes, as a Windows command line has them. */
char *ps_read_command_line(pid_t pid, size_t *length)
{
    char path[64];
    size_t n, used = 0;
    snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
    char *raw = slurp(AT_FDCWD, path, &n);
    char *line = raw ? malloc(n * 3 + 1) : NULL;
    for (size_t at = 0; line && at < n;) {
        size_t part = strlen(raw + at);
        bool quote = !part || memchr(raw + at, ' ', part) || memchr(raw + at, '\t', part);
        if (used)
            line[used++] = ' ';
        if (quote)
            line[used++] = '"';
        memcpy(line + used, raw + at, part);
        used += part;
        if (quote)
            line[used++] = '"';
        at += part + 1;
    }
    if (line)
        line[used] = 0;
    free(raw);
    *length = used;
    return line;
}

int ps_pidfd_open(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

bool ps_pidfd_ended(int pidfd)
{
    struct pollfd poll_fd = {.fd = pidfd, .events = POLLIN};
    return pidfd >= 0 && poll(&poll_fd, 1, 0) > 0;
}

/* "NAME: real effective saved fs" */
static bool all_same(const char *text, const char *name)
{
    const char *at = field(text, name);
    char *end = NULL;
    unsigned long first = at ? strtoul(at, &end, 10) : 0, second = at ? strtoul(end, &end, 10) : 0;
    return at && first == second && strtoul(end, NULL, 10) == first;
}

bool ps_identity_of_pidfd(int pidfd, struct ps_identity *identity)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
    char *text = slurp(AT_FDCWD, path, NULL);
    *identity = (struct ps_identity){.pid = text ? (pid_t)number(text, "Pid") : 0};
    free(text);
    if (identity->pid <= 0)
        return false;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)identity->pid);
    text = slurp(AT_FDCWD, path, NULL);
    if (!text)
        return false;
    identity->uid = effective(text, "Uid");
    identity->gid = effective(text, "Gid");
    identity->mixed = !all_same(text, "Uid");
    free(text);
    return !ps_pidfd_ended(pidfd); /* so what was read is of this process */
}

/* ---- text ---- */

NTSTATUS ps_wide(const char *text, size_t length, PUNICODE_STRING wide)
{
    RtlZeroMemory(wide, sizeof(*wide));
    size_t n = rtl_utf8_to_utf16(NULL, 0, text, length, NULL);
    if (n > 0x7ffe)
        n = 0x7ffe;
    wide->Buffer = ExAllocatePoolWithTag(PagedPool, (n + 1) * sizeof(WCHAR), TAG);
    if (!wide->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    rtl_utf8_to_utf16((char16_t *)wide->Buffer, n, text, length, NULL);
    wide->Buffer[n] = 0;
    wide->Length = (USHORT)(n * sizeof(WCHAR));
    wide->MaximumLength = wide->Length + sizeof(WCHAR);
    return STATUS_SUCCESS;
}

static ps_image_namer image_namer;

void ps_set_image_namer(ps_image_namer namer)
{
    __atomic_store_n(&image_namer, namer, __ATOMIC_RELEASE);
}

NTSTATUS ps_nt_path(const char *linux_path, PUNICODE_STRING name)
{
    static const char device[] = "\\Device\\HarddiskVolume0";
    ps_image_namer namer = __atomic_load_n(&image_namer, __ATOMIC_ACQUIRE);
    if (namer)
        return namer(linux_path, name);
    if (linux_path[0] != '/') /* already an NT name (simulated processes) */
        return ps_wide(linux_path, strlen(linux_path), name);
    size_t n = strlen(linux_path);
    char *path = malloc(sizeof(device) + n);
    if (!path)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(path, device, sizeof(device) - 1);
    memcpy(path + sizeof(device) - 1, linux_path, n + 1);
    for (char *p = path; *p; p++)
        if (*p == '/')
            *p = '\\';
    NTSTATUS status = ps_wide(path, sizeof(device) - 1 + n, name);
    free(path);
    return status;
}
