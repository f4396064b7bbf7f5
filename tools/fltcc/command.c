/* Runs a program and waits for it. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void show_command(const struct strings *arguments)
{
    for (size_t i = 0; i < arguments->count; i++)
        fprintf(stderr, "%s%s", i ? " " : "", arguments->item[i]);
    fputc('\n', stderr);
}

static int run(const struct strings *arguments, posix_spawn_file_actions_t *actions)
{
    pid_t pid;
    int error = posix_spawnp(&pid, arguments->item[0], actions, NULL, arguments->item, environ);
    if (error) {
        fprintf(stderr, "fltcc: error: cannot run %s: %s\n", arguments->item[0], strerror(error));
        return 127;
    }
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return 127;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int command_run(const struct strings *arguments, bool show, const char *output, const char *messages)
{
    if (show)
        show_command(arguments);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (output)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (messages)
        posix_spawn_file_actions_addopen(&actions, 2, messages, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int status = run(arguments, &actions);
    posix_spawn_file_actions_destroy(&actions);
    return status;
}

char *command_read(const struct strings *arguments)
{
    char name[] = "/tmp/fltcc-out-XXXXXX";
    int fd = mkstemp(name);
    if (fd < 0)
        die("cannot make a temporary file: %s", strerror(errno));
    close(fd);
    int status = command_run(arguments, false, name, NULL);
    size_t length;
    char *content = file_read(name, &length);
    unlink(name);
    if (status || !content)
        die("%s failed", arguments->item[0]);
    while (length && content[length - 1] == '\n')
        content[--length] = 0;
    return content;
}
