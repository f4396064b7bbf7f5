/* Security descriptors for server ports (P-13 to P-16). Any thread; no state. */
#include <fltkernel.h>

#include "ntoskrnl/ke/ke.h"

#define DESCRIPTOR_TAG 'dSlF'

/* P-13, P-16: absolute form, so that a driver can set another DACL; one block, so that one call frees it. */
NTSTATUS FLTAPI FltBuildDefaultSecurityDescriptor(
    PSECURITY_DESCRIPTOR *SecurityDescriptor, ACCESS_MASK DesiredAccess)
{
    static const SID_IDENTIFIER_AUTHORITY nt_authority = SECURITY_NT_AUTHORITY;
    struct block {
        SECURITY_DESCRIPTOR sd;
        union {
            SID sid;
            UCHAR room[SECURITY_MAX_SID_SIZE];
        } system, administrators;
        union {
            ACL acl;
            UCHAR room[256];
        } dacl;
    } * b;

    KE_REQUIRE_IRQL(APC_LEVEL);
    if (SecurityDescriptor == NULL)
        return STATUS_INVALID_PARAMETER;
    *SecurityDescriptor = NULL;
    b = ExAllocatePoolWithTag(PagedPool, sizeof *b, DESCRIPTOR_TAG);
    if (b == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlInitializeSid(&b->system.sid, (PSID_IDENTIFIER_AUTHORITY)&nt_authority, 1);
    *RtlSubAuthoritySid(&b->system.sid, 0) = SECURITY_LOCAL_SYSTEM_RID;
    RtlInitializeSid(&b->administrators.sid, (PSID_IDENTIFIER_AUTHORITY)&nt_authority, 2);
    *RtlSubAuthoritySid(&b->administrators.sid, 0) = SECURITY_BUILTIN_DOMAIN_RID;
    *RtlSubAuthoritySid(&b->administrators.sid, 1) = DOMAIN_ALIAS_RID_ADMINS;
    RtlCreateSecurityDescriptor(&b->sd, SECURITY_DESCRIPTOR_REVISION);
    RtlCreateAcl(&b->dacl.acl, sizeof b->dacl, ACL_REVISION);
    RtlAddAccessAllowedAce(&b->dacl.acl, ACL_REVISION, DesiredAccess, &b->system.sid);
    RtlAddAccessAllowedAce(&b->dacl.acl, ACL_REVISION, DesiredAccess, &b->administrators.sid);
    RtlSetDaclSecurityDescriptor(&b->sd, TRUE, &b->dacl.acl, FALSE);
    RtlSetOwnerSecurityDescriptor(&b->sd, &b->administrators.sid, FALSE);
    *SecurityDescriptor = &b->sd;
    return STATUS_SUCCESS;
}

VOID FLTAPI FltFreeSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    if (SecurityDescriptor != NULL) /* P-15 */
        ExFreePoolWithTag(SecurityDescriptor, DESCRIPTOR_TAG);
}
