/* What agents write: "Messages" of the Cloud API: text, files, reactions, templates.
 *
 * A template is called by its name in the setting `templates` behind a slash, its parameters behind
 * it with "|" between: "/ready Anna | 17:00". */
#include "chat_whatsapp/whatsapp.h"

#include "http_provider/number.h"
#include "http_provider/split.h"
#include "http_provider/text.h"

enum { TEXT_UNITS = 4096, CAPTION_UNITS = 1024, BODY_MAX = 65536, PARAMETERS_MAX = 20 };

/* ---- templates ---- */

struct template {
    struct td_str name, language;
    uint64_t parameters;
};

static struct td_str word(struct td_str *rest) {
    *rest = text_trim(*rest);
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ')
        n++;
    struct td_str w = {rest->p, n};
    *rest = (struct td_str){rest->p + n, rest->n - n};
    return w;
}

/* "name language [number of parameters]" */
static bool read_template(struct td_str value, struct template *out) {
    *out = (struct template){.name = word(&value), .language = word(&value)};
    struct td_str count = text_trim(value);
    return out->name.n && out->language.n &&
           (!count.n ||
            (td_str_to_u64(count, &out->parameters) && out->parameters <= PARAMETERS_MAX));
}

int whatsapp_check_templates(const struct td_settings *s, struct td_error *err) {
    const struct td_str *pairs;
    size_t n = td_settings_map(s, "templates", &pairs);
    struct template t;
    for (size_t i = 0; i < n; i++)
        if (!read_template(pairs[2 * i + 1], &t))
            return td_error_set(err, TD_EINVAL,
                                "templates.%.*s: expected a name, a language and how many "
                                "parameters: order_ready de 2",
                                TD_FMT(td_str_cut(pairs[2 * i], 40)));
    return TD_OK;
}

/* Whether the text calls one; *rest becomes what stands behind its name. */
static bool find_template(const struct td_settings *s, struct td_str text, struct template *out,
                          struct td_str *rest) {
    const struct td_str *pairs;
    size_t n = td_settings_map(s, "templates", &pairs);
    if (!text.n || text.p[0] != '/')
        return false;
    *rest = (struct td_str){text.p + 1, text.n - 1};
    struct td_str called = word(rest);
    for (size_t i = 0; i < n; i++)
        if (td_str_eq(called, pairs[2 * i]))
            return read_template(pairs[2 * i + 1], out);
    return false;
}

static int write_template(struct text *t, const struct template *x, struct td_str rest,
                          struct td_error *err) {
    uint64_t n = 0;
    writer_text(t, "type", TD_STR("template"));
    writer_open(t, "template", '{');
    writer_text(t, "name", x->name);
    writer_open(t, "language", '{');
    writer_text(t, "code", x->language);
    writer_close(t, '}');
    rest = text_trim(rest);
    if (x->parameters) {
        writer_open(t, "components", '[');
        writer_open(t, NULL, '{');
        writer_text(t, "type", TD_STR("body"));
        writer_open(t, "parameters", '[');
    }
    while (rest.n) {
        const char *bar = memchr(rest.p, '|', rest.n);
        struct td_str one = {rest.p, bar ? (size_t)(bar - rest.p) : rest.n};
        rest = bar ? (struct td_str){bar + 1, rest.n - one.n - 1} : TD_STR("");
        if (++n > x->parameters)
            break;
        writer_open(t, NULL, '{');
        writer_text(t, "type", TD_STR("text"));
        writer_text(t, "text", text_trim(one));
        writer_close(t, '}');
    }
    if (n != x->parameters)
        return td_error_set(err, TD_EINVAL, "the template %.*s takes %u parameters, with | between",
                            TD_FMT(x->name), (unsigned)x->parameters);
    if (x->parameters)
        text_puts(t, "]}]");
    writer_close(t, '}');
    return TD_OK;
}

/* ---- messages ---- */

static const struct {
    const char *prefix, *type;
    bool caption;
} kinds[] = {{"image/jpeg", "image", true}, {"image/png", "image", true},
             {"video/mp4", "video", true},  {"video/3gpp", "video", true},
             {"audio/", "audio", false},    {"", "document", true}};

static int write_file(struct text *t, const struct td_attachment *x, struct td_str caption,
                      struct td_error *err) {
    static const struct td_str media = {WHATSAPP_MEDIA, sizeof WHATSAPP_MEDIA - 1};
    size_t i = 0;
    if (!td_str_starts(x->url, media))
        return td_error_set(err, TD_EINVAL, "a file was not uploaded to WhatsApp");
    while (!text_starts_nocase(x->type, kinds[i].prefix))
        i++;
    writer_text(t, "type", td_str_of(kinds[i].type));
    writer_open(t, kinds[i].type, '{');
    writer_text(t, "id", (struct td_str){x->url.p + media.n, x->url.n - media.n});
    if (kinds[i].caption)
        writer_text_if(t, "caption", caption);
    if (strcmp(kinds[i].type, "document") == 0)
        writer_text_if(t, "filename", x->name);
    writer_close(t, '}');
    return TD_OK;
}

static void write_text(struct text *t, struct td_str text) {
    writer_text(t, "type", TD_STR("text"));
    writer_open(t, "text", '{');
    writer_text(t, "body", text);
    writer_close(t, '}');
}

static int write_reaction(struct text *t, const struct td_message *m, struct td_error *err) {
    if (!m->in_reply_to.n)
        return td_error_set(err, TD_EINVAL, "the reaction names no message");
    writer_text(t, "type", TD_STR("reaction"));
    writer_open(t, "reaction", '{');
    writer_text(t, "message_id", m->in_reply_to);
    writer_text(t, "emoji", m->text);
    writer_close(t, '}');
    return TD_OK;
}

/* Audio has no caption, so beside it the text goes by itself. */
static unsigned text_parts(const struct td_message *m) {
    unsigned parts;
    bool caption = m->attachments.n && !text_starts_nocase(m->attachments.v[0].type, "audio/") &&
                   split_length(m->text, SPLIT_UTF16) <= CAPTION_UNITS;
    if (m->attachments.n && (caption || !m->text.n))
        return 0;
    split_part(m->text, SPLIT_UTF16, TEXT_UNITS, 0, &parts);
    return parts;
}

static int write_content(struct text *t, const struct td_settings *s, const struct td_message *m,
                         unsigned part, unsigned *parts, struct td_error *err) {
    unsigned texts = text_parts(m), ignored;
    struct template x;
    struct td_str rest;
    *parts = 1;
    if (m->kind == TD_MSG_REACTION)
        return write_reaction(t, m, err);
    if (m->kind != TD_MSG_TEXT)
        return td_error_set(err, TD_EINVAL, "only messages and reactions can be sent");
    if (!m->text.n && !m->attachments.n)
        return td_error_set(err, TD_EINVAL, "the message has no text");
    if (!m->attachments.n && find_template(s, m->text, &x, &rest))
        return write_template(t, &x, rest, err);
    *parts = texts + (unsigned)m->attachments.n;
    if (part >= texts)
        return write_file(t, &m->attachments.v[part - texts],
                          !texts && part == 0 ? m->text : TD_STR(""), err);
    write_text(t, split_part(m->text, SPLIT_UTF16, TEXT_UNITS, part, &ignored));
    return TD_OK;
}

int whatsapp_build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                   const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
                   struct td_request *out, struct td_error *err) {
    struct text t;
    if (!number_is_sendable(to->addr))
        return td_error_set(err, TD_EINVAL, "the recipient has no telephone number");
    text_init(&t, a, BODY_MAX);
    writer_open(&t, NULL, '{');
    writer_text(&t, "messaging_product", TD_STR("whatsapp"));
    writer_text(&t, "recipient_type", TD_STR("individual"));
    writer_text(&t, "to", number_digits(to->addr));
    if (part == 0) /* echoed by its statuses; the first part stands for all */
        writer_text(&t, "biz_opaque_callback_data", td_str_cut(key, 64));
    int rc = write_content(&t, s, m, part, parts, err);
    writer_close(&t, '}');
    if (rc == TD_OK && t.over)
        rc = td_error_set(err, TD_ELIMIT, "the message is too long");
    if (rc != TD_OK)
        return rc;
    struct td_str path = td_arena_printf(a, "%.*s/messages",
                                         TD_FMT(td_settings_text(s, "phone_number_id")));
    graph_request(a, s, "POST", path, text_str(&t), out);
    return TD_OK;
}

int whatsapp_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                   struct td_verdict *out) {
    (void)s;
    return graph_parse(a, r, "/messages/0/id", out);
}
