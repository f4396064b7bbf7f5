/* What else a connection does: SEQPACKET's side of bench_port's ways `connect` and `kill`. The listener looks at each caller's credentials and says one byte, since
 * FilterConnectCommunicationPort returns after the driver has agreed. */
#include "peers.h"
#include "measure.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static socklen_t address_length;

static void accept_all(int listener)
{
    for (;;) {
        struct ucred caller;
        socklen_t length = sizeof caller;
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &caller, &length) || send(fd, "", 1, MSG_NOSIGNAL) != 1)
            _exit(1);
        close(fd);
    }
}

static int connect_once(void)
{
    char byte;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    int fine = fd >= 0 && connect(fd, (struct sockaddr *)&address, address_length) == 0 && recv(fd, &byte, 1, 0) == 1;
    close(fd);
    return fine || failed("connect");
}

static int run_connects(const struct cell *cell)
{
    int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), fine = 1;
    /* a name that needs no file */
    address_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
        (size_t)snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "openfltmgr-bench-%d", (int)getpid()));
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, address_length) || listen(listener, 100))
        return failed("listen");
    pid_t pid = fork();
    if (pid == 0) {
        bound_sample();
        place_readers(cell);
        accept_all(listener);
    }
    double begin = seconds_now();
    for (unsigned i = 0; i < cell->connections && fine; i++)
        fine = connect_once();
    double us = (seconds_now() - begin) / cell->connections * 1e6;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    if (fine)
        printf("{\"us\": %.5g}\n", us);
    return fine;
}

/* The reader takes a request and is killed: how long until the sender's read ends? */
static int run_kill(const struct cell *cell)
{
    int pair[2];
    char request[64] = "";
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return failed("socketpair");
    pid_t reader = fork();
    if (reader == 0) {
        bound_sample();
        place_readers(cell);
        close(pair[0]);
        if (recv(pair[1], request, sizeof request, 0) == (ssize_t)sizeof request)
            pause();
        _exit(1);
    }
    close(pair[1]);
    double *killed = shared_memory(sizeof *killed);
    pid_t killer = killed ? fork() : -1;
    if (killer == 0) {
        usleep(20000); /* the reader has the request, the sender sleeps */
        *killed = seconds_now();
        kill(reader, SIGKILL);
        _exit(0);
    }
    ssize_t n = send(pair[0], request, sizeof request, MSG_NOSIGNAL) < 0 ? 1 : recv(pair[0], request, sizeof request, 0);
    double ended = seconds_now();
    waitpid(reader, NULL, 0);
    waitpid(killer, NULL, 0);
    if (!killed || n > 0)
        return failed("a killed reader");
    printf("{\"us\": %.5g}\n", (ended - *killed) * 1e6);
    return 1;
}

int run_life(const struct cell *cell)
{
    place_senders(cell);
    return strcmp(cell->way, "connect") == 0 ? run_connects(cell) : run_kill(cell);
}
