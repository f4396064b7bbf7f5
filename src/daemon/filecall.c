/*
 * One call on an application's file: received, started as the client, ended, answered. See fileinner.h for
 * its life. Nothing of the client's is looked at twice: the call is copied when it is received, shared memory
 * once when it starts.
 */
#include "daemon/fileinner.h"
#include "daemon/userbuffer.h"

#include "ntoskrnl/ob/ob.h"

#include <ntstatus.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FREE_BYTES ((size_t)32 << 10) /* of private buffers that every file has without paying */
#define BYTES_STEP ((size_t)256 << 10)

static struct file_call *call_of(struct worker_job *job)
{
    return CONTAINING_RECORD(job, struct file_call, job);
}

/* ---- memory ---- */

/* Private buffers beyond the free ones are paid for by the user, in steps, until the file is closed. */
static NTSTATUS take_bytes(struct file_call *call, size_t bytes)
{
    struct file *file = call->client->file;
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&file->open->lock);
    size_t wanted = file->bytes + bytes;
    if (wanted > FREE_BYTES + file->charged) {
        size_t step = wanted - FREE_BYTES - file->charged;
        step = step < BYTES_STEP ? BYTES_STEP : step;
        status = account_charge(&call->client->share, step, ACCOUNT_NOTHING);
        if (NT_SUCCESS(status))
            file->charged += step;
    }
    if (NT_SUCCESS(status)) {
        file->bytes = wanted;
        call->paid = true;
    }
    pthread_mutex_unlock(&file->open->lock);
    return status;
}

static void call_reference(struct file_call *call)
{
    __atomic_add_fetch(&call->references, 1, __ATOMIC_RELAXED);
}

/* In any thread, a driver's completing one too: what the last reference of an object does (IRP_MJ_CLOSE) is left to
 * another thread. */
static void call_release(struct file_call *call)
{
    if (__atomic_sub_fetch(&call->references, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    io_transfer_release(&call->transfer);
    user_buffer_put(call->home, call->in, call->wire.in_length);
    user_buffer_put(call->home, call->out, call->wire.out_length);
    if (call->transfer.file != NULL)
        ObDereferenceObjectDeferDelete(call->transfer.file);
    if (call->transfer.thread != NULL)
        ObDereferenceObjectDeferDelete(call->transfer.thread);
    client_release(call->client);
    if (call->lane == NULL) {
        free(call);
        return;
    }
    struct lane *lane = call->lane;
    lane_spare_put(lane, call);
    lane_release(lane);
}

/* ---- answering ---- */

/* What the caller sees of its output buffer. A buffer that the driver was given as it is shows whatever was
 * written. */
static size_t output_length(const struct file_call *call)
{
    const IO_STATUS_BLOCK *iosb = &call->transfer.iosb;

    if (call->out == NULL)
        return 0;
    if (file_call_has(call, WIRE_FILE_OUT_IS_IN))
        return call->wire.out_length;
    if (NT_ERROR(iosb->Status))
        return 0;
    return iosb->Information < call->wire.out_length ? (size_t)iosb->Information : call->wire.out_length;
}

/* Output and the input that goes back with it, in memory of their own; NULL: there is nothing of the kind (or
 * no memory: then the caller sees its input unchanged). */
static uint8_t *input_behind(const struct file_call *call, size_t *sent)
{
    if (!file_call_has(call, WIRE_FILE_IN_BACK) || call->in == NULL || call->shared_in != NULL)
        return NULL;
    uint8_t *both = malloc(*sent + call->wire.in_length);
    if (both == NULL)
        return NULL;
    if (*sent > 0)
        memcpy(both, call->out, *sent);
    memcpy(both + *sent, call->in, call->wire.in_length);
    *sent += call->wire.in_length;
    return both;
}

static void run_call(struct worker_job *job);

/* The next call of a synchronous file, which may run now; NULL. Lock held. */
static struct file_call *pass_turn(struct file_open *open, const struct file_call *call)
{
    struct file_call *next = NULL;

    if (open->running != call)
        return NULL;
    open->running = NULL;
    if (!IsListEmpty(&open->waiting))
        next = CONTAINING_RECORD(RemoveHeadList(&open->waiting), struct file_call, turn);
    if (next != NULL)
        next->phase = CALL_QUEUED;
    return next;
}

/* The call has ended: its turn and its place are free before its thread, which may be quick, hears of it and asks for
 * the next one. In any thread; the call is gone. */
static void finish(struct file_call *call, int fd)
{
    struct client *client = call->client;
    struct file *file = client->file;
    size_t length = output_length(call);
    struct wire_file_reply reply = {.magic = WIRE_MAGIC,
        .status = (uint32_t)call->transfer.iosb.Status,
        .number = call->wire.number,
        .information = call->transfer.iosb.Information,
        .data_length = (uint32_t)length};

    if (call->shared_out != NULL && length > 0)
        memcpy(call->shared_out, call->out, length);
    if (call->shared_in != NULL && call->in != NULL && file_call_has(call, WIRE_FILE_IN_BACK))
        memcpy(call->shared_in, call->in, call->wire.in_length);
    size_t sent = call->shared_out != NULL ? 0 : length;
    uint8_t *both = input_behind(call, &sent);
    pthread_mutex_lock(&file->open->lock);
    RemoveEntryList(&call->links); /* the number is free from here on */
    InitializeListHead(&call->links);
    if (call->paid)
        file->bytes -= (size_t)call->wire.in_length + call->wire.out_length;
    struct file_call *next = pass_turn(file->open, call);
    bool resumes = file->call_count-- == WIRE_FILE_CALLS;
    if (call->lane == NULL)
        file_answer(client, &reply, both != NULL ? both : call->out, sent, fd);
    pthread_mutex_unlock(&file->open->lock);
    if (next != NULL)
        worker_queue(&next->job);
    if (call->lane != NULL)
        lane_host_answer(lane_host_of(call->lane), call->seat, reply.status, reply.information);
    if (resumes)
        client_pause(client, false);
    free(both);
    call_release(call);
}

static void move_pointer(struct file_call *call)
{
    PFILE_OBJECT object = call->transfer.file;
    bool transfers = call->wire.op == WIRE_FILE_READ || call->wire.op == WIRE_FILE_WRITE;

    if (transfers && call->client->file->open->synchronous && NT_SUCCESS(call->transfer.iosb.Status) &&
        call->offset.QuadPart >= 0)
        object->CurrentByteOffset.QuadPart =
            call->offset.QuadPart + (LONGLONG)call->transfer.iosb.Information;
}

/* The operation has ended, in whatever thread: no blocking here. */
static void operation_done(struct io_transfer *t)
{
    struct file_call *call = CONTAINING_RECORD(t, struct file_call, transfer);
    struct file *file = call->client->file;

    move_pointer(call);
    pthread_mutex_lock(&file->open->lock);
    bool told = call->phase == CALL_TOLD;
    call->phase = CALL_DONE;
    pthread_mutex_unlock(&file->open->lock);
    if (!told)
        return; /* the starter answers */
    finish(call, -1);
}

/* ---- starting ---- */

/* A range that lies in the file's segments; NULL. */
static uint8_t *shared_range(struct file_call *call, const uint32_t at[2], uint32_t length)
{
    struct chan_segments *segments = __atomic_load_n(&call->client->file->segments, __ATOMIC_ACQUIRE);

    return segments != NULL ? chan_segments_map(segments, 0, at[0], at[1], length) : NULL;
}

static bool find_ranges(struct file_call *call)
{
    const struct wire_file_call *w = &call->wire;

    if (call->lane != NULL)
        return true;
    if (file_call_has(call, WIRE_FILE_SHARED_IN) && (call->shared_in = shared_range(call, w->in, w->in_length)) == NULL)
        return false;
    return !file_call_has(call, WIRE_FILE_SHARED_OUT) ||
           (call->shared_out = shared_range(call, w->out, w->out_length)) != NULL;
}

static NTSTATUS take_buffers(struct file_call *call)
{
    const struct wire_file_call *w = &call->wire;

    if (w->in_length > control_limits.message_bytes || w->out_length > control_limits.message_bytes ||
        !find_ranges(call))
        return STATUS_INVALID_PARAMETER;
    if (w->in_length == 0 && w->out_length == 0)
        return STATUS_SUCCESS;
    NTSTATUS status = take_bytes(call, (size_t)w->in_length + w->out_length);
    if (!NT_SUCCESS(status))
        return status;
    call->home = user_buffer_home();
    call->in = w->in_length > 0 ? user_buffer_get(call->home, w->in_length) : NULL;
    call->out = w->out_length > 0 ? user_buffer_get(call->home, w->out_length) : NULL;
    if ((w->in_length > 0 && call->in == NULL) || (w->out_length > 0 && call->out == NULL))
        return STATUS_INSUFFICIENT_RESOURCES;
    if (call->in != NULL)
        memcpy(call->in, call->shared_in != NULL ? call->shared_in : call->input, w->in_length);
    if (call->out == NULL)
        return STATUS_SUCCESS;
    size_t behind = call->shared_in != NULL ? 0 : w->in_length;
    if (file_call_has(call, WIRE_FILE_OUT_IS_IN))
        memcpy(call->out, call->shared_out != NULL ? call->shared_out : call->input + behind, w->out_length);
    else
        memset(call->out, 0, w->out_length); /* nothing of another call's */
    return STATUS_SUCCESS;
}

/* In the client's context. Calls operation_done in any case. */
static void start_operation(struct file_call *call)
{
    struct io_transfer *t = &call->transfer;

    NTSTATUS status = take_buffers(call);
    if (NT_SUCCESS(status))
        status = file_call_check(call);
    if (NT_SUCCESS(status)) {
        file_call_send(call);
        return;
    }
    t->iosb.Status = status;
    t->done(t);
}

static void start_as_client(struct file_call *call)
{
    struct io_transfer *t = &call->transfer;
    struct guise guise;

    t->mode = UserMode;
    t->done = operation_done;
    t->file = file_object(call->client->file);
    NTSTATUS status = STATUS_INVALID_HANDLE;
    if (t->file != NULL && call->lane != NULL)
        status = lane_act_as(call->lane, call->seat, call->client, (pid_t)call->wire.tid, &guise);
    else if (t->file != NULL)
        status = client_act_as(call->client, (pid_t)call->wire.tid, &guise);
    if (!NT_SUCCESS(status)) {
        t->iosb.Status = status;
        t->done(t);
        return;
    }
    t->thread = guise.thread;
    ObReferenceObject(t->thread);
    start_operation(call);
    client_leave(&guise);
}

/* What the starter has to do about the answer: true, when the operation has ended. */
static bool tell(struct file_call *call)
{
    struct file *file = call->client->file;
    struct wire_file_reply pending = {
        .magic = WIRE_MAGIC, .status = (uint32_t)STATUS_PENDING, .number = call->wire.number};

    pthread_mutex_lock(&file->open->lock);
    bool ended = call->phase == CALL_DONE;
    if (!ended) {
        call->phase = CALL_TOLD;
        if (!file_call_has(call, WIRE_FILE_END_ONLY))
            file_answer(call->client, &pending, NULL, 0, -1);
    }
    pthread_mutex_unlock(&file->open->lock);
    return ended;
}

/* Calls that are about the handle, not the file behind it. */
static bool is_about_handle(const struct file_call *call)
{
    return call->wire.op == WIRE_FILE_CLOSE || call->wire.op == WIRE_FILE_SEGMENT ||
           call->wire.op == WIRE_FILE_READY || call->wire.op == WIRE_FILE_LANE;
}

static IO_STATUS_BLOCK bind_to_lane(struct file_call *call)
{
    uint32_t target = 0;
    NTSTATUS status = lane_bind(call->client, call->wire.code, &target);

    return (IO_STATUS_BLOCK){.Status = status, .Information = target};
}

static void serve_handle(struct file_call *call)
{
    int fd = -1;

    if (call->wire.op == WIRE_FILE_CLOSE)
        file_close(call->client);
    else if (call->wire.op == WIRE_FILE_READY)
        call->transfer.iosb.Status = file_add_ready(call->client, &fd);
    else if (call->wire.op == WIRE_FILE_LANE)
        call->transfer.iosb = bind_to_lane(call);
    else
        call->transfer.iosb.Status = file_add_segment(call->client, call->wire.out_length, &fd);
    bool passed_on = call->wire.op == WIRE_FILE_READY && fd >= 0;
    finish(call, fd);
    if (passed_on)
        close(fd);
}

enum turn { TURN_NOW, TURN_LATER, TURN_CANCELLED };

/* A synchronous file takes one operation after the other, as on Windows, but none of them holds a thread
 * while it waits. */
static enum turn take_turn(struct file_call *call)
{
    struct file *file = call->client->file;
    enum turn turn = TURN_NOW;

    pthread_mutex_lock(&file->open->lock);
    if (call->cancelled) {
        call->phase = CALL_DONE;
        turn = TURN_CANCELLED;
    } else if (!is_about_handle(call) && file->open->synchronous && file->open->running != NULL) {
        call->phase = CALL_WAITING;
        InsertTailList(&file->open->waiting, &call->turn);
        turn = TURN_LATER;
    } else {
        call->phase = CALL_STARTED;
        if (!is_about_handle(call) && file->open->synchronous)
            file->open->running = call;
    }
    pthread_mutex_unlock(&file->open->lock);
    return turn;
}

static void answer_cancelled(struct file_call *call)
{
    call->transfer.iosb = (IO_STATUS_BLOCK){.Status = STATUS_CANCELLED};
    finish(call, -1);
}

static void run_call(struct worker_job *job)
{
    struct file_call *call = call_of(job);
    enum turn turn = take_turn(call);

    if (turn == TURN_CANCELLED) {
        answer_cancelled(call);
    } else if (turn == TURN_NOW && is_about_handle(call)) {
        serve_handle(call);
    } else if (turn == TURN_NOW) {
        start_as_client(call);
        if (tell(call))
            finish(call, -1);
    }
}

/* ---- cancelling ---- */

/* The caller has a reference. */
static void cancel(struct file_call *call)
{
    struct file *file = call->client->file;

    pthread_mutex_lock(&file->open->lock);
    enum file_call_phase phase = call->phase;
    if (phase == CALL_QUEUED)
        call->cancelled = true; /* take_turn sees it */
    if (phase == CALL_WAITING) {
        RemoveEntryList(&call->turn);
        call->phase = CALL_DONE;
    }
    pthread_mutex_unlock(&file->open->lock);
    if (phase == CALL_WAITING)
        answer_cancelled(call);
    else if (phase == CALL_STARTED || phase == CALL_TOLD)
        io_transfer_cancel(&call->transfer);
}

/* lock held */
static struct file_call *find(struct file *file, uint64_t number)
{
    for (PLIST_ENTRY e = file->calls.Flink; e != &file->calls; e = e->Flink) {
        struct file_call *call = CONTAINING_RECORD(e, struct file_call, links);
        if (call->wire.number == number)
            return call;
    }
    return NULL;
}

struct cancel_job {
    struct worker_job job;
    struct file_call *call;
};

static void run_cancel(struct worker_job *job)
{
    struct cancel_job *c = CONTAINING_RECORD(job, struct cancel_job, job);

    cancel(c->call);
    call_release(c->call);
    free(c);
}

/* A call that has ended meanwhile is none to cancel. */
static bool queue_cancel(struct file *file, uint64_t number)
{
    struct cancel_job *c = malloc(sizeof *c);

    if (c == NULL)
        return false;
    pthread_mutex_lock(&file->open->lock);
    c->call = find(file, number);
    if (c->call != NULL)
        call_reference(c->call);
    pthread_mutex_unlock(&file->open->lock);
    if (c->call == NULL) {
        free(c);
        return true;
    }
    c->job.run = run_cancel;
    worker_queue(&c->job);
    return true;
}

static struct file_call *next_to_end(struct file *file)
{
    struct file_call *found = NULL;

    pthread_mutex_lock(&file->open->lock);
    for (PLIST_ENTRY e = file->calls.Flink; e != &file->calls && found == NULL; e = e->Flink) {
        struct file_call *call = CONTAINING_RECORD(e, struct file_call, links);
        if (!call->ended_by_hang_up && !is_about_handle(call))
            found = call;
    }
    if (found != NULL) {
        found->ended_by_hang_up = true;
        call_reference(found);
    }
    pthread_mutex_unlock(&file->open->lock);
    return found;
}

void file_cancel_all(struct file *file)
{
    struct file_call *call;

    while ((call = next_to_end(file)) != NULL) {
        cancel(call);
        call_release(call);
    }
}

/* ---- receiving ---- */

/* The input that must stand behind the call. */
static bool input_fits(const struct wire_file_call *w, size_t length)
{
    size_t in = w->flags & WIRE_FILE_SHARED_IN ? 0 : w->in_length;
    size_t out = w->flags & WIRE_FILE_SHARED_OUT ? 0 : w->out_length;

    if (w->op == WIRE_FILE_SEGMENT)
        return length == 0 && w->in_length == 0;
    return in <= WIRE_FILE_INLINE && out <= WIRE_FILE_INLINE &&
           length == in + (w->flags & WIRE_FILE_OUT_IS_IN ? out : 0);
}

/* False: its number is in use. */
static bool enter(struct client *client, struct file_call *call)
{
    struct file *file = client->file;

    pthread_mutex_lock(&file->open->lock);
    bool ok = find(file, call->wire.number) == NULL;
    if (ok) {
        InsertTailList(&file->calls, &call->links);
        if (++file->call_count == WIRE_FILE_CALLS)
            client_pause(client, true);
    }
    pthread_mutex_unlock(&file->open->lock);
    return ok;
}

static bool receive_call(struct client *client, const struct request *request)
{
    struct wire_file_call wire;

    if (request->extra_length < sizeof wire)
        return false;
    memcpy(&wire, request->extra, sizeof wire);
    size_t length = request->extra_length - sizeof wire;
    if (!input_fits(&wire, length))
        return false;
    struct file_call *call = calloc(1, sizeof *call + length);
    if (call == NULL)
        return false;
    call->references = 1;
    call->wire = wire;
    call->client = client;
    call->job.run = run_call;
    if (length > 0)
        memcpy(call->input, request->extra + sizeof wire, length);
    if (!enter(client, call)) {
        free(call);
        return false;
    }
    client_reference(client);
    worker_queue(&call->job);
    return true;
}

/* ---- lanes ---- */

NTSTATUS file_lane_call(
    struct client *client, struct lane *lane, unsigned seat, const struct lane_request *request)
{
    uint8_t *data = lane_host_data(lane_host_of(lane), seat);

    if (!lane_takes(request->op, request->in_length, request->out_length))
        return STATUS_INVALID_PARAMETER;
    struct file_call *call = lane_spare_get(lane, sizeof *call);
    if (call == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    memset(call, 0, sizeof *call);
    call->references = 1;
    call->wire = (struct wire_file_call){.number = request->number,
        .op = request->op,
        .flags = (request->flags & WIRE_FILE_AT) | WIRE_FILE_END_ONLY,
        .offset = request->offset,
        .code = request->code,
        .tid = request->tid,
        .in_length = request->in_length,
        .out_length = request->out_length};
    call->client = client;
    call->lane = lane;
    call->seat = seat;
    call->job.run = run_call;
    call->shared_in = request->in_length > 0 ? data : NULL;
    call->shared_out = request->out_length > 0 ? data + LANE_OUTPUT(request->in_length) : NULL;
    if (!enter(client, call)) {
        lane_spare_put(lane, call);
        return STATUS_INVALID_PARAMETER;
    }
    client_reference(client);
    lane_reference(lane);
    /* a cancel that came over the socket before the call was known */
    if (lane_host_wants_end(lane_host_of(lane), seat)) {
        pthread_mutex_lock(&client->file->open->lock);
        call->cancelled = true;
        pthread_mutex_unlock(&client->file->open->lock);
    }
    run_call(&call->job);
    return STATUS_SUCCESS;
}

bool file_receive(struct client *client, const struct request *request)
{
    switch (request->op) {
    case WIRE_FILE_CALL:
        return receive_call(client, request);
    case WIRE_FILE_VALUE:
        __atomic_store_n(&client->value, request->arguments[0], __ATOMIC_RELAXED);
        return true;
    case WIRE_FILE_CANCEL:
        return queue_cancel(client->file, request->arguments[0] | (uint64_t)request->arguments[1] << 32);
    default:
        return false;
    }
}
