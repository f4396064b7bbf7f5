/* The scanf families: one engine over a source of units (text of either width, a file, standard input). The sizes are
 * Microsoft's; the checked forms take a capacity after each %c, %s and %[ pointer. */
#include "rtl/crt/crt.h"

#include <stdlib.h>
#include <string.h>

struct source {
    const char *narrow;
    const char16_t *wide;
    FILE *file;
    int64_t read;
    int back; /* a unit given back, or NONE */
};
#define NONE (-2)

struct scanner {
    struct source *in;
    const char16_t *format;
    bool checked, wide;
    va_list arguments;
};

enum size { SIZE_NONE, SIZE_CHAR, SIZE_SHORT, SIZE_LONG, SIZE_64 };

struct spec {
    bool skip;
    int width; /* 0: not given */
    enum size size;
    char16_t conversion;
};

char16_t crt_fgetwc(FILE *file);

static int next_unit(struct source *in)
{
    int c = in->back;

    if (c != NONE) {
        in->back = NONE;
    } else if (in->narrow) {
        c = *in->narrow ? (unsigned char)*in->narrow++ : EOF;
    } else if (in->wide) {
        c = *in->wide ? *in->wide++ : EOF;
    } else {
        c = fgetc(in->file);
    }
    if (c != EOF)
        in->read++;
    return c;
}

static void give_back(struct source *in, int c)
{
    if (c == EOF)
        return;
    in->read--;
    if (in->file)
        ungetc(c, in->file);
    else
        in->back = c;
}

static bool is_space(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_spaces(struct source *in)
{
    int c;

    while (is_space(c = next_unit(in)))
        ;
    give_back(in, c);
}

/* --- numbers: gathered as text, then converted --- */

static size_t gather(struct scanner *s, int width, char *text, size_t room, const char *allowed)
{
    size_t n = 0, limit = width > 0 && (size_t)width < room - 1 ? (size_t)width : room - 1;

    while (n < limit) {
        int c = next_unit(s->in);
        if (c == EOF || c >= 0x80 || !strchr(allowed, c) || c == 0) {
            give_back(s->in, c);
            break;
        }
        text[n++] = (char)c;
    }
    text[n] = 0;
    return n;
}

static int base_of(char16_t conversion)
{
    return conversion == 'i' ? 0 : conversion == 'o' ? 8 : conversion == 'x' || conversion == 'X' || conversion == 'p' ? 16 : 10;
}

/* Takes the longest beginning that can be a number of this base, unit by unit. */
static bool gather_integer(struct scanner *s, const struct spec *p, char text[72])
{
    int base = base_of(p->conversion), limit = p->width > 0 && p->width < 71 ? p->width : 71, n = 0, digits = 0;
    int c = next_unit(s->in);

    if (c == '-' || c == '+') {
        text[n++] = (char)c;
        c = n < limit ? next_unit(s->in) : NONE;
    }
    if (c == '0' && (base == 0 || base == 16)) {
        text[n++] = '0';
        digits = 1;
        c = n < limit ? next_unit(s->in) : NONE;
        if (c == 'x' || c == 'X') {
            text[n++] = 'x';
            base = 16;
            c = n < limit ? next_unit(s->in) : NONE;
        } else if (base == 0) {
            base = 8;
        }
    }
    if (base == 0)
        base = 10;
    for (; c != NONE && c != EOF; c = n < limit ? next_unit(s->in) : NONE) {
        int low = c | 32;
        int value = c >= '0' && c <= '9' ? c - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : 99;
        if (value >= base)
            break;
        text[n++] = (char)c;
        digits++;
    }
    if (c != NONE)
        give_back(s->in, c);
    text[n] = 0;
    return digits > 0;
}

static void store_integer(struct scanner *s, const struct spec *p, uint64_t value)
{
    void *to = va_arg(s->arguments, void *);

    switch (p->conversion == 'p' ? SIZE_64 : p->size) {
    case SIZE_CHAR:
        *(uint8_t *)to = (uint8_t)value;
        break;
    case SIZE_SHORT:
        *(uint16_t *)to = (uint16_t)value;
        break;
    case SIZE_64:
        *(uint64_t *)to = value;
        break;
    default:
        *(uint32_t *)to = (uint32_t)value;
        break;
    }
}

static bool scan_integer(struct scanner *s, const struct spec *p)
{
    char text[72];

    skip_spaces(s->in);
    if (!gather_integer(s, p, text))
        return false;
    if (p->skip)
        return true;
    bool is_signed = p->conversion == 'd' || p->conversion == 'i';
    int base = base_of(p->conversion);
    store_integer(s, p, is_signed ? (uint64_t)strtoll(text, NULL, base) : strtoull(text, NULL, base));
    return true;
}

static bool scan_floating(struct scanner *s, const struct spec *p)
{
    char text[400], *end;

    skip_spaces(s->in);
    if (!gather(s, p->width, text, sizeof text, "+-0123456789.eExXabcdfABCDFpPinINtyTY"))
        return false;
    double value = strtod(text, &end);
    if (end == text)
        return false;
    if (p->skip)
        return true;
    if (p->size == SIZE_LONG || p->size == SIZE_64) /* L too: Microsoft's long double is a double */
        *va_arg(s->arguments, double *) = value;
    else
        *va_arg(s->arguments, float *) = (float)value;
    return true;
}

/* --- text --- */

struct target {
    void *to;
    bool wide;
    size_t capacity, used;
};

static bool wide_target(const struct scanner *s, const struct spec *p)
{
    if (p->size == SIZE_SHORT || p->size == SIZE_CHAR)
        return false;
    if (p->size == SIZE_LONG || p->size == SIZE_64)
        return true;
    bool other = p->conversion == 'S' || p->conversion == 'C';
    return s->wide != other;
}

static bool open_target(struct scanner *s, const struct spec *p, struct target *t)
{
    *t = (struct target){.wide = wide_target(s, p), .capacity = SIZE_MAX};
    if (p->skip)
        return true;
    t->to = va_arg(s->arguments, void *);
    if (s->checked)
        t->capacity = va_arg(s->arguments, unsigned);
    return true;
}

static bool put(struct target *t, int unit)
{
    if (!t->to)
        return true;
    if (t->used >= t->capacity)
        return false;
    if (t->wide)
        ((char16_t *)t->to)[t->used++] = (char16_t)unit;
    else
        ((char *)t->to)[t->used++] = (char)unit;
    return true;
}

/* A unit of the source in units of the target. ASCII is the same everywhere; the rest is converted. */
static bool put_converted(struct scanner *s, struct target *t, int c)
{
    if (c < 0x80 || t->wide == (s->in->wide != NULL))
        return put(t, c);
    if (!t->wide) {
        char bytes[4];
        size_t n = rtl_utf8_put(bytes, (uint32_t)c);
        for (size_t i = 0; i < n; i++) {
            if (!put(t, (unsigned char)bytes[i]))
                return false;
        }
        return true;
    }
    char bytes[4] = {(char)c};
    size_t count = 1, length = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    for (; count < length; count++) {
        int more = next_unit(s->in);
        if ((more & 0xC0) != 0x80) {
            give_back(s->in, more);
            break;
        }
        bytes[count] = (char)more;
    }
    const char *p = bytes;
    char16_t units[2];
    size_t n = rtl_utf16_put(units, rtl_utf8_next(&p, &count));
    return put(t, units[0]) && (n == 1 || put(t, units[1]));
}

static bool too_small(struct target *t)
{
    if (t->to && t->capacity > 0 && t->wide)
        *(char16_t *)t->to = 0;
    else if (t->to && t->capacity > 0)
        *(char *)t->to = 0;
    return false;
}

struct set {
    bool negated;
    const char16_t *first, *end;
};

static bool in_set(const struct set *set, int c)
{
    bool found = false;

    for (const char16_t *p = set->first; p < set->end; p++) {
        if (p + 2 < set->end && p[1] == '-') {
            found |= c >= p[0] && c <= p[2];
            p += 2;
        } else {
            found |= c == *p;
        }
    }
    return found != set->negated;
}

static bool scan_text(struct scanner *s, const struct spec *p, const struct set *set)
{
    struct target t;
    int count = 0;

    open_target(s, p, &t);
    if (!set)
        skip_spaces(s->in);
    for (;; count++) {
        int c = p->width > 0 && count >= p->width ? EOF : next_unit(s->in);
        if (c == EOF)
            break;
        if (set ? !in_set(set, c) : is_space(c)) {
            give_back(s->in, c);
            break;
        }
        if (!put_converted(s, &t, c))
            return too_small(&t);
    }
    if (count == 0)
        return false;
    return put(&t, 0) || too_small(&t);
}

static bool scan_chars(struct scanner *s, const struct spec *p)
{
    struct target t;
    int wanted = p->width > 0 ? p->width : 1;

    open_target(s, p, &t);
    for (int i = 0; i < wanted; i++) {
        int c = next_unit(s->in);
        if (c == EOF)
            return false;
        if (!put_converted(s, &t, c))
            return too_small(&t);
    }
    return true;
}

/* --- the format --- */

static bool take(struct scanner *s, char16_t c)
{
    if (*s->format != c)
        return false;
    s->format++;
    return true;
}

static enum size read_size(struct scanner *s)
{
    if (take(s, 'h'))
        return take(s, 'h') ? SIZE_CHAR : SIZE_SHORT;
    if (take(s, 'l'))
        return take(s, 'l') ? SIZE_64 : SIZE_LONG;
    if (take(s, 'w'))
        return SIZE_LONG;
    if (take(s, 'L'))
        return SIZE_LONG;
    if (take(s, 'j') || take(s, 't') || take(s, 'z'))
        return SIZE_64;
    if (take(s, 'I')) {
        if (s->format[0] == '3' && s->format[1] == '2') {
            s->format += 2;
            return SIZE_LONG;
        }
        if (s->format[0] == '6' && s->format[1] == '4')
            s->format += 2;
        return SIZE_64;
    }
    return SIZE_NONE;
}

static void read_spec(struct scanner *s, struct spec *p)
{
    *p = (struct spec){.skip = take(s, '*')};
    while (*s->format >= '0' && *s->format <= '9' && p->width < 100000)
        p->width = p->width * 10 + (*s->format++ - '0');
    p->size = read_size(s);
    p->conversion = *s->format;
    if (p->conversion)
        s->format++;
}

static struct set read_set(struct scanner *s)
{
    struct set set = {.negated = take(s, '^'), .first = s->format};

    if (*s->format)
        s->format++; /* a bracket that stands first is a member */
    while (*s->format && *s->format != ']')
        s->format++;
    set.end = s->format;
    take(s, ']');
    return set;
}

static bool scan_one(struct scanner *s, const struct spec *p)
{
    switch (p->conversion) {
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
    case 'p':
        return scan_integer(s, p);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
        return scan_floating(s, p);
    case 's':
    case 'S':
        return scan_text(s, p, NULL);
    case 'c':
    case 'C':
        return scan_chars(s, p);
    case '[': {
        struct set set = read_set(s);
        return scan_text(s, p, &set);
    }
    default:
        return false;
    }
}

static bool match_literal(struct scanner *s, int wanted)
{
    int c = next_unit(s->in);

    if (c == wanted)
        return true;
    give_back(s->in, c);
    return false;
}

static bool at_end(struct scanner *s)
{
    int c = next_unit(s->in);

    give_back(s->in, c);
    return c == EOF;
}

static int run(struct scanner *s)
{
    int assigned = 0;

    while (*s->format) {
        char16_t c = *s->format++;
        struct spec p;
        if (is_space(c)) {
            skip_spaces(s->in);
            continue;
        }
        if (c == '%')
            read_spec(s, &p);
        if (c != '%' || p.conversion == '%') {
            if (c == '%')
                skip_spaces(s->in);
            if (!match_literal(s, c))
                return assigned == 0 && at_end(s) ? EOF : assigned;
            continue;
        }
        if (p.conversion == 'n') {
            store_integer(s, &p, (uint64_t)s->in->read);
            continue;
        }
        if (p.conversion != 'c' && p.conversion != 'C' && p.conversion != '[')
            skip_spaces(s->in);
        if (at_end(s))
            return assigned == 0 ? EOF : assigned;
        if (!scan_one(s, &p))
            break;
        assigned += !p.skip;
    }
    return assigned;
}

static int scan_wide_format(struct source *in, const char16_t *format, bool wide, bool checked, va_list arguments)
{
    struct scanner s = {.in = in, .format = format, .wide = wide, .checked = checked};

    in->back = NONE;
    va_copy(s.arguments, arguments);
    int n = run(&s);
    va_end(s.arguments);
    return n;
}

/* A narrow format is widened byte by byte: its literals are compared with bytes. */
static int scan_narrow_format(struct source *in, const char *format, bool checked, va_list arguments)
{
    size_t count = strlen(format) + 1;
    char16_t *wide = malloc(count * sizeof *wide);

    if (!wide)
        return EOF;
    for (size_t i = 0; i < count; i++)
        wide[i] = (unsigned char)format[i];
    int n = scan_wide_format(in, wide, false, checked, arguments);
    free(wide);
    return n;
}

CRT_EXPORT int crt_vsscanf(const char *text, const char *format, va_list arguments)
{
    return scan_narrow_format(&(struct source){.narrow = text}, format, false, arguments);
}

CRT_EXPORT int crt_vsscanf_s(const char *text, const char *format, va_list arguments)
{
    return scan_narrow_format(&(struct source){.narrow = text}, format, true, arguments);
}

#define SCAN(call)                                                                                                   \
    va_list arguments;                                                                                               \
    va_start(arguments, format);                                                                                     \
    int n = call;                                                                                                    \
    va_end(arguments);                                                                                               \
    return n
#define FILE_SOURCE(f) (&(struct source){.file = f})
#define WIDE_SOURCE(t) (&(struct source){.wide = t})

CRT_EXPORT int crt_sscanf(const char *text, const char *format, ...)
{
    SCAN(crt_vsscanf(text, format, arguments));
}

CRT_EXPORT int crt_sscanf_s(const char *text, const char *format, ...)
{
    SCAN(crt_vsscanf_s(text, format, arguments));
}

CRT_EXPORT int crt_scanf(const char *format, ...)
{
    SCAN(scan_narrow_format(FILE_SOURCE(stdin), format, false, arguments));
}

CRT_EXPORT int crt_scanf_s(const char *format, ...)
{
    SCAN(scan_narrow_format(FILE_SOURCE(stdin), format, true, arguments));
}

CRT_EXPORT int crt_fscanf(FILE *file, const char *format, ...)
{
    SCAN(scan_narrow_format(FILE_SOURCE(file), format, false, arguments));
}

CRT_EXPORT int crt_fscanf_s(FILE *file, const char *format, ...)
{
    SCAN(scan_narrow_format(FILE_SOURCE(file), format, true, arguments));
}

CRT_EXPORT int crt_swscanf(const char16_t *text, const char16_t *format, ...)
{
    SCAN(scan_wide_format(WIDE_SOURCE(text), format, true, false, arguments));
}

CRT_EXPORT int crt_swscanf_s(const char16_t *text, const char16_t *format, ...)
{
    SCAN(scan_wide_format(WIDE_SOURCE(text), format, true, true, arguments));
}

CRT_EXPORT int crt_wscanf(const char16_t *format, ...)
{
    SCAN(scan_wide_format(FILE_SOURCE(stdin), format, true, false, arguments));
}

CRT_EXPORT int crt_wscanf_s(const char16_t *format, ...)
{
    SCAN(scan_wide_format(FILE_SOURCE(stdin), format, true, true, arguments));
}

CRT_EXPORT int crt_fwscanf(FILE *file, const char16_t *format, ...)
{
    SCAN(scan_wide_format(FILE_SOURCE(file), format, true, false, arguments));
}

CRT_EXPORT int crt_fwscanf_s(FILE *file, const char16_t *format, ...)
{
    SCAN(scan_wide_format(FILE_SOURCE(file), format, true, true, arguments));
}
