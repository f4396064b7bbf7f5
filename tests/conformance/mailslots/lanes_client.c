/* The application of the lane tests: its calls on mailslots go through shared memory after the first few. The groups wait for each other
 * through the driver of lanes.c, never for a time. */
#include "client.h"

#include <stdint.h>
#include <string.h>

static char buffer[70000];
static DWORD done;

static const char *name = "\\\\.\\mailslot\\lane";
static HANDLE slot, first, second;

static void say(HANDLE writer, const char *text)
{
    DWORD written;

    CHECK(WriteFile(writer, text, (DWORD)strlen(text), &written, NULL) && written == strlen(text));
}

static void hear(const char *text)
{
    CHECK(ReadFile(slot, buffer, sizeof buffer, &done, NULL));
    if (done != strlen(text) || memcmp(buffer, text, done) != 0) {
        printf("expected %s, got %.*s\n", text, (int)done, buffer);
        exit(1);
    }
}

static HANDLE writer(void)
{
    HANDLE h = CreateFileA(name, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);

    CHECK(h != INVALID_HANDLE_VALUE);
    return h;
}

/* The memory of the lane, which is mapped by now: the rest of the group goes through it. */
static uint32_t *lane(size_t *words)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    unsigned long from, to, found = 0;

    while (fgets(line, sizeof line, maps)) {
        if (strstr(line, "memfd:openfltmgr") && sscanf(line, "%lx-%lx", &from, &to) == 2 && to - from >= 1u << 20) {
            found = from;
            *words = (to - from) / 4;
        }
    }
    fclose(maps);
    CHECK(found != 0);
    return (uint32_t *)found;
}

static void warm_up(void)
{
    size_t words;

    slot = CreateMailslotA(name, 0, 0, NULL);
    CHECK(slot != INVALID_HANDLE_VALUE);
    first = writer();
    second = writer();
    for (int i = 0; i < 5; i++) {
        say(first, "one");
        say(second, "two");
        hear("one");
        hear("two");
    }
    lane(&words);
}

static DWORD WINAPI say_it(void *text)
{
    say(first, text);
    return 0;
}

/* What the driver holds up in one thread's call another thread's call lets go. */
static void pair(char *held, const char *releasing)
{
    HANDLE thread = CreateThread(NULL, 0, say_it, held, 0, NULL);

    CHECK(thread != NULL);
    say(second, releasing);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CloseHandle(thread);
    CHECK(ReadFile(slot, buffer, sizeof buffer, &done, NULL) && ReadFile(slot, buffer, sizeof buffer, &done, NULL));
}

static void waits(void)
{
    warm_up();
    for (int i = 0; i < 20; i++)
        pair((char[]){"wait"}, "release");
}

static void sleeps(void)
{
    warm_up();
    for (int i = 0; i < 20; i++)
        pair((char[]){"sleep"}, "rouse");
}

static DWORD read_error;

static DWORD WINAPI read_it(void *unused)
{
    DWORD count;

    (void)unused;
    read_error = ReadFile(slot, buffer, sizeof buffer, &count, NULL) ? 0 : GetLastError();
    return 0;
}

static void cancels(void)
{
    warm_up();
    CHECK(SetMailslotInfo(slot, MAILSLOT_WAIT_FOREVER));
    for (int i = 0; i < 20; i++) {
        HANDLE thread = CreateThread(NULL, 0, read_it, NULL, 0, NULL);
        CHECK(thread != NULL);
        while (WaitForSingleObject(thread, 0) == WAIT_TIMEOUT)
            CancelSynchronousIo(thread); /* nothing to cancel until it has begun */
        CloseHandle(thread);
        CHECK(read_error == ERROR_OPERATION_ABORTED);
    }
    say(first, "still");
    hear("still");
}

static void sizes(void)
{
    static char sent[70000];
    static const DWORD each[] = {0, 1, 15, 16, 17, 4096, 65519, 65520, 65521, 65535, 65536, 65537, 70000};

    warm_up();
    for (DWORD i = 0; i < sizeof sent; i++)
        sent[i] = (char)(i * 7 + i / 251);
    for (unsigned i = 0; i < sizeof each / sizeof *each; i++) {
        CHECK(WriteFile(first, sent, each[i], &done, NULL) && done == each[i]);
        memset(buffer, 0, sizeof buffer);
        CHECK(ReadFile(slot, buffer, each[i] < 100 ? 100 : each[i], &done, NULL) && done == each[i]);
        CHECK(memcmp(buffer, sent, done) == 0);
    }
    CHECK(WriteFile(first, sent, 100, &done, NULL));
    FAILS(ERROR_INSUFFICIENT_BUFFER, ReadFile(slot, buffer, 99, &done, NULL));
    CHECK(ReadFile(slot, buffer, 100, &done, NULL) && done == 100);
    FAILS(ERROR_SEM_TIMEOUT, ReadFile(slot, buffer, 100, &done, NULL));
    FAILS(ERROR_ACCESS_DENIED, ReadFile(first, buffer, 100, &done, NULL));
}

/* Killed by the test, with a call that waits. */
static void holds(void)
{
    warm_up();
    say(first, "wait");
}

static DWORD WINAPI say_for_ever(void *unused)
{
    DWORD written;

    (void)unused;
    for (;;)
        WriteFile(first, "x", 1, &written, NULL); /* it may fail, or never end: it is our own fault */
    return 0;
}

/* Writes over its whole lane while its threads make calls; killed by the test. Mostly the words of the bell and of the
 * seats, with values that mean something. To ThreadSanitizer it is not there: it races with its own threads, as it should. */
__attribute__((no_sanitize_thread)) static void spoils(void)
{
    static const uint32_t telling[] = {0, 1, 2, 3, 4, 5, 16, 0x80000001, 0x80000002, 0x40000001, 65536, 65537, UINT32_MAX};
    size_t words;
    unsigned seed = 1;

    name = "\\\\.\\mailslot\\spoiled lane";
    warm_up();
    uint32_t *memory = lane(&words);
    for (int i = 0; i < 3; i++)
        CHECK(CreateThread(NULL, 0, say_for_ever, NULL, 0, NULL) != NULL);
    say(second, "begun");
    for (;;) {
        size_t at = (size_t)rand_r(&seed);
        uint32_t value = (uint32_t)rand_r(&seed);
        if (at % 8 != 0)
            at = at % 4 == 1 ? at / 8 % 64 : 1024 + at / 8 % 16 * 17408 + at / 128 % 32;
        if (value % 4 != 0)
            value = telling[value / 4 % (sizeof telling / sizeof *telling)];
        __atomic_store_n(&memory[at % words], value, __ATOMIC_RELAXED);
    }
}

int main(int count, char **arguments)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } groups[] = {{"waits", waits}, {"sleeps", sleeps}, {"cancels", cancels}, {"sizes", sizes}, {"holds", holds}, {"spoils", spoils}};

    for (unsigned i = 0; count == 2 && i < sizeof groups / sizeof *groups; i++) {
        if (strcmp(groups[i].name, arguments[1]) == 0) {
            groups[i].run();
            return 0;
        }
    }
    return 2;
}
