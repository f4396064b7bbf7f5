/* The debug library's macros. The heap checks are AddressSanitizer's job here: build with --asan. */
#ifndef _OFM_CRT_CRTDBG_H
#define _OFM_CRT_CRTDBG_H

#include <assert.h>

#define _CRT_WARN 0
#define _CRT_ERROR 1
#define _CRT_ASSERT 2
#define _CRTDBG_MODE_FILE 0x1
#define _CRTDBG_MODE_DEBUG 0x2
#define _CRTDBG_MODE_WNDW 0x4
#define _CRTDBG_ALLOC_MEM_DF 0x01
#define _CRTDBG_CHECK_ALWAYS_DF 0x04
#define _CRTDBG_LEAK_CHECK_DF 0x20
#define _CRTDBG_REPORT_FLAG (-1)

#if defined(_DEBUG) && !defined(NDEBUG)
#define _ASSERT(expression) assert(expression)
#define _ASSERTE(expression) assert(expression)
#else
#define _ASSERT(expression) ((void)0)
#define _ASSERTE(expression) ((void)0)
#endif
/* As in Windows' release library, these do nothing. */
#define _CrtSetDbgFlag(flags) ((int)0)
#define _CrtCheckMemory() ((int)1)
#define _CrtDumpMemoryLeaks() ((int)0)
#define _CrtSetReportMode(type, mode) ((int)0)
#define _CrtSetReportFile(type, file) ((void *)0)
#define _CrtSetBreakAlloc(number) ((int)0)

#endif
