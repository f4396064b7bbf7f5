/* As much of XML as project files use. */
#include "xml.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const char *path, *start, *at;
};

static void broken(const struct reader *r, const char *what) __attribute__((noreturn));

static void broken(const struct reader *r, const char *what)
{
    int line = 1;
    for (const char *p = r->start; p < r->at; p++)
        line += *p == '\n';
    die("%s:%d: %s", r->path, line, what);
}

static void add_character(struct text *out, unsigned long c)
{
    char byte = (char)c;
    if (c < 0x80)
        text_add(out, &byte, 1);
    else
        text_add(out, "?", 1);
}

static char *unescape(const char *from, size_t length)
{
    static const struct {
        const char *name;
        char c;
    } entities[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    struct text out = {0};
    text_add(&out, "", 0);
    for (const char *end = from + length; from < end;) {
        size_t i = 0;
        while (i < 5 && strncmp(from, entities[i].name, strlen(entities[i].name)))
            i++;
        if (i < 5) {
            text_add(&out, &entities[i].c, 1);
            from += strlen(entities[i].name);
        } else if (!strncmp(from, "&#", 2)) {
            bool hex = from[2] == 'x';
            char *after;
            add_character(&out, strtoul(from + 2 + hex, &after, hex ? 16 : 10));
            from = after + (*after == ';');
        } else {
            text_add(&out, from++, 1);
        }
    }
    return out.bytes;
}

static void skip_space(struct reader *r)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
}

static char *read_name(struct reader *r)
{
    size_t length = strcspn(r->at, " \t\r\n/>=<\"'");
    if (!length)
        broken(r, "a name is expected");
    char *name = format_string("%.*s", (int)length, r->at);
    r->at += length;
    return name;
}

static void skip_to(struct reader *r, const char *end)
{
    const char *found = strstr(r->at, end);
    if (!found)
        broken(r, "the file ends within a comment or an instruction");
    r->at = found + strlen(end);
}

static void read_attributes(struct reader *r, struct xml *element)
{
    for (skip_space(r); *r->at && *r->at != '>' && *r->at != '/'; skip_space(r)) {
        char *name = read_name(r);
        skip_space(r);
        char quote = r->at[0] == '=' ? r->at[1 + strspn(r->at + 1, " \t\r\n")] : 0;
        if (quote != '"' && quote != '\'')
            broken(r, "an attribute needs a value in quotes");
        const char *value = strchr(r->at, quote) + 1, *end = strchr(value, quote);
        if (!end)
            broken(r, "the file ends within an attribute");
        char *plain = unescape(value, (size_t)(end - value));
        strings_add(&element->attributes, name);
        strings_add(&element->attributes, plain);
        free(name);
        free(plain);
        r->at = end + 1;
    }
}

static void add_child(struct xml *element, struct xml *child)
{
    element->child = realloc(element->child, (element->count + 1) * sizeof *element->child);
    if (!element->child)
        die("out of memory");
    element->child[element->count++] = child;
}

static struct xml *read_element(struct reader *r, int depth);

static void read_content(struct reader *r, struct xml *element, int depth)
{
    struct text text = {0};
    text_add(&text, "", 0);
    while (strncmp(r->at, "</", 2)) {
        if (!*r->at)
            broken(r, "the file ends within an element");
        if (!strncmp(r->at, "<!--", 4)) {
            skip_to(r, "-->");
        } else if (!strncmp(r->at, "<![CDATA[", 9)) {
            const char *start = r->at + 9;
            skip_to(r, "]]>");
            text_add(&text, start, (size_t)(r->at - 3 - start));
        } else if (!strncmp(r->at, "<?", 2)) {
            skip_to(r, "?>");
        } else if (*r->at == '<') {
            add_child(element, read_element(r, depth + 1));
        } else {
            size_t length = strcspn(r->at, "<");
            char *plain = unescape(r->at, length);
            text_adds(&text, plain);
            free(plain);
            r->at += length;
        }
    }
    element->text = text.bytes;
}

/* at stands on '<' of an opening tag. */
static struct xml *read_element(struct reader *r, int depth)
{
    if (depth > 100)
        broken(r, "elements are nested too deeply");
    struct xml *element = calloc(1, sizeof *element);
    if (!element)
        die("out of memory");
    r->at++;
    element->name = read_name(r);
    read_attributes(r, element);
    if (*r->at == '/') {
        element->text = format_string("%s", "");
        skip_to(r, ">");
        return element;
    }
    if (*r->at != '>')
        broken(r, "the file ends within a tag");
    r->at++;
    read_content(r, element, depth);
    r->at += 2;
    char *closing = read_name(r);
    if (strcmp(closing, element->name))
        broken(r, "a closing tag does not match its opening one");
    free(closing);
    skip_to(r, ">");
    return element;
}

struct xml *xml_parse(const char *path, const char *text)
{
    struct reader r = {path, text, text};
    if (!strncmp(r.at, "\xEF\xBB\xBF", 3))
        r.at += 3;
    for (skip_space(&r); !strncmp(r.at, "<?", 2) || !strncmp(r.at, "<!", 2); skip_space(&r))
        skip_to(&r, !strncmp(r.at, "<!--", 4) ? "-->" : ">");
    if (*r.at != '<')
        broken(&r, "not an XML file");
    return read_element(&r, 0);
}

const char *xml_attribute(const struct xml *element, const char *name)
{
    for (size_t i = 0; i + 1 < element->attributes.count; i += 2)
        if (!strcmp(element->attributes.item[i], name))
            return element->attributes.item[i + 1];
    return NULL;
}

void xml_free(struct xml *element)
{
    for (size_t i = 0; i < element->count; i++)
        xml_free(element->child[i]);
    strings_free(&element->attributes);
    free(element->child);
    free(element->name);
    free(element->text);
    free(element);
}
