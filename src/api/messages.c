/* GET /v1/conversations/:id/messages?before=&after=&limit=: lines of the log, oldest first, and
 * what became of those sent and of files that are fetched. Without before and after: the newest. */
#include "api/resources.h"

enum { LIMIT = 50, LIMIT_MAX = 200, PAGE_MAX = 32 << 20 };

struct page {
    struct call *c;
    uint64_t conv, from, to, last;
    bool sent;            /* some of them may have a delivery */
    struct td_strs media; /* keys of what becomes of their files */
    struct buf b;
    struct json_out j;
};

static void page_begin(struct page *p) {
    buf_init(&p->b, PAGE_MAX);
    json_begin(&p->j, &p->b);
    json_obj_begin(&p->j);
    json_put_key(&p->j, "messages");
    json_arr_begin(&p->j);
}

static void page_end(struct page *p) {
    struct buf b = p->b; /* the page lives in the call */
    struct json_out j = {.out = &b, .comma = p->j.comma};
    json_key_u64(&j, "last", p->last);
    json_obj_end(&j);
    call_json(p->c, 200, &b);
    buf_fini(&b);
}

static bool going(struct page *p, int rc) {
    if (p->c->r && p->c->api && !rc)
        return true;
    buf_fini(&p->b);
    call_read_ok(p->c, rc);
    return false;
}

static void on_deliveries(void *arg, int rc, const struct read_item *v, size_t n) {
    struct page *p = arg;
    if (!going(p, rc))
        return;
    for (size_t i = 0; i < n; i++) {
        struct delivery d;
        if (!record_unpack(p->c->a, &rec_delivery, v[i].bytes, &d, NULL) && d.seq >= p->from &&
            d.seq <= p->to)
            json_put_record(&p->j, &rec_delivery, &d, JSON_FOR_STAFF);
    }
    json_arr_end(&p->j);
    page_end(p);
}

static void put_deliveries(struct page *p) {
    json_arr_end(&p->j);
    json_put_key(&p->j, "deliveries");
    json_arr_begin(&p->j);
    if (!p->sent) {
        json_arr_end(&p->j);
        page_end(p);
        return;
    }
    int rc = read_deliveries(p->c->api->e->store, p->conv, on_deliveries, p);
    if (rc)
        going(p, rc);
}

static void on_media(void *arg, int rc, const struct read_item *v, size_t n) {
    struct page *p = arg;
    if (!going(p, rc))
        return;
    for (size_t i = 0; i < n; i++)
        call_put_stored(p->c, &p->j, &rec_media, v[i].bytes, NULL);
    put_deliveries(p);
}

/* Its provider keeps some of its files, or did. */
static void note_media(struct page *p, const struct td_message *m) {
    for (size_t i = 0; i < m->attachments.n; i++) {
        if (m->attachments.v[i].sha256.n || !m->attachments.v[i].url.n)
            continue;
        p->media.v[p->media.n++] = td_arena_printf(
            p->c->a, "%llu/%llu", (unsigned long long)m->conv, (unsigned long long)m->seq);
        return;
    }
}

static void on_log(void *arg, int rc, const struct read_item *v, size_t n) {
    struct page *p = arg;
    if (!call_read_ok(p->c, rc))
        return;
    page_begin(p);
    p->media.v = TD_ARENA_ARRAY(p->c->a, struct td_str, n);
    for (size_t i = 0; i < n; i++) {
        void *message;
        if (!call_put_stored(p->c, &p->j, &rec_message, v[i].bytes, &message))
            continue;
        p->sent |= ((struct td_message *)message)->direction == TD_OUT;
        note_media(p, message);
    }
    json_arr_end(&p->j);
    json_put_key(&p->j, "media");
    json_arr_begin(&p->j);
    if (!p->media.n) {
        put_deliveries(p);
        return;
    }
    rc = read_entities(p->c->api->e->store, EK_MEDIA, p->media.v, p->media.n, on_media, p);
    if (rc)
        going(p, rc);
}

void messages_range(uint64_t seq, uint64_t before, uint64_t after, bool has_after, uint64_t limit,
                    uint64_t *from, uint64_t *to) {
    if (has_after) {
        *from = after + 1;
        *to = seq - (after < seq ? after : seq) > limit ? after + limit : seq;
        return;
    }
    *to = before && before <= seq ? before - 1 : seq;
    *from = *to > limit ? *to - limit + 1 : 1;
}

static void found(struct call *c, const struct conv *conv, const struct work *work) {
    struct page *p = TD_ARENA_NEW(c->a, struct page);
    struct td_str after_text = call_query(c, "after");
    uint64_t before, after = 0, limit;
    bool has_after = after_text.n && !memchr(after_text.p, '-', after_text.n);
    (void)work;
    if (!call_number(c, "before", 0, UINT64_MAX, &before) ||
        !call_number(c, "limit", LIMIT, LIMIT_MAX, &limit) ||
        (has_after && !call_number(c, "after", 0, INT64_MAX, &after)))
        return;
    p->c = c;
    p->conv = conv->id;
    p->last = conv->seq;
    messages_range(conv->seq, before, after, has_after, limit ? limit : 1, &p->from, &p->to);
    if (p->from > p->to)
        on_log(p, TD_OK, NULL, 0);
    else
        call_started(c, read_log(c->api->e->store, conv->id, p->from, p->to, on_log, p));
}

void messages_list(struct call *c) {
    conversation_find(c, found);
}
