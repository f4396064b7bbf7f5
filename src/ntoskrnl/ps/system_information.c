/* ZwQuerySystemInformation: the list of processes and the few other classes that drivers ask for. The structures are not in
 * public headers; layouts are those of 64-bit Windows. */
#include "ntoskrnl/ps/inner.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CLASS_BASIC = 0,
    CLASS_TIME_OF_DAY = 3,
    CLASS_PROCESSES = 5,
    CLASS_KERNEL_DEBUGGER = 35,
    CLASS_CODE_INTEGRITY = 103,
};

struct process_entry {
    ULONG next;
    ULONG threads;
    LARGE_INTEGER private_size;
    ULONG hard_faults, thread_high_mark;
    ULONGLONG cycles;
    LARGE_INTEGER created, user, kernel;
    UNICODE_STRING image;
    LONG base_priority;
    HANDLE id, parent;
    ULONG handles, session;
    ULONG_PTR unique_key;
    SIZE_T memory[16]; /* peak virtual .. private page count */
    LARGE_INTEGER io[6];
};
C_ASSERT(offsetof(struct process_entry, id) == 80 && offsetof(struct process_entry, memory) == 112);
C_ASSERT(sizeof(struct process_entry) >= 256);

struct listing {
    char *buffer;
    ULONG length, used;
    struct process_entry *last;
};

static void add_process(PEPROCESS process, void *context)
{
    struct listing *list = context;
    UNICODE_STRING image = {0, 0, NULL};
    const char *name = (const char *)PsGetProcessImageFileName(process);
    if (__atomic_load_n(&process->exited, __ATOMIC_ACQUIRE) || !NT_SUCCESS(ps_wide(name, strlen(name), &image)))
        return;
    ULONG size = (ULONG)((sizeof(struct process_entry) + image.MaximumLength + 7) & ~7ul), at = list->used;
    list->used += size;
    if (list->used <= list->length) {
        struct process_entry *entry = (struct process_entry *)(list->buffer + at);
        memset(entry, 0, size);
        entry->created = process->created;
        entry->image = image;
        entry->image.Buffer = (PWCH)(entry + 1);
        memcpy(entry->image.Buffer, image.Buffer, image.MaximumLength);
        entry->base_priority = 8;
        entry->id = PsGetProcessId(process);
        entry->parent = PsGetProcessInheritedFromUniqueProcessId(process);
        entry->handles = ob_table_count(ps_handle_table(process));
        if (list->last)
            list->last->next = (ULONG)((char *)entry - (char *)list->last);
        list->last = entry;
    }
    ExFreePool(image.Buffer);
}

/* Each process of Linux, known or not; only simulated ones and System come from the table. */
static void add_all(struct listing *list)
{
    DIR *proc = opendir("/proc");
    add_process(ps_system_process, list);
    for (struct dirent *entry; proc && (entry = readdir(proc));) {
        PEPROCESS process;
        pid_t pid = isdigit((unsigned char)entry->d_name[0]) ? atoi(entry->d_name) : 0;
        if (pid <= 0 || pid == getpid() || !NT_SUCCESS(ps_find_process(pid, &process)))
            continue;
        add_process(process, list);
        ObfDereferenceObject(process);
    }
    if (proc)
        closedir(proc);
}

static void add_simulated(PEPROCESS process, void *context)
{
    if (process->simulated)
        add_process(process, context);
}

static NTSTATUS list_processes(PVOID buffer, ULONG length, PULONG need)
{
    struct listing list = {.buffer = buffer, .length = length};
    add_all(&list);
    ps_each_process(add_simulated, &list);
    *need = list.used;
    return list.used <= length ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
}

static NTSTATUS give(PVOID buffer, ULONG length, const void *bytes, ULONG size, PULONG need)
{
    *need = size;
    if (length < size)
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(buffer, bytes, size);
    return STATUS_SUCCESS;
}

static NTSTATUS basic(PVOID buffer, ULONG length, PULONG need)
{
    struct {
        ULONG reserved, resolution, page, pages, lowest, highest, granularity;
        ULONG_PTR minimum, maximum, processors;
        CHAR count;
    } info = {.resolution = KE_TIME_INCREMENT, .page = (ULONG)sysconf(_SC_PAGESIZE), .pages = (ULONG)sysconf(_SC_PHYS_PAGES),
        .granularity = 0x10000, .minimum = 0x10000, .maximum = 0x7ffffffeffff, .count = (CHAR)sysconf(_SC_NPROCESSORS_ONLN)};
    info.processors = info.count >= 64 ? ~0ul : (1ul << info.count) - 1;
    return give(buffer, length, &info, sizeof(info), need);
}

static NTSTATUS time_of_day(PVOID buffer, ULONG length, PULONG need)
{
    struct {
        LARGE_INTEGER boot, now, bias;
        ULONG zone, reserved;
        ULONGLONG boot_bias, sleep_bias;
    } info = {0};
    info.now.QuadPart = (LONGLONG)ke_system_time();
    info.boot = ps_time_of_ticks(0);
    *need = length < sizeof(info) ? length : (ULONG)sizeof(info); /* any shorter length is taken */
    if (length > sizeof(info))
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(buffer, &info, *need);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ZwQuerySystemInformation(SYSTEM_INFORMATION_CLASS SystemInformationClass, PVOID SystemInformation,
    ULONG SystemInformationLength, PULONG ReturnLength)
{
    ULONG need = 0;
    NTSTATUS status;
    ps_init();
    switch ((int)SystemInformationClass) {
    case CLASS_BASIC:
        status = basic(SystemInformation, SystemInformationLength, &need);
        break;
    case CLASS_TIME_OF_DAY:
        status = time_of_day(SystemInformation, SystemInformationLength, &need);
        break;
    case CLASS_PROCESSES:
        status = list_processes(SystemInformation, SystemInformationLength, &need);
        break;
    case CLASS_KERNEL_DEBUGGER:
        status = give(SystemInformation, SystemInformationLength, "\0\1", 2, &need); /* not enabled, not present */
        break;
    case CLASS_CODE_INTEGRITY: {
        const ULONG none[2] = {8, 0};
        status = give(SystemInformation, SystemInformationLength, none, sizeof(none), &need);
        break;
    }
    default:
        status = STATUS_INVALID_INFO_CLASS;
    }
    if (ReturnLength)
        *ReturnLength = need;
    return status;
}

NTSTATUS NTAPI NtQuerySystemInformation(SYSTEM_INFORMATION_CLASS SystemInformationClass, PVOID SystemInformation,
    ULONG SystemInformationLength, PULONG ReturnLength)
{
    return ZwQuerySystemInformation(SystemInformationClass, SystemInformation, SystemInformationLength, ReturnLength);
}
