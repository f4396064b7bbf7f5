/* Buffers of applications' calls: private copies that count as user memory, so that a driver's ProbeForRead
 * finds them good (P-97). Any thread. */
#ifndef OFM_DAEMON_USERBUFFER_H
#define OFM_DAEMON_USERBUFFER_H

#include <stddef.h>

/* Where a call's buffers come from and go back to, whoever ends the call: of the calling thread. */
unsigned user_buffer_home(void);
/* At least `size` bytes, aligned to 64; what stands in it is undefined. NULL without memory. */
void *user_buffer_get(unsigned home, size_t size);
/* The home and size given to user_buffer_get. */
void user_buffer_put(unsigned home, void *buffer, size_t size);

#endif
