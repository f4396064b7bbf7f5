/* Reports of drivers' mistakes and the log. One sink for all; counters a driver in a small list.
 * sink_lock guards the sink pair only and is never held while the sink runs. */
#include "ntoskrnl/ke/ke.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The image register of mm; absent in small test programs. */
const char *mm_image_name_of(const void *address) __attribute__((weak));

struct driver_count {
    struct driver_count *next;
    unsigned long count;
    char name[];
};

static pthread_mutex_t sink_lock = PTHREAD_MUTEX_INITIALIZER;
static ke_report_sink *sink;
static void *sink_context;
static enum ke_log_level least = KE_LOG_DRIVER;
static unsigned long total;
static struct driver_count *counts; /* pushed with CAS, never removed */

static void print_line(enum ke_log_level level, const char *driver, const char *text)
{
    static const char *const names[] = {"debug", "", "", "warning", "error", "driver mistake", "bug check"};
    const char *name = names[level];
    fprintf(stderr, "%s%s%s%s%s\n", driver ? driver : "fltmgr", ": ", name, *name ? ": " : "", text);
}

void ke_report_set_sink(ke_report_sink *fn, void *context)
{
    pthread_mutex_lock(&sink_lock);
    sink = fn;
    sink_context = context;
    pthread_mutex_unlock(&sink_lock);
}

void ke_log_set_level(enum ke_log_level level)
{
    __atomic_store_n(&least, level, __ATOMIC_RELAXED);
}

void ke_log_text(enum ke_log_level level, const char *driver, const char *text)
{
    if (level < __atomic_load_n(&least, __ATOMIC_RELAXED))
        return;
    pthread_mutex_lock(&sink_lock);
    ke_report_sink *fn = sink;
    void *context = sink_context;
    pthread_mutex_unlock(&sink_lock);
    if (fn)
        fn(context, level, driver, text);
    else
        print_line(level, driver, text);
}

void ke_log(enum ke_log_level level, const char *format, ...)
{
    char text[1024];
    va_list args;
    if (level < __atomic_load_n(&least, __ATOMIC_RELAXED))
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ke_log_text(level, NULL, text);
}

static struct driver_count *find_count(const char *driver)
{
    struct driver_count *entry = __atomic_load_n(&counts, __ATOMIC_ACQUIRE); /* pairs with the push in count_report */
    while (entry && strcmp(entry->name, driver) != 0)
        entry = entry->next;
    return entry;
}

static struct driver_count *count_of(const char *driver)
{
    struct driver_count *entry = find_count(driver);
    if (entry || !(entry = calloc(1, sizeof *entry + strlen(driver) + 1)))
        return entry;
    strcpy(entry->name, driver);
    entry->next = __atomic_load_n(&counts, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&counts, &entry->next, entry, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        ;
    return entry;
}

const char *ke_driver_name(const char *driver)
{
    struct driver_count *entry = driver ? count_of(driver) : NULL;
    return entry ? entry->name : NULL;
}

static void count_report(const char *driver)
{
    struct driver_count *entry = driver ? count_of(driver) : NULL;
    __atomic_add_fetch(&total, 1, __ATOMIC_RELAXED);
    if (entry)
        __atomic_add_fetch(&entry->count, 1, __ATOMIC_RELAXED);
}

unsigned long ke_report_count(void)
{
    return __atomic_load_n(&total, __ATOMIC_RELAXED);
}

/* Two threads may have pushed the same name at once: sum all entries. */
unsigned long ke_report_count_of(const char *driver)
{
    unsigned long sum = 0;
    for (struct driver_count *entry = __atomic_load_n(&counts, __ATOMIC_ACQUIRE); entry; entry = entry->next) {
        if (!strcmp(entry->name, driver))
            sum += __atomic_load_n(&entry->count, __ATOMIC_RELAXED);
    }
    return sum;
}

void ke_report_v(const char *driver, const char *call, const char *format, va_list args)
{
    char text[1024];
    int used = snprintf(text, sizeof text, "%s: ", call);
    if (used > 0 && (size_t)used < sizeof text)
        vsnprintf(text + used, sizeof text - (size_t)used, format, args);
    count_report(driver);
    ke_log_text(KE_LOG_REPORT, driver ? driver : "(unknown driver)", text);
}

void ke_report(const char *driver, const char *call, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    ke_report_v(driver, call, format, args);
    va_end(args);
}

const char *ke_image_name(const void *address)
{
    return address && mm_image_name_of ? mm_image_name_of(address) : NULL;
}

const char *ke_driver_of(const void *pc)
{
    const char *name = ke_image_name(pc);
    return name ? name : ke_self.driver;
}

void ke_report_caller(const char *call, const void *pc, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    ke_report_v(ke_driver_of(pc), call, format, args);
    va_end(args);
}
