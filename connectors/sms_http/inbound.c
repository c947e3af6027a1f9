/* Hooks of a generic gateway: messages and receipts by field maps. */
#include "sms_http/sms_http.h"

#include "http_provider/crypto.h"
#include "http_provider/document.h"
#include "http_provider/number.h"
#include "http_provider/text.h"
#include "http_provider/when.h"

#define LABEL_MAX 100

struct reading {
    struct td_arena *a;
    const struct td_settings *s;
    struct document doc;
    struct td_incoming *out;
    size_t room; /* of each of out's arrays */
    struct td_error *err;
};

/* ---- fields ---- */

static const char *const inbound_names[] = {"from", "to", "text", "id", "at", "name", NULL};
static const char *const receipt_names[] = {"id",         "message_id", "status", "error",
                                            "error_text", "at",         NULL};

/* Reads the field that the map names. TD_ENOTFOUND: absent; TD_EPARSE: no scalar. */
static int field(struct reading *r, const char *map, const char *name, struct td_str *value) {
    struct td_str path = sms_mapped(r->s, map, td_str_of(name), td_str_of(name));
    switch (document_get(&r->doc, path, value)) {
    case DOCUMENT_TEXT:
        return TD_OK;
    case DOCUMENT_ABSENT:
        return TD_ENOTFOUND;
    case DOCUMENT_COMPOUND:
        break;
    }
    return td_error_set(r->err, TD_EPARSE, "%s (%.*s): expected a text, found an object or array",
                        name, TD_FMT(td_str_cut(path, LABEL_MAX)));
}

static int needed(struct reading *r, const char *map, const char *name, struct td_str *value) {
    int rc = field(r, map, name, value);
    if (rc == TD_OK && value->n)
        return TD_OK;
    if (rc == TD_EPARSE)
        return rc;
    struct td_str path = sms_mapped(r->s, map, td_str_of(name), td_str_of(name));
    return td_error_set(r->err, TD_EPARSE, "%s (%.*s): missing", name,
                        TD_FMT(td_str_cut(path, LABEL_MAX)));
}

static int optional(struct reading *r, const char *map, const char *name, struct td_str *value) {
    int rc = field(r, map, name, value);
    return rc == TD_ENOTFOUND ? TD_OK : rc;
}

static int time_of(struct reading *r, const char *map, int64_t *at) {
    struct td_str text;
    *at = 0;
    int rc = optional(r, map, "at", &text);
    if (rc != TD_OK || !text.n)
        return rc;
    if (when_parse(text_trim(text), at))
        return TD_OK;
    return td_error_set(r->err, TD_EPARSE, "at: found \"%.*s\", expected a time",
                        TD_FMT(td_str_cut(text, 40)));
}

static struct td_str number(struct reading *r, struct td_str s) {
    return td_settings_number(r->s, "number_plus") ? number_international(r->a, s) : text_trim(s);
}

/* ---- messages ---- */

/* A gateway without message ids: what it sent again says the same, time included. */
static struct td_str derived_id(struct reading *r, const struct td_message *m) {
    uint8_t hash[32];
    struct text t;
    text_init(&t, r->a, 1 << 20);
    text_put(&t, m->from.addr);
    text_putc(&t, 0);
    text_put(&t, m->to.n ? m->to.v[0].addr : TD_STR(""));
    text_putc(&t, 0);
    text_put(&t, td_arena_printf(r->a, "%lld", (long long)m->provider_at));
    text_putc(&t, 0);
    text_put(&t, m->text);
    crypto_sha256(text_str(&t), hash);
    return td_arena_printf(r->a, "hash:%.*s", TD_FMT(text_hex(r->a, hash, 16)));
}

static int read_message(struct reading *r) {
    struct td_message *m = &r->out->messages.v[r->out->messages.n];
    struct td_str to = {0}, id = {0};
    int rc = needed(r, "inbound_fields", "from", &m->from.addr);
    if (rc == TD_OK)
        rc = optional(r, "inbound_fields", "to", &to);
    if (rc == TD_OK)
        rc = field(r, "inbound_fields", "text", &m->text);
    if (rc == TD_ENOTFOUND) /* an empty message has an empty text */
        rc = needed(r, "inbound_fields", "text", &m->text);
    if (rc == TD_OK)
        rc = optional(r, "inbound_fields", "id", &id);
    if (rc == TD_OK)
        rc = time_of(r, "inbound_fields", &m->provider_at);
    if (rc == TD_OK)
        rc = optional(r, "inbound_fields", "name", &m->from.name);
    if (rc != TD_OK)
        return rc;
    m->from.type = TD_STR("sms");
    m->from.addr = number(r, m->from.addr);
    if (to.n) {
        m->to.v = TD_ARENA_NEW(r->a, struct td_address);
        m->to.v[0] = (struct td_address){.type = TD_STR("sms"), .addr = number(r, to)};
        m->to.n = 1;
    }
    if (!id.n && !m->provider_at)
        return td_error_set(r->err, TD_EPARSE,
                            "id: missing, and no time (at) that would tell two messages apart");
    m->external_id = id;
    m->dedupe = id.n ? td_arena_printf(r->a, "in:%.*s", TD_FMT(id)) : derived_id(r, m);
    r->out->messages.n++;
    return TD_OK;
}

/* ---- receipts ---- */

static const struct {
    const char *word;
    uint32_t state;
} states[] = {
    {"sent", TD_R_SENT},          {"delivered", TD_R_DELIVERED}, {"delivrd", TD_R_DELIVERED},
    {"read", TD_R_READ},          {"seen", TD_R_READ},           {"failed", TD_R_FAILED},
    {"undelivered", TD_R_FAILED}, {"undeliv", TD_R_FAILED},      {"expired", TD_R_FAILED},
    {"rejected", TD_R_FAILED},    {"rejectd", TD_R_FAILED},      {"deleted", TD_R_FAILED},
    {"bounced", TD_R_BOUNCED},    {"opted-out", TD_R_OPTED_OUT},
};

static bool state_of(struct td_str word, uint32_t *state) {
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (text_eq_nocase(word, td_str_of(states[i].word))) {
            *state = states[i].state;
            return true;
        }
    return false;
}

static int read_receipt(struct reading *r) {
    struct td_receipt *x = &r->out->receipts.v[r->out->receipts.n];
    struct td_str status;
    int rc = needed(r, "receipt_fields", "status", &status);
    if (rc == TD_OK)
        rc = optional(r, "receipt_fields", "id", &x->external_id);
    if (rc == TD_OK)
        rc = optional(r, "receipt_fields", "message_id", &x->message_id);
    if (rc == TD_OK)
        rc = optional(r, "receipt_fields", "error", &x->code);
    if (rc == TD_OK)
        rc = optional(r, "receipt_fields", "error_text", &x->text);
    if (rc == TD_OK)
        rc = time_of(r, "receipt_fields", &x->at);
    if (rc != TD_OK)
        return rc;
    if (!x->external_id.n && !x->message_id.n)
        return needed(r, "receipt_fields", "id", &x->external_id);
    if (state_of(sms_mapped(r->s, "receipt_states", status, status), &x->state))
        r->out->receipts.n++;
    else
        *x = (struct td_receipt){0}; /* "queued" and the like: no news */
    return TD_OK;
}

/* ---- the hook ---- */

static bool in_list(const struct td_settings *s, const char *name, struct td_str value) {
    const struct td_str *items;
    size_t n = td_settings_list(s, name, &items);
    for (size_t i = 0; i < n; i++)
        if (td_str_eq(items[i], value))
            return true;
    return false;
}

static int read_item(struct reading *r) {
    struct td_str kind, status, kind_field = td_settings_text(r->s, "kind_field");
    if (kind_field.n) {
        document_get(&r->doc, kind_field, &kind);
        return in_list(r->s, "kind_inbound", kind)   ? read_message(r)
               : in_list(r->s, "kind_receipt", kind) ? read_receipt(r)
                                                     : TD_OK; /* of no interest */
    }
    struct td_str path = sms_mapped(r->s, "receipt_fields", TD_STR("status"), TD_STR("status"));
    return document_get(&r->doc, path, &status) == DOCUMENT_TEXT ? read_receipt(r)
                                                                 : read_message(r);
}

static int read_all(struct reading *r) {
    struct td_str list = td_settings_text(r->s, "inbound_list");
    int rc = document_items(&r->doc, list, &r->room, r->err);
    r->out->messages.v = TD_ARENA_ARRAY(r->a, struct td_message, r->room);
    r->out->receipts.v = TD_ARENA_ARRAY(r->a, struct td_receipt, r->room);
    for (size_t i = 0; i < r->room && rc == TD_OK; i++) {
        document_select(&r->doc, list, i);
        rc = read_item(r);
    }
    return rc;
}

int sms_decode(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
               int64_t now_ms, struct td_incoming *out, struct td_error *err) {
    (void)now_ms;
    struct td_str format = td_settings_text(s, "inbound_format");
    struct reading r = {.a = a, .s = s, .out = out, .err = err};
    *out = (struct td_incoming){0};
    int rc = document_open(&r.doc, a, hook,
                           td_str_eqz(format, "json")   ? DOCUMENT_JSON
                           : td_str_eqz(format, "form") ? DOCUMENT_FORM
                                                        : DOCUMENT_AUTO,
                           err);
    if (rc == TD_OK)
        rc = read_all(&r);
    document_close(&r.doc);
    out->answer_status = (int)td_settings_number(s, "answer_status");
    out->answer_type = td_settings_text(s, "answer_type");
    out->answer_body = td_settings_text(s, "answer_body");
    return rc;
}

/* ---- settings ---- */

static int check_keys(const struct td_settings *s, const char *map, const char *const *names,
                      struct td_error *err) {
    const struct td_str *pairs;
    size_t n = td_settings_map(s, map, &pairs);
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (names[k] && !td_str_eqz(pairs[2 * i], names[k]))
            k++;
        if (!names[k])
            return td_error_set(err, TD_EINVAL, "%s: found %.*s, which is no field of it", map,
                                TD_FMT(td_str_cut(pairs[2 * i], 40)));
        if (!pairs[2 * i + 1].n)
            return td_error_set(err, TD_EINVAL, "%s.%s: empty", map, names[k]);
    }
    return TD_OK;
}

int sms_check_inbound(const struct td_settings *s, struct td_error *err) {
    const struct td_str *pairs;
    size_t n = td_settings_map(s, "receipt_states", &pairs);
    uint32_t state;
    for (size_t i = 0; i < n; i++)
        if (!state_of(pairs[2 * i + 1], &state))
            return td_error_set(err, TD_EINVAL,
                                "receipt_states: found %.*s, expected sent, delivered, read, "
                                "failed, bounced or opted-out",
                                TD_FMT(td_str_cut(pairs[2 * i + 1], 40)));
    int rc = check_keys(s, "inbound_fields", inbound_names, err);
    if (rc == TD_OK)
        rc = check_keys(s, "receipt_fields", receipt_names, err);
    const struct td_str *kinds;
    if (rc == TD_OK && td_settings_text(s, "kind_field").n &&
        td_settings_list(s, "kind_inbound", &kinds) == 0 &&
        td_settings_list(s, "kind_receipt", &kinds) == 0)
        return td_error_set(err, TD_EINVAL,
                            "kind_field: kind_inbound and kind_receipt are both empty");
    return rc;
}
