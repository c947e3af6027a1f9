/* Arrivals from a recorded day: the lines of `tandemctl tail --kind fact`.
 *
 * "arrived" says when a customer came, "resolved" how long he was handled, "abandoned" when his
 * patience ended. What the recording does not say (how long somebody who was answered would have
 * waited; the handling of who gave up) is drawn from the day's figures. Calls are recorded when
 * they end: they came when they were answered, as far as this can tell. */
#include "cli/simulate.h"

#include "base/map.h"
#include "codec/json_in.h"

#include <math.h>
#include <stdlib.h>

enum { FILE_MAX = 512 << 20, LINE_MAX_BYTES = 1 << 20, CUSTOMERS_MAX = 1000000 };
#define HOUR_MS INT64_C(3600000)

struct line { /* as tail writes it */
    struct td_str id, kind, entity, key, sender;
    uint64_t conv, seq;
    int64_t at;
    struct fact data;
    struct td_str unknown;
};
static const struct field line_fields[] = {
    FIELD(1, F_STR, struct line, id),
    FIELD(2, F_STR, struct line, kind),
    FIELD(3, F_STR, struct line, entity),
    FIELD(4, F_STR, struct line, key),
    FIELD(5, F_STR, struct line, sender),
    FIELD(6, F_U64, struct line, conv),
    FIELD(7, F_U64, struct line, seq),
    FIELD(8, F_I64, struct line, at),
    FIELD(9, F_REC, struct line, data, .rec = &rec_fact),
};
static const struct record rec_line = {.name = "line",
                                       .kind = 1,
                                       .version = 1,
                                       RECORD_FIELDS(struct line, line_fields),
                                       .unknown = offsetof(struct line, unknown)};

struct customer {
    size_t stream;
    int64_t at;
    double handle_s, patience_s;
    bool is_call;
};

struct recording {
    struct cli *c;
    struct day *day;
    struct map by_work; /* struct customer, the latest of that conversation */
    struct customer **v;
    size_t n, cap, foreign;
    size_t talked; /* calls before it have their time */
    bool calls_arrive;
};

static size_t stream_of(const struct day *d, struct td_str channel, struct td_str queue) {
    size_t found = d->streams.n;
    for (size_t i = d->streams.n; i-- > 0;) {
        const struct day_stream *s = &d->streams.v[i];
        bool named = !s->queue.n || !queue.n || td_str_eq(s->queue, queue);
        if (td_str_eq(s->channel, channel) && named)
            found = i;
    }
    return found;
}

static struct customer *came(struct recording *r, size_t stream, int64_t at) {
    if (stream == r->day->streams.n) {
        r->foreign++;
        return NULL;
    }
    if (r->n == r->cap) {
        size_t cap = r->cap ? 2 * r->cap : 1024;
        struct customer **larger = TD_ARENA_ARRAY(r->c->arena, struct customer *, cap);
        if (r->n)
            memcpy(larger, r->v, r->n * sizeof(struct customer *));
        r->v = larger;
        r->cap = cap;
    }
    struct customer *x = TD_ARENA_NEW(r->c->arena, struct customer);
    *x = (struct customer){stream, at, -1, -1, false};
    return r->v[r->n++] = x;
}

static size_t phone_stream(const struct day *d, const struct fact *f) {
    for (size_t i = 0; i < d->streams.n; i++)
        if (f->queue.n && td_str_eq(d->streams.v[i].queue, f->queue))
            return i;
    return stream_of(d, f->channel, f->queue);
}

/* When calls are told as they come, their ends are those of the first that came on that queue: who
 * gave up says so himself. */
static void call_ended(struct recording *r, const struct line *l) {
    size_t stream = phone_stream(r->day, &l->data);
    struct customer *x = NULL;
    for (size_t i = r->talked; i < r->n && r->calls_arrive && !x; i++) {
        bool open = r->v[i]->is_call && r->v[i]->handle_s < 0 && r->v[i]->patience_s < 0;
        r->talked += !open && i == r->talked;
        x = open && r->v[i]->stream == stream ? r->v[i] : NULL;
    }
    if (!x && !r->calls_arrive)
        x = came(r, stream, l->at - l->data.talk_ms);
    if (x)
        x->handle_s = (double)l->data.talk_ms / 1000;
}

static void take(struct recording *r, const struct line *l) {
    const struct fact *f = &l->data;
    struct customer *x = map_get_u64(&r->by_work, f->work + 1);
    if (td_str_eqz(f->name, "arrived")) {
        bool call = f->channel_kind == CK_VOICE;
        x = came(r, call ? phone_stream(r->day, f) : stream_of(r->day, f->channel, f->queue),
                 l->at);
        r->calls_arrive |= call;
        if (x)
            x->is_call = call;
        if (x)
            map_put_u64(&r->by_work, f->work + 1, x);
        else
            map_del_u64(&r->by_work, f->work + 1);
    } else if (td_str_eqz(f->name, "resolved") && x && f->talk_ms > 0) {
        x->handle_s = (double)f->talk_ms / 1000;
    } else if (td_str_eqz(f->name, "abandoned") && x) {
        x->patience_s = fmax((double)f->wait_ms / 1000, 0.001);
    } else if (td_str_eqz(f->name, "call.ended") && f->talk_ms > 0) {
        call_ended(r, l);
    }
}

static int read_lines(struct recording *r, const char *path, struct td_str rest) {
    struct td_arena *scratch = td_arena_new();
    int code = CLI_OK;
    for (unsigned line = 1; rest.n && !code; line++) {
        const char *end = memchr(rest.p, '\n', rest.n);
        size_t n = end ? (size_t)(end - rest.p) : rest.n;
        struct td_str text = {rest.p, n};
        struct line l;
        struct td_error err;
        rest.p += n + (end != NULL);
        rest.n -= n + (end != NULL);
        /* lines of other kinds have other data */
        if (!n || !memmem(text.p, n < 200 ? n : 200, "\"kind\":\"fact\"", 13))
            continue;
        td_arena_reset(scratch);
        if (n > LINE_MAX_BYTES || json_in_text(scratch, &rec_line, text, 0, &l, &err)) {
            fprintf(stderr, "%s:%u: %s\n", path, line,
                    n > LINE_MAX_BYTES ? "the line is too long" : err.text);
            code = CLI_FAILED;
        } else if (r->n >= CUSTOMERS_MAX) {
            code = cli_fail("%s: more than %d customers", path, CUSTOMERS_MAX);
        } else {
            take(r, &l);
        }
    }
    td_arena_free(&scratch);
    return code;
}

static int by_time(const void *a, const void *b) {
    const struct customer *x = *(struct customer *const *)a, *y = *(struct customer *const *)b;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* The day is what was recorded: whole hours around it. */
static void fill(struct recording *r) {
    struct day *d = r->day;
    int64_t from = r->v[0]->at / HOUR_MS * HOUR_MS;
    int64_t hours = (r->v[r->n - 1]->at - from) / HOUR_MS + 1;
    hours = hours > 24 * 14 ? 24 * 14 : hours;
    d->recorded_from_ms = from;
    d->hours.v[0] = (struct day_span){0, (uint32_t)hours * 60};
    for (size_t i = 0; i < d->streams.n; i++) {
        struct day_stream *s = &d->streams.v[i];
        s->recorded = TD_ARENA_ARRAY(r->c->arena, struct sim_arrival, r->n + 1);
    }
    for (size_t i = 0; i < r->n; i++) {
        const struct customer *x = r->v[i];
        struct day_stream *s = &d->streams.v[x->stream];
        double at = (double)(x->at - from) / 1000;
        if (at < (double)hours * 3600)
            s->recorded[s->n_recorded++] = (struct sim_arrival){at, x->handle_s, x->patience_s};
    }
}

int day_load_recording(struct cli *c, struct day *day, const char *path) {
    struct recording r = {.c = c, .day = day};
    struct td_str text = {NULL, 0};
    text.p = day_read_file(c, path, FILE_MAX, &text.n);
    if (!text.p)
        return CLI_FAILED;
    map_init(&r.by_work, 1);
    int code = read_lines(&r, path, text);
    map_fini(&r.by_work);
    if (!code && !r.n)
        code = cli_fail("%s: nobody arrives in it on a channel of %s; record a day with: tandemctl "
                        "tail --kind fact",
                        path, day->path);
    if (code)
        return code;
    if (r.foreign)
        fprintf(stderr, "%s: %zu customers of other channels than those of %s are left out\n", path,
                r.foreign, day->path);
    qsort(r.v, r.n, sizeof(struct customer *), by_time);
    fill(&r);
    return CLI_OK;
}
