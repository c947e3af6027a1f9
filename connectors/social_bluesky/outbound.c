/* Writing: a reply (a record app.bsky.feed.post), a like, taking either back, files.
 *
 * Records are written with putRecord under a key of our own making and with the time of the message
 * in them, so that doing it twice is doing it once: the server sees the same record and answers as
 * before. The network keeps no edits of posts. */
#include "http_provider/codes.h"
#include "http_provider/unicode.h"
#include "http_provider/verdicts.h"
#include "social_bluesky/bluesky.h"
#include "social_bluesky/facets.h"
#include "social_bluesky/tid.h"

/* ---- building records ---- */

static void put(struct text *t, const char *before, struct td_str value, const char *after) {
    text_puts(t, before);
    text_put_json(t, value);
    text_puts(t, after);
}

static void put_strong_ref(struct text *t, struct td_str uri, struct td_str cid) {
    put(t, "{\"uri\":\"", uri, "\",");
    put(t, "\"cid\":\"", cid, "\"}");
}

/* Of whom a mention speaks: who wrote what we answer is all that we know. */
static struct td_str did_of(const struct bluesky_ref *ref, struct td_str handle) {
    return text_eq_nocase(ref->handle, handle) ? ref->did : TD_STR("");
}

static void put_facets(struct text *t, struct td_str text, const struct bluesky_ref *ref) {
    struct facet found[FACETS_FOUND_MAX];
    size_t n = facets_find(text, found), put_n = 0;
    for (size_t i = 0; i < n; i++) {
        const struct facet *f = &found[i];
        struct td_str did = f->kind == FACET_MENTION ? did_of(ref, f->value) : TD_STR("");
        if (f->kind == FACET_MENTION && !did.n)
            continue;
        text_puts(t, put_n++ ? "," : ",\"facets\":[");
        text_put(t, td_arena_printf(t->a, "{\"index\":{\"byteStart\":%zu,\"byteEnd\":%zu},",
                                    f->from, f->to));
        text_puts(t, "\"features\":[{\"$type\":\"app.bsky.richtext.facet#");
        if (f->kind == FACET_LINK)
            put(t, "link\",\"uri\":\"", f->value, "\"}]}");
        else if (f->kind == FACET_MENTION)
            put(t, "mention\",\"did\":\"", did, "\"}]}");
        else
            put(t, "tag\",\"tag\":\"", f->value, "\"}]}");
    }
    text_puts(t, put_n ? "]" : "");
}

/* What describes an image: its name, without the ending of a file's. */
static struct td_str alt_of(struct td_str name) {
    static const char *const endings[] = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (name.n > n &&
            text_eq_nocase((struct td_str){name.p + name.n - n, n}, td_str_of(endings[i])))
            name.n -= n;
    }
    return name;
}

static int put_images(struct text *t, const struct td_message *m, struct td_error *err) {
    if (m->attachments.n > BLUESKY_IMAGES_MAX)
        return td_error_set(err, TD_ELIMIT, "Bluesky takes at most %d images", BLUESKY_IMAGES_MAX);
    for (size_t i = 0; i < m->attachments.n; i++) {
        const struct td_attachment *file = &m->attachments.v[i];
        if (!td_str_starts(file->url, TD_STR("{\"$type\":\"blob\"")))
            return td_error_set(err, TD_EINVAL, "file %zu was not uploaded to Bluesky", i + 1);
        text_puts(t, i ? "," : ",\"embed\":{\"$type\":\"app.bsky.embed.images\",\"images\":[");
        put(t, "{\"alt\":\"", alt_of(file->name), "\",\"image\":");
        text_put(t, file->url); /* as bluesky_upload_parse wrote it */
        text_putc(t, '}');
    }
    text_puts(t, m->attachments.n ? "]}" : "");
    return TD_OK;
}

/* ---- requests ---- */

static int check_text(const struct td_message *m, struct td_error *err) {
    size_t n = unicode_graphemes(m->text);
    if (!m->text.n && !m->attachments.n)
        return td_error_set(err, TD_EINVAL, "there is neither a text nor an image to post");
    if (n > BLUESKY_GRAPHEMES_MAX)
        return td_error_set(err, TD_ELIMIT, "Bluesky takes at most %d characters, the text has %zu",
                            BLUESKY_GRAPHEMES_MAX, n);
    if (m->text.n > BLUESKY_BYTES_MAX)
        return td_error_set(err, TD_ELIMIT, "Bluesky takes at most %d bytes, the text has %zu",
                            BLUESKY_BYTES_MAX, m->text.n);
    return TD_OK;
}

/* The message's own time: the same at every attempt. */
static int64_t time_of(const struct td_message *m, struct td_str key) {
    int64_t at = m->at;
    return at > 0 || ulid_time(m->id, &at) || ulid_time(key, &at) ? at : 0;
}

static void begin_put(struct text *t, const struct bluesky_session *session, const char *collection,
                      const char *rkey) {
    put(t, "{\"repo\":\"", session->did, "\",");
    put(t, "\"collection\":\"", td_str_of(collection), "\",");
    put(t, "\"rkey\":\"", td_str_of(rkey), "\",");
    put(t, "\"record\":{\"$type\":\"", td_str_of(collection), "\"");
}

static int build_post(struct text *t, const struct bluesky_session *session,
                      const struct td_message *m, struct td_str key, struct td_error *err) {
    struct bluesky_ref ref;
    char rkey[TID_CHARS + 1];
    if (!bluesky_ref_parse(m->reply_ref, &ref))
        return td_error_set(err, TD_EINVAL,
                            "there is no post to answer: Bluesky has no messages to one person");
    int rc = check_text(m, err);
    if (rc != TD_OK)
        return rc;
    tid_make(time_of(m, key), key, rkey);
    begin_put(t, session, BLUESKY_POST, rkey);
    put(t, ",\"text\":\"", m->text, "\"");
    put(t, ",\"createdAt\":\"", bluesky_time(t->a, time_of(m, key)), "\"");
    text_puts(t, ",\"reply\":{\"root\":");
    put_strong_ref(t, ref.root_uri, ref.root_cid);
    text_puts(t, ",\"parent\":");
    put_strong_ref(t, ref.uri, ref.cid);
    text_putc(t, '}');
    if (m->language.n)
        put(t, ",\"langs\":[\"", m->language, "\"]");
    put_facets(t, m->text, &ref);
    rc = put_images(t, m, err);
    text_puts(t, "}}");
    return rc;
}

/* A like's key follows from the post, so that it can be taken back without knowing more. */
static void like_key(struct td_str uri, const struct bluesky_uri *at, char out[TID_CHARS + 1]) {
    int64_t at_ms;
    tid_make(tid_time(at->rkey, &at_ms) ? at_ms : 0, uri, out);
}

static void build_delete(struct text *t, const struct bluesky_session *session,
                         struct td_str collection, struct td_str rkey) {
    put(t, "{\"repo\":\"", session->did, "\",");
    put(t, "\"collection\":\"", collection, "\",");
    put(t, "\"rkey\":\"", rkey, "\"}");
}

static int build_like(struct text *t, const struct bluesky_session *session,
                      const struct td_message *m, struct td_str key, bool *deletes,
                      struct td_error *err) {
    struct bluesky_ref ref = {0};
    struct bluesky_uri at;
    char rkey[TID_CHARS + 1];
    bool known = bluesky_ref_parse(m->reply_ref, &ref);
    struct td_str subject = m->in_reply_to.n ? m->in_reply_to : ref.uri;
    if (!bluesky_uri_parse(subject, &at))
        return td_error_set(err, TD_EINVAL, "there is no post to like");
    like_key(subject, &at, rkey);
    *deletes = m->text.n == 0;
    if (*deletes) {
        build_delete(t, session, TD_STR(BLUESKY_LIKE), td_arena_dup(t->a, td_str_of(rkey)));
        return TD_OK;
    }
    if (!known || !td_str_eq(ref.uri, subject))
        return td_error_set(err, TD_EINVAL, "the post's hash is not known: it cannot be liked");
    begin_put(t, session, BLUESKY_LIKE, rkey);
    text_puts(t, ",\"subject\":");
    put_strong_ref(t, ref.uri, ref.cid);
    put(t, ",\"createdAt\":\"", bluesky_time(t->a, time_of(m, key)), "\"}}");
    return TD_OK;
}

static int build_withdrawal(struct text *t, const struct bluesky_session *session,
                            const struct td_message *m, struct td_error *err) {
    struct bluesky_uri at;
    if (!bluesky_uri_parse(m->in_reply_to, &at) || !td_str_eqz(at.collection, BLUESKY_POST))
        return td_error_set(err, TD_EINVAL, "there is no post to delete");
    if (!td_str_eq(at.authority, session->did))
        return td_error_set(err, TD_EINVAL, "only our own posts can be deleted");
    build_delete(t, session, at.collection, at.rkey);
    return TD_OK;
}

int bluesky_submit_build(struct td_arena *a, const struct td_settings *s,
                         const struct td_message *m, const struct td_address *to, struct td_str key,
                         unsigned part, unsigned *parts, struct td_request *out,
                         struct td_error *err) {
    struct bluesky_session session;
    struct text t;
    bool deletes = m->kind == TD_MSG_DELETE;
    int rc;
    (void)to, (void)part;
    *parts = 1;
    bluesky_session(a, s, &session);
    text_init(&t, a, BLUESKY_REQUEST_MAX);
    if (m->kind == TD_MSG_TEXT)
        rc = build_post(&t, &session, m, key, err);
    else if (m->kind == TD_MSG_REACTION)
        rc = build_like(&t, &session, m, key, &deletes, err);
    else if (m->kind == TD_MSG_DELETE)
        rc = build_withdrawal(&t, &session, m, err);
    else
        rc = td_error_set(err, TD_EINVAL, "Bluesky keeps no edits: delete the post, write another");
    if (rc == TD_OK && t.over)
        rc = td_error_set(err, TD_ELIMIT, "the post is too long");
    if (rc == TD_OK)
        bluesky_call(a, &session, "POST",
                     deletes ? TD_STR("com.atproto.repo.deleteRecord")
                             : TD_STR("com.atproto.repo.putRecord"),
                     "application/json", text_str(&t), out);
    return rc;
}

/* ---- answers ---- */

static const struct code_meaning errors[] = {
    {"ExpiredToken", TD_V_TEMPORARY, NULL}, /* certainly not written */
    {"InvalidToken", TD_V_TEMPORARY, NULL},
    {"AccountTakedown", TD_V_AUTH, "Bluesky has taken the account down"},
    {"AccountDeactivated", TD_V_AUTH, "the account is deactivated"},
    {"RepoTakendown", TD_V_AUTH, "Bluesky has taken the account down"},
    {"RepoDeactivated", TD_V_AUTH, "the account is deactivated"},
    {"RateLimitExceeded", TD_V_RATE_LIMITED, NULL},
    {"BlobTooLarge", TD_V_PERMANENT, "the image is larger than the server takes"},
    {"InvalidMimeType", TD_V_PERMANENT, "the file is no image that Bluesky takes"},
    {0}};

int bluesky_submit_parse(struct td_arena *a, const struct td_settings *s,
                         const struct td_response *r, struct td_verdict *out) {
    struct document d;
    struct td_str code, text;
    (void)s;
    int rc = document_open_json(&d, a, r->body, NULL);
    if (rc != TD_OK)
        return r->status >= 300 ? TD_EUNSUPPORTED : rc; /* by status; or nobody knows */
    if (r->status >= 200 && r->status <= 299) {
        out->kind = TD_V_ACCEPTED;
        document_get(&d, TD_STR("/uri"), &out->external_id);
        document_close(&d);
        return TD_OK;
    }
    document_get(&d, TD_STR("/error"), &code);
    document_get(&d, TD_STR("/message"), &text);
    document_close(&d);
    const struct code_meaning *meaning = code_find(errors, code);
    out->code = td_str_cut(code, 100);
    out->text = meaning && meaning->text ? td_str_of(meaning->text) : verdict_excerpt(a, text);
    if (!meaning)
        return TD_EUNSUPPORTED; /* by status */
    out->kind = meaning->kind;
    return TD_OK;
}

/* ---- files ---- */

int bluesky_upload_build(struct td_arena *a, const struct td_settings *s,
                         const struct td_attachment *file, struct td_str bytes,
                         struct td_request *out, struct td_error *err) {
    struct bluesky_session session;
    if (!td_str_starts(file->type, TD_STR("image/")))
        return td_error_set(err, TD_EINVAL, "Bluesky takes images only, this file is %.*s",
                            TD_FMT(td_str_cut(file->type, 60)));
    if (bytes.n > BLUESKY_IMAGE_BYTES_MAX)
        return td_error_set(err, TD_ELIMIT, "Bluesky takes images of at most %d bytes, it has %zu",
                            BLUESKY_IMAGE_BYTES_MAX, bytes.n);
    bluesky_session(a, s, &session);
    struct td_str type = td_arena_dup(a, file->type);
    bluesky_call(a, &session, "POST", TD_STR("com.atproto.repo.uploadBlob"), type.p, bytes, out);
    return TD_OK;
}

int bluesky_upload_parse(struct td_arena *a, const struct td_settings *s,
                         const struct td_response *r, struct td_str *ref, struct td_error *err) {
    struct document d;
    struct td_str link, type, size;
    struct text t;
    uint64_t bytes;
    (void)s;
    int rc = document_open_json(&d, a, r->body, err);
    if (rc != TD_OK)
        return rc;
    document_get(&d, TD_STR("/blob/ref/$link"), &link);
    document_get(&d, TD_STR("/blob/mimeType"), &type);
    document_get(&d, TD_STR("/blob/size"), &size);
    document_close(&d);
    if (!link.n || !type.n || !td_str_to_u64(size, &bytes))
        return td_error_set(err, TD_EPARSE, "blob: missing, or without ref, mimeType or size");
    text_init(&t, a, 4096);
    put(&t, "{\"$type\":\"blob\",\"ref\":{\"$link\":\"", link, "\"},");
    put(&t, "\"mimeType\":\"", type, "\",\"size\":");
    text_put(&t, size);
    text_putc(&t, '}');
    if (t.over)
        return td_error_set(err, TD_EPARSE, "blob: too long");
    *ref = text_str(&t);
    return TD_OK;
}
