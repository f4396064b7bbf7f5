/* Part of windef.h. */
#include "windef.h"
