/* AF_UNIX sockets and pipes. Whole messages (SEQPACKET, datagram): with several senders all requests go through one socket, from which any reader takes the
 * next, and each sender has a socket of its own for its answers: no poll, two system calls on each side of a trip. */
#include "peers.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER (4 << 20)

static int ask[2], reply[MOST_SENDERS][2]; /* [0]: the senders' end */

static void *request_buffer(size_t size)
{
    void *buffer;
    if (posix_memalign(&buffer, 4096, size))
        _exit(4);
    return buffer;
}

static int make_pair(int type, int pair[2])
{
    int bytes = BUFFER;
    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair))
        return failed("socketpair");
    for (int i = 0; i < 2; i++) { /* beyond the usual limit as root only */
        if (setsockopt(pair[i], SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes))
            setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    }
    return 1;
}

/* ---- whole messages ---- */

static int prepare_packets(const struct cell *cell, int type)
{
    if (!make_pair(type, ask))
        return 0;
    reply[0][0] = ask[0];
    reply[0][1] = ask[1];
    for (unsigned i = 0; i < cell->senders && cell->senders > 1; i++) {
        if (!make_pair(type, reply[i]))
            return 0;
    }
    return 1;
}

static int prepare_seqpacket(const struct cell *cell)
{
    return prepare_packets(cell, SOCK_SEQPACKET);
}

static int prepare_datagram(const struct cell *cell)
{
    return prepare_packets(cell, SOCK_DGRAM);
}

static void serve_packets(const struct cell *cell, unsigned reader)
{
    char *request = request_buffer(cell->size), answer[ANSWER_BYTES] = {0};
    while (recv(ask[1], request, cell->size, 0) == (ssize_t)cell->size) {
        answer_request(request, cell->size, answer);
        if (send(reply[cell->senders > 1 ? sender_of(request) : 0][1], answer, sizeof answer, 0) != (ssize_t)sizeof answer)
            break;
    }
    failed("a reader's socket");
}

static int call_packets(unsigned sender, const void *request, size_t size, void *answer)
{
    if (send(ask[0], request, size, MSG_NOSIGNAL) == (ssize_t)size && recv(reply[sender][0], answer, ANSWER_BYTES, 0) == ANSWER_BYTES)
        return 1;
    return failed("a sender's socket");
}

static int write_packet(const void *message, size_t size)
{
    return send(ask[0], message, size, MSG_NOSIGNAL) == (ssize_t)size || failed("send");
}

static long read_packet(void *message, size_t size)
{
    return recv(ask[1], message, size, 0);
}

const struct peer seqpacket_peer = {
    .name = "SEQPACKET", .many = 1, .prepare = prepare_seqpacket, .serve = serve_packets, .call = call_packets,
    .write = write_packet, .read = read_packet};
const struct peer datagram_peer = {
    .name = "datagram", .many = 1, .prepare = prepare_datagram, .serve = serve_packets, .call = call_packets,
    .write = write_packet, .read = read_packet};

/* ---- streams of bytes: one pair of descriptors each way ---- */

static int to_reader[2], to_sender[2]; /* as pipe(2) gives them: [0] is read */

static int read_whole(int fd, char *at, size_t size)
{
    while (size) {
        ssize_t n = read(fd, at, size);
        if (n <= 0)
            return failed("read");
        at += n;
        size -= (size_t)n;
    }
    return 1;
}

static int write_whole(int fd, const char *at, size_t size)
{
    while (size) {
        ssize_t n = write(fd, at, size);
        if (n <= 0)
            return failed("write");
        at += n;
        size -= (size_t)n;
    }
    return 1;
}

static int prepare_stream(const struct cell *cell)
{
    if (!make_pair(SOCK_STREAM, ask))
        return 0;
    to_reader[0] = to_sender[1] = ask[1];
    to_reader[1] = to_sender[0] = ask[0];
    return 1;
}

static int prepare_pipes(const struct cell *cell)
{
    if (pipe2(to_reader, O_CLOEXEC) || pipe2(to_sender, O_CLOEXEC))
        return failed("pipe");
    if (cell->size > 65536)
        fcntl(to_reader[1], F_SETPIPE_SZ, 1 << 20); /* more than that is root's; it works with less, too */
    return 1;
}

static void serve_bytes(const struct cell *cell, unsigned reader)
{
    char *request = request_buffer(cell->size), answer[ANSWER_BYTES] = {0};
    while (read_whole(to_reader[0], request, cell->size)) {
        answer_request(request, cell->size, answer);
        if (!write_whole(to_sender[1], answer, sizeof answer))
            break;
    }
}

static int call_bytes(unsigned sender, const void *request, size_t size, void *answer)
{
    return write_whole(to_reader[1], request, size) && read_whole(to_sender[0], answer, ANSWER_BYTES);
}

const struct peer stream_peer = {.name = "stream", .prepare = prepare_stream, .serve = serve_bytes, .call = call_bytes};
const struct peer pipe_peer = {.name = "pipes", .prepare = prepare_pipes, .serve = serve_bytes, .call = call_bytes};
