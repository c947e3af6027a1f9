/* Receivers of events: how they are, what they did not take, and once more. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/text.h"

#include "store/webhook_state.h"

#include <stdio.h>

enum { WHY_MAX = 80 };

static bool find_keys(struct cli *c, struct webhook_keys *keys) {
    for (size_t i = 0; c->config && i < c->config->webhooks.n; i++)
        if (td_str_eqz(c->config->webhooks.v[i].id, c->args[0])) {
            webhook_keys(c->arena, c->tenant, c->config->webhooks.v[i].id, keys);
            return true;
        }
    cli_fail("no webhook %s in the settings", c->args[0]);
    return false;
}

/* ---- list ---- */

struct listing {
    struct grid grid;
    struct json_out json;
};

static int put_webhook(struct cli *c, struct listing *l, const struct config_webhook *w) {
    struct webhook_keys keys;
    struct webhook_state s;
    webhook_keys(c->arena, c->tenant, w->id, &keys);
    const struct redis_reply *state = cli_call(c, CLI_ARGV(TD_STR("HGETALL"), keys.state));
    const struct redis_reply *dead = cli_call(c, CLI_ARGV(TD_STR("XLEN"), keys.dead));
    if (!state || !dead)
        return CLI_FAILED;
    const char *health = webhook_state_read(state, &s) ? webhook_health_names[s.health] : "new";
    json_obj_begin(&l->json);
    json_key_str(&l->json, "id", w->id);
    json_key_str(&l->json, "state", td_str_of(health));
    json_key_u64(&l->json, "delivered", s.delivered);
    json_key_u64(&l->json, "dead", (uint64_t)redis_int(dead));
    json_key_u64(&l->json, "attempts", s.attempts);
    json_key_i64(&l->json, "failing_since", s.failing_since);
    json_key_u64(&l->json, "missed", s.missed);
    json_key_str(&l->json, "error", td_str_of(s.error));
    json_obj_end(&l->json);
    grid_put(&l->grid, w->id);
    grid_put(&l->grid, td_str_of(health));
    grid_put(&l->grid, s.failing_since ? text_since(c->arena, s.failing_since) : TD_STR("-"));
    grid_printf(&l->grid, "%llu", (unsigned long long)s.delivered);
    grid_printf(&l->grid, "%lld", (long long)redis_int(dead));
    grid_put(&l->grid, text_line(c->arena, td_str_of(s.error), WHY_MAX));
    return CLI_OK;
}

int cmd_webhook_list(struct cli *c) {
    static const char *const titles[] = {"WEBHOOK", "STATE", "FAILING", "TAKEN",
                                         "DEAD",    "WHY",   NULL};
    struct listing l;
    struct buf b;
    int rc = CLI_OK;
    if (cli_find(c) || cli_open(c))
        return CLI_FAILED;
    buf_init(&b, 1 << 20);
    json_begin(&l.json, &b);
    json_arr_begin(&l.json);
    grid_init(&l.grid, c->arena, titles);
    for (size_t i = 0; c->config && i < c->config->webhooks.n && rc == CLI_OK; i++)
        rc = put_webhook(c, &l, &c->config->webhooks.v[i]);
    json_arr_end(&l.json);
    if (rc == CLI_OK && c->json)
        text_print_json(&b);
    else if (rc == CLI_OK)
        grid_print(&l.grid, stdout, "none");
    buf_fini(&b);
    return rc;
}

/* ---- dead letters ---- */

int cmd_webhook_dead(struct cli *c) {
    static const char *const titles[] = {"ENTRY", "EVENT", "TYPE", "SINCE", "WHY", NULL};
    struct webhook_keys keys;
    struct webhook_dead d;
    struct listing l;
    struct buf b;
    if (cli_find(c) || cli_open(c) || !find_keys(c, &keys))
        return CLI_FAILED;
    const struct redis_reply *list = cli_call(c, CLI_ARGV(TD_STR("XRANGE"), keys.dead, TD_STR("-"),
                                                          TD_STR("+"), TD_STR("COUNT"),
                                                          TD_STR("500")));
    if (!list)
        return CLI_FAILED;
    buf_init(&b, 64 << 20);
    json_begin(&l.json, &b);
    json_arr_begin(&l.json);
    grid_init(&l.grid, c->arena, titles);
    for (size_t i = 0; redis_is(list, R_ARRAY) && i < list->n; i++) {
        if (!webhook_dead_read(list->v[i], &d))
            continue;
        json_obj_begin(&l.json);
        json_key_str(&l.json, "entry", d.entry);
        json_key_str(&l.json, "id", d.id);
        json_key_str(&l.json, "type", d.type);
        json_key_i64(&l.json, "at", d.at);
        json_key_str(&l.json, "why", d.why);
        json_put_key(&l.json, "body");
        json_put_raw(&l.json, d.body);
        json_obj_end(&l.json);
        grid_put(&l.grid, d.entry);
        grid_put(&l.grid, d.id);
        grid_put(&l.grid, d.type);
        grid_put(&l.grid, text_since(c->arena, d.at));
        grid_put(&l.grid, text_line(c->arena, d.why, WHY_MAX));
    }
    json_arr_end(&l.json);
    if (c->json)
        text_print_json(&b);
    else
        grid_print(&l.grid, stdout, "none");
    buf_fini(&b);
    return CLI_OK;
}

int cmd_webhook_replay(struct cli *c) {
    struct webhook_keys keys;
    struct td_str argv[WEBHOOK_REPLAY_ARGC], entry = {NULL, 0};
    int64_t n, all = 0;
    if (cli_find(c) || cli_open(c) || !find_keys(c, &keys))
        return CLI_FAILED;
    if (c->n_args > 1)
        entry = td_str_of(c->args[1]);
    do {
        webhook_replay(c->arena, &keys, entry, loop_wall_ms(), argv);
        const struct redis_reply *reply = cli_call(c, WEBHOOK_REPLAY_ARGC, argv);
        if (!reply)
            return CLI_FAILED;
        n = redis_int(reply);
        all += n;
    } while (n == WEBHOOK_REPLAY_MAX && !entry.n);
    if (!all && entry.n)
        return cli_fail("no dead letter %s of %s", c->args[1], c->args[0]);
    if (c->json)
        printf("{\"replayed\":%lld}\n", (long long)all);
    else
        printf("%lld to be sent again\n", (long long)all);
    return CLI_OK;
}

/* ---- pause, resume ---- */

static int wish(struct cli *c, const char *what) {
    struct webhook_keys keys;
    struct td_str argv[WEBHOOK_WISH_ARGC];
    if (cli_find(c) || cli_open(c) || !find_keys(c, &keys))
        return CLI_FAILED;
    webhook_wish(&keys, what, argv);
    if (!cli_call(c, WEBHOOK_WISH_ARGC, argv))
        return CLI_FAILED;
    if (c->json)
        printf("{\"asked\":\"%s\"}\n", what);
    else
        printf("asked for: %s\n", what);
    return CLI_OK;
}

int cmd_webhook_pause(struct cli *c) {
    return wish(c, "pause");
}

int cmd_webhook_resume(struct cli *c) {
    return wish(c, "resume");
}
