/* Text between UTF-8 and UTF-16, and the short string calls. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kernel32/handle.h"
#include "rtl/utf.h"

static bool known_page(UINT page)
{
    return page == CP_ACP || page == CP_OEMCP || page == CP_THREAD_ACP || page == CP_UTF8 || page == 1252 ||
           page == 437 || page == 20127;
}

static int failed(DWORD error)
{
    SetLastError(error);
    return 0;
}

int MultiByteToWideChar(UINT page, DWORD flags, LPCSTR text, int count, LPWSTR to, int capacity)
{
    if (!known_page(page) || !text || count == 0 || count < -1 || capacity < 0 || (capacity > 0 && !to))
        return failed(ERROR_INVALID_PARAMETER);
    size_t length = count < 0 ? strlen(text) + 1 : (size_t)count;
    bool bad;
    size_t needed = rtl_utf8_to_utf16((char16_t *)to, (size_t)capacity, text, length, &bad);
    if (bad && flags & MB_ERR_INVALID_CHARS)
        return failed(ERROR_NO_UNICODE_TRANSLATION);
    if (capacity > 0 && needed > (size_t)capacity)
        return failed(ERROR_INSUFFICIENT_BUFFER);
    return (int)needed;
}

int WideCharToMultiByte(UINT page, DWORD flags, LPCWSTR text, int count, LPSTR to, int capacity, LPCSTR default_char,
    LPBOOL used_default)
{
    if (!known_page(page) || !text || count == 0 || count < -1 || capacity < 0 || (capacity > 0 && !to))
        return failed(ERROR_INVALID_PARAMETER);
    if (page == CP_UTF8 && (default_char || used_default))
        return failed(ERROR_INVALID_PARAMETER);
    size_t length = count < 0 ? (size_t)lstrlenW(text) + 1 : (size_t)count;
    bool bad;
    size_t needed = rtl_utf16_to_utf8(to, (size_t)capacity, (const char16_t *)text, length, &bad);
    if (used_default)
        *used_default = bad;
    if (bad && flags & WC_ERR_INVALID_CHARS)
        return failed(ERROR_NO_UNICODE_TRANSLATION);
    if (capacity > 0 && needed > (size_t)capacity)
        return failed(ERROR_INSUFFICIENT_BUFFER);
    return (int)needed;
}

static unsigned lower(unsigned c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static int compare(LPCWSTR a, size_t a_count, LPCWSTR b, size_t b_count, bool ignore_case)
{
    for (size_t i = 0; i < a_count && i < b_count; i++) {
        unsigned x = ignore_case ? lower(a[i]) : a[i], y = ignore_case ? lower(b[i]) : b[i];
        if (x != y)
            return x < y ? -1 : 1;
    }
    return a_count < b_count ? -1 : a_count > b_count;
}

int CompareStringOrdinal(LPCWSTR a, int a_count, LPCWSTR b, int b_count, BOOL ignore_case)
{
    if (!a || !b || a_count < -1 || b_count < -1)
        return failed(ERROR_INVALID_PARAMETER);
    return CSTR_EQUAL + compare(a, a_count < 0 ? (size_t)lstrlenW(a) : (size_t)a_count, b,
                            b_count < 0 ? (size_t)lstrlenW(b) : (size_t)b_count, ignore_case);
}

int lstrlenA(LPCSTR text)
{
    return text ? (int)strlen(text) : 0;
}

int lstrlenW(LPCWSTR text)
{
    return text ? (int)rtl_wide_length((const char16_t *)text) : 0;
}

int lstrcmpA(LPCSTR a, LPCSTR b)
{
    return strcmp(a, b);
}

int lstrcmpiA(LPCSTR a, LPCSTR b)
{
    return strcasecmp(a, b);
}

int lstrcmpW(LPCWSTR a, LPCWSTR b)
{
    return compare(a, (size_t)lstrlenW(a), b, (size_t)lstrlenW(b), false);
}

int lstrcmpiW(LPCWSTR a, LPCWSTR b)
{
    return compare(a, (size_t)lstrlenW(a), b, (size_t)lstrlenW(b), true);
}

LPWSTR lstrcpyW(LPWSTR to, LPCWSTR from)
{
    return memmove(to, from, ((size_t)lstrlenW(from) + 1) * sizeof *to);
}

LPWSTR lstrcatW(LPWSTR to, LPCWSTR from)
{
    lstrcpyW(to + lstrlenW(to), from);
    return to;
}

int MulDiv(int number, int numerator, int denominator)
{
    if (denominator == 0)
        return -1;
    int64_t product = (int64_t)number * numerator, half = llabs((int64_t)denominator) / 2;
    int64_t result = ((product < 0) == (denominator < 0) ? llabs(product) + half : -(llabs(product) + half)) /
                     llabs((int64_t)denominator);
    return result > INT32_MAX || result < INT32_MIN ? -1 : (int)result;
}
