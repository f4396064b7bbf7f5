/* Makes the user's sources readable for a Linux compiler without touching them: a mirror of the source and of
   the headers it includes, in which every #include names the file that Windows would have found (backslashes,
   any letter case), lines end as here, and the text is UTF-8. Each mirrored file says at its first line where
   it came from. */
#ifndef FLTCC_MEND_H
#define FLTCC_MEND_H

#include "text.h"

struct mirror {
    const char *directory;      /* where the mirrored files go */
    struct strings quote_dirs;  /* -iquote: the user's */
    struct strings user_dirs;   /* -I: the user's */
    struct strings system_dirs; /* openfltmgr's headers and the compiler's own */
    struct strings traces;      /* functions of WPP tracing that the sources declare */
    struct strings originals, shown,
        copies; /* real paths, the paths that messages show, the mirrored files */
};

/* The mirrored file to compile in place of path. */
const char *mirror_source(struct mirror *m, const char *path);

/* A path as Windows spells it (backslashes, any case) as it is here: a fresh string, or NULL when there is
 * none. */
char *find_path(const char *path);

void mirror_free(struct mirror *m);

#endif
