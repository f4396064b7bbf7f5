/* The heap. */
#ifndef _OFM_CRT_MALLOC_TOP_H
#define _OFM_CRT_MALLOC_TOP_H
#include "_malloc.h"
#endif
