/* One channel from end to end, looked at from here. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/text.h"

#include "doctor/doctor.h"

#include <stdio.h>

static void print_json(const struct doctor_report *r, const struct doctor_input *in) {
    struct buf b;
    struct json_out j;
    buf_init(&b, 1 << 20);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "channel", in->channel->id);
    json_put_key(&j, "steps");
    json_arr_begin(&j);
    for (size_t i = 0; i < r->n; i++) {
        json_obj_begin(&j);
        json_key_str(&j, "step", td_str_of(r->v[i].name));
        json_key_str(&j, "state", td_str_of(doctor_state_names[r->v[i].state]));
        json_key_str(&j, "found", r->v[i].found);
        if (r->v[i].fix.n)
            json_key_str(&j, "fix", r->v[i].fix);
        json_obj_end(&j);
    }
    json_arr_end(&j);
    json_obj_end(&j);
    text_print_json(&b);
    buf_fini(&b);
}

/* What others have written is shown on one line. */
static void print_people(struct cli *c, const struct doctor_report *r) {
    static const char *const titles[] = {"STEP", "", "FOUND", NULL};
    struct grid grid;
    grid_init(&grid, c->arena, titles);
    for (size_t i = 0; i < r->n; i++) {
        grid_put(&grid, td_str_of(r->v[i].name));
        grid_put(&grid, td_str_of(doctor_state_names[r->v[i].state]));
        grid_put(&grid, text_line(c->arena, r->v[i].found, 120));
    }
    grid_print(&grid, stdout, "nothing to look at");
    for (size_t i = 0; i < r->n; i++)
        if (r->v[i].fix.n)
            printf("\n%s: %.*s", r->v[i].name, TD_FMT(text_line(c->arena, r->v[i].fix, 300)));
    putchar('\n');
}

static const struct config_channel *find(struct cli *c) {
    for (size_t i = 0; c->config && i < c->config->channels.n; i++)
        if (td_str_eqz(c->config->channels.v[i].id, c->args[0]))
            return &c->config->channels.v[i];
    cli_fail("no channel %s in the settings", c->args[0]);
    return NULL;
}

int cmd_doctor(struct cli *c) {
    struct doctor_input in = {.dns = cli_option(c, "dns"), .dkim = cli_option(c, "dkim")};
    struct doctor_report *r = TD_ARENA_NEW(c->arena, struct doctor_report);
    uint8_t key[32] = {0};
    struct td_error err;
    struct chan chan = {0};
    struct cli_items items;
    bool failed = false;
    if (cli_find(c))
        return CLI_FAILED;
    in.channel = find(c);
    if (!in.channel)
        return CLI_FAILED;
    if (config_key_file(c->data_dir, key, &err))
        return cli_fail("%s", err.text);
    struct td_str id = in.channel->id;
    if (cli_open(c) == CLI_OK && cli_read(c, EK_CHAN, &id, 1, &items) && items.n == 1 &&
        items.v[0].bytes.n && cli_unpack(c, &rec_chan, items.v[0].bytes, &chan))
        in.chan = &chan;
    in.key = key;
    r->arena = c->arena;
    doctor_run(&in, r);
    if (c->json)
        print_json(r, &in);
    else
        print_people(c, r);
    for (size_t i = 0; i < r->n; i++)
        failed |= r->v[i].state == DOCTOR_FAILED;
    return failed ? CLI_FAILED : CLI_OK;
}
