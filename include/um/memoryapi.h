/* Pages, and files mapped into memory. */
#ifndef _MEMORYAPI_H_
#define _MEMORYAPI_H_

#include "minwinbase.h"

#define SECTION_QUERY 0x0001
#define SECTION_MAP_WRITE 0x0002
#define SECTION_MAP_READ 0x0004
#define SECTION_MAP_EXECUTE 0x0008
#define SECTION_ALL_ACCESS (STANDARD_RIGHTS_REQUIRED | 0x1F)
#define FILE_MAP_COPY 0x0001
#define FILE_MAP_WRITE SECTION_MAP_WRITE
#define FILE_MAP_READ SECTION_MAP_READ
#define FILE_MAP_EXECUTE 0x0020
#define FILE_MAP_ALL_ACCESS SECTION_ALL_ACCESS
#define MEM_UNMAP_WITH_TRANSIENT_BOOST 0x00000001
#ifndef MEM_FREE
#define MEM_FREE 0x00010000
#define MEM_PRIVATE 0x00020000
#define MEM_MAPPED 0x00040000
#endif
#ifndef MEM_IMAGE
#define MEM_IMAGE 0x01000000
#endif

typedef struct _MEMORY_BASIC_INFORMATION {
    PVOID BaseAddress;
    PVOID AllocationBase;
    DWORD AllocationProtect;
    WORD PartitionId;
    SIZE_T RegionSize;
    DWORD State;
    DWORD Protect;
    DWORD Type;
} MEMORY_BASIC_INFORMATION, *PMEMORY_BASIC_INFORMATION;
C_ASSERT(sizeof(MEMORY_BASIC_INFORMATION) == 48);

EXTERN_C_START
/*
 * Reserves (MEM_RESERVE) and commits (MEM_COMMIT) whole pages, at `address` or where there is room. size: bytes.
 * NULL with ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY, ERROR_INVALID_ADDRESS. Source:
 * nf-memoryapi-virtualalloc.
 */
WINBASEAPI LPVOID WINAPI VirtualAlloc(LPVOID address, SIZE_T size, DWORD type, DWORD protect);
/* MEM_RELEASE with size 0, or MEM_DECOMMIT. Source: nf-memoryapi-virtualfree. */
WINBASEAPI BOOL WINAPI VirtualFree(LPVOID address, SIZE_T size, DWORD type);
/*
 * Changes the protection of the pages that hold the range; *previous is the old one of the first. FALSE with
 * ERROR_INVALID_PARAMETER, ERROR_NOACCESS. Source: nf-memoryapi-virtualprotect.
 */
WINBASEAPI BOOL WINAPI VirtualProtect(LPVOID address, SIZE_T size, DWORD protect, PDWORD previous);
/*
 * The run of pages of equal protection at the address; from Linux's list of mappings. Returns the bytes written.
 * Source: nf-memoryapi-virtualquery.
 */
WINBASEAPI SIZE_T WINAPI VirtualQuery(LPCVOID address, PMEMORY_BASIC_INFORMATION info, SIZE_T size);
/*
 * Keeps the pages in memory; VirtualUnlock ends it. FALSE with Linux' refusal: see RLIMIT_MEMLOCK. Source:
 * nf-memoryapi-virtuallock.
 */
WINBASEAPI BOOL WINAPI VirtualLock(LPVOID address, SIZE_T size);
WINBASEAPI BOOL WINAPI VirtualUnlock(LPVOID address, SIZE_T size);

/*
 * file INVALID_HANDLE_VALUE: anonymous memory. A larger size than the file's makes the file longer (PAGE_READWRITE).
 * Source: nf-memoryapi-createfilemappinga.
 */
WINBASEAPI HANDLE WINAPI CreateFileMappingA(HANDLE file, LPSECURITY_ATTRIBUTES attributes, DWORD protect,
    DWORD size_high, DWORD size_low, LPCSTR name);
WINBASEAPI HANDLE WINAPI CreateFileMappingW(HANDLE file, LPSECURITY_ATTRIBUTES attributes, DWORD protect,
    DWORD size_high, DWORD size_low, LPCWSTR name);
/* The offset is a multiple of 64 KiB; size 0 maps to the end. Source: nf-memoryapi-mapviewoffile. */
WINBASEAPI LPVOID WINAPI MapViewOfFile(HANDLE mapping, DWORD access, DWORD offset_high, DWORD offset_low, SIZE_T size);
/*
 * Takes away a view that MapViewOfFile made; address is its beginning. FALSE with ERROR_INVALID_ADDRESS. Source:
 * nf-memoryapi-unmapviewoffile.
 */
WINBASEAPI BOOL WINAPI UnmapViewOfFile(LPCVOID address);
/* As UnmapViewOfFile; the flags change nothing. Source: nf-memoryapi-unmapviewoffileex. */
WINBASEAPI BOOL WINAPI UnmapViewOfFileEx(PVOID address, ULONG flags);
/* Writes changed pages of a view to the file; size 0: to the view's end. Source: nf-memoryapi-flushviewoffile. */
WINBASEAPI BOOL WINAPI FlushViewOfFile(LPCVOID address, SIZE_T size);
EXTERN_C_END

#ifdef UNICODE
#define CreateFileMapping CreateFileMappingW
#else
#define CreateFileMapping CreateFileMappingA
#endif

#endif
