/* From a source to an object: mirror, preprocess, rewrite, compile. */
#ifndef FLTCC_COMPILE_H
#define FLTCC_COMPILE_H

#include "options.h"
#include "mend.h"

struct build {
    struct options *options;
    struct installation installation;
    struct mirror mirror;
    char *directory; /* intermediate files */
};

/* False after messages. object NULL: the rewritten source goes to standard output. */
bool compile_source(struct build *b, const char *source, const char *object);

/* Directories of the compiler's own headers and files. */
char *compiler_file(const struct options *o, const char *name);
void add_instrumentation(const struct options *o, struct strings *arguments);

#endif
