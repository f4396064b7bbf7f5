/* The same table in C++. */
#include "seh_table.c"
