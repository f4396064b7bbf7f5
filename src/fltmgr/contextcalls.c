/*
 * The exported set, get and delete calls for each kind of object (F-257..F-273, F-288..F-290): they find the object's list
 * and its owner (the instance; for volumes the filter) and leave the rest to context.c.
 */
#include "fltmgr/context.h"
#include "fltmgr/contextclass.h"
#include "ntoskrnl/ke/ke.h"

/* ---- which list ---- */

/* F-265, F-266: not before the base has opened the file, not after close, not on paging files. */
static bool file_is_open(PFILE_OBJECT file)
{
    if (!file || !file->FsContext || __atomic_load_n(&io_file_of(file)->contexts.gone, __ATOMIC_ACQUIRE))
        return false;
    return !(((struct io_stream *)file->FsContext)->header.Flags2 & FSRTL_FLAG2_IS_PAGING_FILE);
}

static struct io_context_list *list_of_file(PFILE_OBJECT file, FLT_CONTEXT_TYPE type)
{
    if (!file_is_open(file))
        return NULL;
    struct io_stream *stream = file->FsContext;
    switch (type) {
    case FLT_FILE_CONTEXT:
        return &stream->file_contexts;
    case FLT_STREAM_CONTEXT:
        return &stream->stream_contexts;
    case FLT_STREAMHANDLE_CONTEXT:
        return &io_file_of(file)->contexts;
    default:
        return NULL;
    }
}

/* ---- set ---- */

static NTSTATUS set_context(struct io_context_list *list, FLT_CONTEXT_TYPE type, PFLT_FILTER filter, PFLT_INSTANCE instance,
    FLT_SET_CONTEXT_OPERATION operation, PFLT_CONTEXT payload, PFLT_CONTEXT *old)
{
    if (old)
        *old = NULL;
    if (!payload || (operation != FLT_SET_CONTEXT_REPLACE_IF_EXISTS && operation != FLT_SET_CONTEXT_KEEP_IF_EXISTS))
        return STATUS_INVALID_PARAMETER;
    struct flt_context *context = flt_context_of(payload);
    if (context->class->type != type || context->table != flt_contexts_of(filter))
        return STATUS_INVALID_PARAMETER; /* F-263 */
    if (!list)
        return STATUS_NOT_SUPPORTED;
    if (instance)
        return flt_context_link(list, instance, &instance->contexts.gone, operation, context, old);
    return flt_context_link(list, filter, &flt_contexts_of(filter)->closed, operation, context, old);
}

static NTSTATUS set_file_context(PFLT_INSTANCE instance, PFILE_OBJECT file, FLT_CONTEXT_TYPE type,
    FLT_SET_CONTEXT_OPERATION operation, PFLT_CONTEXT payload, PFLT_CONTEXT *old)
{
    if (old)
        *old = NULL;
    if (!instance)
        return STATUS_INVALID_PARAMETER;
    if (flt_is_going(&instance->object))
        return STATUS_FLT_DELETING_OBJECT;
    return set_context(list_of_file(file, type), type, instance->filter, instance, operation, payload, old);
}

NTSTATUS FltSetVolumeContext(
    PFLT_VOLUME Volume, FLT_SET_CONTEXT_OPERATION Operation, PFLT_CONTEXT NewContext, PFLT_CONTEXT *OldContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (OldContext)
        *OldContext = NULL;
    if (!Volume || !NewContext)
        return STATUS_INVALID_PARAMETER;
    if (flt_is_going(&Volume->object))
        return STATUS_FLT_DELETING_OBJECT;
    return set_context(Volume->contexts, FLT_VOLUME_CONTEXT, flt_context_of(NewContext)->table->filter, NULL, Operation,
        NewContext, OldContext);
}

NTSTATUS FltSetInstanceContext(
    PFLT_INSTANCE Instance, FLT_SET_CONTEXT_OPERATION Operation, PFLT_CONTEXT NewContext, PFLT_CONTEXT *OldContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (OldContext)
        *OldContext = NULL;
    if (!Instance)
        return STATUS_INVALID_PARAMETER;
    if (flt_is_going(&Instance->object))
        return STATUS_FLT_DELETING_OBJECT;
    return set_context(
        &Instance->contexts, FLT_INSTANCE_CONTEXT, Instance->filter, Instance, Operation, NewContext, OldContext);
}

NTSTATUS FltSetFileContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, FLT_SET_CONTEXT_OPERATION Operation,
    PFLT_CONTEXT NewContext, PFLT_CONTEXT *OldContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return set_file_context(Instance, FileObject, FLT_FILE_CONTEXT, Operation, NewContext, OldContext);
}

NTSTATUS FltSetStreamContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, FLT_SET_CONTEXT_OPERATION Operation,
    PFLT_CONTEXT NewContext, PFLT_CONTEXT *OldContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return set_file_context(Instance, FileObject, FLT_STREAM_CONTEXT, Operation, NewContext, OldContext);
}

NTSTATUS FltSetStreamHandleContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, FLT_SET_CONTEXT_OPERATION Operation,
    PFLT_CONTEXT NewContext, PFLT_CONTEXT *OldContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return set_file_context(Instance, FileObject, FLT_STREAMHANDLE_CONTEXT, Operation, NewContext, OldContext);
}

/* ---- get ---- */

static NTSTATUS get_file_context(PFLT_INSTANCE instance, PFILE_OBJECT file, FLT_CONTEXT_TYPE type, PFLT_CONTEXT *context)
{
    if (!context)
        return STATUS_INVALID_PARAMETER;
    *context = NULL;
    if (!instance)
        return STATUS_INVALID_PARAMETER;
    struct io_context_list *list = list_of_file(file, type);
    return list ? flt_context_find(list, instance, type, context) : STATUS_NOT_SUPPORTED;
}

NTSTATUS FltGetVolumeContext(PFLT_FILTER Filter, PFLT_VOLUME Volume, PFLT_CONTEXT *Context)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Context)
        return STATUS_INVALID_PARAMETER;
    *Context = NULL;
    if (!Filter || !Volume)
        return STATUS_INVALID_PARAMETER;
    return flt_context_find(Volume->contexts, Filter, FLT_VOLUME_CONTEXT, Context);
}

NTSTATUS FltGetInstanceContext(PFLT_INSTANCE Instance, PFLT_CONTEXT *Context)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!Context)
        return STATUS_INVALID_PARAMETER;
    *Context = NULL;
    if (!Instance)
        return STATUS_INVALID_PARAMETER;
    return flt_context_find(&Instance->contexts, Instance, FLT_INSTANCE_CONTEXT, Context);
}

NTSTATUS FltGetFileContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PFLT_CONTEXT *Context)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return get_file_context(Instance, FileObject, FLT_FILE_CONTEXT, Context);
}

NTSTATUS FltGetStreamContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PFLT_CONTEXT *Context)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return get_file_context(Instance, FileObject, FLT_STREAM_CONTEXT, Context);
}

NTSTATUS FltGetStreamHandleContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PFLT_CONTEXT *Context)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return get_file_context(Instance, FileObject, FLT_STREAMHANDLE_CONTEXT, Context);
}

/* ---- delete ---- */

static NTSTATUS delete_file_context(PFLT_INSTANCE instance, PFILE_OBJECT file, FLT_CONTEXT_TYPE type, PFLT_CONTEXT *old)
{
    if (old)
        *old = NULL;
    if (!instance)
        return STATUS_INVALID_PARAMETER;
    struct io_context_list *list = list_of_file(file, type);
    return list ? flt_context_remove(list, instance, type, old) : STATUS_NOT_SUPPORTED;
}

NTSTATUS FltDeleteVolumeContext(PFLT_FILTER Filter, PFLT_VOLUME Volume, PFLT_CONTEXT *OldContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (OldContext)
        *OldContext = NULL;
    if (!Filter || !Volume)
        return STATUS_INVALID_PARAMETER;
    return flt_context_remove(Volume->contexts, Filter, FLT_VOLUME_CONTEXT, OldContext);
}

NTSTATUS FltDeleteInstanceContext(PFLT_INSTANCE Instance, PFLT_CONTEXT *OldContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (OldContext)
        *OldContext = NULL;
    if (!Instance)
        return STATUS_INVALID_PARAMETER;
    return flt_context_remove(&Instance->contexts, Instance, FLT_INSTANCE_CONTEXT, OldContext);
}

NTSTATUS FltDeleteFileContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PFLT_CONTEXT *OldContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return delete_file_context(Instance, FileObject, FLT_FILE_CONTEXT, OldContext);
}

NTSTATUS FltDeleteStreamContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PFLT_CONTEXT *OldContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return delete_file_context(Instance, FileObject, FLT_STREAM_CONTEXT, OldContext);
}

NTSTATUS FltDeleteStreamHandleContext(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PFLT_CONTEXT *OldContext)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return delete_file_context(Instance, FileObject, FLT_STREAMHANDLE_CONTEXT, OldContext);
}

/* ---- several at once (F-269) ---- */

static PFLT_CONTEXT wanted(FLT_CONTEXT_TYPE desired, FLT_CONTEXT_TYPE type, PFLT_INSTANCE instance, PFILE_OBJECT file)
{
    PFLT_CONTEXT context = NULL;

    if ((desired & type) && instance && file)
        get_file_context(instance, file, type, &context);
    return context;
}

static void get_contexts(PCFLT_RELATED_OBJECTS objects, FLT_CONTEXT_TYPE desired, PFLT_RELATED_CONTEXTS contexts)
{
    *contexts = (FLT_RELATED_CONTEXTS){0};
    if ((desired & FLT_VOLUME_CONTEXT) && objects->Filter && objects->Volume)
        flt_context_find(objects->Volume->contexts, objects->Filter, FLT_VOLUME_CONTEXT, &contexts->VolumeContext);
    if ((desired & FLT_INSTANCE_CONTEXT) && objects->Instance)
        flt_context_find(
            &objects->Instance->contexts, objects->Instance, FLT_INSTANCE_CONTEXT, &contexts->InstanceContext);
    contexts->FileContext = wanted(desired, FLT_FILE_CONTEXT, objects->Instance, objects->FileObject);
    contexts->StreamContext = wanted(desired, FLT_STREAM_CONTEXT, objects->Instance, objects->FileObject);
    contexts->StreamHandleContext = wanted(desired, FLT_STREAMHANDLE_CONTEXT, objects->Instance, objects->FileObject);
}

static void release_one(PFLT_CONTEXT *context, const char *call, const void *pc)
{
    if (*context)
        flt_context_release(flt_context_of(*context), call, pc);
    *context = NULL;
}

static void release_contexts(PFLT_RELATED_CONTEXTS contexts, const char *call, const void *pc)
{
    release_one(&contexts->VolumeContext, call, pc);
    release_one(&contexts->InstanceContext, call, pc);
    release_one(&contexts->FileContext, call, pc);
    release_one(&contexts->StreamContext, call, pc);
    release_one(&contexts->StreamHandleContext, call, pc);
    release_one(&contexts->TransactionContext, call, pc);
}

VOID FltGetContexts(PCFLT_RELATED_OBJECTS FltObjects, FLT_CONTEXT_TYPE DesiredContexts, PFLT_RELATED_CONTEXTS Contexts)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    get_contexts(FltObjects, DesiredContexts, Contexts);
}

NTSTATUS FltGetContextsEx(PCFLT_RELATED_OBJECTS FltObjects, FLT_CONTEXT_TYPE DesiredContexts, SIZE_T ContextsSize,
    PFLT_RELATED_CONTEXTS_EX Contexts)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!FltObjects || !Contexts || ContextsSize < sizeof *Contexts)
        return STATUS_INVALID_PARAMETER;
    get_contexts(FltObjects, DesiredContexts, (PFLT_RELATED_CONTEXTS)Contexts);
    Contexts->SectionContext = NULL;
    if ((DesiredContexts & FLT_SECTION_CONTEXT) && FltObjects->Instance && FltObjects->FileObject)
        FltGetSectionContext(FltObjects->Instance, FltObjects->FileObject, &Contexts->SectionContext);
    return STATUS_SUCCESS;
}

VOID FltReleaseContexts(PFLT_RELATED_CONTEXTS Contexts)
{
    release_contexts(Contexts, __func__, __builtin_return_address(0));
}

VOID FltReleaseContextsEx(SIZE_T ContextsSize, PFLT_RELATED_CONTEXTS_EX Contexts)
{
    if (ContextsSize < sizeof *Contexts)
        return;
    release_contexts((PFLT_RELATED_CONTEXTS)Contexts, __func__, __builtin_return_address(0));
    release_one(&Contexts->SectionContext, __func__, __builtin_return_address(0));
}

/* ---- what is supported (F-288, F-289) ---- */

/* File systems like FAT have none of their own: there the filter manager makes them out of stream contexts. */
static bool has_own_file_contexts(PFILE_OBJECT file)
{
    const struct io_volume *volume = io_file_of(file)->volume;

    return volume->file_system_type != FLT_FSTYPE_FAT && volume->file_system_type != FLT_FSTYPE_EXFAT;
}

BOOLEAN FltSupportsFileContexts(PFILE_OBJECT FileObject)
{
    return file_is_open(FileObject) && has_own_file_contexts(FileObject);
}

BOOLEAN FltSupportsFileContextsEx(PFILE_OBJECT FileObject, PFLT_INSTANCE Instance)
{
    return file_is_open(FileObject) && (Instance || has_own_file_contexts(FileObject));
}

BOOLEAN FltSupportsStreamContexts(PFILE_OBJECT FileObject)
{
    return file_is_open(FileObject);
}

BOOLEAN FltSupportsStreamHandleContexts(PFILE_OBJECT FileObject)
{
    return file_is_open(FileObject);
}
