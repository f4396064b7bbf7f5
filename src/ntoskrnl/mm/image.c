/* Loads driver images and finds them from addresses. Loading and unloading hold one lock; readers of the
   table take none: an image is written completely before its slot is set, and its memory is never given back,
   so that a reader that comes late still reads a name. */
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/mm/image_inner.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_IMAGES 256

struct mm_image {
    ULONG_PTR start, end;
    char *name, *path;
    void *handle;
    PVOID entry;
    struct mm_stubs *stubs;
    int copy; /* the memory file that it was loaded from, open so that debuggers can read it; -1: its own file
               */
    struct elf_file symbols; /* the file's own table, for stacks; empty when it was stripped */
    dev_t device;
    ino_t inode;
    struct mm_image *retired;
};

static struct mm_image *images[MAX_IMAGES]; /* __atomic; written under the lock */
static struct mm_image *retired;            /* under the lock */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct mm_image *mm_image_of(const void *address)
{
    for (size_t i = 0; i < MAX_IMAGES; i++) {
        struct mm_image *image = __atomic_load_n(&images[i], __ATOMIC_ACQUIRE);
        if (image && (ULONG_PTR)address >= image->start && (ULONG_PTR)address < image->end)
            return image;
    }
    return NULL;
}

const char *mm_image_name_of(const void *address)
{
    struct mm_image *image = mm_image_of(address);
    return image ? image->name : NULL;
}

/* The function whose code holds the offset. */
static const Elf64_Sym *function_at(const struct elf_file *file, ULONG_PTR offset)
{
    for (size_t i = 0; i < file->symbol_count; i++) {
        const Elf64_Sym *s = &file->symbols[i];
        if (ELF64_ST_TYPE(s->st_info) == STT_FUNC && s->st_shndx != SHN_UNDEF && offset >= s->st_value &&
            offset <= s->st_value + s->st_size)
            return s;
    }
    return NULL;
}

bool mm_image_describe(const void *address, char *text, size_t size)
{
    const struct mm_image *image = mm_image_of(address);
    if (!image)
        return false;
    ULONG_PTR offset = (ULONG_PTR)address - image->start;
    const Elf64_Sym *function = function_at(&image->symbols, offset);
    if (function)
        snprintf(text, size, "%s!%s+0x%lx", image->name, elf_symbol_name(&image->symbols, function),
            offset - function->st_value);
    else
        snprintf(text, size, "%s+0x%lx", image->name, offset);
    return true;
}

PVOID mm_image_entry(const struct mm_image *image)
{
    return image->entry;
}

const char *mm_image_name(const struct mm_image *image)
{
    return image->name;
}

const char *mm_image_path(const struct mm_image *image)
{
    return image->path;
}

void mm_image_range(const struct mm_image *image, const void **start, size_t *length)
{
    *start = (const void *)image->start;
    *length = image->end - image->start;
}

static bool set_slot(const struct mm_image *from, struct mm_image *to)
{
    for (size_t i = 0; i < MAX_IMAGES; i++)
        if (__atomic_load_n(&images[i], __ATOMIC_RELAXED) == from) {
            __atomic_store_n(&images[i], to, __ATOMIC_RELEASE); /* with the load in mm_image_of */
            return true;
        }
    return false;
}

static bool loaded_already(dev_t device, ino_t inode)
{
    for (size_t i = 0; i < MAX_IMAGES; i++) {
        const struct mm_image *image = __atomic_load_n(&images[i], __ATOMIC_RELAXED);
        if (image && image->copy < 0 && image->device == device && image->inode == inode)
            return true;
    }
    return false;
}

static int plain_copy(const char *path)
{
    int from = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (from < 0 || fstat(from, &status) != 0)
        return -1;
    int to = memfd_create(path, MFD_CLOEXEC);
    for (off_t at = 0; to >= 0 && at < status.st_size;)
        if (sendfile(to, from, &at, (size_t)(status.st_size - at)) <= 0) {
            close(to);
            to = -1;
        }
    close(from);
    return to;
}

static char *name_from_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
    return dot && dot != base ? strndup(base, (size_t)(dot - base)) : strdup(base);
}

static void free_image(struct mm_image *image)
{
    if (image->handle)
        dlclose(image->handle);
    mm_stub_free(image->stubs);
    elf_close(&image->symbols);
    if (image->copy >= 0)
        close(image->copy);
    free(image->name);
    free(image->path);
    free(image);
}

static struct mm_image *make_image(const char *path, const char *name)
{
    struct mm_image *image = calloc(1, sizeof *image);
    if (!image)
        return NULL;
    image->copy = -1;
    image->path = realpath(path, NULL);
    image->name = name ? strdup(name) : name_from_path(path);
    struct stat status;
    if (!image->path || !image->name || stat(image->path, &status) != 0) {
        free_image(image);
        return NULL;
    }
    image->device = status.st_dev;
    image->inode = status.st_ino;
    return image;
}

static void find_range(struct mm_image *image, const struct link_map *map)
{
    const Elf64_Ehdr *header = (const void *)map->l_addr; /* fltcc links images at address 0 */
    const Elf64_Phdr *program = (const void *)(map->l_addr + header->e_phoff);
    image->start = map->l_addr;
    for (size_t i = 0; i < header->e_phnum; i++)
        if (program[i].p_type == PT_LOAD &&
            map->l_addr + program[i].p_vaddr + program[i].p_memsz > image->end)
            image->end = map->l_addr + program[i].p_vaddr + program[i].p_memsz;
}

/* The file itself when it is not loaded yet, so that debuggers and profilers see its path; else a private
   copy, which the dynamic linker takes for another file. */
static void *open_image(struct mm_image *image, const struct mm_load_report *report)
{
    if (report->missing_count)
        image->copy = mm_stub_copy(image->path, report);
    else if (loaded_already(image->device, image->inode))
        image->copy = plain_copy(image->path);
    else
        return dlopen(image->path, RTLD_NOW | RTLD_LOCAL);
    if (image->copy < 0)
        return NULL;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getpid(), image->copy);
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

static NTSTATUS load_locked(struct mm_image *image, struct mm_load_report *report)
{
    dlerror();
    image->handle = open_image(image, report);
    if (!image->handle) {
        const char *problem = dlerror();
        snprintf(report->reason, sizeof report->reason, "the dynamic linker refused it: %s",
            problem ? problem : strerror(errno));
        return STATUS_DRIVER_UNABLE_TO_LOAD;
    }
    struct link_map *map = NULL;
    image->entry = dlsym(image->handle, "DriverEntry");
    if (dlinfo(image->handle, RTLD_DI_LINKMAP, &map) != 0 || !image->entry) {
        snprintf(report->reason, sizeof report->reason, "its DriverEntry cannot be found");
        return STATUS_PROCEDURE_NOT_FOUND;
    }
    find_range(image, map);
    elf_open(&image->symbols, image->path, ELF_ALL_SYMBOLS);
    if (report->missing_count) {
        image->stubs = mm_stub_install(map, image->name, report);
        if (!image->stubs)
            return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (!set_slot(NULL, image)) {
        snprintf(report->reason, sizeof report->reason, "more than %d drivers are loaded", MAX_IMAGES);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_SUCCESS;
}

/* A thread's own, made when there is something to say: in the thread's static block it would stand between what every operation uses. */
#define EXPLANATION_BYTES 8192
static __thread char *explanation;

static void free_explanation(struct ke_thread *thread)
{
    free(explanation);
    explanation = NULL;
}

static bool make_explanation(void)
{
    if (explanation)
        return true;
    ke_current(); /* or nobody tells of this thread's end */
    ke_thread_on_exit(free_explanation);
    explanation = calloc(1, EXPLANATION_BYTES);
    return explanation != NULL;
}

const char *mm_load_explanation(void)
{
    return explanation ? explanation : "";
}

void mm_load_explanation_forget(void)
{
    if (explanation)
        explanation[0] = 0;
}

void mm_load_explanation_say(const char *format, ...)
{
    va_list arguments;
    if (!make_explanation())
        return;
    va_start(arguments, format);
    vsnprintf(explanation, EXPLANATION_BYTES, format, arguments);
    va_end(arguments);
}

static void explain(const char *path, const struct mm_load_report *report)
{
    mm_load_explanation_forget();
    if (!report->reason[0] || !make_explanation())
        return;
    size_t used = (size_t)snprintf(explanation, EXPLANATION_BYTES, "%.4096s: %s\n", path, report->reason);
    for (size_t i = 0; i < report->missing_count + report->missing_data_count; i++) {
        bool data = i >= report->missing_count;
        const char *name = data ? report->missing_data[i - report->missing_count] : report->missing[i];
        if (used + strlen(name) + 32 >= EXPLANATION_BYTES)
            break;
        used += (size_t)snprintf(
            explanation + used, EXPLANATION_BYTES - used, "    %s%s\n", name, data ? " (variable)" : "");
    }
}

static NTSTATUS load_image(const char *path, const struct mm_load_options *options, struct mm_image **out,
    struct mm_load_report *report)
{
    *out = NULL;
    NTSTATUS status = mm_check_image(path, report);
    bool stubs = status == STATUS_DRIVER_ENTRYPOINT_NOT_FOUND && options && options->allow_missing &&
                 !report->missing_data_count;
    if (!NT_SUCCESS(status) && !stubs)
        return status;
    report->reason[0] = 0;
    struct mm_image *image = make_image(path, options ? options->name : NULL);
    if (!image)
        return STATUS_INSUFFICIENT_RESOURCES;
    pthread_mutex_lock(&lock);
    status = load_locked(image, report);
    pthread_mutex_unlock(&lock);
    if (NT_SUCCESS(status))
        *out = image;
    else
        free_image(image);
    return status;
}

NTSTATUS mm_load_image(const char *path, const struct mm_load_options *options, struct mm_image **out,
    struct mm_load_report *report)
{
    NTSTATUS status = load_image(path, options, out, report);
    explain(path, report);
    return status;
}

/* The dynamic linker still has it: something keeps the mapping. */
static bool still_loaded(const struct mm_image *image)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getpid(), image->copy);
    void *handle = dlopen(image->copy < 0 ? image->path : path, RTLD_LAZY | RTLD_NOLOAD);
    if (handle)
        dlclose(handle);
    return handle != NULL;
}

bool mm_unload_image(struct mm_image *image)
{
    pthread_mutex_lock(&lock);
    dlclose(image->handle); /* destructors run while the image is still found from its addresses */
    image->handle = NULL;
    set_slot(image, NULL);
    bool gone = !still_loaded(image);
    mm_stub_free(image->stubs);
    elf_close(&image->symbols);
    image->stubs = NULL;
    if (image->copy >= 0)
        close(image->copy);
    image->copy = -1;
    image->retired = retired;
    retired = image;
    pthread_mutex_unlock(&lock);
    return gone;
}
