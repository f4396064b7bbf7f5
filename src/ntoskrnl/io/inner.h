/* What the files of this room share. */
#ifndef OFM_IO_INNER_H
#define OFM_IO_INNER_H

#include "ntoskrnl/io/io.h"
#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/ke.h"
#include "ntoskrnl/ob/ob.h"
#include "ntoskrnl/ps/ps.h"
#include "ntoskrnl/se/se.h"

#define IO_TAG 'oIfO'

extern POBJECT_TYPE io_file_type, io_device_type, io_driver_type;
extern const struct ob_type_ops io_file_type_ops, io_device_type_ops;
extern const GENERIC_MAPPING io_file_mapping;
extern struct io_upcalls io_upcalls;

/* Tells mm how to read and write files for sections. */
void io_section_init(void);

/* The body of a device object: what drivers see comes first, the driver's extension last. */
struct io_device_object {
    DEVICE_OBJECT object;
    struct io_volume *volume;   /* whose file system or disk this is; NULL for a driver's own device */
    bool deleted;               /* IoDeleteDevice was called: no new opens */
    _Alignas(16) UCHAR extension[];
};

enum io_driver_state { IO_DRIVER_RUNNING, IO_DRIVER_STOPPING, IO_DRIVER_STOPPED };

struct io_driver_object {
    DRIVER_OBJECT object;
    DRIVER_EXTENSION extension;
    void *image;                /* mm's loaded image; NULL when linked in */
    char *name;                 /* UTF-8 service name, for reports */
    UNICODE_STRING service;     /* service name */
    UNICODE_STRING registry_path;
    uint32_t state;             /* __atomic: enum io_driver_state; a filter's stays RUNNING */
    uint32_t opens;             /* __atomic: files of its own devices that are open, and opens under way */
    WORK_QUEUE_ITEM unloading;
    LIST_ENTRY links;
};

/* A file of one of its devices is being opened; false: the driver is being unloaded, and nothing was counted. */
bool io_driver_opened(PDRIVER_OBJECT driver);
/* It has been closed, or was not opened. The caller holds a reference. */
void io_driver_closed(PDRIVER_OBJECT driver);

/* Locks: docs/locking.md. io_volume_lock guards the list of volumes; io_device_lock drivers' device lists. */
void io_volume_lock(void);
void io_volume_unlock(void);

/* Sends a real IRP to a driver's device and waits (STATUS_PENDING never comes back). */
struct io_irp_request {
    UCHAR major, minor;
    UCHAR flags;                /* SL_... */
    PFILE_OBJECT file;
    PETHREAD thread;
    KPROCESSOR_MODE mode;
    PVOID system_buffer;        /* METHOD_BUFFERED or input of direct I/O */
    PVOID user_buffer;
    PMDL mdl;
    void (*fill)(PIO_STACK_LOCATION stack, const void *context);
    const void *context;
};
NTSTATUS io_irp_send(PDEVICE_OBJECT device, const struct io_irp_request *request, IO_STATUS_BLOCK *iosb);
/* The same without waiting, for a transfer with `done`. */
void io_irp_start(PDEVICE_OBJECT device, const struct io_irp_request *request, struct io_transfer *t);
/* The IRP of such a transfer has come back. */
void io_device_completed(struct io_transfer *t);

/* Control devices: what opens, reads, controls of a file object without a volume become. */
NTSTATUS io_device_open(struct io_file *file, const struct io_create_request *request, PACCESS_STATE state, ULONG_PTR *information);
void io_device_cleanup(struct io_file *file);
void io_device_close(struct io_file *file);
NTSTATUS io_device_read(struct io_transfer *t, PVOID buffer, ULONG length, LARGE_INTEGER offset);
NTSTATUS io_device_write(struct io_transfer *t, PVOID buffer, ULONG length, LARGE_INTEGER offset);
NTSTATUS io_device_flush(struct io_transfer *t, UCHAR minor);
NTSTATUS io_device_control(struct io_transfer *t, UCHAR major, ULONG code, PVOID in, ULONG in_length, PVOID out,
    ULONG out_length);

/* A transfer that failed before anything was sent. */
NTSTATUS io_transfer_fail(struct io_transfer *t, NTSTATUS status);

/* Copies to malloc's memory with a terminating NUL; Buffer NULL for an empty string. */
NTSTATUS io_copy_string(PCUNICODE_STRING from, PUNICODE_STRING to);
NTSTATUS io_string_from_utf8(const char *text, PUNICODE_STRING to);
void io_free_string(PUNICODE_STRING text);

/* filecalls.c: a handle's file for one call, and its end. */
NTSTATUS io_call_begin(struct io_transfer *t, KPROCESSOR_MODE mode, HANDLE handle, ACCESS_MASK access);
NTSTATUS io_call_end(struct io_transfer *t, NTSTATUS status, PIO_STATUS_BLOCK iosb);

/*
 * pended.c: a read, write or control of an asynchronous handle. STATUS_PENDING: the status block and the events are set when it ends, in
 * any thread. Else it has ended: t->iosb is set, the status block is not. The caller's references on file and event (NULL: none) are not
 * consumed.
 */
struct io_pended_request {
    struct io_transfer *t;
    UCHAR major;      /* IRP_MJ_READ, _WRITE, _FILE_SYSTEM_CONTROL, _DEVICE_CONTROL */
    PVOID buffer;     /* a control's output */
    ULONG length;
    LARGE_INTEGER offset;
    ULONG code;       /* of a control, with its input */
    PVOID in;
    ULONG in_length;
    PKEVENT event;
    PIO_STATUS_BLOCK iosb;
    PIO_APC_ROUTINE routine; /* with `context`: called in the calling thread when it has ended; NULL */
    PVOID context;
};
/* Calls it in the calling thread, now or as soon as APCs may run there. */
void io_routine_call(PIO_APC_ROUTINE routine, PVOID context, PIO_STATUS_BLOCK iosb);
/* Asks operations that pend on the file to end: those of the calling thread or of any, with that status block or (NULL) all. False: there
 * was none. */
bool io_pended_cancel(PFILE_OBJECT file, PIO_STATUS_BLOCK iosb, bool any_thread);
/* device.c: IoCreateDevice with a descriptor (NULL: the default one). */
NTSTATUS io_create_device(PDRIVER_OBJECT driver, ULONG extension, PUNICODE_STRING name, DEVICE_TYPE type, ULONG characteristics,
    BOOLEAN exclusive, PSECURITY_DESCRIPTOR sd, PDEVICE_OBJECT *device);
NTSTATUS io_pended_send(const struct io_pended_request *request);
void io_pended_init(void);
/* A read or write of this volume has no position: pipes and mailslots (M-101). */
static inline bool io_has_no_position(const struct io_volume *volume)
{
    return volume->device_type == FILE_DEVICE_MAILSLOT || volume->device_type == FILE_DEVICE_NAMED_PIPE;
}

/* filecalls.c: opens and makes the handle, in the current process or, with OBJ_KERNEL_HANDLE, the kernel's table. */
NTSTATUS io_create_handle(const struct io_create_request *request, PHANDLE handle, PIO_STATUS_BLOCK iosb);

NTSTATUS io_driver_create(PCUNICODE_STRING directory_name, PDRIVER_OBJECT *driver);
void io_driver_delete(PDRIVER_OBJECT driver);

#endif
