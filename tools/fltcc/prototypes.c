/* Definitions whose parameters differ from those of their prototypes:

     void f(void *p);  void f(struct s *p) { ... }   ->   void f(void *p); void f(void *p_) { struct s *p =
   p_; ... } */
#include "prototypes.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PARAMETERS 32

struct parameter {
    size_t first, last; /* tokens; the name is the last one of a definition */
};

/* The parameters of the list that opens at the token; SIZE_MAX for what is not plain: function pointers,
 * arrays, too many. */
static size_t read_parameters(const struct token_list *list, size_t open, struct parameter *parameters)
{
    size_t close = token_closing(list, open), count = 0;
    if (close == SIZE_MAX || token_next(list, open) == close)
        return SIZE_MAX;
    struct parameter p = {token_next(list, open), SIZE_MAX};
    for (size_t at = p.first; at <= close; at = token_next(list, at)) {
        const struct token *t = &list->item[at];
        if (at == close || token_is(t, ",")) {
            if (count == MAX_PARAMETERS)
                return SIZE_MAX;
            p.last = token_previous(list, at);
            parameters[count++] = p;
            p.first = token_next(list, at);
        } else if (token_is(t, "(") || token_is(t, "[") || token_is(t, ".")) {
            return SIZE_MAX;
        }
    }
    return count;
}

/* The type's words without the name: everything but a last name that follows another word or a star. */
static size_t type_end(const struct token_list *list, const struct parameter *p)
{
    static const char *const words[] = {
        "int", "char", "short", "long", "unsigned", "signed", "float", "double", "void", "const", NULL};
    const struct token *last = &list->item[p->last];
    bool named = p->last != p->first && last->kind == TOKEN_NAME && !token_among(last, words);
    if (named && token_previous(list, p->last) != SIZE_MAX) {
        static const char *const tags[] = {"struct", "union", "enum", NULL};
        named = !token_among(&list->item[token_previous(list, p->last)], tags);
    }
    return named ? token_previous(list, p->last) : p->last;
}

static char *spelling(const struct token_list *list, size_t first, size_t last)
{
    struct text out = {0};
    text_add(&out, "", 0);
    for (size_t at = first; at <= last && at != SIZE_MAX; at++) {
        const struct token *t = &list->item[at];
        if (t->kind == TOKEN_LINE || t->kind == TOKEN_NEWLINE || t->kind == TOKEN_SPACE)
            continue;
        if (out.length)
            text_adds(&out, " ");
        if (t->replacement)
            text_adds(&out, t->replacement);
        else
            text_add(&out, t->text, t->length);
    }
    return out.bytes;
}

static const struct function *find_prototype(
    const struct token_list *list, const struct functions *functions, size_t definition)
{
    const struct token *name = &list->item[functions->item[definition].name];
    for (size_t i = 0; i < definition; i++) {
        const struct token *other = &list->item[functions->item[i].name];
        if (functions->item[i].open == SIZE_MAX && other->length == name->length &&
            !memcmp(other->text, name->text, name->length))
            return &functions->item[i];
    }
    return NULL;
}

static void adopt(struct token_list *list, const struct function *f, const struct parameter *own,
    const char *own_type, const char *type)
{
    char *name = spelling(list, own->last, own->last);
    char *parameter = format_string("%s __fltcc_%s", type, name);
    char *local = format_string(" %s %s = __fltcc_%s;", own_type, name, name);
    for (size_t at = own->first; at <= own->last; at++)
        if (list->item[at].kind != TOKEN_SPACE && list->item[at].kind != TOKEN_NEWLINE &&
            list->item[at].kind != TOKEN_LINE)
            token_replace(&list->item[at], "");
    token_replace(&list->item[own->first], parameter);
    token_add_after(&list->item[f->open], local);
    free(name);
    free(parameter);
    free(local);
}

static void reconcile(
    struct token_list *list, const struct function *definition, const struct function *prototype)
{
    struct parameter own[MAX_PARAMETERS], declared[MAX_PARAMETERS];
    size_t count = read_parameters(list, token_next(list, definition->name), own);
    if (count == SIZE_MAX || count != read_parameters(list, token_next(list, prototype->name), declared))
        return;
    for (size_t i = 0; i < count; i++) {
        size_t own_end = type_end(list, &own[i]);
        if (own_end == own[i].last)
            continue; /* no name: nothing uses it */
        char *own_type = spelling(list, own[i].first, own_end);
        char *type = spelling(list, declared[i].first, type_end(list, &declared[i]));
        if (strcmp(own_type, type))
            adopt(list, definition, &own[i], own_type, type);
        free(own_type);
        free(type);
    }
}

void prototypes_reconcile(struct token_list *list, const struct functions *functions)
{
    for (size_t i = 0; i < functions->count; i++) {
        const struct function *f = &functions->item[i];
        if (f->open == SIZE_MAX || !list->item[f->name].user ||
            !token_is(&list->item[token_next(list, f->name)], "("))
            continue;
        const struct function *prototype = find_prototype(list, functions, i);
        if (prototype && list->item[prototype->name].user &&
            token_is(&list->item[token_next(list, prototype->name)], "("))
            reconcile(list, f, prototype);
    }
}
