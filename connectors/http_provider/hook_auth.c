#include "http_provider/hook_auth.h"

#include "http_provider/crypto.h"
#include "http_provider/form.h"
#include "http_provider/template.h"
#include "http_provider/text.h"
#include "http_provider/when.h"

#define SIGNED_MAX ((size_t)1024 * 1024)

typedef bool test_fn(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                     struct td_str secret);

static const char *const secret_names[] = {"hook_secret", "hook_secret_2"};

static struct td_str header(const struct td_request *hook, struct td_arena *a, struct td_str name) {
    char *lower = td_arena_alloc(a, name.n + 1);
    for (size_t i = 0; i < name.n; i++)
        lower[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] + 32) : name.p[i];
    return td_header(hook->headers.v, hook->headers.n, lower);
}

/* ---- the ways ---- */

static enum crypto_hash algorithm(const struct td_settings *s) {
    struct td_str name = td_settings_text(s, "hook_algorithm");
    return td_str_eqz(name, "sha1")     ? CRYPTO_SHA1
           : td_str_eqz(name, "sha512") ? CRYPTO_SHA512
                                        : CRYPTO_SHA256;
}

static bool given_signature(struct td_arena *a, const struct td_settings *s,
                            const struct td_request *hook, uint8_t *out, size_t *n) {
    struct td_str text = text_trim(header(hook, a, td_settings_text(s, "hook_header")));
    struct td_str prefix = td_settings_text(s, "hook_prefix");
    if (!td_str_starts(text, prefix))
        return false;
    text = (struct td_str){text.p + prefix.n, text.n - prefix.n};
    return td_str_eqz(td_settings_text(s, "hook_encoding"), "base64")
               ? text_unbase64(text, out, CRYPTO_MAC_MAX, n)
               : text_unhex(text, out, CRYPTO_MAC_MAX, n);
}

static struct td_str sent_at(struct td_arena *a, const struct td_settings *s,
                             const struct td_request *hook) {
    struct td_str name = td_settings_text(s, "hook_timestamp_header");
    return name.n ? header(hook, a, name) : TD_STR("");
}

static bool test_hmac(struct td_arena *a, const struct td_settings *s,
                      const struct td_request *hook, struct td_str secret) {
    uint8_t given[CRYPTO_MAC_MAX], right[CRYPTO_MAC_MAX];
    size_t given_n, right_n;
    struct td_str text;
    const struct template_value values[] = {{"body", hook->body},
                                            {"timestamp", sent_at(a, s, hook)},
                                            {"url", hook->url},
                                            {"method", hook->method}};
    if (!given_signature(a, s, hook, given, &given_n) ||
        template_fill(a, td_settings_text(s, "hook_template"), TEMPLATE_PLAIN, values, 4,
                      SIGNED_MAX, &text, NULL) != TD_OK)
        return false;
    right_n = crypto_hmac(algorithm(s), secret, text, right);
    return right_n > 0 && crypto_equal((struct td_str){(char *)given, given_n},
                                       (struct td_str){(char *)right, right_n});
}

static bool test_header(struct td_arena *a, const struct td_settings *s,
                        const struct td_request *hook, struct td_str secret) {
    return crypto_equal(header(hook, a, td_settings_text(s, "hook_header")), secret);
}

static bool test_query(struct td_arena *a, const struct td_settings *s,
                       const struct td_request *hook, struct td_str secret) {
    struct form query;
    struct td_str value;
    return form_parse(a, form_query_of(hook->url), &query) &&
           form_get(&query, td_settings_text(s, "hook_field"), &value) &&
           crypto_equal(value, secret);
}

static bool test_basic(struct td_arena *a, const struct td_settings *s,
                       const struct td_request *hook, struct td_str secret) {
    struct td_str given = td_header(hook->headers.v, hook->headers.n, "authorization");
    uint8_t bytes[1024];
    size_t n;
    if (!text_starts_nocase(given, "basic "))
        return false;
    given = text_trim((struct td_str){given.p + 6, given.n - 6});
    if (!text_unbase64(given, bytes, sizeof bytes, &n))
        return false;
    struct td_str right = td_arena_printf(a, "%.*s:%.*s", TD_FMT(td_settings_text(s, "hook_user")),
                                          TD_FMT(secret));
    return crypto_equal((struct td_str){(char *)bytes, n}, right);
}

static const struct way {
    const char *name;
    test_fn *test;
    const char *needs, *wrong;
} ways[] = {
    {"hmac", test_hmac, "hook_header", "the signature does not match"},
    {"header", test_header, "hook_header", "the secret in the header does not match"},
    {"query", test_query, "hook_field", "the secret in the query does not match"},
    {"basic", test_basic, "hook_user", "user name or password do not match"},
};

static const struct way *chosen(const struct td_settings *s) {
    struct td_str name = td_settings_text(s, "hook_auth");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (td_str_eqz(name, ways[i].name))
            return &ways[i];
    return NULL;
}

/* ---- the interface ---- */

int hook_auth_check(const struct td_settings *s, struct td_error *err) {
    const struct way *w = chosen(s);
    if (!w)
        return TD_OK;
    const struct td_secret *secret = td_settings_secret(s, "hook_secret");
    if (!secret || td_secret_reveal(secret).n == 0)
        return td_error_set(err, TD_EINVAL, "hook_secret: needed for hook_auth: %s", w->name);
    if (td_settings_text(s, w->needs).n == 0)
        return td_error_set(err, TD_EINVAL, "%s: needed for hook_auth: %s", w->needs, w->name);
    struct td_str template = td_settings_text(s, "hook_template"), filled;
    struct td_arena *a = td_arena_new();
    static const struct template_value names[] = {
        {"body", {0}}, {"timestamp", {0}}, {"url", {0}}, {"method", {0}}};
    struct td_error why = {0};
    int rc = template_fill(a, template, TEMPLATE_PLAIN, names, 4, SIGNED_MAX, &filled, &why);
    td_arena_free(&a);
    if (rc != TD_OK)
        return td_error_set(err, TD_EINVAL, "hook_template: %s", why.text);
    if (w->test == test_hmac && !template_has(template, "body"))
        return td_error_set(err, TD_EINVAL, "hook_template: must contain {body}");
    if (template_has(template, "timestamp") && !td_settings_text(s, "hook_timestamp_header").n)
        return td_error_set(err, TD_EINVAL,
                            "hook_timestamp_header: needed for {timestamp} in hook_template");
    return TD_OK;
}

size_t hook_auth_headers(const struct td_settings *s, struct td_str *out, size_t max) {
    static const char *const names[] = {"hook_header", "hook_timestamp_header"};
    size_t n = 0;
    for (size_t i = 0; i < 2 && n < max; i++)
        if (td_settings_text(s, names[i]).n)
            out[n++] = td_settings_text(s, names[i]);
    return n;
}

/* Only a signed time says anything: without {timestamp} in the template it could be made up. */
static int check_window(struct td_arena *a, const struct td_settings *s,
                        const struct td_request *hook, int64_t now_ms, struct td_error *err) {
    int64_t at, window = td_settings_number(s, "hook_window");
    if (!template_has(td_settings_text(s, "hook_template"), "timestamp"))
        return TD_OK;
    if (!when_parse(text_trim(sent_at(a, s, hook)), &at))
        return td_error_set(err, TD_ESTALE, "the header with the time is missing or no time");
    int64_t apart = at > now_ms ? at - now_ms : now_ms - at;
    if (apart > window)
        return td_error_set(err, TD_ESTALE, "sent %lld s from now: outside the window of %lld s",
                            (long long)(apart / 1000), (long long)(window / 1000));
    return TD_OK;
}

int hook_auth_verify(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                     int64_t now_ms, struct td_error *err) {
    const struct way *w = chosen(s);
    if (!w)
        return td_str_eqz(td_settings_text(s, "hook_auth"), "none")
                   ? TD_OK
                   : td_error_set(err, TD_EAUTH, "this channel takes no hooks (hook_auth: off)");
    bool right = false;
    for (size_t i = 0; i < 2; i++) {
        const struct td_secret *secret = td_settings_secret(s, secret_names[i]);
        struct td_str value = secret ? td_secret_reveal(secret) : TD_STR("");
        if (value.n && w->test(a, s, hook, value))
            right = true;
    }
    if (!right)
        return td_error_set(err, TD_EAUTH, "%s", w->wrong);
    return w->test == test_hmac ? check_window(a, s, hook, now_ms, err) : TD_OK;
}
