/* stream.h: an answer that goes on: server-sent events and their like. All calls are on the loop's
 * thread. */
#ifndef TANDEM_STREAM_H
#define TANDEM_STREAM_H

#include <tandem/host.h>

/* The callbacks are set before the start. on_data: first with "" when an answer of success (2xx)
 * begins, then with its bytes as they come, borrowed for the call. on_closed fires once for each
 * start that succeeded, never inside a call; it may be started again in it. r: an answer of another
 * status, whole; NULL else. why: "" after td_stream_close, else a sentence without secrets (the
 * peer ended it, nothing came for idle_ms, no connection). Nothing else is called after
 * td_stream_close. */
struct td_stream {
    void *impl; /* private; NULL while it is not running */
    void (*on_data)(struct td_stream *s, struct td_str data);
    void (*on_closed)(struct td_stream *s, const struct td_response *r, const char *why);
};
/* idle_ms: for the answer's beginning, and between any two pieces of it. Address policy and TLS as
 * with td_http_start; the request is copied. At once: TD_EINVAL (the URL, a header), TD_EFULL. */
int td_stream_start(struct td_host *h, struct td_stream *s, const struct td_request *req,
                    int64_t idle_ms);
void td_stream_close(struct td_stream *s); /* fine when it is not running */

#endif
