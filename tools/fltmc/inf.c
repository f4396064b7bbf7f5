/* A driver's .inf file. Two passes: the lines are taken apart, then %names% are put in from the sections of
 * strings. */
#include "inf.h"

#include "rtl/utf.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* UTF-8 with a NUL behind it. */
static char *decode(const char *bytes, size_t length)
{
    const unsigned char *p = (const unsigned char *)bytes;
    char *out = malloc(length * 3 + 1);
    size_t done = 0;
    if (!out)
        return NULL;
    if (length >= 2 && p[0] == 0xFF && p[1] == 0xFE) {
        char16_t *units = malloc(length);
        if (units) {
            memcpy(units, bytes + 2, length - 2);
            done = rtl_utf16_to_utf8(out, length * 3, units, (length - 2) / 2, NULL);
        }
        free(units);
    } else {
        bool bad;
        rtl_utf8_to_utf16(NULL, 0, bytes, length, &bad);
        size_t skip = length >= 3 && !memcmp(p, "\xEF\xBB\xBF", 3) ? 3 : 0;
        for (size_t i = skip; i < length; i++) {
            if (bad && p[i] >= 0x80)
                done += rtl_utf8_put(out + done, p[i]);
            else
                out[done++] = bytes[i];
        }
    }
    out[done] = 0;
    return out;
}

static void *grow(void *list, size_t count, size_t size)
{
    return realloc(list, (count + 1) * size);
}

static char *trimmed(const char *start, const char *end)
{
    while (start < end && isspace((unsigned char)*start))
        start++;
    while (end > start && isspace((unsigned char)end[-1]))
        end--;
    return strndup(start, (size_t)(end - start));
}

/* One logical line: comments taken off, lines that end in a backslash joined. *at moves on. */
static char *next_line(const char **at, int *line)
{
    char *out = malloc(strlen(*at) + 1);
    size_t length = 0;
    bool quoted = false;
    const char *p = *at;
    while (out && *p && *p != '\n') {
        if (*p == '"')
            quoted = !quoted;
        if (*p == ';' && !quoted) {
            p += strcspn(p, "\n");
            break;
        }
        if (*p == '\\' && !quoted && p[1 + strspn(p + 1, " \t\r")] == '\n') {
            p += strcspn(p, "\n") + 1;
            ++*line;
            continue;
        }
        out[length++] = *p++;
    }
    if (out)
        out[length] = 0;
    ++*line;
    *at = *p ? p + 1 : p;
    return out;
}

static bool add_section(struct inf *inf, const char *text, int line)
{
    const char *end = strchr(text, ']');
    if (!end) {
        snprintf(inf->message, sizeof inf->message, "line %d: a section's name has no ]", line);
        return false;
    }
    inf->section = grow(inf->section, inf->count, sizeof *inf->section);
    if (!inf->section)
        return false;
    inf->section[inf->count++] = (struct inf_section){.name = trimmed(text + 1, end)};
    return true;
}

/* The comma that ends a value, outside of quotes. */
static const char *value_end(const char *p)
{
    for (bool quoted = false; *p && (*p != ',' || quoted); p++)
        if (*p == '"')
            quoted = !quoted;
    return p;
}

static bool add_entry(struct inf *inf, const char *text, int line)
{
    if (!inf->count) {
        snprintf(inf->message, sizeof inf->message, "line %d: an entry before the first [section]", line);
        return false;
    }
    struct inf_section *section = &inf->section[inf->count - 1];
    section->entry = grow(section->entry, section->count, sizeof *section->entry);
    if (!section->entry)
        return false;
    struct inf_entry *entry = &section->entry[section->count++];
    *entry = (struct inf_entry){.line = line};
    const char *quote = strchr(text, '"'), *equals = strchr(text, '=');
    if (equals && (!quote || equals < quote)) {
        entry->key = trimmed(text, equals);
        text = equals + 1;
    }
    for (const char *end;; text = end + 1) {
        end = value_end(text);
        entry->value = grow(entry->value, entry->count, sizeof *entry->value);
        if (!entry->value)
            return false;
        entry->value[entry->count++] = trimmed(text, end);
        if (!*end)
            return true;
    }
}

static const char *string_of(const struct inf *inf, const char *name, size_t length)
{
    for (size_t i = 0; i < inf->count; i++) {
        const struct inf_section *s = &inf->section[i];
        if (strncasecmp(s->name, "Strings", 7) || (s->name[7] && s->name[7] != '.'))
            continue;
        for (size_t e = 0; e < s->count; e++)
            if (s->entry[e].key && strlen(s->entry[e].key) == length &&
                !strncasecmp(s->entry[e].key, name, length))
                return s->entry[e].value[0];
    }
    return NULL;
}

/* "Parameters\Instances\"%Name% is one value: quotes go, "" within them is one quote, %Name% becomes its
   string. An unknown name, such as a directory's number, stays as it is. */
static char *put_in(const struct inf *inf, const char *value, int depth)
{
    size_t room = strlen(value) + 1, length = 0;
    char *out = malloc(room);
    bool quoted = false;
    for (const char *p = value; out && *p; p++) {
        const char *end = *p == '%' ? strchr(p + 1, '%') : NULL;
        const char *found = end && depth < 8 ? string_of(inf, p + 1, (size_t)(end - p - 1)) : NULL;
        char *inner = found ? put_in(inf, found, depth + 1) : NULL;
        if (inner) {
            out = realloc(out, room += strlen(inner));
            if (out)
                length += (size_t)sprintf(out + length, "%s", inner);
            free(inner);
            p = end;
        } else if (*p == '"') {
            if (quoted && p[1] == '"')
                out[length++] = *p++;
            else
                quoted = !quoted;
        } else {
            out[length++] = *p;
        }
    }
    if (out)
        out[length] = 0;
    return out;
}

static void put_in_all(struct inf *inf)
{
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < inf->count; i++) {
            bool strings = !strncasecmp(inf->section[i].name, "Strings", 7);
            if (strings ==
                (pass == 1)) /* the strings themselves last: the others are made of their raw values */
                for (size_t e = 0; e < inf->section[i].count; e++) {
                    struct inf_entry *entry = &inf->section[i].entry[e];
                    for (size_t v = 0; v < entry->count; v++) {
                        char *whole = put_in(inf, entry->value[v], 0);
                        free(entry->value[v]);
                        entry->value[v] = whole;
                    }
                }
        }
}

bool inf_read(struct inf *inf, const char *bytes, size_t length)
{
    *inf = (struct inf){0};
    char *text = decode(bytes, length);
    bool good = text != NULL;
    int line = 0;
    for (const char *at = text; good && *at;) {
        char *one = next_line(&at, &line);
        const char *start = one ? one + strspn(one, " \t\r") : "";
        good = one != NULL;
        if (good && *start == '[')
            good = add_section(inf, start, line);
        else if (good && *start)
            good = add_entry(inf, start, line);
        free(one);
    }
    free(text);
    if (good)
        put_in_all(inf);
    else if (!inf->message[0])
        snprintf(inf->message, sizeof inf->message, "out of memory");
    return good;
}

const struct inf_section *inf_section(const struct inf *inf, const char *name)
{
    for (size_t i = 0; i < inf->count; i++)
        if (!strcasecmp(inf->section[i].name, name))
            return &inf->section[i];
    return NULL;
}

const struct inf_entry *inf_entry(const struct inf_section *section, const char *key)
{
    for (size_t i = 0; section && i < section->count; i++)
        if (section->entry[i].key && !strcasecmp(section->entry[i].key, key))
            return &section->entry[i];
    return NULL;
}

const char *inf_value(const struct inf_entry *entry, size_t n)
{
    return entry && n < entry->count ? entry->value[n] : "";
}

void inf_free(struct inf *inf)
{
    for (size_t i = 0; i < inf->count; i++) {
        for (size_t e = 0; e < inf->section[i].count; e++) {
            for (size_t v = 0; v < inf->section[i].entry[e].count; v++)
                free(inf->section[i].entry[e].value[v]);
            free(inf->section[i].entry[e].value);
            free(inf->section[i].entry[e].key);
        }
        free(inf->section[i].entry);
        free(inf->section[i].name);
    }
    free(inf->section);
}
