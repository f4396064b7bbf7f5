/* Statuses as Win32 errors, HRESULTs and names: the table of the ports dossier, section 4. */
#include "harness.h"
#include "rtl/status.h"

#include "ntstatus.h"

static const struct {
    NTSTATUS status;
    unsigned error, hresult;
} rows[] = {
    {STATUS_SUCCESS, 0, 0},
    {STATUS_TIMEOUT, 1460, 0},
    {STATUS_PENDING, 997, 0},
    {STATUS_DATATYPE_MISALIGNMENT, 998, 0x800703E6},
    {STATUS_BUFFER_OVERFLOW, 234, 0x800700EA},
    {STATUS_NO_MORE_ENTRIES, 259, 0x80070103},
    {STATUS_UNSUCCESSFUL, 31, 0x8007001F},
    {STATUS_NOT_IMPLEMENTED, 1, 0x80070001},
    {STATUS_INVALID_INFO_CLASS, 87, 0x80070057},
    {STATUS_ACCESS_VIOLATION, 998, 0x800703E6},
    {STATUS_INVALID_HANDLE, 6, 0x80070006},
    {STATUS_INVALID_PARAMETER, 87, 0x80070057},
    {STATUS_INVALID_DEVICE_REQUEST, 1, 0x80070001},
    {STATUS_NO_MEMORY, 8, 0x80070008},
    {STATUS_ACCESS_DENIED, 5, 0x80070005},
    {STATUS_BUFFER_TOO_SMALL, 122, 0x8007007A},
    {STATUS_OBJECT_TYPE_MISMATCH, 6, 0x80070006},
    {STATUS_OBJECT_NAME_INVALID, 123, 0x8007007B},
    {STATUS_OBJECT_NAME_NOT_FOUND, 2, 0x80070002},
    {STATUS_OBJECT_NAME_COLLISION, 183, 0x800700B7},
    {STATUS_PORT_DISCONNECTED, 6, 0x80070006},
    {STATUS_OBJECT_PATH_NOT_FOUND, 3, 0x80070003},
    {STATUS_OBJECT_PATH_SYNTAX_BAD, 161, 0x800700A1},
    {STATUS_PORT_CONNECTION_REFUSED, 5, 0x80070005},
    {STATUS_THREAD_IS_TERMINATING, 5, 0x80070005},
    {STATUS_PRIVILEGE_NOT_HELD, 1314, 0x80070522},
    {STATUS_INVALID_IMAGE_FORMAT, 193, 0x800700C1},
    {STATUS_INTEGER_OVERFLOW, 534, 0x80070216},
    {STATUS_INSUFFICIENT_RESOURCES, 1450, 0x800705AA},
    {STATUS_IO_TIMEOUT, 121, 0x80070079},
    {STATUS_NOT_SUPPORTED, 50, 0x80070032},
    {STATUS_INVALID_PARAMETER_3, 87, 0x80070057},
    {STATUS_NAME_TOO_LONG, 206, 0x800700CE},
    {STATUS_IMAGE_ALREADY_LOADED, 1056, 0x80070420},
    {STATUS_CANCELLED, 995, 0x800703E3},
    {STATUS_NOT_FOUND, 1168, 0x80070490},
    {STATUS_CONNECTION_COUNT_LIMIT, 1238, 0x800704D6},
    {STATUS_INVALID_IMAGE_HASH, 577, 0x80070241},
};

static void mapping(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rtl_status_to_error(rows[i].status) != rows[i].error)
            fail_msg("%s: expected Win32 error %u, got %u", rtl_status_name(rows[i].status), rows[i].error,
                rtl_status_to_error(rows[i].status));
        if ((unsigned)rtl_status_to_hresult(rows[i].status) != rows[i].hresult)
            fail_msg("%s: expected HRESULT 0x%08X, got 0x%08X", rtl_status_name(rows[i].status), rows[i].hresult,
                (unsigned)rtl_status_to_hresult(rows[i].status));
    }
}

static void filter_manager(void **state)
{
    assert_status(0x801F0020, rtl_status_to_hresult(STATUS_FLT_NO_WAITER_FOR_REPLY));
    assert_status(0x801F0011, rtl_status_to_hresult(STATUS_FLT_INSTANCE_ALTITUDE_COLLISION));
    assert_status(0x801F0001, rtl_status_to_hresult((NTSTATUS)0x801C0001));
    assert_status(0, rtl_status_to_hresult((NTSTATUS)0x001C0001));
}

static void special_ranges(void **state)
{
    assert_int_equal(rtl_status_to_error((NTSTATUS)0xE0001234), 0xE0001234);
    assert_int_equal(rtl_status_to_error((NTSTATUS)0xC0070005), 5);
    assert_int_equal(rtl_status_to_error((NTSTATUS)0x80070005), 5);
    assert_int_equal(rtl_status_to_error((NTSTATUS)0xD0000022), 5);
    assert_int_equal(rtl_status_to_error((NTSTATUS)0xC0FFFFFF), 317);
}

static void names(void **state)
{
    assert_string_equal(rtl_status_name(STATUS_ACCESS_DENIED), "STATUS_ACCESS_DENIED");
    assert_string_equal(rtl_status_name(STATUS_SUCCESS), "STATUS_SUCCESS");
    assert_string_equal(rtl_status_name(STATUS_FLT_DELETING_OBJECT), "STATUS_FLT_DELETING_OBJECT");
    assert_string_equal(rtl_status_name((NTSTATUS)0xC0FFFFFF), "0xC0FFFFFF");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("statuses as Win32 errors and HRESULTs", mapping),
        TEST("statuses of the Filter Manager keep their number", filter_manager),
        TEST("statuses that carry a Win32 error, the customer bit, unknown ones", special_ranges),
        TEST("names of statuses", names),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
