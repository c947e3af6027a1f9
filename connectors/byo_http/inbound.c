/* What the app tells us: an object or an array of them, each with a type. A table says what each
 * type needs; names are those of the README. */
#include "byo_http/byo_http.h"

#include "http_provider/document.h"
#include "http_provider/text.h"
#include "http_provider/when.h"

#include <stdio.h>

enum { ID_MAX = 1000, ATTACHMENTS_MAX = 20, REF_MAX = 4000 };

struct reading {
    struct td_arena *a;
    struct document doc;
    struct td_incoming *out;
    struct td_error *err;
};

/* ---- fields ---- */

/* "" when it is absent. */
static int text_at(struct reading *r, const char *pointer, size_t max, struct td_str *value) {
    if (document_get(&r->doc, td_str_of(pointer), value) == DOCUMENT_COMPOUND)
        return td_error_set(r->err, TD_EPARSE, "%s: expected a text", pointer);
    if (value->n > max)
        return td_error_set(r->err, TD_EPARSE, "%s: longer than %zu bytes", pointer, max);
    return TD_OK;
}

static int needed_at(struct reading *r, const char *pointer, struct td_str *value) {
    int rc = text_at(r, pointer, ID_MAX, value);
    return rc == TD_OK && !value->n ? td_error_set(r->err, TD_EPARSE, "%s: missing", pointer) : rc;
}

static int time_at(struct reading *r, int64_t *at) {
    struct td_str value;
    int rc = text_at(r, "/at", 100, &value);
    if (rc == TD_OK && value.n && !when_parse(text_trim(value), at))
        return td_error_set(r->err, TD_EPARSE,
                            "/at: found \"%.*s\", expected a time such as 2026-03-01T12:00:00Z",
                            TD_FMT(td_str_cut(value, 40)));
    return rc;
}

static bool is_web_url(struct td_str s) {
    return text_starts_nocase(s, "https://") || text_starts_nocase(s, "http://");
}

static int read_from(struct reading *r, struct td_address *from) {
    int rc = needed_at(r, "/from/id", &from->addr);
    return rc == TD_OK ? text_at(r, "/from/name", ID_MAX, &from->name) : rc;
}

static int read_attachments(struct reading *r, struct td_message *m) {
    struct td_str whole;
    m->attachments.v = TD_ARENA_ARRAY(r->a, struct td_attachment, ATTACHMENTS_MAX);
    for (size_t i = 0; i <= ATTACHMENTS_MAX; i++) {
        char at[40], url[48], name[48], type[48];
        snprintf(at, sizeof at, "/attachments/%zu", i);
        snprintf(url, sizeof url, "%s/url", at);
        snprintf(name, sizeof name, "%s/name", at);
        snprintf(type, sizeof type, "%s/type", at);
        enum document_value what = document_get(&r->doc, td_str_of(at), &whole);
        if (what == DOCUMENT_ABSENT)
            return TD_OK;
        if (i == ATTACHMENTS_MAX)
            break;
        struct td_attachment *x = &m->attachments.v[i];
        int rc = needed_at(r, url, &x->url);
        if (rc == TD_OK && !is_web_url(x->url))
            rc = td_error_set(r->err, TD_EPARSE, "%s: expected an http(s) URL", url);
        if (rc == TD_OK)
            rc = text_at(r, name, 255, &x->name);
        if (rc == TD_OK)
            rc = text_at(r, type, 255, &x->type);
        if (rc != TD_OK)
            return rc;
        m->attachments.n = i + 1;
    }
    return td_error_set(r->err, TD_EPARSE, "/attachments: more than %d", ATTACHMENTS_MAX);
}

/* ---- the types ---- */

static struct td_message *begin_message(struct reading *r, uint32_t kind) {
    struct td_message *m = &r->out->messages.v[r->out->messages.n++];
    m->kind = kind;
    return m;
}

static int read_message(struct reading *r, uint32_t kind) {
    struct td_message *m = begin_message(r, kind);
    const struct {
        const char *name;
        size_t max;
        struct td_str *at;
    } texts[] = {
        {"/text", 200000, &m->text},         {"/subject", ID_MAX, &m->subject},
        {"/language", 35, &m->language},     {"/thread", ID_MAX, &m->reply_ref},
        {"/url", REF_MAX, &m->url},          {"/reply_to", ID_MAX, &m->parent_id},
        {"/visibility", 20, &m->visibility},
    };
    int rc = needed_at(r, "/id", &m->external_id);
    if (rc == TD_OK)
        rc = read_from(r, &m->from);
    for (size_t i = 0; i < sizeof texts / sizeof *texts && rc == TD_OK; i++)
        rc = text_at(r, texts[i].name, texts[i].max, texts[i].at);
    if (rc == TD_OK)
        rc = time_at(r, &m->provider_at);
    if (rc == TD_OK)
        rc = read_attachments(r, m);
    if (rc == TD_OK && !m->text.n && !m->attachments.n)
        rc = td_error_set(r->err, TD_EPARSE, "/text: missing, and no attachments");
    if (rc == TD_OK && m->url.n && !is_web_url(m->url))
        rc = td_error_set(r->err, TD_EPARSE, "/url: expected an http(s) URL");
    m->root_id = m->reply_ref;
    m->dedupe = td_arena_printf(r->a, "in:%.*s", TD_FMT(m->external_id));
    return rc;
}

/* An edit, a deletion, a reaction: of the message `target`, told apart by an id of its own. */
static int read_about(struct reading *r, uint32_t kind) {
    struct td_message *m = begin_message(r, kind);
    struct td_str id;
    int rc = needed_at(r, "/id", &id);
    if (rc == TD_OK)
        rc = needed_at(r, "/target", &m->in_reply_to);
    if (rc == TD_OK)
        rc = read_from(r, &m->from);
    if (rc == TD_OK)
        rc = text_at(r, "/text", 200000, &m->text);
    if (rc == TD_OK)
        rc = time_at(r, &m->provider_at);
    if (rc == TD_OK && kind == TD_MSG_EDIT && !m->text.n)
        rc = td_error_set(r->err, TD_EPARSE, "/text: missing (a deletion has the type delete)");
    m->dedupe = td_arena_printf(r->a, "in:%.*s", TD_FMT(id));
    return rc;
}

static int read_receipt(struct reading *r, uint32_t unused) {
    static const char *const states[] = {"sent",   "delivered", "read",
                                         "failed", "bounced",   "opted-out"};
    struct td_receipt *x = &r->out->receipts.v[r->out->receipts.n++];
    struct td_str state;
    (void)unused;
    int rc = needed_at(r, "/state", &state);
    if (rc == TD_OK)
        rc = text_at(r, "/id", ID_MAX, &x->external_id);
    if (rc == TD_OK)
        rc = text_at(r, "/message_id", 64, &x->message_id);
    if (rc == TD_OK)
        rc = text_at(r, "/error", 100, &x->code);
    if (rc == TD_OK)
        rc = text_at(r, "/error_text", ID_MAX, &x->text);
    if (rc == TD_OK)
        rc = time_at(r, &x->at);
    if (rc == TD_OK && !x->external_id.n && !x->message_id.n)
        rc = td_error_set(r->err, TD_EPARSE, "/message_id: missing, and no id of yours either");
    for (uint32_t i = 0; i < sizeof states / sizeof *states && rc == TD_OK; i++)
        if (td_str_eqz(state, states[i])) {
            x->state = i;
            return TD_OK;
        }
    return rc != TD_OK ? rc
                       : td_error_set(r->err, TD_EPARSE,
                                      "/state: found \"%.*s\", expected sent, delivered, read, "
                                      "failed, bounced or opted-out",
                                      TD_FMT(td_str_cut(state, 40)));
}

static int read_opt(struct reading *r, uint32_t in) {
    return in ? read_from(r, &r->out->opt_ins.v[r->out->opt_ins.n++])
              : read_from(r, &r->out->opt_outs.v[r->out->opt_outs.n++]);
}

static const struct {
    const char *name;
    int (*read)(struct reading *r, uint32_t arg);
    uint32_t arg;
} types[] = {{"message", read_message, TD_MSG_TEXT},
             {"edit", read_about, TD_MSG_EDIT},
             {"delete", read_about, TD_MSG_DELETE},
             {"reaction", read_about, TD_MSG_REACTION},
             {"receipt", read_receipt, 0},
             {"opt_out", read_opt, 0},
             {"opt_in", read_opt, 1}};

static int read_item(struct reading *r) {
    struct td_str type;
    int rc = text_at(r, "/type", 100, &type);
    if (rc != TD_OK)
        return rc;
    if (!type.n)
        type = TD_STR("message");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (td_str_eqz(type, types[i].name))
            return types[i].read(r, types[i].arg);
    return td_error_set(r->err, TD_EPARSE,
                        "/type: found \"%.*s\", expected message, edit, delete, reaction, receipt, "
                        "opt_out or opt_in",
                        TD_FMT(td_str_cut(type, 40)));
}

int byo_decode(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
               int64_t now_ms, struct td_incoming *out, struct td_error *err) {
    struct reading r = {.a = a, .out = out, .err = err};
    size_t n = 0;
    (void)s, (void)now_ms;
    int rc = document_open_json(&r.doc, a, hook->body, err);
    if (rc == TD_OK)
        rc = document_items(&r.doc, TD_STR(""), &n, err);
    out->messages.v = TD_ARENA_ARRAY(a, struct td_message, n);
    out->receipts.v = TD_ARENA_ARRAY(a, struct td_receipt, n);
    out->opt_outs.v = TD_ARENA_ARRAY(a, struct td_address, n);
    out->opt_ins.v = TD_ARENA_ARRAY(a, struct td_address, n);
    for (size_t i = 0; i < n && rc == TD_OK; i++) {
        document_select(&r.doc, TD_STR(""), i);
        rc = read_item(&r);
    }
    document_close(&r.doc);
    out->answer_status = 200;
    out->answer_type = TD_STR("application/json");
    out->answer_body = TD_STR("{\"ok\":true}");
    return rc;
}
