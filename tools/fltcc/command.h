/* Runs a program and waits for it. */
#ifndef FLTCC_COMMAND_H
#define FLTCC_COMMAND_H

#include "text.h"

/* Its exit status; 127 when it cannot be started, with a message. output, messages: where its standard output
   and error go, or NULL. */
int command_run(const struct strings *arguments, bool show, const char *output, const char *messages);
/* What it writes to its standard output, without the last newline; ends fltcc when it fails. */
char *command_read(const struct strings *arguments);

#endif
