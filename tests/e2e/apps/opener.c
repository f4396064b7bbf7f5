/* Opens what its argument names, says so, and keeps it open until its input ends. */
#include <stdio.h>
#include <windows.h>

int main(int count, char **arguments)
{
    HANDLE file = CreateFileA(arguments[1], GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);

    if (file == INVALID_HANDLE_VALUE) {
        printf("error %u\n", GetLastError());
        return 1;
    }
    printf("open\n");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return 0;
}
