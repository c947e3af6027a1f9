#include "config/table.h"

#include <assert.h>

struct any_list {
    void *v;
    size_t n;
};

static void *field_of(void *obj, const struct row *row) {
    return (char *)obj + row->at;
}

static void store_value(const struct row *row, struct td_str text, int64_t number, void *field) {
    switch (row->rule.type) {
    case V_TEXT:
    case V_ID:
    case V_URL:
        *(struct td_str *)field = text;
        break;
    case V_NUMBER:
    case V_SIZE:
    case V_CHOICE:
        *(uint32_t *)field = (uint32_t)number;
        break;
    case V_BOOL:
        *(bool *)field = number != 0;
        break;
    case V_DURATION:
        *(int64_t *)field = number;
        break;
    }
}

/* A uint32_t holds it, whatever the row forgets to say. */
static struct value_rule rule_of(const struct row *row) {
    struct value_rule rule = row->rule;
    if ((rule.type == V_NUMBER || rule.type == V_SIZE) && !rule.max)
        rule.max = UINT32_MAX;
    return rule;
}

static void read_value(struct reader *r, const struct place *at, const struct row *row,
                       const struct yaml_node *node, void *field) {
    struct value_rule rule = rule_of(row);
    int64_t number;
    if (node->type == YAML_SCALAR && node->text.n && value_parse(&rule, node->text, &number)) {
        store_value(row, td_arena_dup(r->arena, node->text), number, field);
        return;
    }
    char expected[160];
    value_expected(&rule, expected, sizeof(expected));
    reader_expected(r, at, node, expected);
}

void table_read_texts(struct reader *r, const struct place *at, const struct value_rule *rule,
                      const struct yaml_node *node, struct td_strs *out) {
    char expected[160];
    value_expected(rule, expected, sizeof(expected));
    const struct yaml_node *one[] = {node};
    size_t n = node->type == YAML_SCALAR ? 1 : node->n;
    const struct yaml_node *const *items = node->type == YAML_SCALAR ? one : node->items;
    if (node->type == YAML_MAP) {
        reader_expected(r, at, node, "a list");
        return;
    }
    *out = (struct td_strs){TD_ARENA_ARRAY(r->arena, struct td_str, n), 0};
    for (size_t i = 0; i < n; i++) {
        struct place here = {at->up, at->name, node->type == YAML_SCALAR ? 0 : i + 1};
        struct td_str text;
        int64_t number;
        if (!reader_text(r, &here, items[i], expected, &text))
            continue;
        if (value_parse(rule, text, &number))
            out->v[out->n++] = text;
        else
            reader_expected(r, &here, items[i], expected);
    }
}

bool table_expect_map(struct reader *r, const struct place *at, const struct yaml_node *node) {
    if (node->type == YAML_MAP || node->type == YAML_NOTHING)
        return true;
    reader_expected(r, at, node, "a map of keys");
    return false;
}

static void read_by_name(struct reader *r, const struct place *at, const struct table *t,
                         const struct yaml_node *map, struct any_list *out) {
    if (!table_expect_map(r, at, map))
        return;
    *out = (struct any_list){td_arena_alloc(r->arena, map->n * t->size), 0};
    for (size_t i = 0; i < map->n; i++) {
        const struct yaml_entry *entry = &map->entries[i];
        struct place here = {at, entry->key, 0};
        if (!value_is_id(entry->key)) {
            reader_fail(r, &here, entry->line,
                        "a name has only a-z, 0-9, - and _, and at most 64 of them");
            continue;
        }
        void *obj = (char *)out->v + out->n++ * t->size;
        struct td_str id = td_arena_dup(r->arena, entry->key);
        settings_table_init(r, t, id, obj);
        *(struct td_str *)obj = id;
        reader_mark(r, obj, entry->line);
        table_read(r, &here, t, entry->value, obj);
    }
}

static void read_tables(struct reader *r, const struct place *at, const struct table *t,
                        const struct yaml_node *list, struct any_list *out) {
    if (list->type != YAML_LIST && list->type != YAML_NOTHING) {
        reader_expected(r, at, list, "a list, each line beginning with \"- \"");
        return;
    }
    *out = (struct any_list){td_arena_alloc(r->arena, list->n * t->size), list->n};
    for (size_t i = 0; i < list->n; i++) {
        struct place here = {at->up, at->name, i + 1};
        void *obj = (char *)out->v + i * t->size;
        settings_table_init(r, t, (struct td_str){NULL, 0}, obj);
        table_read(r, &here, t, list->items[i], obj);
    }
}

void table_read_row(struct reader *r, const struct place *up, const struct row *row,
                    const struct yaml_entry *entry, void *obj) {
    struct place at = {up, entry->key, 0};
    void *field = field_of(obj, row);
    reader_mark(r, field, entry->line);
    switch (row->cell) {
    case CELL_VALUE:
        read_value(r, &at, row, entry->value, field);
        break;
    case CELL_PATH:
        if (reader_text(r, &at, entry->value, "a path", field))
            *(struct td_str *)field = reader_path(r, *(struct td_str *)field);
        break;
    case CELL_SECRET:
        reader_secret(r, &at, entry->value, field);
        break;
    case CELL_TEXTS:
        table_read_texts(r, &at, &row->rule, entry->value, field);
        break;
    case CELL_TABLE:
        table_read(r, &at, row->table, entry->value, field);
        break;
    case CELL_TABLES:
        read_tables(r, &at, row->table, entry->value, field);
        break;
    case CELL_BY_NAME:
        read_by_name(r, &at, row->table, entry->value, field);
        break;
    case CELL_READ:
        row->read(r, &at, entry->value, field);
        break;
    }
}

const struct row *settings_table_find(const struct table *t, struct td_str key) {
    for (size_t i = 0; i < t->n; i++)
        if (td_str_eqz(key, t->rows[i].key))
            return &t->rows[i];
    return NULL;
}

void settings_table_init(struct reader *r, const struct table *t, struct td_str id, void *obj) {
    if (t->init)
        t->init(r, obj, id);
    for (size_t i = 0; i < t->n; i++) {
        const struct row *row = &t->rows[i];
        if (row->cell == CELL_TABLE)
            settings_table_init(r, row->table, td_str_of(row->key), field_of(obj, row));
        if (!row->fallback)
            continue;
        struct td_str text = td_str_of(row->fallback);
        int64_t number = 0;
        if (row->cell == CELL_VALUE && text.n) {
            struct value_rule rule = rule_of(row);
            bool fits = value_parse(&rule, text, &number);
            assert(fits && "the table's default does not fit its own row");
            (void)fits;
        }
        /* A field that is read by hand and has a default here is a text. */
        if (row->cell == CELL_VALUE || row->cell == CELL_PATH || row->cell == CELL_READ)
            store_value(row, text, number, field_of(obj, row));
    }
}

void table_check_required(struct reader *r, const struct place *at, const struct table *t,
                          const struct yaml_node *map) {
    for (size_t i = 0; i < t->n; i++)
        if (t->rows[i].required && !yaml_get(map, t->rows[i].key)) {
            struct place here = {at, td_str_of(t->rows[i].key), 0};
            reader_fail(r, &here, map->line, "missing: %s", t->rows[i].help);
        }
}

void table_read(struct reader *r, const struct place *at, const struct table *t,
                const struct yaml_node *map, void *obj) {
    if (!table_expect_map(r, at, map))
        return;
    for (size_t i = 0; i < map->n; i++) {
        const struct yaml_entry *entry = &map->entries[i];
        const struct row *row = settings_table_find(t, entry->key);
        if (row) {
            table_read_row(r, at, row, entry, obj);
            continue;
        }
        struct nearest near = {.key = entry->key};
        for (size_t k = 0; k < t->n; k++)
            nearest_try(&near, t->rows[k].key);
        reader_unknown_key(r, at, entry->line, &near);
    }
    table_check_required(r, at, t, map);
    if (t->done)
        t->done(r, at, map, obj);
}
