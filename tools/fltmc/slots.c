/* fltmc mailslots and mailslot: looking at mailslots, and using them from a shell. */
#include "fltmc.h"

#include "json.h"

#include <fltUserEx.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST (64u << 20) /* a message read or written here */

/* ---- the list ---- */

static void print_timeout(long ticks)
{
    if (ticks == -1 || ticks == INT64_MAX)
        printf("%11s", "for ever");
    else
        printf("%8ld ms", ticks <= 0 ? -ticks / 10000 : 0);
}

static void print_limit(long value)
{
    if (value == 0)
        printf("%10s", "-");
    else
        printf("%10ld", value);
}

static void print_slot(const struct json *s)
{
    const struct json *c = json_member(s, "counters");

    printf("%-32s%9ld%10ld", json_string(s, "name"), json_number(s, "messages"), json_number(s, "bytes"));
    print_limit(json_number(s, "maximum"));
    print_limit(json_number(s, "quota"));
    print_timeout(json_number(s, "readTimeout"));
    printf("%9ld%9ld%9ld%10ld%10ld\n", json_number(s, "readers"), json_number(s, "writers"),
        json_number(s, "waitingReads"), json_number(c, "written"), json_number(c, "read"));
}

int command_mailslots(const struct command_line *line)
{
    struct json slots;

    if (line->count)
        return wrong_usage("mailslots takes no arguments");
    int status = ask_json(WIRE_MAILSLOTS, "Mailslots", line->json, &slots);
    if (status != DONE || line->json)
        return status;
    printf("%-32s%9s%10s%10s%10s%11s%9s%9s%9s%10s%10s\n", "Name", "Messages", "Bytes", "Maximum", "Quota",
        "Timeout", "Readers", "Writers", "Waiting", "Written", "Read");
    for (size_t i = 0; i < slots.count; i++)
        print_slot(&slots.item[i]);
    json_free(&slots);
    return DONE;
}

/* ---- one slot ---- */

/* NAME, or the whole \\.\mailslot\NAME; slashes are taken for backslashes. */
static const WCHAR *full_name(const char *name)
{
    static const char prefix[] = "\\\\.\\mailslot\\";
    bool whole = name[0] == '\\' && name[1] == '\\';
    char *text = malloc(strlen(name) + sizeof prefix);

    sprintf(text, "%s%s", whole ? "" : prefix, name);
    const WCHAR *result = (const WCHAR *)wide(text);
    free(text);
    return result;
}

/* ---- messages ---- */

static const struct {
    DWORD error;
    const char *what; /* NULL: whatever was tried */
    const char *advice;
} advices[] = {
    {ERROR_FILE_NOT_FOUND, NULL, "nobody has made it: fltmc mailslots lists those that are there, fltmc mailslot create makes one"},
    {ERROR_ALREADY_EXISTS, NULL, "fltmc mailslots shows who reads it; take another name"},
    {ERROR_SEM_TIMEOUT, NULL, "no message came within the slot's read timeout: fltmc mailslots shows what waits"},
    {ERROR_BAD_NETPATH, NULL, "only names of this machine: fltmc mailslot COMMAND NAME"},
    {ERROR_REMOTE_MAILSLOTS_DEPRECATED, NULL, "leave the machine away: fltmc mailslot COMMAND NAME"},
    {ERROR_INVALID_NAME, NULL, "a name is words with backslashes between, such as jobs or jobs\\urgent"},
    {ERROR_BAD_PATHNAME, NULL, "a name is words with backslashes between, such as jobs or jobs\\urgent"},
    {ERROR_ACCESS_DENIED, NULL, "its owner has not allowed it to this user"},
    {ERROR_SHARING_VIOLATION, NULL, "another program has it open and shares it with nobody"},
    {ERROR_INVALID_PARAMETER, "Write", "the message is longer than the slot takes: fltmc mailslots shows its maximum"},
};

static bool manager_runs(void)
{
    struct session_request request = {.op = WIRE_HELLO};
    struct session_reply reply = {0};
    NTSTATUS status = session_ask(&request, &reply);
    free(reply.data);
    return status != SESSION_NO_MANAGER;
}

/* Of the last error, about the slot `name`. */
static int failed_last(const char *what, const char *name)
{
    DWORD error = GetLastError();
    if (!manager_runs())
        return refused(what, SESSION_NO_MANAGER, NULL, NULL);
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (advices[i].error == error && (!advices[i].what || !strcmp(advices[i].what, what)))
            return failed_about(what, HRESULT_FROM_WIN32(error), name, "%s", advices[i].advice);
    return failed_about(what, HRESULT_FROM_WIN32(error), name, "fltmc mailslots lists the mailslots");
}

static bool put(const void *bytes, size_t length, bool line)
{
    return fwrite(bytes, 1, length, stdout) == length && (!line || putchar('\n') != EOF) &&
           fflush(stdout) == 0;
}

/* One message of any size. False: none came, the last error says why. */
static bool read_message(HANDLE slot, char **message, DWORD *length)
{
    DWORD room = 4096;

    for (;;) {
        *message = malloc(room);
        if (*message && ReadFile(slot, *message, room, length, NULL))
            return true;
        DWORD error = GetLastError(), next = 0;
        free(*message);
        if (error != ERROR_INSUFFICIENT_BUFFER || !GetMailslotInfo(slot, NULL, &next, NULL, NULL))
            return false;
        room = next != MAILSLOT_NO_MESSAGE && next > room ? next : room;
    }
}

static int print_messages(HANDLE slot, bool all, bool lines, const char *what, const char *name)
{
    char *message;
    DWORD length;
    bool any = false;

    while ((all || !any) && read_message(slot, &message, &length)) {
        bool written = put(message, length, lines);
        free(message);
        if (!written) {
            fprintf(stderr, "%s: standard output: %s\n", program_name, strerror(errno));
            return REFUSED;
        }
        any = true;
    }
    return any || (all && GetLastError() == ERROR_SEM_TIMEOUT) ? DONE : failed_last(what, name);
}

static int read_slot(const struct command_line *line)
{
    bool all = line->count == 3 && !strcmp(line->argument[2], "--all");

    if (line->count != 2 && !all)
        return wrong_usage("mailslot read takes a name and perhaps --all");
    HANDLE slot = OfmJoinMailslot(full_name(line->argument[1]));
    if (slot == INVALID_HANDLE_VALUE)
        return failed_last("Read", line->argument[1]);
    int status = print_messages(slot, all, all, "Read", line->argument[1]);
    CloseHandle(slot);
    return status;
}

/* Standard input to its end; NULL when it cannot be read or is too long. */
static char *read_input(size_t *length)
{
    size_t room = 65536;
    char *text = malloc(room);

    *length = 0;
    for (size_t n; text && (n = fread(text + *length, 1, room - *length, stdin)) > 0;) {
        *length += n;
        if (*length == room)
            text = room > MOST ? (free(text), NULL) : realloc(text, room *= 2);
    }
    if (!text || ferror(stdin)) {
        fprintf(stderr, "%s: standard input: %s\n", program_name,
            text ? strerror(errno) : "more than 64 MiB is no message");
        free(text);
        return NULL;
    }
    return text;
}

static int write_slot(const struct command_line *line)
{
    size_t length = 0;
    DWORD done;

    if (line->count != 2 && line->count != 3)
        return wrong_usage(
            "mailslot write takes a name and perhaps the text; else the message is standard input");
    char *text = line->count == 3 ? line->argument[2] : read_input(&length);
    if (!text)
        return REFUSED;
    if (line->count == 3)
        length = strlen(text);
    HANDLE slot = CreateFileW(full_name(line->argument[1]), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
        NULL, OPEN_EXISTING, 0, NULL);
    int status = slot != INVALID_HANDLE_VALUE && WriteFile(slot, text, (DWORD)length, &done, NULL)
                     ? DONE
                     : failed_last("Write", line->argument[1]);
    if (slot != INVALID_HANDLE_VALUE)
        CloseHandle(slot);
    if (line->count == 2)
        free(text);
    return status;
}

/* The slot lives as long as this program: it prints what comes, a line each, until it is interrupted. */
static int create_slot(const struct command_line *line)
{
    unsigned long maximum = 0;
    char *end = NULL;

    if (line->count == 4 && !strcmp(line->argument[2], "--maximum"))
        maximum = strtoul(line->argument[3], &end, 10);
    if ((line->count != 2 && !end) || (end && (*end || maximum > 0xfffffffful || end == line->argument[3])))
        return wrong_usage("mailslot create takes a name and perhaps --maximum BYTES");
    HANDLE slot = CreateMailslotW(full_name(line->argument[1]), (DWORD)maximum, MAILSLOT_WAIT_FOREVER, NULL);
    if (slot == INVALID_HANDLE_VALUE)
        return failed_last("Create", line->argument[1]);
    int status = print_messages(slot, true, true, "Create", line->argument[1]);
    CloseHandle(slot);
    return status;
}

int command_mailslot(const struct command_line *line)
{
    const char *what = line->count ? line->argument[0] : "";

    if (!strcmp(what, "read"))
        return read_slot(line);
    if (!strcmp(what, "write"))
        return write_slot(line);
    if (!strcmp(what, "create"))
        return create_slot(line);
    return wrong_usage("mailslot takes read, write or create, and a name");
}
