/* Sending, for the calls that offer more than FltSendMessage does (message.c). */
#ifndef OFM_FLTMGR_MESSAGE_H
#define OFM_FLTMGR_MESSAGE_H

#include "fltmgr/port.h"
#include "ntoskrnl/ke/ke.h"

struct message {
    const void *buffer;
    ULONG length;
    PVOID reply;         /* NULL: none is wanted */
    PULONG reply_length; /* in and out */
    const LARGE_INTEGER *timeout;
    struct ke_interrupt *cancel; /* ends the wait with STATUS_CANCELLED, in both phases; or NULL */
    bool extendable;             /* the service may ask for a later deadline (port_extend) */
    const void *pc;              /* who sends, for warnings */
};

/* FltSendMessage's checks and the connection of the driver's variable, referenced (P-73, P-74). */
NTSTATUS message_acquire(PFLT_FILTER filter, PFLT_PORT *variable, const void *buffer, ULONG length, struct flt_connection **c);
NTSTATUS message_send_on(struct flt_connection *connection, const struct message *message);
/* Both. */
NTSTATUS message_send(PFLT_FILTER filter, PFLT_PORT *variable, const struct message *message);

#endif
