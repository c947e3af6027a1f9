/* The Send API: texts in pieces, then the files; Instagram's likes. */
#include "meta_graph/messaging.h"

#include "http_provider/split.h"
#include "http_provider/text.h"

enum { BODY_MAX = 65536 };

const char *messaging_kind(struct td_str type) {
    return text_starts_nocase(type, "image/")   ? "image"
           : text_starts_nocase(type, "video/") ? "video"
           : text_starts_nocase(type, "audio/") ? "audio"
                                                : "file";
}

static unsigned text_parts(const struct messaging_flavour *f, const struct td_message *m) {
    unsigned parts;
    if (!m->text.n)
        return 0;
    split_part(m->text, f->text_in_bytes ? SPLIT_BYTES : SPLIT_UTF16, f->text_max, 0, &parts);
    return parts;
}

static void write_file(struct text *t, const struct td_attachment *x) {
    static const struct td_str uploaded = {MESSAGING_UPLOADED, sizeof MESSAGING_UPLOADED - 1};
    writer_open(t, "attachment", '{');
    writer_text(t, "type", td_str_of(messaging_kind(x->type)));
    writer_open(t, "payload", '{');
    if (td_str_starts(x->url, uploaded))
        writer_text(t, "attachment_id",
                    (struct td_str){x->url.p + uploaded.n, x->url.n - uploaded.n});
    else
        writer_text(t, "url", x->url);
    writer_close(t, '}');
    writer_close(t, '}');
}

/* Outside the 24 hours a person may still answer for 7 days, with this tag, if Meta allows it. */
static void write_type(struct text *t, const struct messaging_flavour *f,
                       const struct td_settings *s) {
    bool human = td_settings_number(s, "human_agent");
    if (human) {
        writer_text(t, "messaging_type", TD_STR("MESSAGE_TAG"));
        writer_text(t, "tag", TD_STR("HUMAN_AGENT"));
    } else if (f->types) {
        writer_text(t, "messaging_type", TD_STR("RESPONSE"));
    }
}

/* "love" is the only one that the Send API knows. */
static int write_reaction(struct text *t, const struct td_message *m, struct td_error *err) {
    if (!m->in_reply_to.n)
        return td_error_set(err, TD_EINVAL, "the reaction names no message");
    writer_text(t, "sender_action", m->text.n ? TD_STR("react") : TD_STR("unreact"));
    writer_open(t, "payload", '{');
    writer_text(t, "message_id", m->in_reply_to);
    if (m->text.n)
        writer_text(t, "reaction", TD_STR("love"));
    writer_close(t, '}');
    return TD_OK;
}

static int write_content(struct text *t, const struct messaging_flavour *f,
                         const struct td_settings *s, const struct td_message *m, unsigned part,
                         unsigned *parts, struct td_error *err) {
    unsigned texts = text_parts(f, m), ignored;
    *parts = m->kind == TD_MSG_REACTION ? 1 : texts + (unsigned)m->attachments.n;
    if (m->kind == TD_MSG_REACTION)
        return write_reaction(t, m, err);
    if (m->kind != TD_MSG_TEXT)
        return td_error_set(err, TD_EINVAL, "only messages and reactions can be sent");
    if (*parts == 0)
        return td_error_set(err, TD_EINVAL, "the message has no text");
    write_type(t, f, s);
    writer_open(t, "message", '{');
    if (part < texts)
        writer_text(t, "text",
                    split_part(m->text, f->text_in_bytes ? SPLIT_BYTES : SPLIT_UTF16, f->text_max,
                               part, &ignored));
    else
        write_file(t, &m->attachments.v[part - texts]);
    writer_close(t, '}');
    return TD_OK;
}

int messaging_build(const struct messaging_flavour *f, struct td_arena *a,
                    const struct td_settings *s, const struct td_message *m,
                    const struct td_address *to, unsigned part, unsigned *parts,
                    struct td_request *out, struct td_error *err) {
    struct text t;
    if (!graph_is_id(to->addr))
        return td_error_set(err, TD_EINVAL, "the recipient is no number of this page");
    text_init(&t, a, BODY_MAX);
    writer_open(&t, NULL, '{');
    writer_open(&t, "recipient", '{');
    writer_text(&t, "id", to->addr);
    writer_close(&t, '}');
    int rc = write_content(&t, f, s, m, part, parts, err);
    writer_close(&t, '}');
    if (rc == TD_OK && t.over)
        rc = td_error_set(err, TD_ELIMIT, "the message is too long");
    if (rc == TD_OK)
        graph_request(
            a, s, "POST",
            td_arena_printf(a, "%.*s/messages", TD_FMT(td_settings_text(s, "account_id"))),
            text_str(&t), out);
    return rc;
}

/* What was an action has a recipient and no message. */
int messaging_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                    struct td_verdict *out) {
    (void)s;
    int rc = graph_parse(a, r, "/message_id", out);
    if (rc != TD_EPARSE)
        return rc;
    rc = graph_parse(a, r, "/recipient_id", out);
    out->external_id = TD_STR("");
    return rc;
}
