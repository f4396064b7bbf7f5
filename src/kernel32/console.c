/* The console's control events: signals, handed to handlers in a thread of their own. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>

#include "kernel32/handle.h"
#include "rtl/utf.h"

struct handler {
    struct handler *next;
    PHANDLER_ROUTINE routine;
};

static pthread_mutex_t handlers_lock = PTHREAD_MUTEX_INITIALIZER;
static struct handler *handlers; /* the newest first */
static bool ignore_ctrl_c;
static int signal_pipe[2] = {-1, -1};

static const struct {
    int number;
    DWORD event;
} signals[] = {
    {SIGINT, CTRL_C_EVENT},
    {SIGQUIT, CTRL_BREAK_EVENT},
    {SIGTERM, CTRL_CLOSE_EVENT},
    {SIGHUP, CTRL_CLOSE_EVENT},
};

static void on_signal(int number)
{
    int before = errno;
    char byte = (char)number;

    if (write(signal_pipe[1], &byte, 1) < 0) {
        /* the pipe is full of the same */
    }
    errno = before;
}

static DWORD event_of(int number)
{
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        if (signals[i].number == number)
            return signals[i].event;
    }
    return CTRL_CLOSE_EVENT;
}

/* The handlers as they are now: one may add or remove others while it runs. */
static size_t copy_handlers(PHANDLER_ROUTINE *copies, size_t room)
{
    size_t n = 0;

    pthread_mutex_lock(&handlers_lock);
    for (struct handler *h = handlers; h && n < room; h = h->next)
        copies[n++] = h->routine;
    pthread_mutex_unlock(&handlers_lock);
    return n;
}

static bool handled(DWORD event)
{
    PHANDLER_ROUTINE copies[64];
    size_t n = copy_handlers(copies, 64);

    for (size_t i = 0; i < n; i++) {
        if (copies[i](event))
            return true;
    }
    return event == CTRL_C_EVENT && __atomic_load_n(&ignore_ctrl_c, __ATOMIC_RELAXED);
}

static void *serve_signals(void *unused)
{
    char number;

    while (read(signal_pipe[0], &number, 1) == 1 || errno == EINTR) {
        if (handled(event_of(number)))
            continue;
        fflush(NULL);
        signal(number, SIG_DFL);
        raise(number);
    }
    return NULL;
}

/* Under the lock. */
static bool start(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    pthread_t thread;

    if (signal_pipe[0] >= 0)
        return true;
    if (pipe2(signal_pipe, O_CLOEXEC))
        return false;
    if (pthread_create(&thread, NULL, serve_signals, NULL))
        return false;
    pthread_detach(thread);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i].number, &action, NULL);
    return true;
}

static bool add_handler(PHANDLER_ROUTINE routine)
{
    struct handler *h = malloc(sizeof *h);

    if (!h)
        return false;
    *h = (struct handler){handlers, routine};
    handlers = h;
    return true;
}

static bool remove_handler(PHANDLER_ROUTINE routine)
{
    struct handler **at = &handlers;

    while (*at && (*at)->routine != routine)
        at = &(*at)->next;
    struct handler *h = *at;
    if (!h)
        return false;
    *at = h->next;
    free(h);
    return true;
}

BOOL SetConsoleCtrlHandler(PHANDLER_ROUTINE handler, BOOL add)
{
    pthread_mutex_lock(&handlers_lock);
    bool started = start();
    bool ok = started;
    if (started && !handler)
        __atomic_store_n(&ignore_ctrl_c, add, __ATOMIC_RELAXED);
    else if (started)
        ok = add ? add_handler(handler) : remove_handler(handler);
    pthread_mutex_unlock(&handlers_lock);
    if (!ok)
        SetLastError(add || !started ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_PARAMETER);
    return ok;
}

/* Colours, on a terminal only. */
BOOL SetConsoleTextAttribute(HANDLE console, WORD attributes)
{
    static const int colours[] = {30, 34, 32, 36, 31, 35, 33, 37};

    if (isatty(1)) {
        fflush(stdout);
        dprintf(1, "\033[%d;%dm", attributes & FOREGROUND_INTENSITY ? 1 : 0, colours[attributes & 7]);
    }
    return TRUE;
}

/* Text is UTF-8 whatever is asked for. */
BOOL SetConsoleOutputCP(UINT page)
{
    return TRUE;
}

UINT GetConsoleOutputCP(void)
{
    return CP_UTF8;
}

/* --- the debugger --- */

void OutputDebugStringA(LPCSTR text)
{
    if (text)
        fputs(text, stderr);
}

void OutputDebugStringW(LPCWSTR text)
{
    char *narrow = text ? rtl_utf8_from_wide((const char16_t *)text) : NULL;

    OutputDebugStringA(narrow);
    free(narrow);
}

BOOL IsDebuggerPresent(void)
{
    char line[256];
    int tracer = 0;
    FILE *status = fopen("/proc/self/status", "re");

    while (status && fgets(line, sizeof line, status)) {
        if (sscanf(line, "TracerPid: %d", &tracer) == 1)
            break;
    }
    if (status)
        fclose(status);
    return tracer != 0;
}

void DebugBreak(void)
{
    raise(SIGTRAP);
}
