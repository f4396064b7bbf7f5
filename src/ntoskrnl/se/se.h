/* Security: tokens made from Linux credentials (V-176, V-178), the access check, default descriptors.
 * uid 0 and the manager's own uid are SYSTEM and Administrators; others are S-1-22-1-uid with groups S-1-22-2-gid. */
#ifndef OFM_SE_SE_H
#define OFM_SE_SE_H

#include <ntifs.h>
#include <stdbool.h>
#include <sys/types.h>

NTSTATUS se_init(void); /* by ps_init */

/* Referenced token objects (ObDereferenceObject). */
NTSTATUS se_token_create(uid_t uid, gid_t gid, const gid_t *groups, unsigned n_groups, PACCESS_TOKEN *token);
/* Impersonation copy of a token. */
NTSTATUS se_token_duplicate(PACCESS_TOKEN token, TOKEN_TYPE type, SECURITY_IMPERSONATION_LEVEL level, PACCESS_TOKEN *copy);
PACCESS_TOKEN se_system_token(void); /* not referenced */
bool se_token_is_system(PACCESS_TOKEN token);
bool se_token_same_identity(PACCESS_TOKEN token, uid_t uid, gid_t gid);
uid_t se_token_uid(PACCESS_TOKEN token);
gid_t se_token_gid(PACCESS_TOKEN token);
PSID se_token_user(PACCESS_TOKEN token);          /* lives as long as the token */
PSID se_token_primary_group(PACCESS_TOKEN token);
bool se_token_has_sid(PACCESS_TOKEN token, PSID sid, bool for_deny);
bool se_token_has_privilege(PACCESS_TOKEN token, LUID privilege);

/* uid -> S-1-22-1-uid, gid -> S-1-22-2-gid (a SECURITY_MAX_SID_SIZE buffer); and back: false when it is no such SID. */
void se_sid_of_uid(uid_t uid, PSID sid);
void se_sid_of_gid(gid_t gid, PSID sid);
bool se_uid_of_sid(PSID sid, uid_t *uid);
bool se_gid_of_sid(PSID sid, gid_t *gid);

/* The NT access check. sd NULL or with a NULL DACL grants; KernelMode grants whatever is asked. desired may hold MAXIMUM_ALLOWED and
 * generic bits; *granted is what a handle gets. STATUS_SUCCESS, STATUS_ACCESS_DENIED, STATUS_PRIVILEGE_NOT_HELD. */
NTSTATUS se_access_check(PSECURITY_DESCRIPTOR sd, PACCESS_TOKEN token, ACCESS_MASK desired, const GENERIC_MAPPING *mapping,
    KPROCESSOR_MODE mode, PACCESS_MASK granted);
ACCESS_MASK se_map_generic(ACCESS_MASK access, const GENERIC_MAPPING *mapping);

/* Static self-relative descriptors. system_only: SYSTEM and Administrators all access (P-13, P-18). public: also Everyone read.
 * device: also Everyone read, write and execute. */
PSECURITY_DESCRIPTOR se_descriptor_system_only(void);
PSECURITY_DESCRIPTOR se_descriptor_public(void);
PSECURITY_DESCRIPTOR se_descriptor_device(void);
/* Copies a valid descriptor (absolute or relative) to a self-relative one in paged pool (ExFreePool). */
NTSTATUS se_descriptor_capture(PSECURITY_DESCRIPTOR sd, PSECURITY_DESCRIPTOR *copy);
/* Descriptor of a token's own objects (its processes and threads): SYSTEM, Administrators and its user; paged pool. */
NTSTATUS se_descriptor_of_token(PACCESS_TOKEN token, PSECURITY_DESCRIPTOR *sd);
/* Descriptor of a file from Linux mode bits (V-179), self-relative, paged pool. */
NTSTATUS se_descriptor_of_mode(mode_t mode, uid_t uid, gid_t gid, PSECURITY_DESCRIPTOR *sd);
/* From SDDL (owner, group, DACL of allowing and denying entries; generic rights stay generic), self-relative, paged pool.
 * STATUS_INVALID_PARAMETER: it is none, or uses more of the language. */
NTSTATUS se_descriptor_of_sddl(PCUNICODE_STRING text, PSECURITY_DESCRIPTOR *sd);
/* Query and set parts as Zw...SecurityObject do; length protocol: STATUS_BUFFER_TOO_SMALL with *length = need. */
NTSTATUS se_descriptor_query(PSECURITY_DESCRIPTOR source, SECURITY_INFORMATION which, PSECURITY_DESCRIPTOR out, PULONG length);
NTSTATUS se_descriptor_merge(PSECURITY_DESCRIPTOR old, PSECURITY_DESCRIPTOR change, SECURITY_INFORMATION which,
    PSECURITY_DESCRIPTOR *merged);

#endif
