/* Names between Linux bytes and NT units: a table of both ways, and the bijection as a property of random names. */
#include "harness.h"

#include "hostfs/name.h"

#include <uchar.h>

static void assert_maps(const char *bytes, const char16_t *units, size_t count)
{
    char16_t got[HOSTFS_NAME_UNITS];
    char back[HOSTFS_NAME_BYTES + 1];
    assert_int_equal(count, hostfs_name_to_nt(bytes, strlen(bytes), got));
    assert_memory_equal(units, got, count * sizeof *got);
    assert_int_equal(HOSTFS_NAME_OK, hostfs_name_from_nt(got, count, back));
    assert_string_equal(bytes, back);
}
#define MAPS(bytes, units) assert_maps(bytes, units, sizeof(units) / sizeof(char16_t) - 1)

static void plain_text(void **state)
{
    MAPS("file.txt", u"file.txt");
    MAPS("Gr\xc3\xbc\xc3\x9f", u"Grüß");
    MAPS("\xf0\x9f\x98\x80", u"\xd83d\xde00");
    MAPS("trailing. ", u"trailing. ");
    MAPS("CON", u"CON");
}

static void illegal_characters(void **state)
{
    MAPS("a:b", u"a\xf03a" u"b");
    MAPS("a\\b", u"a\xf05c" u"b");
    MAPS("\"*<>?|\x01\x1f", u"\xf022\xf02a\xf03c\xf03e\xf03f\xf07c\xf001\xf01f");
}

static void bytes_that_are_no_text(void **state)
{
    MAPS("\xff\xfe", u"\xf0ff\xf0fe");
    MAPS("a\xc3", u"a\xf0c3");                          /* cut */
    MAPS("\xc0\xaf", u"\xf0c0\xf0af");                  /* overlong '/' */
    MAPS("\xef\x80\xba", u"\xf0ef\xf080\xf0ba");        /* U+F03A itself */
    MAPS("\xed\xa0\x80", u"\xd800");                    /* a lone surrogate */
    MAPS("\xed\xa0\x80\xed\xb0\x80", u"\xf0ed\xf0a0\xf080\xf0ed\xf0b0\xf080"); /* a pair spelt apart */
}

static void assert_refused(const char16_t *units, size_t count, enum hostfs_name_result expected)
{
    char back[HOSTFS_NAME_BYTES + 1];
    assert_int_equal(expected, hostfs_name_from_nt(units, count, back));
}
#define REFUSED(units) assert_refused(units, sizeof(units) / sizeof(char16_t) - 1, HOSTFS_NAME_INVALID)

static void second_spellings(void **state)
{
    REFUSED(u"a\xf02f" u"b");      /* '/' */
    REFUSED(u"a\xf000");           /* NUL */
    REFUSED(u"\xf041");            /* 'A' needs no escape */
    REFUSED(u"\xf0c3\xf0bc");      /* u-umlaut's bytes, escaped */
    REFUSED(u"a/b");
    REFUSED(u"a:b");
    REFUSED(u"*");
    REFUSED(u".");
    REFUSED(u"..");
    REFUSED(u"");
}

static void lengths(void **state)
{
    char16_t units[256];
    char bytes[256];
    for (int i = 0; i < 256; i++)
        units[i] = u'a';
    assert_refused(units, 256, HOSTFS_NAME_TOO_LONG);
    assert_int_equal(HOSTFS_NAME_OK, hostfs_name_from_nt(units, 255, bytes));
    for (int i = 0; i < 256; i++)
        units[i] = u'€';
    assert_refused(units, 86, HOSTFS_NAME_TOO_LONG); /* 258 bytes */
    assert_int_equal(HOSTFS_NAME_OK, hostfs_name_from_nt(units, 85, bytes));
}

/* A fixed generator: a failure can be run again. */
static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return *seed >> 33;
}

/* Half of the bytes are taken from those that matter to the mapping. */
static size_t random_name(uint64_t *seed, char *name)
{
    static const unsigned char matter[] = {0xef, 0x80, 0x83, 0xbf, 0xed, 0xa0, 0xb0, 0x3a, 0x5c, 0xc3, 0xf0, 0x9f, 0xe2, 0x82, 0xac, 0x01, 'A'};
    size_t length = 1 + next_random(seed) % HOSTFS_NAME_BYTES;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = next_random(seed) & 1 ? matter[next_random(seed) % sizeof matter] : (unsigned char)next_random(seed);
        name[i] = (char)(c == 0 || c == '/' ? 'x' : c);
    }
    name[length] = '\0';
    return length;
}

static void every_name_comes_back(void **state)
{
    uint64_t seed = 20240229;
    for (int i = 0; i < 200000; i++) {
        char name[HOSTFS_NAME_BYTES + 1], back[HOSTFS_NAME_BYTES + 1];
        char16_t units[HOSTFS_NAME_UNITS];
        size_t length = random_name(&seed, name), count = hostfs_name_to_nt(name, length, units);
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        assert_true(count <= length);
        for (size_t u = 0; u < count; u++)
            assert_true(units[u] >= 0x20 && units[u] != u':' && units[u] != u'\\' && units[u] != u'/');
        if (hostfs_name_from_nt(units, count, back) != HOSTFS_NAME_OK || strcmp(name, back) != 0)
            fail_msg("V-131: name %d of seed 20240229 does not come back", i);
    }
}

/* The other way: whatever is accepted is the image of its bytes, so no file has two names. */
static void accepted_units_are_images(void **state)
{
    uint64_t seed = 7;
    static const char16_t matter[] = {0xf03a, 0xf02f, 0xf0ef, 0xf080, 0xd800, 0xdc00, u'a', u':', 0xf0c3, 0xf0bc, 0x20ac, 0xe000};
    for (int i = 0; i < 200000; i++) {
        char16_t units[12], again[HOSTFS_NAME_UNITS];
        char bytes[HOSTFS_NAME_BYTES + 1];
        size_t count = 1 + next_random(&seed) % 12;
        for (size_t u = 0; u < count; u++)
            units[u] = next_random(&seed) & 3 ? matter[next_random(&seed) % 12] : (char16_t)next_random(&seed);
        if (hostfs_name_from_nt(units, count, bytes) != HOSTFS_NAME_OK)
            continue;
        assert_null(strchr(bytes, '/'));
        assert_int_equal(count, hostfs_name_to_nt(bytes, strlen(bytes), again));
        assert_memory_equal(units, again, count * sizeof *units);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("V-136 V-139 text stays text", plain_text),
        TEST("V-130 V-137 characters NT forbids move to U+F0xx", illegal_characters),
        TEST("V-131 V-133 bytes that are no UTF-8 are escaped one by one", bytes_that_are_no_text),
        TEST("V-132 V-136 second spellings and dots are refused", second_spellings),
        TEST("V-134 lengths", lengths),
        TEST("V-131 V-134 every byte name comes back from its image", every_name_comes_back),
        TEST("V-132 every accepted NT name is an image", accepted_units_are_images),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
