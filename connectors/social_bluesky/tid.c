#include "social_bluesky/tid.h"

#include "http_provider/crypto.h"

static const char digits[] = "234567abcdefghijklmnopqrstuvwxyz";
static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void tid_make(int64_t at_ms, struct td_str name, char out[TID_CHARS + 1]) {
    uint8_t h[32];
    crypto_sha256(name, h);
    uint64_t noise = (uint64_t)h[0] << 24 | (uint64_t)h[1] << 16 | (uint64_t)h[2] << 8 | h[3];
    uint64_t seconds = at_ms > 0 ? (uint64_t)at_ms / 1000 : 0;
    uint64_t micros = seconds * 1000000 + noise % 1000000;
    uint64_t clock = ((uint64_t)h[4] << 8 | h[5]) & 0x3FF;
    uint64_t v = (micros & ((UINT64_C(1) << 53) - 1)) << 10 | clock;
    for (int i = TID_CHARS - 1; i >= 0; i--, v >>= 5)
        out[i] = digits[v & 31];
    out[TID_CHARS] = 0;
}

static bool read_digits(struct td_str s, const char *alphabet, uint64_t *v) {
    *v = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *at = s.p[i] ? strchr(alphabet, s.p[i]) : NULL;
        if (!at)
            return false;
        *v = *v << 5 | (uint64_t)(at - alphabet);
    }
    return true;
}

bool tid_time(struct td_str s, int64_t *at_ms) {
    uint64_t v;
    if (s.n != TID_CHARS || s.p[0] > 'j' || !read_digits(s, digits, &v))
        return false;
    *at_ms = (int64_t)((v >> 10) / 1000);
    return true;
}

bool ulid_time(struct td_str s, int64_t *at_ms) {
    uint64_t v;
    if (s.n != 26 || s.p[0] > '7' || !read_digits((struct td_str){s.p, 10}, crockford, &v))
        return false;
    *at_ms = (int64_t)v;
    return true;
}
