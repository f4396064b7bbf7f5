/* The tree as regedit's text: UTF-8, one key a section, values in their order. What regedit could not carry in a quoted
 * string (control characters, strings without or with more than their terminator) is written as hex. */
#include "ntoskrnl/cm/inner.h"

#include "rtl/utf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct writer {
    char *text;
    size_t used, room;
    bool failed;
};

static void put(struct writer *w, const char *bytes, size_t length)
{
    if (w->used + length + 1 > w->room) {
        size_t room = (w->used + length + 1) * 2;
        char *grown = realloc(w->text, room);
        if (!grown) {
            w->failed = true;
            return;
        }
        w->text = grown;
        w->room = room;
    }
    memcpy(w->text + w->used, bytes, length);
    w->used += length;
    w->text[w->used] = 0;
}

static void put_text(struct writer *w, const char *text)
{
    put(w, text, strlen(text));
}

static void put_wide(struct writer *w, const WCHAR *units, size_t count, bool escape)
{
    const char16_t *at = (const char16_t *)units;
    while (count) {
        char bytes[5];
        uint32_t code = rtl_utf16_next(&at, &count);
        if (escape && (code == '"' || code == '\\'))
            put(w, "\\", 1);
        put(w, bytes, rtl_utf8_put(bytes, code));
    }
}

/* \REGISTRY\MACHINE\X -> HKEY_LOCAL_MACHINE\X, \REGISTRY\USER\X -> HKEY_USERS\X. */
static void put_key_name(struct writer *w, struct cm_key *key)
{
    UNICODE_STRING name;
    if (!NT_SUCCESS(cm_full_name(key, &name))) {
        w->failed = true;
        return;
    }
    const WCHAR *p = name.Buffer + 1, *end = name.Buffer + name.Length / sizeof(WCHAR);
    while (p < end && *p != u'\\') /* REGISTRY */
        p++;
    bool machine = end - p > 1 && (p[1] == u'M' || p[1] == u'm');
    for (p++; p < end && *p != u'\\'; p++) /* MACHINE or USER */
        continue;
    put_text(w, machine ? "\n[HKEY_LOCAL_MACHINE" : "\n[HKEY_USERS");
    put_wide(w, p, (size_t)(end - p), false);
    put_text(w, "]\n");
    free(name.Buffer);
}

/* Can be given in quotes and comes back as the same bytes. */
static bool quotable(const struct cm_value *value)
{
    if (value->type != REG_SZ || value->length < sizeof(WCHAR) || value->length % sizeof(WCHAR))
        return false;
    const WCHAR *units = value->bytes;
    size_t n = value->length / sizeof(WCHAR) - 1;
    if (units[n])
        return false;
    for (size_t i = 0; i < n; i++) {
        bool high = units[i] >= 0xd800 && units[i] < 0xdc00, low = units[i] >= 0xdc00 && units[i] < 0xe000;
        if (units[i] < 0x20 || units[i] == 0x7f || low || (high && (i + 1 == n || units[i + 1] < 0xdc00 || units[i + 1] >= 0xe000)))
            return false;
        i += high;
    }
    return true;
}

/* hex:, hex(7): ... lines of at most 80 columns, as regedit breaks them. */
static void put_hex(struct writer *w, const struct cm_value *value, size_t column)
{
    char part[16];
    if (value->type == REG_BINARY)
        snprintf(part, sizeof(part), "hex:");
    else
        snprintf(part, sizeof(part), "hex(%x):", value->type);
    put_text(w, part);
    column += strlen(part);
    for (ULONG i = 0; i < value->length; i++) {
        bool last = i + 1 == value->length;
        snprintf(part, sizeof(part), "%02x%s", ((const UCHAR *)value->bytes)[i], last ? "" : ",");
        put_text(w, part);
        column += last ? 2 : 3;
        if (!last && column > 76) {
            put_text(w, "\\\n  ");
            column = 2;
        }
    }
}

static void put_value(struct writer *w, const struct cm_value *value)
{
    size_t begin = w->used;
    char number[32];
    if (value->name.Length) {
        put_text(w, "\"");
        put_wide(w, value->name.Buffer, value->name.Length / sizeof(WCHAR), true);
        put_text(w, "\"=");
    } else {
        put_text(w, "@=");
    }
    if (quotable(value)) {
        put_text(w, "\"");
        put_wide(w, value->bytes, value->length / sizeof(WCHAR) - 1, true);
        put_text(w, "\"");
    } else if (value->type == REG_DWORD && value->length == sizeof(ULONG)) {
        ULONG dword;
        memcpy(&dword, value->bytes, sizeof(dword));
        snprintf(number, sizeof(number), "dword:%08x", dword);
        put_text(w, number);
    } else {
        put_hex(w, value, w->used - begin);
    }
    put_text(w, "\n");
}

static void put_key(struct writer *w, struct cm_key *key, unsigned depth)
{
    if (key->is_volatile || key->link.Length)
        return;
    if (depth > 1 && (key->value_count || !key->child_count || !key->permanent)) {
        put_key_name(w, key);
        for (ULONG i = 0; i < key->value_count; i++)
            put_value(w, &key->values[i]);
    }
    for (ULONG i = 0; i < key->child_count; i++)
        put_key(w, key->children[i], depth + 1);
}

NTSTATUS cm_write_text(char **text, size_t *length)
{
    struct writer w = {0};
    put_text(&w, "Windows Registry Editor Version 5.00\n");
    pthread_rwlock_rdlock(&cm_lock);
    put_key(&w, cm_root, 0);
    pthread_rwlock_unlock(&cm_lock);
    *text = w.text;
    *length = w.used;
    if (!w.failed)
        return STATUS_SUCCESS;
    free(w.text);
    *text = NULL;
    return STATUS_INSUFFICIENT_RESOURCES;
}
