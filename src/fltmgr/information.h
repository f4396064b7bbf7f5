/*
 * What filters, volumes and instances say of themselves, in the structures of fltUserStructures.h (ports.md section 6): one entry,
 * NextEntryOffset 0. For the exported calls and for the control requests behind fltlib's find calls.
 * All: STATUS_INVALID_PARAMETER for a bad class; STATUS_BUFFER_TOO_SMALL with *needed set and nothing written (F-120, P-132).
 * The caller holds a reference or a pin.
 */
#ifndef OFM_FLT_INFORMATION_H
#define OFM_FLT_INFORMATION_H

#include "fltmgr/instance.h"

NTSTATUS flt_information_filter(
    PFLT_FILTER filter, FILTER_INFORMATION_CLASS class, void *buffer, ULONG size, ULONG *needed);
NTSTATUS flt_information_volume(
    PFLT_VOLUME volume, FILTER_VOLUME_INFORMATION_CLASS class, void *buffer, ULONG size, ULONG *needed);
NTSTATUS flt_information_instance(
    PFLT_INSTANCE instance, INSTANCE_INFORMATION_CLASS class, void *buffer, ULONG size, ULONG *needed);

/* The n-th from the top (F-121), referenced; NULL: there are not so many. Either of an instance's two may be NULL. */
PFLT_FILTER flt_filter_at(ULONG index);
PFLT_INSTANCE flt_instance_at(PFLT_FILTER filter, PFLT_VOLUME volume, ULONG index);
/* Pinned only: a dismounted one is among them until its last file is closed (P-136). */
PFLT_VOLUME flt_volume_at(ULONG index);

#endif
