/* Clients: their memory, answers, acting as them. See client.h. */
#include "daemon/client.h"

#include "channel/wire.h"
#include "daemon/file.h"

#include <ntstatus.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

static int peer_pidfd(int socket, pid_t pid)
{
    int fd = -1;
    socklen_t size = sizeof fd;

    /* bound by the kernel to the process that connected; older kernels: by number, checked against the living
     * process by ps */
    if (getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &fd, &size) == 0)
        return fd;
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

struct client *client_create_for(int socket, const struct control_peer *peer)
{
    struct client *client = calloc(1, sizeof *client);

    if (client == NULL)
        return NULL;
    client->references = 1;
    client->socket = socket;
    client->peer = *peer;
    client->share = (struct account_share){.uid = peer->uid, .unlimited = peer->administrator};
    client->place = client->share;
    pthread_mutex_init(&client->lock, NULL);
    ke_interrupt_init(&client->gone);
    return client;
}

bool client_peer_of(int identity, struct control_peer *peer)
{
    struct ucred cred;
    socklen_t size = sizeof cred;

    if (getsockopt(identity, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0)
        return false;
    *peer = (struct control_peer){.pid = cred.pid,
        .uid = cred.uid,
        .gid = cred.gid,
        .pidfd = peer_pidfd(identity, cred.pid),
        .administrator = cred.uid == 0 || cred.uid == geteuid()};
    return true;
}

struct client *client_create(int socket)
{
    struct control_peer peer = {.pidfd = -1};
    struct client *client = client_peer_of(socket, &peer) ? client_create_for(socket, &peer) : NULL;

    if (client == NULL && peer.pidfd >= 0)
        close(peer.pidfd);
    return client;
}

void client_reference(struct client *client)
{
    __atomic_add_fetch(&client->references, 1, __ATOMIC_RELAXED);
}

void client_release(struct client *client)
{
    if (__atomic_sub_fetch(&client->references, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    close(client->socket);
    if (client->peer.pidfd >= 0)
        close(client->peer.pidfd);
    if (client->process != NULL)
        ObDereferenceObjectDeferDelete(client->process); /* whoever completes a call may be the last */
    if (client->file != NULL)
        file_destroy(client->file);
    pthread_mutex_destroy(&client->lock);
    free(client);
}

/* A client that does not take its answer in time has no use for further ones: nobody waits for it twice. */
void client_reply(
    struct client *client, NTSTATUS status, uint32_t bytes, const void *data, size_t length, int fd)
{
    const size_t most = WIRE_MAX_PACKET - sizeof(struct wire_reply);
    struct wire_reply header = {WIRE_MAGIC, (uint32_t)STATUS_MORE_ENTRIES, bytes, (uint32_t)most};
    const uint8_t *at = data;
    int error = 0;

    for (; length > most && error == 0; at += most, length -= most) {
        error = wire_send(client->socket, &header, sizeof header, at, most, fd);
        fd = -1;
    }
    header.status = (uint32_t)status;
    header.data_length = (uint32_t)length;
    if (error < 0 || wire_send(client->socket, &header, sizeof header, at, length, fd) < 0)
        shutdown(client->socket, SHUT_RDWR);
}

/* ---- acting as the client ---- */

NTSTATUS client_process(struct client *client, PEPROCESS *process)
{
    PEPROCESS found = NULL;

    pthread_mutex_lock(&client->lock);
    *process = client->process;
    pthread_mutex_unlock(&client->lock);
    if (*process != NULL)
        return STATUS_SUCCESS;
    NTSTATUS status = ps_process_of_pidfd(
        client->peer.pidfd, client->peer.pid, client->peer.uid, client->peer.gid, &found);
    if (!NT_SUCCESS(status))
        return status;
    pthread_mutex_lock(&client->lock);
    if (client->process == NULL)
        client->process = found;
    else
        ObDereferenceObject(found);
    *process = client->process;
    pthread_mutex_unlock(&client->lock);
    return STATUS_SUCCESS;
}

void client_act_as_thread(struct client *client, PETHREAD thread, struct guise *guise)
{
    guise->thread = thread;
    guise->previous = ps_set_current(thread);
    guise->previous_interrupt = ke_current()->interrupt;
    ke_self.interrupt = &client->gone;
}

NTSTATUS client_act_as(struct client *client, pid_t tid, struct guise *guise)
{
    PEPROCESS process;
    NTSTATUS status = client_process(client, &process);

    if (!NT_SUCCESS(status))
        return status;
    client_act_as_thread(client, ps_thread_of_client(process, tid, client->peer.uid, client->peer.gid), guise);
    return STATUS_SUCCESS;
}

void client_leave(struct guise *guise)
{
    ke_self.interrupt = guise->previous_interrupt;
    ps_set_current(guise->previous);
    if (guise->thread != NULL)
        ObDereferenceObject(guise->thread);
}
