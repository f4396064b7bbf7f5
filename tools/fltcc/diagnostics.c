/* The compiler's messages, filtered. A message is its first line, with "error:" or "warning:", and the notes
 * behind it. */
#include "diagnostics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text without colours. */
static char *plain(const char *line)
{
    struct text out = {0};
    text_add(&out, "", 0);
    while (*line) {
        if (*line == '\033') {
            while (*line && *line != 'm' && *line != 'K')
                line++;
            line += *line != 0;
        } else {
            text_add(&out, line++, 1);
        }
    }
    return out.bytes;
}

/* The next quoted type, and behind it the one that it is a name of when the compiler says so. */
static const char *next_type(const char *at, char **type)
{
    static const char *const opening[] = {"\u2018", "'"}, *const closing[] = {"\u2019", "'"};
    for (int style = 0; style < 2; style++) {
        const char *start = strstr(at, opening[style]);
        if (!start)
            continue;
        start += strlen(opening[style]);
        const char *end = strstr(start, closing[style]);
        if (!end)
            return NULL;
        *type = format_string("%.*s", (int)(end - start), start);
        end += strlen(closing[style]);
        if (!strncmp(end, " {aka ", 6) || !strncmp(end, " (aka ", 6)) {
            free(*type);
            return next_type(end, type);
        }
        return end;
    }
    return NULL;
}

static void remove_word(char *type, const char *word)
{
    for (char *at; (at = strstr(type, word));)
        memmove(at, at + strlen(word), strlen(at + strlen(word)) + 1);
}

static void normalise(char *type)
{
    remove_word(type, "const ");
    remove_word(type, "volatile ");
    remove_word(type, "const");
    remove_word(type, "volatile");
    remove_word(type, " __attribute__((noreturn))");
    remove_word(type, "(*)");
    for (char *at; (at = strstr(type, "* *"));)
        memmove(at + 1, at + 2, strlen(at + 2) + 1);
}

static bool pointer(const char *type, size_t length)
{
    while (length && type[length - 1] == ' ')
        length--;
    return length && type[length - 1] == '*';
}

/* The end of a parameter or of the list. */
static size_t parameter_length(const char *at)
{
    int depth = 0;
    size_t length = 0;
    for (; at[length]; length++) {
        depth += (at[length] == '(') - (at[length] == ')');
        if (depth < 0 || (depth == 0 && at[length] == ','))
            break;
    }
    return length;
}

static bool equal_functions(const char *a, const char *b)
{
    const char *in_a = strchr(a, '('), *in_b = strchr(b, '(');
    if (!in_a || !in_b || in_a - a != in_b - b || strncmp(a, b, (size_t)(in_a - a)))
        return false;
    for (a = in_a + 1, b = in_b + 1;;) {
        size_t length_a = parameter_length(a), length_b = parameter_length(b);
        bool same = length_a == length_b && !strncmp(a, b, length_a);
        if (!same && !(pointer(a, length_a) && pointer(b, length_b)))
            return false;
        if (a[length_a] != b[length_b])
            return false;
        if (a[length_a] != ',')
            return true;
        a += length_a + 1;
        b += length_b + 1;
    }
}

static bool pointer_to_pointer(const char *type)
{
    size_t length = strlen(type);
    return length > 2 && pointer(type, length) && pointer(type, length - 1);
}

static bool harmless_types(char *a, char *b)
{
    normalise(a);
    normalise(b);
    if (!strcmp(a, "void **") || !strcmp(b, "void **"))
        return pointer_to_pointer(a) && pointer_to_pointer(b);
    return equal_functions(a, b);
}

static const char *types_in(const char *message)
{
    static const char *const starts[] = {"assignment to ", "initialization of ", "returning ",
        "incompatible pointer types passing ", "incompatible pointer types assigning to ",
        "incompatible pointer types initializing ", "incompatible pointer types returning ",
        "incompatible function pointer types assigning to ",
        "incompatible function pointer types initializing ", "incompatible function pointer types passing ",
        NULL};
    const char *argument = strstr(message, "but argument is of type");
    if (argument)
        while (argument > message && strncmp(argument, "expected ", 9))
            argument--;
    const char *found = argument;
    for (size_t i = 0; !found && starts[i]; i++)
        found = strstr(message, starts[i]);
    return found;
}

static bool dropped(const char *message)
{
    if (!strstr(message, "[-Wincompatible-pointer-types]") &&
        !strstr(message, "[-Wincompatible-function-pointer-types]"))
        return false;
    const char *at = types_in(message);
    char *a = NULL, *b = NULL;
    at = at ? next_type(at, &a) : NULL;
    at = at ? next_type(at, &b) : NULL;
    bool harmless = at && harmless_types(a, b);
    free(a);
    free(b);
    return harmless;
}

static bool starts_message(const char *line)
{
    return strstr(line, ": error: ") || strstr(line, ": warning: ") || strstr(line, ": fatal error: ");
}

static bool is_preface(const char *line)
{
    return strstr(line, ": In function ") || strstr(line, ": In member function ") ||
           strstr(line, ": At top level") || !strncmp(line, "In file included from ", 22) ||
           !strncmp(line, "                 from ", 22);
}

/* What was collected, shown unless it is dropped; the preface stays for the next one then. */
static void flush(struct text *preface, struct text *message)
{
    if (message->length) {
        char *readable = plain(message->bytes);
        if (!dropped(readable)) {
            fprintf(stderr, "%s%s", preface->length ? preface->bytes : "", message->bytes);
            text_free(preface);
        }
        free(readable);
    }
    text_free(message);
}

/* clang counts what was dropped, too. */
static bool is_count(const char *line)
{
    return strstr(line, " generated.") && (strstr(line, "warning") || strstr(line, "error"));
}

/* "In file included from" may announce a new message or a note of the present one. */
void diagnostics_show(char *messages)
{
    struct text preface = {0}, message = {0}, coming = {0};
    for (char *line; (line = strsep(&messages, "\n"));) {
        char *readable = plain(line);
        if (is_preface(readable)) {
            text_addf(&coming, "%s\n", line);
        } else if (starts_message(readable)) {
            flush(&preface, &message);
            if (coming.length)
                text_free(&preface);
            text_add(&preface, coming.length ? coming.bytes : "", coming.length);
            text_free(&coming);
            text_addf(&message, "%s\n", line);
        } else if (*readable && !is_count(readable)) {
            text_addf(&message, "%s%s\n", coming.length ? coming.bytes : "", line);
            text_free(&coming);
        }
        free(readable);
    }
    flush(&preface, &message);
    text_free(&preface);
    text_free(&coming);
}
