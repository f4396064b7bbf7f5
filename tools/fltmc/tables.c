/* fltmc ports and mounts: what Windows' tool does not have, in its style. */
#include "fltmc.h"

#include "json.h"

#include <stdlib.h>
#include <string.h>

/* The manager's answer in JSON: shown as it is, or read for a table. */
int ask_json(enum wire_op op, const char *what, bool show, struct json *value)
{
    struct session_request request = {.op = op};
    struct session_reply reply = {0};
    int status;
    *value = (struct json){0};
    if (ask(what, &request, &reply, &status)) {
        if (show)
            printf("%s\n", (const char *)reply.data);
        else if (!json_read((const char *)reply.data, value)) {
            fprintf(stderr, "fltmc: the manager's answer cannot be read\n");
            status = REFUSED;
        }
    }
    free(reply.data);
    return status;
}

static bool json_true(const struct json *object, const char *name)
{
    return !strcmp(json_string(object, name), "true");
}

/* The counters that tell of trouble, only when they do. */
static void print_troubles(const struct json *c)
{
    static const struct {
        const char *name, *text;
    } troubles[] = {{"timeouts", "timeouts"}, {"lateReplies", "late replies"}, {"tooSmall", "gets too small"},
        {"overflows", "replies too long"}, {"queued", "queued"}, {"dropped", "dropped"}};
    bool any = false;

    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
        if (json_number(c, troubles[i].name) > 0) {
            printf("%s%ld %s", any ? ", " : "        ", json_number(c, troubles[i].name), troubles[i].text);
            any = true;
        }
    }
    if (any)
        putchar('\n');
}

static void print_senders(const struct json *senders)
{
    for (size_t i = 0; senders && i < senders->count; i++) {
        const struct json *s = &senders->item[i];
        long age = json_number(s, "milliseconds");
        printf("        %ld bytes wait for a %s since %ld.%03ld s\n", json_number(s, "bytes"),
            json_string(s, "waitsFor"), age / 1000, age % 1000);
    }
}

/* Of a connection that was inherited, or whose maker has gone. */
static void print_processes(const struct json *client)
{
    const struct json *processes = json_member(client, "processes");

    if (!processes || (processes->count == 1 && json_number(&processes->item[0], "pid") == json_number(client, "pid")))
        return;
    for (size_t i = 0; i < processes->count; i++) {
        const struct json *p = &processes->item[i];
        printf("        held by process %ld (user %ld) %s: pending gets %ld%s\n", json_number(p, "pid"),
            json_number(p, "uid"), json_string(p, "image"), json_number(p, "pendingGets"),
            json_true(p, "ended") ? ", which has ended; its socket is open elsewhere" : "");
    }
}

static void print_clients(const struct json *clients)
{
    for (size_t i = 0; clients && i < clients->count; i++) {
        const struct json *c = &clients->item[i];
        printf(
            "    process %ld (user %ld) %s, %s: pending gets %ld, waiting senders %ld, awaited replies %ld, "
            "sent %ld, delivered %ld, replied %ld, calls %ld\n",
            json_number(c, "pid"), json_number(c, "uid"), json_string(c, "image"), json_string(c, "state"),
            json_number(c, "pendingGets"), json_number(c, "waitingSenders"), json_number(c, "waitingReplies"),
            json_number(c, "sent"), json_number(c, "delivered"), json_number(c, "replied"),
            json_number(c, "calls"));
        print_processes(c);
        print_troubles(c);
        print_senders(json_member(c, "senders"));
    }
}

int command_ports(const struct command_line *line)
{
    struct json ports;
    if (line->count)
        return wrong_usage("ports takes no arguments");
    int status = ask_json(WIRE_PORTS, "Port listing", line->json, &ports);
    if (status == DONE && !line->json) {
        printf("Port Name                                 Filter                Limit  Connected\n"
               "----------------------------------------  --------------------  -----  ---------\n");
        for (size_t i = 0; i < ports.count; i++) {
            const struct json *p = &ports.item[i];
            printf("%-40s  %-20s  %5ld  %9ld\n", json_string(p, "name"), json_string(p, "filter"),
                json_number(p, "limit"), json_number(p, "connected"));
            printf("    %s%s%s\n", json_string(p, "descriptor"),
                json_true(p, "captures") ? ", captures messages" : "",
                json_true(p, "listening") ? "" : ", no longer listening");
            print_clients(json_member(p, "clients"));
        }
    }
    json_free(&ports);
    return status;
}

/* Columns of this width, at least, keep a table in line whatever paths it has. */
static int widest(const struct json *rows, const char *member, int width)
{
    for (size_t i = 0; i < rows->count; i++) {
        int length = (int)strlen(json_string(&rows->item[i], member));
        width = length > width ? length : width;
    }
    return width;
}

static void print_rule(int width)
{
    for (int i = 0; i < width; i++)
        putchar('-');
}

static void print_mounts(const struct json *mounts)
{
    int source = widest(mounts, "source", 30), point = widest(mounts, "point", 30);
    printf("Dos Name  Volume Name                %-*s  Mount Point\n--------  -------------------------  ", source, "Directory");
    print_rule(source);
    fputs("  ", stdout);
    print_rule(point);
    putchar('\n');
    for (size_t i = 0; i < mounts->count; i++) {
        const struct json *m = &mounts->item[i];
        printf("%-8s  %-25s  %-*s  %s\n", json_string(m, "dosName"), json_string(m, "volume"), source,
            json_string(m, "source"), json_string(m, "point"));
    }
}

int command_mounts(const struct command_line *line)
{
    struct json mounts;
    if (line->count)
        return wrong_usage("mounts takes no arguments");
    int status = ask_json(WIRE_MOUNTS, "Mount listing", line->json, &mounts);
    if (status == DONE && !line->json)
        print_mounts(&mounts);
    json_free(&mounts);
    return status;
}
