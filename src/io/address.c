#include "io/address.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

struct prefix4 {
    uint32_t net;
    unsigned bits;
};
struct prefix6 {
    uint8_t net[16];
    unsigned bits;
    int embeds; /* offset of an IPv4 address that decides instead; −1: none, refused */
};

#define V4(a, b, c, d)                                                                             \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

static const struct prefix4 refused4[] = {
    {V4(0, 0, 0, 0), 8},       /* this network */
    {V4(10, 0, 0, 0), 8},      /* private */
    {V4(100, 64, 0, 0), 10},   /* carrier-grade NAT */
    {V4(127, 0, 0, 0), 8},     /* loopback */
    {V4(169, 254, 0, 0), 16},  /* link-local, clouds' metadata */
    {V4(172, 16, 0, 0), 12},   /* private */
    {V4(192, 0, 0, 0), 24},    /* protocol assignments */
    {V4(192, 0, 2, 0), 24},    /* documentation */
    {V4(192, 88, 99, 0), 24},  /* 6to4 relays, withdrawn */
    {V4(192, 168, 0, 0), 16},  /* private */
    {V4(198, 18, 0, 0), 15},   /* benchmarks */
    {V4(198, 51, 100, 0), 24}, /* documentation */
    {V4(203, 0, 113, 0), 24},  /* documentation */
    {V4(224, 0, 0, 0), 3},     /* multicast, reserved, broadcast */
};

static const struct prefix6 refused6[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12}, /* ::ffff:0:0/96 mapped */
    {{0x00, 0x64, 0xff, 0x9b}, 96, 12},                   /* 64:ff9b::/96 NAT64 */
    {{0x00, 0x64, 0xff, 0x9b, 0, 1}, 48, -1},             /* NAT64 of local use */
    {{0x20, 0x02}, 16, 2},                                /* 6to4 */
    {{0}, 8, -1},                                         /* ::, ::1, IPv4-compatible */
    {{0x01}, 64, -1},                                     /* discard */
    {{0x20, 0x01, 0x00, 0x00}, 23, -1},                   /* protocol assignments, Teredo */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, -1},                   /* documentation */
    {{0x3f, 0xff}, 20, -1},                               /* documentation */
    {{0x5f, 0x00}, 16, -1},                               /* segment routing */
    {{0xfc}, 7, -1},                                      /* unique local */
    {{0xfe, 0x80}, 10, -1},                               /* link-local */
    {{0xfe, 0xc0}, 10, -1},                               /* site-local, withdrawn */
    {{0xff}, 8, -1},                                      /* multicast */
};

static bool public4(uint32_t address) {
    for (size_t i = 0; i < sizeof refused4 / sizeof *refused4; i++) {
        uint32_t mask = UINT32_MAX << (32 - refused4[i].bits);
        if ((address & mask) == refused4[i].net)
            return false;
    }
    return true;
}

static bool within6(const uint8_t *address, const struct prefix6 *p) {
    unsigned whole = p->bits / 8, rest = p->bits % 8;
    if (memcmp(address, p->net, whole) != 0)
        return false;
    uint8_t mask = (uint8_t)(0xff << (8 - rest));
    return rest == 0 || (address[whole] & mask) == (p->net[whole] & mask);
}

static bool public6(const uint8_t *address) {
    for (size_t i = 0; i < sizeof refused6 / sizeof *refused6; i++) {
        if (!within6(address, &refused6[i]))
            continue;
        if (refused6[i].embeds < 0)
            return false;
        const uint8_t *v4 = address + refused6[i].embeds;
        return public4(V4(v4[0], v4[1], v4[2], v4[3]));
    }
    return true;
}

bool address_is_public(const struct sockaddr *sa) {
    if (sa->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, sa, sizeof in);
        return public4(ntohl(in.sin_addr.s_addr));
    }
    if (sa->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, sa, sizeof in);
        return public6(in.sin6_addr.s6_addr);
    }
    return false;
}
