/* Global names that beta.c has, too, and that the C library has. */
#include <ntdef.h>
#include <ntstatus.h>
#include "answer.h"

int counter = 100;
int helper(void)
{
    return 1;
}
int send(int value)
{
    return value + 1;
}
int log(int value)
{
    return value + 2;
}
int read(int value)
{
    return value + 3;
}

NTSTATUS DriverEntry(struct answer *answer, void *path)
{
    UNREFERENCED_PARAMETER(path);
    counter++;
    answer->counter = counter;
    answer->helper = helper();
    answer->sent = send(10);
    answer->logged = log(10) + read(10);
    answer->own_send = (void *)send;
    return STATUS_SUCCESS;
}
