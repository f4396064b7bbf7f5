/* One request to the manager over the control socket, and what it answered. Any thread. */
#ifndef OFM_FLTLIB_SESSION_H
#define OFM_FLTLIB_SESSION_H

#include "channel/wire.h"
#include "windows.h"

struct session_request {
    enum wire_op op;
    uint32_t arguments[4];
    const WCHAR *strings[WIRE_STRINGS]; /* terminated; NULL: not given */
    const void *raw;                    /* instead of string raw_index */
    size_t raw_length;
    unsigned raw_index;
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

/* A connected control socket, or a negative errno. */
int session_connect(void);
/* Sends one request on a socket; *fd (may be NULL) takes the descriptor of the answer. */
NTSTATUS session_exchange(
    int socket, const struct session_request *request, struct session_reply *reply, int *fd);
/* Connects, asks, closes. */
NTSTATUS session_ask(const struct session_request *request, struct session_reply *reply);

#endif
