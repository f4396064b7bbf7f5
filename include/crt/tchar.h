/* Names that are wide with UNICODE and narrow without. */
#ifndef _OFM_CRT_TCHAR_H
#define _OFM_CRT_TCHAR_H

#include <wchar.h>
#include <string.h>
#include <stdlib.h>
#include <stdio.h>
#include <ctype.h>

#ifdef _UNICODE
#ifndef _OFM_TCHAR
#define _OFM_TCHAR
typedef wchar_t TCHAR, _TCHAR, *PTCHAR;
#endif
typedef wint_t _TINT;
#define __T(x) L##x
#define _tmain wmain
#define _tprintf wprintf
#define _tprintf_s wprintf_s
#define _ftprintf fwprintf
#define _ftprintf_s fwprintf_s
#define _vtprintf vwprintf
#define _vftprintf vfwprintf
#define _stprintf _swprintf
#define _stprintf_s swprintf_s
#define _sntprintf _snwprintf
#define _sntprintf_s _snwprintf_s
#define _vstprintf_s vswprintf_s
#define _vsntprintf _vsnwprintf
#define _vsntprintf_s _vsnwprintf_s
#define _sctprintf _scwprintf
#define _vsctprintf _vscwprintf
#define _tscanf wscanf
#define _tscanf_s wscanf_s
#define _stscanf swscanf
#define _stscanf_s swscanf_s
#define _tcslen wcslen
#define _tcsnlen wcsnlen
#define _tcscpy wcscpy
#define _tcscpy_s wcscpy_s
#define _tcsncpy wcsncpy
#define _tcsncpy_s wcsncpy_s
#define _tcscat wcscat
#define _tcscat_s wcscat_s
#define _tcsncat_s wcsncat_s
#define _tcscmp wcscmp
#define _tcsncmp wcsncmp
#define _tcsicmp _wcsicmp
#define _tcsnicmp _wcsnicmp
#define _tcschr wcschr
#define _tcsrchr wcsrchr
#define _tcsstr wcsstr
#define _tcspbrk wcspbrk
#define _tcstok_s wcstok_s
#define _tcsdup _wcsdup
#define _tcslwr _wcslwr
#define _tcsupr _wcsupr
#define _tcstol wcstol
#define _tcstoul wcstoul
#define _tcstoui64 _wcstoui64
#define _ttoi _wtoi
#define _ttol _wtol
#define _ttoi64 _wtoi64
#define _itot _itow
#define _itot_s _itow_s
#define _totupper towupper
#define _totlower towlower
#define _istdigit iswdigit
#define _istalpha iswalpha
#define _istspace iswspace
#define _istprint iswprint
#define _fgetts fgetws
#define _fputts fputws
#define _putts _putws
#define _gettchar getwchar
#define _tfopen _wfopen
#define _tfopen_s _wfopen_s
#define _tgetenv _wgetenv
#define _tsystem _wsystem
#define _TEOF WEOF
#else
#ifndef _OFM_TCHAR
#define _OFM_TCHAR
typedef char TCHAR, _TCHAR, *PTCHAR;
#endif
typedef int _TINT;
#define __T(x) x
#define _tmain main
#define _tprintf printf
#define _tprintf_s printf_s
#define _ftprintf fprintf
#define _ftprintf_s fprintf_s
#define _vtprintf vprintf
#define _vftprintf vfprintf
#define _stprintf sprintf
#define _stprintf_s sprintf_s
#define _sntprintf _snprintf
#define _sntprintf_s _snprintf_s
#define _vstprintf_s vsprintf_s
#define _vsntprintf _vsnprintf
#define _vsntprintf_s _vsnprintf_s
#define _sctprintf _scprintf
#define _vsctprintf _vscprintf
#define _tscanf scanf
#define _tscanf_s scanf_s
#define _stscanf sscanf
#define _stscanf_s sscanf_s
#define _tcslen strlen
#define _tcsnlen strnlen
#define _tcscpy strcpy
#define _tcscpy_s strcpy_s
#define _tcsncpy strncpy
#define _tcsncpy_s strncpy_s
#define _tcscat strcat
#define _tcscat_s strcat_s
#define _tcsncat_s strncat_s
#define _tcscmp strcmp
#define _tcsncmp strncmp
#define _tcsicmp _stricmp
#define _tcsnicmp _strnicmp
#define _tcschr strchr
#define _tcsrchr strrchr
#define _tcsstr strstr
#define _tcspbrk strpbrk
#define _tcstok_s strtok_s
#define _tcsdup _strdup
#define _tcslwr _strlwr
#define _tcsupr _strupr
#define _tcstol strtol
#define _tcstoul strtoul
#define _tcstoui64 _strtoui64
#define _ttoi atoi
#define _ttol atol
#define _ttoi64 _atoi64
#define _itot _itoa
#define _itot_s _itoa_s
#define _totupper toupper
#define _totlower tolower
#define _istdigit isdigit
#define _istalpha isalpha
#define _istspace isspace
#define _istprint isprint
#define _fgetts fgets
#define _fputts fputs
#define _putts puts
#define _gettchar getchar
#define _tfopen fopen
#define _tfopen_s fopen_s
#define _tgetenv getenv
#define _tsystem system
#define _TEOF EOF
#endif
#define _T(x) __T(x)
#define _TEXT(x) __T(x)

#endif
