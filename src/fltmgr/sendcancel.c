/* OfmSendMessage: FltSendMessage for a certain operation, which ends with it, and whose deadline the service may move. */
#include "fltmgr/cancel.h"
#include "fltmgr/message.h"

#include <fltkernelex.h>

NTSTATUS FLTAPI OfmSendMessage(PFLT_FILTER Filter, PFLT_PORT *ClientPort, PVOID SenderBuffer, ULONG SenderBufferLength,
    PVOID ReplyBuffer, PULONG ReplyLength, PLARGE_INTEGER Timeout, PFLT_CALLBACK_DATA CallbackData, ULONG Flags)
{
    struct flt_cancellable wait;

    KE_REQUIRE_IRQL(APC_LEVEL);
    if (Flags & ~(ULONG)OFM_SEND_EXTENDABLE)
        return STATUS_INVALID_PARAMETER;
    if (!flt_cancellable_begin(&wait, CallbackData))
        return STATUS_CANCELLED;
    const struct message message = {SenderBuffer, SenderBufferLength, ReplyBuffer, ReplyLength, Timeout,
        wait.op != NULL ? &wait.interrupt : NULL, Flags & OFM_SEND_EXTENDABLE, __builtin_return_address(0)};
    NTSTATUS status = message_send(Filter, ClientPort, &message);
    flt_cancellable_end(&wait);
    return status;
}
