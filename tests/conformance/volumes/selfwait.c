/*
 * A service whose driver asks it about its own opens waits for itself. It is found out, whoever of its processes opens, and over other
 * services, too; others wait as long as it takes (V-215, V-216).
 */
#include "asked.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static int open_first(void)
{
    return asked_open("ask0");
}

static int open_second(void)
{
    return asked_open("ask1");
}

/* By a program that it starts and waits for. */
static int helper_opens_first(void)
{
    int status;
    pid_t helper = fork();
    if (helper == 0)
        _exit(open_first());
    waitpid(helper, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 201;
}

static void its_own_open(void **state)
{
    write_behind("ask0", "x", 0644);
    struct asked_child service = asked_child(open_first);
    asked_connect(0, service.pid);
    asked_go(&service);
    assert_int_equal(EDEADLK, asked_end(&service));
    asked_disconnect();
}

static void its_helper(void **state)
{
    write_behind("ask0", "x", 0644);
    struct asked_child service = asked_child(helper_opens_first);
    asked_connect(0, service.pid);
    asked_go(&service);
    assert_int_equal(EDEADLK, asked_end(&service));
    asked_disconnect();
}

/* Each waits for the other one. When the first is told so, the circle is open. */
static void each_other(void **state)
{
    write_behind("ask0", "x", 0644);
    write_behind("ask1", "x", 0644);
    struct asked_child first = asked_child(open_second), second = asked_child(open_first);
    asked_connect(0, first.pid);
    asked_connect(1, second.pid);
    asked_go(&first);
    asked_go(&second);
    int status;
    pid_t ended = waitpid(-1, &status, 0);
    assert_true(ended == first.pid || ended == second.pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(EDEADLK, WEXITSTATUS(status));
    struct asked_child *other = ended == first.pid ? &second : &first;
    kill(other->pid, SIGKILL);
    asked_end(other);
    asked_disconnect();
}

static void somebody_else(void **state)
{
    siginfo_t info = {0};
    write_behind("ask0", "x", 0644);
    struct asked_child service = asked_child(open_first), other = asked_child(open_first);
    asked_connect(0, service.pid); /* which stays silent */
    unsigned long long start = now_ms();
    asked_go(&other);
    until(held() == 1);
    until(now_ms() - start >= 3000); /* longer than the service itself would wait */
    waitid(P_PID, (id_t)other.pid, &info, WEXITED | WNOHANG | WNOWAIT);
    assert_int_equal(0, info.si_pid);
    assert_int_equal(1, held());
    asked_disconnect();
    int error = asked_end(&other);
    assert_true(error != 0 && error != EDEADLK && error < 1000);
    kill(service.pid, SIGKILL);
    asked_end(&service);
    close(service.go);
}

static int stop(void **state)
{
    guarded_order('Z');
    return guarded_stop(state);
}

#define GUARDED(name, fn) TEST_WITH(name, fn, guarded_clear, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GUARDED("V-215 a service that opens what it is asked about is told so", its_own_open),
        GUARDED("V-216 a helper of the service is the service", its_helper),
        GUARDED("V-216 two services that wait for each other", each_other),
        GUARDED("V-215 V-216 somebody else waits as long as it takes", somebody_else),
    };
    asked_prepare();
    return RUN_TESTS(tests, guarded_start, stop);
}
