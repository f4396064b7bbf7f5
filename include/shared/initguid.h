/* From here on DEFINE_GUID defines its identifier in this translation unit. */
#ifndef INITGUID
#define INITGUID
#endif
#include "guiddef.h"
