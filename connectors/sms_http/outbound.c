/* Sends of a generic gateway: a request from templates, a verdict from the answer. */
#include "sms_http/sms_http.h"

#include "http_provider/document.h"
#include "http_provider/template.h"
#include "http_provider/text.h"
#include "http_provider/verdicts.h"

#include <regex.h>
#include <stdio.h>

enum { URL_MAX = 8192, BODY_MAX = 65536, HEADER_MAX = 4096, REGEX_BODY_MAX = 4096, ID_MAX = 200 };
#define N_VALUES 7

/* ---- building ---- */

struct building {
    struct td_arena *a;
    const struct td_settings *s;
    struct template_value values[N_VALUES];
    struct td_request *out;
    struct td_error *err;
};

static struct td_str digits(struct td_arena *a, struct td_str s) {
    struct text t;
    text_init(&t, a, s.n);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9')
            text_putc(&t, s.p[i]);
    return text_str(&t);
}

static struct td_str secret_of(const struct td_settings *s) {
    const struct td_secret *secret = td_settings_secret(s, "auth_secret");
    return secret ? td_secret_reveal(secret) : TD_STR("");
}

static enum template_escape body_escape(struct td_str format) {
    return td_str_eqz(format, "json")   ? TEMPLATE_JSON
           : td_str_eqz(format, "form") ? TEMPLATE_FORM
                                        : TEMPLATE_PLAIN;
}

static void add_header(struct building *b, struct td_str name, struct td_str value) {
    struct text lower;
    text_init(&lower, b->a, name.n);
    for (size_t i = 0; i < name.n; i++)
        text_putc(&lower,
                  name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] + 32) : name.p[i]);
    b->out->headers.v[b->out->headers.n++] = (struct td_pair){text_str(&lower), value};
}

static int build_url(struct building *b) {
    struct td_str url;
    int rc = template_fill(b->a, td_settings_text(b->s, "url"), TEMPLATE_QUERY, b->values, N_VALUES,
                           URL_MAX, &url, b->err);
    if (rc != TD_OK || !td_str_eqz(td_settings_text(b->s, "auth"), "query")) {
        b->out->url = url;
        return rc;
    }
    struct text t;
    text_init(&t, b->a, URL_MAX);
    text_put(&t, url);
    text_putc(&t, memchr(url.p, '?', url.n) ? '&' : '?');
    text_put_percent(&t, td_settings_text(b->s, "auth_name"));
    text_putc(&t, '=');
    text_put_percent(&t, secret_of(b->s));
    b->out->url = text_str(&t);
    return t.over ? td_error_set(b->err, TD_ELIMIT, "the URL would be too long") : TD_OK;
}

static int build_body(struct building *b) {
    static const struct {
        const char *format, *type;
    } types[] = {{"json", "application/json"},
                 {"form", "application/x-www-form-urlencoded"},
                 {"text", "text/plain; charset=utf-8"}};
    struct td_str format = td_settings_text(b->s, "body_format");
    if (td_str_eqz(format, "none") || td_str_eqz(b->out->method, "GET"))
        return TD_OK;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (td_str_eqz(format, types[i].format))
            add_header(b, TD_STR("content-type"), td_str_of(types[i].type));
    return template_fill(b->a, td_settings_text(b->s, "body"), body_escape(format), b->values,
                         N_VALUES, BODY_MAX, &b->out->body, b->err);
}

static void build_auth(struct building *b) {
    struct td_str way = td_settings_text(b->s, "auth"), secret = secret_of(b->s);
    if (td_str_eqz(way, "bearer"))
        add_header(b, TD_STR("authorization"),
                   td_arena_printf(b->a, "Bearer %.*s", TD_FMT(secret)));
    else if (td_str_eqz(way, "header"))
        add_header(b, td_settings_text(b->s, "auth_name"), secret);
    else if (td_str_eqz(way, "basic")) {
        struct td_str both = td_arena_printf(
            b->a, "%.*s:%.*s", TD_FMT(td_settings_text(b->s, "auth_user")), TD_FMT(secret));
        struct td_str coded = text_base64(b->a, (const uint8_t *)both.p, both.n);
        add_header(b, TD_STR("authorization"), td_arena_printf(b->a, "Basic %.*s", TD_FMT(coded)));
    }
}

static int build_headers(struct building *b) {
    const struct td_str *pairs;
    size_t n = td_settings_map(b->s, "headers", &pairs);
    b->out->headers.v = TD_ARENA_ARRAY(b->a, struct td_pair, n + 2);
    int rc = build_body(b);
    build_auth(b);
    for (size_t i = 0; i < n && rc == TD_OK; i++) {
        struct td_str value;
        rc = template_fill(b->a, pairs[2 * i + 1], TEMPLATE_HEADER, b->values, N_VALUES, HEADER_MAX,
                           &value, b->err);
        if (rc == TD_OK)
            add_header(b, pairs[2 * i], value);
    }
    return rc;
}

static int fill(struct building *b, struct td_str to, struct td_str text, struct td_str id) {
    struct td_str from = td_settings_text(b->s, "from");
    const struct template_value values[N_VALUES] = {{"to", to},
                                                    {"from", from},
                                                    {"text", text},
                                                    {"id", id},
                                                    {"secret", secret_of(b->s)},
                                                    {"to_digits", digits(b->a, to)},
                                                    {"from_digits", digits(b->a, from)}};
    memcpy(b->values, values, sizeof values);
    *b->out = (struct td_request){.method = td_settings_text(b->s, "method")};
    int rc = build_url(b);
    return rc == TD_OK ? build_headers(b) : rc;
}

/* Bytes of the next piece of at most `max` characters; ends after a blank when there is one in its
 * second half, so that words stay whole. */
static size_t piece(struct td_str s, size_t max) {
    size_t chars = 0, at = 0, blank = 0;
    while (at < s.n && chars < max) {
        at++;
        while (at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80)
            at++;
        chars++;
        if (s.p[at - 1] == ' ' && chars > max / 2)
            blank = at;
    }
    return at == s.n || !blank ? at : blank;
}

int sms_build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
              const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
              struct td_request *out, struct td_error *err) {
    struct td_str rest = m->text, text = m->text;
    size_t max = (size_t)td_settings_number(s, "max_chars");
    unsigned n = 0;
    if (!td_settings_text(s, "url").n)
        return td_error_set(err, TD_EUNSUPPORTED, "this channel only receives (url is empty)");
    if (!to->addr.n)
        return td_error_set(err, TD_EINVAL, "the recipient has no number");
    if (!m->text.n)
        return td_error_set(err, TD_EINVAL, "the message has no text");
    for (n = 0; max && rest.n; n++) {
        size_t bytes = piece(rest, max);
        if (n == part)
            text = (struct td_str){rest.p, bytes};
        rest = (struct td_str){rest.p + bytes, rest.n - bytes};
    }
    if (part == 0)
        *parts = n ? n : 1;
    if (n > 1 && part > 0) /* receipts tell the parts apart; the first has the message's own id */
        key = td_arena_printf(a, "%.*s-%u", TD_FMT(key), part);
    struct building b = {.a = a, .s = s, .out = out, .err = err};
    return fill(&b, to->addr, text, key);
}

/* ---- the answer ---- */

static bool status_is_success(const struct td_settings *s, int status) {
    const struct td_str *items;
    size_t n = td_settings_list(s, "success_status", &items);
    for (size_t i = 0; i < n; i++) {
        uint64_t v;
        if (td_str_to_u64(items[i], &v) && v == (uint64_t)status)
            return true;
    }
    return n == 0 && status >= 200 && status <= 299;
}

/* Whether `pattern` matches; *group becomes its first group. */
static bool match(struct td_arena *a, struct td_str pattern, struct td_str body,
                  struct td_str *group) {
    regex_t regex;
    regmatch_t at[2] = {{-1, -1}, {-1, -1}};
    body.n = body.n > REGEX_BODY_MAX ? REGEX_BODY_MAX : body.n;
    struct td_str text = td_arena_dup(a, body), expression = td_arena_dup(a, pattern);
    if (regcomp(&regex, expression.p, REG_EXTENDED) != 0)
        return false;
    bool found = regexec(&regex, text.p, 2, at, 0) == 0;
    regfree(&regex);
    if (found && group && at[1].rm_so >= 0)
        *group = (struct td_str){text.p + at[1].rm_so, (size_t)(at[1].rm_eo - at[1].rm_so)};
    return found;
}

struct answer {
    struct td_arena *a;
    const struct td_settings *s;
    const struct td_response *r;
    struct document doc;
    bool has_doc;
};

static struct td_str get(const struct answer *x, const char *setting) {
    struct td_str path = td_settings_text(x->s, setting), value = TD_STR("");
    if (path.n && x->has_doc)
        document_get(&x->doc, path, &value);
    return value;
}

static bool is_success(const struct answer *x) {
    struct td_str field = td_settings_text(x->s, "success_field");
    struct td_str wanted = td_settings_text(x->s, "success_value");
    struct td_str regex = td_settings_text(x->s, "success_regex");
    if (!status_is_success(x->s, x->r->status))
        return false;
    if (field.n) {
        struct td_str found = get(x, "success_field");
        if (wanted.n ? !td_str_eq(found, wanted) : !found.n)
            return false;
    }
    return !regex.n || match(x->a, regex, x->r->body, NULL);
}

static struct td_str id_of(const struct answer *x) {
    struct td_str id = get(x, "id_field"), regex = td_settings_text(x->s, "id_regex");
    if (!id.n && regex.n)
        match(x->a, regex, x->r->body, &id);
    return td_str_is_utf8(id) ? td_str_cut(id, ID_MAX) : TD_STR("");
}

static int judge(const struct answer *x, struct td_verdict *out) {
    struct td_str code = get(x, "error_field");
    char status[16];
    snprintf(status, sizeof status, "%d", x->r->status);
    struct td_str mapped = sms_mapped(x->s, "error_codes", code, TD_STR(""));
    if (!mapped.n)
        mapped = sms_mapped(x->s, "error_codes", td_str_of(status), TD_STR(""));
    out->code = td_str_cut(code, 100);
    out->text = verdict_excerpt(x->a, get(x, "error_text_field"));
    bool known = mapped.n && verdict_kind_of(mapped, &out->kind);
    if ((known && out->kind == TD_V_ACCEPTED) || (!known && is_success(x))) {
        *out = (struct td_verdict){.kind = TD_V_ACCEPTED, .external_id = id_of(x)};
        return TD_OK;
    }
    if (!known && (x->r->status < 200 || x->r->status > 299))
        return TD_EUNSUPPORTED; /* by status */
    if (!known)
        out->kind = TD_V_PERMANENT;
    if (!out->text.n)
        out->text = verdict_excerpt(x->a, x->r->body);
    return TD_OK;
}

int sms_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
              struct td_verdict *out) {
    struct answer x = {.a = a, .s = s, .r = r};
    bool wants = td_settings_text(s, "success_field").n || td_settings_text(s, "id_field").n ||
                 td_settings_text(s, "error_field").n || td_settings_text(s, "error_text_field").n;
    if (wants)
        x.has_doc = document_open_json(&x.doc, a, r->body, NULL) == TD_OK;
    int rc = TD_EPARSE; /* what should tell success cannot be read: nobody knows */
    if (x.has_doc || !td_settings_text(s, "success_field").n || !status_is_success(s, r->status))
        rc = judge(&x, out);
    document_close(&x.doc);
    return rc;
}

/* ---- settings ---- */

static int check_regex(const struct td_settings *s, const char *name, struct td_error *err) {
    struct td_str pattern = td_settings_text(s, name);
    char text[1024], why[128];
    if (!pattern.n)
        return TD_OK;
    if (pattern.n >= sizeof text)
        return td_error_set(err, TD_EINVAL, "%s: longer than 1,000 bytes", name);
    memcpy(text, pattern.p, pattern.n);
    text[pattern.n] = 0;
    regex_t regex;
    int rc = regcomp(&regex, text, REG_EXTENDED);
    if (rc == 0) {
        regfree(&regex);
        return TD_OK;
    }
    regerror(rc, &regex, why, sizeof why);
    return td_error_set(err, TD_EINVAL, "%s: %s", name, why);
}

static int check_auth(const struct td_settings *s, struct td_error *err) {
    struct td_str way = td_settings_text(s, "auth");
    bool named = td_str_eqz(way, "header") || td_str_eqz(way, "query");
    if (!td_str_eqz(way, "none") && !secret_of(s).n)
        return td_error_set(err, TD_EINVAL, "auth_secret: needed for auth: %.*s", TD_FMT(way));
    if (named && !td_settings_text(s, "auth_name").n)
        return td_error_set(err, TD_EINVAL, "auth_name: needed for auth: %.*s", TD_FMT(way));
    if (td_str_eqz(way, "basic") && !td_settings_text(s, "auth_user").n)
        return td_error_set(err, TD_EINVAL, "auth_user: needed for auth: basic");
    return TD_OK;
}

static int check_codes(const struct td_settings *s, struct td_error *err) {
    const struct td_str *pairs;
    size_t n = td_settings_map(s, "error_codes", &pairs);
    uint32_t kind;
    for (size_t i = 0; i < n; i++)
        if (!verdict_kind_of(pairs[2 * i + 1], &kind))
            return td_error_set(err, TD_EINVAL, "error_codes: found %.*s, expected one of %s",
                                TD_FMT(td_str_cut(pairs[2 * i + 1], 40)), verdict_names_text);
    return TD_OK;
}

/* Fills every template once with a text that needs escaping. */
static int check_templates(const struct td_settings *s, struct td_error *err) {
    struct td_arena *a = td_arena_new();
    struct td_request r = {0};
    struct document d;
    struct building b = {.a = a, .s = s, .out = &r};
    struct td_str url = td_settings_text(s, "url");
    int rc = TD_OK;
    if (!text_starts_nocase(url, "http://") && !text_starts_nocase(url, "https://"))
        rc = td_error_set(err, TD_EINVAL, "url: expected one that begins with https:// or http://");
    struct td_error why = {0};
    b.err = &why;
    if (rc == TD_OK &&
        fill(&b, TD_STR("+441234567890"), TD_STR("a \"b\" \\"), TD_STR("01")) != TD_OK)
        rc = td_error_set(err, TD_EINVAL, "url, body, headers: %s", why.text);
    if (rc == TD_OK && r.body.n && td_str_eqz(td_settings_text(s, "body_format"), "json")) {
        if (document_open_json(&d, a, r.body, NULL) == TD_OK)
            document_close(&d);
        else
            rc = td_error_set(
                err, TD_EINVAL,
                "body: no JSON once it is filled in (placeholders stand inside quotes)");
    }
    td_arena_free(&a);
    return rc;
}

int sms_check_outbound(const struct td_settings *s, struct td_error *err) {
    int rc = check_auth(s, err);
    if (rc == TD_OK)
        rc = check_codes(s, err);
    if (rc == TD_OK)
        rc = check_regex(s, "success_regex", err);
    if (rc == TD_OK)
        rc = check_regex(s, "id_regex", err);
    return rc == TD_OK ? check_templates(s, err) : rc;
}
