#include "outbox/webhook_sign.h"

#include <sodium.h>
#include <stdio.h>

enum {
    MAC = crypto_auth_hmacsha256_BYTES,
    TEXT = sodium_base64_ENCODED_LEN(MAC, sodium_base64_VARIANT_ORIGINAL) /* with its NUL */
};

static void sign(const struct webhook_key *key, struct td_str head, struct td_str body,
                 char text[TEXT]) {
    crypto_auth_hmacsha256_state state;
    unsigned char mac[MAC];
    crypto_auth_hmacsha256_init(&state, key->bytes, key->n);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)head.p, head.n);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)body.p, body.n);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2base64(text, TEXT, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(&state, sizeof state);
}

struct td_str webhook_signature(struct td_arena *a, const struct webhook_key keys[WEBHOOK_KEYS_MAX],
                                struct td_str id, int64_t at_s, struct td_str body) {
    struct td_str head = td_arena_printf(a, "%.*s.%lld.", TD_FMT(id), (long long)at_s);
    struct td_str out = {NULL, 0};
    for (size_t i = 0; i < WEBHOOK_KEYS_MAX; i++) {
        char text[TEXT];
        if (!keys[i].n)
            continue;
        sign(&keys[i], head, body, text);
        out = td_arena_printf(a, "%.*s%sv1,%s", TD_FMT(out), out.n ? " " : "", text);
    }
    return out;
}
