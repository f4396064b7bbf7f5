/* Calls functions that nobody has. */
#include <ntdef.h>
#include <ntstatus.h>
#include "answer.h"

int FltDoTheImpossible(int);
int ZwNoSuchCall(void);

NTSTATUS DriverEntry(struct answer *answer, void *path)
{
    UNREFERENCED_PARAMETER(path);
    if (answer->helper == 1)
        answer->counter = FltDoTheImpossible(4);
    else if (answer->helper == 2)
        answer->counter = ZwNoSuchCall();
    else
        answer->counter = 77;
    return STATUS_SUCCESS;
}
