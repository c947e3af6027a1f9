/* Tokens (docs.x.com, OAuth 2.0 Authorization Code Flow with PKCE; RFC 6749 §6). An access token
 * lives for two hours; a refresh token is good for one use, and its answer brings the next: the
 * driver makes one request at a time and keeps what it brings before it is used. The first refresh
 * token comes from the settings; a changed one there begins anew. */
#include "http_provider/crypto.h"
#include "social_x/x.h"

enum { TOKEN_MAX = 4096, LIFETIME_MAX_S = 366 * 86400 };

static struct td_str secret_of(const struct td_settings *s, const char *name) {
    const struct td_secret *x = td_settings_secret(s, name);
    return x ? td_secret_reveal(x) : TD_STR("");
}

static struct td_str base_of(const struct td_settings *s) {
    struct td_str url = td_settings_text(s, "api");
    while (url.n && url.p[url.n - 1] == '/')
        url.n--;
    return url;
}

/* Which settings a session was made with: with others it is none. */
static struct td_str login_hash(struct td_arena *a, const struct td_settings *s) {
    uint8_t h[32];
    struct td_str client = td_settings_text(s, "client_id"), base = base_of(s);
    crypto_sha256(td_arena_printf(a, "%.*s\n%.*s\n%.*s", TD_FMT(base), TD_FMT(client),
                                  TD_FMT(secret_of(s, "refresh_token"))),
                  h);
    return text_hex(a, h, 8);
}

static struct td_str field(const struct document *d, const char *name) {
    struct td_str v;
    document_get(d, td_str_of(name), &v);
    return v;
}

/* What may stand in a header and in our own JSON as it is (RFC 6750 §2.1, RFC 6749 A.12). */
static bool is_token(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] > '~')
            return false;
    return s.n > 0 && s.n <= TOKEN_MAX;
}

bool x_session(struct td_arena *a, const struct td_settings *s, struct x_session *out) {
    struct document d = {0};
    struct td_str value = td_settings_session(s);
    uint64_t at;
    *out = (struct x_session){0};
    if (!value.n || document_open_json(&d, a, value, NULL) != TD_OK)
        return false;
    struct x_session x = {.access = field(&d, "access"), .refresh = field(&d, "refresh")};
    bool ours = td_str_eq(field(&d, "login"), login_hash(a, s)) && is_token(x.access) &&
                is_token(x.refresh);
    if (td_str_to_u64(field(&d, "at"), &at) && at <= INT64_MAX / 2)
        x.at_ms = (int64_t)at;
    document_close(&d);
    if (ours)
        *out = x;
    return ours;
}

/* ---- requests ---- */

void x_call(struct td_arena *a, const struct td_settings *s, const char *method, struct td_str path,
            struct td_str body, struct td_request *out) {
    struct x_session session;
    struct td_str base = base_of(s);
    x_session(a, s, &session);
    *out = (struct td_request){.method = td_str_of(method), .body = body};
    out->url = td_arena_printf(a, "%.*s%.*s", TD_FMT(base), TD_FMT(path));
    struct td_pair *h = out->headers.v = TD_ARENA_ARRAY(a, struct td_pair, 4);
    h[out->headers.n++] = (struct td_pair){TD_STR("accept"), TD_STR("application/json")};
    if (session.access.n) /* without one X says 401, and that leads to one */
        h[out->headers.n++] = (struct td_pair){
            TD_STR("authorization"), td_arena_printf(a, "Bearer %.*s", TD_FMT(session.access))};
    if (body.n)
        h[out->headers.n++] = (struct td_pair){TD_STR("content-type"), TD_STR("application/json")};
}

static struct td_str basic(struct td_arena *a, struct td_str id, struct td_str secret) {
    struct td_str both = td_arena_printf(a, "%.*s:%.*s", TD_FMT(id), TD_FMT(secret));
    struct td_str coded = text_base64(a, (const uint8_t *)both.p, both.n);
    return td_arena_printf(a, "Basic %.*s", TD_FMT(coded));
}

int x_session_build(struct td_arena *a, const struct td_settings *s, int64_t now_ms,
                    struct td_request *out, struct td_error *err) {
    struct x_session had;
    struct td_str client = td_settings_text(s, "client_id"), base = base_of(s);
    struct td_str secret = secret_of(s, "client_secret");
    struct text t;
    (void)now_ms;
    text_init(&t, a, X_REQUEST_MAX);
    text_puts(&t, "grant_type=refresh_token&refresh_token=");
    text_put_form(&t, x_session(a, s, &had) ? had.refresh : secret_of(s, "refresh_token"));
    text_puts(&t, "&client_id=");
    text_put_form(&t, client);
    if (t.over)
        return td_error_set(err, TD_ELIMIT, "refresh_token: too long");
    *out = (struct td_request){.method = TD_STR("POST"), .body = text_str(&t)};
    out->url = td_arena_printf(a, "%.*s/2/oauth2/token", TD_FMT(base));
    struct td_pair *h = out->headers.v = TD_ARENA_ARRAY(a, struct td_pair, 3);
    h[out->headers.n++] = (struct td_pair){TD_STR("accept"), TD_STR("application/json")};
    h[out->headers.n++] = (struct td_pair){TD_STR("content-type"),
                                           TD_STR("application/x-www-form-urlencoded")};
    if (secret.n)
        h[out->headers.n++] = (struct td_pair){TD_STR("authorization"), basic(a, client, secret)};
    return TD_OK;
}

/* ---- answers ---- */

static void put(struct text *t, const char *name, struct td_str value) {
    text_puts(t, t->n ? ",\"" : "{\"");
    text_puts(t, name);
    text_puts(t, "\":\"");
    text_put_json(t, value);
    text_putc(t, '"');
}

static int take(struct td_arena *a, const struct td_settings *s, const struct document *d,
                int64_t now_ms, struct td_session *out, struct td_error *err) {
    struct td_str access = field(d, "access_token"), refresh = field(d, "refresh_token");
    struct text t;
    uint64_t lives_s;
    if (!is_token(access))
        return td_error_set(err, TD_EPARSE, "access_token: missing");
    if (!is_token(refresh))
        return td_error_set(err, TD_EPARSE,
                            "refresh_token: missing: was the account asked for offline.access?");
    if (td_str_to_u64(field(d, "expires_in"), &lives_s) && lives_s && lives_s < LIFETIME_MAX_S)
        out->refresh_at_ms = now_ms + (int64_t)lives_s * 1000 / 6 * 5;
    text_init(&t, a, X_REQUEST_MAX);
    put(&t, "login", login_hash(a, s));
    put(&t, "access", access);
    put(&t, "refresh", refresh);
    put(&t, "at", td_arena_printf(a, "%lld", (long long)now_ms));
    text_putc(&t, '}');
    out->value = text_str(&t);
    return TD_OK;
}

int x_session_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                    int64_t now_ms, struct td_session *out, struct td_error *err) {
    struct document d;
    int rc = document_open_json(&d, a, r->body, err);
    if (rc == TD_OK)
        rc = take(a, s, &d, now_ms, out, err);
    document_close(&d);
    return rc;
}
