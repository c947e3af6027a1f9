/* Channels: the keys that all have, and those of each one's connector. */
#include "config/tables.h"

#include "config/secret.h"
#include "config/settings.h"

#define AT(member_) .at = offsetof(struct channel_seen, member_)
enum { UNSET = -1 };

static void read_connector(struct reader *r, const struct place *at, const struct yaml_node *node,
                           void *field) {
    (void)r, (void)at, (void)node, (void)field; /* was read first: it names the other table */
}

static const struct row channel_rows[] = {
    {.key = "connector",
     .cell = CELL_READ,
     AT(connector),
     .read = read_connector,
     .required = true,
     .form = "a connector's name, see below",
     .help = "What speaks the provider's protocol."},
    {.key = "queue",
     AT(policy.queue),
     .rule = {.type = V_ID},
     .shown = "required, but for phones",
     .help = "Where its conversations wait."},
    {.key = "reopen",
     AT(policy.reopen_ms),
     .rule = {.type = V_DURATION, .max = 366LL * 86400000},
     .shown = "by kind: chat 24h, sms 72h, social 7d, mail 30d",
     .help = "A new message within it reopens a resolved conversation."},
    {.key = "visitor_grace",
     AT(policy.visitor_grace_ms),
     .rule = {.type = V_DURATION, .max = 86400000},
     .fallback = "3m",
     .help = "Web chat: a visitor who lost the connection keeps the place so long."},
    {.key = "max_attempts",
     AT(policy.max_attempts),
     .rule = {.type = V_NUMBER, .min = 1, .max = 1000},
     .fallback = "12",
     .help = "Sends of one message before it counts as failed."},
    {.key = "observe",
     AT(policy.observe),
     .rule = {.type = V_BOOL},
     .fallback = "false",
     .help = "Takes in and records, but never sends: what agents write rests as \"held: observe "
             "only\", and goes out once this is off."},
    {.key = "listen_queue",
     AT(policy.listen_queue),
     .rule = {.type = V_ID},
     .shown = "the channel's queue",
     .help = "Where posts wait that a keyword or a hashtag found and that nobody wrote to us; "
             "always behind all else there."},
    {.key = "spike_per_minute",
     AT(policy.spike_per_minute),
     .rule = {.type = V_NUMBER, .min = 0, .max = 1000000},
     .fallback = "0",
     .help = "With more mentions a minute supervisors are told, and mentions that are alike become "
             "one item of work; 0: never."},
    {.key = "rules",
     .cell = CELL_TABLES,
     AT(policy.rules),
     .table = &table_rule,
     .help = "What is done with posts that fit."},
    {.key = "media_max",
     AT(media_max),
     .rule = {.type = V_SIZE, .min = 1024, .max = 64 << 20},
     .fallback = "25MiB",
     .help = "The largest file that is fetched or sent here."},
    {.key = "keywords",
     AT(keywords.mode),
     .rule = {.type = V_CHOICE, .choices = "default|answer|note|off"},
     .fallback = "default",
     .shown = "SMS: `answer`, or `note` where the provider answers itself; else `off`",
     .help = "STOP, START and HELP as a whole message: note keeps the list of who wants nothing "
             "any more, answer also confirms and helps."},
    {.key = "keyword_languages",
     .cell = CELL_TEXTS,
     AT(keywords.languages),
     .rule = {.type = V_ID},
     .shown = "`[en]`",
     .help = "The languages whose words are known; a word of several is answered in the first: cs, "
             "da, de, en, es, fi, fr, it, nb, nl, pl, pt, ru, sv."},
    {.key = "stop_words",
     .cell = CELL_TEXTS,
     AT(keywords.stop),
     .rule = {.type = V_TEXT},
     .help = "Further words that opt out."},
    {.key = "start_words",
     .cell = CELL_TEXTS,
     AT(keywords.start),
     .rule = {.type = V_TEXT},
     .help = "Further words that opt in again."},
    {.key = "help_words",
     .cell = CELL_TEXTS,
     AT(keywords.help),
     .rule = {.type = V_TEXT},
     .help = "Further words that ask for help."},
    {.key = "ignore_words",
     .cell = CELL_TEXTS,
     AT(keywords.ignore),
     .rule = {.type = V_TEXT},
     .help = "Words of the languages that are ordinary messages here, such as cancel."},
    {.key = "stop_answer",
     AT(keywords.stop_answer),
     .rule = {.type = V_TEXT},
     .shown = "in the word's language",
     .help = "The confirmation of STOP; {name} is the name of the business."},
    {.key = "start_answer",
     AT(keywords.start_answer),
     .rule = {.type = V_TEXT},
     .shown = "in the word's language",
     .help = "The confirmation of START."},
    {.key = "help_answer",
     AT(keywords.help_answer),
     .rule = {.type = V_TEXT},
     .shown = "in the word's language",
     .help = "The answer to HELP."},
    {.key = "public_url",
     AT(public_url),
     .rule = {.type = V_URL},
     .shown = "`server.public_url`/hooks/ID",
     .help = "Where the provider sends its hooks, exactly as configured there: it is signed."},
};
const struct table table_channel = {
    .title = "a channel",
    .help = "A provider's account, number or mailbox. The key is the channel's id; it stands in "
            "the path of its hooks.",
    .size = sizeof(struct channel_seen),
    TABLE_ROWS(channel_rows),
};

static void told(struct reader *r, const struct place *at, const struct yaml_node *node, int rc,
                 const struct td_error *err) {
    if (rc)
        reader_fail(r, at, node->line, "%s", err->text);
}

static void read_secret(struct reader *r, const struct place *at, const struct td_setting *row,
                        const struct yaml_node *node, struct td_settings *settings) {
    struct td_secret *secret;
    struct td_error err;
    if (node->type != YAML_SCALAR) {
        reader_fail(r, at, node->line, "expected a secret, file:/path or env:NAME");
        return;
    }
    int rc = secret_resolve(node->text, r->dir ? r->dir : ".", &secret, &err);
    told(r, at, node, rc, &err);
    if (!rc)
        settings_take_secret(settings, row->name, secret);
}

static void read_items(struct reader *r, const struct place *at, const struct td_setting *row,
                       const struct yaml_node *node, struct td_settings *settings) {
    static const struct value_rule text = {.type = V_TEXT};
    struct td_strs items = {NULL, 0};
    struct td_error err;
    table_read_texts(r, at, &text, node, &items);
    settings_clear(settings, row->name);
    for (size_t i = 0; i < items.n; i++)
        told(r, at, node, settings_set(settings, row->name, items.v[i], &err), &err);
}

static void read_pairs(struct reader *r, const struct place *at, const struct td_setting *row,
                       const struct yaml_node *map, struct td_settings *settings) {
    struct td_error err;
    if (!table_expect_map(r, at, map))
        return;
    settings_clear(settings, row->name);
    for (size_t i = 0; i < map->n; i++) {
        const struct yaml_entry *entry = &map->entries[i];
        struct place here = {at, entry->key, 0};
        if (entry->value->type != YAML_SCALAR)
            reader_expected(r, &here, entry->value, "a text");
        else
            told(r, &here, entry->value,
                 settings_put(settings, row->name, entry->key, entry->value->text, &err), &err);
    }
}

static void read_setting(struct reader *r, const struct place *up, const struct td_setting *row,
                         const struct yaml_entry *entry, struct td_settings *settings) {
    struct place at = {up, entry->key, 0};
    const struct yaml_node *node = entry->value;
    struct td_error err;
    if (row->flags & TD_SET_SECRET) {
        read_secret(r, &at, row, node, settings);
    } else if (row->type == TD_S_LIST) {
        read_items(r, &at, row, node, settings);
    } else if (row->type == TD_S_MAP) {
        read_pairs(r, &at, row, node, settings);
    } else if (node->type != YAML_SCALAR) {
        struct value_rule rule = settings_rule(row);
        char expected[160];
        value_expected(&rule, expected, sizeof(expected));
        reader_expected(r, &at, node, expected);
    } else {
        told(r, &at, node, settings_set(settings, row->name, node->text, &err), &err);
    }
}

static const struct td_connector *find_connector(struct reader *r, const struct place *at,
                                                 const struct yaml_node *map) {
    const struct yaml_node *node = yaml_get(map, "connector");
    if (!node)
        return NULL; /* table_check_required says so */
    struct place here = {at, TD_STR("connector"), 0};
    const struct td_connector *c = node->type == YAML_SCALAR ? td_connector_find(node->text) : NULL;
    if (c)
        return c;
    struct td_str names = TD_STR("one of ");
    for (size_t i = 0; td_connectors[i]; i++)
        names = td_arena_printf(r->arena, "%.*s%s%s", TD_FMT(names), i ? ", " : "",
                                td_connectors[i]->name);
    reader_expected(r, &here, node, names.p);
    return NULL;
}

static void read_keys(struct reader *r, const struct place *at, const struct yaml_node *map,
                      struct channel_seen *seen) {
    const struct td_setting *table = seen->connector->settings;
    for (size_t i = 0; i < map->n; i++) {
        const struct yaml_entry *entry = &map->entries[i];
        const struct row *row = settings_table_find(&table_channel, entry->key);
        const struct td_setting *own = settings_find(table, entry->key);
        if (own) {
            reader_mark(r, own, entry->line);
            read_setting(r, at, own, entry, seen->settings);
        } else if (row) {
            table_read_row(r, at, row, entry, seen);
        } else {
            struct nearest near = {.key = entry->key};
            for (size_t k = 0; k < table_channel.n; k++)
                nearest_try(&near, table_channel.rows[k].key);
            for (const struct td_setting *s = table; s && s->name; s++)
                nearest_try(&near, s->name);
            reader_unknown_key(r, at, entry->line, &near);
        }
    }
}

static void check_missing(struct reader *r, const struct place *at, const struct yaml_node *map,
                          const struct td_settings *settings) {
    const struct td_setting *row;
    for (size_t i = 0; (row = settings_missing(settings, &i));) {
        const struct yaml_node *there = yaml_get(map, row->name);
        struct place here = {at, td_str_of(row->name), 0};
        if (!there) /* else its own error was told */
            reader_fail(r, &here, map->line, "missing: %s", row->help);
        else if (there->type == YAML_LIST && !there->n)
            reader_fail(r, &here, there->line, "an empty list: %s", row->help);
    }
}

/* A connector that can gate does, unless a setting of its own says otherwise. */
static bool has_gate(const struct td_connector *c, const struct td_settings *settings) {
    const struct td_setting *row = settings_find(c->settings, TD_STR("gate"));
    if (!(c->capabilities & TD_CAN_GATE) || !row)
        return c->capabilities & TD_CAN_GATE;
    return row->type == TD_S_BOOL ? td_settings_number(settings, "gate") != 0
                                  : !td_str_eqz(td_settings_text(settings, "gate"), "off");
}

static void fill_channel(struct reader *r, struct channel_seen *seen) {
    const struct td_connector *c = seen->connector;
    struct channel_policy *p = &seen->policy;
    p->connector = td_str_of(c->name);
    p->kind = CK_MAIL;
    for (uint32_t k = 0; k < CK_N; k++)
        if (strcmp(c->kind, channel_kind_names[k]) == 0)
            p->kind = k;
    p->live = c->capabilities & TD_CAN_LIVE;
    p->idempotent = c->capabilities & TD_CAN_IDEMPOTENT;
    p->gate = has_gate(c, seen->settings);
    p->reacts = c->capabilities & TD_CAN_REACT;
    p->length_unit = c->length_unit;
    p->max_length = c->max_length;
    p->media_max = c->capabilities & (TD_CAN_MEDIA | TD_CAN_LIVE) ? seen->media_max : 0;
    if (p->reopen_ms == UNSET)
        p->reopen_ms = defaults_of_kind[p->kind].reopen_ms;
    const struct td_setting *origins = settings_find(c->settings, TD_STR("origins"));
    const struct td_str *v;
    if (origins && origins->type == TD_S_LIST) {
        p->origins.n = td_settings_list(seen->settings, "origins", &v);
        p->origins.v = TD_ARENA_ARRAY(r->arena, struct td_str, p->origins.n);
        if (p->origins.n)
            memcpy(p->origins.v, v, p->origins.n * sizeof(*v));
    }
}

static bool read_channel(struct reader *r, const struct place *at, const struct yaml_entry *entry,
                         struct channel_seen *seen) {
    const struct yaml_node *map = entry->value;
    seen->line = entry->line;
    if (!value_is_id(entry->key)) {
        reader_fail(r, at, entry->line,
                    "a name has only a-z, 0-9, - and _, and at most 64 of them");
        return false;
    }
    seen->policy.id = td_arena_dup(r->arena, entry->key);
    if (!table_expect_map(r, at, map))
        return false;
    settings_table_init(r, &table_channel, seen->policy.id, seen);
    seen->policy.reopen_ms = UNSET;
    table_check_required(r, at, &table_channel, map);
    seen->connector = find_connector(r, at, map);
    if (!seen->connector)
        return false;
    seen->settings = settings_new(seen->connector->settings);
    r->settings = reader_grow(r, r->settings, r->n_settings, sizeof(struct td_settings *));
    r->settings[r->n_settings++] = seen->settings;
    size_t before = r->n_errors;
    read_keys(r, at, map, seen);
    check_missing(r, at, map, seen->settings);
    struct td_error err;
    if (r->n_errors == before && td_connector_check(seen->connector, seen->settings, &err))
        reader_fail(r, at, seen->line, "%s", err.text);
    fill_channel(r, seen);
    keywords_read(r, at, seen->line, seen->connector, &seen->keywords, &seen->policy);
    return true;
}

static void mark_key(struct reader *r, const struct yaml_entry *entry, const char *key,
                     const void *field) {
    const struct yaml_node *node = yaml_get(entry->value, key);
    reader_mark(r, field, node ? node->line : entry->line);
}

void channels_read(struct reader *r, const struct place *at, const struct yaml_node *map,
                   void *config) {
    struct config *c = config;
    if (!table_expect_map(r, at, map))
        return;
    c->channels.v = TD_ARENA_ARRAY(r->arena, struct config_channel, map->n);
    c->policy.channels.v = TD_ARENA_ARRAY(r->arena, struct channel_policy, map->n);
    for (size_t i = 0; i < map->n; i++) {
        struct place here = {at, map->entries[i].key, 0};
        struct channel_seen seen = {.line = 0};
        if (!read_channel(r, &here, &map->entries[i], &seen))
            continue;
        c->channels.v[c->channels.n++] = (struct config_channel){
            .id = seen.policy.id,
            .connector = seen.connector,
            .settings = seen.settings,
            .public_url = seen.public_url,
            .media_max = seen.media_max,
            .line = seen.line,
        };
        struct channel_policy *policy = &c->policy.channels.v[c->policy.channels.n++];
        *policy = seen.policy;
        mark_key(r, &map->entries[i], "queue", &policy->queue);
        mark_key(r, &map->entries[i], "origins", &policy->origins);
        mark_key(r, &map->entries[i], "listen_queue", &policy->listen_queue);
        mark_key(r, &map->entries[i], "spike_per_minute", &policy->spike_per_minute);
    }
}
