/* Opens that a filter, or this room for it, makes below an instance. */
#ifndef OFM_FLT_BELOW_H
#define OFM_FLT_BELOW_H

#include "fltmgr/instance.h"

/* A request for looking at a file only: attributes, all sharing, no trace in others' share modes. `below` NULL: at the top. */
struct io_create_request flt_below_open_request(PFLT_VOLUME volume, PFLT_INSTANCE below);

/* Sends it; start_below is pinned for the file object's life. *file is closed with io_close_file. */
NTSTATUS flt_below_open(struct io_create_request *request, PFILE_OBJECT *file);
/* Same, with everything that the create gave back. */
NTSTATUS flt_below_create(struct io_create_request *request, struct io_create_result *result);

#endif
