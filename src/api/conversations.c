/* GET /v1/conversations, /v1/conversations/:id, /v1/contacts/:id/conversations. */
#include "api/listing.h"
#include "api/resources.h"

enum { LIMIT = 50, LIMIT_MAX = 200 };

/* ---- one ---- */

struct finding {
    struct call *c;
    void (*found)(struct call *c, const struct conv *conv, const struct work *work);
    void *conv, *work;
    struct td_str id;
};

static void on_policy(void *arg, int rc, const struct read_item *v, size_t n) {
    struct finding *f = arg;
    void *policy = NULL;
    if (!call_read_ok(f->c, rc))
        return;
    if (n)
        call_put_stored(f->c, NULL, &rec_policy, td_arena_dup(f->c->a, v[0].bytes), &policy);
    if (listing_sees(&f->c->viewer, policy, f->conv, f->work))
        f->found(f->c, f->conv, f->work);
    else
        call_not_found(f->c);
}

static void on_work(void *arg, int rc, const struct read_item *v, size_t n) {
    struct finding *f = arg;
    if (!call_read_ok(f->c, rc))
        return;
    if (n)
        call_put_stored(f->c, NULL, &rec_work, td_arena_dup(f->c->a, v[0].bytes), &f->work);
    if (listing_sees(&f->c->viewer, NULL, f->conv, f->work))
        f->found(f->c, f->conv, f->work);
    else if (f->work)
        call_not_found(f->c);
    else /* the channel's queue decides */
        call_started(f->c, read_all(f->c->api->e->store, EK_POLICY, on_policy, f));
}

static void on_conv(void *arg, int rc, const struct read_item *v, size_t n) {
    struct finding *f = arg;
    if (!call_read_ok(f->c, rc))
        return;
    if (!n || !call_put_stored(f->c, NULL, &rec_conv, td_arena_dup(f->c->a, v[0].bytes), &f->conv))
        call_not_found(f->c);
    else
        call_started(f->c, read_entities(f->c->api->e->store, EK_WORK, &f->id, 1, on_work, f));
}

void conversation_find(struct call *c, void (*found)(struct call *c, const struct conv *conv,
                                                     const struct work *work)) {
    struct finding *f = TD_ARENA_NEW(c->a, struct finding);
    uint64_t id;
    *f = (struct finding){.c = c, .found = found, .id = call_param(c, "id")};
    if (!td_str_to_u64(f->id, &id) || f->id.p[0] == '0')
        call_not_found(c);
    else
        call_started(c, read_entities(c->api->e->store, EK_CONV, &f->id, 1, on_conv, f));
}

static void found_one(struct call *c, const struct conv *conv, const struct work *work) {
    struct buf b;
    struct json_out j;
    buf_init(&b, 1 << 20);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_put_key(&j, "conversation");
    listing_put_row(&j, conv, work);
    json_obj_end(&j);
    call_json(c, 200, &b);
    buf_fini(&b);
}

void conversations_get(struct call *c) {
    conversation_find(c, found_one);
}

/* ---- lists ---- */

static void answer_list(struct listing *l) {
    struct buf b;
    buf_init(&b, l->rows.n + 256);
    buf_puts(&b, "{\"conversations\":[");
    buf_put_str(&b, buf_str(&l->rows));
    buf_puts(&b, "]");
    if (l->next)
        buf_printf(&b, ",\"before\":%lld", (long long)l->next);
    buf_puts(&b, "}");
    if (buf_rc(&l->rows))
        b.rc = buf_rc(&l->rows);
    buf_fini(&l->rows);
    call_json(l->c, 200, &b);
    buf_fini(&b);
}

static void start_list(struct call *c, struct td_str index) {
    struct listing *l = TD_ARENA_NEW(c->a, struct listing);
    uint64_t before, limit;
    if (!call_number(c, "before", 0, INT64_MAX, &before) ||
        !call_number(c, "limit", LIMIT, LIMIT_MAX, &limit))
        return;
    *l = (struct listing){.c = c,
                          .index = index,
                          .before = (int64_t)before,
                          .limit = limit ? limit : 1,
                          .done = answer_list};
    listing_start(l);
}

/* What a view shows beyond that is decided row by row: listing_sees. */
static const struct view {
    const char *name, *index;
} views[] = {{"all", "open"}, {"queues", "open"}, {"closed", "closed"}, {"mine", NULL}};

static bool index_of(struct call *c, struct td_str *index) {
    struct td_str view = call_query(c, "view"), queue = call_query(c, "queue");
    uint64_t contact;
    if (!call_number(c, "contact", 0, INT64_MAX, &contact))
        return false;
    if (contact) {
        *index = td_arena_printf(c->a, "contact:%llu", (unsigned long long)contact);
        return true;
    }
    if (queue.n) {
        *index = td_arena_printf(c->a, "queue:%.*s", TD_FMT(queue));
        return true;
    }
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        if (view.n ? !td_str_eqz(view, views[i].name) : i > 0)
            continue;
        *index = views[i].index ? td_str_of(views[i].index)
                                : td_arena_printf(c->a, "agent:%s", c->viewer.id);
        return true;
    }
    call_error(c, 400, "invalid", "view", "view: expected all, queues, mine or closed");
    return false;
}

void conversations_list(struct call *c) {
    struct td_str index;
    if (index_of(c, &index))
        start_list(c, index);
}

void contacts_conversations(struct call *c) {
    uint64_t id;
    if (td_str_to_u64(call_param(c, "id"), &id))
        start_list(c, td_arena_printf(c->a, "contact:%llu", (unsigned long long)id));
    else
        call_not_found(c);
}
