/* Events. */
#ifndef OFM_KERNEL32_EVENT_H
#define OFM_KERNEL32_EVENT_H

#include "kernel32/handle.h"

/* Manual- and auto-reset events are two types, so that the dispatcher needs no look inside. */
extern const struct k32_type k32_manual_event_type, k32_auto_event_type;

/* The event of a handle, with a reference; NULL with ERROR_INVALID_HANDLE. */
struct k32_object *k32_event_of(HANDLE handle);

#endif
