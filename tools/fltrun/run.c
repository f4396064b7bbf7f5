/* The processes of a run: the manager, the services, the command. They are watched by waiting for SIGCHLD,
 * and all end here. */
#include "fltrun.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READY_SECONDS 60
#define END_SECONDS 10

struct process {
    pid_t pid; /* 0: not started, or ended and waited for */
    int status;
    const char *name;
};

struct run {
    const struct plan *plan;
    char directory[64];
    struct process manager, command, service[MAX_THINGS];
    int wanted_end; /* a signal to fltrun itself */
};

static sigset_t watched;

static void watch_signals(void)
{
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigaddset(&watched, SIGINT);
    sigaddset(&watched, SIGTERM);
    sigaddset(&watched, SIGHUP);
    sigprocmask(SIG_BLOCK, &watched, NULL);
    signal(SIGPIPE, SIG_IGN); /* a reader that goes away must not keep us from cleaning up */
}

static void note_end(struct process *process, pid_t pid, int status)
{
    if (process->pid != pid)
        return;
    process->pid = 0;
    process->status = status;
}

static void collect(struct run *run)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        note_end(&run->manager, pid, status);
        note_end(&run->command, pid, status);
        for (int i = 0; i < run->plan->services; i++)
            note_end(&run->service[i], pid, status);
    }
}

/* Waits for the next child's end or a signal, at most so long. */
static void wait_a_little(struct run *run, long milliseconds)
{
    struct timespec limit = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    int number = sigtimedwait(&watched, NULL, milliseconds < 0 ? NULL : &limit);
    if (number > 0 && number != SIGCHLD)
        run->wanted_end = number;
    collect(run);
}

/* In the child. Processes beside the command have groups of their own, so that a key on the terminal ends the
 * command first. */
static void become(char *const *arguments, bool beside, int output)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (beside) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
    }
    if (output >= 0) {
        dup2(output, 1);
        dup2(output, 2);
    }
    execvp(arguments[0], arguments);
    fprintf(stderr, "fltrun: %s: %s\n", arguments[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

static bool start(struct process *process, const char *name, char *const *arguments, bool beside, int output)
{
    fflush(NULL);
    pid_t pid = fork();
    if (beside && pid >= 0)
        setpgid(pid, 0); /* in both: whoever comes first */
    if (pid == 0)
        become(arguments, beside, output);
    if (pid < 0) {
        fprintf(stderr, "fltrun: cannot start %s: %s\n", name, strerror(errno));
        return false;
    }
    *process = (struct process){.pid = pid, .name = name};
    return true;
}

static void say_end(const struct process *process, const char *when)
{
    if (WIFSIGNALED(process->status))
        fprintf(stderr, "fltrun: %s was ended by signal %d (%s)%s\n", process->name,
            WTERMSIG(process->status), strsignal(WTERMSIG(process->status)), when);
    else
        fprintf(
            stderr, "fltrun: %s ended with status %d%s\n", process->name, WEXITSTATUS(process->status), when);
}

static long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool start_manager(struct run *run)
{
    const char *sanitizer = setup_sanitizer(run->plan);
    char *program = sanitizer ? setup_manager() : NULL;
    int log = -1;
    if (!program)
        return false;
    if (run->plan->log && (log = open(run->plan->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) < 0) {
        fprintf(stderr, "fltrun: %s: %s\n", run->plan->log, strerror(errno));
        free(program);
        return false;
    }
    bool good = start(&run->manager, "the manager",
        (char *const[]){program, "-r", run->directory, "--sanitizer", (char *)sanitizer, NULL}, true, log);
    if (log >= 0)
        close(log);
    free(program);
    for (long end = now() + READY_SECONDS * 1000; good && !setup_manager_answers(); wait_a_little(run, 10)) {
        if (!run->manager.pid)
            say_end(&run->manager, " before it was ready");
        else if (now() > end)
            fprintf(stderr, "fltrun: the manager was not ready within %d seconds\n", READY_SECONDS);
        good = run->manager.pid && now() <= end && !run->wanted_end;
    }
    return good;
}

static bool start_service(struct run *run, int index)
{
    const char *line = run->plan->service[index];
    struct process *service = &run->service[index];
    long before = setup_connections();
    bool good = start(service, line, (char *const[]){"/bin/sh", "-c", (char *)line, NULL}, true, -1);
    for (long end = now() + READY_SECONDS * 1000; good && setup_connections() <= before;
         wait_a_little(run, 10)) {
        if (!service->pid)
            say_end(service, " before it was connected to a port");
        else if (!run->manager.pid)
            say_end(&run->manager, "");
        else if (now() > end)
            fprintf(
                stderr, "fltrun: %s was not connected to any port within %d seconds\n", line, READY_SECONDS);
        good = service->pid && run->manager.pid && now() <= end && !run->wanted_end;
    }
    return good;
}

static void say(const struct run *run, const char *what, const char *name)
{
    if (run->plan->verbose)
        fprintf(stderr, "fltrun: %s%s\n", what, name);
}

static bool set_up(struct run *run)
{
    const struct plan *plan = run->plan;
    say(run, "the manager runs in ", run->directory);
    for (int i = 0; i < plan->mounts; i++) {
        if (!setup_mount(plan->mount[i]))
            return false;
        say(run, "mounted ", plan->mount[i]);
    }
    for (int i = 0; i < plan->drivers; i++) {
        if (!setup_driver(&plan->driver[i], plan->allow_missing))
            return false;
        say(run, "loaded ", plan->driver[i].file);
    }
    for (int i = 0; i < plan->services; i++) {
        if (!start_service(run, i))
            return false;
        say(run, "connected: ", plan->service[i]);
    }
    return !run->wanted_end;
}

static void end_process(struct run *run, struct process *process)
{
    if (!process->pid)
        return;
    pid_t group = -process->pid; /* a service's shell may have children of its own */
    kill(group, SIGTERM);
    for (long end = now() + END_SECONDS * 1000; process->pid && now() < end;)
        wait_a_little(run, 100);
    if (!process->pid)
        return;
    fprintf(stderr, "fltrun: %s does not end: killed\n", process->name);
    kill(group, SIGKILL);
    while (process->pid)
        wait_a_little(run, -1);
}

static int run_command(struct run *run)
{
    if (!start(&run->command, run->plan->command[0], run->plan->command, false, -1))
        return FLTRUN_FAILED;
    bool lost = false;
    while (run->command.pid) {
        wait_a_little(run, -1);
        lost = lost || !run->manager.pid;
        if (run->command.pid && (run->wanted_end || !run->manager.pid))
            kill(run->command.pid, run->wanted_end ? run->wanted_end : SIGTERM);
        run->wanted_end = 0;
    }
    if (lost) {
        say_end(&run->manager, " while the command ran");
        return FLTRUN_FAILED;
    }
    return WIFSIGNALED(run->command.status) ? 128 + WTERMSIG(run->command.status)
                                            : WEXITSTATUS(run->command.status);
}

/* The kernel must ask the manager, whatever attributes it keeps; a question that was under way when the
 * manager ended comes back aborted. */
static bool is_dead(const char *point)
{
    struct statx status;
    return statx(AT_FDCWD, point, AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, &status) < 0 &&
           (errno == ENOTCONN || errno == ECONNABORTED);
}

static void take_mount_away(const char *point)
{
    if (geteuid() == 0) {
        if (umount2(point, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
            fprintf(stderr,
                "fltrun: the mount of the manager that ended is still on %s: %s; try umount -l %s\n", point,
                strerror(errno), point);
        return;
    }
    pid_t pid = fork();
    if (pid == 0) {
        execlp("fusermount3", "fusermount3", "-u", "-z", point, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
        fprintf(stderr,
            "fltrun: the mount of the manager that ended is still on %s; try fusermount3 -u -z %s\n", point,
            point);
}

/* A manager that was killed, or that a sanitizer ended, leaves its mounts to the next one: here there is
 * none. */
static void take_mounts_away(const char *directory)
{
    char *list = NULL, *line = NULL;
    size_t room = 0;
    FILE *file = asprintf(&list, "%s/mounts", directory) > 0 ? fopen(list, "re") : NULL;
    while (file && getline(&line, &room, file) > 0) {
        line[strcspn(line, "\n")] = 0;
        if (is_dead(line))
            take_mount_away(line);
    }
    if (file)
        fclose(file);
    free(line);
    free(list);
}

static void remove_directory(const char *path)
{
    DIR *stream = opendir(path);
    for (struct dirent *entry; stream && (entry = readdir(stream));)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(stream), entry->d_name, 0);
    if (stream)
        closedir(stream);
    rmdir(path);
}

/* Services first: on their end the drivers answer for themselves. The manager tells what drivers left behind.
 */
static bool tear_down(struct run *run)
{
    for (int i = run->plan->services; i-- > 0;)
        end_process(run, &run->service[i]);
    bool ran = run->manager.pid != 0;
    end_process(run, &run->manager);
    bool clean = !ran || (WIFEXITED(run->manager.status) && WEXITSTATUS(run->manager.status) == 0);
    if (!clean)
        say_end(&run->manager, " at its end");
    take_mounts_away(run->directory);
    remove_directory(run->directory);
    return clean;
}

int run_plan(const struct plan *plan)
{
    struct run run = {.plan = plan, .directory = "/tmp/fltrun-XXXXXX"};
    if (!mkdtemp(run.directory)) {
        fprintf(stderr, "fltrun: /tmp: %s\n", strerror(errno));
        return FLTRUN_FAILED;
    }
    setenv("OPENFLTMGR_RUNTIME", run.directory, 1);
    watch_signals();
    int status = FLTRUN_FAILED;
    if (start_manager(&run)) {
        if (set_up(&run)) {
            status = run_command(&run);
        } else {
            wait_a_little(&run, 200); /* a request that failed because the manager is ending */
            if (!run.manager.pid)
                say_end(&run.manager, "");
        }
    }
    bool clean = tear_down(&run);
    return clean ? status : FLTRUN_FAILED;
}
