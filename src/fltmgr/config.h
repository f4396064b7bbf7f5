/* What the registry says about a filter: its instances (F-053 to F-057). */
#ifndef OFM_FLTMGR_CONFIG_H
#define OFM_FLTMGR_CONFIG_H

#include <fltkernel.h>

#include <stdbool.h>

/* Free it with flt_config_free. */
struct flt_instance_definition {
    UNICODE_STRING name;
    UNICODE_STRING altitude;
    ULONG flags;
};
#define FLT_INSTANCE_NO_AUTOMATIC 1u
#define FLT_INSTANCE_NO_MANUAL 2u

/* name NULL: the one DefaultInstance names. Looks below Parameters\Instances first, then Instances (F-054).
 * STATUS_OBJECT_NAME_NOT_FOUND when anything is missing (F-015). */
NTSTATUS flt_config_instance(PCUNICODE_STRING service, PCUNICODE_STRING name, struct flt_instance_definition *definition);
/* Definition `index`; STATUS_NO_MORE_ENTRIES. */
NTSTATUS flt_config_enumerate(PCUNICODE_STRING service, ULONG index, struct flt_instance_definition *definition);
void flt_config_free(struct flt_instance_definition *definition);
NTSTATUS flt_config_features(PCUNICODE_STRING service, ULONG *features);

NTSTATUS flt_copy_string(PCUNICODE_STRING from, PUNICODE_STRING to);
void flt_free_string(PUNICODE_STRING text);
char *flt_utf8(PCUNICODE_STRING text); /* from malloc, "" without memory is never given: NULL */

#endif
