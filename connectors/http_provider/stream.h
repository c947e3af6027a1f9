/* stream.h: keeps a provider's stream of server-sent events open (td_provider.stream_build).
 *
 * Happy path: session → build → td_stream_start → open: the polls run at once, for what was missed
 * → event → stream_parse → td_host_take, each by itself and without a cursor. Failure modes: no
 * connection, the peer ends it, nothing for 90 s, a line or an event over 1 MiB, an intake that is
 * full (or 64 of them under way): again after 1 s, doubling up to 5 min, with a jitter, and from 1
 * s anew once it was open for a minute; a session that is over: renewed, at once; a refusal: after
 * 5 min. An event that cannot be read is logged and left out. The channel's state is the polls',
 * for with them nothing is lost, only later. */
#ifndef HTTP_PROVIDER_STREAM_H
#define HTTP_PROVIDER_STREAM_H

#include "http_provider/session.h"
#include "http_provider/sse.h"

#include <tandem/stream.h>

struct stream {
    const struct instance *instance;
    void (*open)(struct stream *s); /* the polls should look now */
    void (*idle)(struct stream *s); /* nothing is under way any more, after stream_stop */
    /* private */
    struct td_stream io;
    struct td_timer timer;
    struct session_wait wait;
    struct sse sse;
    struct td_arena *arena; /* of building */
    size_t takes;           /* under way */
    int64_t opened_at_ms;   /* 0: not open */
    unsigned failures, generation;
    const char *broken; /* why we close it; NULL: we do not */
    bool stopping;
};
/* Only for providers that have stream_build and stream_parse. */
void stream_start(struct stream *s);
void stream_stop(struct stream *s);
bool stream_busy(const struct stream *s);
void stream_fini(struct stream *s); /* idle, or never started */

#endif
