/*
 * The frame of the tests of mailslots: a manager with the mailslot volume in the test program, slots by
 * handles as a driver makes them. Names are given without "\Device\Mailslot\"; every handle is the kernel's.
 */
#ifndef MAILSLOTS_SLOTS_H
#define MAILSLOTS_SLOTS_H

#include "rig.h"

#include "msfs/msfs.h"
#include "ntoskrnl/ps/ps.h"

#include <nt/undocumented.h>

#define PREFIX u"\\Device\\Mailslot\\"
#define MILLISECONDS(n) ((n) * -10000LL)
#define FOREVER (-1LL)

/* Group set-up and teardown: the manager and the volume; stop fails when a slot, a file or a byte is left. */
int slots_start(void **state);
int slots_stop(void **state);

/* What a server is made with; what is zero is: synchronous, GENERIC_READ | SYNCHRONIZE, no quota, any size,
 * no wait. */
struct slot {
    ACCESS_MASK access;
    ULONG options; /* SLOT_ASYNCHRONOUS for none */
    ULONG quota, maximum;
    LONGLONG timeout;
    bool no_timeout; /* ReadTimeout NULL */
    PSECURITY_DESCRIPTOR descriptor;
    ULONG_PTR information; /* answered */
};
#define SLOT_ASYNCHRONOUS 0x80000000u

/* ZwCreateMailslotFile */
NTSTATUS slot_create(const char16_t *name, struct slot *slot, HANDLE *handle);
/* Must succeed. */
HANDLE slot_server(const char16_t *name, struct slot slot);
HANDLE slot_client(const char16_t *name); /* GENERIC_WRITE, synchronous */
NTSTATUS slot_open(const char16_t *name, ACCESS_MASK access, ULONG disposition, ULONG options, ULONG share,
    HANDLE *handle, ULONG_PTR *information);
/* By a whole name: "\??\mailslot". */
NTSTATUS slot_open_named(const char16_t *full, ACCESS_MASK access, ULONG options, HANDLE *handle);
void slot_close(HANDLE handle);

NTSTATUS slot_write(HANDLE client, const char *text); /* its bytes, without the NUL */
NTSTATUS slot_write_bytes(HANDLE client, const void *bytes, ULONG length, IO_STATUS_BLOCK *iosb);
NTSTATUS slot_read_bytes(HANDLE server, void *bytes, ULONG length, IO_STATUS_BLOCK *iosb);
/* Reads one message and compares. */
void slot_expect(HANDLE server, const char *text);
FILE_MAILSLOT_QUERY_INFORMATION slot_query(HANDLE handle);
void slot_expect_counts(HANDLE handle, ULONG next, ULONG messages);
NTSTATUS slot_set_timeout(HANDLE server, LONGLONG timeout);
PFILE_OBJECT slot_file(HANDLE handle); /* not referenced: the handle keeps it */

HANDLE slot_event(PKEVENT *event); /* notification, not signalled; slot_close */
bool slot_is_signalled(HANDLE handle);
/* Waits at most ten seconds; fails the test when it is not signalled. */
void slot_wait(HANDLE handle);

/* What an untouched status block holds. */
#define UNTOUCHED ((IO_STATUS_BLOCK){.Status = 0x12345678, .Information = 0x5a5a})
void slot_expect_untouched(const IO_STATUS_BLOCK *iosb);

/* The calling thread acts in UserMode as this uid, until slot_as_system. */
void slot_as_user(uid_t uid);
void slot_as_system(void);

#endif
