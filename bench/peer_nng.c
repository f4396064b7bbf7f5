/* nng, req and rep over its ipc transport. */
#include "peers.h"

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <stdio.h>
#include <stdlib.h>

static char address[80];
static nng_socket asker;

static int told(const char *what, int error)
{
    fprintf(stderr, "%s: %s\n", what, nng_strerror(error));
    return 0;
}

static int prepare(const struct cell *cell)
{
    snprintf(address, sizeof address, "ipc://%s", private_path());
    return 1;
}

static void serve(const struct cell *cell, unsigned reader)
{
    nng_socket socket;
    char *request = malloc(cell->size), answer[ANSWER_BYTES] = {0};
    int error = nng_rep0_open(&socket);
    if (!error)
        error = nng_socket_set_size(socket, NNG_OPT_RECVMAXSZ, 0);
    if (!error)
        error = nng_listen(socket, address, NULL, 0);
    while (!error && request) {
        size_t size = cell->size;
        error = nng_recv(socket, request, &size, 0);
        if (error || size != cell->size)
            break;
        answer_request(request, size, answer);
        error = nng_send(socket, answer, sizeof answer, 0);
    }
    told("nng reader", error);
}

/* Not blocking: it tries until the other side is there. */
static int connect_nng(const struct cell *cell)
{
    int error = nng_req0_open(&asker);
    if (!error)
        error = nng_socket_set_ms(asker, NNG_OPT_RECONNMINT, 1);
    if (!error)
        error = nng_dial(asker, address, NULL, NNG_FLAG_NONBLOCK);
    return error ? told("nng_dial", error) : 1;
}

static int call(unsigned sender, const void *request, size_t size, void *answer)
{
    size_t length = ANSWER_BYTES;
    int error = nng_send(asker, (void *)request, size, 0);
    if (!error)
        error = nng_recv(asker, answer, &length, 0);
    return error || length != ANSWER_BYTES ? told("nng_send", error) : 1;
}

const struct peer nng_peer = {.name = "nng REQ/REP", .prepare = prepare, .serve = serve, .connect = connect_nng, .call = call};
