#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

static bool is_public(const char *text) {
    if (strchr(text, ':')) {
        struct sockaddr_in6 in = {.sin6_family = AF_INET6};
        assert_int_equal(inet_pton(AF_INET6, text, &in.sin6_addr), 1);
        return address_is_public((struct sockaddr *)&in);
    }
    struct sockaddr_in in = {.sin_family = AF_INET};
    assert_int_equal(inet_pton(AF_INET, text, &in.sin_addr), 1);
    return address_is_public((struct sockaddr *)&in);
}

static void test_refused(void **state) {
    (void)state;
    static const char *const refused[] = {"0.0.0.0",
                                          "0.1.2.3",
                                          "10.0.0.1",
                                          "10.255.255.255",
                                          "100.64.0.1",
                                          "100.127.255.1",
                                          "127.0.0.1",
                                          "127.1.2.3",
                                          "169.254.169.254",
                                          "172.16.0.1",
                                          "172.31.255.255",
                                          "192.0.0.8",
                                          "192.168.1.1",
                                          "198.18.0.1",
                                          "198.19.255.255",
                                          "224.0.0.1",
                                          "240.0.0.1",
                                          "255.255.255.255",
                                          "::",
                                          "::1",
                                          "::ffff:127.0.0.1",
                                          "::ffff:10.0.0.1",
                                          "::127.0.0.1",
                                          "64:ff9b::7f00:1",
                                          "64:ff9b:1::1",
                                          "2002:7f00:1::",
                                          "2001::1",
                                          "2001:db8::1",
                                          "fc00::1",
                                          "fdff::1",
                                          "fe80::1",
                                          "febf::1",
                                          "fec0::1",
                                          "ff02::1",
                                          "3fff::1"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (is_public(refused[i]))
            fail_msg("%s passed", refused[i]);
}

static void test_allowed(void **state) {
    (void)state;
    static const char *const allowed[] = {
        "1.1.1.1",      "9.255.255.255",  "11.0.0.0",       "100.63.255.255",   "100.128.0.0",
        "128.0.0.1",    "172.15.255.255", "172.32.0.0",     "192.167.0.1",      "223.255.255.255",
        "2606:4700::1", "2a00:1450::1",   "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"};
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        if (!is_public(allowed[i]))
            fail_msg("%s was refused", allowed[i]);
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    assert_false(address_is_public((struct sockaddr *)&un));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_allowed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
