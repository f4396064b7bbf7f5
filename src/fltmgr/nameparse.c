/*
 * Takes names apart (F-319 to F-329). Pure text work: every part points into the name that it is a part of.
 * A name information structure is shared by filters; it is parsed once, under one of a few striped locks, and never
 * written again after NamesParsed says that all is there.
 */
#include "fltmgr/nameparse.h"

#include "ntoskrnl/ke/lock.h"
#include "ntoskrnl/ke/ke.h"

static void set_part(UNICODE_STRING *part, const WCHAR *start, const WCHAR *end)
{
    part->Length = part->MaximumLength = (USHORT)((end - start) * sizeof(WCHAR));
    part->Buffer = start == end ? NULL : (WCHAR *)start;
}

static const WCHAR *find_first(const WCHAR *start, const WCHAR *end, WCHAR c)
{
    while (start < end && *start != c)
        start++;
    return start;
}

/* Just behind the last c; `start` when there is none. */
static const WCHAR *behind_last(const WCHAR *start, const WCHAR *end, WCHAR c)
{
    const WCHAR *p = end;

    while (p > start && p[-1] != c)
        p--;
    return p;
}

/* The text behind the last dot before any stream (F-328); empty without a dot. */
static void set_extension(UNICODE_STRING *extension, const WCHAR *component, const WCHAR *stream)
{
    const WCHAR *start = behind_last(component, stream, u'.');

    if (start == component)
        start = stream;
    set_part(extension, start, stream);
}

void flt_name_split(const WCHAR *path, const WCHAR *end, struct flt_name_parts *parts)
{
    const WCHAR *component = behind_last(path, end, u'\\');
    const WCHAR *stream = find_first(component, end, u':');

    set_part(&parts->parent, path, component);
    set_part(&parts->final, component, end);
    set_part(&parts->stream, stream, end);
    set_extension(&parts->extension, component, stream);
}

/* Behind volume and share, which the query has filled (F-319). */
static const WCHAR *path_of(const FLT_FILE_NAME_INFORMATION *info)
{
    return info->Name.Buffer + (info->Volume.Length + info->Share.Length) / sizeof(WCHAR);
}

static const WCHAR *end_of(const UNICODE_STRING *name)
{
    return name->Buffer + name->Length / sizeof(WCHAR);
}

static void parse(PFLT_FILE_NAME_INFORMATION info)
{
    struct flt_name_parts parts;

    if (info->Format == FLT_FILE_NAME_SHORT) {
        set_extension(&info->Extension, info->Name.Buffer, end_of(&info->Name)); /* F-322 */
        return;
    }
    flt_name_split(path_of(info), end_of(&info->Name), &parts);
    info->ParentDir = parts.parent;
    info->FinalComponent = parts.final;
    info->Stream = parts.stream;
    info->Extension = parts.extension;
}

static uint32_t *stripe_of(PFLT_FILE_NAME_INFORMATION info)
{
    static uint32_t stripes[16][16]; /* a cache line each */

    return stripes[((uintptr_t)info >> 6) % 16];
}

enum {
    ALL_PARSED = FLTFL_FILE_NAME_PARSED_FINAL_COMPONENT | FLTFL_FILE_NAME_PARSED_EXTENSION |
        FLTFL_FILE_NAME_PARSED_STREAM | FLTFL_FILE_NAME_PARSED_PARENT_DIR,
};

NTSTATUS FltParseFileNameInformation(PFLT_FILE_NAME_INFORMATION NameInformation)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!NameInformation)
        return STATUS_INVALID_PARAMETER;
    /* Pairs with the release below: whoever sees the bits sees the parts (F-326). */
    if (__atomic_load_n(&NameInformation->NamesParsed, __ATOMIC_ACQUIRE) == ALL_PARSED)
        return STATUS_SUCCESS;

    uint32_t *lock = stripe_of(NameInformation);
    ke_lock(lock);
    if (NameInformation->NamesParsed != ALL_PARSED) {
        parse(NameInformation);
        __atomic_store_n(&NameInformation->NamesParsed, ALL_PARSED, __ATOMIC_RELEASE); /* F-324 */
    }
    ke_unlock(lock);
    return STATUS_SUCCESS;
}

static void give_part(PUNICODE_STRING out, const UNICODE_STRING *part)
{
    if (out)
        *out = *part;
}

NTSTATUS FltParseFileName(
    PCUNICODE_STRING FileName, PUNICODE_STRING Extension, PUNICODE_STRING Stream, PUNICODE_STRING FinalComponent)
{
    static const UNICODE_STRING none;
    struct flt_name_parts parts;

    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!FileName)
        return STATUS_INVALID_PARAMETER;
    flt_name_split(FileName->Buffer, end_of(FileName), &parts);
    /* F-329: neither path nor stream: taken for a short name, which gives its extension only. */
    bool bare = parts.parent.Length == 0 && parts.stream.Length == 0;
    give_part(Extension, &parts.extension);
    give_part(Stream, &parts.stream);
    give_part(FinalComponent, bare ? &none : &parts.final);
    return STATUS_SUCCESS;
}
