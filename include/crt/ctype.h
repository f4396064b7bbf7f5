/* Classes of characters: glibc's own functions in the C locale. */
#ifndef _OFM_CRT_CTYPE_H
#define _OFM_CRT_CTYPE_H

#include "_wctype.h"

_CRT_BEGIN
int isalpha(int c);
int isdigit(int c);
int isalnum(int c);
int isxdigit(int c);
int isspace(int c);
int isblank(int c);
int isupper(int c);
int islower(int c);
int ispunct(int c);
int isprint(int c);
int isgraph(int c);
int iscntrl(int c);
int toupper(int c);
int tolower(int c);
_CRT_END

#define __isascii(c) ((unsigned)(c) < 0x80)
#define __toascii(c) ((c) & 0x7F)
#define isascii __isascii
#define toascii __toascii
#define _toupper(c) ((c) - 'a' + 'A')
#define _tolower(c) ((c) - 'A' + 'a')

#endif
