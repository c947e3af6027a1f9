/* value.h: the grammar of single values: what a text must look like, and how an error says so.
 *
 * Both kinds of tables (this program's own and the connectors') end here, so a duration is the same
 * thing everywhere. */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include <tandem/str.h>

enum value_type {
    V_TEXT,     /* one line or more, at most 16000 bytes */
    V_ID,       /* "support-mail": a-z 0-9 - _, at most 64 */
    V_URL,      /* http or https, a host, no user name, no blanks */
    V_NUMBER,   /* decimal, may be negative where min is */
    V_SIZE,     /* bytes: "8192", "64KiB", "1MiB" */
    V_BOOL,     /* true, false, yes, no, on, off */
    V_DURATION, /* ms: "250ms" "20s" "5m" "4h" "7d" "1h30m" "0" */
    V_CHOICE
};

struct value_rule {
    enum value_type type;
    int64_t min, max;         /* both 0: any */
    const char *choices;      /* CHOICE: '|' separated, or */
    const char *const *names; /* NULL-terminated */
    bool never;               /* DURATION: "never" is -1 */
};

/* false: it is none. *number: NUMBER, SIZE, BOOL, DURATION, and of a CHOICE its place. */
bool value_parse(const struct value_rule *rule, struct td_str text, int64_t *number);
/* "a duration such as 45s", "one of info, warn": what an error expected. */
void value_expected(const struct value_rule *rule, char *out, size_t size);

bool value_is_id(struct td_str s);
/* "45s", "1h30m", "never"; into at least 32 bytes. */
void value_print_duration(int64_t ms, char out[32]);
/* "64KiB", "1MiB", "1000" */
void value_print_size(int64_t bytes, char out[32]);

/* How many edits (insert, delete, replace, swap neighbours) lead from a to b, at most 8 are
 * counted. */
unsigned value_distance(struct td_str a, struct td_str b);

#endif
