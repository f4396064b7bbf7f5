/* A base file system in memory for tests: a flat table of paths. Operations of a major code can be held back, failed and
 * watched, so that a test decides when and how the base answers. */
#ifndef OFM_TESTS_MEMFS_H
#define OFM_TESTS_MEMFS_H

#include "ntoskrnl/io/io.h"

struct memfs;

/* A volume with a drive letter ("M:", "auto" or NULL). */
struct memfs *memfs_create(const char *dos_name);
struct memfs *memfs_create_typed(const char *dos_name, const char16_t *device_name, ULONG device_type, ULONG file_system_type);
struct io_volume *memfs_volume(struct memfs *fs);
/* Dismounts by force and forgets the volume; the memory goes with the last open file. */
void memfs_remove(struct memfs *fs);

void memfs_add_file(struct memfs *fs, const char16_t *path, const char *text);
void memfs_add_directory(struct memfs *fs, const char16_t *path);
bool memfs_exists(struct memfs *fs, const char16_t *path);
/* Bytes of a file, NUL-terminated copy from malloc. */
char *memfs_text(struct memfs *fs, const char16_t *path);
/* A create of this path answers STATUS_REPARSE with IO_REPARSE_TAG_SYMLINK and this target. */
void memfs_add_symlink(struct memfs *fs, const char16_t *path, const char16_t *target, bool relative);

/* Operations of this major code pend until memfs_release; they can be cancelled. */
void memfs_hold(struct memfs *fs, UCHAR major, bool hold);
/* Waits until `count` operations are held. */
void memfs_wait_held(struct memfs *fs, unsigned count);
unsigned memfs_held(struct memfs *fs);
/* Completes all held operations in the calling thread. */
void memfs_release(struct memfs *fs);
/* Every operation of this major code fails with this status; STATUS_SUCCESS ends it. */
void memfs_fail(struct memfs *fs, UCHAR major, NTSTATUS status);

/* What has reached the base. */
unsigned memfs_count(struct memfs *fs, UCHAR major);
void memfs_last(struct memfs *fs, FLT_IO_PARAMETER_BLOCK *iopb);
/* Open file objects that had their CLEANUP or not yet their CLOSE. */
unsigned memfs_open_files(struct memfs *fs);

#endif
