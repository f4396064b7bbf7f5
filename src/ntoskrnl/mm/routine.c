/* Addresses of exported routines by name: Windows' kernel and the filter manager are two modules, here one library. */
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/mm/mm.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

/* The name at run time in this very module; what it takes from others (libc) is none of its exports. */
static void *own_symbol(const char *name)
{
    Dl_info own, found;
    if (!dladdr((void *)(ULONG_PTR)mm_routine_address, &own))
        return NULL;
    void *module = dlopen(own.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    if (!module)
        module = dlopen(NULL, RTLD_LAZY); /* built into the program */
    if (!module)
        return NULL;
    void *address = dlsym(module, name);
    dlclose(module); /* the module stays: this code is in it */
    return address && dladdr(address, &found) && found.dli_fbase == own.dli_fbase ? address : NULL;
}

/* C library names stand under their own labels, inner names are hidden but for a few helpers of the headers. */
PVOID mm_routine_address(const char *name)
{
    char bound[128];
    if (!strncmp(name, "ofm_", 4) || !strncmp(name, "crt_", 4) || !strncmp(name, "__", 2))
        return NULL;
    void *address = own_symbol(name);
    if (!address && (size_t)snprintf(bound, sizeof(bound), "crt_%s", name) < sizeof(bound))
        address = own_symbol(bound);
    return address;
}

/* NULL: no such export. FltMgr's own are not the kernel's: FltGetRoutineAddress finds those. */
PVOID NTAPI MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName)
{
    KE_REQUIRE_IRQL(PASSIVE_LEVEL);
    char name[128];
    USHORT length = SystemRoutineName->Length / sizeof(WCHAR);
    if (!length || length >= sizeof(name))
        return NULL;
    for (USHORT i = 0; i < length; i++) {
        WCHAR c = SystemRoutineName->Buffer[i];
        if (!c || c > 126)
            return NULL;
        name[i] = (char)c;
    }
    name[length] = 0;
    return strncmp(name, "Flt", 3) ? mm_routine_address(name) : NULL;
}

PVOID FLTAPI FltGetRoutineAddress(PCSTR FltMgrRoutineName)
{
    KE_REQUIRE_IRQL(DISPATCH_LEVEL);
    return strncmp(FltMgrRoutineName, "Flt", 3) ? NULL : mm_routine_address(FltMgrRoutineName);
}
