/* What the commands of fltmc share: options, text, messages, one request to the manager. */
#ifndef FLTMC_H
#define FLTMC_H

#include "kernel32/session.h"

#include <stdbool.h>
#include <stdio.h>
#include <uchar.h>

extern const char *const program_name;

/* The user's words, behind the command's name. */
struct command_line {
    char **argument;
    int count;
    bool json;
};

/* Exit statuses: 0 done, 1 the manager or the system refused, 2 wrong usage. */
enum { DONE, REFUSED, WRONG_USAGE };

int command_filters(const struct command_line *line);
int command_instances(const struct command_line *line);
int command_volumes(const struct command_line *line);
int command_load(const struct command_line *line);
int command_unload(const struct command_line *line);
int command_attach(const struct command_line *line);
int command_detach(const struct command_line *line);
int command_mount(const struct command_line *line);
int command_unmount(const struct command_line *line);
int command_mounts(const struct command_line *line);
int command_ports(const struct command_line *line);
int command_mailslots(const struct command_line *line);
int command_mailslot(const struct command_line *line);
int command_install(const struct command_line *line);
int command_stop(const struct command_line *line);

/* Text as the manager wants it; freed at the end of the program. */
const char16_t *wide(const char *text);
/* length in characters */
char *narrow(const char16_t *text, size_t length);

/* F-077 */
bool is_altitude(const char *text);

/* ---- refusal.c: messages, each with the error and the status by their Windows names; all give the exit status ---- */

/* Usage that belongs to one command, and where its help is. */
int wrong_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern const char *help_topic;
/* "Load failed with error: 0x80070002" and the system's sentence; then `subject: ...`, what to do. */
int failed_with(const char *what, HRESULT result);
int failed_about(const char *what, HRESULT result, const char *subject, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same for a file of Linux. */
int failed_on_file(const char *what, const char *path, int error, const char *advice);
/* What the manager refused, with its explanation or ours. request and reply may be NULL. */
int refused(const char *what, NTSTATUS status, const struct session_request *request, const struct session_reply *reply);

/* ---- common.c ---- */

/* Asks the manager; true when it said yes. Otherwise *exit_status is the program's. reply may be NULL. */
bool ask(
    const char *what, const struct session_request *request, struct session_reply *reply, int *exit_status);

struct json;
/* The manager's answer in JSON: shown as it is, or read for a table (json_free). The program's exit status. */
int ask_json(enum wire_op op, const char *what, bool show, struct json *value);

/* A value in JSON, with its quotes. */
void json_text(FILE *to, const char *text);

/* The service's key for a driver without an .inf; a fresh string in regedit's format. */
char *service_registry_text(
    const char *service, const char *image, const char *altitude, const char *instance, unsigned flags);
int write_service(const char *registry_text);
/* The service's name that a driver's file suggests; fresh. */
char *service_of(const char *driver);

#endif
