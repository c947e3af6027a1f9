/* str.h: borrowed byte strings.
 *
 * A td_str is a pointer and a length, never NUL-terminated by promise. It borrows: whoever made it
 * says how long the bytes live (usually an arena). {NULL, 0} is the empty string and the only
 * "absent"; code that must tell the two apart carries a flag of its own. */
#ifndef TANDEM_STR_H
#define TANDEM_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct td_str {
    const char *p;
    size_t n;
};

/* A literal as a td_str, without its NUL. */
#define TD_STR(lit) ((struct td_str){("" lit), sizeof(lit) - 1})
/* For printf: printf("%.*s", TD_FMT(s)). */
#define TD_FMT(s) (int)(s).n, (s).p ? (s).p : ""

/* NULL gives the empty string. */
static inline struct td_str td_str_of(const char *cstr) {
    return (struct td_str){cstr, cstr ? strlen(cstr) : 0};
}

static inline bool td_str_eq(struct td_str a, struct td_str b) {
    return a.n == b.n && (b.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool td_str_eqz(struct td_str a, const char *b) {
    return td_str_eq(a, td_str_of(b));
}

/* Bytewise order, shorter first on a tie: the order used wherever a decision must not depend on
 * the order of a hash table. */
int td_str_cmp(struct td_str a, struct td_str b);

bool td_str_starts(struct td_str s, struct td_str prefix);

/* Strict decimal: digits only, no sign, no blanks, must fit. Returns false otherwise. */
bool td_str_to_u64(struct td_str s, uint64_t *out);

/* Valid UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF). */
bool td_str_is_utf8(struct td_str s);

/* The longest prefix of at most `max` bytes that does not cut a UTF-8 sequence. */
struct td_str td_str_cut(struct td_str s, size_t max);

#endif
