/* Small lists: codes, canned answers, required skills. */
#include "config/tables.h"

enum { NAME_MAX_BYTES = 400 };
static const char name_expected[] = "a name of at most 400 bytes";
static const char id_expected[] = "a name of a-z, 0-9, - and _ (at most 64)";

struct codes {
    struct code *v;
    size_t n;
};

static void add_code(struct reader *r, const struct place *at, const struct yaml_node *id_node,
                     unsigned line, struct td_str id, struct td_str name, struct codes *out) {
    if (!value_is_id(id)) {
        if (id_node)
            reader_expected(r, at, id_node, id_expected);
        else
            reader_fail(r, at, line, "expected %s", id_expected);
        return;
    }
    for (size_t i = 0; i < out->n; i++)
        if (td_str_eq(out->v[i].id, id)) {
            reader_fail(r, at, line, "\"%.*s\" stands here for the second time", TD_FMT(id));
            return;
        }
    out->v[out->n++] = (struct code){td_arena_dup(r->arena, id),
                                     td_arena_dup(r->arena, name.n ? name : id)};
}

void lists_read_codes(struct reader *r, const struct place *at, const struct yaml_node *node,
                      void *field) {
    struct codes *out = field;
    if (node->type == YAML_SCALAR) {
        reader_expected(r, at, node, "a list, or a map of id: name");
        return;
    }
    out->v = TD_ARENA_ARRAY(r->arena, struct code, node->n);
    out->n = 0;
    for (size_t i = 0; i < node->n && node->type == YAML_LIST; i++) {
        struct place here = {at->up, at->name, i + 1};
        struct td_str none = {NULL, 0};
        add_code(r, &here, node->items[i], node->items[i]->line, node->items[i]->text, none, out);
    }
    for (size_t i = 0; i < node->n && node->type == YAML_MAP; i++) {
        const struct yaml_entry *entry = &node->entries[i];
        struct place here = {at, entry->key, 0};
        struct td_str name;
        if (entry->value->text.n > NAME_MAX_BYTES)
            reader_expected(r, &here, entry->value, name_expected);
        else if (reader_text(r, &here, entry->value, name_expected, &name))
            add_code(r, &here, NULL, entry->line, entry->key, name, out);
    }
}

void lists_read_canned(struct reader *r, const struct place *at, const struct yaml_node *map,
                       void *field) {
    static const char expected[] = "a text of at most 16000 bytes";
    struct {
        struct canned *v;
        size_t n;
    } *out = field;
    if (!table_expect_map(r, at, map))
        return;
    out->v = TD_ARENA_ARRAY(r->arena, struct canned, map->n);
    for (size_t i = 0; i < map->n; i++) {
        const struct yaml_entry *entry = &map->entries[i];
        struct place here = {at, entry->key, 0};
        struct td_str text;
        if (!value_is_id(entry->key))
            reader_fail(r, &here, entry->line, "expected %s", id_expected);
        else if (entry->value->text.n > 16000)
            reader_expected(r, &here, entry->value, expected);
        else if (reader_text(r, &here, entry->value, expected, &text))
            out->v[out->n++] = (struct canned){td_arena_dup(r->arena, entry->key), text};
    }
}

void lists_read_skills(struct reader *r, const struct place *at, const struct yaml_node *map,
                       void *field) {
    static const struct value_rule level_rule = {.type = V_NUMBER, .min = 1, .max = 10};
    struct {
        struct skill_need *v;
        size_t n;
    } *out = field;
    if (!table_expect_map(r, at, map))
        return;
    out->v = TD_ARENA_ARRAY(r->arena, struct skill_need, map->n);
    for (size_t i = 0; i < map->n; i++) {
        const struct yaml_entry *entry = &map->entries[i];
        struct place here = {at, entry->key, 0};
        int64_t level = 0;
        if (entry->value->type != YAML_SCALAR ||
            !value_parse(&level_rule, entry->value->text, &level)) {
            reader_expected(r, &here, entry->value, "a level from 1 to 10");
            continue;
        }
        struct skill_need *need = &out->v[out->n++];
        *need = (struct skill_need){td_arena_dup(r->arena, entry->key), (uint32_t)level};
        reader_mark(r, need, entry->line);
    }
}
