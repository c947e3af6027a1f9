#include "config/yaml.h"

#include <sodium.h>
#include <stdio.h>
#include <yaml.h>

struct anchor {
    struct td_str name;
    const struct yaml_node *node;
};

struct parser {
    yaml_parser_t yaml;
    struct td_arena *arena;
    yaml_fault *fault;
    void *arg;
    size_t nodes;
    struct yaml_node *made;
    struct anchor anchors[YAML_ANCHORS_MAX];
    size_t n_anchors;
};

static unsigned line_of(yaml_mark_t mark) {
    return mark.line < 1u << 30 ? (unsigned)mark.line + 1 : 1u << 30;
}

static int fail(struct parser *p, int rc, unsigned line, const char *text) {
    p->fault(p->arg, line, text);
    return rc;
}

static int next_event(struct parser *p, yaml_event_t *ev) {
    if (yaml_parser_parse(&p->yaml, ev))
        return TD_OK;
    char text[200];
    const char *problem = p->yaml.problem ? p->yaml.problem : "not YAML";
    if (p->yaml.context)
        snprintf(text, sizeof(text), "%s, %s", p->yaml.context, problem);
    else
        snprintf(text, sizeof(text), "%s", problem);
    return fail(p, TD_EPARSE, line_of(p->yaml.problem_mark), text);
}

static int count(struct parser *p, size_t weight, unsigned line) {
    p->nodes += weight;
    if (p->nodes > YAML_NODES_MAX)
        return fail(p, TD_ELIMIT, line, "more than 50000 values");
    return TD_OK;
}

static bool is_nothing(const yaml_event_t *ev) {
    struct td_str s = {(const char *)ev->data.scalar.value, ev->data.scalar.length};
    return ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (!s.n || td_str_eqz(s, "~") || td_str_eqz(s, "null"));
}

static int check_text(struct parser *p, const yaml_event_t *ev, unsigned line) {
    for (size_t i = 0; i < ev->data.scalar.length; i++) {
        unsigned char c = ev->data.scalar.value[i];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            return fail(p, TD_EPARSE, line, "a control character in a value");
    }
    return TD_OK;
}

static struct td_str dup_text(struct parser *p, const yaml_event_t *ev) {
    return td_arena_dup(
        p->arena, (struct td_str){(const char *)ev->data.scalar.value, ev->data.scalar.length});
}

static int read_node(struct parser *p, const yaml_event_t *ev, unsigned depth,
                     const struct yaml_node **out);

static int read_next(struct parser *p, unsigned depth, yaml_event_type_t end, bool *ended,
                     const struct yaml_node **out) {
    yaml_event_t ev;
    int rc = next_event(p, &ev);
    if (rc)
        return rc;
    *ended = ev.type == end;
    if (!*ended)
        rc = read_node(p, &ev, depth, out);
    yaml_event_delete(&ev);
    return rc;
}

/* Room for one more in an arena's array: at powers of two it moves to a larger one. */
static void *grow(struct td_arena *a, void *v, size_t n, size_t size) {
    if (!n)
        return td_arena_alloc(a, size);
    return n & (n - 1) ? v : memcpy(td_arena_alloc(a, 2 * n * size), v, n * size);
}

static int read_list(struct parser *p, unsigned depth, struct yaml_node *node) {
    for (;;) {
        bool ended;
        const struct yaml_node *item = NULL;
        int rc = read_next(p, depth + 1, YAML_SEQUENCE_END_EVENT, &ended, &item);
        if (rc || ended)
            return rc;
        node->items = grow(p->arena, node->items, node->n, sizeof(struct yaml_node *));
        node->items[node->n++] = item;
        node->weight += item->weight;
    }
}

static int read_key(struct parser *p, struct yaml_node *node, struct yaml_entry *entry,
                    bool *ended) {
    yaml_event_t ev;
    int rc = next_event(p, &ev);
    if (rc)
        return rc;
    *ended = ev.type == YAML_MAPPING_END_EVENT;
    if (*ended)
        goto out;
    entry->line = line_of(ev.start_mark);
    rc = ev.type == YAML_SCALAR_EVENT ? check_text(p, &ev, entry->line)
                                      : fail(p, TD_EPARSE, entry->line, "a key that is no text");
    if (rc)
        goto out;
    entry->key = dup_text(p, &ev);
    rc = count(p, 1, entry->line);
    node->weight++;
out:
    yaml_event_delete(&ev);
    return rc;
}

static bool told_duplicate(struct parser *p, const struct yaml_node *node,
                           const struct yaml_entry *entry) {
    for (size_t i = 0; i < node->n; i++)
        if (td_str_eq(node->entries[i].key, entry->key)) {
            char text[200];
            snprintf(text, sizeof(text),
                     "the key \"%.*s\" stands here for the second time, "
                     "first in line %u",
                     (int)(entry->key.n < 64 ? entry->key.n : 64), entry->key.p,
                     node->entries[i].line);
            p->fault(p->arg, entry->line, text);
            return true;
        }
    return false;
}

static int read_map(struct parser *p, unsigned depth, struct yaml_node *node) {
    for (;;) {
        struct yaml_entry entry = {0};
        bool ended;
        int rc = read_key(p, node, &entry, &ended);
        if (rc || ended)
            return rc;
        rc = read_next(p, depth + 1, YAML_NO_EVENT, &ended, &entry.value);
        if (rc)
            return rc;
        node->weight += entry.value->weight;
        if (told_duplicate(p, node, &entry))
            continue;
        if (node->n == YAML_KEYS_MAX)
            return fail(p, TD_ELIMIT, entry.line, "more than 4096 keys");
        node->entries = grow(p->arena, node->entries, node->n, sizeof(struct yaml_entry));
        node->entries[node->n++] = entry;
    }
}

static int read_alias(struct parser *p, const yaml_event_t *ev, const struct yaml_node **out) {
    struct td_str name = td_str_of((const char *)ev->data.alias.anchor);
    for (size_t i = p->n_anchors; i-- > 0;) /* the latest of that name */
        if (td_str_eq(p->anchors[i].name, name)) {
            *out = p->anchors[i].node;
            return count(p, (*out)->weight, line_of(ev->start_mark));
        }
    return fail(p, TD_EPARSE, line_of(ev->start_mark), "an alias (*) of nothing before it");
}

/* Registered at its end: a node cannot contain itself. */
static int keep_anchor(struct parser *p, const yaml_char_t *name, const struct yaml_node *node) {
    if (!name)
        return TD_OK;
    if (p->n_anchors == YAML_ANCHORS_MAX)
        return fail(p, TD_ELIMIT, node->line, "more than 256 anchors (&)");
    p->anchors[p->n_anchors++] = (struct anchor){
        td_arena_dup(p->arena, td_str_of((const char *)name)), node};
    return TD_OK;
}

static int read_node(struct parser *p, const yaml_event_t *ev, unsigned depth,
                     const struct yaml_node **out) {
    unsigned line = line_of(ev->start_mark);
    if (depth > YAML_DEPTH_MAX)
        return fail(p, TD_ELIMIT, line, "nested more than 16 levels deep");
    if (ev->type == YAML_ALIAS_EVENT)
        return read_alias(p, ev, out);
    const yaml_char_t *anchor = NULL, *tag = NULL;
    struct yaml_node *node = TD_ARENA_NEW(p->arena, struct yaml_node);
    *node = (struct yaml_node){.line = line, .weight = 1, .made = p->made};
    p->made = node;
    *out = node;
    int rc = count(p, 1, line);
    if (rc)
        return rc;
    switch (ev->type) {
    case YAML_SCALAR_EVENT:
        anchor = ev->data.scalar.anchor;
        tag = ev->data.scalar.tag;
        rc = check_text(p, ev, line);
        node->type = is_nothing(ev) ? YAML_NOTHING : YAML_SCALAR;
        if (!rc && node->type == YAML_SCALAR)
            node->text = dup_text(p, ev);
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = ev->data.sequence_start.anchor;
        tag = ev->data.sequence_start.tag;
        node->type = YAML_LIST;
        rc = read_list(p, depth, node);
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = ev->data.mapping_start.anchor;
        tag = ev->data.mapping_start.tag;
        node->type = YAML_MAP;
        rc = read_map(p, depth, node);
        break;
    default:
        return fail(p, TD_EPARSE, line, "a value is missing");
    }
    if (!rc && tag)
        rc = fail(p, TD_EPARSE, line, "tags (!) have no meaning here");
    return rc ? rc : keep_anchor(p, anchor, node);
}

/* STREAM-START, then DOCUMENT-START node DOCUMENT-END at most once, STREAM-END. */
static int read_stream(struct parser *p, const struct yaml_node **root) {
    for (;;) {
        yaml_event_t ev;
        int rc = next_event(p, &ev);
        if (rc)
            return rc;
        yaml_event_type_t type = ev.type;
        unsigned line = line_of(ev.start_mark);
        if (type == YAML_DOCUMENT_START_EVENT && *root)
            rc = fail(p, TD_EPARSE, line, "a second document (---)");
        yaml_event_delete(&ev);
        if (rc || type == YAML_STREAM_END_EVENT)
            return rc;
        bool ended;
        if (type == YAML_DOCUMENT_START_EVENT)
            rc = read_next(p, 1, YAML_NO_EVENT, &ended, root);
        if (rc)
            return rc;
    }
}

int yaml_parse(struct td_arena *a, struct td_str text, struct yaml_tree *out, yaml_fault *fault,
               void *arg) {
    struct parser p = {.arena = a, .fault = fault, .arg = arg};
    *out = (struct yaml_tree){0};
    if (text.n > YAML_TEXT_MAX)
        return fail(&p, TD_ELIMIT, 1, "the file is larger than 1 MiB");
    if (!yaml_parser_initialize(&p.yaml))
        return fail(&p, TD_ELIMIT, 1, "no memory");
    yaml_parser_set_encoding(&p.yaml, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p.yaml, (const unsigned char *)(text.p ? text.p : ""), text.n);
    const struct yaml_node *root = NULL;
    int rc = read_stream(&p, &root);
    yaml_parser_delete(&p.yaml);
    out->made = p.made;
    if (rc)
        return rc;
    if (!root || root->type == YAML_NOTHING) {
        struct yaml_node *empty = TD_ARENA_NEW(a, struct yaml_node);
        *empty = (struct yaml_node){.type = YAML_MAP, .line = 1};
        root = empty;
    }
    out->root = root;
    return TD_OK;
}

void yaml_wipe(struct yaml_tree *tree) {
    for (struct yaml_node *node = tree->made; node; node = node->made) {
        if (!node->text.n)
            continue;
        /* The bytes are the arena's own; only readers see them as const. */
        union {
            const char *read;
            char *write;
        } text = {node->text.p};
        sodium_memzero(text.write, node->text.n);
    }
    tree->root = NULL;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key) {
    for (size_t i = 0; i < map->n && map->type == YAML_MAP; i++)
        if (td_str_eqz(map->entries[i].key, key))
            return map->entries[i].value;
    return NULL;
}
