/*
 * F-019: FltRegisterFilter when memory runs out, at each of its allocations. This program's malloc and calloc stand before the C
 * library's and fail in the thread that asks for it; so no sanitizer's build has it.
 */
#include "rig.h"

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern NTSTATUS io_driver_start(PCUNICODE_STRING service, PDRIVER_INITIALIZE entry, NTSTATUS *entry_status);

/* 0: none; 1: the next one, and all after it (the pool tries twice). */
static __thread unsigned fails_at;
static __thread bool failed_once;

static bool fails(void)
{
    if (fails_at > 1)
        fails_at--;
    else if (fails_at == 1)
        return failed_once = true;
    return false;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

enum { MOST = 200 };

static unsigned failed;
static NTSTATUS answers[MOST];
static PFLT_FILTER filters[MOST];

static NTSTATUS NTAPI entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    static const FLT_CONTEXT_REGISTRATION contexts[] = {{.ContextType = FLT_FILE_CONTEXT, .Size = 8, .PoolTag = 'tseT'},
        {.ContextType = FLT_CONTEXT_END}};
    FLT_REGISTRATION registration = {.Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION, .ContextRegistration = contexts};
    for (failed = 0; failed < MOST; failed++) {
        filters[failed] = (PFLT_FILTER)&registration;
        failed_once = false;
        fails_at = failed + 1;
        answers[failed] = FltRegisterFilter(driver, &registration, &filters[failed]);
        fails_at = 0;
        if (NT_SUCCESS(answers[failed]))
            FltUnregisterFilter(filters[failed]);
        if (!failed_once)
            return STATUS_UNSUCCESSFUL; /* it took fewer allocations than that: done */
    }
    return STATUS_UNSUCCESSFUL;
}

static void no_memory(void **state)
{
    UNICODE_STRING service;
    NTSTATUS status;
    RtlInitUnicodeString(&service, u"Starved");
    rig_define("Starved", "I", "300650", 0, true);
    io_driver_start(&service, entry, &status);
    assert_in_range(failed, 3, MOST - 1);
    for (unsigned i = 0; i < failed; i++) {
        if (answers[i] != STATUS_INSUFFICIENT_RESOURCES)
            print_message("allocation %u of %u: ", i + 1, failed);
        assert_status(STATUS_INSUFFICIENT_RESOURCES, answers[i]);
        assert_null(filters[i]);
    }
    assert_status(STATUS_SUCCESS, answers[failed]); /* name and altitude are free: nothing was left of the failures */
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST("F-019 FltRegisterFilter without memory", no_memory)};
    return RUN_TESTS(tests, rig_start, rig_stop);
}
