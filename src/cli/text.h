/* text.h: tables and times for people. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include "codec/json_out.h"
#include <stdio.h>
#include <tandem/arena.h>

/* Columns as wide as their widest cell; control characters and line ends become blanks. */
struct grid {
    struct td_arena *arena;
    const char *const *titles; /* NULL-terminated */
    size_t columns;
    struct td_str *cells;
    size_t n;
};
void grid_init(struct grid *g, struct td_arena *a, const char *const *titles);
void grid_put(struct grid *g, struct td_str text);
void grid_printf(struct grid *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "-" when there are none: `none` instead of the table. */
void grid_print(const struct grid *g, FILE *out, const char *none);

/* "3 s", "5 min", "2 h", "4 d"; "" for less than nothing. */
struct td_str text_span(struct td_arena *a, int64_t ms);
/* Since then; "" for 0. */
struct td_str text_since(struct td_arena *a, int64_t at_ms);
/* "2026-11-22 15:04" in local time; "" for 0. */
struct td_str text_time(struct td_arena *a, int64_t at_ms);
struct td_str text_join(struct td_arena *a, const struct td_str *v, size_t n, const char *between);
/* One line of at most max bytes, without control characters. */
struct td_str text_line(struct td_arena *a, struct td_str s, size_t max);

/* What a buffer holds, and a line end, to stdout. */
void text_print_json(struct buf *b);

#endif
