/* Pages. */
#ifndef _MEMORYAPI_H_
#define _MEMORYAPI_H_

#include "minwinbase.h"

EXTERN_C_START
WINBASEAPI LPVOID WINAPI VirtualAlloc(LPVOID address, SIZE_T size, DWORD type, DWORD protect);
/* MEM_RELEASE with size 0, or MEM_DECOMMIT. */
WINBASEAPI BOOL WINAPI VirtualFree(LPVOID address, SIZE_T size, DWORD type);
WINBASEAPI BOOL WINAPI VirtualProtect(LPVOID address, SIZE_T size, DWORD protect, PDWORD previous);
WINBASEAPI BOOL WINAPI VirtualLock(LPVOID address, SIZE_T size);
WINBASEAPI BOOL WINAPI VirtualUnlock(LPVOID address, SIZE_T size);
EXTERN_C_END

#endif
