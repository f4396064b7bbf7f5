/* The service's key from an .inf: the install section for this machine, its service, the service's registry
 * values. */
#include "install.h"

#include "rtl/utf.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#if defined(__x86_64__)
#define OWN_ARCHITECTURE "amd64"
#else
#define OWN_ARCHITECTURE "arm64"
#endif

#define SERVICES "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services"

/* Bits of the flags of AddReg (F-060). */
#define VALUE_BINARY 0x00000001u
#define VALUE_KEY_ONLY 0x00000010u
#define VALUE_DELETE 0x00000004u
#define VALUE_MULTI 0x00010000u
#define VALUE_EXPAND 0x00020000u
#define VALUE_DWORD 0x00010001u
#define VALUE_QWORD 0x000B0001u
#define VALUE_KIND 0xFFFF0001u

struct builder {
    FILE *out;
    struct inf *inf;
    const char *service;
    char *key; /* the [key] that the last line belongs to */
};

char *registry_quote(const char *text)
{
    char *out = malloc(strlen(text) * 2 + 3), *p = out;
    if (!out)
        return NULL;
    *p++ = '"';
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *p++ = '\\';
        *p++ = *text;
    }
    *p++ = '"';
    *p = 0;
    return out;
}

/* How well an install section fits; 0: not at all. A section for a certain Windows or later is the newer
 * layout (F-054). */
static int fit(const char *name)
{
    static const char base[] = "DefaultInstall";
    if (strncasecmp(name, base, sizeof base - 1))
        return 0;
    const char *rest = name + sizeof base - 1;
    if (!*rest)
        return 1;
    if (strncasecmp(rest, ".NT", 3))
        return 0;
    rest += 3;
    size_t length = strcspn(rest, ".");
    bool own = (length == sizeof OWN_ARCHITECTURE - 1 && !strncasecmp(rest, OWN_ARCHITECTURE, length)) ||
               (length == 6 && !strncasecmp(rest, "$ARCH$", 6));
    if (length && !own)
        return 0;
    if (strcasestr(rest + length, ".Services") || strcasestr(rest + length, ".Wdf") ||
        strcasestr(rest + length, ".Event"))
        return 0;
    return 2 + own + (rest[length] == '.' ? 2 : 0);
}

static const struct inf_section *install_section(const struct inf *inf)
{
    const struct inf_section *best = NULL;
    for (size_t i = 0; i < inf->count; i++)
        if (fit(inf->section[i].name) > (best ? fit(best->name) : 0))
            best = &inf->section[i];
    return best;
}

static void in_key(struct builder *b, const char *key)
{
    if (b->key && !strcasecmp(b->key, key))
        return;
    free(b->key);
    b->key = strdup(key);
    fprintf(b->out, "\n[%s]\n", key);
}

static void put_string(struct builder *b, const char *name, const char *value)
{
    char *quoted_name = registry_quote(name), *quoted = registry_quote(value);
    fprintf(b->out, "%s=%s\n", *name ? quoted_name : "@", quoted);
    free(quoted_name);
    free(quoted);
}

/* Strings in UTF-16, each with its end, and an empty one behind them; or one string with its end. */
static void put_wide(
    struct builder *b, const char *name, unsigned type, char *const *value, size_t count, bool list)
{
    char *quoted = registry_quote(name);
    fprintf(b->out, "%s=hex(%x):", *name ? quoted : "@", type);
    free(quoted);
    for (size_t v = 0; v < count; v++) {
        char16_t *units = rtl_wide_from_utf8(value[v]);
        for (size_t i = 0; units && i <= rtl_wide_length(units); i++)
            fprintf(b->out, "%s%02x,%02x", v || i ? "," : "", units[i] & 0xFF, units[i] >> 8);
        free(units);
    }
    fprintf(b->out, "%s\n", !list ? "" : count ? ",00,00" : "00,00");
}

static void put_bytes(struct builder *b, const char *name, const struct inf_entry *entry, size_t from)
{
    char *quoted = registry_quote(name);
    fprintf(b->out, "%s=hex:", *name ? quoted : "@");
    free(quoted);
    for (size_t v = from; v < entry->count; v++)
        fprintf(b->out, "%s%02lx", v > from ? "," : "", strtoul(entry->value[v], NULL, 16) & 0xFF);
    fputc('\n', b->out);
}

static bool put_value(struct builder *b, const struct inf_entry *entry)
{
    const char *name = inf_value(entry, 2);
    unsigned flags = (unsigned)strtoul(inf_value(entry, 3), NULL, 0);
    char *quoted;
    switch (flags & VALUE_KIND) {
    case 0:
        put_string(b, name, inf_value(entry, 4));
        return true;
    case VALUE_DWORD:
        quoted = registry_quote(name);
        fprintf(b->out, "%s=dword:%08lx\n", *name ? quoted : "@",
            strtoul(inf_value(entry, 4), NULL, 0) & 0xFFFFFFFF);
        free(quoted);
        return true;
    case VALUE_MULTI:
        put_wide(b, name, 7, entry->count > 4 ? entry->value + 4 : NULL,
            entry->count > 4 ? entry->count - 4 : 0, true);
        return true;
    case VALUE_EXPAND: {
        char *value = (char *)inf_value(entry, 4);
        put_wide(b, name, 2, &value, 1, false);
        return true;
    }
    case VALUE_BINARY:
        put_bytes(b, name, entry, 4);
        return true;
    default:
        snprintf(b->inf->message, sizeof b->inf->message,
            "line %d: values of the kind 0x%08x are not supported", entry->line, flags);
        return false;
    }
}

/* HKR, sub-key, name, flags, values ... */
static bool put_registry_line(struct builder *b, const struct inf_entry *entry)
{
    const char *root = inf_value(entry, 0), *below = inf_value(entry, 1);
    unsigned flags = (unsigned)strtoul(inf_value(entry, 3), NULL, 0);
    char base[600];
    if (!strcasecmp(root, "HKR"))
        snprintf(base, sizeof base, SERVICES "\\%s", b->service);
    else if (!strcasecmp(root, "HKLM"))
        snprintf(base, sizeof base, "HKEY_LOCAL_MACHINE");
    else {
        snprintf(b->inf->message, sizeof b->inf->message, "line %d: %s is neither HKR nor HKLM", entry->line,
            root);
        return false;
    }
    if (flags & VALUE_DELETE)
        return true;
    char *key = NULL;
    if (asprintf(&key, "%s%s%s", base, *below ? "\\" : "", below) < 0)
        return false;
    size_t length = strlen(key);
    if (key[length - 1] == '\\')
        key[length - 1] = 0;
    in_key(b, key);
    free(key);
    return (flags & VALUE_KEY_ONLY) || entry->count < 3 || put_value(b, entry);
}

static bool put_registry_sections(struct builder *b, const struct inf_section *service)
{
    for (size_t i = 0; i < service->count; i++) {
        const struct inf_entry *list = &service->entry[i];
        for (size_t v = 0; list->key && !strcasecmp(list->key, "AddReg") && v < list->count; v++) {
            const struct inf_section *section = inf_section(b->inf, list->value[v]);
            if (!section) {
                snprintf(b->inf->message, sizeof b->inf->message, "line %d: there is no section [%s]",
                    list->line, list->value[v]);
                return false;
            }
            for (size_t e = 0; e < section->count; e++)
                if (!put_registry_line(b, &section->entry[e]))
                    return false;
        }
    }
    return true;
}

static void put_number(
    struct builder *b, const char *name, const struct inf_section *service, const char *key)
{
    const struct inf_entry *entry = inf_entry(service, key);
    if (entry)
        fprintf(b->out, "\"%s\"=dword:%08lx\n", name, strtoul(inf_value(entry, 0), NULL, 0) & 0xFFFFFFFF);
}

static void put_text(struct builder *b, const char *name, const struct inf_section *service, const char *key)
{
    const struct inf_entry *entry = inf_entry(service, key);
    if (entry)
        put_string(b, name, inf_value(entry, 0));
}

static bool put_service(struct builder *b, const struct inf_section *service)
{
    char key[600];
    snprintf(key, sizeof key, SERVICES "\\%s", b->service);
    in_key(b, key);
    put_number(b, "Type", service, "ServiceType");
    put_number(b, "Start", service, "StartType");
    put_number(b, "ErrorControl", service, "ErrorControl");
    put_text(b, "DisplayName", service, "DisplayName");
    put_text(b, "Description", service, "Description");
    put_text(b, "Group", service, "LoadOrderGroup"); /* written for who reads it: the altitude decides the place (F-058) */
    const struct inf_entry *dependencies = inf_entry(service, "Dependencies");
    if (dependencies)
        put_wide(b, "DependOnService", 7, dependencies->value, dependencies->count, true);
    return put_registry_sections(b, service);
}

/* "%12%\scanner.sys" -> "scanner" */
static char *binary_name(const char *binary)
{
    const char *start = strrchr(binary, '\\');
    start = start ? start + 1 : binary;
    const char *dot = strrchr(start, '.');
    return strndup(start, dot ? (size_t)(dot - start) : strlen(start));
}

static const struct inf_section *find_service(struct inf *inf, struct installation *out)
{
    const struct inf_section *install = install_section(inf);
    char name[300];
    snprintf(name, sizeof name, "%s.Services", install ? install->name : "DefaultInstall");
    const struct inf_entry *add = inf_entry(inf_section(inf, name), "AddService");
    if (!add || !*inf_value(add, 0)) {
        snprintf(inf->message, sizeof inf->message,
            install ? "[%s] adds no service"
                    : "there is no [DefaultInstall...] section for " OWN_ARCHITECTURE,
            name);
        return NULL;
    }
    const struct inf_section *service = inf_section(inf, inf_value(add, 2));
    if (!service) {
        snprintf(inf->message, sizeof inf->message, "line %d: there is no section [%s]", add->line,
            inf_value(add, 2));
        return NULL;
    }
    out->service = strdup(inf_value(add, 0));
    out->grouped = *inf_value(inf_entry(service, "LoadOrderGroup"), 0) != 0;
    out->binary = binary_name(inf_value(inf_entry(service, "ServiceBinary"), 0));
    return service;
}

bool installation_read(struct inf *inf, struct installation *out)
{
    *out = (struct installation){0};
    const struct inf_section *service = find_service(inf, out);
    if (!service)
        return false;
    size_t length;
    struct builder b = {
        .inf = inf, .service = out->service, .out = open_memstream(&out->registry_text, &length)};
    if (!b.out)
        return false;
    fprintf(b.out, "Windows Registry Editor Version 5.00\n\n[-" SERVICES "\\%s]\n", out->service);
    bool good = put_service(&b, service);
    fclose(b.out);
    free(b.key);
    return good;
}

void installation_free(struct installation *installation)
{
    free(installation->service);
    free(installation->binary);
    free(installation->registry_text);
}
