/* Who is here and what waits: agents, queues, channels. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/text.h"

#include <stdio.h>
#include <stdlib.h>

/* All of a kind, unpacked, in order of their ids. */
static bool read_list(struct cli *c, uint32_t entity, const struct record *r, void **out,
                      size_t *n) {
    struct cli_items items;
    if (cli_find(c) || cli_open(c) || !cli_read_all(c, entity, &items))
        return false;
    *n = 0;
    *out = td_arena_alloc(c->arena, items.n * r->size);
    for (size_t i = 0; i < items.n; i++)
        *n += cli_unpack(c, r, items.v[i].bytes, (char *)*out + *n * r->size);
    return true;
}

static void print_records(const struct record *r, const void *v, size_t n) {
    struct buf b;
    struct json_out j;
    buf_init(&b, 64 << 20);
    json_begin(&j, &b);
    json_arr_begin(&j);
    for (size_t i = 0; i < n; i++)
        json_put_record(&j, r, (const char *)v + i * r->size, JSON_FOR_STAFF);
    json_arr_end(&j);
    text_print_json(&b);
    buf_fini(&b);
}

static int by_agent(const void *a, const void *b) {
    return td_str_cmp(((const struct agent *)a)->id, ((const struct agent *)b)->id);
}

static int by_chan(const void *a, const void *b) {
    return td_str_cmp(((const struct chan *)a)->id, ((const struct chan *)b)->id);
}

/* "1 chat, 2 mail" */
static struct td_str counts_of(struct cli *c, const struct agent *a) {
    struct td_str parts[CK_N];
    size_t n = 0;
    for (size_t k = 0; k < CK_N; k++)
        if (a->counts[k])
            parts[n++] = td_arena_printf(c->arena, "%u %s", (unsigned)a->counts[k],
                                         channel_kind_names[k]);
    return text_join(c->arena, parts, n, ", ");
}

int cmd_agents(struct cli *c) {
    static const char *const titles[] = {"ID",    "NAME", "ROLE", "PRESENCE", "SINCE",
                                         "PHONE", "USED", "WORK", "QUEUES",   NULL};
    void *v;
    size_t n;
    if (!read_list(c, EK_AGENT, &rec_agent, &v, &n))
        return CLI_FAILED;
    struct agent *agents = v;
    qsort(agents, n, sizeof(*agents), by_agent);
    if (c->json) {
        print_records(&rec_agent, agents, n);
        return CLI_OK;
    }
    struct grid g;
    grid_init(&g, c->arena, titles);
    for (size_t i = 0; i < n; i++) {
        const struct agent *a = &agents[i];
        grid_put(&g, a->id);
        grid_put(&g, a->name);
        grid_printf(&g, "%s", role_names[a->role]);
        grid_printf(&g, "%s%s%.*s", a->disabled ? "disabled" : presence_names[a->presence],
                    a->presence_reason.n ? ": " : "", TD_FMT(a->presence_reason));
        grid_put(&g, text_since(c->arena, a->presence_since));
        grid_printf(&g, "%s", a->voice ? voice_state_names[a->voice] : "");
        grid_printf(&g, "%u", (unsigned)a->used);
        grid_put(&g, counts_of(c, a));
        grid_put(&g, text_join(c->arena, a->queues.v, a->queues.n, ","));
    }
    grid_print(&g, stdout, "no logins yet: tandemctl user add ID");
    return CLI_OK;
}

/* ---- queues ---- */

struct waiting {
    size_t queued, active, agents;
    int64_t longest_ms;
};

static struct waiting count(const struct queue_policy *q, const struct work *work, size_t n_work,
                            const struct agent *agents, size_t n_agents) {
    struct waiting w = {0};
    int64_t now_ms = loop_wall_ms();
    for (size_t i = 0; i < n_work; i++) {
        if (!td_str_eq(work[i].queue, q->id))
            continue;
        bool waits = work[i].state <= WS_OFFERED;
        w.queued += waits;
        w.active += work[i].state == WS_ACTIVE;
        if (waits && now_ms - work[i].t0 > w.longest_ms)
            w.longest_ms = now_ms - work[i].t0;
    }
    for (size_t i = 0; i < n_agents; i++)
        for (size_t k = 0; k < agents[i].queues.n && agents[i].presence == PR_AVAILABLE; k++)
            w.agents += td_str_eq(agents[i].queues.v[k], q->id);
    return w;
}

static void print_queue_json(struct json_out *j, const struct queue_policy *q,
                             const struct waiting *w) {
    json_obj_begin(j);
    json_key_str(j, "id", q->id);
    json_key_str(j, "name", q->name);
    json_key_u64(j, "waiting", w->queued);
    json_key_i64(j, "longest_wait_ms", w->longest_ms);
    json_key_u64(j, "active", w->active);
    json_key_u64(j, "available_agents", w->agents);
    json_key_i64(j, "target_ms", q->target_ms);
    json_obj_end(j);
}

int cmd_queues(struct cli *c) {
    static const char *const titles[] = {"ID",     "NAME",   "WAITING", "LONGEST",
                                         "TARGET", "ACTIVE", "AGENTS",  NULL};
    void *work, *agents;
    size_t n_work, n_agents;
    struct policy p;
    if (!read_list(c, EK_WORK, &rec_work, &work, &n_work) ||
        !read_list(c, EK_AGENT, &rec_agent, &agents, &n_agents) || !cli_read_policy(c, &p))
        return CLI_FAILED;
    struct grid g;
    struct buf b;
    struct json_out j;
    buf_init(&b, 1 << 20);
    json_begin(&j, &b);
    json_arr_begin(&j);
    grid_init(&g, c->arena, titles);
    for (size_t i = 0; i < p.queues.n; i++) {
        const struct queue_policy *q = &p.queues.v[i];
        struct waiting w = count(q, work, n_work, agents, n_agents);
        print_queue_json(&j, q, &w);
        grid_put(&g, q->id);
        grid_put(&g, q->name);
        grid_printf(&g, "%zu", w.queued);
        grid_put(&g, w.queued ? text_span(c->arena, w.longest_ms) : TD_STR(""));
        grid_put(&g, text_span(c->arena, q->target_ms));
        grid_printf(&g, "%zu", w.active);
        grid_printf(&g, "%zu", w.agents);
    }
    json_arr_end(&j);
    if (c->json)
        text_print_json(&b);
    else
        grid_print(&g, stdout, "the settings name no queues");
    buf_fini(&b);
    return CLI_OK;
}

int cmd_channels(struct cli *c) {
    static const char *const titles[] = {"ID", "CONNECTOR", "STATE", "SINCE", "ERROR", NULL};
    void *v;
    size_t n;
    if (!read_list(c, EK_CHAN, &rec_chan, &v, &n))
        return CLI_FAILED;
    struct chan *chans = v;
    qsort(chans, n, sizeof(*chans), by_chan);
    if (c->json) {
        print_records(&rec_chan, chans, n);
        return CLI_OK;
    }
    struct grid g;
    grid_init(&g, c->arena, titles);
    for (size_t i = 0; i < n; i++) {
        grid_put(&g, chans[i].id);
        grid_put(&g, chans[i].connector);
        grid_printf(&g, "%.*s%s%s", TD_FMT(chans[i].state), chans[i].paused ? ", paused" : "",
                    chans[i].held ? ", held" : "");
        grid_put(&g, text_since(c->arena, chans[i].changed_at));
        grid_put(&g, chans[i].error);
    }
    grid_print(&g, stdout, "no channel has run yet");
    return CLI_OK;
}
