#include "http_provider/twilio_signature.h"

#include "http_provider/crypto.h"
#include "http_provider/form.h"
#include "http_provider/text.h"

#include <stdlib.h>

#define SIGNED_MAX ((size_t)1024 * 1024)

static const char *const token_names[] = {"auth_token", "auth_token_2"};

size_t twilio_signature_headers(const struct td_settings *s, struct td_str *out, size_t max) {
    (void)s;
    if (max)
        out[0] = TD_STR("x-twilio-signature");
    return max ? 1 : 0;
}

/* ---- the URL as Twilio may have written it ---- */

struct url_parts {
    struct td_str before; /* scheme, user and host */
    struct td_str port;   /* with its colon; "" without */
    struct td_str after;  /* path and query */
    bool secure;
};

static bool split(struct td_str url, struct url_parts *out) {
    const char *scheme = url.n ? memmem(url.p, url.n, "://", 3) : NULL;
    if (!scheme)
        return false;
    size_t host = (size_t)(scheme - url.p) + 3, end = host;
    while (end < url.n && url.p[end] != '/' && url.p[end] != '?' && url.p[end] != '#')
        end++;
    for (size_t i = host; i < end; i++)
        if (url.p[i] == '@')
            host = i + 1;
    size_t colon = end;
    for (size_t i = end; i > host && url.p[i - 1] != ']'; i--)
        if (url.p[i - 1] == ':')
            colon = i - 1;
    *out = (struct url_parts){{url.p, colon},
                              {url.p + colon, end - colon},
                              {url.p + end, url.n - end},
                              text_starts_nocase(url, "https:")};
    return true;
}

/* "%20" in the query as "+": the two ways to write a blank, of which the server shows us one. */
static struct td_str with_plus(struct td_arena *a, struct td_str after) {
    const char *query = after.n ? memchr(after.p, '?', after.n) : NULL;
    if (!query || !memmem(query, after.n - (size_t)(query - after.p), "%20", 3))
        return TD_STR("");
    char *p = td_arena_alloc(a, after.n);
    size_t n = 0, from = (size_t)(query - after.p);
    for (size_t i = 0; i < after.n; i++) {
        bool blank = i > from && after.n - i >= 3 && memcmp(after.p + i, "%20", 3) == 0;
        p[n++] = blank ? '+' : after.p[i];
        i += blank ? 2 : 0;
    }
    return (struct td_str){p, n};
}

/* Up to 6 ways to write it. */
static size_t ways_to_write(struct td_arena *a, struct td_str url, struct td_str out[6]) {
    struct url_parts u;
    if (!split(url, &u)) {
        out[0] = url;
        return 1;
    }
    struct td_str ports[3] = {u.port, TD_STR(""), u.secure ? TD_STR(":443") : TD_STR(":80")};
    struct td_str afters[2] = {u.after, with_plus(a, u.after)};
    size_t n = 0;
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < 3 && (i == 0 || afters[i].n); k++)
            out[n++] = td_arena_printf(a, "%.*s%.*s%.*s", TD_FMT(u.before), TD_FMT(ports[k]),
                                       TD_FMT(afters[i]));
    return n;
}

/* ---- what is signed ---- */

static int by_name_and_value(const void *x, const void *y) {
    const struct td_pair *a = x, *b = y;
    int order = td_str_cmp(a->name, b->name);
    return order ? order : td_str_cmp(a->value, b->value);
}

static bool is_form(const struct td_request *hook) {
    return hook->body.n &&
           text_starts_nocase(td_header(hook->headers.v, hook->headers.n, "content-type"),
                              "application/x-www-form-urlencoded");
}

/* The fields behind the URL; false: this form cannot be read. */
static bool put_fields(struct text *t, struct td_str body) {
    struct form f;
    if (!form_parse(t->a, body, &f))
        return false;
    if (f.n)
        qsort(f.v, f.n, sizeof *f.v, by_name_and_value);
    for (size_t i = 0; i < f.n; i++) {
        if (i && by_name_and_value(&f.v[i - 1], &f.v[i]) == 0)
            continue;
        text_put(t, f.v[i].name);
        text_put(t, f.v[i].value);
    }
    return true;
}

/* Of a body that is no form; false: the URL does not vouch for it. */
static bool body_is_vouched_for(struct td_arena *a, const struct td_request *hook) {
    struct form query;
    struct td_str hex;
    uint8_t given[32], right[32];
    size_t n;
    if (!form_parse(a, form_query_of(hook->url), &query) ||
        !form_get(&query, TD_STR("bodySHA256"), &hex) ||
        !text_unhex(hex, given, sizeof given, &n) || n != sizeof given)
        return false;
    crypto_sha256(hook->body, right);
    return memcmp(given, right, sizeof right) == 0; /* the hash of what he sent is no secret */
}

static bool is_signed(struct td_arena *a, const struct td_request *hook, struct td_str url,
                      struct td_str token, struct td_str given) {
    struct text t;
    uint8_t mac[CRYPTO_MAC_MAX];
    text_init(&t, a, SIGNED_MAX);
    text_put(&t, url);
    if (is_form(hook) && !put_fields(&t, hook->body))
        return false;
    if (t.over)
        return false;
    size_t n = crypto_hmac(CRYPTO_SHA1, token, text_str(&t), mac);
    return n > 0 && crypto_equal(given, text_base64(a, mac, n));
}

int twilio_signature_verify(struct td_arena *a, const struct td_settings *s,
                            const struct td_request *hook, int64_t now_ms, struct td_error *err) {
    (void)now_ms;
    struct td_str given = td_header(hook->headers.v, hook->headers.n, "x-twilio-signature");
    struct td_str urls[6];
    bool right = false;
    if (!given.n)
        return td_error_set(err, TD_EAUTH, "x-twilio-signature: missing");
    if (hook->body.n && !is_form(hook) && !body_is_vouched_for(a, hook))
        return td_error_set(err, TD_EAUTH, "bodySHA256: missing in the URL, or of another body");
    size_t n = ways_to_write(a, hook->url, urls);
    for (size_t i = 0; i < sizeof token_names / sizeof *token_names; i++) {
        const struct td_secret *secret = td_settings_secret(s, token_names[i]);
        struct td_str token = secret ? td_secret_reveal(secret) : TD_STR("");
        for (size_t k = 0; k < n && token.n; k++)
            right |= is_signed(a, hook, urls[k], token, given);
    }
    return right ? TD_OK
                 : td_error_set(err, TD_EAUTH,
                                "the signature does not match (auth_token, or the channel's "
                                "public URL is not the one configured at Twilio)");
}
