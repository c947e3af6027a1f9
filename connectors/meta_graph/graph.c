/* Settings and hooks of Meta's products. */
#include "meta_graph/graph.h"

#include "http_provider/crypto.h"
#include "http_provider/form.h"
#include "http_provider/text.h"

#include <inttypes.h>

enum { ITEMS_MAX = 1000, ID_MAX = 64, CHALLENGE_MAX = 200 };

/* ---- settings ---- */

bool graph_is_id(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] < '0' || s.p[i] > '9') && s.p[i] != '_')
            return false;
    return s.n > 0 && s.n <= ID_MAX;
}

int graph_check(const struct td_settings *s, const char *const *id_settings, struct td_error *err) {
    struct td_str version = td_settings_text(s, "version");
    for (size_t i = 0; id_settings[i]; i++) {
        struct td_str id = td_settings_text(s, id_settings[i]);
        if (id.n && !graph_is_id(id))
            return td_error_set(err, TD_EINVAL, "%s: expected a number", id_settings[i]);
    }
    for (size_t i = 0; i < version.n; i++)
        if (!strchr("v0123456789.", version.p[i]))
            return td_error_set(err, TD_EINVAL, "version: expected one such as v23.0");
    return TD_OK;
}

/* ---- genuine? ---- */

static struct td_str secret(const struct td_settings *s, const char *name) {
    const struct td_secret *x = td_settings_secret(s, name);
    return x ? td_secret_reveal(x) : TD_STR("");
}

size_t graph_hook_headers(const struct td_settings *s, struct td_str *out, size_t max) {
    (void)s;
    if (max)
        out[0] = TD_STR(GRAPH_SIGNATURE_HEADER);
    return max ? 1 : 0;
}

static struct td_str query(struct td_arena *a, const struct td_request *hook, const char *name) {
    struct form f;
    struct td_str value = TD_STR("");
    if (form_parse(a, form_query_of(hook->url), &f))
        form_get(&f, td_str_of(name), &value);
    return value;
}

static bool is_handshake(const struct td_request *hook) {
    return td_str_eqz(hook->method, "GET");
}

int graph_verify(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                 int64_t now_ms, struct td_error *err) {
    static const char *const names[] = {"app_secret", "app_secret_2"};
    static const struct td_str prefix = {"sha256=", 7};
    uint8_t given[CRYPTO_MAC_MAX], right[CRYPTO_MAC_MAX];
    struct td_str header = td_header(hook->headers.v, hook->headers.n, GRAPH_SIGNATURE_HEADER);
    size_t n = 0;
    bool matches = false;
    (void)now_ms;
    if (is_handshake(hook))
        return crypto_equal(query(a, hook, "hub.verify_token"), secret(s, "verify_token"))
                   ? TD_OK
                   : td_error_set(err, TD_EAUTH, "hub.verify_token: does not match");
    if (!td_str_starts(header, prefix) ||
        !text_unhex((struct td_str){header.p + prefix.n, header.n - prefix.n}, given, sizeof given,
                    &n))
        return td_error_set(err, TD_EAUTH, "%s: missing, or no sha256=", GRAPH_SIGNATURE_HEADER);
    for (size_t i = 0; i < 2; i++) {
        struct td_str key = secret(s, names[i]);
        if (key.n && crypto_hmac(CRYPTO_SHA256, key, hook->body, right) == 32)
            matches |= crypto_equal((struct td_str){(char *)given, n},
                                    (struct td_str){(char *)right, 32});
    }
    return matches ? TD_OK
                   : td_error_set(err, TD_EAUTH,
                                  "the signature does not match: is app_secret that "
                                  "of the app which calls?");
}

/* ---- reading ---- */

struct td_str graph_get(const struct graph_reading *r, const char *pointer) {
    struct td_str value;
    document_get(&r->doc, td_arena_printf(r->a, "%s%s", r->at, pointer), &value);
    return value;
}

struct td_str graph_get_at(const struct graph_reading *r, const char *list, unsigned i,
                           const char *pointer) {
    return graph_get(r, td_arena_printf(r->a, "%s/%u%s", list, i, pointer).p);
}

bool graph_has(const struct graph_reading *r, const char *pointer) {
    struct td_str value;
    return document_get(&r->doc, td_arena_printf(r->a, "%s%s", r->at, pointer), &value) !=
           DOCUMENT_ABSENT;
}

int graph_need(const struct graph_reading *r, const char *pointer, struct td_str *out) {
    *out = graph_get(r, pointer);
    return out->n && out->n <= 1000
               ? TD_OK
               : td_error_set(r->err, TD_EPARSE, "%s%s: missing, or too long", r->at, pointer);
}

int64_t graph_time(struct td_str s) {
    uint64_t v;
    if (!td_str_to_u64(s, &v) || v > UINT64_C(100000000000000))
        return 0;
    return v < UINT64_C(100000000000) ? (int64_t)v * 1000 : (int64_t)v;
}

/* Room for one more; what grows is copied, the arena keeps the old until the hook is done. */
static void *grown(struct td_arena *a, void *v, size_t n, size_t *room, size_t size) {
    if (n < *room)
        return v;
    *room = *room ? *room * 2 : 4;
    void *bigger = td_arena_alloc(a, *room * size);
    if (n)
        memcpy(bigger, v, n * size);
    return bigger;
}

struct td_message *graph_add_message(struct graph_reading *r, uint32_t kind) {
    struct td_incoming *out = r->out;
    out->messages.v = grown(r->a, out->messages.v, out->messages.n, &r->messages_room,
                            sizeof(struct td_message));
    struct td_message *m = &out->messages.v[out->messages.n++];
    m->kind = kind;
    return m;
}

struct td_receipt *graph_add_receipt(struct graph_reading *r) {
    struct td_incoming *out = r->out;
    out->receipts.v = grown(r->a, out->receipts.v, out->receipts.n, &r->receipts_room,
                            sizeof(struct td_receipt));
    return &out->receipts.v[out->receipts.n++];
}

static bool is_one_of(struct td_str word, const char *list) {
    for (const char *p = list; word.n && p;) {
        const char *end = strchr(p, '|');
        size_t n = end ? (size_t)(end - p) : strlen(p);
        if (td_str_eq(word, (struct td_str){p, n}))
            return true;
        p = end ? end + 1 : NULL;
    }
    return false;
}

static int walk_entry(struct graph_reading *r, const char *list,
                      int (*each)(struct graph_reading *r)) {
    int rc = TD_OK;
    r->at = "";
    r->entry_id = graph_get(r, "/id");
    r->entry_at_ms = graph_time(graph_get(r, "/time"));
    for (unsigned i = 0; i < ITEMS_MAX && rc == TD_OK; i++) {
        r->at = "";
        const char *at = td_arena_printf(r->a, "%s/%u", list, i).p;
        if (!graph_has(r, at))
            break;
        r->at = at;
        rc = each(r);
    }
    return rc;
}

/* The challenge comes from who knew the token; still, nothing but a plain word goes back. */
static int answer_handshake(struct td_arena *a, const struct td_request *hook,
                            struct td_incoming *out, struct td_error *err) {
    struct td_str challenge = query(a, hook, "hub.challenge");
    for (size_t i = 0; i < challenge.n; i++)
        if (challenge.p[i] < '0' || challenge.p[i] > 'z' || strchr("<>\"'&;", challenge.p[i]))
            return td_error_set(err, TD_EPARSE, "hub.challenge: expected letters and digits");
    if (!challenge.n || challenge.n > CHALLENGE_MAX)
        return td_error_set(err, TD_EPARSE, "hub.challenge: missing, or too long");
    out->answer_status = 200;
    out->answer_type = TD_STR("text/plain");
    out->answer_body = challenge;
    return TD_OK;
}

int graph_walk(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
               const char *objects, const char *list, int (*each)(struct graph_reading *r),
               const void *user, struct td_incoming *out, struct td_error *err) {
    struct graph_reading r = {.a = a, .s = s, .out = out, .err = err, .user = user};
    struct td_str object;
    size_t n = 0;
    if (is_handshake(hook))
        return answer_handshake(a, hook, out, err);
    int rc = document_open_json(&r.doc, a, hook->body, err);
    if (rc != TD_OK)
        return rc;
    document_get(&r.doc, TD_STR("/object"), &object);
    if (!is_one_of(object, objects))
        rc = td_error_set(err, TD_EPARSE, "/object: found \"%.*s\", expected %s",
                          TD_FMT(td_str_cut(object, 40)), objects);
    if (rc == TD_OK)
        rc = document_items(&r.doc, TD_STR("/entry"), &n, err);
    for (size_t i = 0; i < n && rc == TD_OK; i++) {
        document_select(&r.doc, TD_STR("/entry"), i);
        rc = walk_entry(&r, list, each);
    }
    document_close(&r.doc);
    out->answer_status = 200;
    return rc;
}
