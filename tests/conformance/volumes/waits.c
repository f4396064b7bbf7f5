/*
 * Opens that wait for a driver: they delay nobody else, and every one of them can be ended; a signal never turns a question into a
 * yes (V-209 to V-213).
 */
#include "guarded.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MANY = 500 };

static pid_t open_in_child(const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        _exit(fd >= 0 ? 0 : errno);
    }
    assert_true(child > 0);
    return child;
}

static int end_of(pid_t child)
{
    int status;
    assert_int_equal(child, waitpid(child, &status, 0));
    return status;
}

/* Answered within a second, or the test fails by its own alarm. */
static void assert_prompt(const char *what, unsigned long long since)
{
    unsigned long long took = now_ms() - since;
    if (took > 1000)
        fail_msg("%s took %llu ms beside waiting opens", what, took);
}

static void many_waiters(void **state)
{
    static pid_t children[MANY];
    struct stat st;
    write_behind("held", "x", 0644);
    write_behind("free", "y", 0644);
    __atomic_store_n(&guarded->hold, 1, __ATOMIC_RELEASE);
    for (int i = 0; i < MANY; i++)
        children[i] = open_in_child(on_mount("held"));
    until(held() == MANY);

    unsigned long long start = now_ms();
    assert_string_equal("y", text_of(on_mount("free")));
    assert_prompt("an open", start);
    start = now_ms();
    assert_int_equal(0, stat(on_mount("held"), &st));
    assert_prompt("a stat", start);
    start = now_ms();
    char path[96];
    sprintf(path, "%s/new", guarded_second);
    int fd = try_open(path, O_RDWR | O_CREAT);
    assert_true(fd >= 0 && write(fd, "z", 1) == 1);
    close(fd);
    unlink(path);
    assert_prompt("another volume", start);

    start = now_ms();
    for (int i = 0; i < MANY; i++)
        kill(children[i], SIGKILL);
    for (int i = 0; i < MANY; i++) {
        int status = end_of(children[i]);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
    assert_true(now_ms() - start < 10000);
    until(held() == 0);
    assert_int_equal(MANY, __atomic_load_n(&guarded->cut, __ATOMIC_SEQ_CST));
    guarded_release();
    assert_string_equal("x", text_of(on_mount("held")));
}

static void answered_after_all(void **state)
{
    write_behind("held", "x", 0644);
    __atomic_store_n(&guarded->hold, 1, __ATOMIC_RELEASE);
    pid_t child = open_in_child(on_mount("held"));
    until(held() == 1);
    guarded_release();
    assert_int_equal(0, end_of(child));
    assert_int_equal(0, __atomic_load_n(&guarded->cut, __ATOMIC_SEQ_CST));
}

static volatile sig_atomic_t handled;

static void on_signal(int number)
{
    handled++;
}

/* The child's open is interrupted again and again by a signal it handles; it may end with EINTR or wait on, never succeed by it. */
static pid_t open_under_signals(const char *path, int number, int flags)
{
    pid_t child = fork();
    if (child == 0) {
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};
        struct itimerval often = {{0, 20000}, {0, 20000}};
        sigaction(number, &action, NULL);
        if (number == SIGALRM)
            setitimer(ITIMER_REAL, &often, NULL);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        _exit(fd >= 0 ? 0 : errno);
    }
    return child;
}

static bool is_waiting(pid_t child)
{
    siginfo_t info = {0};
    waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid == 0;
}

static void handled_signals(void **state)
{
    static const int numbers[] = {SIGALRM, SIGURG};
    write_behind("held", "x", 0644);
    for (size_t i = 0; i < 2; i++) {
        __atomic_store_n(&guarded->hold, 1, __ATOMIC_RELEASE);
        pid_t child = open_under_signals(on_mount("held"), numbers[i], i ? SA_RESTART : 0);
        until(held() == 1);
        unsigned long long start = now_ms();
        while (now_ms() - start < 300 && is_waiting(child)) {
            if (numbers[i] == SIGURG)
                kill(child, SIGURG); /* as Go's runtime does to its own threads */
            sched_yield();
        }
        assert_true(is_waiting(child)); /* no signal ended the question */
        assert_int_equal(1, held());
        strcpy(guarded->deny_name, "held"); /* and the answer, when it comes, is no */
        kill(child, SIGKILL);
        end_of(child);
        until(held() == 0);
        guarded->deny_name[0] = '\0';
        guarded_release();
        guarded_clear(NULL);
        write_behind("held", "x", 0644);
    }
}

static void signal_then_kill(void **state)
{
    write_behind("held", "x", 0644);
    __atomic_store_n(&guarded->hold, 1, __ATOMIC_RELEASE);
    for (int round = 0; round < 5; round++) {
        pid_t child = open_under_signals(on_mount("held"), SIGALRM, 0);
        until(held() == 1);
        unsigned long long start = now_ms();
        while (now_ms() - start < 100)
            sched_yield(); /* several alarms have gone by: the interrupt was sent */
        start = now_ms();
        kill(child, SIGKILL);
        int status = end_of(child);
        unsigned long long took = now_ms() - start;
        assert_true(WIFSIGNALED(status));
        if (took > 200)
            fail_msg("V-211: freed after %llu ms", took);
        until(held() == 0);
    }
    guarded_release();
}

/* A thread of many: its process goes, all its opens go. */
static void *open_in_thread(void *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return (void *)(long)fd;
}

static void threads_of_one_process(void **state)
{
    write_behind("held", "x", 0644);
    __atomic_store_n(&guarded->hold, 1, __ATOMIC_RELEASE);
    pid_t child = fork();
    if (child == 0) {
        pthread_t threads[8];
        for (int i = 0; i < 8; i++)
            pthread_create(&threads[i], NULL, open_in_thread, (void *)on_mount("held"));
        pause();
        _exit(0);
    }
    until(held() == 8);
    kill(child, SIGKILL);
    assert_true(WIFSIGNALED(end_of(child)));
    until(held() == 0);
    guarded_release();
}

/* Nothing tells that the driver's callback is asleep: somebody else must read on all the same. */
static void plain_sleepers(void **state)
{
    enum { SLEEPERS = 5 };
    pid_t children[SLEEPERS];
    struct stat st;
    write_behind("free", "y", 0644);
    __atomic_store_n(&guarded->hold, 1, __ATOMIC_RELEASE);
    for (int i = 0; i < SLEEPERS; i++) {
        char name[16];
        sprintf(name, "busy%d", i);
        write_behind(name, "x", 0644);
        children[i] = open_in_child(on_mount(name));
        unsigned long long begin = now_ms();
        until(held() == i + 1u && now_ms() - begin >= 10); /* long enough for whoever watches to have lost interest */
    }
    unsigned long long start = now_ms();
    assert_string_equal("y", text_of(on_mount("free")));
    assert_int_equal(0, stat(on_mount("busy0"), &st));
    assert_prompt("an open and a stat", start);
    guarded_release();
    for (int i = 0; i < SLEEPERS; i++)
        assert_int_equal(0, end_of(children[i]));
}

/* How often the mounts' threads went to sleep by themselves. */
static unsigned long sleeps_of_manager(void)
{
    char path[64], line[128], status[400], name[64];
    unsigned long sum = 0, count;
    sprintf(path, "/proc/%d/task", frame_manager);
    DIR *tasks = opendir(path);
    assert_non_null(tasks);
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        snprintf(status, sizeof status, "%s/%s/status", path, task->d_name);
        FILE *file = fopen(status, "r");
        name[0] = 0;
        while (file && fgets(line, sizeof line, file)) {
            sscanf(line, "Name: %63s", name); /* sanitizers have threads of their own */
            if (strncmp(name, "mount", 5) == 0 && sscanf(line, "voluntary_ctxt_switches: %lu", &count) == 1)
                sum += count;
        }
        if (file)
            fclose(file);
    }
    closedir(tasks);
    return sum;
}

static void idle_manager(void **state)
{
    write_behind("free", "y", 0644);
    assert_string_equal("y", text_of(on_mount("free")));
    unsigned long before, after = sleeps_of_manager();
    do { /* in the end a tenth of a second goes by without any thread waking up */
        unsigned long long start = now_ms();
        before = after;
        until(now_ms() - start >= 100);
        after = sleeps_of_manager();
    } while (after != before);
}

#define GUARDED(name, fn) TEST_WITH(name, fn, guarded_clear, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GUARDED("V-209 V-211 V-213 five hundred opens wait, nobody else does, each can be killed", many_waiters),
        GUARDED("V-122 V-211 an open that waited is answered", answered_after_all),
        GUARDED("V-211 handled signals end no question", handled_signals),
        GUARDED("V-211 a handled signal, then SIGKILL", signal_then_kill),
        GUARDED("V-209 V-213 callbacks that sleep by themselves delay nobody", plain_sleepers),
        GUARDED("an idle manager does not wake up", idle_manager),
        GUARDED("V-211 a process with many waiting threads", threads_of_one_process),
    };
    return RUN_TESTS(tests, guarded_start, guarded_stop);
}
