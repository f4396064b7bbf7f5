/* The settings file. See settings.h. */
#include "daemon/settings.h"

#include "daemon/control.h"
#include "daemon/worker.h"
#include "fltmgr/instance.h"
#include "msfs/msfs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool parse_bool(const char *value, int *out)
{
    if (strcasecmp(value, "yes") == 0 || strcasecmp(value, "on") == 0 || strcmp(value, "1") == 0)
        *out = 1;
    else if (strcasecmp(value, "no") == 0 || strcasecmp(value, "off") == 0 || strcmp(value, "0") == 0)
        *out = 0;
    else
        return false;
    return true;
}

/* Plain numbers, or with K, M, G. */
static bool parse_size(const char *value, size_t *out)
{
    char *end;
    unsigned long n = strtoul(value, &end, 10);
    unsigned shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;

    if (end == value || (shift != 0 ? end[1] : end[0]) != 0)
        return false;
    *out = n << shift;
    return true;
}

static bool parse_count(const char *value, unsigned *out)
{
    size_t n;

    if (!parse_size(value, &n) || n == 0 || n > 10000000)
        return false;
    *out = (unsigned)n;
    return true;
}

/* 0 is never. */
static bool parse_seconds(const char *value, unsigned *milliseconds)
{
    size_t n;

    if (!parse_size(value, &n) || n > 1000000)
        return false;
    *milliseconds = (unsigned)n * 1000;
    return true;
}

static bool parse_level(const char *value, enum ofm_log_level *out)
{
    static const char *const names[] = {"debug", "driver", "info", "warning", "error"};

    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcasecmp(value, names[i]) == 0) {
            *out = (enum ofm_log_level)i;
            return true;
        }
    }
    return false;
}

static char *captures; /* as long as the manager may look at it */

static bool parse_flag(const char *value, bool *out)
{
    int flag;

    if (!parse_bool(value, &flag))
        return false;
    *out = flag != 0;
    return true;
}

/* One of two words. */
static bool parse_choice(const char *value, const char *yes, const char *no, bool *out)
{
    *out = strcasecmp(value, yes) == 0;
    return *out || strcasecmp(value, no) == 0;
}

/* An error status by its number: 0xC00000B6. */
static bool parse_status(const char *value, NTSTATUS *out)
{
    char *end;
    unsigned long n = strtoul(value, &end, 0);

    if (end == value || *end != 0 || n > UINT32_MAX || (n >> 30) != 3)
        return false;
    *out = (NTSTATUS)(uint32_t)n;
    return true;
}

enum outcome { SET, BAD_VALUE, UNKNOWN };

static enum outcome set_mailslots(const char *name, const char *value, struct ofm_options *options)
{
    bool ok, on;

    if (strcasecmp(name, "Mailslots") == 0) {
        ok = parse_flag(value, &on);
        options->no_mailslots = ok && !on;
    } else if (strcasecmp(name, "MailslotOpenExisting") == 0)
        ok = parse_flag(value, &msfs_settings.open_existing);
    else if (strcasecmp(name, "MailslotShareCheck") == 0)
        ok = parse_flag(value, &msfs_settings.share_check);
    else if (strcasecmp(name, "MailslotQuota") == 0)
        ok = parse_choice(value, "enforce", "ignore", &msfs_settings.enforce_quota);
    else if (strcasecmp(name, "MailslotDirectory") == 0)
        ok = parse_flag(value, &msfs_settings.directory);
    else if (strcasecmp(name, "MailslotPeek") == 0)
        ok = parse_flag(value, &msfs_settings.peek);
    else if (strcasecmp(name, "MailslotOversizeStatus") == 0)
        ok = parse_status(value, &msfs_settings.oversize_status);
    else if (strcasecmp(name, "MailslotStaleStatus") == 0)
        ok = parse_status(value, &msfs_settings.stale_status);
    else if (strcasecmp(name, "MailslotBytes") == 0)
        ok = parse_size(value, &msfs_settings.total_bytes);
    else if (strcasecmp(name, "MailslotSlotBytes") == 0)
        ok = parse_size(value, &msfs_settings.slot_bytes);
    else if (strcasecmp(name, "MailslotCount") == 0)
        ok = parse_count(value, &msfs_settings.slots);
    else if (strcasecmp(name, "MailslotAttachUnsupported") == 0)
        ok = parse_flag(value, &flt_attach_unsupported);
    else
        return UNKNOWN;
    return ok ? SET : BAD_VALUE;
}

static enum outcome set(const char *name, const char *value, struct ofm_options *options)
{
    bool ok;

    if (strcasecmp(name, "ZeroTimeout") == 0) {
        ok = strcasecmp(value, "wait") == 0 || strcasecmp(value, "poll") == 0;
        options->zero_timeout_polls = strcasecmp(value, "poll") == 0;
    } else if (strcasecmp(name, "TimeoutStatus") == 0) {
        ok = strcasecmp(value, "timeout") == 0 || strcasecmp(value, "error") == 0;
        options->timeout_fails = strcasecmp(value, "error") == 0;
    } else if (strcasecmp(name, "WatchdogSeconds") == 0)
        ok = parse_seconds(value, &options->watchdog_milliseconds);
    else if (strcasecmp(name, "WatchdogPolicy") == 0) {
        ok = strcasecmp(value, "report") == 0 || strcasecmp(value, "disconnect") == 0;
        options->watchdog_disconnects = strcasecmp(value, "disconnect") == 0;
    } else if (strcasecmp(name, "CaptureMessages") == 0) {
        free(captures);
        options->capture_messages = captures = strdup(value);
        ok = captures != NULL && *value != 0;
    } else if (strcasecmp(name, "AllowTerminate") == 0)
        ok = parse_bool(value, &options->allow_terminate);
    else if (strcasecmp(name, "DispatchMode") == 0)
        ok = parse_bool(value, &options->dispatch_mode);
    else if (strcasecmp(name, "LogLevel") == 0)
        ok = parse_level(value, &options->log_level);
    else if (strcasecmp(name, "ConnectionsPerUser") == 0)
        ok = parse_count(value, &control_limits.connections_per_user);
    else if (strcasecmp(name, "FilesPerUser") == 0)
        ok = parse_count(value, &control_limits.files_per_user);
    else if (strcasecmp(name, "BytesPerUser") == 0)
        ok = parse_size(value, &control_limits.bytes_per_user);
    else if (strcasecmp(name, "Clients") == 0)
        ok = parse_count(value, &control_limits.clients);
    else if (strcasecmp(name, "SocketsPerUser") == 0)
        ok = parse_count(value, &control_limits.sockets_per_user);
    else if (strcasecmp(name, "CallsPerUser") == 0)
        ok = parse_count(value, &control_limits.calls_per_user);
    else if (strcasecmp(name, "Workers") == 0)
        ok = parse_count(value, &worker_limit) && worker_limit >= 8;
    else if (strcasecmp(name, "MessageBytes") == 0)
        ok = parse_size(value, &control_limits.message_bytes);
    else
        return set_mailslots(name, value, options);
    return ok ? SET : BAD_VALUE;
}

static char *trim(char *text)
{
    text += strspn(text, " \t");
    for (size_t n = strlen(text); n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL; n--)
        text[n - 1] = 0;
    return text;
}

bool settings_read(const char *file, struct ofm_options *options, char *message, size_t size)
{
    FILE *f = fopen(file, "re");
    char *line = NULL;
    size_t room = 0;
    bool ok = true;

    if (f == NULL) {
        snprintf(message, size, "the settings file %s cannot be read: %s", file, strerror(errno));
        return false;
    }
    for (unsigned number = 1; ok && getline(&line, &room, f) > 0; number++) {
        line[strcspn(line, "#")] = 0;
        char *name = trim(line), *value = strchr(name, '=');
        if (*name == 0)
            continue;
        if (value != NULL)
            *value++ = 0;
        enum outcome outcome = value != NULL ? set(trim(name), trim(value), options) : UNKNOWN;
        ok = outcome == SET;
        if (!ok)
            snprintf(message, size, "%s:%u: %s \"%s\": see fltmgrd(8) for the settings", file, number,
                outcome == BAD_VALUE ? "bad value for" : "unknown setting", trim(name));
    }
    free(line);
    fclose(f);
    return ok;
}
