/* What goes out: answers in a thread, likes, files.
 *
 * An answer is as visible as what it answers, or less where the message says so; never more. What
 * is needed of the answered post stands in its reply_ref (status.c): "<id> <visibility> <author>
 * <others>…". Without one it is a new post to `to`, direct unless the message says otherwise.
 *
 * Idempotency-Key is our key of the send: Mastodon answers a repetition within an hour with the
 * first post. */
#include "social_mastodon/mastodon.h"

#include "http_provider/document.h"
#include "http_provider/text.h"
#include "http_provider/verdicts.h"
#include "social_mastodon/status.h"

enum { BODY_MAX = 262144, FILES_MAX = 4, LINK_CHARS = 23 };

static const char *const order[] = {"public", "unlisted", "followers", "direct"}; /* ever fewer */

struct answered {
    struct td_str id, visibility, author, others;
};

static struct td_str word(struct td_str *rest) {
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ')
        n++;
    struct td_str w = {rest->p, n};
    n += n < rest->n;
    *rest = (struct td_str){rest->p + n, rest->n - n};
    return w;
}

static struct answered answered_by(const struct td_message *m) {
    struct td_str rest = m->reply_ref;
    struct answered x = {.id = word(&rest), .visibility = word(&rest), .author = word(&rest)};
    x.others = rest;
    if (!x.id.n && status_is_id(m->in_reply_to)) /* how visible it was is not known: direct */
        x.id = m->in_reply_to;
    return x;
}

/* ---- visibility ---- */

static size_t narrowness(struct td_str visibility) {
    size_t i = 0;
    while (i < 3 && !td_str_eqz(visibility, order[i]))
        i++;
    return i; /* what is not known is direct */
}

static struct td_str visibility_of(const struct td_message *m, const struct answered *x) {
    size_t theirs = x->id.n ? narrowness(x->visibility) : 0;
    size_t wished = m->visibility.n ? narrowness(m->visibility) : x->id.n ? 0 : 3;
    return td_str_of(order[theirs > wished ? theirs : wished]);
}

/* ---- the text ---- */

static bool mentions(struct td_str text, struct td_str addr) {
    for (size_t i = 0; i + addr.n < text.n; i++)
        if (text.p[i] == '@' && text_eq_nocase((struct td_str){text.p + i + 1, addr.n}, addr))
            return true;
    return false;
}

static void put_mention(struct text *t, struct td_str body, struct td_str addr) {
    if (!addr.n || mentions(body, addr))
        return;
    text_putc(t, '@');
    text_put(t, addr);
    text_putc(t, ' ');
}

static struct td_str status_of(struct td_arena *a, const struct td_settings *s,
                               const struct td_message *m, const struct answered *x,
                               const struct td_address *to) {
    struct text t;
    text_init(&t, a, BODY_MAX);
    put_mention(&t, m->text, x->author.n ? x->author : to->addr);
    struct td_str others = td_settings_number(s, "mention_all") ? x->others : TD_STR("");
    while (others.n)
        put_mention(&t, m->text, word(&others));
    text_put(&t, m->text);
    return t.over ? TD_STR("") : text_str(&t);
}

static bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* As Mastodon counts: a link is 23 characters, of "@name@host" only "@name" counts. Code points
 * here, graphemes there: never fewer, so what passes here passes there. */
static size_t characters(struct td_str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        struct td_str rest = {s.p + i, s.n - i};
        bool begins = i == 0 || is_blank(s.p[i - 1]);
        size_t k = 0, name = 0;
        if (begins &&
            (td_str_starts(rest, TD_STR("https://")) || td_str_starts(rest, TD_STR("http://")))) {
            while (k < rest.n && !is_blank(rest.p[k]))
                k++;
            i += k;
            n += LINK_CHARS;
            continue;
        }
        if (begins && rest.p[0] == '@') {
            while (k < rest.n && !is_blank(rest.p[k]))
                k++;
            for (name = 1; name < k && rest.p[name] != '@';)
                name++;
            i += k;
            n += name;
            continue;
        }
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
        i++;
    }
    return n;
}

/* ---- submit ---- */

static void put(struct text *t, const char *name, struct td_str value) {
    if (t->n)
        text_putc(t, '&');
    text_puts(t, name);
    text_putc(t, '=');
    text_put_form(t, value);
}

static void form(struct td_arena *a, const struct td_settings *s, struct td_request *out,
                 struct td_str key) {
    size_t n = mastodon_headers(a, s, out, 2);
    out->method = TD_STR("POST");
    out->headers.v[n++] = (struct td_pair){TD_STR("content-type"),
                                           TD_STR("application/x-www-form-urlencoded")};
    out->headers.v[n++] = (struct td_pair){TD_STR("idempotency-key"), key};
    out->headers.n = n;
}

static int like(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                struct td_str key, struct td_request *out, struct td_error *err) {
    struct td_str id = m->in_reply_to.n ? m->in_reply_to : answered_by(m).id;
    if (!status_is_id(id))
        return td_error_set(err, TD_EINVAL, "there is no post to like");
    form(a, s, out, key);
    out->url = mastodon_url(a, s, "/api/v1/statuses/");
    out->url = td_arena_printf(a, "%.*s%.*s/%s", TD_FMT(out->url), TD_FMT(id),
                               m->text.n ? "favourite" : "unfavourite");
    return TD_OK;
}

static int put_files(struct text *t, const struct td_message *m, struct td_error *err) {
    if (m->attachments.n > FILES_MAX)
        return td_error_set(err, TD_ELIMIT, "Mastodon takes at most %d files", FILES_MAX);
    for (size_t i = 0; i < m->attachments.n; i++) {
        if (!status_is_id(m->attachments.v[i].url))
            return td_error_set(err, TD_EINVAL, "file %zu was not uploaded", i + 1);
        put(t, "media_ids%5B%5D", m->attachments.v[i].url);
    }
    return TD_OK;
}

int mastodon_submit_build(struct td_arena *a, const struct td_settings *s,
                          const struct td_message *m, const struct td_address *to,
                          struct td_str key, unsigned part, unsigned *parts, struct td_request *out,
                          struct td_error *err) {
    struct answered x = answered_by(m);
    size_t max = (size_t)td_settings_number(s, "max_chars");
    (void)part;
    *parts = 1;
    if (m->kind == TD_MSG_REACTION)
        return like(a, s, m, key, out, err);
    if (m->kind != TD_MSG_TEXT)
        return td_error_set(err, TD_EUNSUPPORTED, "Mastodon: only posts and likes can be sent");
    if (x.id.n && !status_is_id(x.id))
        return td_error_set(err, TD_EINVAL, "reply_ref: expected the id of a post");
    struct td_str status = status_of(a, s, m, &x, to);
    if (!status.n || characters(status) > max)
        return td_error_set(err, TD_ELIMIT,
                            "the post has %zu characters with those it mentions, %zu are allowed",
                            characters(status), max);
    struct text t;
    text_init(&t, a, BODY_MAX);
    put(&t, "status", status);
    if (x.id.n)
        put(&t, "in_reply_to_id", x.id);
    put(&t, "visibility", mastodon_visibility_out(visibility_of(m, &x)));
    if (m->language.n)
        put(&t, "language", m->language);
    int rc = put_files(&t, m, err);
    if (rc != TD_OK)
        return rc;
    if (t.over)
        return td_error_set(err, TD_ELIMIT, "the message is too long");
    form(a, s, out, key);
    out->url = mastodon_url(a, s, "/api/v1/statuses");
    out->body = text_str(&t);
    return TD_OK;
}

/* {"error": "…"}. 403 is a token without the right scope, or an account that may not do just this.
 */
int mastodon_submit_parse(struct td_arena *a, const struct td_settings *s,
                          const struct td_response *r, struct td_verdict *out) {
    struct document d;
    struct td_str text, id;
    (void)s;
    int rc = document_open_json(&d, a, r->body, NULL);
    if (rc != TD_OK)
        return r->status >= 200 && r->status <= 299 ? rc : TD_EUNSUPPORTED;
    document_get(&d, TD_STR("error"), &text);
    document_get(&d, TD_STR("id"), &id);
    document_close(&d);
    out->text = verdict_excerpt(a, text);
    if (r->status >= 200 && r->status <= 299) {
        out->kind = TD_V_ACCEPTED;
        out->text = TD_STR("");
        out->external_id = id;
        return status_is_id(id) ? TD_OK : TD_EPARSE;
    }
    if (r->status != 403 || !text.n || memmem(text.p, text.n, "scope", 5))
        return TD_EUNSUPPORTED; /* by status, with the text */
    out->kind = TD_V_PERMANENT;
    out->code = TD_STR("HTTP 403");
    return TD_OK;
}

/* ---- files ---- */

/* Not in the bytes: each boundary is made from the file's own SHA-256, or there would be a file
 * that holds its own hash. */
static struct td_str boundary_of(struct td_arena *a, const struct td_attachment *file) {
    return td_arena_printf(a, "tandem-%.*s-%llu", TD_FMT(td_str_cut(file->sha256, 40)),
                           (unsigned long long)file->bytes);
}

/* RFC 7578 §4.2: what could end the quotes or the line is not in the name. */
static struct td_str name_of(struct td_arena *a, struct td_str name) {
    struct td_str copy = td_arena_dup(a, td_str_cut(name.n ? name : TD_STR("file"), 100));
    char *p = (char *)(uintptr_t)copy.p;
    for (size_t i = 0; i < copy.n; i++)
        if ((unsigned char)p[i] < 0x20 || p[i] == '"' || p[i] == '\\' || p[i] == 0x7f)
            p[i] = '_';
    return copy;
}

int mastodon_upload_build(struct td_arena *a, const struct td_settings *s,
                          const struct td_attachment *file, struct td_str bytes,
                          struct td_request *out, struct td_error *err) {
    if (status_is_id(file->url)) { /* taken, and not ready when we asked last */
        mastodon_headers(a, s, out, 0);
        out->method = TD_STR("GET");
        out->url = mastodon_url(a, s, "/api/v1/media/");
        out->url = td_arena_printf(a, "%.*s%.*s", TD_FMT(out->url), TD_FMT(file->url));
        return TD_OK;
    }
    struct td_str type = file->type.n ? file->type : TD_STR("application/octet-stream");
    struct td_str boundary = boundary_of(a, file);
    struct td_str head = td_arena_printf(
        a,
        "--%.*s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%.*s\"\r\n"
        "Content-Type: %.*s\r\n\r\n",
        TD_FMT(boundary), TD_FMT(name_of(a, file->name)), TD_FMT(type));
    struct td_str tail = td_arena_printf(a, "\r\n--%.*s--\r\n", TD_FMT(boundary));
    if (memchr(type.p, '\r', type.n) || memchr(type.p, '\n', type.n))
        return td_error_set(err, TD_EINVAL, "the file's type is not one");
    char *body = td_arena_alloc(a, head.n + bytes.n + tail.n);
    memcpy(body, head.p, head.n);
    if (bytes.n)
        memcpy(body + head.n, bytes.p, bytes.n);
    memcpy(body + head.n + bytes.n, tail.p, tail.n);
    size_t n = mastodon_headers(a, s, out, 1);
    out->headers.v[n++] = (struct td_pair){
        TD_STR("content-type"),
        td_arena_printf(a, "multipart/form-data; boundary=%.*s", TD_FMT(boundary))};
    out->headers.n = n;
    out->method = TD_STR("POST");
    out->url = mastodon_url(a, s, "/api/v2/media");
    out->body = (struct td_str){body, head.n + bytes.n + tail.n};
    return TD_OK;
}

/* 200: ready. 202 of the upload, 206 of asking: taken, being worked on. */
int mastodon_upload_parse(struct td_arena *a, const struct td_settings *s,
                          const struct td_response *r, struct td_str *ref, struct td_error *err) {
    struct document d;
    (void)s;
    if (r->status != 200 && r->status != 202 && r->status != 206)
        return TD_EUNSUPPORTED; /* by status */
    int rc = document_open_json(&d, a, r->body, err);
    if (rc != TD_OK)
        return rc;
    document_get(&d, TD_STR("id"), ref);
    document_close(&d);
    if (!status_is_id(*ref))
        return td_error_set(err, TD_EPARSE, "id: missing");
    return r->status == 200 ? TD_OK : TD_EBUSY;
}
