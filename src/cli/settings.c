/* Settings without a daemon: check, channel-types, reference. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/text.h"

#include <stdio.h>

static void put_error(struct json_out *j, const char *kind, const struct config_error *e) {
    json_obj_begin(j);
    json_key_str(j, "kind", td_str_of(kind));
    json_key_u64(j, "line", e->line);
    json_key_str(j, "text", e->text);
    json_obj_end(j);
}

int cmd_check(struct cli *c) {
    const char *path = c->args[0];
    const struct config_error *errors = NULL;
    size_t n = 0;
    struct td_error err;
    int rc = config_load(path, &c->config, &errors, &n, &err);
    if (rc && !c->config)
        return cli_fail("%s: %s", path, err.text);
    const struct config *conf = c->config;
    struct buf b;
    struct json_out j;
    buf_init(&b, 1 << 20);
    json_begin(&j, &b);
    json_arr_begin(&j);
    for (size_t i = 0; i < n; i++) {
        put_error(&j, "error", &errors[i]);
        if (!c->json)
            printf("%s:%u: %.*s\n", path, errors[i].line, TD_FMT(errors[i].text));
    }
    for (size_t i = 0; i < conf->warnings.n; i++) {
        put_error(&j, "warning", &conf->warnings.v[i]);
        if (!c->json)
            printf("%s:%u: warning: %.*s\n", path, conf->warnings.v[i].line,
                   TD_FMT(conf->warnings.v[i].text));
    }
    json_arr_end(&j);
    if (c->json)
        text_print_json(&b);
    else if (!rc)
        printf("%s: %zu channels, %zu queues, no errors\n", path, conf->channels.n,
               conf->policy.queues.n);
    buf_fini(&b);
    return rc ? CLI_FAILED : CLI_OK;
}

/* ---- connectors ---- */

static const char *const type_names[] = {"text",     "url",    "number", "bool",
                                         "duration", "choice", "list",   "map"};
static const struct {
    unsigned bit;
    const char *name;
} abilities[] = {{TD_CAN_SEND, "send"},   {TD_CAN_HOOK, "hooks"},
                 {TD_CAN_POLL, "poll"},   {TD_CAN_RECEIPTS, "receipts"},
                 {TD_CAN_MEDIA, "media"}, {TD_CAN_VOICE, "voice"},
                 {TD_CAN_LIVE, "live"},   {TD_CAN_IDEMPOTENT, "idempotent"}};

static void put_setting(struct json_out *j, const struct td_setting *s) {
    json_obj_begin(j);
    json_key_str(j, "name", td_str_of(s->name));
    json_key_str(j, "type", td_str_of(type_names[s->type]));
    json_key_bool(j, "required", s->flags & TD_SET_REQUIRED);
    json_key_bool(j, "secret", s->flags & TD_SET_SECRET);
    if (s->fallback)
        json_key_str(j, "default", td_str_of(s->fallback));
    if (s->choices)
        json_key_str(j, "choices", td_str_of(s->choices));
    json_key_str(j, "help", td_str_of(s->help));
    json_obj_end(j);
}

static void put_connector(struct json_out *j, const struct td_connector *k) {
    json_obj_begin(j);
    json_key_str(j, "name", td_str_of(k->name));
    json_key_str(j, "title", td_str_of(k->title));
    json_key_str(j, "kind", td_str_of(k->kind));
    json_key_str(j, "address_type", td_str_of(k->address_type));
    json_key_str(j, "help", td_str_of(k->help));
    json_put_key(j, "capabilities");
    json_arr_begin(j);
    for (size_t i = 0; i < sizeof(abilities) / sizeof(abilities[0]); i++)
        if (k->capabilities & abilities[i].bit)
            json_put_str(j, td_str_of(abilities[i].name));
    json_arr_end(j);
    json_put_key(j, "settings");
    json_arr_begin(j);
    for (const struct td_setting *s = k->settings; s && s->name; s++)
        put_setting(j, s);
    json_arr_end(j);
    json_obj_end(j);
}

static void print_connector(struct cli *c, const struct td_connector *k, bool whole) {
    static const char *const titles[] = {"  SETTING", "TYPE", "DEFAULT", "", NULL};
    printf("%s (%s): %s\n", k->name, k->kind, whole && k->help ? k->help : k->title);
    if (!whole)
        return;
    struct grid g;
    grid_init(&g, c->arena, titles);
    for (const struct td_setting *s = k->settings; s && s->name; s++) {
        grid_printf(&g, "  %s", s->name);
        grid_printf(&g, "%s", s->flags & TD_SET_SECRET ? "secret" : type_names[s->type]);
        grid_printf(&g, "%s",
                    s->flags & TD_SET_REQUIRED ? "required"
                    : s->fallback              ? s->fallback
                                               : "");
        grid_printf(&g, "%s", s->help ? s->help : "");
    }
    grid_print(&g, stdout, "  no settings of its own");
}

int cmd_channel_types(struct cli *c) {
    struct buf b;
    struct json_out j;
    buf_init(&b, 4 << 20);
    json_begin(&j, &b);
    json_arr_begin(&j);
    bool found = false;
    for (size_t i = 0; td_connectors[i]; i++) {
        const struct td_connector *k = td_connectors[i];
        if (c->n_args && strcmp(c->args[0], k->name) != 0)
            continue;
        found = true;
        put_connector(&j, k);
        if (!c->json)
            print_connector(c, k, c->n_args > 0);
    }
    json_arr_end(&j);
    if (c->json)
        text_print_json(&b);
    buf_fini(&b);
    return found ? CLI_OK : cli_fail("no connector %s", c->args[0]);
}

int cmd_reference(struct cli *c) {
    (void)c;
    config_print_reference(stdout);
    return CLI_OK;
}
