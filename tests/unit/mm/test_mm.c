/* MDLs, probes, pages, sections, virtual memory, routine addresses. */
#include "harness.h"

#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/mm/mm.h"
#include "ntoskrnl/mm/section.h"
#include "ntoskrnl/ps/ps.h"

#include <nt/undocumented.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int start(void **state)
{
    return NT_SUCCESS(ps_init()) ? 0 : -1;
}

static void mdl_describes_its_memory(void **state)
{
    char *memory = aligned_alloc(4096, 3 * 4096);
    PMDL mdl = IoAllocateMdl(memory + 100, 5000, FALSE, FALSE, NULL);

    assert_non_null(mdl);
    assert_ptr_equal(MmGetMdlVirtualAddress(mdl), memory + 100);
    assert_int_equal(MmGetMdlByteCount(mdl), 5000);
    assert_int_equal(MmGetMdlByteOffset(mdl), 100);
    assert_ptr_equal(mdl->StartVa, memory);
    assert_int_equal(mdl->Size, sizeof(MDL) + 2 * sizeof(PFN_NUMBER));
    MmBuildMdlForNonPagedPool(mdl);
    assert_ptr_equal(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority), memory + 100);
    assert_int_equal(MmGetMdlPfnArray(mdl)[1], MmGetMdlPfnArray(mdl)[0] + 1);
    IoFreeMdl(mdl);
    free(memory);
}

static void mdl_hangs_on_its_irp(void **state)
{
    IRP irp = {0};
    char memory[64];
    PMDL first = IoAllocateMdl(memory, 16, FALSE, FALSE, &irp), second = IoAllocateMdl(memory, 32, TRUE, FALSE, &irp);

    assert_ptr_equal(irp.MdlAddress, first);
    assert_ptr_equal(first->Next, second);
    assert_null(second->Next);
    IoFreeMdl(second);
    IoFreeMdl(first);
}

static void locked_pages_map_once(void **state)
{
    char memory[300];
    PMDL mdl = IoAllocateMdl(memory, sizeof(memory), FALSE, FALSE, NULL);

    MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);
    assert_true(mdl->MdlFlags & MDL_PAGES_LOCKED);
    assert_true(mdl->MdlFlags & MDL_WRITE_OPERATION);
    char *mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
    assert_ptr_equal(mapped, memory);
    assert_true(mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA);
    mapped[299] = 7;
    assert_int_equal(memory[299], 7);
    MmUnlockPages(mdl);
    assert_false(mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_MAPPED_TO_SYSTEM_VA));
    IoFreeMdl(mdl);
}

static void partial_follows_its_source(void **state)
{
    char *memory = aligned_alloc(4096, 3 * 4096);
    PMDL whole = IoAllocateMdl(memory, 3 * 4096, FALSE, FALSE, NULL);
    PMDL part = IoAllocateMdl(memory, 3 * 4096, FALSE, FALSE, NULL);

    MmBuildMdlForNonPagedPool(whole);
    IoBuildPartialMdl(whole, part, memory + 5000, 0);
    assert_int_equal(MmGetMdlByteCount(part), 3 * 4096 - 5000);
    assert_ptr_equal(MmGetSystemAddressForMdlSafe(part, NormalPagePriority), memory + 5000);
    assert_true(part->MdlFlags & MDL_PARTIAL);
    IoBuildPartialMdl(whole, part, memory + 10, 20);
    assert_int_equal(MmGetMdlByteCount(part), 20);
    assert_status(STATUS_SUCCESS, MmAdvanceMdl(whole, 4096));
    assert_ptr_equal(MmGetSystemAddressForMdlSafe(whole, NormalPagePriority), memory + 4096);
    assert_status(STATUS_INVALID_PARAMETER_2, MmAdvanceMdl(whole, 2 * 4096));
    IoFreeMdl(part);
    IoFreeMdl(whole);
    free(memory);
}

static void mistakes_are_told(void **state)
{
    char memory[16];
    PMDL mdl = IoAllocateMdl(memory, sizeof(memory), FALSE, FALSE, NULL);
    unsigned long before = ke_report_count();

    MmUnlockPages(mdl);
    assert_int_equal(ke_report_count(), before + 1);
    MmProbeAndLockPages(mdl, KernelMode, IoReadAccess);
    IoFreeMdl(mdl);
    assert_int_equal(ke_report_count(), before + 2);
}

static void pages_are_zero_and_counted(void **state)
{
    PHYSICAL_ADDRESS low = {.QuadPart = 0}, high = {.QuadPart = -1};
    struct ke_scope outer = ke_callback_enter("pager", "PreOperation", "IRP_MJ_READ");
    PMDL mdl = MmAllocatePagesForMdlEx(low, high, low, 5000, MmCached, 0);
    ke_callback_leave(outer);

    assert_int_equal(MmGetMdlByteCount(mdl), 8192);
    const char *bytes = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    for (int i = 0; i < 8192; i++)
        assert_int_equal(bytes[i], 0);
    assert_int_equal(mm_report_leaks("pager"), 1);
    MmFreePagesFromMdl(mdl);
    assert_int_equal(mm_report_leaks("pager"), 0);
    ExFreePool(mdl);
}

static void contiguous_memory(void **state)
{
    PHYSICAL_ADDRESS high = {.QuadPart = -1};
    char *block = MmAllocateContiguousMemory(100, high);

    assert_non_null(block);
    assert_int_equal((ULONG_PTR)block % 4096, 0);
    block[99] = 1;
    MmFreeContiguousMemory(block);
    unsigned long before = ke_report_count();
    MmFreeContiguousMemory(block);
    assert_int_equal(ke_report_count(), before + 1);
}

static void memory_section_is_shared(void **state)
{
    LARGE_INTEGER size = {.QuadPart = 10000};
    HANDLE section;
    PVOID first = NULL, second = NULL;
    SIZE_T first_size = 0, second_size = 4096;

    assert_status(STATUS_SUCCESS,
        ZwCreateSection(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_READWRITE, SEC_COMMIT, NULL));
    assert_status(STATUS_SUCCESS, ZwMapViewOfSection(section, NtCurrentProcess(), &first, 0, 0, NULL, &first_size, ViewUnmap,
                                      0, PAGE_READWRITE));
    assert_status(STATUS_SUCCESS, ZwMapViewOfSection(section, NtCurrentProcess(), &second, 0, 0, NULL, &second_size,
                                      ViewUnmap, 0, PAGE_READONLY));
    assert_int_equal(first_size, 12288);
    assert_int_equal(second_size, 4096);
    strcpy(first, "seen twice");
    assert_string_equal(second, "seen twice");
    assert_true(mm_is_user_range(first, first_size));
    assert_status(STATUS_SUCCESS, ZwClose(section));
    assert_string_equal(second, "seen twice"); /* views keep the section */
    assert_status(STATUS_SUCCESS, ZwUnmapViewOfSection(NtCurrentProcess(), (char *)first + 5000));
    assert_status(STATUS_SUCCESS, ZwUnmapViewOfSection(NtCurrentProcess(), second));
    assert_status(STATUS_NOT_MAPPED_VIEW, ZwUnmapViewOfSection(NtCurrentProcess(), second));
    assert_false(mm_is_user_range(first, first_size));
}

static void section_refuses(void **state)
{
    static const struct {
        LONGLONG size;
        ULONG protection, attributes;
        NTSTATUS status;
    } cases[] = {
        {4096, 0, SEC_COMMIT, STATUS_INVALID_PAGE_PROTECTION},
        {4096, PAGE_READWRITE | PAGE_READONLY, SEC_COMMIT, STATUS_INVALID_PAGE_PROTECTION},
        {4096, PAGE_READWRITE, 0, STATUS_INVALID_PARAMETER_6},
        {4096, PAGE_READWRITE, SEC_IMAGE, STATUS_INVALID_PARAMETER_6},
        {0, PAGE_READWRITE, SEC_COMMIT, STATUS_INVALID_PARAMETER_4},
        {-1, PAGE_READWRITE, SEC_COMMIT, STATUS_INVALID_PARAMETER_4},
    };
    HANDLE handle;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        LARGE_INTEGER size = {.QuadPart = cases[i].size};
        assert_status(cases[i].status, ZwCreateSection(&handle, SECTION_ALL_ACCESS, NULL, &size, cases[i].protection,
                                           cases[i].attributes, NULL));
    }
}

static void view_may_not_exceed_its_section(void **state)
{
    LARGE_INTEGER size = {.QuadPart = 4096}, offset = {.QuadPart = 4096};
    HANDLE section;
    PVOID base = NULL;
    SIZE_T view = 0;

    assert_status(STATUS_SUCCESS,
        ZwCreateSection(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_READONLY, SEC_COMMIT, NULL));
    assert_status(STATUS_SECTION_PROTECTION,
        ZwMapViewOfSection(section, NtCurrentProcess(), &base, 0, 0, NULL, &view, ViewUnmap, 0, PAGE_READWRITE));
    assert_status(STATUS_MAPPED_ALIGNMENT,
        ZwMapViewOfSection(section, NtCurrentProcess(), &base, 0, 0, &offset, &view, ViewUnmap, 0, PAGE_READONLY));
    view = 8192;
    assert_status(STATUS_INVALID_VIEW_SIZE,
        ZwMapViewOfSection(section, NtCurrentProcess(), &base, 0, 0, NULL, &view, ViewUnmap, 0, PAGE_READONLY));
    ZwClose(section);
}

static NTSTATUS five_bytes(PFILE_OBJECT file, ULONGLONG *bytes)
{
    *bytes = 5;
    return STATUS_SUCCESS;
}

static NTSTATUS hello(PFILE_OBJECT file, ULONGLONG offset, PVOID buffer, SIZE_T length, SIZE_T *done)
{
    if (offset >= 5)
        return STATUS_END_OF_FILE;
    *done = 5 - offset;
    memcpy(buffer, "hello" + offset, *done);
    return STATUS_SUCCESS;
}

static void file_without_descriptor_is_copied(void **state)
{
    static const struct mm_file_ops ops = {.size = five_bytes, .read = hello};
    PVOID section, address, file;
    SIZE_T size = 0;
    mm_set_file_ops(&ops);
    LARGE_INTEGER none = {.QuadPart = 1};
    assert_status(STATUS_SUCCESS, mm_section_create(NULL, KernelMode, &none, PAGE_READONLY, SEC_COMMIT, NULL, &file));
    /* any object serves as the file here: only the table above looks at it */
    assert_status(STATUS_SUCCESS, mm_section_create(NULL, KernelMode, NULL, PAGE_READONLY, SEC_COMMIT, file, &section));
    assert_status(STATUS_SUCCESS, MmMapViewInSystemSpace(section, &address, &size));
    assert_memory_equal(address, "hello", 6);
    assert_status(STATUS_SUCCESS, MmUnmapViewInSystemSpace(address));
    LARGE_INTEGER large = {.QuadPart = 10};
    assert_status(STATUS_SECTION_TOO_BIG,
        mm_section_create(NULL, KernelMode, &large, PAGE_READONLY, SEC_COMMIT, file, &address));
    ObDereferenceObject(section);
    ObDereferenceObject(file);
    mm_set_file_ops(NULL);
}

/* What an application may do with the memory of a section it was lent. */
static void lent_memory_is_guarded(void **state)
{
    LARGE_INTEGER size = {.QuadPart = 4096};
    struct mm_lent_section lent;
    PVOID section, view;

    assert_status(STATUS_SUCCESS, mm_section_create(NULL, KernelMode, &size, PAGE_READWRITE, SEC_COMMIT, NULL, &section));
    assert_status(STATUS_ACCESS_DENIED, mm_section_lend(section, SECTION_QUERY, &lent));
    assert_status(STATUS_SUCCESS, mm_section_lend(section, SECTION_MAP_READ, &lent));
    assert_int_equal(lent.protection, PAGE_READONLY);
    assert_int_equal(lent.size, 4096);
    assert_int_equal(pwrite(lent.fd, "x", 1, 0), -1);
    view = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, lent.fd, 0);
    assert_ptr_equal(view, MAP_FAILED);
    close(lent.fd);
    assert_status(STATUS_SUCCESS, mm_section_lend(section, SECTION_MAP_READ | SECTION_MAP_WRITE, &lent));
    assert_int_equal(lent.protection, PAGE_READWRITE);
    assert_int_equal(ftruncate(lent.fd, 0), -1); /* the manager's own views stay whole */
    view = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, lent.fd, 0);
    assert_ptr_not_equal(view, MAP_FAILED);
    munmap(view, 4096);
    close(lent.fd);
    ObDereferenceObject(section);
    assert_status(STATUS_SUCCESS, mm_section_create(NULL, KernelMode, &size, PAGE_READONLY, SEC_COMMIT, NULL, &section));
    assert_status(STATUS_SUCCESS, mm_section_lend(section, SECTION_ALL_ACCESS, &lent));
    assert_int_equal(lent.protection, PAGE_READONLY); /* no more than the section itself allows */
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", lent.fd);
    int again = open(path, O_RDWR | O_CLOEXEC); /* root may, and gains nothing */
    if (again >= 0) {
        assert_int_equal(pwrite(again, "x", 1, 0), -1);
        close(again);
    }
    close(lent.fd);
    ObDereferenceObject(section);
}

static void virtual_memory(void **state)
{
    PVOID base = NULL;
    SIZE_T size = 10000;
    ULONG old;
    MEMORY_BASIC_INFORMATION info;

    assert_status(STATUS_SUCCESS,
        ZwAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE));
    assert_int_equal(size, 12288);
    memset(base, 1, size);
    assert_true(mm_is_user_range(base, size));
    assert_status(STATUS_SUCCESS, ZwProtectVirtualMemory(NtCurrentProcess(), &base, &size, PAGE_READONLY, &old));
    assert_int_equal(old, PAGE_READWRITE);
    assert_status(STATUS_SUCCESS, ZwQueryVirtualMemory(NtCurrentProcess(), base, MemoryBasicInformation, &info,
                                      sizeof(info), NULL));
    assert_int_equal(info.State, MEM_COMMIT);
    assert_int_equal(info.Protect, PAGE_READONLY);
    assert_true(info.RegionSize >= size);
    SIZE_T zero = 0;
    assert_status(STATUS_SUCCESS, ZwFreeVirtualMemory(NtCurrentProcess(), &base, &zero, MEM_RELEASE));
    assert_status(STATUS_MEMORY_NOT_ALLOCATED, ZwFreeVirtualMemory(NtCurrentProcess(), &base, &zero, MEM_RELEASE));
    assert_false(mm_is_user_range(base, size));
}

static void another_process_can_be_read(void **state)
{
    static char secret[16] = "parent";
    int ready[2], end[2];
    char byte;
    assert_int_equal(pipe(ready) | pipe(end), 0);
    pid_t child = fork();
    if (!child) {
        strcpy(secret, "child");
        (void)!write(ready[1], "r", 1);
        (void)!read(end[0], &byte, 1);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    PEPROCESS process;
    char copy[16] = "";
    SIZE_T done;
    assert_status(STATUS_SUCCESS, ps_process_of_pidfd(-1, child, getuid(), getgid(), &process));
    assert_status(STATUS_SUCCESS,
        MmCopyVirtualMemory(process, secret, PsInitialSystemProcess, copy, sizeof(copy), KernelMode, &done));
    assert_string_equal(copy, "child");
    assert_int_equal(done, sizeof(copy));
    assert_status(STATUS_SUCCESS,
        MmCopyVirtualMemory(PsInitialSystemProcess, "xyz", process, secret, 4, KernelMode, &done));
    assert_status(STATUS_SUCCESS,
        MmCopyVirtualMemory(process, secret, PsInitialSystemProcess, copy, 4, KernelMode, &done));
    assert_string_equal(copy, "xyz");
    ObDereferenceObject(process);
    (void)!write(end[1], "e", 1);
    waitpid(child, NULL, 0);
    close(ready[0]), close(ready[1]), close(end[0]), close(end[1]);
}

static PVOID kernel_routine(const WCHAR *name)
{
    UNICODE_STRING s;
    RtlInitUnicodeString(&s, name);
    return MmGetSystemRoutineAddress(&s);
}

static void routines_by_name(void **state)
{
    assert_ptr_equal(kernel_routine(u"IoAllocateMdl"), (PVOID)(ULONG_PTR)IoAllocateMdl);
    assert_ptr_equal(kernel_routine(u"ZwQueryInformationProcess"), (PVOID)(ULONG_PTR)ZwQueryInformationProcess);
    assert_null(kernel_routine(u"FltGetRoutineAddress")); /* another module's on Windows */
    assert_ptr_equal(FltGetRoutineAddress("FltGetRoutineAddress"), (PVOID)(ULONG_PTR)FltGetRoutineAddress);
    assert_null(FltGetRoutineAddress("IoAllocateMdl"));
    assert_null(kernel_routine(u"NoSuchRoutine"));
    assert_null(kernel_routine(u"printf_is_not_there"));
    assert_null(kernel_routine(u"malloc_usable_size")); /* the C library's own */
    assert_null(kernel_routine(u"mm_section_create"));  /* hidden */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("a MDL describes its memory", mdl_describes_its_memory),
        TEST("a MDL hangs on its IRP, a secondary one behind it", mdl_hangs_on_its_irp),
        TEST("locked pages map to their own address", locked_pages_map_once),
        TEST("F-229 a partial MDL follows its source", partial_follows_its_source),
        TEST("locking mistakes are told", mistakes_are_told),
        TEST("pages are zero, and told when left", pages_are_zero_and_counted),
        TEST("contiguous memory", contiguous_memory),
        TEST("views of a memory section share it and keep it", memory_section_is_shared),
        TEST("what ZwCreateSection refuses", section_refuses),
        TEST("a view may not exceed its section", view_may_not_exceed_its_section),
        TEST("F-296 a file without a descriptor is copied", file_without_descriptor_is_copied),
        TEST("a section's memory that is lent can neither shrink nor be written beyond its rights", lent_memory_is_guarded),
        TEST("virtual memory: allocate, protect, query, free", virtual_memory),
        TEST("another process can be read and written", another_process_can_be_read),
        TEST("routines are found by name, each in its module", routines_by_name),
    };
    return RUN_TESTS(tests, start, NULL);
}
