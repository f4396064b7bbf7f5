/* Files. A name is a Linux path; backslashes are taken for slashes, and \\?\ or a drive letter C: in front is dropped.
 * \\.\Name, \\.\GLOBALROOT\Device\X and \\?\GLOBALROOT\Device\X lead into the manager: a driver's device by its symbolic link
 * or its own name, a mailslot, a file on a volume. Handles of those do everything below, overlapped too. */
#ifndef _APISETFILE_
#define _APISETFILE_

#include "minwinbase.h"

#define CREATE_NEW 1
#define CREATE_ALWAYS 2
#define OPEN_EXISTING 3
#define OPEN_ALWAYS 4
#define TRUNCATE_EXISTING 5
#define FILE_FLAG_WRITE_THROUGH 0x80000000
#define FILE_FLAG_OVERLAPPED 0x40000000
#define FILE_FLAG_NO_BUFFERING 0x20000000
#define FILE_FLAG_RANDOM_ACCESS 0x10000000
#define FILE_FLAG_SEQUENTIAL_SCAN 0x08000000
#define FILE_FLAG_DELETE_ON_CLOSE 0x04000000
#define FILE_FLAG_BACKUP_SEMANTICS 0x02000000
#define FILE_FLAG_POSIX_SEMANTICS 0x01000000
#define FILE_FLAG_OPEN_REPARSE_POINT 0x00200000
#define FILE_BEGIN 0
#define FILE_CURRENT 1
#define FILE_END 2
#define FILE_TYPE_UNKNOWN 0x0000
#define FILE_TYPE_DISK 0x0001
#define FILE_TYPE_CHAR 0x0002
#define FILE_TYPE_PIPE 0x0003

/* What GetFileInformationByHandle tells. */
typedef struct _BY_HANDLE_FILE_INFORMATION {
    DWORD dwFileAttributes;
    FILETIME ftCreationTime;
    FILETIME ftLastAccessTime;
    FILETIME ftLastWriteTime;
    DWORD dwVolumeSerialNumber;
    DWORD nFileSizeHigh;
    DWORD nFileSizeLow;
    DWORD nNumberOfLinks;
    DWORD nFileIndexHigh;
    DWORD nFileIndexLow;
} BY_HANDLE_FILE_INFORMATION, *PBY_HANDLE_FILE_INFORMATION, *LPBY_HANDLE_FILE_INFORMATION;

EXTERN_C_START
/*
 * INVALID_HANDLE_VALUE on failure. CREATE_ALWAYS and OPEN_ALWAYS on a file that was there succeed with the last
 * error ERROR_ALREADY_EXISTS. A directory needs FILE_FLAG_BACKUP_SEMANTICS. Share modes are not enforced between
 * processes. Source: nf-fileapi-createfilea.
 */
WINBASEAPI HANDLE WINAPI CreateFileA(LPCSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES attributes,
    DWORD disposition, DWORD flags, HANDLE template_file);
WINBASEAPI HANDLE WINAPI CreateFileW(LPCWSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES attributes,
    DWORD disposition, DWORD flags, HANDLE template_file);
/*
 * Reads from a file or port. count, *done: bytes; done may be NULL for an overlapped one. At the end: TRUE with 0
 * bytes, overlapped ERROR_HANDLE_EOF. FALSE with ERROR_IO_PENDING: an overlapped read runs on. Source:
 * nf-fileapi-readfile.
 */
WINBASEAPI BOOL WINAPI ReadFile(HANDLE file, LPVOID buffer, DWORD count, LPDWORD done, LPOVERLAPPED overlapped);
/*
 * Writes to a file. count, *done: bytes. FALSE with ERROR_DISK_FULL, ERROR_ACCESS_DENIED, ERROR_IO_PENDING (it runs
 * on) and others. Source: nf-fileapi-writefile.
 */
WINBASEAPI BOOL WINAPI WriteFile(HANDLE file, LPCVOID buffer, DWORD count, LPDWORD done, LPOVERLAPPED overlapped);
/*
 * An overlapped read that ends with a call of `routine` in the calling thread, in an alertable wait of it (SleepEx,
 * WaitForSingleObjectEx ...): error code, bytes, the OVERLAPPED. hEvent is the caller's own. TRUE also when it is complete
 * at once: the routine is called all the same. FALSE with ERROR_INVALID_PARAMETER: no OVERLAPPED, or the file belongs to a
 * completion port; with any other error the routine is not called. Source: nf-fileapi-readfileex.
 */
WINBASEAPI BOOL WINAPI ReadFileEx(HANDLE file, LPVOID buffer, DWORD count, LPOVERLAPPED overlapped,
    LPOVERLAPPED_COMPLETION_ROUTINE routine);
/* The same for a write. Source: nf-fileapi-writefileex. */
WINBASEAPI BOOL WINAPI WriteFileEx(HANDLE file, LPCVOID buffer, DWORD count, LPOVERLAPPED overlapped,
    LPOVERLAPPED_COMPLETION_ROUTINE routine);
/*
 * Attributes, times, size, links and number of an open file, and the volume's serial number. FALSE with
 * ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED; ERROR_INVALID_PARAMETER for a mailslot, which has none of it. Source:
 * nf-fileapi-getfileinformationbyhandle.
 */
WINBASEAPI BOOL WINAPI GetFileInformationByHandle(HANDLE file, LPBY_HANDLE_FILE_INFORMATION information);
/*
 * The size in bytes: the low 32 bits, the high ones in *high (may be NULL). INVALID_FILE_SIZE on failure, or with
 * ERROR_SUCCESS when the low half happens to be that. Source: nf-fileapi-getfilesize.
 */
WINBASEAPI DWORD WINAPI GetFileSize(HANDLE file, LPDWORD high);
/* The size in bytes. FALSE with ERROR_INVALID_HANDLE. Source: nf-fileapi-getfilesizeex. */
WINBASEAPI BOOL WINAPI GetFileSizeEx(HANDLE file, PLARGE_INTEGER size);
/*
 * Moves the position: distance from FILE_BEGIN, FILE_CURRENT or FILE_END; *high (may be NULL) is its upper half, in
 * and out. INVALID_SET_FILE_POINTER on failure, or with ERROR_SUCCESS when the low half happens to be that. Source:
 * nf-fileapi-setfilepointer.
 */
WINBASEAPI DWORD WINAPI SetFilePointer(HANDLE file, LONG distance, PLONG high, DWORD method);
/*
 * As SetFilePointer, in 64 bits; *position (may be NULL) is the new one. FALSE with ERROR_NEGATIVE_SEEK,
 * ERROR_INVALID_HANDLE. Source: nf-fileapi-setfilepointerex.
 */
WINBASEAPI BOOL WINAPI SetFilePointerEx(HANDLE file, LARGE_INTEGER distance, PLARGE_INTEGER position, DWORD method);
/*
 * Cuts or lengthens the file to the position. FALSE with ERROR_ACCESS_DENIED, ERROR_DISK_FULL. Source:
 * nf-fileapi-setendoffile.
 */
WINBASEAPI BOOL WINAPI SetEndOfFile(HANDLE file);
/*
 * Writes the file's data to the disk. FALSE with ERROR_INVALID_HANDLE or what Linux says. Source:
 * nf-fileapi-flushfilebuffers.
 */
WINBASEAPI BOOL WINAPI FlushFileBuffers(HANDLE file);
/*
 * FILE_TYPE_DISK, FILE_TYPE_CHAR, FILE_TYPE_PIPE (pipes and sockets), or FILE_TYPE_UNKNOWN. Source:
 * nf-fileapi-getfiletype.
 */
WINBASEAPI DWORD WINAPI GetFileType(HANDLE file);
/* Each time may be NULL. Source: nf-fileapi-getfiletime. */
WINBASEAPI BOOL WINAPI GetFileTime(HANDLE file, LPFILETIME created, LPFILETIME accessed, LPFILETIME written);
/*
 * Sets the times that are not NULL. FALSE with
 * ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE. Source: nf-fileapi-setfiletime.
 */
WINBASEAPI BOOL WINAPI SetFileTime(HANDLE file, const FILETIME *created, const FILETIME *accessed, const FILETIME *written);
/*
 * Takes the file's name away; open handles keep it alive, as on Linux. FALSE with ERROR_FILE_NOT_FOUND,
 * ERROR_ACCESS_DENIED. Source: nf-fileapi-deletefilea.
 */
WINBASEAPI BOOL WINAPI DeleteFileA(LPCSTR name);
WINBASEAPI BOOL WINAPI DeleteFileW(LPCWSTR name);
/*
 * FILE_ATTRIBUTE_DIRECTORY or FILE_ATTRIBUTE_ARCHIVE, with FILE_ATTRIBUTE_READONLY when nobody may write.
 * INVALID_FILE_ATTRIBUTES on failure. Source: nf-fileapi-getfileattributesa.
 */
WINBASEAPI DWORD WINAPI GetFileAttributesA(LPCSTR name);
WINBASEAPI DWORD WINAPI GetFileAttributesW(LPCWSTR name);
/*
 * A new directory; the security attributes are not used. FALSE with ERROR_ALREADY_EXISTS, ERROR_PATH_NOT_FOUND,
 * ERROR_ACCESS_DENIED. Source: nf-fileapi-createdirectorya.
 */
WINBASEAPI BOOL WINAPI CreateDirectoryA(LPCSTR name, LPSECURITY_ATTRIBUTES attributes);
WINBASEAPI BOOL WINAPI CreateDirectoryW(LPCWSTR name, LPSECURITY_ATTRIBUTES attributes);
/*
 * Takes an empty directory away. FALSE with ERROR_DIR_NOT_EMPTY, ERROR_FILE_NOT_FOUND, ERROR_ACCESS_DENIED. Source:
 * nf-fileapi-removedirectorya.
 */
WINBASEAPI BOOL WINAPI RemoveDirectoryA(LPCSTR name);
WINBASEAPI BOOL WINAPI RemoveDirectoryW(LPCWSTR name);
/*
 * Names are matched without regard to case. FindNextFile ends with ERROR_NO_MORE_FILES. Source:
 * nf-fileapi-findfirstfilea.
 */
WINBASEAPI HANDLE WINAPI FindFirstFileA(LPCSTR name, LPWIN32_FIND_DATAA data);
WINBASEAPI HANDLE WINAPI FindFirstFileW(LPCWSTR name, LPWIN32_FIND_DATAW data);
/* The next name that fits. FALSE with ERROR_NO_MORE_FILES at the end. Source: nf-fileapi-findnextfilea. */
WINBASEAPI BOOL WINAPI FindNextFileA(HANDLE search, LPWIN32_FIND_DATAA data);
WINBASEAPI BOOL WINAPI FindNextFileW(HANDLE search, LPWIN32_FIND_DATAW data);
/* Ends a search of FindFirstFile. FALSE with ERROR_INVALID_HANDLE. Source: nf-fileapi-findclose. */
WINBASEAPI BOOL WINAPI FindClose(HANDLE search);
/*
 * The length, or with too little room the size that is needed. A name that is no absolute path gets the current
 * directory in front; dots are taken out. Source: nf-fileapi-getfullpathnamea.
 */
WINBASEAPI DWORD WINAPI GetFullPathNameA(LPCSTR name, DWORD capacity, LPSTR to, LPSTR *file_part);
WINBASEAPI DWORD WINAPI GetFullPathNameW(LPCWSTR name, DWORD capacity, LPWSTR to, LPWSTR *file_part);
/*
 * The directory for temporary files, with a separator at its end. The length without the terminator, or with too
 * little room the size that is needed. Source: nf-fileapi-gettemppatha.
 */
WINBASEAPI DWORD WINAPI GetTempPathA(DWORD capacity, LPSTR to);
WINBASEAPI DWORD WINAPI GetTempPathW(DWORD capacity, LPWSTR to);
EXTERN_C_END

#ifdef UNICODE
#define FindFirstFile FindFirstFileW
#define FindNextFile FindNextFileW
#define GetFullPathName GetFullPathNameW
#define GetTempPath GetTempPathW
typedef WIN32_FIND_DATAW WIN32_FIND_DATA, *PWIN32_FIND_DATA, *LPWIN32_FIND_DATA;
#else
#define FindFirstFile FindFirstFileA
#define FindNextFile FindNextFileA
#define GetFullPathName GetFullPathNameA
#define GetTempPath GetTempPathA
typedef WIN32_FIND_DATAA WIN32_FIND_DATA, *PWIN32_FIND_DATA, *LPWIN32_FIND_DATA;
#endif

#ifdef UNICODE
#define CreateFile CreateFileW
#define DeleteFile DeleteFileW
#define GetFileAttributes GetFileAttributesW
#define CreateDirectory CreateDirectoryW
#define RemoveDirectory RemoveDirectoryW
#else
#define CreateFile CreateFileA
#define DeleteFile DeleteFileA
#define GetFileAttributes GetFileAttributesA
#define CreateDirectory CreateDirectoryA
#define RemoveDirectory RemoveDirectoryA
#endif

#endif
