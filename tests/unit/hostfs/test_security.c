/* Security descriptors: what Linux' own rights look like as one, what setting one does to them, and how long it holds. */
#include "place.h"

#include "ntoskrnl/se/se.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PLACE struct place *place = *state

static NTSTATUS get_sd(PFILE_OBJECT file, SECURITY_INFORMATION which, void *buffer, ULONG length, ULONG_PTR *needed)
{
    struct io_transfer t = on(file);
    NTSTATUS status = io_query_security(&t, which, buffer, length);
    *needed = t.iosb.Information;
    return status;
}

#define ALL_PARTS (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION)

static void security(void **state)
{
    PLACE;
    char buffer[1024] __attribute__((aligned(8))), sid[SECURITY_MAX_SID_SIZE];
    ULONG_PTR needed;
    struct stat st;
    PSID owner;
    BOOLEAN defaulted;
    if (geteuid() != 0)
        skip_because("needs root");
    place_write(place, "f", "x");
    chown(place_path(place, "f"), 1000, 1001);
    chmod(place_path(place, "f"), 0640);
    PFILE_OBJECT file = place_file(place, u"\\f", READ_CONTROL | WRITE_DAC | WRITE_OWNER);
    assert_false(get_sd(file, ALL_PARTS, NULL, 0, &needed) == STATUS_SUCCESS);
    assert_true(needed > 0 && needed < sizeof buffer);
    assert_status(STATUS_SUCCESS, get_sd(file, ALL_PARTS, buffer, sizeof buffer, &needed));
    assert_status(STATUS_SUCCESS, RtlGetOwnerSecurityDescriptor(buffer, &owner, &defaulted));
    se_sid_of_uid(1000, sid);
    assert_true(RtlEqualSid(owner, sid));
    struct io_transfer t = on(file);
    assert_status(STATUS_SUCCESS, io_set_security(&t, DACL_SECURITY_INFORMATION, buffer)); /* setting what was read changes nothing */
    assert_int_equal(0, stat(place_path(place, "f"), &st));
    assert_int_equal(0640, st.st_mode & 07777);
    PSECURITY_DESCRIPTOR other;
    assert_status(STATUS_SUCCESS, se_descriptor_of_mode(S_IFREG | 0604, 2000, 2001, &other));
    assert_status(STATUS_SUCCESS, io_set_security(&t, ALL_PARTS, other));
    assert_int_equal(0, stat(place_path(place, "f"), &st));
    assert_int_equal(0604, st.st_mode & 07777);
    assert_int_equal(2000, st.st_uid);
    assert_int_equal(2001, st.st_gid);
    struct io_linux side = {.have = IO_LINUX_MODE, .mode = 06604};
    t.linux_side = &side;
    assert_status(STATUS_SUCCESS, io_set_security(&t, DACL_SECURITY_INFORMATION, other));
    assert_int_equal(0, stat(place_path(place, "f"), &st));
    assert_int_equal(06604, st.st_mode & 07777); /* bits a descriptor has no word for */
    ExFreePool(other);
    t.linux_side = NULL;
    assert_status(STATUS_ACCESS_VIOLATION, io_set_security(&t, DACL_SECURITY_INFORMATION, NULL));
    place_close(file);
}

/* Every mode survives becoming a descriptor and coming back. */
static void every_mode(void **state)
{
    PLACE;
    char buffer[1024] __attribute__((aligned(8)));
    ULONG_PTR needed;
    struct stat st;
    place_write(place, "f", "x");
    PFILE_OBJECT file = place_file(place, u"\\f", READ_CONTROL | WRITE_DAC);
    for (mode_t mode = 0; mode < 0777; mode++) {
        struct io_transfer t = on(file);
        chmod(place_path(place, "f"), mode);
        removexattr(place_path(place, "f"), HOSTFS_XATTR_SECURITY);
        assert_status(STATUS_SUCCESS, get_sd(file, DACL_SECURITY_INFORMATION, buffer, sizeof buffer, &needed));
        chmod(place_path(place, "f"), 0);
        assert_status(STATUS_SUCCESS, io_set_security(&t, DACL_SECURITY_INFORMATION, buffer));
        assert_int_equal(0, stat(place_path(place, "f"), &st));
        if ((st.st_mode & 0777) != mode)
            fail_msg("V-179: mode %03o came back as %03o", mode, st.st_mode & 0777);
    }
    place_close(file);
}

/* ---- stored descriptors ---- */

#define GUEST 4242 /* whom the stored descriptor names, and mode bits cannot */

/* Mode 0640 for owner 1000 and group 1001, and one entry more than mode bits can say. */
static void set_richer(PFILE_OBJECT file)
{
    union {
        ACL acl;
        char room[256];
    } dacl;
    SECURITY_DESCRIPTOR sd;
    char guest[SECURITY_MAX_SID_SIZE], owner[SECURITY_MAX_SID_SIZE], group[SECURITY_MAX_SID_SIZE];
    se_sid_of_uid(GUEST, guest);
    se_sid_of_uid(1000, owner);
    se_sid_of_gid(1001, group);
    assert_status(STATUS_SUCCESS, RtlCreateSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION));
    assert_status(STATUS_SUCCESS, RtlCreateAcl(&dacl.acl, sizeof dacl, ACL_REVISION));
    assert_status(STATUS_SUCCESS, RtlAddAccessAllowedAce(&dacl.acl, ACL_REVISION, FILE_GENERIC_READ | FILE_GENERIC_WRITE, owner));
    assert_status(STATUS_SUCCESS, RtlAddAccessAllowedAce(&dacl.acl, ACL_REVISION, FILE_GENERIC_READ, group));
    assert_status(STATUS_SUCCESS, RtlAddAccessAllowedAce(&dacl.acl, ACL_REVISION, FILE_READ_DATA, guest));
    assert_status(STATUS_SUCCESS, RtlSetDaclSecurityDescriptor(&sd, TRUE, &dacl.acl, FALSE));
    struct io_transfer t = on(file);
    assert_status(STATUS_SUCCESS, io_set_security(&t, DACL_SECURITY_INFORMATION, &sd));
}

static bool names_guest(PFILE_OBJECT file)
{
    char buffer[1024] __attribute__((aligned(8))), guest[SECURITY_MAX_SID_SIZE];
    ULONG_PTR needed;
    PACL dacl;
    BOOLEAN present, defaulted;
    se_sid_of_uid(GUEST, guest);
    assert_status(STATUS_SUCCESS, get_sd(file, DACL_SECURITY_INFORMATION, buffer, sizeof buffer, &needed));
    assert_status(STATUS_SUCCESS, RtlGetDaclSecurityDescriptor(buffer, &present, &dacl, &defaulted));
    assert_true(present && dacl != NULL);
    PACE_HEADER ace = (PACE_HEADER)(dacl + 1);
    for (USHORT i = 0; i < dacl->AceCount; i++, ace = (PACE_HEADER)((char *)ace + ace->AceSize))
        if (RtlEqualSid((PSID) & ((PACCESS_ALLOWED_ACE)ace)->SidStart, guest))
            return true;
    return false;
}

/* owner rw, user 77 with `named`, group and mask r, others nothing: mode 0640 whatever `named` is. */
static void set_acl(const char *path, const char *attribute, unsigned named)
{
    const struct {
        uint32_t version;
        struct {
            uint16_t tag, rights;
            uint32_t id;
        } entries[5];
    } acl = {htole32(2),
        {{htole16(0x01), htole16(6), ~0u}, {htole16(0x02), htole16((uint16_t)named), htole32(77)}, {htole16(0x04), htole16(4), ~0u},
            {htole16(0x10), htole16(4), ~0u}, {htole16(0x20), 0, ~0u}}};
    assert_int_equal(0, setxattr(path, attribute, &acl, sizeof acl, 0));
}

/* What happens to an object of mode 0640, owner 1000, group 1001 that has no ACL. */
static void nothing(const char *path) { assert_int_equal(0, utimensat(AT_FDCWD, path, NULL, 0)); }
static void another_mode(const char *path) { assert_int_equal(0, chmod(path, 0604)); }
static void special_bits(const char *path) { assert_int_equal(0, chmod(path, 02640)); }
static void another_owner(const char *path) { assert_int_equal(0, chown(path, 1002, -1)); }
static void another_group(const char *path) { assert_int_equal(0, chown(path, -1, 1002)); }
static void an_acl(const char *path) { set_acl(path, "system.posix_acl_access", 4); }
static void default_acl(const char *path) { set_acl(path, "system.posix_acl_default", 4); }

static void changed_and_back(const char *path)
{
    another_mode(path);
    assert_int_equal(0, chmod(path, 0640));
}

static void damaged(const char *path)
{
    char stored[4096];
    ssize_t length = getxattr(path, HOSTFS_XATTR_SECURITY, stored, sizeof stored);
    assert_true(length > 60);
    assert_int_equal(0, setxattr(path, HOSTFS_XATTR_SECURITY, stored, (size_t)length - 20, 0)); /* its last entry is cut */
}

static const struct {
    const char *what;
    void (*change)(const char *path);
    bool directory, holds;
} changes[] = {
    {"nothing but a time", nothing, false, true},
    {"mode", another_mode, false, false},
    {"set-group-id", special_bits, false, false},
    {"mode, and back again", changed_and_back, false, true},
    {"owner", another_owner, false, false},
    {"group", another_group, false, false},
    {"access ACL", an_acl, false, false},
    {"the stored descriptor is damaged", damaged, false, false},
    {"a directory: nothing but a time", nothing, true, true},
    {"a directory: access ACL", an_acl, true, false},
    {"a directory: default ACL", default_acl, true, false},
};

static bool has_acls(struct place *place)
{
    char value[64];
    return getxattr(place->directory, "system.posix_acl_access", value, sizeof value) >= 0 || errno == ENODATA;
}

static PFILE_OBJECT make(struct place *place, bool directory)
{
    const char *path = place_path(place, "x");
    rmdir(path), unlink(path);
    if (directory)
        assert_int_equal(0, mkdir(path, 0700));
    else
        place_write(place, "x", "content");
    assert_int_equal(0, chown(path, 1000, 1001));
    struct opened o;
    assert_status(STATUS_SUCCESS, OPEN(place, &o, .name = u"\\x", .access = READ_CONTROL | WRITE_DAC));
    return o.file;
}

/* V-180: whatever changes the Linux side by another way makes the stored descriptor void. */
static void stored_descriptors(void **state)
{
    PLACE;
    if (geteuid() != 0 || !has_acls(place))
        skip_because("needs root and a file system with ACLs");
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        PFILE_OBJECT file = make(place, changes[i].directory);
        assert_false(names_guest(file));
        set_richer(file);
        assert_true(names_guest(file));
        changes[i].change(place_path(place, "x"));
        if (names_guest(file) != changes[i].holds)
            fail_msg("V-180: %s: expected the stored descriptor to %s, it did not", changes[i].what,
                changes[i].holds ? "hold" : "be void");
        place_close(file);
    }
}

/* V-180: a file with an ACL keeps a descriptor, too, until that ACL is another, though no mode bit shows it. */
static void stored_beside_an_acl(void **state)
{
    PLACE;
    struct stat before, after;
    const char *path = place_path(place, "x");
    if (geteuid() != 0 || !has_acls(place))
        skip_because("needs root and a file system with ACLs");
    PFILE_OBJECT file = make(place, false);
    set_acl(path, "system.posix_acl_access", 4);
    set_richer(file);
    assert_true(names_guest(file));
    assert_int_equal(0, stat(path, &before));
    set_acl(path, "system.posix_acl_access", 0);
    assert_int_equal(0, stat(path, &after));
    assert_int_equal(before.st_mode, after.st_mode);
    assert_false(names_guest(file));
    set_acl(path, "system.posix_acl_access", 4);
    assert_true(names_guest(file));
    assert_int_equal(0, removexattr(path, "system.posix_acl_access"));
    assert_false(names_guest(file));
    place_close(file);
}

static NTSTATUS open_as(struct place *place, uid_t uid)
{
    struct opened o;
    PEPROCESS process = ps_process_create_simulated(uid, uid, NULL, 0, NULL);
    PETHREAD thread = ps_thread_of_process(process, 0);
    NTSTATUS status = OPEN(place, &o, .name = u"\\x", .access = FILE_READ_DATA, .mode = UserMode, .thread = thread);
    if (NT_SUCCESS(status))
        place_close(o.file);
    ObDereferenceObject(thread);
    ps_process_end_simulated(process, 0);
    return status;
}

/* V-180: the access check uses what is stored, and falls back with it. */
static void access_by_stored_descriptors(void **state)
{
    PLACE;
    if (geteuid() != 0 || !has_acls(place))
        skip_because("needs root and a file system with ACLs");
    PFILE_OBJECT file = make(place, false);
    set_richer(file);
    assert_status(STATUS_SUCCESS, open_as(place, GUEST));
    an_acl(place_path(place, "x"));
    assert_status(STATUS_ACCESS_DENIED, open_as(place, GUEST));
    place_close(file);
}

#define IN_PLACE(name, fn) TEST_WITH(name, fn, place_setup, place_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE("V-176 V-178 V-179 V-092 descriptors", security),
        IN_PLACE("V-179 every mode there and back", every_mode),
        IN_PLACE("V-180 what makes a stored descriptor void", stored_descriptors),
        IN_PLACE("V-180 a stored descriptor beside an ACL", stored_beside_an_acl),
        IN_PLACE("V-180 the access check by a stored descriptor", access_by_stored_descriptors),
    };
    return RUN_TESTS(tests, place_group, NULL);
}
