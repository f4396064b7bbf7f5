/* Files of the manager: opening, calls, answers. See ntfile.h. */
#include "kernel32/ntfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ntstatus.h"

#define PACKET_MOST (sizeof(struct wire_file_reply) + 2 * WIRE_FILE_INLINE)

struct k32_nt_file *k32_nt_file_of(HANDLE handle)
{
    return (struct k32_nt_file *)k32_object_of(handle, &k32_nt_file_type);
}

static bool has(const struct k32_nt_call *call, uint32_t flag)
{
    return call->wire.flags & flag;
}

/* --- rooms for large buffers --- */

static int grow(void *context, size_t size)
{
    struct k32_nt_call call = {.wire = {.op = WIRE_FILE_SEGMENT, .out_length = (uint32_t)size}};
    NTSTATUS status = k32_nt_call(context, &call);

    return NT_SUCCESS(status) && call.fd >= 0 ? call.fd : -ENOMEM;
}

static bool allocate(struct k32_nt_file *file, uint32_t size, struct chan_range *room)
{
    pthread_mutex_lock(&file->rooms_lock);
    bool ok = chan_rooms_allocate(&file->rooms, size, room);
    pthread_mutex_unlock(&file->rooms_lock);
    return ok;
}

static void free_rooms(struct k32_nt_call *call)
{
    struct k32_nt_file *file = call->file;

    if (!call->has_in_room && !call->has_out_room)
        return;
    pthread_mutex_lock(&file->rooms_lock);
    if (call->has_in_room)
        chan_rooms_free(&file->rooms, &call->in_room);
    if (call->has_out_room)
        chan_rooms_free(&file->rooms, &call->out_room);
    pthread_mutex_unlock(&file->rooms_lock);
    call->has_in_room = call->has_out_room = false;
}

/* Large buffers go to shared memory. */
static NTSTATUS take_rooms(struct k32_nt_call *call)
{
    struct k32_nt_file *file = call->file;
    struct wire_file_call *w = &call->wire;

    if (w->op == WIRE_FILE_SEGMENT)
        return STATUS_SUCCESS;
    if (w->in_length > WIRE_FILE_INLINE) {
        if (!(call->has_in_room = allocate(file, w->in_length, &call->in_room)))
            return STATUS_INSUFFICIENT_RESOURCES;
        memcpy(chan_rooms_address(&file->rooms, &call->in_room), call->in, w->in_length);
        w->flags |= WIRE_FILE_SHARED_IN;
        w->in[0] = call->in_room.segment;
        w->in[1] = call->in_room.offset;
    }
    if (w->out_length > WIRE_FILE_INLINE) {
        if (!(call->has_out_room = allocate(file, w->out_length, &call->out_room)))
            return STATUS_INSUFFICIENT_RESOURCES;
        if (has(call, WIRE_FILE_OUT_IS_IN))
            memcpy(chan_rooms_address(&file->rooms, &call->out_room), call->out, w->out_length);
        w->flags |= WIRE_FILE_SHARED_OUT;
        w->out[0] = call->out_room.segment;
        w->out[1] = call->out_room.offset;
    }
    return STATUS_SUCCESS;
}

/* --- answers --- */

struct completions {
    LIST_ENTRY list;
};

static void end_call(
    struct k32_nt_call *call, NTSTATUS status, uint64_t information, struct completions *completions)
{
    struct k32_nt_file *file = call->file;

    RemoveEntryList(&call->links);
    call->status = status;
    call->information = information;
    call->done = true;
    if (!call->left)
        return;
    file->left--;
    InsertTailList(&completions->list, &call->links);
}

static struct k32_nt_call *find(struct k32_nt_file *file, uint64_t number)
{
    for (PLIST_ENTRY e = file->calls.Flink; e != &file->calls; e = e->Flink) {
        struct k32_nt_call *call = CONTAINING_RECORD(e, struct k32_nt_call, links);
        if (call->wire.number == number)
            return call;
    }
    return NULL;
}

/* METHOD_NEITHER: what the driver wrote to the caller's input buffer. */
static void take_input_back(struct k32_nt_call *call, size_t received, size_t before)
{
    uint32_t length = call->wire.in_length;
    const void *back = call->file->room + sizeof(struct wire_file_reply) + before;

    if (!has(call, WIRE_FILE_IN_BACK) || !length)
        return;
    if (call->has_in_room)
        back = chan_rooms_address(&call->file->rooms, &call->in_room);
    else if (received != before + length)
        return;
    if (memcmp(call->in, back, length)) /* it may be memory that cannot be written, and rarely is written */
        memcpy((void *)(uintptr_t)call->in, back, length);
}

/* One packet. Lock held. */
static void take_answer(struct k32_nt_file *file, size_t size, int fd, struct completions *completions)
{
    struct wire_file_reply reply;

    memcpy(&reply, file->room, sizeof reply);
    struct k32_nt_call *call =
        size >= sizeof reply && reply.magic == WIRE_MAGIC ? find(file, reply.number) : NULL;
    if (!call) {
        if (fd >= 0)
            close(fd);
        return;
    }
    call->fd = fd;
    if (reply.status == (uint32_t)STATUS_PENDING) {
        call->told = true;
        return;
    }
    uint32_t length = reply.data_length < call->wire.out_length ? reply.data_length : call->wire.out_length;
    if (call->has_out_room)
        memcpy(call->out, chan_rooms_address(&file->rooms, &call->out_room), length);
    else if (length && length <= size - sizeof reply)
        memcpy(call->out, file->room + sizeof reply, length);
    take_input_back(call, size - sizeof reply, call->has_out_room ? 0 : length);
    end_call(call, (NTSTATUS)reply.status, reply.information, completions);
}

/* The manager has gone. Lock held. */
static void hang_up(struct k32_nt_file *file, struct completions *completions)
{
    file->dead = true;
    while (!IsListEmpty(&file->calls))
        end_call(CONTAINING_RECORD(file->calls.Flink, struct k32_nt_call, links), SESSION_NO_MANAGER, 0,
            completions);
}

/* What the packets just read have ended. Without the lock. */
static void complete(struct completions *completions)
{
    while (!IsListEmpty(&completions->list)) {
        struct k32_nt_call *call =
            CONTAINING_RECORD(RemoveHeadList(&completions->list), struct k32_nt_call, links);
        free_rooms(call);
        call->completed(call);
    }
}

/* Lock held: who watches the socket from now on? */
static void leave(struct k32_nt_file *file)
{
    if (file->closed && IsListEmpty(&file->calls))
        k32_nt_retire(file);
    else if (!file->reading && file->left)
        k32_nt_watch(file);
}

/* The caller has become the reader. Lock held, but not while it sleeps. */
static void read_one(struct k32_nt_file *file, bool wait, bool *more)
{
    struct completions completions = {{&completions.list, &completions.list}};
    int fd = -1;

    if (wait)
        pthread_mutex_unlock(&file->lock);
    ssize_t n = wire_receive(file->socket, file->room, PACKET_MOST, &fd, wait);
    if (wait)
        pthread_mutex_lock(&file->lock);
    *more = n > 0;
    if (n > 0)
        take_answer(file, (size_t)n, fd, &completions);
    else if (n != -EAGAIN)
        hang_up(file, &completions);
    pthread_cond_broadcast(&file->answered);
    if (IsListEmpty(&completions.list))
        return;
    pthread_mutex_unlock(&file->lock);
    complete(&completions);
    pthread_mutex_lock(&file->lock);
}

void k32_nt_serve(struct k32_nt_file *file)
{
    bool more = true;

    pthread_mutex_lock(&file->lock);
    if (!file->reading) {
        file->reading = true;
        while (more)
            read_one(file, false, &more);
        file->reading = false;
        pthread_cond_broadcast(&file->answered);
        leave(file);
    } /* else the reader leaves by asking to be watched again */
    pthread_mutex_unlock(&file->lock);
}

/* Until the call has ended, or (to_end false) is known to pend. Lock held. */
static void wait_for(struct k32_nt_file *file, struct k32_nt_call *call, bool to_end)
{
    bool more;

    while (!call->done && (to_end || !call->told)) {
        if (file->reading) {
            pthread_cond_wait(&file->answered, &file->lock);
            continue;
        }
        file->reading = true;
        read_one(file, true, &more);
        file->reading = false;
    }
    pthread_cond_broadcast(&file->answered); /* another one may have to read */
}

/* --- sending --- */

static int send_call(struct k32_nt_file *file, const struct k32_nt_call *call)
{
    const struct wire_file_call *w = &call->wire;
    struct {
        struct wire_request request;
        struct wire_file_call call;
    } header = {{.magic = WIRE_MAGIC, .op = WIRE_FILE_CALL}, *w};
    size_t in = has(call, WIRE_FILE_SHARED_IN) || w->op == WIRE_FILE_SEGMENT ? 0 : w->in_length;
    size_t out = has(call, WIRE_FILE_OUT_IS_IN) && !has(call, WIRE_FILE_SHARED_OUT) ? w->out_length : 0;

    if (!out || !in)
        return wire_send(file->socket, &header, sizeof header, out ? call->out : call->in, in + out, -1);
    uint8_t *both = malloc(in + out);
    if (!both)
        return -ENOMEM;
    memcpy(both, call->in, in);
    memcpy(both + in, call->out, out);
    int error = wire_send(file->socket, &header, sizeof header, both, in + out, -1);
    free(both);
    return error;
}

static void send_cancel(struct k32_nt_file *file, uint64_t number)
{
    struct wire_request cancel = {.magic = WIRE_MAGIC,
        .op = WIRE_FILE_CANCEL,
        .arguments = {(uint32_t)number, (uint32_t)(number >> 32)}};

    wire_send(file->socket, &cancel, sizeof cancel, NULL, 0, -1);
}

/* True: the call is on its way, the cancel is to follow. One in a lane may not be known yet when the cancel comes over
 * the socket: the seat says so, too. Lock held. */
static bool want_end(struct k32_nt_call *call)
{
    call->cancel_wanted = true;
    if (call->seat >= 0)
        k32_lane_cancel(&call->file->lane, (unsigned)call->seat);
    return call->sent;
}

/* Asks for the call's end; one that is not on its way yet is asked when it is. */
static void cancel_call(void *context)
{
    struct k32_nt_call *call = context;
    struct k32_nt_file *file = call->file;

    pthread_mutex_lock(&file->lock);
    bool sent = want_end(call);
    pthread_mutex_unlock(&file->lock);
    if (sent)
        send_cancel(file, call->wire.number);
}

/* The call is in the list: its number is known, it can be cancelled. */
static bool enter(struct k32_nt_file *file, struct k32_nt_call *call)
{
    pthread_mutex_lock(&file->lock);
    if (!file->room)
        file->room = malloc(PACKET_MOST);
    bool ok = !file->dead && file->room;
    if (ok) {
        call->wire.number = ++file->next_number;
        InsertTailList(&file->calls, &call->links);
    }
    pthread_mutex_unlock(&file->lock);
    return ok;
}

static NTSTATUS begin(struct k32_nt_file *file, struct k32_nt_call *call)
{
    call->file = file;
    call->fd = -1;
    call->thread = call->wire.tid = k32_thread_id(k32_self());
    call->told = call->done = call->left = call->sent = call->cancel_wanted = false;
    call->seat = -1;
    NTSTATUS status = take_rooms(call);
    if (!NT_SUCCESS(status))
        return status;
    if (!enter(file, call))
        return file->room ? SESSION_NO_MANAGER : STATUS_NO_MEMORY;
    if (call->waits)
        k32_sync_begin(cancel_call, call);
    int error = send_call(file, call);
    pthread_mutex_lock(&file->lock);
    call->sent = true;
    bool cancel = call->cancel_wanted && error == 0;
    if (error != 0 && !call->done)
        RemoveEntryList(&call->links);
    pthread_mutex_unlock(&file->lock);
    if (cancel)
        send_cancel(file, call->wire.number);
    if (error == 0)
        return STATUS_SUCCESS;
    if (call->waits)
        k32_sync_end();
    return SESSION_NO_MANAGER;
}

/* --- through the lane --- */

static void bind_lane(struct k32_nt_file *file)
{
    struct k32_nt_call call = {.wire = {.op = WIRE_FILE_LANE}};
    struct k32_lane *lane = k32_lane_get(&call.wire.code);

    if (!lane)
        return;
    if (NT_SUCCESS(k32_nt_call(file, &call)))
        k32_lane_bind(&file->lane, lane, (uint32_t)call.information);
    else
        k32_lane_release(lane);
}

/* The call is known to those who cancel while it waits in its seat. */
static NTSTATUS ask_lane(struct k32_nt_file *file, struct k32_nt_call *call, int seat)
{
    const struct wire_file_call *w = &call->wire;
    struct lane_request request = {.op = (uint16_t)w->op,
        .flags = (uint16_t)w->flags,
        .number = w->number,
        .offset = w->offset,
        .code = w->code,
        .tid = w->tid,
        .in_length = w->in_length,
        .out_length = w->out_length};
    uint8_t *data = k32_lane_data(&file->lane, (unsigned)seat);
    NTSTATUS status = SESSION_NO_MANAGER;
    uint64_t information = 0;

    if (w->in_length)
        memcpy(data, call->in, w->in_length);
    if (k32_lane_ask(&file->lane, (unsigned)seat, &request, &status, &information) && !NT_ERROR(status) && w->out_length)
        memcpy(call->out, data + LANE_OUTPUT(w->in_length),
            information < w->out_length ? (size_t)information : w->out_length);
    call->information = information;
    return status;
}

/* False: over the socket. */
static bool call_through_lane(struct k32_nt_file *file, struct k32_nt_call *call, NTSTATUS *status)
{
    const struct wire_file_call *w = &call->wire;

    if ((w->flags & ~(uint32_t)WIRE_FILE_AT) || !lane_takes(w->op, w->in_length, w->out_length))
        return false;
    if (k32_lane_is_due(&file->lane))
        bind_lane(file);
    int seat = k32_lane_sit(&file->lane);
    if (seat < 0)
        return false;
    call->file = file;
    call->fd = -1;
    call->thread = call->wire.tid = k32_thread_id(k32_self());
    call->told = call->done = call->left = call->cancel_wanted = false;
    call->sent = true;
    call->seat = seat;
    if (!enter(file, call)) {
        k32_lane_rise(&file->lane, (unsigned)seat);
        return false;
    }
    k32_sync_begin(cancel_call, call);
    *status = ask_lane(file, call, seat);
    k32_sync_end();
    pthread_mutex_lock(&file->lock);
    if (!call->done)
        RemoveEntryList(&call->links);
    call->seat = -1;
    leave(file);
    pthread_mutex_unlock(&file->lock);
    k32_lane_rise(&file->lane, (unsigned)seat);
    return true;
}

NTSTATUS k32_nt_call(struct k32_nt_file *file, struct k32_nt_call *call)
{
    NTSTATUS through_lane;

    if (call_through_lane(file, call, &through_lane))
        return through_lane;
    call->wire.flags |= WIRE_FILE_END_ONLY;
    call->waits = true;
    NTSTATUS status = begin(file, call);
    if (!NT_SUCCESS(status)) {
        free_rooms(call);
        return status;
    }
    pthread_mutex_lock(&file->lock);
    wait_for(file, call, true);
    leave(file);
    pthread_mutex_unlock(&file->lock);
    k32_sync_end();
    free_rooms(call);
    return call->status;
}

NTSTATUS k32_nt_start(struct k32_nt_file *file, struct k32_nt_call *call)
{
    pthread_mutex_lock(&file->lock);
    bool watched =
        file->watched || k32_nt_watch(file); /* before it pends: there must be somebody to end it */
    pthread_mutex_unlock(&file->lock);
    NTSTATUS status = watched ? begin(file, call) : STATUS_INSUFFICIENT_RESOURCES;
    if (!NT_SUCCESS(status)) {
        if (watched)
            free_rooms(call);
        return status;
    }
    pthread_mutex_lock(&file->lock);
    wait_for(file, call, false);
    call->left = !call->done;
    file->left += call->left;
    bool pends = call->left;
    leave(file);
    pthread_mutex_unlock(&file->lock);
    if (pends)
        return STATUS_PENDING;
    free_rooms(call);
    return call->status;
}

NTSTATUS k32_nt_cancel(struct k32_nt_file *file, const OVERLAPPED *overlapped, uint32_t thread)
{
    uint64_t after = 0;

    for (;;) {
        uint64_t number = 0;
        bool sent = false;
        pthread_mutex_lock(&file->lock);
        for (PLIST_ENTRY e = file->calls.Flink; e != &file->calls && !number; e = e->Flink) {
            struct k32_nt_call *call = CONTAINING_RECORD(e, struct k32_nt_call, links);
            if (call->wire.number <= after || (overlapped && call->overlapped != overlapped) ||
                (thread && call->thread != thread))
                continue;
            number = call->wire.number;
            sent = want_end(call);
        }
        pthread_mutex_unlock(&file->lock);
        if (!number)
            return after ? STATUS_SUCCESS : STATUS_NOT_FOUND;
        if (sent)
            send_cancel(file, number);
        after = number;
    }
}

/* --- opening --- */

struct k32_nt_file *k32_nt_new(int socket, bool overlapped, const struct wire_file_opened *opened)
{
    struct k32_nt_file *file = calloc(1, sizeof *file);

    if (!file)
        return NULL;
    k32_object_init(&file->object, &k32_nt_file_type);
    file->socket = socket;
    file->overlapped = overlapped;
    file->granted = opened->granted;
    file->device_type = opened->device_type;
    pthread_mutex_init(&file->lock, NULL);
    pthread_mutex_init(&file->rooms_lock, NULL);
    pthread_cond_init(&file->answered, NULL);
    InitializeListHead(&file->calls);
    file->rooms.grow = grow;
    file->rooms.grow_context = file;
    return file;
}

void k32_nt_expect(struct k32_nt_file *file, HANDLE value)
{
    file->object.reserved = value;
    file->value = (uint32_t)(ULONG_PTR)value;
}

static bool is_overlapped(const struct k32_nt_open *open)
{
    return !(open->how.options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT));
}

NTSTATUS k32_nt_open(const struct k32_nt_open *open, struct k32_object **object, uint32_t *information)
{
    struct session_request request = {.op = WIRE_FILE_OPEN};
    struct wire_file_open how = open->how;
    struct session_reply reply;
    int socket = session_connect();

    if (socket < 0)
        return SESSION_NO_MANAGER;
    HANDLE value = k32_handle_reserve();
    how.value = (uint32_t)(ULONG_PTR)value;
    how.tid = (uint32_t)syscall(SYS_gettid);
    request.raw[0] = (struct session_bytes){open->name, open->name_bytes};
    request.raw[1] = (struct session_bytes){open->descriptor, open->descriptor_bytes};
    request.extra = (struct session_bytes){&how, sizeof how};
    NTSTATUS status = session_exchange(socket, &request, &reply, NULL);
    if (status == SESSION_NO_MANAGER) /* it is there but hung up: it has as many sockets as it may (fltmgrd(8), Clients) */
        status = STATUS_TOO_MANY_OPENED_FILES;
    *information = reply.bytes;
    struct k32_nt_file *file = NULL;
    if (NT_SUCCESS(status) && reply.length == sizeof(struct wire_file_opened))
        file = k32_nt_new(socket, is_overlapped(open), (const struct wire_file_opened *)reply.data);
    if (NT_SUCCESS(status) && !file)
        status = STATUS_NO_MEMORY;
    free(reply.data);
    if (file) {
        k32_nt_expect(file, value);
        *object = &file->object;
    } else {
        close(socket);
        if (value)
            k32_handle_unreserve(value);
    }
    return status;
}
