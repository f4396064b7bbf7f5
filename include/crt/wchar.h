/* Everything wide. */
#ifndef _OFM_CRT_WCHAR_H
#define _OFM_CRT_WCHAR_H

#include "_crt.h"
#include "_mem.h"
#include "_wstring.h"
#include "_wctype.h"
#include "_wconvert.h"
#include "_stdio.h"
#include "_wtime.h"

#ifndef WCHAR_MIN
#define WCHAR_MIN 0
#define WCHAR_MAX 0xFFFF
#endif

typedef struct _Mbstatet {
    unsigned _Wchar;
    unsigned short _Byte, _State;
} mbstate_t;

#endif
