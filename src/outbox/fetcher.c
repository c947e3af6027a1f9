/* Happy path: an attachment waits and its time has come → its turn → fetched and stored → media.in
 * is durable → the event says that it waits no more.
 *
 * Failure modes: it could not be fetched: told as well, and the event brings its next time. The
 * inbox does not take it: again. The list cannot be read, or the events have a gap: read again.
 * More wait than are kept here: the rest is read when these are done. */
#include "outbox/fetcher.h"

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "outbox/fetch.h"
#include "store/failpoint.h"
#include "store/read.h"

#include <assert.h>
#include <tandem/log.h>

#define AT_ONCE 2 /* each may hold a whole file in memory */
#define JOBS_MAX 1000
#define RETRY_MS 500
#define FETCH_MS 120000

enum step { JOB_RESTING, JOB_WAITING, JOB_FETCHING, JOB_TELLING };

struct job { /* one attachment */
    struct fetcher *all;
    struct td_arena *arena;
    struct td_str key; /* "<conv>/<seq>/<index>" */
    struct td_str url, type;
    uint64_t conv, seq, version; /* version: of the record, as seen last */
    uint32_t index;
    int64_t next_at;
    bool waits;   /* by the newest version */
    bool settled; /* told what the version said to do; a newer one says what is next */
    enum step step;
    struct list link; /* among those whose turn comes */
    struct loop_timer timer;
    struct fetch *fetch;
    struct td_arena *result_arena;
    struct media_in result;
    bool appending;
};
struct fetcher {
    struct fetcher_options o;
    struct map jobs;
    struct list turn;
    size_t fetching, appending;
    bool reading, more, stopping;
    struct tail_sub sub;
    struct loop_timer retry, stop;
    void (*stopped)(void *arg);
    void *stopped_arg;
};

static void pump(struct fetcher *f);
static void tell(struct job *j);
static void read_list(struct fetcher *f);
static void try_stopped(struct fetcher *f);

static struct loop *loop_of(const struct fetcher *f) {
    return store_loop(f->o.store);
}

static void job_free(struct job *j) {
    map_del(&j->all->jobs, j->key);
    list_del(&j->link);
    loop_timer_stop(&j->timer);
    fetch_cancel(&j->fetch);
    td_arena_free(&j->result_arena);
    td_arena_free(&j->arena);
    mem_free(j);
}

/* ---- whose turn it is ---- */

static void on_due(struct loop_timer *t) {
    struct job *j = CONTAINER_OF(t, struct job, timer);
    j->step = JOB_WAITING;
    list_push(&j->all->turn, &j->link);
    pump(j->all);
}

/* Nothing is under way: what does the newest version say? */
static void settle(struct job *j) {
    struct fetcher *f = j->all;
    j->step = JOB_RESTING;
    if (f->stopping)
        return;
    if (!j->waits) {
        job_free(j);
        if (f->more && f->jobs.n < JOBS_MAX / 2)
            read_list(f);
        return;
    }
    if (j->settled)
        return; /* told; the event comes */
    int64_t after = j->next_at - loop_wall_ms();
    loop_timer_start(loop_of(f), &j->timer, after > 0 ? after : 0, 0, on_due);
}

/* ---- fetching ---- */

static void on_fetched(void *arg, const struct fetch_result *r) {
    struct job *j = arg;
    struct fetcher *f = j->all;
    j->fetch = NULL;
    f->fetching--;
    failpoint("media.after_store");
    j->result_arena = td_arena_new();
    j->result = (struct media_in){
        .channel = f->o.channel->id,
        .conv = j->conv,
        .seq = j->seq,
        .index = j->index,
        .term = f->o.term,
        .sha256 = td_arena_dup(j->result_arena, td_str_of(r->sha256)),
        .type = td_arena_dup(j->result_arena, td_str_cut(r->type, 255)),
        .error = td_arena_dup(j->result_arena, td_str_cut(td_str_of(r->error), 1000)),
        .bytes = r->bytes,
        .temporary = r->temporary};
    if (!r->sha256[0])
        td_log(TD_WARN, "media", "an attachment was not fetched",
               "channel=\"%.*s\" conv=%llu seq=%llu index=%u why=\"%s\"", TD_FMT(f->o.channel->id),
               (unsigned long long)j->conv, (unsigned long long)j->seq, j->index, r->error);
    j->step = JOB_TELLING;
    tell(j);
    pump(f);
    try_stopped(f);
}

static bool allows_private(const struct config_channel *c) {
    return td_connector_setting(c->connector, "allow_private") &&
           td_settings_number(c->settings, "allow_private");
}

static void pump(struct fetcher *f) {
    while (!f->stopping && f->fetching < AT_ONCE && !list_empty(&f->turn)) {
        struct job *j = CONTAINER_OF(f->turn.next, struct job, link);
        const struct config_channel *c = f->o.channel;
        list_del(&j->link);
        j->step = JOB_FETCHING;
        f->fetching++;
        j->fetch = fetch_start(&(struct fetch_options){.loop = loop_of(f),
                                                       .http = f->o.http,
                                                       .blobs = f->o.blobs,
                                                       .provider = c->connector->provider,
                                                       .settings = c->settings,
                                                       .allow_private = allows_private(c),
                                                       .max_bytes = c->media_max,
                                                       .timeout_ms = FETCH_MS},
                               j->url, j->type, on_fetched, j);
    }
}

/* ---- telling ---- */

static void on_tell_again(struct loop_timer *t) {
    tell(CONTAINER_OF(t, struct job, timer));
}

static void on_append(void *arg, int rc, struct td_str inbox_id) {
    struct job *j = arg;
    struct fetcher *f = j->all;
    (void)inbox_id;
    j->appending = false;
    f->appending--;
    if (rc == TD_OK) {
        td_arena_free(&j->result_arena);
        settle(j);
    } else if (!f->stopping) {
        loop_timer_start(loop_of(f), &j->timer, RETRY_MS, 0, on_tell_again);
    }
    try_stopped(f);
}

static void tell(struct job *j) {
    struct fetcher *f = j->all;
    struct command c = {.actor_kind = A_CONNECTOR, .actor = f->o.channel->id};
    struct td_arena *a = td_arena_new();
    j->settled = true;
    int rc = command_make(a, &c, CMD_MEDIA_IN, &j->result);
    if (rc == TD_OK)
        rc = inbox_append(f->o.inbox, &c, on_append, j);
    td_arena_free(&a);
    j->appending = rc == TD_OK;
    f->appending += j->appending;
    if (rc != TD_OK && !f->stopping)
        loop_timer_start(loop_of(f), &j->timer, RETRY_MS, 0, on_tell_again);
}

/* ---- what waits ---- */

static struct job *job_new(struct fetcher *f, struct td_str key, const struct media *m,
                           const struct media_item *item) {
    struct job *j = MEM_NEW(struct job);
    j->all = f;
    j->arena = td_arena_new();
    j->key = td_arena_dup(j->arena, key);
    j->url = td_arena_dup(j->arena, item->url);
    j->type = td_arena_dup(j->arena, item->type);
    j->conv = m->conv;
    j->seq = m->seq;
    j->index = item->index;
    list_init(&j->link);
    map_put(&f->jobs, j->key, j);
    return j;
}

static void learn_item(struct fetcher *f, const struct media *m, const struct media_item *item) {
    char text[64];
    snprintf(text, sizeof text, "%llu/%llu/%u", (unsigned long long)m->conv,
             (unsigned long long)m->seq, item->index);
    struct td_str key = td_str_of(text);
    struct job *j = map_get(&f->jobs, key);
    bool waits = item->state == MEDIA_WAITING;
    if (!j && waits && f->jobs.n >= JOBS_MAX) {
        f->more = true;
        return;
    }
    if (!j && !waits)
        return;
    if (!j)
        j = job_new(f, key, m, item);
    if (m->version <= j->version)
        return;
    j->version = m->version;
    /* A version of another attachment's making changes nothing of what was told of this one. */
    bool same = j->settled && j->waits == waits && j->next_at == item->next_at;
    j->settled = same;
    j->waits = waits;
    j->next_at = item->next_at;
    if (j->step == JOB_RESTING)
        settle(j);
}

static void learn(struct fetcher *f, struct td_str bytes) {
    struct td_arena *a = td_arena_new();
    struct media m;
    if (bytes.n && record_unpack(a, &rec_media, bytes, &m, NULL) == TD_OK &&
        td_str_eq(m.channel, f->o.channel->id))
        for (size_t i = 0; i < m.items.n; i++)
            learn_item(f, &m, &m.items.v[i]);
    td_arena_free(&a);
}

static void on_event(struct tail_sub *sub, struct td_str id, const struct event *ev) {
    (void)id;
    if (ev->kind == EV_ENTITY && ev->entity == EK_MEDIA)
        learn(CONTAINER_OF(sub, struct fetcher, sub), ev->body);
}

/* ---- the list ---- */

static void on_read_timer(struct loop_timer *t) {
    read_list(CONTAINER_OF(t, struct fetcher, retry));
}

static void list_read(struct fetcher *f, int rc) {
    f->reading = false;
    if (rc != TD_OK && !f->stopping)
        loop_timer_start(loop_of(f), &f->retry, RETRY_MS, 0, on_read_timer);
    try_stopped(f);
}

static void on_records(void *arg, int rc, const struct read_item *v, size_t n) {
    struct fetcher *f = arg;
    for (size_t i = 0; rc == TD_OK && !f->stopping && i < n; i++)
        learn(f, v[i].bytes);
    list_read(f, rc);
}

static void on_keys(void *arg, int rc, const struct read_item *v, size_t n) {
    struct fetcher *f = arg;
    if (rc == TD_OK && n > 0 && !f->stopping) {
        struct td_arena *a = td_arena_new();
        struct td_str *keys = TD_ARENA_ARRAY(a, struct td_str, n);
        for (size_t i = 0; i < n; i++)
            keys[i] = v[i].key;
        f->more = n >= JOBS_MAX;
        rc = read_entities(f->o.store, EK_MEDIA, keys, n, on_records, f);
        td_arena_free(&a);
        if (rc == TD_OK)
            return;
    }
    list_read(f, rc);
}

static void read_list(struct fetcher *f) {
    if (f->reading)
        return;
    f->more = false;
    f->reading = read_fetch(f->o.store, f->o.channel->id, JOBS_MAX, on_keys, f) == TD_OK;
    if (!f->reading)
        loop_timer_start(loop_of(f), &f->retry, RETRY_MS, 0, on_read_timer);
}

static void on_reset(struct tail_sub *sub) {
    read_list(CONTAINER_OF(sub, struct fetcher, sub));
}

/* ---- life ---- */

struct fetcher *fetcher_new(const struct fetcher_options *o) {
    struct fetcher *f = MEM_NEW(struct fetcher);
    *f = (struct fetcher){.o = *o, .sub = {.on_event = on_event, .on_reset = on_reset}};
    map_init(&f->jobs, 0);
    list_init(&f->turn);
    tail_subscribe(o->tail, &f->sub);
    read_list(f);
    return f;
}

static void on_stopped(struct loop_timer *t) {
    struct fetcher *f = CONTAINER_OF(t, struct fetcher, stop);
    void (*stopped)(void *) = f->stopped;
    f->stopped = NULL;
    stopped(f->stopped_arg); /* f may be gone */
}

static void try_stopped(struct fetcher *f) {
    if (f->stopped && !f->appending && !f->reading)
        loop_defer(loop_of(f), &f->stop, on_stopped);
}

void fetcher_stop(struct fetcher *f, void (*done)(void *arg), void *arg) {
    struct job *j;
    f->stopping = true;
    f->stopped = done;
    f->stopped_arg = arg;
    tail_unsubscribe(f->o.tail, &f->sub);
    loop_timer_stop(&f->retry);
    for (size_t i = 0; (j = map_next(&f->jobs, &i));) {
        loop_timer_stop(&j->timer);
        fetch_cancel(&j->fetch);
    }
    try_stopped(f);
}

void fetcher_free(struct fetcher **fp) {
    struct fetcher *f = *fp;
    struct job *j;
    if (!f)
        return;
    assert(!f->appending && !f->reading);
    loop_timer_stop(&f->retry);
    loop_timer_stop(&f->stop);
    for (;;) {
        size_t i = 0;
        if (!(j = map_next(&f->jobs, &i)))
            break;
        job_free(j);
    }
    map_fini(&f->jobs);
    mem_free(f);
    *fp = NULL;
}
