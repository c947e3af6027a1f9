/* Commands that could not be applied: they ended the engine twice, or no build knows them. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/text.h"

#include "store/entry.h"

#include <stdio.h>
#include <stdlib.h>

struct letter {
    struct td_str entry, id, why, bytes;
    struct command cmd; /* kind 0: it does not even unpack */
};

static bool letter_of(struct cli *c, const struct redis_reply *r, struct letter *out) {
    const struct redis_reply *fields = redis_at(r, 1);
    *out = (struct letter){.entry = redis_str(redis_at(r, 0))};
    for (size_t i = 0; redis_is(fields, R_ARRAY) && i + 1 < fields->n; i += 2) {
        struct td_str name = redis_str(fields->v[i]), value = redis_str(fields->v[i + 1]);
        if (td_str_eqz(name, "id"))
            out->id = value;
        else if (td_str_eqz(name, "why"))
            out->why = value;
        else if (td_str_eqz(name, "b"))
            out->bytes = value;
    }
    if (record_unpack(c->arena, &rec_command, out->bytes, &out->cmd, NULL))
        out->cmd = (struct command){0};
    return out->entry.n > 0;
}

static const char *kind_of(const struct letter *l) {
    const char *name = l->cmd.kind < CMD_MAX ? command_rows[l->cmd.kind].name : NULL;
    return name ? name : "unknown";
}

int cmd_dead(struct cli *c) {
    static const char *const titles[] = {"ID", "SINCE", "COMMAND", "BY", "WHY", NULL};
    if (cli_find(c) || cli_open(c))
        return CLI_FAILED;
    const struct redis_reply *list = cli_call(c, CLI_ARGV(TD_STR("XREVRANGE"), cli_key(c, "dead"),
                                                          TD_STR("+"), TD_STR("-"), TD_STR("COUNT"),
                                                          TD_STR("200")));
    if (!list)
        return CLI_FAILED;
    struct grid g;
    struct buf b;
    struct json_out j;
    buf_init(&b, 64 << 20);
    json_begin(&j, &b);
    json_arr_begin(&j);
    grid_init(&g, c->arena, titles);
    for (size_t i = 0; redis_is(list, R_ARRAY) && i < list->n; i++) {
        struct letter l;
        if (!letter_of(c, list->v[i], &l))
            continue;
        int64_t at_ms = strtoll(td_arena_dup(c->arena, l.entry).p, NULL, 10);
        json_obj_begin(&j);
        json_key_str(&j, "id", l.entry);
        json_key_str(&j, "inbox_id", l.id);
        json_key_i64(&j, "at", at_ms);
        json_key_str(&j, "command", td_str_of(kind_of(&l)));
        json_key_str(&j, "actor", l.cmd.actor);
        json_key_str(&j, "why", l.why);
        json_put_key(&j, "bytes");
        json_put_base64(&j, l.bytes);
        json_obj_end(&j);
        grid_put(&g, l.entry);
        grid_put(&g, text_since(c->arena, at_ms));
        grid_printf(&g, "%s", kind_of(&l));
        grid_put(&g, l.cmd.actor);
        grid_put(&g, l.why);
    }
    json_arr_end(&j);
    if (c->json)
        text_print_json(&b);
    else
        grid_print(&g, stdout, "none");
    buf_fini(&b);
    return CLI_OK;
}

/* The same bytes, so with its old id: if it was applied after all, it changes nothing. */
int cmd_dead_replay(struct cli *c) {
    if (cli_find(c) || cli_open(c))
        return CLI_FAILED;
    struct td_str entry = td_str_of(c->args[0]);
    const struct redis_reply *list = cli_call(
        c, CLI_ARGV(TD_STR("XRANGE"), cli_key(c, "dead"), entry, entry));
    struct letter l;
    if (!list)
        return CLI_FAILED;
    if (!letter_of(c, redis_at(list, 0), &l))
        return cli_fail("no dead command %s", c->args[0]);
    struct buf one;
    buf_init(&one, COMMAND_MAX_BYTES + 16);
    packed_put(&one, l.bytes);
    const struct redis_reply *added =
        buf_rc(&one) ? NULL
                     : cli_call(c, CLI_ARGV(TD_STR("XADD"), cli_key(c, "inbox"), TD_STR("*"),
                                            TD_STR("b"), buf_str(&one)));
    buf_fini(&one);
    if (!added)
        return CLI_FAILED;
    if (!cli_call(c, CLI_ARGV(TD_STR("XDEL"), cli_key(c, "dead"), entry)))
        return CLI_FAILED;
    if (!c->json)
        printf("%s: appended again as %.*s\n", kind_of(&l), TD_FMT(redis_str(added)));
    return CLI_OK;
}
