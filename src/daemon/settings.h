/* The settings file: "Name = value" lines, # comments. Unknown names and bad values are errors that name file
 * and line. */
#ifndef OFM_DAEMON_SETTINGS_H
#define OFM_DAEMON_SETTINGS_H

#include "openfltmgr.h"

#include <stdbool.h>
#include <stddef.h>

/* Applies the file to `options` and to the manager's limits. False: `message` says what is wrong and where.
 */
bool settings_read(const char *file, struct ofm_options *options, char *message, size_t size);

#endif
