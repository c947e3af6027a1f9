/* Happy path: link up → AUTH, CLIENT SETNAME, PING, ROLE → up; then replies settle the oldest
 * pending command. Failures: the link goes down, a deadline passes or the handshake is refused →
 * every pending command is settled with NULL, then a new link after a jittered pause. */
#include "io/redis.h"

#include "base/list.h"
#include "base/mem.h"
#include "io/redis_link.h"

#include <stdio.h>
#include <uv.h>

#define BACKOFF_MIN_MS 20
#define BACKOFF_MAX_MS 1000
#define LOADING_MS 50 /* between questions whether Redis has loaded its data */

struct pending { /* one redis_send, or what is left of a redis_send_raw */
    redis_cb *cb;
    void *arg;
    size_t replies;
    int64_t deadline;
};

enum state { WAITING, CONNECTING, HANDSHAKE, UP };

struct channel {
    struct list link;
    struct td_str name;
};

struct redis {
    struct loop *loop;
    struct redis_options o;
    char *url, *user, *password, *name;
    struct redis_link *link;
    enum state state;
    bool freed;
    unsigned refs; /* the owner, and callbacks under way */
    unsigned hello_left;
    bool loading;
    int64_t backoff_ms, deadline; /* of the handshake */
    int64_t watch_due;
    struct loop_timer retry, watch;
    struct pending *ring; /* a power of two */
    size_t head, n, cap;
    struct list channels;
    char why[128];
};

static void start_connect(struct redis *r);

static int64_t now_ms(const struct redis *r) {
    return (int64_t)uv_now(loop_uv(r->loop));
}

/* ---- commands in flight ---- */

static void push(struct redis *r, const struct pending *p) {
    if (r->n == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 64;
        struct pending *ring = mem_alloc(cap * sizeof *ring);
        for (size_t i = 0; i < r->n; i++)
            ring[i] = r->ring[(r->head + i) & (r->cap - 1)];
        mem_free(r->ring);
        r->ring = ring;
        r->cap = cap;
        r->head = 0;
    }
    r->ring[(r->head + r->n++) & (r->cap - 1)] = *p;
}

static void unref(struct redis *r) {
    if (--r->refs > 0)
        return;
    mem_free(r->ring);
    LIST_EACH_SAFE(pos, tmp, &r->channels) {
        mem_free((char *)(uintptr_t)CONTAINER_OF(pos, struct channel, link)->name.p);
        mem_free(CONTAINER_OF(pos, struct channel, link));
    }
    mem_free(r->url);
    mem_free(r->user);
    mem_free(r->password);
    mem_free(r->name);
    mem_free(r);
}

/* The ring is taken away first: a callback may send again (refused, it is down) or free us. */
static void settle_all(struct redis *r) {
    struct pending *ring = r->ring;
    size_t head = r->head, n = r->n, cap = r->cap;
    r->ring = NULL;
    r->head = r->n = r->cap = 0;
    for (size_t i = 0; i < n; i++) {
        struct pending *p = &ring[(head + i) & (cap - 1)];
        if (p->cb)
            p->cb(p->arg, NULL);
    }
    mem_free(ring);
}

/* ---- time ---- */

static void on_watch(struct loop_timer *t);

/* Commands are answered in order: a later one cannot be due before an earlier one, so the oldest is
 * all there is to watch. */
static void watch(struct redis *r) {
    int64_t due = r->state == CONNECTING || r->state == HANDSHAKE ? r->deadline
                  : r->n                                          ? r->ring[r->head].deadline
                                                                  : 0;
    if (due && (!r->watch.uv || due < r->watch_due)) {
        r->watch_due = due;
        loop_timer_start(r->loop, &r->watch, due - now_ms(r) + 1, 0, on_watch);
    }
}

static int64_t next_deadline(const struct redis *r, int64_t block_ms) {
    int64_t due = now_ms(r) + r->o.timeout_ms + block_ms;
    if (r->n) {
        int64_t before = r->ring[(r->head + r->n - 1) & (r->cap - 1)].deadline;
        if (before > due)
            due = before;
    }
    return due;
}

/* ---- up and down ---- */

static void on_retry(struct loop_timer *t) {
    start_connect(CONTAINER_OF(t, struct redis, retry));
}

static void schedule_retry(struct redis *r) {
    uint32_t random;
    loop_random(&random, sizeof random);
    int64_t wait = r->backoff_ms / 2 + (int64_t)(random % (uint32_t)(r->backoff_ms / 2 + 1));
    r->backoff_ms = r->backoff_ms * 2 < BACKOFF_MAX_MS ? r->backoff_ms * 2 : BACKOFF_MAX_MS;
    loop_timer_start(r->loop, &r->retry, wait, 0, on_retry);
}

static void go_down(struct redis *r, const char *why) {
    bool was_up = r->state == UP;
    snprintf(r->why, sizeof r->why, "%s", why);
    redis_link_close(&r->link);
    loop_timer_stop(&r->watch);
    loop_timer_stop(&r->retry);
    r->state = WAITING;
    r->refs++;
    settle_all(r);
    if (!r->freed && was_up && r->o.on_state)
        r->o.on_state(r->o.owner, false);
    /* A callback may have reset it: that has scheduled already. */
    if (!r->freed && r->state == WAITING && !r->retry.uv)
        schedule_retry(r);
    unref(r);
}

static void on_watch(struct loop_timer *t) {
    struct redis *r = CONTAINER_OF(t, struct redis, watch);
    int64_t now = now_ms(r);
    if (r->state == CONNECTING || r->state == HANDSHAKE) {
        if (now >= r->deadline)
            go_down(r, r->loading ? "Redis is loading its data" : "connecting timed out");
        else
            watch(r);
    } else if (r->n && now >= r->ring[r->head].deadline) {
        go_down(r, "a command timed out");
    } else {
        watch(r);
    }
}

static void subscribe_all(struct redis *r) {
    LIST_EACH(pos, &r->channels)
    REDIS_FORMAT(redis_link_out(r->link), TD_STR("SUBSCRIBE"),
                 CONTAINER_OF(pos, struct channel, link)->name);
    redis_link_kick(r->link);
}

static void go_up(struct redis *r) {
    r->state = UP;
    r->backoff_ms = BACKOFF_MIN_MS;
    r->why[0] = '\0';
    loop_timer_stop(&r->watch);
    subscribe_all(r);
    if (r->o.on_state)
        r->o.on_state(r->o.owner, true);
}

/* ---- the handshake ---- */

static void ask_ready(struct loop_timer *t) {
    struct redis *r = CONTAINER_OF(t, struct redis, retry);
    REDIS_FORMAT(redis_link_out(r->link), TD_STR("PING"));
    REDIS_FORMAT(redis_link_out(r->link), TD_STR("ROLE"));
    r->hello_left = 2;
    r->loading = false;
    redis_link_kick(r->link);
}

static void on_link_up(void *owner) {
    struct redis *r = owner;
    struct buf *out = redis_link_out(r->link);
    r->state = HANDSHAKE;
    unsigned extra = 0;
    if (r->password && r->user)
        REDIS_FORMAT(out, TD_STR("AUTH"), td_str_of(r->user), td_str_of(r->password));
    else if (r->password)
        REDIS_FORMAT(out, TD_STR("AUTH"), td_str_of(r->password));
    extra += r->password != NULL;
    if (r->name) {
        REDIS_FORMAT(out, TD_STR("CLIENT"), TD_STR("SETNAME"), td_str_of(r->name));
        extra++;
    }
    ask_ready(&r->retry);
    r->hello_left += extra;
}

static void on_hello(struct redis *r, const struct redis_reply *reply) {
    bool is_role = r->hello_left == 1, is_ping = r->hello_left == 2;
    r->hello_left--;
    if (redis_error_is(reply, "LOADING") || redis_error_is(reply, "BUSY")) {
        r->loading = true;
    } else if (redis_is(reply, R_ERROR) && !is_role) {
        /* NOAUTH, WRONGPASS, NOPERM. An ACL without ROLE is fine. */
        char why[sizeof r->why];
        snprintf(why, sizeof why, "%.*s", TD_FMT(reply->s));
        r->backoff_ms = BACKOFF_MAX_MS;
        go_down(r, why);
        return;
    }
    if (is_ping && !r->loading)
        r->deadline = now_ms(r) + r->o.timeout_ms;
    if (!is_role)
        return;
    if (r->loading) { /* seconds for a large data set: ask again on this connection */
        r->deadline = now_ms(r) + r->o.timeout_ms;
        loop_timer_start(r->loop, &r->retry, LOADING_MS, 0, ask_ready);
    } else if (td_str_eq(redis_str(redis_at(reply, 0)), TD_STR("slave"))) {
        r->backoff_ms = BACKOFF_MAX_MS;
        go_down(r, "this Redis is a replica");
    } else {
        go_up(r);
    }
}

static void on_push(struct redis *r, const struct redis_reply *reply) {
    if (r->o.on_message && td_str_eq(redis_str(redis_at(reply, 0)), TD_STR("message")))
        r->o.on_message(r->o.owner, redis_str(redis_at(reply, 1)), redis_str(redis_at(reply, 2)));
}

static void on_link_reply(void *owner, const struct redis_reply *reply) {
    struct redis *r = owner;
    r->refs++;
    if (r->state != UP) {
        on_hello(r, reply);
    } else if (r->n == 0) {
        on_push(r, reply);
    } else {
        struct pending *p = &r->ring[r->head];
        redis_cb *cb = p->cb;
        void *arg = p->arg;
        if (--p->replies == 0) {
            r->head = (r->head + 1) & (r->cap - 1);
            r->n--;
        }
        if (cb)
            cb(arg, reply);
    }
    unref(r);
}

static void on_link_down(void *owner, const char *why) {
    go_down(owner, why);
}

static const struct redis_link_ops link_ops = {on_link_up, on_link_reply, on_link_down};

static void start_connect(struct redis *r) {
    r->state = CONNECTING;
    r->loading = false;
    r->deadline = now_ms(r) + r->o.timeout_ms;
    r->link = redis_link_open(r->loop, r->url, &link_ops, r);
    watch(r);
}

/* ---- the interface ---- */

static char *copy(const char *s) {
    return s ? mem_dup(s, strlen(s)) : NULL;
}

struct redis *redis_new(struct loop *l, const struct redis_options *o) {
    struct redis *r = MEM_NEW(struct redis);
    r->loop = l;
    r->o = *o;
    r->url = copy(o->url);
    r->user = copy(o->user);
    r->password = copy(o->password);
    r->name = copy(o->name);
    r->refs = 1;
    r->backoff_ms = BACKOFF_MIN_MS;
    list_init(&r->channels);
    start_connect(r);
    return r;
}

void redis_free(struct redis **r) {
    if (!*r)
        return;
    struct redis *x = *r;
    *r = NULL;
    x->freed = true;
    go_down(x, "closed");
    unref(x);
}

bool redis_up(const struct redis *r) {
    return r->state == UP;
}

const char *redis_why(const struct redis *r) {
    return r->why;
}

void redis_reset(struct redis *r) {
    go_down(r, "reset");
}

int redis_send_raw(struct redis *r, struct td_str bytes, size_t n, redis_cb *cb, void *arg) {
    if (r->state != UP)
        return TD_ECONN;
    if (r->n >= r->o.max_pending)
        return TD_EFULL;
    struct buf *out = redis_link_out(r->link);
    if (buf_put_str(out, bytes) != TD_OK) {
        out->rc = TD_OK;
        return TD_EFULL;
    }
    push(r, &(struct pending){cb, arg, n, next_deadline(r, 0)});
    watch(r);
    redis_link_kick(r->link);
    return TD_OK;
}

int redis_send(struct redis *r, size_t argc, const struct td_str *argv, int64_t block_ms,
               redis_cb *cb, void *arg) {
    if (r->state != UP)
        return TD_ECONN;
    if (r->n >= r->o.max_pending)
        return TD_EFULL;
    struct buf *out = redis_link_out(r->link);
    size_t before = out->n;
    redis_format(out, argc, argv);
    if (buf_rc(out) != TD_OK) { /* half a command must not leave */
        out->n = before;
        out->rc = TD_OK;
        return TD_EFULL;
    }
    push(r, &(struct pending){cb, arg, 1, next_deadline(r, block_ms)});
    watch(r);
    redis_link_kick(r->link);
    return TD_OK;
}

void redis_subscribe(struct redis *r, struct td_str channel) {
    struct channel *c = MEM_NEW(struct channel);
    c->name = (struct td_str){mem_dup(channel.p, channel.n), channel.n};
    list_push(&r->channels, &c->link);
    if (r->state != UP)
        return;
    REDIS_FORMAT(redis_link_out(r->link), TD_STR("SUBSCRIBE"), c->name);
    redis_link_kick(r->link);
}
