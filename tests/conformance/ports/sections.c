/* Handles that a driver opens in its service's process and passes through a message: sections, as avscan does it (P-102, F-293). */
#include "rig.h"

#include "ntoskrnl/ob/ob.h"

#include <sched.h>

static struct rig_port port;
static PVOID view;         /* the driver's, of the writable section */
static PVOID left;         /* a section whose handle nobody closes, referenced */
static HANDLE kernel_handle;

/* A section with that text in it, and a handle to it. */
static NTSTATUS make(const char *text, ACCESS_MASK access, ULONG attributes, HANDLE *handle, PVOID *mapped)
{
    OBJECT_ATTRIBUTES oa;
    LARGE_INTEGER size = {.QuadPart = 4096};
    SIZE_T length = 0;
    HANDLE full;

    InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    *mapped = NULL;
    NTSTATUS status = ZwCreateSection(&full, SECTION_ALL_ACCESS, &oa, &size, PAGE_READWRITE, SEC_COMMIT, NULL);
    if (NT_SUCCESS(status))
        status = ZwMapViewOfSection(
            full, ZwCurrentProcess(), mapped, 0, 0, NULL, &length, ViewUnmap, 0, PAGE_READWRITE);
    if (!NT_SUCCESS(status))
        return status;
    strcpy(*mapped, text);
    PVOID section;
    ObReferenceObjectByHandle(full, 0, *MmSectionObjectType, KernelMode, &section, NULL);
    status = ObOpenObjectByPointer(section, attributes, NULL, access, *MmSectionObjectType, KernelMode, handle);
    ObDereferenceObject(section);
    ZwClose(full);
    return status;
}

static NTSTATUS make_event(HANDLE *handle)
{
    return ZwCreateEvent(handle, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE);
}

static NTSTATUS unmapped(NTSTATUS status, PVOID mapped)
{
    ZwUnmapViewOfSection(ZwCurrentProcess(), mapped);
    return status;
}

static NTSTATUS serve(const char *what, HANDLE *handle)
{
    PVOID mapped;
    NTSTATUS status;

    if (!strcmp(what, "read")) {
        status = make("driver", SECTION_MAP_READ, 0, handle, &mapped);
        return unmapped(status, mapped);
    }
    if (!strcmp(what, "write"))
        return make("driver", SECTION_MAP_READ | SECTION_MAP_WRITE, 0, handle, &view);
    if (!strcmp(what, "seen")) {
        status = !strcmp(view, "service") ? STATUS_SUCCESS : STATUS_DATA_ERROR;
        return unmapped(status, view);
    }
    if (!strcmp(what, "query")) {
        status = make("driver", SECTION_QUERY, 0, handle, &mapped);
        return unmapped(status, mapped);
    }
    if (!strcmp(what, "kernel")) {
        status = make("driver", SECTION_MAP_READ, OBJ_KERNEL_HANDLE, &kernel_handle, &mapped);
        *handle = kernel_handle;
        return unmapped(status, mapped);
    }
    if (!strcmp(what, "closed")) {
        status = make("driver", SECTION_MAP_READ, 0, handle, &mapped);
        NtClose(*handle); /* in the service's process, as avscan does when its scan was given up */
        return unmapped(status, mapped);
    }
    if (!strcmp(what, "event"))
        return make_event(handle);
    status = make("driver", SECTION_MAP_READ, 0, handle, &mapped);
    if (NT_SUCCESS(status))
        ObReferenceObjectByHandle(*handle, 0, *MmSectionObjectType, UserMode, &left, NULL);
    return unmapped(status, mapped);
}

static NTSTATUS on_message(struct rig_connection *connection, PVOID in, ULONG in_length, PVOID out, ULONG out_length,
    PULONG returned)
{
    char what[16] = "";
    HANDLE handle = NULL;

    memcpy(what, in, in_length < sizeof what ? in_length : sizeof what - 1);
    NTSTATUS status = serve(what, &handle);
    memcpy(out, &handle, sizeof handle);
    *returned = sizeof handle;
    return status;
}

static void run_client(char *line, int size)
{
    FILE *client = popen(SECTIONS_CLIENT " \\\\RigSections", "r");

    assert_non_null(client);
    assert_non_null(fgets(line, size, client));
    assert_int_equal(pclose(client), 0);
}

static void expect(const char *line, const char *fields)
{
    if (!strstr(line, fields))
        fail_msg("expected \"%s\" in \"%s\"", fields, line);
}

static void a_service_uses_handles(void **state)
{
    static char line[1000];

    port.message = on_message;
    rig_open(&port, u"\\RigSections", 1);
    run_client(line, sizeof line);
    expect(line, " connect=0 read=0 map=0 text=driver write=5 private=0");
    expect(line, " other=6");                             /* the handle is of one process only */
    expect(line, " close=0 again=6 closed=6 copy=0 copied=0 still=driver"); /* views and copies stay */
    expect(line, " write=0 mapw=0 seen=0");               /* both sides see the same memory */
    expect(line, " query=0 nomap=5");                     /* the handle's own rights count */
    expect(line, " kernel=0 kernels=6");                  /* OBJ_KERNEL_HANDLE: nothing to an application */
    expect(line, " closed=0 drivers=6");
    expect(line, " event=0 eventmap=32 eventclose=0");    /* what cannot be shared: ERROR_NOT_SUPPORTED */
    expect(line, " left=0\n");
    rig_wait_disconnected(rig_connection(&port));
    while (ob_handle_count(left) > 0) /* the end of the process closes it */
        sched_yield();
    ObDereferenceObject(left);
    ZwClose(kernel_handle);
    rig_close(&port);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("P-102 F-293 a driver's handles in its service's process", a_service_uses_handles),
    };

    return RUN_TESTS(tests, rig_start, rig_stop);
}
