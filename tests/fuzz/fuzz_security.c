/* Security descriptors from outside: validated, then used in an access check. */
#include "ntoskrnl/se/se.h"
#include "openfltmgr.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static PACCESS_TOKEN token;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return ofm_start(NULL) == 0 && se_token_create(1000, 1000, NULL, 0, &token) == 0 ? 0 : (abort(), 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const GENERIC_MAPPING mapping = {1, 2, 4, 7};
    PSECURITY_DESCRIPTOR copy = malloc(size + 1);
    ACCESS_MASK granted;

    memcpy(copy, data, size);
    if (RtlValidRelativeSecurityDescriptor(copy, (ULONG)size, 0))
        se_access_check(copy, token, MAXIMUM_ALLOWED, &mapping, UserMode, &granted);
    free(copy);
    return 0;
}
