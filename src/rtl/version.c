/* The version both libraries carry. */
#include "rtl/version.h"

const char *rtl_version(void)
{
    return "0.1.0";
}
