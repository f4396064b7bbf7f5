/* See slots.h. */
#include "slots.h"

#include "msfs/queue.h"
#include "ntoskrnl/ob/ob.h"

/* ---- the manager ---- */

int slots_start(void **state)
{
    if (rig_start(state))
        return -1;
    msfs_settings = msfs_default_settings;
    return NT_SUCCESS(msfs_start()) ? 0 : -1;
}

static bool count_slot(const struct msfs_slot_info *info, void *count)
{
    ++*(unsigned *)count;
    return true;
}

/* A read that has told its end may hold its file for a moment more. */
static unsigned open_files(void)
{
    unsigned files = 0;
    for (unsigned long long end = rig_now() + 2000; rig_now() < end; rig_yield())
        if (!(files = __atomic_load_n(&msfs_volume()->open_files, __ATOMIC_SEQ_CST)))
            break;
    return files;
}

int slots_stop(void **state)
{
    unsigned slots = 0, files = open_files();
    msfs_enumerate(count_slot, &slots);
    msfs_stop();
    KeFlushQueuedDpcs();
    size_t bytes = msfs_queue_memory();
    if (slots || files || bytes)
        fprintf(stderr, "# left: %u slots, %u files, %zu bytes of messages\n", slots, files, bytes);
    return rig_stop(state) || slots || files || bytes ? -1 : 0;
}

/* ---- opening ---- */

static size_t length_of(const char16_t *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    return n;
}

static UNICODE_STRING full_name(const char16_t *name, char16_t *space)
{
    UNICODE_STRING full;
    size_t prefix = length_of(PREFIX);
    memcpy(space, PREFIX, prefix * sizeof *space);
    memcpy(space + prefix, name, (length_of(name) + 1) * sizeof *space);
    RtlInitUnicodeString(&full, space);
    return full;
}

NTSTATUS slot_create(const char16_t *name, struct slot *slot, HANDLE *handle)
{
    char16_t space[512];
    UNICODE_STRING full = full_name(name, space);
    OBJECT_ATTRIBUTES oa;
    IO_STATUS_BLOCK iosb = {0};
    LARGE_INTEGER timeout = {.QuadPart = slot->timeout};
    ULONG options = slot->options == SLOT_ASYNCHRONOUS ? 0
                    : slot->options                    ? slot->options
                                                       : FILE_SYNCHRONOUS_IO_NONALERT;
    InitializeObjectAttributes(&oa, &full, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, slot->descriptor);
    *handle = NULL;
    NTSTATUS status = ZwCreateMailslotFile(handle, slot->access ? slot->access : GENERIC_READ | SYNCHRONIZE,
        &oa, &iosb, options, slot->quota, slot->maximum, slot->no_timeout ? NULL : &timeout);
    slot->information = iosb.Information;
    return status;
}

HANDLE slot_server(const char16_t *name, struct slot slot)
{
    HANDLE handle;
    assert_status(STATUS_SUCCESS, slot_create(name, &slot, &handle));
    assert_int_equal(FILE_CREATED, slot.information);
    return handle;
}

static NTSTATUS open_name(PUNICODE_STRING name, ACCESS_MASK access, ULONG disposition, ULONG options,
    ULONG share, HANDLE *handle, ULONG_PTR *information)
{
    OBJECT_ATTRIBUTES oa;
    IO_STATUS_BLOCK iosb = {0};
    InitializeObjectAttributes(&oa, name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    *handle = NULL;
    NTSTATUS status = ZwCreateFile(handle, access, &oa, &iosb, NULL, 0, share, disposition, options, NULL, 0);
    if (information)
        *information = iosb.Information;
    return status;
}

NTSTATUS slot_open(const char16_t *name, ACCESS_MASK access, ULONG disposition, ULONG options, ULONG share,
    HANDLE *handle, ULONG_PTR *information)
{
    char16_t space[512];
    UNICODE_STRING full = full_name(name, space);
    return open_name(&full, access, disposition, options, share, handle, information);
}

NTSTATUS slot_open_named(const char16_t *full, ACCESS_MASK access, ULONG options, HANDLE *handle)
{
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, full);
    return open_name(&name, access, FILE_OPEN, options, FILE_SHARE_READ | FILE_SHARE_WRITE, handle, NULL);
}

HANDLE slot_client(const char16_t *name)
{
    HANDLE handle;
    assert_status(STATUS_SUCCESS, slot_open(name, GENERIC_WRITE | SYNCHRONIZE, FILE_OPEN,
                                      FILE_SYNCHRONOUS_IO_NONALERT, FILE_SHARE_READ, &handle, NULL));
    return handle;
}

void slot_close(HANDLE handle)
{
    assert_status(STATUS_SUCCESS, ZwClose(handle));
}

/* ---- messages ---- */

NTSTATUS slot_write_bytes(HANDLE client, const void *bytes, ULONG length, IO_STATUS_BLOCK *iosb)
{
    IO_STATUS_BLOCK own;
    return ZwWriteFile(client, NULL, NULL, NULL, iosb ? iosb : &own, (PVOID)bytes, length, NULL, NULL);
}

NTSTATUS slot_write(HANDLE client, const char *text)
{
    IO_STATUS_BLOCK iosb = UNTOUCHED;
    NTSTATUS status = slot_write_bytes(client, text, (ULONG)strlen(text), &iosb);
    if (NT_SUCCESS(status)) {
        assert_status(STATUS_SUCCESS, iosb.Status);
        assert_int_equal(strlen(text), iosb.Information);
    }
    return status;
}

NTSTATUS slot_read_bytes(HANDLE server, void *bytes, ULONG length, IO_STATUS_BLOCK *iosb)
{
    IO_STATUS_BLOCK own;
    return ZwReadFile(server, NULL, NULL, NULL, iosb ? iosb : &own, bytes, length, NULL, NULL);
}

void slot_expect(HANDLE server, const char *text)
{
    char buffer[256];
    IO_STATUS_BLOCK iosb = UNTOUCHED;
    assert_status(STATUS_SUCCESS, slot_read_bytes(server, buffer, sizeof buffer, &iosb));
    assert_status(STATUS_SUCCESS, iosb.Status);
    assert_int_equal(strlen(text), iosb.Information);
    assert_memory_equal(text, buffer, iosb.Information);
}

FILE_MAILSLOT_QUERY_INFORMATION slot_query(HANDLE handle)
{
    FILE_MAILSLOT_QUERY_INFORMATION info;
    IO_STATUS_BLOCK iosb = UNTOUCHED;
    assert_status(STATUS_SUCCESS,
        ZwQueryInformationFile(handle, &iosb, &info, sizeof info, FileMailslotQueryInformation));
    assert_int_equal(sizeof info, iosb.Information);
    return info;
}

void slot_expect_counts(HANDLE handle, ULONG next, ULONG messages)
{
    FILE_MAILSLOT_QUERY_INFORMATION info = slot_query(handle);
    assert_int_equal(next, info.NextMessageSize);
    assert_int_equal(messages, info.MessagesAvailable);
}

NTSTATUS slot_set_timeout(HANDLE server, LONGLONG timeout)
{
    LARGE_INTEGER value = {.QuadPart = timeout};
    FILE_MAILSLOT_SET_INFORMATION info = {.ReadTimeout = &value};
    IO_STATUS_BLOCK iosb;
    return ZwSetInformationFile(server, &iosb, &info, sizeof info, FileMailslotSetInformation);
}

PFILE_OBJECT slot_file(HANDLE handle)
{
    PVOID object;
    assert_status(
        STATUS_SUCCESS, ObReferenceObjectByHandle(handle, 0, *IoFileObjectType, KernelMode, &object, NULL));
    ObDereferenceObject(object);
    return object;
}

/* ---- events ---- */

HANDLE slot_event(PKEVENT *event)
{
    HANDLE handle;
    PVOID object;
    OBJECT_ATTRIBUTES oa;
    InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    assert_status(STATUS_SUCCESS, ZwCreateEvent(&handle, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE));
    assert_status(
        STATUS_SUCCESS, ObReferenceObjectByHandle(handle, 0, *ExEventObjectType, KernelMode, &object, NULL));
    ObDereferenceObject(object);
    if (event)
        *event = object;
    return handle;
}

bool slot_is_signalled(HANDLE handle)
{
    LARGE_INTEGER now = {0};
    return ZwWaitForSingleObject(handle, FALSE, &now) == STATUS_SUCCESS;
}

void slot_wait(HANDLE handle)
{
    LARGE_INTEGER limit = {.QuadPart = MILLISECONDS(10000)};
    assert_status(STATUS_SUCCESS, ZwWaitForSingleObject(handle, FALSE, &limit));
}

void slot_expect_untouched(const IO_STATUS_BLOCK *iosb)
{
    assert_status(0x12345678, iosb->Status);
    assert_int_equal(0x5a5a, iosb->Information);
}

/* ---- users ---- */

static PEPROCESS user_process;
static PETHREAD user_thread, before;

void slot_as_user(uid_t uid)
{
    user_process = ps_process_create_simulated(uid, uid, NULL, 0, "/usr/bin/slot-user");
    user_thread = ps_thread_of_process(user_process, 0);
    before = ps_set_current(user_thread);
}

void slot_as_system(void)
{
    ps_set_current(before);
    ObDereferenceObject(user_thread);
    ps_process_end_simulated(user_process, STATUS_SUCCESS);
}
