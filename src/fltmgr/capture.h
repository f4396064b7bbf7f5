/* Captured MessageNotify buffers: private copies instead of the client's own memory (P-97). */
#ifndef OFM_FLTMGR_CAPTURE_H
#define OFM_FLTMGR_CAPTURE_H

#include <fltkernel.h>

#include <stdbool.h>

/* The setting CaptureMessages: NULL or "none", "all", or names of ports (UTF-8) with commas between. Before
 * ports are made; false without memory. */
bool flt_capture_set(const char *ports);
/* Is the port of that name one of them? */
bool flt_capture_wanted(PCUNICODE_STRING name);
/* MessageNotify with copies: the input is fetched once, before; what was returned is written once, behind.
 * The copies are user memory to ProbeForRead and ProbeForWrite as long as it runs. */
NTSTATUS flt_capture_call(PFLT_MESSAGE_NOTIFY message, PVOID cookie, PVOID in, ULONG in_length, PVOID out,
    ULONG out_length, PULONG bytes);

#endif
