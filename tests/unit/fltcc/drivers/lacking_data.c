/* Reads a variable that nobody has: no stub can stand for it. */
#include <ntdef.h>
#include <ntstatus.h>

extern int NoSuchVariable;

NTSTATUS DriverEntry(void *object, void *path)
{
    UNREFERENCED_PARAMETER(object);
    UNREFERENCED_PARAMETER(path);
    return NoSuchVariable;
}
