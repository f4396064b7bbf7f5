/* Connections as Win32 handles: gets, calls, cancellation, the end. See port.h. */
#include "fltlib/port.h"
#include "kernel32/session.h"
#include "fltlib/heir.h"
#include "fltlib/spare.h"
#include "fltlib/watch.h"

#include <ntstatus.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct fltlib_port *port_of(struct k32_object *object)
{
    return CONTAINING_RECORD(object, struct fltlib_port, object);
}

/* More of the shared memory: the manager makes it, against the user's quota. */
static int ask_for_segment(struct fltlib_port *port, uint32_t size, bool bank)
{
    struct session_request request = {.op = WIRE_SEGMENT, .arguments = {size, bank}};
    struct session_reply reply;
    int fd = -1;

    pthread_mutex_lock(&port->request_lock);
    NTSTATUS status = session_exchange(port->socket, &request, &reply, &fd);
    pthread_mutex_unlock(&port->request_lock);
    free(reply.data);
    if (NT_SUCCESS(status) && fd >= 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -ENOMEM;
}

static int grow(void *context, size_t size)
{
    return size <= UINT32_MAX ? ask_for_segment(context, (uint32_t)size, false) : -ENOMEM;
}

static int more_places(void *context)
{
    return ask_for_segment(context, 0, true);
}

/* The process' own memory; it is taken over. */
static bool have_memory(struct fltlib_port *port, int memory, struct chan_guest *kept)
{
    struct chan_guest *guest = kept != NULL ? kept : chan_guest_create(memory, grow, more_places, port);

    if (guest == NULL)
        return false;
    if (kept != NULL)
        chan_guest_reuse(guest, port);
    pthread_mutex_lock(&port->lock); /* a close comes before, or sees it */
    bool ok = !port->closed_here;
    if (ok) {
        __atomic_store_n(&port->guest, guest, __ATOMIC_RELEASE);
        port->watched = watch_add(port);
        if (!port->watched)
            chan_guest_hang_up(guest, (uint32_t)STATUS_INSUFFICIENT_RESOURCES);
    }
    pthread_mutex_unlock(&port->lock);
    if (!ok)
        chan_guest_destroy(guest);
    return ok;
}

static bool is_inheritable(const struct fltlib_port *port)
{
    return __atomic_load_n(&port->inheritable, __ATOMIC_ACQUIRE);
}

static struct chan_guest *guest_of(struct fltlib_port *port)
{
    return __atomic_load_n(&port->guest, __ATOMIC_ACQUIRE);
}

/* The first call of a process that has inherited the handle. */
static bool ask_for_memory(struct fltlib_port *port)
{
    struct session_request request = {.op = WIRE_CHANNEL};
    struct session_reply reply;
    int fd = -1;

    pthread_mutex_lock(&port->request_lock);
    if (guest_of(port) == NULL) {
        NTSTATUS status = session_exchange(port->socket, &request, &reply, &fd);
        free(reply.data);
        if (NT_SUCCESS(status) && fd >= 0)
            have_memory(port, fd, NULL);
    }
    pthread_mutex_unlock(&port->request_lock);
    return guest_of(port) != NULL;
}

struct fltlib_port *fltlib_port_of(HANDLE handle)
{
    struct k32_object *object = k32_object_of(handle, &fltlib_port_type);

    if (object == NULL)
        return NULL;
    struct fltlib_port *port = port_of(object);
    if (port->generation == heir_generation() && (guest_of(port) != NULL || ask_for_memory(port)))
        return port;
    SetLastError(ERROR_INVALID_HANDLE);
    k32_release(object);
    return NULL;
}

NTSTATUS fltlib_status_of_post(int error)
{
    switch (error) {
    case 0:
        return STATUS_SUCCESS;
    case -EPIPE:
        return STATUS_PORT_DISCONNECTED;
    default:
        return STATUS_INSUFFICIENT_RESOURCES;
    }
}

/* Why the manager ended it shows in the memory; to the caller it is always the port that is gone (P-85). */
NTSTATUS fltlib_ended(uint32_t status)
{
    return status == (uint32_t)STATUS_FLT_DELETING_OBJECT ? STATUS_PORT_DISCONNECTED : (NTSTATUS)status;
}

/* ---- synchronous gets ---- */

static void cancel_reader(void *context)
{
    struct port_reader *reader = context;

    chan_guest_cancel_reader(reader->port->guest, reader->slot);
}

NTSTATUS fltlib_get_sync(struct fltlib_port *port, void *buffer, size_t size, size_t *bytes)
{
    struct port_reader reader = {.port = port};
    uint32_t status;

    int error = chan_guest_post(port->guest, size, CHAN_NOTIFY_READER, &reader.slot);
    if (error != 0)
        return fltlib_status_of_post(error);
    k32_sync_begin(cancel_reader, &reader); /* looking is waiting, too: CancelSynchronousIo ends it (P-122) */
    if (!chan_guest_spin(port->guest, reader.slot, NULL))
        chan_guest_wait(port->guest, reader.slot, &futex_forever);
    k32_sync_end();
    chan_guest_take_parts(port->guest, reader.slot, buffer, size); /* it is ours by now */
    if (!chan_guest_is_done(port->guest, reader.slot)) {
        chan_guest_forget(port->guest, reader.slot);
        return STATUS_CANCELLED;
    }
    chan_guest_result(port->guest, reader.slot, buffer, size, &status, bytes);
    return fltlib_ended(status);
}

/* ---- calls ---- */

static bool put_in(struct fltlib_port *port, const void *data, uint32_t size, struct chan_range *range)
{
    if (!chan_guest_allocate(port->guest, size, range))
        return false;
    memcpy(chan_guest_address(port->guest, range), data, size);
    range->length = size;
    return true;
}

static void set_range(uint32_t to[3], const struct chan_range *range)
{
    to[0] = range->segment;
    to[1] = range->offset;
    to[2] = range->length;
}

/* A range of put_in or of a buffer; a length of 0 has taken the smallest room. */
static void give_back(struct fltlib_port *port, const struct chan_range *range, bool taken, uint32_t size)
{
    if (taken)
        chan_guest_free(
            port->guest, &(struct chan_range){range->segment, range->offset, size > 0 ? size : 1});
}

NTSTATUS fltlib_reply_elsewhere(
    struct fltlib_port *port, uint64_t id, NTSTATUS status, const void *payload, uint32_t size)
{
    struct wire_answer answer = {.id = id, .status = (uint32_t)status};
    struct session_request request = {.op = WIRE_REPLY, .extra = {&answer, sizeof answer}};
    struct session_reply reply;
    struct chan_range range;

    if (!chan_guest_allocate(port->guest, size > 0 ? size : 1, &range))
        return STATUS_INSUFFICIENT_RESOURCES;
    if (size > 0)
        memcpy(chan_guest_address(port->guest, &range), payload, size);
    set_range(answer.range, &range);
    answer.range[2] = size;
    pthread_mutex_lock(&port->request_lock);
    NTSTATUS result = session_exchange(port->socket, &request, &reply, NULL);
    pthread_mutex_unlock(&port->request_lock);
    free(reply.data);
    give_back(port, &range, true, size);
    return result == SESSION_NO_MANAGER ? STATUS_PORT_DISCONNECTED : result;
}

static NTSTATUS send_call(struct fltlib_port *port, const struct wire_call *call)
{
    struct wire_request header = {.magic = WIRE_MAGIC, .op = WIRE_CALL};

    pthread_mutex_lock(&port->request_lock);
    int error = wire_send(port->socket, &header, sizeof header, call, sizeof *call, -1);
    pthread_mutex_unlock(&port->request_lock);
    return error != 0 ? STATUS_PORT_DISCONNECTED : STATUS_SUCCESS;
}

/* What FilterSendMessage has in shared memory. */
struct call_ranges {
    struct chan_range in, out;
    bool has_in, has_out;
    uint32_t in_size, out_size;
};

static void give_call_back(struct fltlib_port *port, const struct call_ranges *ranges)
{
    give_back(port, &ranges->in, ranges->has_in, ranges->in_size);
    give_back(port, &ranges->out, ranges->has_out, ranges->out_size);
}

/* Over the connection's socket. False: the ranges stay taken, somebody may still write there. */
static bool call_over_socket(struct fltlib_port *port, struct wire_call *call, uint32_t *status, uint32_t *bytes)
{
    struct chan_range range;

    if (!chan_guest_allocate(port->guest, sizeof(struct chan_call), &range)) {
        *status = (uint32_t)STATUS_INSUFFICIENT_RESOURCES;
        return true;
    }
    range.length = sizeof(struct chan_call);
    struct chan_call *block = chan_guest_address(port->guest, &range);
    memset(block, 0, sizeof *block);
    set_range(call->block, &range);
    NTSTATUS sent = send_call(port, call);
    if (!NT_SUCCESS(sent) || !chan_call_wait(port->guest, block, status, bytes))
        return false;
    give_back(port, &range, true, sizeof *block);
    return true;
}

static void bind_lane(struct fltlib_port *port)
{
    struct session_request request = {.op = WIRE_CALL_LANE};
    struct session_reply reply;
    struct k32_lane *lane = k32_lane_get(&request.arguments[0]);

    if (lane == NULL)
        return;
    pthread_mutex_lock(&port->request_lock);
    NTSTATUS status = session_exchange(port->socket, &request, &reply, NULL);
    pthread_mutex_unlock(&port->request_lock);
    free(reply.data);
    if (NT_SUCCESS(status))
        k32_lane_bind(&port->lane, lane, reply.bytes);
    else
        k32_lane_release(lane);
}

enum lane_result { LANE_ANSWERED, LANE_GONE, LANE_NONE };

/* Returns with MessageNotify, also when the connection ends meanwhile (P-93, P-101). */
static enum lane_result call_over_lane(
    struct fltlib_port *port, const struct wire_call *call, uint32_t *status, uint32_t *bytes)
{
    struct lane_request request = {.op = LANE_PORT_CALL, .tid = call->tid, .in_length = sizeof *call};
    NTSTATUS answer;
    uint64_t information;

    if (k32_lane_is_due(&port->lane))
        bind_lane(port);
    int seat = k32_lane_sit(&port->lane);
    if (seat < 0)
        return LANE_NONE;
    memcpy(k32_lane_data(&port->lane, (unsigned)seat), call, sizeof *call);
    bool answered = k32_lane_ask(&port->lane, (unsigned)seat, &request, &answer, &information);
    k32_lane_rise(&port->lane, (unsigned)seat);
    if (!answered)
        return LANE_GONE;
    if (information == LANE_ELSEWHERE)
        return LANE_NONE;
    *status = (uint32_t)answer;
    *bytes = (uint32_t)information;
    return LANE_ANSWERED;
}

/* False: the connection or the manager has gone. */
static bool ask(struct fltlib_port *port, struct wire_call *call, uint32_t *status, uint32_t *bytes)
{
    enum lane_result result = call_over_lane(port, call, status, bytes);

    return result == LANE_NONE ? call_over_socket(port, call, status, bytes) : result == LANE_ANSWERED;
}

NTSTATUS fltlib_call(
    struct fltlib_port *port, const void *in, uint32_t in_size, void *out, uint32_t out_size, uint32_t *bytes)
{
    struct call_ranges ranges = {.in_size = in_size, .out_size = out_size};
    struct wire_call call = {.tid = k32_thread_id(k32_self()), .has = (in != NULL ? 1u : 0) | (out != NULL ? 2u : 0)};
    uint32_t status = 0;

    *bytes = 0;
    if (chan_guest_closed(port->guest) != 0)
        return STATUS_PORT_DISCONNECTED;
    ranges.has_in = in != NULL && put_in(port, in, in_size, &ranges.in);
    ranges.has_out = out != NULL && chan_guest_allocate(port->guest, out_size, &ranges.out);
    if (ranges.has_in != (in != NULL) || ranges.has_out != (out != NULL)) {
        give_call_back(port, &ranges);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    ranges.out.length = out != NULL ? out_size : 0;
    set_range(call.in, &ranges.in);
    set_range(call.out, &ranges.out);
    if (!ask(port, &call, &status, bytes))
        return STATUS_PORT_DISCONNECTED;
    *bytes = NT_ERROR((NTSTATUS)status) ? 0 : *bytes < out_size ? *bytes : out_size;
    if (out != NULL && *bytes > 0)
        memcpy(out, chan_guest_address(port->guest, &ranges.out), *bytes);
    give_call_back(port, &ranges);
    return (NTSTATUS)status;
}

/* ---- cancellation and the end ---- */

static NTSTATUS port_cancel(struct k32_object *object, OVERLAPPED *overlapped, struct k32_thread *thread)
{
    struct fltlib_port *port = port_of(object);

    if (port->generation != heir_generation())
        return STATUS_INVALID_HANDLE;
    bool any = fltlib_overlapped_cancel(port, overlapped, thread);
    if (overlapped == NULL && thread == NULL)
        any |= port->guest != NULL && chan_guest_cancel_readers(port->guest);
    return any ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

/* P-117: the process' own gets end as cancelled; then the manager sees the socket go. */
static void port_close(struct k32_object *object)
{
    struct fltlib_port *port = port_of(object);

    if (port->generation != heir_generation())
        return; /* the parent's */
    fltlib_overlapped_close(port);
    if (port->watched)
        watch_remove(port);
    if (port->guest != NULL)
        chan_guest_hang_up(port->guest, (uint32_t)STATUS_CANCELLED);
    if (!is_inheritable(port)) /* a process that has inherited it keeps the connection (P-34) */
        shutdown(port->socket, SHUT_RDWR);
}

static void port_destroy(struct k32_object *object)
{
    struct fltlib_port *port = port_of(object);

    if (port->guest != NULL && port->generation == heir_generation())
        spare_put(port->guest, port->memory);
    k32_lane_forget(&port->lane);
    close(port->socket);
    pthread_mutex_destroy(&port->lock);
    pthread_mutex_destroy(&port->request_lock);
    free(port);
}

/* P-31: a synchronous handle cannot be tied to a completion port. */
static NTSTATUS port_associate(struct k32_object *object)
{
    return port_of(object)->synchronous ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

static int port_descriptor(struct k32_object *object)
{
    return is_inheritable(port_of(object)) ? port_of(object)->socket : -1;
}

/* HANDLE_FLAG_INHERIT after the connect: the manager is told that the connection may outlive this process, and the socket gets
 * its name. It stays so when the flag is taken away again: a child may have it. */
static NTSTATUS port_inherit(struct k32_object *object, HANDLE value)
{
    struct fltlib_port *port = port_of(object);
    struct session_request request = {.op = WIRE_INHERIT};
    struct session_reply reply = {0};
    NTSTATUS status = STATUS_SUCCESS;

    if (port->generation != heir_generation())
        return status; /* the parent's */
    pthread_mutex_lock(&port->request_lock);
    if (!is_inheritable(port)) {
        status = session_exchange(port->socket, &request, &reply, NULL);
        free(reply.data);
        if (NT_SUCCESS(status) && !heir_mark(port->socket, value, port->synchronous))
            status = STATUS_INSUFFICIENT_RESOURCES;
        if (NT_SUCCESS(status))
            __atomic_store_n(&port->inheritable, true, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&port->request_lock);
    return status == STATUS_INSUFFICIENT_RESOURCES ? status : STATUS_SUCCESS; /* without a manager a child has nothing */
}

const struct k32_type fltlib_port_type = {
    .name = "FilterCommunicationPort",
    .close = port_close,
    .destroy = port_destroy,
    .cancel = port_cancel,
    .associate = port_associate,
    .descriptor = port_descriptor,
    .inherit = port_inherit,
};

static struct fltlib_port *create(int socket, bool synchronous, bool inheritable)
{
    struct fltlib_port *port = calloc(1, sizeof *port);

    if (port == NULL)
        return NULL;
    k32_object_init(&port->object, &fltlib_port_type);
    port->socket = socket;
    port->generation = heir_generation();
    port->synchronous = synchronous;
    port->inheritable = inheritable;
    pthread_mutex_init(&port->lock, NULL);
    pthread_mutex_init(&port->request_lock, NULL);
    fltlib_overlapped_init(port);
    return port;
}

/* For children that run a program. */
static bool mark(struct fltlib_port *port, HANDLE handle)
{
    return heir_mark(port->socket, handle, port->synchronous) && fcntl(port->socket, F_SETFD, 0) == 0;
}

NTSTATUS fltlib_port_open(int socket, int memory, struct chan_guest *kept, uint32_t number, bool synchronous, bool inheritable,
    HANDLE *handle)
{
    struct fltlib_port *port = create(socket, synchronous, inheritable);

    if (port == NULL) {
        close(socket);
        if (memory >= 0)
            close(memory);
        if (kept != NULL)
            chan_guest_destroy(kept);
        return STATUS_NO_MEMORY;
    }
    port->memory = number;
    if (!have_memory(port, memory, kept)) {
        k32_release(&port->object);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *handle = k32_handle_give(&port->object);
    if (*handle == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (inheritable && !mark(port, *handle)) {
        CloseHandle(*handle);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (inheritable)
        SetHandleInformation(*handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    return STATUS_SUCCESS;
}

NTSTATUS fltlib_port_adopt(int socket, bool synchronous, HANDLE handle)
{
    struct fltlib_port *port = create(socket, synchronous, true);

    if (port == NULL) {
        close(socket);
        return STATUS_NO_MEMORY;
    }
    bool ok = mark(port, handle) && k32_handle_place(handle, HANDLE_FLAG_INHERIT, &port->object);
    k32_release(&port->object);
    return ok ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}
