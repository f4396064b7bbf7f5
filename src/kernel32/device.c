/* CreateFile on names of the manager. See device.h. */
#include "kernel32/device.h"

#include <stdlib.h>
#include <string.h>

#include "kernel32/security.h"
#include "ntstatus.h"
#include "winternl.h"

/* --- names --- */

static bool is_slash(WCHAR c)
{
    return c == '\\' || c == '/';
}

static WCHAR upper(WCHAR c)
{
    return c >= 'a' && c <= 'z' ? (WCHAR)(c - 32) : c;
}

/* Does the text begin with this word, in any case, slashes of either kind? */
static bool begins(LPCWSTR text, const WCHAR *word)
{
    for (; *word; text++, word++) {
        if (*word == '\\' ? !is_slash(*text) : upper(*text) != *word)
            return false;
    }
    return true;
}

bool k32_is_device(LPCWSTR name)
{
    if (begins(name, u"\\\\?\\GLOBALROOT\\"))
        return true;
    return begins(name, u"\\\\.\\") && name[4];
}

/* Written with backslashes only: //a/mailslot/b is a path of Linux. */
bool k32_is_remote_mailslot(LPCWSTR name)
{
    if (name[0] != '\\' || name[1] != '\\' || ((name[2] == '.' || name[2] == '?') && name[3] == '\\'))
        return false;
    LPCWSTR end = name + 2;
    while (*end && *end != '\\')
        end++;
    return end > name + 2 && end[0] == '\\' && begins(end, u"\\MAILSLOT\\");
}

/* \\.\ names get what CreateFile does to every path: one kind of slash, none twice, no dots and spaces at the
 * end; \\?\ names are taken as they are. */
static void tidy(WCHAR *name)
{
    WCHAR *to = name;

    for (const WCHAR *from = name; *from; from++) {
        WCHAR c = *from == '/' ? '\\' : *from;
        if (c != '\\' || to == name || to[-1] != '\\')
            *to++ = c;
    }
    while (to > name + 1 && (to[-1] == '.' || to[-1] == ' '))
        to--;
    *to = 0;
}

WCHAR *k32_device_nt_name(LPCWSTR name)
{
    static const WCHAR root[] = u"GLOBALROOT\\", links[] = u"\\??\\";
    LPCWSTR rest = name + 4;
    bool from_root = begins(rest, root);

    if (from_root)
        rest += lstrlenW(root) - 1;
    const WCHAR *prefix = from_root ? u"" : links;
    size_t before = (size_t)lstrlenW(prefix), length = (size_t)lstrlenW(rest);
    WCHAR *nt = malloc((before + length + 1) * sizeof *nt);
    if (!nt)
        return NULL;
    memcpy(nt, prefix, before * sizeof *nt);
    memcpy(nt + before, rest, (length + 1) * sizeof *nt);
    if (name[2] == '.')
        tidy(nt + (from_root ? 0 : before));
    return nt;
}

/* --- security attributes --- */

NTSTATUS k32_take_descriptor(const SECURITY_ATTRIBUTES *attributes, void **relative, size_t *size)
{
    PSECURITY_DESCRIPTOR sd = attributes ? attributes->lpSecurityDescriptor : NULL;
    DWORD length = 0;

    *relative = NULL;
    *size = 0;
    if (!sd)
        return STATUS_SUCCESS;
    if (!IsValidSecurityDescriptor(sd))
        return STATUS_INVALID_SECURITY_DESCR;
    length = GetSecurityDescriptorLength(sd);
    *relative = malloc(length);
    *size = length;
    if (!*relative)
        return STATUS_NO_MEMORY;
    k32_relative_descriptor(sd, *relative);
    return STATUS_SUCCESS;
}

HANDLE k32_give_file(struct k32_object *object, const SECURITY_ATTRIBUTES *attributes)
{
    HANDLE handle = k32_handle_give(object);

    if (!handle)
        return INVALID_HANDLE_VALUE;
    if (attributes && attributes->bInheritHandle)
        SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    return handle;
}

/* --- opening --- */

static uint32_t options_of(DWORD flags)
{
    static const struct {
        DWORD flag;
        uint32_t option;
    } table[] = {
        {FILE_FLAG_WRITE_THROUGH, FILE_WRITE_THROUGH},
        {FILE_FLAG_NO_BUFFERING, FILE_NO_INTERMEDIATE_BUFFERING},
        {FILE_FLAG_RANDOM_ACCESS, FILE_RANDOM_ACCESS},
        {FILE_FLAG_SEQUENTIAL_SCAN, FILE_SEQUENTIAL_ONLY},
        {FILE_FLAG_DELETE_ON_CLOSE, FILE_DELETE_ON_CLOSE},
        {FILE_FLAG_OPEN_REPARSE_POINT, FILE_OPEN_REPARSE_POINT},
        {FILE_FLAG_BACKUP_SEMANTICS, FILE_OPEN_FOR_BACKUP_INTENT},
    };
    uint32_t options = flags & FILE_FLAG_BACKUP_SEMANTICS ? 0 : FILE_NON_DIRECTORY_FILE;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        options |= flags & table[i].flag ? table[i].option : 0;
    return flags & FILE_FLAG_OVERLAPPED ? options : options | FILE_SYNCHRONOUS_IO_NONALERT;
}

static struct wire_file_open how_to_open(DWORD access, DWORD share, DWORD disposition, DWORD flags)
{
    static const uint32_t dispositions[] = {[CREATE_NEW] = FILE_CREATE,
        [CREATE_ALWAYS] = FILE_OVERWRITE_IF,
        [OPEN_EXISTING] = FILE_OPEN,
        [OPEN_ALWAYS] = FILE_OPEN_IF,
        [TRUNCATE_EXISTING] = FILE_OVERWRITE};

    return (struct wire_file_open){.access = access | SYNCHRONIZE | FILE_READ_ATTRIBUTES |
                                             (flags & FILE_FLAG_DELETE_ON_CLOSE ? DELETE : 0),
        .attributes = flags & FILE_ATTRIBUTE_VALID_FLAGS & ~(uint32_t)FILE_ATTRIBUTE_DIRECTORY,
        .share = share,
        .disposition = dispositions[disposition],
        .options = options_of(flags),
        .object_attributes = flags & FILE_FLAG_POSIX_SEMANTICS ? 0 : OBJ_CASE_INSENSITIVE};
}

/* Without a manager no device is there. */
static DWORD error_of(NTSTATUS status)
{
    switch (status) {
    case SESSION_NO_MANAGER:
        return ERROR_FILE_NOT_FOUND;
    case STATUS_OBJECT_NAME_COLLISION:
        return ERROR_FILE_EXISTS;
    default:
        return RtlNtStatusToDosError(status);
    }
}

HANDLE k32_open_device(LPCWSTR name, DWORD access, DWORD share, const SECURITY_ATTRIBUTES *attributes,
    DWORD disposition, DWORD flags)
{
    WCHAR *nt = k32_device_nt_name(name);
    struct k32_nt_open open = {.name = nt, .how = how_to_open(access, share, disposition, flags)};
    struct k32_object *object = NULL;
    uint32_t information = 0;
    void *descriptor = NULL;

    NTSTATUS status =
        nt ? k32_take_descriptor(attributes, &descriptor, &open.descriptor_bytes) : STATUS_NO_MEMORY;
    if (NT_SUCCESS(status)) {
        open.name_bytes = (size_t)lstrlenW(nt) * sizeof *nt;
        open.descriptor = descriptor;
        status = k32_nt_open(&open, &object, &information);
    }
    free(nt);
    free(descriptor);
    if (!NT_SUCCESS(status)) {
        SetLastError(error_of(status));
        return INVALID_HANDLE_VALUE;
    }
    bool existed = (disposition == OPEN_ALWAYS && information == FILE_OPENED) ||
                   (disposition == CREATE_ALWAYS && information == FILE_OVERWRITTEN);
    HANDLE handle = k32_give_file(object, attributes);
    if (handle != INVALID_HANDLE_VALUE)
        SetLastError(existed ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
    return handle;
}
