/* Statuses as Win32 errors, HRESULTs and names: the table of the ports dossier, section 4. */
#include "harness.h"
#include "rtl/status.h"

#include "ntstatus.h"
#include "winerror.h"

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

/* Rule 2: the Filter Manager's own keep their number, and are HRESULTs already. */
#define FLT_ROW(name) {STATUS_FLT_##name, ERROR_FLT_##name, "STATUS_FLT_" #name}
static const struct {
    NTSTATUS status;
    HRESULT error;
    const char *name;
} flt_rows[] = {
    FLT_ROW(NO_HANDLER_DEFINED), FLT_ROW(CONTEXT_ALREADY_DEFINED), FLT_ROW(INVALID_ASYNCHRONOUS_REQUEST),
    FLT_ROW(DISALLOW_FAST_IO), FLT_ROW(INVALID_NAME_REQUEST), FLT_ROW(NOT_SAFE_TO_POST_OPERATION),
    FLT_ROW(NOT_INITIALIZED), FLT_ROW(FILTER_NOT_READY), FLT_ROW(POST_OPERATION_CLEANUP), FLT_ROW(INTERNAL_ERROR),
    FLT_ROW(DELETING_OBJECT), FLT_ROW(MUST_BE_NONPAGED_POOL), FLT_ROW(DUPLICATE_ENTRY), FLT_ROW(CBDQ_DISABLED),
    FLT_ROW(DO_NOT_ATTACH), FLT_ROW(DO_NOT_DETACH), FLT_ROW(INSTANCE_ALTITUDE_COLLISION),
    FLT_ROW(INSTANCE_NAME_COLLISION), FLT_ROW(FILTER_NOT_FOUND), FLT_ROW(VOLUME_NOT_FOUND),
    FLT_ROW(INSTANCE_NOT_FOUND), FLT_ROW(CONTEXT_ALLOCATION_NOT_FOUND), FLT_ROW(INVALID_CONTEXT_REGISTRATION),
    FLT_ROW(NAME_CACHE_MISS), FLT_ROW(NO_DEVICE_OBJECT), FLT_ROW(VOLUME_ALREADY_MOUNTED),
    FLT_ROW(ALREADY_ENLISTED), FLT_ROW(CONTEXT_ALREADY_LINKED), FLT_ROW(NO_WAITER_FOR_REPLY),
    FLT_ROW(REGISTRATION_BUSY),
};

static void filter_manager(void **state)
{
    unsigned seen = 0;

    for (size_t i = 0; i < sizeof flt_rows / sizeof *flt_rows; i++) {
        HRESULT hr = rtl_status_to_hresult(flt_rows[i].status);
        if (hr != flt_rows[i].error || (hr & 0xFFFF) != (flt_rows[i].status & 0xFFFF))
            fail_msg("%s: expected HRESULT 0x%08X, got 0x%08X", flt_rows[i].name, (unsigned)flt_rows[i].error,
                (unsigned)hr);
        assert_status(flt_rows[i].error, HRESULT_FROM_WIN32((unsigned)flt_rows[i].error));
        assert_string_equal(rtl_status_name(flt_rows[i].status), flt_rows[i].name);
        seen |= 1u << (hr & 0x1F);
    }
    assert_int_equal(seen & 0x1FFFFFFE, 0x1FFFFFFE); /* 1 to 0x1C */
    assert_status(0x801F0024, rtl_status_to_hresult(STATUS_FLT_WCOS_NOT_SUPPORTED));
    /* two names for one number: a warning that is too small shares it with "no handler" */
    assert_status(ERROR_FLT_NO_HANDLER_DEFINED, rtl_status_to_hresult(STATUS_FLT_BUFFER_TOO_SMALL));
    assert_status(S_OK, rtl_status_to_hresult(STATUS_FLT_IO_COMPLETE));
    assert_status(0x001F0001, ERROR_FLT_IO_COMPLETE);
    assert_status(0x80070057, E_INVALIDARG);
    assert_status(0x80070006, E_HANDLE);
    assert_status(0x8007000E, E_OUTOFMEMORY);
    assert_status(0x80004001, E_NOTIMPL);
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
