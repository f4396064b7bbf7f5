/* Structured exception handling: between seh.c, which finds who handles an exception, and seh_amd64.c, which
   knows the processor and the signals. */
#ifndef OFM_RTL_SEH_H
#define OFM_RTL_SEH_H

#include "ofm_exception.h"
#include "ofm_seh.h"

#include <stdbool.h>

#if defined(__clang__)
#define SEH_PLAIN                                                                                            \
    __attribute__((no_sanitize("address", "thread", "undefined"), disable_sanitizer_instrumentation))
#else
#define SEH_PLAIN __attribute__((no_sanitize("address", "thread", "undefined")))
#endif

enum seh_kind { SEH_EXCEPT = 1, SEH_FINALLY = 2, SEH_BARRIER = 3 };
enum seh_state { SEH_ARMED, SEH_RUNNING, SEH_DONE };
enum seh_entry { SEH_BODY, SEH_ASK_FILTER, SEH_RUN_HANDLER };

/* Asks the filters of this thread from the inside out. Does not return when one takes the exception; true
   when one says that execution goes on; false when nobody handles it. */
bool seh_dispatch(EXCEPTION_RECORD *record, CONTEXT *context);
bool seh_any_frame(void);

/* What becomes of an exception that nobody handles. The kernel side sets it while it is loaded, before there are threads; where it is NULL, in
 * applications, the signal's earlier handler or its default has it. */
typedef void (*seh_unhandled_fn)(EXCEPTION_RECORD *record, CONTEXT *context) __attribute__((noreturn));
extern seh_unhandled_fn seh_unhandled;

/* Runs the frame's function from its mark on top of the present stack until it calls __ofm_seh_result: that
 * value. */
int seh_call(struct ofm_seh_frame *frame, int entry);
/* Goes back into the frame's function for good. */
void seh_jump(struct ofm_seh_frame *frame, int entry) __attribute__((noreturn));

#endif
