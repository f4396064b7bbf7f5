/* The rest of kernel32, with all its parts. */
#ifndef _WINBASE_
#define _WINBASE_

#include "winerror.h"
#include "minwinbase.h"
#include "consoleapi.h"
#include "debugapi.h"
#include "errhandlingapi.h"
#include "fileapi.h"
#include "handleapi.h"
#include "heapapi.h"
#include "interlockedapi.h"
#include "ioapiset.h"
#include "libloaderapi.h"
#include "memoryapi.h"
#include "processenv.h"
#include "processthreadsapi.h"
#include "securitybaseapi.h"
#include "stringapiset.h"
#include "synchapi.h"
#include "sysinfoapi.h"

#define MoveMemory RtlMoveMemory
#define CopyMemory RtlCopyMemory
#define FillMemory RtlFillMemory
#define ZeroMemory RtlZeroMemory
#define SecureZeroMemory(to, n)                                                                                      \
    do {                                                                                                             \
        __builtin_memset((to), 0, (n));                                                                              \
        __asm__ volatile("" ::"r"(to) : "memory");                                                                   \
    } while (0)

#define LMEM_FIXED 0x0000
#define LMEM_MOVEABLE 0x0002
#define LMEM_ZEROINIT 0x0040
#define LPTR (LMEM_FIXED | LMEM_ZEROINIT)
#define GMEM_FIXED 0x0000
#define GMEM_ZEROINIT 0x0040
#define GPTR (GMEM_FIXED | GMEM_ZEROINIT)

#define FORMAT_MESSAGE_ALLOCATE_BUFFER 0x00000100
#define FORMAT_MESSAGE_IGNORE_INSERTS 0x00000200
#define FORMAT_MESSAGE_FROM_STRING 0x00000400
#define FORMAT_MESSAGE_FROM_HMODULE 0x00000800
#define FORMAT_MESSAGE_FROM_SYSTEM 0x00001000
#define FORMAT_MESSAGE_ARGUMENT_ARRAY 0x00002000
#define FORMAT_MESSAGE_MAX_WIDTH_MASK 0x000000FF

#ifndef EXCEPTION_ACCESS_VIOLATION
#define EXCEPTION_ACCESS_VIOLATION STATUS_ACCESS_VIOLATION
#endif

/* What GetFileInformationByHandleEx fills in: NT's structures under other names, the strings in bytes and without an end
 * mark. */
typedef struct _FILE_BASIC_INFO {
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    DWORD FileAttributes;
} FILE_BASIC_INFO, *PFILE_BASIC_INFO;

typedef struct _FILE_STANDARD_INFO {
    LARGE_INTEGER AllocationSize;
    LARGE_INTEGER EndOfFile;
    DWORD NumberOfLinks;
    BOOLEAN DeletePending;
    BOOLEAN Directory;
} FILE_STANDARD_INFO, *PFILE_STANDARD_INFO;

typedef struct _FILE_NAME_INFO {
    DWORD FileNameLength;
    WCHAR FileName[1];
} FILE_NAME_INFO, *PFILE_NAME_INFO;

typedef struct _FILE_STREAM_INFO {
    DWORD NextEntryOffset;
    DWORD StreamNameLength;
    LARGE_INTEGER StreamSize;
    LARGE_INTEGER StreamAllocationSize;
    WCHAR StreamName[1];
} FILE_STREAM_INFO, *PFILE_STREAM_INFO;

typedef struct _FILE_COMPRESSION_INFO {
    LARGE_INTEGER CompressedFileSize;
    WORD CompressionFormat;
    UCHAR CompressionUnitShift;
    UCHAR ChunkShift;
    UCHAR ClusterShift;
    UCHAR Reserved[3];
} FILE_COMPRESSION_INFO, *PFILE_COMPRESSION_INFO;

typedef struct _FILE_ATTRIBUTE_TAG_INFO {
    DWORD FileAttributes;
    DWORD ReparseTag;
} FILE_ATTRIBUTE_TAG_INFO, *PFILE_ATTRIBUTE_TAG_INFO;

typedef struct _FILE_ALIGNMENT_INFO {
    ULONG AlignmentRequirement;
} FILE_ALIGNMENT_INFO, *PFILE_ALIGNMENT_INFO;

typedef struct _FILE_ID_INFO {
    ULONGLONG VolumeSerialNumber;
    FILE_ID_128 FileId;
} FILE_ID_INFO, *PFILE_ID_INFO;

typedef struct _FILE_FULL_DIR_INFO {
    ULONG NextEntryOffset;
    ULONG FileIndex;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER EndOfFile;
    LARGE_INTEGER AllocationSize;
    ULONG FileAttributes;
    ULONG FileNameLength;
    ULONG EaSize;
    WCHAR FileName[1];
} FILE_FULL_DIR_INFO, *PFILE_FULL_DIR_INFO;

typedef struct _FILE_ID_BOTH_DIR_INFO {
    DWORD NextEntryOffset;
    DWORD FileIndex;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    LARGE_INTEGER EndOfFile;
    LARGE_INTEGER AllocationSize;
    DWORD FileAttributes;
    DWORD FileNameLength;
    DWORD EaSize;
    CCHAR ShortNameLength;
    WCHAR ShortName[12];
    LARGE_INTEGER FileId;
    WCHAR FileName[1];
} FILE_ID_BOTH_DIR_INFO, *PFILE_ID_BOTH_DIR_INFO;

EXTERN_C_START
/*
 * Facts of an open file: FileBasicInfo, FileStandardInfo, FileNameInfo (of a mailslot, too), FileStreamInfo,
 * FileCompressionInfo, FileAttributeTagInfo, FileAlignmentInfo, FileIdInfo, and the entries of a directory
 * (FileIdBothDirectoryInfo, FileFullDirectoryInfo and their Restart forms). FALSE with ERROR_INVALID_PARAMETER: another
 * class, or one that the file's file system has not; a file of Linux has Basic, Standard and AttributeTag. ERROR_BAD_LENGTH:
 * the buffer (size: bytes) is shorter than the structure; ERROR_MORE_DATA: than the name, whose beginning is there;
 * ERROR_NO_MORE_FILES: the directory's end. Source: nf-winbase-getfileinformationbyhandleex.
 */
WINBASEAPI BOOL WINAPI GetFileInformationByHandleEx(
    HANDLE file, FILE_INFO_BY_HANDLE_CLASS information_class, LPVOID buffer, DWORD size);
/*
 * A block of the process' heap; LMEM_ZEROINIT clears it. NULL with ERROR_NOT_ENOUGH_MEMORY. Freed with LocalFree.
 * Source: nf-winbase-localalloc.
 */
WINBASEAPI HLOCAL WINAPI LocalAlloc(UINT flags, SIZE_T size);
/*
 * The block with another size in bytes, perhaps elsewhere. NULL on failure, and the old one stays. Source:
 * nf-winbase-localrealloc.
 */
WINBASEAPI HLOCAL WINAPI LocalReAlloc(HLOCAL block, SIZE_T size, UINT flags);
/* Frees a block; NULL is fine. NULL, or the block on failure. Source: nf-winbase-localfree. */
WINBASEAPI HLOCAL WINAPI LocalFree(HLOCAL block);
/* As LocalAlloc: the two are one here. Freed with GlobalFree. Source: nf-winbase-globalalloc. */
WINBASEAPI HGLOBAL WINAPI GlobalAlloc(UINT flags, SIZE_T size);
/* As LocalFree. Source: nf-winbase-globalfree. */
WINBASEAPI HGLOBAL WINAPI GlobalFree(HGLOBAL block);

/*
 * The text of a Win32 error, an HRESULT of facility Win32, or a status: its symbolic name and number. 0 on failure.
 * Source: nf-winbase-formatmessagea.
 */
WINBASEAPI DWORD WINAPI FormatMessageA(DWORD flags, LPCVOID source, DWORD id, DWORD language, LPSTR to, DWORD capacity,
    va_list *arguments);
WINBASEAPI DWORD WINAPI FormatMessageW(DWORD flags, LPCVOID source, DWORD id, DWORD language, LPWSTR to,
    DWORD capacity, va_list *arguments);

/* The length in characters (bytes for A, 16-bit units for W); 0 for NULL. Source: nf-winbase-lstrlena. */
WINBASEAPI int WINAPI lstrlenA(LPCSTR text);
WINBASEAPI int WINAPI lstrlenW(LPCWSTR text);
/* Compares by character values: negative, 0 or positive. Source: nf-winbase-lstrcmpa. */
WINBASEAPI int WINAPI lstrcmpA(LPCSTR a, LPCSTR b);
WINBASEAPI int WINAPI lstrcmpW(LPCWSTR a, LPCWSTR b);
/* As lstrcmp, without regard to letter case. Source: nf-winbase-lstrcmpia. */
WINBASEAPI int WINAPI lstrcmpiA(LPCSTR a, LPCSTR b);
WINBASEAPI int WINAPI lstrcmpiW(LPCWSTR a, LPCWSTR b);
/* Copies with the terminator; the room is the caller's care. Returns to. Source: nf-winbase-lstrcpyw. */
WINBASEAPI LPWSTR WINAPI lstrcpyW(LPWSTR to, LPCWSTR from);
/* Appends with the terminator; the room is the caller's care. Returns to. Source: nf-winbase-lstrcatw. */
WINBASEAPI LPWSTR WINAPI lstrcatW(LPWSTR to, LPCWSTR from);
/*
 * number * numerator / denominator, rounded to the nearest, with 64 bits between. -1 when it does not fit or the
 * denominator is 0. Source: nf-winbase-muldiv.
 */
WINBASEAPI int WINAPI MulDiv(int number, int numerator, int denominator);
/*
 * The host's name. *capacity: characters; in room, out length. FALSE with ERROR_BUFFER_OVERFLOW, *capacity is what
 * is needed. Source: nf-winbase-getcomputernamew.
 */
WINBASEAPI BOOL WINAPI GetComputerNameW(LPWSTR to, LPDWORD capacity);
WINBASEAPI BOOL WINAPI GetComputerNameA(LPSTR to, LPDWORD capacity);
/*
 * Mailslots (docs/mailslots.md). Names are \\.\mailslot\[path]name; on failure INVALID_HANDLE_VALUE:
 * ERROR_PATH_NOT_FOUND for NULL, ERROR_INVALID_NAME for another kind of name, ERROR_ALREADY_EXISTS,
 * ERROR_DEVICE_NOT_CONNECTED without a manager. The timeout is that of reads on an empty slot, in milliseconds; the
 * handle does overlapped reads as well. The writing end is CreateFile's. Source: nf-winbase-createmailslota.
 */
WINBASEAPI HANDLE WINAPI CreateMailslotA(LPCSTR name, DWORD maximum, DWORD timeout, LPSECURITY_ATTRIBUTES attributes);
WINBASEAPI HANDLE WINAPI CreateMailslotW(LPCWSTR name, DWORD maximum, DWORD timeout, LPSECURITY_ATTRIBUTES attributes);
/* Each result may be NULL. Source: nf-winbase-getmailslotinfo. */
WINBASEAPI BOOL WINAPI GetMailslotInfo(HANDLE slot, LPDWORD maximum, LPDWORD next, LPDWORD count, LPDWORD timeout);
/* For reads that begin later, of every handle. Source: nf-winbase-setmailslotinfo. */
WINBASEAPI BOOL WINAPI SetMailslotInfo(HANDLE slot, DWORD timeout);
/* From shell32: blocks from LocalAlloc, one LocalFree frees all. Source: nf-shellapi-commandlinetoargvw. */
WINBASEAPI LPWSTR *WINAPI CommandLineToArgvW(LPCWSTR line, int *count);

/* Of the C library, but about handles: see process.h. Source: beginthread-beginthreadex. */
WINBASEAPI ULONG_PTR _beginthreadex(void *security, unsigned stack, unsigned (*start)(void *), void *argument,
    unsigned flags, unsigned *id);
EXTERN_C_END

#define GlobalLock(block) ((LPVOID)(block))
#define GlobalUnlock(block) ((BOOL)0)
#define LocalLock(block) ((LPVOID)(block))
#define LocalUnlock(block) ((BOOL)0)

#ifdef UNICODE
#define FormatMessage FormatMessageW
#define lstrlen lstrlenW
#define lstrcmp lstrcmpW
#define lstrcmpi lstrcmpiW
#define GetComputerName GetComputerNameW
#define CreateMailslot CreateMailslotW
#else
#define FormatMessage FormatMessageA
#define lstrlen lstrlenA
#define lstrcmp lstrcmpA
#define lstrcmpi lstrcmpiA
#define GetComputerName GetComputerNameA
#define CreateMailslot CreateMailslotA
#endif

#endif
