/* The walk over a mail's parts: the first readable text and HTML become the body, what cannot be
 * shown becomes a file. Depth and number of parts are counted before GMime recurses. */
#include "email/mime_in.h"

#include "email/html_clean.h"
#include "email/mime_report.h"
#include "email/quote.h"
#include "email/utf8.h"
#include "http_provider/text.h"

#include <gmime/gmime.h>
#include <tandem/sniff.h>

enum { ID_MAX = 900, NAME_MAX_BYTES = 150, REFERENCES_KEPT = 20, NESTING_MAX = 100 };

struct walk {
    struct td_arena *a;
    const struct mail_limits *limits;
    struct mail *m;
    size_t parts, bytes, max_files;
    struct text text;   /* the plain texts, joined */
    struct td_str html; /* the first */
    bool has_text, flowed;
};

void mime_in_init(void) {
    g_mime_init();
}

static void cut(struct walk *w, const char *why) {
    if (!w->m->cut)
        w->m->cut = why;
}

static struct td_str clean(struct walk *w, const char *s, size_t max) {
    return td_str_cut(text_trim(utf8_clean(w->a, td_str_of(s), false)), max);
}

/* ---- headers ---- */

static void take_headers(struct walk *w, GMimeObject *o) {
    GMimeHeaderList *list = g_mime_object_get_header_list(o);
    size_t n = (size_t)g_mime_header_list_get_count(list);
    if (n > w->limits->max_headers) {
        n = w->limits->max_headers;
        cut(w, "it has too many headers");
    }
    w->m->headers.v = TD_ARENA_ARRAY(w->a, struct td_pair, n);
    for (size_t i = 0; i < n; i++) {
        GMimeHeader *h = g_mime_header_list_get_header_at(list, (int)i);
        struct td_str name = clean(w, g_mime_header_get_name(h), 100);
        char *lower = (char *)(uintptr_t)name.p;
        for (size_t k = 0; k < name.n; k++)
            if (lower[k] >= 'A' && lower[k] <= 'Z')
                lower[k] = (char)(lower[k] + 32);
        w->m->headers.v[i] = (struct td_pair){name, clean(w, g_mime_header_get_value(h), 4000)};
    }
    w->m->headers.n = n;
}

/* Domains compare without case, and most mail systems' local parts too. */
static struct td_str address_of(struct walk *w, const char *addr) {
    struct td_str s = clean(w, addr, 320);
    char *p = (char *)(uintptr_t)s.p;
    for (size_t i = 0; i < s.n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] + 32);
    return s;
}

static void take_addresses(struct walk *w, InternetAddressList *list, struct td_address **v,
                           size_t *n) {
    int count = list ? internet_address_list_length(list) : 0;
    size_t max = w->limits->max_addresses;
    *v = TD_ARENA_ARRAY(w->a, struct td_address, max);
    *n = 0;
    for (int i = 0; i < count && *n < max; i++) {
        InternetAddress *one = internet_address_list_get_address(list, i);
        if (INTERNET_ADDRESS_IS_GROUP(one)) {
            InternetAddressList *in = internet_address_group_get_members(
                INTERNET_ADDRESS_GROUP(one));
            for (int k = 0; in && k < internet_address_list_length(in) && *n < max; k++) {
                InternetAddress *x = internet_address_list_get_address(in, k);
                if (INTERNET_ADDRESS_IS_MAILBOX(x))
                    (*v)[(*n)++] = (struct td_address){
                        TD_STR("email"),
                        address_of(w,
                                   internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(x))),
                        clean(w, internet_address_get_name(x), NAME_MAX_BYTES)};
            }
        } else if (INTERNET_ADDRESS_IS_MAILBOX(one)) {
            (*v)[(*n)++] = (struct td_address){
                TD_STR("email"),
                address_of(w, internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one))),
                clean(w, internet_address_get_name(one), NAME_MAX_BYTES)};
        }
    }
}

static struct td_address first_address(struct walk *w, InternetAddressList *list) {
    struct td_address *v;
    size_t n;
    take_addresses(w, list, &v, &n);
    return n ? v[0] : (struct td_address){0};
}

static struct td_str id_of(struct walk *w, const char *id) {
    struct td_str s = clean(w, id, ID_MAX + 1);
    return s.n <= ID_MAX ? s : TD_STR("");
}

static void take_references(struct walk *w, GMimeObject *o) {
    const char *direct = g_mime_object_get_header(o, "In-Reply-To");
    const char *all = g_mime_object_get_header(o, "References");
    GMimeReferences *r = direct ? g_mime_references_parse(NULL, direct) : NULL;
    if (r && g_mime_references_length(r) > 0)
        w->m->in_reply_to = id_of(w, g_mime_references_get_message_id(r, 0));
    if (r)
        g_mime_references_free(r);
    r = all ? g_mime_references_parse(NULL, all) : NULL;
    int n = r ? g_mime_references_length(r) : 0,
        from = n > REFERENCES_KEPT ? n - REFERENCES_KEPT : 0;
    w->m->references.v = TD_ARENA_ARRAY(w->a, struct td_str, (size_t)(n - from));
    for (int i = from; i < n; i++) {
        struct td_str id = id_of(w, g_mime_references_get_message_id(r, i));
        if (id.n)
            w->m->references.v[w->m->references.n++] = id;
    }
    if (r)
        g_mime_references_free(r);
}

static void take_delivered_to(struct walk *w) {
    static const char *const names[] = {"delivered-to", "x-original-to", "envelope-to",
                                        "x-forwarded-to"};
    w->m->delivered_to.v = TD_ARENA_ARRAY(w->a, struct td_address, 8);
    for (size_t i = 0; i < w->m->headers.n && w->m->delivered_to.n < 8; i++)
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            if (td_str_eqz(w->m->headers.v[i].name, names[k]) &&
                w->m->headers.v[i].value.n <= 320 && w->m->delivered_to.n < 8) {
                struct td_str addr = td_arena_dup(w->a, w->m->headers.v[i].value);
                w->m->delivered_to.v[w->m->delivered_to.n++] = (struct td_address){
                    TD_STR("email"), address_of(w, addr.p), TD_STR("")};
            }
}

static void take_message_headers(struct walk *w, GMimeMessage *msg) {
    GMimeObject *o = GMIME_OBJECT(msg);
    struct mail *m = w->m;
    take_headers(w, o);
    take_delivered_to(w);
    m->message_id = id_of(w, g_mime_message_get_message_id(msg));
    m->subject = clean(w, g_mime_message_get_subject(msg), 2000);
    m->from = first_address(w, g_mime_message_get_from(msg));
    if (!m->from.addr.n)
        m->from = first_address(w, g_mime_message_get_sender(msg));
    m->reply_to = first_address(w, g_mime_message_get_reply_to(msg));
    take_addresses(w, g_mime_message_get_to(msg), &m->to.v, &m->to.n);
    take_addresses(w, g_mime_message_get_cc(msg), &m->cc.v, &m->cc.n);
    take_references(w, o);
    GDateTime *date = g_mime_message_get_date(msg);
    if (date && g_date_time_to_unix(date) > 0)
        m->at_ms = g_date_time_to_unix(date) * 1000;
}

/* ---- parts ---- */

static struct td_str content_of(struct walk *w, GMimePart *part) {
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    if (!content)
        return TD_STR("");
    GMimeStream *to = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(content, to);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(to));
    struct td_str s = {0};
    if (w->bytes + bytes->len > w->limits->max_bytes) {
        cut(w, "it is too large");
    } else {
        w->bytes += bytes->len;
        s = td_arena_dup(w->a, (struct td_str){(const char *)bytes->data, bytes->len});
    }
    g_object_unref(to);
    return s;
}

static void add_file(struct walk *w, struct td_str name, const char *type, const char *id,
                     struct td_str bytes) {
    struct mail *m = w->m;
    if (m->files.n >= w->limits->max_files) {
        cut(w, "it has too many attachments");
        return;
    }
    struct td_str said = clean(w, type, 100);
    struct mail_file *f = &m->files.v[m->files.n++];
    f->bytes = bytes;
    f->type = td_sniff_type(bytes, said);
    f->name = td_sniff_name(w->a, name, f->type, m->files.n);
    f->content_id = id_of(w, id);
}

static char *type_of(GMimeObject *o) {
    return g_mime_content_type_get_mime_type(g_mime_object_get_content_type(o));
}

static bool is_type(GMimeObject *o, const char *type, const char *subtype) {
    return g_mime_content_type_is_type(g_mime_object_get_content_type(o), type, subtype);
}

static const char *parameter(GMimeObject *o, const char *name) {
    return g_mime_content_type_get_parameter(g_mime_object_get_content_type(o), name);
}

static bool is_attached(GMimeObject *o) {
    GMimeContentDisposition *d = g_mime_object_get_content_disposition(o);
    return d &&
           g_ascii_strcasecmp(g_mime_content_disposition_get_disposition(d), "attachment") == 0;
}

static void take_text(struct walk *w, GMimePart *part) {
    GMimeObject *o = GMIME_OBJECT(part);
    const char *format = parameter(o, "format"), *delsp = parameter(o, "delsp");
    struct td_str s = utf8_from(w->a, content_of(w, part), parameter(o, "charset"));
    if (format && g_ascii_strcasecmp(format, "flowed") == 0)
        s = quote_unflow(w->a, s, delsp && g_ascii_strcasecmp(delsp, "yes") == 0);
    if (w->text.n)
        text_puts(&w->text, "\n");
    text_put(&w->text, s);
    w->has_text = true;
}

static void take_part(struct walk *w, GMimePart *part, bool alternative) {
    GMimeObject *o = GMIME_OBJECT(part);
    char *type = type_of(o);
    const char *name = g_mime_part_get_filename(part);
    if (is_type(o, "text", "plain") && !is_attached(o) && !name && !(alternative && w->has_text)) {
        take_text(w, part);
    } else if (is_type(o, "text", "html") && !is_attached(o) && !name && !w->html.n) {
        w->html = utf8_from(w->a, content_of(w, part), parameter(o, "charset"));
    } else if (is_type(o, "application", "pgp-signature") ||
               is_type(o, "application", "pkcs7-signature") ||
               is_type(o, "application", "x-pkcs7-signature")) {
        w->m->is_signed = true; /* in the raw mail, for who wants to verify it */
    } else {
        const char *kind = parameter(o, "smime-type");
        bool smime = is_type(o, "application", "pkcs7-mime") ||
                     is_type(o, "application", "x-pkcs7-mime");
        if (smime && kind && g_ascii_strcasecmp(kind, "signed-data") == 0)
            w->m->is_signed = true;
        else if (smime)
            w->m->is_encrypted = true;
        add_file(w, clean(w, name, NAME_MAX_BYTES), type, g_mime_part_get_content_id(part),
                 content_of(w, part));
    }
    g_free(type);
}

static void take_attached_mail(struct walk *w, GMimeMessagePart *part) {
    GMimeMessage *msg = g_mime_message_part_get_message(part);
    if (!msg)
        return;
    GMimeStream *to = g_mime_stream_mem_new();
    g_mime_object_write_to_stream(GMIME_OBJECT(msg), NULL, to);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(to));
    struct td_str subject = clean(w, g_mime_message_get_subject(msg), NAME_MAX_BYTES - 4);
    struct td_str name = td_arena_printf(w->a, "%.*s.eml",
                                         TD_FMT(subject.n ? subject : TD_STR("mail")));
    if (w->bytes + bytes->len <= w->limits->max_bytes) {
        w->bytes += bytes->len;
        add_file(w, name, "message/rfc822", NULL,
                 td_arena_dup(w->a, (struct td_str){(const char *)bytes->data, bytes->len}));
    } else {
        cut(w, "it is too large");
    }
    g_object_unref(to);
}

/* ---- reports ---- */

static void take_report(struct walk *w, GMimeMultipart *mp) {
    struct mail_report *r = &w->m->report;
    const char *kind = parameter(GMIME_OBJECT(mp), "report-type");
    r->is_delivery = kind && g_ascii_strcasecmp(kind, "delivery-status") == 0;
    r->is_feedback = kind && g_ascii_strcasecmp(kind, "feedback-report") == 0;
    int n = g_mime_multipart_get_count(mp);
    for (int i = 1; i < n && i < 5; i++) {
        GMimeObject *o = g_mime_multipart_get_part(mp, i);
        if (GMIME_IS_MESSAGE_PART(o)) {
            GMimeMessage *msg = g_mime_message_part_get_message(GMIME_MESSAGE_PART(o));
            if (msg && !r->original_id.n)
                r->original_id = id_of(w, g_mime_message_get_message_id(msg));
        } else if (GMIME_IS_PART(o)) {
            struct td_str s = utf8_clean(w->a, content_of(w, GMIME_PART(o)), true);
            if (is_type(o, "message", "delivery-status") ||
                is_type(o, "message", "global-delivery-status"))
                mime_report_status(w->a, s, r);
            else if (is_type(o, "text", "rfc822-headers") ||
                     is_type(o, "message", "global-headers"))
                mime_report_headers(w->a, s, r);
        }
    }
}

/* ---- the walk ---- */

static void take(struct walk *w, GMimeObject *o, size_t depth, bool alternative) {
    if (depth > w->limits->max_depth || ++w->parts > w->limits->max_parts) {
        cut(w, "it nests too deeply or has too many parts");
        return;
    }
    if (GMIME_IS_MULTIPART(o)) {
        GMimeMultipart *mp = GMIME_MULTIPART(o);
        bool choice = is_type(o, "multipart", "alternative");
        if (is_type(o, "multipart", "report"))
            take_report(w, mp);
        if (GMIME_IS_MULTIPART_ENCRYPTED(mp) || is_type(o, "multipart", "encrypted"))
            w->m->is_encrypted = true;
        if (GMIME_IS_MULTIPART_SIGNED(mp) || is_type(o, "multipart", "signed"))
            w->m->is_signed = true;
        int n = g_mime_multipart_get_count(mp);
        if (w->m->report.is_delivery && n > 1)
            n = 1; /* the rest is for machines, and in the raw mail */
        for (int i = 0; i < n; i++)
            take(w, g_mime_multipart_get_part(mp, i), depth + 1, choice);
    } else if (GMIME_IS_MESSAGE_PART(o)) {
        take_attached_mail(w, GMIME_MESSAGE_PART(o));
    } else if (GMIME_IS_PART(o)) {
        take_part(w, GMIME_PART(o), alternative);
    }
}

/* An upper bound for the depth that GMime would recurse to. */
static size_t nesting(struct td_str raw) {
    size_t n = 0;
    for (size_t i = 0; i + 10 < raw.n && n <= NESTING_MAX; i++)
        if ((raw.p[i] == 'm' || raw.p[i] == 'M') &&
            (text_starts_nocase((struct td_str){raw.p + i, 10}, "multipart/") ||
             text_starts_nocase((struct td_str){raw.p + i, 10}, "message/rf")))
            n++;
    return n;
}

static const char unshown[] = "[The text of this mail is too large to be shown. It is attached.]";

static void set_texts(struct walk *w) {
    struct mail *m = w->m;
    struct html_clean html = {0};
    struct td_str plain = text_trim(text_str(&w->text)), quoted = {0};
    if (w->text.over)
        cut(w, "its text is too long");
    if (w->html.n) {
        html_clean(w->a, w->html, w->limits->max_html, &html);
        m->html = html.html;
        if (html.over && !plain.n)
            html.text = td_str_of(unshown);
    }
    if (plain.n)
        quote_split(plain, &m->text, &quoted);
    else
        m->text = html.text;
    m->quoted = td_str_cut(quoted.n ? quoted : html.quoted, w->limits->max_quoted);
    if (m->text.n > w->limits->max_text) {
        m->full_text = m->text;
        m->text = td_str_cut(m->text, w->limits->max_text);
        m->html = TD_STR("");
    }
    if (m->is_encrypted && !m->text.n)
        m->text = TD_STR("[This mail is encrypted. It is attached as it came.]");
}

int mime_in(struct td_arena *a, struct td_str raw, const struct mail_limits *limits,
            struct mail *out, struct td_error *err) {
    *out = (struct mail){0};
    struct walk w = {.a = a, .limits = limits, .m = out};
    if (!raw.n)
        return td_error_set(err, TD_EPARSE, "the mail is empty");
    text_init(&w.text, a, 1024 * 1024);
    out->files.v = TD_ARENA_ARRAY(a, struct mail_file, limits->max_files);
    struct td_str parsed = raw;
    bool too_deep = nesting(raw) > NESTING_MAX;
    if (too_deep) { /* the headers alone */
        const char *end = memmem(raw.p, raw.n, "\n\r\n", 3);
        const char *unix_end = memmem(raw.p, raw.n, "\n\n", 2);
        if (!end || (unix_end && unix_end < end))
            end = unix_end;
        parsed.n = end ? (size_t)(end - raw.p) + 1 : 0;
        cut(&w, "it nests too deeply or has too many parts");
    }
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(parsed.p ? parsed.p : "", parsed.n);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_mime_parser_set_persist_stream(parser, FALSE);
    GMimeMessage *msg = g_mime_parser_construct_message(parser, NULL);
    if (msg) {
        take_message_headers(&w, msg);
        GMimeObject *root = g_mime_message_get_mime_part(msg);
        if (root && !too_deep)
            take(&w, root, 0, false);
        set_texts(&w);
        g_object_unref(msg);
    }
    g_object_unref(parser);
    g_object_unref(stream);
    return msg ? TD_OK : td_error_set(err, TD_EPARSE, "this is no mail");
}
