/* Handle tables inside the room: entries by index. */
#ifndef OFM_OB_HANDLE_H
#define OFM_OB_HANDLE_H

#include "ntoskrnl/ob/inner.h"

#define OB_HANDLE_PROTECTED 0x00000001u /* OBJ_PROTECT_CLOSE in a handle's attributes */
#define OB_KERNEL_HANDLE_BITS 0xffffffff80000000ul

struct ob_handle_info {
    PVOID object;
    ACCESS_MASK granted;
    ULONG attributes;   /* OBJ_INHERIT, OBJ_KERNEL_HANDLE, OB_HANDLE_PROTECTED */
    uint32_t index;
    const char *driver;
};

NTSTATUS ob_table_insert(struct ob_handle_table *table, PVOID object, ACCESS_MASK granted, ULONG attributes, uint32_t *index);
/* info->object is referenced. */
bool ob_table_reference(struct ob_handle_table *table, uint32_t index, struct ob_handle_info *info);
bool ob_table_set_attributes(struct ob_handle_table *table, uint32_t index, ULONG attributes);
NTSTATUS ob_table_close(struct ob_handle_table *table, uint32_t index, KPROCESSOR_MODE mode);
void ob_table_each(struct ob_handle_table *table, void (*each)(const struct ob_handle_info *info, void *context),
    void *context);
void ob_set_kernel_table(struct ob_handle_table *table);

/* Which table and index a handle value means in the current process. STATUS_INVALID_HANDLE. */
NTSTATUS ob_decode_handle(HANDLE handle, PEPROCESS process, KPROCESSOR_MODE mode, struct ob_handle_table **table,
    uint32_t *index);
/* By handle with everything known of it; process NULL: the current one. info->object is referenced. */
NTSTATUS ob_reference_handle(HANDLE handle, PEPROCESS process, ACCESS_MASK desired, POBJECT_TYPE type, KPROCESSOR_MODE mode,
    struct ob_handle_info *info);
HANDLE ob_encode_handle(uint32_t index, bool kernel);

#endif
