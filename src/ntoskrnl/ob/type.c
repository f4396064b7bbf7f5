/* Object types: one _OBJECT_TYPE for each kind, listed in \ObjectTypes, never freed.
 * ob_types_lock guards the table of all types. */
#include "ntoskrnl/ob/inner.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TYPES 64

static pthread_mutex_t ob_types_lock = PTHREAD_MUTEX_INITIALIZER;
static POBJECT_TYPE types[MAX_TYPES];
static ULONG type_count;

POBJECT_TYPE ob_type_create(const struct ob_type_info *info)
{
    POBJECT_TYPE type = calloc(1, sizeof(*type));
    if (!type)
        return NULL;
    type->info = *info;
    RtlInitUnicodeString(&type->name, info->name);
    pthread_mutex_lock(&ob_types_lock);
    if (type_count < MAX_TYPES) {
        type->index = type_count;
        types[type_count++] = type;
    } else {
        free(type);
        type = NULL;
    }
    pthread_mutex_unlock(&ob_types_lock);
    return type;
}

const struct ob_type_info *ob_type_info(POBJECT_TYPE type)
{
    return &type->info;
}

POBJECT_TYPE ob_type_of(PVOID object)
{
    return ob_header_of(object)->type;
}

/* Undocumented but used by name: the type of an object, and a type's index. */
POBJECT_TYPE NTAPI ObGetObjectType(PVOID Object)
{
    return ob_type_of(Object);
}
