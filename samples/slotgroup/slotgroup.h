/* What slotgroup tells a driver that opens a group with this extra create parameter. */
#ifndef SLOTGROUP_H
#define SLOTGROUP_H

#include <guiddef.h>

#define SLOTGROUP_MEMBERS 16

/* {5b4f4a0e-4c6f-4b9e-9c0b-6d9e3a1f7c25} */
DEFINE_GUID(GUID_ECP_SLOTGROUP_RESULT, 0x5b4f4a0e, 0x4c6f, 0x4b9e, 0x9c, 0x0b, 0x6d, 0x9e, 0x3a, 0x1f, 0x7c, 0x25);

/* Filled, and acknowledged, when the opened name is a group. */
typedef struct _SLOTGROUP_RESULT {
    ULONG Members;                       /* configured */
    ULONG Opened;                        /* of them, that have a server now */
    NTSTATUS Status[SLOTGROUP_MEMBERS];  /* of opening each, in the order of the configuration */
} SLOTGROUP_RESULT, *PSLOTGROUP_RESULT;

#endif
