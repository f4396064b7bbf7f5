/* The same global names as alpha.c with other values. */
#include <ntdef.h>
#include <ntstatus.h>
#include "answer.h"

int counter = 500;
int helper(void)
{
    return 2;
}

NTSTATUS DriverEntry(struct answer *answer, void *path)
{
    UNREFERENCED_PARAMETER(path);
    counter++;
    answer->counter = counter;
    answer->helper = helper();
    return STATUS_SUCCESS;
}
