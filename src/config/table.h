/* table.h: reflective tables: one row per key drives parsing, checks, defaults and the reference.
 *
 * A table describes a map of the file and the struct that it fills. Connectors' tables are those of
 * <tandem/settings.h>; both kinds of rows end in value.h. */
#ifndef CONFIG_TABLE_H
#define CONFIG_TABLE_H

#include "config/reader.h"

enum cell {
    CELL_VALUE,   /* by `rule`: struct td_str; uint32_t (NUMBER, SIZE, CHOICE), bool, int64_t */
    CELL_PATH,    /* struct td_str; relative to the file's folder */
    CELL_SECRET,  /* const struct td_secret * */
    CELL_TEXTS,   /* struct td_strs, each by `rule` (V_TEXT, V_ID, V_URL) */
    CELL_TABLE,   /* a struct, at `at` */
    CELL_TABLES,  /* list of maps → struct { T *v; size_t n; } */
    CELL_BY_NAME, /* map of name → map; the same, T begins with struct td_str id */
    CELL_READ     /* by `read` */
};

struct table;
struct row {
    const char *key;
    enum cell cell;
    size_t at; /* offset in the table's struct */
    struct value_rule rule;
    const char *fallback; /* as text; NULL: what the table's init left */
    bool required;
    const struct table *table;
    void (*read)(struct reader *r, const struct place *at, const struct yaml_node *node,
                 void *field);
    const char *form;  /* READ: what it looks like, for the reference and errors */
    const char *shown; /* in the reference instead of the default */
    const char *help;  /* one sentence */
};
struct table {
    const char *title; /* "a queue" */
    const char *help;
    size_t size;
    const struct row *rows;
    size_t n;
    /* Before the defaults; may be NULL. */
    void (*init)(struct reader *r, void *obj, struct td_str id);
    /* After all rows; obj's fields are whatever could be read. May be NULL. */
    void (*done)(struct reader *r, const struct place *at, const struct yaml_node *node, void *obj);
};
#define TABLE_ROWS(rows_) .rows = (rows_), .n = sizeof(rows_) / sizeof((rows_)[0])

/* The map's values into obj, which settings_table_init has filled with the defaults. Tells every
 * error. */
void table_read(struct reader *r, const struct place *at, const struct table *t,
                const struct yaml_node *map, void *obj);

/* init and the defaults, of the tables inside too. */
void settings_table_init(struct reader *r, const struct table *t, struct td_str id, void *obj);
const struct row *settings_table_find(const struct table *t, struct td_str key);
void table_read_row(struct reader *r, const struct place *up, const struct row *row,
                    const struct yaml_entry *entry, void *obj);
void table_check_required(struct reader *r, const struct place *at, const struct table *t,
                          const struct yaml_node *map);
/* For CELL_READ: a list of texts, or one text that stands for a list of one. */
void table_read_texts(struct reader *r, const struct place *at, const struct value_rule *rule,
                      const struct yaml_node *node, struct td_strs *out);
/* false and the error told unless node is a map (or nothing: an empty one). */
bool table_expect_map(struct reader *r, const struct place *at, const struct yaml_node *node);

#endif
