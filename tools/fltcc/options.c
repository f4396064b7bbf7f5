/* fltcc's command line, and where its own installation stands. */
#include "options.h"

#include "mend.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char usage[] =
    "Usage: fltcc [options] SOURCE... -o DRIVER.so     build a minifilter driver\n"
    "       fltcc --app [options] SOURCE... -o PROGRAM build a Windows-style service or tool\n"
    "       fltcc [options] PROJECT.vcxproj            build what a Visual Studio project describes\n"
    "\n"
    "  -c              compile only\n"
    "  -E              show the source after preprocessing and rewriting\n"
    "  -o FILE         the output\n"
    "  -I DIR  -D NAME[=VALUE]  -U NAME  -include FILE   as usual; backslashes and any letter case are fine\n"
    "  -O... -g... -W... -f... -m... -l... -L... -Wl,...  passed to the compiler\n"
    "  --std=STANDARD  of C (default gnu17) or C++ (default gnu++17)\n"
    "  --configuration=Debug --platform=x64               of the project\n"
    "  --cc=COMPILER   gcc (default) or clang; also the environment's CC\n"
    "  --asan --tsan --ubsan --coverage --fuzz           instrument\n"
    "  -MD, -MF FILE   write dependencies for make and ninja\n"
    "  --save-temps    keep the intermediate files and say where\n"
    "  -v, --verbose   show the commands\n"
    "  --help  --version\n";

bool is_cplusplus(const char *source)
{
    const char *dot = strrchr(source, '.');
    return dot && (!strcasecmp(dot, ".cpp") || !strcasecmp(dot, ".cc") || !strcasecmp(dot, ".cxx") ||
                      !strcasecmp(dot, ".c++"));
}

static bool has_ending(const char *name, const char *ending)
{
    size_t length = strlen(name), tail = strlen(ending);
    return length > tail && !strcasecmp(name + length - tail, ending);
}

static void add_input(struct options *o, const char *name)
{
    char *found = find_path(name);
    if (!found)
        die("cannot find %s", name);
    if (is_cplusplus(found) || has_ending(found, ".c"))
        strings_add(&o->sources, found);
    else if (has_ending(found, ".vcxproj"))
        o->project = format_string("%s", found);
    else if (has_ending(found, ".o") || has_ending(found, ".a") || has_ending(found, ".obj") ||
             has_ending(found, ".lib"))
        strings_add(&o->objects, found);
    else
        die("%s: not a source file (.c .cpp .cc .cxx), an object (.o .a) or a project (.vcxproj)", name);
    free(found);
}

static void add_directory(struct strings *directories, const char *name)
{
    char *found = find_path(name);
    if (found)
        strings_add(directories, found);
    else
        warn("include directory %s does not exist", name);
    free(found);
}

struct reader {
    struct options *options;
    char **arguments;
    int count, at;
};

/* "-ovalue" or "-o value" */
static const char *value(struct reader *r, const char *option)
{
    const char *argument = r->arguments[r->at];
    if (argument[strlen(option)])
        return argument + strlen(option) + (argument[strlen(option)] == '=' && argument[1] == '-');
    if (r->at + 1 >= r->count)
        die("%s needs a value", option);
    return r->arguments[++r->at];
}

static bool starts(const char *string, const char *prefix)
{
    return !strncmp(string, prefix, strlen(prefix));
}

static void set(char **to, const char *from)
{
    free(*to);
    *to = format_string("%s", from);
}

static bool read_flag(struct options *o, const char *a)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"--app", &o->app}, {"--asan", &o->asan}, {"--tsan", &o->tsan}, {"--ubsan", &o->ubsan},
        {"--coverage", &o->coverage}, {"--fuzz", &o->fuzz}, {"-v", &o->verbose}, {"--verbose", &o->verbose},
        {"--save-temps", &o->keep}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (!strcmp(a, flags[i].name)) {
            *flags[i].flag = true;
            return true;
        }
    return false;
}

static void read_standard(struct options *o, const char *standard)
{
    if (strstr(standard, "++"))
        set(&o->cplusplus_standard, standard);
    else
        set(&o->c_standard, standard);
}

static bool read_valued(struct reader *r)
{
    struct options *o = r->options;
    const char *a = r->arguments[r->at];
    if (starts(a, "-o"))
        set(&o->output, value(r, "-o"));
    else if (starts(a, "-I"))
        add_directory(&o->include_dirs, value(r, "-I"));
    else if (starts(a, "-iquote"))
        add_directory(&o->quote_dirs, value(r, "-iquote"));
    else if (starts(a, "-D"))
        strings_addf(&o->defines, "-D%s", value(r, "-D"));
    else if (starts(a, "-U"))
        strings_addf(&o->defines, "-U%s", value(r, "-U"));
    else if (!strcmp(a, "-include"))
        strings_add(&o->forced_includes, value(r, "-include"));
    else if (starts(a, "--cc"))
        set(&o->compiler, value(r, "--cc"));
    else if (starts(a, "--std") || starts(a, "-std"))
        read_standard(o, value(r, a[1] == '-' ? "--std" : "-std") + (a[1] != '-' && a[4] == '='));
    else if (starts(a, "--configuration"))
        set(&o->configuration, value(r, "--configuration"));
    else if (starts(a, "--platform"))
        set(&o->platform, value(r, "--platform"));
    else if (starts(a, "-MF"))
        set(&o->depfile, value(r, "-MF"));
    else
        return false;
    return true;
}

static void read_one(struct reader *r)
{
    struct options *o = r->options;
    const char *a = r->arguments[r->at];
    if (*a != '-') {
        add_input(o, a);
    } else if (!strcmp(a, "--help") || !strcmp(a, "-h")) {
        fputs(usage, stdout);
        exit(0);
    } else if (!strcmp(a, "--version")) {
        puts("fltcc (openfltmgr) 0.1.0");
        exit(0);
    } else if (!strcmp(a, "-c")) {
        o->stage = STAGE_OBJECT;
    } else if (!strcmp(a, "-E")) {
        o->stage = STAGE_PREPROCESS;
    } else if (!strcmp(a, "-MD") || !strcmp(a, "-MMD")) {
        if (!o->depfile)
            set(&o->depfile, "");
    } else if (!read_flag(o, a) && !read_valued(r)) {
        if (starts(a, "-l") || starts(a, "-L") || starts(a, "-Wl,"))
            strings_add(&o->link, a);
        else if (strchr("OgWfmpw", a[1]) && a[1])
            strings_add(&o->compile, a);
        else
            die("unknown option %s (fltcc --help lists them)", a);
    }
}

void options_read(struct options *o, int count, char **arguments)
{
    struct reader r = {o, arguments, count, 1};
    for (; r.at < count; r.at++)
        read_one(&r);
}

static char *cplusplus_of(const char *compiler)
{
    const char *slash = strrchr(compiler, '/');
    const char *base = slash ? slash + 1 : compiler;
    const char *gcc = strstr(base, "gcc"), *clang = strstr(base, "clang");
    if (gcc)
        return format_string("%.*sg++%s", (int)(gcc - compiler), compiler, gcc + 3);
    if (clang)
        return format_string("%.*sclang++%s", (int)(clang - compiler), compiler, clang + 5);
    return format_string("%s", compiler);
}

void options_complete(struct options *o)
{
    const char *environment = getenv("CC");
    if (!o->compiler)
        set(&o->compiler, environment && *environment && !strchr(environment, ' ') ? environment : "gcc");
    o->clang = strstr(o->compiler, "clang") != NULL;
    o->cplusplus_compiler = cplusplus_of(o->compiler);
    if (!o->c_standard)
        set(&o->c_standard, "gnu17");
    if (!o->cplusplus_standard)
        set(&o->cplusplus_standard, "gnu++17");
    if (o->fuzz && !o->clang)
        die("--fuzz needs clang: add --cc=clang");
    if (o->asan && o->tsan)
        die("--asan and --tsan cannot be used together");
}

static bool readable(const char *directory, const char *below)
{
    char *path = format_string("%s/%s", directory, below);
    bool found = access(path, R_OK) == 0;
    free(path);
    return found;
}

static char *find_libraries(const char *prefix)
{
    static const char *const places[] = {"lib", "lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu", "lib64"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *library = format_string("%s/libfltmgr.so", places[i]);
        bool found = readable(prefix, library);
        free(library);
        if (found)
            return format_string("%s/%s", prefix, places[i]);
    }
    die("cannot find libfltmgr.so in %s/lib: build or install all of openfltmgr", prefix);
}

void installation_find(struct installation *i)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0)
        die("cannot find my own program file: %s", strerror(errno));
    self[length] = 0;
    for (int up = 0; up < 2; up++)
        *strrchr(self, '/') = 0; /* the directory that holds bin */
    char *headers = readable(self, "include/openfltmgr/shared/ntdef.h")
                        ? format_string("%s/include/openfltmgr", self)
                        : format_string("%s/../include", self);
    if (!readable(headers, "shared/ntdef.h"))
        die("cannot find openfltmgr's headers: neither %s/include/openfltmgr nor %s/../include holds "
            "shared/ntdef.h",
            self, self);
    char *real = realpath(headers, NULL);
    i->crt = format_string("%s/crt", real);
    i->shared = format_string("%s/shared", real);
    i->km = format_string("%s/km", real);
    i->um = format_string("%s/um", real);
    i->libraries = find_libraries(self);
    free(headers);
    free(real);
}
