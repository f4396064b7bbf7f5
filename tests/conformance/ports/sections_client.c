/* The application of the tests of handles that a driver opens in its process: asks for them with FilterSendMessage, uses them, and
 * prints what came of it in one line, fields NAME=VALUE in hexadecimal.
 *
 *     sections_client PORT          everything
 *     sections_client - HANDLE      another process: tries a handle that it was never given */
#include <fltUser.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static HANDLE port;

static HANDLE ask(const char *what)
{
    HANDLE handle = NULL;
    DWORD bytes = 0;
    HRESULT hr = FilterSendMessage(port, (LPVOID)what, (DWORD)strlen(what), &handle, sizeof handle, &bytes);

    printf(" %s=%x", what, (unsigned)hr);
    return handle;
}

/* 0, or why not. *view may stay NULL. */
static DWORD map(HANDLE handle, DWORD access, char **view)
{
    *view = MapViewOfFile(handle, access, 0, 0, 0);
    return *view ? 0 : GetLastError();
}

static DWORD map_error(HANDLE handle, DWORD access)
{
    char *view;
    DWORD error = map(handle, access, &view);

    if (view)
        UnmapViewOfFile(view);
    return error;
}

static DWORD close_error(HANDLE handle)
{
    return CloseHandle(handle) ? 0 : GetLastError();
}

static void show(const char *field, DWORD error)
{
    printf(" %s=%x", field, error);
}

static int in_another_process(HANDLE handle)
{
    char number[32];
    int status = 0;

    snprintf(number, sizeof number, "%lx", (unsigned long)(ULONG_PTR)handle);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "sections_client", "-", number, NULL);
        _exit(255);
    }
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

static void read_only(void)
{
    char *view;
    HANDLE handle = ask("read"), copy = NULL;

    show("map", map(handle, FILE_MAP_READ, &view));
    printf(" text=%s", view ? view : "");
    show("write", map_error(handle, FILE_MAP_WRITE));
    show("private", map_error(handle, FILE_MAP_COPY));
    show("other", (DWORD)in_another_process(handle));
    DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS);
    show("close", close_error(handle));
    show("again", close_error(handle));
    show("closed", map_error(handle, FILE_MAP_READ));
    show("copy", map_error(copy, FILE_MAP_READ));
    show("copied", close_error(copy));
    printf(" still=%s", view ? view : "");
    UnmapViewOfFile(view);
}

static void writable(void)
{
    char *view;
    HANDLE handle = ask("write");

    show("mapw", map(handle, FILE_MAP_WRITE, &view));
    if (view)
        strcpy(view, "service");
    UnmapViewOfFile(view);
    CloseHandle(handle);
    ask("seen");
}

int main(int argc, char *argv[])
{
    WCHAR name[64];

    if (argc > 2)
        return (int)map_error((HANDLE)strtoul(argv[2], NULL, 16), FILE_MAP_READ);
    MultiByteToWideChar(CP_UTF8, 0, argv[1], -1, name, 64);
    printf(" connect=%x", (unsigned)FilterConnectCommunicationPort(name, 0, NULL, 0, NULL, &port));
    read_only();
    writable();
    show("nomap", map_error(ask("query"), FILE_MAP_READ));
    show("kernels", map_error(ask("kernel"), FILE_MAP_READ));
    show("drivers", map_error(ask("closed"), FILE_MAP_READ));
    HANDLE event = ask("event");
    show("eventmap", map_error(event, FILE_MAP_READ));
    show("eventclose", close_error(event));
    ask("left");
    puts("");
    return 0;
}
