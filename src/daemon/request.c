/* Requests of the control socket: parsing, answers, and who may ask for what. See request.h. */
#include "daemon/request.h"
#include "daemon/serve.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <ntstatus.h>
#include <string.h>

bool request_parse(const uint8_t *packet, size_t size, struct request *request)
{
    struct wire_request header;

    memset(request, 0, sizeof *request);
    if (size < sizeof header)
        return false;
    memcpy(&header, packet, sizeof header);
    if (header.magic != WIRE_MAGIC)
        return false;
    request->op = header.op;
    memcpy(request->arguments, header.arguments, sizeof request->arguments);
    const uint8_t *at = packet + sizeof header;
    size_t left = size - sizeof header;
    for (unsigned i = 0; i < WIRE_STRINGS; i++) {
        uint32_t length = header.lengths[i];
        if (length > left)
            return false;
        if (header.present & 1u << i) {
            if ((at - packet) % 2 != 0)
                return false; /* only the last may have an odd length */
            request->raw[i] = at;
            request->raw_length[i] = length;
            /* a counted string of an odd number of bytes is cut */
            request->strings[i].Buffer = (PWCH)(uintptr_t)at;
            request->strings[i].Length = request->strings[i].MaximumLength =
                (USHORT)((length > 0xfffe ? 0xfffe : length) & ~1u);
        }
        at += length;
        left -= length;
    }
    request->extra = at;
    request->extra_length = left;
    return true;
}

bool answer_append(struct answer *answer, const void *data, size_t length)
{
    if (answer->length + length > answer->room) {
        size_t room = (answer->length + length) * 2;
        uint8_t *more = realloc(answer->data, room);
        if (more == NULL) {
            answer->status = STATUS_INSUFFICIENT_RESOURCES;
            return false;
        }
        answer->data = more;
        answer->room = room;
    }
    if (length > 0)
        memcpy(answer->data + answer->length, data, length);
    answer->length += length;
    return true;
}

void answer_printf(struct answer *answer, const char *format, ...)
{
    char text[2048];
    va_list arguments;

    va_start(arguments, format);
    int n = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (n > 0)
        answer_append(answer, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

/* What changes the manager needs its privilege (P-126, P-127); looking does not. */
static bool needs_privilege(enum wire_op op)
{
    switch (op) {
    case WIRE_LOAD:
    case WIRE_UNLOAD:
    case WIRE_ATTACH:
    case WIRE_ATTACH_AT_ALTITUDE:
    case WIRE_DETACH:
    case WIRE_MOUNT:
    case WIRE_UNMOUNT:
    case WIRE_INSTALL:
    case WIRE_STOP:
        return true;
    default:
        return false;
    }
}

void request_serve(const struct request *r, struct answer *a)
{
    static const struct {
        enum wire_op op;
        void (*serve)(const struct request *, struct answer *);
    } table[] = {
        {WIRE_HELLO, serve_hello},
        {WIRE_LOAD, serve_load},
        {WIRE_UNLOAD, serve_unload},
        {WIRE_ATTACH, serve_attach},
        {WIRE_ATTACH_AT_ALTITUDE, serve_attach},
        {WIRE_DETACH, serve_detach},
        {WIRE_FILTER_FIND, serve_filter_find},
        {WIRE_VOLUME_FIND, serve_volume_find},
        {WIRE_INSTANCE_FIND, serve_instance_find},
        {WIRE_VOLUME_INSTANCE_FIND, serve_volume_instance_find},
        {WIRE_FILTER_GET, serve_filter_get},
        {WIRE_INSTANCE_GET, serve_instance_get},
        {WIRE_DOS_NAME, serve_dos_name},
        {WIRE_MOUNT, serve_mount},
        {WIRE_UNMOUNT, serve_unmount},
        {WIRE_MOUNTS, serve_mounts},
        {WIRE_INSTALL, serve_install},
        {WIRE_PORTS, serve_ports},
        {WIRE_MAILSLOTS, serve_mailslots},
        {WIRE_STOP, serve_stop},
    };

    a->status = STATUS_INVALID_DEVICE_REQUEST;
    if (needs_privilege(r->op) && !r->peer->administrator) {
        a->status = STATUS_PRIVILEGE_NOT_HELD;
        return;
    }
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].op == r->op) {
            table[i].serve(r, a);
            return;
        }
    }
}
