/*
 * One more handle of a file that is open, or of a port connection, for whoever holds a descriptor of one. See share.h and
 * WIRE_FILE_SHARE. The watcher's; no lock of its own.
 *
 * The packet brings one end of a pair of sockets. Which process made that pair is what the kernel remembers,
 * and which one sent the packet it says as well: when both are the same, that process is the new handle's.
 * The handle itself is a socket of the manager's making: what a process might do to one of its own (make a
 * send wait for ever, say) is nobody's trouble.
 */
#include "daemon/share.h"

#include "daemon/connection.h"
#include "daemon/file.h"

#include <sys/socket.h>
#include <unistd.h>

bool share_is_senders_own(int fd, const struct wire_sender *sender)
{
    struct ucred cred;
    socklen_t size = sizeof cred, int_size = sizeof(int);
    int domain = 0, type = 0;

    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &int_size) == 0 && domain == AF_UNIX &&
           getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &int_size) == 0 && type == SOCK_SEQPACKET &&
           getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) == 0 && sender->pid > 0 &&
           cred.pid == sender->pid && cred.uid == sender->uid;
}

NTSTATUS share_with(struct client *client, const struct control_peer *peer, const ULONG *access,
    struct share_handle *handle)
{
    handle->client = control_add(peer, &handle->theirs);
    if (handle->client == NULL) {
        handle->theirs = -1;
        return STATUS_TOO_MANY_OPENED_FILES;
    }
    bool is_file = client_file(client) != NULL;
    NTSTATUS status = is_file ? file_share(client, handle->client, access, &handle->opened)
                              : connection_share(client, handle->client, &handle->opened);
    if (!NT_SUCCESS(status))
        control_remove(handle->client);
    else if (!control_begin(handle->client))
        status = STATUS_INSUFFICIENT_RESOURCES;
    else if (!is_file)
        control_watch_peer(handle->client);
    if (!NT_SUCCESS(status)) {
        close(handle->theirs);
        handle->theirs = -1;
    }
    return status;
}

void share_serve(
    struct client *client, const struct request *request, int fd, const struct wire_sender *sender)
{
    struct share_handle handle = {.theirs = -1};
    struct control_peer peer;

    if (!share_is_senders_own(fd, sender)) {
        ke_log(KE_LOG_WARNING,
            "client %d: process %d asks for a handle of its own with a socket that is not its own: refused",
            (int)client->peer.pid, (int)sender->pid);
        return;
    }
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    if (client_peer_of(fd, &peer))
        status = share_with(client, &peer, request->arguments[0] ? &request->arguments[1] : NULL, &handle);
    if (NT_SUCCESS(status))
        __atomic_store_n(&handle.client->value, request->arguments[2], __ATOMIC_RELAXED);
    const struct wire_reply reply = {
        WIRE_MAGIC, (uint32_t)status, 0, NT_SUCCESS(status) ? sizeof handle.opened : 0};
    wire_try_send(fd, &reply, sizeof reply, &handle.opened, reply.data_length, handle.theirs);
    if (handle.theirs >= 0)
        close(handle.theirs); /* when the answer was not taken, this was the last copy: it hangs up */
}
