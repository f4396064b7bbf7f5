/* Names: split as the filter manager does, and taken to Linux and back. */
#include "fltmgr/nameparse.h"
#include "hostfs/name.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(const UNICODE_STRING *part, const WCHAR *start, const WCHAR *end)
{
    if (part->Length != 0 && (part->Buffer < start || part->Buffer + part->Length / sizeof(WCHAR) > end))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct flt_name_parts parts;
    size_t count = size / sizeof(WCHAR);
    WCHAR *units = malloc(size + sizeof(WCHAR));
    char bytes[HOSTFS_NAME_BYTES + 1];
    char16_t back[HOSTFS_NAME_BYTES + 1];

    memcpy(units, data, count * sizeof(WCHAR));
    flt_name_split(units, units + count, &parts);
    check_inside(&parts.parent, units, units + count);
    check_inside(&parts.final, units, units + count);
    check_inside(&parts.stream, units, units + count);
    check_inside(&parts.extension, units, units + count);
    if (hostfs_name_from_nt((const char16_t *)units, count, bytes) == HOSTFS_NAME_OK) {
        /* V-132: what is accepted is the image of exactly these bytes */
        size_t n = hostfs_name_to_nt(bytes, strlen(bytes), back);
        if (n != count || memcmp(back, units, n * sizeof(WCHAR)) != 0)
            abort();
    }
    free(units);
    return 0;
}
