/* User address space calls. A driver's own process is the manager: memory it allocates "in a process" is anonymous memory here,
 * registered as user memory; other Linux processes can be read and written (MmCopyVirtualMemory), never given memory. */
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/mm/mm.h"
#include "ntoskrnl/mm/record.h"
#include "ntoskrnl/ps/ps.h"

#include <nt/undocumented.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

/* STATUS_NOT_SUPPORTED, told, for a process that is another Linux process. */
static NTSTATUS check_process(HANDLE process, const char *call, const void *pc)
{
    PVOID object;

    if (process == NtCurrentProcess())
        return STATUS_SUCCESS;
    NTSTATUS status = ObReferenceObjectByHandle(process, PROCESS_VM_OPERATION, *PsProcessType, KernelMode, &object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    pid_t pid = ps_linux_pid(object);
    ObDereferenceObject(object);
    if (!pid || pid == getpid())
        return STATUS_SUCCESS;
    ke_report_caller(call, pc, "memory of another process (Linux pid %d) cannot be changed", (int)pid);
    return STATUS_NOT_SUPPORTED;
}

static int linux_protection(ULONG protect)
{
    switch (protect & ~(ULONG)(PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE)) {
    case PAGE_NOACCESS:
        return PROT_NONE;
    case PAGE_READONLY:
        return PROT_READ;
    case PAGE_READWRITE:
    case PAGE_WRITECOPY:
        return PROT_READ | PROT_WRITE;
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ:
        return PROT_READ | PROT_EXEC;
    case PAGE_EXECUTE_READWRITE:
    case PAGE_EXECUTE_WRITECOPY:
        return PROT_READ | PROT_WRITE | PROT_EXEC;
    default:
        return -1;
    }
}

static ULONG nt_protection(const char *flags)
{
    bool r = flags[0] == 'r', w = flags[1] == 'w', x = flags[2] == 'x';

    if (x)
        return w ? PAGE_EXECUTE_READWRITE : r ? PAGE_EXECUTE_READ : PAGE_EXECUTE;
    return w ? PAGE_READWRITE : r ? PAGE_READONLY : PAGE_NOACCESS;
}

static NTSTATUS reserve(PVOID *base, PSIZE_T size, int protection, const void *pc)
{
    SIZE_T length = ROUND_TO_PAGES(*size + BYTE_OFFSET(*base));
    void *wanted = PAGE_ALIGN(*base);
    void *address = mmap(wanted, length, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (address == MAP_FAILED)
        return STATUS_NO_MEMORY;
    struct mm_record record = {MM_VIRTUAL, address, length, NULL, NULL};
    if ((wanted && address != wanted) || !mm_record_add(&record, pc)) {
        munmap(address, length);
        return wanted && address != wanted ? STATUS_CONFLICTING_ADDRESSES : STATUS_INSUFFICIENT_RESOURCES;
    }
    mm_user_range_add(address, length);
    *base = address;
    *size = length;
    return STATUS_SUCCESS;
}

/* Commits pages of a reservation of ours. */
static NTSTATUS commit(PVOID *base, PSIZE_T size, int protection)
{
    struct mm_record record;
    char *start = PAGE_ALIGN(*base);
    SIZE_T length = ROUND_TO_PAGES(*size + BYTE_OFFSET(*base));

    if (!mm_record_find(MM_VIRTUAL, start, &record) || start + length > (char *)record.start + record.length)
        return STATUS_CONFLICTING_ADDRESSES;
    if (mprotect(start, length, protection))
        return STATUS_NO_MEMORY;
    *base = start;
    *size = length;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ZwAllocateVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, ULONG_PTR ZeroBits, PSIZE_T RegionSize,
    ULONG AllocationType, ULONG Protect)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    const void *pc = __builtin_return_address(0);
    int protection = linux_protection(Protect);
    if (protection < 0)
        return STATUS_INVALID_PAGE_PROTECTION;
    if (!(AllocationType & (MEM_COMMIT | MEM_RESERVE | MEM_RESET)))
        return STATUS_INVALID_PARAMETER_5;
    if (!*RegionSize)
        return STATUS_INVALID_PARAMETER_4;
    NTSTATUS status = check_process(ProcessHandle, "ZwAllocateVirtualMemory", pc);
    if (!NT_SUCCESS(status))
        return status;
    if ((AllocationType & MEM_RESERVE) || !*BaseAddress)
        return reserve(BaseAddress, RegionSize, AllocationType & MEM_COMMIT ? protection : PROT_NONE, pc);
    return AllocationType & MEM_RESET ? STATUS_SUCCESS : commit(BaseAddress, RegionSize, protection);
}

static NTSTATUS release(PVOID *base, PSIZE_T size)
{
    struct mm_record record;

    if (!mm_record_find(MM_VIRTUAL, *base, &record))
        return STATUS_MEMORY_NOT_ALLOCATED;
    if (*size && record.length != ROUND_TO_PAGES(*size))
        return STATUS_UNABLE_TO_FREE_VM;
    if (!mm_record_remove(MM_VIRTUAL, PAGE_ALIGN(*base), false, &record))
        return STATUS_MEMORY_NOT_ALLOCATED;
    mm_user_range_remove(record.start, record.length);
    munmap(record.start, record.length);
    *base = record.start;
    *size = record.length;
    return STATUS_SUCCESS;
}

static NTSTATUS decommit(PVOID *base, PSIZE_T size)
{
    struct mm_record record;
    char *start = PAGE_ALIGN(*base);

    if (!mm_record_find(MM_VIRTUAL, start, &record))
        return STATUS_MEMORY_NOT_ALLOCATED;
    SIZE_T length = *size ? ROUND_TO_PAGES(*size + BYTE_OFFSET(*base)) : record.length;
    if (start + length > (char *)record.start + record.length)
        return STATUS_UNABLE_TO_FREE_VM;
    if (madvise(start, length, MADV_DONTNEED) || mprotect(start, length, PROT_NONE))
        return STATUS_UNABLE_TO_FREE_VM;
    *base = start;
    *size = length;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ZwFreeVirtualMemory(HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize, ULONG FreeType)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    if (FreeType != MEM_RELEASE && FreeType != MEM_DECOMMIT)
        return STATUS_INVALID_PARAMETER_4;
    NTSTATUS status = check_process(ProcessHandle, "ZwFreeVirtualMemory", __builtin_return_address(0));
    if (!NT_SUCCESS(status))
        return status;
    return FreeType == MEM_RELEASE ? release(BaseAddress, RegionSize) : decommit(BaseAddress, RegionSize);
}

/* The line of /proc/self/maps that holds `address`, or the gap in front of the next one (flags[0] is 0). */
static bool region_at(ULONG_PTR address, ULONG_PTR *start, ULONG_PTR *end, char flags[8], bool *file)
{
    char line[512];
    ULONG_PTR gap = 0;
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "re");

    if (!maps)
        return false;
    while (!found && fgets(line, sizeof(line), maps)) {
        unsigned long inode = 0;
        if (sscanf(line, "%lx-%lx %7s %*x %*s %lu", start, end, flags, &inode) < 3)
            continue;
        if (address < *start) {
            *end = *start;
            *start = gap;
            flags[0] = 0;
        }
        *file = inode != 0;
        found = address < *end;
        gap = *end;
    }
    fclose(maps);
    if (!found) {
        *start = gap;
        *end = (ULONG_PTR)MmHighestUserAddress + 1;
        flags[0] = 0;
        *file = false;
    }
    return true;
}

NTSTATUS NTAPI ZwProtectVirtualMemory(
    HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize, ULONG NewProtect, PULONG OldProtect)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    int protection = linux_protection(NewProtect);
    ULONG_PTR start, end;
    char flags[8];
    bool file;
    if (protection < 0)
        return STATUS_INVALID_PAGE_PROTECTION;
    NTSTATUS status = check_process(ProcessHandle, "ZwProtectVirtualMemory", __builtin_return_address(0));
    if (!NT_SUCCESS(status))
        return status;
    if (!region_at((ULONG_PTR)*BaseAddress, &start, &end, flags, &file) || !flags[0])
        return STATUS_NOT_COMMITTED;
    SIZE_T length = ROUND_TO_PAGES(*RegionSize + BYTE_OFFSET(*BaseAddress));
    if (mprotect(PAGE_ALIGN(*BaseAddress), length, protection))
        return errno == EACCES ? STATUS_SECTION_PROTECTION : STATUS_NOT_COMMITTED;
    *BaseAddress = PAGE_ALIGN(*BaseAddress);
    *RegionSize = length;
    *OldProtect = nt_protection(flags);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ZwQueryVirtualMemory(HANDLE ProcessHandle, PVOID BaseAddress, MEMORY_INFORMATION_CLASS MemoryInformationClass,
    PVOID MemoryInformation, SIZE_T MemoryInformationLength, PSIZE_T ReturnLength)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    PMEMORY_BASIC_INFORMATION info = MemoryInformation;
    ULONG_PTR start, end;
    char flags[8];
    bool file;
    if (MemoryInformationClass != MemoryBasicInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (MemoryInformationLength < sizeof(*info))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (BaseAddress > MmHighestUserAddress)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = check_process(ProcessHandle, "ZwQueryVirtualMemory", __builtin_return_address(0));
    if (!NT_SUCCESS(status))
        return status;
    if (!region_at((ULONG_PTR)BaseAddress, &start, &end, flags, &file))
        return STATUS_UNSUCCESSFUL;
    memset(info, 0, sizeof(*info));
    info->BaseAddress = PAGE_ALIGN(BaseAddress);
    info->RegionSize = end - (ULONG_PTR)info->BaseAddress;
    info->State = flags[0] ? MEM_COMMIT : MEM_FREE;
    info->Protect = flags[0] ? nt_protection(flags) : PAGE_NOACCESS;
    if (flags[0]) {
        info->AllocationBase = (PVOID)start;
        info->AllocationProtect = info->Protect;
        info->Type = file ? MEM_MAPPED : MEM_PRIVATE;
    }
    if (ReturnLength)
        *ReturnLength = sizeof(*info);
    return STATUS_SUCCESS;
}

/* ---- from and to processes ---- */

/* Linux' own check of who may read whom applies: a manager that is not root reaches its user's processes. */
NTSTATUS NTAPI MmCopyVirtualMemory(PEPROCESS FromProcess, const void *FromAddress, PEPROCESS ToProcess, PVOID ToAddress,
    SIZE_T BufferSize, KPROCESSOR_MODE PreviousMode, PSIZE_T NumberOfBytesCopied)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    pid_t self = getpid(), from = ps_linux_pid(FromProcess), to = ps_linux_pid(ToProcess);
    struct iovec here = {NULL, BufferSize}, there = {NULL, BufferSize};
    ssize_t done;
    *NumberOfBytesCopied = 0;
    if (!BufferSize)
        return STATUS_SUCCESS;
    if ((from && from != self) && (to && to != self))
        return STATUS_NOT_SUPPORTED; /* the manager is one of the two ends */
    if (to && to != self) {
        here.iov_base = (void *)FromAddress;
        there.iov_base = ToAddress;
        done = process_vm_writev(to, &here, 1, &there, 1, 0);
    } else {
        here.iov_base = ToAddress;
        there.iov_base = (void *)FromAddress;
        done = process_vm_readv(from ? from : self, &here, 1, &there, 1, 0);
    }
    if (done < 0)
        return errno == ESRCH ? STATUS_PROCESS_IS_TERMINATING
            : errno == EPERM  ? STATUS_ACCESS_DENIED
                              : STATUS_ACCESS_VIOLATION;
    *NumberOfBytesCopied = (SIZE_T)done;
    return (SIZE_T)done == BufferSize ? STATUS_SUCCESS : STATUS_PARTIAL_COPY;
}

/* ---- user memory that must stay: it does ---- */

HANDLE NTAPI MmSecureVirtualMemory(PVOID Address, SIZE_T Size, ULONG ProbeMode)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return Size && mm_is_user_range(Address, Size) ? (HANDLE)((ULONG_PTR)Address | 1) : NULL;
}

VOID NTAPI MmUnsecureVirtualMemory(HANDLE SecureHandle)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (!SecureHandle)
        ke_report_caller("MmUnsecureVirtualMemory", __builtin_return_address(0), "no handle");
}
