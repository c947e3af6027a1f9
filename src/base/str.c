#include <tandem/str.h>

int td_str_cmp(struct td_str a, struct td_str b) {
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c)
        return c;
    return (a.n > b.n) - (a.n < b.n);
}

bool td_str_starts(struct td_str s, struct td_str prefix) {
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool td_str_to_u64(struct td_str s, uint64_t *out) {
    if (s.n == 0)
        return false;
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(s.p[i] - '0');
        if (v > (UINT64_MAX - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *out = v;
    return true;
}

static bool is_continuation(char c) {
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* Length of the sequence that a lead byte opens; 0 for a byte that opens none. */
static size_t sequence_length(unsigned char lead) {
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 3;
    if (lead >= 0xF0 && lead <= 0xF4)
        return 4;
    return 0;
}

/* Overlong forms, surrogates and what is past U+10FFFF all show in the second byte. */
static bool second_byte_fits(unsigned char lead, unsigned char second) {
    switch (lead) {
    case 0xE0:
        return second >= 0xA0;
    case 0xED:
        return second <= 0x9F;
    case 0xF0:
        return second >= 0x90;
    case 0xF4:
        return second <= 0x8F;
    default:
        return true;
    }
}

bool td_str_is_utf8(struct td_str s) {
    size_t i = 0;
    while (i < s.n) {
        unsigned char lead = (unsigned char)s.p[i];
        size_t n = sequence_length(lead);
        if (n == 0 || n > s.n - i)
            return false;
        for (size_t k = 1; k < n; k++)
            if (!is_continuation(s.p[i + k]))
                return false;
        if (n > 1 && !second_byte_fits(lead, (unsigned char)s.p[i + 1]))
            return false;
        i += n;
    }
    return true;
}

struct td_str td_str_cut(struct td_str s, size_t max) {
    if (s.n <= max)
        return s;
    s.n = max;
    if (!is_continuation(s.p[max]))
        return s;
    /* In bytes that are no UTF-8 a run of continuations may have no lead: those are cut at max. */
    for (size_t back = 1; back <= 3 && back <= max; back++) {
        if (is_continuation(s.p[max - back]))
            continue;
        if (sequence_length((unsigned char)s.p[max - back]) > back)
            s.n = max - back;
        break;
    }
    return s;
}
