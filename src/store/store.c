/* The main connection, the liveness key of this process, and how full Redis is. */
#include "store/store.h"

#include "base/list.h"
#include "base/mem.h"
#include "store/keys.h"
#include "store/snapshot.h"

#include <stdio.h>
#include <tandem/log.h>

#define COMMAND_TIMEOUT_MS 5000
#define MAX_PENDING 100000
#define ALIVE_EVERY_MS 1000
#define ALIVE_TTL_MS "3000"
#define DEFAULT_MAX_LAG 200000

struct store {
    struct loop *loop;
    char *url, *user, *password, *tenant, *process;
    size_t max_lag;
    unsigned replicas;
    struct redis *redis;
    struct store_watch *watches;
    struct snapshots *snapshots;
    struct loop_timer alive;
    struct td_arena *arena; /* of what lives as long as the store */
    struct td_str process_key;
    unsigned memory_percent;
    bool memory_alarm;
};

static char *copy(const char *s) {
    return s ? mem_dup(s, strlen(s)) : NULL;
}

/* "used_memory:1234\r\n" */
static uint64_t info_number(struct td_str text, const char *name) {
    size_t n = strlen(name);
    const char *p = text.p, *end = text.p + text.n;
    while (p && p + n < end) {
        if (memcmp(p, name, n) == 0 && p[n] == ':') {
            const char *digits = p + n + 1, *at = digits;
            while (at < end && *at >= '0' && *at <= '9')
                at++;
            uint64_t value = 0;
            td_str_to_u64((struct td_str){digits, (size_t)(at - digits)}, &value);
            return value;
        }
        p = memchr(p, '\n', (size_t)(end - p));
        p = p ? p + 1 : NULL;
    }
    return 0;
}

static void on_info(void *arg, const struct redis_reply *reply) {
    struct store *s = arg;
    if (!redis_is(reply, R_STR))
        return;
    uint64_t max = info_number(reply->s, "maxmemory");
    s->memory_percent = max ? (unsigned)(info_number(reply->s, "used_memory") * 100 / max) : 0;
    bool alarm = s->memory_percent >= STORE_MEMORY_ALARM_PERCENT;
    if (alarm != s->memory_alarm)
        td_log(alarm ? TD_ERROR : TD_INFO, "store",
               alarm ? "Redis is filling up" : "Redis has room again", "percent=%u",
               s->memory_percent);
    s->memory_alarm = alarm;
}

static void say_alive(struct store *s) {
    REDIS_SEND(s->redis, NULL, NULL, TD_STR("SET"), s->process_key, TD_STR("1"), TD_STR("PX"),
               TD_STR(ALIVE_TTL_MS));
    REDIS_SEND(s->redis, on_info, s, TD_STR("INFO"), TD_STR("memory"));
}

static void on_alive(struct loop_timer *t) {
    say_alive(CONTAINER_OF(t, struct store, alive));
}

static void on_state(void *owner, bool up) {
    struct store *s = owner;
    if (up)
        say_alive(s); /* at once: a leader that waits for this key must not think us gone */
    td_log(up ? TD_INFO : TD_WARN, "store", up ? "connected to Redis" : "lost Redis", "why=\"%s\"",
           redis_why(s->redis));
    for (struct store_watch *w = s->watches, *next; w; w = next) {
        next = w->next;
        w->cb(w, up);
    }
}

struct redis *store_connect(struct store *s, const char *what, const struct redis_options *o) {
    char name[192];
    snprintf(name, sizeof name, "tandem:%s:%s", s->process, what);
    for (char *p = name; *p; p++)
        if (*p <= ' ' || *p > '~')
            *p = '_'; /* CLIENT SETNAME takes no others */
    struct redis_options all = *o;
    all.url = s->url;
    all.user = s->user;
    all.password = s->password;
    all.name = name;
    if (!all.timeout_ms)
        all.timeout_ms = COMMAND_TIMEOUT_MS;
    if (!all.max_pending)
        all.max_pending = MAX_PENDING;
    return redis_new(s->loop, &all);
}

struct store *store_new(struct loop *l, const struct store_options *o) {
    struct store *s = MEM_NEW(struct store);
    s->loop = l;
    s->url = copy(o->redis_url);
    s->user = copy(o->redis_user);
    s->password = copy(o->redis_password);
    s->tenant = copy(o->tenant);
    s->process = copy(o->process);
    s->max_lag = o->max_lag ? o->max_lag : DEFAULT_MAX_LAG;
    s->replicas = o->replicas;
    s->arena = td_arena_new();
    s->process_key = key_process(s->arena, s->tenant, td_str_of(s->process));
    s->redis = store_connect(s, "main", &(struct redis_options){.on_state = on_state, .owner = s});
    loop_timer_start(l, &s->alive, ALIVE_EVERY_MS, ALIVE_EVERY_MS, on_alive);
    return s;
}

void store_free(struct store **s) {
    if (!*s)
        return;
    struct store *x = *s;
    *s = NULL;
    loop_timer_stop(&x->alive);
    snapshots_free(&x->snapshots);
    redis_free(&x->redis);
    td_arena_free(&x->arena);
    mem_free(x->url);
    mem_free(x->user);
    mem_free(x->password);
    mem_free(x->tenant);
    mem_free(x->process);
    mem_free(x);
}

bool store_up(const struct store *s) {
    return redis_up(s->redis);
}

struct loop *store_loop(struct store *s) {
    return s->loop;
}

const char *store_process(const struct store *s) {
    return s->process;
}

const char *store_tenant(const struct store *s) {
    return s->tenant;
}

size_t store_max_lag(const struct store *s) {
    return s->max_lag;
}

unsigned store_replicas(const struct store *s) {
    return s->replicas;
}

struct redis *store_redis(struct store *s) {
    return s->redis;
}

struct snapshots **store_snapshots(struct store *s) {
    return &s->snapshots;
}

unsigned store_memory_percent(const struct store *s) {
    return s->memory_percent;
}

void store_watch(struct store *s, struct store_watch *w) {
    w->next = s->watches;
    s->watches = w;
}

void store_unwatch(struct store *s, struct store_watch *w) {
    for (struct store_watch **p = &s->watches; *p; p = &(*p)->next)
        if (*p == w) {
            *p = w->next;
            return;
        }
}
