/* FsRtlIsNameInExpression and names. */
#include "harness.h"

#include <stdbool.h>

#include <ntifs.h>

static UNICODE_STRING wide(const WCHAR *text)
{
    UNICODE_STRING s;
    RtlInitUnicodeString(&s, text);
    return s;
}

struct row {
    const WCHAR *expression, *name;
    bool matches;
};

static const struct row rows[] = {
    {u"*", u"anything", true}, {u"*", u"", false}, {u"", u"", true}, {u"", u"A", false},
    {u"*.TXT", u"A.TXT", true}, {u"*.TXT", u".TXT", true}, {u"*.TXT", u"A.TXT.BAK", false}, {u"A*", u"A", true},
    {u"A*C", u"ABBBC", true}, {u"A*C", u"ABBB", false}, {u"**A**", u"xAx", true}, {u"A?C", u"ABC", true}, {u"A?C", u"AC", false},
    {u"A?", u"A", false}, {u"???", u"AB", false}, {u"???", u"ABC", true}, {u"*A*B*C*", u"xxAyyBzzCww", true},
    {u"A", u"AB", false}, {u"AB", u"A", false},
    /* DOS_STAR: up to the final dot */
    {u"<.TXT", u"A.B.TXT", true}, {u"<.TXT", u"A.TXT", true}, {u"<.TXT", u"TXT", false}, {u"<", u"AB", true},
    {u"<", u"A.B", false}, {u"<.", u"A.B.", true}, {u"<.", u"A.B", false}, {u"A<", u"AXYZ", true}, {u"<B", u"A.B", false},
    {u"<.B", u"A.X.B", true},
    /* DOS_QM: one character, or none in front of a dot or at the end */
    {u">>>", u"A", true}, {u">>>", u"ABCD", false}, {u">>>.TXT", u"A.TXT", true}, {u">>>.TXT", u"ABCD.TXT", false},
    {u">>>>>>>>.>>>", u"README.MD", true}, {u"A>>", u"A", true}, {u"A>B", u"AB", false}, {u">.>", u".", true},
    /* DOS_DOT: a dot, or nothing at the end */
    {u"A\"", u"A", true}, {u"A\"", u"A.", true}, {u"A\"B", u"A.B", true}, {u"A\"B", u"AB", false}, {u"<\"*", u"A", true},
    {u"<\"*", u"A.B", true}, {u"<\"*", u"A.B.C", true}, {u"*\"", u"A.B", true}, {u"A\"\"", u"A.", true},
};

static void wildcards(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        UNICODE_STRING expression = wide(rows[i].expression), name = wide(rows[i].name);
        if (FsRtlIsNameInExpression(&expression, &name, FALSE, NULL) != rows[i].matches)
            fail_msg("row %zu: expected %d", i, rows[i].matches);
    }
}

static void case_rules(void **state)
{
    UNICODE_STRING upper = wide(u"*.TXT"), lower = wide(u"*.txt"), name = wide(u"Read.Txt"), umlaut = wide(u"\u00c4*"),
                   small = wide(u"\u00e4b");
    assert_false(FsRtlIsNameInExpression(&upper, &name, FALSE, NULL));
    assert_true(FsRtlIsNameInExpression(&upper, &name, TRUE, NULL));
    assert_false(FsRtlIsNameInExpression(&lower, &name, TRUE, NULL)); /* the expression must be in upper case */
    assert_true(FsRtlIsNameInUnUpcasedExpression(&lower, &name, TRUE, NULL));
    assert_true(FsRtlIsNameInExpression(&umlaut, &small, TRUE, NULL));
}

static void long_expression(void **state)
{
    static WCHAR expression[2001], name[5001];
    for (int i = 0; i < 2000; i++)
        expression[i] = i % 2 ? u'A' : u'*';
    for (int i = 0; i < 5000; i++)
        name[i] = u'A';
    UNICODE_STRING e = wide(expression), n = wide(name);
    assert_true(FsRtlIsNameInExpression(&e, &n, FALSE, NULL));
    name[4999] = u'B';
    assert_false(FsRtlIsNameInExpression(&e, &n, FALSE, NULL));
}

static void wild_characters(void **state)
{
    UNICODE_STRING plain = wide(u"plain.txt"), star = wide(u"*.txt"), dos = wide(u"a<b");
    assert_false(FsRtlDoesNameContainWildCards(&plain));
    assert_true(FsRtlDoesNameContainWildCards(&star));
    assert_true(FsRtlDoesNameContainWildCards(&dos));
}

static void dissect(void **state)
{
    UNICODE_STRING first, rest, expected_first = wide(u"dir"), expected_rest = wide(u"sub\\file");
    FsRtlDissectName(wide(u"\\dir\\sub\\file"), &first, &rest);
    assert_true(RtlEqualUnicodeString(&first, &expected_first, FALSE));
    assert_true(RtlEqualUnicodeString(&rest, &expected_rest, FALSE));
    FsRtlDissectName(wide(u"dir"), &first, &rest);
    assert_true(RtlEqualUnicodeString(&first, &expected_first, FALSE));
    assert_int_equal(0, rest.Length);
}

static void short_names(void **state)
{
    BOOLEAN spaces;
    UNICODE_STRING good = wide(u"readme.txt"), spaced = wide(u"a b.c"), bad = wide(u"readme.text"), long_name = wide(u"verylongname.c");
    assert_true(RtlIsNameLegalDOS8Dot3(&good, NULL, &spaces));
    assert_false(spaces);
    assert_true(RtlIsNameLegalDOS8Dot3(&spaced, NULL, &spaces));
    assert_true(spaces);
    assert_false(RtlIsNameLegalDOS8Dot3(&bad, NULL, &spaces));
    assert_false(RtlIsNameLegalDOS8Dot3(&long_name, NULL, &spaces));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("FsRtlIsNameInExpression: every wildcard", wildcards),
        TEST("FsRtlIsNameInExpression: case", case_rules),
        TEST("FsRtlIsNameInExpression: long expressions", long_expression),
        TEST("FsRtlDoesNameContainWildCards", wild_characters),
        TEST("FsRtlDissectName", dissect),
        TEST("RtlIsNameLegalDOS8Dot3", short_names),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
