/* Signatures of both directions: X-Tandem-Signature: v1=<hex>[,v1=<hex>], each the HMAC-SHA256 of
 * the timestamp as it stands in X-Tandem-Timestamp (Unix seconds), a dot and the raw body. While
 * one secret replaces the other, we sign with both and take either. */
#include "byo_http/byo_http.h"

#include "http_provider/crypto.h"
#include "http_provider/text.h"
#include "http_provider/when.h"

#define SIGNED_MAX ((size_t)2 * 1024 * 1024)
#define SIGNATURES_MAX 8 /* looked at in one header */

static const char *const secrets[] = {"secret", "secret_2"};

static bool sign(struct td_arena *a, struct td_str secret, struct td_str timestamp,
                 struct td_str body, uint8_t mac[CRYPTO_MAC_MAX]) {
    struct text t;
    text_init(&t, a, SIGNED_MAX);
    text_put(&t, timestamp);
    text_putc(&t, '.');
    text_put(&t, body);
    return !t.over && crypto_hmac(CRYPTO_SHA256, secret, text_str(&t), mac) == 32;
}

static struct td_str secret_of(const struct td_settings *s, size_t i) {
    const struct td_secret *x = td_settings_secret(s, secrets[i]);
    return x ? td_secret_reveal(x) : TD_STR("");
}

size_t byo_hook_headers(const struct td_settings *s, struct td_str *out, size_t max) {
    (void)s;
    if (max < 2)
        return 0;
    out[0] = TD_STR(BYO_TIME_HEADER);
    out[1] = TD_STR(BYO_SIGNATURE_HEADER);
    return 2;
}

/* The next signature of the header's list; false: there is no more. An element of another version
 * or length is passed over: *mac_n is 0. */
static bool next_signature(struct td_str *list, uint8_t mac[CRYPTO_MAC_MAX], size_t *mac_n) {
    static const struct td_str prefix = {"v1=", 3};
    *mac_n = 0;
    if (!list->n)
        return false;
    const char *comma = memchr(list->p, ',', list->n);
    size_t n = comma ? (size_t)(comma - list->p) : list->n;
    struct td_str one = text_trim((struct td_str){list->p, n});
    size_t used = comma ? n + 1 : n;
    *list = (struct td_str){list->p + used, list->n - used};
    if (td_str_starts(one, prefix) &&
        !text_unhex((struct td_str){one.p + 3, one.n - 3}, mac, CRYPTO_MAC_MAX, mac_n))
        *mac_n = 0;
    return true;
}

static bool matches(struct td_str list, const uint8_t right[32]) {
    uint8_t given[CRYPTO_MAC_MAX];
    size_t n;
    bool found = false;
    for (size_t i = 0; i < SIGNATURES_MAX && next_signature(&list, given, &n); i++)
        found |= n && crypto_equal((struct td_str){(const char *)given, n},
                                   (struct td_str){(const char *)right, 32});
    return found;
}

int byo_verify(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
               int64_t now_ms, struct td_error *err) {
    struct td_str timestamp = td_header(hook->headers.v, hook->headers.n, BYO_TIME_HEADER);
    struct td_str list = td_header(hook->headers.v, hook->headers.n, BYO_SIGNATURE_HEADER);
    if (!timestamp.n || !list.n)
        return td_error_set(err, TD_EAUTH, "%s: missing",
                            timestamp.n ? BYO_SIGNATURE_HEADER : BYO_TIME_HEADER);
    bool right = false;
    for (size_t i = 0; i < 2; i++) {
        uint8_t mac[CRYPTO_MAC_MAX];
        struct td_str secret = secret_of(s, i);
        right |= secret.n && sign(a, secret, timestamp, hook->body, mac) && matches(list, mac);
    }
    if (!right)
        return td_error_set(err, TD_EAUTH,
                            "the signature does not match: expected v1= and the HMAC-SHA256 in hex "
                            "of timestamp, dot, body");
    uint64_t at_s;
    if (!td_str_to_u64(timestamp, &at_s) || at_s > INT64_MAX / 1000)
        return td_error_set(err, TD_ESTALE, "%s: expected Unix seconds", BYO_TIME_HEADER);
    int64_t at_ms = (int64_t)at_s * 1000, window_ms = td_settings_number(s, "window");
    int64_t apart_ms = at_ms > now_ms ? at_ms - now_ms : now_ms - at_ms;
    if (apart_ms > window_ms)
        return td_error_set(err, TD_ESTALE, "sent %lld s from now: outside the window of %lld s",
                            (long long)(apart_ms / 1000), (long long)(window_ms / 1000));
    return TD_OK;
}

int byo_sign(struct td_arena *a, const struct td_settings *s, int64_t now_ms,
             struct td_request *out, struct td_error *err) {
    struct td_str timestamp = td_arena_printf(a, "%lld", (long long)(now_ms / 1000));
    struct td_pair *all = TD_ARENA_ARRAY(a, struct td_pair, out->headers.n + 2);
    struct text value;
    text_init(&value, a, 256);
    for (size_t i = 0; i < 2; i++) {
        uint8_t mac[CRYPTO_MAC_MAX];
        struct td_str secret = secret_of(s, i);
        if (!secret.n)
            continue;
        if (!sign(a, secret, timestamp, out->body, mac))
            return td_error_set(err, TD_ELIMIT, "the message is too long to be signed");
        text_puts(&value, value.n ? ",v1=" : "v1=");
        text_put(&value, text_hex(a, mac, 32));
    }
    if (out->headers.n)
        memcpy(all, out->headers.v, sizeof *all * out->headers.n);
    all[out->headers.n] = (struct td_pair){TD_STR(BYO_TIME_HEADER), timestamp};
    all[out->headers.n + 1] = (struct td_pair){TD_STR(BYO_SIGNATURE_HEADER), text_str(&value)};
    out->headers.v = all;
    out->headers.n += 2;
    return TD_OK;
}
