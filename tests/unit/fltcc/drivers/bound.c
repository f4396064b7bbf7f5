/* Declares a function of the C library by hand instead of including its header. */
#include <ntdef.h>
#include <ntstatus.h>

size_t wcslen(const wchar_t *);

NTSTATUS DriverEntry(void *object, void *path)
{
    UNREFERENCED_PARAMETER(object);
    return (NTSTATUS)wcslen((const wchar_t *)path);
}
