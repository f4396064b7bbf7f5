/* Regedit's text into the tree: UTF-16 (either order, with its mark), UTF-8 with or without, "Windows Registry Editor Version
 * 5.00" or REGEDIT4. The whole text is checked before any of it is applied. */
#include "ntoskrnl/cm/inner.h"

#include "rtl/utf.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    char *text, *end;
    char *at;            /* the next line */
    unsigned line;       /* number of the current one */
    bool apply, ansi;    /* ansi: REGEDIT4, whose hex strings are bytes */
    struct cm_key *key;  /* current section; NULL: none yet, or a deleted one */
    bool in_section;
    const char *reason;
    unsigned bad_line;
};

static bool fail(struct reader *r, const char *reason)
{
    r->reason = reason;
    r->bad_line = r->line;
    return false;
}

/* ---- bytes to UTF-8 ---- */

static char *from_utf16(const unsigned char *bytes, size_t length, bool big, size_t *out)
{
    size_t n = length / 2;
    char16_t *units = malloc(n * sizeof(*units) + 2);
    if (!units)
        return NULL;
    for (size_t i = 0; i < n; i++)
        units[i] = (char16_t)(big ? bytes[2 * i] << 8 | bytes[2 * i + 1] : bytes[2 * i + 1] << 8 | bytes[2 * i]);
    *out = rtl_utf16_to_utf8(NULL, 0, units, n, NULL);
    char *text = malloc(*out + 1);
    if (text)
        rtl_utf16_to_utf8(text, *out, units, n, NULL);
    free(units);
    return text;
}

/* UTF-8 of the file, NUL behind; malloc. */
static char *decode(const void *given, size_t length, size_t *out)
{
    const unsigned char *bytes = given;
    char *text;
    if (length >= 2 && ((bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff))) {
        text = from_utf16(bytes + 2, length - 2, bytes[0] == 0xfe, out);
    } else if (length >= 2 && bytes[0] && !bytes[1]) { /* UTF-16 that lost its mark */
        text = from_utf16(bytes, length, false, out);
    } else {
        size_t skip = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
        *out = length - skip;
        text = malloc(*out + 1);
        if (text)
            memcpy(text, bytes + skip, *out);
    }
    if (text)
        text[*out] = 0;
    return text;
}

/* ---- lines ---- */

/* The next line, NUL-terminated in place, blanks at both ends off; NULL at the end of the file. */
static char *next_line(struct reader *r)
{
    if (r->at >= r->end)
        return NULL;
    char *line = r->at, *stop = memchr(line, '\n', (size_t)(r->end - line));
    if (!stop)
        stop = r->end;
    r->at = stop + 1;
    r->line++;
    while (stop > line && (stop[-1] == '\r' || stop[-1] == ' ' || stop[-1] == '\t'))
        stop--;
    *stop = 0;
    while (*line == ' ' || *line == '\t')
        line++;
    return line;
}

/* ---- keys ---- */

static const struct {
    const char *name;
    const WCHAR *path;
} hives[] = {
    {"HKEY_LOCAL_MACHINE", u"MACHINE"}, {"HKLM", u"MACHINE"}, {"HKEY_USERS", u"USER"}, {"HKU", u"USER"},
    {"HKEY_CURRENT_USER", u"USER\\.DEFAULT"}, {"HKCU", u"USER\\.DEFAULT"},
    {"HKEY_CLASSES_ROOT", u"MACHINE\\SOFTWARE\\Classes"}, {"HKCR", u"MACHINE\\SOFTWARE\\Classes"},
    {"HKEY_CURRENT_CONFIG", u"MACHINE\\SYSTEM\\CurrentControlSet\\Hardware Profiles\\Current"},
};

/* Path below \REGISTRY in UTF-16, malloc; NULL when the first part is no hive. */
static WCHAR *registry_path(const char *name, size_t length)
{
    size_t first = 0;
    while (first < length && name[first] != '\\')
        first++;
    for (size_t i = 0; i < RTL_NUMBER_OF(hives); i++) {
        if (strlen(hives[i].name) != first || strncasecmp(hives[i].name, name, first) != 0)
            continue;
        size_t hive = 0, rest = rtl_utf8_to_utf16(NULL, 0, name + first, length - first, NULL);
        while (hives[i].path[hive])
            hive++;
        WCHAR *path = malloc((hive + rest + 1) * sizeof(WCHAR));
        if (!path)
            return NULL;
        memcpy(path, hives[i].path, hive * sizeof(WCHAR));
        rtl_utf8_to_utf16((char16_t *)path + hive, rest, name + first, length - first, NULL);
        path[hive + rest] = 0;
        return path;
    }
    return NULL;
}

static bool components_fit(const WCHAR *path)
{
    size_t n = 0, total = 0;
    for (; *path; path++, total++) {
        n = *path == u'\\' ? 0 : n + 1;
        if (n > 255 || total > 0x7000)
            return false;
    }
    return true;
}

static void delete_key(const WCHAR *path)
{
    UNICODE_STRING name;
    struct cm_key *key;
    RtlInitUnicodeString(&name, path);
    if (NT_SUCCESS(cm_walk(cm_root, name, false, false, &key, NULL)) && !key->permanent)
        cm_unlink_tree(key);
}

static bool section(struct reader *r, char *line)
{
    size_t length = strlen(line);
    bool deletion = line[1] == '-';
    char *name = line + 1 + deletion;
    if (line[length - 1] != ']')
        return fail(r, "a key's line does not end with ]");
    line[length - 1] = 0;
    WCHAR *path = registry_path(name, strlen(name));
    if (!path)
        return fail(r, "unknown root key");
    bool fits = components_fit(path);
    r->in_section = true;
    r->key = NULL;
    if (fits && r->apply) {
        UNICODE_STRING wide;
        RtlInitUnicodeString(&wide, path);
        if (deletion)
            delete_key(path);
        else
            fits = NT_SUCCESS(cm_walk(cm_root, wide, true, true, &r->key, NULL));
    }
    free(path);
    return fits ? true : fail(r, "a key's name is too long");
}

/* ---- values ---- */

/* A quoted string from *at; unescaped in place. NULL when it does not end. */
static char *quoted(char **at)
{
    char *in = *at + 1, *out = in, *begin = in;
    for (; *in && *in != '"'; in++) {
        if (*in == '\\' && (in[1] == '\\' || in[1] == '"'))
            in++;
        else if (*in == '\\' && in[1] == 'n')
            *in = '\n', memmove(in + 1, in + 2, strlen(in + 2) + 1);
        *out++ = *in;
    }
    if (*in != '"')
        return NULL;
    *out = 0;
    *at = in + 1;
    return begin;
}

static bool store(struct reader *r, const char *name, ULONG type, const void *bytes, size_t length)
{
    if (!r->apply || !r->key)
        return true;
    UNICODE_STRING wide = {0, 0, NULL};
    size_t n = rtl_utf8_to_utf16(NULL, 0, name, strlen(name), NULL);
    WCHAR *units = malloc((n + 1) * sizeof(WCHAR));
    if (!units)
        return fail(r, "no memory");
    rtl_utf8_to_utf16((char16_t *)units, n, name, strlen(name), NULL);
    wide.Buffer = units;
    wide.Length = wide.MaximumLength = (USHORT)(n * sizeof(WCHAR));
    NTSTATUS status = cm_put_value(r->key, &wide, type, bytes, (ULONG)length);
    if (NT_SUCCESS(status))
        cm_changed(r->key, REG_NOTIFY_CHANGE_LAST_SET);
    free(units);
    return NT_SUCCESS(status) ? true : fail(r, "no memory");
}

static void erase(struct reader *r, const char *name)
{
    UNICODE_STRING wide = {0, 0, NULL};
    if (!r->apply || !r->key)
        return;
    size_t n = rtl_utf8_to_utf16(NULL, 0, name, strlen(name), NULL);
    wide.Buffer = malloc((n + 1) * sizeof(WCHAR));
    if (!wide.Buffer)
        return;
    rtl_utf8_to_utf16((char16_t *)wide.Buffer, n, name, strlen(name), NULL);
    wide.Length = wide.MaximumLength = (USHORT)(n * sizeof(WCHAR));
    struct cm_value *value = cm_find_value(r->key, &wide);
    if (value)
        cm_remove_value(r->key, value);
    free(wide.Buffer);
}

static bool store_string(struct reader *r, const char *name, const char *text)
{
    size_t n = rtl_utf8_to_utf16(NULL, 0, text, strlen(text), NULL);
    WCHAR *units = malloc((n + 1) * sizeof(WCHAR));
    if (!units)
        return fail(r, "no memory");
    rtl_utf8_to_utf16((char16_t *)units, n, text, strlen(text), NULL);
    units[n] = 0;
    bool done = store(r, name, REG_SZ, units, (n + 1) * sizeof(WCHAR));
    free(units);
    return done;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool dword(struct reader *r, const char *name, const char *text)
{
    ULONG number = 0;
    size_t n = 0;
    for (; digit(text[n]) >= 0 && n < 9; n++)
        number = number << 4 | (ULONG)digit(text[n]);
    if (n == 0 || n > 8 || text[n])
        return fail(r, "dword: wants one to eight hexadecimal digits");
    return store(r, name, REG_DWORD, &number, sizeof(number));
}

/* Bytes parted by commas, over lines that end with a backslash. */
static bool hex_bytes(struct reader *r, char *text, unsigned char **bytes, size_t *length)
{
    size_t room = 0;
    *length = 0;
    *bytes = NULL;
    for (;;) {
        while (*text == ' ' || *text == '\t' || *text == ',')
            text++;
        if (!*text)
            return true;
        if (text[0] == '\\' && !text[1]) {
            text = next_line(r);
            if (!text)
                return fail(r, "the file ends in the middle of a value");
            continue;
        }
        int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);
        if (high < 0)
            return fail(r, "not a hexadecimal byte");
        if (*length == room) {
            unsigned char *grown = realloc(*bytes, room = room ? room * 2 : 64);
            if (!grown)
                return fail(r, "no memory");
            *bytes = grown;
        }
        (*bytes)[(*length)++] = (unsigned char)(low < 0 ? high : high << 4 | low);
        text += low < 0 ? 1 : 2;
        if (*text && *text != ',' && *text != ' ' && *text != '\t' && *text != '\\')
            return fail(r, "bytes are not parted by commas");
    }
}

/* REGEDIT4 gives the bytes of a string in the ANSI code page. */
static bool widen(ULONG type, unsigned char **bytes, size_t *length)
{
    if (type != REG_EXPAND_SZ && type != REG_MULTI_SZ && type != REG_SZ)
        return true;
    WCHAR *units = malloc(*length * sizeof(WCHAR) + 1);
    if (!units)
        return false;
    size_t n = rtl_utf8_to_utf16((char16_t *)units, *length, (const char *)*bytes, *length, NULL);
    free(*bytes);
    *bytes = (unsigned char *)units;
    *length = n * sizeof(WCHAR);
    return true;
}

static bool hex(struct reader *r, const char *name, char *text)
{
    ULONG type = REG_BINARY;
    unsigned char *bytes;
    size_t length;
    if (*text == '(') {
        char *close = strchr(text, ')');
        type = 0;
        for (text++; digit(*text) >= 0 && type < 0x1000000; text++)
            type = type << 4 | (ULONG)digit(*text);
        if (text != close)
            return fail(r, "bad type in hex(...)");
        text++;
    }
    if (*text != ':')
        return fail(r, "hex wants a colon");
    bool good = hex_bytes(r, text + 1, &bytes, &length);
    if (good && r->ansi && !widen(type, &bytes, &length))
        good = fail(r, "no memory");
    if (good && !NT_SUCCESS(cm_check_value(type, (ULONG)length)))
        good = fail(r, "the value's length does not fit its type");
    good = good && store(r, name, type, bytes, length);
    free(bytes);
    return good;
}

static bool value(struct reader *r, char *line)
{
    char *name = (char[]){""};
    if (!r->in_section)
        return fail(r, "a value stands before the first key");
    if (*line == '@') {
        line++;
    } else if (!(name = quoted(&line))) {
        return fail(r, "a value's name has no closing quote");
    }
    while (*line == ' ' || *line == '\t')
        line++;
    if (*line != '=')
        return fail(r, "a value's name is not followed by =");
    line++;
    while (*line == ' ' || *line == '\t')
        line++;
    if (*line == '"') {
        char *text = quoted(&line);
        if (!text || *line)
            return fail(r, "a string has no closing quote");
        return store_string(r, name, text);
    }
    if (strncasecmp(line, "dword:", 6) == 0)
        return dword(r, name, line + 6);
    if (strncasecmp(line, "hex", 3) == 0)
        return hex(r, name, line + 3);
    if (strcmp(line, "-") == 0) {
        erase(r, name);
        return true;
    }
    return fail(r, "neither a string nor dword: nor hex:");
}

static bool header(struct reader *r)
{
    char *line = next_line(r);
    while (line && (!*line || *line == ';'))
        line = next_line(r);
    if (!line) /* an empty file is an empty registry */
        return true;
    r->ansi = strcmp(line, "REGEDIT4") == 0;
    if (!r->ansi && strcmp(line, "Windows Registry Editor Version 5.00") != 0)
        return fail(r, "the first line is not \"Windows Registry Editor Version 5.00\"");
    return true;
}

static bool parse(struct reader *r)
{
    if (memchr(r->text, 0, (size_t)(r->end - r->text))) {
        for (const char *p = r->text; *p; p++)
            r->line += *p == '\n';
        r->line++;
        return fail(r, "a NUL character in the text");
    }
    if (!header(r))
        return false;
    for (char *line; (line = next_line(r));) {
        bool good = true;
        if (*line == '[')
            good = section(r, line);
        else if (*line == '"' || *line == '@')
            good = value(r, line);
        else if (*line && *line != ';')
            good = fail(r, "neither a key, a value nor a comment");
        if (!good)
            return false;
    }
    return true;
}

NTSTATUS cm_read_text(const void *bytes, size_t length, bool apply, unsigned *line, const char **reason)
{
    size_t decoded;
    char *text = decode(bytes, length, &decoded);
    if (!text)
        return STATUS_INSUFFICIENT_RESOURCES;
    struct reader reader = {.text = text, .end = text + decoded, .at = text, .apply = apply};
    bool good = parse(&reader);
    free(text);
    *line = good ? 0 : reader.bad_line;
    *reason = good ? NULL : reader.reason;
    return good ? STATUS_SUCCESS : STATUS_REGISTRY_CORRUPT;
}
