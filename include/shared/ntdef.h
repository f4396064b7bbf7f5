/* The basic types of NT, for both sides: integers, strings, lists, object attributes, status tests, helpers. */
#ifndef _NTDEF_
#define _NTDEF_

#include <stdarg.h>
#include <stddef.h>
#include "sal.h"
#include "specstrings.h"
#include "basetsd.h"
#include "guiddef.h"

#ifndef EXTERN_C_START
#ifdef __cplusplus
#define EXTERN_C_START extern "C" {
#define EXTERN_C_END }
#else
#define EXTERN_C_START
#define EXTERN_C_END
#endif
#endif

/* What a call looks like. Windows' conventions are the platform's own here. */
#ifndef NTAPI
#define NTAPI
#endif
#ifndef __stdcall
#define __stdcall
#endif
#ifndef __cdecl
#define __cdecl
#endif
#ifndef __fastcall
#define __fastcall
#endif
#ifndef __vectorcall
#define __vectorcall
#endif
#define NTAPI_INLINE
#define STDAPICALLTYPE
#define FASTCALL
#define CDECL
#define NTAPIV

/* What drivers and applications may call is visible in the library, all else is hidden. */
#define OFM_EXPORT __attribute__((visibility("default")))
#define OFM_INLINE static __inline__ __attribute__((unused))
#ifndef NTSYSAPI
#define NTSYSAPI OFM_EXPORT
#endif
#ifndef NTSYSCALLAPI
#define NTSYSCALLAPI OFM_EXPORT
#endif
#ifndef NTKERNELAPI
#define NTKERNELAPI OFM_EXPORT
#endif
#ifndef NTHALAPI
#define NTHALAPI OFM_EXPORT
#endif
#ifndef DECLSPEC_IMPORT
#define DECLSPEC_IMPORT OFM_EXPORT
#endif
#ifndef DECLSPEC_EXPORT
#define DECLSPEC_EXPORT OFM_EXPORT
#endif

#ifdef __OFM_FLTCC__
#define FORCEINLINE __forceinline
#else
#define FORCEINLINE __inline__ __attribute__((always_inline, unused))
#endif
#define CFORCEINLINE FORCEINLINE
#define STKFORCEINLINE FORCEINLINE
#define DECLSPEC_NORETURN __attribute__((noreturn))
#define DECLSPEC_NOINLINE __attribute__((noinline))
#define DECLSPEC_NOTHROW __attribute__((nothrow))
#define DECLSPEC_RESTRICT
#define DECLSPEC_DEPRECATED
#define DECLSPEC_DEPRECATED_DDK
#define DECLSPEC_UUID(x)
#define DECLSPEC_NOVTABLE
#ifndef DECLSPEC_SELECTANY
#define DECLSPEC_SELECTANY __attribute__((weak))
#endif
#define DECLSPEC_ALIGN(x) __attribute__((aligned(x)))
#define DECLSPEC_CACHEALIGN DECLSPEC_ALIGN(SYSTEM_CACHE_ALIGNMENT_SIZE)
#define SYSTEM_CACHE_ALIGNMENT_SIZE 64
#define MEMORY_ALLOCATION_ALIGNMENT 16
#define POINTER_ALIGNMENT DECLSPEC_ALIGN(8)
#define UNALIGNED
#define UNALIGNED64
#define RESTRICTED_POINTER __restrict__
#define FIELD_SIZE(type, field) (sizeof(((type *)0)->field))
#define FAR
#define NEAR
#ifndef CONST
#define CONST const
#endif
#ifndef IN
#define IN
#endif
#ifndef OUT
#define OUT
#endif
#ifndef OPTIONAL
#define OPTIONAL
#endif
#ifndef NOTHING
#define NOTHING
#endif
#ifndef CRITICAL
#define CRITICAL
#endif
#ifndef ANYSIZE_ARRAY
#define ANYSIZE_ARRAY 1
#endif
#define DUMMYUNIONNAME
#define DUMMYUNIONNAME2
#define DUMMYUNIONNAME3
#define DUMMYUNIONNAME4
#define DUMMYUNIONNAME5
#define DUMMYUNIONNAME6
#define DUMMYUNIONNAME7
#define DUMMYUNIONNAME8
#define DUMMYUNIONNAME9
#define DUMMYSTRUCTNAME
#define DUMMYSTRUCTNAME2
#define DUMMYSTRUCTNAME3
#define DUMMYSTRUCTNAME4
#define DUMMYSTRUCTNAME5
#define MAX_NATURAL_ALIGNMENT sizeof(ULONGLONG)
#define TYPE_ALIGNMENT(t) ((LONG)__alignof__(t))
#define PROBE_ALIGNMENT(s) TYPE_ALIGNMENT(ULONG)
#define PROBE_ALIGNMENT32(s) TYPE_ALIGNMENT(ULONG)

#ifndef __STRING2__
#define __STRING2__(x) #x
#define __STRING__(x) __STRING2__(x)
#endif
#define _NTDEF_WIDEN2(x) u##x

#ifdef __cplusplus
extern "C" {
#endif

#define VOID void
typedef void *PVOID, *PVOID64;
typedef char CHAR, *PCHAR, CCHAR, *PCCHAR, *LPCH, *PCH, *NPSTR, *LPSTR, *PSTR;
typedef const char *LPCCH, *PCCH, *LPCSTR, *PCSTR, *PCSZ, *PCCSTR;
typedef PSTR *PZPSTR;
typedef PCSTR *PZPCSTR;
typedef char *PZSTR, *PNZCH, *PSZ;
typedef const char *PCZSTR, *PCNZCH;
typedef short SHORT, *PSHORT, CSHORT, *PCSHORT;
typedef int LONG, *PLONG;
typedef unsigned char UCHAR, *PUCHAR, BOOLEAN, *PBOOLEAN, BYTE, *PBYTE, FCHAR;
typedef unsigned short USHORT, *PUSHORT, FSHORT, WORD, *PWORD;
typedef unsigned int ULONG, *PULONG, CLONG, *PCLONG, FLONG, DWORD, *PDWORD, LOGICAL, *PLOGICAL, UINT, *PUINT;
typedef int INT, *PINT, BOOL, *PBOOL;
typedef long LONGLONG, *PLONGLONG;
typedef unsigned long ULONGLONG, *PULONGLONG, DWORDLONG, *PDWORDLONG;
typedef const unsigned char *PCUCHAR;
typedef const unsigned short *PCUSHORT;
typedef const unsigned int *PCULONG;
typedef const void *PCVOID, *LPCVOID;
typedef float FLOAT, *PFLOAT;
typedef double DOUBLE;
typedef LONGLONG USN;
typedef signed char SCHAR, *PSCHAR;
typedef ULONG LCID, *PLCID;
typedef USHORT LANGID;
typedef ULONG LOGICAL32;
typedef ULONG EXECUTION_STATE, *PEXECUTION_STATE;

#ifdef __cplusplus
#if __SIZEOF_WCHAR_T__ == 2
typedef wchar_t WCHAR;
#else
typedef char16_t WCHAR;
#endif
#else
typedef __CHAR16_TYPE__ WCHAR;
#endif
typedef WCHAR *PWCHAR, *LPWCH, *PWCH, *NWPSTR, *LPWSTR, *PWSTR, *PZZWSTR, *PUZZWSTR, *PNZWCH;
typedef PWSTR *PZPWSTR;
typedef const WCHAR *LPCWCH, *PCWCH, *LPCWSTR, *PCWSTR, *PCWCHAR, *PCZZWSTR, *PCUZZWSTR, *PCNZWCH, *LPCUWSTR, *PCUWSTR;
typedef PCWSTR *PZPCWSTR;
typedef WCHAR *LPUWSTR, *PUWSTR;
#ifndef _OFM_TCHAR
#define _OFM_TCHAR
#ifdef UNICODE
typedef WCHAR TCHAR, _TCHAR, *PTCHAR, *PTSTR, *LPTSTR;
typedef const WCHAR *LPCTSTR, *PCTSTR;
#else
typedef char TCHAR, _TCHAR, *PTCHAR, *PTSTR, *LPTSTR;
typedef const char *LPCTSTR, *PCTSTR;
#endif
#endif
typedef ULONG UCSCHAR, *PUCSCHAR, *PUCSSTR;
typedef const ULONG *PCUCSCHAR, *PCUCSSTR;

typedef void *HANDLE;
typedef HANDLE *PHANDLE;
#define DECLARE_HANDLE(name)                                                                                         \
    struct name##__ {                                                                                                \
        int unused;                                                                                                  \
    };                                                                                                               \
    typedef struct name##__ *name
typedef int HRESULT;
#ifndef _HRESULT_DEFINED
#define _HRESULT_DEFINED
#endif

typedef LONG NTSTATUS;
typedef NTSTATUS *PNTSTATUS;
typedef const NTSTATUS *PCNTSTATUS;
typedef ULONG ACCESS_MASK;
typedef ACCESS_MASK *PACCESS_MASK;

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif
#ifndef NULL
#ifdef __cplusplus
#define NULL 0
#else
#define NULL ((void *)0)
#endif
#endif
#define NULL64 0

#define MINCHAR 0x80
#define MAXCHAR 0x7f
#define MINSHORT 0x8000
#define MAXSHORT 0x7fff
#define MINLONG 0x80000000
#define MAXLONG 0x7fffffff
#define MAXUCHAR 0xff
#define MAXUSHORT 0xffff
#define MAXULONG 0xffffffff
#ifndef MAXBYTE
#define MAXBYTE 0xff
#define MAXWORD 0xffff
#define MAXDWORD 0xffffffff
#endif
#define ENCLAVE_SHORT_ID_LENGTH 16

/* Status values: two bits of severity, one customer bit, one reserved, twelve of facility, sixteen of code. */
#define NT_SUCCESS(Status) (((NTSTATUS)(Status)) >= 0)
#define NT_INFORMATION(Status) ((((ULONG)(Status)) >> 30) == 1)
#define NT_WARNING(Status) ((((ULONG)(Status)) >> 30) == 2)
#define NT_ERROR(Status) ((((ULONG)(Status)) >> 30) == 3)
#define APPLICATION_ERROR_MASK 0x20000000
#define ERROR_SEVERITY_SUCCESS 0x00000000
#define ERROR_SEVERITY_INFORMATIONAL 0x40000000
#define ERROR_SEVERITY_WARNING 0x80000000
#define ERROR_SEVERITY_ERROR 0xC0000000

/* 64-bit numbers with access to their halves. */
typedef union _LARGE_INTEGER {
    struct {
        ULONG LowPart;
        LONG HighPart;
    };
    struct {
        ULONG LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
    struct {
        ULONG LowPart;
        ULONG HighPart;
    };
    struct {
        ULONG LowPart;
        ULONG HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef LARGE_INTEGER PHYSICAL_ADDRESS, *PPHYSICAL_ADDRESS;

typedef struct _FLOAT128 {
    LONGLONG LowPart;
    LONGLONG HighPart;
} FLOAT128, *PFLOAT128;

typedef struct _LUID {
    ULONG LowPart;
    LONG HighPart;
} LUID, *PLUID;

typedef struct DECLSPEC_ALIGN(16) _M128A {
    ULONGLONG Low;
    LONGLONG High;
} M128A, *PM128A;

/* Counted strings: lengths are bytes, without a terminator, which need not be there. */
typedef struct _STRING {
    USHORT Length;
    USHORT MaximumLength;
    PCHAR Buffer;
} STRING, *PSTRING, ANSI_STRING, *PANSI_STRING, OEM_STRING, *POEM_STRING, UTF8_STRING, *PUTF8_STRING;
typedef const STRING *PCSTRING, *PCANSI_STRING, *PCOEM_STRING, *PCUTF8_STRING;

typedef struct _CSTRING {
    USHORT Length;
    USHORT MaximumLength;
    CONST CHAR *Buffer;
} CSTRING;

typedef struct _UNICODE_STRING {
    USHORT Length;
    USHORT MaximumLength;
    PWCH Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;

#define UNICODE_STRING_MAX_BYTES ((USHORT)65534)
#define UNICODE_STRING_MAX_CHARS (32767)
#define UNICODE_NULL ((WCHAR)0)
#define ANSI_NULL ((CHAR)0)
#ifndef UNICODE_NULL_CHAR
#define UNICODE_NULL_CHAR UNICODE_NULL
#endif

typedef struct _STRING32 {
    USHORT Length;
    USHORT MaximumLength;
    ULONG Buffer;
} STRING32, *PSTRING32, UNICODE_STRING32, *PUNICODE_STRING32, ANSI_STRING32, *PANSI_STRING32;

typedef struct _STRING64 {
    USHORT Length;
    USHORT MaximumLength;
    ULONGLONG Buffer;
} STRING64, *PSTRING64, UNICODE_STRING64, *PUNICODE_STRING64, ANSI_STRING64, *PANSI_STRING64;


typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY *Flink;
    struct _LIST_ENTRY *Blink;
} LIST_ENTRY, *PLIST_ENTRY, PRLIST_ENTRY;

typedef struct _SINGLE_LIST_ENTRY {
    struct _SINGLE_LIST_ENTRY *Next;
} SINGLE_LIST_ENTRY, *PSINGLE_LIST_ENTRY;

typedef struct LIST_ENTRY32 {
    ULONG Flink;
    ULONG Blink;
} LIST_ENTRY32, *PLIST_ENTRY32;

typedef struct LIST_ENTRY64 {
    ULONGLONG Flink;
    ULONGLONG Blink;
} LIST_ENTRY64, *PLIST_ENTRY64;

typedef struct DECLSPEC_ALIGN(16) _SLIST_ENTRY {
    struct _SLIST_ENTRY *Next;
} SLIST_ENTRY, *PSLIST_ENTRY;

typedef union DECLSPEC_ALIGN(16) _SLIST_HEADER {
    struct {
        ULONGLONG Alignment;
        ULONGLONG Region;
    };
    struct {
        ULONGLONG Depth : 16;
        ULONGLONG Sequence : 48;
        ULONGLONG Reserved : 4;
        ULONGLONG NextEntry : 60;
    } HeaderX64;
} SLIST_HEADER, *PSLIST_HEADER;

typedef struct _RTL_BALANCED_NODE {
    union {
        struct _RTL_BALANCED_NODE *Children[2];
        struct {
            struct _RTL_BALANCED_NODE *Left;
            struct _RTL_BALANCED_NODE *Right;
        };
    };
    union {
        UCHAR Red : 1;
        UCHAR Balance : 2;
        ULONG_PTR ParentValue;
    };
} RTL_BALANCED_NODE, *PRTL_BALANCED_NODE;
#define RTL_BALANCED_NODE_RESERVED_PARENT_MASK 3

/* What names an object, and how it is to be opened. */
typedef struct _OBJECT_ATTRIBUTES {
    ULONG Length;
    HANDLE RootDirectory;
    PUNICODE_STRING ObjectName;
    ULONG Attributes;
    PVOID SecurityDescriptor;
    PVOID SecurityQualityOfService;
} OBJECT_ATTRIBUTES, *POBJECT_ATTRIBUTES;
typedef const OBJECT_ATTRIBUTES *PCOBJECT_ATTRIBUTES;

typedef struct _OBJECT_ATTRIBUTES64 {
    ULONG Length;
    ULONG64 RootDirectory;
    ULONG64 ObjectName;
    ULONG Attributes;
    ULONG64 SecurityDescriptor;
    ULONG64 SecurityQualityOfService;
} OBJECT_ATTRIBUTES64, *POBJECT_ATTRIBUTES64;

#define OBJ_HANDLE_TAGBITS 0x00000003
#define OBJ_INHERIT 0x00000002
#define OBJ_PERMANENT 0x00000010
#define OBJ_EXCLUSIVE 0x00000020
#define OBJ_CASE_INSENSITIVE 0x00000040
#define OBJ_OPENIF 0x00000080
#define OBJ_OPENLINK 0x00000100
#define OBJ_KERNEL_HANDLE 0x00000200
#define OBJ_FORCE_ACCESS_CHECK 0x00000400
#define OBJ_IGNORE_IMPERSONATED_DEVICEMAP 0x00000800
#define OBJ_DONT_REPARSE 0x00001000
#define OBJ_VALID_ATTRIBUTES 0x00001FF2

#define InitializeObjectAttributes(p, n, a, r, s)                                                                    \
    do {                                                                                                             \
        (p)->Length = sizeof(OBJECT_ATTRIBUTES);                                                                     \
        (p)->RootDirectory = (r);                                                                                    \
        (p)->Attributes = (a);                                                                                       \
        (p)->ObjectName = (n);                                                                                       \
        (p)->SecurityDescriptor = (s);                                                                               \
        (p)->SecurityQualityOfService = NULL;                                                                        \
    } while (0)
#define RTL_INIT_OBJECT_ATTRIBUTES(n, a)                                                                             \
    {                                                                                                                \
        sizeof(OBJECT_ATTRIBUTES), NULL, (PUNICODE_STRING)(n), (a), NULL, NULL                                       \
    }
#define RTL_CONSTANT_OBJECT_ATTRIBUTES(n, a) RTL_INIT_OBJECT_ATTRIBUTES(n, a)

/* What an I/O call came to: its status and what Information means for that call, usually bytes. */
typedef struct _IO_STATUS_BLOCK {
    union {
        NTSTATUS Status;
        PVOID Pointer;
    };
    ULONG_PTR Information;
} IO_STATUS_BLOCK, *PIO_STATUS_BLOCK;

typedef struct _CLIENT_ID {
    HANDLE UniqueProcess;
    HANDLE UniqueThread;
} CLIENT_ID, *PCLIENT_ID;

typedef enum _EVENT_TYPE { NotificationEvent, SynchronizationEvent } EVENT_TYPE;
typedef enum _TIMER_TYPE { NotificationTimer, SynchronizationTimer } TIMER_TYPE;
typedef enum _WAIT_TYPE { WaitAll, WaitAny, WaitNotification, WaitDequeue, WaitDpc } WAIT_TYPE;
typedef enum _NT_PRODUCT_TYPE { NtProductWinNt = 1, NtProductLanManNt, NtProductServer } NT_PRODUCT_TYPE, *PNT_PRODUCT_TYPE;
typedef enum _SUITE_TYPE {
    SmallBusiness,
    Enterprise,
    BackOffice,
    CommunicationServer,
    TerminalServer,
    SmallBusinessRestricted,
    EmbeddedNT,
    DataCenter,
    SingleUserTS,
    Personal,
    Blade,
    EmbeddedRestricted,
    SecurityAppliance,
    StorageServer,
    ComputeServer,
    WHServer,
    PhoneNT,
    MultiUserTS,
    MaxSuiteType
} SUITE_TYPE;

typedef struct _GROUP_AFFINITY {
    KAFFINITY Mask;
    USHORT Group;
    USHORT Reserved[3];
} GROUP_AFFINITY, *PGROUP_AFFINITY;

typedef struct _PROCESSOR_NUMBER {
    USHORT Group;
    UCHAR Number;
    UCHAR Reserved;
} PROCESSOR_NUMBER, *PPROCESSOR_NUMBER;

typedef enum _EXCEPTION_DISPOSITION {
    ExceptionContinueExecution,
    ExceptionContinueSearch,
    ExceptionNestedException,
    ExceptionCollidedUnwind
} EXCEPTION_DISPOSITION;

typedef enum _COMPARTMENT_ID { UNSPECIFIED_COMPARTMENT_ID = 0, DEFAULT_COMPARTMENT_ID } COMPARTMENT_ID, *PCOMPARTMENT_ID;

/* Field, array and bit arithmetic. */
#ifndef FIELD_OFFSET
#define FIELD_OFFSET(type, field) ((LONG)__builtin_offsetof(type, field))
#endif
#define UFIELD_OFFSET(type, field) ((ULONG)__builtin_offsetof(type, field))
#ifndef CONTAINING_RECORD
#define CONTAINING_RECORD(address, type, field)                                                                      \
    ((type *)((PCHAR)(address) - (ULONG_PTR)__builtin_offsetof(type, field)))
#endif
#define RTL_FIELD_SIZE(type, field) (sizeof(((type *)0)->field))
#define RTL_SIZEOF_THROUGH_FIELD(type, field) (UFIELD_OFFSET(type, field) + RTL_FIELD_SIZE(type, field))
#define RTL_CONTAINS_FIELD(Struct, Size, Field)                                                                      \
    ((((PCHAR)(&(Struct)->Field)) + sizeof((Struct)->Field)) <= (((PCHAR)(Struct)) + (Size)))
#define RTL_NUMBER_OF_V1(A) (sizeof(A) / sizeof((A)[0]))
#define RTL_NUMBER_OF_V2(A) RTL_NUMBER_OF_V1(A)
#define RTL_NUMBER_OF(A) RTL_NUMBER_OF_V1(A)
#define RTL_NUMBER_OF_FIELD(type, field) (RTL_NUMBER_OF(RTL_FIELD_TYPE(type, field)))
#define RTL_FIELD_TYPE(type, field) (((type *)0)->field)
#define RTL_BITS_OF(sizeOfArg) (sizeof(sizeOfArg) * 8)
#define RTL_BITS_OF_FIELD(type, field) (RTL_BITS_OF(RTL_FIELD_TYPE(type, field)))
#define ARRAYSIZE(A) RTL_NUMBER_OF_V2(A)
#define _ARRAYSIZE(A) RTL_NUMBER_OF_V1(A)
#define RTL_PADDING_BETWEEN_FIELDS(T, F1, F2)                                                                        \
    ((UFIELD_OFFSET(T, F2) > UFIELD_OFFSET(T, F1))                                                                   \
         ? (UFIELD_OFFSET(T, F2) - UFIELD_OFFSET(T, F1) - RTL_FIELD_SIZE(T, F1))                                     \
         : (UFIELD_OFFSET(T, F1) - UFIELD_OFFSET(T, F2) - RTL_FIELD_SIZE(T, F2)))
#define RTL_CONST_CAST(type) (type)
#define ARGUMENT_PRESENT(ArgumentPointer) ((CHAR *)((ULONG_PTR)(ArgumentPointer)) != (CHAR *)(NULL))
#ifndef UNREFERENCED_PARAMETER
#define UNREFERENCED_PARAMETER(P) ((void)(P))
#define DBG_UNREFERENCED_PARAMETER(P) ((void)(P))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(V) ((void)(V))
#endif
#define DEFAULT_UNREACHABLE default: break
#define FlagOn(_F, _SF) ((_F) & (_SF))
#define BooleanFlagOn(F, SF) ((BOOLEAN)(((F) & (SF)) != 0))
#define SetFlag(_F, _SF) ((_F) |= (_SF))
#define ClearFlag(_F, _SF) ((_F) &= ~(_SF))
#define Int32x32To64(a, b) ((LONGLONG)(LONG)(a) * (LONGLONG)(LONG)(b))
#define UInt32x32To64(a, b) ((ULONGLONG)(ULONG)(a) * (ULONGLONG)(ULONG)(b))
#define Int64ShllMod32(a, b) ((ULONGLONG)(a) << (b))
#define Int64ShraMod32(a, b) ((LONGLONG)(a) >> (b))
#define Int64ShrlMod32(a, b) ((ULONGLONG)(a) >> (b))
#ifndef MAKELANGID
#define MAKELANGID(p, s) ((((USHORT)(s)) << 10) | (USHORT)(p))
#define PRIMARYLANGID(lgid) ((USHORT)(lgid) & 0x3ff)
#define SUBLANGID(lgid) ((USHORT)(lgid) >> 10)
#define LANG_NEUTRAL 0x00
#define LANG_ENGLISH 0x09
#define SUBLANG_NEUTRAL 0x00
#define SUBLANG_DEFAULT 0x01
#define SUBLANG_SYS_DEFAULT 0x02
#define SUBLANG_ENGLISH_US 0x01
#define SORT_DEFAULT 0x0
#define MAKELCID(lgid, srtid) ((ULONG)((((ULONG)((USHORT)(srtid))) << 16) | ((ULONG)((USHORT)(lgid)))))
#define LANG_SYSTEM_DEFAULT (MAKELANGID(LANG_NEUTRAL, SUBLANG_SYS_DEFAULT))
#define LANG_USER_DEFAULT (MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT))
#define LOCALE_SYSTEM_DEFAULT (MAKELCID(LANG_SYSTEM_DEFAULT, SORT_DEFAULT))
#define LOCALE_USER_DEFAULT (MAKELCID(LANG_USER_DEFAULT, SORT_DEFAULT))
#endif
#ifndef STATIC_ASSERT_DEFINED_
#define STATIC_ASSERT_DEFINED_
#ifdef __cplusplus
#define C_ASSERT(e) static_assert(e, #e)
#else
#define C_ASSERT(e) _Static_assert(e, #e)
#endif
#define STATIC_ASSERT C_ASSERT
#endif

#define RotateLeft8 _rotl8
#define RotateLeft16 _rotl16
#define RotateRight8 _rotr8
#define RotateRight16 _rotr16
#define RotateLeft32 _rotl
#define RotateLeft64 _rotl64
#define RotateRight32 _rotr
#define RotateRight64 _rotr64

#ifdef __cplusplus
}
#endif

/* Initialises a counted string of either width from a literal. */
#ifdef __cplusplus
extern "C++" {
template <typename T> static inline constexpr T *ofm_literal(const T *s)
{
    return const_cast<T *>(s);
}
#define DEFINE_ENUM_FLAG_OPERATORS(ENUMTYPE)                                                                         \
    extern "C++" {                                                                                                   \
    static inline constexpr ENUMTYPE operator|(ENUMTYPE a, ENUMTYPE b)                                               \
    {                                                                                                                \
        return ENUMTYPE((ULONGLONG)a | (ULONGLONG)b);                                                                \
    }                                                                                                                \
    static inline constexpr ENUMTYPE operator&(ENUMTYPE a, ENUMTYPE b)                                               \
    {                                                                                                                \
        return ENUMTYPE((ULONGLONG)a & (ULONGLONG)b);                                                                \
    }                                                                                                                \
    static inline constexpr ENUMTYPE operator^(ENUMTYPE a, ENUMTYPE b)                                               \
    {                                                                                                                \
        return ENUMTYPE((ULONGLONG)a ^ (ULONGLONG)b);                                                                \
    }                                                                                                                \
    static inline constexpr ENUMTYPE operator~(ENUMTYPE a)                                                           \
    {                                                                                                                \
        return ENUMTYPE(~(ULONGLONG)a);                                                                              \
    }                                                                                                                \
    static inline ENUMTYPE &operator|=(ENUMTYPE &a, ENUMTYPE b)                                                      \
    {                                                                                                                \
        return a = a | b;                                                                                            \
    }                                                                                                                \
    static inline ENUMTYPE &operator&=(ENUMTYPE &a, ENUMTYPE b)                                                      \
    {                                                                                                                \
        return a = a & b;                                                                                            \
    }                                                                                                                \
    static inline ENUMTYPE &operator^=(ENUMTYPE &a, ENUMTYPE b)                                                      \
    {                                                                                                                \
        return a = a ^ b;                                                                                            \
    }                                                                                                                \
    }
}
#else
#define ofm_literal(s) ((void *)(s))
#define DEFINE_ENUM_FLAG_OPERATORS(ENUMTYPE)
#endif

#define RTL_CONSTANT_STRING(s)                                                                                       \
    {                                                                                                                \
        sizeof(s) - sizeof((s)[0]), sizeof(s), ofm_literal(s)                                                        \
    }
#define DECLARE_CONST_UNICODE_STRING(_var, _string)                                                                  \
    const WCHAR _var##_buffer[] = _string;                                                                           \
    const UNICODE_STRING _var = {sizeof(_string) - sizeof(WCHAR), sizeof(_string), (PWCH)_var##_buffer}
#define DECLARE_GLOBAL_CONST_UNICODE_STRING(_var, _str)                                                              \
    extern const DECLSPEC_SELECTANY UNICODE_STRING _var;                                                             \
    const DECLSPEC_SELECTANY UNICODE_STRING _var = RTL_CONSTANT_STRING(_str)
#define DECLARE_UNICODE_STRING_SIZE(_var, _size)                                                                     \
    WCHAR _var##_buffer[_size];                                                                                      \
    UNICODE_STRING _var = {0, (_size) * sizeof(WCHAR), _var##_buffer}

#endif
