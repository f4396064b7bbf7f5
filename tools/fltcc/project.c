/* Visual Studio's project files. MSBuild's order is kept: first all properties, then the defaults of items,
 * then the items. */
#include "project.h"

#include "condition.h"
#include "mend.h"
#include "xml.h"

#include <fnmatch.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum pass { PASS_PROPERTIES, PASS_DEFAULTS, PASS_ITEMS };

struct project {
    struct options *options;
    char *directory;
    struct properties properties;
    struct properties compile; /* the defaults of ClCompile */
    struct strings sources;
    struct strings opened; /* imported files, against circles */
};

static void evaluate_file(struct project *p, const char *path, enum pass pass);
static void evaluate(struct project *p, const struct xml *element, enum pass pass);

static bool applies(struct project *p, const struct xml *element)
{
    const char *condition = xml_attribute(element, "Condition");
    return !condition || condition_holds(&p->properties, condition, p->directory);
}

/* %(Name) in a value is the value that it had before. */
static void set_metadata(struct project *p, const struct xml *element)
{
    char *expanded = properties_expand(&p->properties, element->text);
    char *marker = format_string("%%(%s)", element->name);
    const char *before = properties_get(&p->compile, element->name);
    struct text value = {0};
    text_add(&value, "", 0);
    for (const char *at = expanded; *at;) {
        if (!strncasecmp(at, marker, strlen(marker))) {
            text_adds(&value, before ? before : "");
            at += strlen(marker);
        } else {
            text_add(&value, at++, 1);
        }
    }
    properties_set(&p->compile, element->name, value.bytes);
    text_free(&value);
    free(marker);
    free(expanded);
}

static char *local_path(const struct project *p, const char *name)
{
    char *whole = *name == '/' || !strcmp(p->directory, ".") ? format_string("%s", name)
                                                             : format_string("%s/%s", p->directory, name);
    char *found = find_path(whole);
    free(whole);
    return found;
}

static void add_matching(struct project *p, const char *pattern)
{
    char *plain = format_string("%s", pattern);
    for (char *c = plain; *c; c++)
        *c = *c == '\\' ? '/' : *c;
    char *slash = strrchr(plain, '/');
    char *below = slash ? format_string("%.*s", (int)(slash - plain), plain) : format_string(".");
    char *directory = local_path(p, below);
    DIR *stream = directory ? opendir(directory) : NULL;
    struct dirent **entries;
    int count = stream ? scandir(directory, &entries, NULL, alphasort) : 0;
    for (int i = 0; i < count; i++) {
        if (!fnmatch(slash ? slash + 1 : plain, entries[i]->d_name, FNM_CASEFOLD)) {
            char *found = !strcmp(directory, ".") || !strcmp(directory, "./.")
                              ? format_string("%s", entries[i]->d_name)
                              : format_string("%s/%s", directory, entries[i]->d_name);
            if (!strings_has(&p->sources, found))
                strings_add(&p->sources, found);
            free(found);
        }
        free(entries[i]);
    }
    if (count > 0)
        free(entries);
    if (stream)
        closedir(stream);
    free(directory);
    free(below);
    free(plain);
}

static bool excluded(struct project *p, const struct xml *item)
{
    for (size_t i = 0; i < item->count; i++)
        if (!strcasecmp(item->child[i]->name, "ExcludedFromBuild") && applies(p, item->child[i]) &&
            !strcasecmp(item->child[i]->text, "true"))
            return true;
    return false;
}

static void add_item(struct project *p, const struct xml *item)
{
    const char *include = xml_attribute(item, "Include");
    if (!include || excluded(p, item))
        return;
    for (size_t i = 0; i < item->count; i++)
        if (!strcasecmp(item->child[i]->name, "PreprocessorDefinitions") ||
            !strcasecmp(item->child[i]->name, "CompileAs"))
            warn("%s: the settings of this one file (%s) are not applied", include, item->child[i]->name);
    char *expanded = properties_expand(&p->properties, include), *rest = expanded;
    for (char *name; (name = strsep(&rest, ";"));) {
        if (!*name || *name == '@')
            continue;
        if (strpbrk(name, "*?")) {
            add_matching(p, name);
            continue;
        }
        char *found = local_path(p, name);
        if (!found)
            die("the project names %s, which does not exist in %s", name, p->directory);
        if (!strings_has(&p->sources, found))
            strings_add(&p->sources, found);
        free(found);
    }
    free(expanded);
}

static void import(struct project *p, const struct xml *element, enum pass pass)
{
    const char *project = xml_attribute(element, "Project");
    char *expanded = project ? properties_expand(&p->properties, project) : NULL;
    char *found = expanded && *expanded ? local_path(p, expanded) : NULL;
    if (found)
        evaluate_file(p, found, pass);
    else if (expanded && !strstr(expanded, "Microsoft.") && !strstr(project, "$("))
        warn("the project imports %s, which does not exist", expanded);
    free(found);
    free(expanded);
}

static void choose(struct project *p, const struct xml *element, enum pass pass)
{
    for (size_t i = 0; i < element->count; i++)
        if (!strcasecmp(element->child[i]->name, "Otherwise") || applies(p, element->child[i])) {
            evaluate(p, element->child[i], pass);
            return;
        }
}

static void evaluate_child(struct project *p, const struct xml *child, enum pass pass)
{
    if (!strcasecmp(child->name, "PropertyGroup") && pass == PASS_PROPERTIES) {
        for (size_t i = 0; i < child->count; i++)
            if (applies(p, child->child[i])) {
                char *value = properties_expand(&p->properties, child->child[i]->text);
                properties_set(&p->properties, child->child[i]->name, value);
                free(value);
            }
    } else if (!strcasecmp(child->name, "ItemDefinitionGroup") && pass == PASS_DEFAULTS) {
        for (size_t i = 0; i < child->count; i++)
            if (!strcasecmp(child->child[i]->name, "ClCompile") && applies(p, child->child[i]))
                for (size_t m = 0; m < child->child[i]->count; m++)
                    if (applies(p, child->child[i]->child[m]))
                        set_metadata(p, child->child[i]->child[m]);
    } else if (!strcasecmp(child->name, "ItemGroup") && pass == PASS_ITEMS) {
        for (size_t i = 0; i < child->count; i++)
            if (!strcasecmp(child->child[i]->name, "ClCompile") && applies(p, child->child[i]))
                add_item(p, child->child[i]);
    } else if (!strcasecmp(child->name, "Import")) {
        import(p, child, pass);
    } else if (!strcasecmp(child->name, "ImportGroup")) {
        evaluate(p, child, pass);
    } else if (!strcasecmp(child->name, "Choose")) {
        choose(p, child, pass);
    }
}

static void evaluate(struct project *p, const struct xml *element, enum pass pass)
{
    for (size_t i = 0; i < element->count; i++)
        if (applies(p, element->child[i]))
            evaluate_child(p, element->child[i], pass);
}

static void evaluate_file(struct project *p, const char *path, enum pass pass)
{
    if (strings_has(&p->opened, path))
        return;
    strings_add(&p->opened, path);
    size_t length;
    char *text = file_read(path, &length);
    if (!text)
        die("cannot read %s: %s", path, strerror(errno));
    struct xml *root = xml_parse(path, text);
    evaluate(p, root, pass);
    xml_free(root);
    free(text);
}

static bool is(const char *value, const char *wanted)
{
    return value && !strcasecmp(value, wanted);
}

static void add_list(struct project *p, const char *metadata, void (*add)(struct project *, const char *))
{
    const char *value = properties_get(&p->compile, metadata);
    char *copy = format_string("%s", value ? value : ""), *rest = copy;
    for (char *item; (item = strsep(&rest, ";"));) {
        item += strspn(item, " \t\r\n");
        item[strcspn(item, "\r\n")] = 0;
        if (*item && !strchr(item, '%'))
            add(p, item);
    }
    free(copy);
}

static void add_definition(struct project *p, const char *definition)
{
    strings_addf(&p->options->defines, "-D%s", definition);
}

/* A directory of the driver kit itself is empty here: its property is not known. */
static void add_include(struct project *p, const char *name)
{
    char *found = *name == '\\' || strchr(name, ':') ? NULL : local_path(p, name);
    if (found)
        strings_add(&p->options->include_dirs, found);
    else
        warn("the project's include directory %s does not exist", name);
    free(found);
}

static void add_forced(struct project *p, const char *name)
{
    char *found = local_path(p, name);
    strings_add(&p->options->forced_includes, found ? found : name);
    free(found);
}

static void set_kind(struct project *p)
{
    const char *type = properties_get(&p->properties, "ConfigurationType");
    if (is(type, "Application"))
        p->options->app = true;
    else if (!is(type, "Driver"))
        die("the project builds a %s: fltcc builds drivers (Driver) and programs (Application)",
            type ? type : "thing without ConfigurationType");
}

static void set_style(struct project *p)
{
    struct options *o = p->options;
    bool debug = is(properties_get(&p->properties, "UseDebugLibraries"), "true") ||
                 is(properties_get(&p->properties, "Configuration"), "Debug");
    if (!strings_has(&o->compile, "-g"))
        strings_add(&o->compile, "-g");
    bool optimised = false;
    for (size_t i = 0; i < o->compile.count; i++)
        optimised = optimised || !strncmp(o->compile.item[i], "-O", 2);
    if (!optimised)
        strings_add(&o->compile, debug ? "-O0" : "-O2");
    if (debug)
        strings_add(&o->defines, o->app ? "-D_DEBUG" : "-DDBG=1");
    if (is(properties_get(&p->properties, "CharacterSet"), "Unicode")) {
        strings_add(&o->defines, "-DUNICODE");
        strings_add(&o->defines, "-D_UNICODE");
    }
    if (is(properties_get(&p->compile, "WarningLevel"), "TurnOffAllWarnings"))
        strings_add(&o->compile, "-w");
    const char *standard = properties_get(&p->compile, "LanguageStandard");
    if (!o->cplusplus_standard && standard && !strncmp(standard, "stdcpp", 6))
        o->cplusplus_standard = format_string("gnu++%s", is(standard, "stdcpplatest") ? "2b" : standard + 6);
}

static void set_output(struct project *p)
{
    if (p->options->output || p->options->stage != STAGE_LINK)
        return;
    const char *name = properties_get(&p->properties, "TargetName");
    p->options->output = format_string("%s%s", name, p->options->app ? "" : ".so");
}

static void set_well_known(struct project *p, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = format_string("%s", slash ? slash + 1 : path), *dot = strrchr(name, '.');
    if (dot)
        *dot = 0;
    properties_set(
        &p->properties, "Configuration", p->options->configuration ? p->options->configuration : "Debug");
    properties_set(&p->properties, "Platform", p->options->platform ? p->options->platform : "x64");
    properties_set(&p->properties, "ProjectName", name);
    properties_set(&p->properties, "MSBuildProjectName", name);
    properties_set(&p->properties, "TargetName", name);
    properties_set(&p->properties, "ProjectDir", "");
    properties_set(&p->properties, "MSBuildProjectDirectory", ".");
    properties_set(&p->properties, "MSBuildThisFileDirectory", "");
    properties_set(&p->properties, "SolutionDir", "");
    free(name);
}

void project_read(struct options *o, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct project p = {.options = o};
    p.directory = slash ? format_string("%.*s", (int)(slash - path), path) : format_string(".");
    set_well_known(&p, path);
    for (enum pass pass = PASS_PROPERTIES; pass <= PASS_ITEMS; pass++) {
        strings_free(&p.opened);
        evaluate_file(&p, path, pass);
    }
    set_kind(&p);
    add_list(&p, "PreprocessorDefinitions", add_definition);
    add_list(&p, "AdditionalIncludeDirectories", add_include);
    add_list(&p, "ForcedIncludeFiles", add_forced);
    set_style(&p);
    set_output(&p);
    if (!p.sources.count)
        die("%s names no source files", path);
    strings_add_all(&o->sources, &p.sources);
    strings_free(&p.sources);
    strings_free(&p.opened);
    properties_free(&p.properties);
    properties_free(&p.compile);
    free(p.directory);
}
