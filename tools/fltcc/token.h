/* Preprocessed text as a list of tokens that can be edited in place: each token keeps its original spelling
   and takes a replacement and text before or after it. Spaces and newlines are tokens, so that lines stay
   where they were. */
#ifndef FLTCC_TOKEN_H
#define FLTCC_TOKEN_H

#include "text.h"

enum token_kind {
    TOKEN_SPACE,
    TOKEN_NEWLINE,
    TOKEN_LINE, /* a whole line that starts with #: line marker or pragma, without its newline */
    TOKEN_NAME,
    TOKEN_NUMBER,
    TOKEN_STRING,
    TOKEN_CHAR,
    TOKEN_MARK, /* punctuation, one character each */
    TOKEN_END
};

struct token {
    enum token_kind kind;
    bool user; /* comes from the user's own files, not from openfltmgr's headers */
    int line;
    const char *file; /* as the line marker names it */
    const char *text;
    size_t length;
    char *replacement; /* NULL: as it was */
    char *before, *after;
};

struct token_list {
    struct token *item;
    size_t count, room;
    char *source;
    struct strings files;
};

/* Takes over source (malloc'ed). system_roots: directories whose files are not the user's. */
void tokens_read(
    struct token_list *list, char *source, size_t length, bool cplusplus, const struct strings *system_roots);
void tokens_write(const struct token_list *list, struct text *out);
void tokens_free(struct token_list *list);

bool token_is(const struct token *t, const char *spelling);
bool token_among(const struct token *t, const char *const *spellings);
/* The next token that is neither space, newline nor line; stays at the end. */
size_t token_next(const struct token_list *list, size_t at);
/* The token before; SIZE_MAX when there is none. */
size_t token_previous(const struct token_list *list, size_t at);
/* at stands on an opening bracket: the index of the closing one, or SIZE_MAX. */
size_t token_closing(const struct token_list *list, size_t at);

void token_replace(struct token *t, const char *text);
void token_add_before(struct token *t, const char *text); /* in front of what was added before */
void token_add_after(struct token *t, const char *text);  /* behind what was added after */

#endif
