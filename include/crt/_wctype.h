/* Classes of wide characters: wctype.h, wchar.h and ctype.h. Classes are those of the C locale (ASCII). */
#ifndef _OFM_CRT_WCTYPE_H
#define _OFM_CRT_WCTYPE_H

#include "_crt.h"

_CRT_BEGIN
int iswalpha(wint_t c) _CRTBIND(iswalpha);
int iswdigit(wint_t c) _CRTBIND(iswdigit);
int iswalnum(wint_t c) _CRTBIND(iswalnum);
int iswxdigit(wint_t c) _CRTBIND(iswxdigit);
int iswspace(wint_t c) _CRTBIND(iswspace);
int iswblank(wint_t c) _CRTBIND(iswblank);
int iswupper(wint_t c) _CRTBIND(iswupper);
int iswlower(wint_t c) _CRTBIND(iswlower);
int iswpunct(wint_t c) _CRTBIND(iswpunct);
int iswprint(wint_t c) _CRTBIND(iswprint);
int iswgraph(wint_t c) _CRTBIND(iswgraph);
int iswcntrl(wint_t c) _CRTBIND(iswcntrl);
int iswascii(wint_t c) _CRTBIND(iswascii);
/* In a driver all of the basic plane is mapped, as by the kernel; in a service only ASCII, as in the C locale. */
wint_t towupper(wint_t c) _CRTBIND(towupper);
wint_t towlower(wint_t c) _CRTBIND(towlower);
_CRT_END

#endif
