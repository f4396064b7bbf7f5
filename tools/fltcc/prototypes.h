/* Microsoft's compiler takes a definition whose pointer parameters differ from those of its prototype. */
#ifndef FLTCC_PROTOTYPES_H
#define FLTCC_PROTOTYPES_H

#include "scope.h"

/* Gives such a definition of C the prototype's parameters, with local variables of its own types. */
void prototypes_reconcile(struct token_list *list, const struct functions *functions);

#endif
