/* Variables that the kernel exports. */
#ifndef OFM_NT_EXPORTS_H
#define OFM_NT_EXPORTS_H

#include "nt/se.h"

#ifdef __cplusplus
extern "C" {
#endif

extern NTKERNELAPI POBJECT_TYPE *IoFileObjectType;
extern NTKERNELAPI POBJECT_TYPE *IoDeviceObjectType;
extern NTKERNELAPI POBJECT_TYPE *IoDriverObjectType;
extern NTKERNELAPI POBJECT_TYPE *PsProcessType;
extern NTKERNELAPI POBJECT_TYPE *PsThreadType;
extern NTKERNELAPI POBJECT_TYPE *PsJobType;
extern NTKERNELAPI POBJECT_TYPE *SeTokenObjectType;
extern NTKERNELAPI POBJECT_TYPE *CmKeyObjectType;
extern NTKERNELAPI POBJECT_TYPE *MmSectionObjectType;
extern NTKERNELAPI POBJECT_TYPE *ExEventObjectType;
extern NTKERNELAPI POBJECT_TYPE *ExSemaphoreObjectType;
extern NTKERNELAPI POBJECT_TYPE *ExDesktopObjectType;
extern NTKERNELAPI POBJECT_TYPE *ExWindowStationObjectType;
extern NTKERNELAPI POBJECT_TYPE *LpcPortObjectType;
extern NTKERNELAPI POBJECT_TYPE *LpcWaitablePortObjectType;
extern NTKERNELAPI POBJECT_TYPE *TmEnlistmentObjectType;
extern NTKERNELAPI POBJECT_TYPE *TmResourceManagerObjectType;
extern NTKERNELAPI POBJECT_TYPE *TmTransactionManagerObjectType;
extern NTKERNELAPI POBJECT_TYPE *TmTransactionObjectType;
extern NTKERNELAPI PEPROCESS PsInitialSystemProcess;
extern NTKERNELAPI PSE_EXPORTS SeExports;
extern NTKERNELAPI PVOID MmHighestUserAddress;
extern NTKERNELAPI PVOID MmSystemRangeStart;
extern NTKERNELAPI ULONG_PTR MmUserProbeAddress;
extern NTKERNELAPI CCHAR KeNumberProcessors;
extern NTKERNELAPI ULONG *InitSafeBootMode;
extern NTKERNELAPI USHORT *NlsOemLeadByteInfo;
extern NTKERNELAPI USHORT *NlsLeadByteInfo;
extern NTKERNELAPI BOOLEAN NlsMbCodePageTag;
extern NTKERNELAPI BOOLEAN NlsMbOemCodePageTag;


#ifdef __cplusplus
}
#endif

#endif
