/* What the commands of fltmc share. */
#include "fltmc.h"

#include "rtl/altitude.h"
#include "rtl/utf.h"

#include <stdlib.h>
#include <string.h>

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

bool is_altitude(const char *text)
{
    const char16_t *units = wide(text);
    return rtl_altitude_is_valid(units, strlen(text)); /* what is longer in UTF-8 has no digit there */
}

bool ask(
    const char *what, const struct session_request *request, struct session_reply *reply, int *exit_status)
{
    struct session_reply own = {0};
    struct session_reply *answer = reply ? reply : &own;
    NTSTATUS status = session_ask(request, answer);
    if (NT_SUCCESS(status))
        status = answer->status;
    *exit_status = NT_SUCCESS(status) ? DONE : refused(what, status, request, answer);
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
