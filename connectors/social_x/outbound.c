/* What goes out: answers (POST /2/tweets), likes (/2/users/:id/likes), deletions of our own posts,
 * and images, which X wants before the post. X has no idempotency key: a send that was cut short
 * is "unknown", never repeated. */
#include "http_provider/codes.h"
#include "http_provider/json_writer.h"
#include "http_provider/multipart.h"
#include "http_provider/verdicts.h"
#include "http_provider/when.h"
#include "social_x/x.h"

/* ---- posts ---- */

static int check_post(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                      struct x_ref *ref, struct td_error *err) {
    if (!x_ref_parse(m->reply_ref, ref))
        return td_error_set(err, TD_EINVAL,
                            "there is no post to answer: reply_ref is not one of X's");
    if (td_settings_number(s, "reply_only_if_summoned") && !ref->summoned)
        return td_error_set(err, TD_EINVAL,
                            "X lets programs answer only posts that mention, quote or answer the "
                            "account, and this one does not (reply_only_if_summoned)");
    if (!m->text.n && !m->attachments.n)
        return td_error_set(err, TD_EINVAL, "there is neither a text nor an image to post");
    size_t weight = x_weight(a, m->text);
    if (weight > X_WEIGHT_MAX)
        return td_error_set(err, TD_ELIMIT,
                            "X takes at most %d characters as it counts them (a link 23, an emoji "
                            "or a CJK character 2), the text has %zu",
                            X_WEIGHT_MAX, weight);
    if (m->attachments.n > X_IMAGES_MAX)
        return td_error_set(err, TD_ELIMIT, "X takes at most %d images", X_IMAGES_MAX);
    for (size_t i = 0; i < m->attachments.n; i++)
        if (!x_is_id(m->attachments.v[i].url))
            return td_error_set(err, TD_EINVAL, "file %zu was not uploaded", i + 1);
    return TD_OK;
}

static int build_post(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                      struct td_request *out, struct td_error *err) {
    struct x_ref ref;
    struct text t;
    int rc = check_post(a, s, m, &ref, err);
    if (rc != TD_OK)
        return rc;
    text_init(&t, a, X_REQUEST_MAX);
    writer_open(&t, NULL, '{');
    writer_text_if(&t, "text", m->text);
    writer_open(&t, "reply", '{');
    writer_text(&t, "in_reply_to_tweet_id", ref.id);
    writer_close(&t, '}');
    if (m->attachments.n) {
        writer_open(&t, "media", '{');
        writer_open(&t, "media_ids", '[');
        for (size_t i = 0; i < m->attachments.n; i++)
            writer_text(&t, NULL, m->attachments.v[i].url);
        writer_close(&t, ']');
        writer_close(&t, '}');
    }
    writer_close(&t, '}');
    if (t.over)
        return td_error_set(err, TD_ELIMIT, "the post is too long");
    x_call(a, s, "POST", TD_STR("/2/tweets"), text_str(&t), out);
    return TD_OK;
}

static int build_like(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                      struct td_request *out, struct td_error *err) {
    struct td_str us = td_settings_text(s, "user_id"), id = m->in_reply_to;
    struct x_ref ref;
    if (!id.n && x_ref_parse(m->reply_ref, &ref))
        id = ref.id;
    if (!x_is_id(id))
        return td_error_set(err, TD_EINVAL, "there is no post to like");
    if (m->text.n)
        x_call(a, s, "POST", td_arena_printf(a, "/2/users/%.*s/likes", TD_FMT(us)),
               td_arena_printf(a, "{\"tweet_id\":\"%.*s\"}", TD_FMT(id)), out);
    else
        x_call(a, s, "DELETE",
               td_arena_printf(a, "/2/users/%.*s/likes/%.*s", TD_FMT(us), TD_FMT(id)), TD_STR(""),
               out);
    return TD_OK;
}

static int build_deletion(struct td_arena *a, const struct td_settings *s,
                          const struct td_message *m, struct td_request *out,
                          struct td_error *err) {
    if (!x_is_id(m->in_reply_to))
        return td_error_set(err, TD_EINVAL, "there is no post to delete");
    x_call(a, s, "DELETE", td_arena_printf(a, "/2/tweets/%.*s", TD_FMT(m->in_reply_to)), TD_STR(""),
           out);
    return TD_OK;
}

int x_submit_build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                   const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
                   struct td_request *out, struct td_error *err) {
    (void)to, (void)key, (void)part;
    *parts = 1;
    if (m->kind == TD_MSG_TEXT)
        return build_post(a, s, m, out, err);
    if (m->kind == TD_MSG_REACTION)
        return build_like(a, s, m, out, err);
    if (m->kind == TD_MSG_DELETE)
        return build_deletion(a, s, m, out, err);
    return td_error_set(err, TD_EINVAL, "a post cannot be changed here: delete it, write another");
}

/* ---- answers ---- */

/* The last word of a problem's type, ".../problems/usage-capped" (docs.x.com, Response codes and
 * errors). What concerns the project and not the post stops the channel until somebody looks. */
static const struct code_meaning problems[] = {
    {"usage-capped", TD_V_MISCONFIGURED,
     "X's usage cap or spending limit of the project is reached: nothing is posted until it is "
     "raised or the period is over, and the channel resumed"},
    {"credits", TD_V_MISCONFIGURED,
     "the project's credits at X are used up: buy some in the developer console, then resume the "
     "channel"},
    {"client-forbidden", TD_V_MISCONFIGURED,
     "X does not let this app do that: look at its project and permissions in the developer "
     "console"},
    {"unsupported-authentication", TD_V_MISCONFIGURED,
     "the token is not one of a user, or lacks a scope: authorize the account anew"},
    {0}};

static struct td_str problem_of(struct td_str type) {
    const char *slash = type.n ? memrchr(type.p, '/', type.n) : NULL;
    if (td_str_eqz(type, "about:blank")) /* RFC 9457 §4.2.1: no more than the status says */
        return TD_STR("");
    size_t at = slash ? (size_t)(slash - type.p) + 1 : 0;
    return td_str_cut((struct td_str){type.p + at, type.n - at}, 100);
}

/* Of the limits over 24 hours, which the header of the 15 minutes does not know. */
static int64_t until_of(const struct td_response *r) {
    static const char *const limits[][2] = {
        {"x-app-limit-24hour-remaining", "x-app-limit-24hour-reset"},
        {"x-user-limit-24hour-remaining", "x-user-limit-24hour-reset"}};
    int64_t until = 0, at;
    for (size_t i = 0; i < 2; i++)
        if (td_str_eqz(td_header(r->headers.v, r->headers.n, limits[i][0]), "0") &&
            when_parse(td_header(r->headers.v, r->headers.n, limits[i][1]), &at) && at > until)
            until = at;
    return until;
}

static int refused(struct td_arena *a, const struct document *d, const struct td_response *r,
                   struct td_verdict *out) {
    struct td_str type, detail;
    document_get(d, TD_STR("/type"), &type);
    document_get(d, TD_STR("/detail"), &detail);
    if (!detail.n)
        document_get(d, TD_STR("/errors/0/message"), &detail);
    struct td_str problem = problem_of(type);
    const struct code_meaning *meaning = code_find(problems,
                                                   r->status == 402 ? TD_STR("credits") : problem);
    out->text = meaning ? td_str_of(meaning->text) : verdict_excerpt(a, detail);
    out->code = problem.n ? td_arena_printf(a, "HTTP %d %.*s", r->status, TD_FMT(problem))
                          : td_arena_printf(a, "HTTP %d", r->status);
    if (meaning) {
        out->kind = meaning->kind;
        return TD_OK;
    }
    if (r->status == 429 && (out->until_ms = until_of(r)) > 0) {
        out->kind = TD_V_RATE_LIMITED;
        return TD_OK;
    }
    if (r->status != 403)
        return TD_EUNSUPPORTED; /* by status, with the text */
    out->kind = TD_V_PERMANENT;
    return TD_OK;
}

int x_submit_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                   struct td_verdict *out) {
    struct document d = {0};
    struct td_str id, done;
    (void)s;
    int rc = document_open_json(&d, a, r->body, NULL);
    if (r->status < 200 || r->status > 299) {
        if (rc != TD_OK && r->status != 402)
            return TD_EUNSUPPORTED; /* by status: it may not be X who answers */
        rc = refused(a, &d, r, out);
        document_close(&d);
        return rc;
    }
    if (rc != TD_OK)
        return rc; /* nobody knows: unknown */
    document_get(&d, TD_STR("/data/id"), &id);
    document_get(&d, TD_STR("/data/liked"), &done);
    if (!done.n)
        document_get(&d, TD_STR("/data/deleted"), &done);
    document_close(&d);
    if (!x_is_id(id) && !done.n)
        return TD_EPARSE;
    out->kind = TD_V_ACCEPTED;
    if (x_is_id(id))
        out->external_id = id;
    return TD_OK;
}

/* ---- images ---- */

int x_upload_build(struct td_arena *a, const struct td_settings *s,
                   const struct td_attachment *file, struct td_str bytes, struct td_request *out,
                   struct td_error *err) {
    static const char *const types[] = {"image/jpeg", "image/png", "image/webp"};
    bool fits = false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        fits = fits || td_str_eqz(file->type, types[i]);
    if (!fits)
        return td_error_set(err, TD_EINVAL, "X takes JPEG, PNG and WebP here, this file is %.*s",
                            TD_FMT(td_str_cut(file->type, 60)));
    if (bytes.n > X_IMAGE_BYTES_MAX)
        return td_error_set(err, TD_ELIMIT, "X takes images of at most %d bytes, it has %zu",
                            X_IMAGE_BYTES_MAX, bytes.n);
    struct td_pair fields[] = {{TD_STR("media_category"), TD_STR("tweet_image")},
                               {TD_STR("media_type"), file->type}};
    struct multipart_file part = {
        .field = "media", .name = file->name, .type = file->type, .bytes = bytes};
    x_call(a, s, "POST", TD_STR("/2/media/upload"), TD_STR(""), out);
    multipart_build(a, fields, 2, &part, out);
    return TD_OK;
}

int x_upload_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                   struct td_str *ref, struct td_error *err) {
    struct document d;
    (void)s;
    int rc = document_open_json(&d, a, r->body, err);
    if (rc != TD_OK)
        return rc;
    document_get(&d, TD_STR("/data/id"), ref);
    document_close(&d);
    return x_is_id(*ref) ? TD_OK : td_error_set(err, TD_EPARSE, "data.id: missing");
}
