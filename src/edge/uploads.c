#include "edge/uploads.h"

#include "model/command.h"

#include <sodium.h>
#include <stdio.h>

#define PURPOSE "upload"
#define PREFIX "u1."
#define KEEP_MS INT64_C(86400000)
#define TOKEN_MAX 8000
#define STAMP 8 /* bytes of the time that stand before the record */
#define MAC_TEXT 43

static void sign(const struct edge *e, struct td_str actor, struct td_str bytes, uint8_t out[32]) {
    uint8_t key[32];
    char length[24];
    crypto_auth_hmacsha256_state st;
    config_subkey(e->key, PURPOSE, key);
    int n = snprintf(length, sizeof length, "%zu:", actor.n);
    crypto_auth_hmacsha256_init(&st, key, sizeof key);
    crypto_auth_hmacsha256_update(&st, (const unsigned char *)length, (unsigned long long)n);
    crypto_auth_hmacsha256_update(&st, (const unsigned char *)(actor.n ? actor.p : ""), actor.n);
    crypto_auth_hmacsha256_update(&st, (const unsigned char *)bytes.p, bytes.n);
    crypto_auth_hmacsha256_final(&st, out);
}

static struct td_str base64(struct td_arena *a, const uint8_t *p, size_t n) {
    size_t size = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = td_arena_alloc(a, size);
    sodium_bin2base64(text, size, p, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return td_str_of(text);
}

struct td_str uploads_token(const struct edge *e, struct td_arena *a, struct td_str actor,
                            const struct td_attachment *file, int64_t now_ms) {
    struct buf b;
    uint8_t mac[32];
    buf_init(&b, TOKEN_MAX);
    for (int i = 0; i < STAMP; i++)
        buf_putc(&b, (char)((uint64_t)(now_ms + KEEP_MS) >> (8 * i)));
    record_pack(&b, &rec_attachment, file);
    struct td_str bytes = td_arena_dup(a, buf_str(&b));
    buf_fini(&b);
    sign(e, actor, bytes, mac);
    struct td_str body = base64(a, (const uint8_t *)bytes.p, bytes.n);
    struct td_str tail = base64(a, mac, sizeof mac);
    return td_arena_printf(a, PREFIX "%.*s.%.*s", TD_FMT(body), TD_FMT(tail));
}

static bool unbase64(struct td_arena *a, struct td_str s, struct td_str *out) {
    uint8_t *p = td_arena_alloc(a, s.n + 1);
    size_t n = 0;
    const char *end = NULL;
    if (sodium_base642bin(p, s.n + 1, s.p, s.n, NULL, &n, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        end != s.p + s.n)
        return false;
    *out = (struct td_str){(char *)p, n};
    return true;
}

int uploads_read(const struct edge *e, struct td_arena *a, struct td_str actor, struct td_str token,
                 int64_t now_ms, struct td_attachment *out) {
    static const size_t head = sizeof PREFIX - 1;
    struct td_str bytes, mac;
    uint8_t expected[32];
    if (token.n > TOKEN_MAX || token.n < head + MAC_TEXT + 2 ||
        !td_str_starts(token, TD_STR(PREFIX)))
        return TD_EAUTH;
    struct td_str tail = {token.p + token.n - MAC_TEXT, MAC_TEXT};
    struct td_str body = {token.p + head, token.n - head - MAC_TEXT - 1};
    if (tail.p[-1] != '.' || !unbase64(a, body, &bytes) || !unbase64(a, tail, &mac) ||
        mac.n != sizeof expected || bytes.n < STAMP)
        return TD_EAUTH;
    sign(e, actor, bytes, expected);
    if (sodium_memcmp(expected, mac.p, sizeof expected) != 0)
        return TD_EAUTH;
    uint64_t until = 0;
    for (int i = 0; i < STAMP; i++)
        until |= (uint64_t)(unsigned char)bytes.p[i] << (8 * i);
    struct td_str record = {bytes.p + STAMP, bytes.n - STAMP};
    if (until < (uint64_t)now_ms || record_unpack(a, &rec_attachment, record, out, NULL) != TD_OK)
        return TD_EAUTH;
    return TD_OK;
}

int uploads_claim(const struct edge *e, struct td_arena *a, struct td_str actor, struct act *act,
                  struct td_error *err) {
    size_t n = act->files.n;
    if (n == 0)
        return TD_OK;
    struct td_attachment *v = TD_ARENA_ARRAY(a, struct td_attachment, n);
    for (size_t i = 0; i < n; i++)
        if (uploads_read(e, a, actor, act->files.v[i], loop_wall_ms(), &v[i]) != TD_OK)
            return td_error_set(err, TD_EINVAL,
                                "files: number %zu is no upload of yours, or older than a day",
                                i + 1);
    act->attachments.v = v;
    act->attachments.n = n;
    act->files = (struct td_strs){NULL, 0};
    return TD_OK;
}
