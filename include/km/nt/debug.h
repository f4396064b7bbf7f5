/* Assertions and debug output. */
#ifndef OFM_NT_DEBUG_H
#define OFM_NT_DEBUG_H

#include "nt/ke.h"
#include "dpfilter.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef DBG
#define DBG 0
#endif

/* A structure that is passed for "..." goes by reference on 64-bit Windows: drivers print a UNICODE_STRING with %wZ that way, too. */
#ifdef __x86_64__
#define OFM_PRINT_API __attribute__((ms_abi))
#else
#define OFM_PRINT_API
#endif

/*
 * Prints to the manager's debug output. Formats are the kernel's: %wZ and %Z take a PUNICODE_STRING and a PANSI_STRING, %ws
 * and %S a wide string, l is 32 bits, ll and I64 are 64. Returns STATUS_SUCCESS. IRQL: any up to DISPATCH_LEVEL (wide
 * strings only at PASSIVE_LEVEL on Windows). Source: DbgPrint, DbgPrintEx (wdm).
 */
NTSYSAPI ULONG OFM_PRINT_API DbgPrint(PCSTR Format, ...);
/*
 * The same for a component and level: printed when the component's mask (DbgSetDebugFilterState) has the level's
 * bit. Level: 0 to 31 a bit number, above that a mask. Returns STATUS_SUCCESS, also when nothing was printed. IRQL:
 * any up to DISPATCH_LEVEL. Source: nf-wdm-dbgprintex.
 */
NTSYSAPI ULONG OFM_PRINT_API DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...);
/*
 * As DbgPrint; a debugger that was interrupted would answer STATUS_BREAKPOINT, here nobody does. IRQL: any up to
 * DISPATCH_LEVEL. Source: nf-wdm-dbgprint.
 */
NTSYSAPI ULONG OFM_PRINT_API DbgPrintReturnControlC(PCSTR Format, ...);
/*
 * As DbgPrintEx, with the arguments in a list; vDbgPrintExWithPrefix puts Prefix in front. Returns STATUS_SUCCESS.
 * IRQL: any up to DISPATCH_LEVEL. Source: nf-wdm-vdbgprintex.
 */
NTSYSAPI ULONG NTAPI vDbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, va_list Arglist);
NTSYSAPI ULONG NTAPI vDbgPrintExWithPrefix(PCSTR Prefix, ULONG ComponentId, ULONG Level, PCSTR Format, va_list Arglist);

/*
 * Stops in a debugger that is attached; without one it is told and the thread goes on. IRQL: any level. Source:
 * nf-wdm-dbgbreakpoint.
 */
NTSYSAPI void NTAPI DbgBreakPoint(void);
/*
 * As DbgBreakPoint; Status is for the debugger to look at. IRQL: any level. Source: nf-wdm-dbgbreakpointwithstatus.
 */
NTSYSAPI void NTAPI DbgBreakPointWithStatus(ULONG Status);
/*
 * TRUE when DbgPrintEx of this component and level prints; TRUE for a component that is not known. IRQL: any level.
 * Source: undocumented; its twin's page is nf-wdm-dbgprintex.
 */
NTSYSAPI NTSTATUS NTAPI DbgQueryDebugFilterState(ULONG ComponentId, ULONG Level);
/*
 * Lets a level of a component print, or not. STATUS_SUCCESS; STATUS_INVALID_PARAMETER_1: no such component. IRQL:
 * any level. Source: undocumented; nf-wdm-dbgprintex tells of the masks.
 */
NTSYSAPI NTSTATUS NTAPI DbgSetDebugFilterState(ULONG ComponentId, ULONG Level, BOOLEAN State);

/*
 * Reports an assertion that failed, with driver, file and line, and stops the manager as a bug check does. Source:
 * ntifs.h, RtlAssert.
 */
NTSYSAPI void NTAPI RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber, PSTR Message);

/*
 * Reports a call of pageable code above APC_LEVEL with the caller's driver, file and line (PAGED_CODE). IRQL: any
 * level. Source: openfltmgr's own.
 */
NTKERNELAPI void NTAPI ofm_paged_code_report(const char *function, const char *file, unsigned int line);

/*
 * The thread's level: PASSIVE_LEVEL unless it was raised by a spin lock, KeRaiseIrql or a callback that runs higher.
 * IRQL: Any level. Source: nf-wdm-kegetcurrentirql.
 */
NTKERNELAPI KIRQL NTAPI KeGetCurrentIrql(void);

#if DBG
#define KdPrint(_x_) DbgPrint _x_
#define KdPrintEx(_x_) DbgPrintEx _x_
#define vKdPrintEx(_x_) vDbgPrintEx _x_
#define KdBreakPoint() DbgBreakPoint()
#define KdBreakPointWithStatus(s) DbgBreakPointWithStatus(s)
#define ASSERT(exp) ((!(exp)) ? RtlAssert((PVOID)#exp, (PVOID)__FILE__, __LINE__, NULL) : (void)0)
#define ASSERTMSG(msg, exp) ((!(exp)) ? RtlAssert((PVOID)#exp, (PVOID)__FILE__, __LINE__, (PSTR)(msg)) : (void)0)
#define RTL_SOFT_ASSERT(exp) ASSERT(exp)
#define RTL_SOFT_ASSERTMSG(msg, exp) ASSERTMSG(msg, exp)
#define NT_ASSERT_ACTION(exp) ((!(exp)) ? (RtlAssert((PVOID)#exp, (PVOID)__FILE__, __LINE__, NULL), FALSE) : TRUE)
#define NT_ASSERT(exp) ((void)NT_ASSERT_ACTION(exp))
#define NT_ASSERTMSG(msg, exp) ASSERTMSG(msg, exp)
#define NT_ASSERTMSGW(msg, exp) NT_ASSERT(exp)
#define NT_VERIFY(exp) NT_ASSERT_ACTION(exp)
#define NT_VERIFYMSG(msg, exp) NT_ASSERT_ACTION(exp)
#define NT_FRE_ASSERT(exp) NT_ASSERT(exp)
#define NT_ANALYSIS_ASSUME(exp) ((void)0)
#define PAGED_ASSERT(exp) ASSERT(exp)
#define NONPAGED_ASSERT(exp) ASSERT(exp)
#define PAGED_CODE()                                                                                                 \
    ((KeGetCurrentIrql() > APC_LEVEL) ? ofm_paged_code_report(__func__, __FILE__, __LINE__) : (void)0)
#else
#define KdPrint(_x_) ((void)0)
#define KdPrintEx(_x_) ((void)0)
#define vKdPrintEx(_x_) ((void)0)
#define KdBreakPoint() ((void)0)
#define KdBreakPointWithStatus(s) ((void)0)
#define ASSERT(exp) ((void)0)
#define ASSERTMSG(msg, exp) ((void)0)
#define RTL_SOFT_ASSERT(exp) ((void)0)
#define RTL_SOFT_ASSERTMSG(msg, exp) ((void)0)
#define NT_ASSERT(exp) ((void)0)
#define NT_ASSERTMSG(msg, exp) ((void)0)
#define NT_ASSERTMSGW(msg, exp) ((void)0)
#define NT_VERIFY(exp) ((exp) ? TRUE : FALSE)
#define NT_VERIFYMSG(msg, exp) ((exp) ? TRUE : FALSE)
#define NT_FRE_ASSERT(exp)                                                                                           \
    ((void)((!(exp)) ? (RtlAssert((PVOID)#exp, (PVOID)__FILE__, __LINE__, NULL), FALSE) : TRUE))
#define NT_ANALYSIS_ASSUME(exp) ((void)0)
#define PAGED_ASSERT(exp) ((void)0)
#define NONPAGED_ASSERT(exp) ((void)0)
#define PAGED_CODE() ((void)0)
#endif
#define PAGED_CODE_LOCKED() NOP_FUNCTION
#define NOP_FUNCTION ((void)0)
#define NT_ASSERT_ASSUME(exp) NT_ASSERT(exp)
#define DbgRaiseAssertionFailure() __builtin_trap()
#ifndef __OFM_FLTCC__
#define __debugbreak() __builtin_trap()
#define __assume(e) ((void)0)
#endif

/* Sections of an image: everything stays mapped here. */
#define ALLOC_PRAGMA 1
#define ALLOC_DATA_PRAGMA 1

#ifdef __cplusplus
}
#endif

#endif
