/* tcp.h: one outgoing TCP connection (libuv), for protocols that are not HTTP.
 *
 * Happy path: name → addresses → connect (each address in turn) → on_open → on_data, tcp_write …
 * → tcp_close → on_closed. Failure modes, all ending in on_closed with a sentence: no such name,
 * only addresses that the policy refuses, refused, the deadline, the peer's end (what it sent
 * before is delivered first), a reset, a peer that takes nothing of what waits for `timeout_ms`. */
#ifndef IO_TCP_H
#define IO_TCP_H

#include "io/loop.h"
#include <tandem/error.h>
#include <tandem/str.h>

struct tcp {
    void *impl; /* private; NULL while it is not running */
    void (*on_open)(struct tcp *t);
    void (*on_data)(struct tcp *t, struct td_str data); /* borrowed for the call */
    /* Exactly once for each tcp_start that succeeded, never inside a call; "" after tcp_close. The
     * struct may be freed or started again in it. Nothing else is called after tcp_close. */
    void (*on_closed)(struct tcp *t, const char *why);
};
struct tcp_options {
    struct td_str host; /* a name or an address; copied */
    uint16_t port;
    int64_t timeout_ms; /* for the name and the connection together, and for the peer to take what
                           waits */
    size_t write_max_bytes; /* that may wait for the peer */
    bool allow_private;     /* addresses that are not public (io/address.h) */
};
/* The callbacks are set. TD_EINVAL: host or port; on_closed never fires then. */
int tcp_start(struct loop *l, struct tcp *t, const struct tcp_options *o, struct td_error *err);
/* Copies. TD_ECONN: not open; TD_EFULL: nothing of it was taken, more would wait than may. */
int tcp_write(struct tcp *t, struct td_str data);
/* What waits is dropped. Fine when it is not running. */
void tcp_close(struct tcp *t);

#endif
