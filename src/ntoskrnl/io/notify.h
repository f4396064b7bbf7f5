/*
 * The directory change notification package that drivers use for files of their own (F-384): FsRtlNotify...'s lists, for IRPs and,
 * through FltNotifyFilterChangeDirectory, for callback data. A sync object, which the driver makes, owns the lock of its list.
 */
#ifndef OFM_IO_NOTIFY_H
#define OFM_IO_NOTIFY_H

#include "ntoskrnl/io/held.h"

/* A request that waits. The package owns it from the call on: it is completed by `form`, perhaps before the call returns. */
struct io_notify_request {
    const struct io_held_form *form;
    void *who;
    PFILE_OBJECT file;
    void *buffer;   /* mapped; NULL: none */
    ULONG length;
};

/* What a directory's handle asked for with its first request; it stays until its clean-up. The name is the driver's and stays, too. */
struct io_notify_watch {
    PVOID fs_context;
    PSTRING directory;
    BOOLEAN tree, ignore_buffer;
    ULONG filter;
    PCHECK_FOR_TRAVERSE_ACCESS traverse;
    PSECURITY_SUBJECT_CONTEXT subject; /* the package's; released and freed with the watch */
    PFILTER_REPORT_CHANGE report;
};

/* request NULL: the stream fs_context goes, what waits for it ends with STATUS_DELETE_PENDING. */
void io_notify_wait(PNOTIFY_SYNC sync, PLIST_ENTRY list, const struct io_notify_watch *watch, const struct io_notify_request *request);

#endif
