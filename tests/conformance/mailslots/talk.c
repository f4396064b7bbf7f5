/* What the groups of the mailslot tests' application say and hear, each call checked. See talk.h. */
#include "talk.h"

#include <string.h>

char buffer[256];
DWORD done;

HANDLE writer_of(const char *name)
{
    HANDLE h = CreateFileA(name, GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);

    CHECK(h != BAD);
    return h;
}

void say(HANDLE h, const char *text)
{
    CHECK(WriteFile(h, text, (DWORD)strlen(text), &done, NULL) && done == strlen(text));
}

void tell(const char *text)
{
    HANDLE back = writer_of(BACK);

    say(back, text);
    CHECK(CloseHandle(back));
}

void hear(HANDLE h, const char *text)
{
    memset(buffer, 0, sizeof buffer);
    CHECK(ReadFile(h, buffer, sizeof buffer, &done, NULL));
    CHECK(done == strlen(text) && !memcmp(buffer, text, done));
}
