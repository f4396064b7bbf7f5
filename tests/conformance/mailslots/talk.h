/* One message in, one out, for the groups of the mailslot tests' application (talk.c). */
#ifndef MAILSLOTS_TALK_H
#define MAILSLOTS_TALK_H

#include "client.h"

#define SLOT "\\\\.\\mailslot\\tests\\one"
#define BACK "\\\\.\\mailslot\\tests\\back" /* where a child tells its parent */
#define BAD INVALID_HANDLE_VALUE

/* Of the last message; for one thread at a time. */
extern char buffer[256];
extern DWORD done;
HANDLE writer_of(const char *name);
void say(HANDLE h, const char *text);
void tell(const char *text); /* to BACK */
void hear(HANDLE h, const char *text);

#endif
