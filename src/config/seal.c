#include "config/seal.h"

#include <sodium.h>

#define PREFIX TD_STR("seal1.")
enum {
    NONCE = crypto_secretbox_NONCEBYTES,
    MAC = crypto_secretbox_MACBYTES,
    VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING
};

void seal_channel_key(const uint8_t key[32], struct td_str channel, struct td_str name,
                      uint8_t out[32]) {
    static const char purpose[] = "seal"; /* its end parts it from the channel, as a NUL the name */
    crypto_auth_hmacsha256_state h;
    crypto_auth_hmacsha256_init(&h, key, 32);
    crypto_auth_hmacsha256_update(&h, (const unsigned char *)purpose, sizeof purpose);
    crypto_auth_hmacsha256_update(&h, (const unsigned char *)channel.p, channel.n);
    crypto_auth_hmacsha256_update(&h, (const unsigned char *)"", 1);
    crypto_auth_hmacsha256_update(&h, (const unsigned char *)name.p, name.n);
    crypto_auth_hmacsha256_final(&h, out);
}

struct td_str seal(struct td_arena *a, const uint8_t key[32], struct td_str plain) {
    size_t n = NONCE + MAC + plain.n;
    unsigned char *box = td_arena_alloc(a, n);
    randombytes_buf(box, NONCE);
    crypto_secretbox_easy(box + NONCE, (const unsigned char *)plain.p, plain.n, box, key);
    size_t text_n = sodium_base64_encoded_len(n, VARIANT); /* with its NUL */
    char *text = td_arena_alloc(a, PREFIX.n + text_n);
    memcpy(text, PREFIX.p, PREFIX.n);
    sodium_bin2base64(text + PREFIX.n, text_n, box, n, VARIANT);
    return (struct td_str){text, PREFIX.n + text_n - 1};
}

int seal_open(struct td_arena *a, const uint8_t key[32], struct td_str sealed, struct td_str *plain,
              struct td_error *err) {
    *plain = (struct td_str){NULL, 0};
    if (!td_str_starts(sealed, PREFIX))
        return td_error_set(err, TD_EPARSE, "not a sealed text");
    struct td_str text = {sealed.p + PREFIX.n, sealed.n - PREFIX.n};
    unsigned char *box = td_arena_alloc(a, text.n);
    size_t n = 0;
    const char *end = NULL;
    if (sodium_base642bin(box, text.n, text.p, text.n, NULL, &n, &end, VARIANT) ||
        end != text.p + text.n || n < NONCE + MAC)
        return td_error_set(err, TD_EPARSE, "not a sealed text");
    unsigned char *out = td_arena_alloc(a, n - NONCE - MAC + 1);
    if (crypto_secretbox_open_easy(out, box + NONCE, n - NONCE, box, key))
        return td_error_set(err, TD_EAUTH, "sealed with another key, or changed since");
    *plain = (struct td_str){(const char *)out, n - NONCE - MAC};
    return TD_OK;
}
