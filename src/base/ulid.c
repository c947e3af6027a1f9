#include "base/ulid.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void ulid_format(char out[ULID_LEN + 1], uint64_t unix_ms, const uint8_t random[10]) {
    for (int i = 9; i >= 0; i--) {
        /* 10 characters hold 50 bits: the mask keeps the time to its 48. */
        out[9 - i] = alphabet[((unix_ms & UINT64_C(0xffffffffffff)) >> (5 * i)) & 31];
    }
    /* 5 bytes are exactly 8 characters. */
    for (size_t half = 0; half < 2; half++) {
        uint64_t bits = 0;
        for (size_t i = 0; i < 5; i++)
            bits = bits << 8 | random[5 * half + i];
        for (size_t i = 0; i < 8; i++)
            out[10 + 8 * half + i] = alphabet[(bits >> (5 * (7 - i))) & 31];
    }
    out[ULID_LEN] = '\0';
}

bool ulid_valid(struct td_str s) {
    if (s.n != ULID_LEN)
        return false;
    /* Above 7 the time would not fit in 48 bits. */
    if (s.p[0] > '7')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!memchr(alphabet, s.p[i], sizeof alphabet - 1))
            return false;
    return true;
}
