/* See port.h. */
#include "port.h"

#include "openfltmgr.h"

#include <stdlib.h>
#include <string.h>

#include <fltkernel.h>

static PFLT_FILTER filter;
static PFLT_PORT server;

/* The client's own memory, which may change meanwhile. */
static ULONG sum_of(const volatile UCHAR *bytes, ULONG length)
{
    ULONG sum = 0;

    for (ULONG i = 0; i < length; i++)
        sum += bytes[i];
    return sum;
}

static NTSTATUS on_connect(PFLT_PORT client, PVOID server_cookie, PVOID context, ULONG size, PVOID *cookie)
{
    (void)server_cookie;
    if (sum_of(context, size) % 16 == 15)
        return STATUS_ACCESS_DENIED;
    PFLT_PORT *variable = malloc(sizeof *variable);
    *variable = client;
    *cookie = variable;
    return STATUS_SUCCESS;
}

static VOID on_disconnect(PVOID cookie)
{
    FltCloseClientPort(filter, cookie);
    free(cookie);
}

static NTSTATUS on_message(PVOID cookie, PVOID in, ULONG in_length, PVOID out, ULONG out_length, PULONG returned)
{
    ULONG sum = sum_of(in, in_length);

    (void)cookie;
    if (out != NULL)
        memset(out, (int)sum, out_length);
    *returned = out_length;
    return STATUS_SUCCESS;
}

static NTSTATUS on_unload(FLT_FILTER_UNLOAD_FLAGS flags)
{
    (void)flags;
    FltCloseCommunicationPort(server);
    FltUnregisterFilter(filter);
    return STATUS_SUCCESS;
}

static NTSTATUS entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    static const FLT_REGISTRATION registration = {
        .Size = sizeof registration, .Version = FLT_REGISTRATION_VERSION, .FilterUnloadCallback = on_unload};
    UNICODE_STRING name = RTL_CONSTANT_STRING(FUZZ_PORT_NAME);
    OBJECT_ATTRIBUTES oa;
    NTSTATUS status = FltRegisterFilter(driver, &registration, &filter);

    (void)path;
    InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    if (NT_SUCCESS(status))
        status = FltCreateCommunicationPort(filter, &server, &oa, NULL, on_connect, on_disconnect, on_message, 1 << 20);
    return NT_SUCCESS(status) ? FltStartFiltering(filter) : status;
}

void fuzz_port_load(void)
{
    if (ofm_service_set("fuzzport", NULL, "370041", NULL, 0) != 0 || ofm_driver_load_entry("fuzzport", entry) != 0)
        abort();
}
