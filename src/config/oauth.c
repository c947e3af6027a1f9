/* The pure half of OAuth 2 for channels, see <tandem/oauth.h>. */
#include <tandem/oauth.h>

#include "base/buf.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { TOKEN_MAX = 6000, TEXT_MAX = 65536 };

/* ---- building ---- */

static void put_encoded(struct buf *b, struct td_str s) {
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (!plain) {
            buf_putc(b, '%');
            buf_putc(b, hex[c >> 4]);
        }
        buf_putc(b, plain ? (char)c : hex[c & 15]);
    }
}

static void put_param(struct buf *b, const char *name, struct td_str value) {
    if (!value.n)
        return;
    buf_puts(b, name);
    put_encoded(b, value);
}

static struct td_str taken(struct td_arena *a, struct buf *b) {
    struct td_str s = td_arena_dup(a, buf_str(b));
    buf_fini(b);
    return s;
}

static struct td_str base64url(struct td_arena *a, const uint8_t *p, size_t n) {
    size_t max = sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = td_arena_alloc(a, max);
    sodium_bin2base64(text, max, p, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return td_str_of(text);
}

struct td_str td_oauth_challenge(struct td_arena *a, struct td_str verifier) {
    uint8_t hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)verifier.p, verifier.n);
    return base64url(a, hash, sizeof hash);
}

struct td_str td_oauth_authorize_url(struct td_arena *a, const struct td_oauth *o,
                                     struct td_str redirect_uri, struct td_str state,
                                     struct td_str challenge) {
    struct buf b;
    buf_init(&b, TEXT_MAX);
    buf_put_str(&b, o->authorize_url);
    buf_putc(&b,
             o->authorize_url.n && memchr(o->authorize_url.p, '?', o->authorize_url.n) ? '&' : '?');
    buf_puts(&b, "response_type=code&code_challenge_method=S256");
    put_param(&b, "&code_challenge=", challenge);
    put_param(&b, "&client_id=", o->client_id);
    put_param(&b, "&redirect_uri=", redirect_uri);
    put_param(&b, "&scope=", o->scopes);
    put_param(&b, "&state=", state);
    put_param(&b, "&login_hint=", o->login_hint);
    buf_put_str(&b, o->extra);
    return taken(a, &b);
}

/* The client tells itself in the body: what Google and Microsoft document, and RFC 6749 §2.3.1
 * allows. */
static void finish(struct td_arena *a, const struct td_oauth *o, struct buf *b,
                   struct td_request *out) {
    put_param(b, "&client_id=", o->client_id);
    put_param(b, "&client_secret=", o->client_secret);
    struct td_pair *h = TD_ARENA_ARRAY(a, struct td_pair, 2);
    h[0] = (struct td_pair){TD_STR("content-type"), TD_STR("application/x-www-form-urlencoded")};
    h[1] = (struct td_pair){TD_STR("accept"), TD_STR("application/json")};
    *out = (struct td_request){.method = TD_STR("POST"), .url = o->token_url, .headers = {h, 2}};
    out->body = taken(a, b);
}

void td_oauth_code_request(struct td_arena *a, const struct td_oauth *o, struct td_str redirect_uri,
                           struct td_str code, struct td_str verifier, struct td_request *out) {
    struct buf b;
    buf_init(&b, TEXT_MAX);
    buf_puts(&b, "grant_type=authorization_code");
    put_param(&b, "&code=", code);
    put_param(&b, "&redirect_uri=", redirect_uri);
    put_param(&b, "&code_verifier=", verifier);
    finish(a, o, &b, out);
}

void td_oauth_refresh_request(struct td_arena *a, const struct td_oauth *o, struct td_str refresh,
                              struct td_request *out) {
    struct buf b;
    buf_init(&b, TEXT_MAX);
    buf_puts(&b, "grant_type=refresh_token");
    put_param(&b, "&refresh_token=", refresh);
    finish(a, o, &b, out);
}

/* ---- the secret's text: "v1", id, expiry, access, refresh, a line each ---- */

/* One line of what RFC 6749 appendix A calls VSCHAR: it goes into headers and SASL too. */
static bool is_token(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] > 0x7e)
            return false;
    return s.n <= TOKEN_MAX;
}

struct td_str td_oauth_pack(struct td_arena *a, const struct td_oauth_tokens *t) {
    return td_arena_printf(a, "v1\n%.*s\n%lld\n%.*s\n%.*s\n", TD_FMT(t->id),
                           (long long)t->expires_at_ms, TD_FMT(t->access), TD_FMT(t->refresh));
}

static bool line(struct td_str *rest, struct td_str *out) {
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
    if (!end)
        return false;
    *out = (struct td_str){rest->p, (size_t)(end - rest->p)};
    *rest = (struct td_str){end + 1, rest->n - out->n - 1};
    return true;
}

int td_oauth_unpack(struct td_arena *a, struct td_str s, struct td_oauth_tokens *out) {
    struct td_str version, id, expires, access, refresh;
    uint64_t at;
    *out = (struct td_oauth_tokens){0};
    if (!line(&s, &version) || !td_str_eqz(version, "v1") || !line(&s, &id) ||
        !line(&s, &expires) || !line(&s, &access) || !line(&s, &refresh) || s.n ||
        !td_str_to_u64(expires, &at) || at > INT64_MAX || !is_token(id) || !is_token(access) ||
        !is_token(refresh))
        return TD_EPARSE;
    *out = (struct td_oauth_tokens){.id = td_arena_dup(a, id),
                                    .access = td_arena_dup(a, access),
                                    .refresh = td_arena_dup(a, refresh),
                                    .expires_at_ms = (int64_t)at};
    return TD_OK;
}

/* ---- answers ---- */

static struct td_str text_of(const json_t *tree, const char *name) {
    const json_t *v = json_object_get(tree, name);
    if (!json_is_string(v))
        return TD_STR("");
    return (struct td_str){json_string_value(v), json_string_length(v)};
}

/* Some send numbers as texts. */
static int64_t seconds_of(const json_t *v) {
    uint64_t n = 0;
    if (json_is_integer(v) && json_integer_value(v) > 0)
        n = (uint64_t)json_integer_value(v);
    else if (json_is_string(v))
        td_str_to_u64((struct td_str){json_string_value(v), json_string_length(v)}, &n);
    return n > 0 && n <= 10 * 365 * 86400 ? (int64_t)n : 0;
}

/* The provider's own words, one line of them. */
static void put_words(char out[160], struct td_str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < 159; i++)
        out[n++] = (unsigned char)s.p[i] < ' ' || (unsigned char)s.p[i] > '~' ? ' ' : s.p[i];
    out[n] = 0;
}

static int refused(const json_t *tree, int status, struct td_error *err) {
    struct td_str code = text_of(tree, "error");
    char name[160], words[160];
    put_words(name, td_str_cut(code, 60));
    put_words(words, text_of(tree, "error_description"));
    if (status >= 500 || status == 429 || td_str_eqz(code, "temporarily_unavailable") ||
        td_str_eqz(code, "server_error"))
        return td_error_set(err, TD_EBUSY, "The provider's login answers %d %s.", status, name);
    if (!code.n)
        return td_error_set(err, TD_EPARSE,
                            "The provider's login answers %d, and nothing that tells why.", status);
    /* interaction_required: Microsoft's way to say that the person has to come again */
    bool over = td_str_eqz(code, "invalid_grant") || td_str_eqz(code, "interaction_required");
    return td_error_set(err, over ? TD_EAUTH : TD_EINVAL, "%s%s%s", name, words[0] ? ": " : "",
                        words);
}

int td_oauth_parse(struct td_arena *a, const struct td_response *r, int64_t now_ms,
                   struct td_oauth_tokens *t, struct td_error *err) {
    json_t *tree = json_loadb(r->body.n ? r->body.p : "", r->body.n, JSON_REJECT_DUPLICATES, NULL);
    int rc = TD_OK;
    if (r->status != 200) {
        rc = refused(tree, r->status, err);
        json_decref(tree);
        return rc;
    }
    struct td_str access = text_of(tree, "access_token"), refresh = text_of(tree, "refresh_token");
    struct td_str type = text_of(tree, "token_type");
    bool bearer = type.n == 6 && strncasecmp(type.p, "bearer", 6) == 0;
    if (!access.n || !bearer || !is_token(access) || !is_token(refresh)) {
        rc = td_error_set(err, TD_EPARSE, "The provider's login answers without a bearer token.");
    } else if (!refresh.n && !t->refresh.n) {
        rc = td_error_set(err, TD_EPARSE,
                          "The provider gave no refresh token: offline access was not granted.");
    } else {
        int64_t s = seconds_of(json_object_get(tree, "expires_in"));
        t->access = td_arena_dup(a, access);
        if (refresh.n)
            t->refresh = td_arena_dup(a, refresh);
        t->expires_at_ms = s ? now_ms + s * 1000 : 0;
    }
    json_decref(tree);
    return rc;
}
