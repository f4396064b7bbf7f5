/*
 * Mailslots from drivers and applications: any names, relative or not, any descriptor bytes, options, sizes
 * and extra create parameters; what was made is written to, read, asked, listed and closed. Nothing may
 * crash, leak or hang.
 */
#include <fltkernel.h>
#include <nt/undocumented.h>
#include <openfltmgr.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <uchar.h>

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            __builtin_trap();                                                                                \
    } while (0)

struct input {
    const uint8_t *data;
    size_t left;
};

static uint8_t byte(struct input *in)
{
    if (!in->left)
        return 0;
    in->left--;
    return *in->data++;
}

static void silent(void *context, enum ofm_log_level level, const char *driver, const char *text)
{
}

static void start(void)
{
    static int started;
    const struct ofm_options options = {.log = silent};

    if (!started)
        CHECK(NT_SUCCESS(ofm_start(&options)));
    started = 1;
}

static const char16_t *const prefixes[] = {
    u"\\Device\\Mailslot\\", u"\\??\\mailslot\\", u"\\??\\MAILSLOT", u"", u"\\Device\\"};

static UNICODE_STRING take_name(struct input *in, char16_t *space, size_t units)
{
    const char16_t *prefix = prefixes[byte(in) % 5];
    size_t n = 0, more = byte(in) % 24;

    while (prefix[n]) {
        space[n] = prefix[n];
        n++;
    }
    for (; more > 0 && n < units; more--) {
        uint8_t c = byte(in);
        space[n++] = c < 0xe0 ? c : (char16_t)(c << 8 | byte(in));
    }
    USHORT length = (USHORT)(n * 2 - (n > 0 && byte(in) == 0xff));
    return (UNICODE_STRING){length, (USHORT)(units * 2), space};
}

/* A descriptor that is one by its own account, as the system service sees to; its parts are any bytes. */
static PSECURITY_DESCRIPTOR take_descriptor(struct input *in, uint8_t *space, size_t size)
{
    size_t n = byte(in) % size;

    memset(space, 0, size);
    for (size_t i = 0; i < n; i++)
        space[i] = byte(in);
    return n >= 20 && RtlValidRelativeSecurityDescriptor(space, (ULONG)size, 0) ? space : NULL;
}

static PECP_LIST take_list(struct input *in)
{
    PECP_LIST list;
    unsigned count = byte(in) % 4;

    CHECK(NT_SUCCESS(FltAllocateExtraCreateParameterList(NULL, byte(in) & 1, &list)));
    for (unsigned i = 0; i < count; i++) {
        GUID type = {byte(in) % 2, 1, 2, {0}};
        PVOID context;
        CHECK(NT_SUCCESS(
            FltAllocateExtraCreateParameter(NULL, &type, byte(in), byte(in) & 3, NULL, 'zzuF', &context)));
        if (!NT_SUCCESS(FltInsertExtraCreateParameter(NULL, list, context)))
            FltFreeExtraCreateParameter(NULL, context);
    }
    return list;
}

static void use(HANDLE server, HANDLE client, struct input *in)
{
    static char data[70000], out[70000];
    IO_STATUS_BLOCK iosb;
    unsigned steps = byte(in) % 16;

    for (unsigned i = 0; i < steps; i++) {
        ULONG length = byte(in) & 1 ? byte(in) : (ULONG)byte(in) * 270;
        NTSTATUS status;
        switch (byte(in) % 4) {
        case 0:
            ZwWriteFile(client, NULL, NULL, NULL, &iosb, data, length, NULL, NULL);
            break;
        case 1:
            status = ZwReadFile(server, NULL, NULL, NULL, &iosb, out, length, NULL, NULL);
            CHECK(status != STATUS_SUCCESS || iosb.Information <= length);
            break;
        case 2:
            ZwQueryInformationFile(server, &iosb, out, length, (FILE_INFORMATION_CLASS)(byte(in) % 80));
            break;
        default:
            ZwQueryDirectoryFile(client, NULL, NULL, NULL, &iosb, out, length,
                (FILE_INFORMATION_CLASS)(byte(in) % 16), byte(in) & 1, NULL, byte(in) & 1);
            break;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    char16_t space[64];
    uint8_t bytes[160] __attribute__((aligned(8)));
    HANDLE server = NULL, client = NULL;
    OBJECT_ATTRIBUTES oa;
    IO_STATUS_BLOCK iosb;
    LARGE_INTEGER no_wait = {.QuadPart = 0};

    start();
    UNICODE_STRING name = take_name(&in, space, 60);
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | (byte(&in) & 1 ? OBJ_CASE_INSENSITIVE : 0),
        NULL, take_descriptor(&in, bytes, sizeof bytes));
    PECP_LIST list = take_list(&in);
    ULONG options = FILE_SYNCHRONOUS_IO_NONALERT | (byte(&in) & 7 ? 0 : byte(&in));
    ACCESS_MASK access =
        byte(&in) & 1 ? GENERIC_READ | SYNCHRONIZE : (ACCESS_MASK)byte(&in) << 24 | SYNCHRONIZE | byte(&in);
    NTSTATUS status = ZwCreateMailslotFile(
        &server, access, &oa, &iosb, options, (ULONG)byte(&in) * 100, (ULONG)byte(&in) * 300, &no_wait);
    if (NT_SUCCESS(status)) {
        if (!NT_SUCCESS(ZwCreateFile(&client, GENERIC_WRITE | SYNCHRONIZE, &oa, &iosb, NULL, 0,
                FILE_SHARE_READ, byte(&in) % 6, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0)))
            client = server;
        use(server, client, &in);
        if (client != server)
            ZwClose(client);
        ZwClose(server);
    }
    FltFreeExtraCreateParameterList(NULL, list);
    return 0;
}
