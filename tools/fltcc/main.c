/* fltcc: compiles the sources of Windows drivers and services with gcc or clang. */
#include "compile.h"
#include "link.h"
#include "project.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *intermediate_directory;
static bool keep_intermediates;

static void remove_intermediates(void)
{
    if (!intermediate_directory)
        return;
    if (keep_intermediates) {
        fprintf(stderr, "fltcc: intermediate files are in %s\n", intermediate_directory);
        return;
    }
    DIR *stream = opendir(intermediate_directory);
    if (!stream)
        return;
    for (struct dirent *entry; (entry = readdir(stream));)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(stream), entry->d_name, 0);
    closedir(stream);
    rmdir(intermediate_directory);
}

static void make_directory(struct build *b)
{
    const char *place = getenv("TMPDIR");
    b->directory = format_string("%s/fltcc-XXXXXX", place && *place ? place : "/tmp");
    if (!mkdtemp(b->directory))
        die("cannot make a directory for intermediate files in %s: %s", place && *place ? place : "/tmp",
            strerror(errno));
    intermediate_directory = b->directory;
    keep_intermediates = b->options->keep;
    atexit(remove_intermediates);
}

static void set_directories(struct build *b)
{
    struct mirror *m = &b->mirror;
    const struct installation *i = &b->installation;
    m->directory = b->directory;
    strings_add_all(&m->quote_dirs, &b->options->quote_dirs);
    strings_add_all(&m->user_dirs, &b->options->include_dirs);
    strings_add(&m->system_dirs, i->crt);
    strings_add(&m->system_dirs, i->shared);
    strings_add(&m->system_dirs, b->options->app ? i->um : i->km);
    char *own = compiler_file(b->options, "include");
    strings_add(&m->system_dirs, own);
    free(own);
}

/* source.c -> source.o in the present directory, as compilers do. */
static char *object_for(const struct build *b, const char *source, size_t index)
{
    const struct options *o = b->options;
    const char *slash = strrchr(source, '/');
    const char *name = slash ? slash + 1 : source;
    if (o->stage == STAGE_OBJECT && o->output)
        return format_string("%s", o->output);
    int stem = (int)(strrchr(name, '.') - name);
    if (o->stage == STAGE_OBJECT)
        return format_string("%.*s.o", stem, name);
    if (o->coverage) /* what is counted is written beside the object when the program ends */
        return format_string("%s-%.*s.o", o->output, stem, name);
    return format_string("%s/%zu-%.*s.o", b->directory, index, stem, name);
}

static void write_dependencies(const struct build *b, const char *output)
{
    char *path =
        *b->options->depfile ? format_string("%s", b->options->depfile) : format_string("%s.d", output);
    struct text out = {0};
    text_addf(&out, "%s:", output);
    for (size_t i = 0; i < b->mirror.originals.count; i++)
        text_addf(&out, " \\\n %s", b->mirror.originals.item[i]);
    text_adds(&out, "\n");
    file_write(path, out.bytes, out.length);
    text_free(&out);
    free(path);
}

static int build(struct build *b)
{
    struct options *o = b->options;
    struct strings objects = {0};
    bool good = true;
    for (size_t i = 0; i < o->sources.count; i++) {
        char *object = o->stage == STAGE_PREPROCESS ? NULL : object_for(b, o->sources.item[i], i);
        bool compiled = compile_source(b, o->sources.item[i], object) && (!object || check_object(b, object));
        if (object && compiled)
            strings_add(&objects, object);
        else if (object && o->stage == STAGE_OBJECT)
            unlink(object);
        free(object);
        good = good && compiled;
    }
    strings_add_all(&objects, &o->objects);
    if (good && o->stage == STAGE_LINK)
        good = o->app ? link_program(b, &objects, o->output) : link_driver(b, &objects, o->output);
    for (size_t i = 0; i < o->sources.count && o->coverage && o->stage == STAGE_LINK; i++)
        if (i < objects.count)
            unlink(objects.item[i]);
    if (good && o->depfile && o->stage != STAGE_PREPROCESS)
        write_dependencies(b, o->output ? o->output : objects.item[0]);
    strings_free(&objects);
    return good ? 0 : 1;
}

int main(int count, char **arguments)
{
    struct options options = {0};
    options_read(&options, count, arguments);
    if (options.project)
        project_read(&options, options.project);
    options_complete(&options);
    if (options.sources.count + options.objects.count == 0)
        die("no source files (fltcc --help)");
    if (options.stage == STAGE_OBJECT && options.output && options.sources.count > 1)
        die("-c with -o takes one source");
    if (options.stage == STAGE_LINK && !options.output)
        die("say the output: -o %s", options.app ? "PROGRAM" : "DRIVER.so");
    struct build b = {.options = &options};
    installation_find(&b.installation);
    make_directory(&b);
    set_directories(&b);
    return build(&b);
}
