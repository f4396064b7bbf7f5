/*
 * Packets of a socket that is an open file, as a hostile application may send them: a control device is opened, then calls and
 * cancels of the fuzzer's making arrive, then the socket hangs up. The input is a row of packets: a length of two bytes, what
 * stands behind the request's header; odd lengths are cancels.
 */
#include "../conformance/devices/driver.h"
#include "daemon/file.h"
#include "daemon/worker.h"
#include "quiet.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <uchar.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
NTSTATUS driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct ofm_options options = {.log = quiet};

    (void)argc, (void)argv;
    if (ofm_start(&options) != 0 || ofm_service_set("devices", NULL, "370040", NULL, 0) != 0 ||
        ofm_driver_load_entry("devices", driver_entry) != 0)
        abort();
    worker_start();
    return 0;
}

static bool open_device(struct client *client)
{
    static const char16_t name[] = u"\\??\\DevicesDirect";
    struct wire_file_open how = {.access = GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, .disposition = FILE_OPEN, .share = 7,
        .object_attributes = OBJ_CASE_INSENSITIVE};
    struct request request = {.op = WIRE_FILE_OPEN, .peer = &client->peer, .extra = (const uint8_t *)&how, .extra_length = sizeof how};

    request.raw[0] = (const uint8_t *)name;
    request.raw_length[0] = sizeof name - sizeof *name;
    request.strings[0] = (UNICODE_STRING){sizeof name - sizeof *name, sizeof name - sizeof *name, (PWCH)(uintptr_t)name};
    file_open(client, &request);
    return client_file(client) != NULL;
}

/* False: the file would hang up. */
static bool send_packet(struct client *client, const uint8_t *bytes, size_t length, bool cancels)
{
    struct request request = {.op = cancels ? WIRE_FILE_CANCEL : WIRE_FILE_CALL, .peer = &client->peer, .extra = bytes, .extra_length = length};

    if (cancels && length >= sizeof request.arguments[0])
        memcpy(request.arguments, bytes, sizeof request.arguments[0]);
    return file_receive(client, &request);
}

static void drain(int socket)
{
    static char room[1 << 18];

    while (recv(socket, room, sizeof room, MSG_DONTWAIT) > 0)
        ;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int sockets[2];
    bool ok = true;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
        abort();
    struct client *client = client_create(sockets[0]);
    if (client == NULL || !open_device(client))
        abort();
    client->share.unlimited = false; /* quotas hold */
    while (ok && size >= 2) {
        size_t length = data[0] | (size_t)data[1] << 8;
        data += 2;
        size -= 2;
        length = length < size ? length : size;
        ok = send_packet(client, data, length, length & 1);
        data += length;
        size -= length;
        drain(sockets[1]);
    }
    file_hang_up(client);
    while (__atomic_load_n(&client->references, __ATOMIC_ACQUIRE) > 1) {
        drain(sockets[1]);
        file_writable(client);
        sched_yield();
    }
    account_discharge(&client->share);
    client_release(client);
    close(sockets[1]);
    return 0;
}
