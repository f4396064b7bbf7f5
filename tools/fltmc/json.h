/* Reads the JSON that the manager answers with: arrays, objects, strings, numbers. */
#ifndef FLTMC_JSON_H
#define FLTMC_JSON_H

#include <stdbool.h>
#include <stddef.h>

enum json_kind { JSON_NOTHING, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_kind kind;
    char *name; /* in its object; NULL in an array */
    char *text; /* of a string or number */
    struct json *item;
    size_t count;
};

/* False when the text is no JSON. */
bool json_read(const char *text, struct json *value);
/* "" and 0 when there is no such member; true and false are the strings of these names. */
const char *json_string(const struct json *object, const char *name);
long json_number(const struct json *object, const char *name);
const struct json *json_member(const struct json *object, const char *name);
void json_free(struct json *value);

#endif
