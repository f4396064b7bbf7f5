/* Types of the sys headers. */
#ifndef _OFM_CRT_SYS_TYPES_H
#define _OFM_CRT_SYS_TYPES_H
#include "../_crt.h"
typedef int _off_t;
typedef int off_t;
#endif
