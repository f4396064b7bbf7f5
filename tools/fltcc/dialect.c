/* Microsoft's dialect of C and C++ turned into GNU's. */
#include "dialect.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct word {
    const char *from, *to;
};

static const struct word plain_words[] = {
    {"__int8", "char"},
    {"_int8", "char"},
    {"__int16", "short"},
    {"_int16", "short"},
    {"__int32", "int"},
    {"_int32", "int"},
    {"__int64", "long"},
    {"_int64", "long"},
    {"__wchar_t", "wchar_t"},
    {"_inline", "inline"},
};

static void replace_plain_word(struct token *t)
{
    for (size_t i = 0; i < sizeof plain_words / sizeof *plain_words; i++)
        if (token_is(t, plain_words[i].from))
            token_replace(t, plain_words[i].to);
}

/* The words of one type name stand together: `unsigned long const`. `long` alone is 32 bits, `long long` 64. */
static size_t rewrite_long(struct token_list *list, size_t first)
{
    static const char *const companions[] = {"unsigned", "signed", "int", "const", "volatile", "__signed__",
        "__signed", "static", "register", "typedef", "extern", "inline", "__inline", "constexpr", NULL};
    size_t longs[3], count = 0, integer = SIZE_MAX, last = first;
    bool is_double = false;
    size_t before = token_previous(list, first);
    for (; before != SIZE_MAX && token_among(&list->item[before], companions);
         before = token_previous(list, before))
        if (token_is(&list->item[before], "int"))
            integer = before;
    size_t double_before = token_previous(list, first);
    if (double_before != SIZE_MAX && token_is(&list->item[double_before], "double"))
        is_double = true;
    for (size_t at = first; list->item[at].kind == TOKEN_NAME; at = token_next(list, at)) {
        const struct token *t = &list->item[at];
        if (token_is(t, "long")) {
            if (count < 3)
                longs[count++] = at;
        } else if (token_is(t, "double")) {
            is_double = true;
        } else if (token_is(t, "int")) {
            integer = at;
        } else if (!token_among(t, companions)) {
            break;
        }
        last = at;
    }
    if (is_double)
        return last;
    if (count == 1)
        token_replace(&list->item[longs[0]], integer == SIZE_MAX ? "int " : "    ");
    else
        token_replace(&list->item[longs[1]], "    ");
    return last;
}

/* 1L is 32 bits on Windows, 1LL and 1i64 are 64: the suffix is rewritten so that the type is the one meant. */
static void rewrite_number(struct token *t)
{
    bool hex = t->length > 1 && t->text[0] == '0' && (t->text[1] | 0x20) == 'x';
    bool floating = memchr(t->text, '.', t->length) ||
                    (!hex && (memchr(t->text, 'e', t->length) || memchr(t->text, 'E', t->length))) ||
                    (hex && (memchr(t->text, 'p', t->length) || memchr(t->text, 'P', t->length)));
    if (floating)
        return;
    size_t digits = hex ? 2 : 0;
    while (digits < t->length && (isdigit((unsigned char)t->text[digits]) || t->text[digits] == '\'' ||
                                     (hex && isxdigit((unsigned char)t->text[digits])) ||
                                     (!hex && digits == 1 && (t->text[1] | 0x20) == 'b')))
        digits++;
    char suffix[8] = {0};
    size_t length = t->length - digits;
    if (length == 0 || length >= sizeof suffix)
        return;
    for (size_t i = 0; i < length; i++)
        suffix[i] = (char)tolower((unsigned char)t->text[digits + i]);
    static const struct word suffixes[] = {
        {"l", ""},
        {"ul", "u"},
        {"lu", "u"},
        {"ll", "l"},
        {"ull", "ul"},
        {"llu", "ul"},
        {"i64", "l"},
        {"ui64", "ul"},
        {"i32", ""},
        {"ui32", "u"},
        {"i16", ""},
        {"ui16", "u"},
        {"i8", ""},
        {"ui8", "u"},
    };
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (!strcmp(suffix, suffixes[i].from)) {
            char *spelled = format_string("%.*s%s", (int)digits, t->text, suffixes[i].to);
            token_replace(t, spelled);
            free(spelled);
        }
}

static void blank(struct token_list *list, size_t from, size_t to)
{
    for (size_t at = from; at <= to; at++)
        if (list->item[at].kind != TOKEN_NEWLINE && list->item[at].kind != TOKEN_LINE &&
            list->item[at].kind != TOKEN_SPACE)
            token_replace(&list->item[at], "");
}

static void declspec_item(struct token_list *list, size_t at, size_t arguments_end, struct text *out)
{
    static const struct word items[] = {
        {"noreturn", "__attribute__((__noreturn__))"},
        {"noinline", "__attribute__((__noinline__))"},
        {"naked", "__attribute__((__naked__))"},
        {"selectany", "__attribute__((__weak__))"},
        {"deprecated", "__attribute__((__deprecated__))"},
        {"dllexport", "__attribute__((__visibility__(\"default\")))"},
        {"thread", "__thread"},
    };
    const struct token *t = &list->item[at];
    if (token_is(t, "align")) {
        text_adds(out, "__attribute__((__aligned__");
        for (size_t i = at + 1; i <= arguments_end; i++)
            text_add(out, list->item[i].text, list->item[i].kind == TOKEN_LINE ? 0 : list->item[i].length);
        text_adds(out, "))");
    }
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        if (token_is(t, items[i].from))
            text_adds(out, items[i].to);
}

/* __declspec(align(16) noreturn ...): those that mean something here become attributes, the others nothing. */
static size_t rewrite_declspec(struct token_list *list, size_t at)
{
    size_t open = token_next(list, at);
    size_t close = token_is(&list->item[open], "(") ? token_closing(list, open) : SIZE_MAX;
    if (close == SIZE_MAX)
        return at;
    struct text out = {0};
    text_adds(&out, " ");
    for (size_t item = token_next(list, open); item < close; item = token_next(list, item)) {
        size_t arguments = token_next(list, item), end = item;
        if (token_is(&list->item[arguments], "("))
            end = token_closing(list, arguments);
        declspec_item(list, item, end, &out);
        item = end;
    }
    blank(list, open, close);
    token_replace(&list->item[at], out.bytes);
    text_free(&out);
    return close;
}

static size_t rewrite_noop(struct token_list *list, size_t at)
{
    size_t open = token_next(list, at);
    size_t close = token_is(&list->item[open], "(") ? token_closing(list, open) : SIZE_MAX;
    token_replace(&list->item[at], "((void)0)");
    if (close == SIZE_MAX)
        return at;
    blank(list, open, close);
    return close;
}

/* Pragmas of Microsoft's compiler and analyser mean nothing here; those that change layouts or belong to GNU
 * stay. */
static void rewrite_line(struct token *t)
{
    const char *p = t->text + 1;
    p += strspn(p, " \t");
    if (strncmp(p, "pragma", 6))
        return;
    p += 6 + strspn(p + 6, " \t");
    static const char *const kept[] = {
        "pack", "GCC", "clang", "STDC", "weak", "once", "message", "unroll", "push_macro", "pop_macro", NULL};
    size_t length = 0;
    while (isalnum((unsigned char)p[length]) || p[length] == '_')
        length++;
    for (size_t i = 0; kept[i]; i++)
        if (strlen(kept[i]) == length && !strncmp(kept[i], p, length))
            return;
    token_replace(t, "");
}

/* Microsoft's compiler takes __FUNCTION__ as a string literal, which joins its neighbours. */
static void rewrite_function_names(struct token_list *list, const struct functions *functions)
{
    static const char *const narrow[] = {"__FUNCTION__", "__FUNCSIG__", "__FUNCDNAME__", NULL};
    static const char *const wide[] = {"L__FUNCTION__", "__FUNCTIONW__", "L__FUNCSIG__", NULL};
    for (size_t i = 0; i < functions->count; i++) {
        const struct function *f = &functions->item[i];
        if (f->open == SIZE_MAX || !list->item[f->open].user)
            continue;
        char *name = function_name(list, f);
        char *literals[2] = {format_string("\"%s\"", name), format_string("L\"%s\"", name)};
        for (size_t at = f->open; at < f->close; at++) {
            struct token *t = &list->item[at];
            if (t->kind == TOKEN_NAME && (token_among(t, narrow) || token_among(t, wide)))
                token_replace(t, literals[token_among(t, wide)]);
        }
        free(literals[0]);
        free(literals[1]);
        free(name);
    }
}

static bool declares(const struct token_list *list, const struct function *f, const char *const *words)
{
    for (size_t at = f->start; at < f->name; at++)
        if (list->item[at].kind == TOKEN_NAME && token_among(&list->item[at], words))
            return true;
    return false;
}

static bool declared_before(const struct token_list *list, const struct functions *functions, size_t index)
{
    static const char *const local[] = {"static", NULL};
    const struct token *name = &list->item[functions->item[index].name];
    for (size_t i = 0; i < index; i++) {
        const struct token *other = &list->item[functions->item[i].name];
        if (other->length == name->length && !memcmp(other->text, name->text, name->length))
            return !declares(list, &functions->item[i], local);
    }
    return false;
}

/* An inline function of C has one definition however many files contain it: here each file gets its own.
   Where a prototype already gave it external linkage, a weak definition does the same. */
static void rewrite_inline(struct token_list *list, const struct functions *functions, bool cplusplus)
{
    static const char *const inlines[] = {
        "inline", "__inline", "_inline", "__forceinline", "_forceinline", "__inline__", NULL};
    static const char *const linkage[] = {"static", "extern", NULL}, *const always[] = {"always_inline",
                                                                         "__always_inline__", NULL};
    for (size_t i = 0; i < functions->count && !cplusplus; i++) {
        const struct function *f = &functions->item[i];
        if (!list->item[f->start].user || !declares(list, f, inlines) || declares(list, f, linkage) ||
            f->open == SIZE_MAX)
            continue;
        if (!declared_before(list, functions, i)) {
            token_add_before(&list->item[f->start], "static ");
            continue;
        }
        token_add_before(&list->item[f->start], "__attribute__((__weak__)) ");
        for (size_t at = f->start; at < f->name; at++) {
            if (token_among(&list->item[at], inlines))
                token_replace(&list->item[at], "");
            else if (token_among(&list->item[at], always))
                token_replace(&list->item[at], "__unused__"); /* weak functions cannot be inlined */
        }
    }
}

static size_t rewrite_name(struct token_list *list, size_t at)
{
    struct token *t = &list->item[at];
    if (*t->text != '_' && *t->text != 'l')
        return at;
    if (token_is(t, "__declspec") || token_is(t, "_declspec"))
        return rewrite_declspec(list, at);
    if (token_is(t, "__noop"))
        return rewrite_noop(list, at);
    if (token_is(t, "__forceinline") || token_is(t, "_forceinline")) {
        if (!t->replacement)
            token_replace(t, "__inline __attribute__((__always_inline__))");
        return at;
    }
    if (t->user && token_is(t, "long"))
        return rewrite_long(list, at);
    if (!t->replacement)
        replace_plain_word(t);
    return at;
}

void dialect_rewrite(struct token_list *list, const struct functions *functions, bool cplusplus)
{
    rewrite_inline(list, functions, cplusplus);
    for (size_t at = 0; at < list->count; at++) {
        struct token *t = &list->item[at];
        if (t->kind == TOKEN_NAME)
            at = rewrite_name(list, at);
        else if (t->kind == TOKEN_NUMBER && t->user)
            rewrite_number(t);
        else if (t->kind == TOKEN_LINE && t->user)
            rewrite_line(t);
    }
    rewrite_function_names(list, functions);
}
