/* What the clients of each user have taken of the manager, and the limits (control_limits). Any thread. */
#ifndef OFM_DAEMON_ACCOUNT_H
#define OFM_DAEMON_ACCOUNT_H

#include <ntdef.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum account_item { ACCOUNT_NOTHING, ACCOUNT_SOCKET, ACCOUNT_CONNECTION, ACCOUNT_FILE };

/* One client's part; guarded by account.c's lock. */
struct account_share {
    uid_t uid;
    bool unlimited; /* uid 0 and the manager's own */
    size_t bytes;
    unsigned sockets, connections, files;
};

/* STATUS_QUOTA_EXCEEDED when the user has too much of it already, STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS account_charge(struct account_share *share, size_t bytes, enum account_item item);
/* Gives back all of the share. */
void account_discharge(struct account_share *share);
/* The user's count of calls under way, __atomic, as long as the manager listens; NULL before the first
 * charge. */
uint32_t *account_calls(const struct account_share *share);
/* Forgets every user; nobody has anything any more. */
void account_stop(void);

#endif
