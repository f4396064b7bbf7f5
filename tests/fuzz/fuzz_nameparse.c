/* Any text as a name: the parts lie in it, fit together, and parsing twice gives the same. */
#include <fltkernel.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            __builtin_trap();                                                                                \
    } while (0)

static const WCHAR *end_of(const UNICODE_STRING *text)
{
    return text->Buffer + text->Length / 2;
}

static bool lies_in(const UNICODE_STRING *part, const WCHAR *start, const WCHAR *end)
{
    return part->Length == 0 || (part->Buffer >= start && end_of(part) <= end);
}

static bool has(const UNICODE_STRING *text, WCHAR c)
{
    for (size_t i = 0; i < text->Length / 2u; i++)
        if (text->Buffer[i] == c)
            return true;
    return false;
}

static void check_parts(const FLT_FILE_NAME_INFORMATION *info, const WCHAR *path)
{
    const WCHAR *end = end_of(&info->Name);

    CHECK(lies_in(&info->ParentDir, path, end) && lies_in(&info->FinalComponent, path, end));
    CHECK(lies_in(&info->Stream, path, end) && lies_in(&info->Extension, path, end));
    CHECK(info->ParentDir.Length + info->FinalComponent.Length == (end - path) * 2);
    CHECK(!has(&info->FinalComponent, u'\\') && !has(&info->Extension, u':') && !has(&info->Extension, u'.'));
    CHECK(info->ParentDir.Length == 0 || end_of(&info->ParentDir)[-1] == u'\\');
    CHECK(info->Stream.Length == 0 || (info->Stream.Buffer[0] == u':' && end_of(&info->Stream) == end));
    CHECK(info->NamesParsed == 0xf);
}

static void parse_information(WCHAR *text, size_t length, size_t volume, bool is_short)
{
    FLT_FILE_NAME_INFORMATION info = {
        .Size = sizeof info, .Format = is_short ? FLT_FILE_NAME_SHORT : FLT_FILE_NAME_NORMALIZED};

    info.Name = (UNICODE_STRING){(USHORT)(length * 2), (USHORT)(length * 2), text};
    info.Volume = (UNICODE_STRING){(USHORT)(volume * 2), (USHORT)(volume * 2), text};
    CHECK(FltParseFileNameInformation(&info) == STATUS_SUCCESS);
    if (!is_short)
        check_parts(&info, text + volume);
    FLT_FILE_NAME_INFORMATION again = info;
    CHECK(FltParseFileNameInformation(&again) == STATUS_SUCCESS);
    CHECK(memcmp(&again, &info, sizeof info) == 0);
}

static void parse_plain(WCHAR *text, size_t length)
{
    UNICODE_STRING name = {(USHORT)(length * 2), (USHORT)(length * 2), text}, extension, stream, final;

    CHECK(FltParseFileName(&name, &extension, &stream, &final) == STATUS_SUCCESS);
    CHECK(lies_in(&extension, text, text + length) && lies_in(&stream, text, text + length) &&
          lies_in(&final, text, text + length));
    CHECK(extension.Length || !extension.Buffer);
    CHECK(FltParseFileName(&name, NULL, NULL, NULL) == STATUS_SUCCESS);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

/* Two bytes of choices, then the text; copied to the exact size so that a step beyond is seen. */
int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    if (size < 2)
        return 0;
    size_t length = (size - 2) / 2;
    WCHAR *text = malloc(length * 2 + !length);
    if (length)
        memcpy(text, input + 2, length * 2);
    for (size_t i = 0; i < length && (input[0] & 2); i++) /* mostly the characters that matter */
        text[i] = u"\\:.a\\$D~"[text[i] % 8];
    parse_information(text, length, length ? input[1] % (length + 1) : 0, input[0] & 1);
    parse_plain(text, length);
    free(text);
    return 0;
}
