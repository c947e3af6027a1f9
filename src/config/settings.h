/* settings.h: making the struct td_settings of <tandem/settings.h> that a connector reads.
 *
 * From a table and texts, value by value, each checked against its row. The configuration's reader
 * uses it, and so does every test of a connector: settings_of(table, …). */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include "config/value.h"
#include <tandem/error.h>
#include <tandem/settings.h>

/* All defaults are set. The table must live as long. */
struct td_settings *settings_new(const struct td_setting *table);
void settings_free(struct td_settings **s); /* wipes the secrets */

/* NULL: the table has none of that name. */
const struct td_setting *settings_find(const struct td_setting *table, struct td_str name);
/* What a value of this row must look like. TEXT, LIST, MAP: V_TEXT (of each item). */
struct value_rule settings_rule(const struct td_setting *row);

/* TEXT (may be empty), URL, NUMBER, BOOL, DURATION, CHOICE; a secret is taken literally here. A
 * LIST takes one item per call, a MAP `key=value`; the first call drops the default. The error is
 * 'found "x", expected …', without the value where it is a secret. TD_ENOTFOUND: no such name. */
int settings_set(struct td_settings *s, const char *name, struct td_str text, struct td_error *err);
/* A MAP's pair, for keys that have a "=" in them. */
int settings_put(struct td_settings *s, const char *name, struct td_str key, struct td_str value,
                 struct td_error *err);
/* An empty LIST or MAP, instead of the default. */
void settings_clear(struct td_settings *s, const char *name);
/* Takes it over. */
void settings_take_secret(struct td_settings *s, const char *name, struct td_secret *secret);

/* The same values of the same table, secrets included; not the sessions, which come later. */
bool settings_same(const struct td_settings *a, const struct td_settings *b);

/* The next required one, from *i on, that is not set; NULL: no more. */
const struct td_setting *settings_missing(const struct td_settings *s, size_t *i);

/* For tests: name, value, …, NULL. NULL and the error when one is wrong or missing. */
struct td_settings *settings_of(const struct td_setting *table, const char *const *pairs,
                                struct td_error *err);

#endif
