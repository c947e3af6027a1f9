#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/text.h"

#include <inttypes.h>
#include <stdio.h>

struct picture {
    struct td_str leader; /* "": nobody leads */
    struct td_str term, pos, format;
    uint64_t batch, lag;
    int64_t dead, memory_bytes, memory_max_bytes;
    struct td_str redis_version;
    size_t agents, presence[PR_NOT_RESPONDING + 1];
    size_t work[WS_N], open;
    struct chan *chans;
    size_t n_chans;
};

struct position {
    struct cli *c;
    struct picture *p;
    bool done;
};

static void on_position(void *arg, int rc, struct td_str pos, uint64_t lag) {
    struct position *w = arg;
    w->done = true;
    if (!rc) {
        w->p->pos = td_arena_dup(w->c->arena, pos);
        w->p->lag = lag;
    }
    loop_stop(w->c->loop);
}

/* The value of "name:value" in a section of INFO. */
static struct td_str info(struct td_str text, const char *name) {
    size_t n = strlen(name);
    while (text.n) {
        const char *end = memchr(text.p, '\n', text.n);
        size_t line = end ? (size_t)(end - text.p) : text.n;
        if (line > n && memcmp(text.p, name, n) == 0 && text.p[n] == ':') {
            struct td_str value = {text.p + n + 1, line - n - 1};
            if (value.n && value.p[value.n - 1] == '\r')
                value.n--;
            return value;
        }
        line += end != NULL;
        text = (struct td_str){text.p + line, text.n - line};
    }
    return (struct td_str){NULL, 0};
}

static int64_t number(struct td_str s) {
    uint64_t v;
    return td_str_to_u64(s, &v) ? (int64_t)v : 0;
}

static bool read_redis(struct cli *c, struct picture *p) {
    const struct redis_reply *lease = cli_call(c, CLI_ARGV(TD_STR("GET"), cli_key(c, "lease")));
    const struct redis_reply *fence = cli_call(c, CLI_ARGV(TD_STR("HMGET"), cli_key(c, "fence"),
                                                           TD_STR("term"), TD_STR("batch"),
                                                           TD_STR("format")));
    const struct redis_reply *dead = cli_call(c, CLI_ARGV(TD_STR("XLEN"), cli_key(c, "dead")));
    if (!lease || !fence || !dead)
        return false;
    struct td_str holder = redis_str(lease);
    const char *bar = holder.n ? memchr(holder.p, '|', holder.n) : NULL;
    p->leader = (struct td_str){holder.p, bar ? (size_t)(bar - holder.p) : holder.n};
    p->term = redis_str(redis_at(fence, 0));
    p->batch = (uint64_t)redis_int(redis_at(fence, 1));
    p->format = redis_str(redis_at(fence, 2));
    p->dead = redis_int(dead);
    /* Not every Redis that one may use allows INFO. */
    struct td_str server = redis_str(cli_try(c, CLI_ARGV(TD_STR("INFO"), TD_STR("server")), 0));
    struct td_str memory = redis_str(cli_try(c, CLI_ARGV(TD_STR("INFO"), TD_STR("memory")), 0));
    p->redis_version = info(server, "redis_version");
    p->memory_bytes = number(info(memory, "used_memory"));
    p->memory_max_bytes = number(info(memory, "maxmemory"));
    return true;
}

static bool read_entities_of(struct cli *c, struct picture *p) {
    struct cli_items agents, work, chans;
    if (!cli_read_all(c, EK_AGENT, &agents) || !cli_read_all(c, EK_WORK, &work) ||
        !cli_read_all(c, EK_CHAN, &chans))
        return false;
    for (size_t i = 0; i < agents.n; i++) {
        struct agent a;
        if (!cli_unpack(c, &rec_agent, agents.v[i].bytes, &a) || a.disabled)
            continue;
        p->agents++;
        p->presence[a.presence]++;
    }
    for (size_t i = 0; i < work.n; i++) {
        struct work w;
        if (!cli_unpack(c, &rec_work, work.v[i].bytes, &w))
            continue;
        p->open++;
        p->work[w.state]++;
    }
    p->chans = TD_ARENA_ARRAY(c->arena, struct chan, chans.n);
    for (size_t i = 0; i < chans.n; i++)
        p->n_chans += cli_unpack(c, &rec_chan, chans.v[i].bytes, &p->chans[p->n_chans]);
    return true;
}

/* "2 available, 1 paused" */
static void put_counts(const size_t *counts, const char *const *names, size_t n, size_t skip) {
    bool any = false;
    for (size_t i = 0; i < n; i++)
        if (counts[i] && i != skip) {
            printf("%s%zu %s", any ? ", " : "", counts[i], names[i]);
            any = true;
        }
}

static void print_people(struct cli *c, const struct picture *p) {
    if (p->leader.n)
        printf("Leader    %.*s, term %.*s, batch %" PRIu64 "\n", TD_FMT(p->leader),
               TD_FMT(td_str_cut(p->term, 16)), p->batch);
    else
        printf("Leader    none: no tandemd applies commands\n");
    printf("Inbox     %" PRIu64 " waiting\n", p->lag);
    printf("Redis     %.*s at %s, %.1f MiB", TD_FMT(p->redis_version), c->redis_url,
           (double)p->memory_bytes / (1 << 20));
    if (p->memory_max_bytes)
        printf(" of %.1f", (double)p->memory_max_bytes / (1 << 20));
    printf("\nAgents    %zu logins", p->agents);
    if (p->agents > p->presence[PR_OUT]) {
        fputs(": ", stdout);
        put_counts(p->presence, presence_names, PR_NOT_RESPONDING + 1, PR_OUT);
    }
    printf("\nWork      %zu open", p->open);
    if (p->open) {
        fputs(": ", stdout);
        put_counts(p->work, work_state_names, WS_N, WS_N);
    }
    putchar('\n');
    for (size_t i = 0; i < p->n_chans; i++) {
        const struct chan *chan = &p->chans[i];
        struct td_str error = text_line(c->arena, chan->error, 120);
        printf("%s%.*s %.*s%s%s%s%.*s\n", i ? "          " : "Channels  ", TD_FMT(chan->id),
               TD_FMT(chan->state), chan->paused ? ", paused" : "", chan->held ? ", held" : "",
               error.n ? ": " : "", TD_FMT(error));
    }
    if (p->dead)
        printf("Dead      %" PRId64 " commands could not be applied: tandemctl dead\n", p->dead);
}

static void print_json(const struct picture *p) {
    struct buf b;
    struct json_out j;
    buf_init(&b, 1 << 20);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_bool(&j, "leading", p->leader.n > 0);
    json_key_str(&j, "leader", p->leader);
    json_key_str(&j, "term", p->term);
    json_key_u64(&j, "batch", p->batch);
    json_key_str(&j, "position", p->pos);
    json_key_u64(&j, "inbox_waiting", p->lag);
    json_key_i64(&j, "dead", p->dead);
    json_key_str(&j, "redis_version", p->redis_version);
    json_key_i64(&j, "redis_memory_bytes", p->memory_bytes);
    json_key_i64(&j, "redis_memory_max_bytes", p->memory_max_bytes);
    json_key_u64(&j, "agents", p->agents);
    json_put_key(&j, "presence");
    json_obj_begin(&j);
    for (size_t i = 0; i <= PR_NOT_RESPONDING; i++)
        json_key_u64(&j, presence_names[i], p->presence[i]);
    json_obj_end(&j);
    json_put_key(&j, "work");
    json_obj_begin(&j);
    json_key_u64(&j, "open", p->open);
    for (size_t i = 0; i < WS_N; i++)
        json_key_u64(&j, work_state_names[i], p->work[i]);
    json_obj_end(&j);
    json_put_key(&j, "channels");
    json_arr_begin(&j);
    for (size_t i = 0; i < p->n_chans; i++)
        json_put_record(&j, &rec_chan, &p->chans[i], JSON_FOR_STAFF);
    json_arr_end(&j);
    json_obj_end(&j);
    text_print_json(&b);
    buf_fini(&b);
}

int cmd_status(struct cli *c) {
    struct picture p = {.leader = {NULL, 0}};
    if (cli_find(c) || cli_open(c) || !read_redis(c, &p) || !read_entities_of(c, &p))
        return CLI_FAILED;
    struct position w = {.c = c, .p = &p};
    if (!read_position(c->store, on_position, &w))
        cli_run(c, &w.done, CLI_DEADLINE_MS);
    if (c->json)
        print_json(&p);
    else
        print_people(c, &p);
    return p.leader.n ? CLI_OK : CLI_FAILED;
}
