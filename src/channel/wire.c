/* Packets of the control socket. See wire.h. */
#include "channel/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

union control_room {
    char bytes[CMSG_SPACE(sizeof(int) * 4) + CMSG_SPACE(sizeof(struct ucred))];
    struct cmsghdr align;
};

/* The first descriptor is taken over, further ones (nobody of ours sends them) are closed. */
static void take_descriptors(struct msghdr *message, int *fd)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int each;
            memcpy(&each, CMSG_DATA(c) + i * sizeof(int), sizeof each);
            if (fd != NULL && *fd < 0)
                *fd = each;
            else
                close(each);
        }
    }
}

static void take_sender(struct msghdr *message, struct wire_sender *sender)
{
    struct ucred cred;

    *sender = (struct wire_sender){0, (uid_t)-1};
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS ||
            c->cmsg_len != CMSG_LEN(sizeof cred))
            continue;
        memcpy(&cred, CMSG_DATA(c), sizeof cred);
        *sender = (struct wire_sender){cred.pid, cred.uid};
    }
}

static ssize_t receive(int socket, void *buffer, size_t size, int *fd, struct wire_sender *sender, bool wait)
{
    union control_room room;
    struct iovec vector = {buffer, size};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = room.bytes, .msg_controllen = sizeof room};
    ssize_t n;

    if (fd != NULL)
        *fd = -1;
    do {
        n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    take_descriptors(&message, fd);
    if (sender != NULL)
        take_sender(&message, sender);
    if (message.msg_flags & MSG_TRUNC)
        return -EMSGSIZE;
    return n;
}

ssize_t wire_receive(int socket, void *buffer, size_t size, int *fd, bool wait)
{
    return receive(socket, buffer, size, fd, NULL, wait);
}

ssize_t wire_receive_from(int socket, void *buffer, size_t size, int *fd, struct wire_sender *sender)
{
    return receive(socket, buffer, size, fd, sender, false);
}

static int send_packet(
    int socket, const void *header, size_t header_size, const void *data, size_t data_size, int fd, int flags)
{
    union control_room room;
    struct iovec vectors[2] = {{(void *)header, header_size}, {(void *)data, data_size}};
    struct msghdr message = {.msg_iov = vectors, .msg_iovlen = data_size > 0 ? 2 : 1};
    ssize_t n;

    if (fd >= 0) {
        memset(&room, 0, sizeof room);
        message.msg_control = room.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof fd);
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    do {
        n = sendmsg(socket, &message, MSG_NOSIGNAL | flags);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : 0;
}

int wire_send(int socket, const void *header, size_t header_size, const void *data, size_t data_size, int fd)
{
    return send_packet(socket, header, header_size, data, data_size, fd, 0);
}

int wire_try_send(
    int socket, const void *header, size_t header_size, const void *data, size_t data_size, int fd)
{
    return send_packet(socket, header, header_size, data, data_size, fd, MSG_DONTWAIT);
}

int wire_runtime_directory(char *path, size_t size)
{
    const char *own = getenv("OPENFLTMGR_RUNTIME");
    const char *xdg = getenv("XDG_RUNTIME_DIR");
    int n;

    if (own != NULL && own[0] != 0)
        n = snprintf(path, size, "%s", own);
    else if (geteuid() == 0)
        n = snprintf(path, size, "/run/openfltmgr");
    else if (xdg != NULL && xdg[0] != 0)
        n = snprintf(path, size, "%s/openfltmgr", xdg);
    else
        n = snprintf(path, size, "/tmp/openfltmgr-%u", (unsigned)geteuid());
    return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

int wire_socket_path(char *path, size_t size)
{
    int error = wire_runtime_directory(path, size);

    if (error != 0)
        return error;
    if (strlen(path) + sizeof "/control" > size)
        return -ENAMETOOLONG;
    strcat(path, "/control");
    return 0;
}
