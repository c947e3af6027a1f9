/* sse.h: server-sent events (WHATWG HTML, "Server-sent events", parsing an event stream). Pure.
 *
 * Bytes go in as they come, events come out whole. Lines end with CR, LF or both; comments and
 * unknown fields are nothing; `id` is not kept, for what is missed comes by the polls. */
#ifndef HTTP_PROVIDER_SSE_H
#define HTTP_PROVIDER_SSE_H

#include "http_provider/text.h"

#include <tandem/error.h>

#define SSE_NAME_MAX 64 /* longer names of events are cut */

struct sse {
    /* "message" where the peer names none. Both live for the call. Nothing of `s` may be changed in
     * it, but that it sets `ended`: then nothing more is given. */
    void (*on_event)(struct sse *s, struct td_str name, struct td_str data);
    size_t max_bytes; /* of a line, and of an event's data */
    bool ended;
    int64_t retry_ms; /* as the peer wishes; 0: it said nothing */
    /* private */
    struct td_arena *arena;
    struct text line, data;
    char name[SSE_NAME_MAX];
    size_t name_n;
    bool begun, has_data, after_cr;
};
void sse_init(struct sse *s, size_t max_bytes,
              void (*on_event)(struct sse *s, struct td_str name, struct td_str data));
void sse_fini(struct sse *s); /* fine on a zeroed struct */
/* TD_ELIMIT: a line or an event is longer than max_bytes; nothing more can be made of it. */
int sse_feed(struct sse *s, struct td_str bytes);

#endif
