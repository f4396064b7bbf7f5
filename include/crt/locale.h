/* Locales: narrow text is UTF-8 whatever is set. */
#ifndef _OFM_CRT_LOCALE_H
#define _OFM_CRT_LOCALE_H

#include "_crt.h"

#define LC_CTYPE 0
#define LC_NUMERIC 1
#define LC_TIME 2
#define LC_COLLATE 3
#define LC_MONETARY 4
#define LC_ALL 6

_CRT_BEGIN
/* Accepts "", "C" and names with UTF-8; the library's behaviour stays that of the C locale. NULL asks for the name. */
char *setlocale(int category, const char *name) _CRTBIND(setlocale);
wchar_t *_wsetlocale(int category, const wchar_t *name) _CRTBIND(_wsetlocale);
_CRT_END

#endif
