#include "config/settings.h"

#include "base/mem.h"
#include "config/secret.h"

#include <assert.h>
#include <stdio.h>
#include <tandem/arena.h>

enum { ITEMS_MAX = 1000, PLACES = 256 };

struct slot {
    bool set;   /* a value stands there, given or default */
    bool given; /* not the default */
    struct td_str text;
    int64_t number;
    struct td_str *items; /* LIST; MAP: key, value, key, value */
    size_t n;
    struct td_secret *secret;
};

struct td_settings {
    const struct td_setting *table;
    struct td_arena *arena;
    size_t n;
    struct slot *slots;
    struct td_secret **session; /* in the arena: it changes while the settings stay */
    uint8_t places[PLACES]; /* by the name's hash: the row + 1; 0: none. Asked for by every hook. */
};

/* ---- making ---- */

const struct td_setting *settings_find(const struct td_setting *table, struct td_str name) {
    for (; table && table->name; table++)
        if (td_str_eqz(name, table->name))
            return table;
    return NULL;
}

struct value_rule settings_rule(const struct td_setting *row) {
    static const enum value_type types[] = {
        [TD_S_TEXT] = V_TEXT, [TD_S_URL] = V_URL,           [TD_S_NUMBER] = V_NUMBER,
        [TD_S_BOOL] = V_BOOL, [TD_S_DURATION] = V_DURATION, [TD_S_CHOICE] = V_CHOICE,
        [TD_S_LIST] = V_TEXT, [TD_S_MAP] = V_TEXT,
    };
    return (struct value_rule){
        .type = types[row->type], .min = row->min, .max = row->max, .choices = row->choices};
}

static unsigned place_of(const char *name) {
    uint32_t h = 2166136261u; /* FNV-1a */
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 16777619u;
    return (h ^ h >> 8) % PLACES;
}

static void note_place(struct td_settings *s, size_t row) {
    unsigned i = place_of(s->table[row].name);
    while (s->places[i])
        i = (i + 1) % PLACES;
    s->places[i] = (uint8_t)(row + 1);
}

static struct slot *slot_of(const struct td_settings *s, const char *name) {
    for (unsigned i = place_of(name); s->places[i]; i = (i + 1) % PLACES)
        if (strcmp(s->table[s->places[i] - 1].name, name) == 0)
            return &s->slots[s->places[i] - 1];
    return NULL;
}

static void add_item(struct td_settings *s, struct slot *slot, struct td_str item) {
    if (!slot->n || !(slot->n & (slot->n - 1))) {
        struct td_str *larger = TD_ARENA_ARRAY(s->arena, struct td_str, slot->n ? 2 * slot->n : 1);
        if (slot->n)
            memcpy(larger, slot->items, slot->n * sizeof(*larger));
        slot->items = larger;
    }
    slot->items[slot->n++] = td_arena_dup(s->arena, item);
}

static int not_so(const struct td_setting *row, struct td_str found, struct td_error *err) {
    struct value_rule rule = settings_rule(row);
    char expected[160];
    value_expected(&rule, expected, sizeof(expected));
    if (row->flags & TD_SET_SECRET)
        return td_error_set(err, TD_EINVAL, "expected %s", expected);
    found = td_str_cut(found, 48);
    return td_error_set(err, TD_EINVAL, "found \"%.*s\", expected %s", TD_FMT(found), expected);
}

static int set_scalar(struct td_settings *s, struct slot *slot, const struct td_setting *row,
                      struct td_str text, struct td_error *err) {
    struct value_rule rule = settings_rule(row);
    bool may_be_empty = row->type == TD_S_TEXT && !(row->flags & TD_SET_SECRET);
    if ((!text.n && !may_be_empty) || !value_parse(&rule, text, &slot->number))
        return not_so(row, text, err);
    if (row->flags & TD_SET_SECRET) {
        secret_free(&slot->secret);
        slot->secret = secret_new(text);
    } else {
        slot->text = td_arena_dup(s->arena, text);
    }
    return TD_OK;
}

static void begin_items(struct slot *slot) {
    if (!slot->given)
        slot->n = 0;
    slot->set = slot->given = true;
}

int settings_put(struct td_settings *s, const char *name, struct td_str key, struct td_str value,
                 struct td_error *err) {
    struct slot *slot = slot_of(s, name);
    if (!slot)
        return td_error_set(err, TD_ENOTFOUND, "no setting \"%s\"", name);
    begin_items(slot);
    if (slot->n >= 2 * (size_t)ITEMS_MAX)
        return td_error_set(err, TD_ELIMIT, "more than 1000 pairs");
    add_item(s, slot, key);
    add_item(s, slot, value);
    return TD_OK;
}

int settings_set(struct td_settings *s, const char *name, struct td_str text,
                 struct td_error *err) {
    struct slot *slot = slot_of(s, name);
    if (!slot)
        return td_error_set(err, TD_ENOTFOUND, "no setting \"%s\"", name);
    const struct td_setting *row = &s->table[slot - s->slots];
    if (row->type == TD_S_MAP) {
        const char *eq = text.n ? memchr(text.p, '=', text.n) : NULL;
        if (!eq)
            return td_error_set(err, TD_EINVAL, "expected key=value");
        size_t n = (size_t)(eq - text.p);
        return settings_put(s, name, (struct td_str){text.p, n},
                            (struct td_str){eq + 1, text.n - n - 1}, err);
    }
    if (row->type == TD_S_LIST) {
        begin_items(slot);
        if (slot->n == ITEMS_MAX)
            return td_error_set(err, TD_ELIMIT, "more than 1000 items");
        add_item(s, slot, text);
        return TD_OK;
    }
    int rc = set_scalar(s, slot, row, text, err);
    if (!rc)
        slot->set = slot->given = true;
    return rc;
}

void settings_clear(struct td_settings *s, const char *name) {
    struct slot *slot = slot_of(s, name);
    assert(slot);
    slot->set = slot->given = true;
    slot->n = 0;
}

void settings_take_secret(struct td_settings *s, const char *name, struct td_secret *secret) {
    struct slot *slot = slot_of(s, name);
    assert(slot && s->table[slot - s->slots].flags & TD_SET_SECRET);
    secret_free(&slot->secret);
    slot->secret = secret;
    slot->set = slot->given = true;
}

/* A list's default is separated by commas. */
static void set_fallback(struct td_settings *s, struct slot *slot, const struct td_setting *row) {
    slot->set = true;
    if (row->type == TD_S_LIST) {
        for (const char *p = row->fallback; *p;) {
            size_t n = strcspn(p, ",");
            add_item(s, slot, (struct td_str){p, n});
            p += n + (p[n] == ',');
        }
    } else if (row->type != TD_S_MAP && *row->fallback) {
        int rc = set_scalar(s, slot, row, td_str_of(row->fallback), NULL);
        assert(rc == TD_OK && "the table's default does not fit its own row");
        (void)rc;
    }
}

struct td_settings *settings_new(const struct td_setting *table) {
    size_t n = 0;
    while (table && table[n].name)
        n++;
    struct td_settings *s = MEM_NEW(struct td_settings);
    s->table = table;
    s->n = n;
    s->arena = td_arena_new();
    s->session = TD_ARENA_NEW(s->arena, struct td_secret *);
    s->slots = TD_ARENA_ARRAY(s->arena, struct slot, n);
    assert(n < PLACES / 2 && "a table of settings this long wants another index");
    for (size_t i = 0; table && i < n; i++) {
        note_place(s, i);
        if (table[i].fallback)
            set_fallback(s, &s->slots[i], &table[i]);
    }
    return s;
}

void settings_free(struct td_settings **s) {
    if (!*s)
        return;
    for (size_t i = 0; i < (*s)->n; i++)
        secret_free(&(*s)->slots[i].secret);
    secret_free((*s)->session);
    td_arena_free(&(*s)->arena);
    mem_free(*s);
    *s = NULL;
}

static bool slot_same(const struct slot *a, const struct slot *b) {
    if (a->set != b->set || a->number != b->number || a->n != b->n ||
        !td_str_eq(a->text, b->text) || !a->secret != !b->secret)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!td_str_eq(a->items[i], b->items[i]))
            return false;
    return !a->secret || td_str_eq(td_secret_reveal(a->secret), td_secret_reveal(b->secret));
}

bool settings_same(const struct td_settings *a, const struct td_settings *b) {
    if (a->table != b->table)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!slot_same(&a->slots[i], &b->slots[i]))
            return false;
    return true;
}

const struct td_setting *settings_missing(const struct td_settings *s, size_t *i) {
    while (*i < s->n) {
        const struct slot *slot = &s->slots[*i];
        const struct td_setting *row = &s->table[(*i)++];
        bool empty = row->type == TD_S_LIST || row->type == TD_S_MAP
                         ? !slot->n
                         : !slot->text.n && !slot->secret;
        if (row->flags & TD_SET_REQUIRED && (!slot->set || empty))
            return row;
    }
    return NULL;
}

struct td_settings *settings_of(const struct td_setting *table, const char *const *pairs,
                                struct td_error *err) {
    struct td_settings *s = settings_new(table);
    struct td_error why;
    int rc = TD_OK;
    for (size_t i = 0; pairs && pairs[i] && !rc; i += 2) {
        rc = settings_set(s, pairs[i], td_str_of(pairs[i + 1]), &why);
        if (rc)
            td_error_set(err, rc, "%s: %s", pairs[i], why.text);
    }
    size_t i = 0;
    const struct td_setting *row = rc ? NULL : settings_missing(s, &i);
    if (row)
        rc = td_error_set(err, TD_EINVAL, "%s: missing", row->name);
    if (rc)
        settings_free(&s);
    return s;
}

/* ---- reading: <tandem/settings.h> ---- */

static const struct slot *read_slot(const struct td_settings *s, const char *name, unsigned types,
                                    bool secret) {
    const struct slot *slot = slot_of(s, name);
    assert(slot && "this setting is not in the connector's table");
    const struct td_setting *row = &s->table[slot - s->slots];
    assert(1u << row->type & types && "this setting is of another type");
    assert(!(row->flags & TD_SET_SECRET) == !secret && "secrets come through td_settings_secret");
    (void)row;
    (void)types;
    (void)secret;
    return slot;
}

struct td_str td_settings_text(const struct td_settings *s, const char *name) {
    return read_slot(s, name, 1u << TD_S_TEXT | 1u << TD_S_URL | 1u << TD_S_CHOICE, false)->text;
}

int64_t td_settings_number(const struct td_settings *s, const char *name) {
    return read_slot(s, name, 1u << TD_S_NUMBER | 1u << TD_S_DURATION | 1u << TD_S_BOOL, false)
        ->number;
}

size_t td_settings_list(const struct td_settings *s, const char *name,
                        const struct td_str **items) {
    const struct slot *slot = read_slot(s, name, 1u << TD_S_LIST, false);
    *items = slot->items;
    return slot->n;
}

size_t td_settings_map(const struct td_settings *s, const char *name, const struct td_str **pairs) {
    const struct slot *slot = read_slot(s, name, 1u << TD_S_MAP, false);
    *pairs = slot->items;
    return slot->n / 2;
}

bool td_settings_has(const struct td_settings *s, const char *name) {
    const struct slot *slot = slot_of(s, name);
    assert(slot && "this setting is not in the connector's table");
    return slot->set;
}

const struct td_secret *td_settings_secret(const struct td_settings *s, const char *name) {
    return read_slot(s, name, ~0u, true)->secret;
}

struct td_str td_settings_session(const struct td_settings *s) {
    return *s->session ? td_secret_reveal(*s->session) : TD_STR("");
}

void td_settings_set_session(const struct td_settings *s, struct td_str value) {
    struct td_secret *next = value.n ? secret_new(value) : NULL; /* value may be the present one */
    secret_free(s->session);
    *s->session = next;
}
