/* The manager never waits for itself (V-214): its own files lie on no mount of its own, its code stays in
 * memory. */
#ifndef OFM_DAEMON_OWN_H
#define OFM_DAEMON_OWN_H

#include <stdbool.h>
#include <stddef.h>

/* Absolute paths of the manager's own files and directories; before any thread. Makes `runtime` the working
 * directory: there a core dump lands. False: the directory cannot be entered, errno tells why. */
bool own_begin(const char *runtime, const char *registry);
/* What of the manager's own lies at or below this directory, as text for a message; NULL: nothing. Any
 * thread. */
const char *own_below(const char *directory);

#endif
