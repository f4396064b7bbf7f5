/* Start of the room: object types and the directories its objects stand in. */
#include "ntoskrnl/io/inner.h"

#include <pthread.h>

extern const struct ob_type_ops io_driver_type_ops;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static NTSTATUS result;

static void start(void)
{
    static const struct ob_type_info file_info = {
        .name = u"File",
        .mapping = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS},
        .valid_access = FILE_ALL_ACCESS,
        .can_wait = true,
        .ops = &io_file_type_ops,
    };
    static const struct ob_type_info device_info = {
        .name = u"Device",
        .mapping = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS},
        .valid_access = FILE_ALL_ACCESS,
        .must_secure = true,
        .ops = &io_device_type_ops,
    };
    static const struct ob_type_info driver_info = {
        .name = u"Driver",
        .mapping = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS},
        .valid_access = FILE_ALL_ACCESS,
        .ops = &io_driver_type_ops,
    };
    io_file_type = ob_type_create(&file_info);
    io_device_type = ob_type_create(&device_info);
    io_driver_type = ob_type_create(&driver_info);
    result = io_file_type && io_device_type && io_driver_type ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    if (NT_SUCCESS(result))
        result = ob_make_directory(u"\\FileSystem");
    if (NT_SUCCESS(result) || result == STATUS_OBJECT_NAME_COLLISION)
        result = ob_make_directory(u"\\Driver");
    if (result == STATUS_OBJECT_NAME_COLLISION)
        result = STATUS_SUCCESS;
    io_section_init();
    io_pended_init();
}

NTSTATUS io_init(void)
{
    pthread_once(&once, start);
    return result;
}
