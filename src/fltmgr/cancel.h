/* Waits that end when the operation is cancelled that they are for (cancel.c). */
#ifndef OFM_FLTMGR_CANCEL_H
#define OFM_FLTMGR_CANCEL_H

#include <fltkernel.h>
#include <stdbool.h>

#include "ntoskrnl/ke/ke.h"

struct io_operation;

struct flt_cancellable {
    struct ke_interrupt interrupt; /* fired by the cancellation; unused when op is NULL */
    struct io_operation *op;       /* NULL: nothing that could be cancelled */
};

/* data may be NULL. False: it is cancelled already, and there is nothing to end. */
bool flt_cancellable_begin(struct flt_cancellable *wait, PFLT_CALLBACK_DATA data);
void flt_cancellable_end(struct flt_cancellable *wait);

#endif
