/* Internet addresses as text. */
#include <ntifs.h>
#include <ip2string.h>

#include <arpa/inet.h>

#include "harness.h"

static void version_4(void **state)
{
    struct in_addr address;
    char text[32];
    WCHAR wide[16];
    ULONG length = sizeof(text);

    (void)state;
    inet_pton(AF_INET, "10.0.200.7", &address);
    assert_status(STATUS_SUCCESS, RtlIpv4AddressToStringExA(&address, htons(80), text, &length));
    assert_string_equal(text, "10.0.200.7:80");
    assert_int_equal(length, 14);
    length = 16;
    assert_status(STATUS_SUCCESS, RtlIpv4AddressToStringExW(&address, 0, wide, &length));
    assert_memory_equal(wide, u"10.0.200.7", 22);
    length = 10;
    assert_status(STATUS_INVALID_PARAMETER, RtlIpv4AddressToStringExA(&address, 0, text, &length));
    assert_int_equal(length, 11);
}

static void version_6(void **state)
{
    struct in6_addr address;
    char text[64];
    ULONG length = sizeof(text);

    (void)state;
    inet_pton(AF_INET6, "fe80::1", &address);
    assert_status(STATUS_SUCCESS, RtlIpv6AddressToStringExA(&address, 3, htons(443), text, &length));
    assert_string_equal(text, "[fe80::1%3]:443");
    length = sizeof(text);
    assert_status(STATUS_SUCCESS, RtlIpv6AddressToStringExA(&address, 0, 0, text, &length));
    assert_string_equal(text, "fe80::1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("version 4 addresses, with and without a port", version_4),
        TEST("version 6 addresses, with scope and port", version_6),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
