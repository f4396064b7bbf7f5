/* Names of the kernel's structures before their definitions, so that the parts can refer to each other. */
#ifndef OFM_NT_FORWARD_H
#define OFM_NT_FORWARD_H

#include "ntdef.h"
#include "nt/security.h"

#ifdef __cplusplus
extern "C" {
#endif

struct _DRIVE_LAYOUT_INFORMATION;
struct _DRIVE_LAYOUT_INFORMATION_EX;
struct _CREATE_DISK;
struct _SET_PARTITION_INFORMATION_EX;
struct _DISK_SIGNATURE;
struct _CACHE_UNINITIALIZE_EVENT;
struct _COMPRESSED_DATA_INFO;
struct _COUNTED_REASON_CONTEXT;
struct _DEVOBJ_EXTENSION;
struct _EPROCESS;
struct _EXCEPTION_RECORD;
struct _EXCEPTION_REGISTRATION_RECORD;
struct _FAST_IO_DISPATCH;
struct _FILE_GET_QUOTA_INFORMATION;
struct _FILE_NETWORK_OPEN_INFORMATION;
struct _IO_CSQ;
struct _IO_REMOVE_LOCK_TRACKING_BLOCK;
struct _IO_STATUS_BLOCK;
struct _KAPC;
struct _KBUGCHECK_REASON_CALLBACK_RECORD;
struct _KDPC;
struct _KSPIN_LOCK_QUEUE;
struct _KWAIT_BLOCK;
struct _NT_TIB;
struct _PEB;
struct _PREFIX_TABLE_ENTRY;
struct _RTL_BALANCED_LINKS;
struct _RTL_SPLAY_LINKS;
struct _SCSI_REQUEST_BLOCK;
struct _UNICODE_PREFIX_TABLE_ENTRY;
typedef struct _KPROCESS *PEPROCESS, *PKPROCESS, *PRKPROCESS;
typedef struct _ETHREAD *PETHREAD;
typedef struct _KTHREAD *PKTHREAD, *PRKTHREAD;
typedef struct _OBJECT_TYPE *POBJECT_TYPE;
typedef struct _EJOB *PEJOB;
typedef struct _ESILO *PESILO;
typedef struct _CALLBACK_OBJECT *PCALLBACK_OBJECT;
typedef struct _KINTERRUPT *PKINTERRUPT;
typedef struct _IO_TIMER *PIO_TIMER;
typedef struct _IO_WORKITEM *PIO_WORKITEM;
typedef struct _EX_TIMER *PEX_TIMER;
typedef struct _KTM *PKTM, *PRKTM;
typedef struct _KRESOURCEMANAGER *PKRESOURCEMANAGER, *PRKRESOURCEMANAGER;
typedef struct _KENLISTMENT *PKENLISTMENT, *PRKENLISTMENT;
typedef struct _KTRANSACTION *PKTRANSACTION, *PRKTRANSACTION;
typedef struct _CONTEXT *PCONTEXT;
typedef struct _ECP_LIST *PECP_LIST;
typedef struct _ECP_HEADER *PECP_HEADER;

typedef struct _DEVICE_OBJECT *PDEVICE_OBJECT;
typedef struct _DRIVER_OBJECT *PDRIVER_OBJECT;
typedef struct _FILE_OBJECT *PFILE_OBJECT;
typedef struct _IRP *PIRP;
typedef struct _IO_STACK_LOCATION *PIO_STACK_LOCATION;
typedef struct _MDL *PMDL;
typedef struct _VPB *PVPB;
typedef struct _ERESOURCE *PERESOURCE;
typedef struct _DMA_ADAPTER *PDMA_ADAPTER;
typedef struct _DMA_OPERATIONS *PDMA_OPERATIONS;
typedef struct _DEVICE_DESCRIPTION *PDEVICE_DESCRIPTION;
typedef struct _SCATTER_GATHER_LIST *PSCATTER_GATHER_LIST;
typedef struct _LOOKASIDE_LIST_EX *PLOOKASIDE_LIST_EX;
typedef struct _SECURITY_SUBJECT_CONTEXT *PSECURITY_SUBJECT_CONTEXT;
typedef struct _IO_SECURITY_CONTEXT *PIO_SECURITY_CONTEXT;
typedef struct _RTL_AVL_TABLE *PRTL_AVL_TABLE;
typedef struct _RTL_GENERIC_TABLE *PRTL_GENERIC_TABLE;

typedef enum _IO_ALLOCATION_ACTION {
    KeepObject = 1,
    DeallocateObject,
    DeallocateObjectKeepRegisters
} IO_ALLOCATION_ACTION, *PIO_ALLOCATION_ACTION;
typedef IO_ALLOCATION_ACTION DRIVER_CONTROL(PDEVICE_OBJECT, PIRP, PVOID, PVOID);
typedef DRIVER_CONTROL *PDRIVER_CONTROL;

typedef struct _PEB *PPEB;
typedef struct _TEB *PTEB;
typedef struct _ECP_LIST ECP_LIST;
typedef struct _ECP_HEADER ECP_HEADER;

#ifdef __cplusplus
}
#endif

#endif
