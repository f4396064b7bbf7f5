/* How many sockets clients may have: by the settings, by their user, by the descriptors of this process. */
#ifndef OFM_DAEMON_ADMISSION_H
#define OFM_DAEMON_ADMISSION_H

#include "daemon/client.h"

/* False: there is no room for it, and the log says why. The watcher calls. */
bool admission_enter(struct client *client);
/* It has ended. Any thread. */
void admission_leave(struct client *client);
/* It has become an open file. That outlives its process (the socket's end ends it), and who it is is known: the pidfd
 * goes, and it costs its socket alone. A worker calls. */
void admission_is_file(struct client *client);

#endif
