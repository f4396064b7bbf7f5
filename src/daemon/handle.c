/* Handles that drivers opened in a client's process. See handle.h. No lock of its own: ob's tables have theirs. */
#include "daemon/handle.h"

#include "ntoskrnl/mm/mm.h"
#include "ntoskrnl/ob/ob.h"

#include <unistd.h>

/* What is behind a handle of the current process. Only memory can be lent: of what else a driver may open (files, events) its own
 * process keeps the state. */
static NTSTATUS lend(HANDLE handle, struct wire_handle *lent, int *fd)
{
    OBJECT_HANDLE_INFORMATION info;
    struct mm_lent_section section;
    PVOID object;
    NTSTATUS status = ObReferenceObjectByHandle(handle, 0, NULL, UserMode, &object, &info);

    if (!NT_SUCCESS(status))
        return status;
    status = STATUS_NOT_SUPPORTED;
    if (ob_type_of(object) == *MmSectionObjectType)
        status = mm_section_lend(object, info.GrantedAccess, &section);
    ObDereferenceObject(object);
    if (!NT_SUCCESS(status))
        return status;
    *lent = (struct wire_handle){WIRE_HANDLE_SECTION, section.protection, section.size};
    *fd = section.fd;
    return STATUS_SUCCESS;
}

void handle_serve(struct client *client, const struct request *request)
{
    HANDLE handle = (HANDLE)(ULONG_PTR)request->arguments[0];
    struct wire_handle lent = {0};
    struct guise guise;
    int fd = -1;

    NTSTATUS status = client_act_as(client, 0, &guise);
    if (NT_SUCCESS(status)) {
        status = request->op == WIRE_HANDLE_OPEN ? lend(handle, &lent, &fd) : ObCloseHandle(handle, UserMode);
        client_leave(&guise);
    }
    client_reply(client, status, 0, &lent, fd >= 0 ? sizeof lent : 0, fd);
    if (fd >= 0)
        close(fd);
}
