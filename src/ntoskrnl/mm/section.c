/* Sections: memory that can be mapped, of a file or of nobody. Each holds a memory file or the base file's descriptor; a view
 * is an mmap of it in the manager, whichever process the caller means: a driver reads it from here. */
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/mm/mm.h"
#include "ntoskrnl/mm/record.h"
#include "ntoskrnl/mm/section.h"
#include "ntoskrnl/ob/ob.h"
#include "ntoskrnl/ps/ps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct mm_section {
    int fd;
    ULONGLONG size;
    ULONG protection;   /* PAGE_... of its creation: the most a view may ask for */
    ULONG attributes;   /* SEC_... */
    PFILE_OBJECT file;  /* referenced; NULL: the page file's */
    bool private_copy;  /* of the file: writes never reach it */
};

static POBJECT_TYPE section_type;
POBJECT_TYPE *MmSectionObjectType = &section_type;
static const struct mm_file_ops *file_ops;

void mm_set_file_ops(const struct mm_file_ops *ops)
{
    __atomic_store_n(&file_ops, ops, __ATOMIC_RELEASE);
}

static VOID section_delete(PVOID object)
{
    struct mm_section *section = object;

    if (section->fd >= 0)
        close(section->fd);
    if (section->file)
        ObDereferenceObject(section->file);
}

void mm_section_init(void)
{
    static const struct ob_type_ops ops = {.delete = section_delete};
    static const struct ob_type_info info = {.name = u"Section",
        .mapping = {STANDARD_RIGHTS_READ | SECTION_QUERY | SECTION_MAP_READ, STANDARD_RIGHTS_WRITE | SECTION_MAP_WRITE,
            STANDARD_RIGHTS_EXECUTE | SECTION_MAP_EXECUTE, SECTION_ALL_ACCESS},
        .valid_access = SECTION_ALL_ACCESS, .ops = &ops};

    if (!section_type)
        section_type = ob_type_create(&info);
}

/* ---- protection ---- */

static bool valid_protection(ULONG protection)
{
    ULONG plain = protection & ~(ULONG)(PAGE_NOCACHE | PAGE_WRITECOMBINE);

    return plain == PAGE_READONLY || plain == PAGE_READWRITE || plain == PAGE_WRITECOPY || plain == PAGE_EXECUTE ||
        plain == PAGE_EXECUTE_READ || plain == PAGE_EXECUTE_READWRITE || plain == PAGE_EXECUTE_WRITECOPY;
}

static bool writes_through(ULONG protection)
{
    return protection & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE);
}

static bool copies_on_write(ULONG protection)
{
    return protection & (PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY);
}

static bool executes(ULONG protection)
{
    return protection & (PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY);
}

/* Linux protection of a view. Nothing is ever mapped executable in the manager: code of others does not run here. */
static int linux_protection(ULONG protection)
{
    if (protection & PAGE_NOACCESS)
        return PROT_NONE;
    return PROT_READ | (writes_through(protection) || copies_on_write(protection) ? PROT_WRITE : 0);
}

/* A view may not ask for more than its section allows. */
static bool compatible(ULONG section, ULONG view)
{
    if (writes_through(view) && !writes_through(section))
        return false;
    return !executes(view) || executes(section);
}

static NTSTATUS from_errno(int error)
{
    return error == ENOMEM ? STATUS_NO_MEMORY : error == EACCES ? STATUS_ACCESS_DENIED : STATUS_INSUFFICIENT_RESOURCES;
}

/* ---- making one ---- */

static NTSTATUS back_with_memory(struct mm_section *section)
{
    section->fd = memfd_create("section", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (section->fd < 0 || ftruncate(section->fd, (off_t)section->size))
        return from_errno(errno);
    return STATUS_SUCCESS;
}

/* An application may get the memory (mm_section_lend): it must neither shrink it under the manager's views nor write where its
 * section forbids. Nobody but its owner opens it again. */
static NTSTATUS seal(const struct mm_section *section)
{
    int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL | (writes_through(section->protection) ? 0 : F_SEAL_FUTURE_WRITE);

    return fchmod(section->fd, S_IRUSR) || fcntl(section->fd, F_ADD_SEALS, seals) ? from_errno(errno) : STATUS_SUCCESS;
}

/* The file's bytes in a memory file: what a base file system without a descriptor gives. */
static NTSTATUS copy_file(struct mm_section *section, ULONGLONG file_size, const struct mm_file_ops *ops)
{
    char buffer[65536];
    NTSTATUS status = back_with_memory(section);

    section->private_copy = true;
    for (ULONGLONG at = 0; NT_SUCCESS(status) && at < file_size && at < section->size;) {
        SIZE_T done = 0;
        status = ops->read(section->file, at, buffer, sizeof(buffer), &done);
        if (!NT_SUCCESS(status) || !done)
            break;
        if (pwrite(section->fd, buffer, done, (off_t)at) != (ssize_t)done)
            status = from_errno(errno);
        at += done;
    }
    if (status == STATUS_END_OF_FILE)
        status = STATUS_SUCCESS;
    return NT_SUCCESS(status) ? seal(section) : status;
}

static NTSTATUS back_with_file(struct mm_section *section)
{
    const struct mm_file_ops *ops = __atomic_load_n(&file_ops, __ATOMIC_ACQUIRE);
    ULONGLONG file_size;

    if (!ops)
        return STATUS_INVALID_FILE_FOR_SECTION;
    NTSTATUS status = ops->size(section->file, &file_size);
    if (!NT_SUCCESS(status))
        return status;
    if (!section->size && !file_size)
        return STATUS_MAPPED_FILE_SIZE_ZERO;
    if (!section->size)
        section->size = file_size;
    if (section->size > file_size && !writes_through(section->protection))
        return STATUS_SECTION_TOO_BIG;
    section->fd = ops->map_fd ? ops->map_fd(section->file, writes_through(section->protection)) : -1;
    if (section->fd < 0)
        return copy_file(section, file_size, ops);
    if (section->size > file_size && ftruncate(section->fd, (off_t)section->size))
        return from_errno(errno);
    return STATUS_SUCCESS;
}

static NTSTATUS check_arguments(PLARGE_INTEGER size, ULONG protection, ULONG attributes, bool file)
{
    if (!valid_protection(protection))
        return STATUS_INVALID_PAGE_PROTECTION;
    if (!(attributes & (SEC_COMMIT | SEC_RESERVE | SEC_IMAGE)) || ((attributes & SEC_IMAGE) && !file))
        return STATUS_INVALID_PARAMETER_6;
    if (!file && (!size || size->QuadPart <= 0))
        return STATUS_INVALID_PARAMETER_4;
    return size && size->QuadPart < 0 ? STATUS_INVALID_PARAMETER_4 : STATUS_SUCCESS;
}

/* file: referenced by this call when it succeeds. */
NTSTATUS mm_section_create(POBJECT_ATTRIBUTES oa, KPROCESSOR_MODE mode, PLARGE_INTEGER size, ULONG protection,
    ULONG attributes, PFILE_OBJECT file, PVOID *object)
{
    NTSTATUS status = check_arguments(size, protection, attributes, file != NULL);
    struct mm_section *section;
    PVOID body;

    if (!NT_SUCCESS(status))
        return status;
    status = oa ? ob_create_named(section_type, sizeof(*section), oa, mode, &body)
                : ob_create(section_type, sizeof(*section), &body);
    if (!NT_SUCCESS(status))
        return status;
    section = body;
    *section = (struct mm_section){-1, size ? (ULONGLONG)size->QuadPart : 0, protection, attributes, file, false};
    if (file)
        ObReferenceObject(file);
    status = file ? back_with_file(section) : back_with_memory(section);
    if (NT_SUCCESS(status) && !file)
        status = seal(section);
    if (!NT_SUCCESS(status)) {
        ObDereferenceObject(body);
        return status;
    }
    *object = body;
    return STATUS_SUCCESS;
}

/* A descriptor of the same memory that cannot write. */
static int reopen_to_read(int fd)
{
    char path[32];

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_RDONLY | O_CLOEXEC);
}

NTSTATUS mm_section_lend(PVOID section, ACCESS_MASK granted, struct mm_lent_section *lent)
{
    struct mm_section *s = section;
    bool writes = (granted & SECTION_MAP_WRITE) && writes_through(s->protection);

    *lent = (struct mm_lent_section){-1, s->size, writes ? PAGE_READWRITE : PAGE_READONLY};
    if (!(granted & SECTION_MAP_READ))
        return STATUS_ACCESS_DENIED;
    lent->fd = writes ? fcntl(s->fd, F_DUPFD_CLOEXEC, 0) : reopen_to_read(s->fd);
    return lent->fd < 0 ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

/* The file behind a handle, referenced. Files are io's objects, a room above: their type is known by its name. */
static NTSTATUS file_of(HANDLE handle, ACCESS_MASK access, PFILE_OBJECT *file)
{
    static const UNICODE_STRING file_type = RTL_CONSTANT_STRING(u"File");
    UNICODE_STRING type;
    PVOID object;
    NTSTATUS status = ObReferenceObjectByHandle(handle, access, NULL, KernelMode, &object, NULL);

    if (!NT_SUCCESS(status))
        return status;
    RtlInitUnicodeString(&type, ob_type_info(ob_type_of(object))->name);
    if (!RtlEqualUnicodeString(&type, &file_type, FALSE)) {
        ObDereferenceObject(object);
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    *file = object;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ZwCreateSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
    PLARGE_INTEGER MaximumSize, ULONG SectionPageProtection, ULONG AllocationAttributes, HANDLE FileHandle)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    PFILE_OBJECT file = NULL;
    PVOID section;
    NTSTATUS status = STATUS_SUCCESS;
    if (FileHandle)
        status = file_of(FileHandle,
            writes_through(SectionPageProtection) ? FILE_READ_DATA | FILE_WRITE_DATA : FILE_READ_DATA, &file);
    if (NT_SUCCESS(status))
        status = mm_section_create(ObjectAttributes, KernelMode, MaximumSize, SectionPageProtection, AllocationAttributes,
            file, &section);
    if (file)
        ObDereferenceObject(file);
    if (!NT_SUCCESS(status))
        return status;
    if (ObjectAttributes)
        return ob_insert(section, DesiredAccess, SectionHandle);
    status = ob_handle_create(section, DesiredAccess, 0, SectionHandle);
    ObDereferenceObject(section);
    return status;
}

NTSTATUS NTAPI ZwOpenSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return ob_open_by_name(ObjectAttributes, section_type, KernelMode, DesiredAccess, NULL, SectionHandle);
}

/* ---- views ---- */

/* Maps; *base and *view are results, offset is a multiple of the page size. The view holds its own reference. */
static NTSTATUS map_view(struct mm_section *section, enum mm_kind kind, ULONGLONG offset, ULONG protection, PVOID *base,
    PSIZE_T view, const void *pc)
{
    if (offset >= section->size || (*view && *view > section->size - offset))
        return STATUS_INVALID_VIEW_SIZE;
    SIZE_T length = ROUND_TO_PAGES(*view ? *view : section->size - offset);
    bool shared = !copies_on_write(protection) && !(section->attributes & SEC_IMAGE);
    void *address = mmap(
        *base, length, linux_protection(protection), shared ? MAP_SHARED : MAP_PRIVATE, section->fd, (off_t)offset);
    if (address == MAP_FAILED)
        return from_errno(errno);
    if (*base && address != *base) {
        munmap(address, length);
        return STATUS_CONFLICTING_ADDRESSES;
    }
    struct mm_record record = {kind, address, length, NULL, section};
    if (!mm_record_add(&record, pc)) {
        munmap(address, length);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    ObReferenceObject(section);
    if (kind == MM_VIEW)
        mm_user_range_add(address, length);
    *base = address;
    *view = length;
    return STATUS_SUCCESS;
}

static NTSTATUS unmap_view(enum mm_kind kind, PVOID address)
{
    struct mm_record record;

    if (!mm_record_remove(kind, address, kind == MM_VIEW, &record))
        return STATUS_NOT_MAPPED_VIEW;
    if (kind == MM_VIEW)
        mm_user_range_remove(record.start, record.length);
    munmap(record.start, record.length);
    ObDereferenceObject(record.owner);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ZwMapViewOfSection(HANDLE SectionHandle, HANDLE ProcessHandle, PVOID *BaseAddress, ULONG_PTR ZeroBits,
    SIZE_T CommitSize, PLARGE_INTEGER SectionOffset, PSIZE_T ViewSize, SECTION_INHERIT InheritDisposition,
    ULONG AllocationType, ULONG Win32Protect)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    PVOID object;
    ACCESS_MASK access = SECTION_MAP_READ | (writes_through(Win32Protect) ? SECTION_MAP_WRITE : 0);
    if (!valid_protection(Win32Protect))
        return STATUS_INVALID_PAGE_PROTECTION;
    if (InheritDisposition != ViewShare && InheritDisposition != ViewUnmap)
        return STATUS_INVALID_PARAMETER_8;
    if (SectionOffset && (SectionOffset->QuadPart < 0 || SectionOffset->QuadPart % 0x10000))
        return STATUS_MAPPED_ALIGNMENT;
    NTSTATUS status = ObReferenceObjectByHandle(SectionHandle, access, section_type, KernelMode, &object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    struct mm_section *section = object;
    status = compatible(section->protection, Win32Protect)
        ? map_view(section, MM_VIEW, SectionOffset ? (ULONGLONG)SectionOffset->QuadPart : 0, Win32Protect, BaseAddress,
              ViewSize, __builtin_return_address(0))
        : STATUS_SECTION_PROTECTION;
    ObDereferenceObject(object);
    return status;
}

NTSTATUS NTAPI ZwUnmapViewOfSection(HANDLE ProcessHandle, PVOID BaseAddress)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    return unmap_view(MM_VIEW, BaseAddress);
}

NTSTATUS NTAPI MmMapViewInSystemSpace(PVOID Section, PVOID *MappedBase, PSIZE_T ViewSize)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    struct mm_section *section = Section;
    *MappedBase = NULL;
    return map_view(section, MM_SYSTEM_VIEW, 0, writes_through(section->protection) ? PAGE_READWRITE : PAGE_READONLY,
        MappedBase, ViewSize, __builtin_return_address(0));
}

NTSTATUS NTAPI MmUnmapViewInSystemSpace(PVOID MappedBase)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return unmap_view(MM_SYSTEM_VIEW, MappedBase);
}

/* ---- what file systems ask before they change a file ---- */

/* Linux keeps mappings of a file that shrinks or goes (access behind the end faults): nothing ever stands in the way. */
BOOLEAN NTAPI MmFlushImageSection(PSECTION_OBJECT_POINTERS SectionObjectPointer, MMFLUSH_TYPE FlushType)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return TRUE;
}

BOOLEAN NTAPI MmForceSectionClosed(PSECTION_OBJECT_POINTERS SectionObjectPointer, BOOLEAN DelayClose)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return TRUE;
}

BOOLEAN NTAPI MmCanFileBeTruncated(PSECTION_OBJECT_POINTERS SectionPointer, PLARGE_INTEGER NewFileSize)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return TRUE;
}

/* Mappings of applications are the kernel's own, over the mount: it does not say who has written to one. */
BOOLEAN NTAPI MmDoesFileHaveUserWritableReferences(PSECTION_OBJECT_POINTERS SectionPointer)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    return FALSE;
}
