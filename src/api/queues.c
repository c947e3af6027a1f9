/* GET /v1/queues: as the settings have them, and how many open conversations and calls each has. */
#include "api/resources.h"
#include "store/keys.h"

struct queues {
    struct call *c;
    struct policy *policy;
    uint64_t *open;
    size_t at;
};

static const struct record *rec_queue(void) {
    for (size_t i = 0; i < rec_policy.n_fields; i++)
        if (!strcmp(rec_policy.fields[i].name, "queues"))
            return rec_policy.fields[i].rec;
    return NULL;
}

static void answer_queues(struct queues *q) {
    struct buf b;
    struct json_out j;
    const struct record *r = rec_queue();
    buf_init(&b, 4 << 20);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_put_key(&j, "queues");
    json_arr_begin(&j);
    for (size_t i = 0; i < q->policy->queues.n; i++) {
        json_obj_begin(&j);
        json_put_members(&j, r, &q->policy->queues.v[i], JSON_FOR_STAFF);
        json_key_u64(&j, "open", q->open[i]);
        json_obj_end(&j);
    }
    json_arr_end(&j);
    json_obj_end(&j);
    call_json(q->c, 200, &b);
    buf_fini(&b);
}

/* Once per queue, or once with NULL. */
static void on_count(void *arg, const struct redis_reply *reply) {
    struct queues *q = arg;
    bool last = !reply || q->at + 1 == q->policy->queues.n;
    if (reply)
        q->open[q->at++] = redis_is(reply, R_INT) ? (uint64_t)reply->i : 0;
    if (last && call_read_ok(q->c, reply ? TD_OK : TD_ECONN))
        answer_queues(q);
}

static int count_all(struct queues *q) {
    struct store *s = q->c->api->e->store;
    struct buf b;
    buf_init(&b, 4 << 20);
    for (size_t i = 0; i < q->policy->queues.n; i++) {
        struct td_str index = td_arena_printf(q->c->a, "queue:%.*s",
                                              TD_FMT(q->policy->queues.v[i].id));
        REDIS_FORMAT(&b, TD_STR("ZCARD"), key_index(q->c->a, store_tenant(s), index));
    }
    int rc = redis_send_raw(store_redis(s), buf_str(&b), q->policy->queues.n, on_count, q);
    buf_fini(&b);
    return rc;
}

static void on_policy(void *arg, int rc, const struct read_item *v, size_t n) {
    struct queues *q = arg;
    void *policy;
    if (!call_read_ok(q->c, rc))
        return;
    if (!n ||
        !call_put_stored(q->c, NULL, &rec_policy, td_arena_dup(q->c->a, v[0].bytes), &policy)) {
        call_error(q->c, 503, "unavailable", NULL, "The settings are not committed yet.");
        return;
    }
    q->policy = policy;
    q->open = TD_ARENA_ARRAY(q->c->a, uint64_t, q->policy->queues.n);
    if (q->policy->queues.n)
        call_started(q->c, count_all(q));
    else
        answer_queues(q);
}

void queues_list(struct call *c) {
    struct queues *q = TD_ARENA_NEW(c->a, struct queues);
    q->c = c;
    call_started(c, read_all(c->api->e->store, EK_POLICY, on_policy, q));
}
