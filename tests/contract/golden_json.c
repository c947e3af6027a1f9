#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden_json.h"

#include <stdlib.h>

static const char *const verdict_names[] = {
    "unknown", "accepted",      "delivered", "temporary", "rate-limited",
    "auth",    "misconfigured", "permanent", "opted-out", "window-closed"};
static const char *const receipt_names[] = {"sent",   "delivered", "read",
                                            "failed", "bounced",   "opted-out"};

struct td_str golden_str(json_t *v) {
    return json_is_string(v) ? (struct td_str){json_string_value(v), json_string_length(v)}
                             : TD_STR("");
}

/* ---- in ---- */

static struct td_pair *pairs(struct td_arena *a, json_t *v, size_t *n) {
    struct td_pair *out = TD_ARENA_ARRAY(a, struct td_pair, json_object_size(v));
    const char *key;
    json_t *value;
    *n = 0;
    json_object_foreach(v, key, value)
        out[(*n)++] = (struct td_pair){td_str_of(key), golden_str(value)};
    return out;
}

static struct td_str body(struct td_arena *a, json_t *v) {
    json_t *json = json_object_get(v, "json");
    if (!json)
        return golden_str(json_object_get(v, "body"));
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    struct td_str copy = td_arena_dup(a, td_str_of(text));
    free(text);
    return copy;
}

struct td_request golden_request(struct td_arena *a, json_t *v) {
    struct td_request r = {.method = golden_str(json_object_get(v, "method")),
                           .url = golden_str(json_object_get(v, "url")),
                           .body = body(a, v)};
    r.headers.v = pairs(a, json_object_get(v, "headers"), &r.headers.n);
    return r;
}

struct fake_answer golden_answer(struct td_arena *a, json_t *v) {
    struct fake_answer x = {.failure = json_string_value(json_object_get(v, "failure")),
                            .sent = json_is_true(json_object_get(v, "sent"))};
    x.response.status = (int)json_integer_value(json_object_get(v, "status"));
    x.response.body = body(a, v);
    x.response.headers.v = pairs(a, json_object_get(v, "headers"), &x.response.headers.n);
    if (!x.failure && !x.response.status)
        fail_msg("an answer has neither status nor failure, or there are too few");
    return x;
}

void golden_message(struct td_arena *a, json_t *v, struct td_message *m) {
    static const char *const kinds[] = {"text", "note", "event", "reaction", "edit", "delete"};
    const char *kind = json_string_value(json_object_get(v, "kind"));
    json_t *files = json_object_get(v, "attachments"), *file;
    size_t i;
    *m = (struct td_message){.direction = TD_OUT,
                             .at = json_integer_value(json_object_get(v, "at")),
                             .language = golden_str(json_object_get(v, "language")),
                             .text = golden_str(json_object_get(v, "text")),
                             .id = golden_str(json_object_get(v, "key")),
                             .author = golden_str(json_object_get(v, "author")),
                             .subject = golden_str(json_object_get(v, "subject")),
                             .in_reply_to = golden_str(json_object_get(v, "in_reply_to")),
                             .reply_ref = golden_str(json_object_get(v, "reply_ref")),
                             .visibility = golden_str(json_object_get(v, "visibility"))};
    for (uint32_t k = 0; kind && k < sizeof kinds / sizeof *kinds; k++)
        m->kind = strcmp(kind, kinds[k]) == 0 ? k : m->kind;
    m->from.name = golden_str(json_object_get(v, "name"));
    m->attachments.v = TD_ARENA_ARRAY(a, struct td_attachment, json_array_size(files));
    json_array_foreach(files, i, file)
        m->attachments.v[m->attachments.n++] = (struct td_attachment){
        .url = golden_str(json_object_get(file, "url")),
        .name = golden_str(json_object_get(file, "name")),
        .type = golden_str(json_object_get(file, "type")),
        .bytes = (uint64_t)json_integer_value(json_object_get(file, "bytes"))};
}

/* ---- out ---- */

static void put(json_t *to, const char *name, struct td_str s) {
    if (s.n)
        json_object_set_new(to, name, json_stringn(s.p, s.n));
}

static void put_number(json_t *to, const char *name, int64_t v) {
    if (v)
        json_object_set_new(to, name, json_integer(v));
}

static void put_list(json_t *to, const char *name, json_t *list) {
    if (json_array_size(list))
        json_object_set_new(to, name, list);
    else
        json_decref(list);
}

static json_t *address(const struct td_address *x) {
    json_t *v = json_object();
    put(v, "type", x->type);
    put(v, "addr", x->addr);
    put(v, "name", x->name);
    return v;
}

static json_t *message(const struct td_message *m) {
    json_t *v = json_object(), *to = json_array();
    static const char *const kinds[] = {"", "note", "event", "reaction", "edit", "delete"};
    put(v, "kind", td_str_of(kinds[m->kind]));
    put(v, "dedupe", m->dedupe);
    put(v, "external_id", m->external_id);
    put(v, "in_reply_to", m->in_reply_to);
    put(v, "parent_id", m->parent_id);
    put(v, "root_id", m->root_id);
    put(v, "reply_ref", m->reply_ref);
    put(v, "visibility", m->visibility);
    put(v, "url", m->url);
    put(v, "quoted", m->quoted);
    put(v, "subject", m->subject);
    put(v, "language", m->language);
    put_number(v, "flags", m->flags);
    put_number(v, "reach", (int64_t)m->reach);
    put(v, "text", m->text);
    json_object_set_new(v, "from", address(&m->from));
    for (size_t i = 0; i < m->to.n; i++)
        json_array_append_new(to, address(&m->to.v[i]));
    put_list(v, "to", to);
    put_number(v, "provider_at", m->provider_at);
    put(v, "part_ref", m->part_ref);
    put_number(v, "part", m->part);
    put_number(v, "parts", m->parts);
    json_t *files = json_array();
    for (size_t i = 0; i < m->attachments.n; i++) {
        json_t *file = json_object();
        put(file, "type", m->attachments.v[i].type);
        put(file, "name", m->attachments.v[i].name);
        put(file, "url", m->attachments.v[i].url);
        json_array_append_new(files, file);
    }
    put_list(v, "attachments", files);
    return v;
}

static json_t *receipt(const struct td_receipt *r) {
    json_t *v = json_object();
    put(v, "external_id", r->external_id);
    put(v, "message_id", r->message_id);
    json_object_set_new(v, "state", json_string(receipt_names[r->state]));
    put(v, "code", r->code);
    put(v, "text", r->text);
    put_number(v, "at", r->at);
    return v;
}

static json_t *voice(const struct td_voice_event *e) {
    json_t *v = json_object();
    put(v, "agent", e->agent);
    put(v, "call", e->call);
    put(v, "state", e->state);
    put(v, "from", e->from);
    put(v, "to", e->to);
    put(v, "queue", e->queue);
    put(v, "reason", e->reason);
    put_number(v, "sequence", (int64_t)e->seq);
    put_number(v, "at", e->at);
    return v;
}

json_t *golden_incoming(const struct td_incoming *in) {
    json_t *v = json_object(), *list = json_array(), *answer = json_object();
    for (size_t i = 0; i < in->messages.n; i++)
        json_array_append_new(list, message(&in->messages.v[i]));
    put_list(v, "messages", list);
    list = json_array();
    for (size_t i = 0; i < in->receipts.n; i++)
        json_array_append_new(list, receipt(&in->receipts.v[i]));
    put_list(v, "receipts", list);
    list = json_array();
    for (size_t i = 0; i < in->opt_outs.n; i++)
        json_array_append_new(list, address(&in->opt_outs.v[i]));
    put_list(v, "opt_outs", list);
    list = json_array();
    for (size_t i = 0; i < in->opt_ins.n; i++)
        json_array_append_new(list, address(&in->opt_ins.v[i]));
    put_list(v, "opt_ins", list);
    list = json_array();
    for (size_t i = 0; i < in->voice.n; i++)
        json_array_append_new(list, voice(&in->voice.v[i]));
    put_list(v, "voice", list);
    put(v, "cursor", in->cursor);
    put_number(answer, "status", in->answer_status);
    put(answer, "type", in->answer_type);
    put(answer, "body", in->answer_body);
    json_object_set_new(v, "answer", answer);
    return v;
}

json_t *golden_of_request(const struct td_request *r) {
    json_t *v = json_object(), *headers = json_object();
    put(v, "method", r->method);
    put(v, "url", r->url);
    for (size_t i = 0; i < r->headers.n; i++) {
        char name[128] = "";
        struct td_str n = td_str_cut(r->headers.v[i].name, sizeof name - 1);
        memcpy(name, n.p, n.n);
        json_object_set_new(headers, name,
                            json_stringn(r->headers.v[i].value.p, r->headers.v[i].value.n));
    }
    if (json_object_size(headers))
        json_object_set(v, "headers", headers);
    json_decref(headers);
    put(v, "body", r->body);
    return v;
}

json_t *golden_verdict(const struct td_verdict *v) {
    json_t *x = json_object();
    json_object_set_new(x, "kind", json_string(verdict_names[v->kind]));
    put(x, "external_id", v->external_id);
    put(x, "code", v->code);
    put(x, "text", v->text);
    put_number(x, "until_ms", v->until_ms);
    return x;
}
