/* Opens below an instance: the file object remembers the instance, so that its whole life happens below (F-342, F-350). */
#include "fltmgr/below.h"

static void release_target(void *instance)
{
    __atomic_sub_fetch(&((PFLT_INSTANCE)instance)->files, 1, __ATOMIC_RELAXED);
    flt_unpin(&((PFLT_INSTANCE)instance)->object);
}

struct io_create_request flt_below_open_request(PFLT_VOLUME volume, PFLT_INSTANCE below)
{
    return (struct io_create_request){
        .volume = volume->io,
        .access = FILE_READ_ATTRIBUTES | SYNCHRONIZE,
        .share_access = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
        .disposition = FILE_OPEN,
        .options = FILE_OPEN_FOR_BACKUP_INTENT | FILE_SYNCHRONOUS_IO_NONALERT,
        .io_flags = IO_IGNORE_SHARE_ACCESS_CHECK,
        .major = IRP_MJ_CREATE,
        .mode = KernelMode,
        .start_below = below,
    };
}

NTSTATUS flt_below_create(struct io_create_request *request, struct io_create_result *result)
{
    PFLT_INSTANCE below = request->start_below;

    *result = (struct io_create_result){0};
    if (below) {
        /* A pin, not a reference: a file left open must not keep the instance from being torn down (F-096). */
        flt_pin(&below->object);
        __atomic_add_fetch(&below->files, 1, __ATOMIC_RELAXED);
        request->target_release = release_target;
    }
    NTSTATUS status = io_create_file(request, result);
    if (below && !result->file)
        release_target(below); /* the file object takes the pin only when there is one */
    return status;
}

NTSTATUS flt_below_open(struct io_create_request *request, PFILE_OBJECT *file)
{
    struct io_create_result result;
    NTSTATUS status = flt_below_create(request, &result);

    *file = result.file;
    return status;
}
