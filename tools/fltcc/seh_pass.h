/* Structured exception handling turned into GNU C over the run-time in src/rtl/seh.c. */
#ifndef FLTCC_SEH_PASS_H
#define FLTCC_SEH_PASS_H

#include "scope.h"

struct seh_options {
    bool cplusplus, clang, tsan;
};

/* The number of mistakes that were reported. */
int seh_rewrite(
    struct token_list *list, const struct functions *functions, const struct seh_options *options);

#endif
