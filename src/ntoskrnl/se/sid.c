/* SIDs that have names, SeExports, and the mapping of Linux ids (V-176): uid <-> S-1-22-1-uid, gid <-> S-1-22-2-gid. */
#include "ntoskrnl/se/token.h"

#define ONE(value, authority)                                                                                        \
    {                                                                                                                \
        .Revision = SID_REVISION, .SubAuthorityCount = 1, .IdentifierAuthority = {{0, 0, 0, 0, 0, authority}},          \
        .SubAuthority = {value},                                                                                     \
    }
#define BUILTIN(value)                                                                                               \
    {                                                                                                                \
        .sid = {.Revision = SID_REVISION, .SubAuthorityCount = 2, .IdentifierAuthority = {{0, 0, 0, 0, 0, 5}},          \
            .SubAuthority = {32}},                                                                                   \
        .second = value,                                                                                             \
    }

const SID se_sid_null = ONE(0, 0), se_sid_everyone = ONE(0, 1), se_sid_creator_owner = ONE(0, 3),
          se_sid_creator_group = ONE(1, 3), se_sid_owner_rights = ONE(4, 3), se_sid_anonymous = ONE(7, 5),
          se_sid_authenticated = ONE(11, 5), se_sid_system = ONE(18, 5);
const struct se_sid2 se_sid_administrators = BUILTIN(544), se_sid_users = BUILTIN(545);

static const SID local = ONE(0, 2), network = ONE(2, 5), batch = ONE(3, 5), interactive = ONE(4, 5), dialup = ONE(1, 5),
                 iuser = ONE(17, 5), restricted = ONE(12, 5), local_service = ONE(19, 5), network_service = ONE(20, 5),
                 untrusted = ONE(0, 16), low = ONE(0x1000, 16), medium = ONE(0x2000, 16), high = ONE(0x3000, 16),
                 system_level = ONE(0x4000, 16);
static const struct se_sid2 guests = BUILTIN(546), power_users = BUILTIN(547), account_ops = BUILTIN(548),
                            system_ops = BUILTIN(549), print_ops = BUILTIN(550), backup_ops = BUILTIN(551);

#define S(sid) ((PSID)&(sid))
static SE_EXPORTS exports = {
    .SeCreateTokenPrivilege = {2, 0}, .SeAssignPrimaryTokenPrivilege = {3, 0}, .SeLockMemoryPrivilege = {4, 0},
    .SeIncreaseQuotaPrivilege = {5, 0}, .SeUnsolicitedInputPrivilege = {6, 0}, .SeTcbPrivilege = {7, 0},
    .SeSecurityPrivilege = {8, 0}, .SeTakeOwnershipPrivilege = {9, 0}, .SeLoadDriverPrivilege = {10, 0},
    .SeCreatePagefilePrivilege = {15, 0}, .SeIncreaseBasePriorityPrivilege = {14, 0}, .SeSystemProfilePrivilege = {11, 0},
    .SeSystemtimePrivilege = {12, 0}, .SeProfileSingleProcessPrivilege = {13, 0}, .SeCreatePermanentPrivilege = {16, 0},
    .SeBackupPrivilege = {17, 0}, .SeRestorePrivilege = {18, 0}, .SeShutdownPrivilege = {19, 0}, .SeDebugPrivilege = {20, 0},
    .SeAuditPrivilege = {21, 0}, .SeSystemEnvironmentPrivilege = {22, 0}, .SeChangeNotifyPrivilege = {23, 0},
    .SeRemoteShutdownPrivilege = {24, 0},
    .SeNullSid = S(se_sid_null), .SeWorldSid = S(se_sid_everyone), .SeLocalSid = S(local),
    .SeCreatorOwnerSid = S(se_sid_creator_owner), .SeCreatorGroupSid = S(se_sid_creator_group), .SeNtAuthoritySid = S(se_sid_null),
    .SeDialupSid = S(dialup), .SeNetworkSid = S(network), .SeBatchSid = S(batch), .SeInteractiveSid = S(interactive),
    .SeLocalSystemSid = S(se_sid_system), .SeAliasAdminsSid = S(se_sid_administrators), .SeAliasUsersSid = S(se_sid_users),
    .SeAliasGuestsSid = S(guests), .SeAliasPowerUsersSid = S(power_users), .SeAliasAccountOpsSid = S(account_ops),
    .SeAliasSystemOpsSid = S(system_ops), .SeAliasPrintOpsSid = S(print_ops), .SeAliasBackupOpsSid = S(backup_ops),
    .SeAuthenticatedUsersSid = S(se_sid_authenticated), .SeRestrictedSid = S(restricted), .SeAnonymousLogonSid = S(se_sid_anonymous),
    .SeUndockPrivilege = {25, 0}, .SeSyncAgentPrivilege = {26, 0}, .SeEnableDelegationPrivilege = {27, 0},
    .SeLocalServiceSid = S(local_service), .SeNetworkServiceSid = S(network_service), .SeManageVolumePrivilege = {28, 0},
    .SeImpersonatePrivilege = {29, 0}, .SeCreateGlobalPrivilege = {30, 0}, .SeTrustedCredManAccessPrivilege = {31, 0},
    .SeRelabelPrivilege = {32, 0}, .SeIncreaseWorkingSetPrivilege = {33, 0}, .SeTimeZonePrivilege = {34, 0},
    .SeCreateSymbolicLinkPrivilege = {35, 0},
    .SeUntrustedMandatorySid = S(untrusted), .SeLowMandatorySid = S(low), .SeMediumMandatorySid = S(medium),
    .SeHighMandatorySid = S(high), .SeSystemMandatorySid = S(system_level), .SeIUserSid = S(iuser),
    .SeOwnerRightsSid = S(se_sid_owner_rights),
};
PSE_EXPORTS SeExports = &exports;

/* ---- Linux ids ---- */

static void unix_sid(ULONG kind, ULONG id, PSID out)
{
    struct se_sid2 *sid = out;
    *sid = (struct se_sid2){.sid = {.Revision = SID_REVISION, .SubAuthorityCount = 2,
                                .IdentifierAuthority = {{0, 0, 0, 0, 0, 22}}, .SubAuthority = {kind}},
        .second = id};
}

static bool id_of(PSID given, ULONG kind, ULONG *id)
{
    const struct se_sid2 *sid = given;
    struct se_sid2 like;
    if (!given || sid->sid.SubAuthorityCount != 2)
        return false;
    unix_sid(kind, sid->second, &like);
    if (!RtlEqualSid(given, &like))
        return false;
    *id = sid->second;
    return true;
}

void se_sid_of_uid(uid_t uid, PSID sid)
{
    unix_sid(1, uid, sid);
}

void se_sid_of_gid(gid_t gid, PSID sid)
{
    unix_sid(2, gid, sid);
}

bool se_uid_of_sid(PSID sid, uid_t *uid)
{
    return id_of(sid, 1, uid);
}

bool se_gid_of_sid(PSID sid, gid_t *gid)
{
    return id_of(sid, 2, gid);
}
