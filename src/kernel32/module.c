/* Modules are ELF images. */
#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel32/handle.h"
#include "rtl/utf.h"

/* Windows' own libraries are this one. */
static bool is_ours(const char *name)
{
    static const char *const ours[] = {"kernel32", "kernelbase", "ntdll", "fltlib", "advapi32", "msvcrt", "ucrtbase"};
    for (const char *p = name; (p = strpbrk(p, "/\\"));)
        name = ++p;
    size_t length = strcspn(name, ".");

    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        if (strlen(ours[i]) == length && !strncasecmp(name, ours[i], length))
            return true;
    }
    return false;
}

static void *own_image(void)
{
    Dl_info info;

    return dladdr((void *)own_image, &info) ? dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD) : NULL;
}

static HMODULE open_module(const char *name, int flags)
{
    void *module = !name ? dlopen(NULL, flags) : is_ours(name) ? own_image() : dlopen(name, flags);

    if (!module)
        SetLastError(ERROR_MOD_NOT_FOUND);
    return module;
}

/* No reference is counted, as on Windows: the handle is good while the module stays loaded. */
HMODULE GetModuleHandleA(LPCSTR name)
{
    HMODULE module = open_module(name, RTLD_NOW | RTLD_NOLOAD);

    if (module && name)
        dlclose(module);
    return module;
}

HMODULE GetModuleHandleW(LPCWSTR name)
{
    char *narrow = name ? rtl_utf8_from_wide((const char16_t *)name) : NULL;
    HMODULE module = GetModuleHandleA(narrow);

    free(narrow);
    return module;
}

HMODULE LoadLibraryA(LPCSTR name)
{
    if (!name) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return open_module(name, RTLD_NOW);
}

HMODULE LoadLibraryW(LPCWSTR name)
{
    char *narrow = name ? rtl_utf8_from_wide((const char16_t *)name) : NULL;
    HMODULE module = LoadLibraryA(narrow);

    free(narrow);
    return module;
}

HMODULE LoadLibraryExA(LPCSTR name, HANDLE file, DWORD flags)
{
    return LoadLibraryA(name);
}

HMODULE LoadLibraryExW(LPCWSTR name, HANDLE file, DWORD flags)
{
    return LoadLibraryW(name);
}

BOOL FreeLibrary(HMODULE module)
{
    if (module && dlclose(module) == 0)
        return TRUE;
    SetLastError(ERROR_INVALID_HANDLE);
    return FALSE;
}

FARPROC GetProcAddress(HMODULE module, LPCSTR name)
{
    void *address = (ULONG_PTR)name > 0xFFFF && module ? dlsym(module, name) : NULL;

    if (!address)
        SetLastError(ERROR_PROC_NOT_FOUND);
    return (FARPROC)(ULONG_PTR)address;
}

static char *path_of(HMODULE module)
{
    struct link_map *map;

    if (module && dlinfo(module, RTLD_DI_LINKMAP, &map) == 0 && *map->l_name)
        return strdup(map->l_name);
    return realpath("/proc/self/exe", NULL);
}

DWORD GetModuleFileNameA(HMODULE module, LPSTR to, DWORD capacity)
{
    char *path = path_of(module);
    size_t length = path ? strlen(path) : 0;

    if (!path || capacity == 0) {
        SetLastError(path ? ERROR_INSUFFICIENT_BUFFER : ERROR_MOD_NOT_FOUND);
        free(path);
        return 0;
    }
    size_t n = length < capacity ? length : capacity - 1;
    memcpy(to, path, n);
    to[n] = 0;
    free(path);
    if (n == length)
        return (DWORD)length;
    SetLastError(ERROR_INSUFFICIENT_BUFFER);
    return capacity;
}

DWORD GetModuleFileNameW(HMODULE module, LPWSTR to, DWORD capacity)
{
    char *path = path_of(module);
    WCHAR *wide = path ? (WCHAR *)rtl_wide_from_utf8(path) : NULL;

    free(path);
    if (!wide || capacity == 0) {
        SetLastError(wide ? ERROR_INSUFFICIENT_BUFFER : ERROR_MOD_NOT_FOUND);
        free(wide);
        return 0;
    }
    size_t length = (size_t)lstrlenW(wide), n = length < capacity ? length : capacity - 1;
    memcpy(to, wide, n * sizeof *to);
    to[n] = 0;
    free(wide);
    if (n == length)
        return (DWORD)length;
    SetLastError(ERROR_INSUFFICIENT_BUFFER);
    return capacity;
}
