/* Finds the function definitions of a translation unit: where each declaration starts, its name, its body.
   Knows C and as much of C++ as drivers use: namespaces, extern "C", classes, templates. */
#ifndef FLTCC_SCOPE_H
#define FLTCC_SCOPE_H

#include "token.h"

struct function {
    size_t start; /* first token of the declaration, behind template<...> and extern "C" */
    size_t name;
    size_t open,
        close;  /* the braces of the body; of a mere declaration: open is SIZE_MAX, close the semicolon */
    bool alone; /* directives may stand in front of it: no template<...>, no member */
};

struct functions {
    struct function *item;
    size_t count, room;
};

void functions_find(struct functions *functions, const struct token_list *list);
void functions_free(struct functions *functions);

/* The name in a fresh string. */
char *function_name(const struct token_list *list, const struct function *f);

#endif
