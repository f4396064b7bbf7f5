/* The console: one key from the terminal without waiting for a line. */
#ifndef _OFM_CRT_CONIO_H
#define _OFM_CRT_CONIO_H

#include "_crt.h"

_CRT_BEGIN
int _getch(void) _CRTBIND(_getch);
int _getche(void) _CRTBIND(_getche);
int _kbhit(void) _CRTBIND(_kbhit);
int _putch(int c) _CRTBIND_AS(_putch, putchar);
int getch(void) _CRTBIND_AS(getch, _getch);
int kbhit(void) _CRTBIND_AS(kbhit, _kbhit);
int _cputs(const char *text) _CRTBIND(_cputs);
int _cprintf(const char *format, ...) _CRTBIND_AS(_cprintf, printf);
_CRT_END

#endif
