/* Security descriptors on the application's side. */
#ifndef OFM_KERNEL32_SECURITY_H
#define OFM_KERNEL32_SECURITY_H

#include "windows.h"

/* Writes the self-relative form of a valid descriptor of either form: GetSecurityDescriptorLength bytes. */
void k32_relative_descriptor(PSECURITY_DESCRIPTOR descriptor, void *to);

#endif
