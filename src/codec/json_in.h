/* json_in.h: JSON text or tree → record, by its table. For what peers send: everything is checked.
 *
 * - A key that the table has not, or that stands twice, is an error that names it: a misspelt field
 *   never passes for an absent one.
 * - A value of another type is an error: "message.text: expected a string, found a number". null is
 *   no value.
 * - Numbers are whole; 64-bit ones are JSON numbers up to ±2^53, or strings of digits.
 * - Enumerations are their names, F_BYTES base64 with its padding.
 * - At the end record_check: limits and required fields.
 *
 * Errors: TD_EPARSE (no JSON), TD_EINVAL (not what the table says), TD_ELIMIT. */
#ifndef CODEC_JSON_IN_H
#define CODEC_JSON_IN_H

#include "model/record.h"

struct json_t; /* jansson's; codec/, config/ and provider files include it themselves */

enum { JSON_IN_MAX = 1 << 20, JSON_IN_DEPTH = 24 }; /* bytes of a text; nesting */

/* Fills *obj (zeroed first). Fields that carry a flag of `refuse` are unknown keys: clients may not
 * set FF_INTERNAL ones, and FF_SECRET ones only where a password is meant to arrive. Strings are
 * copied into the arena: nothing borrows from the text or the tree. */
int json_in_record(struct td_arena *a, const struct record *r, const struct json_t *tree,
                   unsigned refuse, void *obj, struct td_error *err);
int json_in_text(struct td_arena *a, const struct record *r, struct td_str text, unsigned refuse,
                 void *obj, struct td_error *err);

/* The tree of an object or array, for those who look at it first; json_decref frees it. NULL: *err
 * tells, TD_EPARSE or TD_ELIMIT. */
struct json_t *json_in_parse(struct td_str text, struct td_error *err);

#endif
