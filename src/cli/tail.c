/* Events as JSON lines, one each, until interrupted. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/text.h"

#include <errno.h>
#include <stdio.h>

static const struct {
    const char *name;
    const struct record *body; /* NULL: by the entity */
} kinds[] = {
    [EV_ENTITY] = {"entity", NULL},
    [EV_MESSAGE] = {"message", &rec_message},
    [EV_DELIVERY] = {"delivery", &rec_delivery},
    [EV_RESULT] = {"result", &rec_result},
    [EV_VISIT] = {"visit", &rec_visit},
    [EV_FACT] = {"fact", &rec_fact},
    [EV_POLICY] = {"policy", &rec_policy},
    [EV_ALARM] = {"alarm", &rec_fact},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static const struct record *body_of(const struct event *ev) {
    if (ev->kind == EV_ENTITY)
        return ev->entity < EK_N ? entity_records[ev->entity] : NULL;
    return kinds[ev->kind].body;
}

static void put_body(struct json_out *j, struct td_arena *a, const struct event *ev) {
    const struct record *r = body_of(ev);
    /* A deleted entity has no body; one of a newer version is left out. */
    void *obj = r && ev->body.n ? td_arena_alloc(a, r->size) : NULL;
    if (!obj || record_unpack(a, r, ev->body, obj, NULL))
        return;
    json_put_key(j, "data");
    json_put_record(j, r, obj, JSON_FOR_STAFF);
}

static void put_event(struct buf *out, struct td_arena *a, struct td_str id,
                      const struct event *ev) {
    struct json_out j;
    json_begin(&j, out);
    json_obj_begin(&j);
    json_key_str(&j, "id", id);
    json_key_str(&j, "kind", td_str_of(kinds[ev->kind].name));
    if (ev->kind == EV_ENTITY && ev->entity < EK_N && entity_records[ev->entity])
        json_key_str(&j, "entity", td_str_of(entity_records[ev->entity]->name));
    if (ev->key.n)
        json_key_str(&j, "key", ev->key);
    if (ev->conv)
        json_key_u64(&j, "conv", ev->conv);
    if (ev->seq)
        json_key_u64(&j, "seq", ev->seq);
    json_key_i64(&j, "at", ev->at);
    if (ev->sender.n)
        json_key_str(&j, "sender", ev->sender);
    put_body(&j, a, ev);
    json_obj_end(&j);
    buf_putc(out, '\n');
}

struct tail {
    unsigned wanted; /* bits of enum event_kind */
    struct td_arena *arena;
    struct buf line;
};

static bool on_event(void *arg, struct td_str id, const struct event *ev) {
    struct tail *t = arg;
    if (!ev->kind || ev->kind >= KINDS || !(t->wanted & 1u << ev->kind))
        return true;
    buf_reset(&t->line);
    put_event(&t->line, t->arena, id, ev);
    td_arena_reset(t->arena);
    bool written = fwrite(t->line.p, 1, t->line.n, stdout) == t->line.n && fflush(stdout) == 0;
    return written || errno == EINTR; /* the reader of the pipe has gone: enough */
}

static bool get_kinds(const struct cli *c, unsigned *out) {
    const char *list = cli_option(c, "kind");
    *out = list ? 0 : ~0u;
    for (const char *p = list; p && *p;) {
        size_t n = strcspn(p, ","), k = 1;
        while (k < KINDS && !td_str_eqz((struct td_str){p, n}, kinds[k].name))
            k++;
        if (k == KINDS)
            return cli_fail("kind: entity, message, delivery, result, visit, fact, policy, alarm"),
                   false;
        *out |= 1u << k;
        p += n + (p[n] == ',');
    }
    return true;
}

int cmd_tail(struct cli *c) {
    struct tail t = {.wanted = 0};
    if (!get_kinds(c, &t.wanted))
        return CLI_USAGE;
    if (cli_find(c) || cli_open(c))
        return CLI_FAILED;
    t.arena = td_arena_new();
    buf_init(&t.line, 8 << 20);
    bool ok = cli_events(c, cli_events_end(c), -1, on_event, &t);
    buf_fini(&t.line);
    td_arena_free(&t.arena);
    return ok ? CLI_OK : cli_fail("the connection to Redis was lost");
}
