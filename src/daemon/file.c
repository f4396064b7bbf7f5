/*
 * Files of applications: a socket is a handle. This file owns the handle's life and the way answers take;
 * filecall.c what a call does. A call pended by a driver or a file system holds no thread; its answer is sent
 * by whoever completes it, which must not block: what the socket does not take at once waits in a list until
 * the watcher sees room.
 */
#include "daemon/fileinner.h"

#include "daemon/admission.h"
#include "daemon/fileready.h"
#include "ntoskrnl/io/io.h"
#include "ntoskrnl/ob/ob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- answers ---- */

static void send_failed(struct client *client, int error)
{
    if (error != -EPIPE && error != -ECONNRESET)
        ke_log(KE_LOG_WARNING, "client %d: answers cannot be delivered (error %d): its file is closed",
            (int)client->peer.pid, -error);
    shutdown(client->socket, SHUT_RDWR);
}

static void free_answer(struct file_answer *answer)
{
    if (answer->fd >= 0)
        close(answer->fd);
    free(answer);
}

static void keep_answer(
    struct client *client, const struct wire_file_reply *reply, const void *data, size_t length, int fd)
{
    struct file *file = client->file;
    struct file_answer *answer = malloc(sizeof *answer + sizeof *reply + length);

    if (answer != NULL)
        answer->fd = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (answer == NULL || (fd >= 0 && answer->fd < 0)) {
        free(answer);
        send_failed(client, -ENOMEM);
        return;
    }
    answer->next = NULL;
    answer->length = sizeof *reply + length;
    memcpy(answer->packet, reply, sizeof *reply);
    if (length > 0)
        memcpy(answer->packet + sizeof *reply, data, length);
    *file->answers_end = answer;
    file->answers_end = &answer->next;
    pthread_mutex_lock(&client->lock);
    client->answers_wait = true;
    pthread_mutex_unlock(&client->lock);
    control_watch(client);
}

void file_answer(
    struct client *client, const struct wire_file_reply *reply, const void *data, size_t length, int fd)
{
    int error = client->file->answers != NULL
                    ? -EAGAIN
                    : wire_try_send(client->socket, reply, sizeof *reply, data, length, fd);

    if (error == -EAGAIN)
        keep_answer(client, reply, data, length, fd);
    else if (error != 0)
        send_failed(client, error);
}

void file_writable(struct client *client)
{
    struct file *file = client_file(client);
    int error = 0;

    if (file == NULL)
        return;
    pthread_mutex_lock(&file->open->lock);
    while (error == 0 && file->answers != NULL) {
        struct file_answer *answer = file->answers;
        error = wire_try_send(client->socket, answer->packet, answer->length, NULL, 0, answer->fd);
        if (error == -EAGAIN)
            break;
        file->answers = answer->next;
        if (file->answers == NULL)
            file->answers_end = &file->answers;
        free_answer(answer);
    }
    if (error != 0 && error != -EAGAIN)
        send_failed(client, error);
    pthread_mutex_lock(&client->lock);
    client->answers_wait = error == -EAGAIN;
    pthread_mutex_unlock(&client->lock);
    pthread_mutex_unlock(&file->open->lock);
}

/* ---- opening ---- */

/* A descriptor from a client: well-formed, self-relative, in aligned memory of its own (ExFreePool). */
static NTSTATUS take_descriptor(const struct request *r, PSECURITY_DESCRIPTOR *sd)
{
    *sd = NULL;
    if (r->raw[1] == NULL)
        return STATUS_SUCCESS;
    PVOID copy = ExAllocatePoolWithTag(PagedPool, r->raw_length[1] + 1, 'eliF');
    if (copy == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(copy, r->raw[1], r->raw_length[1]);
    if (!RtlValidRelativeSecurityDescriptor(copy, r->raw_length[1], 0)) {
        ExFreePool(copy);
        return STATUS_INVALID_SECURITY_DESCR;
    }
    *sd = copy;
    return STATUS_SUCCESS;
}

static NTSTATUS check_name(const struct request *r)
{
    return r->raw[0] != NULL &&
                   (r->raw_length[0] % sizeof(WCHAR) != 0 || r->raw_length[0] > 0xfffe - sizeof(WCHAR))
               ? STATUS_OBJECT_NAME_INVALID
               : STATUS_SUCCESS;
}

static NTSTATUS create(const struct request *r, const struct wire_file_open *open, PSECURITY_DESCRIPTOR sd,
    struct io_create_result *result)
{
    UNICODE_STRING name = r->strings[0];
    OBJECT_ATTRIBUTES attributes;
    MAILSLOT_CREATE_PARAMETERS mailslot = {.MailslotQuota = open->quota,
        .MaximumMessageSize = open->maximum,
        .ReadTimeout.QuadPart = open->timeout,
        .TimeoutSpecified = open->has_timeout != 0};

    InitializeObjectAttributes(&attributes, &name, open->object_attributes & OBJ_CASE_INSENSITIVE, NULL, sd);
    struct io_create_request request = {.attributes = &attributes,
        .access = open->access,
        .file_attributes = open->attributes,
        .share_access = open->share,
        .disposition = open->disposition,
        .options = open->options,
        .mode = UserMode,
        .thread = ps_current_thread()};
    if (open->mailslot > WIRE_MAILSLOT_JOIN)
        return STATUS_INVALID_PARAMETER;
    if (open->mailslot == WIRE_MAILSLOT_JOIN && !r->peer->administrator)
        return STATUS_PRIVILEGE_NOT_HELD; /* on Windows nobody reads another's slot */
    if (open->mailslot) {
        /* the system service's own check (M-17, M-18) and its pinned values (M-23) */
        if (open->options & ~(ULONG)FILE_VALID_MAILSLOT_OPTION_FLAGS)
            return STATUS_INVALID_PARAMETER;
        request.major = IRP_MJ_CREATE_MAILSLOT;
        request.create_parameters = &mailslot;
        request.disposition = FILE_CREATE;
        request.share_access = FILE_SHARE_READ | FILE_SHARE_WRITE;
        request.io_flags = open->mailslot == WIRE_MAILSLOT_JOIN ? IO_OPEN_EXISTING_MAILSLOT : 0;
    }
    NTSTATUS status = io_create_file(&request, result);
    if (NT_SUCCESS(status) && open->mailslot == WIRE_MAILSLOT_JOIN && result->information == FILE_CREATED) {
        io_close_file(result->file); /* it was not there */
        result->file = NULL;
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    return status;
}

static struct file_open *new_open(PFILE_OBJECT object)
{
    struct file_open *open = calloc(1, sizeof *open);

    if (open == NULL)
        return NULL;
    pthread_mutex_init(&open->lock, NULL);
    InitializeListHead(&open->waiting);
    open->references = 1;
    open->synchronous = object->Flags & FO_SYNCHRONOUS_IO;
    return open;
}

static void release_open(struct file_open *open)
{
    if (__atomic_sub_fetch(&open->references, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    pthread_mutex_destroy(&open->lock);
    free(open);
}

/* STATUS_SUCCESS: the client's socket is a handle of the file from now on, with the caller's references of
 * both. Lock held when there are other handles. */
static NTSTATUS become_handle(
    struct client *client, struct file_open *open, PFILE_OBJECT object, ACCESS_MASK granted)
{
    struct file *file = calloc(1, sizeof *file);
    const int on = 1;

    /* who asks to share it is told by the kernel (WIRE_FILE_SHARE) */
    if (file == NULL || setsockopt(client->socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0) {
        free(file);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    InitializeListHead(&file->calls);
    file->answers_end = &file->answers;
    file->object = object;
    file->open = open;
    file->granted = granted;
    open->handles++;
    __atomic_store_n(&client->file, file, __ATOMIC_RELEASE);
    return STATUS_SUCCESS;
}

/* STATUS_SUCCESS: the client's socket is the file's first handle; it has the reference. */
static NTSTATUS become_file(struct client *client, PFILE_OBJECT object)
{
    struct file_open *open = new_open(object);

    if (open == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = become_handle(client, open, object, io_file_of(object)->granted);
    if (!NT_SUCCESS(status))
        release_open(open);
    else
        __atomic_or_fetch(&object->Flags, FO_HANDLE_CREATED, __ATOMIC_RELAXED);
    return status;
}

/* As much as is asked for of what the handle has. False: it has not all of it. */
static bool part_of(ACCESS_MASK granted, const ULONG *access, ACCESS_MASK *part)
{
    *part = access != NULL ? *access : granted;
    if (*part & MAXIMUM_ALLOWED)
        *part = granted;
    RtlMapGenericMask(part, IoGetFileObjectGenericMapping());
    return (*part & ~granted) == 0;
}

NTSTATUS file_share(
    struct client *client, struct client *other, const ULONG *access, struct wire_file_opened *opened)
{
    struct file *file = client->file;
    struct file_open *open = file->open;
    ACCESS_MASK granted;

    if (!part_of(file->granted, access, &granted))
        return STATUS_ACCESS_DENIED;
    NTSTATUS status = account_charge(&other->share, 0, ACCOUNT_FILE);

    if (!NT_SUCCESS(status))
        return status;
    pthread_mutex_lock(&open->lock);
    PFILE_OBJECT object = file->object;
    status = object != NULL ? become_handle(other, open, object, granted) : STATUS_INVALID_HANDLE;
    if (NT_SUCCESS(status)) {
        __atomic_add_fetch(&open->references, 1, __ATOMIC_RELAXED);
        ObReferenceObject(object);
        *opened = (struct wire_file_opened){granted, object->DeviceObject->DeviceType};
    }
    pthread_mutex_unlock(&open->lock);
    if (!NT_SUCCESS(status))
        account_discharge(&other->share);
    return status;
}

bool file_is_synchronous(const struct file *file)
{
    return file->open->synchronous;
}

static NTSTATUS open_as(struct client *client, const struct request *r, const struct wire_file_open *open,
    struct io_create_result *result)
{
    PSECURITY_DESCRIPTOR sd;
    struct guise guise;

    NTSTATUS status = check_name(r);
    if (NT_SUCCESS(status))
        status = take_descriptor(r, &sd);
    if (!NT_SUCCESS(status))
        return status;
    status = client_act_as(client, (pid_t)open->tid, &guise);
    if (NT_SUCCESS(status)) {
        status = create(r, open, sd, result);
        if (NT_SUCCESS(status)) {
            NTSTATUS made = become_file(client, result->file);
            if (!NT_SUCCESS(made)) {
                io_close_file(result->file);
                status = made;
            }
        }
        client_leave(&guise);
    }
    if (sd != NULL)
        ExFreePool(sd);
    return status;
}

void file_open(struct client *client, const struct request *r)
{
    struct wire_file_open open;
    struct io_create_result result = {0};

    if (r->extra_length != sizeof open) {
        client_reply(client, STATUS_INVALID_PARAMETER, 0, NULL, 0, -1);
        return;
    }
    memcpy(&open, r->extra, sizeof open);
    NTSTATUS status = account_charge(&client->share, 0, ACCOUNT_FILE);
    if (!NT_SUCCESS(status)) {
        client_reply(client, status, 0, NULL, 0, -1);
        return;
    }
    status = open_as(client, r, &open, &result);
    if (!NT_SUCCESS(status)) {
        account_discharge(&client->share);
        client_reply(client, status, (uint32_t)result.information, NULL, 0, -1);
        return;
    }
    const struct wire_file_opened opened = {
        client->file->granted, result.file->DeviceObject->DeviceType};
    admission_is_file(client);
    __atomic_store_n(&client->value, open.value, __ATOMIC_RELAXED);
    client_reply(client, status, (uint32_t)result.information, &opened, sizeof opened, -1);
    if (__atomic_load_n(&client->closing, __ATOMIC_ACQUIRE))
        file_hang_up(client);
}

PFILE_OBJECT file_object(struct file *file)
{
    pthread_mutex_lock(&file->open->lock);
    PFILE_OBJECT object = file->object;
    if (object != NULL)
        ObReferenceObject(object);
    pthread_mutex_unlock(&file->open->lock);
    return object;
}

NTSTATUS file_add_segment(struct client *client, size_t size, int *fd)
{
    struct file *file = client->file;

    if (size == 0 || size > control_limits.message_bytes)
        return STATUS_INVALID_BUFFER_SIZE;
    NTSTATUS status = account_charge(&client->share, size, ACCOUNT_NOTHING);
    if (!NT_SUCCESS(status))
        return status;
    pthread_mutex_lock(&file->open->lock);
    if (file->segments == NULL)
        file->segments = calloc(1, sizeof *file->segments);
    if (file->segments == NULL || chan_segments_add(file->segments, size, fd) < 0)
        status = STATUS_INSUFFICIENT_RESOURCES;
    pthread_mutex_unlock(&file->open->lock);
    return status;
}

NTSTATUS file_add_ready(struct client *client, int *fd)
{
    struct file *file = client->file;

    pthread_mutex_lock(&file->open->lock);
    NTSTATUS status =
        file->object != NULL ? file_ready_add(&file->ready, file->object, fd) : STATUS_INVALID_HANDLE;
    pthread_mutex_unlock(&file->open->lock);
    return status;
}

/* ---- the end ---- */

/* The object of a handle that is open, which is closed from here on, or NULL. */
static PFILE_OBJECT take_object(struct file *file)
{
    pthread_mutex_lock(&file->open->lock);
    PFILE_OBJECT object = file->object;
    file->object = NULL;
    pthread_mutex_unlock(&file->open->lock);
    return object;
}

/* M-126: what other processes hold keeps the file open. */
static bool is_last(struct file_open *open)
{
    pthread_mutex_lock(&open->lock);
    bool last = --open->handles == 0;
    pthread_mutex_unlock(&open->lock);
    return last;
}

void file_close(struct client *client)
{
    struct file *file = client->file;
    struct guise guise;
    PFILE_OBJECT object = take_object(file);

    if (object == NULL)
        return;
    file_ready_end(&file->ready, object); /* nobody adds to it without an object */
    bool acting = NT_SUCCESS(client_act_as(client, 0, &guise));
    if (is_last(file->open)) {
        ke_self.interrupt = NULL; /* the client's end is no reason to cut its clean-up short */
        io_cleanup_file(object, NULL);
        file_cancel_all(file); /* what its driver did not end at clean-up */
    }
    ObDereferenceObject(object);
    if (acting)
        client_leave(&guise);
}

void file_hang_up(struct client *client)
{
    struct file *file = client_file(client);

    if (file == NULL)
        return;
    file_cancel_all(file); /* first, as when a process ends: its threads' requests, then its handles */
    file_close(client);
}

void file_destroy(struct file *file)
{
    while (file->answers != NULL) {
        struct file_answer *answer = file->answers;
        file->answers = answer->next;
        free_answer(answer);
    }
    if (file->segments != NULL) {
        chan_segments_destroy(file->segments);
        free(file->segments);
    }
    release_open(file->open);
    free(file);
}
