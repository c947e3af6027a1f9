/* fields.h: takes a format of `key=value` pairs apart, before its values are filled in.
 *
 * A pair ends where the format has a blank, never where a value has one: a value that came from
 * outside cannot forge a field. */
#ifndef BASE_FIELDS_H
#define BASE_FIELDS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define FIELD_KEY_MAX 64
#define FIELD_VALUE_MAX 4096

struct fields {
    const char *fmt; /* what is left of it */
    va_list args;
    int errno_value; /* for %m */
};

struct field {
    char key[FIELD_KEY_MAX];
    char value[FIELD_VALUE_MAX];
    size_t key_n, value_n; /* cut to what fits */
    bool quoted;           /* the format has quotes around the value, or a part of it */
    bool text;             /* a string or a character went into it */
    bool bare;             /* a word of the format alone, without a "=" */
};

/* The next pair. false: there are no more. An argument without a key ("%s") gets the key "detail".
 */
bool fields_next(struct fields *it, struct field *out);

#endif
