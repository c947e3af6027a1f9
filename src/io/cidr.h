/* cidr.h: IP addresses and networks, as proxies and listeners need them.
 *
 * An IPv4-mapped IPv6 address (::ffff:192.0.2.1) is taken for the IPv4 address: a dual-stack
 * listener shows IPv4 peers in that form. */
#ifndef IO_CIDR_H
#define IO_CIDR_H

#include <sys/socket.h>
#include <tandem/str.h>

struct cidr_addr {
    uint8_t bytes[16]; /* IPv4 in the first four */
    uint8_t bits;      /* 32, 128; 0: none */
};
struct cidr {
    struct cidr_addr base;
    uint8_t prefix;
};

#define CIDR_TEXT_MAX 46

/* false: not an address. "[::1]" is understood too, a port is not. */
bool cidr_addr_parse(struct cidr_addr *out, struct td_str text);
void cidr_addr_of(struct cidr_addr *out, const struct sockaddr *sa);
/* Writes the usual text and its NUL; "" for none. Returns its length. */
size_t cidr_addr_text(const struct cidr_addr *a, char out[CIDR_TEXT_MAX]);
bool cidr_addr_is_loopback(const struct cidr_addr *a);

/* "10.0.0.0/8", "2001:db8::/32", or one address. */
bool cidr_parse(struct cidr *out, struct td_str text);
bool cidr_has(const struct cidr *net, const struct cidr_addr *a);

#endif
