/* Bytes of FreeSWITCH's event socket: the first says how large the pieces are in which the rest
 * comes. However it is cut, the same frames come out; every body is read as an event as well. */
#include <stdlib.h>
#include <string.h>

#include "../../connectors/voice_freeswitch/esl.h"

struct sum {
    uint64_t hash;
    size_t frames;
};

static void mix(struct sum *s, struct td_str t) {
    for (size_t i = 0; i < t.n; i++)
        s->hash = (s->hash ^ (uint8_t)t.p[i]) * UINT64_C(1099511628211);
    s->hash = (s->hash ^ t.n) * UINT64_C(1099511628211);
}

static void on_frame(void *arg, const struct esl_frame *f) {
    static struct esl_fields fields;
    struct sum *s = arg;
    if (f->body.n > ESL_BODY_MAX || f->head.n > ESL_HEADERS_MAX)
        abort();
    mix(s, f->type);
    mix(s, f->body);
    struct td_arena *a = td_arena_new();
    esl_event(a, f->body, &fields);
    for (size_t i = 0; i < fields.n; i++)
        mix(s, esl_clean(fields.v[i].value));
    td_arena_free(&a);
    s->frames++;
}

static struct sum run(const uint8_t *data, size_t size, size_t piece, bool *good) {
    static struct esl e;
    struct sum s = {0};
    e.frame = on_frame;
    e.arg = &s;
    esl_init(&e);
    *good = true;
    for (size_t at = 0; at < size && *good;) {
        size_t n = size - at < piece ? size - at : piece;
        *good = esl_feed(&e, (struct td_str){(const char *)data + at, n});
        at += n;
    }
    esl_fini(&e);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bool good, good_pieces;
    if (size < 2)
        return 0;
    struct sum whole = run(data + 1, size - 1, size, &good);
    struct sum pieces = run(data + 1, size - 1, (size_t)data[0] % 64 + 1, &good_pieces);
    if (whole.hash != pieces.hash || whole.frames != pieces.frames || good != good_pieces)
        abort();
    return 0;
}
