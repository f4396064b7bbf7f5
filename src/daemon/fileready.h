/* WIRE_FILE_READY: descriptors that tell an application when a message is in its mailslot. Workers call. */
#ifndef OFM_DAEMON_FILEREADY_H
#define OFM_DAEMON_FILEREADY_H

#include "ntoskrnl/io/io.h"

struct file_ready; /* the descriptors of one file */

/* One more; *fd is the caller's to send and close. STATUS_INVALID_PARAMETER: the file is no mailslot's
 * server. */
NTSTATUS file_ready_add(struct file_ready **list, PFILE_OBJECT file, int *fd);
/* Before the file is closed. */
void file_ready_end(struct file_ready **list, PFILE_OBJECT file);

#endif
