/* Reads the symbols of an ELF file without loading it: the check of a driver before it is loaded, and fltcc's
   after it was built. The file is not trusted: every offset is checked. 64-bit little-endian files only. */
#ifndef OFM_RTL_ELF_H
#define OFM_RTL_ELF_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>

struct elf_file {
    const unsigned char *bytes; /* mapped, read only */
    size_t length;
    const Elf64_Sym *symbols;
    size_t symbol_count;
    const Elf64_Half *versions; /* of the dynamic symbols; NULL: none */
    const char *strings;
    size_t strings_length;
};

enum elf_table { ELF_DYNAMIC_SYMBOLS, ELF_ALL_SYMBOLS };

/* NULL: opened. Otherwise what is wrong with the file, a sentence without its name; then nothing is to be
 * closed. */
const char *elf_open(struct elf_file *file, const char *path, enum elf_table table);
void elf_close(struct elf_file *file);

bool elf_is_shared_object(const struct elf_file *file);
const char *elf_symbol_name(const struct elf_file *file, const Elf64_Sym *symbol);
bool elf_is_undefined(const Elf64_Sym *symbol); /* and not weak */
/* Bound by the linker to a library with versions, as the C library is: a run-time that fltcc linked in wants
 * it. */
bool elf_is_versioned(const struct elf_file *file, size_t index);
bool elf_is_exported(const Elf64_Sym *symbol);
/* The defined, visible symbol of that name; NULL when there is none. */
const Elf64_Sym *elf_find(const struct elf_file *file, const char *name);
/* True when the table mentions the name, defined or not. */
bool elf_mentions(const struct elf_file *file, const char *name);

#endif
