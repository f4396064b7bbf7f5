/* MSBuild's properties and the conditions over them. */
#ifndef FLTCC_CONDITION_H
#define FLTCC_CONDITION_H

#include "text.h"

struct properties {
    struct strings names, values; /* names in any letter case */
};

const char *properties_get(const struct properties *p, const char *name); /* NULL: not set */
void properties_set(struct properties *p, const char *name, const char *value);
/* $(Name) replaced; an unknown one is empty. A fresh string, without the blanks around it. */
char *properties_expand(const struct properties *p, const char *text);
void properties_free(struct properties *p);

/* '...'=='...', !=, and, or, !, exists('...'), parentheses. What is not understood is warned of and does not
 * hold. */
bool condition_holds(const struct properties *p, const char *condition, const char *directory);

#endif
