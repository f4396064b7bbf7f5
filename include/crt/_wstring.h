/* Wide strings: string.h and wchar.h. */
#ifndef _OFM_CRT_WSTRING_H
#define _OFM_CRT_WSTRING_H

#include "_crt.h"

_CRT_BEGIN
size_t wcslen(const wchar_t *text) _CRTBIND(wcslen);
size_t wcsnlen(const wchar_t *text, size_t limit) _CRTBIND(wcsnlen);
size_t wcsnlen_s(const wchar_t *text, size_t limit) _CRTBIND(wcsnlen_s);
wchar_t *wcscpy(wchar_t *to, const wchar_t *from) _CRTBIND(wcscpy);
wchar_t *wcsncpy(wchar_t *to, const wchar_t *from, size_t count) _CRTBIND(wcsncpy);
wchar_t *wcscat(wchar_t *to, const wchar_t *from) _CRTBIND(wcscat);
wchar_t *wcsncat(wchar_t *to, const wchar_t *from, size_t count) _CRTBIND(wcsncat);
int wcscmp(const wchar_t *a, const wchar_t *b) _CRTBIND(wcscmp);
int wcsncmp(const wchar_t *a, const wchar_t *b, size_t count) _CRTBIND(wcsncmp);
int wcscoll(const wchar_t *a, const wchar_t *b) _CRTBIND(wcscoll);
int _wcsicmp(const wchar_t *a, const wchar_t *b) _CRTBIND(_wcsicmp);
int _wcsnicmp(const wchar_t *a, const wchar_t *b, size_t count) _CRTBIND(_wcsnicmp);
int _wcsicoll(const wchar_t *a, const wchar_t *b) _CRTBIND_AS(_wcsicoll, _wcsicmp);
int wcsicmp(const wchar_t *a, const wchar_t *b) _CRTBIND_AS(wcsicmp, _wcsicmp);
int wcsnicmp(const wchar_t *a, const wchar_t *b, size_t count) _CRTBIND_AS(wcsnicmp, _wcsnicmp);
size_t wcsspn(const wchar_t *text, const wchar_t *set) _CRTBIND(wcsspn);
size_t wcscspn(const wchar_t *text, const wchar_t *set) _CRTBIND(wcscspn);
wchar_t *_wcslwr(wchar_t *text) _CRTBIND(_wcslwr);
wchar_t *_wcsupr(wchar_t *text) _CRTBIND(_wcsupr);
wchar_t *wcslwr(wchar_t *text) _CRTBIND_AS(wcslwr, _wcslwr);
wchar_t *wcsupr(wchar_t *text) _CRTBIND_AS(wcsupr, _wcsupr);
errno_t _wcslwr_s(wchar_t *text, size_t capacity) _CRTBIND(_wcslwr_s);
errno_t _wcsupr_s(wchar_t *text, size_t capacity) _CRTBIND(_wcsupr_s);
wchar_t *_wcsrev(wchar_t *text) _CRTBIND(_wcsrev);
wchar_t *_wcsset(wchar_t *text, wchar_t fill) _CRTBIND(_wcsset);
wchar_t *_wcsnset(wchar_t *text, wchar_t fill, size_t count) _CRTBIND(_wcsnset);
wchar_t *_wcsdup(const wchar_t *text) _CRTBIND(_wcsdup);
wchar_t *wcsdup(const wchar_t *text) _CRTBIND_AS(wcsdup, _wcsdup);
wchar_t *wcstok_s(wchar_t *text, const wchar_t *set, wchar_t **context) _CRTBIND(wcstok_s);
wchar_t *wcstok(wchar_t *text, const wchar_t *set, wchar_t **context) _CRTBIND_AS(wcstok, wcstok_s);
wchar_t *_wcstok(wchar_t *text, const wchar_t *set) _CRTBIND(_wcstok);
wchar_t *_wcserror(int error) _CRTBIND(_wcserror);
errno_t _wcserror_s(wchar_t *to, size_t capacity, int error) _CRTBIND(_wcserror_s);

/* Each fails with EINVAL for a NULL argument or capacity 0, ERANGE when the text does not fit (then *to is empty). In
 * a service the invalid-parameter handler runs first; in a driver the failure is told in the log. */
errno_t wcscpy_s(wchar_t *to, rsize_t capacity, const wchar_t *from) _CRTBIND(wcscpy_s);
errno_t wcsncpy_s(wchar_t *to, rsize_t capacity, const wchar_t *from, rsize_t count) _CRTBIND(wcsncpy_s);
errno_t wcscat_s(wchar_t *to, rsize_t capacity, const wchar_t *from) _CRTBIND(wcscat_s);
errno_t wcsncat_s(wchar_t *to, rsize_t capacity, const wchar_t *from, rsize_t count) _CRTBIND(wcsncat_s);
_CRT_END

/* The C form of wcstok took two arguments for twenty years, then three: both are understood. */
#define _OFM_WCSTOK(_1, _2, _3, name, ...) name
#define wcstok(...) _OFM_WCSTOK(__VA_ARGS__, wcstok, _wcstok, )(__VA_ARGS__)

#ifdef __cplusplus
#define _OFM_WFIND(name, second)                                                                                     \
    extern "C" wchar_t *_ofm_##name(const wchar_t *, second) __asm__("crt_" #name);                                  \
    static inline const wchar_t *name(const wchar_t *in, second what) { return _ofm_##name(in, what); }              \
    static inline wchar_t *name(wchar_t *in, second what) { return _ofm_##name(in, what); }
_OFM_WFIND(wcschr, wchar_t)
_OFM_WFIND(wcsrchr, wchar_t)
_OFM_WFIND(wcsstr, const wchar_t *)
_OFM_WFIND(wcspbrk, const wchar_t *)
#undef _OFM_WFIND
extern "C" {
#else
wchar_t *wcschr(const wchar_t *text, wchar_t what) _CRTBIND(wcschr);
wchar_t *wcsrchr(const wchar_t *text, wchar_t what) _CRTBIND(wcsrchr);
wchar_t *wcsstr(const wchar_t *text, const wchar_t *what) _CRTBIND(wcsstr);
wchar_t *wcspbrk(const wchar_t *text, const wchar_t *set) _CRTBIND(wcspbrk);
#endif

wchar_t *wmemcpy(wchar_t *to, const wchar_t *from, size_t count) _CRTBIND(wmemcpy);
wchar_t *wmemmove(wchar_t *to, const wchar_t *from, size_t count) _CRTBIND(wmemmove);
wchar_t *wmemset(wchar_t *to, wchar_t value, size_t count) _CRTBIND(wmemset);
int wmemcmp(const wchar_t *a, const wchar_t *b, size_t count) _CRTBIND(wmemcmp);
wchar_t *wmemchr(const wchar_t *in, wchar_t value, size_t count) _CRTBIND(wmemchr);
errno_t wmemcpy_s(wchar_t *to, rsize_t capacity, const wchar_t *from, rsize_t count) _CRTBIND(wmemcpy_s);
errno_t wmemmove_s(wchar_t *to, rsize_t capacity, const wchar_t *from, rsize_t count) _CRTBIND(wmemmove_s);

#ifdef __cplusplus
}
template <size_t N> inline errno_t wcscpy_s(wchar_t (&to)[N], const wchar_t *from) { return wcscpy_s(to, N, from); }
template <size_t N> inline errno_t wcscat_s(wchar_t (&to)[N], const wchar_t *from) { return wcscat_s(to, N, from); }
template <size_t N> inline errno_t wcsncpy_s(wchar_t (&to)[N], const wchar_t *from, size_t n)
{
    return wcsncpy_s(to, N, from, n);
}
template <size_t N> inline errno_t wcsncat_s(wchar_t (&to)[N], const wchar_t *from, size_t n)
{
    return wcsncat_s(to, N, from, n);
}
template <size_t N> inline errno_t _wcslwr_s(wchar_t (&text)[N]) { return _wcslwr_s(text, N); }
template <size_t N> inline errno_t _wcsupr_s(wchar_t (&text)[N]) { return _wcsupr_s(text, N); }
#endif

#endif
