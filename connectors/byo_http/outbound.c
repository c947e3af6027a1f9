/* What agents write, as one POST of JSON to the app; and what its answer means. */
#include "byo_http/byo_http.h"

#include "http_provider/document.h"
#include "http_provider/json_writer.h"
#include "http_provider/verdicts.h"

enum { BODY_MAX = 1024 * 1024, ID_MAX = 1000 };

static void write_person(struct text *t, const char *name, struct td_str id, struct td_str label) {
    writer_open(t, name, '{');
    writer_text(t, "id", id);
    writer_text_if(t, "name", label);
    writer_close(t, '}');
}

static void write_attachments(struct text *t, const struct td_message *m) {
    if (!m->attachments.n)
        return;
    writer_open(t, "attachments", '[');
    for (size_t i = 0; i < m->attachments.n; i++) {
        const struct td_attachment *x = &m->attachments.v[i];
        writer_open(t, NULL, '{');
        writer_text(t, "url", x->url);
        writer_text_if(t, "name", x->name);
        writer_text_if(t, "type", x->type);
        if (x->bytes)
            writer_number(t, "bytes", (int64_t)x->bytes);
        writer_text_if(t, "sha256", x->sha256);
        writer_close(t, '}');
    }
    writer_close(t, ']');
}

static void write_message(struct text *t, const struct td_message *m, const struct td_address *to,
                          struct td_str key) {
    bool reaction = m->kind == TD_MSG_REACTION;
    writer_open(t, NULL, '{');
    writer_text(t, "type", reaction ? TD_STR("reaction") : TD_STR("message"));
    writer_text(t, "id", key);
    write_person(t, "to", to->addr, to->name);
    if (m->author.n || m->from.name.n)
        write_person(t, "from", m->author, m->from.name);
    writer_text(t, "text", m->text);
    writer_text_if(t, "subject", m->subject);
    writer_text_if(t, "thread", m->reply_ref);
    writer_text_if(t, reaction ? "target" : "reply_to", m->in_reply_to);
    write_attachments(t, m);
    if (m->at)
        writer_number(t, "at", m->at);
    writer_close(t, '}');
}

int byo_build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
              const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
              struct td_request *out, struct td_error *err) {
    struct text t;
    (void)part;
    *parts = 1;
    if (!td_settings_text(s, "url").n)
        return td_error_set(err, TD_EUNSUPPORTED, "this channel only receives (url is empty)");
    if (m->kind != TD_MSG_TEXT && m->kind != TD_MSG_REACTION)
        return td_error_set(err, TD_EINVAL, "only messages and reactions can be sent");
    if (m->kind == TD_MSG_REACTION && !m->in_reply_to.n)
        return td_error_set(err, TD_EINVAL, "the reaction names no message");
    if (m->kind == TD_MSG_TEXT && !m->text.n && !m->attachments.n)
        return td_error_set(err, TD_EINVAL, "the message has no text");
    text_init(&t, a, BODY_MAX);
    write_message(&t, m, to, key);
    if (t.over)
        return td_error_set(err, TD_ELIMIT, "the message is longer than %d bytes", BODY_MAX);
    *out = (struct td_request){
        .method = TD_STR("POST"), .url = td_settings_text(s, "url"), .body = text_str(&t)};
    out->headers.v = TD_ARENA_ARRAY(a, struct td_pair, 2);
    out->headers.v[0] = (struct td_pair){TD_STR("content-type"), TD_STR("application/json")};
    out->headers.v[1] = (struct td_pair){TD_STR("idempotency-key"), key};
    out->headers.n = 2;
    return TD_OK;
}

/* 2xx: taken, with an id or without. Else an `error` of ours ("opted-out", "window-closed", …) says
 * better than the status what it means; a secret of ours in it is the driver's to hide. */
int byo_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
              struct td_verdict *out) {
    struct document d;
    struct td_str id, code, text;
    (void)s;
    if (document_open_json(&d, a, r->body, NULL) != TD_OK)
        return TD_EUNSUPPORTED;
    document_get(&d, TD_STR("/id"), &id);
    document_get(&d, TD_STR("/error"), &code);
    document_get(&d, TD_STR("/error_text"), &text);
    document_close(&d);
    if (r->status >= 200 && r->status <= 299) {
        out->external_id = id.n <= ID_MAX ? id : TD_STR("");
        return TD_EUNSUPPORTED; /* accepted, by its status */
    }
    out->code = td_str_cut(code, 100);
    out->text = verdict_excerpt(a, text);
    uint32_t kind;
    if (r->status < 400 || !verdict_kind_of(code, &kind) || kind == TD_V_ACCEPTED ||
        kind == TD_V_DELIVERED)
        return TD_EUNSUPPORTED;
    out->kind = kind;
    return TD_OK;
}
