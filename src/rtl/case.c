/* Upper and lower case of UTF-16 units beyond ASCII, from a generated table. */
#include "rtl/case.h"

#include "rtl/case_table.h"

char16_t rtl_upper_slow(char16_t c)
{
    return (char16_t)(c + upper_delta[upper_index[c >> 8]][c & 0xFF]);
}

char16_t rtl_lower_slow(char16_t c)
{
    return (char16_t)(c + lower_delta[lower_index[c >> 8]][c & 0xFF]);
}
