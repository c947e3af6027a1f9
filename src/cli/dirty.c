#include "cli/dirty.h"

#include "base/mem.h"

#include <stdio.h>

enum { SETTLE_MS = 800 };
#define CHANNEL TD_STR("__redis__:invalidate")

static void note(struct dirty *d, struct td_str key) {
    if (!key.n || map_get(&d->keys, key))
        return;
    struct dirty_key *k = mem_alloc(sizeof(*k) + key.n);
    k->n = key.n;
    memcpy(k->bytes, key.p, key.n);
    map_put(&d->keys, (struct td_str){k->bytes, k->n}, k);
}

static void lost(struct dirty *d, const char *why) {
    d->lost = true;
    snprintf(d->why, sizeof(d->why), "%s", why);
    loop_stop(d->c->loop);
}

static void on_up(void *owner) {
    struct dirty *d = owner;
    struct buf *out = redis_link_out(d->link);
    if (d->c->redis_password) {
        REDIS_FORMAT(out, TD_STR("AUTH"), td_str_of(d->c->redis_password));
        d->hello_left = 1;
    }
    REDIS_FORMAT(out, TD_STR("CLIENT"), TD_STR("ID"));
    REDIS_FORMAT(out, TD_STR("SUBSCRIBE"), CHANNEL);
    redis_link_kick(d->link);
}

static void on_reply(void *owner, const struct redis_reply *r) {
    struct dirty *d = owner;
    struct td_str word = redis_str(redis_at(r, 0));
    if (redis_is(r, R_ERROR)) {
        lost(d, td_arena_printf(d->c->arena, "%.*s", TD_FMT(r->s)).p);
    } else if (d->hello_left) {
        d->hello_left--;
    } else if (redis_is(r, R_INT)) {
        d->client_id = r->i;
    } else if (td_str_eqz(word, "subscribe")) {
        d->subscribed = true;
        loop_stop(d->c->loop);
    } else if (td_str_eqz(word, "pong")) {
        d->pong = true;
        loop_stop(d->c->loop);
    } else if (td_str_eqz(word, "message")) {
        const struct redis_reply *keys = redis_at(r, 2);
        if (!redis_is(keys, R_ARRAY)) /* all at once: somebody flushed the database */
            lost(d, "the database was flushed");
        for (size_t i = 0; redis_is(keys, R_ARRAY) && i < keys->n; i++)
            note(d, redis_str(keys->v[i]));
    }
}

static void on_down(void *owner, const char *why) {
    lost(owner, why);
}

int dirty_start(struct dirty *d, struct cli *c, struct redis *on) {
    static const struct redis_link_ops ops = {on_up, on_reply, on_down};
    *d = (struct dirty){.c = c};
    map_init(&d->keys, 0);
    d->link = redis_link_open(c->loop, c->redis_url, &ops, d);
    if (!cli_run(c, &d->subscribed, CLI_DEADLINE_MS) || d->lost)
        return cli_fail("watching Redis: %s", d->lost ? d->why : "no answer");
    char id[24];
    snprintf(id, sizeof(id), "%lld", (long long)d->client_id);
    struct td_str prefix = cli_key(c, "");
    c->redis = on;
    const struct redis_reply *reply = cli_call(
        c, CLI_ARGV(TD_STR("CLIENT"), TD_STR("TRACKING"), TD_STR("ON"), TD_STR("REDIRECT"),
                    td_str_of(id), TD_STR("BCAST"), TD_STR("PREFIX"), prefix));
    c->redis = NULL;
    return reply ? CLI_OK : CLI_FAILED;
}

int dirty_settle(struct dirty *d) {
    /* What was changed is told at the end of each turn of Redis' loop, before any later answer:
     * the PONG comes behind all of it. */
    d->pong = false;
    if (!d->lost) {
        REDIS_FORMAT(redis_link_out(d->link), TD_STR("PING"));
        redis_link_kick(d->link);
    }
    if (d->lost || !cli_run(d->c, &d->pong, SETTLE_MS))
        return cli_fail("watching Redis: %s", d->lost ? d->why : "no answer");
    return CLI_OK;
}

struct map dirty_take(struct dirty *d) {
    struct map taken = d->keys;
    map_init(&d->keys, 0);
    return taken;
}

void dirty_stop(struct dirty *d) {
    struct dirty_key *k;
    redis_link_close(&d->link);
    for (size_t i = 0; (k = map_next(&d->keys, &i));)
        mem_free(k);
    map_fini(&d->keys);
}
