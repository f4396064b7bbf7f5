/*
 * How the tools say no: what was asked for, the system's sentence with the error by name, the status by name, what it is
 * about, and what to do.
 */
#include "fltmc.h"

#include "rtl/status.h"

#include <ntstatus.h>

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *help_topic = "";

int wrong_usage(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", program_name);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, " (%s)\nTry %s help%s%s.\n", rtl_status_name(STATUS_INVALID_PARAMETER), program_name,
        *help_topic ? " " : "", help_topic);
    va_end(arguments);
    return WRONG_USAGE;
}

static void system_sentence(HRESULT result)
{
    char sentence[512];
    DWORD length = FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
        (DWORD)result, 0, sentence, sizeof sentence, NULL);
    while (length && strchr("\r\n ", sentence[length - 1]))
        length--;
    if (length)
        fprintf(stderr, "%.*s\n", (int)length, sentence);
}

int failed_with(const char *what, HRESULT result)
{
    fprintf(stderr, "\n%s failed with error: 0x%08x\n", what, (unsigned)result);
    system_sentence(result);
    return REFUSED;
}

/* "nosuch: ", and no second colon behind a drive letter. */
static void name_subject(const char *subject)
{
    size_t length = strlen(subject);
    fprintf(stderr, "%s%s ", length ? subject : "\"\"", length && subject[length - 1] == ':' ? "" : ":");
}

int failed_about(const char *what, HRESULT result, const char *subject, const char *format, ...)
{
    va_list arguments;
    failed_with(what, result);
    va_start(arguments, format);
    name_subject(subject);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return REFUSED;
}

/* ---- of files ---- */

static NTSTATUS status_of_errno(int error)
{
    static const struct {
        int error;
        NTSTATUS status;
    } rows[] = {{ENOENT, STATUS_OBJECT_NAME_NOT_FOUND}, {ENOTDIR, STATUS_OBJECT_PATH_NOT_FOUND},
        {ELOOP, STATUS_OBJECT_PATH_NOT_FOUND}, {EACCES, STATUS_ACCESS_DENIED}, {EPERM, STATUS_ACCESS_DENIED},
        {ENAMETOOLONG, STATUS_NAME_TOO_LONG}, {EISDIR, STATUS_FILE_IS_A_DIRECTORY}, {ENOMEM, STATUS_NO_MEMORY},
        {EMFILE, STATUS_TOO_MANY_OPENED_FILES}, {EIO, STATUS_IO_DEVICE_ERROR}, {ENOSPC, STATUS_DISK_FULL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].error == error)
            return rows[i].status;
    return STATUS_UNSUCCESSFUL;
}

int failed_on_file(const char *what, const char *path, int error, const char *advice)
{
    NTSTATUS status = status_of_errno(error);
    failed_with(what, rtl_status_to_hresult(status));
    fprintf(stderr, "(%s)\n%s: %s: %s\n", rtl_status_name(status), path, strerror(error), advice);
    return REFUSED;
}

/* ---- of the manager ---- */

/* What to do about a refusal that the manager does not explain itself, and which word of the request it is about. */
static const struct {
    const char *what; /* NULL: whatever was asked */
    NTSTATUS status;
    int subject; /* -1: none */
    const char *advice;
} advices[] = {
    {"Load", STATUS_OBJECT_NAME_NOT_FOUND, 0,
        "no service of that name is installed: fltmc install FILE.inf, or fltmc load FILE.so --altitude N"},
    {"Load", STATUS_IMAGE_ALREADY_LOADED, 0, "to load it anew, unload it first: fltmc unload"},
    {"Attach", STATUS_OBJECT_NAME_NOT_FOUND, 2,
        "the service has no instance of that name: say its altitude with -a, or install it with the .inf"},
    {"Attach", STATUS_FLT_INSTANCE_ALTITUDE_COLLISION, 3,
        "fltmc instances -v VOLUME shows who has it; take another with -a"},
    {"Attach", STATUS_FLT_INSTANCE_NAME_COLLISION, 2,
        "give the new one another name with -i, or detach the old one"},
    {NULL, STATUS_FLT_FILTER_NOT_FOUND, 0, "fltmc filters lists the loaded ones"},
    {NULL, STATUS_FLT_VOLUME_NOT_FOUND, 1, "fltmc volumes lists them; fltmc mount makes one of a directory"},
    {NULL, STATUS_FLT_INSTANCE_NOT_FOUND, 2, "fltmc instances lists them"},
    {NULL, STATUS_FLT_DO_NOT_ATTACH, 1,
        "the filter's setup callback, or the flags of its instance, refused this volume: see the manager's log"},
    {NULL, STATUS_PRIVILEGE_NOT_HELD, -1, "only root and the manager's own user may change it"},
    {NULL, STATUS_FLT_DO_NOT_DETACH, 0,
        "its callback refused: see the manager's log; fltmc unload --mandatory does not ask it"},
};

static void advise(const char *what, NTSTATUS status, const struct session_request *request)
{
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++) {
        if (advices[i].status != status || (advices[i].what && strcmp(advices[i].what, what)))
            continue;
        const char16_t *word = request && advices[i].subject >= 0 ? request->strings[advices[i].subject] : NULL;
        size_t length = 0;
        while (word && word[length])
            length++;
        char *subject = word ? narrow(word, length) : NULL;
        if (subject)
            name_subject(subject);
        fprintf(stderr, "%s\n", advices[i].advice);
        free(subject);
        return;
    }
}

static int no_manager(void)
{
    char path[256];
    fprintf(stderr, "%s: no filter manager runs here", program_name);
    if (wire_runtime_directory(path, sizeof path) == 0)
        fprintf(stderr, " (%s): start fltmgrd, or set OPENFLTMGR_RUNTIME to its directory", path);
    fprintf(stderr, " (%s)\n", rtl_status_name(SESSION_NO_MANAGER));
    return REFUSED;
}

int refused(const char *what, NTSTATUS status, const struct session_request *request, const struct session_reply *reply)
{
    if (status == SESSION_NO_MANAGER)
        return no_manager();
    failed_with(what, rtl_status_to_hresult(status));
    fprintf(stderr, "(%s)\n", rtl_status_name(status));
    if (reply && reply->length)
        fprintf(stderr, "%.*s%s", (int)reply->length, (const char *)reply->data,
            reply->data[reply->length - 1] == '\n' ? "" : "\n");
    else
        advise(what, status, request);
    return REFUSED;
}
