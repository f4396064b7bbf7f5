/* What the files of the embedding room share. */
#ifndef OFM_EMBED_EMBED_H
#define OFM_EMBED_EMBED_H

#include "openfltmgr.h"

#include <sys/types.h>

#include <stdbool.h>
#include <uchar.h>

#include "ntoskrnl/io/io.h"

struct ofm_volume {
    struct io_volume *io;
    char name[128];
};

/* UTF-16 copy, free(Buffer); false (and Buffer NULL) for NULL or without memory. */
bool embed_wide(const char *text, UNICODE_STRING *wide);

/* Ends every mount, whoever is inside. */
void embed_unmount_all(void);

#endif
