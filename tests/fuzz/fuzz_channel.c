/* A hostile client: writes anything anywhere into its connection's memory between the manager's steps.
 * Nothing may be read or written outside it, and nothing the manager keeps for itself may change. */
#include "channel/host.h"
#include "channel/layout.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *at;
    size_t left;
};

static uint32_t take(struct input *in, size_t bytes)
{
    uint32_t value = 0;

    if (bytes > in->left)
        bytes = in->left;
    memcpy(&value, in->at, bytes);
    in->at += bytes;
    in->left -= bytes;
    return value;
}

/* Words that matter are hit more often than the rest. */
static void spoil(struct input *in, uint8_t *area)
{
    static const uint32_t places[] = {offsetof(struct chan_area, seats), offsetof(struct chan_area, kick),
        offsetof(struct chan_area, ring_tail), offsetof(struct chan_area, ring), offsetof(struct chan_area, gets),
        offsetof(struct chan_area, gets[CHAN_SEATS]), offsetof(struct chan_area, exchanges), CHAN_DATA_OFFSET};
    uint32_t place = places[take(in, 1) % (sizeof places / sizeof *places)] + (take(in, 2) & ~3u);
    uint32_t value = take(in, 4);

    if (place + sizeof value <= CHAN_SEGMENT0_SIZE)
        memcpy(area + place, &value, sizeof value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    struct chan_host *host = chan_host_create();
    size_t length;
    uint8_t *area = chan_host_segment(host, 0, &length);
    unsigned get = 0, exchange = 0;
    bool taken = false, reserved = false, open = false, alive = true;
    uint8_t reply[64];

    while (in.left > 0 && alive) {
        uint32_t status;
        bool sound;
        switch (take(&in, 1) % 8) {
        case 0:
        case 1:
            spoil(&in, area);
            break;
        case 2:
            alive = chan_host_collect(host);
            break;
        case 3:
            if (!taken)
                taken = take(&in, 1) % 2 ? chan_host_take_seat(host, take(&in, 2) + 1u, &get)
                                         : chan_host_take(host, take(&in, 2), &get);
            break;
        case 4:
            if (taken) {
                chan_host_fill(host, get, "0123456789abcdef", 16, data, size);
                chan_host_finish(host, get, 0, size + 16);
                taken = false;
            }
            break;
        case 5:
            if (!reserved)
                reserved = chan_host_exchange_reserve(host, &exchange);
            if (!open)
                chan_host_exchange_open(host, exchange, take(&in, 2), 32);
            open = true;
            if (taken)
                chan_host_expect(host, get, exchange);
            break;
        case 6:
            if (open && chan_host_exchange_poll(host, exchange, reply, 32, &status, &length, &sound))
                open = false;
            break;
        case 7:
            if (open && chan_host_exchange_withdraw(host, exchange))
                open = false;
            break;
        }
    }
    if (open)
        chan_host_exchange_withdraw(host, exchange);
    chan_host_pending(host);
    chan_host_destroy(host);
    return 0;
}
