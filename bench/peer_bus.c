/* D-Bus without a bus daemon, by sd-bus over a socket pair: a method call with an array of bytes, and its return. */
#include "peers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

static int ends[2];
static sd_bus *client;

static int told(const char *what, int error)
{
    errno = -error;
    return failed(what);
}

static int prepare(const struct cell *cell)
{
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0 || failed("socketpair");
}

static int on_message(sd_bus_message *call, void *argument, sd_bus_error *error)
{
    const struct cell *cell = argument;
    sd_bus_message *back = NULL;
    const void *request;
    size_t size;
    char answer[ANSWER_BYTES] = {0};
    if (sd_bus_message_read_array(call, 'y', &request, &size) < 0 || size != cell->size)
        return -EINVAL;
    answer_request(request, size, answer);
    int r = sd_bus_message_new_method_return(call, &back);
    if (r >= 0)
        r = sd_bus_message_append_array(back, 'y', answer, sizeof answer);
    if (r >= 0)
        r = sd_bus_send(NULL, back, NULL);
    sd_bus_message_unref(back);
    return r < 0 ? r : 1;
}

static void serve(const struct cell *cell, unsigned reader)
{
    sd_bus *bus = NULL;
    sd_id128_t id = {.bytes = {1}};
    int r = sd_bus_new(&bus);
    close(ends[0]);
    if (r < 0 || (r = sd_bus_set_fd(bus, ends[1], ends[1])) < 0 || (r = sd_bus_set_server(bus, 1, id)) < 0 ||
        (r = sd_bus_set_anonymous(bus, 1)) < 0 || (r = sd_bus_start(bus)) < 0 ||
        (r = sd_bus_add_object(bus, NULL, "/bench", on_message, (void *)cell)) < 0) {
        told("sd-bus server", r);
        return;
    }
    for (;;) {
        r = sd_bus_process(bus, NULL);
        if (r == 0)
            r = sd_bus_wait(bus, UINT64_MAX);
        if (r < 0) {
            told("sd_bus_process", r);
            return;
        }
    }
}

static int connect_bus(const struct cell *cell)
{
    int r = sd_bus_new(&client);
    close(ends[1]);
    if (r < 0 || (r = sd_bus_set_fd(client, ends[0], ends[0])) < 0 || (r = sd_bus_set_anonymous(client, 1)) < 0 ||
        (r = sd_bus_start(client)) < 0)
        return told("sd-bus client", r);
    return 1;
}

static int call(unsigned sender, const void *request, size_t size, void *answer)
{
    sd_bus_message *message = NULL, *back = NULL;
    const void *bytes;
    size_t length;
    int r = sd_bus_message_new_method_call(client, &message, NULL, "/bench", "bench.Bench", "Ask");
    if (r >= 0)
        r = sd_bus_message_append_array(message, 'y', request, size);
    if (r >= 0)
        r = sd_bus_call(client, message, UINT64_MAX, NULL, &back);
    if (r >= 0)
        r = sd_bus_message_read_array(back, 'y', &bytes, &length);
    if (r >= 0 && length == ANSWER_BYTES)
        memcpy(answer, bytes, ANSWER_BYTES);
    sd_bus_message_unref(message);
    sd_bus_message_unref(back);
    return r >= 0 && length == ANSWER_BYTES ? 1 : told("sd_bus_call", r);
}

const struct peer sdbus_peer = {.name = "sd-bus direct", .prepare = prepare, .serve = serve, .connect = connect_bus, .call = call};
