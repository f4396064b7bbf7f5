/* From objects to a driver or a program, with the checks of names that the linker does not make. */
#ifndef FLTCC_LINK_H
#define FLTCC_LINK_H

#include "compile.h"

/* False after messages. */
bool check_object(struct build *b, const char *object);
bool link_driver(struct build *b, const struct strings *objects, const char *output);
bool link_program(struct build *b, const struct strings *objects, const char *output);

#endif
