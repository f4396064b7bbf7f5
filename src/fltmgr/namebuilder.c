/* Name objects and names in the making. A builder belongs to one thread; a finished name is shared and only counted. */
#include <stdlib.h>
#include <string.h>

#include "fltmgr/name.h"
#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/ke.h"

enum { NAME_TAG = 'nNMF', LONGEST = 65534 }; /* F-318 */

void flt_name_builder_init(struct flt_name_builder *builder)
{
    builder->control.Name = (UNICODE_STRING){.MaximumLength = sizeof builder->small, .Buffer = builder->small};
}

void flt_name_builder_free(struct flt_name_builder *builder)
{
    if (builder->control.Name.Buffer != builder->small)
        ex_pool_free(builder->control.Name.Buffer, NULL);
    flt_name_builder_init(builder);
}

void flt_name_builder_clear(struct flt_name_builder *builder)
{
    builder->control.Name.Length = 0;
}

/* F-335: contents stay, the old buffer goes, nothing happens when it is large enough. */
NTSTATUS FltCheckAndGrowNameControl(PFLT_NAME_CONTROL NameCtrl, USHORT NewSize)
{
    struct flt_name_builder *builder = CONTAINING_RECORD(NameCtrl, struct flt_name_builder, control);

    KE_REQUIRE_IRQL(APC_LEVEL);
    if (NewSize <= NameCtrl->Name.MaximumLength)
        return STATUS_SUCCESS;
    WCHAR *larger = ex_allocate(NewSize, NAME_TAG);
    if (!larger)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(larger, NameCtrl->Name.Buffer, NameCtrl->Name.Length);
    if (NameCtrl->Name.Buffer != builder->small)
        ex_pool_free(NameCtrl->Name.Buffer, NULL);
    NameCtrl->Name.Buffer = larger;
    NameCtrl->Name.MaximumLength = NewSize;
    return STATUS_SUCCESS;
}

NTSTATUS flt_name_append(struct flt_name_builder *builder, const WCHAR *text, size_t bytes)
{
    UNICODE_STRING *name = &builder->control.Name;
    size_t needed = name->Length + bytes;

    if (needed > LONGEST)
        return STATUS_NAME_TOO_LONG;
    if (needed > name->MaximumLength) {
        size_t roomy = needed + needed / 2 < LONGEST ? needed + needed / 2 : LONGEST;
        NTSTATUS status = FltCheckAndGrowNameControl(&builder->control, (USHORT)(roomy & ~1u));
        if (!NT_SUCCESS(status))
            return status;
    }
    if (bytes)
        memcpy((char *)name->Buffer + name->Length, text, bytes);
    name->Length = (USHORT)needed;
    return STATUS_SUCCESS;
}

NTSTATUS flt_name_append_separator(struct flt_name_builder *builder)
{
    const UNICODE_STRING *name = &builder->control.Name;

    if (name->Length && name->Buffer[name->Length / sizeof(WCHAR) - 1] == u'\\')
        return STATUS_SUCCESS;
    return flt_name_append(builder, u"\\", sizeof(WCHAR));
}

static bool begins_with(PCUNICODE_STRING text, PCUNICODE_STRING prefix)
{
    return text->Length >= prefix->Length && memcmp(text->Buffer, prefix->Buffer, prefix->Length) == 0;
}

struct flt_name *flt_name_new(const struct flt_name_builder *builder, PFLT_VOLUME volume, FLT_FILE_NAME_OPTIONS format)
{
    const UNICODE_STRING *text = &builder->control.Name;
    const UNICODE_STRING *device = &volume->io->device_name;
    struct flt_name *name = malloc(sizeof *name + text->Length + sizeof(WCHAR));

    if (!name)
        return NULL;
    memset(name, 0, sizeof *name);
    memcpy(name->text, text->Buffer, text->Length);
    name->text[text->Length / sizeof(WCHAR)] = 0;
    name->references = 1;

    FLT_FILE_NAME_INFORMATION *info = &name->info;
    info->Size = sizeof *info;
    info->Format = format;
    info->Name = (UNICODE_STRING){text->Length, text->Length, name->text};
    if (format != FLT_FILE_NAME_SHORT && begins_with(text, device)) { /* F-319 */
        info->Volume = (UNICODE_STRING){device->Length, device->Length, name->text};
        info->Share.Buffer = name->text + device->Length / sizeof(WCHAR);
    }
    return name;
}

void flt_name_reference(struct flt_name *name)
{
    __atomic_fetch_add(&name->references, 1, __ATOMIC_RELAXED);
}

void flt_name_release(struct flt_name *name)
{
    if (__atomic_fetch_sub(&name->references, 1, __ATOMIC_ACQ_REL) == 1)
        free(name);
}

UNICODE_STRING flt_name_path(const struct flt_name_builder *builder, PFLT_VOLUME volume)
{
    const UNICODE_STRING *text = &builder->control.Name;
    const UNICODE_STRING *device = &volume->io->device_name;
    USHORT skip = begins_with(text, device) ? device->Length : 0;

    return (UNICODE_STRING){
        (USHORT)(text->Length - skip), (USHORT)(text->Length - skip), text->Buffer + skip / sizeof(WCHAR)};
}

/* Where the final component's stream part begins, in characters; the length when there is none. */
static size_t stream_offset(const UNICODE_STRING *name)
{
    size_t end = name->Length / sizeof(WCHAR), at = end;

    for (size_t i = end; i > 0 && name->Buffer[i - 1] != u'\\'; i--)
        if (name->Buffer[i - 1] == u':')
            at = i - 1;
    return at;
}

void flt_name_strip_data_type(struct flt_name_builder *builder)
{
    static const UNICODE_STRING type = {12, 12, (WCHAR *)u":$DATA"};
    UNICODE_STRING *name = &builder->control.Name;

    if (name->Length < type.Length || stream_offset(name) == name->Length / sizeof(WCHAR))
        return;
    UNICODE_STRING tail = {type.Length, type.Length, name->Buffer + (name->Length - type.Length) / sizeof(WCHAR)};
    if (!RtlEqualUnicodeString(&tail, &type, TRUE))
        return;
    name->Length -= type.Length;
    if (name->Length && name->Buffer[name->Length / sizeof(WCHAR) - 1] == u':') /* the unnamed stream */
        name->Length -= sizeof(WCHAR);
}
