#include "store/media_link.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define HOUR_S 3600
#define SIG_TEXT 44 /* base64 of 32 bytes without padding, and its end */

/* Each part with its length before it: no two lists of parts are the same bytes. */
static void sign(const uint8_t key[32], const struct td_str *parts, size_t n, char out[SIG_TEXT]) {
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state st;
    crypto_auth_hmacsha256_init(&st, key, 32);
    for (size_t i = 0; i < n; i++) {
        char head[24];
        int h = snprintf(head, sizeof head, "%zu:", parts[i].n);
        crypto_auth_hmacsha256_update(&st, (const unsigned char *)head, (unsigned long long)h);
        crypto_auth_hmacsha256_update(&st, (const unsigned char *)(parts[i].n ? parts[i].p : ""),
                                      parts[i].n);
    }
    crypto_auth_hmacsha256_final(&st, mac);
    sodium_bin2base64(out, SIG_TEXT, mac, sizeof mac, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static struct td_str percent(struct td_arena *a, struct td_str s) {
    static const char hex[] = "0123456789ABCDEF";
    char *p = td_arena_alloc(a, 3 * s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            p[n++] = (char)c;
        } else {
            p[n++] = '%';
            p[n++] = hex[c >> 4];
            p[n++] = hex[c & 15];
        }
    }
    return (struct td_str){p, n};
}

struct td_str media_link(struct td_arena *a, const uint8_t key[32], struct td_str sha256,
                         struct td_str name, struct td_str type, int64_t now_ms) {
    char sig[SIG_TEXT], exp[24];
    int64_t hour = (now_ms / 1000 + HOUR_S - 1) / HOUR_S;
    name = name.n ? name : TD_STR("file");
    snprintf(exp, sizeof exp, "%lld", (long long)(hour * HOUR_S + MEDIA_LINK_S));
    sign(key, (const struct td_str[]){sha256, name, type, td_str_of(exp)}, 4, sig);
    return td_arena_printf(a, "/media/%.*s/%.*s?type=%.*s&exp=%s&sig=%s", TD_FMT(sha256),
                           TD_FMT(percent(a, name)), TD_FMT(percent(a, type)), exp, sig);
}

bool media_link_ok(const uint8_t key[32], struct td_str sha256, struct td_str name,
                   struct td_str type, struct td_str exp, struct td_str sig, int64_t now_ms) {
    char expected[SIG_TEXT];
    uint64_t until;
    sign(key, (const struct td_str[]){sha256, name, type, exp}, 4, expected);
    bool same = sig.n == SIG_TEXT - 1 && sodium_memcmp(expected, sig.p, SIG_TEXT - 1) == 0;
    return same && td_str_to_u64(exp, &until) && until <= INT64_MAX / 1000 &&
           (int64_t)until * 1000 > now_ms;
}
