/* text.h: building a text in an arena, and the escapes that requests need. */
#ifndef HTTP_PROVIDER_TEXT_H
#define HTTP_PROVIDER_TEXT_H

#include <tandem/arena.h>

struct text {
    struct td_arena *a;
    char *p;
    size_t n, cap, max;
    bool over; /* something did not fit: what is there must not be used */
};
void text_init(struct text *t, struct td_arena *a, size_t max);
void text_put(struct text *t, struct td_str s);
void text_puts(struct text *t, const char *cstr);
void text_putc(struct text *t, char c);
static inline struct td_str text_str(const struct text *t) {
    return (struct td_str){t->p, t->n};
}

/* RFC 3986 unreserved characters stay, everything else becomes %XX. */
void text_put_percent(struct text *t, struct td_str s);
/* The same for application/x-www-form-urlencoded: a blank becomes "+". */
void text_put_form(struct text *t, struct td_str s);
/* The inside of a JSON string, without its quotes. The text is UTF-8. */
void text_put_json(struct text *t, struct td_str s);

struct td_str text_hex(struct td_arena *a, const uint8_t *p, size_t n);
struct td_str text_base64(struct td_arena *a, const uint8_t *p, size_t n);
/* At most `max` bytes into out; false: not of that encoding, or too long. Base64 with or without
 * padding, both alphabets. */
bool text_unhex(struct td_str s, uint8_t *out, size_t max, size_t *n);
bool text_unbase64(struct td_str s, uint8_t *out, size_t max, size_t *n);

struct td_str text_trim(struct td_str s);              /* blanks and line ends at both ends */
bool text_eq_nocase(struct td_str a, struct td_str b); /* ASCII */
bool text_starts_nocase(struct td_str s, const char *prefix);

#endif
