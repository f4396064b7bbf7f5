/* Narrow and wide strings. Narrow functions of the same meaning are glibc's own. */
#ifndef _OFM_CRT_STRING_H
#define _OFM_CRT_STRING_H

#include "_mem.h"
#include "_wstring.h"

_CRT_BEGIN
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t limit);
size_t strnlen_s(const char *text, size_t limit) _CRTBIND(strnlen_s);
char *strcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t count);
char *strcat(char *to, const char *from);
char *strncat(char *to, const char *from, size_t count);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t count);
int strcoll(const char *a, const char *b);
size_t strspn(const char *text, const char *set);
size_t strcspn(const char *text, const char *set);
char *strtok(char *text, const char *set);
char *strtok_s(char *text, const char *set, char **context) _CRTBIND(strtok_s);
char *strerror(int error);
errno_t strerror_s(char *to, size_t capacity, int error) _CRTBIND(strerror_s);
int _stricmp(const char *a, const char *b) _CRTBIND(_stricmp);
int _strnicmp(const char *a, const char *b, size_t count) _CRTBIND(_strnicmp);
int _strcmpi(const char *a, const char *b) _CRTBIND_AS(_strcmpi, _stricmp);
int _stricoll(const char *a, const char *b) _CRTBIND_AS(_stricoll, _stricmp);
int stricmp(const char *a, const char *b) _CRTBIND_AS(stricmp, _stricmp);
int strcmpi(const char *a, const char *b) _CRTBIND_AS(strcmpi, _stricmp);
int strnicmp(const char *a, const char *b, size_t count) _CRTBIND_AS(strnicmp, _strnicmp);
char *_strlwr(char *text) _CRTBIND(_strlwr);
char *_strupr(char *text) _CRTBIND(_strupr);
char *strlwr(char *text) _CRTBIND_AS(strlwr, _strlwr);
char *strupr(char *text) _CRTBIND_AS(strupr, _strupr);
errno_t _strlwr_s(char *text, size_t capacity) _CRTBIND(_strlwr_s);
errno_t _strupr_s(char *text, size_t capacity) _CRTBIND(_strupr_s);
char *_strrev(char *text) _CRTBIND(_strrev);
char *_strset(char *text, int fill) _CRTBIND(_strset);
char *_strnset(char *text, int fill, size_t count) _CRTBIND(_strnset);
char *_strdup(const char *text) _CRTBIND(_strdup);
char *strdup(const char *text) _CRTBIND_AS(strdup, _strdup);
errno_t strcpy_s(char *to, rsize_t capacity, const char *from) _CRTBIND(strcpy_s);
errno_t strncpy_s(char *to, rsize_t capacity, const char *from, rsize_t count) _CRTBIND(strncpy_s);
errno_t strcat_s(char *to, rsize_t capacity, const char *from) _CRTBIND(strcat_s);
errno_t strncat_s(char *to, rsize_t capacity, const char *from, rsize_t count) _CRTBIND(strncat_s);
_CRT_END

#ifdef __cplusplus
#define _OFM_FIND(name, second)                                                                                      \
    extern "C" char *_ofm_##name(const char *, second) __asm__(#name);                                               \
    static inline const char *name(const char *in, second what) { return _ofm_##name(in, what); }                    \
    static inline char *name(char *in, second what) { return _ofm_##name(in, what); }
_OFM_FIND(strchr, int)
_OFM_FIND(strrchr, int)
_OFM_FIND(strstr, const char *)
_OFM_FIND(strpbrk, const char *)
#undef _OFM_FIND
template <size_t N> inline errno_t strcpy_s(char (&to)[N], const char *from) { return strcpy_s(to, N, from); }
template <size_t N> inline errno_t strcat_s(char (&to)[N], const char *from) { return strcat_s(to, N, from); }
template <size_t N> inline errno_t strncpy_s(char (&to)[N], const char *from, size_t n)
{
    return strncpy_s(to, N, from, n);
}
template <size_t N> inline errno_t strncat_s(char (&to)[N], const char *from, size_t n)
{
    return strncat_s(to, N, from, n);
}
#else
char *strchr(const char *text, int what);
char *strrchr(const char *text, int what);
char *strstr(const char *text, const char *what);
char *strpbrk(const char *text, const char *set);
#endif

#endif
