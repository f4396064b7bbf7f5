/* What counts as user memory, the probes, and memory that may not be there. */
#include "harness.h"

#include "ntoskrnl/mm/mm.h"
#include "ntoskrnl/ps/ps.h"
#include "rtl/seh.h"

#include <ofm_seh.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

static struct sigaction on_fault; /* of the exception handling: cmocka puts its own in its place for each test */

static int start(void **state)
{
    (void)state;
    ofm_seh_init();
    sigaction(SIGSEGV, NULL, &on_fault);
    return NT_SUCCESS(ps_init()) ? 0 : -1;
}

struct probe {
    void *address;
    SIZE_T length;
    ULONG alignment;
    bool write;
};

/* The exception a probe raises; 0: none. The alloca of nothing makes the compiler address locals by the frame pointer, which holds in
 * a filter too; it is what fltcc writes for __try. */
static __attribute__((noinline)) NTSTATUS probed(const struct probe *probe)
{
    struct ofm_seh_frame frame;
    static __thread volatile NTSTATUS code;
    void *volatile nothing = __builtin_alloca(__ofm_seh_none());
    (void)nothing;
    __ofm_seh_push(&frame, SEH_EXCEPT);
    switch (__ofm_seh_mark(&frame)) {
    case SEH_BODY:
        code = STATUS_SUCCESS;
        if (probe->write)
            ProbeForWrite(probe->address, probe->length, probe->alignment);
        else
            ProbeForRead(probe->address, probe->length, probe->alignment);
        __ofm_seh_leave(&frame);
        return STATUS_SUCCESS;
    case SEH_ASK_FILTER:
        code = (NTSTATUS)frame.code;
        __ofm_seh_result(&frame, 1); /* execute the handler */
    default:
        return code;
    }
}

static void test_probe(void **state)
{
    (void)state;
    _Alignas(16) char user[256], kernel[256];
    const struct {
        struct probe probe;
        NTSTATUS status;
    } cases[] = {
        {{user, 256, 1, false}, STATUS_SUCCESS},
        {{user + 255, 1, 1, false}, STATUS_SUCCESS},
        {{user, 256, 1, true}, STATUS_SUCCESS},
        {{user + 1, 8, 8, false}, STATUS_DATATYPE_MISALIGNMENT},
        {{user + 8, 8, 8, true}, STATUS_SUCCESS},
        {{kernel, 1, 1, false}, STATUS_ACCESS_VIOLATION},
        {{kernel, 1, 1, true}, STATUS_ACCESS_VIOLATION},
        {{user + 200, 57, 1, false}, STATUS_ACCESS_VIOLATION}, /* one byte over the end */
        {{NULL, 1, 1, false}, STATUS_ACCESS_VIOLATION},
        {{(void *)(uintptr_t)-16, 32, 1, false}, STATUS_ACCESS_VIOLATION}, /* around the end of memory */
        {{kernel, 0, 1, false}, STATUS_SUCCESS}, /* nothing is asked for */
        {{kernel + 1, 0, 8, true}, STATUS_SUCCESS},
    };
    memset(user, 0x55, sizeof(user));
    mm_user_range_add(user, sizeof(user));
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        NTSTATUS status = probed(&cases[i].probe);
        if (status != cases[i].status)
            fail_msg("case %zu: expected 0x%08x, got 0x%08x", i, (unsigned)cases[i].status, (unsigned)status);
    }
    for (size_t i = 0; i < sizeof(user); i++)
        assert_int_equal(user[i], 0x55); /* probing for write changes nothing */
    mm_user_range_remove(user, sizeof(user));
    assert_status(STATUS_ACCESS_VIOLATION, probed(&cases[0].probe));
}

/* Memory that Linux does not let anybody write raises in the probe already. */
static void test_read_only(void **state)
{
    (void)state;
    char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(pages, MAP_FAILED);
    mprotect(pages + 4096, 4096, PROT_READ);
    mm_user_range_add(pages, 8192);
    struct sigaction before;
    sigaction(SIGSEGV, &on_fault, &before);
    assert_status(STATUS_SUCCESS, probed(&(struct probe){pages, 4096, 1, true}));
    assert_status(STATUS_SUCCESS, probed(&(struct probe){pages, 8192, 1, false}));
    assert_status(STATUS_ACCESS_VIOLATION, probed(&(struct probe){pages, 4097, 1, true}));
    sigaction(SIGSEGV, &before, NULL);
    mm_user_range_remove(pages, 8192);
    munmap(pages, 8192);
}

static void test_ranges(void **state)
{
    (void)state;
    static char memory[1000];
    mm_user_range_add(memory, 1000);
    mm_user_range_add(memory + 100, 100);
    mm_user_range_add(memory + 100, 100); /* twice: needs two removals */
    mm_user_range_add(memory + 150, 10);
    assert_true(mm_is_user_range(memory + 160, 500));
    mm_user_range_remove(memory, 1000);
    assert_false(mm_is_user_range(memory + 160, 500));
    assert_true(mm_is_user_range(memory + 100, 100));
    assert_true(mm_is_user_range(memory + 155, 30)); /* in the one that starts before */
    mm_user_range_remove(memory + 100, 100);
    assert_true(mm_is_user_range(memory + 100, 100));
    mm_user_range_remove(memory + 100, 100);
    assert_false(mm_is_user_range(memory + 100, 1));
    assert_true(mm_is_user_range(memory + 150, 10));
    mm_user_range_remove(memory + 150, 10);
    assert_false(mm_is_user_range(memory + 150, 1));
}

static void *come_and_go(void *context)
{
    static char memory[16][4096];
    char *own = memory[(uintptr_t)context];
    for (int i = 0; i < 2000; i++) {
        mm_user_range_add(own, 4096);
        if (!mm_is_user_range(own + 100, 50))
            return context;
        mm_user_range_remove(own, 4096);
        if (mm_is_user_range(own + 100, 50))
            return context;
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    pthread_t threads[6];
    void *result;
    for (uintptr_t i = 0; i < 6; i++)
        pthread_create(&threads[i], NULL, come_and_go, (void *)(2 * i + 1)); /* none beside another: ranges may join */
    for (int i = 0; i < 6; i++) {
        pthread_join(threads[i], &result);
        assert_null(result);
    }
}

static void test_validity(void **state)
{
    (void)state;
    int here = 42, copy = 0;
    char *gone = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SIZE_T done = 7;
    assert_true(MmIsAddressValid(&here));
    assert_false(MmIsAddressValid(NULL));
    assert_false(MmIsAddressValid(gone));
    assert_status(STATUS_SUCCESS, MmCopyMemory(&copy, (MM_COPY_ADDRESS){.VirtualAddress = &here}, sizeof(here), MM_COPY_MEMORY_VIRTUAL, &done));
    assert_int_equal(copy, 42);
    assert_int_equal(done, sizeof(here));
    NTSTATUS status = MmCopyMemory(&copy, (MM_COPY_ADDRESS){.VirtualAddress = gone}, sizeof(copy), MM_COPY_MEMORY_VIRTUAL, &done);
    assert_false(NT_SUCCESS(status));
    assert_int_equal(done, 0);
    assert_true(mm_copy_guarded(&copy, &here, sizeof(here)));
    assert_false(mm_copy_guarded(&copy, gone, sizeof(copy)));
    munmap(gone, 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("P-97 ProbeForRead ProbeForWrite: only an application's memory passes", test_probe),
        TEST("ProbeForWrite raises for memory that cannot be written", test_read_only),
        TEST("ranges nest and overlap", test_ranges),
        TEST("ranges under six threads", test_threads),
        TEST("MmIsAddressValid MmCopyMemory", test_validity),
    };
    return RUN_TESTS(tests, start, NULL);
}
