/* Handles that other processes have made for this one (DuplicateHandle). Their values are the manager's, from a
 * range of their own; the process hears of a value from the other, and asks the manager for the handle when
 * it is first used. From then on the value stands for a handle of the table. Any thread; the one lock is never
 * taken with the table's held. */
#ifndef OFM_KERNEL32_GIVEN_H
#define OFM_KERNEL32_GIVEN_H

#include "channel/wire.h"
#include "kernel32/handle.h"

static inline bool k32_is_given(HANDLE handle)
{
    return (ULONG_PTR)handle >= WIRE_GIVEN_FIRST && (ULONG_PTR)handle < WIRE_GIVEN_END;
}

HANDLE k32_given_find(HANDLE handle);
/* The handle of the table that the value stands for; NULL: for none. Any other value is its own. */
static inline HANDLE k32_given_local(HANDLE handle)
{
    return k32_is_given(handle) ? k32_given_find(handle) : handle;
}
/* The value stands for nothing any more; what it stood for, or NULL. */
HANDLE k32_given_forget(HANDLE handle);
/* The value stands for that handle from now on. False: it is taken, or there is no memory. */
bool k32_given_remember(HANDLE handle, HANDLE local);
/* By which value this process knows a handle of the table. */
HANDLE k32_given_value(HANDLE local);

#endif
