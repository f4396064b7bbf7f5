/* Mailslots of applications: the manager here, the applications in client.c, in processes of their own. */
#include "harness.h"

#include <fltkernel.h>
#include <nt/undocumented.h>
#include <openfltmgr.h>

#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char directory[] = "/tmp/openfltmgr-mailslots-XXXXXX";

static int start(void **state)
{
    if (!mkdtemp(directory) || chmod(directory, 0755) || setenv("OPENFLTMGR_RUNTIME", directory, 1))
        return -1;
    return NT_SUCCESS(ofm_start(NULL)) && NT_SUCCESS(ofm_listen(directory)) ? 0 : -1;
}

static int stop(void **state)
{
    struct ofm_report report;

    if (!NT_SUCCESS(ofm_stop(&report)))
        return -1;
    rmdir(directory);
    return report.leaks ? -1 : 0;
}

static void run(const char *group)
{
    char command[400], line[400] = "";

    snprintf(command, sizeof command, "%s %s", MAILSLOTS_CLIENT, group);
    FILE *output = popen(command, "r");
    assert_non_null(output);
    if (!fgets(line, sizeof line, output))
        line[0] = 0;
    int status = pclose(output);
    if (status != 0)
        fail_msg("status %x: %s", status, line);
}

#define GROUP(name)                                                                                                  \
    static void name(void **state)                                                                                   \
    {                                                                                                                \
        run(#name);                                                                                                  \
    }
GROUP(create)
GROUP(info)
GROUP(opens)
GROUP(reads)
GROUP(writes)
GROUP(overlapped)
GROUP(lifetime)
GROUP(times)
GROUP(list)
GROUP(native)
GROUP(query)
GROUP(peek)
GROUP(ready)
GROUP(ends)
GROUP(many)
GROUP(inherits)
GROUP(inheritnot)
GROUP(inherittimes)
GROUP(inheritreaders)
GROUP(inheritflood)
GROUP(inheritlinux)
GROUP(strangers)
GROUP(routines)
GROUP(gives)
GROUP(giveless)
GROUP(giveturn)
GROUP(giveends)
GROUP(givetakes)
GROUP(taketheirs)
GROUP(giverefused)
GROUP(remote)
GROUP(unique)
GROUP(maximum)
GROUP(rights)

static void descriptor(void **state)
{
    if (geteuid() != 0) {
        skip_because("needs root: an application becomes another user");
    }
    run("descriptor");
}

static void givestrangers(void **state)
{
    if (geteuid() != 0) {
        skip_because("needs root: an application becomes another user");
    }
    run("givestrangers");
}

enum { SLOTS = 4000 };

/* The list of so many is some packets long. */
static void lists(void **state)
{
    static HANDLE slots[SLOTS];
    static char text[8 << 20];
    char command[500];
    size_t length = 0, found = 0;

    for (int i = 0; i < SLOTS; i++) {
        WCHAR units[80];
        char name[80];
        UNICODE_STRING string;
        OBJECT_ATTRIBUTES attributes;
        IO_STATUS_BLOCK block;
        snprintf(name, sizeof name, "\\Device\\Mailslot\\tests\\a slot of many, which is number %05d", i);
        for (size_t c = 0; c <= strlen(name); c++)
            units[c] = (WCHAR)name[c];
        RtlInitUnicodeString(&string, units);
        InitializeObjectAttributes(&attributes, &string, OBJ_KERNEL_HANDLE, NULL, NULL);
        assert_int_equal(ZwCreateMailslotFile(&slots[i], GENERIC_READ | SYNCHRONIZE, &attributes, &block, 0, 0, 0, NULL), STATUS_SUCCESS);
    }
    snprintf(command, sizeof command, "%s mailslots --json", FLTMC);
    FILE *output = popen(command, "r");
    assert_non_null(output);
    length = fread(text, 1, sizeof text - 1, output);
    assert_int_equal(pclose(output), 0);
    for (const char *at = text; (at = strstr(at, "a slot of many, which is number ")) != NULL; at++)
        found++;
    assert_int_equal(found, SLOTS);
    assert_true(length > 512 * 1024 && text[0] == '[' && text[length - 2] == ']');
    snprintf(command, sizeof command, "%s mailslots | grep -c 'a slot of many'", FLTMC);
    output = popen(command, "r");
    assert_non_null(output);
    assert_int_equal(fscanf(output, "%zu", &found), 1);
    assert_int_equal(pclose(output), 0);
    assert_int_equal(found, SLOTS);
    for (int i = 0; i < SLOTS; i++)
        assert_int_equal(ZwClose(slots[i]), STATUS_SUCCESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("M-62 M-67 M-68 M-69 CreateMailslot: names, and what exists already", create),
        TEST("M-72 M-73 M-74 M-76 M-77 GetMailslotInfo and SetMailslotInfo", info),
        TEST("M-80 M-82 M-83 M-86 M-95 opening the writing end", opens),
        TEST("M-88 M-89 M-90 M-91 M-92 M-96 M-115 reading", reads),
        TEST("M-65 M-102 M-103 M-105 M-110 M-111 M-125 writing", writes),
        TEST("M-71 M-78 M-93 M-97 M-98 M-100 M-127 overlapped reads", overlapped),
        TEST("M-122 M-123 M-124 the end of a slot, and of its stale clients", lifetime),
        TEST("M-120 GetFileTime and SetFileTime", times),
        TEST("M-87 FindFirstFile lists the slots", list),
        TEST("M-54 M-55 M-56 M-57 M-58 M-59 M-61 M-94 M-103 NtCreateMailslotFile, NtReadFile, NtWriteFile", native),
        TEST("M-60 M-63 M-64 M-112 M-113 M-114 M-116 M-117 M-119 queries by NT's calls", query),
        TEST("M-121 peeking takes nothing", peek),
        TEST("a descriptor tells when a message is there", ready),
        TEST("M-79 M-85 the descriptor of a slot, and other users", descriptor),
        TEST("M-123 a process that is killed closes its slot", ends),
        TEST("M-99 M-109 four writing processes, three readers: each message once, in each writer's order", many),
        TEST("M-79 M-126 a child reads by the inherited handle; the slot lives until the last process closes it", inherits),
        TEST("M-79 without bInheritHandle, or without bInheritHandles, a child has no handle", inheritnot),
        TEST("M-77 a time that one process sets holds for later reads on every inherited handle", inherittimes),
        TEST("M-99 inherited handles of several processes: each message is read once", inheritreaders),
        TEST("M-126 a child that floods, stops and is killed takes nothing from its parent", inheritflood),
        TEST("M-126 a program that knows no handles keeps what it was given open", inheritlinux),
        TEST("a handle is shared with the process that asks, not with another one's socket", strangers),
        TEST("M-97 ReadFileEx and WriteFileEx: routines run in alertable waits", routines),
        TEST("M-126 DuplicateHandle into another process: it reads, and the slot lives until that one closes it", gives),
        TEST("a duplicate has the access that was asked for, and never more than the source", giveless),
        TEST("a synchronous file takes one operation after the other, whichever process it comes from", giveturn),
        TEST("M-126 a handle that its process has never used ends with the process", giveends),
        TEST("DuplicateHandle takes back what another process has not used yet", givetakes),
        TEST("DuplicateHandle takes what another process has by itself, by its value there", taketheirs),
        TEST("DuplicateHandle: what is refused, and how", giverefused),
        TEST("DuplicateHandle: another user's process is refused, root may", givestrangers),
        TEST("fltmc lists thousands of mailslots", lists),
        TEST("M-136 M-137 remote mailslots are off, and say so", remote),
        TEST("M-139 a local name is one slot, and its messages are read once", unique),
        TEST("M-75 M-138 the maximum is at least what was asked for", maximum),
        TEST("M-70 the rights and options that CreateMailslot asks for", rights),
    };
    return RUN_TESTS(tests, start, stop);
}
