/* Finds the function definitions of a translation unit. */
#include "scope.h"

#include <stdint.h>
#include <stdlib.h>

/* What has been seen of the declaration that is being read. */
struct declaration {
    size_t start, name;
    bool parameters, assigned, initializers, record, space, prefixed;
};

struct scan {
    struct functions *out;
    const struct token_list *list;
    int records; /* around this level */
};

static const char *const words_with_parentheses[] = {"__attribute__", "__attribute", "__declspec",
    "_declspec", "alignas", "_Alignas", "decltype", "__typeof__", "__typeof", "typeof", "noexcept", "throw",
    "asm", "__asm__", "__asm", "_Static_assert", "static_assert", "__extension__", NULL};

static void add(struct functions *out, struct function f)
{
    if (out->count == out->room) {
        out->room = out->room ? out->room * 2 : 64;
        out->item = realloc(out->item, out->room * sizeof *out->item);
        if (!out->item)
            die("out of memory");
    }
    out->item[out->count++] = f;
}

static struct declaration fresh(void)
{
    return (struct declaration){.start = SIZE_MAX, .name = SIZE_MAX};
}

static size_t skip_angles(const struct token_list *list, size_t at)
{
    int depth = 0;
    for (; list->item[at].kind != TOKEN_END; at = token_next(list, at)) {
        const struct token *t = &list->item[at];
        if (token_is(t, "("))
            at = token_closing(list, at) == SIZE_MAX ? at : token_closing(list, at);
        else if (token_is(t, "<"))
            depth++;
        else if (token_is(t, ">") && --depth == 0)
            return at;
        else if (token_is(t, ";") || token_is(t, "{"))
            break;
    }
    return at;
}

static void scan_level(struct scan *s, size_t at, size_t end);

static void parenthesis(struct scan *s, struct declaration *d, size_t at)
{
    size_t before = token_previous(s->list, at);
    if (before == SIZE_MAX || before < d->start)
        return;
    const struct token *t = &s->list->item[before];
    if (token_among(t, words_with_parentheses) || d->parameters || d->assigned)
        return;
    d->parameters = true;
    d->name = before;
}

/* An opening brace between declarations: recurse, record a body or skip. Returns the closing brace. */
static size_t brace(struct scan *s, struct declaration *d, size_t at)
{
    size_t close = token_closing(s->list, at);
    if (close == SIZE_MAX)
        return s->list->count - 1;
    if (d->space) {
        scan_level(s, at + 1, close);
        *d = fresh();
    } else if (d->parameters && !d->assigned) {
        const struct token *before = &s->list->item[token_previous(s->list, at)];
        static const char *const after_parameters[] = {
            "const", "override", "final", "noexcept", "try", "volatile", "mutable", NULL};
        if (d->initializers && before->kind == TOKEN_NAME && !token_among(before, after_parameters))
            return close;
        add(s->out, (struct function){d->start, d->name, at, close, !d->prefixed && s->records == 0});
        *d = fresh();
    } else if (d->record && !d->assigned) {
        s->records++;
        scan_level(s, at + 1, close);
        s->records--;
    }
    return close;
}

static size_t semicolon(struct scan *s, struct declaration *d, size_t at)
{
    if (d->parameters && !d->assigned && !d->record)
        add(s->out, (struct function){d->start, d->name, SIZE_MAX, at, false});
    *d = fresh();
    return at;
}

static size_t mark(struct scan *s, struct declaration *d, size_t at)
{
    switch (*s->list->item[at].text) {
    case ';':
        return semicolon(s, d, at);
    case '(':
        parenthesis(s, d, at);
        /* fall through */
    case '[': {
        size_t close = token_closing(s->list, at);
        return close == SIZE_MAX ? s->list->count - 1 : close;
    }
    case '{':
        return brace(s, d, at);
    case '=':
        d->assigned = true;
        return at;
    case ':': {
        size_t before = token_previous(s->list, at);
        static const char *const access[] = {"public", "private", "protected", NULL};
        if (before != SIZE_MAX && before == d->start && token_among(&s->list->item[before], access))
            *d = fresh();
        else if (d->parameters)
            d->initializers = true;
        return at;
    }
    }
    return at;
}

static size_t word(struct scan *s, struct declaration *d, size_t at)
{
    const struct token *t = &s->list->item[at];
    static const char *const records[] = {"class", "struct", "union", NULL};
    if (token_is(t, "template")) {
        at = skip_angles(s->list, token_next(s->list, at));
        *d = fresh();
        d->prefixed = true;
    } else if (token_is(t, "namespace")) {
        d->space = true;
    } else if (token_is(t, "extern") && s->list->item[token_next(s->list, at)].kind == TOKEN_STRING) {
        at = token_next(s->list, at);
        bool block = token_is(&s->list->item[token_next(s->list, at)], "{");
        *d = fresh();
        d->space = block;
        d->prefixed = true;
    } else if (token_among(t, records) && !d->parameters) {
        d->record = true;
    } else if (token_is(t, "operator")) {
        /* operator=, operator() and the like: the name's own marks are no declaration syntax */
        size_t next = token_next(s->list, at);
        if (token_is(&s->list->item[next], "("))
            next = token_next(s->list, token_next(s->list, next));
        while (s->list->item[next].kind != TOKEN_END && !token_is(&s->list->item[next], "("))
            next = token_next(s->list, next);
        parenthesis(s, d, next);
        size_t close = token_closing(s->list, next);
        at = close == SIZE_MAX ? next : close;
    }
    return at;
}

static void scan_level(struct scan *s, size_t at, size_t end)
{
    struct declaration d = fresh();
    for (; at < end; at++) {
        const struct token *t = &s->list->item[at];
        if (t->kind == TOKEN_SPACE || t->kind == TOKEN_NEWLINE || t->kind == TOKEN_LINE)
            continue;
        if (d.start == SIZE_MAX)
            d.start = at;
        if (t->kind == TOKEN_NAME)
            at = word(s, &d, at);
        else if (t->kind == TOKEN_MARK)
            at = mark(s, &d, at);
    }
}

void functions_find(struct functions *functions, const struct token_list *list)
{
    *functions = (struct functions){0};
    struct scan s = {functions, list, 0};
    scan_level(&s, 0, list->count - 1);
}

void functions_free(struct functions *functions)
{
    free(functions->item);
}

char *function_name(const struct token_list *list, const struct function *f)
{
    const struct token *t = &list->item[f->name];
    return format_string("%.*s", (int)t->length, t->text);
}
