/*
 * Inheritance of the manager's files. The parent takes one more handle (a socket) of each open file for the
 * child; the child has these sockets under the parent's numbers, and a table in its environment: handle,
 * flags of the handle, socket, whether the file is overlapped. Before its main runs, the child takes a handle
 * of its own by each and closes what it was given, so that no two processes ever use one socket, and the
 * manager knows who acts.
 *
 * k32_bequest_*: any thread, no lock. take_inheritance: once, when the library is loaded, before there are
 * threads.
 */
#include "kernel32/inherit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel32/ntfile.h"
#include "ntstatus.h"

#define VARIABLE "OPENFLTMGR_HANDLES"
#define ENTRY_MOST 64 /* characters of "handle:flags:socket:overlapped," in hexadecimal */

/* --- the parent --- */

static void write_entry(char *table, const struct k32_inherited *entry, int socket)
{
    const struct k32_nt_file *file = (const struct k32_nt_file *)entry->object;
    size_t length = strlen(table);

    snprintf(table + length, ENTRY_MOST, "%" PRIxPTR ":%x:%x:%d,", (uintptr_t)entry->handle,
        (unsigned)entry->flags, (unsigned)socket, file->overlapped);
}

/* Handles of one object share a socket, as they share the object in the child. A file whose manager has gone
 * is of no use to the child either: it has no such handle. */
static NTSTATUS share_each(struct k32_bequest *bequest, const struct k32_inherited *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int socket = -1;
        size_t same = 0;
        while (list[same].object != list[i].object)
            same++;
        NTSTATUS status = STATUS_SUCCESS;
        if (same == i)
            status = k32_nt_share((struct k32_nt_file *)list[i].object, &socket);
        else
            socket = bequest->sockets[same];
        if (!NT_SUCCESS(status) && status != SESSION_NO_MANAGER && status != STATUS_INVALID_HANDLE)
            return status;
        bequest->sockets[i] = socket;
        bequest->count = i + 1;
        if (socket >= 0)
            write_entry(bequest->table, &list[i], socket);
    }
    return STATUS_SUCCESS;
}

NTSTATUS k32_bequest_make(struct k32_bequest *bequest)
{
    size_t count;
    struct k32_inherited *list = k32_inherited(&k32_nt_file_type, &count);

    *bequest = (struct k32_bequest){0};
    if (!list)
        return STATUS_NO_MEMORY;
    NTSTATUS status = STATUS_SUCCESS;
    if (count > 0) {
        bequest->sockets = calloc(count, sizeof *bequest->sockets);
        bequest->table = malloc(sizeof VARIABLE "=" + count * ENTRY_MOST);
        status = bequest->sockets && bequest->table ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    if (count > 0 && NT_SUCCESS(status)) {
        strcpy(bequest->table, VARIABLE "=");
        status = share_each(bequest, list, count);
    }
    for (size_t i = 0; i < count; i++)
        k32_release(list[i].object);
    free(list);
    if (!NT_SUCCESS(status))
        k32_bequest_end(bequest);
    return status;
}

/* Is it the first of its number? */
static bool is_first(const struct k32_bequest *bequest, size_t i)
{
    for (size_t before = 0; before < i; before++) {
        if (bequest->sockets[before] == bequest->sockets[i])
            return false;
    }
    return bequest->sockets[i] >= 0;
}

int k32_bequest_add(const struct k32_bequest *bequest, posix_spawn_file_actions_t *actions)
{
    int error = 0;

    /* onto itself: it stays open in this child, and in no other that another thread starts meanwhile */
    for (size_t i = 0; i < bequest->count && !error; i++) {
        if (is_first(bequest, i))
            error = posix_spawn_file_actions_adddup2(actions, bequest->sockets[i], bequest->sockets[i]);
    }
    return error;
}

void k32_bequest_end(struct k32_bequest *bequest)
{
    for (size_t i = 0; i < bequest->count; i++) {
        if (is_first(bequest, i))
            close(bequest->sockets[i]);
    }
    free(bequest->sockets);
    free(bequest->table);
    *bequest = (struct k32_bequest){0};
}

char **k32_bequest_environment(const struct k32_bequest *bequest, char **environment)
{
    size_t count = 0, n = 0;

    while (environment[count])
        count++;
    char **list = calloc(count + 2, sizeof *list);
    for (size_t i = 0; list && i < count; i++) {
        if (strncmp(environment[i], VARIABLE "=", sizeof VARIABLE) != 0)
            list[n++] = environment[i];
    }
    if (list && bequest->table)
        list[n] = bequest->table;
    return list;
}

/* --- the child --- */

struct legacy {
    uintptr_t handle;
    unsigned flags, socket, overlapped;
    struct k32_object *object;
};

static bool take_object(struct legacy *all, size_t i)
{
    for (size_t before = 0; before < i; before++) {
        if (all[before].socket == all[i].socket && all[before].object) {
            all[i].object = all[before].object;
            k32_reference(all[i].object);
            return true;
        }
    }
    return NT_SUCCESS(k32_nt_take((int)all[i].socket, all[i].overlapped,
        (HANDLE)all[i].handle, &all[i].object));
}

static void take_handle(struct legacy *all, size_t i)
{
    if (take_object(all, i) && k32_handle_place((HANDLE)all[i].handle, all[i].flags, all[i].object))
        return;
    fprintf(stderr,
        "openfltmgr: the inherited handle 0x%" PRIxPTR
        " (descriptor %u) cannot be opened: is its manager gone?\n",
        all[i].handle, all[i].socket);
}

/* Whatever the variable says, nothing but what can be a file's socket is touched. */
static bool may_be_file(unsigned socket)
{
    int type = 0;
    socklen_t size = sizeof type;

    return socket <= INT_MAX && getsockopt((int)socket, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
           type == SOCK_SEQPACKET;
}

static size_t parse(const char *text, struct legacy *all, size_t most)
{
    size_t count = 0;
    int length = 0;

    for (; count < most && *text; text += length) {
        struct legacy *l = &all[count];
        if (sscanf(text, "%" SCNxPTR ":%x:%x:%u,%n", &l->handle, &l->flags, &l->socket, &l->overlapped,
                &length) != 4 ||
            !length)
            break;
        if (may_be_file(l->socket))
            count++;
    }
    return count;
}

/* The variable is this process' alone: its own children get one of their own, or nothing. */
__attribute__((constructor)) static void take_inheritance(void)
{
    const char *text = getenv(VARIABLE);

    if (!text)
        return;
    size_t most = strlen(text) / 8 + 1; /* no entry is shorter */
    struct legacy *all = calloc(most, sizeof *all);
    size_t count = all ? parse(text, all, most) : 0;
    for (size_t i = 0; i < count; i++)
        fcntl((int)all[i].socket, F_SETFD, FD_CLOEXEC);
    for (size_t i = 0; i < count; i++)
        take_handle(all, i);
    for (size_t i = 0; i < count; i++) {
        if (all[i].object)
            k32_release(all[i].object);
        close((int)all[i].socket); /* of several with the same number, the first */
    }
    free(all);
    unsetenv(VARIABLE);
}
