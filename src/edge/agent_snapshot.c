/* Happy path: joined to live events (which wait in c->waiting) → replay from the ring, or a
 * snapshot from Redis in parts → what waited and is newer → LIVE. Failure: Redis away → tried again
 * each second; too much waiting → closed with 4408, the browser comes back. */
#include "base/list.h"
#include "base/mem.h"
#include "codec/frame_out.h"
#include "codec/json_out.h"
#include "edge/agent_conn.h"

#include <stdio.h>

enum { PART_ITEMS = 200, PART_MAX = 4 << 20, RETRY_MS = 1000 };

/* "<ms>-<seq>-<index>": numerically, since their digits are not padded. */
static int event_cmp(struct td_str a, struct td_str b) {
    for (int part = 0; part < 3; part++) {
        uint64_t x = 0, y = 0;
        size_t i = 0, k = 0;
        for (; i < a.n && a.p[i] != '-'; i++)
            x = x * 10 + (uint64_t)(a.p[i] - '0');
        for (; k < b.n && b.p[k] != '-'; k++)
            y = y * 10 + (uint64_t)(b.p[k] - '0');
        if (x != y)
            return x < y ? -1 : 1;
        a = i < a.n ? (struct td_str){a.p + i + 1, a.n - i - 1} : (struct td_str){0};
        b = k < b.n ? (struct td_str){b.p + k + 1, b.n - k - 1} : (struct td_str){0};
    }
    return 0;
}

static bool next_waiting(struct td_str *left, struct td_str *id, struct td_str *frame) {
    struct td_str *const parts[] = {id, frame};
    for (int i = 0; i < 2; i++) {
        uint64_t n;
        if (!str_get_varint(left, &n) || n > left->n)
            return false;
        *parts[i] = (struct td_str){left->p, n};
        *left = (struct td_str){left->p + n, left->n - n};
    }
    return true;
}

static void go_live(struct agent_conn *c, struct td_str covered) {
    struct td_str left = buf_str(&c->waiting), id, frame;
    c->state = CONN_LIVE;
    while (c->socket && left.n && next_waiting(&left, &id, &frame))
        if (!id.n || event_cmp(id, covered) > 0)
            conn_send(c, frame);
    buf_fini(&c->waiting);
    buf_init(&c->waiting, 0);
}

/* ---- resume ---- */

struct replay {
    struct agent_conn *c;
    char last[65];
};

static void on_replayed(void *arg, struct td_str id, const struct event *ev) {
    struct replay *r = arg;
    struct td_str frame = fanout_frame(r->c->e->fanout, id, ev, &r->c->viewer);
    if (frame.n)
        conn_send(r->c, frame);
    snprintf(r->last, sizeof r->last, "%.*s", TD_FMT(id));
}

static void begin_resumed(struct agent_conn *c) {
    struct td_str last = tail_last(c->e->tail), term = tail_term(c->e->tail);
    struct buf b;
    struct json_out j;
    buf_init(&b, 1024);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "t", TD_STR("resumed"));
    json_key_str(&j, "event", last);
    json_key_str(&j, "term", term);
    json_obj_end(&j);
    conn_send(c, buf_str(&b));
    buf_fini(&b);
}

static void ignore_event(void *arg, struct td_str id, const struct event *ev) {
    (void)arg, (void)id, (void)ev;
}

static bool resume(struct agent_conn *c) {
    struct td_str term = td_str_of(c->term), event = td_str_of(c->event);
    struct replay r = {.c = c};
    snprintf(r.last, sizeof r.last, "%s", c->event);
    if (!event.n || tail_replay(c->e->tail, term, event, ignore_event, NULL))
        return false;
    begin_resumed(c);
    tail_replay(c->e->tail, term, event, on_replayed, &r);
    go_live(c, td_str_of(r.last));
    return true;
}

/* ---- snapshot ---- */

static uint32_t item_entity(const struct read_item *item, struct td_str *key) {
    size_t i = 0;
    uint32_t n = 0;
    while (i < item->key.n && item->key.p[i] != ':')
        n = n * 10 + (uint32_t)(item->key.p[i++] - '0');
    *key = i < item->key.n ? (struct td_str){item->key.p + i + 1, item->key.n - i - 1}
                           : (struct td_str){0};
    return n;
}

/* Conversations are seen by whoever sees their work. */
static bool seen(struct agent_conn *c, struct td_arena *a, const struct read_item *v, size_t n,
                 size_t at) {
    struct td_str k, other;
    uint32_t entity = item_entity(&v[at], &k);
    struct work w;
    if (entity != EK_WORK && entity != EK_CONV)
        return true;
    if (c->viewer.role != ROLE_AGENT)
        return true;
    if (entity == EK_WORK)
        return !record_unpack(a, &rec_work, v[at].bytes, &w, NULL) &&
               viewer_sees_item(&c->viewer, &w);
    for (size_t i = 0; i < n; i++) { /* the reader puts a conversation behind its work */
        size_t near = at > i ? at - i - 1 : n;
        if (near < n && item_entity(&v[near], &other) == EK_WORK && td_str_eq(other, k))
            return !record_unpack(a, &rec_work, v[near].bytes, &w, NULL) &&
                   viewer_sees_item(&c->viewer, &w);
    }
    return false;
}

static void part_begin(struct buf *b, bool first) {
    buf_reset(b);
    buf_printf(b, "{\"t\":\"snapshot\",\"first\":%s,\"items\":[", first ? "true" : "false");
}

static void part_end(struct agent_conn *c, struct buf *b, bool last, struct td_str event,
                     struct td_str term) {
    buf_printf(b, "],\"last\":%s", last ? "true" : "false");
    if (last)
        buf_printf(b, ",\"event\":\"%.*s\",\"term\":\"%.*s\"", TD_FMT(event), TD_FMT(term));
    buf_putc(b, '}');
    if (!buf_rc(b))
        conn_send(c, buf_str(b));
}

static void send_parts(struct agent_conn *c, struct td_str event, struct td_str term,
                       const struct read_item *v, size_t n) {
    struct td_arena *a = td_arena_new();
    struct buf b;
    size_t in_part = 0;
    bool first = true;
    buf_init(&b, PART_MAX);
    part_begin(&b, first);
    for (size_t i = 0; i < n && c->socket; i++) {
        struct td_str key;
        uint32_t entity = item_entity(&v[i], &key);
        size_t before = b.n;
        if (!v[i].bytes.n || !entity_name(entity) || !seen(c, a, v, n, i))
            continue;
        if (in_part)
            buf_putc(&b, ',');
        if (frame_item(a, &b, entity, key, v[i].bytes)) {
            b.n = before; /* quarantined: the engine has raised the alarm */
            b.rc = TD_OK;
        } else {
            in_part++;
        }
        td_arena_reset(a);
        if (in_part == PART_ITEMS) {
            part_end(c, &b, false, event, term);
            first = false;
            in_part = 0;
            part_begin(&b, first);
        }
    }
    part_end(c, &b, true, event, term);
    buf_fini(&b);
    td_arena_free(&a);
}

static void on_retry(struct loop_timer *t) {
    struct agent_conn *c = CONTAINER_OF(t, struct agent_conn, hello_timer);
    loop_timer_stop(t);
    conn_load(c);
}

static void on_snapshot(void *arg, int rc, struct td_str event, struct td_str term,
                        const struct read_item *v, size_t n) {
    struct agent_conn *c = arg;
    if (c->socket && c->state == CONN_LOADING) {
        if (rc) {
            loop_timer_start(c->e->loop, &c->hello_timer, RETRY_MS, 0, on_retry);
        } else {
            send_parts(c, event, term, v, n);
            go_live(c, event);
        }
    }
    conn_unref(c);
}

void conn_load(struct agent_conn *c) {
    c->state = CONN_LOADING;
    if (resume(c))
        return;
    c->event[0] = '\0'; /* a second load, after a reset, starts from nothing */
    c->refs++;
    if (read_snapshot(c->e->store, on_snapshot, c)) {
        c->refs--;
        loop_timer_start(c->e->loop, &c->hello_timer, RETRY_MS, 0, on_retry);
    }
}
