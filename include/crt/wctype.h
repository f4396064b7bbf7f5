/* Classes of wide characters. */
#ifndef _OFM_CRT_WCTYPE_TOP_H
#define _OFM_CRT_WCTYPE_TOP_H
#include "_wctype.h"
#endif
