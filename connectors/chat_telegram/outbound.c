/* What agents write: the text in pieces, then the files, each a request; reactions (Bot API,
 * sendMessage, sendPhoto, sendDocument, setMessageReaction). */
#include "chat_telegram/telegram.h"

#include "http_provider/document.h"
#include "http_provider/json_writer.h"
#include "http_provider/split.h"
#include "http_provider/verdicts.h"

#define TEXT_UNITS 4096 /* of UTF-16 */
#define CAPTION_UNITS 1024
#define BODY_MAX 65536
#define RETRY_MAX_S 86400

/* ---- building ---- */

/* Takes what stands before the next colon off *rest. */
static struct td_str take(struct td_str *rest) {
    const char *colon = rest->n ? memchr(rest->p, ':', rest->n) : NULL;
    struct td_str head = {rest->p, colon ? (size_t)(colon - rest->p) : rest->n};
    size_t used = colon ? head.n + 1 : head.n;
    *rest = (struct td_str){rest->p + used, rest->n - used};
    return head;
}

/* Where it goes: the chat of the message that is answered, else the person's own. */
static int write_target(struct text *t, const struct td_message *m, const struct td_address *to,
                        bool quotes, struct td_error *err) {
    struct td_str rest = m->reply_ref;
    struct td_str chat = take(&rest), topic = take(&rest), message = take(&rest);
    bool answers = telegram_is_number(chat) && telegram_is_number(topic) &&
                   telegram_is_number(message);
    if (!answers && !telegram_is_number(to->addr))
        return td_error_set(err, TD_EINVAL, "the recipient is no Telegram number");
    writer_raw(t, "chat_id", answers ? chat : to->addr);
    if (answers && !td_str_eqz(topic, "0"))
        writer_raw(t, "message_thread_id", topic);
    if (answers && quotes) {
        writer_open(t, "reply_parameters", '{');
        writer_raw(t, "message_id", message);
        writer_bool(t, "allow_sending_without_reply", true);
        writer_close(t, '}');
    }
    return TD_OK;
}

static int build_reaction(struct td_arena *a, const struct td_settings *s,
                          const struct td_message *m, struct td_request *out,
                          struct td_error *err) {
    struct text t;
    struct td_str rest = m->in_reply_to, chat = take(&rest);
    if (!telegram_is_number(chat) || !telegram_is_number(rest))
        return td_error_set(err, TD_EINVAL, "the reaction names no message of Telegram");
    text_init(&t, a, BODY_MAX);
    writer_open(&t, NULL, '{');
    writer_raw(&t, "chat_id", chat);
    writer_raw(&t, "message_id", rest);
    writer_open(&t, "reaction", '[');
    if (m->text.n) {
        writer_open(&t, NULL, '{');
        writer_text(&t, "type", TD_STR("emoji"));
        writer_text(&t, "emoji", td_str_cut(m->text, 64));
        writer_close(&t, '}');
    }
    writer_close(&t, ']');
    writer_close(&t, '}');
    telegram_request(a, s, "setMessageReaction", text_str(&t), out);
    return TD_OK;
}

/* What upload_parse made of it: "photo:<file_id>" or "document:<file_id>". */
static int write_file(struct text *t, const struct td_attachment *x, const char **method,
                      struct td_error *err) {
    struct td_str id = x->url, kind = take(&id);
    bool photo = td_str_eqz(kind, "photo");
    if (!id.n || (!photo && !td_str_eqz(kind, "document")))
        return td_error_set(err, TD_EINVAL, "a file was not uploaded to Telegram");
    *method = photo ? "sendPhoto" : "sendDocument";
    writer_text(t, photo ? "photo" : "document", id);
    return TD_OK;
}

/* A short text goes with the first file as its caption. */
static unsigned text_parts(const struct td_message *m) {
    unsigned parts;
    if (m->attachments.n && split_length(m->text, SPLIT_UTF16) <= CAPTION_UNITS)
        return 0;
    split_part(m->text, SPLIT_UTF16, TEXT_UNITS, 0, &parts);
    return parts;
}

int telegram_build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                   const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
                   struct td_request *out, struct td_error *err) {
    const char *method = "sendMessage";
    struct text t;
    unsigned texts = text_parts(m), ignored;
    (void)key;
    *parts = m->kind == TD_MSG_REACTION ? 1 : texts + (unsigned)m->attachments.n;
    if (m->kind == TD_MSG_REACTION)
        return build_reaction(a, s, m, out, err);
    if (m->kind != TD_MSG_TEXT)
        return td_error_set(err, TD_EINVAL, "only messages and reactions can be sent");
    if (!m->text.n && !m->attachments.n)
        return td_error_set(err, TD_EINVAL, "the message has no text");
    text_init(&t, a, BODY_MAX);
    writer_open(&t, NULL, '{');
    int rc = write_target(&t, m, to, part == 0, err);
    if (rc == TD_OK && part < texts)
        writer_text(&t, "text", split_part(m->text, SPLIT_UTF16, TEXT_UNITS, part, &ignored));
    else if (rc == TD_OK)
        rc = write_file(&t, &m->attachments.v[part - texts], &method, err);
    if (rc == TD_OK && !texts && part == 0)
        writer_text_if(&t, "caption", m->text);
    writer_close(&t, '}');
    if (rc == TD_OK)
        telegram_request(a, s, method, text_str(&t), out);
    return rc;
}

/* ---- the answer ---- */

/* By what a description says, since the codes are those of HTTP. */
static const struct {
    const char *part;
    uint32_t kind;
} meanings[] = {
    {"bot was blocked by the user", TD_V_OPTED_OUT},
    {"Unauthorized", TD_V_AUTH},
    {"Not Found", TD_V_AUTH}, /* the method of a bot that does not exist: the whole description */
};

static bool means(struct td_str description, const char *part) {
    struct td_str p = td_str_of(part);
    if (td_str_eqz(p, "Not Found"))
        return td_str_eq(description, p);
    return description.n && memmem(description.p, description.n, p.p, p.n);
}

static int judge_error(struct td_arena *a, const struct td_response *r, struct td_str description,
                       struct td_str retry_after, struct td_verdict *out) {
    uint64_t seconds;
    out->code = td_arena_printf(a, "HTTP %d", r->status);
    out->text = verdict_excerpt(a, description);
    if (r->status == 429 && td_str_to_u64(retry_after, &seconds) && seconds <= RETRY_MAX_S) {
        out->kind = TD_V_RATE_LIMITED;
        out->after_ms = (int64_t)seconds * 1000;
        return TD_OK;
    }
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (means(description, meanings[i].part)) {
            out->kind = meanings[i].kind;
            return TD_OK;
        }
    if (r->status != 403 || !description.n)
        return TD_EUNSUPPORTED;
    out->kind = TD_V_PERMANENT; /* of this chat, not of the bot: it was removed, may not begin */
    return TD_OK;
}

int telegram_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                   struct td_verdict *out) {
    struct document d;
    struct td_str ok, description, retry_after, chat, message;
    (void)s;
    if (document_open_json(&d, a, r->body, NULL) != TD_OK)
        return r->status >= 200 && r->status <= 299 ? TD_EPARSE : TD_EUNSUPPORTED;
    document_get(&d, TD_STR("/ok"), &ok);
    document_get(&d, TD_STR("/description"), &description);
    document_get(&d, TD_STR("/parameters/retry_after"), &retry_after);
    document_get(&d, TD_STR("/result/chat/id"), &chat);
    document_get(&d, TD_STR("/result/message_id"), &message);
    document_close(&d);
    if (r->status < 200 || r->status > 299)
        return judge_error(a, r, description, retry_after, out);
    if (!td_str_eqz(ok, "true"))
        return TD_EPARSE;
    out->kind = TD_V_ACCEPTED;
    if (telegram_is_number(chat) && telegram_is_number(message))
        out->external_id = td_arena_printf(a, "%.*s:%.*s", TD_FMT(chat), TD_FMT(message));
    return TD_OK;
}
