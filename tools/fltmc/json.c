/* Reads the JSON that the manager answers with. */
#include "json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *skip(const char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

/* Up to the closing quote, as it stands there. */
static size_t raw_length(const char *at)
{
    size_t n = 0;
    while (at[n] && at[n] != '"')
        n += at[n] == '\\' && at[n + 1] ? 2 : 1;
    return n;
}

/* at stands behind the opening quote; NULL when the string does not end. */
static const char *read_string(const char *at, char **text)
{
    size_t length = 0;
    char *out = malloc(raw_length(at) + 1);
    for (; out && *at && *at != '"'; at++) {
        if (*at != '\\' || !at[1]) {
            out[length++] = *at;
        } else if (*++at == 'u' && strlen(at) > 4) {
            out[length++] =
                (char)strtol((char[]){at[3], at[4], 0}, NULL, 16); /* only control characters come this way */
            at += 4;
        } else {
            out[length++] = *at == 'n' ? '\n' : *at == 't' ? '\t' : *at;
        }
    }
    if (!out || *at != '"') {
        free(out);
        return NULL;
    }
    out[length] = 0;
    *text = out;
    return at + 1;
}

static const char *read_value(const char *at, struct json *value, int depth);

static struct json *add_item(struct json *value)
{
    struct json *grown = realloc(value->item, (value->count + 1) * sizeof *grown);
    if (!grown)
        return NULL;
    value->item = grown;
    grown[value->count] = (struct json){0};
    return &grown[value->count++];
}

static const char *read_items(const char *at, struct json *value, int depth)
{
    char closing = value->kind == JSON_ARRAY ? ']' : '}';
    for (at = skip(at); *at != closing; at = skip(at)) {
        struct json *item = add_item(value);
        if (!item)
            return NULL;
        if (value->kind == JSON_OBJECT) {
            at = *at == '"' ? read_string(at + 1, &item->name) : NULL;
            at = at ? skip(at) : NULL;
            if (!at || *at++ != ':')
                return NULL;
        }
        at = read_value(skip(at), item, depth + 1);
        if (!at)
            return NULL;
        at = skip(at);
        if (*at == ',')
            at++;
        else if (*at != closing)
            return NULL;
    }
    return at + 1;
}

static const char *read_value(const char *at, struct json *value, int depth)
{
    if (depth > 16)
        return NULL;
    if (*at == '[' || *at == '{') {
        value->kind = *at == '[' ? JSON_ARRAY : JSON_OBJECT;
        return read_items(at + 1, value, depth);
    }
    if (*at == '"') {
        value->kind = JSON_STRING;
        return read_string(at + 1, &value->text);
    }
    size_t length = strcspn(at, ",]} \t\r\n");
    value->kind = JSON_NUMBER;
    value->text = strndup(at, length);
    return length && value->text ? at + length : NULL;
}

bool json_read(const char *text, struct json *value)
{
    *value = (struct json){0};
    const char *end = read_value(skip(text), value, 0);
    return end && !*skip(end);
}

const struct json *json_member(const struct json *object, const char *name)
{
    for (size_t i = 0; i < object->count; i++)
        if (object->item[i].name && !strcmp(object->item[i].name, name))
            return &object->item[i];
    return NULL;
}

const char *json_string(const struct json *object, const char *name)
{
    const struct json *member = json_member(object, name);
    return member && member->text ? member->text : "";
}

long json_number(const struct json *object, const char *name)
{
    return strtol(json_string(object, name), NULL, 10);
}

void json_free(struct json *value)
{
    for (size_t i = 0; i < value->count; i++)
        json_free(&value->item[i]);
    free(value->item);
    free(value->name);
    free(value->text);
}
