/* The console. */
#ifndef _APISETCONSOLE_
#define _APISETCONSOLE_

#include "minwinbase.h"

#define CTRL_C_EVENT 0
#define CTRL_BREAK_EVENT 1
#define CTRL_CLOSE_EVENT 2
#define CTRL_LOGOFF_EVENT 5
#define CTRL_SHUTDOWN_EVENT 6
#define STD_INPUT_HANDLE ((DWORD)-10)
#define STD_OUTPUT_HANDLE ((DWORD)-11)
#define STD_ERROR_HANDLE ((DWORD)-12)
#define FOREGROUND_BLUE 0x0001
#define FOREGROUND_GREEN 0x0002
#define FOREGROUND_RED 0x0004
#define FOREGROUND_INTENSITY 0x0008
typedef BOOL (*PHANDLER_ROUTINE)(DWORD event);

EXTERN_C_START
/*
 * Handlers run in a thread of their own, the newest first, until one returns TRUE; if none does, the process ends
 * with STATUS_CONTROL_C_EXIT. SIGINT is CTRL_C_EVENT, SIGQUIT CTRL_BREAK_EVENT, SIGTERM and SIGHUP CTRL_CLOSE_EVENT.
 * (NULL, TRUE) ignores Ctrl-C, (NULL, FALSE) stops ignoring it. Source: nf-consoleapi-setconsolectrlhandler.
 */
WINBASEAPI BOOL WINAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE handler, BOOL add);
/*
 * The handle of standard input, output or error, for ReadFile and WriteFile; it need not be closed.
 * INVALID_HANDLE_VALUE with ERROR_INVALID_HANDLE for another number. Source: getstdhandle.
 */
WINBASEAPI HANDLE WINAPI GetStdHandle(DWORD which);
/*
 * The colour of what is written from now on, when standard output is a terminal; else nothing. attributes:
 * FOREGROUND_... bits. TRUE. Source: setconsoletextattribute.
 */
WINBASEAPI BOOL WINAPI SetConsoleTextAttribute(HANDLE console, WORD attributes);
/* TRUE; nothing changes: output is UTF-8. Source: setconsoleoutputcp. */
WINBASEAPI BOOL WINAPI SetConsoleOutputCP(UINT page);
/* CP_UTF8: Linux' terminals have no other. Source: getconsoleoutputcp. */
WINBASEAPI UINT WINAPI GetConsoleOutputCP(void);
EXTERN_C_END

#endif
