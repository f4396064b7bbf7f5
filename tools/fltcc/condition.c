/* MSBuild's properties and the conditions over them. */
#include "condition.h"

#include "mend.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *properties_get(const struct properties *p, const char *name)
{
    for (size_t i = p->names.count; i-- > 0;)
        if (!strcasecmp(p->names.item[i], name))
            return p->values.item[i];
    return NULL;
}

void properties_set(struct properties *p, const char *name, const char *value)
{
    strings_add(&p->names, name);
    strings_add(&p->values, value);
}

void properties_free(struct properties *p)
{
    strings_free(&p->names);
    strings_free(&p->values);
}

/* From behind "$(" to its closing parenthesis: property functions nest. */
static const char *reference_end(const char *at)
{
    int depth = 1;
    for (; *at; at++) {
        depth += (*at == '(') - (*at == ')');
        if (!depth)
            return at;
    }
    return at;
}

char *properties_expand(const struct properties *p, const char *text)
{
    struct text out = {0};
    text_add(&out, "", 0);
    text += strspn(text, " \t\r\n");
    while (*text) {
        if (strncmp(text, "$(", 2)) {
            text_add(&out, text++, 1);
            continue;
        }
        const char *end = reference_end(text + 2);
        char *name = format_string("%.*s", (int)(end - text - 2), text + 2);
        const char *value = properties_get(p, name);
        text_adds(&out, value ? value : "");
        free(name);
        text = *end ? end + 1 : end;
    }
    while (out.length && isspace((unsigned char)out.bytes[out.length - 1]))
        out.bytes[--out.length] = 0;
    return out.bytes;
}

struct parser {
    const char *at, *directory;
    bool failed;
};

static bool disjunction(struct parser *p);

static bool word(struct parser *p, const char *spelling)
{
    p->at += strspn(p->at, " \t\r\n");
    size_t length = strlen(spelling);
    if (strncasecmp(p->at, spelling, length) ||
        (isalpha((unsigned char)*spelling) && isalnum((unsigned char)p->at[length])))
        return false;
    p->at += length;
    return true;
}

static char *operand(struct parser *p)
{
    p->at += strspn(p->at, " \t\r\n");
    if (*p->at == '\'') {
        const char *end = strchr(p->at + 1, '\'');
        if (end) {
            char *value = format_string("%.*s", (int)(end - p->at - 1), p->at + 1);
            p->at = end + 1;
            return value;
        }
    }
    size_t length = strcspn(p->at, " \t\r\n=!<>()'");
    if (!length)
        p->failed = true;
    char *value = format_string("%.*s", (int)length, p->at);
    p->at += length;
    return value;
}

static bool file_exists(struct parser *p)
{
    if (!word(p, "("))
        p->failed = true;
    char *name = operand(p);
    if (!word(p, ")"))
        p->failed = true;
    char *whole = *name == '/' ? format_string("%s", name) : format_string("%s/%s", p->directory, name);
    char *found = *name ? find_path(whole) : NULL;
    bool exists = found != NULL;
    free(found);
    free(whole);
    free(name);
    return exists;
}

static bool comparison(struct parser *p)
{
    if (word(p, "!"))
        return !comparison(p);
    if (word(p, "(")) {
        bool value = disjunction(p);
        if (!word(p, ")"))
            p->failed = true;
        return value;
    }
    if (word(p, "exists"))
        return file_exists(p);
    char *left = operand(p);
    bool equal = word(p, "=="), different = !equal && word(p, "!=");
    bool value = !strcasecmp(left, "true");
    if (equal || different) {
        char *right = operand(p);
        value = !strcasecmp(left, right) == equal;
        free(right);
    }
    free(left);
    return value;
}

static bool conjunction(struct parser *p)
{
    bool value = comparison(p);
    while (!p->failed && word(p, "and")) {
        bool next = comparison(p);
        value = value && next;
    }
    return value;
}

static bool disjunction(struct parser *p)
{
    bool value = conjunction(p);
    while (!p->failed && word(p, "or")) {
        bool next = conjunction(p);
        value = value || next;
    }
    return value;
}

bool condition_holds(const struct properties *p, const char *condition, const char *directory)
{
    char *expanded = properties_expand(p, condition);
    struct parser parser = {expanded, directory, false};
    bool value = !*expanded || disjunction(&parser);
    parser.at += strspn(parser.at, " \t\r\n");
    if (parser.failed || *parser.at) {
        warn("the project's condition %s is not understood", condition);
        value = false;
    }
    free(expanded);
    return value;
}
