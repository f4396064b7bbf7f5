/* A security descriptor as text for tools. */
#ifndef OFM_DAEMON_DESCRIPTOR_H
#define OFM_DAEMON_DESCRIPTOR_H

#include "daemon/request.h"

#include <fltkernel.h>

/* Appends owner and DACL in SDDL as a JSON string: "O:BAD:(A;;0x1f0001;;;SY)"; NULL is an empty one. */
void descriptor_text(struct answer *answer, PSECURITY_DESCRIPTOR descriptor);

#endif
