/* Names of Win32 that lead into the manager: devices, mailslots, everything below \\.\ and \\?\GLOBALROOT\. */
#ifndef OFM_KERNEL32_DEVICE_H
#define OFM_KERNEL32_DEVICE_H

#include "kernel32/ntfile.h"

bool k32_is_device(LPCWSTR name);
/* \\computer\mailslot\name, a domain or * for the computer: a mailslot of another machine. */
bool k32_is_remote_mailslot(LPCWSTR name);
/* The NT name of such a name: \??\Name, or \Device\X for \\.\GLOBALROOT\Device\X. From malloc; NULL without memory. */
WCHAR *k32_device_nt_name(LPCWSTR name);
/* CreateFile. INVALID_HANDLE_VALUE and the last error on failure. */
HANDLE k32_open_device(LPCWSTR name, DWORD access, DWORD share, const SECURITY_ATTRIBUTES *attributes, DWORD disposition,
    DWORD flags);

/* The descriptor of security attributes, self-relative, from malloc; *relative NULL when there is none. */
NTSTATUS k32_take_descriptor(const SECURITY_ATTRIBUTES *attributes, void **relative, size_t *size);
/* A handle for an open object, whose reference it takes; inheritable when the attributes say so. */
HANDLE k32_give_file(struct k32_object *object, const SECURITY_ATTRIBUTES *attributes);

#endif
