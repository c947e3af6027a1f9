/* fetch.h: one attachment from its provider into the blob store.
 *
 * Happy path: media_build → HTTP → media_parse → (where it says the bytes are) → sniffed → stored.
 *
 * What is asked for is not trusted. Each request's address is checked after DNS (io/http_client.h);
 * redirects are followed one by one, at most five, never from https to http; the provider's own
 * headers go to the scheme, host and port of its first request only. Bytes and time are bounded for
 * all requests together. The type is what the bytes say. */
#ifndef OUTBOX_FETCH_H
#define OUTBOX_FETCH_H

#include "io/http_client.h"
#include "store/blobs.h"
#include <tandem/provider.h>

struct fetch_options {
    struct loop *loop;
    struct http_client *http;
    struct blobs *blobs;
    const struct td_provider *provider; /* NULL: a plain GET */
    const struct td_settings *settings;
    bool allow_private;
    size_t max_bytes;
    int64_t timeout_ms;
};
struct fetch_result {
    const char *sha256; /* "": it failed */
    struct td_str type; /* sniffed */
    uint64_t bytes;
    const char *error; /* a sentence without secrets */
    bool temporary;    /* trying again may help */
};
struct fetch;
/* Both texts are copied; `type` is what the provider said. done fires exactly once, never inside,
 * the result lives for the call; it is freed after it. */
struct fetch *fetch_start(const struct fetch_options *o, struct td_str url, struct td_str type,
                          void (*done)(void *arg, const struct fetch_result *r), void *arg);
/* done does not fire any more. */
void fetch_cancel(struct fetch **f);

#endif
