#include "io/cidr.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static void set_v4(struct cidr_addr *a, const void *bytes) {
    memset(a, 0, sizeof *a);
    memcpy(a->bytes, bytes, 4);
    a->bits = 32;
}

static void set_v6(struct cidr_addr *a, const uint8_t *bytes) {
    if (memcmp(bytes, mapped_prefix, sizeof mapped_prefix) == 0) {
        set_v4(a, bytes + 12);
        return;
    }
    memcpy(a->bytes, bytes, 16);
    a->bits = 128;
}

bool cidr_addr_parse(struct cidr_addr *out, struct td_str text) {
    char z[CIDR_TEXT_MAX + 2];
    uint8_t raw[16];
    if (text.n >= 2 && text.p[0] == '[' && text.p[text.n - 1] == ']') {
        text.p++;
        text.n -= 2;
    }
    if (text.n == 0 || text.n >= sizeof z)
        return false;
    memcpy(z, text.p, text.n);
    z[text.n] = '\0';
    if (inet_pton(AF_INET, z, raw) == 1)
        set_v4(out, raw);
    else if (inet_pton(AF_INET6, z, raw) == 1)
        set_v6(out, raw);
    else
        return false;
    return true;
}

void cidr_addr_of(struct cidr_addr *out, const struct sockaddr *sa) {
    memset(out, 0, sizeof *out);
    if (sa->sa_family == AF_INET)
        set_v4(out, &((const struct sockaddr_in *)(const void *)sa)->sin_addr);
    else if (sa->sa_family == AF_INET6)
        set_v6(out, ((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr.s6_addr);
}

/* For every request: inet_ntop would print by printf. */
static size_t v4_text(const uint8_t bytes[4], char *out) {
    size_t n = 0;
    for (size_t i = 0; i < 4; i++) {
        unsigned b = bytes[i];
        if (i)
            out[n++] = '.';
        if (b >= 100)
            out[n++] = (char)('0' + b / 100);
        if (b >= 10)
            out[n++] = (char)('0' + b / 10 % 10);
        out[n++] = (char)('0' + b % 10);
    }
    out[n] = '\0';
    return n;
}

size_t cidr_addr_text(const struct cidr_addr *a, char out[CIDR_TEXT_MAX]) {
    out[0] = '\0';
    if (a->bits == 32)
        return v4_text(a->bytes, out);
    if (a->bits)
        inet_ntop(AF_INET6, a->bytes, out, CIDR_TEXT_MAX);
    return strlen(out);
}

bool cidr_addr_is_loopback(const struct cidr_addr *a) {
    static const uint8_t one[16] = {[15] = 1};
    if (a->bits == 32)
        return a->bytes[0] == 127;
    return a->bits == 128 && memcmp(a->bytes, one, 16) == 0;
}

bool cidr_parse(struct cidr *out, struct td_str text) {
    const char *slash = text.n ? memchr(text.p, '/', text.n) : NULL;
    struct td_str head = {text.p, slash ? (size_t)(slash - text.p) : text.n};
    uint64_t prefix;
    if (!cidr_addr_parse(&out->base, head))
        return false;
    if (!slash) {
        out->prefix = out->base.bits;
        return true;
    }
    struct td_str tail = {slash + 1, text.n - head.n - 1};
    if (!td_str_to_u64(tail, &prefix) || prefix > out->base.bits)
        return false;
    out->prefix = (uint8_t)prefix;
    return true;
}

bool cidr_has(const struct cidr *net, const struct cidr_addr *a) {
    if (a->bits == 0 || a->bits != net->base.bits)
        return false;
    unsigned whole = net->prefix / 8, rest = net->prefix % 8;
    if (memcmp(net->base.bytes, a->bytes, whole) != 0)
        return false;
    if (rest == 0)
        return true;
    unsigned mask = 0xffU << (8 - rest) & 0xffU;
    return ((net->base.bytes[whole] ^ a->bytes[whole]) & mask) == 0;
}
