#include "http_provider/unicode.h"

#include <stdlib.h>
#include <utf8proc.h>

#define COMPOSED_MAX 65536
#define NOT_A_CHARACTER 0xFFFD

static size_t peek(struct td_str s, utf8proc_int32_t *c) {
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, c);
    if (n > 0)
        return (size_t)n;
    *c = NOT_A_CHARACTER;
    return 1;
}

uint32_t unicode_next(struct td_str *s) {
    utf8proc_int32_t c;
    size_t n = peek(*s, &c);
    *s = (struct td_str){s->p + n, s->n - n};
    return (uint32_t)c;
}

struct td_str unicode_grapheme(struct td_str *s) {
    struct td_str whole = *s;
    utf8proc_int32_t last, next, state = 0;
    if (!s->n)
        return whole;
    last = (utf8proc_int32_t)unicode_next(s);
    while (s->n) {
        size_t n = peek(*s, &next);
        if (utf8proc_grapheme_break_stateful(last, next, &state))
            break;
        *s = (struct td_str){s->p + n, s->n - n};
        last = next;
    }
    return (struct td_str){whole.p, whole.n - s->n};
}

size_t unicode_graphemes(struct td_str s) {
    size_t n = 0;
    for (; s.n; n++)
        unicode_grapheme(&s);
    return n;
}

bool unicode_is_space(uint32_t c) {
    utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
    return (c >= 9 && c <= 13) || c == 0x85 || c == 0xFEFF || k == UTF8PROC_CATEGORY_ZS ||
           k == UTF8PROC_CATEGORY_ZL || k == UTF8PROC_CATEGORY_ZP;
}

bool unicode_is_punctuation(uint32_t c) {
    utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
    return k >= UTF8PROC_CATEGORY_PC && k <= UTF8PROC_CATEGORY_PO;
}

bool unicode_is_word(uint32_t c) {
    utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
    return c == '_' || (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_NO);
}

bool unicode_is_pictograph(uint32_t c) {
    const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)c);
    return p->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

struct td_str unicode_composed(struct td_arena *a, struct td_str s) {
    utf8proc_uint8_t *made = NULL;
    if (s.n == 0 || s.n > COMPOSED_MAX)
        return s;
    utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &made,
                                      UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (n >= 0)
        s = td_arena_dup(a, (struct td_str){(const char *)made, (size_t)n});
    free(made);
    return s;
}
