/* Statuses: one table of names and Win32 errors, sorted by value. */
#include "rtl/status.h"

#include <stdio.h>
#include <stdlib.h>

#include "ntstatus.h"

#define NO_ERROR_KNOWN 317

struct status_row {
    ULONG status;
    ULONG error;
    const char *name;
};

#define N(status, error) {(ULONG)(status), error, #status},
#define U(status, error) {status, error, NULL},
static const struct status_row rows[] = {
#include "rtl/status_table.h"
};
#undef N
#undef U

static int by_status(const void *key, const void *element)
{
    ULONG status = *(const ULONG *)key;
    const struct status_row *row = element;

    return status < row->status ? -1 : status > row->status;
}

static const struct status_row *find(ULONG status)
{
    return bsearch(&status, rows, sizeof rows / sizeof *rows, sizeof *rows, by_status);
}

ULONG rtl_status_to_error(NTSTATUS Status)
{
    ULONG status = (ULONG)Status;

    if (status == 0 || status & 0x20000000) /* the customer bit: passed through */
        return status;
    if ((status & 0xF0000000) == 0xD0000000) /* HRESULT_FROM_NT's bit */
        status &= ~0x10000000u;
    if ((status >> 16 & 0xBFFF) == 0x8007 || status >> 16 == 0xC001)
        return status & 0xFFFF; /* a Win32 error in NT's clothes */
    const struct status_row *row = find(status);
    return row ? row->error : NO_ERROR_KNOWN;
}

HRESULT rtl_status_to_hresult(NTSTATUS status)
{
    if (status >= 0)
        return 0;
    if (((ULONG)status >> 16 & 0x0FFF) == 0x01C)
        return (HRESULT)(((ULONG)status & 0x8000FFFF) | 0x001F0000);
    ULONG error = rtl_status_to_error(status);
    return (LONG)error <= 0 ? (HRESULT)error : (HRESULT)((error & 0xFFFF) | 0x80070000);
}

const char *rtl_status_name(NTSTATUS status)
{
    static __thread char number[16];
    const struct status_row *row = find((ULONG)status);

    if (row && row->name)
        return row->name;
    snprintf(number, sizeof number, "0x%08X", (ULONG)status);
    return number;
}

/* The documented names, for drivers and applications. */
NTSYSAPI ULONG NTAPI RtlNtStatusToDosError(NTSTATUS Status);
NTSYSAPI ULONG NTAPI RtlNtStatusToDosErrorNoTeb(NTSTATUS Status);

ULONG RtlNtStatusToDosError(NTSTATUS Status)
{
    return rtl_status_to_error(Status);
}

ULONG RtlNtStatusToDosErrorNoTeb(NTSTATUS Status)
{
    return rtl_status_to_error(Status);
}
