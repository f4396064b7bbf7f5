/* What the two files of an open share: create.c makes attempts, reparse.c finds the next name after STATUS_REPARSE. */
#ifndef OFM_IO_CREATE_H
#define OFM_IO_CREATE_H

#include "ntoskrnl/io/inner.h"

/* One open on its way, through all its attempts. */
struct creation {
    struct io_create_request request;
    struct io_create_result result;
    ACCESS_STATE access_state;
    IO_SECURITY_CONTEXT security;
    bool access_state_made;
    struct io_volume *volume;      /* referenced */
    PDEVICE_OBJECT device;         /* referenced: a driver's own, when volume is NULL */
    UNICODE_STRING path;           /* own copy: what follows the volume's name */
    PFILE_OBJECT related;          /* referenced */
    struct io_file *file;
    struct io_operation *op;
    unsigned reparses;
    bool redirected;               /* a filter put another name (V-119) */
    void (*done)(NTSTATUS, const struct io_create_result *, void *);
    void *context;
    struct io_operation **cancel;
};

/* The file object of the next attempt; the opener's access state. */
NTSTATUS io_creation_make_file(struct creation *c);
NTSTATUS io_creation_access_state(struct creation *c);
/* Through the object name space: to a volume, or to a driver's own device. */
NTSTATUS io_creation_take_named(struct creation *c, POBJECT_ATTRIBUTES attributes);
/* Forgets volume, device, directory and path of the last attempt. */
void io_creation_drop_place(struct creation *c);
/* The create answered STATUS_REPARSE: sets the next place, or says why there is none. */
NTSTATUS io_creation_reparse(struct creation *c);

#endif
