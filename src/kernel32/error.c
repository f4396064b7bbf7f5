/* The last error, and errors as text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel32/handle.h"
#include "ntstatus.h"
#include "rtl/format.h"
#include "rtl/status.h"
#include "rtl/utf.h"

static __thread DWORD last_error;
static UINT error_mode;

DWORD GetLastError(void)
{
    return last_error;
}

void SetLastError(DWORD error)
{
    last_error = error;
}

UINT SetErrorMode(UINT mode)
{
    return __atomic_exchange_n(&error_mode, mode, __ATOMIC_RELAXED);
}

UINT GetErrorMode(void)
{
    return __atomic_load_n(&error_mode, __ATOMIC_RELAXED);
}

/* --- names --- */

struct error_name {
    DWORD error;
    const char *name;
};

#define E(name) {(DWORD)(name), #name},
static const struct error_name names[] = {
#include "kernel32/error_table.h"
};
#undef E

static int by_error(const void *key, const void *element)
{
    DWORD error = *(const DWORD *)key;
    const struct error_name *row = element;

    return error < row->error ? -1 : error > row->error;
}

/* The name of a Win32 error, of an HRESULT that carries one, or of a status; NULL when there is none. */
static const char *name_of(DWORD id)
{
    const struct error_name *row = bsearch(&id, names, sizeof names / sizeof *names, sizeof *names, by_error);

    if (!row && (id & 0xFFFF0000) == 0x80070000) {
        id &= 0xFFFF;
        row = bsearch(&id, names, sizeof names / sizeof *names, sizeof *names, by_error);
    }
    if (row)
        return row->name;
    const char *status = rtl_status_name((NTSTATUS)id);
    return strncmp(status, "0x", 2) ? status : NULL;
}

struct error_words {
    DWORD error;
    const char *words;
};

#define W(error, words) {(DWORD)(error), words},
static const struct error_words all_words[] = {
#include "kernel32/error_words.h"
};
#undef W

static const char *words_of(DWORD id)
{
    DWORD win32 = (id & 0xFFFF0000) == 0x80070000 ? id & 0xFFFF : id;

    for (size_t i = 0; i < sizeof all_words / sizeof *all_words; i++) {
        if (all_words[i].error == id || all_words[i].error == win32)
            return all_words[i].words;
    }
    return NULL;
}

/* "ERROR_NO_WORDS" as "No words". */
static void sentence(char *out, size_t capacity, const char *name)
{
    const char *words = !strncmp(name, "ERROR_", 6)    ? name + 6
                        : !strncmp(name, "STATUS_", 7) ? name + 7
                                                       : name;
    size_t n = 0;

    for (; words[n] && n < capacity - 1; n++) {
        char c = words[n];
        out[n] = c == '_' ? ' ' : n > 0 && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    out[n] = 0;
}

/* --- FormatMessage --- */

/* Puts the arguments in: %1 ... %99 with an optional !format!, %n a line end, %0 the end, %% and the like
 * themselves. */
struct message {
    WCHAR *text;
    size_t used, capacity;
    bool failed;
};

static void add(struct message *m, const WCHAR *units, size_t count)
{
    if (m->used + count + 1 > m->capacity) {
        size_t capacity = (m->used + count + 1) * 2;
        WCHAR *larger = realloc(m->text, capacity * sizeof *larger);
        if (!larger) {
            m->failed = true;
            return;
        }
        m->text = larger;
        m->capacity = capacity;
    }
    memcpy(m->text + m->used, units, count * sizeof *units);
    m->used += count;
    m->text[m->used] = 0;
}

static ULONG_PTR argument(DWORD flags, va_list *arguments, unsigned index)
{
    if (flags & FORMAT_MESSAGE_ARGUMENT_ARRAY)
        return ((ULONG_PTR *)arguments)[index];
    va_list copy;
    ULONG_PTR value = 0;
    va_copy(copy, *arguments);
    for (unsigned i = 0; i <= index; i++)
        value = va_arg(copy, ULONG_PTR);
    va_end(copy);
    return value;
}

static const WCHAR *insert(struct message *m, const WCHAR *p, DWORD flags, va_list *arguments, bool wide)
{
    unsigned index = (unsigned)(*p++ - '1');
    WCHAR format[32] = u"%s", out[512];

    if (*p >= '0' && *p <= '9')
        index = (index + 1) * 10 + (unsigned)(*p++ - '0') - 1;
    if (*p == '!') {
        size_t n = 1;
        for (p++; *p && *p != '!' && n < 30; p++)
            format[n++] = *p;
        format[n] = 0;
        if (*p == '!')
            p++;
    }
    bool text = !lstrcmpW(format, u"%s");
    ULONG_PTR value = argument(flags, arguments, index);
    if (text && wide) {
        add(m, (const WCHAR *)value, (size_t)lstrlenW((const WCHAR *)value));
        return p;
    }
    if (text)
        lstrcpyW(format, u"%hs");
    int n = rtl_snwprintf(out, 512, format, value);
    if (n > 0)
        add(m, out, n < 512 ? (size_t)n : 511);
    return p;
}

static void expand(struct message *m, const WCHAR *p, DWORD flags, va_list *arguments, bool wide)
{
    while (*p && !m->failed) {
        if (*p != '%' || !p[1]) {
            add(m, p++, 1);
        } else if (p[1] == '0') {
            break;
        } else if (p[1] == 'n') {
            add(m, u"\r\n", 2);
            p += 2;
        } else if (p[1] >= '1' && p[1] <= '9' && arguments && !(flags & FORMAT_MESSAGE_IGNORE_INSERTS)) {
            p = insert(m, p + 1, flags, arguments, wide);
        } else if (p[1] >= '1' && p[1] <= '9') {
            add(m, p, 2);
            p += 2;
        } else {
            add(m, p + 1, 1);
            p += 2;
        }
    }
}

static bool system_message(struct message *m, DWORD id)
{
    const char *name = name_of(id), *known = words_of(id);
    char words[128];
    WCHAR text[300];

    if (!name && known) {
        int n = rtl_snwprintf(text, 300, u"%hs (0x%X).\r\n", known, id);
        add(m, text, (size_t)n);
        return !m->failed;
    }
    if (!name) {
        SetLastError(ERROR_MR_MID_NOT_FOUND);
        return false;
    }
    if (known)
        snprintf(words, sizeof words, "%s", known);
    else
        sentence(words, sizeof words, name);
    int n = rtl_snwprintf(
        text, 300, id > 0xFFFF ? u"%hs (%hs, 0x%08X).\r\n" : u"%hs (%hs, %u).\r\n", words, name, id);
    add(m, text, (size_t)n);
    return !m->failed;
}

/* The text in m->text (from malloc), or false with the last error. */
static bool make_message(
    struct message *m, DWORD flags, LPCVOID source, DWORD id, va_list *arguments, bool wide)
{
    *m = (struct message){0};
    if (flags & FORMAT_MESSAGE_FROM_STRING) {
        WCHAR *format = wide ? NULL : (WCHAR *)rtl_wide_from_utf8(source);
        if (wide || format)
            expand(m, wide ? source : format, flags, arguments, wide);
        free(format);
        add(m, u"", 0);
    } else if (flags & (FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_FROM_HMODULE)) {
        if (!system_message(m, id))
            return false;
    } else {
        SetLastError(ERROR_INVALID_PARAMETER);
        return false;
    }
    if (m->failed) {
        free(m->text);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return false;
    }
    return true;
}

DWORD FormatMessageW(
    DWORD flags, LPCVOID source, DWORD id, DWORD language, LPWSTR to, DWORD capacity, va_list *arguments)
{
    struct message m;

    if (!make_message(&m, flags, source, id, arguments, true))
        return 0;
    size_t size = (m.used + 1) * sizeof(WCHAR);
    if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) {
        to = *(LPWSTR *)to =
            LocalAlloc(LMEM_FIXED, size > capacity * sizeof(WCHAR) ? size : capacity * sizeof(WCHAR));
        if (!to)
            m.used = 0;
    } else if (m.used >= capacity) {
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
        m.used = 0;
    }
    if (m.used > 0)
        memcpy(to, m.text, size);
    free(m.text);
    return (DWORD)m.used;
}

DWORD FormatMessageA(
    DWORD flags, LPCVOID source, DWORD id, DWORD language, LPSTR to, DWORD capacity, va_list *arguments)
{
    struct message m;

    if (!make_message(&m, flags, source, id, arguments, false))
        return 0;
    size_t count = rtl_utf16_to_utf8(NULL, 0, (const char16_t *)m.text, m.used, NULL);
    if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) {
        to = *(LPSTR *)to = LocalAlloc(LMEM_FIXED, count + 1 > capacity ? count + 1 : capacity);
        if (!to)
            count = 0;
    } else if (count >= capacity) {
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
        count = 0;
    }
    if (count > 0) {
        rtl_utf16_to_utf8(to, count, (const char16_t *)m.text, m.used, NULL);
        to[count] = 0;
    }
    free(m.text);
    return (DWORD)count;
}
