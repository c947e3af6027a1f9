/* reader.h: what every part of the reading shares: the errors found so far, where each value
 * stands, the secrets.
 *
 * Reading goes on after an error, so that a file's errors are all told at once. */
#ifndef CONFIG_READER_H
#define CONFIG_READER_H

#include "config/config.h"
#include "config/value.h"
#include "config/yaml.h"

enum { CONFIG_ERRORS_MAX = 100 };

/* Where we are, from the inside out: "queues" ← "sales" ← "target". Lives on the stack. */
struct place {
    const struct place *up;
    struct td_str name;
    size_t index; /* in a list, plus 1; 0: no element */
};

struct reader {
    struct td_arena *arena; /* of the config */
    struct config *config;
    const char *dir; /* of the file: relative paths begin there */
    int64_t now_ms;
    struct config_error *errors, *warnings;
    size_t n_errors, n_warnings;
    struct mark { /* where a value of the config was set */
        const void *field;
        unsigned line;
    } * marks;
    size_t n_marks;
    struct td_secret **secrets; /* owned by the config */
    size_t n_secrets;
    struct td_settings **settings;
    size_t n_settings;
};

/* "queues.sales.relax[2].after: " and the text; beyond CONFIG_ERRORS_MAX nothing. */
void reader_fail(struct reader *r, const struct place *at, unsigned line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The same for what is allowed and unwise. */
void reader_warn(struct reader *r, const struct place *at, unsigned line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* found "fast", expected <expected> */
void reader_expected(struct reader *r, const struct place *at, const struct yaml_node *found,
                     const char *expected);
/* The key that was meant, among those tried; "" when none is near. */
struct nearest {
    struct td_str key;
    const char *best;
    unsigned distance;
};
void nearest_try(struct nearest *n, const char *candidate);
void reader_unknown_key(struct reader *r, const struct place *at, unsigned line,
                        const struct nearest *n);

/* Remembers the line of a field of the config. */
void reader_mark(struct reader *r, const void *field, unsigned line);
/* 1 when it was not in the file. */
unsigned reader_line(const struct reader *r, const void *field);

/* An array of the config's arena that grows by one zeroed element; returns it. */
void *reader_grow(struct reader *r, void *v, size_t n, size_t size);
/* Relative paths begin at the file's folder. */
struct td_str reader_path(struct reader *r, struct td_str path);
/* A scalar as a text that lives as long as the config; tells an error and returns false when it is
 * no scalar. */
bool reader_text(struct reader *r, const struct place *at, const struct yaml_node *node,
                 const char *expected, struct td_str *out);
bool reader_secret(struct reader *r, const struct place *at, const struct yaml_node *node,
                   const struct td_secret **out);

#endif
