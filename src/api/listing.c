/* Happy path: policy (agents only) → a piece of the index → its conversations → their work → rows;
 * again until the page is full, the index ends, or so much was looked at that the caller had better
 * ask again. */
#include "api/listing.h"

enum { ASK_EXTRA = 32, ASK_MAX = 8192, SCAN_MAX = 2000, ROWS_MAX = 16 << 20 };

bool listing_sees(const struct viewer *v, const struct policy *p, const struct conv *conv,
                  const struct work *work) {
    if (v->role != ROLE_AGENT || td_str_eqz(conv->last_agent, v->id))
        return true;
    if (work)
        return viewer_sees_item(v, work) || td_str_eqz(work->preferred, v->id);
    /* Closed long ago: its channel's queue stands for the one it was in. */
    const struct channel_policy *channel = p ? policy_channel(p, conv->channel) : NULL;
    return channel && channel->queue.n &&
           viewer_sees_work(v, channel->queue, (struct td_str){NULL, 0});
}

void listing_put_row(struct json_out *j, const struct conv *conv, const struct work *work) {
    json_obj_begin(j);
    json_put_members(j, &rec_conv, conv, JSON_FOR_STAFF);
    if (work) {
        json_put_key(j, "work");
        json_put_record(j, &rec_work, work, JSON_FOR_STAFF);
    }
    json_obj_end(j);
}

static void ask_index(struct listing *l);

static void end(struct listing *l, int64_t next) {
    l->next = next;
    l->done(l);
}

/* The call's arena is gone when the peer is: the rows' buffer goes first. */
static bool going(struct listing *l, int rc) {
    if (l->c->r && l->c->api && !rc)
        return true;
    buf_fini(&l->rows);
    call_read_ok(l->c, rc);
    return false;
}

/* ---- rows ---- */

static void put_row(struct listing *l, const struct listed *at, struct td_str work_bytes) {
    void *conv, *work = NULL;
    struct json_out j;
    if (!call_put_stored(l->c, NULL, &rec_conv, at->conv, &conv))
        return; /* a call has none */
    call_put_stored(l->c, NULL, &rec_work, work_bytes, &work);
    if (!listing_sees(&l->c->viewer, l->policy, conv, work))
        return;
    json_begin(&j, &l->rows);
    if (l->n++)
        buf_putc(&l->rows, ',');
    listing_put_row(&j, conv, work);
}

static void on_works(void *arg, int rc, const struct read_item *v, size_t n) {
    struct listing *l = arg;
    int64_t last = 0;
    if (!going(l, rc))
        return;
    for (size_t i = 0; i < l->n_ids && i < n; i++) {
        if (l->n >= l->limit && l->ids[i].score != last) {
            end(l, last);
            return;
        }
        put_row(l, &l->ids[i], v[i].bytes);
        last = l->ids[i].score;
    }
    l->before = last;
    l->scanned += l->n_ids;
    if (l->index_ended)
        end(l, 0);
    else if (l->n >= l->limit || l->scanned >= SCAN_MAX)
        end(l, last);
    else
        ask_index(l);
}

static struct td_str *keys_of(struct listing *l) {
    struct td_str *keys = TD_ARENA_ARRAY(l->c->a, struct td_str, l->n_ids);
    for (size_t i = 0; i < l->n_ids; i++)
        keys[i] = l->ids[i].id;
    return keys;
}

static void on_convs(void *arg, int rc, const struct read_item *v, size_t n) {
    struct listing *l = arg;
    if (!going(l, rc))
        return;
    for (size_t i = 0; i < l->n_ids && i < n; i++)
        l->ids[i].conv = td_arena_dup(l->c->a, v[i].bytes);
    rc = read_entities(l->c->api->e->store, EK_WORK, keys_of(l), l->n_ids, on_works, l);
    if (rc)
        going(l, rc);
}

/* ---- the index ---- */

/* Of equal scores the last of a piece may not be all: they are left for the next piece. */
static size_t whole(const struct listing *l, size_t n) {
    size_t keep = n;
    if (n < l->ask)
        return n;
    while (keep && l->ids[keep - 1].score == l->ids[n - 1].score)
        keep--;
    return keep;
}

static void on_index(void *arg, int rc, const struct read_item *v, size_t n) {
    struct listing *l = arg;
    if (!going(l, rc))
        return;
    l->ids = TD_ARENA_ARRAY(l->c->a, struct listed, n);
    for (size_t i = 0; i < n; i++) {
        uint64_t score = 0;
        td_str_to_u64(v[i].bytes, &score);
        l->ids[i] = (struct listed){.id = td_arena_dup(l->c->a, v[i].key), .score = (int64_t)score};
    }
    l->index_ended = n < l->ask;
    l->n_ids = whole(l, n);
    if (!l->n_ids && !l->index_ended && l->ask < ASK_MAX) {
        l->ask *= 4;
        ask_index(l);
        return;
    }
    if (!l->n_ids)
        l->n_ids = n; /* more of one instant than anybody reads */
    if (!l->n_ids) {
        end(l, 0);
        return;
    }
    rc = read_entities(l->c->api->e->store, EK_CONV, keys_of(l), l->n_ids, on_convs, l);
    if (rc)
        going(l, rc);
}

static void ask_index(struct listing *l) {
    int rc = read_index(l->c->api->e->store, l->index, l->before, l->ask, on_index, l);
    if (rc)
        going(l, rc);
}

static void on_policy(void *arg, int rc, const struct read_item *v, size_t n) {
    struct listing *l = arg;
    void *policy = NULL;
    if (!going(l, rc))
        return;
    if (n)
        call_put_stored(l->c, NULL, &rec_policy, td_arena_dup(l->c->a, v[0].bytes), &policy);
    l->policy = policy;
    ask_index(l);
}

void listing_start(struct listing *l) {
    buf_init(&l->rows, ROWS_MAX);
    l->ask = l->limit + ASK_EXTRA;
    if (l->c->viewer.role != ROLE_AGENT) {
        ask_index(l);
        return;
    }
    int rc = read_all(l->c->api->e->store, EK_POLICY, on_policy, l);
    if (rc)
        going(l, rc);
}
