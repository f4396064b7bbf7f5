/* NtCreateMailslotFile and ZwCreateMailslotFile: a mailslot's server handle, with the parameter checks of the
 * system service (M-54 to M-61). A name that exists collides: only FltCreateMailslotFile opens it (M-23,
 * M-24). */
#include "ntoskrnl/io/inner.h"

#include <nt/undocumented.h>

/* M-55, M-17, M-18 */
static NTSTATUS check(const OBJECT_ATTRIBUTES *attributes, ULONG options)
{
    if (!attributes || attributes->Length != sizeof *attributes)
        return STATUS_INVALID_PARAMETER;
    if (attributes->RootDirectory && !attributes->ObjectName)
        return STATUS_OBJECT_NAME_INVALID; /* M-56: whatever the root is */
    return options & ~(ULONG)FILE_VALID_MAILSLOT_OPTION_FLAGS ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

static NTSTATUS create(KPROCESSOR_MODE mode, PHANDLE handle, ACCESS_MASK access,
    POBJECT_ATTRIBUTES attributes, PIO_STATUS_BLOCK iosb, ULONG options, ULONG quota, ULONG maximum,
    PLARGE_INTEGER timeout)
{
    if (!handle || !iosb)
        return STATUS_ACCESS_VIOLATION; /* M-54 */
    NTSTATUS status = check(attributes, options);
    if (!NT_SUCCESS(status))
        return status;
    MAILSLOT_CREATE_PARAMETERS parameters = {.MailslotQuota = quota,
        .MaximumMessageSize = maximum,
        .ReadTimeout.QuadPart = timeout ? timeout->QuadPart : -1,
        .TimeoutSpecified = timeout != NULL}; /* M-57 */
    struct io_create_request request = {.attributes = attributes,
        .access = access,
        .share_access = FILE_SHARE_READ | FILE_SHARE_WRITE,
        .disposition = FILE_CREATE,
        .options = options,
        .major = IRP_MJ_CREATE_MAILSLOT,
        .create_parameters = &parameters,
        .mode = mode,
        .thread = ps_current_thread()};
    return io_create_handle(&request, handle, iosb);
}

NTSTATUS NTAPI ZwCreateMailslotFile(PHANDLE FileHandle, ULONG DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock, ULONG CreateOptions,
    ULONG MailslotQuota, ULONG MaximumMessageSize, PLARGE_INTEGER ReadTimeout)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return create(KernelMode, FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, CreateOptions,
        MailslotQuota, MaximumMessageSize, ReadTimeout);
}

NTSTATUS NTAPI NtCreateMailslotFile(PHANDLE FileHandle, ULONG DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock, ULONG CreateOptions,
    ULONG MailslotQuota, ULONG MaximumMessageSize, PLARGE_INTEGER ReadTimeout)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return create(ps_previous_mode(), FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock,
        CreateOptions, MailslotQuota, MaximumMessageSize, ReadTimeout);
}
