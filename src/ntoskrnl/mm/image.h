/* Driver images: an ELF shared object is checked, loaded so that it shares no name with anybody, found again
   from an address, and unloaded. The manager's own exports are the only thing that a driver may bind to,
   besides a short list of the C library's and the compilers' names. */
#ifndef OFM_MM_IMAGE_H
#define OFM_MM_IMAGE_H

#include <ntdef.h>
#include <ntstatus.h>

#include <stdbool.h>
#include <stddef.h>

struct mm_image;

enum mm_sanitizer { MM_PLAIN, MM_ASAN, MM_TSAN };

struct mm_load_options {
    const char *name;   /* the driver's (service's) name; NULL: the file's without its ending */
    bool allow_missing; /* functions that nobody exports become stubs that stop the manager when they are
                           called */
};

/* What a load found. Zero it before; free it after, whatever the status was. */
struct mm_load_report {
    char reason[512];            /* one line for the user; empty on success */
    enum mm_sanitizer sanitizer; /* the driver's */
    char **missing;              /* functions that nobody exports, sorted */
    size_t missing_count;
    char **missing_data; /* variables that nobody exports: no stub can stand for them */
    size_t missing_data_count;
};

/* Loads a driver; its C++ constructors run here, in the calling thread. PASSIVE_LEVEL.
   STATUS_OBJECT_NAME_NOT_FOUND: no such file. STATUS_INVALID_IMAGE_FORMAT: not a driver for this machine.
   STATUS_PROCEDURE_NOT_FOUND: no DriverEntry. STATUS_DRIVER_ENTRYPOINT_NOT_FOUND: missing names, all listed
   in the report. STATUS_DRIVER_UNABLE_TO_LOAD: sanitizers do not match, or the dynamic linker refused. */
NTSTATUS mm_load_image(const char *path, const struct mm_load_options *options, struct mm_image **out,
    struct mm_load_report *report);
void mm_load_report_free(struct mm_load_report *report);

/* What this thread's last mm_load_image found wrong: the reason, then every missing name, one a line; ""
 * after a success. */
const char *mm_load_explanation(void);
void mm_load_explanation_forget(void);
/* What went wrong after the image was loaded: it becomes this thread's explanation. */
void mm_load_explanation_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The checks alone, with nothing loaded: what fltmc and the choice of the sanitizer's manager ask first. */
NTSTATUS mm_check_image(const char *path, struct mm_load_report *report);
enum mm_sanitizer mm_own_sanitizer(void);
const char *mm_sanitizer_name(enum mm_sanitizer sanitizer);

/* Runs the C++ destructors and unmaps. The caller knows that no thread is or comes into the driver's code.
   False: something keeps it mapped (a thread-local destructor, for example). The image's name stays valid for
   ever. */
bool mm_unload_image(struct mm_image *image);

PVOID mm_image_entry(const struct mm_image *image); /* DriverEntry */
const char *mm_image_name(const struct mm_image *image);
const char *mm_image_path(const struct mm_image *image);
void mm_image_range(const struct mm_image *image, const void **start, size_t *length);

/* The loaded image that holds the address; NULL when none does. No lock, no allocation: any thread, any IRQL,
   also in a signal handler. */
struct mm_image *mm_image_of(const void *address);
const char *mm_image_name_of(const void *address);
/* "Gate!PreCreate+0x2c", as a debugger names the address; false when no driver's image holds it. Also in a
 * signal handler. */
bool mm_image_describe(const void *address, char *text, size_t size);

#endif
