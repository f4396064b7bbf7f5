/*
 * Handles that go from process to process, asked for by a hostile one over real sockets: WIRE_FILE_SHARE, WIRE_FILE_DUPLICATE, WIRE_FILE_CLAIM with
 * descriptors of every kind, on open files, port connections and sockets that are neither, in any order, between raw packets and closes. The
 * input is a row of steps: what and which socket, a length, its bytes. The manager must go on serving others.
 */
#include "../conformance/devices/driver.h"
#include "channel/wire.h"
#include "port.h"
#include "quiet.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <uchar.h>
#include <unistd.h>

#include <fltkernel.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
NTSTATUS driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path);

#define SOCKETS 8
#define OPENED_VALUE 4

static int sockets[SOCKETS]; /* -1: none */
static const char16_t port_name[] = FUZZ_PORT_NAME, device_name[] = u"\\??\\DevicesDirect";

static char directory[] = "/tmp/openfltmgr-fuzz-XXXXXX";

static void leave_nothing(void)
{
    ofm_stop(NULL);
    rmdir(directory);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct ofm_options options = {.log = quiet};

    (void)argc, (void)argv;
    if (!mkdtemp(directory) || setenv("OPENFLTMGR_RUNTIME", directory, 1) || ofm_start(&options) != 0 ||
        ofm_service_set("devices", NULL, "370040", NULL, 0) != 0 || ofm_driver_load_entry("devices", driver_entry) != 0 ||
        ofm_listen(directory) != 0)
        abort();
    fuzz_port_load();
    memset(sockets, -1, sizeof sockets);
    atexit(leave_nothing);
    return 0;
}

/* ---- a socket of the manager's ---- */

static int connect_to_manager(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (s < 0 || wire_socket_path(address.sun_path, sizeof address.sun_path) != 0 ||
        connect(s, (struct sockaddr *)&address, sizeof address) != 0)
        abort();
    return s;
}

static void put(int *place, int s)
{
    if (*place >= 0)
        close(*place);
    *place = s;
}

static uint32_t last_value; /* that an answer gave: of a handle that was made for this process */

/* What has come within a moment; a descriptor with it is the caller's. */
static bool answered(int s, int *fd, int milliseconds)
{
    static uint8_t room[WIRE_MAX_PACKET];
    struct pollfd wait = {.fd = s, .events = POLLIN};
    struct wire_reply reply;

    *fd = -1;
    ssize_t n = s >= 0 && poll(&wait, 1, milliseconds) == 1 ? wire_receive(s, room, sizeof room, fd, false) : 0;
    if (n >= (ssize_t)sizeof reply) {
        memcpy(&reply, room, sizeof reply);
        last_value = reply.bytes;
    }
    return n > 0;
}

static void send_named(int s, enum wire_op op, const char16_t *name, size_t bytes, const void *extra, size_t size)
{
    struct wire_request header = {.magic = WIRE_MAGIC, .op = op, .lengths = {(uint32_t)bytes}, .present = 1};
    uint8_t data[256];
    int fd;

    memcpy(data, name, bytes);
    if (size > 0)
        memcpy(data + bytes, extra, size);
    wire_try_send(s, &header, sizeof header, data, bytes + size, -1);
    if (answered(s, &fd, 1000) && fd >= 0)
        close(fd);
}

/* ---- descriptors that a packet brings ---- */

enum kind { OWN_PAIR, OWN_PAIR_WITH_PROCESS, STREAM_PAIR, PIPE, NO_DESCRIPTOR, ANOTHERS, ITSELF, KINDS };

/* The one that is sent; *rest: what else is to be closed, or to be read from. */
static int make(enum kind kind, int own, int *rest)
{
    int two[2] = {-1, -1};

    *rest = -1;
    switch (kind) {
    case OWN_PAIR:
    case OWN_PAIR_WITH_PROCESS:
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, two);
        break;
    case STREAM_PAIR:
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, two);
        break;
    case PIPE:
        if (pipe2(two, O_CLOEXEC) != 0)
            abort();
        break;
    case ANOTHERS: /* a socket whose other end the manager has made */
        return connect_to_manager();
    case ITSELF:
        return dup(own);
    default:
        return open("/dev/null", O_RDWR | O_CLOEXEC);
    }
    *rest = two[1];
    if (kind == OWN_PAIR_WITH_PROCESS) {
        const uint32_t nothing = 0;
        int process = (int)syscall(SYS_pidfd_open, getpid(), 0);
        wire_try_send(two[1], &nothing, sizeof nothing, NULL, 0, process);
        close(process);
    }
    return two[0];
}

static void ask_with_descriptor(int *place, enum wire_op op, const uint8_t *bytes, size_t length, int *spare)
{
    struct wire_request header = {.magic = WIRE_MAGIC, .op = op};
    enum kind kind = length > 0 ? bytes[0] % KINDS : OWN_PAIR;
    int rest, fd = make(kind, *place, &rest), given;

    if (length > 1)
        memcpy(header.arguments, bytes + 1, length - 1 < sizeof header.arguments ? length - 1 : sizeof header.arguments);
    wire_try_send(*place, &header, sizeof header, NULL, 0, kind == NO_DESCRIPTOR ? -1 : fd);
    close(fd);
    if (kind <= OWN_PAIR_WITH_PROCESS && answered(rest, &given, 20) && given >= 0)
        put(spare, given); /* one more handle, to go on with */
    if (rest >= 0)
        close(rest);
}

/* With the value of before, that of the files that are opened here, or one of the fuzzer's, for this process or another. */
static void claim(int *place, const uint8_t *bytes, size_t length, int *spare)
{
    struct wire_request header = {.magic = WIRE_MAGIC, .op = WIRE_FILE_CLAIM};
    unsigned how = length > 0 ? bytes[0] : 0;
    int given;

    if (length > 1)
        memcpy(header.arguments, bytes + 1, length - 1 < sizeof header.arguments ? length - 1 : sizeof header.arguments);
    if (how & 1)
        header.arguments[0] = how & 8 ? OPENED_VALUE : last_value;
    if (how & 2)
        header.arguments[1] = how & 4 ? (uint32_t)getpid() : 0;
    wire_try_send(*place, &header, sizeof header, NULL, 0, -1);
    if (answered(*place, &given, 20) && given >= 0)
        put(spare, given);
}

/* What a socket of an ordinary handle may be sent; not what would stop the manager. */
static void send_raw(int s, const uint8_t *bytes, size_t length)
{
    static const enum wire_op ops[] = {WIRE_HELLO, WIRE_SEGMENT, WIRE_CALL, WIRE_FILE_CALL, WIRE_FILE_CANCEL, WIRE_CHANNEL, WIRE_REPLY, WIRE_LANE,
        WIRE_LANE_RING, WIRE_FILE_SHARE, WIRE_FILE_DUPLICATE, WIRE_FILE_CLAIM, WIRE_FILE_VALUE, WIRE_EXTEND, WIRE_HANDLE_OPEN, WIRE_HANDLE_CLOSE, WIRE_INHERIT, 0, 0xFFFF};
    struct wire_request header = {.magic = WIRE_MAGIC};
    int fd;

    if (length == 0)
        return;
    header.op = ops[bytes[0] % (sizeof ops / sizeof *ops)];
    bytes++, length--;
    size_t n = length < sizeof header.arguments ? length : sizeof header.arguments;
    memcpy(header.arguments, bytes, n);
    header.arguments[0] %= 1u << 22; /* segments of a size that there is room for */
    wire_try_send(s, &header, sizeof header, bytes + n, length - n, -1);
    if (answered(s, &fd, 0) && fd >= 0)
        close(fd);
}

static void step(unsigned what, const uint8_t *bytes, size_t length)
{
    static const struct wire_file_open how = {.access = 0xC0100000, .disposition = 1, .share = 7, .object_attributes = 0x40, .value = OPENED_VALUE};
    int *place = &sockets[what / 8 % SOCKETS], *spare = &sockets[(what / 8 + 1) % SOCKETS];

    if (*place < 0 || what % 8 == 0)
        put(place, connect_to_manager());
    switch (what % 8) {
    case 1:
        send_named(*place, WIRE_FILE_OPEN, device_name, sizeof device_name - 2, &how, sizeof how);
        break;
    case 2:
        send_named(*place, WIRE_CONNECT, port_name, sizeof port_name - 2, NULL, 0);
        break;
    case 3:
        ask_with_descriptor(place, WIRE_FILE_SHARE, bytes, length, spare);
        break;
    case 4:
        ask_with_descriptor(place, WIRE_FILE_DUPLICATE, bytes, length, spare);
        break;
    case 5:
        claim(place, bytes, length, spare);
        break;
    case 6:
        send_raw(*place, bytes, length);
        break;
    case 7:
        put(place, -1);
        break;
    }
}

/* Somebody else is served. */
static void look_after_the_manager(void)
{
    const struct wire_request hello = {.magic = WIRE_MAGIC, .op = WIRE_HELLO};
    int s = connect_to_manager(), fd;

    wire_send(s, &hello, sizeof hello, NULL, 0, -1);
    if (!answered(s, &fd, 10000))
        abort();
    close(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned inputs;

    while (size >= 2) {
        unsigned what = data[0];
        size_t length = data[1];
        data += 2, size -= 2;
        length = length < size ? length : size;
        step(what, data, length);
        data += length, size -= length;
    }
    for (unsigned i = 0; i < SOCKETS; i++)
        put(&sockets[i], -1);
    if (inputs++ % 64 == 0)
        look_after_the_manager();
    return 0;
}
