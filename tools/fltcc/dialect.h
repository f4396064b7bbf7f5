/* Microsoft's dialect of C and C++ in the user's own files turned into GNU's: widths of integers, suffixes of
   literals,
   __declspec, inline functions, pragmas, __FUNCTION__ as a literal. */
#ifndef FLTCC_DIALECT_H
#define FLTCC_DIALECT_H

#include "scope.h"

void dialect_rewrite(struct token_list *list, const struct functions *functions, bool cplusplus);

#endif
