/* The reference of all keys, as Markdown: config/README.md holds what this prints. */
#include "config/settings.h"
#include "config/tables.h"

#include <inttypes.h>

/* A cell of a Markdown table. */
static void put_text(FILE *out, const char *s) {
    for (; s && *s; s++)
        fputs(*s == '|' ? "\\|" : (char[]){*s, 0}, out);
}

static void put_range(FILE *out, const struct value_rule *rule) {
    char lo[32], hi[32];
    if (!rule->min && !rule->max)
        return;
    if (rule->type == V_DURATION) {
        value_print_duration(rule->min, lo);
        value_print_duration(rule->max, hi);
    } else if (rule->type == V_SIZE) {
        value_print_size(rule->min, lo);
        value_print_size(rule->max, hi);
    } else {
        snprintf(lo, sizeof(lo), "%" PRId64, rule->min);
        snprintf(hi, sizeof(hi), "%" PRId64, rule->max);
    }
    if (rule->max)
        fprintf(out, ", %s … %s", lo, hi);
    else
        fprintf(out, ", at least %s", lo);
}

static void put_choices(FILE *out, const struct value_rule *rule) {
    for (size_t i = 0; rule->names && rule->names[i]; i++)
        fprintf(out, "%s%s", i ? ", " : "", rule->names[i]);
    for (const char *p = rule->choices; p && *p; p++)
        fputs(*p == '|' ? ", " : (char[]){*p, 0}, out);
}

static void put_rule(FILE *out, const struct value_rule *rule) {
    static const char *const names[] = {
        [V_TEXT] = "text",        [V_ID] = "id",     [V_URL] = "URL",
        [V_NUMBER] = "number",    [V_SIZE] = "size", [V_BOOL] = "true, false",
        [V_DURATION] = "duration"};
    if (rule->type == V_CHOICE) {
        put_choices(out, rule);
        return;
    }
    fputs(names[rule->type], out);
    put_range(out, rule);
    if (rule->never)
        fputs(", never", out);
}

static void put_value(FILE *out, const struct row *row) {
    switch (row->cell) {
    case CELL_VALUE:
        put_rule(out, &row->rule);
        break;
    case CELL_PATH:
        fputs("path", out);
        break;
    case CELL_SECRET:
        fputs("secret", out);
        break;
    case CELL_TEXTS:
        fputs("list of ", out);
        put_rule(out, &row->rule);
        break;
    case CELL_TABLE:
        fputs("map", out);
        break;
    case CELL_TABLES:
        fputs("list of maps", out);
        break;
    case CELL_BY_NAME:
        fputs("map of id: settings", out);
        break;
    case CELL_READ:
        put_text(out, row->form);
        break;
    }
}

static void put_rows(FILE *out, const struct table *t) {
    fputs("| key | value | default | |\n|---|---|---|---|\n", out);
    for (size_t i = 0; i < t->n; i++) {
        const struct row *row = &t->rows[i];
        fprintf(out, "| `%s` | ", row->key);
        put_value(out, row);
        fputs(" | ", out);
        if (row->required)
            fputs("**required**", out);
        else if (row->shown)
            put_text(out, row->shown);
        else if (row->fallback && *row->fallback)
            fprintf(out, "`%s`", row->fallback);
        fputs(" | ", out);
        put_text(out, row->help);
        fputs(" |\n", out);
    }
}

static void put_section(FILE *out, const char *title, const struct table *t) {
    fprintf(out, "\n### %s\n\n%s\n\n", title, t->help);
    put_rows(out, t);
}

/* The kinds of work differ in their defaults: one column each. */
static void put_kind_value(FILE *out, const struct row *row, const struct kind_policy *kind) {
    const void *field = (const char *)kind + row->at;
    char text[32];
    if (row->cell != CELL_VALUE)
        return;
    if (row->rule.type == V_DURATION)
        value_print_duration(*(const int64_t *)field, text);
    else if (row->rule.type == V_CHOICE)
        snprintf(text, sizeof(text), "%s", row->rule.names[*(const uint32_t *)field]);
    else
        snprintf(text, sizeof(text), "%u", *(const uint32_t *)field);
    fputs(text, out);
}

static void put_kinds(FILE *out, const struct table *t) {
    fputs("\n### `profiles.ID.voice`, `.chat`, `.sms`, `.social`, `.mail`\n\n"
          "The columns are the defaults of each kind.\n\n| key | value |",
          out);
    for (size_t k = 0; k < CK_N; k++)
        fprintf(out, " %s |", channel_kind_names[k]);
    fputs(" |\n|---|---|---|---|---|---|---|---|\n", out);
    for (size_t i = 0; i < t->n; i++) {
        fprintf(out, "| `%s` | ", t->rows[i].key);
        put_value(out, &t->rows[i]);
        fputs(" |", out);
        for (size_t k = 0; k < CK_N; k++) {
            fputc(' ', out);
            put_kind_value(out, &t->rows[i], &defaults_kind[k]);
            fputs(" |", out);
        }
        fputc(' ', out);
        put_text(out, t->rows[i].help);
        fputs(" |\n", out);
    }
    fputs("\n`while_active`, by default: the row is active, the column is new.\n\n| |", out);
    for (size_t k = 0; k < CK_N; k++)
        fprintf(out, " %s |", channel_kind_names[k]);
    fputs("\n|---|---|---|---|---|---|\n", out);
    for (size_t active = 0; active < CK_N; active++) {
        fprintf(out, "| %s |", channel_kind_names[active]);
        for (size_t new = 0; new < CK_N; new ++)
            fprintf(out, " %s |", interrupt_names[defaults_interrupts[active][new]]);
        fputc('\n', out);
    }
}

static const struct table *inner(const struct table *t, const char *key) {
    const struct row *row = settings_table_find(t, td_str_of(key));
    return row ? row->table : NULL;
}

static void put_setting(FILE *out, const struct td_setting *s) {
    struct value_rule rule = settings_rule(s);
    fprintf(out, "| `%s` | ", s->name);
    if (s->flags & TD_SET_SECRET)
        fputs("secret", out);
    else if (s->type == TD_S_LIST)
        fputs("list of text", out);
    else if (s->type == TD_S_MAP)
        fputs("map of text", out);
    else
        put_rule(out, &rule);
    fputs(" | ", out);
    if (s->flags & TD_SET_REQUIRED)
        fputs("**required**", out);
    else if (s->fallback && *s->fallback) {
        fputc('`', out);
        put_text(out, s->fallback);
        fputc('`', out);
    }
    fputs(" | ", out);
    put_text(out, s->help);
    fputs(" |\n", out);
}

static void put_connector(FILE *out, const struct td_connector *c) {
    fprintf(out, "\n### `connector: %s`\n\n%s (%s). %s\n", c->name, c->title ? c->title : c->name,
            c->kind, c->help ? c->help : "");
    if (!c->settings || !c->settings->name)
        return;
    fputs("\n| key | value | default | |\n|---|---|---|---|\n", out);
    for (const struct td_setting *s = c->settings; s->name; s++)
        put_setting(out, s);
}

void config_print_reference(FILE *out) {
    fputs("Durations are `250ms`, `20s`, `5m`, `4h`, `7d`, `1h30m`; sizes `8192`, `64KiB`, "
          "`1MiB`. An id has a-z, 0-9, - and _. A secret is the text itself, `file:/path` or "
          "`env:NAME`.\n",
          out);
    put_section(out, "The file", &table_root);
    put_section(out, "`server`", &table_server);
    put_section(out, "`server.listen`", inner(&table_server, "listen"));
    put_section(out, "`redis`", &table_redis);
    put_section(out, "`log`", &table_log);
    put_section(out, "`media`", &table_media);
    put_section(out, "`media.s3`", inner(&table_media, "s3"));
    put_section(out, "`channels.ID`", &table_channel);
    put_section(out, "`channels.ID.rules`", inner(&table_channel, "rules"));
    for (size_t i = 0; td_connectors[i]; i++)
        put_connector(out, td_connectors[i]);
    put_section(out, "`webhooks.ID`", &table_webhook);
    put_section(out, "`queues.ID`", &table_queue);
    put_section(out, "`queues.ID.relax`", inner(&table_queue, "relax"));
    put_section(out, "`hours.ID`", &table_hours);
    put_section(out, "`profiles.ID`", &table_profile);
    put_kinds(out, inner(&table_profile, "chat"));
    put_section(out, "`routing`", &table_routing);
}
