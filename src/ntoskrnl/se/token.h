/* A token inside the room. Immutable once made, apart from what ZwAdjust... would change, so it needs no lock. */
#ifndef OFM_SE_TOKEN_H
#define OFM_SE_TOKEN_H

#include "ntoskrnl/se/se.h"

#define SE_MAX_PRIVILEGES 36

struct se_token {
    uid_t uid;
    gid_t gid;
    bool system;
    TOKEN_TYPE type;
    SECURITY_IMPERSONATION_LEVEL level;
    LUID id, authentication, modified;
    ULONG session;
    ULONG integrity;           /* RID of the label: 0x2000 medium, 0x4000 system */
    ULONG group_count;         /* groups[0] is the user */
    ULONG owner, primary;      /* indices into groups */
    ULONG privilege_count;
    LUID_AND_ATTRIBUTES privileges[SE_MAX_PRIVILEGES];
    PACL default_dacl;
    SID_AND_ATTRIBUTES *groups; /* with their SIDs, one allocation */
};

NTSTATUS se_token_types_init(void);
extern POBJECT_TYPE se_token_type;

/* Well-known SIDs, fixed storage. */
extern const SID se_sid_null, se_sid_everyone, se_sid_system, se_sid_creator_owner, se_sid_creator_group, se_sid_owner_rights,
    se_sid_authenticated, se_sid_anonymous;
extern struct se_sid2 {
    SID sid;
    ULONG second;
} const se_sid_administrators, se_sid_users;

#endif
