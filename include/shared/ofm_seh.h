/* Structured exception handling: what the code that fltcc makes of __try calls, and what the two libraries call themselves.
   Nobody includes this by hand in a driver; fltcc puts it in front of every source. */
#ifndef OFM_SEH_H
#define OFM_SEH_H

#ifdef __cplusplus
extern "C" {
#endif

struct _EXCEPTION_POINTERS;
struct _EXCEPTION_RECORD;
struct _CONTEXT;

/* One active __try. Lives on the stack of its function; only its own thread touches it. */
struct ofm_seh_frame {
    struct ofm_seh_frame *next; /* the enclosing one of this thread */
    struct ofm_seh_frame *skip; /* of a barrier: where a search goes on */
    unsigned char kind, state, normal, abnormal;
    unsigned int code;
    struct _EXCEPTION_POINTERS *pointers;
    void *function[8]; /* rbx rbp r12-r15 rsp rip where __try was entered */
    void *caller[8];   /* the same of whoever runs the filter or the __finally block now */
    void *shadow[40];  /* a jmp_buf: ThreadSanitizer's own record of the stack */
};

#define OFM_SEH_API __attribute__((__visibility__("default")))

/*
 * Enters a block with __try: fltcc writes the call, nobody else does. kind: __except or __finally. Source:
 * docs/structured-exceptions.md.
 */
OFM_SEH_API void __ofm_seh_push(struct ofm_seh_frame *frame, int kind);
/*
 * 0: the body runs; 1: the filter expression is asked; 2: the handler or the __finally block runs. Source:
 * docs/structured-exceptions.md.
 */
OFM_SEH_API int __ofm_seh_mark(struct ofm_seh_frame *frame) __attribute__((__returns_twice__));
/* Tells what the filter expression answered; does not return. Source: docs/structured-exceptions.md. */
OFM_SEH_API void __ofm_seh_result(struct ofm_seh_frame *frame, int value) __attribute__((__noreturn__));
/* Leaves the block that __ofm_seh_push entered. Source: docs/structured-exceptions.md. */
OFM_SEH_API void __ofm_seh_leave(struct ofm_seh_frame *frame);
/* 0, which the compiler does not know. Source: docs/structured-exceptions.md. */
OFM_SEH_API unsigned long __ofm_seh_none(void); /* 0, which the compiler does not know */

#ifndef __FLTCC__
/*
 * Installs the handlers of SIGSEGV, SIGBUS, SIGFPE and SIGILL, once for the process; the first __try does it, too.
 * Source: docs/structured-exceptions.md.
 */
OFM_SEH_API void ofm_seh_init(void);
/*
 * Gives the calling thread a stack for signal handlers, so that a stack overflow is still reported; undone at its
 * end. Source: docs/structured-exceptions.md.
 */
OFM_SEH_API void ofm_seh_thread_init(void);
/*
 * Raises the exception at the caller's place, as RtlRaiseException does. Returns only when a filter continued it.
 * Source: docs/structured-exceptions.md.
 */
OFM_SEH_API void ofm_seh_raise(struct _EXCEPTION_RECORD *record);
/*
 * Copies although either side may be unmapped: the number of bytes copied before the first fault. No __try needed.
 * Source: docs/structured-exceptions.md.
 */
OFM_SEH_API unsigned long ofm_seh_copy(void *to, const void *from, unsigned long length);
#elif defined(__OFM_TSAN__)
int _setjmp(void **) __attribute__((__returns_twice__));
#endif

#ifdef __cplusplus
}
#endif
#endif
