/*
 * What filters see of readlink and of extended attributes: reparse points, streams, EAs, security (V-058, V-081, V-165, V-168 to V-175).
 */
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { GET_REPARSE_POINT = 0x900a8, STREAM_INFORMATION = 22, DISPOSITION_EX = 64, DACL = 4, DENIED = 0xC0000022 };

static const char *link_of(const char *path)
{
    static char target[4096];
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0)
        snprintf(target, sizeof target, "(%s)", strerrorname_np(errno));
    else
        target[length] = '\0';
    return target;
}

/* A value as text; its length in *length if given. */
static const char *value_of(const char *path, const char *name, ssize_t *length)
{
    static char value[65536];
    ssize_t got = getxattr(path, name, value, sizeof value - 1);
    if (got < 0)
        snprintf(value, sizeof value, "(%s)", strerrorname_np(errno));
    else
        value[got] = '\0';
    if (length)
        *length = got;
    return value;
}

static bool is_listed(const char *path, const char *name)
{
    char list[4096];
    ssize_t length = listxattr(path, list, sizeof list);
    assert_true(length >= 0);
    for (ssize_t i = 0; i < length; i += (ssize_t)strlen(list + i) + 1)
        if (strcmp(list + i, name) == 0)
            return true;
    return false;
}

static void refuse(unsigned char major, uint32_t status)
{
    stage->status = status;
    __atomic_store_n(&stage->refuse, major + 1u, __ATOMIC_RELEASE);
}

/* ---- readlink ---- */

static void readlinks(void **state)
{
    static const char *const targets[] = {"somewhere", "../up/and//on/", "/abs/olute", "trailing.", "a:b*c", "with\\back", "\xff\xfe raw", "."};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        char name[8];
        sprintf(name, "l%zu", i);
        assert_int_equal(0, symlink(targets[i], back(name)));
        assert_string_equal(targets[i], link_of(at(name)));
    }
    LOAD(0, CREATE, FSCTL, CLEANUP, CLOSE);
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        char name[8];
        sprintf(name, "l%zu", i);
        assert_string_equal(targets[i], link_of(at(name))); /* byte by byte, through NT's units and back */
        expect_sequence(name, "CREATE FSCTL CLEANUP CLOSE");
        assert_int_equal(GET_REPARSE_POINT, event_of(FSCTL, name)->detail);
    }
    const struct stage_event *create = event_of(CREATE, "l0");
    assert_int_equal(1, create->detail >> 24);
    assert_int_equal(0x100080, create->detail & 0xffffff);
    assert_int_equal(0x200000, create->options & 0x200000);
    strcpy(stage->target, "else/where");
    assert_string_equal("else/where", link_of(at("l0")));
    stage->target[0] = '\0';
    refuse(FSCTL, DENIED);
    assert_string_equal("(EACCES)", link_of(at("l0")));
    refuse(FSCTL, 0xC0000275); /* STATUS_NOT_A_REPARSE_POINT */
    assert_string_equal("(EINVAL)", link_of(at("l0")));
}

static void readlink_unseen(void **state)
{
    LOAD(0, CREATE, CLEANUP, CLOSE);
    assert_int_equal(0, symlink("x", back("l")));
    assert_string_equal("x", link_of(at("l")));
    assert_string_equal("", sequence("l"));
}

/* ---- streams ---- */

#define STREAM "user.DosStream.Zone:$DATA"

static void streams(void **state)
{
    ssize_t length;
    put(back("f"), "x");
    LOAD(0, CREATE, READ, WRITE, SET, QUERY, CLEANUP, CLOSE);
    assert_int_equal(0, setxattr(at("f"), STREAM, "abc", 4, 0));
    expect_sequence("f:Zone", "CREATE WRITE CLEANUP CLOSE");
    assert_int_equal(5, event_of(CREATE, "f:Zone")->detail >> 24); /* FILE_OVERWRITE_IF */
    assert_int_equal(2, event_of(CREATE, "f:Zone")->detail & 7);   /* FILE_WRITE_DATA */
    assert_string_equal("abc", value_of(back("f"), STREAM, &length));
    assert_int_equal(4, length); /* with its NUL, as Samba stores it */
    forget_events();
    assert_string_equal("abc", value_of(at("f"), STREAM, &length));
    assert_int_equal(4, length);
    expect_sequence("f:Zone", "CREATE READ CLEANUP CLOSE");
    assert_int_equal(1, event_of(CREATE, "f:Zone")->detail & 7); /* FILE_READ_DATA */
    forget_events();
    assert_true(is_listed(at("f"), STREAM));
    assert_int_equal(STREAM_INFORMATION, event_of(QUERY, "f")->detail);
    forget_events();
    assert_int_equal(0, removexattr(at("f"), STREAM));
    expect_sequence("f:Zone", "CREATE SET CLEANUP CLOSE");
    assert_int_equal(DISPOSITION_EX, event_of(SET, "f:Zone")->detail);
    assert_string_equal("(ENODATA)", value_of(back("f"), STREAM, NULL));
    assert_string_equal("(ENODATA)", value_of(at("f"), STREAM, NULL));
    assert_string_equal("x", text_in(at("f")));
}

/* Whoever denies streams denies them to setfattr, and nothing is half done. */
static void denied_streams(void **state)
{
    put(back("f"), "x");
    assert_int_equal(0, setxattr(at("f"), STREAM, "old", 4, 0));
    LOAD(0, CREATE, READ, WRITE, SET);
    refuse(WRITE, DENIED);
    assert_int_equal(-1, setxattr(at("f"), STREAM, "new", 4, 0));
    assert_int_equal(EACCES, errno);
    assert_string_equal("old", value_of(back("f"), STREAM, NULL));
    assert_int_equal(-1, setxattr(at("f"), "user.DosStream.Other", "new", 4, 0));
    assert_string_equal("(ENODATA)", value_of(back("f"), "user.DosStream.Other:$DATA", NULL));
    refuse(READ, DENIED);
    assert_string_equal("(EACCES)", value_of(at("f"), STREAM, NULL));
    refuse(SET, DENIED);
    assert_int_equal(-1, removexattr(at("f"), STREAM));
    refuse(CREATE, DENIED);
    assert_string_equal("(EACCES)", value_of(at("f"), STREAM, NULL));
    assert_int_equal(-1, setxattr(at("f"), STREAM, "new", 4, 0));
    assert_int_equal(-1, removexattr(at("f"), STREAM));
    assert_string_equal("old", value_of(back("f"), STREAM, NULL));
}

/* With and without filters the attributes are the same. */
static void streams_as_attributes(void **state)
{
    for (int with = 0; with < 2; with++) {
        ssize_t length;
        stage_clear(state);
        put(back("f"), "x");
        assert_int_equal(0, mkdir(back("d"), 0755));
        if (with)
            LOAD(0, CREATE, READ, WRITE, SET, QUERY);
        assert_int_equal(0, setxattr(at("f"), "user.DosStream.empty", "", 0, 0));
        value_of(at("f"), "user.DosStream.empty", &length);
        assert_int_equal(1, length);
        assert_int_equal(0, setxattr(at("f"), STREAM, "a", 1, XATTR_CREATE));
        assert_int_equal(-1, setxattr(at("f"), STREAM, "a", 1, XATTR_CREATE));
        assert_int_equal(EEXIST, errno);
        assert_int_equal(0, setxattr(at("f"), STREAM, "bb", 2, XATTR_REPLACE));
        assert_int_equal(-1, setxattr(at("f"), "user.DosStream.no", "bb", 2, XATTR_REPLACE));
        assert_int_equal(ENODATA, errno);
        assert_string_equal("bb", value_of(at("f"), STREAM, &length));
        assert_int_equal(3, length);
        assert_int_equal(0, setxattr(at("d"), STREAM, "on a directory", 15, 0));
        assert_string_equal("on a directory", value_of(at("d"), STREAM, NULL));
        assert_int_equal(0, setxattr(at("."), STREAM, "on the root", 12, 0));
        assert_string_equal("on the root", value_of(back("."), STREAM, NULL));
        assert_int_equal(0, removexattr(at("."), STREAM));
        assert_int_equal(-1, getxattr(at("f"), STREAM, (char[1]){0}, 1));
        assert_int_equal(ERANGE, errno);
        assert_int_equal(-1, removexattr(at("f"), "user.DosStream.no"));
        assert_int_equal(ENODATA, errno);
        assert_true(is_listed(at("f"), STREAM));
    }
}

/* ---- EAs ---- */

static void eas(void **state)
{
    put(back("f"), "x");
    assert_int_equal(0, setxattr(back("f"), "user.color", "red", 3, 0));
    assert_int_equal(0, setxattr(back("f"), "user.empty", "", 0, 0));
    assert_int_equal(0, setxattr(back("f"), "trusted.t", "t", 1, 0));
    LOAD(0, CREATE, GET_EA, SET_EA, CLEANUP, CLOSE);
    assert_string_equal("red", value_of(at("f"), "user.color", NULL));
    expect_sequence("f", "CREATE GETEA CLEANUP CLOSE");
    assert_int_equal(8, event_of(CREATE, "f")->detail & 0xffff); /* FILE_READ_EA */
    assert_true(event_of(GET_EA, "f")->detail > 0);            /* by a list of names */
    ssize_t length;
    value_of(at("f"), "user.empty", &length);
    assert_int_equal(0, length); /* an attribute, though no EA */
    assert_string_equal("(ENODATA)", value_of(at("f"), "user.none", NULL));
    strcpy(stage->ea_value, "RED");
    assert_string_equal("RED", value_of(at("f"), "user.color", NULL));
    stage->ea_value[0] = '\0';
    forget_events();
    assert_true(is_listed(at("f"), "user.color") && is_listed(at("f"), "user.empty") && is_listed(at("f"), "trusted.t"));
    expect_sequence("f", "CREATE GETEA CLEANUP CLOSE CREATE GETEA CLEANUP CLOSE CREATE GETEA CLEANUP CLOSE");
    forget_events();
    assert_int_equal(0, removexattr(at("f"), "user.color"));
    expect_sequence("f", "CREATE SETEA CLEANUP CLOSE");
    assert_string_equal("(ENODATA)", value_of(back("f"), "user.color", NULL));
    refuse(GET_EA, DENIED);
    assert_string_equal("(EACCES)", value_of(at("f"), "user.empty", NULL));
}

static void nobodys_business(void **state)
{
    ssize_t length;
    put(back("f"), "x");
    assert_int_equal(0, setxattr(back("f"), "user.color", "red", 3, 0));
    assert_int_equal(0, setxattr(back("f"), "security.other", "s", 1, 0));
    assert_int_equal(0, setxattr(back("f"), "trusted.t", "t", 1, 0));
    assert_int_equal(0, setxattr(back("f"), "user.no:ea", "n", 1, 0));
    LOAD(0, CREATE, GET_EA, QUERY);
    assert_string_equal("s", value_of(at("f"), "security.other", NULL));
    assert_string_equal("t", value_of(at("f"), "trusted.t", NULL));
    assert_string_equal("n", value_of(at("f"), "user.no:ea", NULL));
    value_of(at("f"), "security.capability", &length);
    value_of(at("f"), "system.posix_acl_access", &length);
    assert_string_equal("", sequence("f"));
    stage_unload(0);
    LOAD(0, CREATE);
    assert_string_equal("red", value_of(at("f"), "user.color", NULL)); /* nobody wants QUERY_EA */
    assert_string_equal("", sequence("f"));
}

/* A length first, the value then: one event for both. */
static void probes(void **state)
{
    char value[16] = "";
    put(back("f"), "x");
    assert_int_equal(0, setxattr(back("f"), "user.color", "red", 3, 0));
    LOAD(0, CREATE, GET_EA);
    assert_int_equal(3, getxattr(at("f"), "user.color", NULL, 0));
    assert_int_equal(3, getxattr(at("f"), "user.color", value, sizeof value));
    assert_string_equal("red", value);
    assert_int_equal(1, seen(GET_EA, "f"));
    assert_int_equal(3, getxattr(at("f"), "user.color", value, sizeof value)); /* another question */
    assert_int_equal(2, seen(GET_EA, "f"));
}

/* ---- security ---- */

/* user::rw-, user:1000:r--, group::r--, mask::r--, other::--- */
static const unsigned char acl[] = {2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 4, 0, 0xe8, 3, 0, 0, 4, 0, 4, 0, 255, 255, 255, 255,
    0x10, 0, 4, 0, 255, 255, 255, 255, 0x20, 0, 0, 0, 255, 255, 255, 255};

static void acls(void **state)
{
    char value[256];
    put(back("f"), "x");
    if (setxattr(back("f"), "system.posix_acl_access", acl, sizeof acl, 0) != 0)
        fail_msg("the directory behind the mount has no ACLs");
    assert_int_equal(0, removexattr(back("f"), "system.posix_acl_access"));
    LOAD(0, CREATE, SET_SECURITY, GET_SECURITY, SET_EA, CLEANUP, CLOSE);
    assert_int_equal(0, setxattr(at("f"), "system.posix_acl_access", acl, sizeof acl, 0));
    expect_sequence("f", "CREATE SETSECURITY CLEANUP CLOSE");
    assert_int_equal(DACL, event_of(SET_SECURITY, "f")->detail);
    assert_int_equal(0x40000, event_of(CREATE, "f")->detail & 0x40000); /* WRITE_DAC */
    assert_int_equal(sizeof acl, getxattr(back("f"), "system.posix_acl_access", value, sizeof value));
    assert_memory_equal(acl, value, sizeof acl);
    forget_events();
    assert_int_equal(sizeof acl, getxattr(at("f"), "system.posix_acl_access", value, sizeof value));
    assert_memory_equal(acl, value, sizeof acl);
    assert_string_equal("", sequence("f")); /* the kernel reads it for itself, too (V-037, V-225) */
    assert_int_equal(0, setxattr(back("f"), "security.NTACL", "blob", 4, 0));
    assert_string_equal("blob", value_of(at("f"), "security.NTACL", NULL));
    expect_sequence("f", "CREATE GETSECURITY CLEANUP CLOSE");
    assert_int_equal(DACL, event_of(GET_SECURITY, "f")->detail);
    refuse(GET_SECURITY, DENIED);
    assert_string_equal("(EACCES)", value_of(at("f"), "security.NTACL", NULL));
    refuse(SET_SECURITY, DENIED);
    assert_int_equal(-1, removexattr(at("f"), "system.posix_acl_access"));
    assert_int_equal(-1, setxattr(at("f"), "system.posix_acl_access", acl, sizeof acl, 0));
    assert_int_equal(-1, setxattr(at("f"), "security.NTACL", "blob", 4, 0));
    refuse(255, 0);
    stage->refuse = 0;
    assert_int_equal(0, removexattr(at("f"), "system.posix_acl_access"));
    forget_events();
    assert_int_equal(0, setxattr(at("f"), "security.NTACL", "blob", 4, 0));
    expect_sequence("f", "CREATE SETSECURITY CLEANUP CLOSE");
    assert_string_equal("blob", value_of(back("f"), "security.NTACL", NULL));
}

#define STAGED(name, fn) TEST_WITH(name, fn, stage_clear, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED("V-058 V-157 readlink asks the filters", readlinks),
        STAGED("V-058 readlink that nobody wants to see", readlink_unseen),
        STAGED("V-081 V-165 V-168 streams as attributes are opens", streams),
        STAGED("V-165 V-168 denied streams stay as they are", denied_streams),
        STAGED("V-162 V-165 V-168 streams behave as attributes do", streams_as_attributes),
        STAGED("V-081 V-170 V-171 EAs", eas),
        STAGED("V-037 V-171 V-173 what is none of NT's business", nobodys_business),
        STAGED("V-175 a length and a value are one event", probes),
        STAGED("V-172 ACLs are security", acls),
    };
    return RUN_TESTS(tests, stage_start, stage_stop);
}
