/* Requests to the Graph API, and what its answers mean. */
#include "meta_graph/graph.h"

#include "http_provider/codes.h"
#include "http_provider/crypto.h"
#include "http_provider/multipart.h"
#include "http_provider/text.h"
#include "http_provider/verdicts.h"

static struct td_str secret(const struct td_settings *s, const char *name) {
    const struct td_secret *x = td_settings_secret(s, name);
    return x ? td_secret_reveal(x) : TD_STR("");
}

struct td_str graph_url(struct td_arena *a, const struct td_settings *s, struct td_str path) {
    struct td_str api = td_settings_text(s, "api_url");
    uint8_t mac[CRYPTO_MAC_MAX];
    while (api.n && api.p[api.n - 1] == '/')
        api.n--;
    crypto_hmac(CRYPTO_SHA256, secret(s, "app_secret"), secret(s, "access_token"), mac);
    return td_arena_printf(a, "%.*s/%.*s/%.*s?appsecret_proof=%.*s", TD_FMT(api),
                           TD_FMT(td_settings_text(s, "version")), TD_FMT(path),
                           TD_FMT(text_hex(a, mac, 32)));
}

static void authorize(struct td_arena *a, const struct td_settings *s, struct td_request *out) {
    out->headers.v = TD_ARENA_ARRAY(a, struct td_pair, 2);
    out->headers.v[0] = (struct td_pair){
        TD_STR("authorization"),
        td_arena_printf(a, "Bearer %.*s", TD_FMT(secret(s, "access_token")))};
    out->headers.n = 1;
}

void graph_request(struct td_arena *a, const struct td_settings *s, const char *method,
                   struct td_str path, struct td_str body, struct td_request *out) {
    *out = (struct td_request){
        .method = td_str_of(method), .url = graph_url(a, s, path), .body = body};
    authorize(a, s, out);
    if (body.n)
        out->headers.v[out->headers.n++] = (struct td_pair){TD_STR("content-type"),
                                                            TD_STR("application/json")};
}

void graph_upload(struct td_arena *a, const struct td_settings *s, struct td_str path,
                  const struct td_pair *fields, size_t n, const struct multipart_file *file,
                  struct td_request *out) {
    *out = (struct td_request){.method = TD_STR("POST"), .url = graph_url(a, s, path)};
    authorize(a, s, out);
    multipart_build(a, fields, n, file, out);
}

/* ---- errors ---- */

/* "code" or "code/subcode", the latter first. Texts are the API's own. */
static const struct code_meaning errors[] = {
    /* Graph API, "Error handling" */
    {"1", TD_V_TEMPORARY, NULL},
    {"2", TD_V_TEMPORARY, NULL},
    {"4", TD_V_RATE_LIMITED, NULL},
    {"17", TD_V_RATE_LIMITED, NULL},
    {"32", TD_V_RATE_LIMITED, NULL},
    {"341", TD_V_RATE_LIMITED, NULL},
    {"613", TD_V_RATE_LIMITED, NULL},
    {"3", TD_V_AUTH, NULL},
    {"10", TD_V_AUTH, NULL},
    {"102", TD_V_AUTH, NULL},
    {"190", TD_V_AUTH, NULL},
    {"200", TD_V_AUTH, NULL},
    {"368", TD_V_AUTH, NULL}, /* blocked for what it did */
    /* Messenger Platform, "Error codes"; Instagram has the same with its own subcodes */
    {"10/2018278", TD_V_WINDOW_CLOSED, NULL},
    {"10/2018065", TD_V_WINDOW_CLOSED, NULL},
    {"10/2018108", TD_V_OPTED_OUT, NULL},
    {"10/2534022", TD_V_WINDOW_CLOSED, NULL},
    {"551", TD_V_PERMANENT, NULL},
    {"1200", TD_V_TEMPORARY, NULL},
    /* WhatsApp Cloud API, "Error codes" */
    {"131047", TD_V_WINDOW_CLOSED, NULL},
    {"131050", TD_V_OPTED_OUT, NULL},
    {"80007", TD_V_RATE_LIMITED, NULL},
    {"130429", TD_V_RATE_LIMITED, NULL},
    {"131048", TD_V_RATE_LIMITED, NULL},
    {"131056", TD_V_TEMPORARY, NULL}, /* too many to this one person: others may go on */
    {"131000", TD_V_TEMPORARY, NULL},
    {"131016", TD_V_TEMPORARY, NULL},
    {"133004", TD_V_TEMPORARY, NULL},
    {"131005", TD_V_AUTH, NULL},
    {"131031", TD_V_AUTH, NULL},
    {"131030", TD_V_MISCONFIGURED, NULL},
    {"131042", TD_V_MISCONFIGURED, NULL},
    {"131045", TD_V_MISCONFIGURED, NULL},
    {"133010", TD_V_MISCONFIGURED, NULL},
    {0}};

static int judge(struct td_arena *a, const struct document *d, struct td_verdict *out) {
    struct td_str code, subcode, text, details;
    document_get(d, TD_STR("/error/code"), &code);
    document_get(d, TD_STR("/error/error_subcode"), &subcode);
    document_get(d, TD_STR("/error/message"), &text);
    document_get(d, TD_STR("/error/error_data/details"), &details);
    if (!code.n || code.n > 20 || subcode.n > 20)
        return TD_EUNSUPPORTED;
    struct td_str both = td_arena_printf(a, "%.*s/%.*s", TD_FMT(code), TD_FMT(subcode));
    const struct code_meaning *meaning = subcode.n ? code_find(errors, both) : NULL;
    out->code = meaning ? both : code;
    out->text = verdict_excerpt(
        a, details.n ? td_arena_printf(a, "%.*s: %.*s", TD_FMT(text), TD_FMT(details)) : text);
    if (!meaning)
        meaning = code_find(errors, code);
    if (!meaning)
        return TD_EUNSUPPORTED;
    out->kind = meaning->kind;
    return TD_OK;
}

int graph_parse(struct td_arena *a, const struct td_response *r, const char *id,
                struct td_verdict *out) {
    struct document d;
    struct td_str value;
    bool success = r->status >= 200 && r->status <= 299;
    if (document_open_json(&d, a, r->body, NULL) != TD_OK)
        return success ? TD_EPARSE : TD_EUNSUPPORTED;
    int rc = TD_OK;
    if (!success) {
        rc = judge(a, &d, out);
    } else {
        document_get(&d, *id ? td_str_of(id) : TD_STR("/success"), &value);
        out->kind = TD_V_ACCEPTED;
        out->external_id = *id && value.n <= 1000 ? value : TD_STR("");
        rc = value.n && (*id || td_str_eqz(value, "true")) ? TD_OK : TD_EPARSE;
    }
    document_close(&d);
    return rc;
}

int graph_field(struct td_arena *a, const struct td_response *r, const char *pointer,
                struct td_str *out, struct td_error *err) {
    struct document d;
    struct td_str text;
    if (document_open_json(&d, a, r->body, NULL) != TD_OK)
        return td_error_set(err, TD_EPARSE, "Meta's answer is no JSON");
    document_get(&d, td_str_of(pointer), out);
    document_get(&d, TD_STR("/error/message"), &text);
    document_close(&d);
    if (out->n)
        return TD_OK;
    return td_error_set(err, TD_EPARSE, "%s: missing%s%.*s", pointer, text.n ? ": " : "",
                        TD_FMT(td_str_cut(text, 150)));
}
