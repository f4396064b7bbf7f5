/* A volume over a fresh directory, driven without filters; and short forms of the calls on it. */
#ifndef OFM_TESTS_HOSTFS_PLACE_H
#define OFM_TESTS_HOSTFS_PLACE_H

#include "harness.h"

#include "hostfs/volume.h"
#include "hostfs/hostfs.h"
#include "ntoskrnl/ps/ps.h"

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

struct place {
    char directory[64];
    struct io_volume *volume;
    bool mounted;
};

/* Fresh directory and volume as *state; removes both again. place_setup_tmpfs: on a tmpfs of 64 KiB of its own (needs root). */
int place_group(void **state);
int place_setup(void **state);
int place_setup_tmpfs(void **state);
int place_teardown(void **state);
struct place *place_new(const char *options, const struct io_volume_options *volume_options);
void place_free(struct place *place);

/* "directory/name" in a static buffer (four of them in turn). */
const char *place_path(struct place *place, const char *name);
void place_write(struct place *place, const char *name, const char *text);
/* The file's bytes as text; "(none)" when it is not there. */
const char *place_text(struct place *place, const char *name);
bool place_has(struct place *place, const char *name);

struct opening {
    const char16_t *name;
    ACCESS_MASK access;
    ULONG disposition, options, share, attributes;
    PFILE_OBJECT related;
    UCHAR sl_flags;
    KPROCESSOR_MODE mode;
    PETHREAD thread;
    const struct io_linux *linux_side;
    LONGLONG allocation;
    void *ea;
    ULONG ea_length;
};
struct opened {
    PFILE_OBJECT file;
    ULONG_PTR information;
    int error;
};
NTSTATUS place_open(struct place *place, const struct opening *how, struct opened *opened);
/* Opens with FILE_OPEN and everything shared, or fails the test. */
PFILE_OBJECT place_file(struct place *place, const char16_t *name, ACCESS_MASK access);
PFILE_OBJECT place_directory(struct place *place, const char16_t *name);
void place_close(PFILE_OBJECT file);

/* Everything shared and FILE_OPEN unless said otherwise. */
#define OPEN(place, opened, ...)                                                                                     \
    __extension__({                                                                                                  \
        _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Woverride-init\"")                         \
        struct opening _how = {.share = SHARE_ALL, .disposition = FILE_OPEN, __VA_ARGS__};                           \
        _Pragma("GCC diagnostic pop") place_open(place, &_how, opened);                                              \
    })

struct io_transfer on(PFILE_OBJECT file);
LARGE_INTEGER at(LONGLONG offset);
NTSTATUS read_at(PFILE_OBJECT file, LONGLONG offset, void *buffer, ULONG length, ULONG_PTR *got);
NTSTATUS write_at(PFILE_OBJECT file, LONGLONG offset, const void *data, ULONG length, ULONG_PTR *put);
NTSTATUS query(PFILE_OBJECT file, FILE_INFORMATION_CLASS class, void *buffer, ULONG length, ULONG_PTR *got);
NTSTATUS set(PFILE_OBJECT file, FILE_INFORMATION_CLASS class, const void *buffer, ULONG length);
NTSTATUS set_from(PFILE_OBJECT file, FILE_INFORMATION_CLASS class, const void *buffer, ULONG length, const struct io_linux *linux_side,
    int *error);
/* Rename or link to a plain name in the same directory, or below `parent`. */
NTSTATUS move(PFILE_OBJECT file, FILE_INFORMATION_CLASS class, const char16_t *name, ULONG flags, PFILE_OBJECT parent);

#endif
