/* The spelling of Microsoft's own samples, for compilers that fltcc does not run: Linux tells letter case apart. */
#include "fltkernel.h"
