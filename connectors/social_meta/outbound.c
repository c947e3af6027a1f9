/* Answers to comments, posts and mentions; likes on Facebook. All of it is public. */
#include "social_meta/social.h"

#include "http_provider/split.h"
#include "http_provider/text.h"

enum { FACEBOOK_UNITS = 8000, INSTAGRAM_UNITS = 2200, BODY_MAX = 65536 };

/* Takes what stands before the next colon off *rest. */
static struct td_str take(struct td_str *rest) {
    const char *colon = rest->n ? memchr(rest->p, ':', rest->n) : NULL;
    struct td_str head = {rest->p, colon ? (size_t)(colon - rest->p) : rest->n};
    size_t used = colon ? head.n + 1 : head.n;
    *rest = (struct td_str){rest->p + used, rest->n - used};
    return head;
}

/* A like of the page. Comments and posts of Facebook have a "_" in their ids; Instagram has no
 * likes by its API. */
static int build_like(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                      struct td_request *out, struct td_error *err) {
    if (!graph_is_id(m->in_reply_to))
        return td_error_set(err, TD_EINVAL, "the like names no comment");
    if (!memchr(m->in_reply_to.p, '_', m->in_reply_to.n))
        return td_error_set(err, TD_EINVAL, "Instagram offers no likes to apps");
    graph_request(a, s, m->text.n ? "POST" : "DELETE",
                  td_arena_printf(a, "%.*s/likes", TD_FMT(m->in_reply_to)), TD_STR(""), out);
    return TD_OK;
}

struct place {
    struct td_str path, media, comment;
    size_t max;
};

static bool find_place(struct td_arena *a, const struct td_settings *s, struct td_str reply_ref,
                       struct place *out) {
    struct td_str kind = take(&reply_ref), id = take(&reply_ref);
    *out = (struct place){.max = INSTAGRAM_UNITS};
    if (!graph_is_id(id))
        return false;
    if (td_str_eqz(kind, "fb")) {
        out->path = td_arena_printf(a, "%.*s/comments", TD_FMT(id));
        out->max = FACEBOOK_UNITS;
    } else if (td_str_eqz(kind, "ig")) {
        out->path = td_arena_printf(a, "%.*s/replies", TD_FMT(id));
    } else if (td_str_eqz(kind, "mention")) {
        out->path = td_arena_printf(a, "%.*s/mentions",
                                    TD_FMT(td_settings_text(s, "instagram_id")));
        out->media = id;
        out->comment = graph_is_id(reply_ref) ? reply_ref : TD_STR("");
    }
    return out->path.n > 0;
}

int social_build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                 const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
                 struct td_request *out, struct td_error *err) {
    struct text t;
    struct place place;
    (void)to, (void)key, (void)part;
    *parts = 1;
    if (m->kind == TD_MSG_REACTION)
        return build_like(a, s, m, out, err);
    if (m->kind != TD_MSG_TEXT || !m->text.n)
        return td_error_set(err, TD_EINVAL, "the message has no text");
    if (m->attachments.n)
        return td_error_set(err, TD_EINVAL, "answers to comments have no files here");
    if (!find_place(a, s, m->reply_ref, &place))
        return td_error_set(err, TD_EINVAL, "there is no comment to answer");
    if (split_length(m->text, SPLIT_UTF16) > place.max)
        return td_error_set(err, TD_ELIMIT, "an answer here may have %zu characters", place.max);
    text_init(&t, a, BODY_MAX);
    writer_open(&t, NULL, '{');
    writer_text(&t, "message", m->text);
    writer_text_if(&t, "media_id", place.media);
    writer_text_if(&t, "comment_id", place.comment);
    writer_close(&t, '}');
    graph_request(a, s, "POST", place.path, text_str(&t), out);
    return TD_OK;
}

/* A comment has an id, a like a success. */
int social_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                 struct td_verdict *out) {
    (void)s;
    int rc = graph_parse(a, r, "/id", out);
    return rc == TD_EPARSE ? graph_parse(a, r, "", out) : rc;
}
