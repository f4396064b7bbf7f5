/* How a layout is stated: the size of a type, the offset of a field. */
#ifndef OFM_NT_LAYOUT_MACROS_H
#define OFM_NT_LAYOUT_MACROS_H

#include "ntdef.h"

#define OFM_SIZE(type, size) C_ASSERT(sizeof(type) == (size));
#define OFM_AT(type, field, offset) C_ASSERT(__builtin_offsetof(type, field) == (offset));

#endif
