#include "http_provider/vonage_signature.h"

#include "http_provider/crypto.h"
#include "http_provider/document.h"
#include "http_provider/form.h"
#include "http_provider/text.h"
#include "http_provider/when.h"

#include <stdlib.h>

#define SIGNED_MAX ((size_t)1024 * 1024)
#define TOKEN_MAX 4096 /* of the decoded header or claims; Vonage's have a few hundred bytes */

static const char *const secret_names[] = {"signature_secret", "signature_secret_2"};

static struct td_str secret_of(const struct td_settings *s, size_t i) {
    const struct td_secret *secret = td_settings_secret(s, secret_names[i]);
    return secret ? td_secret_reveal(secret) : TD_STR("");
}

static int check_time(const struct td_settings *s, const char *field, struct td_str text,
                      int64_t now_ms, struct td_error *err) {
    int64_t at, window = td_settings_number(s, "signature_window");
    if (!text.n || !when_parse(text, &at))
        return td_error_set(err, TD_ESTALE, "%s: missing, or no time", field);
    int64_t apart = at > now_ms ? at - now_ms : now_ms - at;
    if (apart > window)
        return td_error_set(err, TD_ESTALE,
                            "%s: %lld s from now, outside the window of %lld s (signature_window)",
                            field, (long long)(apart / 1000), (long long)(window / 1000));
    return TD_OK;
}

/* ---- the token ---- */

struct token {
    struct td_str head, claims, mac; /* as sent: base64url */
    struct td_str covered;           /* what the MAC is of: head.claims */
};

static bool split_token(struct td_str t, struct token *out) {
    const char *first = t.n ? memchr(t.p, '.', t.n) : NULL;
    const char *second = first ? memchr(first + 1, '.', t.n - (size_t)(first + 1 - t.p)) : NULL;
    if (!second)
        return false;
    *out = (struct token){{t.p, (size_t)(first - t.p)},
                          {first + 1, (size_t)(second - first - 1)},
                          {second + 1, t.n - (size_t)(second + 1 - t.p)},
                          {t.p, (size_t)(second - t.p)}};
    return true;
}

static int open_part(struct document *d, struct td_arena *a, struct td_str part,
                     struct td_error *err) {
    uint8_t *bytes = td_arena_alloc(a, TOKEN_MAX);
    size_t n;
    if (!text_unbase64(part, bytes, TOKEN_MAX, &n))
        return td_error_set(err, TD_EAUTH, "authorization: the token is not base64url");
    if (document_open_json(d, a, (struct td_str){(char *)bytes, n}, NULL) != TD_OK)
        return td_error_set(err, TD_EAUTH, "authorization: the token is not JSON");
    return TD_OK;
}

/* Nothing in the token is believed before this: not even which algorithm it wants. */
static int check_mac(struct td_arena *a, const struct td_settings *s, const struct token *t,
                     struct td_error *err) {
    struct document head;
    struct td_str alg;
    uint8_t given[CRYPTO_MAC_MAX], right[CRYPTO_MAC_MAX];
    size_t n, right_n;
    bool good = false;
    int rc = open_part(&head, a, t->head, err);
    if (rc != TD_OK)
        return rc;
    document_get(&head, TD_STR("alg"), &alg);
    document_close(&head);
    if (!td_str_eqz(alg, "HS256"))
        return td_error_set(err, TD_EAUTH,
                            "authorization: the token is signed with %.*s, not HS256",
                            TD_FMT(td_str_cut(alg, 20)));
    if (!text_unbase64(t->mac, given, sizeof given, &n))
        n = 0;
    for (size_t i = 0; i < 2; i++) {
        struct td_str secret = secret_of(s, i);
        right_n = secret.n ? crypto_hmac(CRYPTO_SHA256, secret, t->covered, right) : 0;
        good |= right_n > 0 && crypto_equal((struct td_str){(char *)given, n},
                                            (struct td_str){(char *)right, right_n});
    }
    return good ? TD_OK
                : td_error_set(err, TD_EAUTH,
                               "authorization: the token's signature does not match "
                               "(signature_secret)");
}

/* A query is covered by nothing: a hook by GET has no payload_hash that fits, and is refused. */
static int check_claims(struct td_arena *a, const struct td_settings *s,
                        const struct td_request *hook, const struct document *claims,
                        int64_t now_ms, struct td_error *err) {
    struct td_str iat, exp, hash;
    uint8_t right[32];
    int64_t end;
    document_get(claims, TD_STR("iat"), &iat);
    document_get(claims, TD_STR("exp"), &exp);
    document_get(claims, TD_STR("payload_hash"), &hash);
    int rc = check_time(s, "iat", iat, now_ms, err);
    if (rc != TD_OK)
        return rc;
    if (exp.n && (!when_parse(exp, &end) || end <= now_ms))
        return td_error_set(err, TD_ESTALE, "exp: the token is over");
    crypto_sha256(hook->body, right);
    if (!text_eq_nocase(hash, text_hex(a, right, sizeof right)))
        return td_error_set(err, TD_EAUTH,
                            "payload_hash: missing, or of another body (hooks must come by POST)");
    return TD_OK;
}

int vonage_signature_verify_token(struct td_arena *a, const struct td_settings *s,
                                  const struct td_request *hook, int64_t now_ms,
                                  struct td_error *err) {
    struct td_str given = td_header(hook->headers.v, hook->headers.n, "authorization");
    struct token t;
    struct document claims;
    if (!text_starts_nocase(given, "bearer ") ||
        !split_token(text_trim((struct td_str){given.p + 7, given.n - 7}), &t))
        return td_error_set(err, TD_EAUTH,
                            "authorization: no signed token (switch signed webhooks on at Vonage)");
    int rc = check_mac(a, s, &t, err);
    if (rc == TD_OK)
        rc = open_part(&claims, a, t.claims, err);
    if (rc != TD_OK)
        return rc;
    rc = check_claims(a, s, hook, &claims, now_ms, err);
    document_close(&claims);
    return rc;
}

/* ---- the field sig ---- */

static const struct method {
    const char *name;
    enum crypto_hash hash;
    bool keyed;
} methods[] = {{"md5hash", CRYPTO_MD5, false},
               {"md5", CRYPTO_MD5, true},
               {"sha1", CRYPTO_SHA1, true},
               {"sha256", CRYPTO_SHA256, true},
               {"sha512", CRYPTO_SHA512, true}};

static const struct method *chosen(const struct td_settings *s) {
    struct td_str name = td_settings_text(s, "signature_method");
    const struct method *m = methods;
    while (!td_str_eqz(name, m->name)) /* the table of settings has checked it */
        m++;
    return m;
}

static int by_name(const void *x, const void *y) {
    const struct td_pair *a = x, *b = y;
    return td_str_cmp(a->name, b->name);
}

static struct td_str without_marks(struct td_arena *a, struct td_str value) {
    struct td_str out = td_arena_dup(a, value);
    char *p = (char *)out.p;
    for (size_t i = 0; i < out.n; i++)
        if (p[i] == '&' || p[i] == '=')
            p[i] = '_';
    return out;
}

/* "&name=value…" of all but sig, which goes to *sig. */
static struct td_str covered_by_sig(struct td_arena *a, struct td_pair *v, size_t n,
                                    struct td_str *sig) {
    struct text t;
    text_init(&t, a, SIGNED_MAX);
    if (n)
        qsort(v, n, sizeof *v, by_name);
    for (size_t i = 0; i < n; i++) {
        if (td_str_eqz(v[i].name, "sig")) {
            *sig = v[i].value;
            continue;
        }
        text_putc(&t, '&');
        text_put(&t, v[i].name);
        text_putc(&t, '=');
        text_put(&t, without_marks(a, v[i].value));
    }
    return t.over ? TD_STR("") : text_str(&t);
}

static bool sig_matches(struct td_arena *a, const struct method *m, struct td_str covered,
                        struct td_str secret, struct td_str given) {
    uint8_t right[CRYPTO_MAC_MAX];
    struct td_str both = td_arena_printf(a, "%.*s%.*s", TD_FMT(covered), TD_FMT(secret));
    size_t n = m->keyed ? crypto_hmac(m->hash, secret, covered, right)
                        : crypto_digest(m->hash, both, right);
    return n > 0 && crypto_equal(given, (struct td_str){(char *)right, n});
}

int vonage_signature_verify_sig(struct td_arena *a, const struct td_settings *s,
                                const struct td_request *hook, int64_t now_ms,
                                struct td_error *err) {
    struct document d;
    struct td_pair *fields;
    size_t n, given_n;
    struct td_str sig = TD_STR(""), timestamp;
    uint8_t given[CRYPTO_MAC_MAX];
    bool good = false;
    if (document_open(&d, a, hook, DOCUMENT_AUTO, NULL) != TD_OK)
        return td_error_set(err, TD_EAUTH, "sig: the body is neither a form nor JSON");
    n = document_members(&d, &fields);
    document_get(&d, TD_STR("timestamp"), &timestamp);
    document_close(&d);
    struct td_str covered = covered_by_sig(a, fields, n, &sig);
    if (!sig.n || !covered.n || !text_unhex(sig, given, sizeof given, &given_n))
        return td_error_set(err, TD_EAUTH,
                            "sig: missing, or no signature (have signed webhooks switched on at "
                            "Vonage)");
    for (size_t i = 0; i < 2; i++) {
        struct td_str secret = secret_of(s, i);
        good |= secret.n &&
                sig_matches(a, chosen(s), covered, secret, (struct td_str){(char *)given, given_n});
    }
    if (!good)
        return td_error_set(err, TD_EAUTH,
                            "sig: does not match (signature_secret, signature_method)");
    return check_time(s, "timestamp", timestamp, now_ms, err);
}
