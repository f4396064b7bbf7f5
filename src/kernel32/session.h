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
/* WIRE_FILE_SHARE and WIRE_FILE_DUPLICATE, with their arguments: one more handle of the file behind a file's
 * socket. The manager takes the calling process for the one that asks. pidfd: of the process that it is for
 * (WIRE_FILE_DUPLICATE); -1. *fd is the new handle's socket, the answer's data a struct wire_file_opened
 * (WIRE_FILE_SHARE); else -1. */
NTSTATUS session_share(
    int socket, const struct wire_request *request, int pidfd, struct session_reply *reply, int *fd);
/* Connects, asks, closes. */
NTSTATUS session_ask(const struct session_request *request, struct session_reply *reply);

#endif
