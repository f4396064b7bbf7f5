/* One registered minifilter: a copy of what it registered (F-009), its ports and instances. Rules F-001 to F-062. */
#ifndef OFM_FLTMGR_FILTER_H
#define OFM_FLTMGR_FILTER_H

#include "fltmgr/object.h"

/* A major code's place in tables: 0..27 the IRP ones, then 0xff, 0xfe ... downward to IRP_MJ_VOLUME_DISMOUNT. */
#define FLT_IRP_SLOTS 28
#define FLT_SLOTS (FLT_IRP_SLOTS + 20)

static inline unsigned flt_slot(UCHAR major)
{
    return major < FLT_IRP_SLOTS ? major : FLT_IRP_SLOTS + (0xffu - major);
}

static inline bool flt_slot_valid(UCHAR major)
{
    return major < FLT_IRP_SLOTS || major >= 0xff - 19;
}

/* What a filter wants of one major code; constant from registration to the end. */
struct flt_entry {
    const char *name;                   /* "IRP_MJ_CREATE", for reports */
    UCHAR major;
    bool registered;
    FLT_OPERATION_REGISTRATION_FLAGS flags;
    PFLT_PRE_OPERATION_CALLBACK pre;
    PFLT_POST_OPERATION_CALLBACK post;
};

enum flt_filter_state {
    FLT_FILTER_REGISTERED,    /* FltRegisterFilter succeeded */
    FLT_FILTER_STARTING,
    FLT_FILTER_STARTED,       /* FltStartFiltering was called: may attach */
    FLT_FILTER_UNREGISTERING,
    FLT_FILTER_GONE,
};

struct _FLT_FILTER {
    struct flt_object object;
    enum flt_filter_state state;        /* under flt_lock */
    PDRIVER_OBJECT driver;
    UNICODE_STRING name;                /* the service's, as the registry has it (F-018) */
    char *driver_name;                  /* the same in UTF-8, for reports */
    UNICODE_STRING default_instance;
    UNICODE_STRING default_altitude;    /* F-016 */
    ULONG supported_features;           /* F-057 */
    FLT_REGISTRATION registration;      /* callbacks that do not exist in the registered Version are NULL */
    struct flt_entry entries[FLT_SLOTS];
    FLT_CONTEXT_REGISTRATION *context_registrations; /* copy, without the end mark */
    unsigned context_registration_count;
    void *contexts;                     /* context.c: tables made from them */
    LIST_ENTRY ports;                   /* port.c: server ports */
    void *port_state;                   /* port.c */
    uint32_t frame;                     /* always 0: fltmc shows it */
    LIST_ENTRY links;                   /* all filters, highest default altitude first; flt_lock */
    LIST_ENTRY instances;               /* its instances, in the order of attaching; flt_lock */
    unsigned instance_count;
    bool unload_running;                /* FilterUnload is being called; flt_lock */
    bool unload_mandatory;              /* ... and cannot be refused; flt_lock */
};

/* Pinned or referenced search; NULL when there is none. Case-insensitive (F-125). */
PFLT_FILTER flt_filter_find(PCUNICODE_STRING name);
/* Highest altitude first (F-121); both under flt_lock. */
PFLT_FILTER flt_filter_first(void);
PFLT_FILTER flt_filter_next(PFLT_FILTER filter);

/* Filters of one driver: used when its DriverEntry fails or it forgets to unregister (F-031, F-045). */
PFLT_FILTER flt_filter_of_driver(PDRIVER_OBJECT driver);

/* The work of FltUnregisterFilter; flt_begin_teardown was called. */
void flt_filter_unregister(PFLT_FILTER filter);
/* Unregisters by force what a driver that goes away left (F-031, F-045). */
void flt_driver_ended(PDRIVER_OBJECT driver);
/* Mandatory unload of a driver's filter; STATUS_FLT_FILTER_NOT_FOUND when it has none. */
NTSTATUS flt_driver_stop(PDRIVER_OBJECT driver);

/* FilterUnload and what follows; F-035 to F-046. The whole of `fltmc unload` (mandatory false) and `sc stop` (true). */
NTSTATUS flt_filter_unload(PCUNICODE_STRING name, bool mandatory);

#endif
