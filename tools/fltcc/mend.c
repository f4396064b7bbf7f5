/* A mirror of the user's sources with mended #include lines. */
#include "mend.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static bool exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

/* The entry of a directory that equals name but for its case. */
static char *find_entry(const char *directory, const char *name)
{
    DIR *stream = opendir(*directory ? directory : ".");
    if (!stream)
        return NULL;
    char *found = NULL;
    for (struct dirent *entry; !found && (entry = readdir(stream));)
        if (!strcasecmp(entry->d_name, name))
            found = format_string("%s", entry->d_name);
    closedir(stream);
    return found;
}

char *find_path(const char *path)
{
    char *plain = format_string("%s", path);
    for (char *p = plain; *p; p++)
        if (*p == '\\')
            *p = '/';
    if (exists(plain))
        return plain;
    struct text found = {0};
    text_adds(&found, *plain == '/' ? "/" : "");
    char *rest = plain;
    for (char *part; (part = strsep(&rest, "/"));) {
        if (!*part)
            continue;
        char *whole = format_string("%s%s", found.bytes, part), *entry = NULL;
        if (!exists(whole))
            entry = find_entry(found.bytes, part);
        bool good = entry || exists(whole);
        free(whole);
        text_addf(&found, "%s%s", entry ? entry : part, rest && *rest ? "/" : "");
        free(entry);
        if (!good) {
            text_free(&found);
            break;
        }
    }
    free(plain);
    return found.bytes;
}

static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? format_string("%.*s", (int)(slash - path), path) : format_string(".");
}

static char *find_below(const char *directory, const char *name)
{
    char *whole =
        !strcmp(directory, ".") ? format_string("%s", name) : format_string("%s/%s", directory, name);
    char *found = find_path(whole);
    free(whole);
    struct stat status;
    if (found && (stat(found, &status) != 0 || S_ISDIR(status.st_mode))) {
        free(found);
        found = NULL;
    }
    return found;
}

static char *find_among(const struct strings *directories, const char *name)
{
    for (size_t i = 0; i < directories->count; i++) {
        char *found = find_below(directories->item[i], name);
        if (found)
            return found;
    }
    return NULL;
}

/* In a system directory only the part behind the directory is wanted, so that the compiler knows it as a
 * system header. */
static char *find_system(const struct mirror *m, const char *name)
{
    for (size_t i = 0; i < m->system_dirs.count; i++) {
        char *found = find_below(m->system_dirs.item[i], name);
        if (!found)
            continue;
        char *relative = format_string("%s", found + strlen(m->system_dirs.item[i]) + 1);
        free(found);
        return relative;
    }
    return NULL;
}

static const char *mirrored(const struct mirror *m, const char *path)
{
    for (size_t i = 0; i < m->originals.count; i++)
        if (!strcmp(m->originals.item[i], path))
            return m->copies.item[i];
    return NULL;
}

/* WPP's preprocessor makes a .tmh file of each source; here one file makes all tracing empty. It is written
   when all sources are read and every trace function is known. */
static char *trace_header(struct mirror *m, const char *name)
{
    size_t length = strlen(name);
    if (length < 4 || strcasecmp(name + length - 4, ".tmh"))
        return NULL;
    return format_string("%s/wpp.tmh", m->directory);
}

static void write_trace_header(const struct mirror *m)
{
    struct text out = {0};
    text_adds(&out, "#define WPP_INIT_TRACING(...) ((void)0)\n#define WPP_CLEANUP(...) ((void)0)\n"
                    "#define DoTraceMessage(...) ((void)0)\n");
    for (size_t i = 0; i < m->traces.count; i++)
        text_addf(&out, "#define %s(...) ((void)0)\n", m->traces.item[i]);
    char *path = format_string("%s/wpp.tmh", m->directory);
    file_write(path, out.bytes, out.length);
    free(path);
    text_free(&out);
}

/* "// FUNC TraceEvents(LEVEL, FLAGS, MSG, ...);" in a block of WPP's configuration. */
static void note_trace_function(struct mirror *m, const char *line, size_t length)
{
    const char *p = line + strspn(line, " \t/*"), *end = line + length;
    if (p == line || p + 5 >= end || strncmp(p, "FUNC", 4) || !isspace((unsigned char)p[4]))
        return;
    p += 4 + strspn(p + 4, " \t");
    size_t name = 0;
    while (isalnum((unsigned char)p[name]) || p[name] == '_')
        name++;
    char *function = format_string("%.*s", (int)name, p);
    if (name && !strings_has(&m->traces, function) && strcmp(function, "DoTraceMessage"))
        strings_add(&m->traces, function);
    free(function);
}

/* What stands in the #include line instead: with quotes or brackets; NULL when nothing was found. */
static char *resolve(struct mirror *m, const char *includer, const char *name, bool quoted)
{
    char *found = NULL;
    if (*name == '/') {
        found = find_path(name);
    } else {
        char *own = directory_of(includer);
        if (quoted)
            found = find_below(own, name);
        free(own);
        if (!found && quoted)
            found = find_among(&m->quote_dirs, name);
        if (!found)
            found = find_among(&m->user_dirs, name);
        if (!found) {
            found = find_system(m, name);
            char *bracketed = found ? format_string("<%s>", found) : NULL;
            free(found);
            if (bracketed)
                return bracketed;
            found = NULL;
        }
    }
    if (!found)
        found = trace_header(m, name);
    else if (strncmp(found, m->directory, strlen(m->directory))) {
        char *copy = format_string("%s", mirror_source(m, found));
        free(found);
        found = copy;
    }
    char *line = found ? format_string("\"%s\"", found) : NULL;
    free(found);
    return line;
}

/* line: from behind "#include"; adds the rest of the line to out. */
static void mend_include(
    struct mirror *m, const char *includer, const char *rest, size_t length, struct text *out)
{
    size_t space = strspn(rest, " \t");
    const char *name = rest + space;
    char closing = *name == '"' ? '"' : '>';
    const char *end = *name == '"' || *name == '<' ? memchr(name + 1, closing, length - space - 1) : NULL;
    if (!end) {
        text_add(out, rest, length);
        return;
    }
    char *spelled = format_string("%.*s", (int)(end - name - 1), name + 1);
    for (char *p = spelled; *p; p++)
        if (*p == '\\')
            *p = '/';
    char *found = resolve(m, includer, spelled, closing == '"');
    text_add(out, " ", 1);
    if (found)
        text_adds(out, found);
    else
        text_addf(out, "%c%s%c", *name, spelled, closing);
    text_add(out, end + 1, length - (size_t)(end + 1 - rest));
    free(spelled);
    free(found);
}

/* "#include" or "# include_next" with anything before it but text: the length up to the name, or 0. */
static size_t include_prefix(const char *line)
{
    const char *p = line + strspn(line, " \t");
    if (*p++ != '#')
        return 0;
    p += strspn(p, " \t");
    if (strncmp(p, "include", 7) || isalnum((unsigned char)p[7]) || p[7] == '_')
        return 0;
    return (size_t)(p + 7 - line);
}

static size_t literal_end(const char *line, size_t at, size_t length)
{
    char quote = line[at++];
    while (at < length && line[at] != quote)
        at += line[at] == '\\' ? 2 : 1;
    return at;
}

/* A comma in front of an empty __VA_ARGS__ vanishes with Microsoft's compiler; here ## says so. */
static void add_macro_line(struct text *out, const char *line, size_t length)
{
    static const char arguments[] = "__VA_ARGS__";
    for (size_t i = 0; i < length; i++) {
        size_t blanks = line[i] == ',' ? strspn(line + i + 1, " \t") : 0;
        text_add(out, line + i, 1);
        if (line[i] == ',' && i + 1 + blanks + sizeof arguments - 1 <= length &&
            !strncmp(line + i + 1 + blanks, arguments, sizeof arguments - 1))
            text_adds(out, "##");
    }
}

static bool starts_define(const char *line)
{
    line += strspn(line, " \t");
    if (*line++ != '#')
        return false;
    line += strspn(line, " \t");
    return !strncmp(line, "define", 6) && isspace((unsigned char)line[6]);
}

static void mend_lines(
    struct mirror *m, const char *path, const char *content, size_t length, struct text *out)
{
    const char *p = content, *end = content + length;
    bool comment = false, define = false;
    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        size_t line = (size_t)((newline ? newline : end) - p);
        size_t kept = line && p[line - 1] == '\r' ? line - 1 : line;
        size_t prefix = comment ? 0 : include_prefix(p);
        if (prefix && prefix <= kept) {
            text_add(out, p, prefix);
            mend_include(m, path, p + prefix, kept - prefix, out);
        } else {
            define = !comment && (define || starts_define(p));
            if (define)
                add_macro_line(out, p, kept);
            else
                text_add(out, p, kept);
            define = define && kept && p[kept - 1] == '\\';
            note_trace_function(m, p, kept);
            for (size_t i = 0; i + 1 < kept; i++) {
                if (!comment && p[i] == '/' && p[i + 1] == '/')
                    break;
                if (!comment && (p[i] == '"' || p[i] == '\''))
                    i = literal_end(p, i, kept);
                else if (p[i] == (comment ? '*' : '/') && p[i + 1] == (comment ? '/' : '*')) {
                    comment = !comment;
                    i++;
                }
            }
        }
        text_add(out, "\n", 1);
        p += line + 1;
    }
}

static void add_utf8(struct text *out, uint32_t c)
{
    char bytes[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char first[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n; i-- > 1; c >>= 6)
        bytes[i] = (char)(0x80 | (c & 63));
    bytes[0] = (char)(first[n] | c);
    text_add(out, bytes, n);
}

static bool valid_utf8(const unsigned char *p, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t more = p[i] < 0x80                   ? 0
                      : p[i] >= 0xC2 && p[i] < 0xE0 ? 1
                      : (p[i] & 0xF0) == 0xE0       ? 2
                      : p[i] >= 0xF0 && p[i] < 0xF5 ? 3
                                                    : 9;
        if (more == 9 || i + more >= length + (more == 0))
            return false;
        for (size_t k = 1; k <= more; k++)
            if ((p[i + k] & 0xC0) != 0x80)
                return false;
        i += more + 1;
    }
    return true;
}

/* Windows' code page 1252 where it differs from Latin-1. */
static uint32_t from_1252(unsigned char c)
{
    static const uint16_t upper[32] = {0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,
        0x2030, 0x160, 0x2039, 0x152, 0x8D, 0x17D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013,
        0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D, 0x17E, 0x178};
    return c >= 0x80 && c < 0xA0 ? upper[c - 0x80] : c;
}

/* UTF-16 with its mark and code page 1252 become UTF-8. */
static void to_utf8(char **content, size_t *length)
{
    const unsigned char *p = (const unsigned char *)*content;
    struct text out = {0};
    text_add(&out, "", 0);
    if (*length >= 2 && ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF))) {
        bool little = p[0] == 0xFF;
        for (size_t i = 2; i + 1 < *length; i += 2) {
            uint32_t c = little ? p[i] | p[i + 1] << 8 : p[i] << 8 | p[i + 1];
            if (c >= 0xD800 && c < 0xDC00 && i + 3 < *length) {
                i += 2;
                uint32_t low = little ? p[i] | p[i + 1] << 8 : p[i] << 8 | p[i + 1];
                c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            }
            add_utf8(&out, c);
        }
    } else if (*length >= 3 && !memcmp(p, "\xEF\xBB\xBF", 3)) {
        text_add(&out, *content + 3, *length - 3);
    } else if (!valid_utf8(p, *length)) {
        for (size_t i = 0; i < *length; i++)
            add_utf8(&out, from_1252(p[i]));
    } else {
        text_free(&out);
        return;
    }
    free(*content);
    *content = out.bytes;
    *length = out.length;
}

const char *mirror_source(struct mirror *m, const char *path)
{
    char *real = realpath(path, NULL);
    if (!real)
        die("cannot read %s: %s", path, strerror(errno));
    const char *known = mirrored(m, real);
    if (known) {
        free(real);
        return known;
    }
    size_t length;
    char *content = file_read(path, &length);
    if (!content)
        die("cannot read %s: %s", path, strerror(errno));
    const char *name = strrchr(path, '/');
    strings_add(&m->originals, real);
    strings_add(&m->shown, path);
    strings_addf(&m->copies, "%s/%zu-%s", m->directory, m->copies.count, name ? name + 1 : path);
    char *copy = m->copies.item[m->copies.count - 1];
    for (char *c = copy + strlen(m->directory) + 1; *c; c++)
        if (strchr("\"\\<>", *c))
            *c = '_'; /* the name stands in an #include line */
    copy = format_string("%s", copy);
    to_utf8(&content, &length);
    if (length && content[length - 1] == 0x1A)
        length--;
    struct text out = {0};
    text_adds(&out, "#line 1 \"");
    text_add_quoted(&out, path);
    text_adds(&out, "\"\n");
    mend_lines(m, path, content, length, &out);
    file_write(copy, out.bytes, out.length);
    text_free(&out);
    free(content);
    free(copy);
    write_trace_header(m);
    known = mirrored(m, real);
    free(real);
    return known;
}

void mirror_free(struct mirror *m)
{
    strings_free(&m->quote_dirs);
    strings_free(&m->user_dirs);
    strings_free(&m->system_dirs);
    strings_free(&m->traces);
    strings_free(&m->originals);
    strings_free(&m->shown);
    strings_free(&m->copies);
}
