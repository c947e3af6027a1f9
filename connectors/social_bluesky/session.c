/* Sessions (com.atproto.server.createSession, refreshSession). An access token lives for about two
 * hours, a refresh token for months and is replaced by each use; createSession is limited to 30 in
 * 5 minutes and 300 a day, so tokens are kept and refreshed. A refresh that is refused, which the
 * driver answers by forgetting the session, leads to a new login. */
#include "http_provider/crypto.h"
#include "social_bluesky/bluesky.h"

enum { TOKEN_MAX = 8192, ANSWER_URL_MAX = 500 };

static struct td_str without_slash(struct td_str url) {
    while (url.n && url.p[url.n - 1] == '/')
        url.n--;
    return url;
}

static struct td_str password_of(const struct td_settings *s) {
    const struct td_secret *x = td_settings_secret(s, "app_password");
    return x ? td_secret_reveal(x) : TD_STR("");
}

/* Which settings a session was made with: with others it is none. */
static struct td_str login_hash(struct td_arena *a, const struct td_settings *s) {
    uint8_t h[32];
    struct td_str service = td_settings_text(s, "service"), handle = td_settings_text(s, "handle");
    struct td_str all = td_arena_printf(a, "%.*s\n%.*s\n%.*s", TD_FMT(service), TD_FMT(handle),
                                        TD_FMT(password_of(s)));
    crypto_sha256(all, h);
    return text_hex(a, h, 8);
}

static struct td_str field(const struct document *d, const char *name) {
    struct td_str v;
    document_get(d, td_str_of(name), &v);
    return v;
}

bool bluesky_session(struct td_arena *a, const struct td_settings *s, struct bluesky_session *out) {
    struct document d = {0};
    *out = (struct bluesky_session){.pds = without_slash(td_settings_text(s, "service")),
                                    .did = td_settings_text(s, "handle")};
    struct td_str value = td_settings_session(s);
    if (!value.n || document_open_json(&d, a, value, NULL) != TD_OK)
        return false;
    bool ours = td_str_eq(field(&d, "login"), login_hash(a, s));
    if (ours) {
        out->access = field(&d, "access");
        out->refresh = field(&d, "refresh");
        out->did = field(&d, "did");
        out->pds = field(&d, "pds");
    }
    document_close(&d);
    return ours;
}

/* ---- requests ---- */

static void request(struct td_arena *a, struct td_str base, const char *method, struct td_str name,
                    struct td_str token, const char *type, struct td_str body,
                    struct td_request *out) {
    *out = (struct td_request){
        .method = td_str_of(method),
        .url = td_arena_printf(a, "%.*s/xrpc/%.*s", TD_FMT(base), TD_FMT(name)),
        .body = body};
    struct td_pair *h = out->headers.v = TD_ARENA_ARRAY(a, struct td_pair, 3);
    h[out->headers.n++] = (struct td_pair){TD_STR("accept"), TD_STR("application/json")};
    if (token.n)
        h[out->headers.n++] = (struct td_pair){TD_STR("authorization"),
                                               td_arena_printf(a, "Bearer %.*s", TD_FMT(token))};
    if (type)
        h[out->headers.n++] = (struct td_pair){TD_STR("content-type"), td_str_of(type)};
}

void bluesky_call(struct td_arena *a, const struct bluesky_session *session, const char *method,
                  struct td_str name_and_query, const char *type, struct td_str body,
                  struct td_request *out) {
    request(a, session->pds, method, name_and_query, session->access, type, body, out);
}

int bluesky_session_build(struct td_arena *a, const struct td_settings *s, int64_t now_ms,
                          struct td_request *out, struct td_error *err) {
    struct bluesky_session had;
    (void)now_ms, (void)err;
    if (bluesky_session(a, s, &had)) {
        request(a, had.pds, "POST", TD_STR("com.atproto.server.refreshSession"), had.refresh, NULL,
                TD_STR(""), out);
        return TD_OK;
    }
    struct text t;
    text_init(&t, a, BLUESKY_REQUEST_MAX);
    text_puts(&t, "{\"identifier\":\"");
    text_put_json(&t, td_settings_text(s, "handle"));
    text_puts(&t, "\",\"password\":\"");
    text_put_json(&t, password_of(s));
    text_puts(&t, "\"}");
    request(a, without_slash(td_settings_text(s, "service")), "POST",
            TD_STR("com.atproto.server.createSession"), TD_STR(""), "application/json",
            text_str(&t), out);
    return TD_OK;
}

/* ---- answers ---- */

/* How long the token lives, from its own claims: our clocks need not agree. 0: it does not say. */
static int64_t lifetime_ms(struct td_arena *a, struct td_str token) {
    const char *from = token.n ? memchr(token.p, '.', token.n) : NULL;
    const char *to = from ? memchr(from + 1, '.', token.n - (size_t)(from + 1 - token.p)) : NULL;
    struct document d;
    uint64_t exp, iat;
    size_t n;
    uint8_t *claims = td_arena_alloc(a, TOKEN_MAX);
    if (!to ||
        !text_unbase64((struct td_str){from + 1, (size_t)(to - from - 1)}, claims, TOKEN_MAX, &n) ||
        document_open_json(&d, a, (struct td_str){(const char *)claims, n}, NULL) != TD_OK)
        return 0;
    bool known = td_str_to_u64(field(&d, "exp"), &exp) && td_str_to_u64(field(&d, "iat"), &iat) &&
                 exp > iat && exp - iat < 366 * 86400;
    document_close(&d);
    return known ? (int64_t)(exp - iat) * 1000 : 0;
}

/* The account's own server, by its DID document; the service that we asked when it does not say, or
 * when it would have us give up TLS. */
static struct td_str server_of(struct td_arena *a, const struct document *d, struct td_str asked) {
    for (int i = 0; i < 8; i++) {
        struct td_str id, url;
        document_get(d, td_arena_printf(a, "/didDoc/service/%d/id", i), &id);
        document_get(d, td_arena_printf(a, "/didDoc/service/%d/serviceEndpoint", i), &url);
        bool is_pds = id.n >= 12 && memcmp(id.p + id.n - 12, "#atproto_pds", 12) == 0;
        if (!is_pds || url.n > ANSWER_URL_MAX)
            continue;
        if (text_starts_nocase(url, "https://") ||
            (text_starts_nocase(url, "http://") && text_starts_nocase(asked, "http://")))
            return without_slash(url);
    }
    return asked;
}

static void put(struct text *t, const char *name, struct td_str value) {
    text_puts(t, t->n ? ",\"" : "{\"");
    text_puts(t, name);
    text_puts(t, "\":\"");
    text_put_json(t, value);
    text_putc(t, '"');
}

static int take(struct td_arena *a, const struct td_settings *s, const struct document *d,
                int64_t now_ms, struct td_session *out, struct td_error *err) {
    static const char *const needed[] = {"accessJwt", "refreshJwt", "did"};
    struct bluesky_session had;
    struct text t;
    for (size_t i = 0; i < 3; i++)
        if (!field(d, needed[i]).n)
            return td_error_set(err, TD_EPARSE, "%s: missing", needed[i]);
    bluesky_session(a, s, &had);
    int64_t lives = lifetime_ms(a, field(d, "accessJwt"));
    out->refresh_at_ms = lives ? now_ms + lives - lives / 6 : 0;
    text_init(&t, a, BLUESKY_REQUEST_MAX);
    put(&t, "login", login_hash(a, s));
    put(&t, "access", field(d, "accessJwt"));
    put(&t, "refresh", field(d, "refreshJwt"));
    put(&t, "did", field(d, "did"));
    put(&t, "pds", server_of(a, d, had.pds));
    text_putc(&t, '}');
    if (t.over)
        return td_error_set(err, TD_ELIMIT, "the session's tokens are too long");
    out->value = text_str(&t);
    return TD_OK;
}

int bluesky_session_parse(struct td_arena *a, const struct td_settings *s,
                          const struct td_response *r, int64_t now_ms, struct td_session *out,
                          struct td_error *err) {
    struct document d;
    int rc = document_open_json(&d, a, r->body, err);
    if (rc == TD_OK)
        rc = take(a, s, &d, now_ms, out, err);
    document_close(&d);
    return rc;
}

bool bluesky_session_over(const struct td_settings *s, const struct td_response *r) {
    (void)s;
    if (r->status == 401)
        return true;
    return r->status == 400 && r->body.n &&
           (memmem(r->body.p, r->body.n, "\"ExpiredToken\"", 14) ||
            memmem(r->body.p, r->body.n, "\"InvalidToken\"", 14));
}
