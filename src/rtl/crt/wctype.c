/* Classes and case of wide characters: ASCII, the C locale's; case in a driver covers the basic plane. */
#include "rtl/crt/crt.h"

#include <ctype.h>
#include <locale.h>
#include <pthread.h>
#include <wctype.h>

#define CLASS(name)                                                                                                  \
    CRT_EXPORT int crt_isw##name(char16_t c)                                                                         \
    {                                                                                                                \
        return c < 0x80 && is##name(c) ? 1 : 0;                                                                      \
    }
CLASS(alpha)
CLASS(digit)
CLASS(alnum)
CLASS(xdigit)
CLASS(space)
CLASS(blank)
CLASS(upper)
CLASS(lower)
CLASS(punct)
CLASS(print)
CLASS(graph)
CLASS(cntrl)

CRT_EXPORT int crt_iswascii(char16_t c)
{
    return c < 0x80;
}

#ifdef OFM_USER_MODE
CRT_EXPORT char16_t crt_towupper(char16_t c)
{
    return c >= 'a' && c <= 'z' ? (char16_t)(c - 32) : c;
}

CRT_EXPORT char16_t crt_towlower(char16_t c)
{
    return c >= 'A' && c <= 'Z' ? (char16_t)(c + 32) : c;
}
#else
static locale_t unicode;

static void open_unicode(void)
{
    unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static locale_t unicode_locale(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, open_unicode);
    return unicode;
}

CRT_EXPORT char16_t crt_towupper(char16_t c)
{
    if (c < 0x80 || !unicode_locale())
        return c >= 'a' && c <= 'z' ? (char16_t)(c - 32) : c;
    wint_t upper = towupper_l(c, unicode_locale());
    return upper < 0x10000 ? (char16_t)upper : c;
}

CRT_EXPORT char16_t crt_towlower(char16_t c)
{
    if (c < 0x80 || !unicode_locale())
        return c >= 'A' && c <= 'Z' ? (char16_t)(c + 32) : c;
    wint_t lower = towlower_l(c, unicode_locale());
    return lower < 0x10000 ? (char16_t)lower : c;
}
#endif
