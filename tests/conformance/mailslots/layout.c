/* Constants and layouts of mailslots.md section 12, as a driver's compiler sees them. */
#include "slots.h"

/* ---- layouts ---- */

#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type)
#define AT(type, member, offset) _Static_assert(offsetof(type, member) == (offset), #type "." #member)

SIZE(MAILSLOT_CREATE_PARAMETERS, 24);
AT(MAILSLOT_CREATE_PARAMETERS, MailslotQuota, 0);
AT(MAILSLOT_CREATE_PARAMETERS, MaximumMessageSize, 4);
AT(MAILSLOT_CREATE_PARAMETERS, ReadTimeout, 8);
AT(MAILSLOT_CREATE_PARAMETERS, TimeoutSpecified, 16);
SIZE(FILE_MAILSLOT_QUERY_INFORMATION, 24);
AT(FILE_MAILSLOT_QUERY_INFORMATION, MaximumMessageSize, 0);
AT(FILE_MAILSLOT_QUERY_INFORMATION, MailslotQuota, 4);
AT(FILE_MAILSLOT_QUERY_INFORMATION, NextMessageSize, 8);
AT(FILE_MAILSLOT_QUERY_INFORMATION, MessagesAvailable, 12);
AT(FILE_MAILSLOT_QUERY_INFORMATION, ReadTimeout, 16);
SIZE(FILE_MAILSLOT_SET_INFORMATION, 8);
AT(FILE_MAILSLOT_SET_INFORMATION, ReadTimeout, 0);
_Static_assert(_Generic(((FILE_MAILSLOT_SET_INFORMATION *)0)->ReadTimeout, PLARGE_INTEGER : 1, default : 0),
    "M-117: a pointer");
SIZE(FILE_MAILSLOT_PEEK_BUFFER, 12);
AT(FILE_MAILSLOT_PEEK_BUFFER, ReadDataAvailable, 0);
AT(FILE_MAILSLOT_PEEK_BUFFER, NumberOfMessages, 4);
AT(FILE_MAILSLOT_PEEK_BUFFER, MessageLength, 8);
SIZE(((FLT_PARAMETERS *)0)->CreateMailslot, 32);
AT(FLT_PARAMETERS, CreateMailslot.SecurityContext, 0);
AT(FLT_PARAMETERS, CreateMailslot.Options, 8);
AT(FLT_PARAMETERS, CreateMailslot.Reserved, 16);
AT(FLT_PARAMETERS, CreateMailslot.ShareAccess, 18);
AT(FLT_PARAMETERS, CreateMailslot.Parameters, 24);
AT(FLT_PARAMETERS, Create.SecurityContext, 0);
AT(FLT_PARAMETERS, Create.Options, 8);
AT(FLT_PARAMETERS, Create.ShareAccess, 18);
SIZE(IO_STATUS_BLOCK, 16);
AT(IO_STATUS_BLOCK, Information, 8);
SIZE(UNICODE_STRING, 16);
AT(UNICODE_STRING, MaximumLength, 2);
AT(UNICODE_STRING, Buffer, 8);
SIZE(OBJECT_ATTRIBUTES, 48);
AT(OBJECT_ATTRIBUTES, RootDirectory, 8);
AT(OBJECT_ATTRIBUTES, ObjectName, 16);
AT(OBJECT_ATTRIBUTES, Attributes, 24);
AT(OBJECT_ATTRIBUTES, SecurityDescriptor, 32);
AT(OBJECT_ATTRIBUTES, SecurityQualityOfService, 40);
SIZE(IO_DRIVER_CREATE_CONTEXT, 40);
AT(IO_DRIVER_CREATE_CONTEXT, ExtraCreateParameter, 8);
AT(IO_DRIVER_CREATE_CONTEXT, DeviceObjectHint, 16);
AT(IO_DRIVER_CREATE_CONTEXT, TxnParameters, 24);
AT(IO_DRIVER_CREATE_CONTEXT, SiloContext, 32);

/* The names are the documented ones only when the compiler takes exactly these types. */
static NTSTATUS (*const flt_create_mailslot_file)(PFLT_FILTER, PFLT_INSTANCE, PHANDLE, PFILE_OBJECT *, ULONG,
    POBJECT_ATTRIBUTES, PIO_STATUS_BLOCK, ULONG, ULONG, ULONG, PLARGE_INTEGER,
    PIO_DRIVER_CREATE_CONTEXT) = FltCreateMailslotFile;

/* ---- constants ---- */

struct constant {
    const char *name;
    unsigned long long expected, actual;
};
#define IS(name, value)                                                                                      \
    {                                                                                                        \
#name, value, (unsigned long long)(name)                                                             \
    }
#define STATUS(name, value)                                                                                  \
    {                                                                                                        \
#name, value, (unsigned)(name)                                                                       \
    }

static const struct constant constants[] = {
    IS(FILE_READ_DATA, 0x1),
    IS(FILE_WRITE_DATA, 0x2),
    IS(FILE_APPEND_DATA, 0x4),
    IS(FILE_READ_EA, 0x8),
    IS(FILE_WRITE_EA, 0x10),
    IS(FILE_EXECUTE, 0x20),
    IS(FILE_READ_ATTRIBUTES, 0x80),
    IS(FILE_WRITE_ATTRIBUTES, 0x100),
    IS(DELETE, 0x10000),
    IS(READ_CONTROL, 0x20000),
    IS(STANDARD_RIGHTS_READ, 0x20000),
    IS(STANDARD_RIGHTS_WRITE, 0x20000),
    IS(STANDARD_RIGHTS_EXECUTE, 0x20000),
    IS(WRITE_DAC, 0x40000),
    IS(WRITE_OWNER, 0x80000),
    IS(SYNCHRONIZE, 0x100000),
    IS(ACCESS_SYSTEM_SECURITY, 0x1000000),
    IS(MAXIMUM_ALLOWED, 0x2000000),
    IS(GENERIC_ALL, 0x10000000),
    IS(GENERIC_EXECUTE, 0x20000000),
    IS(GENERIC_WRITE, 0x40000000),
    IS(GENERIC_READ, 0x80000000),
    IS(FILE_GENERIC_READ, 0x120089),
    IS(FILE_GENERIC_WRITE, 0x120116),
    IS(FILE_GENERIC_EXECUTE, 0x1200a0),
    IS(FILE_ALL_ACCESS, 0x1f01ff),
    IS(FILE_WRITE_THROUGH, 0x2),
    IS(FILE_NO_INTERMEDIATE_BUFFERING, 0x8),
    IS(FILE_SYNCHRONOUS_IO_ALERT, 0x10),
    IS(FILE_SYNCHRONOUS_IO_NONALERT, 0x20),
    IS(FILE_VALID_MAILSLOT_OPTION_FLAGS, 0x32),
    IS(OBJ_INHERIT, 0x2),
    IS(OBJ_PERMANENT, 0x10),
    IS(OBJ_EXCLUSIVE, 0x20),
    IS(OBJ_CASE_INSENSITIVE, 0x40),
    IS(OBJ_OPENIF, 0x80),
    IS(OBJ_OPENLINK, 0x100),
    IS(OBJ_KERNEL_HANDLE, 0x200),
    IS(FILE_SUPERSEDE, 0),
    IS(FILE_OPEN, 1),
    IS(FILE_CREATE, 2),
    IS(FILE_OPEN_IF, 3),
    IS(FILE_OVERWRITE, 4),
    IS(FILE_OVERWRITE_IF, 5),
    IS(FILE_SUPERSEDED, 0),
    IS(FILE_OPENED, 1),
    IS(FILE_CREATED, 2),
    IS(FILE_OVERWRITTEN, 3),
    IS(FILE_EXISTS, 4),
    IS(FILE_DOES_NOT_EXIST, 5),
    IS(FILE_SHARE_READ, 1),
    IS(FILE_SHARE_WRITE, 2),
    IS(FILE_SHARE_DELETE, 4),
    IS(MAILSLOT_NO_MESSAGE, 0xffffffff),
    IS(MAILSLOT_WAIT_FOREVER, 0xffffffff),
    IS(MAILSLOT_SIZE_AUTO, 0),
    IS(MAILSLOT_CLASS_FIRSTCLASS, 1),
    IS(MAILSLOT_CLASS_SECONDCLASS, 2),
    IS(IO_MAILSLOT_INCREMENT, 2),
    IS(FileBasicInformation, 4),
    IS(FileNameInformation, 9),
    IS(FileModeInformation, 16),
    IS(FileMailslotQueryInformation, 26),
    IS(FileMailslotSetInformation, 27),
    IS(IRP_MJ_CREATE, 0x00),
    IS(IRP_MJ_CREATE_NAMED_PIPE, 0x01),
    IS(IRP_MJ_CLOSE, 0x02),
    IS(IRP_MJ_READ, 0x03),
    IS(IRP_MJ_WRITE, 0x04),
    IS(IRP_MJ_QUERY_INFORMATION, 0x05),
    IS(IRP_MJ_SET_INFORMATION, 0x06),
    IS(IRP_MJ_FILE_SYSTEM_CONTROL, 0x0d),
    IS(IRP_MJ_CLEANUP, 0x12),
    IS(IRP_MJ_CREATE_MAILSLOT, 0x13),
    IS(FLTFL_REGISTRATION_DO_NOT_SUPPORT_SERVICE_STOP, 0x1),
    IS(FLTFL_REGISTRATION_SUPPORT_NPFS_MSFS, 0x2),
    IS(FLTFL_REGISTRATION_SUPPORT_DAX_VOLUME, 0x4),
    IS(FLTFL_REGISTRATION_SUPPORT_WCOS, 0x8),
    IS(FLT_REGISTRATION_VERSION, 0x0203),
    IS(FLT_FSTYPE_NPFS, 25),
    IS(FLT_FSTYPE_MSFS, 26),
    IS(FILE_DEVICE_MAILSLOT, 0xc),
    IS(FSCTL_MAILSLOT_PEEK, 0xc4003),
    IS(FLTFL_INSTANCE_SETUP_AUTOMATIC_ATTACHMENT, 1),
    IS(FLTFL_INSTANCE_SETUP_MANUAL_ATTACHMENT, 2),
    IS(FLTFL_INSTANCE_SETUP_NEWLY_MOUNTED_VOLUME, 4),
    IS(FLTFL_INSTANCE_SETUP_DETACHED_VOLUME, 8),
    IS(FSRTL_ALLOCATE_ECPLIST_FLAG_CHARGE_QUOTA, 1),
    IS(FSRTL_ALLOCATE_ECP_FLAG_CHARGE_QUOTA, 1),
    IS(FSRTL_ALLOCATE_ECP_FLAG_NONPAGED_POOL, 2),
    IS(FSRTL_ECP_LOOKASIDE_FLAG_NONPAGED_POOL, 2),
    STATUS(STATUS_SUCCESS, 0),
    STATUS(STATUS_TIMEOUT, 0x102),
    STATUS(STATUS_PENDING, 0x103),
    STATUS(STATUS_BUFFER_OVERFLOW, 0x80000005),
    STATUS(STATUS_UNSUCCESSFUL, 0xc0000001),
    STATUS(STATUS_NOT_IMPLEMENTED, 0xc0000002),
    STATUS(STATUS_INVALID_INFO_CLASS, 0xc0000003),
    STATUS(STATUS_INFO_LENGTH_MISMATCH, 0xc0000004),
    STATUS(STATUS_ACCESS_VIOLATION, 0xc0000005),
    STATUS(STATUS_INVALID_HANDLE, 0xc0000008),
    STATUS(STATUS_INVALID_PARAMETER, 0xc000000d),
    STATUS(STATUS_INVALID_DEVICE_REQUEST, 0xc0000010),
    STATUS(STATUS_NO_MEMORY, 0xc0000017),
    STATUS(STATUS_ACCESS_DENIED, 0xc0000022),
    STATUS(STATUS_BUFFER_TOO_SMALL, 0xc0000023),
    STATUS(STATUS_OBJECT_TYPE_MISMATCH, 0xc0000024),
    STATUS(STATUS_OBJECT_NAME_INVALID, 0xc0000033),
    STATUS(STATUS_OBJECT_NAME_NOT_FOUND, 0xc0000034),
    STATUS(STATUS_OBJECT_NAME_COLLISION, 0xc0000035),
    STATUS(STATUS_OBJECT_PATH_NOT_FOUND, 0xc000003a),
    STATUS(STATUS_OBJECT_PATH_SYNTAX_BAD, 0xc000003b),
    STATUS(STATUS_SHARING_VIOLATION, 0xc0000043),
    STATUS(STATUS_QUOTA_EXCEEDED, 0xc0000044),
    STATUS(STATUS_INSUFFICIENT_RESOURCES, 0xc000009a),
    STATUS(STATUS_IO_TIMEOUT, 0xc00000b5),
    STATUS(STATUS_FILE_FORCED_CLOSED, 0xc00000b6),
    STATUS(STATUS_NOT_SUPPORTED, 0xc00000bb),
    STATUS(STATUS_BAD_NETWORK_PATH, 0xc00000be),
    STATUS(STATUS_INVALID_PARAMETER_2, 0xc00000f0),
    STATUS(STATUS_INVALID_PARAMETER_3, 0xc00000f1),
    STATUS(STATUS_CANCELLED, 0xc0000120),
    STATUS(STATUS_NOT_FOUND, 0xc0000225),
    STATUS(STATUS_INVALID_DEVICE_OBJECT_PARAMETER, 0xc0000369),
    STATUS(STATUS_FLT_FILTER_NOT_READY, 0xc01c0008),
    STATUS(STATUS_FLT_DELETING_OBJECT, 0xc01c000b),
    STATUS(STATUS_FLT_DO_NOT_ATTACH, 0xc01c000f),
    STATUS(STATUS_FLT_INSTANCE_ALTITUDE_COLLISION, 0xc01c0011),
    STATUS(STATUS_FLT_INSTANCE_NAME_COLLISION, 0xc01c0012),
    STATUS(STATUS_FLT_VOLUME_NOT_FOUND, 0xc01c0014),
};

static void values(void **state)
{
    for (unsigned i = 0; i < RTL_NUMBER_OF(constants); i++)
        if (constants[i].expected != constants[i].actual)
            fail_msg("%s: expected 0x%llx, got 0x%llx", constants[i].name, constants[i].expected,
                constants[i].actual);
    assert_non_null(flt_create_mailslot_file);
}

/* Section 12.3: what an application is told. */
static void win32_errors(void **state)
{
    static const struct {
        NTSTATUS status;
        ULONG error;
    } rows[] = {{STATUS_SUCCESS, 0}, {STATUS_PENDING, 997}, {STATUS_BUFFER_OVERFLOW, 234},
        {STATUS_UNSUCCESSFUL, 31}, {STATUS_NOT_IMPLEMENTED, 1}, {STATUS_INVALID_INFO_CLASS, 87},
        {STATUS_INFO_LENGTH_MISMATCH, 24}, {STATUS_ACCESS_VIOLATION, 998}, {STATUS_INVALID_HANDLE, 6},
        {STATUS_INVALID_PARAMETER, 87}, {STATUS_INVALID_DEVICE_REQUEST, 1}, {STATUS_NO_MEMORY, 8},
        {STATUS_ACCESS_DENIED, 5}, {STATUS_BUFFER_TOO_SMALL, 122}, {STATUS_OBJECT_TYPE_MISMATCH, 6},
        {STATUS_OBJECT_NAME_INVALID, 123}, {STATUS_OBJECT_NAME_NOT_FOUND, 2},
        {STATUS_OBJECT_NAME_COLLISION, 183}, {STATUS_OBJECT_PATH_NOT_FOUND, 3},
        {STATUS_OBJECT_PATH_SYNTAX_BAD, 161}, {STATUS_SHARING_VIOLATION, 32}, {STATUS_QUOTA_EXCEEDED, 1816},
        {STATUS_INSUFFICIENT_RESOURCES, 1450}, {STATUS_IO_TIMEOUT, 121}, {STATUS_FILE_FORCED_CLOSED, 38},
        {STATUS_NOT_SUPPORTED, 50}, {STATUS_BAD_NETWORK_PATH, 53}, {STATUS_INVALID_PARAMETER_2, 87},
        {STATUS_INVALID_PARAMETER_3, 87}, {STATUS_CANCELLED, 995}, {STATUS_NOT_FOUND, 1168},
        {STATUS_INVALID_DEVICE_OBJECT_PARAMETER, 650}};
    for (unsigned i = 0; i < RTL_NUMBER_OF(rows); i++)
        if (RtlNtStatusToDosError(rows[i].status) != rows[i].error)
            fail_msg("0x%08x: expected error %u, got %u", (unsigned)rows[i].status, (unsigned)rows[i].error,
                (unsigned)RtlNtStatusToDosError(rows[i].status));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("constants of mailslots and the twelve parameters of FltCreateMailslotFile", values),
        TEST("statuses of mailslots as Win32 errors", win32_errors),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
