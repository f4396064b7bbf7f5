/* The spelling of Microsoft's documentation, for compilers that fltcc does not run: Linux tells letter case apart. */
#include "fltUser.h"
