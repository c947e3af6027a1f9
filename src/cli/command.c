/* Sending a command as an edge does, and following the events.
 *
 * Happy path: the end of the events stream is noted → the command is appended → its result comes by
 * the stream, addressed to this process. A result cannot be missed: reading begins before the
 * append. */
#include "cli/cli.h"

#include "store/entry.h"

#include <stdio.h>

enum { BLOCK_MS = 1000 };

/* ---- events ---- */

struct td_str cli_events_end(struct cli *c) {
    const struct redis_reply *last = cli_try(c,
                                             CLI_ARGV(TD_STR("XREVRANGE"), cli_key(c, "events"),
                                                      TD_STR("+"), TD_STR("-"), TD_STR("COUNT"),
                                                      TD_STR("1")),
                                             0);
    struct stream_entry e;
    return stream_entry_of(redis_at(last, 0), &e) ? e.id : TD_STR("0-0");
}

/* false: on_event has had enough. */
static bool tell(struct cli *c, const struct stream_entry *e,
                 bool (*on_event)(void *arg, struct td_str id, const struct event *ev), void *arg) {
    struct td_str rest = e->b, item;
    for (size_t i = 0; packed_next(&rest, &item); i++) {
        struct event ev;
        if (record_unpack(c->arena, &rec_event, item, &ev, NULL))
            continue; /* of a newer version */
        char id[80];
        snprintf(id, sizeof(id), "%.*s-%zu", TD_FMT(e->id), i);
        if (!on_event(arg, td_str_of(id), &ev))
            return false;
    }
    return true;
}

bool cli_events(struct cli *c, struct td_str from, int64_t timeout_ms,
                bool (*on_event)(void *arg, struct td_str id, const struct event *ev), void *arg) {
    int64_t until = timeout_ms < 0 ? INT64_MAX : loop_boot_ms() + timeout_ms;
    struct td_arena *kept = c->arena; /* each round has its own: following may go on for days */
    char place[80];
    snprintf(place, sizeof(place), "%.*s", TD_FMT(from));
    bool going = true, ok = true;
    while (going && ok && loop_boot_ms() < until) {
        c->arena = td_arena_new();
        const struct redis_reply *reply = cli_try(
            c,
            CLI_ARGV(TD_STR("XREAD"), TD_STR("COUNT"), TD_STR("64"), TD_STR("BLOCK"),
                     TD_STR("1000"), TD_STR("STREAMS"), cli_key(c, "events"), td_str_of(place)),
            BLOCK_MS);
        ok = reply && !redis_is(reply, R_ERROR);
        const struct redis_reply *entries = ok ? stream_entries_of(reply) : NULL;
        for (size_t i = 0; entries && going && i < entries->n; i++) {
            struct stream_entry e;
            if (!stream_entry_of(entries->v[i], &e))
                continue;
            snprintf(place, sizeof(place), "%.*s", TD_FMT(e.id));
            going = tell(c, &e, on_event, arg);
        }
        td_arena_free(&c->arena);
        c->arena = kept;
    }
    return ok;
}

/* ---- commands ---- */

struct appending {
    struct cli *c;
    bool done;
    int rc;
};

static void on_appended(void *arg, int rc, struct td_str inbox_id) {
    struct appending *a = arg;
    (void)inbox_id;
    a->done = true;
    a->rc = rc;
    loop_stop(a->c->loop);
}

struct waiting {
    struct cli *c;
    struct td_str id;
    struct td_arena *keep;
    struct result *out;
    bool found;
};

static bool on_event(void *arg, struct td_str id, const struct event *ev) {
    struct waiting *w = arg;
    (void)id;
    struct result r;
    if (ev->kind != EV_RESULT || !td_str_eqz(ev->sender, w->c->sender) ||
        record_unpack(w->c->arena, &rec_result, ev->body, &r, NULL) || !td_str_eq(r.id, w->id))
        return true;
    record_copy(w->keep, &rec_result, w->out, &r);
    w->found = true;
    return false;
}

/* It makes a connection of its own, which may take a moment. */
struct inbox *cli_inbox(struct cli *c) {
    if (!c->inbox)
        c->inbox = inbox_new(c->store);
    bool never = false;
    for (int i = 0; i < 100 && !inbox_open(c->inbox); i++)
        cli_run(c, &never, 20);
    return c->inbox;
}

static int append(struct cli *c, const struct command *cmd) {
    struct appending a = {.c = c};
    int rc = inbox_append(cli_inbox(c), cmd, on_appended, &a);
    if (!rc && !cli_run(c, &a.done, CLI_DEADLINE_MS))
        rc = TD_ETIMEDOUT;
    return rc ? rc : a.rc;
}

int cli_command(struct cli *c, struct command *cmd, uint32_t kind, const void *body,
                struct result *out) {
    cmd->sender = td_str_of(c->sender);
    if (!cmd->actor_kind) {
        cmd->actor_kind = A_SYSTEM;
        cmd->actor = TD_STR("tandemctl");
    }
    void *opened;
    struct td_error err;
    if (command_make(c->arena, cmd, kind, body))
        return cli_fail("the command is larger than 64 KiB");
    if (command_open(c->arena, cmd, &opened, &err)) /* as the engine will */
        return cli_fail("%s", err.text);
    struct td_str from = cli_events_end(c);
    int rc = append(c, cmd);
    if (rc)
        return cli_fail("the command was not taken: %s", td_rc_text(rc));
    *out = (struct result){0};
    struct waiting w = {.c = c, .id = cmd->id, .keep = c->arena, .out = out};
    if (!cli_events(c, from, CLI_DEADLINE_MS, on_event, &w))
        return cli_fail("Redis was lost; the command is kept and will be applied");
    if (!w.found)
        return cli_fail("nobody applied the command within 10 s: is tandemd running? It is kept "
                        "and will be applied");
    if (!out->ok)
        return cli_fail("%.*s%s%.*s", TD_FMT(out->error), out->text.n ? ": " : "",
                        TD_FMT(out->text));
    return CLI_OK;
}
