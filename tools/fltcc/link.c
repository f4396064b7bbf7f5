/* From objects to a driver or a program, with the checks of names that the linker does not make. */
#include "link.h"

#include "command.h"
#include "rtl/elf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *library_name(const struct options *o)
{
    return o->app ? "libfltlib.so" : "libfltmgr.so";
}

static const char *shown_name(const char *object)
{
    const char *slash = strrchr(object, '/');
    return slash ? slash + 1 : object;
}

static bool open_exports(const struct build *b, struct elf_file *exports)
{
    char *path = format_string("%s/%s", b->installation.libraries, library_name(b->options));
    const char *problem = elf_open(exports, path, ELF_DYNAMIC_SYMBOLS);
    if (problem)
        warn("%s: %s: names cannot be checked", path, problem);
    free(path);
    return !problem;
}

/* A name of the C library whose Windows version stands in our headers under a label of its own: reaching for
   the plain name would silently get glibc's, with 32-bit characters and other formats. */
bool check_object(struct build *b, const char *object)
{
    struct elf_file exports, file;
    const char *problem = elf_open(&file, object, ELF_ALL_SYMBOLS);
    if (problem) {
        fprintf(stderr, "fltcc: error: %s: %s\n", object, problem);
        return false;
    }
    bool good = true;
    if (open_exports(b, &exports)) {
        for (size_t i = 0; i < file.symbol_count; i++) {
            const Elf64_Sym *symbol = &file.symbols[i];
            const char *name = elf_symbol_name(&file, symbol);
            if (!elf_is_undefined(symbol) || !*name)
                continue;
            char *bound = format_string("crt_%s", name);
            if (elf_find(&exports, bound)) {
                fprintf(stderr,
                    "fltcc: error: %s uses the C library's own %s, not Windows': include the header that "
                    "declares it "
                    "instead of declaring it yourself\n",
                    shown_name(object), name);
                good = false;
            }
            free(bound);
        }
        elf_close(&exports);
    }
    elf_close(&file);
    return good;
}

/* Names that compilers and their run-times use by themselves; every process has them. */
static bool harmless(const char *name)
{
    static const char *const names[] = {"memcpy", "memset", "memmove", "memcmp", "strlen", "bcmp",
        "__stack_chk_fail", "__tls_get_addr", "__cxa_finalize", "__cxa_atexit", "__gmon_start__",
        "_GLOBAL_OFFSET_TABLE_", "_setjmp", "_ITM_registerTMCloneTable", "_ITM_deregisterTMCloneTable", NULL};
    static const char *const prefixes[] = {"__asan_", "__tsan_", "__ubsan_", "__sanitizer_", "__lsan_",
        "__sancov_", "__gcov_", "__llvm_", "__ofm_seh_", NULL};
    for (size_t i = 0; names[i]; i++)
        if (!strcmp(names[i], name))
            return true;
    for (size_t i = 0; prefixes[i]; i++)
        if (!strncmp(prefixes[i], name, strlen(prefixes[i])))
            return true;
    return false;
}

/* The C library's own functions that the headers hand to drivers as they are. */
static void read_libc_names(const struct build *b, struct strings *names)
{
    char *path = format_string("%s/libc.list", b->installation.crt);
    size_t length;
    char *content = file_read(path, &length), *rest = content;
    for (char *name; rest && (name = strsep(&rest, "\n"));)
        if (*name)
            strings_add(names, name);
    free(content);
    free(path);
}

static void warn_missing(const struct build *b, const char *output)
{
    struct elf_file exports, file;
    if (strings_has(&b->options->compile, "-w") || elf_open(&file, output, ELF_DYNAMIC_SYMBOLS))
        return;
    struct strings libc = {0};
    read_libc_names(b, &libc);
    if (open_exports(b, &exports)) {
        for (size_t i = 0; i < file.symbol_count; i++) {
            const char *name = elf_symbol_name(&file, &file.symbols[i]);
            if (elf_is_undefined(&file.symbols[i]) && *name && !elf_is_versioned(&file, i) &&
                !harmless(name) && !strings_has(&libc, name) && !elf_find(&exports, name))
                warn("openfltmgr has no %s: %s will not load (--allow-missing loads it; calling the function "
                     "stops the manager)",
                    name, shown_name(output));
        }
        elf_close(&exports);
    }
    strings_free(&libc);
    elf_close(&file);
}

static void add_all(
    struct build *b, struct strings *arguments, const struct strings *objects, const char *output)
{
    const struct options *o = b->options;
    strings_add_all(arguments, &o->compile);
    strings_add_all(arguments, objects);
    strings_add(arguments, "-o");
    strings_add(arguments, output);
    strings_add_all(arguments, &o->link);
}

static bool defines_entry(const struct strings *objects)
{
    bool found = false;
    for (size_t i = 0; i < objects->count && !found; i++) {
        struct elf_file file;
        if (elf_open(&file, objects->item[i], ELF_ALL_SYMBOLS)) {
            found = strstr(objects->item[i], ".a") != NULL; /* an archive may hold it */
            continue;
        }
        for (size_t s = 0; s < file.symbol_count && !found; s++) {
            const char *name = elf_symbol_name(&file, &file.symbols[s]);
            bool defined = file.symbols[s].st_shndx != SHN_UNDEF;
            found = defined && !strcmp(name, "DriverEntry");
            if (defined && !strncmp(name, "_Z11DriverEntry", 15))
                warn("DriverEntry is a C++ function: declare it extern \"C\"");
        }
        elf_close(&file);
    }
    return found;
}

static bool run_words(struct build *b, const char *const *words)
{
    struct strings arguments = {0};
    for (; *words; words++)
        strings_add(&arguments, *words);
    bool good = command_run(&arguments, b->options->verbose, NULL, NULL) == 0;
    strings_free(&arguments);
    return good;
}

/* The run-time of --coverage becomes part of the driver and calls the C library. It must not find the
   driver's own open() or read(): the driver's names become local before it joins. */
static bool join_driver(struct build *b, const struct strings *objects, struct strings *joined)
{
    struct strings arguments = {0};
    strings_addf(joined, "%s/joined.o", b->directory);
    strings_add(&arguments, "ld");
    strings_add(&arguments, "-r");
    strings_add(&arguments, "-o");
    strings_add(&arguments, joined->item[0]);
    strings_add_all(&arguments, objects);
    bool good = command_run(&arguments, b->options->verbose, NULL, NULL) == 0;
    strings_free(&arguments);
    return good &&
           run_words(b, (const char *const[]){"objcopy", "--keep-global-symbol=DriverEntry",
                            "--keep-global-symbol=GsDriverEntry", "--keep-global-symbol=DllInitialize",
                            "--keep-global-symbol=DllUnload", joined->item[0], NULL});
}

static char *clang_directory(const struct options *o)
{
    struct strings ask = {0};
    strings_add(&ask, o->compiler);
    strings_add(&ask, "-print-resource-dir");
    char *directory = command_read(&ask);
    strings_free(&ask);
    char *libraries = format_string("%s/lib/linux", directory);
    free(directory);
    return libraries;
}

static void add_run_time(const struct options *o, struct strings *arguments)
{
    char *directory = o->clang ? clang_directory(o) : NULL;
    if (o->ubsan && !o->clang) {
        strings_add(arguments, "-lubsan");
    } else if (o->ubsan && !o->asan && !o->tsan) { /* clang's other sanitizers hold this one */
        strings_addf(arguments, "%s/libclang_rt.ubsan_standalone-x86_64.so", directory);
        strings_addf(arguments, "-Wl,-rpath,%s", directory);
    }
    if (o->coverage && o->clang)
        strings_addf(arguments, "%s/libclang_rt.profile-x86_64.a", directory);
    else if (o->coverage)
        strings_add(arguments, "-lgcov");
    strings_add(arguments, "-lgcc");
    if (o->coverage)
        strings_add(arguments, "-lc");
    free(directory);
}

static bool any_cplusplus(const struct options *o)
{
    for (size_t i = 0; i < o->sources.count; i++)
        if (is_cplusplus(o->sources.item[i]))
            return true;
    return false;
}

/* What the compiler calls by itself in C++ and no library is there to give. */
static bool make_support(struct build *b, struct strings *objects)
{
    static const char support[] =
        "__attribute__((weak)) void __cxa_pure_virtual(void) { __builtin_trap(); }\n"
        "__attribute__((weak)) void __cxa_deleted_virtual(void) { __builtin_trap(); }\n";
    char *source = format_string("%s/support.c", b->directory),
         *object = format_string("%s/support.o", b->directory);
    file_write(source, support, sizeof support - 1);
    bool good = run_words(b,
        (const char *const[]){b->options->compiler, "-w", "-O1", "-fPIC", "-c", source, "-o", object, NULL});
    strings_add(objects, object);
    free(source);
    free(object);
    return good;
}

/* The driver's own names win over everybody's, and nobody else sees them: a driver may call its functions
 * send or log. */
bool link_driver(struct build *b, const struct strings *user_objects, const char *output)
{
    const struct options *o = b->options;
    struct strings all = {0};
    const struct strings *objects = &all;
    strings_add_all(&all, user_objects);
    if (any_cplusplus(o) && !make_support(b, &all))
        return false;
    if (!defines_entry(objects)) {
        fprintf(stderr,
            "fltcc: error: no DriverEntry in any source: a driver needs one (--app builds a program)\n");
        return false;
    }
    struct strings arguments = {0}, joined = {0};
    if (o->coverage && !join_driver(b, objects, &joined))
        return false;
    char *script = format_string("%s/exports", b->directory);
    static const char exported[] =
        "{ global: DriverEntry; GsDriverEntry; DllInitialize; DllUnload; local: *; };\n";
    file_write(script, exported, sizeof exported - 1);
    strings_add(&arguments, o->compiler);
    strings_add(&arguments, "-shared");
    strings_add(&arguments, "-nodefaultlibs");
    strings_add(&arguments, "-Wl,-Bsymbolic");
    strings_add(&arguments, "-Wl,--build-id");
    strings_addf(&arguments, "-Wl,--version-script=%s", script);
    add_all(b, &arguments, joined.count ? &joined : objects, output);
    add_run_time(o, &arguments);
    bool good = command_run(&arguments, o->verbose, NULL, NULL) == 0;
    if (good)
        warn_missing(b, output);
    strings_free(&arguments);
    strings_free(&joined);
    strings_free(&all);
    free(script);
    return good;
}

/* The program's entry by the name that the linker sees: main, wmain or a C++ wmain. A fresh string, or NULL. */
static char *find_entry(const char *joined)
{
    struct elf_file file;
    char *entry = NULL;
    if (elf_open(&file, joined, ELF_ALL_SYMBOLS))
        return NULL;
    for (size_t i = 0; i < file.symbol_count && !entry; i++) {
        const char *name = elf_symbol_name(&file, &file.symbols[i]);
        if (file.symbols[i].st_shndx != SHN_UNDEF && elf_is_exported(&file.symbols[i]) &&
            (!strcmp(name, "main") || !strcmp(name, "wmain") || !strncmp(name, "_Z5wmain", 8)))
            entry = format_string("%s", name);
    }
    elf_close(&file);
    return entry;
}

/* All names but the entry's become local: a program's own read() must not stand in for the one that libraries
 * call. */
static bool join_objects(struct build *b, const struct strings *objects, const char *joined, bool *wide)
{
    struct strings arguments = {0};
    strings_add(&arguments, "ld");
    strings_add(&arguments, "-r");
    strings_add(&arguments, "-o");
    strings_add(&arguments, joined);
    strings_add_all(&arguments, objects);
    bool good = command_run(&arguments, b->options->verbose, NULL, NULL) == 0;
    strings_free(&arguments);
    char *entry = good ? find_entry(joined) : NULL;
    if (good && !entry) {
        fprintf(stderr, "fltcc: error: no main or wmain in any source: a program needs one (without --app a "
                        "driver is built)\n");
        return false;
    }
    if (good) {
        *wide = strcmp(entry, "main") != 0;
        char *keep = format_string("--keep-global-symbol=%s", *wide ? "wmain" : "main");
        char *rename = format_string("--redefine-sym=%s=%s", entry, *wide ? "wmain" : "main");
        good = run_words(b, (const char *const[]){"objcopy", rename, joined, NULL}) &&
               run_words(b, (const char *const[]){"objcopy", keep, joined, NULL});
        free(rename);
        free(keep);
    }
    free(entry);
    return good;
}

/* main for a program that starts at wmain: its arguments and environment in UTF-16. */
static const char wide_start[] = "#include <stdlib.h>\n"
                                 "#include <string.h>\n"
                                 "typedef __CHAR16_TYPE__ unit;\n"
                                 "extern int wmain(int, unit **, unit **);\n"
                                 "static unit *widen(const char *s)\n"
                                 "{\n"
                                 "    unit *wide = malloc((strlen(s) + 1) * sizeof *wide), *out = wide;\n"
                                 "    const unsigned char *p = (const unsigned char *)s;\n"
                                 "    while (wide && *p) {\n"
                                 "        int more = *p >= 0xF0 ? 3 : *p >= 0xE0 ? 2 : *p >= 0xC0 ? 1 : 0;\n"
                                 "        unsigned c = more ? *p & (0x3F >> more) : *p;\n"
                                 "        for (p++; more && (*p & 0xC0) == 0x80; more--)\n"
                                 "            c = c << 6 | (*p++ & 0x3F);\n"
                                 "        if (c >= 0x10000) {\n"
                                 "            *out++ = 0xD7C0 + (c >> 10);\n"
                                 "            c = 0xDC00 | (c & 0x3FF);\n"
                                 "        }\n"
                                 "        *out++ = c;\n"
                                 "    }\n"
                                 "    if (wide)\n"
                                 "        *out = 0;\n"
                                 "    return wide;\n"
                                 "}\n"
                                 "static unit **widen_all(char **list)\n"
                                 "{\n"
                                 "    int count = 0;\n"
                                 "    while (list[count])\n"
                                 "        count++;\n"
                                 "    unit **wide = calloc(count + 1, sizeof *wide);\n"
                                 "    for (int i = 0; wide && i < count; i++)\n"
                                 "        wide[i] = widen(list[i]);\n"
                                 "    return wide;\n"
                                 "}\n"
                                 "int main(int count, char **arguments, char **environment)\n"
                                 "{\n"
                                 "    return wmain(count, widen_all(arguments), widen_all(environment));\n"
                                 "}\n";

static bool make_wide_start(struct build *b, struct strings *objects)
{
    char *source = format_string("%s/wide_start.c", b->directory),
         *object = format_string("%s/wide_start.o", b->directory);
    file_write(source, wide_start, sizeof wide_start - 1);
    bool good = run_words(b,
        (const char *const[]){b->options->compiler, "-w", "-O1", "-fPIC", "-c", source, "-o", object, NULL});
    strings_add(objects, object);
    free(source);
    free(object);
    return good;
}

bool link_program(struct build *b, const struct strings *objects, const char *output)
{
    const struct options *o = b->options;
    struct strings arguments = {0}, joined = {0};
    bool wide = false;
    strings_addf(&joined, "%s/joined.o", b->directory);
    bool good = join_objects(b, objects, joined.item[0], &wide) && (!wide || make_wide_start(b, &joined));
    if (good) {
        strings_add(&arguments, any_cplusplus(o) ? o->cplusplus_compiler : o->compiler);
        add_instrumentation(o, &arguments);
        add_all(b, &arguments, &joined, output);
        strings_addf(&arguments, "-L%s", b->installation.libraries);
        strings_addf(&arguments, "-Wl,-rpath,%s", b->installation.libraries);
        strings_add(&arguments, "-lfltlib");
        strings_add(&arguments, "-lpthread");
        strings_add(&arguments, "-lm");
        good = command_run(&arguments, o->verbose, NULL, NULL) == 0;
    }
    strings_free(&arguments);
    strings_free(&joined);
    return good;
}
