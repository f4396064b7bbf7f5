/* The applications of bench_slot: `read` makes the mailslot and reads it, `write` opens and writes it, both by synchronous calls. */
#include "flow.h"
#include "measure.h"

#include <windows.h>

#include <unistd.h>

#define NAME u"\\\\.\\mailslot\\bench"

static HANDLE slot;

static long read_slot(void *message, size_t size)
{
    DWORD length;
    if (ReadFile(slot, message, (DWORD)size, &length, NULL))
        return (long)length;
    fprintf(stderr, "ReadFile: %u\n", (unsigned)GetLastError());
    return -1;
}

static int write_slot(const void *message, size_t size)
{
    DWORD written;
    if (WriteFile(slot, message, (DWORD)size, &written, NULL) && written == size)
        return 1;
    fprintf(stderr, "WriteFile: %u\n", (unsigned)GetLastError());
    return 0;
}

/* The reader may not have made it yet. */
static HANDLE open_slot(void)
{
    HANDLE handle;
    for (int i = 0; i < 5000; i++) {
        handle = CreateFileW(NAME, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
        if (handle != INVALID_HANDLE_VALUE || GetLastError() != ERROR_FILE_NOT_FOUND)
            break;
        usleep(1000);
    }
    return handle;
}

int main(int argc, char **argv)
{
    struct cell cell;
    bound_sample();
    if (argc < 2 || !read_cell(&cell, 1, argc, argv))
        return 2;
    int reads = strcmp(argv[1], "read") == 0;
    slot = reads ? CreateMailslotW(NAME, 0, MAILSLOT_WAIT_FOREVER, NULL) : open_slot();
    if (slot == INVALID_HANDLE_VALUE) {
        fprintf(stderr, "%s: the mailslot: %u\n", argv[1], (unsigned)GetLastError());
        return 1;
    }
    if (!reads)
        return run_writer(&cell, write_slot) ? 0 : 1;
    run_reader(&cell, read_slot);
    return 1;
}
