/* CreateProcess: a Linux program, started from a command line in Windows' form. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel32/handle.h"
#include "kernel32/inherit.h"
#include "kernel32/linux_error.h"
#include "ntstatus.h"
#include "rtl/utf.h"

extern char **environ;

/* The arguments as a Linux list; free_list() frees it. NULL without memory. */
static char **arguments_of(LPCWSTR line)
{
    int count = 0;
    LPWSTR *wide = CommandLineToArgvW(line, &count);
    char **list = wide ? calloc((size_t)count + 1, sizeof *list) : NULL;

    for (int i = 0; list && i < count; i++)
        list[i] = rtl_utf8_from_wide((const char16_t *)wide[i]);
    LocalFree(wide);
    return list;
}

static void free_list(char **list)
{
    for (size_t i = 0; list && list[i]; i++)
        free(list[i]);
    free(list);
}

static void close_in_child(int descriptor, void *actions)
{
    posix_spawn_file_actions_addclose(actions, descriptor);
}

static int spawn(pid_t *id, const char *program, char **arguments, const char *directory, bool inherit,
    const struct k32_bequest *bequest)
{
    posix_spawn_file_actions_t actions;
    char **list = k32_bequest_environment(bequest, environ);
    int error = list ? posix_spawn_file_actions_init(&actions) : ENOMEM;

    if (error) {
        free(list);
        return error;
    }
    if (!inherit)
        k32_each_inherited(close_in_child, &actions);
    error = k32_bequest_add(bequest, &actions);
    if (directory && !error)
        error = posix_spawn_file_actions_addchdir_np(&actions, directory);
    if (!error)
        error = posix_spawnp(id, program, &actions, NULL, arguments, list);
    posix_spawn_file_actions_destroy(&actions);
    free(list);
    return error;
}

static NTSTATUS start(pid_t *id, const char *program, char **arguments, const char *directory, bool inherit)
{
    struct k32_bequest bequest = {0};
    NTSTATUS status = inherit ? k32_bequest_make(&bequest) : STATUS_SUCCESS;

    if (!NT_SUCCESS(status))
        return status;
    int error = spawn(id, program, arguments, directory, inherit, &bequest);
    k32_bequest_end(&bequest);
    return error ? k32_status_of_errno(error) : STATUS_SUCCESS;
}

/* Of handles, the manager's files are inherited (inherit.c), connections to ports in so far as the child
 * keeps them open (P-34); the environment and standard streams are. The child becomes a zombie until this
 * process ends or waits for it by Linux' means: its exit code stays readable that long. */
BOOL CreateProcessW(LPCWSTR application, LPWSTR line, LPSECURITY_ATTRIBUTES process_attributes,
    LPSECURITY_ATTRIBUTES thread_attributes, BOOL inherit, DWORD flags, LPVOID environment, LPCWSTR directory,
    LPSTARTUPINFOW startup, LPPROCESS_INFORMATION information)
{
    char *program = application ? rtl_utf8_from_wide((const char16_t *)application) : NULL;
    char *where = directory ? rtl_utf8_from_wide((const char16_t *)directory) : NULL;
    char **arguments = arguments_of(line ? line : application ? application : u"");
    pid_t id = 0;
    NTSTATUS status = k32_status_of_errno(EINVAL);

    if (environment || flags & CREATE_SUSPENDED)
        status = k32_status_of_errno(ENOSYS); /* an environment of its own, or a stopped start */
    else if (arguments && arguments[0])
        status = start(&id, program ? program : arguments[0], arguments, where, inherit);
    free_list(arguments);
    free(program);
    free(where);
    if (!NT_SUCCESS(status))
        return k32_result(status);
    *information = (PROCESS_INFORMATION){OpenProcess(SYNCHRONIZE, FALSE, (DWORD)id), NULL, (DWORD)id, (DWORD)id};
    /* a single-threaded child: its thread ends when it ends */
    DuplicateHandle(GetCurrentProcess(), information->hProcess, GetCurrentProcess(), &information->hThread, 0, FALSE, 0);
    return TRUE;
}

BOOL CreateProcessA(LPCSTR application, LPSTR line, LPSECURITY_ATTRIBUTES process_attributes,
    LPSECURITY_ATTRIBUTES thread_attributes, BOOL inherit, DWORD flags, LPVOID environment, LPCSTR directory,
    LPSTARTUPINFOA startup, LPPROCESS_INFORMATION information)
{
    WCHAR *a = application ? (WCHAR *)rtl_wide_from_utf8(application) : NULL;
    WCHAR *l = line ? (WCHAR *)rtl_wide_from_utf8(line) : NULL;
    WCHAR *d = directory ? (WCHAR *)rtl_wide_from_utf8(directory) : NULL;
    BOOL ok = CreateProcessW(a, l, process_attributes, thread_attributes, inherit, flags, environment, d, NULL,
        information);

    free(a);
    free(l);
    free(d);
    return ok;
}
