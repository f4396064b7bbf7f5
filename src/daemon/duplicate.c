/*
 * Handles that one process makes for another, or takes from it. See duplicate.h, WIRE_FILE_DUPLICATE and WIRE_FILE_CLAIM.
 *
 * The new handle is there at once, as a handle of the other process; only its socket's other end waits here
 * until that process uses the value and asks for it: until then it is a gift. So, as on Windows, it keeps the
 * file open from the call on, and ends with its process, whether that has ever used it or not. Until it is
 * asked for, whoever may make handles for the process may also take it away again.
 *
 * A handle that a process uses is known by the value that the process has told: it can be taken, too, but not be
 * closed there, where the process' own table says that it is open.
 *
 * The list is the watcher's; no lock.
 */
#include "daemon/duplicate.h"

#include "daemon/connection.h"
#include "daemon/file.h"
#include "daemon/share.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

struct gift {
    LIST_ENTRY links;
    struct client *client; /* the handle, as its process; it has us */
    uint32_t value;        /* in that process */
    uint32_t told;         /* enum wire_duplicate */
    int theirs;
    struct wire_file_opened opened;
};

static LIST_ENTRY gifts = {&gifts, &gifts};

/* Not one that a process may still know from before, be it of another manager: they go round from anywhere.
 */
static uint32_t new_value(void)
{
    const uint32_t count = (WIRE_GIVEN_END - WIRE_GIVEN_FIRST) / 4;
    static uint32_t last;

    if (last == 0 && getrandom(&last, sizeof last, GRND_NONBLOCK) != sizeof last)
        last = (uint32_t)getpid() * 65537u;
    last = last % count + 1;
    return WIRE_GIVEN_FIRST + (last - 1) * 4;
}

static struct gift *find(uint32_t value, pid_t pid)
{
    for (PLIST_ENTRY e = gifts.Flink; e != &gifts; e = e->Flink) {
        struct gift *gift = CONTAINING_RECORD(e, struct gift, links);
        if (gift->value == value && gift->client->peer.pid == pid &&
            !ps_pidfd_ended(gift->client->peer.pidfd))
            return gift;
    }
    return NULL;
}

static void drop(struct gift *gift)
{
    RemoveEntryList(&gift->links);
    gift->client->gift = NULL;
    close(gift->theirs);
    free(gift);
}

void duplicate_forget(struct client *client)
{
    if (client->gift != NULL)
        drop(client->gift);
}

/* ---- making ---- */

/* PROCESS_DUP_HANDLE: root has it to every process, a user to those that are his alone. */
static NTSTATUS target_of(int pidfd, const struct wire_sender *sender, struct control_peer *peer)
{
    struct ps_identity identity;

    if (!ps_identity_of_pidfd(pidfd, &identity))
        return STATUS_PROCESS_IS_TERMINATING;
    if (sender->uid != 0 && (identity.uid != sender->uid || identity.mixed))
        return STATUS_ACCESS_DENIED;
    *peer = (struct control_peer){.pid = identity.pid,
        .uid = identity.uid,
        .gid = identity.gid,
        .pidfd = fcntl(pidfd, F_DUPFD_CLOEXEC, 0),
        .administrator = identity.uid == 0 || identity.uid == geteuid()};
    return peer->pidfd >= 0 ? STATUS_SUCCESS : STATUS_TOO_MANY_OPENED_FILES;
}

/* The pidfd waits in the pair of sockets. */
static NTSTATUS take_target(int fd, const struct wire_sender *sender, struct control_peer *peer)
{
    uint32_t nothing;
    int pidfd = -1;

    ssize_t n = wire_receive_from(fd, &nothing, sizeof nothing, &pidfd, NULL);
    NTSTATUS status =
        n == sizeof nothing && pidfd >= 0 ? target_of(pidfd, sender, peer) : STATUS_INVALID_PARAMETER;
    if (pidfd >= 0)
        close(pidfd);
    return status;
}

static NTSTATUS make(struct client *client, const struct request *request, const struct control_peer *peer,
    uint32_t *value)
{
    struct share_handle handle = {.theirs = -1};
    struct gift *gift = calloc(1, sizeof *gift);
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

    if (gift == NULL)
        close(peer->pidfd);
    else
        status = share_with(client, peer, request->arguments[0] ? &request->arguments[1] : NULL, &handle);
    if (!NT_SUCCESS(status)) {
        free(gift);
        return status;
    }
    *value = new_value();
    *gift = (struct gift){.client = handle.client,
        .value = *value,
        .told = request->arguments[2],
        .theirs = handle.theirs,
        .opened = handle.opened};
    __atomic_store_n(&handle.client->value, *value, __ATOMIC_RELAXED);
    InsertTailList(&gifts, &gift->links);
    handle.client->gift = gift;
    control_watch_peer(handle.client); /* its process' end, from which on it is nobody's */
    return STATUS_SUCCESS;
}

void duplicate_serve(
    struct client *client, const struct request *request, int fd, const struct wire_sender *sender)
{
    struct control_peer peer;
    uint32_t value = 0;

    if (!share_is_senders_own(fd, sender)) {
        ke_log(KE_LOG_WARNING,
            "client %d: process %d makes a handle of its file with a socket that is not its own: refused",
            (int)client->peer.pid, (int)sender->pid);
        return;
    }
    NTSTATUS status = take_target(fd, sender, &peer);
    if (NT_SUCCESS(status))
        status = make(client, request, &peer, &value);
    const struct wire_reply reply = {WIRE_MAGIC, (uint32_t)status, value, 0};
    wire_try_send(fd, &reply, sizeof reply, NULL, 0, -1);
}

/* ---- asking for one ---- */

static void answer(struct client *client, NTSTATUS status, uint32_t told,
    const struct wire_file_opened *opened, int theirs)
{
    const struct wire_reply reply = {
        WIRE_MAGIC, (uint32_t)status, told, theirs >= 0 ? (uint32_t)sizeof *opened : 0};

    wire_try_send(client->socket, &reply, sizeof reply, opened, reply.data_length, theirs);
}

static void claim_own(struct client *client, uint32_t value)
{
    struct gift *gift = find(value, client->peer.pid);

    if (gift == NULL) {
        answer(client, STATUS_INVALID_HANDLE, 0, NULL, -1);
        return;
    }
    answer(client, STATUS_SUCCESS, gift->told, &gift->opened, gift->theirs);
    drop(gift); /* an answer that was not taken leaves the socket's other end to nobody: it hangs up */
}

static NTSTATUS take_one(struct client *client, struct client *from, const struct request *request,
    struct share_handle *handle)
{
    struct control_peer peer;

    if (!client_peer_of(client->socket, &peer))
        return STATUS_INSUFFICIENT_RESOURCES;
    bool chosen = request->arguments[2] & WIRE_CLAIM_WITH_ACCESS;
    return share_with(from, &peer, chosen ? &request->arguments[3] : NULL, handle);
}

/* Who the process is that has the handle. False: it has ended, and another may have its number. */
static bool holder_of(struct client *from, struct ps_identity *identity)
{
    PEPROCESS process;
    int pidfd = (int)syscall(SYS_pidfd_open, from->peer.pid, 0);
    bool known = pidfd >= 0 && ps_identity_of_pidfd(pidfd, identity);

    if (pidfd >= 0)
        close(pidfd);
    return known && NT_SUCCESS(client_process(from, &process)) && ps_process_is_alive(process);
}

/* What a process opened before it became the user's is not his. */
static bool may_take(const struct client *client, const struct client *from, const struct ps_identity *holder)
{
    uid_t uid = client->peer.uid;

    return uid == 0 || (holder->uid == uid && !holder->mixed && from->peer.uid == uid);
}

/* By the caller's right to the other process, which is the right to have made the handle. */
static void claim_others(struct client *client, const struct request *request)
{
    const pid_t pid = (pid_t)request->arguments[1];
    struct gift *gift = find(request->arguments[0], pid);
    struct client *from = gift != NULL ? gift->client : control_find_file(pid, request->arguments[0]);
    struct share_handle handle = {.theirs = -1};
    struct ps_identity identity;
    NTSTATUS status = STATUS_SUCCESS;
    uint32_t told = 0;

    if (from == NULL || !holder_of(from, &identity))
        status = STATUS_NOT_SUPPORTED; /* the value may be one of something else, of which nothing is known here */
    else if (!may_take(client, from, &identity))
        status = STATUS_ACCESS_DENIED;
    else if (gift == NULL && request->arguments[2] & WIRE_CLAIM_CLOSE)
        status = STATUS_NOT_SUPPORTED;
    else if (request->arguments[2] & WIRE_CLAIM_TAKE)
        status = take_one(client, from, request, &handle);
    if (handle.theirs >= 0)
        told = file_is_synchronous(client_file(from)) ? 0 : WIRE_DUPLICATE_OVERLAPPED;
    answer(client, status, told, &handle.opened, handle.theirs);
    if (handle.theirs >= 0)
        close(handle.theirs);
    if (gift != NULL && status != STATUS_ACCESS_DENIED && request->arguments[2] & WIRE_CLAIM_CLOSE)
        drop(gift);
}

bool duplicate_claim(struct client *client, const struct request *request)
{
    struct flt_channel *channel = connection_of(client);

    connection_let_go(channel);
    if (channel != NULL)
        return false;
    if (request->arguments[1] == 0)
        claim_own(client, request->arguments[0]);
    else
        claim_others(client, request);
    return true;
}
