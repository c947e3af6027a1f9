/* GET /v1/stats: the figures of model/stats.h over a stretch of time, summed by queue, channel or
 * agent, whole or in steps.
 *
 * Happy path: parameters → a piece of the quarters' hashes, added up by step and id → the next
 * piece … → the answer. Bounds: a month of quarters, STATS_ROWS_MAX rows. */
#include "model/stats.h"
#include "api/resources.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/keys.h"

#include <stdlib.h>

enum { PIECE = 96, DAYS_MAX = 31, STATS_ROWS_MAX = 20000 };
#define DAY_MS INT64_C(86400000)

struct stats_row {
    int64_t at;
    struct td_str id, key;
    int64_t sums[STAT_N];
};

struct stats_call {
    struct call *c;
    struct stats_query q;
    int64_t next; /* the quarter after the piece under way */
    int64_t reading;
    size_t left; /* replies of the piece */
    struct map by_key;
    struct stats_row **rows;
    size_t n, cap;
    bool full;
};

/* ---- parameters ---- */

static bool family_of(struct td_str by, enum stat_family *out) {
    for (uint32_t i = 0; i < SF_N; i++)
        if (td_str_eqz(by, stat_family_names[i])) {
            *out = (enum stat_family)i;
            return true;
        }
    return false;
}

const char *stats_query_check(struct stats_query *q, struct td_str by) {
    if (!family_of(by, &q->by))
        return "by: expected queue, channel or agent";
    if (q->step_ms % STAT_QUARTER_MS)
        return "step: expected a multiple of 900, in seconds";
    if (q->to <= q->from)
        return "to: expected a time after from";
    q->from -= q->from % STAT_QUARTER_MS;
    q->to += (STAT_QUARTER_MS - q->to % STAT_QUARTER_MS) % STAT_QUARTER_MS;
    if (q->to - q->from > DAYS_MAX * DAY_MS)
        return "to: at most 31 days after from";
    return NULL;
}

int64_t stats_step_of(const struct stats_query *q, int64_t quarter) {
    return q->step_ms ? quarter - (quarter - q->from) % q->step_ms : q->from;
}

/* ---- adding up ---- */

/* Agents are shown their own figures and those of their queues. */
static bool sees(const struct stats_call *s, struct td_str id) {
    const struct viewer *v = &s->c->viewer;
    if (v->role != ROLE_AGENT)
        return true;
    if (s->q.by == SF_AGENT)
        return td_str_eqz(id, v->id);
    return s->q.by == SF_QUEUE && viewer_sees_work(v, id, (struct td_str){NULL, 0});
}

static struct stats_row *row_of(struct stats_call *s, int64_t at, struct td_str id) {
    struct td_str key = td_arena_printf(s->c->a, "%lld:%.*s", (long long)at, TD_FMT(id));
    struct stats_row *row = map_get(&s->by_key, key);
    if (row)
        return row;
    if (s->n == STATS_ROWS_MAX) {
        s->full = true;
        return NULL;
    }
    row = TD_ARENA_NEW(s->c->a, struct stats_row);
    row->at = at;
    row->key = key;
    row->id = td_arena_dup(s->c->a, id);
    map_put(&s->by_key, row->key, row);
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 256;
        s->rows = mem_realloc(s->rows, s->cap * sizeof(struct stats_row *));
    }
    return s->rows[s->n++] = row;
}

static bool number_of(struct td_str text, int64_t *out) {
    bool minus = text.n && text.p[0] == '-';
    uint64_t n;
    if (!td_str_to_u64((struct td_str){text.p + minus, text.n - minus}, &n) || n > INT64_MAX)
        return false;
    *out = minus ? -(int64_t)n : (int64_t)n;
    return true;
}

static void take_hash(struct stats_call *s, const struct redis_reply *reply) {
    int64_t at = stats_step_of(&s->q, s->reading), by;
    struct stats_row *row = NULL;
    for (size_t i = 0; i + 1 < reply->n && !s->full; i += 2) {
        struct stat_field f;
        if (!stat_field_parse(redis_str(reply->v[i]), &f) || f.family != s->q.by ||
            !sees(s, f.id) || !number_of(redis_str(reply->v[i + 1]), &by))
            continue;
        if (!row || !td_str_eq(row->id, f.id)) /* fields of one id stand together as they came */
            row = row_of(s, at, f.id);
        if (row)
            row->sums[f.stat] += by;
    }
}

/* ---- the answer ---- */

static int by_time_and_id(const void *x, const void *y) {
    const struct stats_row *a = *(struct stats_row *const *)x, *b = *(struct stats_row *const *)y;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return td_str_cmp(a->id, b->id);
}

void stats_put_row(struct json_out *j, int64_t at, struct td_str id, const int64_t sums[STAT_N]) {
    struct stat_figure figures[STAT_FIGURES];
    unsigned n = stats_derive(sums, figures);
    char text[32];
    json_obj_begin(j);
    json_key_i64(j, "at", at);
    json_key_str(j, "id", id);
    json_put_key(j, "counts");
    json_obj_begin(j);
    for (size_t i = 0; i < STAT_N; i++)
        if (sums[i])
            json_key_i64(j, stat_names[i], sums[i]);
    json_obj_end(j);
    json_put_key(j, "figures");
    json_obj_begin(j);
    for (unsigned i = 0; i < n; i++) {
        int len = snprintf(text, sizeof text, "%.6g", figures[i].value);
        json_put_key(j, figures[i].name);
        json_put_raw(j, (struct td_str){text, (size_t)len});
    }
    json_obj_end(j);
    json_obj_end(j);
}

static void drop(struct stats_call *s) {
    map_fini(&s->by_key);
    mem_free(s->rows);
    s->rows = NULL;
}

static void answer(struct stats_call *s) {
    struct buf b;
    struct json_out j;
    if (s->n)
        qsort(s->rows, s->n, sizeof(struct stats_row *), by_time_and_id);
    buf_init(&b, 32 << 20);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_i64(&j, "from", s->q.from);
    json_key_i64(&j, "to", s->q.to);
    json_key_str(&j, "by", td_str_of(stat_family_names[s->q.by]));
    json_key_i64(&j, "step", s->q.step_ms / 1000);
    json_put_key(&j, "rows");
    json_arr_begin(&j);
    for (size_t i = 0; i < s->n; i++)
        stats_put_row(&j, s->rows[i]->at, s->rows[i]->id, s->rows[i]->sums);
    json_arr_end(&j);
    json_obj_end(&j);
    drop(s);
    call_json(s->c, 200, &b);
    buf_fini(&b);
}

/* ---- reading ---- */

static void read_piece(struct stats_call *s);

/* Once per quarter of the piece, or once with NULL. */
static void on_hash(void *arg, const struct redis_reply *reply) {
    struct stats_call *s = arg;
    if (reply) {
        take_hash(s, reply);
        s->reading += STAT_QUARTER_MS;
        if (--s->left)
            return;
    }
    if (!s->c->r || !s->c->api || !reply || s->full) {
        drop(s); /* before the call, which may go now, and its arena with it */
        bool full = s->full;
        if (call_read_ok(s->c, reply ? TD_OK : TD_ECONN) && full)
            call_error(s->c, 400, "invalid", "step",
                       "step: that is more than 20000 rows; ask for a longer step or less time");
        return;
    }
    if (s->next < s->q.to)
        read_piece(s);
    else
        answer(s);
}

static void read_piece(struct stats_call *s) {
    struct store *store = s->c->api->e->store;
    struct buf b;
    buf_init(&b, 1 << 20);
    s->reading = s->next;
    for (s->left = 0; s->left < PIECE && s->next < s->q.to; s->left++, s->next += STAT_QUARTER_MS)
        REDIS_FORMAT(&b, TD_STR("HGETALL"), key_stats(s->c->a, store_tenant(store), s->next));
    int rc = redis_send_raw(store_redis(store), buf_str(&b), s->left, on_hash, s);
    buf_fini(&b);
    if (rc)
        drop(s);
    call_started(s->c, rc);
}

void stats_get(struct call *c) {
    struct stats_call *s = TD_ARENA_NEW(c->a, struct stats_call);
    uint64_t now = (uint64_t)loop_wall_ms(), from, to, step;
    if (!call_number(c, "to", now, INT64_MAX / 2, &to) ||
        !call_number(c, "from", to > (uint64_t)DAY_MS ? to - (uint64_t)DAY_MS : 0, INT64_MAX / 2,
                     &from) ||
        !call_number(c, "step", 0, DAYS_MAX * 86400, &step))
        return;
    s->c = c;
    s->q = (struct stats_query){
        .from = (int64_t)from, .to = (int64_t)to, .step_ms = (int64_t)step * 1000};
    const char *bad = stats_query_check(&s->q, call_query(c, "by"));
    if (bad) {
        struct td_str field = {bad, strcspn(bad, ":")};
        call_error(c, 400, "invalid", td_arena_printf(c->a, "%.*s", TD_FMT(field)).p, bad);
        return;
    }
    if (s->q.by == SF_CHANNEL && c->viewer.role == ROLE_AGENT) {
        call_error(c, 403, "forbidden", NULL, "Figures of channels are for supervisors.");
        return;
    }
    map_init(&s->by_key, 0);
    s->next = s->q.from;
    read_piece(s);
}
