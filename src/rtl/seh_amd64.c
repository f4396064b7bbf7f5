/* Exceptions on x86-64 Linux: the moves between stacks, and the way from a signal to seh_dispatch().

   The signal handler does no work of its own: it copies the faulting state onto the faulting stack and
   returns into seh_fault_entry, so that filters run outside of a signal handler, debuggers and profilers see
   an ordinary call, and the sanitizers keep their books. To go on where the fault was, seh_resume() faults
   once more and the handler puts the saved state back. */
#include "rtl/seh.h"

#include <ntstatus.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

/* What lies on the faulting stack. gregs must stay first: the unwind information of seh_fault_entry counts on
 * it. */
struct fault {
    greg_t gregs[NGREG];
    void *address;
    int signal, signal_code;
    size_t float_size;
    unsigned char float_state[] __attribute__((aligned(64)));
};

extern char seh_resume_point[], seh_copy_first[], seh_copy_last[], seh_copy_fixup[];
void seh_fault_entry(void);
void seh_fault(struct fault *fault) __attribute__((noreturn));
void seh_resume(struct fault *fault) __attribute__((noreturn));

extern void __asan_init(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));

static const int handled_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
static struct sigaction earlier[NSIG];
static __thread bool unhandled __attribute__((tls_model("initial-exec")));

/* frame->function is at 32, frame->caller at 96. */
_Static_assert(__builtin_offsetof(struct ofm_seh_frame, function) == 32, "the assembler below counts on it");
_Static_assert(__builtin_offsetof(struct ofm_seh_frame, caller) == 96, "the assembler below counts on it");

/* clang-format off */
__asm__(".text\n"
        ".macro seh_save at\n"
        "    movq %rbx, \\at(%rdi)\n"
        "    movq %rbp, \\at+8(%rdi)\n"
        "    movq %r12, \\at+16(%rdi)\n"
        "    movq %r13, \\at+24(%rdi)\n"
        "    movq %r14, \\at+32(%rdi)\n"
        "    movq %r15, \\at+40(%rdi)\n"
        "    leaq 8(%rsp), %rax\n"
        "    movq %rax, \\at+48(%rdi)\n"
        "    movq (%rsp), %rax\n"
        "    movq %rax, \\at+56(%rdi)\n"
        ".endm\n"
        ".macro seh_load at\n"
        "    movq \\at(%rdi), %rbx\n"
        "    movq \\at+8(%rdi), %rbp\n"
        "    movq \\at+16(%rdi), %r12\n"
        "    movq \\at+24(%rdi), %r13\n"
        "    movq \\at+32(%rdi), %r14\n"
        "    movq \\at+40(%rdi), %r15\n"
        "    movl %esi, %eax\n"
        ".endm\n"
        ".globl __ofm_seh_mark\n"
        ".type __ofm_seh_mark, @function\n"
        "__ofm_seh_mark:\n"
        "    .cfi_startproc\n"
        "    seh_save 32\n"
        "    xorl %eax, %eax\n"
        "    ret\n"
        "    .cfi_endproc\n"
        ".size __ofm_seh_mark, .-__ofm_seh_mark\n"
        ".globl __ofm_seh_result\n"
        ".type __ofm_seh_result, @function\n"
        "__ofm_seh_result:\n"
        "    .cfi_startproc\n"
        "    seh_load 96\n"
        "    movq 144(%rdi), %rsp\n"
        "    jmpq *152(%rdi)\n"
        "    .cfi_endproc\n"
        ".size __ofm_seh_result, .-__ofm_seh_result\n"
        ".hidden seh_call\n"
        ".globl seh_call\n"
        ".type seh_call, @function\n"
        "seh_call:\n"
        "    .cfi_startproc\n"
        "    seh_save 96\n"
        "    leaq -512(%rsp), %rsp\n" /* room for arguments that the function writes relative to its stack pointer */
        "    andq $-64, %rsp\n"
        "    seh_load 32\n"
        "    jmpq *88(%rdi)\n"
        "    .cfi_endproc\n"
        ".size seh_call, .-seh_call\n"
        ".hidden seh_jump\n"
        ".globl seh_jump\n"
        ".type seh_jump, @function\n"
        "seh_jump:\n"
        "    .cfi_startproc\n"
        "    seh_load 32\n"
        "    movq 80(%rdi), %rsp\n"
        "    jmpq *88(%rdi)\n"
        "    .cfi_endproc\n"
        ".size seh_jump, .-seh_jump\n"
        /* Starts with rsp on struct fault; its caller is the faulting instruction, whose registers are found there. */
        ".hidden seh_fault_entry\n"
        ".globl seh_fault_entry\n"
        ".type seh_fault_entry, @function\n"
        "    .cfi_startproc simple\n"
        "    .cfi_signal_frame\n"
        "    .cfi_escape 0x0f, 4, 0x77, 0xf8, 0x00, 0x06\n"  /* CFA = saved rsp */
        "    .cfi_escape 0x10, 16, 3, 0x77, 0x80, 0x01\n"    /* rip */
        "    .cfi_escape 0x10, 6, 3, 0x77, 0xd0, 0x00\n"     /* rbp */
        "    .cfi_escape 0x10, 3, 3, 0x77, 0xd8, 0x00\n"     /* rbx */
        "    .cfi_escape 0x10, 12, 2, 0x77, 0x20\n"          /* r12-r15 */
        "    .cfi_escape 0x10, 13, 2, 0x77, 0x28\n"
        "    .cfi_escape 0x10, 14, 2, 0x77, 0x30\n"
        "    .cfi_escape 0x10, 15, 2, 0x77, 0x38\n"
        "    nop\n"
        "seh_fault_entry:\n"
        "    movq %rsp, %rdi\n"
        "    call seh_fault\n"
        "    ud2\n"
        "    .cfi_endproc\n"
        ".size seh_fault_entry, .-seh_fault_entry\n"
        ".hidden seh_resume\n"
        ".globl seh_resume\n"
        ".type seh_resume, @function\n"
        "seh_resume:\n"
        "    .cfi_startproc\n"
        ".hidden seh_resume_point\n"
        ".globl seh_resume_point\n"
        "seh_resume_point:\n"
        "    ud2\n"
        "    .cfi_endproc\n"
        ".size seh_resume, .-seh_resume\n"
        /* unsigned long ofm_seh_copy(to, from, length) */
        ".globl ofm_seh_copy\n"
        ".type ofm_seh_copy, @function\n"
        "ofm_seh_copy:\n"
        "    .cfi_startproc\n"
        "    movq %rdx, %rax\n"
        "    movq %rdx, %rcx\n"
        ".hidden seh_copy_first\n"
        ".globl seh_copy_first\n"
        "seh_copy_first:\n"
        "    rep movsb\n"
        ".hidden seh_copy_last\n"
        ".globl seh_copy_last\n"
        "seh_copy_last:\n"
        "    ret\n"
        ".hidden seh_copy_fixup\n"
        ".globl seh_copy_fixup\n"
        "seh_copy_fixup:\n"
        "    subq %rcx, %rax\n"
        "    ret\n"
        "    .cfi_endproc\n"
        ".size ofm_seh_copy, .-ofm_seh_copy\n");
/* clang-format on */

static const int context_order[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
    REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};

SEH_PLAIN static void context_from(CONTEXT *context, const greg_t *gregs)
{
    memset(context, 0, sizeof *context);
    context->ContextFlags = CONTEXT_CONTROL | CONTEXT_INTEGER;
    ULONGLONG *registers = &context->Rax;
    for (size_t i = 0; i < sizeof context_order / sizeof *context_order; i++)
        registers[i] = (ULONGLONG)gregs[context_order[i]];
    context->EFlags = (ULONG)gregs[REG_EFL];
}

/* A filter may change registers before it lets execution go on. */
SEH_PLAIN static void context_to(const CONTEXT *context, greg_t *gregs)
{
    const ULONGLONG *registers = &context->Rax;
    for (size_t i = 0; i < sizeof context_order / sizeof *context_order; i++)
        gregs[context_order[i]] = (greg_t)registers[i];
    gregs[REG_EFL] = (greg_t)context->EFlags;
}

SEH_PLAIN static void access_violation(EXCEPTION_RECORD *record, const struct fault *fault)
{
    unsigned long error = (unsigned long)fault->gregs[REG_ERR];
    record->ExceptionCode = STATUS_ACCESS_VIOLATION;
    record->NumberParameters = 2;
    record->ExceptionInformation[0] = error & 16  ? EXCEPTION_EXECUTE_FAULT
                                      : error & 2 ? EXCEPTION_WRITE_FAULT
                                                  : EXCEPTION_READ_FAULT;
    /* The processor does not tell a non-canonical address; Windows shows all ones then. */
    record->ExceptionInformation[1] =
        fault->signal_code == SI_KERNEL ? ~(ULONG_PTR)0 : (ULONG_PTR)fault->address;
}

SEH_PLAIN static NTSTATUS arithmetic_status(int code)
{
    switch (code) {
    case FPE_INTDIV:
        return STATUS_INTEGER_DIVIDE_BY_ZERO;
    case FPE_INTOVF:
        return STATUS_INTEGER_OVERFLOW;
    case FPE_FLTDIV:
        return STATUS_FLOAT_DIVIDE_BY_ZERO;
    case FPE_FLTOVF:
        return STATUS_FLOAT_OVERFLOW;
    case FPE_FLTUND:
        return STATUS_FLOAT_UNDERFLOW;
    case FPE_FLTRES:
        return STATUS_FLOAT_INEXACT_RESULT;
    default:
        return STATUS_FLOAT_INVALID_OPERATION;
    }
}

SEH_PLAIN static void record_from(EXCEPTION_RECORD *record, const struct fault *fault)
{
    memset(record, 0, sizeof *record);
    record->ExceptionAddress = (PVOID)fault->gregs[REG_RIP];
    switch (fault->signal) {
    case SIGSEGV:
        access_violation(record, fault);
        break;
    case SIGBUS:
        if (fault->signal_code == BUS_ADRALN) {
            record->ExceptionCode = STATUS_DATATYPE_MISALIGNMENT;
            break;
        }
        access_violation(record, fault);
        record->ExceptionCode = STATUS_IN_PAGE_ERROR;
        record->NumberParameters = 3;
        record->ExceptionInformation[2] = (ULONG)STATUS_IO_DEVICE_ERROR;
        break;
    case SIGFPE:
        record->ExceptionCode = arithmetic_status(fault->signal_code);
        break;
    default:
        record->ExceptionCode = STATUS_ILLEGAL_INSTRUCTION;
    }
}

/* Here the thread stands outside of any signal handler, on the stack that faulted. */
SEH_PLAIN __attribute__((used)) void seh_fault(struct fault *fault)
{
    EXCEPTION_RECORD record;
    CONTEXT context;
    record_from(&record, fault);
    context_from(&context, fault->gregs);
    if (seh_dispatch(&record, &context))
        context_to(&context, fault->gregs);
    else if (seh_unhandled && !__asan_init && !__tsan_init)
        seh_unhandled(&record, &context);
    else
        unhandled = true; /* the instruction faults again and the earlier handler or the default gets it */
    seh_resume(fault);
}

/* The size that the kernel wrote behind the legacy part when the processor saves more than that. */
static size_t float_state_size(const void *state)
{
    const unsigned char *reserved = (const unsigned char *)state + 464;
    uint32_t magic, size;
    memcpy(&magic, reserved, 4);
    memcpy(&size, reserved + 4, 4);
    return magic == 0x46505853 ? size : 512;
}

SEH_PLAIN static void put_back(ucontext_t *context, const struct fault *fault)
{
    memcpy(context->uc_mcontext.gregs, fault->gregs, sizeof fault->gregs);
    if (context->uc_mcontext.fpregs && float_state_size(context->uc_mcontext.fpregs) == fault->float_size)
        memcpy(context->uc_mcontext.fpregs, fault->float_state, fault->float_size);
}

/* Nobody's __try: the bug check of the manager, a sanitizer's report, or what would have happened without us. */
static void pass_on(int number, siginfo_t *info, ucontext_t *context)
{
    const struct sigaction *before = &earlier[number];
    if ((before->sa_flags & SA_SIGINFO) && before->sa_sigaction) {
        before->sa_sigaction(number, info, context);
        return;
    }
    if (before->sa_handler != SIG_DFL && before->sa_handler != SIG_IGN) {
        before->sa_handler(number);
        return;
    }
    signal(number, SIG_DFL);
}

/* An access just below the stack pointer means that the stack is used up: nothing can run there. */
static bool stack_overflow(const siginfo_t *info, const greg_t *gregs)
{
    unsigned long address = (unsigned long)info->si_addr, top = (unsigned long)gregs[REG_RSP];
    return info->si_signo == SIGSEGV && address < top + 4096 && address + 65536 > top;
}

static void bug_check(int number, const siginfo_t *info, const ucontext_t *context)
{
    struct fault fault = {.address = info->si_addr, .signal = number, .signal_code = info->si_code};
    memcpy(fault.gregs, context->uc_mcontext.gregs, sizeof fault.gregs);
    EXCEPTION_RECORD record;
    CONTEXT registers;
    record_from(&record, &fault);
    if (stack_overflow(info, fault.gregs))
        record.ExceptionCode = STATUS_STACK_OVERFLOW;
    context_from(&registers, fault.gregs);
    seh_unhandled(&record, &registers);
}

/* Below the red zone of the faulting code; where the signal handler runs on the same stack, below all that it
   and a sanitizer's wrapper around it still need until they return. */
SEH_PLAIN static struct fault *place_for_fault(const greg_t *gregs, size_t size)
{
    unsigned long top = (unsigned long)gregs[REG_RSP], own = (unsigned long)__builtin_frame_address(0);
    bool same_stack = own < top && top - own < 65536;
    return (struct fault *)(((same_stack ? own - 8192 : top - 128) - size) & ~63UL);
}

SEH_PLAIN static void enter_dispatcher(int number, const siginfo_t *info, ucontext_t *context)
{
    greg_t *gregs = context->uc_mcontext.gregs;
    size_t float_size = context->uc_mcontext.fpregs ? float_state_size(context->uc_mcontext.fpregs) : 0;
    struct fault *fault = place_for_fault(gregs, sizeof(struct fault) + float_size);
    unhandled = true; /* until it is written: a fault meanwhile means that there is no room */
    memcpy(fault->gregs, gregs, sizeof fault->gregs);
    fault->address = info->si_addr;
    fault->signal = number;
    fault->signal_code = info->si_code;
    fault->float_size = float_size;
    memcpy(fault->float_state, context->uc_mcontext.fpregs, float_size);
    unhandled = false;
    gregs[REG_RSP] = (greg_t)fault;
    gregs[REG_RIP] = (greg_t)seh_fault_entry;
    gregs[REG_EFL] &= ~0x400L; /* direction flag: forward, as every C function expects */
}

SEH_PLAIN static void on_signal(int number, siginfo_t *info, void *state)
{
    int error = errno;
    ucontext_t *context = state;
    greg_t *gregs = context->uc_mcontext.gregs;
    unsigned long at = (unsigned long)gregs[REG_RIP];
    if (at == (unsigned long)seh_resume_point)
        put_back(context, (struct fault *)gregs[REG_RDI]);
    else if (at >= (unsigned long)seh_copy_first && at < (unsigned long)seh_copy_last)
        gregs[REG_RIP] = (greg_t)seh_copy_fixup;
    else if (info->si_code > 0 && seh_any_frame() && !unhandled && !stack_overflow(info, gregs))
        enter_dispatcher(number, info, context);
    else if (seh_unhandled && !__asan_init && !__tsan_init)
        bug_check(number, info, context);
    else
        pass_on(number, info, context);
    errno = error;
}

static void install(void)
{
    for (size_t i = 0; i < sizeof handled_signals / sizeof *handled_signals; i++) {
        struct sigaction action = {
            .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
        sigaction(handled_signals[i], &action, &earlier[handled_signals[i]]);
    }
}

void ofm_seh_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install);
}

#define SIGNAL_STACK_SIZE (64 * 1024)

static pthread_key_t stack_key;

static void free_stack(void *stack)
{
    stack_t none = {.ss_flags = SS_DISABLE};
    sigaltstack(&none, NULL);
    munmap(stack, SIGNAL_STACK_SIZE);
}

static void make_stack_key(void)
{
    pthread_key_create(&stack_key, free_stack);
}

void ofm_seh_thread_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_stack_key);
    stack_t present;
    if (sigaltstack(NULL, &present) != 0 || !(present.ss_flags & SS_DISABLE))
        return; /* a sanitizer's or the program's own */
    void *stack =
        mmap(NULL, SIGNAL_STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED)
        return;
    stack_t mine = {.ss_sp = stack, .ss_size = SIGNAL_STACK_SIZE};
    sigaltstack(&mine, NULL);
    pthread_setspecific(stack_key, stack);
}

static void raise_unhandled(EXCEPTION_RECORD *record, CONTEXT *context)
{
    if (seh_unhandled)
        seh_unhandled(record, context);
    fprintf(stderr, "unhandled exception 0x%08X raised at %p\n", (unsigned)record->ExceptionCode,
        record->ExceptionAddress);
    abort();
}

void ofm_seh_raise(EXCEPTION_RECORD *record)
{
    ucontext_t here;
    CONTEXT context;
    getcontext(&here);
    context_from(&context, here.uc_mcontext.gregs);
    context.Rip = (ULONGLONG)__builtin_return_address(0);
    if (!record->ExceptionAddress)
        record->ExceptionAddress = __builtin_return_address(0);
    if (!seh_dispatch(record, &context))
        raise_unhandled(record, &context);
    if (record->ExceptionFlags & EXCEPTION_NONCONTINUABLE) {
        EXCEPTION_RECORD again = {.ExceptionCode = STATUS_NONCONTINUABLE_EXCEPTION,
            .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
            .ExceptionRecord = record,
            .ExceptionAddress = __builtin_return_address(0)};
        ofm_seh_raise(&again);
    }
}
