/* Built as a driver or service is built. */
#include <assert.h>
#include <conio.h>
#include <crtdbg.h>
#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <intrin.h>
#include <inttypes.h>
#include <io.h>
#include <limits.h>
#include <malloc.h>
#include <math.h>
#include <memory.h>
#include <process.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tchar.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

#include "probe.h"

static char failure[300];
#define CHECK(expression)                                                                                            \
    do {                                                                                                             \
        if (!(expression)) {                                                                                         \
            snprintf(failure, sizeof failure, "%d: %s", __LINE__, #expression);                                      \
            return failure;                                                                                          \
        }                                                                                                            \
    } while (0)

static int invalid_calls;
static void count_invalid(const wchar_t *e, const wchar_t *f, const wchar_t *file, unsigned line, uintptr_t r)
{
    invalid_calls++;
}

const char *probe_sizes(void)
{
    CHECK(sizeof(wchar_t) == 2 && sizeof(L"ab") == 6);
    CHECK(sizeof(time_t) == 8 && sizeof(int64_t) == 8 && sizeof(intptr_t) == 8);
    CHECK(LONG_MAX == 0x7FFFFFFF && ULONG_MAX == 0xFFFFFFFFu);
    CHECK(INT64_C(1) << 40 == 1099511627776 && WEOF == 0xFFFF);
    return 0;
}

const char *probe_wide_strings(void)
{
    wchar_t b[32];
    wchar_t *context = NULL;
    wchar_t tokens[] = L"a;b;;c", legacy[] = L"x,y";

    CHECK(wcslen(L"abc") == 3 && wcsnlen(L"abcdef", 4) == 4);
    CHECK(wcscmp(L"a", L"b") < 0 && wcscmp(L"b", L"a") > 0 && !wcscmp(L"a", L"a"));
    CHECK(!wcsncmp(L"abX", L"abY", 2) && wcsncmp(L"abX", L"abY", 3) < 0);
    CHECK(!_wcsicmp(L"FiLe", L"fIlE") && _wcsicmp(L"a", L"B") < 0 && !_wcsnicmp(L"ABx", L"aby", 2));
    CHECK(!wcsicmp(L"A", L"a"));
    CHECK(!wcscmp(wcsstr(L"one two", L"two"), L"two") && !wcsstr(L"one", L"x") && wcsstr(L"a", L""));
    CHECK(!wcscmp(wcschr(L"a\\b\\c", L'\\'), L"\\b\\c") && !wcscmp(wcsrchr(L"a\\b\\c", L'\\'), L"\\c"));
    CHECK(!wcschr(L"a", L'x') && *wcschr(L"a", 0) == 0 && !wcsrchr(L"a", L'x'));
    CHECK(!wcscmp(wcspbrk(L"abc:d", L";:"), L":d") && wcscspn(L"ab:", L":") == 2 && wcsspn(L"aab", L"a") == 2);
    CHECK(!wcscmp(wcscpy(b, L"one"), L"one") && !wcscmp(wcscat(b, L"two"), L"onetwo"));
    CHECK(!wcscmp(wcsncat(b, L"threefour", 5), L"onetwothree"));
    wcsncpy(b, L"ab", 5);
    CHECK(b[2] == 0 && b[4] == 0);
    wcscpy(b, L"MiXed");
    CHECK(!wcscmp(_wcslwr(b), L"mixed") && !wcscmp(_wcsupr(b), L"MIXED") && !wcscmp(_wcsrev(b), L"DEXIM"));
    CHECK(!wcscmp(wcstok_s(tokens, L";", &context), L"a") && !wcscmp(wcstok_s(NULL, L";", &context), L"b"));
    CHECK(!wcscmp(wcstok(NULL, L";", &context), L"c") && !wcstok_s(NULL, L";", &context));
    CHECK(!wcscmp(wcstok(legacy, L","), L"x") && !wcscmp(wcstok(NULL, L","), L"y") && !wcstok(NULL, L","));
    wchar_t *copy = _wcsdup(L"copy");
    CHECK(copy && !wcscmp(copy, L"copy"));
    free(copy);
    CHECK(wmemset(b, L'x', 3)[2] == L'x' && !wmemcmp(b, L"xxx", 3) && wmemchr(L"abc", L'b', 3));
    CHECK(towupper(L'a') == L'A' && towlower(L'Z') == L'z' && iswdigit(L'7') && !iswalpha(L'7') && iswspace(L'\t'));
    return 0;
}

const char *probe_checked_strings(void)
{
    wchar_t w[8];
    char n[8];
    _invalid_parameter_handler before = _set_invalid_parameter_handler(count_invalid);

    invalid_calls = 0;
    CHECK(wcscpy_s(w, 8, L"seven77") == 0 && !wcscmp(w, L"seven77"));
    CHECK(wcscpy_s(w, 8, L"eight888") == ERANGE && w[0] == 0 && invalid_calls == 1);
    CHECK(wcscpy_s(w, 8, NULL) == EINVAL && wcscpy_s(NULL, 8, L"") == EINVAL && invalid_calls == 3);
    CHECK(wcsncpy_s(w, 8, L"abcdefghij", 3) == 0 && !wcscmp(w, L"abc"));
    CHECK(wcsncpy_s(w, 8, L"abcdefghij", _TRUNCATE) == STRUNCATE && !wcscmp(w, L"abcdefg"));
    CHECK(wcsncpy_s(w, 4, L"abcd", 4) == ERANGE && w[0] == 0 && invalid_calls == 4);
    wcscpy_s(w, _countof(w), L"ab");
    CHECK(wcscat_s(w, 8, L"cd") == 0 && !wcscmp(w, L"abcd"));
    CHECK(wcsncat_s(w, 8, L"efghij", 2) == 0 && !wcscmp(w, L"abcdef"));
    CHECK(wcsncat_s(w, 8, L"ghij", _TRUNCATE) == STRUNCATE && !wcscmp(w, L"abcdefg"));
    CHECK(wcscat_s(w, 8, L"z") == ERANGE && w[0] == 0 && invalid_calls == 5);
    CHECK(strcpy_s(n, 8, "abc") == 0 && strcat_s(n, 8, "def") == 0 && !strcmp(n, "abcdef"));
    CHECK(strcat_s(n, 8, "ghi") == ERANGE && n[0] == 0 && invalid_calls == 6);
    CHECK(memcpy_s(n, 8, "12345678", 8) == 0 && memcpy_s(n, 4, "12345678", 8) == ERANGE && n[0] == 0 && n[4] == '5');
    CHECK(_wcslwr_s(wcscpy(w, L"AB"), 8) == 0 && !wcscmp(w, L"ab"));
    CHECK(sprintf_s(n, 8, "%d", 1234567) == 7 && sprintf_s(n, 8, "%d", 12345678) == -1 && n[0] == 0);
    CHECK(swprintf_s(w, 8, L"%s", L"1234567") == 7 && invalid_calls == 8);
    CHECK(_snprintf_s(n, 8, _TRUNCATE, "%s", "123456789") == -1 && !strcmp(n, "1234567"));
    CHECK(_snprintf_s(n, 8, 3, "%s", "123456789") == -1 && !strcmp(n, "123"));
    CHECK(_snwprintf_s(w, 8, 7, L"%ls", L"abc") == 3 && !wcscmp(w, L"abc") && invalid_calls == 8);
    _set_invalid_parameter_handler(before);
    return 0;
}

const char *probe_narrow_strings(void)
{
    char b[] = "MiXed";
    char *context = NULL, tokens[] = "a b";

    CHECK(!_stricmp("Ab", "aB") && _strnicmp("abX", "ABy", 2) == 0 && stricmp("a", "b") < 0 && !_strcmpi("Q", "q"));
    CHECK(!strcmp(_strlwr(b), "mixed") && !strcmp(_strupr(b), "MIXED") && !strcmp(_strrev(b), "DEXIM"));
    CHECK(!strcmp(strtok_s(tokens, " ", &context), "a") && !strcmp(strtok_s(NULL, " ", &context), "b"));
    CHECK(!_memicmp("AbC", "aBc", 3) && _memicmp("a", "b", 1) < 0);
    CHECK(!strcmp(strstr("abcd", "cd"), "cd") && *strchr("abc", 'b') == 'b');
    return 0;
}

const char *probe_numbers(void)
{
    char n[70];
    wchar_t w[70], *end;
    char *nend;

    errno = 0;
    CHECK(strtol("99999999999", NULL, 10) == LONG_MAX && errno == ERANGE);
    CHECK(strtol("-99999999999", NULL, 10) == LONG_MIN && strtoul("4294967296", NULL, 10) == ULONG_MAX);
    CHECK(strtoul("-1", NULL, 10) == 0xFFFFFFFFu && strtol(" -0x1Fz", &nend, 0) == -31 && *nend == 'z');
    CHECK(strtol("0x", &nend, 16) == 0 && *nend == 'x' && strtol("z", &nend, 10) == 0 && *nend == 'z');
    CHECK(wcstoul(L"0xFFFFFFFF", NULL, 16) == 0xFFFFFFFFu && wcstol(L"017", &end, 0) == 15 && *end == 0);
    CHECK(_wtoi(L" 42x") == 42 && _wtol(L"-7") == -7 && _wtoi64(L"1234567890123") == 1234567890123);
    CHECK(atoi("99999999999") == INT_MAX && _atoi64("1234567890123") == 1234567890123 && atol("-5") == -5);
    CHECK(_strtoui64("ffffffffffffffff", NULL, 16) == UINT64_MAX && _strtoui64("1ffffffffffffffff", NULL, 16) == UINT64_MAX);
    CHECK(wcstod(L"1.5e3x", &end) == 1500.0 && *end == L'x');
    CHECK(!wcscmp(_itow(-255, w, 10), L"-255") && !wcscmp(_itow(-1, w, 16), L"ffffffff"));
    CHECK(!strcmp(_ultoa(4294967295u, n, 10), "4294967295") && !strcmp(_i64toa(INT64_MIN, n, 10), "-9223372036854775808"));
    CHECK(!strcmp(_ui64toa(UINT64_MAX, n, 2), "1111111111111111111111111111111111111111111111111111111111111111"));
    CHECK(_itow_s(12, w, 3, 10) == 0 && !wcscmp(w, L"12"));
    CHECK(labs(-5) == 5 && _rotl(0x80000001u, 1) == 3 && _rotr64(1, 1) == 0x8000000000000000u);
    CHECK(_byteswap_ulong(0x01020304) == 0x04030201 && min(2, 3) == 2 && max(2, 3) == 3);
    srand(1);
    CHECK(rand() == 41 && rand() == 18467 && rand() == 6334);
    unsigned bit;
    CHECK(_BitScanForward(&bit, 8) && bit == 3 && !_BitScanReverse(&bit, 0));
    int shared = 5;
    CHECK(_InterlockedIncrement(&shared) == 6 && _InterlockedCompareExchange(&shared, 9, 6) == 6 && shared == 9);
    return 0;
}

const char *probe_printing(void)
{
    char n[40];
    wchar_t w[40];

    CHECK(sprintf(n, "%lu %ls", 0xFFFFFFFFu, L"wide") == 15 && !strcmp(n, "4294967295 wide"));
    CHECK(swprintf(w, 40, L"%s-%d", L"count", 7) == 7 && !wcscmp(w, L"count-7"));
    CHECK(swprintf(w, L"%s+%d", L"plain", 8) == 7 && !wcscmp(w, L"plain+8"));
    CHECK(swprintf(w, 4, L"%s", L"long text") < 0 && w[3] == 0);
    CHECK(_snwprintf(w, 40, L"%S", "narrow") == 6 && !wcscmp(w, L"narrow"));
    w[3] = L'#';
    CHECK(_snwprintf(w, 3, L"%s", L"abc") == 3 && w[3] == L'#' && w[2] == L'c');
    CHECK(_snwprintf(w, 3, L"%s", L"abcd") == -1 && w[3] == L'#');
    CHECK(_snprintf(n, 4, "%s", "abc") == 3 && n[3] == 0);
    CHECK(snprintf(n, 4, "%s", "abcdef") == 6 && !strcmp(n, "abc"));
    CHECK(_scprintf("%d", 12345) == 5 && _scwprintf(L"%s", L"abc") == 3);
    CHECK(sprintf(n, "%" PRId64 " %" PRIx64, INT64_C(-5), (uint64_t)255) == 5 && !strcmp(n, "-5 ff"));
    CHECK(_stprintf_s(n, 40, _T("%I64u"), (uint64_t)1 << 40) == 13 && !strcmp(n, "1099511627776"));
    return 0;
}

const char *probe_scanning(void)
{
    int a = 0, b = 0, c = 0;
    short s = 0;
    int64_t big = 0;
    double d = 0;
    float f = 0;
    char word[8], set[8], ch = 0;
    wchar_t wide[8];

    CHECK(sscanf("12 -7 ff", "%d %d %x", &a, &b, &c) == 3 && a == 12 && b == -7 && c == 255);
    CHECK(sscanf("0x1F 017 9", "%i %i %hd", &a, &b, &s) == 3 && a == 31 && b == 15 && s == 9);
    CHECK(sscanf("1234567890123", "%I64d", &big) == 1 && big == 1234567890123);
    CHECK(sscanf("1234567890123", "%lld", &big) == 1 && big == 1234567890123);
    a = 0;
    b = 77;
    CHECK(sscanf("5", "%ld", &a) == 1 && a == 5 && b == 77);
    CHECK(sscanf("1.5 2.5e1", "%f %lf", &f, &d) == 2 && f == 1.5f && d == 25.0);
    CHECK(sscanf("hello world", "%7s", word) == 1 && !strcmp(word, "hello"));
    CHECK(sscanf_s("toolongword", "%s", word, 8u) == 0 && word[0] == 0);
    CHECK(sscanf_s("ok x", "%s %c", word, 8u, &ch, 1u) == 2 && !strcmp(word, "ok") && ch == 'x');
    CHECK(sscanf("abc123", "%[a-z]%d", set, &a) == 2 && !strcmp(set, "abc") && a == 123);
    CHECK(sscanf("key=val", "%[^=]=%s", set, word) == 2 && !strcmp(set, "key") && !strcmp(word, "val"));
    CHECK(sscanf("a:b", "%*c:%c", &ch) == 1 && ch == 'b' && sscanf("", "%d", &a) == EOF && sscanf("x", "%d", &a) == 0);
    CHECK(sscanf("wide", "%S", wide) == 1 && !wcscmp(wide, L"wide") && sscanf("w", "%ls", wide) == 1);
    CHECK(swscanf(L"7 text", L"%d %s", &a, wide) == 2 && a == 7 && !wcscmp(wide, L"text"));
    CHECK(swscanf_s(L"ab", L"%hs", word, 8u) == 1 && !strcmp(word, "ab"));
    CHECK(sscanf("12ab", "%d%n", &a, &b) == 1 && b == 2);
    return 0;
}

const char *probe_files(void)
{
    FILE *file = tmpfile();
    wchar_t line[20];
    char text[20];
    int a = 0;

    CHECK(file);
    CHECK(fwprintf(file, L"gr\u00FCn %d\n", 5) == 7 && fprintf(file, "%ws\n", L"zwei") == 5);
    CHECK(ftell(file) == 13);
    fseek(file, 0, SEEK_SET);
    CHECK(fgetws(line, 20, file) && !wcscmp(line, L"gr\u00FCn 5\n"));
    CHECK(fgets(text, 20, file) && !strcmp(text, "zwei\n") && !fgetws(line, 20, file) && feof(file));
    rewind(file);
    CHECK(fscanf(file, "%*s %d", &a) == 1 && a == 5);
    fclose(file);
    CHECK(!_wfopen(L"/nowhere/at/all", L"rb") && errno == ENOENT);
    CHECK(fopen_s(&file, "/nowhere/at/all", "rt") == ENOENT && !file);
    return 0;
}

const char *probe_conversion(void)
{
    wchar_t w[8];
    char n[8];
    size_t count;

    CHECK(mbstowcs(w, "gr\xC3\xBC", 8) == 3 && !wcscmp(w, L"gr\u00FC") && mbstowcs(NULL, "abc", 0) == 3);
    CHECK(wcstombs(n, L"gr\u00FC", 8) == 4 && !strcmp(n, "gr\xC3\xBC") && wcstombs(n, L"gr\u00FC", 3) == 2);
    CHECK(mbstowcs_s(&count, w, 8, "abc", _TRUNCATE) == 0 && count == 4);
    CHECK(mbstowcs_s(&count, w, 3, "abcdef", _TRUNCATE) == STRUNCATE && count == 3 && !wcscmp(w, L"ab"));
    CHECK(wcstombs_s(&count, n, 8, L"abc", 8) == 0 && count == 4 && !strcmp(n, "abc"));
    CHECK(wctomb(n, 0x20AC) == 3 && mbtowc(w, "\xE2\x82\xAC", 3) == 3 && w[0] == 0x20AC);
    return 0;
}

const char *probe_memory(void)
{
    char *p = malloc(10);

    CHECK(p && _msize(p) == 10 && (uintptr_t)p % 16 == 0);
    strcpy(p, "kept");
    p = realloc(p, 100);
    CHECK(p && !strcmp(p, "kept") && _msize(p) == 100);
    free(p);
    p = calloc(4, 4);
    CHECK(p && !p[0] && !p[15] && !calloc(SIZE_MAX, 2));
    free(p);
    p = _aligned_malloc(10, 256);
    CHECK(p && (uintptr_t)p % 256 == 0);
    _aligned_free(p);
    free(NULL);
    return 0;
}

const char *probe_times(void)
{
    struct tm parts;
    time_t t = 86400;
    char text[30];

    CHECK(gmtime_s(&parts, &t) == 0 && parts.tm_year == 70 && parts.tm_mday == 2 && _mkgmtime(&parts) == 86400);
    CHECK(asctime_s(text, sizeof text, &parts) == 0 && !strcmp(text, "Fri Jan  2 00:00:00 1970\n"));
    CHECK(clock() >= 0 && time(NULL) > 1500000000);
    return 0;
}
