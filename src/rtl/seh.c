/* Who handles an exception: the chain of active __try statements of a thread, asked and unwound in Windows'
   order. First the filters, from the inside out, while everything still stands; then the __finally blocks up
   to the one that took it. All state belongs to the thread; the signal handler only leads here (seh_amd64.c).
 */
#include "rtl/seh.h"

#include <setjmp.h>

/* A barrier stands for a filter that is running: an exception in it looks for its handler outside of the
   statement whose filter it is, but unwinding passes everything that lies on the stack between. */
static __thread struct ofm_seh_frame *head __attribute__((tls_model("initial-exec")));

extern void __asan_handle_no_return(void) __attribute__((weak));
extern void __tsan_func_entry(void *) __attribute__((weak));

SEH_PLAIN bool seh_any_frame(void)
{
    return head != NULL;
}

seh_unhandled_fn seh_unhandled;

SEH_PLAIN unsigned long __ofm_seh_none(void)
{
    return 0;
}

SEH_PLAIN void __ofm_seh_push(struct ofm_seh_frame *frame, int kind)
{
    ofm_seh_init();
    frame->kind = (unsigned char)kind;
    frame->state = SEH_ARMED;
    frame->normal = 0;
    frame->abnormal = 0;
    frame->code = 0;
    frame->pointers = NULL;
    frame->shadow[0] = NULL;
    frame->next = head;
    head = frame;
}

SEH_PLAIN static void run_finally(struct ofm_seh_frame *frame, bool abnormal)
{
    frame->abnormal = abnormal;
    frame->state = SEH_RUNNING;
    seh_call(frame, SEH_RUN_HANDLER);
    frame->state = SEH_DONE;
}

/* The scope of a __try is left: at its end, by return, goto, break or continue. A frame that is RUNNING
   jumped out of its own __finally block, which abandons whatever unwinding ran it. */
SEH_PLAIN void __ofm_seh_leave(struct ofm_seh_frame *frame)
{
    if (frame->state == SEH_ARMED) {
        head = frame->next;
        if (frame->kind == SEH_FINALLY)
            run_finally(frame, !frame->normal);
    }
    frame->state = SEH_DONE;
}

SEH_PLAIN static void unwind_to(struct ofm_seh_frame *target)
{
    while (head != target) {
        struct ofm_seh_frame *frame = head;
        head = frame->next;
        if (frame->kind == SEH_FINALLY)
            run_finally(frame, true);
    }
    head = target->next;
    target->state = SEH_DONE;
    if (__asan_handle_no_return)
        __asan_handle_no_return();
    if (__tsan_func_entry && target->shadow[0]) {
        void *shadow = target->shadow;
        longjmp(shadow, 1);
    }
    seh_jump(target, SEH_RUN_HANDLER);
}

SEH_PLAIN static int ask_filter(struct ofm_seh_frame *frame, EXCEPTION_POINTERS *pointers)
{
    struct ofm_seh_frame barrier = {.kind = SEH_BARRIER, .next = head, .skip = frame->next};
    frame->pointers = pointers;
    frame->code = (unsigned)pointers->ExceptionRecord->ExceptionCode;
    head = &barrier;
    int answer = seh_call(frame, SEH_ASK_FILTER);
    head = barrier.next;
    return answer;
}

SEH_PLAIN bool seh_dispatch(EXCEPTION_RECORD *record, CONTEXT *context)
{
    EXCEPTION_POINTERS pointers = {record, context};
    for (struct ofm_seh_frame *frame = head; frame;
         frame = frame->kind == SEH_BARRIER ? frame->skip : frame->next) {
        if (frame->kind != SEH_EXCEPT)
            continue;
        int answer = ask_filter(frame, &pointers);
        if (answer > 0)
            unwind_to(frame);
        if (answer < 0)
            return true;
    }
    return false;
}
