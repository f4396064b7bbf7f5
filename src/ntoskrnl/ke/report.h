/* What the manager says: a driver's mistakes (ke_report), the general log, and the bug check that ends the process.
 * Plain C, no NT types; any thread may call anything here at any IRQL. */
#ifndef OFM_KE_REPORT_H
#define OFM_KE_REPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ke_log_level {
    KE_LOG_DEBUG,    /* the manager's own tracing: off by default */
    KE_LOG_DRIVER,   /* DbgPrint of a driver */
    KE_LOG_INFO,
    KE_LOG_WARNING,
    KE_LOG_ERROR,
    KE_LOG_REPORT,   /* a driver's mistake */
    KE_LOG_BUGCHECK,
};

/* A driver did something that is a mistake on Windows too. One line "driver: call: text"; counted. NULL driver: unknown. */
void ke_report(const char *driver, const char *call, const char *format, ...) __attribute__((format(printf, 3, 4), cold));
void ke_report_v(const char *driver, const char *call, const char *format, va_list args);
/* Same; the driver is found from `pc`, an address in its code (__builtin_return_address(0) of the exported function). */
void ke_report_caller(const char *call, const void *pc, const char *format, ...) __attribute__((format(printf, 3, 4), cold));

/* The same name at an address that lives as long as the process: for what outlives a callback. NULL stays NULL. */
const char *ke_driver_name(const char *driver);

/* Mistakes reported since start, and those of one driver (by name). */
unsigned long ke_report_count(void);
unsigned long ke_report_count_of(const char *driver);

/* The driver whose image holds the address (code or data), or NULL. */
const char *ke_image_name(const void *address);

/* The driver whose image holds `pc`; else the driver whose callback this thread runs; else NULL. */
const char *ke_driver_of(const void *pc);

/* A line to the log; without the newline at the end. */
void ke_log(enum ke_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A line that is not formatted here (DbgPrint); driver may be NULL. */
void ke_log_text(enum ke_log_level level, const char *driver, const char *text);
/* Least level that is shown; default KE_LOG_DRIVER. */
void ke_log_set_level(enum ke_log_level least);

/* Where lines go; the default (NULL) is standard error. `driver` is NULL for the manager's own lines; `text` is one line
 * without its newline. Called with no lock held, by many threads at once. */
typedef void ke_report_sink(void *context, enum ke_log_level level, const char *driver, const char *text);
void ke_report_set_sink(ke_report_sink *sink, void *context);

/* ---- bug check ---- */

/* Prints what Windows' blue screen says (code and its name, four parameters, driver, callback, operation, stack), runs what
 * was registered, aborts the process. `text` may be NULL. */
void ke_bug_check(uint32_t code, uint64_t p1, uint64_t p2, uint64_t p3, uint64_t p4, const char *text)
    __attribute__((noreturn, cold));
/* Same for a fault: pc and frame pointer are the fault's. */
void ke_bug_check_at(uint32_t code, uint64_t p1, uint64_t p2, uint64_t p3, uint64_t p4, const char *text, const void *pc)
    __attribute__((noreturn, cold));

/* Run before the process ends on a bug check, latest first, each at most once: aborts FUSE connections and the like. Must be
 * safe in a signal handler: no locks, no allocation. At most 16. */
void ke_bug_check_register(void (*fn)(void));
void ke_bug_check_unregister(void (*fn)(void));

/* Stops the calling thread at a breakpoint when a debugger is attached; else reports. */
bool ke_debugger_present(void);

#endif
