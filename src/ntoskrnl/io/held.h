/*
 * An operation that a package of the system (oplocks, change notification) holds for a driver or a base file system, whatever form
 * it has: an io_operation in a base, an IRP, a filter's callback data. Who takes its cancellation away completes it: `clear` by the
 * package, or the canceller, which calls `cancelled`. The package's lock may be held around set and clear, never around complete.
 */
#ifndef OFM_IO_HELD_H
#define OFM_IO_HELD_H

#include "ntoskrnl/io/io.h"

struct io_held;

struct io_held_form {
    bool (*set)(struct io_held *pended);   /* false: cancelled already, `cancelled` is not called */
    bool (*clear)(struct io_held *pended); /* false: `cancelled` runs, or has run */
    void (*complete)(void *who, NTSTATUS status, ULONG_PTR information);
};

struct io_held {
    const struct io_held_form *form;
    void *who; /* struct io_operation *, PIRP or PFLT_CALLBACK_DATA */
    void (*cancelled)(struct io_held *pended);
};

extern const struct io_held_form io_held_operation; /* who: struct io_operation *, held by its base */
extern const struct io_held_form io_held_irp;       /* who: PIRP; DriverContext[0] is the package's while it is held */

#endif
