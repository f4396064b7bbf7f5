/* A driver whose DriverEntry raises: its status says what __except saw; `path` gets the order of the blocks.
 */
#include <ntifs.h>

static void note(PUNICODE_STRING path, WCHAR block)
{
    path->Buffer[path->Length / sizeof(WCHAR)] = block;
    path->Length += sizeof(WCHAR);
}

static void raise_below(PUNICODE_STRING path)
{
    __try {
        note(path, 'r');
        ExRaiseStatus(STATUS_DISK_FULL);
        note(path, 'x'); /* not reached */
    } __finally {
        note(path, AbnormalTermination() ? 'f' : 'n');
    }
}

static LONG decide(PUNICODE_STRING path, ULONG code)
{
    note(path, 'd');
    return code == (ULONG)STATUS_DISK_FULL ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNREFERENCED_PARAMETER(driver);
    __try {
        raise_below(path);
        note(path, 'x');
    } __except (decide(path, GetExceptionCode())) {
        note(path, 'h');
        return GetExceptionCode();
    }
    return STATUS_SUCCESS;
}
