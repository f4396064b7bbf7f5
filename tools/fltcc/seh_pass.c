/* Structured exception handling turned into GNU C over the run-time in src/rtl/seh.c.

   A function with __try gets no optimisation, so that its variables live in memory, and a frame pointer, so
   that filter expressions and __finally blocks can run in its frame on top of the faulting stack: as on
   Windows, filters are asked before anything is unwound. A cleanup attribute on the frame's variable makes
   return, goto, break and continue leave
   __try in order.

     __try { B } __except (E) { H }  ->  { frame f; int v = mark(&f); if (v == 0) { { B } leave: f.normal = 1;
   } else if (v == 1) result(&f, (E)); else { H } }
     __try { B } __finally { F }     ->  { frame f; int v = mark(&f); if (v == 0) { { B } leave: f.normal = 1;
   } else { { F } result(&f, 0); } }                                            */
#include "seh_pass.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The constructs that a place stands in; 0: none. */
struct place {
    int leave;    /* __leave leaves this one */
    int code;     /* GetExceptionCode: its filter or handler */
    int pointers; /* GetExceptionInformation: its filter */
    int abnormal; /* AbnormalTermination: its __finally block */
};

struct pass {
    struct token_list *list;
    const struct seh_options *options;
    int frames, mistakes;
};

static const char *const c_try[] = {"__try", "_try", "try", NULL}, *const cplusplus_try[] = {
                                                                       "__try", "_try", NULL};
static const char *const words_except[] = {"__except", "_except", "except", NULL};
static const char *const words_finally[] = {"__finally", "_finally", "finally", NULL};
static const char *const words_leave[] = {"__leave", "_leave", "leave", NULL};
static const char *const words_code[] = {"GetExceptionCode", "_exception_code", "exception_code", NULL};
static const char *const words_pointers[] = {
    "GetExceptionInformation", "_exception_info", "exception_info", NULL};
static const char *const words_abnormal[] = {
    "AbnormalTermination", "_abnormal_termination", "abnormal_termination", NULL};

static void mistake(struct pass *pass, size_t at, const char *what)
{
    const struct token *t = &pass->list->item[at];
    fprintf(stderr, "%s:%d: error: %s\n", t->file, t->line, what);
    pass->mistakes++;
}

static bool starts_try(const struct pass *pass, size_t at)
{
    const struct token *t = &pass->list->item[at];
    return t->kind == TOKEN_NAME && token_among(t, pass->options->cplusplus ? cplusplus_try : c_try) &&
           token_is(&pass->list->item[token_next(pass->list, at)], "{");
}

static void addf(struct token *t, void (*add)(struct token *, const char *), const char *format, int number)
{
    struct text out = {0};
    for (const char *p = format; *p; p++) {
        if (*p == '@')
            text_addf(&out, "%d", number);
        else
            text_add(&out, p, 1);
    }
    add(t, out.bytes);
    text_free(&out);
}

static size_t intrinsic(
    struct pass *pass, size_t at, int number, const char *replacement, const char *otherwise)
{
    size_t open = token_next(pass->list, at);
    if (!token_is(&pass->list->item[open], "("))
        return at;
    if (number == 0) {
        mistake(pass, at, otherwise);
        return at;
    }
    size_t close = token_closing(pass->list, open);
    addf(&pass->list->item[at], token_replace, replacement, number);
    token_replace(&pass->list->item[open], "");
    token_replace(&pass->list->item[close], "");
    return close;
}

static size_t rewrite_try(struct pass *pass, size_t at, struct place place);

static void rewrite_range(struct pass *pass, size_t at, size_t end, struct place place)
{
    for (; at < end; at++) {
        struct token *t = &pass->list->item[at];
        if (t->kind != TOKEN_NAME)
            continue;
        if (starts_try(pass, at))
            at = rewrite_try(pass, at, place);
        else if (token_among(t, words_leave) &&
                 token_is(&pass->list->item[token_next(pass->list, at)], ";")) {
            if (place.leave)
                addf(t, token_replace, "goto __ofm_seh_leave_@", place.leave);
            else
                mistake(pass, at, "__leave outside of a __try block");
        } else if (token_among(t, words_code))
            at = intrinsic(pass, at, place.code, "(__ofm_seh_@.code)",
                "GetExceptionCode belongs into a filter expression or an __except block");
        else if (token_among(t, words_pointers))
            at = intrinsic(pass, at, place.pointers, "(__ofm_seh_@.pointers)",
                "GetExceptionInformation belongs into a filter expression");
        else if (token_among(t, words_abnormal))
            at = intrinsic(pass, at, place.abnormal, "(__ofm_seh_@.abnormal)",
                "AbnormalTermination belongs into a __finally block");
    }
}

static size_t rewrite_except(struct pass *pass, size_t at, int number, struct place place)
{
    struct token_list *list = pass->list;
    size_t open = token_next(list, at);
    size_t close = token_is(&list->item[open], "(") ? token_closing(list, open) : SIZE_MAX;
    size_t body = close == SIZE_MAX ? SIZE_MAX : token_next(list, close);
    if (body == SIZE_MAX || !token_is(&list->item[body], "{")) {
        mistake(pass, at, "__except needs a filter expression in parentheses and a block");
        return at;
    }
    size_t body_end = token_closing(list, body);
    addf(&list->item[at], token_replace, "else if (__ofm_seh_value_@ == 1) __ofm_seh_result(&__ofm_seh_@, ",
        number);
    token_add_after(&list->item[close], "); else ");
    struct place inside = place;
    inside.code = number;
    inside.pointers = number;
    rewrite_range(pass, open, close, inside);
    inside.pointers = place.pointers;
    rewrite_range(pass, body, body_end, inside);
    token_add_after(&list->item[body_end], " }");
    return body_end;
}

static size_t rewrite_finally(struct pass *pass, size_t at, int number, struct place place)
{
    struct token_list *list = pass->list;
    size_t body = token_next(list, at);
    if (!token_is(&list->item[body], "{")) {
        mistake(pass, at, "__finally needs a block");
        return at;
    }
    size_t body_end = token_closing(list, body);
    token_replace(&list->item[at], "else { ");
    place.abnormal = number;
    rewrite_range(pass, body, body_end, place);
    addf(&list->item[body_end], token_add_after, " __ofm_seh_result(&__ofm_seh_@, 0); } }", number);
    return body_end;
}

/* at stands on __try; returns the last token of the whole statement. */
static size_t rewrite_try(struct pass *pass, size_t at, struct place place)
{
    struct token_list *list = pass->list;
    int number = ++pass->frames;
    size_t body = token_next(list, at), body_end = token_closing(list, body);
    size_t second = body_end == SIZE_MAX ? SIZE_MAX : token_next(list, body_end);
    bool except = second != SIZE_MAX && token_among(&list->item[second], words_except);
    if (!except && (second == SIZE_MAX || !token_among(&list->item[second], words_finally))) {
        mistake(pass, at, "__try needs an __except or a __finally");
        return at;
    }
    addf(&list->item[at], token_replace,
        "{ struct ofm_seh_frame __ofm_seh_@ __attribute__((__cleanup__(__ofm_seh_leave))); ", number);
    addf(&list->item[at], token_add_after,
        except ? "int __ofm_seh_value_@ = (__ofm_seh_push(&__ofm_seh_@, 1), "
               : "int __ofm_seh_value_@ = (__ofm_seh_push(&__ofm_seh_@, 2), ",
        number);
    if (pass->options->tsan)
        addf(&list->item[at], token_add_after, "_setjmp(__ofm_seh_@.shadow) ? 2 : ", number);
    addf(&list->item[at], token_add_after, "__ofm_seh_mark(&__ofm_seh_@)); if (__ofm_seh_value_@ == 0) { ",
        number);
    struct place inside = place;
    inside.leave = number;
    rewrite_range(pass, body, body_end, inside);
    addf(&list->item[body_end], token_add_after,
        " __ofm_seh_leave_@: __attribute__((__unused__)); __ofm_seh_@.normal = 1; } ", number);
    return except ? rewrite_except(pass, second, number, place)
                  : rewrite_finally(pass, second, number, place);
}

/* A lambda or a local class is a function of its own, which the attributes of the outer one do not reach. */
static bool inner_function(const struct token_list *list, const struct function *f, size_t at)
{
    static const char *const records[] = {"class", "struct", "union", NULL};
    for (size_t brace = f->open + 1; brace < at; brace++) {
        if (!token_is(&list->item[brace], "{") || token_closing(list, brace) < at)
            continue;
        size_t before = token_previous(list, brace), second = token_previous(list, before);
        if (token_among(&list->item[second], records) || token_is(&list->item[before], "]"))
            return true;
        if (!token_is(&list->item[before], ")"))
            continue;
        int depth = 0;
        size_t open = before;
        for (; open > f->open; open--) {
            depth += token_is(&list->item[open], ")") - token_is(&list->item[open], "(");
            if (depth == 0)
                break;
        }
        if (token_is(&list->item[token_previous(list, open)], "]"))
            return true;
    }
    return false;
}

/* A variable in a register would be lost, and a function with __try cannot be inlined. */
static void drop_wishes(struct token_list *list, const struct function *f)
{
    static const char *const always[] = {"always_inline", "__always_inline__", NULL}, *const forced[] = {
                                                                                          "__forceinline",
                                                                                          "_forceinline",
                                                                                          NULL};
    for (size_t at = f->start; at < f->close; at++) {
        struct token *t = &list->item[at];
        if (t->kind != TOKEN_NAME)
            continue;
        if (token_is(t, "register"))
            token_replace(t, "");
        else if (at < f->open && token_among(t, always))
            token_replace(t, "__unused__");
        else if (at < f->open && token_among(t, forced))
            token_replace(t, "__inline");
    }
}

static void add_lines(struct token *t, const char *lines, void (*add)(struct token *, const char *))
{
    struct text text = {0};
    text_addf(&text, "\n%s\n# %d \"", lines, t->line);
    text_add_quoted(&text, t->file);
    text_adds(&text, "\"\n");
    add(t, text.bytes);
    text_free(&text);
}

/* Without optimisation gcc joins all ways out of a cleanup's scope and then believes that a function whose
   __try always returns can reach its end. */
static void silence_return_type(struct token_list *list, const struct function *f)
{
    add_lines(&list->item[f->start],
        "#pragma GCC diagnostic push\n#pragma GCC diagnostic ignored \"-Wreturn-type\"", token_add_before);
    add_lines(&list->item[f->close], "#pragma GCC diagnostic pop", token_add_after);
}

static void rewrite_function(struct pass *pass, const struct function *f)
{
    struct token_list *list = pass->list;
    size_t first = f->open;
    while (first < f->close && !starts_try(pass, first))
        first++;
    if (pass->options->cplusplus && first < f->close && inner_function(list, f, first)) {
        mistake(pass, first, "__try in a lambda or a local class is not supported: move it into a function");
        return;
    }
    int before = pass->frames;
    rewrite_range(pass, f->open + 1, f->close, (struct place){0});
    if (pass->frames == before)
        return;
    token_add_before(&list->item[f->start],
        pass->options->clang
            ? "__attribute__((__optnone__, __noinline__, __no_sanitize__(\"null\"))) "
            : "__attribute__((__optimize__(\"O0\"), __noinline__, __noclone__, __no_sanitize__(\"null\"))) ");
    token_add_after(&list->item[f->open],
        " void *__ofm_seh_pin __attribute__((__unused__)) = __builtin_alloca(__ofm_seh_none()); ");
    drop_wishes(list, f);
    if (!pass->options->clang && f->alone)
        silence_return_type(list, f);
}

int seh_rewrite(struct token_list *list, const struct functions *functions, const struct seh_options *options)
{
    struct pass pass = {.list = list, .options = options};
    for (size_t i = 0; i < functions->count; i++)
        if (functions->item[i].open != SIZE_MAX)
            rewrite_function(&pass, &functions->item[i]);
    return pass.mistakes;
}
