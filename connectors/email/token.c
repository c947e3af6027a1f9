#include "email/token.h"

#include "http_provider/crypto.h"

#include <stdio.h>

enum { MAC = 16, TOKEN_MAX = 40 };

/* Lower case, for addresses lose their case on the way. */
static void mac_of(const uint8_t key[TOKEN_KEY_BYTES], uint64_t conv, char out[MAC]) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    uint8_t mac[CRYPTO_MAC_MAX] = {0};
    char text[32];
    int n = snprintf(text, sizeof text, "conv %llu", (unsigned long long)conv);
    crypto_hmac(CRYPTO_SHA256, (struct td_str){(const char *)key, TOKEN_KEY_BYTES},
                (struct td_str){text, (size_t)n}, mac);
    for (unsigned i = 0; i < MAC; i++) { /* 5 bits each */
        unsigned at = i * 5, two = (unsigned)mac[at / 8] << 8 | mac[at / 8 + 1];
        out[i] = letters[two >> (11 - at % 8) & 31];
    }
}

struct td_str token_make(struct td_arena *a, const uint8_t key[TOKEN_KEY_BYTES], uint64_t conv) {
    char mac[MAC];
    mac_of(key, conv, mac);
    return td_arena_printf(a, "%llu-%.*s", (unsigned long long)conv, MAC, mac);
}

uint64_t token_check(const uint8_t key[TOKEN_KEY_BYTES], struct td_str token) {
    const char *dash = token.n <= TOKEN_MAX && token.n ? memchr(token.p, '-', token.n) : NULL;
    uint64_t conv;
    char mac[MAC], got[MAC];
    if (!dash || token.n - (size_t)(dash - token.p) - 1 != MAC ||
        !td_str_to_u64((struct td_str){token.p, (size_t)(dash - token.p)}, &conv))
        return 0;
    for (unsigned i = 0; i < MAC; i++) {
        char c = dash[1 + i];
        got[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    mac_of(key, conv, mac);
    return crypto_equal((struct td_str){mac, MAC}, (struct td_str){got, MAC}) ? conv : 0;
}

struct td_str token_message_id(struct td_arena *a, const uint8_t key[TOKEN_KEY_BYTES],
                               struct td_str message, uint64_t conv, struct td_str domain) {
    struct td_str token = token_make(a, key, conv);
    return td_arena_printf(a, "%.*s.%.*s@%.*s", TD_FMT(message), TD_FMT(token), TD_FMT(domain));
}

/* What stands between the last `mark` and the @. */
static uint64_t local_part(const uint8_t key[TOKEN_KEY_BYTES], struct td_str s, char mark,
                           struct td_str *before) {
    const char *at = s.n ? memrchr(s.p, '@', s.n) : NULL;
    const char *sign = at ? memrchr(s.p, mark, (size_t)(at - s.p)) : NULL;
    if (!sign)
        return 0;
    if (before)
        *before = (struct td_str){s.p, (size_t)(sign - s.p)};
    return token_check(key, (struct td_str){sign + 1, (size_t)(at - sign) - 1});
}

uint64_t token_of_message_id(const uint8_t key[TOKEN_KEY_BYTES], struct td_str id,
                             struct td_str *message) {
    return local_part(key, id, '.', message);
}

struct td_str token_address(struct td_arena *a, const uint8_t key[TOKEN_KEY_BYTES], uint64_t conv,
                            struct td_str address) {
    const char *at = memrchr(address.p, '@', address.n);
    if (!at)
        return address;
    struct td_str token = token_make(a, key, conv);
    size_t local = (size_t)(at - address.p);
    return td_arena_printf(a, "%.*s+%.*s%.*s", (int)local, address.p, TD_FMT(token),
                           (int)(address.n - local), at);
}

uint64_t token_of_address(const uint8_t key[TOKEN_KEY_BYTES], struct td_str address) {
    return local_part(key, address, '+', NULL);
}

uint64_t token_of_subject(const uint8_t key[TOKEN_KEY_BYTES], struct td_str subject) {
    for (size_t i = 0; i + 2 < subject.n; i++) {
        const char *end = subject.p[i] == '[' && subject.p[i + 1] == '#'
                              ? memchr(subject.p + i, ']', subject.n - i)
                              : NULL;
        uint64_t conv = end ? token_check(key, (struct td_str){subject.p + i + 2,
                                                               (size_t)(end - subject.p) - i - 2})
                            : 0;
        if (conv)
            return conv;
    }
    return 0;
}
