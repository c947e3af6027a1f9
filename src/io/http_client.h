/* http_client.h: outgoing HTTP (libcurl's multi interface on the loop).
 *
 * One exchange is a struct http_op embedded in the flow that waits for it. The request is copied.
 * Every exchange has one deadline for all of it: waiting for a place, DNS, connecting, TLS, the
 * answer. At most `max_per_host` run at a time per scheme, host and port; the rest queue in order.
 *
 * Redirects are not followed: a 3xx is an answer. The answer is kept whole up to
 * `max_response_bytes`. Environment proxies, cookies and .netrc are not used. TLS ≥ 1.2, verified.
 *
 * Address policy: the address that is about to be connected to is checked, after DNS, so a name
 * that changes its address between two look-ups gains nothing. Connections of ops that allow
 * private addresses and of those that do not are never shared.
 *
 * curl repeats a request by itself when a kept-alive connection dies before the first byte of the
 * answer, POST included; the peer may have acted on the first. Here only GET and HEAD are repeated;
 * anything else that was written once ends in `sent` (tried: tests/unit/io/test_http_client.c). */
#ifndef IO_HTTP_CLIENT_H
#define IO_HTTP_CLIENT_H

#include "io/loop.h"
#include <tandem/error.h>
#include <tandem/provider.h>

struct http_client_options {    /* zeroes take the default in brackets */
    unsigned max_per_host;      /* [8] */
    unsigned max_ops;           /* running and queued; beyond it TD_EFULL [4096] */
    unsigned max_streams;       /* beyond it TD_EFULL [1024] */
    size_t max_response_bytes;  /* [1 MiB]; of a stream: that came at once */
    int64_t connect_timeout_ms; /* DNS, TCP and TLS [10 s] */
    const char *ca_file;        /* PEM; NULL: the system's */
};
struct http_client;

struct http_client *http_client_new(struct loop *l, const struct http_client_options *o);
/* Ends every op first: done fires with TD_ECANCELED, inside this call. */
void http_client_free(struct http_client **c);

struct http_answer {
    int rc; /* TD_OK: `response` is there. TD_ETIMEDOUT, TD_ECONN (DNS, connect, TLS, reset),
               TD_EFORBIDDEN (address policy), TD_ELIMIT (answer too large), TD_ECANCELED, TD_EIO */
    const struct td_response *response; /* NULL unless TD_OK; lives for the call */
    bool sent;           /* the whole request was handed to the system: the peer may act on it */
    const char *failure; /* a sentence without secrets; "" when TD_OK; lives for the call */
};

struct http_op {
    void *impl;       /* private; NULL when not running */
    size_t max_bytes; /* of the answer's body, set before the start; 0: max_response_bytes */
    void (*done)(struct http_op *op, const struct http_answer *a);
};

/* done fires exactly once, never inside; `op` may be freed or started again in it. At once (done
 * never fires): TD_EINVAL (URL not http(s), a control character in a header), TD_EFULL. */
int http_start(struct http_client *c, struct http_op *op, const struct td_request *req,
               int64_t timeout_ms, bool allow_private,
               void (*done)(struct http_op *op, const struct http_answer *a), struct td_error *err);
/* An answer that goes on: on_data is called with "" when one of success (2xx) begins, then with its
 * bytes as they come; they live for the call. It may cancel. idle_ms: for the beginning, and
 * between any two pieces. Streams do not count for max_per_host. done as above: TD_OK when the peer
 * ended it (`response` without a body) or answered with another status (whole); TD_ETIMEDOUT,
 * TD_ECONN… as with every exchange. */
int http_stream(struct http_client *c, struct http_op *op, const struct td_request *req,
                int64_t idle_ms, bool allow_private,
                void (*on_data)(struct http_op *op, struct td_str data),
                void (*done)(struct http_op *op, const struct http_answer *a),
                struct td_error *err);
/* Ends it: done fires soon with TD_ECANCELED, not inside. Fine when not running. */
void http_cancel(struct http_op *op);

struct http_stats {
    size_t running, queued;
};
void http_stats_get(const struct http_client *c, struct http_stats *out);

#endif
