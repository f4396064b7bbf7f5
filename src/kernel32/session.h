/* One request to the manager over the control socket, and what it answered. Any thread. */
#ifndef OFM_KERNEL32_SESSION_H
#define OFM_KERNEL32_SESSION_H

#include "channel/wire.h"
#include "windows.h"

struct session_bytes {
    const void *bytes; /* NULL: not given */
    size_t length;
};

struct session_request {
    enum wire_op op;
    uint32_t arguments[4];
    const WCHAR *strings[WIRE_STRINGS];      /* terminated; NULL: not given */
    struct session_bytes raw[WIRE_STRINGS];  /* instead of that string */
    struct session_bytes extra;              /* behind the strings */
};

struct session_reply {
    NTSTATUS status;
    uint32_t bytes;
    uint8_t *data; /* malloc'ed; free it */
    uint32_t length;
};

/* STATUS_OBJECT_NAME_NOT_FOUND-like answers are the manager's; STATUS_DEVICE_NOT_CONNECTED: there is no
 * manager, or it went away. */
#define SESSION_NO_MANAGER ((NTSTATUS)0xC000009DL)

/* A connected control socket, or a negative errno. A process that has reached its soft limit of descriptors gets its hard one. */
int session_connect(void);
/* Sends one request on a socket; *fd (may be NULL) takes the descriptor of the answer. */
NTSTATUS session_exchange(
    int socket, const struct session_request *request, struct session_reply *reply, int *fd);
/* One more handle of the file behind a file's socket: *fd is its socket, the answer's data a struct
 * wire_file_opened. The manager takes the calling process for the one that acts by it. */
NTSTATUS session_share(int socket, struct session_reply *reply, int *fd);
/* Connects, asks, closes. */
NTSTATUS session_ask(const struct session_request *request, struct session_reply *reply);

#endif
