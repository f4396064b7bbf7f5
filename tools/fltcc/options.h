/* fltcc's command line, and where its own installation stands. */
#ifndef FLTCC_OPTIONS_H
#define FLTCC_OPTIONS_H

#include "text.h"

enum stage { STAGE_LINK, STAGE_OBJECT, STAGE_PREPROCESS };

struct options {
    enum stage stage;
    bool app, verbose, keep;
    bool asan, tsan, ubsan, coverage, fuzz;
    bool clang;
    char *compiler, *cplusplus_compiler;
    char *c_standard, *cplusplus_standard;
    char *output, *depfile;
    char *project, *configuration, *platform; /* of a .vcxproj */
    struct strings sources, objects;          /* of the command line, in its order */
    struct strings quote_dirs, include_dirs;
    struct strings defines; /* -DX=Y and -UX as they stand */
    struct strings forced_includes;
    struct strings compile, link; /* passed through */
};

/* Ends the program on a mistake and for --help and --version. */
void options_read(struct options *o, int count, char **arguments);
/* Fills what later steps need once all inputs are known: the compilers. */
void options_complete(struct options *o);
bool is_cplusplus(const char *source);

/* Where headers and libraries are, seen from fltcc's own file: a build tree or an installation. */
struct installation {
    char *crt, *shared, *km, *um, *libraries;
};

void installation_find(struct installation *i);

#endif
