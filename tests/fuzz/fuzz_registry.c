/* Registry files in regedit's format, as a user may bring them. */
#include "ntoskrnl/cm/cm.h"
#include "quiet.h"

#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct ofm_options options = {.log = quiet};

    (void)argc, (void)argv;
    return ofm_start(&options) == 0 ? 0 : (abort(), 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned line;

    cm_import_text(data, size, &line);
    cm_delete_tree(NULL, u"\\Registry\\Machine\\Software");
    return 0;
}
