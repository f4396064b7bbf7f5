/* The applications of processes.c: GROUP BOARD NAME [ROW]. They run until they are told to stop, or killed.
 */
#include "client.h"
#include "processes.h"

#include <fltUserEx.h>

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct board *board;
static char name[128];

static HANDLE open_slot(void)
{
    HANDLE h = CreateFileA(name, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);

    CHECK(h != INVALID_HANDLE_VALUE);
    return h;
}

/* Messages of 8 to 107 bytes; a slot that is full is tried again. */
static void writes(unsigned row)
{
    HANDLE h = open_slot();
    unsigned char bytes[128] = {0};
    struct board_message m = {.writer = row};
    DWORD done;

    while (!__atomic_load_n(&board->stop, __ATOMIC_ACQUIRE)) {
        memcpy(bytes, &m, sizeof m);
        DWORD length = sizeof m + m.number % 100;
        if (!WriteFile(h, bytes, length, &done, NULL)) {
            CHECK(GetLastError() == ERROR_NOT_ENOUGH_QUOTA);
            SwitchToThread();
            continue;
        }
        CHECK(done == length);
        m.number++;
        __atomic_store_n(&board->acknowledged[row], m.number, __ATOMIC_RELEASE);
    }
}

/* Until a message of no bytes. */
static void reads(unsigned row)
{
    WCHAR wide[128];
    unsigned char bytes[128];
    DWORD done;
    uint32_t count = 0;

    for (size_t i = 0; i < 128; i++)
        wide[i] = (WCHAR)name[i];
    HANDLE h = OfmJoinMailslot(wide);
    CHECK(h != INVALID_HANDLE_VALUE);
    for (;;) {
        CHECK(ReadFile(h, bytes, sizeof bytes, &done, NULL));
        if (done == 0)
            return;
        CHECK(count < BOARD_TAKEN);
        memcpy(&board->readers[row].taken[count++], bytes, sizeof(struct board_message));
        __atomic_store_n(&board->readers[row].count, count, __ATOMIC_RELEASE);
    }
}

/* Two slots of its own, one with two reads that wait and one with messages; two clients of another's slot and
 * a message there. */
static void holds(unsigned row)
{
    HANDLE waiting = CreateMailslotA("\\\\.\\mailslot\\processes\\waiting", 0, MAILSLOT_WAIT_FOREVER, NULL);
    HANDLE filled = CreateMailslotA("\\\\.\\mailslot\\processes\\filled", 0, 0, NULL);
    HANDLE own =
        CreateFileA("\\\\.\\mailslot\\processes\\filled", GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
    HANDLE first = open_slot(), second = open_slot();
    static char one[16], two[16];
    OVERLAPPED a = {0}, b = {0};
    DWORD done;

    CHECK(waiting != INVALID_HANDLE_VALUE && filled != INVALID_HANDLE_VALUE && own != INVALID_HANDLE_VALUE &&
          second);
    FAILS(ERROR_IO_PENDING, ReadFile(waiting, one, sizeof one, NULL, &a));
    FAILS(ERROR_IO_PENDING, ReadFile(waiting, two, sizeof two, NULL, &b));
    for (int i = 0; i < 3; i++)
        CHECK(WriteFile(own, "unread", 6, &done, NULL));
    CHECK(WriteFile(first, "stays", 5, &done, NULL));
    __atomic_store_n(&board->ready, 1, __ATOMIC_RELEASE);
    for (;;)
        pause();
}

/* Messages of 4000 bytes until one does not go in; then a hundred more tries, all with the same error. */
static void floods(unsigned row)
{
    static char bytes[4000];
    HANDLE h = open_slot();
    DWORD done;

    board->flooded = 0;
    while (WriteFile(h, bytes, sizeof bytes, &done, NULL))
        board->flooded++;
    board->flood_error = GetLastError();
    for (int i = 0; i < 100; i++)
        CHECK(!WriteFile(h, bytes, sizeof bytes, &done, NULL) && GetLastError() == board->flood_error);
}

int main(int count, char **arguments)
{
    static const struct {
        const char *name;
        void (*run)(unsigned row);
    } groups[] = {{"writes", writes}, {"reads", reads}, {"holds", holds}, {"floods", floods}};

    CHECK(count >= 4);
    int fd = open(arguments[2], O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0);
    board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(board != MAP_FAILED);
    snprintf(name, sizeof name, "\\\\.\\mailslot\\%s", arguments[3]);
    for (unsigned i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (strcmp(groups[i].name, arguments[1]) == 0) {
            groups[i].run(count > 4 ? (unsigned)atoi(arguments[4]) : 0);
            return 0;
        }
    }
    return 2;
}
