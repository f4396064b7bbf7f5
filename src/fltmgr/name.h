/*
 * Names of files (F-297 to F-338): shared immutable objects, built below the instance that asks, kept in a cache that hangs on
 * the file object. name.c decides whether a name may be asked for, namequery.c builds it, namecache.c keeps it,
 * nameprovider.c lets other filters make it.
 */
#ifndef OFM_FLT_NAME_H
#define OFM_FLT_NAME_H

#include "fltmgr/context.h"
#include "fltmgr/hooks.h"

/* What a cached name depends on: it is stale once a counter of the volume has moved (F-309). */
struct flt_name_stamp {
    uint32_t directories;      /* a directory was renamed somewhere on the volume */
    uint32_t files;            /* a stream of this hash was renamed; for files not yet open any file at all */
    uint32_t counter;          /* which counter `files` is */
    uint32_t spelling;         /* hash of FileName for a file not yet open, else 0 */
    bool unopened;
};

struct flt_name {
    struct flt_attachment link;        /* while cached: the file object's list */
    uint32_t references;               /* atomic; the cache's is one of them */
    struct flt_name_stamp stamp;
    PFLT_INSTANCE provider;            /* compared only: names of another provider's making are other names */
    FLT_FILE_NAME_INFORMATION info;    /* what filters see; parsed late, else constant */
    WCHAR text[];
};

static inline struct flt_name *flt_name_of(PFLT_FILE_NAME_INFORMATION info)
{
    return CONTAINING_RECORD(info, struct flt_name, info);
}

/* A name in the making. The control comes first: providers get it, FltCheckAndGrowNameControl finds the rest. */
struct flt_name_builder {
    FLT_NAME_CONTROL control;
    WCHAR small[260];
};

void flt_name_builder_init(struct flt_name_builder *builder);
void flt_name_builder_free(struct flt_name_builder *builder);
/* STATUS_NAME_TOO_LONG, STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS flt_name_append(struct flt_name_builder *builder, const WCHAR *text, size_t bytes);
static inline NTSTATUS flt_name_append_string(struct flt_name_builder *builder, PCUNICODE_STRING text)
{
    return flt_name_append(builder, text->Buffer, text->Length);
}
void flt_name_builder_clear(struct flt_name_builder *builder);
/* Ends with a backslash from here on, unless it did. */
NTSTATUS flt_name_append_separator(struct flt_name_builder *builder);

/* One reference; NULL: no memory. */
struct flt_name *flt_name_new(const struct flt_name_builder *builder, PFLT_VOLUME volume, FLT_FILE_NAME_OPTIONS format);
void flt_name_reference(struct flt_name *name);
void flt_name_release(struct flt_name *name);

/* What is asked for. */
struct flt_name_request {
    PFLT_INSTANCE instance;            /* the name is made below it; NULL: at the top of the stack */
    PFLT_VOLUME volume;
    PFILE_OBJECT file;
    PFLT_CALLBACK_DATA data;           /* NULL when no operation is at hand */
    FLT_FILE_NAME_OPTIONS options;
    bool opened;                       /* the base has the file open: it knows the name */
    PFLT_INSTANCE provider;            /* makes the name instead of the base; referenced by the caller */
};

static inline FLT_FILE_NAME_OPTIONS flt_name_format(const struct flt_name_request *request)
{
    return FltGetFileNameFormat(request->options);
}

/* From the cache or made, and cached; one reference. Safety is the caller's business. */
NTSTATUS flt_name_get(const struct flt_name_request *request, struct flt_name **name);
/* Makes the text of the name. */
NTSTATUS flt_name_query(const struct flt_name_request *request, struct flt_name_builder *builder);

/* ---- for namequery.c and namedestination.c ---- */

/* The volume's device name and what follows it in builder. */
UNICODE_STRING flt_name_path(const struct flt_name_builder *builder, PFLT_VOLUME volume);
/* "dir\file:stream:$DATA" -> "dir\file:stream", "file::$DATA" -> "file" (F-313). */
void flt_name_strip_data_type(struct flt_name_builder *builder);
/* Replaces the text by the normalized one, by opening what exists of it below the request's instance. `path` is a full name. */
NTSTATUS flt_name_normalize_by_open(const struct flt_name_request *request, struct flt_name_builder *builder);
/* Only up to the last component, which keeps its spelling: destinations. */
NTSTATUS flt_name_normalize_parent(const struct flt_name_request *request, struct flt_name_builder *builder);
/* The name of an open file, appended. */
NTSTATUS flt_name_append_file(
    const struct flt_name_request *request, PFILE_OBJECT file, FLT_FILE_NAME_OPTIONS format, struct flt_name_builder *builder);
/* True when the request's names need no look at the disk: a Linux program's own, resolved and exact. */
bool flt_name_is_exact(const struct flt_name_request *request);
/* The base has the file open (not in pre-create, not after its close). */
bool flt_file_is_open(PFILE_OBJECT file);

/* ---- cache ---- */

struct flt_name_stamp flt_name_stamp_now(const struct flt_name_request *request);
/* Referenced, or NULL. */
struct flt_name *flt_name_cache_find(const struct flt_name_request *request);
/* Takes a reference of its own. `stamp` is from before the name was made. */
void flt_name_cache_insert(
    const struct flt_name_request *request, const struct flt_name_stamp *stamp, struct flt_name *name);

/* ---- providers ---- */

/* The next filter below the request's instance (or itself, F-336) that makes names, referenced; NULL. */
PFLT_INSTANCE flt_name_provider_for(PFLT_INSTANCE instance, FLT_FILE_NAME_OPTIONS options);
NTSTATUS flt_name_from_provider(const struct flt_name_request *request, struct flt_name_builder *builder, bool *cache);

void flt_name_register(PFLT_FILTER filter);
void flt_name_unregister(PFLT_FILTER filter);

/* Fills the names_ part of flt_hooks. */
void flt_name_init(void);

#endif
