/* FltParseFileNameInformation and FltParseFileName: the parts of names, from a table of names (filters.md 6.3). */
#include "harness.h"

#include <fltkernel.h>
#include <pthread.h>
#include <stdbool.h>

static UNICODE_STRING counted(const WCHAR *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    return (UNICODE_STRING){(USHORT)(length * 2), (USHORT)(length * 2), (WCHAR *)text};
}

static void narrow(const UNICODE_STRING *from, char *to, size_t size)
{
    size_t length = from->Length / 2 < size - 1 ? from->Length / 2 : size - 1;

    for (size_t i = 0; i < length; i++)
        to[i] = (char)from->Buffer[i];
    to[length] = 0;
}

static void expect(const char *rule, const char *part, const UNICODE_STRING *actual, const WCHAR *expected)
{
    UNICODE_STRING wanted = counted(expected);
    char a[200], w[200];

    if (actual->Length == wanted.Length && (actual->Length == 0 || memcmp(actual->Buffer, expected, wanted.Length) == 0))
        return;
    narrow(actual, a, sizeof a);
    narrow(&wanted, w, sizeof w);
    fail_msg("%s: %s: expected \"%s\", got \"%s\"", rule, part, w, a);
}

struct parse_case {
    const char *rule;
    const WCHAR *volume, *share, *path;      /* the name is the three together */
    const WCHAR *parent, *final, *extension, *stream;
};

static const struct parse_case cases[] = {
    {"F-320", u"\\Device\\HarddiskVolume1", u"", u"\\dir\\file.ext:stream", u"\\dir\\", u"file.ext:stream", u"ext", u":stream"},
    {"F-321", u"\\Device\\HarddiskVolume1", u"", u"\\TestRe~1.txt:stream1:$DATA", u"\\", u"TestRe~1.txt:stream1:$DATA", u"txt",
        u":stream1:$DATA"},
    {"F-323", u"\\Device\\Mup", u"\\MyServer\\MyShare", u"\\dir\\file.txt", u"\\dir\\", u"file.txt", u"txt", u""},
    {"F-327 root", u"\\Device\\HarddiskVolume1", u"", u"\\", u"\\", u"", u"", u""},
    {"F-327 directory", u"\\Device\\HarddiskVolume1", u"", u"\\dir", u"\\", u"dir", u"", u""},
    {"F-308 volume", u"\\Device\\HarddiskVolume1", u"", u"", u"", u"", u"", u""},
    {"F-328 last dot", u"\\Device\\HarddiskVolume1", u"", u"\\a.tar.gz", u"\\", u"a.tar.gz", u"gz", u""},
    {"F-328 leading dot", u"\\Device\\HarddiskVolume1", u"", u"\\x\\.profile", u"\\x\\", u".profile", u"profile", u""},
    {"F-328 trailing dot", u"\\Device\\HarddiskVolume1", u"", u"\\name.", u"\\", u"name.", u"", u""},
    {"F-328 dot in a directory", u"\\Device\\HarddiskVolume1", u"", u"\\a.b\\c", u"\\a.b\\", u"c", u"", u""},
    {"F-320 dot in a stream", u"\\Device\\HarddiskVolume1", u"", u"\\file:s.txt", u"\\", u"file:s.txt", u"", u":s.txt"},
};

static UNICODE_STRING join(const struct parse_case *c, WCHAR *buffer)
{
    const WCHAR *parts[] = {c->volume, c->share, c->path};
    size_t length = 0;

    for (int i = 0; i < 3; i++)
        for (const WCHAR *p = parts[i]; *p; p++)
            buffer[length++] = *p;
    return (UNICODE_STRING){(USHORT)(length * 2), (USHORT)(length * 2), (WCHAR *)buffer};
}

static FLT_FILE_NAME_INFORMATION unparsed(const struct parse_case *c, WCHAR *buffer)
{
    FLT_FILE_NAME_INFORMATION info = {.Size = sizeof info, .Format = FLT_FILE_NAME_NORMALIZED, .Name = join(c, buffer)};

    info.Volume = info.Name;
    info.Volume.Length = counted(c->volume).Length;
    info.Share = (UNICODE_STRING){counted(c->share).Length, 0, info.Name.Buffer + info.Volume.Length / 2};
    return info;
}

static bool points_into(const UNICODE_STRING *part, const UNICODE_STRING *name)
{
    return part->Length == 0 || (part->Buffer >= name->Buffer && part->Buffer + part->Length / 2 <= name->Buffer + name->Length / 2);
}

static void parses_every_case(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct parse_case *c = &cases[i];
        WCHAR buffer[200];
        FLT_FILE_NAME_INFORMATION info = unparsed(c, buffer);
        assert_status(STATUS_SUCCESS, FltParseFileNameInformation(&info));
        expect(c->rule, "ParentDir", &info.ParentDir, c->parent);
        expect(c->rule, "FinalComponent", &info.FinalComponent, c->final);
        expect(c->rule, "Extension", &info.Extension, c->extension);
        expect(c->rule, "Stream", &info.Stream, c->stream);
        assert_int_equal(info.NamesParsed, 0xf);
        assert_true(points_into(&info.ParentDir, &info.Name) && points_into(&info.FinalComponent, &info.Name));
        assert_true(points_into(&info.Extension, &info.Name) && points_into(&info.Stream, &info.Name));
    }
}

static void short_names_give_only_an_extension(void **state)
{
    WCHAR text[] = u"TestRe~1.txt";
    FLT_FILE_NAME_INFORMATION info = {.Size = sizeof info, .Format = FLT_FILE_NAME_SHORT, .Name = counted(text)};

    assert_status(STATUS_SUCCESS, FltParseFileNameInformation(&info));
    expect("F-322", "Extension", &info.Extension, u"txt");
    expect("F-322", "FinalComponent", &info.FinalComponent, u"");
    expect("F-322", "ParentDir", &info.ParentDir, u"");
    assert_int_equal(info.NamesParsed, 0xf);
}

static void parsing_again_changes_nothing(void **state)
{
    WCHAR buffer[200];
    FLT_FILE_NAME_INFORMATION info = unparsed(&cases[0], buffer), before;

    assert_status(STATUS_SUCCESS, FltParseFileNameInformation(&info));
    before = info;
    assert_status(STATUS_SUCCESS, FltParseFileNameInformation(&info));
    assert_memory_equal(&before, &info, sizeof info);
    assert_status(STATUS_INVALID_PARAMETER, FltParseFileNameInformation(NULL));
}

struct shared {
    pthread_barrier_t start;
    FLT_FILE_NAME_INFORMATION info;
};

static void *parse_at_once(void *argument)
{
    struct shared *shared = argument;

    pthread_barrier_wait(&shared->start);
    FltParseFileNameInformation(&shared->info);
    return (void *)(uintptr_t)(shared->info.FinalComponent.Length + shared->info.Extension.Length);
}

static void two_filters_parse_one_structure(void **state)
{
    WCHAR buffer[200];
    struct shared shared;
    pthread_t threads[4];

    for (int round = 0; round < 50; round++) {
        shared.info = unparsed(&cases[0], buffer);
        pthread_barrier_init(&shared.start, NULL, 4);
        for (int i = 0; i < 4; i++)
            pthread_create(&threads[i], NULL, parse_at_once, &shared);
        for (int i = 0; i < 4; i++) {
            void *seen;
            pthread_join(threads[i], &seen);
            assert_int_equal((uintptr_t)seen, 2 * (15 + 3));
        }
        pthread_barrier_destroy(&shared.start);
    }
}

static void parses_plain_strings(void **state)
{
    UNICODE_STRING name = counted(u"\\dir\\file.ext:stream"), extension, stream, final;

    assert_status(STATUS_SUCCESS, FltParseFileName(&name, &extension, &stream, &final));
    expect("F-329", "Extension", &extension, u"ext");
    expect("F-329", "Stream", &stream, u":stream");
    expect("F-329", "FinalComponent", &final, u"file.ext:stream");
    assert_status(STATUS_SUCCESS, FltParseFileName(&name, NULL, NULL, &final));
    assert_status(STATUS_SUCCESS, FltParseFileName(&name, NULL, NULL, NULL));

    name = counted(u"\\dir\\plain");
    assert_status(STATUS_SUCCESS, FltParseFileName(&name, &extension, &stream, &final));
    assert_int_equal(extension.Length, 0);
    assert_null(extension.Buffer);
    assert_int_equal(stream.Length, 0);
    assert_null(stream.Buffer);

    name = counted(u"TestRe~1.txt");
    assert_status(STATUS_SUCCESS, FltParseFileName(&name, &extension, &stream, &final));
    expect("F-329", "Extension", &extension, u"txt");
    assert_int_equal(final.Length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-320 F-321 F-323 F-325 F-327 F-328 names fall into their parts", parses_every_case),
        TEST("F-322 a short name has only an extension", short_names_give_only_an_extension),
        TEST("F-324 F-326 parsing again changes nothing", parsing_again_changes_nothing),
        TEST("F-326 threads parse one shared structure at once", two_filters_parse_one_structure),
        TEST("F-329 plain strings are parsed, outputs are optional, absent parts are NULL", parses_plain_strings),
    };

    return RUN_TESTS(tests, NULL, NULL);
}
