/* Microsoft's dialect in one program: what it checks while it runs is printed as TAP; the rest are static assertions. It is
   compiled as C and, through dialect.cpp, as C++. */
#include <Windows.h>
#include <STDIO.H>
#include <String.h>
#include "inc\TYPES.h"
#include "INC\Sub\nested.H"
#include "trace.tmh"

#pragma warning(disable : 4100)
#pragma warning(push, 3)
#pragma prefast(disable : 28101, "not a driver")
#pragma comment(lib, "fltmgr.lib")
#pragma code_seg("PAGE")
#pragma hdrstop

#ifdef __cplusplus
#define CHECK(x) static_assert(x, #x)
#else
#define CHECK(x) _Static_assert(x, #x)
#endif

/* long has 32 bits, whatever stands around it. */
CHECK(sizeof(long) == 4);
CHECK(sizeof(long int) == 4);
CHECK(sizeof(unsigned long) == 4);
CHECK(sizeof(long unsigned int) == 4);
CHECK(sizeof(const long volatile) == 4);
CHECK(sizeof(long long) == 8);
CHECK(sizeof(unsigned long long int) == 8);
CHECK(sizeof(long double) == 8);
CHECK(sizeof(__int64) == 8 && sizeof(__int32) == 4 && sizeof(__int16) == 2 && sizeof(__int8) == 1);
CHECK(sizeof(unsigned __int64) == 8);
CHECK(sizeof(wchar_t) == 2 && sizeof(L"ab") == 6);
CHECK(sizeof(1L) == 4 && sizeof(1UL) == 4 && sizeof(1lu) == 4 && sizeof(0x10L) == 4);
CHECK(sizeof(1LL) == 8 && sizeof(1i64) == 8 && sizeof(1ui64) == 8 && sizeof(0xFFui32) == 4 && sizeof(1.0L) == 8);
CHECK(0x80000000UL > 0 && 0xFFFFFFFFL > 0);
CHECK((unsigned long)-1 == 0xFFFFFFFF);
CHECK((int)1.5e3 == 1500 && (int)0x1p4 == 16);
CHECK('abcd' == 0x61626364);
CHECK(sizeof(struct tag) == 16);

/* Bit-fields of different types do not share a unit. */
struct mixed_bits {
    char a : 4;
    int b : 4;
};
struct short_bits {
    unsigned short a : 9;
    unsigned short b : 9;
    unsigned char c;
};
struct long_bits {
    unsigned long a : 3;
    unsigned long b : 29;
    unsigned __int64 c : 33;
    unsigned __int64 d : 31;
};
CHECK(sizeof(struct mixed_bits) == 8);
CHECK(sizeof(struct short_bits) == 6);
CHECK(sizeof(struct long_bits) == 16);

struct base {
    int first;
};
struct derived {
#ifdef __cplusplus
    struct base named;
#else
    struct base; /* an unnamed member of a named type */
#endif
    int second;
};

__declspec(align(64)) static int aligned;
static __declspec(noinline) int __cdecl far_function(int x)
{
    return x + 1;
}
__forceinline int twice(int x)
{
    return 2 * x;
}
#ifndef __cplusplus
int declared_first(int);
int forced_first(int);
__forceinline int forced_first(int x)
{
    return x + 4;
}
__inline int declared_first(int x)
{
    return x + 3;
}
#endif

#define TRACE(format, ...) sprintf(line, "%s: " format, __FUNCTION__, __VA_ARGS__)
#define JOINED "in " __FUNCTION__ "!"
#define WIDEN2(x) L##x
#define WIDEN(x) WIDEN2(x)

#ifndef __cplusplus
/* A definition may know more of a pointer than its prototype. */
int sum_of(void *values, unsigned long count);
int sum_of(int *values, ULONG count)
{
    int sum = 0;
    while (count--)
        sum += *values++;
    return sum;
}
#endif

static char line[128];
static int number;

static void check(int good, const char *what)
{
    printf("%s %d - fltcc: %s\n", good ? "ok" : "not ok", ++number, what);
}

static void function_names(void)
{
    check(!strcmp(JOINED, "in function_names!"), "__FUNCTION__ joins strings");
    check(!wcscmp(WIDEN(__FUNCTION__), L"function_names"), "__FUNCTION__ in wide characters");
    TRACE("none");
    check(!strcmp(line, "function_names: none"), "an empty __VA_ARGS__ takes its comma away");
    TRACE("%d", 7);
    check(!strcmp(line, "function_names: 7"), "__VA_ARGS__");
}

int __cdecl main(void)
{
    long negative = -1L;
    unsigned long product = 0xFFFFFFFFUL;
    unsigned __int64 wide = product + 1UL;
    struct derived d;
    memset(&d, 0, sizeof d);
    d.second = 5;
    product = product * 2;
    printf("1..10\n");
    function_names();
    check(negative == (long)0xFFFFFFFF && wide == 0 && product == 0xFFFFFFFE, "arithmetic of long wraps at 32 bits");
    sprintf(line, "%ld %lu %I64d %lx", negative, product, 5000000000i64, 0xABCDEF01L);
    check(!strcmp(line, "-1 4294967294 5000000000 abcdef01"), "%ld and %lu take 32 bits");
    check(((unsigned __int64)&aligned & 63) == 0 && far_function(1) == 2 && twice(4) == 8, "__declspec and __forceinline");
#ifndef __cplusplus
    check(sum_of((int[]){1, 2, 3}, 3) == 6 && declared_first(1) == 4 && forced_first(1) == 5, "__inline after a prototype, parameters that differ from it");
    check(d.first == 0 && offsetof(struct derived, second) == 4, "unnamed members");
#else
    check(sizeof(d) == 8, "structures");
    check(sizeof(line) == 128, "C++");
#endif
    __noop(number++);
    TraceEvents(TRACE_LEVEL_VERBOSE, "not compiled");
    check(NESTED == 3 && number == 9, "headers in any letter case, __noop and tracing");
    __pragma(warning(suppress : 4127)) return 0;
}
