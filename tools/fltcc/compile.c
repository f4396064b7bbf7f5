/* From a source to an object: mirror, preprocess, rewrite, compile. */
#include "compile.h"

#include "command.h"
#include "diagnostics.h"
#include "dialect.h"
#include "prototypes.h"
#include "seh_pass.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What Microsoft's compiler and the driver kit's build define. A name that the user defines is left to the
 * user. */
static const char *const definitions[] = {"__FLTCC__=1", "_WIN32=1", "_WIN64=1", "WIN32=100", "_AMD64_=1",
    "AMD64=1", "_M_AMD64=100", "_M_X64=100", "_WIN32_WINNT=0x0A00", "WINVER=0x0A00", "WINNT=1", "_NT1X_=100",
    "STD_CALL=1", "CONDITION_HANDLING=1", NULL};
static const char *const driver_definitions[] = {"_KERNEL_MODE=1", "POOL_NX_OPTIN=1", NULL};
/* Words of the compiler that mean nothing here. */
static const char *const ignored_words[] = {"__cdecl", "_cdecl", "__stdcall", "_stdcall", "__fastcall",
    "_fastcall", "__thiscall", "__vectorcall", "__clrcall", "__unaligned", "_unaligned", "__w64", "__ptr64",
    "__ptr32", "__sptr", "__uptr", "__pragma(...)", "__based(...)", "__identifier(x)", NULL};
static const char *const linux_words[] = {
    "-U__linux__", "-U__linux", "-Ulinux", "-U__unix__", "-U__unix", "-Uunix", "-U__gnu_linux__", NULL};
/* Literals of the compiler's stdint.h in the meaning that the rewriting gives to suffixes. */
static const char *const literal_words[] = {"-U__INT64_C", "-U__UINT64_C", "-U__INTMAX_C", "-U__UINTMAX_C",
    "-D__INT64_C(c)=c##LL", "-D__UINT64_C(c)=c##ULL", "-D__INTMAX_C(c)=c##LL", "-D__UINTMAX_C(c)=c##ULL",
    "-U__INT64_C_SUFFIX__", "-U__UINT64_C_SUFFIX__", "-D__INT64_C_SUFFIX__=LL", "-D__UINT64_C_SUFFIX__=ULL",
    "-U__INTMAX_C_SUFFIX__", "-U__UINTMAX_C_SUFFIX__", "-D__INTMAX_C_SUFFIX__=LL",
    "-D__UINTMAX_C_SUFFIX__=ULL", NULL};

static const char *const language[] = {"-fshort-wchar", "-fsigned-char", "-fms-extensions", "-fno-builtin",
    "-fno-strict-aliasing", "-fno-delete-null-pointer-checks", "-fno-omit-frame-pointer", "-mlong-double-64",
    "-fPIC", "-fno-semantic-interposition", NULL};
static const char *const warnings[] = {"-Wall", "-Wextra", "-Wno-unknown-pragmas", "-Wno-multichar",
    "-Wno-missing-field-initializers", "-Wno-missing-braces", "-Wno-sign-compare", "-Wno-format",
    "-Wno-attributes", "-Wno-ignored-qualifiers", "-Wno-cast-function-type", "-Wno-type-limits",
    "-Wno-switch", "-Wno-implicit-fallthrough", "-Wno-unused-value", "-Wno-unused-function",
    "-Wno-parentheses", "-Wno-comment", "-Wno-trigraphs", "-Wno-enum-compare", "-Wno-psabi",
    "-Wno-endif-labels", NULL};
static const char *const clang_warnings[] = {"-Wno-microsoft", "-Wno-ignored-attributes",
    "-Wno-unknown-warning-option", "-Wno-enum-conversion", "-Wno-builtin-macro-redefined",
    "-Wno-unused-command-line-argument", "-Wno-tautological-compare", "-Wno-pointer-bool-conversion",
    "-Wno-ignored-optimization-argument", "-Wno-gnu", NULL};

static void add_words(struct strings *arguments, const char *const *words)
{
    for (; *words; words++)
        strings_add(arguments, *words);
}

static bool user_defines(const struct options *o, const char *definition)
{
    size_t length = strcspn(definition, "=(");
    for (size_t i = 0; i < o->defines.count; i++) {
        const char *own = o->defines.item[i] + 2;
        if (!strncmp(own, definition, length) &&
            (own[length] == 0 || own[length] == '=' || own[length] == '('))
            return true;
    }
    return false;
}

static void add_definitions(
    const struct options *o, struct strings *arguments, const char *const *words, const char *ending)
{
    for (; *words; words++)
        if (!user_defines(o, *words))
            strings_addf(arguments, "-D%s%s", *words, ending);
}

char *compiler_file(const struct options *o, const char *name)
{
    struct strings arguments = {0};
    strings_add(&arguments, o->compiler);
    strings_addf(&arguments, "-print-file-name=%s", name);
    char *path = command_read(&arguments);
    strings_free(&arguments);
    return path;
}

void add_instrumentation(const struct options *o, struct strings *arguments)
{
    if (o->asan)
        strings_add(arguments, "-fsanitize=address");
    if (o->tsan)
        strings_add(arguments, "-fsanitize=thread");
    if (o->ubsan)
        add_words(
            arguments, (const char *const[]){"-fsanitize=undefined", "-fno-sanitize=vptr,alignment", NULL});
    if (o->ubsan && o->clang)
        strings_add(arguments, "-fno-sanitize=function");
    if (o->coverage)
        add_words(arguments, (const char *const[]){"-fprofile-arcs", "-ftest-coverage", NULL});
    if (o->fuzz)
        strings_add(arguments, "-fsanitize=fuzzer-no-link");
}

static void add_start(const struct options *o, bool cplusplus, struct strings *arguments)
{
    strings_add(arguments, cplusplus ? o->cplusplus_compiler : o->compiler);
    strings_addf(arguments, "-std=%s", cplusplus ? o->cplusplus_standard : o->c_standard);
    add_words(arguments, language);
    strings_add(arguments, o->app && !cplusplus ? "-fcommon" : o->app ? "-fpermissive" : "-ffreestanding");
    if (!o->app && !cplusplus)
        strings_add(arguments, "-fcommon");
    if (!o->ubsan)
        strings_add(arguments, "-fwrapv");
    if (cplusplus && !o->app)
        add_words(arguments,
            (const char *const[]){"-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", NULL});
    if (cplusplus && !o->clang)
        strings_add(arguments, "-fno-gnu-unique"); /* a unique symbol would keep the driver mapped for ever */
    strings_add(arguments, "-mms-bitfields");
    if (o->clang) /* else a __finally block changes the variable that was already returned */
        strings_add(arguments, "-fno-elide-constructors");
}

static void add_warnings(const struct options *o, bool cplusplus, struct strings *arguments)
{
    add_words(arguments, warnings);
    if (!cplusplus)
        strings_add(arguments, "-Wno-pointer-sign");
    if (o->clang)
        add_words(arguments, clang_warnings);
    else if (cplusplus)
        add_words(arguments,
            (const char *const[]){"-fpermissive", "-Wno-write-strings", "-Wno-conversion-null", NULL});
    else
        add_words(arguments, (const char *const[]){"-Wno-unused-but-set-parameter", "-Wno-clobbered", NULL});
}

static void add_includes(const struct build *b, struct strings *arguments)
{
    strings_add(arguments, "-nostdinc");
    for (size_t i = 0; i < b->mirror.quote_dirs.count; i++)
        strings_addf(arguments, "-iquote%s", b->mirror.quote_dirs.item[i]);
    for (size_t i = 0; i < b->mirror.user_dirs.count; i++)
        strings_addf(arguments, "-I%s", b->mirror.user_dirs.item[i]);
    for (size_t i = 0; i < b->mirror.system_dirs.count; i++)
        strings_addf(arguments, "-isystem%s", b->mirror.system_dirs.item[i]);
    strings_addf(arguments, "-include%s/ofm_seh.h", b->installation.shared);
}

static void add_forced_includes(struct build *b, struct strings *arguments)
{
    for (size_t i = 0; i < b->options->forced_includes.count; i++) {
        char *found = find_path(b->options->forced_includes.item[i]);
        strings_add(arguments, "-include");
        strings_add(
            arguments, found ? mirror_source(&b->mirror, found) : b->options->forced_includes.item[i]);
        free(found);
    }
}

static bool run_compiler(const struct build *b, struct strings *arguments)
{
    if (isatty(2))
        strings_add(arguments, "-fdiagnostics-color=always");
    char *messages = format_string("%s/messages", b->directory);
    bool good = command_run(arguments, b->options->verbose, NULL, messages) == 0;
    size_t length;
    char *said = file_read(messages, &length);
    if (said)
        diagnostics_show(said);
    free(said);
    free(messages);
    return good;
}

static bool preprocess(struct build *b, const char *source, bool cplusplus, const char *output)
{
    const struct options *o = b->options;
    struct strings arguments = {0};
    add_start(o, cplusplus, &arguments);
    add_warnings(o, cplusplus, &arguments);
    add_definitions(o, &arguments, definitions, "");
    if (!o->app)
        add_definitions(o, &arguments, driver_definitions, "");
    add_definitions(o, &arguments, ignored_words, "=");
    add_words(&arguments, linux_words);
    add_words(&arguments, literal_words);
    if (o->tsan)
        strings_add(&arguments, "-D__OFM_TSAN__=1");
    add_instrumentation(o, &arguments);
    strings_add_all(&arguments, &o->compile);
    strings_add_all(&arguments, &o->defines);
    add_includes(b, &arguments);
    add_forced_includes(b, &arguments);
    strings_add(&arguments, "-E");
    strings_add(&arguments, "-x");
    strings_add(&arguments, cplusplus ? "c++" : "c");
    strings_add(&arguments, mirror_source(&b->mirror, source));
    strings_add(&arguments, "-o");
    strings_add(&arguments, output);
    bool good = run_compiler(b, &arguments);
    strings_free(&arguments);
    return good;
}

/* Messages and debug information name the user's file, also where the compiler speaks of the file that it was
 * given. */
static void name_originals(const struct build *b, struct token_list *list)
{
    for (size_t at = 0; at < list->count; at++) {
        struct token *t = &list->item[at];
        const char *found =
            t->kind == TOKEN_LINE ? memmem(t->text, t->length, b->directory, strlen(b->directory)) : NULL;
        for (size_t i = 0; found && i < b->mirror.copies.count; i++) {
            size_t length = strlen(b->mirror.copies.item[i]);
            if (strncmp(found, b->mirror.copies.item[i], length) || found[length] != '"')
                continue;
            struct text line = {0};
            text_add(&line, t->text, (size_t)(found - t->text));
            text_add_quoted(&line, b->mirror.shown.item[i]);
            text_add(&line, found + length, (size_t)(t->text + t->length - found) - length);
            token_replace(t, line.bytes);
            text_free(&line);
            break;
        }
    }
}

static bool rewrite(struct build *b, const char *input, bool cplusplus, const char *output)
{
    size_t length;
    char *content = file_read(input, &length);
    if (!content)
        die("cannot read %s", input);
    struct token_list list;
    struct functions functions;
    const struct options *o = b->options;
    tokens_read(&list, content, length, cplusplus, &b->mirror.system_dirs);
    functions_find(&functions, &list);
    struct seh_options seh = {.cplusplus = cplusplus, .clang = o->clang, .tsan = o->tsan};
    int mistakes = seh_rewrite(&list, &functions, &seh);
    dialect_rewrite(&list, &functions, cplusplus);
    if (!cplusplus)
        prototypes_reconcile(&list, &functions);
    name_originals(b, &list);
    struct text out = {0};
    tokens_write(&list, &out);
    if (output)
        file_write(output, out.bytes, out.length);
    else
        fwrite(out.bytes, 1, out.length, stdout);
    text_free(&out);
    functions_free(&functions);
    tokens_free(&list);
    return mistakes == 0;
}

static bool compile(struct build *b, const char *input, bool cplusplus, const char *object)
{
    const struct options *o = b->options;
    struct strings arguments = {0};
    add_start(o, cplusplus, &arguments);
    add_warnings(o, cplusplus, &arguments);
    add_instrumentation(o, &arguments);
    /* Columns no longer match the source after rewriting, so that a caret would point to the wrong place. */
    strings_add(&arguments, o->clang ? "-fno-caret-diagnostics" : "-fno-diagnostics-show-caret");
    strings_add(&arguments, "-fno-show-column");
    strings_add_all(&arguments, &o->compile);
    strings_add(&arguments, "-x");
    strings_add(&arguments, cplusplus ? "c++-cpp-output" : "cpp-output");
    strings_add(&arguments, "-c");
    strings_add(&arguments, input);
    strings_add(&arguments, "-o");
    strings_add(&arguments, object);
    bool good = run_compiler(b, &arguments);
    strings_free(&arguments);
    return good;
}

bool compile_source(struct build *b, const char *source, const char *object)
{
    bool cplusplus = is_cplusplus(source);
    const char *slash = strrchr(source, '/');
    char *input = format_string("%s/%s.i", b->directory, slash ? slash + 1 : source);
    char *rewritten =
        format_string("%s/%s.%s", b->directory, slash ? slash + 1 : source, cplusplus ? "ii" : "rewritten.i");
    bool good = preprocess(b, source, cplusplus, input) &&
                rewrite(b, input, cplusplus, object ? rewritten : NULL) &&
                (!object || compile(b, rewritten, cplusplus, object));
    free(input);
    free(rewritten);
    return good;
}
