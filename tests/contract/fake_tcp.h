/* fake_tcp.h: the TCP connections of the fake host, with a scripted peer at the other end. */
#ifndef CONTRACT_FAKE_TCP_H
#define CONTRACT_FAKE_TCP_H

#include "fake_host.h"

/* The connection that is open; NULL. */
struct fake_tcp *fake_tcp_open(const struct td_host *h);
/* The peer says that, after so long; it comes in pieces of at most `piece` bytes (0: whole). */
void fake_tcp_say(struct fake_tcp *t, int64_t after_ms, struct td_str text, size_t piece);
void fake_tcp_hang_up(struct fake_tcp *t, int64_t after_ms);
/* What the connector wrote since the connection began, and has not been dropped from here. */
struct td_str fake_tcp_written(const struct fake_tcp *t);
void fake_tcp_drop_written(struct fake_tcp *t, size_t n);

/* For fake_host.c: the next to fire if it is due before *due, which it sets. */
struct fake_tcp *fake_tcp_due(const struct td_host *h, int64_t *due);
void fake_tcp_fire(struct fake_tcp *t);
size_t fake_tcp_pending(const struct td_host *h);

#endif
