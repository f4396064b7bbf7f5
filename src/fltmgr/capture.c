/*
 * Captured MessageNotify buffers. On Windows, and here by default, a driver gets pointers into the client's
 * own memory, which the client may change between two looks (P-97): a class of holes. A port that the
 * settings name gets copies. See capture.h. `lock` guards the list of names.
 */
#include "fltmgr/capture.h"

#include "ntoskrnl/mm/mm.h"
#include "rtl/utf.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char16_t *wanted; /* the setting in UTF-16; NULL: none */
static bool all;

bool flt_capture_set(const char *ports)
{
    bool none = ports == NULL || *ports == 0 || strcasecmp(ports, "none") == 0;
    char16_t *text = none ? NULL : rtl_wide_from_utf8(ports);

    pthread_mutex_lock(&lock);
    free(wanted);
    wanted = text;
    all = !none && strcasecmp(ports, "all") == 0;
    pthread_mutex_unlock(&lock);
    return none || text != NULL;
}

static bool is_in_list(const char16_t *list, PCUNICODE_STRING name)
{
    while (*list != 0) {
        size_t length = 0;
        while (*list == u' ' || *list == u',')
            list++;
        while (list[length] != 0 && list[length] != u',' && list[length] != u' ')
            length++;
        UNICODE_STRING one = {
            (USHORT)(length * sizeof *list), (USHORT)(length * sizeof *list), (PWCH)(uintptr_t)list};
        if (length > 0 && RtlEqualUnicodeString(&one, name, TRUE))
            return true;
        list += length;
    }
    return false;
}

bool flt_capture_wanted(PCUNICODE_STRING name)
{
    pthread_mutex_lock(&lock);
    bool is = all || (wanted != NULL && is_in_list(wanted, name));
    pthread_mutex_unlock(&lock);
    return is;
}

#define ROUNDED(length) (((size_t)(length) + 63) & ~(size_t)63)

NTSTATUS flt_capture_call(PFLT_MESSAGE_NOTIFY message, PVOID cookie, PVOID in, ULONG in_length, PVOID out,
    ULONG out_length, PULONG bytes)
{
    size_t in_room = in != NULL ? ROUNDED(in_length) : 0, out_room = out != NULL ? ROUNDED(out_length) : 0;
    size_t size = in_room + out_room > 0 ? in_room + out_room : 64;
    char *copies = aligned_alloc(64, size);

    if (copies == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (in_length > 0 && in != NULL)
        memcpy(copies, in, in_length);
    memset(copies + in_room, 0, out_room);
    mm_user_range_add(copies, size);
    NTSTATUS status = message(cookie, in != NULL ? copies : NULL, in_length,
        out != NULL ? copies + in_room : NULL, out_length, bytes);
    mm_user_range_remove(copies, size);
    if (!NT_ERROR(status) && out != NULL)
        memcpy(out, copies + in_room, *bytes < out_length ? *bytes : out_length);
    free(copies);
    return status;
}
