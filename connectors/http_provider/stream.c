#include "http_provider/stream.h"

#include "http_provider/secrets.h"
#include "http_provider/verdicts.h"

#include <tandem/log.h>

#define IDLE_MS 90000
#define EVENT_MAX_BYTES (1024u * 1024)
#define TAKES_MAX 64
#define AGAIN_FIRST_MS 1000
#define AGAIN_MAX_MS 300000
#define STEADY_MS 60000

static void begin(struct td_timer *t);

static struct stream *of_io(struct td_stream *io) {
    return INSTANCE_OF(io, struct stream, io);
}

static void try_idle(struct stream *s) {
    if (s->stopping && !stream_busy(s))
        s->idle(s);
}

/* ---- again ---- */

/* Up to a quarter more, other for each channel and each time: after an outage not all come at once.
 */
static int64_t with_jitter(const struct stream *s, int64_t ms) {
    struct td_str channel = td_host_channel(s->instance->host);
    uint32_t h = 2166136261u ^ (uint32_t)td_host_now_ms(s->instance->host);
    for (size_t i = 0; i < channel.n; i++)
        h = (h ^ (unsigned char)channel.p[i]) * 16777619u;
    return ms + ms / 4 * (int64_t)(h >> 8 & 0xFF) / 255;
}

static void again(struct stream *s, int64_t at_least_ms, struct td_str why) {
    const struct instance *i = s->instance;
    int64_t wait = AGAIN_FIRST_MS;
    if (s->stopping) {
        try_idle(s);
        return;
    }
    if (s->opened_at_ms && td_host_now_ms(i->host) - s->opened_at_ms >= STEADY_MS)
        s->failures = 0;
    s->opened_at_ms = 0;
    for (unsigned k = 0; k < s->failures && wait < AGAIN_MAX_MS; k++)
        wait *= 2;
    wait = wait > AGAIN_MAX_MS ? AGAIN_MAX_MS : wait;
    wait = with_jitter(s, wait > at_least_ms ? wait : at_least_ms);
    s->failures++;
    why = secrets_hide(i->connector, i->settings, why);
    td_log(TD_INFO, "channel", "the stream is away", "channel=\"%.*s\" why=\"%.*s\" again_ms=%lld",
           TD_FMT(td_host_channel(i->host)), TD_FMT(why), (long long)wait);
    td_timer_start(i->host, &s->timer, wait, begin);
}

/* on_closed follows. */
static void break_off(struct stream *s, const char *why) {
    s->broken = why;
    s->sse.ended = true;
    td_stream_close(&s->io);
}

/* ---- events ---- */

struct taking {
    struct stream *stream;
    struct td_arena *arena; /* it lives there itself */
};

static void on_taken(void *arg, int rc) {
    struct taking *t = arg;
    struct stream *s = t->stream;
    struct td_arena *a = t->arena;
    td_arena_free(&a);
    s->takes--;
    if (rc != TD_OK && !s->stopping && s->io.impl)
        break_off(s, "what it brought was not taken");
    try_idle(s);
}

static void on_event(struct sse *sse, struct td_str name, struct td_str data) {
    struct stream *s = INSTANCE_OF(sse, struct stream, sse);
    const struct instance *i = s->instance;
    struct td_arena *a = td_arena_new();
    struct taking *t = TD_ARENA_NEW(a, struct taking);
    struct td_incoming in = {0};
    struct td_error err = {0};
    *t = (struct taking){s, a};
    int rc = i->connector->provider->stream_parse(a, i->settings, name, data, &in, &err);
    if (rc != TD_OK) {
        struct td_str why = secrets_hide(i->connector, i->settings, td_str_of(err.text));
        td_log(TD_WARN, "channel", "an event of the stream is not understood",
               "channel=\"%.*s\" event=\"%.*s\" why=\"%.*s\"", TD_FMT(td_host_channel(i->host)),
               TD_FMT(name), TD_FMT(why));
    }
    in.cursor = TD_STR("");
    bool news = rc == TD_OK && (in.messages.n || in.receipts.n || in.opt_outs.n || in.opt_ins.n);
    if (news && s->takes == TAKES_MAX)
        rc = TD_EFULL;
    else if (news && (rc = td_host_take(i->host, &in, on_taken, t)) == TD_OK) {
        s->takes++;
        return;
    }
    td_arena_free(&a);
    if (news && rc != TD_EINVAL && rc != TD_ELIMIT) /* else it can never be taken */
        break_off(s, "what it brought was not taken");
}

static void on_data(struct td_stream *io, struct td_str data) {
    struct stream *s = of_io(io);
    if (!s->opened_at_ms) {
        s->opened_at_ms = td_host_now_ms(s->instance->host);
        s->open(s);
    }
    if (sse_feed(&s->sse, data) != TD_OK)
        break_off(s, "an event was larger than allowed");
}

/* ---- open and close ---- */

static void need_session(struct stream *s, unsigned over);

static void on_closed(struct td_stream *io, const struct td_response *r, const char *why) {
    struct stream *s = of_io(io);
    const struct instance *i = s->instance;
    int64_t now = td_host_now_ms(i->host);
    struct td_verdict v = {0};
    struct td_str text = td_str_of(s->broken ? s->broken : why);
    if (!r || s->stopping) {
        again(s, s->sse.retry_ms, text);
        return;
    }
    if (session_is_over(i, r) && s->failures == 0) {
        s->failures++; /* until it is open: at once only the first time */
        need_session(s, s->generation);
        return;
    }
    td_arena_reset(s->arena);
    verdict_by_status(s->arena, r, now, &v);
    text = td_arena_printf(s->arena, "%.*s %.*s", TD_FMT(v.code), TD_FMT(v.text));
    bool passes = v.kind == TD_V_TEMPORARY || v.kind == TD_V_RATE_LIMITED;
    again(s, v.until_ms ? v.until_ms - now : passes ? 0 : AGAIN_MAX_MS, text);
}

static void open_it(struct stream *s) {
    const struct instance *i = s->instance;
    struct td_request request = {0};
    struct td_error err = {0};
    td_arena_reset(s->arena);
    sse_fini(&s->sse);
    sse_init(&s->sse, EVENT_MAX_BYTES, on_event);
    s->broken = NULL;
    s->io.on_data = on_data;
    s->io.on_closed = on_closed;
    int rc = i->connector->provider->stream_build(s->arena, i->settings, &request, &err);
    if (rc == TD_EUNSUPPORTED) { /* the settings want none */
        try_idle(s);
        return;
    }
    if (rc == TD_OK)
        rc = td_stream_start(i->host, &s->io, &request, IDLE_MS);
    if (rc != TD_OK)
        again(s, AGAIN_MAX_MS, td_str_of(err.text[0] ? err.text : td_rc_text(rc)));
}

static void on_session(struct session_wait *w, int rc) {
    struct stream *s = INSTANCE_OF(w, struct stream, wait);
    if (rc == TD_OK && !s->stopping)
        open_it(s);
    else
        again(s, 0, TD_STR("there is no session"));
}

static void need_session(struct stream *s, unsigned over) {
    int rc = session_need(s->instance->session, over, &s->generation, &s->wait, on_session);
    if (rc == TD_OK)
        open_it(s);
    else if (rc != TD_EBUSY)
        again(s, 0, TD_STR("there is no session"));
}

static void begin(struct td_timer *t) {
    need_session(INSTANCE_OF(t, struct stream, timer), 0);
}

/* ---- life ---- */

void stream_start(struct stream *s) {
    s->arena = td_arena_new();
    td_timer_start(s->instance->host, &s->timer, 0, begin);
}

void stream_stop(struct stream *s) {
    s->stopping = true;
    td_timer_stop(&s->timer);
    session_leave(s->instance->session, &s->wait);
    td_stream_close(&s->io);
    try_idle(s);
}

bool stream_busy(const struct stream *s) {
    return s->io.impl || s->takes || s->wait.waiting;
}

void stream_fini(struct stream *s) {
    sse_fini(&s->sse);
    td_arena_free(&s->arena);
}
