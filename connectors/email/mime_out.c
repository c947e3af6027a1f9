#include "email/mime_out.h"

#include "http_provider/text.h"

#include <gmime/gmime.h>

enum { ADDRESS_MAX = 254, HEADER_MAX = 4000 };

bool mime_address_ok(struct td_str s) {
    size_t ats = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ' || c >= 0x7f || memchr("<>()[],;:\\\"", c, 11))
            return false; /* no SMTPUTF8 yet */
        ats += c == '@';
    }
    return ats == 1 && s.n >= 3 && s.n <= ADDRESS_MAX && s.p[0] != '@' && s.p[s.n - 1] != '@' &&
           s.p[0] != '-';
}

static bool is_header_text(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
            return false;
    return s.n <= HEADER_MAX && td_str_is_utf8(s);
}

static bool is_id(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7f || s.p[i] == '<' ||
            s.p[i] == '>')
            return false;
    return s.n > 0 && s.n <= 900;
}

static int check(const struct mime_mail *m, struct td_error *err) {
    const struct {
        const char *what;
        struct td_str s;
    } texts[] = {{"the subject", m->subject},
                 {"the sender's name", m->from.name},
                 {"the customer's name", m->to.name}};
    if (!mime_address_ok(m->to.addr))
        return td_error_set(err, TD_EINVAL, "the customer's address is no mail address");
    if (!mime_address_ok(m->from.addr) || (m->reply_to.n && !mime_address_ok(m->reply_to)))
        return td_error_set(err, TD_EINVAL, "the channel's address is no mail address");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!is_header_text(texts[i].s))
            return td_error_set(err, TD_EINVAL, "%s has a control character, or is too long",
                                texts[i].what);
    const struct {
        const char *what;
        const struct td_address *v;
        size_t n;
    } lists[] = {
        {"to", m->more_to.v, m->more_to.n}, {"cc", m->cc.v, m->cc.n}, {"bcc", m->bcc.v, m->bcc.n}};
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        for (size_t i = 0; i < lists[k].n; i++)
            if (!mime_address_ok(lists[k].v[i].addr) || !is_header_text(lists[k].v[i].name))
                return td_error_set(err, TD_EINVAL, "%s: an address is no mail address",
                                    lists[k].what);
    for (size_t i = 0; i < m->files.n; i++)
        if (!is_header_text(m->files.v[i].name) || !is_header_text(m->files.v[i].type))
            return td_error_set(err, TD_EINVAL, "a file's name has a control character");
    return is_id(m->message_id) ? TD_OK
                                : td_error_set(err, TD_EINVAL, "the Message-ID is malformed");
}

static const char *z(struct td_arena *a, struct td_str s) {
    return td_arena_dup(a, s).p;
}

/* ---- the body ---- */

static GMimeObject *text_part(struct td_arena *a, const char *subtype, struct td_str s) {
    GMimeTextPart *part = g_mime_text_part_new_with_subtype(subtype);
    g_mime_text_part_set_charset(part, "utf-8");
    g_mime_text_part_set_text(part, z(a, s));
    g_mime_part_set_content_encoding(GMIME_PART(part), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    return GMIME_OBJECT(part);
}

static struct td_str html_of(struct td_arena *a, struct td_str s) {
    struct text t;
    text_init(&t, a, s.n * 8 + 200);
    text_puts(&t, "<div dir=\"auto\">");
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '\n')
            text_puts(&t, "<br>\n");
        else if (c == '<')
            text_puts(&t, "&lt;");
        else if (c == '>')
            text_puts(&t, "&gt;");
        else if (c == '&')
            text_puts(&t, "&amp;");
        else if (c != '\r')
            text_putc(&t, c);
    }
    text_puts(&t, "</div>");
    return text_str(&t);
}

static GMimeObject *file_part(struct td_arena *a, const struct mime_file *f) {
    const char *slash = f->type.n ? memchr(f->type.p, '/', f->type.n) : NULL;
    const char *type = "application", *subtype = "octet-stream";
    if (slash) {
        type = z(a, (struct td_str){f->type.p, (size_t)(slash - f->type.p)});
        subtype = z(a, (struct td_str){slash + 1, f->type.n - (size_t)(slash - f->type.p) - 1});
    }
    GMimePart *part = g_mime_part_new_with_type(type, subtype);
    GMimeStream *bytes = g_mime_stream_mem_new_with_buffer(f->bytes.p ? f->bytes.p : "",
                                                           f->bytes.n);
    GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(bytes,
                                                                    GMIME_CONTENT_ENCODING_DEFAULT);
    g_mime_part_set_content(part, content);
    g_object_unref(content);
    g_object_unref(bytes);
    g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
    g_mime_part_set_filename(part, z(a, f->name));
    g_mime_object_set_disposition(GMIME_OBJECT(part), "attachment");
    return GMIME_OBJECT(part);
}

static void add(GMimeMultipart *to, GMimeObject *part) {
    g_mime_multipart_add(to, part);
    g_object_unref(part);
}

static GMimeObject *body(struct td_arena *a, const struct mime_mail *m) {
    GMimeObject *o = text_part(a, "plain", m->text);
    if (m->html) {
        GMimeMultipart *both = g_mime_multipart_new_with_subtype("alternative");
        add(both, o);
        add(both, text_part(a, "html", html_of(a, m->text)));
        o = GMIME_OBJECT(both);
    }
    if (m->files.n) {
        GMimeMultipart *all = g_mime_multipart_new_with_subtype("mixed");
        add(all, o);
        for (size_t i = 0; i < m->files.n; i++)
            add(all, file_part(a, &m->files.v[i]));
        o = GMIME_OBJECT(all);
    }
    return o;
}

/* ---- headers ---- */

static void set_ids(struct td_arena *a, GMimeMessage *msg, const struct mime_mail *m) {
    GMimeObject *o = GMIME_OBJECT(msg);
    struct text t;
    g_mime_message_set_message_id(msg, z(a, m->message_id));
    if (is_id(m->in_reply_to)) {
        struct td_str id = td_arena_printf(a, "<%.*s>", TD_FMT(m->in_reply_to));
        g_mime_object_set_header(o, "In-Reply-To", id.p, NULL);
    }
    text_init(&t, a, 8000);
    for (size_t i = 0; i <= m->references.n; i++) { /* and the one that it answers last */
        struct td_str id = i < m->references.n ? m->references.v[i] : m->in_reply_to;
        if (!is_id(id) || (i < m->references.n && td_str_eq(id, m->in_reply_to)))
            continue;
        text_puts(&t, t.n ? " <" : "<");
        text_put(&t, id);
        text_putc(&t, '>');
    }
    text_putc(&t, 0);
    if (t.n > 1 && !t.over)
        g_mime_object_set_header(o, "References", t.p, NULL);
}

static void add_all(struct td_arena *a, GMimeMessage *msg, GMimeAddressType type,
                    const struct td_address *v, size_t n) {
    for (size_t i = 0; i < n; i++)
        g_mime_message_add_mailbox(msg, type, v[i].name.n ? z(a, v[i].name) : NULL,
                                   z(a, v[i].addr));
}

static void set_headers(struct td_arena *a, GMimeMessage *msg, const struct mime_mail *m) {
    GMimeObject *o = GMIME_OBJECT(msg);
    const char *name = m->from.name.n ? z(a, m->from.name) : NULL;
    g_mime_message_add_mailbox(msg, GMIME_ADDRESS_TYPE_FROM, name, z(a, m->from.addr));
    add_all(a, msg, GMIME_ADDRESS_TYPE_TO, &m->to, 1);
    add_all(a, msg, GMIME_ADDRESS_TYPE_TO, m->more_to.v, m->more_to.n);
    add_all(a, msg, GMIME_ADDRESS_TYPE_CC, m->cc.v, m->cc.n);
    if (m->reply_to.n)
        g_mime_message_add_mailbox(msg, GMIME_ADDRESS_TYPE_REPLY_TO, name, z(a, m->reply_to));
    g_mime_message_set_subject(msg, z(a, m->subject), "utf-8");
    GDateTime *date = g_date_time_new_from_unix_utc(m->at_ms / 1000);
    if (date) {
        g_mime_message_set_date(msg, date);
        g_date_time_unref(date);
    }
    set_ids(a, msg, m);
    if (m->automatic) {
        g_mime_object_set_header(o, "Auto-Submitted", "auto-replied", NULL);
        g_mime_object_set_header(o, "X-Auto-Response-Suppress", "All", NULL);
    }
}

int mime_out(struct td_arena *a, const struct mime_mail *m, struct td_str *out,
             struct td_error *err) {
    int rc = check(m, err);
    if (rc != TD_OK)
        return rc;
    GMimeMessage *msg = g_mime_message_new(TRUE);
    GMimeFormatOptions *format = g_mime_format_options_new();
    GMimeStream *to = g_mime_stream_mem_new();
    set_headers(a, msg, m);
    GMimeObject *o = body(a, m);
    g_mime_message_set_mime_part(msg, o);
    g_object_unref(o);
    g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
    g_mime_object_write_to_stream(GMIME_OBJECT(msg), format, to);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(to));
    *out = td_arena_dup(a, (struct td_str){(const char *)bytes->data, bytes->len});
    g_object_unref(to);
    g_mime_format_options_free(format);
    g_object_unref(msg);
    return TD_OK;
}
