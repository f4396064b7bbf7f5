/*
 * groupapp: serves the two members of slotgroup.inf's group "alerts", writes to the group, and shows that each member got the message.
 *
 *     fltcc --app groupapp.c -o groupapp && ./groupapp ["a message"]
 */
#include <windows.h>
#include <stdio.h>
#include <string.h>

static const WCHAR *Members[] = { L"\\\\.\\mailslot\\alerts\\screen", L"\\\\.\\mailslot\\alerts\\log" };

static int
Failed(const char *Call)
{
    fprintf(stderr, "groupapp: %s failed with error %lu\n", Call, GetLastError());
    return 1;
}

int
main(int argc, char **argv)
{
    const char *text = argc > 1 ? argv[1] : "disk almost full";
    HANDLE member[2], group;
    char message[4096];
    DWORD length;

    for (int i = 0; i < 2; i++) {
        member[i] = CreateMailslotW(Members[i], 0, 5000, NULL);
        if (member[i] == INVALID_HANDLE_VALUE) {
            return Failed("CreateMailslot");
        }
    }
    group = CreateFileW(L"\\\\.\\mailslot\\alerts", GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    if (group == INVALID_HANDLE_VALUE) {
        return Failed("CreateFile");
    }
    if (!WriteFile(group, text, (DWORD)strlen(text), &length, NULL)) {
        return Failed("WriteFile");
    }
    for (int i = 0; i < 2; i++) {
        if (!ReadFile(member[i], message, sizeof(message), &length, NULL)) {
            return Failed("ReadFile");
        }
        printf("%ls: %.*s\n", Members[i], (int)length, message);
    }
    CloseHandle(group);
    CloseHandle(member[0]);
    CloseHandle(member[1]);
    return 0;
}
