/*
 * One sample of one peer: the round trip of a request and its answer between two processes.
 *
 *     bench_peers --list                    the peers that were built, a tab, their largest message (0: any)
 *     bench_peers NAME [options of trip.h]  one line of JSON; --way one-way: messages without an answer; SEQPACKET has connect and kill, too
 */
#include "flow.h"
#include "peers.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct peer *const peers[] = {&seqpacket_peer, &stream_peer, &datagram_peer, &pipe_peer, &mq_peer, &eventfd_peer, &futex_peer,
    &spin_peer,
#ifdef HAVE_SDBUS
    &sdbus_peer,
#endif
#ifdef HAVE_ZEROMQ
    &zeromq_peer,
#endif
#ifdef HAVE_NNG
    &nng_peer,
#endif
};

static char directory[] = "/tmp/openfltmgr-bench-XXXXXX", path[64];

int failed(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    return 0;
}

void *shared_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory != MAP_FAILED)
        return memory;
    failed("mmap");
    return NULL;
}

const char *private_path(void)
{
    if (!path[0]) {
        if (!mkdtemp(directory)) {
            failed(directory);
            exit(2);
        }
        snprintf(path, sizeof path, "%s/socket", directory);
    }
    return path;
}

struct reader {
    const struct peer *peer;
    const struct cell *cell;
    unsigned index;
};

static void *serve(void *argument)
{
    struct reader *reader = argument;
    reader->peer->serve(reader->cell, reader->index);
    _exit(4); /* a reader answers until it is killed */
}

static int is_one_way(const struct cell *cell)
{
    return strcmp(cell->way, "one-way") == 0;
}

static pid_t start_readers(const struct peer *peer, const struct cell *cell)
{
    pid_t pid = fork();
    if (pid)
        return pid;
    bound_sample();
    place_readers(cell);
    if (is_one_way(cell)) {
        run_reader(cell, peer->read);
        _exit(4);
    }
    for (unsigned i = 0; i < cell->readers; i++) {
        struct reader *reader = malloc(sizeof *reader);
        pthread_t thread;
        if (!reader)
            _exit(4);
        *reader = (struct reader){peer, cell, i};
        if (pthread_create(&thread, NULL, serve, reader))
            _exit(4);
    }
    for (;;)
        pause();
}

static int run_peer(const struct peer *peer, const struct cell *cell)
{
    struct caller caller = {.call = peer->call};
    if (strcmp(cell->way, "connect") == 0 || strcmp(cell->way, "kill") == 0)
        return run_life(cell);
    if (is_one_way(cell) && (!peer->read || !make_flow())) {
        fprintf(stderr, "%s: not one way\n", peer->name);
        return 0;
    }
    if (!peer->many && (cell->senders > 1 || cell->readers > 1)) {
        fprintf(stderr, "%s: one sender and one reader only\n", peer->name);
        return 0;
    }
    place_senders(cell);
    if (peer->prepare && !peer->prepare(cell))
        return 0;
    pid_t pid = start_readers(peer, cell);
    if (pid < 0)
        return failed("fork");
    int fine = (!peer->connect || peer->connect(cell)) && (is_one_way(cell) ? run_writer(cell, peer->write) : run_trips(cell, &caller));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    if (path[0]) {
        unlink(path);
        rmdir(directory);
    }
    return fine;
}

int main(int argc, char **argv)
{
    struct cell cell;
    int list = argc == 2 && strcmp(argv[1], "--list") == 0;
    for (size_t i = 0; i < sizeof peers / sizeof *peers; i++) {
        if (list)
            printf("%s\t%zu\n", peers[i]->name, peers[i]->largest ? peers[i]->largest() : 0);
        else if (argc > 1 && strcmp(argv[1], peers[i]->name) == 0) {
            bound_sample();
            return read_cell(&cell, 1, argc, argv) && run_peer(peers[i], &cell) ? 0 : 1;
        }
    }
    if (!list)
        fprintf(stderr, "usage: bench_peers --list | NAME [--size N] [--place one|two|any] [--senders N] [--readers N] [--gap US] [--ms N]\n");
    return list ? 0 : 2;
}
