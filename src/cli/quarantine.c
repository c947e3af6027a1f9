/* Hooks that failed verification while their channel observes, or could not be understood: to look
 * at, and to take after all once the settings are right.
 *
 * Replay does not verify again: secrets are not kept, times are over, and who asks for it has read
 * it. What it brings has the dedupe keys that it would have had. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/text.h"

#include "store/intake.h"
#include "store/quarantine.h"

#include <stdio.h>
#include <tandem/connector.h>

enum { WHY_MAX = 100 };

static const struct config_channel *find_channel(struct cli *c, const char *id) {
    for (size_t i = 0; c->config && i < c->config->channels.n; i++)
        if (td_str_eqz(c->config->channels.v[i].id, id))
            return &c->config->channels.v[i];
    cli_fail("no channel %s in the settings", id);
    return NULL;
}

static const struct redis_reply *read_list(struct cli *c, struct td_str channel) {
    struct td_str k = quarantine_key(c->arena, c->tenant, channel);
    return cli_call(c, CLI_ARGV(TD_STR("LRANGE"), k, TD_STR("0"), TD_STR("999")));
}

/* ---- list ---- */

struct listing {
    struct grid grid;
    struct json_out json;
};

static void put_entry(struct cli *c, struct listing *l, struct td_str channel,
                      struct td_str entry) {
    struct quarantined q;
    struct td_str id = quarantine_id(c->arena, entry);
    if (quarantine_parse(c->arena, entry, &q) != TD_OK)
        q = (struct quarantined){.why = TD_STR("(unreadable: of another version)")};
    json_obj_begin(&l->json);
    json_key_str(&l->json, "channel", channel);
    json_key_str(&l->json, "id", id);
    json_key_i64(&l->json, "at", q.at);
    json_key_str(&l->json, "why", q.why);
    json_key_str(&l->json, "method", q.hook.method);
    json_key_i64(&l->json, "bytes", (int64_t)q.hook.body.n);
    json_obj_end(&l->json);
    grid_put(&l->grid, channel);
    grid_put(&l->grid, id);
    grid_put(&l->grid, text_since(c->arena, q.at));
    grid_put(&l->grid, q.hook.method);
    grid_printf(&l->grid, "%zu", q.hook.body.n);
    grid_put(&l->grid, text_line(c->arena, q.why, WHY_MAX));
}

static int put_channel(struct cli *c, struct listing *l, struct td_str channel) {
    const struct redis_reply *list = read_list(c, channel);
    if (!list)
        return CLI_FAILED;
    for (size_t i = 0; redis_is(list, R_ARRAY) && i < list->n; i++)
        put_entry(c, l, channel, redis_str(list->v[i]));
    return CLI_OK;
}

int cmd_quarantine_list(struct cli *c) {
    static const char *const titles[] = {"CHANNEL", "ID", "SINCE", "METHOD", "BYTES", "WHY", NULL};
    if (cli_find(c) || cli_open(c))
        return CLI_FAILED;
    const struct config_channel *one = c->n_args ? find_channel(c, c->args[0]) : NULL;
    if (c->n_args && !one)
        return CLI_FAILED;
    struct listing l;
    struct buf b;
    buf_init(&b, 16 << 20);
    json_begin(&l.json, &b);
    json_arr_begin(&l.json);
    grid_init(&l.grid, c->arena, titles);
    int rc = one ? put_channel(c, &l, one->id) : CLI_OK;
    for (size_t i = 0; !one && c->config && i < c->config->channels.n && rc == CLI_OK; i++)
        if (c->config->channels.v[i].connector->capabilities & TD_CAN_HOOK)
            rc = put_channel(c, &l, c->config->channels.v[i].id);
    json_arr_end(&l.json);
    if (rc == CLI_OK && c->json)
        text_print_json(&b);
    else if (rc == CLI_OK)
        grid_print(&l.grid, stdout, "none");
    buf_fini(&b);
    return rc;
}

/* ---- one ---- */

static bool find_entry(struct cli *c, const struct config_channel *channel, struct td_str *entry) {
    const struct redis_reply *list = read_list(c, channel->id);
    for (size_t i = 0; redis_is(list, R_ARRAY) && i < list->n; i++) {
        *entry = redis_str(list->v[i]);
        if (td_str_eqz(quarantine_id(c->arena, *entry), c->args[1]))
            return true;
    }
    if (list)
        cli_fail("nothing with the id %s is in the quarantine of %s", c->args[1], c->args[0]);
    return false;
}

int cmd_quarantine_show(struct cli *c) {
    struct td_str entry;
    if (cli_find(c) || cli_open(c))
        return CLI_FAILED;
    const struct config_channel *channel = find_channel(c, c->args[0]);
    if (!channel || !find_entry(c, channel, &entry))
        return CLI_FAILED;
    for (size_t i = 0; i < entry.n; i++) { /* it came from anywhere: no terminal's commands */
        unsigned char ch = (unsigned char)entry.p[i];
        if ((ch < ' ' && ch != '\n' && ch != '\t') || ch == 0x7F)
            printf("\\x%02x", ch);
        else
            putchar(ch);
    }
    putchar('\n');
    return CLI_OK;
}

struct wait {
    struct loop *loop;
    bool done;
    int rc;
};
static void on_taken(void *arg, int rc) {
    struct wait *w = arg;
    w->done = true;
    w->rc = rc;
    loop_stop(w->loop);
}

static int take(struct cli *c, const struct config_channel *channel, const struct td_incoming *in) {
    struct td_error err = {0};
    struct wait w = {.loop = c->loop};
    struct intake to = {.loop = c->loop,
                        .inbox = cli_inbox(c),
                        .channel = channel->id,
                        .address_type = channel->connector->address_type};
    int rc = intake_take(&to, in, on_taken, &w, &err);
    if (rc != TD_OK)
        return cli_fail("not taken: %s", err.text[0] ? err.text : td_rc_text(rc));
    if (!cli_run(c, &w.done, CLI_DEADLINE_MS))
        return cli_fail("no answer from Redis; it may have been taken: look before you try again");
    return w.rc == TD_OK ? CLI_OK : cli_fail("not taken: %s", td_rc_text(w.rc));
}

int cmd_quarantine_replay(struct cli *c) {
    struct td_str entry;
    struct quarantined q;
    struct td_incoming in = {0};
    struct td_error err = {0};
    if (cli_find(c) || cli_open(c))
        return CLI_FAILED;
    const struct config_channel *channel = find_channel(c, c->args[0]);
    if (!channel || !find_entry(c, channel, &entry))
        return CLI_FAILED;
    const struct td_provider *p = channel->connector->provider;
    if (!p || !p->decode_hook)
        return cli_fail("%s takes no hooks", c->args[0]);
    if (quarantine_parse(c->arena, entry, &q) != TD_OK || q.cut)
        return cli_fail("%s was not kept whole: have the provider send it again", c->args[1]);
    if (p->decode_hook(c->arena, channel->settings, &q.hook, loop_wall_ms(), &in, &err) != TD_OK)
        return cli_fail("still not understood: %s", err.text);
    int rc = take(c, channel, &in);
    if (rc != CLI_OK)
        return rc;
    struct td_str k = quarantine_key(c->arena, c->tenant, channel->id);
    if (!cli_call(c, CLI_ARGV(TD_STR("LREM"), k, TD_STR("1"), entry)))
        return CLI_FAILED;
    if (c->json)
        printf("{\"messages\":%zu,\"receipts\":%zu}\n", in.messages.n, in.receipts.n);
    else
        printf("taken: %zu messages, %zu receipts\n", in.messages.n, in.receipts.n);
    return CLI_OK;
}
