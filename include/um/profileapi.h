/* Part of sysinfoapi.h. */
#include "sysinfoapi.h"
