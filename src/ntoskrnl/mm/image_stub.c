/* Stubs for functions that the manager lacks, when the user loads a driver all the same. The driver is loaded
   from a copy in which those names are weak, so that the dynamic linker leaves them empty; then every
   reference gets a stub of its own, which knows its name and stops the manager when it is called. */
#include "ntoskrnl/mm/image_inner.h"

#include "ntoskrnl/ke/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void ke_bug_check(uint32_t code, uint64_t p1, uint64_t p2, uint64_t p3, uint64_t p4, const char *text)
    __attribute__((weak));

#define STUB_SIZE 32
#define BUG_CODE_MISSING_FUNCTION 0xC4 /* DRIVER_VERIFIER_DETECTED_VIOLATION */

struct stub {
    char *function;
    const char *driver;
};

struct mm_stubs {
    size_t count;
    unsigned char *code;
    struct stub stub[];
};

static bool is_missing(const struct mm_load_report *report, const char *name, size_t *index)
{
    for (size_t i = 0; i < report->missing_count; i++)
        if (!strcmp(report->missing[i], name)) {
            *index = i;
            return true;
        }
    return false;
}

static bool write_all(int fd, const unsigned char *bytes, size_t length)
{
    while (length) {
        ssize_t done = write(fd, bytes, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        length -= (size_t)done;
    }
    return true;
}

int mm_stub_copy(const char *path, const struct mm_load_report *report)
{
    struct elf_file file;
    if (elf_open(&file, path, ELF_DYNAMIC_SYMBOLS))
        return -1;
    unsigned char *copy = malloc(file.length);
    int fd = copy ? memfd_create(path, MFD_CLOEXEC) : -1;
    if (fd >= 0) {
        memcpy(copy, file.bytes, file.length);
        Elf64_Sym *symbols = (void *)(copy + ((const unsigned char *)file.symbols - file.bytes));
        for (size_t i = 0; i < file.symbol_count; i++) {
            size_t index;
            if (elf_is_undefined(&symbols[i]) &&
                is_missing(report, elf_symbol_name(&file, &symbols[i]), &index))
                symbols[i].st_info = ELF64_ST_INFO(STB_WEAK, ELF64_ST_TYPE(symbols[i].st_info));
        }
        if (!write_all(fd, copy, file.length)) {
            close(fd);
            fd = -1;
        }
    }
    free(copy);
    elf_close(&file);
    return fd;
}

static void stub_called(const struct stub *stub) __attribute__((noreturn));

static void stub_called(const struct stub *stub)
{
    char text[256];
    snprintf(
        text, sizeof text, "the driver %s called %s, which openfltmgr lacks", stub->driver, stub->function);
    if (ke_bug_check)
        ke_bug_check(BUG_CODE_MISSING_FUNCTION, 0, 0, 0, 0, text);
    fprintf(stderr, "%s\n", text);
    abort();
}

/* movabs $stub, %rdi; movabs $stub_called, %rax; jmp *%rax */
static void write_stub(unsigned char *code, const struct stub *stub)
{
    void (*target)(const struct stub *) = stub_called;
    memcpy(code, "\x48\xbf", 2);
    memcpy(code + 2, &stub, 8);
    memcpy(code + 10, "\x48\xb8", 2);
    memcpy(code + 12, &target, 8);
    memcpy(code + 20, "\xff\xe0", 2);
}

/* The tables of a loaded image, as its dynamic section names them. */
struct tables {
    const Elf64_Sym *symbols;
    const char *strings;
    const Elf64_Rela *relocations, *jumps;
    size_t relocations_size, jumps_size;
};

static void read_tables(const struct link_map *map, struct tables *t)
{
    for (const Elf64_Dyn *d = map->l_ld; d->d_tag != DT_NULL; d++)
        switch (d->d_tag) {
        case DT_SYMTAB:
            t->symbols = (const void *)d->d_un.d_ptr;
            break;
        case DT_STRTAB:
            t->strings = (const void *)d->d_un.d_ptr;
            break;
        case DT_RELA:
            t->relocations = (const void *)d->d_un.d_ptr;
            break;
        case DT_RELASZ:
            t->relocations_size = d->d_un.d_val;
            break;
        case DT_JMPREL:
            t->jumps = (const void *)d->d_un.d_ptr;
            break;
        case DT_PLTRELSZ:
            t->jumps_size = d->d_un.d_val;
            break;
        }
}

static void point_to(void *place, const unsigned char *code)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *start = (void *)((ULONG_PTR)place & ~(ULONG_PTR)(page - 1));
    mprotect(start, page, PROT_READ | PROT_WRITE); /* it may have become read-only after relocation */
    memcpy(place, &code, sizeof code);
}

static void patch(const struct link_map *map, const struct tables *t, const Elf64_Rela *list, size_t size,
    const struct mm_load_report *report, const unsigned char *code)
{
    for (size_t i = 0; i < size / sizeof *list; i++) {
        const Elf64_Sym *symbol = &t->symbols[ELF64_R_SYM(list[i].r_info)];
        size_t index;
        if (ELF64_R_SYM(list[i].r_info) && symbol->st_shndx == SHN_UNDEF &&
            is_missing(report, t->strings + symbol->st_name, &index))
            point_to((void *)(map->l_addr + list[i].r_offset), code + index * STUB_SIZE);
    }
}

struct mm_stubs *mm_stub_install(
    const struct link_map *map, const char *driver, const struct mm_load_report *report)
{
    struct mm_stubs *stubs = calloc(1, sizeof *stubs + report->missing_count * sizeof stubs->stub[0]);
    if (!stubs)
        return NULL;
    size_t size = report->missing_count * STUB_SIZE;
    stubs->code = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stubs->code == MAP_FAILED) {
        free(stubs);
        return NULL;
    }
    for (size_t i = 0; i < report->missing_count; i++) {
        stubs->stub[i] = (struct stub){strdup(report->missing[i]), driver};
        stubs->count++;
        write_stub(stubs->code + i * STUB_SIZE, &stubs->stub[i]);
    }
    struct tables tables = {0};
    read_tables(map, &tables);
    patch(map, &tables, tables.relocations, tables.relocations_size, report, stubs->code);
    patch(map, &tables, tables.jumps, tables.jumps_size, report, stubs->code);
    mprotect(stubs->code, size, PROT_READ | PROT_EXEC);
    return stubs;
}

void mm_stub_free(struct mm_stubs *stubs)
{
    if (!stubs)
        return;
    munmap(stubs->code, stubs->count * STUB_SIZE);
    for (size_t i = 0; i < stubs->count; i++)
        free(stubs->stub[i].function);
    free(stubs);
}
