/* fltmc ports and mounts: what Windows' tool does not have, in its style. */
#include "fltmc.h"

#include "json.h"

#include <stdlib.h>

/* The manager's answer in JSON: shown as it is, or read for a table. */
static int ask_json(enum wire_op op, const char *what, bool show, struct json *value)
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

static void print_clients(const struct json *clients)
{
    for (size_t i = 0; clients && i < clients->count; i++) {
        const struct json *c = &clients->item[i];
        printf("    process %ld (user %ld) %s: waiting gets %ld, waiting senders %ld, sent %ld, replied %ld, "
               "timeouts %ld\n",
            json_number(c, "pid"), json_number(c, "uid"), json_string(c, "image"),
            json_number(c, "pendingGets"), json_number(c, "waitingSenders"), json_number(c, "sent"),
            json_number(c, "replied"), json_number(c, "timeouts"));
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
            print_clients(json_member(p, "clients"));
        }
    }
    json_free(&ports);
    return status;
}

int command_mounts(const struct command_line *line)
{
    struct json mounts;
    if (line->count)
        return wrong_usage("mounts takes no arguments");
    int status = ask_json(WIRE_MOUNTS, "Mount listing", line->json, &mounts);
    if (status == DONE && !line->json) {
        printf("Dos Name  Volume Name                Directory                       Mount Point\n"
               "--------  -------------------------  ------------------------------  "
               "------------------------------\n");
        for (size_t i = 0; i < mounts.count; i++) {
            const struct json *m = &mounts.item[i];
            printf("%-8s  %-25s  %-30s  %s\n", json_string(m, "dosName"), json_string(m, "volume"),
                json_string(m, "source"), json_string(m, "point"));
        }
    }
    json_free(&mounts);
    return status;
}
