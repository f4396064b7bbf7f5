/* Has a mailslot open without reading it, says so, and reads what is left when it is told to go on. */
#include <stdio.h>
#include <windows.h>

int main(int count, char **arguments)
{
    HANDLE slot = CreateMailslotA(arguments[1], 0, 0, NULL);
    char message[64];
    DWORD length;

    if (slot == INVALID_HANDLE_VALUE) {
        printf("error %u\n", GetLastError());
        return 1;
    }
    printf("ready\n");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    while (ReadFile(slot, message, sizeof message, &length, NULL))
        printf("left: %.*s\n", (int)length, message);
    return 0;
}
