/*
 * A socket that is a port connection, as a hostile application may use it: it connects with a context of the fuzzer's making, then segments,
 * calls, replies and channels are asked for, between writes into the shared memory; then it hangs up. MessageNotify reads what it is given and
 * writes where it may. The input is a row of steps: what, a length, the bytes of a packet behind the header's first two words.
 */
#include "channel/layout.h"
#include "daemon/connection.h"
#include "daemon/worker.h"
#include "fltmgr/portchannel.h"
#include "port.h"
#include "quiet.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <uchar.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char16_t port_name[] = FUZZ_PORT_NAME;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct ofm_options options = {.log = quiet};

    (void)argc, (void)argv;
    if (ofm_start(&options) != 0)
        abort();
    fuzz_port_load();
    worker_start();
    return 0;
}

static void drain(int socket)
{
    static char room[1 << 18];

    while (recv(socket, room, sizeof room, MSG_DONTWAIT) > 0)
        ;
}

/* Writes into the first segment: where and what. */
static void spoil(struct flt_channel *channel, const uint8_t *bytes, size_t length)
{
    uint32_t at;
    size_t size = 0;
    uint8_t *area = channel != NULL && channel->host != NULL ? chan_host_segment(channel->host, 0, &size) : NULL;

    if (area == NULL || length < sizeof at)
        return;
    memcpy(&at, bytes, sizeof at);
    at %= CHAN_SEGMENT0_SIZE;
    length -= sizeof at;
    memcpy(area + at, bytes + sizeof at, length < size - at ? length : size - at);
}

static void step(struct client *client, unsigned what, const uint8_t *bytes, size_t length)
{
    struct request request = {.peer = &client->peer, .extra = bytes, .extra_length = length};
    struct flt_channel *channel = connection_of(client);

    memcpy(request.arguments, bytes, length < sizeof request.arguments ? length : sizeof request.arguments);
    if (what == 0 && channel == NULL) {
        request.raw[1] = bytes;
        request.raw_length[1] = (uint32_t)length;
        request.strings[0] =
            (UNICODE_STRING){sizeof port_name - sizeof *port_name, sizeof port_name - sizeof *port_name, (PWCH)(uintptr_t)port_name};
        connection_connect(client, &request);
    } else if (what == 1) {
        request.arguments[0] %= 1u << 22; /* segments of a size that a fuzzer has room for */
        connection_segment(client, channel, &request);
    } else if (what == 2) {
        connection_channel(client, channel);
    } else if (what == 3) {
        connection_call(client, channel, &request);
    } else if (what == 4) {
        connection_reply(client, channel, &request);
    } else {
        spoil(channel, bytes, length);
    }
    connection_let_go(channel);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int sockets[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
        abort();
    struct client *client = client_create(sockets[0]);
    if (client == NULL)
        abort();
    client->share.unlimited = false; /* quotas hold */
    while (size >= 2) {
        unsigned what = data[0] % 8;
        size_t length = data[1];
        data += 2;
        size -= 2;
        length = length < size ? length : size;
        step(client, what, data, length);
        data += length;
        size -= length;
        drain(sockets[1]);
    }
    connection_end(client);
    account_discharge(&client->share);
    client_release(client);
    close(sockets[1]);
    return 0;
}
