/* F-019: a filter registers before the filter manager is there. Nothing is started in this program. */
#include "harness.h"

#include <fltkernel.h>

static void not_initialized(void **state)
{
    static DRIVER_OBJECT driver;
    FLT_REGISTRATION registration = {.Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION};
    PFLT_FILTER filter = (PFLT_FILTER)&registration;
    assert_status(STATUS_FLT_NOT_INITIALIZED, FltRegisterFilter(&driver, &registration, &filter));
    assert_null(filter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST("F-019 STATUS_FLT_NOT_INITIALIZED before the framework is there", not_initialized)};
    return RUN_TESTS(tests, NULL, NULL);
}
