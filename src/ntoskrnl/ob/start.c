/* Start of the object manager: its own types, the root directories, the kernel's handle table; and its leak report. */
#include "ntoskrnl/ob/handle.h"

#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ke/report.h"

#include <stdlib.h>
#include <string.h>

NTSTATUS ob_make_root(void);

static NTSTATUS create_types(void)
{
    static const struct ob_type_info directory = {.name = u"Directory",
        .mapping = {STANDARD_RIGHTS_READ | DIRECTORY_QUERY | DIRECTORY_TRAVERSE,
            STANDARD_RIGHTS_WRITE | DIRECTORY_CREATE_OBJECT | DIRECTORY_CREATE_SUBDIRECTORY,
            STANDARD_RIGHTS_EXECUTE | DIRECTORY_QUERY | DIRECTORY_TRAVERSE, DIRECTORY_ALL_ACCESS},
        .valid_access = DIRECTORY_ALL_ACCESS, .must_secure = true};
    static const struct ob_type_ops symlink_ops = {.delete = ob_symlink_delete};
    static const struct ob_type_info symlink = {.name = u"SymbolicLink",
        .mapping = {STANDARD_RIGHTS_READ | SYMBOLIC_LINK_QUERY, STANDARD_RIGHTS_WRITE,
            STANDARD_RIGHTS_EXECUTE | SYMBOLIC_LINK_QUERY, SYMBOLIC_LINK_ALL_ACCESS},
        .valid_access = SYMBOLIC_LINK_ALL_ACCESS, .ops = &symlink_ops};
    ob_directory_type = ob_type_create(&directory);
    ob_symlink_type = ob_type_create(&symlink);
    if (!ob_directory_type || !ob_symlink_type)
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = ob_dispatchers_init();
    return NT_SUCCESS(status) ? ob_transactions_init() : status;
}

static NTSTATUS link_names(const WCHAR *link, const WCHAR *target)
{
    UNICODE_STRING from, to;
    RtlInitUnicodeString(&from, link);
    RtlInitUnicodeString(&to, target);
    return ob_make_symlink(&from, &to);
}

static NTSTATUS create_namespace(void)
{
    static const WCHAR *const directories[] = {u"\\GLOBAL??", u"\\Device", u"\\Driver", u"\\FileSystem",
        u"\\FileSystem\\Filters", u"\\BaseNamedObjects", u"\\Callback", u"\\ObjectTypes", u"\\KernelObjects", u"\\Security"};
    static const WCHAR *const links[][2] = {{u"\\??", u"\\GLOBAL??"}, {u"\\DosDevices", u"\\??"},
        {u"\\GLOBAL??\\Global", u"\\GLOBAL??"}, {u"\\BaseNamedObjects\\Global", u"\\BaseNamedObjects"}};
    NTSTATUS status = ob_make_root();
    for (size_t i = 0; NT_SUCCESS(status) && i < RTL_NUMBER_OF(directories); i++)
        status = ob_make_directory(directories[i]);
    for (size_t i = 0; NT_SUCCESS(status) && i < RTL_NUMBER_OF(links); i++)
        status = link_names(links[i][0], links[i][1]);
    return status;
}

static NTSTATUS start_status;

static void start(void)
{
    struct ob_handle_table *table = ob_table_create(NULL);
    if (!table) {
        start_status = STATUS_INSUFFICIENT_RESOURCES;
        return;
    }
    ob_set_kernel_table(table);
    start_status = create_types();
    if (NT_SUCCESS(start_status))
        start_status = create_namespace();
}

NTSTATUS ob_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
    return start_status;
}

/* ---- drivers' names ---- */

#define MAX_DRIVERS 256
static const char *driver_names[MAX_DRIVERS]; /* __atomic, filled from the front, never freed */
static pthread_mutex_t driver_names_lock = PTHREAD_MUTEX_INITIALIZER;

const char *ob_intern_driver(const char *name)
{
    if (!name)
        return NULL;
    size_t i;
    const char *known;
    for (i = 0; i < MAX_DRIVERS && (known = __atomic_load_n(&driver_names[i], __ATOMIC_ACQUIRE)); i++)
        if (strcmp(known, name) == 0)
            return known;
    pthread_mutex_lock(&driver_names_lock);
    for (i = 0; i < MAX_DRIVERS && (known = driver_names[i]) && strcmp(known, name) != 0; i++)
        continue;
    if (i < MAX_DRIVERS && !driver_names[i])
        __atomic_store_n(&driver_names[i], known = strdup(name), __ATOMIC_RELEASE);
    pthread_mutex_unlock(&driver_names_lock);
    return i < MAX_DRIVERS ? known : NULL;
}

/* ---- leaks ---- */

struct leak_report {
    const char *driver; /* interned; NULL: everybody */
    ULONG found;
};

static bool concerns(const struct leak_report *report, const char *driver)
{
    return driver && (!report->driver || report->driver == driver);
}

/* A name in UTF-8 for a message; best effort. */
static void name_for_report(PVOID object, char *text, size_t size)
{
    UNICODE_STRING path;
    size_t n = 0;
    if (NT_SUCCESS(ob_full_name(object, &path)))
        for (; n < path.Length / sizeof(WCHAR) && n + 1 < size; n++)
            text[n] = path.Buffer[n] < 0x7f ? (char)path.Buffer[n] : '?';
    text[n] = 0;
    ob_free_name(&path);
}

static void type_for_report(PVOID object, char *text, size_t size)
{
    const WCHAR *name = ob_type_of(object)->info.name;
    size_t n = 0;
    for (; name[n] && n + 1 < size; n++)
        text[n] = (char)name[n];
    text[n] = 0;
}

static void report_handle(const struct ob_handle_info *info, void *context)
{
    struct leak_report *report = context;
    char name[256], type[64];
    if (!concerns(report, info->driver))
        return;
    name_for_report(info->object, name, sizeof(name));
    type_for_report(info->object, type, sizeof(type));
    ke_report(info->driver, "ZwClose", "handle %p to %s %s was left open", ob_encode_handle(info->index, true), type,
        name[0] ? name : "(no name)");
    report->found++;
}

/* Under the namespace lock: must not take it again, so only the object's own name is told. */
static void report_named(struct ob_header *header, void *context)
{
    struct leak_report *report = context;
    char name[128], type[64];
    size_t n = 0;
    if (!concerns(report, header->driver))
        return;
    for (; n < header->name->text.Length / sizeof(WCHAR) && n + 1 < sizeof(name); n++)
        name[n] = header->name->text.Buffer[n] < 0x7f ? (char)header->name->text.Buffer[n] : '?';
    name[n] = 0;
    type_for_report(header->body, type, sizeof(type));
    ke_report(header->driver, "DriverUnload", "%s \"%s\" was left in the name space", type, name);
    report->found++;
}

ULONG ob_report_leaks(const char *driver)
{
    struct leak_report report = {.driver = ob_intern_driver(driver)};
    ob_table_each(ob_kernel_table(), report_handle, &report);
    ob_each_name(NULL, report_named, &report);
    return report.found + ob_report_callback_leaks(driver);
}
