/* Reads the symbols of an ELF file without loading it. */
#include "rtl/elf.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OWN_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OWN_MACHINE EM_AARCH64
#endif

static const char *map(struct elf_file *file, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return strerror(errno);
    struct stat status;
    const char *problem = NULL;
    if (fstat(fd, &status) != 0)
        problem = strerror(errno);
    else if (!S_ISREG(status.st_mode))
        problem = "not a regular file";
    else if (status.st_size < (off_t)sizeof(Elf64_Ehdr))
        problem = "not an ELF file";
    if (!problem) {
        file->length = (size_t)status.st_size;
        file->bytes = mmap(NULL, file->length, PROT_READ, MAP_PRIVATE, fd, 0);
        if (file->bytes == MAP_FAILED)
            problem = strerror(errno);
    }
    close(fd);
    return problem;
}

static const char *check_header(const struct elf_file *file)
{
    const Elf64_Ehdr *header = (const void *)file->bytes;
    if (memcmp(header->e_ident, ELFMAG, SELFMAG))
        return "not an ELF file";
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB)
        return "not a 64-bit little-endian ELF file";
    if (header->e_machine != OWN_MACHINE)
        return "built for another processor";
    return NULL;
}

static bool inside(const struct elf_file *file, Elf64_Off offset, Elf64_Xword size)
{
    return offset <= file->length && size <= file->length - offset;
}

static const Elf64_Shdr *section(const struct elf_file *file, size_t index)
{
    const Elf64_Ehdr *header = (const void *)file->bytes;
    if (header->e_shentsize != sizeof(Elf64_Shdr) || index >= header->e_shnum || header->e_shoff % 8 ||
        !inside(file, header->e_shoff, (Elf64_Xword)header->e_shnum * sizeof(Elf64_Shdr)))
        return NULL;
    return (const Elf64_Shdr *)(const void *)(file->bytes + header->e_shoff) + index;
}

static void find_versions(struct elf_file *file)
{
    const Elf64_Ehdr *header = (const void *)file->bytes;
    for (size_t i = 0; i < header->e_shnum; i++) {
        const Elf64_Shdr *s = section(file, i);
        if (s && s->sh_type == SHT_GNU_versym && s->sh_offset % 2 == 0 &&
            inside(file, s->sh_offset, s->sh_size) && s->sh_size / sizeof(Elf64_Half) >= file->symbol_count)
            file->versions = (const void *)(file->bytes + s->sh_offset);
    }
}

static const char *find_symbols(struct elf_file *file, enum elf_table table)
{
    Elf64_Word wanted = table == ELF_DYNAMIC_SYMBOLS ? SHT_DYNSYM : SHT_SYMTAB;
    const Elf64_Shdr *symbols = NULL;
    const Elf64_Ehdr *header = (const void *)file->bytes;
    for (size_t i = 0; !symbols && i < header->e_shnum; i++) {
        const Elf64_Shdr *candidate = section(file, i);
        if (!candidate)
            return "its section table is damaged";
        if (candidate->sh_type == wanted)
            symbols = candidate;
    }
    if (!symbols)
        return table == ELF_DYNAMIC_SYMBOLS ? "it has no dynamic symbols" : "it has no symbols";
    const Elf64_Shdr *strings = section(file, symbols->sh_link);
    if (!strings || !inside(file, symbols->sh_offset, symbols->sh_size) || symbols->sh_offset % 8 ||
        !inside(file, strings->sh_offset, strings->sh_size) || !strings->sh_size ||
        file->bytes[strings->sh_offset + strings->sh_size - 1] != 0)
        return "its symbol table is damaged";
    file->symbols = (const void *)(file->bytes + symbols->sh_offset);
    file->symbol_count = symbols->sh_size / sizeof(Elf64_Sym);
    file->strings = (const char *)file->bytes + strings->sh_offset;
    file->strings_length = strings->sh_size;
    return NULL;
}

const char *elf_open(struct elf_file *file, const char *path, enum elf_table table)
{
    *file = (struct elf_file){0};
    const char *problem = map(file, path);
    if (problem)
        return problem;
    problem = check_header(file);
    if (!problem)
        problem = find_symbols(file, table);
    if (!problem && table == ELF_DYNAMIC_SYMBOLS)
        find_versions(file);
    if (problem)
        elf_close(file);
    return problem;
}

void elf_close(struct elf_file *file)
{
    if (file->bytes)
        munmap((void *)file->bytes, file->length);
    *file = (struct elf_file){0};
}

bool elf_is_shared_object(const struct elf_file *file)
{
    return ((const Elf64_Ehdr *)(const void *)file->bytes)->e_type == ET_DYN;
}

const char *elf_symbol_name(const struct elf_file *file, const Elf64_Sym *symbol)
{
    return symbol->st_name < file->strings_length ? file->strings + symbol->st_name : "";
}

bool elf_is_undefined(const Elf64_Sym *symbol)
{
    return symbol->st_shndx == SHN_UNDEF && ELF64_ST_BIND(symbol->st_info) == STB_GLOBAL;
}

bool elf_is_versioned(const struct elf_file *file, size_t index)
{
    return file->versions && (file->versions[index] & 0x7FFF) > VER_NDX_GLOBAL;
}

bool elf_is_exported(const Elf64_Sym *symbol)
{
    unsigned char binding = ELF64_ST_BIND(symbol->st_info),
                  visibility = ELF64_ST_VISIBILITY(symbol->st_other);
    return symbol->st_shndx != SHN_UNDEF &&
           (binding == STB_GLOBAL || binding == STB_WEAK || binding == STB_GNU_UNIQUE) &&
           (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

const Elf64_Sym *elf_find(const struct elf_file *file, const char *name)
{
    for (size_t i = 0; i < file->symbol_count; i++)
        if (elf_is_exported(&file->symbols[i]) && !strcmp(elf_symbol_name(file, &file->symbols[i]), name))
            return &file->symbols[i];
    return NULL;
}

bool elf_mentions(const struct elf_file *file, const char *name)
{
    for (size_t i = 0; i < file->symbol_count; i++)
        if (!strcmp(elf_symbol_name(file, &file->symbols[i]), name))
            return true;
    return false;
}
