/* address.h: which addresses a request on behalf of configuration or of a peer may reach.
 *
 * Public means: globally reachable unicast by the IANA special-purpose registries (RFC 6890), and
 * for the IPv6 forms that carry an IPv4 address inside (mapped, NAT64, 6to4) that one as well. */
#ifndef IO_ADDRESS_H
#define IO_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* false for private, loopback, link-local, shared, documentation, multicast and reserved addresses,
 * and for every family that is not IP. */
bool address_is_public(const struct sockaddr *sa);

#endif
