/*
 * vslotapp: writes to the virtual mailslot of vslot.c, or serves it: an ordinary mailslot program, which cannot tell the difference.
 *
 *     fltcc --app vslotapp.c -o vslotapp
 *     ./vslotapp read [N]       makes the slot, prints N messages (default: until nobody has written for ten seconds)
 *     ./vslotapp write TEXT...  sends each text as one message
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOT_NAME L"\\\\.\\mailslot\\vslot"

static int
Failed(const char *Call)
{
    fprintf(stderr, "vslotapp: %s failed with error %lu\n", Call, GetLastError());
    return 1;
}

static int
ReadMessages(int Count)
{
    HANDLE slot = CreateMailslotW(SLOT_NAME, 0, 10000, NULL);
    char message[4096];
    DWORD length;

    if (slot == INVALID_HANDLE_VALUE) {
        return Failed("CreateMailslot");
    }
    printf("serving\n");
    fflush(stdout);
    for (int i = 0; Count == 0 || i < Count; i++) {
        if (!ReadFile(slot, message, sizeof(message), &length, NULL)) {
            if (GetLastError() != ERROR_SEM_TIMEOUT) {
                return Failed("ReadFile");
            }
            break;
        }
        printf("%.*s\n", (int)length, message);
        fflush(stdout);
    }
    CloseHandle(slot);
    return 0;
}

static int
WriteMessages(int Count, char **Texts)
{
    HANDLE slot = CreateFileW(SLOT_NAME, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    DWORD written;

    if (slot == INVALID_HANDLE_VALUE) {
        return Failed("CreateFile");
    }
    for (int i = 0; i < Count; i++) {
        if (!WriteFile(slot, Texts[i], (DWORD)strlen(Texts[i]), &written, NULL)) {
            return Failed("WriteFile");
        }
    }
    CloseHandle(slot);
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "read") == 0) {
        return ReadMessages(argc > 2 ? atoi(argv[2]) : 0);
    }
    if (argc >= 3 && strcmp(argv[1], "write") == 0) {
        return WriteMessages(argc - 2, argv + 2);
    }
    fprintf(stderr, "usage: vslotapp read [N] | vslotapp write TEXT...\n");
    return 2;
}
