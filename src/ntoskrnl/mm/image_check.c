/* What can be said of a driver's file before it is loaded: what it is, how it was built, which names it
   wants. Names are looked up in the manager's own list of exports, never in the process: there the C
   library's send() would answer. */
#include "ntoskrnl/mm/image_inner.h"

#include "libc_names.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void __asan_init(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));

enum mm_sanitizer mm_own_sanitizer(void)
{
    return __asan_init ? MM_ASAN : __tsan_init ? MM_TSAN : MM_PLAIN;
}

const char *mm_sanitizer_name(enum mm_sanitizer sanitizer)
{
    static const char *const names[] = {"no sanitizer", "AddressSanitizer", "ThreadSanitizer"};
    return names[sanitizer];
}

void mm_load_report_free(struct mm_load_report *report)
{
    for (size_t i = 0; i < report->missing_count; i++)
        free(report->missing[i]);
    for (size_t i = 0; i < report->missing_data_count; i++)
        free(report->missing_data[i]);
    free(report->missing);
    free(report->missing_data);
    *report = (struct mm_load_report){0};
}

static bool among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

/* Names that compilers and their run-times use by themselves. */
static bool of_run_time(const char *name)
{
    static const char *const names[] = {"memcpy", "memset", "memmove", "memcmp", "strlen", "bcmp",
        "__stack_chk_fail", "__tls_get_addr", "__cxa_finalize", "__cxa_atexit", "_setjmp"};
    static const char *const prefixes[] = {
        "__asan_", "__tsan_", "__ubsan_", "__sanitizer_", "__lsan_", "__sancov_", "__gcov_", "__llvm_"};
    if (among(name, names, sizeof names / sizeof *names))
        return true;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (!strncmp(prefixes[i], name, strlen(prefixes[i])))
            return true;
    return false;
}

/* The file that holds this very code: libfltmgr, or the program that has it built in. */
static const char *open_exports(struct elf_file *exports)
{
    Dl_info own;
    if (!dladdr((void *)(ULONG_PTR)mm_check_image, &own) || !own.dli_fname)
        return "the manager's own file is not known";
    const char *problem = elf_open(exports, own.dli_fname, ELF_DYNAMIC_SYMBOLS);
    return problem ? elf_open(exports, "/proc/self/exe", ELF_DYNAMIC_SYMBOLS) : NULL;
}

static const Elf64_Shdr *sections_of(const struct elf_file *file, size_t *count)
{
    const Elf64_Ehdr *header = (const void *)file->bytes;
    *count = header->e_shnum; /* elf_open went through all of them */
    return (const void *)(file->bytes + header->e_shoff);
}

/* The file calls the symbol through its procedure linkage table: it is a function. */
static bool called(const struct elf_file *file, size_t symbol)
{
    size_t count;
    const Elf64_Shdr *sections = sections_of(file, &count);
    for (size_t i = 0; i < count; i++) {
        const Elf64_Shdr *s = &sections[i];
        if (s->sh_type != SHT_RELA || s->sh_offset % 8 || s->sh_offset > file->length ||
            s->sh_size > file->length - s->sh_offset)
            continue;
        const Elf64_Rela *relocations = (const void *)(file->bytes + s->sh_offset);
        for (size_t r = 0; r < s->sh_size / sizeof *relocations; r++)
            if (ELF64_R_SYM(relocations[r].r_info) == symbol &&
                ELF64_R_TYPE(relocations[r].r_info) == R_X86_64_JUMP_SLOT)
                return true;
    }
    return false;
}

static bool add_name(char ***names, size_t *count, const char *name)
{
    char **grown = realloc(*names, (*count + 1) * sizeof *grown);
    if (!grown)
        return false;
    *names = grown;
    grown[*count] = strdup(name);
    if (!grown[*count])
        return false;
    (*count)++;
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static NTSTATUS list_missing(const struct elf_file *file, struct mm_load_report *report)
{
    struct elf_file exports;
    const char *problem = open_exports(&exports);
    if (problem) {
        snprintf(
            report->reason, sizeof report->reason, "the manager's own exports cannot be read: %s", problem);
        return STATUS_DRIVER_UNABLE_TO_LOAD;
    }
    bool room = true;
    for (size_t i = 0; i < file->symbol_count && room; i++) {
        const char *name = elf_symbol_name(file, &file->symbols[i]);
        if (!elf_is_undefined(&file->symbols[i]) || !*name || elf_is_versioned(file, i) ||
            of_run_time(name) || among(name, libc_names, sizeof libc_names / sizeof *libc_names) ||
            elf_find(&exports, name))
            continue;
        room = called(file, i) ? add_name(&report->missing, &report->missing_count, name)
                               : add_name(&report->missing_data, &report->missing_data_count, name);
    }
    elf_close(&exports);
    if (report->missing_count)
        qsort(report->missing, report->missing_count, sizeof *report->missing, by_name);
    if (report->missing_data_count)
        qsort(report->missing_data, report->missing_data_count, sizeof *report->missing_data, by_name);
    return room ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/* As many names as fit into the line; all of them stand in the report. */
static void say_missing(struct mm_load_report *report)
{
    size_t total = report->missing_count + report->missing_data_count, used;
    used = (size_t)snprintf(report->reason, sizeof report->reason,
        "openfltmgr lacks %zu name%s that the driver uses:", total, total == 1 ? "" : "s");
    for (size_t i = 0; i < total; i++) {
        const char *name =
            i < report->missing_count ? report->missing[i] : report->missing_data[i - report->missing_count];
        const char *kind = i < report->missing_count ? "" : " (data)";
        if (used + strlen(name) + 16 >= sizeof report->reason) {
            snprintf(report->reason + used, sizeof report->reason - used, " ...");
            return;
        }
        used += (size_t)snprintf(
            report->reason + used, sizeof report->reason - used, "%s %s%s", i ? "," : "", name, kind);
    }
}

static NTSTATUS check_sanitizer(const struct elf_file *file, struct mm_load_report *report)
{
    report->sanitizer = elf_mentions(file, "__asan_init")   ? MM_ASAN
                        : elf_mentions(file, "__tsan_init") ? MM_TSAN
                                                            : MM_PLAIN;
    if (report->sanitizer == MM_PLAIN || report->sanitizer == mm_own_sanitizer())
        return STATUS_SUCCESS;
    snprintf(report->reason, sizeof report->reason,
        "the driver was built with %s, this manager runs with %s: they cannot be mixed; end it and start "
        "fltmgrd --sanitizer %s (fltrun does so by itself)",
        mm_sanitizer_name(report->sanitizer), mm_sanitizer_name(mm_own_sanitizer()),
        report->sanitizer == MM_ASAN ? "address" : "thread");
    return STATUS_DRIVER_UNABLE_TO_LOAD;
}

static NTSTATUS check_open_file(const struct elf_file *file, struct mm_load_report *report)
{
    if (!elf_is_shared_object(file)) {
        snprintf(report->reason, sizeof report->reason, "not a shared object: build it with fltcc");
        return STATUS_INVALID_IMAGE_FORMAT;
    }
    if (!elf_find(file, "DriverEntry")) {
        snprintf(report->reason, sizeof report->reason,
            "it exports no DriverEntry: not a driver, or not linked by fltcc");
        return STATUS_PROCEDURE_NOT_FOUND;
    }
    NTSTATUS status = check_sanitizer(file, report);
    if (!NT_SUCCESS(status))
        return status;
    status = list_missing(file, report);
    if (NT_SUCCESS(status) && report->missing_count + report->missing_data_count) {
        say_missing(report);
        status = STATUS_DRIVER_ENTRYPOINT_NOT_FOUND;
    }
    return status;
}

NTSTATUS mm_check_image(const char *path, struct mm_load_report *report)
{
    if (access(path, F_OK) != 0) {
        snprintf(report->reason, sizeof report->reason, "no such file");
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (access(path, R_OK) != 0) {
        snprintf(report->reason, sizeof report->reason, "the file may not be read");
        return STATUS_ACCESS_DENIED;
    }
    struct elf_file file;
    const char *problem = elf_open(&file, path, ELF_DYNAMIC_SYMBOLS);
    if (problem) {
        snprintf(report->reason, sizeof report->reason, "%s", problem);
        return STATUS_INVALID_IMAGE_FORMAT;
    }
    NTSTATUS status = check_open_file(&file, report);
    elf_close(&file);
    return status;
}
