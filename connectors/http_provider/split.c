#include "http_provider/split.h"

#include "http_provider/text.h"

static size_t char_bytes(struct td_str s, size_t at) {
    size_t n = 1;
    while (at + n < s.n && ((unsigned char)s.p[at + n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* What lies beyond the basic plane has four bytes in UTF-8 and two units in UTF-16. */
static size_t units_of(size_t bytes, enum split_unit unit) {
    return unit == SPLIT_BYTES ? bytes : bytes == 4 ? 2 : 1;
}

size_t split_length(struct td_str s, enum split_unit unit) {
    size_t units = 0;
    for (size_t at = 0; at < s.n;) {
        size_t n = char_bytes(s, at);
        units += units_of(n, unit);
        at += n;
    }
    return units;
}

/* How good it is to cut before byte `at`: 4 a paragraph … 1 a word, 0 not at all. */
static int goodness(struct td_str s, size_t at) {
    char last = s.p[at - 1];
    if (last == '\n')
        return at >= 2 && s.p[at - 2] == '\n' ? 4 : 3;
    if (last != ' ' && last != '\t')
        return 0;
    return at >= 2 && strchr(".!?", s.p[at - 2]) ? 2 : 1;
}

static struct td_str trim_start(struct td_str s) {
    while (s.n && strchr(" \t\r\n", s.p[0])) {
        s.p++;
        s.n--;
    }
    return s;
}

struct td_str split_next(struct td_str *rest, enum split_unit unit, size_t max) {
    struct td_str s = *rest;
    size_t at = 0, units = 0, cut = 0;
    int best = 0;
    while (at < s.n) {
        size_t n = char_bytes(s, at), u = units_of(n, unit);
        if (units + u > max && at > 0)
            break;
        at += n;
        units += u;
        int good = at < s.n && units > max / 2 ? goodness(s, at) : 0;
        if (good && good >= best) {
            best = good;
            cut = at;
        }
    }
    if (at == s.n) {
        *rest = TD_STR("");
        return s;
    }
    if (strchr(" \n", s.p[at])) /* it ends with a word just so */
        cut = best > 1 ? cut : at;
    if (!cut)
        cut = at;
    struct td_str piece = {s.p, cut};
    while (piece.n && strchr(" \t\r\n", piece.p[piece.n - 1]))
        piece.n--;
    *rest = trim_start((struct td_str){s.p + cut, s.n - cut});
    return piece.n ? piece : (struct td_str){s.p, cut};
}

struct td_str split_part(struct td_str s, enum split_unit unit, size_t max, unsigned part,
                         unsigned *parts) {
    struct td_str found = s;
    unsigned n = 0;
    do {
        struct td_str piece = split_next(&s, unit, max);
        if (n++ == part)
            found = piece;
    } while (s.n);
    *parts = n;
    return found;
}
