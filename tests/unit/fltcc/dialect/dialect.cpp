/* The same in C++. */
#include "dialect.c"
