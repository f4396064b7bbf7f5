/*
 * A lane whose client is hostile: files and a port's connection are opened and bound to it, requests are posted, called for, cancelled, and anything is written anywhere
 * into the shared memory meanwhile, words and payloads, by a client that also forgets to wait for answers; then sockets hang up in any order.
 * The manager's workers serve the lane beside that, as always. Nothing outside the memory is read or written, no request is left behind: at the end
 * every file is given up by all that used it. The input is a row of steps: what, and its operands.
 */
#include "channel/futex.h"
#include "daemon/connection.h"
#include "daemon/file.h"
#include "daemon/lane.h"
#include "daemon/worker.h"
#include "fltmgr/portchannel.h"
#include "port.h"
#include "quiet.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <uchar.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SERVER, WRITER, QUESTIONS, CONNECTION, FILES }; /* a slot, its writer, the device itself, a port's client */

static const char16_t port_name[] = FUZZ_PORT_NAME;

struct process {
    struct client *lane, *files[FILES];
    int lane_socket, sockets[FILES];
    struct lane_area *area; /* the manager's mapping: the client's shows the same */
    bool hung_up[FILES];
};

struct input {
    const uint8_t *at;
    size_t left;
};

static uint64_t take(struct input *in, size_t bytes)
{
    uint64_t value = 0;

    bytes = bytes < in->left ? bytes : in->left;
    memcpy(&value, in->at, bytes);
    in->at += bytes;
    in->left -= bytes;
    return value;
}

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

/* ---- the process ---- */

static struct client *connect_socket(int *theirs)
{
    int sockets[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
        abort();
    struct client *client = client_create(sockets[0]);
    if (client == NULL)
        abort();
    client->share.unlimited = false; /* quotas hold */
    *theirs = sockets[1];
    return client;
}

static struct client *open_file(const char16_t *name, size_t bytes, const struct wire_file_open *how, int *theirs)
{
    struct client *client = connect_socket(theirs);
    struct request request = {
        .op = WIRE_FILE_OPEN, .peer = &client->peer, .extra = (const uint8_t *)how, .extra_length = sizeof *how};

    request.raw[0] = (const uint8_t *)name;
    request.raw_length[0] = (uint32_t)bytes;
    request.strings[0] = (UNICODE_STRING){(USHORT)bytes, (USHORT)bytes, (PWCH)(uintptr_t)name};
    file_open(client, &request);
    if (client_file(client) == NULL)
        abort();
    return client;
}

static struct client *connect_port(int *theirs)
{
    static uint32_t user_calls;
    struct client *client = connect_socket(theirs);
    struct request request = {.op = WIRE_CONNECT, .peer = &client->peer};

    client->user_calls = &user_calls;

    request.strings[0] = (UNICODE_STRING){sizeof port_name - sizeof *port_name, sizeof port_name - sizeof *port_name, (PWCH)(uintptr_t)port_name};
    connection_connect(client, &request);
    if (client->channel == NULL)
        abort();
    return client;
}

static void start(struct process *p, int64_t timeout, uint32_t options)
{
    static const char16_t slot[] = u"\\Device\\Mailslot\\fuzz", device[] = u"\\Device\\Mailslot";
    const struct wire_file_open server = {.access = GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, .mailslot = WIRE_MAILSLOT_CREATE, .options = options,
                                    .has_timeout = 1, .timeout = timeout},
                                opened = {.access = GENERIC_WRITE | FILE_READ_ATTRIBUTES | SYNCHRONIZE, .disposition = FILE_OPEN, .share = 3, .options = options},
                                looks = {.access = FILE_READ_ATTRIBUTES | SYNCHRONIZE, .disposition = FILE_OPEN, .share = 3};
    uint32_t number, target;
    int fd;

    *p = (struct process){0};
    p->lane = connect_socket(&p->lane_socket);
    if (!NT_SUCCESS(lane_open(p->lane, &number, &fd)))
        abort();
    p->area = lane_host_of(p->lane->lane)->area;
    p->files[SERVER] = open_file(slot, sizeof slot - sizeof *slot, &server, &p->sockets[SERVER]);
    p->files[WRITER] = open_file(slot, sizeof slot - sizeof *slot, &opened, &p->sockets[WRITER]);
    p->files[QUESTIONS] = open_file(device, sizeof device - sizeof *device, &looks, &p->sockets[QUESTIONS]);
    p->files[CONNECTION] = connect_port(&p->sockets[CONNECTION]);
    for (unsigned i = 0; i < FILES; i++) {
        if (!NT_SUCCESS(lane_bind(p->files[i], number, &target)) || target != i)
            abort();
    }
}

static void drain(int socket)
{
    static char room[1 << 18];

    while (recv(socket, room, sizeof room, MSG_DONTWAIT) > 0)
        ;
}

static void hang_up(struct process *p, unsigned file)
{
    if (p->hung_up[file])
        return;
    p->hung_up[file] = true;
    lane_hang_up(p->files[file]);
    file_hang_up(p->files[file]); /* nothing to a connection, as the next is to a file */
    connection_end(p->files[file]);
}

/* What was under way ends without the client: the last reference is ours. */
static void end(struct client *client, int socket)
{
    while (__atomic_load_n(&client->references, __ATOMIC_ACQUIRE) > 1) {
        drain(socket);
        if (client_file(client) != NULL)
            file_writable(client);
        sched_yield();
    }
    account_discharge(&client->share);
    client_release(client);
    close(socket);
}

/* ---- what it does ---- */

static void call_for(struct process *p)
{
    uint32_t bell = __atomic_load_n(&p->area->bell, __ATOMIC_SEQ_CST);

    if (bell == LANE_ASLEEP && __atomic_compare_exchange_n(&p->area->bell, &bell, LANE_AWAKE, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
        futex_wake_shared(&p->area->bell, 1);
    else
        lane_ring(p->lane);
}

/* Words that matter are hit more often than the rest. */
static void spoil(struct process *p, struct input *in)
{
    static const uint32_t area[] = {offsetof(struct lane_area, bell), offsetof(struct lane_area, server_cpu), offsetof(struct lane_area, seats)};
    static const uint32_t telling[] = {0, 1, 2, 3, 16, WAIT_ASLEEP | 1, LANE_HUNG_UP | 1, LANE_DATA, LANE_DATA + 1, UINT32_MAX};
    uint64_t what = take(in, 1);
    uint32_t at = what % 4 == 0 ? area[what / 4 % 3] : 4096 + (uint32_t)(what / 4 % LANE_SEATS) * LANE_SEAT_SIZE + (take(in, 1) & 0x7cu);
    uint32_t value = what % 4 == 1 ? (uint32_t)take(in, 4) : telling[take(in, 1) % (sizeof telling / sizeof *telling)];

    __atomic_store_n((uint32_t *)((uint8_t *)p->area + at), value, __ATOMIC_SEQ_CST);
}

static void scribble(struct process *p, struct input *in)
{
    uint8_t *data = lane_seat_of(p->area, (unsigned)take(in, 1) % LANE_SEATS)->data;
    size_t at = take(in, 2), length = take(in, 1);

    length = length < in->left ? length : in->left;
    if (at + length <= LANE_DATA)
        memcpy(data + at, in->at, length);
    in->at += length;
    in->left -= length;
}

/* Lengths are small, near the limits or anything. */
static uint32_t take_length(struct input *in)
{
    uint32_t value = (uint32_t)take(in, 2);

    return value % 8 == 0 ? LANE_DATA - value / 256 : value % 8 == 1 ? (uint32_t)take(in, 4) : value % 400;
}

/* Ranges that are in the connection's memory or nearly so. */
static void make_call(struct lane_seat *seat, struct input *in)
{
    struct wire_call call = {.tid = (uint32_t)gettid()};
    uint64_t what = take(in, 1);

    for (unsigned i = 0; i < 2; i++) {
        uint32_t *range = i == 0 ? call.in : call.out;
        range[0] = what % 16 == 0 ? (uint32_t)take(in, 4) : 0;
        range[1] = (uint32_t)take(in, 2) + (what % 16 == 1 ? UINT32_MAX - 0x8000 : 0);
        range[2] = (uint32_t)take(in, 2) / 4 + (what % 16 == 2 ? UINT32_MAX - 0x8000 : 0);
    }
    call.has = (uint32_t)(what / 16 % 4);
    memcpy(seat->data, &call, sizeof call);
    if (what / 64 == 0)
        return; /* with whatever lengths there are */
    seat->request.in_length = sizeof call;
    seat->request.out_length = 0;
}

static void post(struct process *p, struct input *in)
{
    static const uint8_t operations[] = {WIRE_FILE_READ, WIRE_FILE_WRITE, WIRE_FILE_QUERY, WIRE_FILE_SET, WIRE_FILE_QUERY_VOLUME, WIRE_FILE_FS_CONTROL, WIRE_FILE_FLUSH, WIRE_FILE_DIRECTORY};
    uint64_t what = take(in, 1), which = take(in, 1);
    struct lane_seat *seat = lane_seat_of(p->area, what % LANE_SEATS);

    seat->request = (struct lane_request){.target = (uint32_t)(what / LANE_SEATS % (FILES + 1)),
        .op = what / LANE_SEATS % (FILES + 1) == CONNECTION ? LANE_PORT_CALL : operations[which % 8],
        .flags = (uint16_t)(which / 8 % 2 ? take(in, 2) : 0),
        .number = take(in, 1),
        .offset = which / 16 % 2 ? (int64_t)take(in, 8) : 0,
        .code = (uint32_t)take(in, which / 32 % 2 ? 4 : 1),
        .tid = which / 64 % 2 ? (uint32_t)take(in, 4) : (uint32_t)gettid(),
        .in_length = take_length(in),
        .out_length = take_length(in)};
    if (seat->request.op == LANE_PORT_CALL)
        make_call(seat, in);
    seat->thread = (uint32_t)(which / 128);
    if (__atomic_load_n(&p->area->seats, __ATOMIC_RELAXED) <= what % LANE_SEATS)
        __atomic_store_n(&p->area->seats, (uint32_t)(what % LANE_SEATS + 1), __ATOMIC_SEQ_CST);
    __atomic_store_n(&seat->state, LANE_POSTED, __ATOMIC_SEQ_CST);
    call_for(p);
}

static void cancel(struct process *p, struct input *in)
{
    unsigned file = (unsigned)take(in, 1) % FILES;
    struct request request = {.op = WIRE_FILE_CANCEL, .peer = &p->files[file]->peer};

    request.arguments[0] = (uint32_t)take(in, 1);
    if (!p->hung_up[file] && file != CONNECTION && !file_receive(p->files[file], &request))
        abort();
}

/* For a moment: the manager may never see it, or wait itself. */
static void wait_for_answer(struct process *p, struct input *in)
{
    struct lane_seat *seat = lane_seat_of(p->area, (unsigned)take(in, 1) % LANE_SEATS);

    for (unsigned i = 0; i < 200 && LANE_SEAT_STATE(__atomic_load_n(&seat->state, __ATOMIC_ACQUIRE)) != LANE_DONE; i++)
        sched_yield();
}

static void step(struct process *p, struct input *in)
{
    switch (take(in, 1) % 8) {
    case 0:
    case 1:
        post(p, in);
        break;
    case 2:
        spoil(p, in);
        break;
    case 3:
        scribble(p, in);
        break;
    case 4:
        cancel(p, in);
        break;
    case 5:
        wait_for_answer(p, in);
        break;
    case 6:
        __atomic_store_n(&lane_seat_of(p->area, (unsigned)take(in, 1) % LANE_SEATS)->cancel, 1, __ATOMIC_SEQ_CST);
        call_for(p);
        break;
    case 7:
        if (take(in, 1) % 4 == 0)
            hang_up(p, (unsigned)take(in, 1) % FILES);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    struct process p;
    uint64_t how = take(&in, 1);

    start(&p, how % 2 ? -1 : 0, how / 2 % 2 ? FILE_SYNCHRONOUS_IO_NONALERT : 0);
    while (in.left > 0)
        step(&p, &in);
    if (how / 4 % 2)
        lane_hang_up(p.lane);
    for (unsigned i = 0; i < FILES; i++)
        hang_up(&p, (i + (unsigned)(how / 16)) % FILES);
    lane_hang_up(p.lane); /* once is enough */
    for (unsigned i = 0; i < FILES; i++)
        end(p.files[i], p.sockets[i]);
    end(p.lane, p.lane_socket);
    return 0;
}
