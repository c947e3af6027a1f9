/* store/read.h, waited for. */
#include "cli/cli.h"

enum { POLICY_MS = 5000 };

struct reading {
    struct cli *c;
    bool done;
    int rc;
    struct cli_items *out;
};

static void on_items(void *arg, int rc, const struct read_item *v, size_t n) {
    struct reading *r = arg;
    struct td_arena *a = r->c->arena;
    r->done = true;
    r->rc = rc;
    r->out->v = TD_ARENA_ARRAY(a, struct read_item, n);
    r->out->n = rc ? 0 : n;
    for (size_t i = 0; i < r->out->n; i++)
        r->out->v[i] = (struct read_item){td_arena_dup(a, v[i].key),
                                          v[i].bytes.n ? td_arena_dup(a, v[i].bytes) : v[i].bytes};
    loop_stop(r->c->loop);
}

static bool wait(struct reading *r, int rc) {
    if (!rc)
        cli_run(r->c, &r->done, INT32_MAX); /* the connection has its own deadline */
    rc = rc ? rc : r->rc;
    if (rc)
        cli_fail("reading from Redis: %s", td_rc_text(rc));
    return rc == TD_OK;
}

bool cli_read_all(struct cli *c, uint32_t entity, struct cli_items *out) {
    struct reading r = {.c = c, .out = out};
    return wait(&r, read_all(c->store, entity, on_items, &r));
}

bool cli_read(struct cli *c, uint32_t entity, const struct td_str *keys, size_t n,
              struct cli_items *out) {
    struct reading r = {.c = c, .out = out};
    return wait(&r, read_entities(c->store, entity, keys, n, on_items, &r));
}

bool cli_read_index(struct cli *c, struct td_str index, size_t limit, struct cli_items *out) {
    struct reading r = {.c = c, .out = out};
    return wait(&r, read_index(c->store, index, 0, limit, on_items, &r));
}

bool cli_read_log(struct cli *c, uint64_t conv, uint64_t from, uint64_t to, struct cli_items *out) {
    struct reading r = {.c = c, .out = out};
    return wait(&r, read_log(c->store, conv, from, to, on_items, &r));
}

bool cli_read_deliveries(struct cli *c, uint64_t conv, struct cli_items *out) {
    struct reading r = {.c = c, .out = out};
    return wait(&r, read_deliveries(c->store, conv, on_items, &r));
}

bool cli_unpack(struct cli *c, const struct record *r, struct td_str bytes, void *obj) {
    struct td_error err;
    if (!bytes.n)
        return false;
    if (record_unpack(c->arena, r, bytes, obj, &err)) {
        cli_fail("a stored %s cannot be read: %s", r->name, err.text);
        return false;
    }
    return true;
}

bool cli_read_policy(struct cli *c, struct policy *out) {
    struct cli_items items;
    bool never = false;
    /* A daemon that has just started commits its settings as its first command. */
    for (int64_t until = loop_boot_ms() + POLICY_MS;; cli_run(c, &never, 50)) {
        if (!cli_read_all(c, EK_POLICY, &items))
            return false;
        if (items.n && items.v[0].bytes.n)
            return cli_unpack(c, &rec_policy, items.v[0].bytes, out);
        if (loop_boot_ms() > until)
            break;
    }
    cli_fail("no settings were committed yet: start tandemd once");
    return false;
}
