/* What the I/O manager does with extra create parameters beside the documented FsRtl calls. */
#ifndef OFM_IO_ECP_H
#define OFM_IO_ECP_H

#include <ntifs.h>

/* Marks a parameter that a front end made for an application: FsRtlIsEcpFromUserMode is TRUE for it. */
void io_ecp_set_from_user_mode(PVOID context);

#endif
