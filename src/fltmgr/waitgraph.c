/*
 * The graph of waits: a request's process waits for the client that has to read the message its operation
 * sent (request, message, client process, its outstanding requests). It is not kept, only drawn when somebody
 * has waited for a while: the edges are read off the connections, each under its own lock. A process that a
 * client started counts as the client, for it may be waited for by means that are not seen here.
 */
#include "fltmgr/waitgraph.h"

#include "fltmgr/portchannel.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_EDGES = 256, MAX_ANCESTORS = 16 };

struct edge {
    pid_t from, to;
    bool passed;
};

struct graph {
    unsigned
        count; /* edges beyond the room are not looked at: the wait goes on as it would without this file */
    struct edge edges[MAX_EDGES];
};

/* 0: none, or the process is gone. */
static pid_t parent_of(pid_t pid)
{
    char path[40], text[512];
    int parent = 0;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = 0;
    const char *end_of_name = strrchr(text, ')');
    return end_of_name != NULL && sscanf(end_of_name + 1, " %*c %d", &parent) == 1 ? (pid_t)parent : 0;
}

static bool is_or_descends_from(pid_t pid, pid_t ancestor)
{
    for (int i = 0; i < MAX_ANCESTORS && pid > 1; i++, pid = parent_of(pid)) {
        if (pid == ancestor)
            return true;
    }
    return false;
}

static void add_edges(struct flt_connection *c, const struct message_queues *queues, void *context)
{
    struct graph *graph = context;
    pid_t from[64], to[2];

    (void)queues;
    if (channels_processes(c, to, 2) != 1)
        return; /* any of several may read */
    unsigned count = message_requestors(c, from, sizeof from / sizeof from[0]);
    for (unsigned i = 0; i < count && graph->count < MAX_EDGES; i++)
        graph->edges[graph->count++] = (struct edge){from[i], to[0], false};
}

static bool reaches(struct graph *graph, pid_t process, pid_t requestor)
{
    if (is_or_descends_from(requestor, process))
        return true;
    for (unsigned i = 0; i < graph->count; i++) {
        struct edge *edge = &graph->edges[i];
        if (edge->passed || !is_or_descends_from(edge->from, process))
            continue;
        edge->passed = true;
        if (reaches(graph, edge->to, requestor))
            return true;
    }
    return false;
}

static bool waits_for(pid_t requestor, pid_t client)
{
    struct graph graph = {0};

    if (is_or_descends_from(requestor, client))
        return true;
    port_each_connection(add_edges, &graph);
    return reaches(&graph, client, requestor);
}

bool flt_waits_for_itself(pid_t requestor, struct flt_connection *c)
{
    pid_t readers[CHAN_SEVERAL];
    unsigned count = channels_processes(c, readers, CHAN_SEVERAL);

    for (unsigned i = 0; i < count; i++)
        if (!waits_for(requestor, readers[i]))
            return false;
    return count > 0;
}

struct search {
    pid_t thread;
    bool found;
};

static void is_thread_of(struct flt_connection *c, const struct message_queues *queues, void *context)
{
    struct search *search = context;
    pid_t readers[CHAN_SEVERAL];
    char path[64];

    (void)queues;
    unsigned count = channels_processes(c, readers, CHAN_SEVERAL);
    for (unsigned i = 0; i < count && !search->found; i++) {
        snprintf(path, sizeof path, "/proc/%d/task/%d", (int)readers[i], (int)search->thread);
        search->found = access(path, F_OK) == 0;
    }
}

bool flt_thread_is_client(pid_t thread)
{
    struct search search = {.thread = thread};

    if (thread > 0)
        port_each_connection(is_thread_of, &search);
    return search.found;
}
