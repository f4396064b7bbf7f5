/* Many senders, readers, timeouts, cancels, calls and deaths at once: nobody hangs, nothing is answered twice, no reply goes
 * to a message that is not its own. It lasts as many seconds as the argument says (default 5), and longer where every
 * application could not yet answer a message in that time. */
#include "rig.h"

#include <stdlib.h>
#include <time.h>

#define SENDERS 6
#define CLIENTS 3

static struct rig_port port;
static double end;
static int seconds = 5;
static int running; /* applications */
static int sent, answered, timed_out, disconnected, wrong, calls;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static NTSTATUS count_call(struct rig_connection *c, PVOID in, ULONG in_length, PVOID out, ULONG out_length, PULONG returned)
{
    __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
    *returned = 0;
    return STATUS_SUCCESS;
}

static void add(int *counter)
{
    __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static void *send_many(void *argument)
{
    unsigned seed = (unsigned)(ULONG_PTR)argument;

    while (__atomic_load_n(&running, __ATOMIC_ACQUIRE) > 0) {
        struct rig_connection *c = &port.connections[rand_r(&seed) % MAX_CLIENTS];
        LARGE_INTEGER timeout = {.QuadPart = (LONGLONG)(rand_r(&seed) % 50) * MILLISECOND - 1};
        bool patient = rand_r(&seed) % 4 == 0; /* ends by a reply or the application's death, however slow the machine */
        char text[16], reply[16] = "";
        ULONG length = sizeof reply;
        snprintf(text, sizeof text, "%08x", (unsigned)rand_r(&seed));
        if (!__atomic_load_n(&c->port, __ATOMIC_ACQUIRE)) {
            sched_yield();
            continue;
        }
        NTSTATUS status = FltSendMessage(rig_filter, &c->port, text, 8, reply, &length,
            patient ? NULL : &timeout);
        add(&sent);
        if (status == STATUS_SUCCESS && (length != 8 || memcmp(reply, text, 8)))
            add(&wrong);
        else if (status == STATUS_SUCCESS)
            add(&answered);
        else if (status == STATUS_TIMEOUT && !patient)
            add(&timed_out);
        else if (status == STATUS_PORT_DISCONNECTED)
            add(&disconnected);
        else
            add(&wrong);
    }
    return NULL;
}

static int answers(void)
{
    return __atomic_load_n(&answered, __ATOMIC_RELAXED);
}

/* An application that echoes for a while, then dies in the middle of everything. The connection of the one before may not be
 * gone yet, but there are places enough. */
static void live_once(unsigned *seed)
{
    struct rig_client *c = rig_client(0);
    int before = answers();

    if (rig_number(rig_ask(c, "A connect 0 \\RigStress"), "hr") != OK)
        add(&wrong);
    if (rand_r(seed) % 2) { /* by a completion port, with more threads than gets or fewer */
        rig_ask(c, "A iocp 0 1");
        for (const char *t = "BCDG"; *t; t++)
            rig_tell(c, "%c serve 0 24 %d", *t, rand_r(seed) % 3 + (*t == 'B'));
    } else {
        for (const char *t = "BCD"; *t; t++)
            rig_tell(c, "%c echo 0 24", *t);
    }
    for (int i = 0; i < 20 || answers() == before; i++) {
        rig_ask(c, "E call 0 x 4");
        rig_ask(c, "F post 0 %d 24 e", i % 4);
        rig_ask(c, "F cancel 0 %d", i % 4);
        rig_ask(c, "F wait 0 %d", i % 4); /* cancelled, or a message came first */
    }
    if (rand_r(seed) % 2)
        rig_client_kill(c);
    else
        rig_client_end(c);
}

static void *run_client(void *argument)
{
    unsigned seed = (unsigned)(ULONG_PTR)argument;

    do
        live_once(&seed);
    while (now() < end && !__atomic_load_n(&wrong, __ATOMIC_RELAXED));
    __atomic_sub_fetch(&running, 1, __ATOMIC_RELEASE);
    return NULL;
}

static void storm(void **state)
{
    pthread_t threads[SENDERS + CLIENTS];

    end = now() + seconds;
    running = CLIENTS;
    port.message = count_call;
    rig_open(&port, u"\\RigStress", MAX_CLIENTS);
    rig_reuse(&port);
    for (ULONG_PTR i = 0; i < SENDERS + CLIENTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, i < SENDERS ? send_many : run_client, (void *)(i + 1)), 0);
    for (int i = 0; i < SENDERS + CLIENTS; i++)
        pthread_join(threads[i], NULL);
    print_message("# %d sent, %d answered, %d timed out, %d disconnected, %d calls\n", sent, answered, timed_out,
        disconnected, calls);
    assert_int_equal(wrong, 0);
    assert_true(answered > 0 && calls >= 20 * CLIENTS);
    rig_close(&port);
    for (int i = 0; i < MAX_CLIENTS; i++)
        rig_wait_unused(&port.connections[i]);
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        TEST("P-51 P-64 P-112 P-118 P-123 P-125 a storm of senders, readers, cancels and deaths", storm),
    };
    if (count > 1)
        seconds = atoi(arguments[1]);
    return RUN_TESTS(tests, rig_start, rig_stop);
}
