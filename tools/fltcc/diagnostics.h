/* The compiler's messages, without those that Microsoft's compiler does not give for the same code: a
   `CONTEXT **` passed as `PVOID *`, and function pointers whose parameters differ only in what they point to.
 */
#ifndef FLTCC_DIAGNOSTICS_H
#define FLTCC_DIAGNOSTICS_H

#include "text.h"

/* Writes what remains of the messages to standard error. */
void diagnostics_show(char *messages);

#endif
