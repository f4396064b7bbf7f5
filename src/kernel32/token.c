/* Access tokens, as far as services ask for privileges: root has them all, others have SeChangeNotifyPrivilege. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel32/handle.h"
#include "kernel32/name.h"
#include "kernel32/process.h"
#include "ntstatus.h"
#include "securitybaseapi.h"

static const struct {
    ULONG luid;
    const char *name;
} privileges[] = {
    {2, "SeCreateTokenPrivilege"},
    {3, "SeAssignPrimaryTokenPrivilege"},
    {4, "SeLockMemoryPrivilege"},
    {5, "SeIncreaseQuotaPrivilege"},
    {6, "SeMachineAccountPrivilege"},
    {7, "SeTcbPrivilege"},
    {8, "SeSecurityPrivilege"},
    {9, "SeTakeOwnershipPrivilege"},
    {10, "SeLoadDriverPrivilege"},
    {11, "SeSystemProfilePrivilege"},
    {12, "SeSystemtimePrivilege"},
    {13, "SeProfileSingleProcessPrivilege"},
    {14, "SeIncreaseBasePriorityPrivilege"},
    {15, "SeCreatePagefilePrivilege"},
    {16, "SeCreatePermanentPrivilege"},
    {17, "SeBackupPrivilege"},
    {18, "SeRestorePrivilege"},
    {19, "SeShutdownPrivilege"},
    {20, "SeDebugPrivilege"},
    {21, "SeAuditPrivilege"},
    {22, "SeSystemEnvironmentPrivilege"},
    {23, "SeChangeNotifyPrivilege"},
    {24, "SeRemoteShutdownPrivilege"},
    {25, "SeUndockPrivilege"},
    {28, "SeManageVolumePrivilege"},
    {29, "SeImpersonatePrivilege"},
    {30, "SeCreateGlobalPrivilege"},
    {31, "SeTrustedCredManAccessPrivilege"},
    {32, "SeRelabelPrivilege"},
    {33, "SeIncreaseWorkingSetPrivilege"},
    {34, "SeTimeZonePrivilege"},
    {35, "SeCreateSymbolicLinkPrivilege"},
};

#define CHANGE_NOTIFY 23

static void destroy_token(struct k32_object *object)
{
    free(object);
}

static const struct k32_type token_type = {.name = "Token", .destroy = destroy_token};

BOOL OpenProcessToken(HANDLE process, DWORD access, PHANDLE token)
{
    if (!k32_is_current_process(process))
        return FALSE;
    struct k32_object *object = malloc(sizeof *object);
    if (!object) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return FALSE;
    }
    k32_object_init(object, &token_type);
    *token = k32_handle_give(object);
    return *token != NULL;
}

BOOL LookupPrivilegeValueA(LPCSTR system, LPCSTR name, PLUID luid)
{
    for (size_t i = 0; i < sizeof privileges / sizeof *privileges; i++) {
        if (!strcasecmp(privileges[i].name, name)) {
            *luid = (LUID){privileges[i].luid, 0};
            return TRUE;
        }
    }
    SetLastError(ERROR_NO_SUCH_PRIVILEGE);
    return FALSE;
}

BOOL LookupPrivilegeValueW(LPCWSTR system, LPCWSTR name, PLUID luid)
{
    char narrow[64];
    size_t n = 0;

    for (; name[n] && name[n] < 0x80 && n < sizeof narrow - 1; n++)
        narrow[n] = (char)name[n];
    narrow[n] = 0;
    return LookupPrivilegeValueA(NULL, narrow, luid);
}

static bool held(const LUID *luid)
{
    return geteuid() == 0 || (luid->LowPart == CHANGE_NOTIFY && luid->HighPart == 0);
}

/* Succeeds with ERROR_NOT_ALL_ASSIGNED when a privilege is not held, as on Windows. */
BOOL AdjustTokenPrivileges(HANDLE token, BOOL disable_all, PTOKEN_PRIVILEGES wanted, DWORD length,
    PTOKEN_PRIVILEGES previous, PDWORD needed)
{
    struct k32_object *object = k32_object_of(token, &token_type);
    DWORD error = ERROR_SUCCESS;

    if (!object)
        return FALSE;
    k32_release(object);
    for (DWORD i = 0; wanted && !disable_all && i < wanted->PrivilegeCount; i++) {
        if (wanted->Privileges[i].Attributes & SE_PRIVILEGE_ENABLED && !held(&wanted->Privileges[i].Luid))
            error = ERROR_NOT_ALL_ASSIGNED;
    }
    if (previous && length >= sizeof previous->PrivilegeCount)
        previous->PrivilegeCount = 0;
    if (needed)
        *needed = sizeof(DWORD);
    SetLastError(error);
    return TRUE;
}
