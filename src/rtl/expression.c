/* Names against expressions with *, ?, and the DOS wildcards < (DOS_STAR), > (DOS_QM), " (DOS_DOT). The matcher walks the name once
 * and keeps the set of positions in the expression that are still possible. Pure code. */
#include <ntifs.h>

#include <stdbool.h>
#include <string.h>

#include "rtl/case.h"
#include "rtl/host.h"

#define STAR u'*'
#define QUESTION u'?'
#define STAR_DOS u'<'
#define QUESTION_DOS u'>'
#define DOT_DOS u'"'

#define ON_STACK 512 /* positions; longer expressions take memory */

static bool is_wild(WCHAR c)
{
    return c == STAR || c == QUESTION || c == STAR_DOS || c == QUESTION_DOS || c == DOT_DOS;
}

BOOLEAN NTAPI FsRtlDoesNameContainWildCards(PUNICODE_STRING Name)
{
    for (USHORT i = Name->Length / sizeof(WCHAR); i > 0; i--) {
        if (is_wild(Name->Buffer[i - 1]))
            return TRUE;
    }
    return FALSE;
}

struct matcher {
    const WCHAR *expression;
    size_t length;
    bool (*equal)(const struct matcher *matcher, WCHAR expected, WCHAR c);
    PCWCH upcase_table;
};

static bool equal_exact(const struct matcher *matcher, WCHAR expected, WCHAR c)
{
    return expected == c;
}

static bool equal_table(const struct matcher *matcher, WCHAR expected, WCHAR c)
{
    return expected == matcher->upcase_table[c];
}

static bool equal_upcase(const struct matcher *matcher, WCHAR expected, WCHAR c)
{
    return expected == rtl_upper(c);
}

static bool equal_both_upcased(const struct matcher *matcher, WCHAR expected, WCHAR c)
{
    return rtl_upper(expected) == rtl_upper(c);
}

/* From position `at`, what character c leads to. `last_dot`: c is the name's last dot. Positions go into next[]. */
static void step(const struct matcher *matcher, size_t at, WCHAR c, bool last_dot, unsigned char *next)
{
    for (; at < matcher->length; at++) {
        switch (matcher->expression[at]) {
        case STAR:
            next[at] = 1;
            continue; /* or it matches nothing here */
        case STAR_DOS:
            if (!last_dot)
                next[at] = 1;
            continue;
        case QUESTION_DOS:
            if (c == u'.')
                continue; /* stands aside in front of a dot */
            next[at + 1] = 1;
            return;
        case DOT_DOS:
            if (c == u'.' || matcher->equal(matcher, DOT_DOS, c))
                next[at + 1] = 1;
            return;
        case QUESTION:
            next[at + 1] = 1;
            return;
        default:
            if (matcher->equal(matcher, matcher->expression[at], c))
                next[at + 1] = 1;
            return;
        }
    }
}

/* Behind the name only what matches nothing may be left. */
static bool matches_nothing(const struct matcher *matcher, size_t at)
{
    for (; at < matcher->length; at++) {
        WCHAR c = matcher->expression[at];
        if (c != STAR && c != STAR_DOS && c != QUESTION_DOS && c != DOT_DOS)
            return false;
    }
    return true;
}

static bool run(const struct matcher *matcher, const WCHAR *name, size_t count, unsigned char *now, unsigned char *next)
{
    size_t positions = matcher->length + 1, last_dot = count;
    for (size_t i = 0; i < count; i++) {
        if (name[i] == u'.')
            last_dot = i;
    }
    memset(now, 0, positions);
    now[0] = 1;
    for (size_t i = 0; i < count; i++) {
        memset(next, 0, positions);
        for (size_t at = 0; at < matcher->length; at++) {
            if (now[at])
                step(matcher, at, name[i], i == last_dot, next);
        }
        unsigned char *swap = now;
        now = next;
        next = swap;
    }
    for (size_t at = 0; at < positions; at++) {
        if (now[at] && matches_nothing(matcher, at))
            return true;
    }
    return false;
}

/* -1: no memory for a very long expression. */
static int match(const struct matcher *matcher, PUNICODE_STRING name)
{
    unsigned char stack[2 * (ON_STACK + 1)];
    size_t positions = matcher->length + 1, count = name->Length / sizeof(WCHAR);
    if (!count || !matcher->length)
        return !count && !matcher->length;
    if (matcher->length == 1 && matcher->expression[0] == STAR)
        return 1;
    unsigned char *sets = positions <= ON_STACK ? stack : rtl_allocate(2 * positions);
    if (!sets)
        return -1;
    int result = run(matcher, name->Buffer, count, sets, sets + positions);
    if (sets != stack)
        rtl_release(sets);
    return result;
}

/* With IgnoreCase the expression must be in upper case already: only the name's characters are upcased. */
BOOLEAN NTAPI FsRtlIsNameInExpression(PUNICODE_STRING Expression, PUNICODE_STRING Name, BOOLEAN IgnoreCase, PWCH UpcaseTable)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    struct matcher matcher = {Expression->Buffer, Expression->Length / sizeof(WCHAR),
        !IgnoreCase ? equal_exact : UpcaseTable ? equal_table : equal_upcase, UpcaseTable};
    return match(&matcher, Name) > 0;
}

BOOLEAN NTAPI FsRtlIsNameInUnUpcasedExpression(PUNICODE_STRING Expression, PUNICODE_STRING Name, BOOLEAN IgnoreCase,
    PWCH UpcaseTable)
{
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    struct matcher matcher = {Expression->Buffer, Expression->Length / sizeof(WCHAR),
        IgnoreCase ? equal_both_upcased : equal_exact, NULL};
    return match(&matcher, Name) > 0;
}

BOOLEAN NTAPI FsRtlAreNamesEqual(PCUNICODE_STRING ConstantNameA, PCUNICODE_STRING ConstantNameB, BOOLEAN IgnoreCase,
    PCWCH UpcaseTable)
{
    if (ConstantNameA->Length != ConstantNameB->Length)
        return FALSE;
    for (USHORT i = 0; i < ConstantNameA->Length / sizeof(WCHAR); i++) {
        WCHAR a = ConstantNameA->Buffer[i], b = ConstantNameB->Buffer[i];
        if (IgnoreCase) {
            a = UpcaseTable ? UpcaseTable[a] : rtl_upper(a);
            b = UpcaseTable ? UpcaseTable[b] : rtl_upper(b);
        }
        if (a != b)
            return FALSE;
    }
    return TRUE;
}

/* "\a\b\c" -> "a" and "b\c". */
VOID NTAPI FsRtlDissectName(UNICODE_STRING Path, PUNICODE_STRING FirstName, PUNICODE_STRING RemainingName)
{
    USHORT count = Path.Length / sizeof(WCHAR), start = 0, end;
    *FirstName = *RemainingName = (UNICODE_STRING){0};
    if (!count)
        return;
    if (Path.Buffer[0] == u'\\')
        start = 1;
    for (end = start; end < count && Path.Buffer[end] != u'\\'; end++)
        ;
    FirstName->Length = FirstName->MaximumLength = (USHORT)((end - start) * sizeof(WCHAR));
    FirstName->Buffer = &Path.Buffer[start];
    if (end < count) {
        RemainingName->Length = RemainingName->MaximumLength = (USHORT)((count - end - 1) * sizeof(WCHAR));
        RemainingName->Buffer = &Path.Buffer[end + 1];
    }
}

/* ---- names in the ANSI code page: UTF-8 here, so a byte is never the first of a double-byte character ---- */

BOOLEAN NTAPI FsRtlDoesDbcsContainWildCards(PANSI_STRING Name)
{
    for (USHORT i = 0; i < Name->Length; i++) {
        if (is_wild((UCHAR)Name->Buffer[i]))
            return TRUE;
    }
    return FALSE;
}

VOID NTAPI FsRtlDissectDbcs(ANSI_STRING Path, PANSI_STRING FirstName, PANSI_STRING RemainingName)
{
    USHORT start = Path.Length && Path.Buffer[0] == '\\', end;
    *FirstName = *RemainingName = (ANSI_STRING){0};
    if (!Path.Length)
        return;
    for (end = start; end < Path.Length && Path.Buffer[end] != '\\'; end++)
        ;
    FirstName->Length = FirstName->MaximumLength = (USHORT)(end - start);
    FirstName->Buffer = &Path.Buffer[start];
    if (end < Path.Length) {
        RemainingName->Length = RemainingName->MaximumLength = (USHORT)(Path.Length - end - 1);
        RemainingName->Buffer = &Path.Buffer[end + 1];
    }
}

/* Like FsRtlIsNameInExpression without regard to case, on both as UTF-16. */
BOOLEAN NTAPI FsRtlIsDbcsInExpression(PANSI_STRING Expression, PANSI_STRING Name)
{
    UNICODE_STRING expression = {0}, name = {0};
    BOOLEAN result = FALSE;
    RTL_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (NT_SUCCESS(RtlAnsiStringToUnicodeString(&expression, Expression, TRUE)) &&
        NT_SUCCESS(RtlAnsiStringToUnicodeString(&name, Name, TRUE))) {
        struct matcher matcher = {expression.Buffer, expression.Length / sizeof(WCHAR), equal_both_upcased, NULL};
        result = match(&matcher, &name) > 0;
    }
    RtlFreeUnicodeString(&expression);
    RtlFreeUnicodeString(&name);
    return result;
}
