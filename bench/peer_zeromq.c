/* ZeroMQ, REQ and REP over its ipc transport. */
#include "peers.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

static char address[80];
static void *asker;

static int prepare(const struct cell *cell)
{
    snprintf(address, sizeof address, "ipc://%s", private_path());
    return 1;
}

static void serve(const struct cell *cell, unsigned reader)
{
    void *socket = zmq_socket(zmq_ctx_new(), ZMQ_REP);
    char *request = malloc(cell->size), answer[ANSWER_BYTES] = {0};
    if (!socket || !request || zmq_bind(socket, address)) {
        failed("zmq_bind");
        return;
    }
    while (zmq_recv(socket, request, cell->size, 0) == (int)cell->size) {
        answer_request(request, cell->size, answer);
        if (zmq_send(socket, answer, sizeof answer, 0) != (int)sizeof answer)
            break;
    }
    failed("zmq_recv");
}

static int connect_zeromq(const struct cell *cell)
{
    asker = zmq_socket(zmq_ctx_new(), ZMQ_REQ);
    return (asker && zmq_connect(asker, address) == 0) || failed("zmq_connect"); /* it tries until the other side is there */
}

static int call(unsigned sender, const void *request, size_t size, void *answer)
{
    return (zmq_send(asker, request, size, 0) == (int)size && zmq_recv(asker, answer, ANSWER_BYTES, 0) == ANSWER_BYTES) || failed("zmq_send");
}

const struct peer zeromq_peer = {.name = "ZeroMQ REQ/REP", .prepare = prepare, .serve = serve, .connect = connect_zeromq, .call = call};
