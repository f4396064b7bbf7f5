/* Preprocessed text as a list of tokens that can be edited in place. */
#include "token.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static struct token *append(struct token_list *list, enum token_kind kind, const char *text, size_t length)
{
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 4096;
        list->item = realloc(list->item, list->room * sizeof *list->item);
        if (!list->item)
            die("out of memory");
    }
    struct token *t = &list->item[list->count++];
    *t = (struct token){.kind = kind, .text = text, .length = length};
    return t;
}

static bool name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || c == '$' || (c & 0x80);
}

static bool name_part(char c)
{
    return name_start(c) || isdigit((unsigned char)c);
}

static const char *quoted_end(const char *p)
{
    char quote = *p++;
    while (*p && *p != quote && *p != '\n')
        p += *p == '\\' && p[1] ? 2 : 1;
    return *p == quote ? p + 1 : p;
}

/* R"mark( ... )mark" from its first quote on. */
static const char *raw_string_end(const char *quote)
{
    const char *open = strchr(quote, '(');
    if (!open || open - quote > 17)
        return quoted_end(quote);
    char closing[24];
    size_t mark = (size_t)(open - quote - 1);
    closing[0] = ')';
    memcpy(closing + 1, quote + 1, mark);
    closing[mark + 1] = '"';
    closing[mark + 2] = 0;
    const char *end = strstr(open, closing);
    return end ? end + mark + 2 : quote + strlen(quote);
}

static const char *number_end(const char *p, bool cplusplus)
{
    for (;; p++) {
        if ((*p == '+' || *p == '-') && strchr("eEpP", p[-1]))
            continue;
        if (cplusplus && *p == '\'' && name_part(p[1]))
            continue;
        if (!name_part(*p) && *p != '.')
            return p;
    }
}

/* A prefix such as L, u8 or LR in front of a quote belongs to the literal. */
static bool literal_prefix(const char *p, size_t length, bool *raw)
{
    static const char *const prefixes[] = {"L", "u", "U", "u8", "R", "LR", "uR", "UR", "u8R"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strlen(prefixes[i]) == length && !memcmp(prefixes[i], p, length)) {
            *raw = prefixes[i][length - 1] == 'R';
            return true;
        }
    return false;
}

static const char *read_name(const char *p, bool cplusplus, enum token_kind *kind)
{
    const char *end = p;
    bool raw = false;
    while (name_part(*end))
        end++;
    *kind = TOKEN_NAME;
    if ((*end != '"' && *end != '\'') || !literal_prefix(p, (size_t)(end - p), &raw))
        return end;
    if (raw && (!cplusplus || *end == '\''))
        return end;
    *kind = *end == '"' ? TOKEN_STRING : TOKEN_CHAR;
    return raw ? raw_string_end(end) : quoted_end(end);
}

static const char *read_token(const char *p, bool cplusplus, enum token_kind *kind)
{
    if (*p == '\n') {
        *kind = TOKEN_NEWLINE;
        return p + 1;
    }
    if (isspace((unsigned char)*p)) {
        *kind = TOKEN_SPACE;
        while (isspace((unsigned char)*p) && *p != '\n')
            p++;
        return p;
    }
    if (name_start(*p))
        return read_name(p, cplusplus, kind);
    if (isdigit((unsigned char)*p) || (*p == '.' && isdigit((unsigned char)p[1]))) {
        *kind = TOKEN_NUMBER;
        return number_end(p + 1, cplusplus);
    }
    if (*p == '"' || *p == '\'') {
        *kind = *p == '"' ? TOKEN_STRING : TOKEN_CHAR;
        return quoted_end(p);
    }
    *kind = TOKEN_MARK;
    return p + 1;
}

/* # 12 "file" ...: the file's name, unescaped; NULL when the line is no marker. */
static char *marker_file(const char *p, int *line)
{
    p += strspn(p + 1, " \t") + 1;
    if (!strncmp(p, "line", 4))
        p += 4 + strspn(p + 4, " \t");
    if (!isdigit((unsigned char)*p))
        return NULL;
    *line = (int)strtol(p, (char **)&p, 10);
    p += strspn(p, " \t");
    if (*p++ != '"')
        return NULL;
    struct text name = {0};
    for (; *p && *p != '"' && *p != '\n'; p++) {
        if (*p == '\\' && p[1])
            p++;
        text_add(&name, p, 1);
    }
    text_add(&name, "", 0);
    return name.bytes;
}

static bool is_user_file(const char *file, const struct strings *system_roots)
{
    if (file[0] == '<')
        return false;
    for (size_t i = 0; i < system_roots->count; i++) {
        size_t length = strlen(system_roots->item[i]);
        if (!strncmp(file, system_roots->item[i], length) && file[length] == '/')
            return false;
    }
    return true;
}

static const char *intern(struct token_list *list, const char *file)
{
    for (size_t i = list->files.count; i-- > 0;)
        if (!strcmp(list->files.item[i], file))
            return list->files.item[i];
    strings_add(&list->files, file);
    return list->files.item[list->files.count - 1];
}

void tokens_read(
    struct token_list *list, char *source, size_t length, bool cplusplus, const struct strings *system_roots)
{
    *list = (struct token_list){.source = source};
    const char *p = source, *end = source + length, *file = intern(list, "<start>");
    int line = 1;
    bool user = false, line_start = true;
    while (p < end && *p) {
        enum token_kind kind;
        const char *next;
        if (line_start && *p == '#') {
            kind = TOKEN_LINE;
            next = strchr(p, '\n');
            next = next ? next : end;
        } else {
            next = read_token(p, cplusplus, &kind);
        }
        struct token *t = append(list, kind, p, (size_t)(next - p));
        t->user = user;
        t->line = line;
        t->file = file;
        int marked;
        char *name = kind == TOKEN_LINE ? marker_file(p, &marked) : NULL;
        if (name) {
            file = intern(list, name);
            user = is_user_file(name, system_roots);
            line = marked - 1;
            free(name);
        }
        for (const char *c = p; c < next; c++)
            line += *c == '\n';
        line_start = kind == TOKEN_NEWLINE || (line_start && kind == TOKEN_SPACE);
        p = next;
    }
    append(list, TOKEN_END, end, 0);
}

void tokens_write(const struct token_list *list, struct text *out)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct token *t = &list->item[i];
        if (t->before)
            text_adds(out, t->before);
        if (t->replacement)
            text_adds(out, t->replacement);
        else
            text_add(out, t->text, t->length);
        if (t->after)
            text_adds(out, t->after);
    }
}

void tokens_free(struct token_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->item[i].replacement);
        free(list->item[i].before);
        free(list->item[i].after);
    }
    free(list->item);
    free(list->source);
    strings_free(&list->files);
}

bool token_is(const struct token *t, const char *spelling)
{
    return strlen(spelling) == t->length && !memcmp(t->text, spelling, t->length);
}

bool token_among(const struct token *t, const char *const *spellings)
{
    for (; *spellings; spellings++)
        if (token_is(t, *spellings))
            return true;
    return false;
}

static bool counts(const struct token *t)
{
    return t->kind != TOKEN_SPACE && t->kind != TOKEN_NEWLINE && t->kind != TOKEN_LINE;
}

size_t token_next(const struct token_list *list, size_t at)
{
    while (at + 1 < list->count && !counts(&list->item[++at]))
        ;
    return at;
}

size_t token_previous(const struct token_list *list, size_t at)
{
    while (at-- > 0)
        if (counts(&list->item[at]))
            return at;
    return SIZE_MAX;
}

size_t token_closing(const struct token_list *list, size_t at)
{
    int depth = 0;
    for (; at < list->count; at++) {
        const struct token *t = &list->item[at];
        if (t->kind != TOKEN_MARK)
            continue;
        if (strchr("([{", *t->text))
            depth++;
        else if (strchr(")]}", *t->text) && --depth == 0)
            return at;
    }
    return SIZE_MAX;
}

void token_replace(struct token *t, const char *text)
{
    char *copy = format_string("%s", text);
    free(t->replacement);
    t->replacement = copy;
}

void token_add_before(struct token *t, const char *text)
{
    char *whole = format_string("%s%s", text, t->before ? t->before : "");
    free(t->before);
    t->before = whole;
}

void token_add_after(struct token *t, const char *text)
{
    char *whole = format_string("%s%s", t->after ? t->after : "", text);
    free(t->after);
    t->after = whole;
}
