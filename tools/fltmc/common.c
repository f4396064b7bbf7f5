/* What the commands of fltmc share. */
#include "fltmc.h"

#include "rtl/status.h"
#include "rtl/utf.h"

#include <ntstatus.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int wrong_usage(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", program_name);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\nTry %s help.\n", program_name);
    va_end(arguments);
    return WRONG_USAGE;
}

static void *must(void *block)
{
    if (!block) {
        fprintf(stderr, "%s: out of memory\n", program_name);
        exit(REFUSED);
    }
    return block;
}

const char16_t *wide(const char *text)
{
    return must(rtl_wide_from_utf8(text));
}

char *narrow(const char16_t *text, size_t length)
{
    char *out = must(malloc(length * 3 + 1));
    out[rtl_utf16_to_utf8(out, length * 3, text, length, NULL)] = 0;
    return out;
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

bool is_altitude(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    if (digits && text[digits] == '.') {
        size_t fraction = strspn(text + digits + 1, "0123456789");
        return fraction && !text[digits + 1 + fraction];
    }
    return digits && !text[digits];
}

/* What to do about a refusal that the manager does not explain itself. */
static const struct {
    const char *what; /* NULL: whatever was asked */
    NTSTATUS status;
    const char *advice;
} advices[] = {
    {"Load", STATUS_OBJECT_NAME_NOT_FOUND,
        "no service of that name is installed: fltmc install FILE.inf, or fltmc load FILE.so --altitude N"},
    {"Load", STATUS_IMAGE_ALREADY_LOADED, "to load it anew, unload it first: fltmc unload"},
    {"Attach", STATUS_OBJECT_NAME_NOT_FOUND,
        "the service has no instance of that name: say its altitude with -a, or install it with the .inf"},
    {"Attach", STATUS_FLT_INSTANCE_ALTITUDE_COLLISION,
        "fltmc instances -v VOLUME shows who has it; take another with -a"},
    {"Attach", STATUS_FLT_INSTANCE_NAME_COLLISION,
        "give the new one another name with -i, or detach the old one"},
    {NULL, STATUS_FLT_FILTER_NOT_FOUND, "fltmc filters lists the loaded ones"},
    {NULL, STATUS_FLT_VOLUME_NOT_FOUND, "fltmc volumes lists them; fltmc mount makes one of a directory"},
    {NULL, STATUS_FLT_INSTANCE_NOT_FOUND, "fltmc instances lists them"},
    {NULL, STATUS_PRIVILEGE_NOT_HELD, "only root and the manager's own user may change it"},
    {NULL, STATUS_FLT_DO_NOT_DETACH,
        "its callback refused: see the manager's log; fltmc unload --mandatory does not ask it"},
};

static const char *advice_for(const char *what, NTSTATUS status)
{
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (advices[i].status == status && (!advices[i].what || !strcmp(advices[i].what, what)))
            return advices[i].advice;
    return NULL;
}

int failed(const char *what, NTSTATUS status, const struct session_reply *reply)
{
    if (status == SESSION_NO_MANAGER) {
        char path[256];
        fprintf(stderr, "%s: no filter manager runs here", program_name);
        if (wire_runtime_directory(path, sizeof path) == 0)
            fprintf(stderr, " (%s): start fltmgrd, or set OPENFLTMGR_RUNTIME to its directory", path);
        fputc('\n', stderr);
        return REFUSED;
    }
    failed_with(what, rtl_status_to_hresult(status));
    fprintf(stderr, "(%s)\n", rtl_status_name(status));
    const char *advice = advice_for(what, status);
    if (reply && reply->length)
        fprintf(stderr, "%.*s%s", (int)reply->length, (const char *)reply->data,
            reply->data[reply->length - 1] == '\n' ? "" : "\n");
    else if (advice)
        fprintf(stderr, "%s\n", advice);
    return REFUSED;
}

bool ask(
    const char *what, const struct session_request *request, struct session_reply *reply, int *exit_status)
{
    struct session_reply own = {0};
    struct session_reply *answer = reply ? reply : &own;
    NTSTATUS status = session_ask(request, answer);
    if (NT_SUCCESS(status))
        status = answer->status;
    *exit_status = NT_SUCCESS(status) ? DONE : failed(what, status, answer);
    if (!reply)
        free(own.data);
    return NT_SUCCESS(status);
}

void json_text(FILE *to, const char *text)
{
    fputc('"', to);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fprintf(to, "\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            fprintf(to, "\\u%04x", (unsigned char)*text);
        else
            fputc(*text, to);
    }
    fputc('"', to);
}
