/* Debug output, breakpoints and assertions of drivers. Each call is one line of the log, with the driver's name. */
#include "ntoskrnl/ke/ke.h"

#include <signal.h>
#include <string.h>

#include "rtl/format.h"

#define LINE 1024
#define COMPONENTS 256
#define PC __builtin_return_address(0)

static BOOLEAN debugger_enabled, debugger_not_present = TRUE;
PBOOLEAN KdDebuggerEnabled = &debugger_enabled;
PBOOLEAN KdDebuggerNotPresent = &debugger_not_present;

static ULONG masks[COMPONENTS] = {[0 ... COMPONENTS - 1] = MAXULONG}; /* everything is shown unless a driver says otherwise */
static PDEBUG_PRINT_CALLBACK callbacks[8];

/* Levels 0 to 31 are bits, others are masks. */
static ULONG level_bit(ULONG level)
{
    return level < 32 ? 1u << level : level;
}

static ULONG *mask_of(ULONG component)
{
    return component < COMPONENTS ? &masks[component] : NULL;
}

NTSTATUS NTAPI DbgQueryDebugFilterState(ULONG ComponentId, ULONG Level)
{
    ULONG *mask = mask_of(ComponentId);
    return !mask || (__atomic_load_n(mask, __ATOMIC_RELAXED) & level_bit(Level)) ? (NTSTATUS)TRUE : (NTSTATUS)FALSE;
}

NTSTATUS NTAPI DbgSetDebugFilterState(ULONG ComponentId, ULONG Level, BOOLEAN State)
{
    ULONG *mask = mask_of(ComponentId);
    if (!mask)
        return STATUS_INVALID_PARAMETER_1;
    if (State)
        __atomic_or_fetch(mask, level_bit(Level), __ATOMIC_RELAXED);
    else
        __atomic_and_fetch(mask, ~level_bit(Level), __ATOMIC_RELAXED);
    return STATUS_SUCCESS;
}

static void tell_callbacks(char *text, size_t length, ULONG component, ULONG level)
{
    STRING output = {(USHORT)length, (USHORT)(length + 1), text};
    for (int i = 0; i < 8; i++) {
        PDEBUG_PRINT_CALLBACK fn = __atomic_load_n(&callbacks[i], __ATOMIC_ACQUIRE);
        if (fn)
            fn(&output, component, level);
    }
}

/* Windows cuts a message at 512 bytes; here it is 1023. */
static ULONG print(const char *prefix, ULONG component, ULONG level, const char *format, va_list args, const void *pc)
{
    char text[LINE];
    if (DbgQueryDebugFilterState(component, level) != TRUE)
        return STATUS_SUCCESS;
    size_t used = strnlen(prefix, LINE - 1);
    memcpy(text, prefix, used);
    rtl_vsnprintf(text + used, LINE - used, format, args);
    size_t length = strnlen(text, LINE - 1);
    tell_callbacks(text, length, component, level);
    while (length && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        text[--length] = 0;
    if (length)
        ke_log_text(KE_LOG_DRIVER, ke_driver_of(pc), text);
    return STATUS_SUCCESS;
}

#ifdef __x86_64__
/* OFM_PRINT_API: the arguments stand in slots of eight bytes, one behind the other, which is how the C library's list has those
 * that do not fit into registers. */
static void list_slots(va_list args, __builtin_ms_va_list slots)
{
    const struct {
        unsigned integers, floats; /* used up: where the registers' room ends */
        void *memory, *registers;
    } list = {48, 176, slots, NULL};
    _Static_assert(sizeof list == sizeof(va_list), "as the ABI has it");
    memcpy(args, &list, sizeof list);
}

#define START(args, last)                                                                                            \
    do {                                                                                                             \
        __builtin_ms_va_list slots;                                                                                  \
        __builtin_ms_va_start(slots, last);                                                                          \
        list_slots(args, slots);                                                                                     \
        __builtin_ms_va_end(slots);                                                                                  \
    } while (0)
#else
#define START(args, last) va_start(args, last)
#endif

ULONG OFM_PRINT_API DbgPrint(PCSTR Format, ...)
{
    va_list args;
    START(args, Format);
    ULONG status = print("", DPFLTR_DEFAULT_ID, DPFLTR_INFO_LEVEL, Format, args, PC);
    va_end(args);
    return status;
}

ULONG OFM_PRINT_API DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...)
{
    va_list args;
    START(args, Format);
    ULONG status = print("", ComponentId, Level, Format, args, PC);
    va_end(args);
    return status;
}

ULONG OFM_PRINT_API DbgPrintReturnControlC(PCSTR Format, ...)
{
    va_list args;
    START(args, Format);
    ULONG status = print("", DPFLTR_DEFAULT_ID, DPFLTR_INFO_LEVEL, Format, args, PC);
    va_end(args);
    return status;
}

ULONG NTAPI vDbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, va_list Arglist)
{
    return print("", ComponentId, Level, Format, Arglist, PC);
}

ULONG NTAPI vDbgPrintExWithPrefix(PCSTR Prefix, ULONG ComponentId, ULONG Level, PCSTR Format, va_list Arglist)
{
    return print(Prefix, ComponentId, Level, Format, Arglist, PC);
}

/* Registers or removes a routine that gets every message. */
NTSTATUS NTAPI DbgSetDebugPrintCallback(PDEBUG_PRINT_CALLBACK DebugPrintCallback, BOOLEAN Enable)
{
    PDEBUG_PRINT_CALLBACK from = Enable ? NULL : DebugPrintCallback, to = Enable ? DebugPrintCallback : NULL;
    for (int i = 0; i < 8; i++) {
        PDEBUG_PRINT_CALLBACK found = from;
        if (__atomic_compare_exchange_n(&callbacks[i], &found, to, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return STATUS_SUCCESS;
    }
    return Enable ? STATUS_INSUFFICIENT_RESOURCES : STATUS_NOT_FOUND;
}

/* ---- breakpoints and assertions ---- */

static void stop_in_debugger(const char *call, const void *pc)
{
    if (ke_debugger_present())
        raise(SIGTRAP);
    else
        ke_report_caller(call, pc, "breakpoint without a debugger: Windows would stop here");
}

VOID NTAPI DbgBreakPoint(VOID)
{
    stop_in_debugger("DbgBreakPoint", PC);
}

VOID NTAPI DbgBreakPointWithStatus(ULONG Status)
{
    stop_in_debugger("DbgBreakPointWithStatus", PC);
}

VOID NTAPI RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber, PSTR Message)
{
    char text[LINE];
    rtl_snprintf(text, sizeof text, "assertion failed: %s%s%s, %s line %u", Message ? Message : "", Message ? ": " : "",
        (const char *)FailedAssertion, (const char *)FileName, LineNumber);
    ke_report_caller("RtlAssert", PC, "%s", text);
    if (ke_debugger_present())
        raise(SIGTRAP);
    else
        ke_bug_check_at(0xC4, 0x1E, (ULONG_PTR)FailedAssertion, LineNumber, 0, text, PC);
}

VOID NTAPI ofm_paged_code_report(const char *function, const char *file, unsigned int line)
{
    ke_report_caller("PAGED_CODE", PC, "%s (%s line %u) runs at IRQL %u", function, file, line, ke_self.irql);
}

VOID NTAPI ofm_list_corrupt(const VOID *Entry)
{
    ke_bug_check_at(0x139, 3, (ULONG_PTR)Entry, 0, 0, "a LIST_ENTRY is corrupt: its neighbours do not point back", PC);
}

/* ---- the kernel debugger as drivers ask for it ---- */

BOOLEAN NTAPI KdRefreshDebuggerNotPresent(VOID)
{
    bool present = ke_debugger_present();
    __atomic_store_n(&debugger_enabled, present, __ATOMIC_RELAXED);
    __atomic_store_n(&debugger_not_present, !present, __ATOMIC_RELAXED);
    return !present;
}

NTSTATUS NTAPI KdDisableDebugger(VOID)
{
    return STATUS_DEBUGGER_INACTIVE;
}

NTSTATUS NTAPI KdEnableDebugger(VOID)
{
    return STATUS_DEBUGGER_INACTIVE;
}

NTSTATUS NTAPI KdChangeOption(KD_OPTION Option, ULONG InBufferBytes, PVOID InBuffer, ULONG OutBufferBytes, PVOID OutBuffer,
    PULONG OutBufferNeeded)
{
    return STATUS_DEBUGGER_INACTIVE;
}

__attribute__((constructor)) static void look_for_debugger(void)
{
    KdRefreshDebuggerNotPresent();
}
