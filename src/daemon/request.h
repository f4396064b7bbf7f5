/* One request of the control socket carried out: parsed and checked by request.c, served by request.c and by
 * what it calls. */
#ifndef OFM_DAEMON_REQUEST_H
#define OFM_DAEMON_REQUEST_H

#include "channel/wire.h"
#include "daemon/control.h"

#include <ntdef.h>

struct request {
    enum wire_op op;
    uint32_t arguments[4];
    UNICODE_STRING strings[WIRE_STRINGS]; /* Buffer NULL when not given; point into the packet */
    const uint8_t *raw[WIRE_STRINGS];
    uint32_t raw_length[WIRE_STRINGS];
    const uint8_t *extra; /* behind the strings */
    size_t extra_length;
    const struct control_peer *peer;
};

/* The answer's data: grows as needed. */
struct answer {
    NTSTATUS status;
    uint32_t bytes; /* what the reply says; data_length unless a size is needed */
    uint8_t *data;
    size_t length, room;
};

/* False when the packet is not a request: the client is broken or hostile. Strings are aligned copies inside
 * `packet`. */
bool request_parse(const uint8_t *packet, size_t size, struct request *request);
/* Everything but WIRE_CONNECT, WIRE_SEGMENT and WIRE_CALL. */
void request_serve(const struct request *request, struct answer *answer);
bool answer_append(struct answer *answer, const void *data, size_t length);
void answer_printf(struct answer *answer, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
