#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_stream.h"

#include <stdlib.h>
#include <tandem/stream.h>

enum { PIECES = 32 };
struct piece {
    int64_t due_ms;
    const char *text; /* NULL: the end, `why` tells */
    const char *why;
};
struct fake_stream {
    struct td_host *host;
    struct td_stream *owner;
    struct piece pieces[PIECES]; /* in the order of time */
    size_t n;
    bool refused;
};

static void add(struct fake_stream *s, int64_t after_ms, const char *text, const char *why) {
    assert_true(s->n < PIECES);
    size_t i = s->n++;
    int64_t due = s->host->now_ms + after_ms;
    for (; i > 0 && s->pieces[i - 1].due_ms > due; i--)
        s->pieces[i] = s->pieces[i - 1];
    s->pieces[i] = (struct piece){due, text, why};
}

int td_stream_start(struct td_host *h, struct td_stream *owner, const struct td_request *req,
                    int64_t idle_ms) {
    struct fake_stream_script *script = &h->streams;
    if (h->forbidden)
        fail_msg("%s: a stream before start", h->connector->name);
    assert_null(owner->impl);
    assert_null(script->open);
    assert_true(idle_ms > 0);
    script->starts++;
    script->seen = fake_copy_request(h, req);
    struct fake_stream *s = calloc(1, sizeof *s);
    s->host = h;
    s->owner = owner;
    owner->impl = script->open = s;
    s->refused = script->mode == FAKE_STREAM_REFUSES;
    if (script->mode == FAKE_STREAM_OPENS)
        add(s, 1, "", NULL);
    else
        add(s, 1, NULL, s->refused ? "it was refused" : "could not connect");
    return TD_OK;
}

void td_stream_close(struct td_stream *owner) {
    struct fake_stream *s = owner->impl;
    if (!s)
        return;
    s->n = 0;
    s->refused = false;
    add(s, 0, NULL, "");
}

void fake_stream_say(struct td_host *h, int64_t after_ms, const char *text) {
    assert_non_null(h->streams.open);
    add(h->streams.open, after_ms, text, NULL);
}

void fake_stream_hang_up(struct td_host *h, int64_t after_ms) {
    assert_non_null(h->streams.open);
    add(h->streams.open, after_ms, NULL, "the peer ended it");
}

struct fake_stream *fake_stream_due(const struct td_host *h, int64_t *due) {
    struct fake_stream *s = h->streams.open;
    if (!s || !s->n || s->pieces[0].due_ms >= *due)
        return NULL;
    *due = s->pieces[0].due_ms;
    return s;
}

void fake_stream_fire(struct fake_stream *s) {
    struct piece x = s->pieces[0];
    struct td_stream *owner = s->owner;
    struct td_host *h = s->host;
    memmove(s->pieces, s->pieces + 1, --s->n * sizeof x);
    if (x.text) {
        owner->on_data(owner, td_str_of(x.text));
        return;
    }
    bool refused = s->refused;
    h->streams.open = NULL;
    owner->impl = NULL;
    free(s);
    owner->on_closed(owner, refused ? &h->streams.refusal : NULL, x.why);
}

size_t fake_stream_pending(const struct td_host *h) {
    return h->streams.open != NULL;
}
