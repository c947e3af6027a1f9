/* Hooks: a page's feed and mentions ("Graph API, Webhooks reference, Page"), an Instagram account's
 * comments and mentions ("Instagram Platform, Webhooks"). What is our own is passed over. */
#include "social_meta/social.h"

#include "http_provider/text.h"

static bool is(const struct graph_reading *r, const char *pointer, const char *word) {
    return td_str_eqz(graph_get(r, pointer), word);
}

/* ---- Facebook ---- */

/* Who comments without having allowed the app to know him has no name and no number: what he writes
 * is answered all the same, as one person per comment. */
static void set_author(struct graph_reading *r, struct td_message *m, struct td_str id) {
    m->from.type = TD_STR("facebook");
    m->from.addr = graph_get(r, "/from/id");
    m->from.name = graph_get(r, "/from/name");
    if (!m->from.addr.n)
        m->from.addr = graph_get(r, "/sender_id");
    if (!m->from.name.n)
        m->from.name = graph_get(r, "/sender_name");
    if (!m->from.addr.n || m->from.addr.n > 64)
        m->from.addr = td_arena_printf(r->a, "unknown-%.*s", TD_FMT(id));
}

static void set_link(struct graph_reading *r, struct td_message *m, struct td_str id) {
    struct td_str link = graph_get(r, "/post/permalink_url");
    m->url = text_starts_nocase(link, "https://") && link.n <= 4000
                 ? link
                 : td_arena_printf(r->a, "https://www.facebook.com/%.*s", TD_FMT(id));
}

static void add_photo(struct graph_reading *r, struct td_message *m) {
    struct td_str photo = graph_get(r, "/photo");
    if (!text_starts_nocase(photo, "https://"))
        photo = graph_get(r, "/link");
    if (!text_starts_nocase(photo, "https://") || (is(r, "/item", "status")))
        return;
    m->attachments.v = TD_ARENA_NEW(r->a, struct td_attachment);
    m->attachments.v[0] = (struct td_attachment){.url = photo, .type = TD_STR("image/jpeg")};
    m->attachments.n = 1;
}

/* A comment, a post of somebody else on the page, or a mention of the page. */
static int read_post(struct graph_reading *r, const char *id_at) {
    struct td_str id, verb = graph_get(r, "/verb");
    int rc = graph_need(r, id_at, &id);
    if (rc != TD_OK)
        return rc;
    bool edited = td_str_eqz(verb, "edited"), removed = td_str_eqz(verb, "remove");
    if (!graph_is_id(id) || td_str_eq(graph_get(r, "/from/id"), r->entry_id) ||
        (!edited && !removed && !td_str_eqz(verb, "add")))
        return TD_OK; /* our own, or hidden and shown again by us */
    struct td_message *m = graph_add_message(r, edited    ? TD_MSG_EDIT
                                                : removed ? TD_MSG_DELETE
                                                          : TD_MSG_TEXT);
    set_author(r, m, id);
    m->provider_at = graph_time(graph_get(r, "/created_time"));
    m->text = removed ? TD_STR("") : graph_get(r, "/message");
    if (edited || removed) {
        m->in_reply_to = id;
        m->dedupe = td_arena_printf(r->a, "%.*s:%.*s:%lld", TD_FMT(verb), TD_FMT(id),
                                    edited ? (long long)r->entry_at_ms : 0LL);
        return TD_OK;
    }
    m->external_id = id;
    m->dedupe = td_arena_printf(r->a, "in:%.*s", TD_FMT(id));
    m->parent_id = td_str_cut(graph_get(r, "/parent_id"), 1000);
    m->root_id = td_str_cut(graph_get(r, "/post_id"), 1000);
    if (td_str_eq(m->root_id, id)) /* the post itself */
        m->root_id = TD_STR("");
    m->reply_ref = td_arena_printf(r->a, "fb:%.*s", TD_FMT(id));
    m->visibility = TD_STR("public");
    set_link(r, m, id);
    add_photo(r, m);
    if (!m->text.n && !m->attachments.n)
        m->text = TD_STR("(a sticker or the like: to be seen on Facebook only)");
    return TD_OK;
}

static const struct {
    const char *word, *emoji;
} reactions[] = {{"like", "👍"}, {"love", "❤️"}, {"care", "🤗"}, {"haha", "😆"},
                 {"wow", "😮"},  {"sorry", "😢"},     {"sad", "😢"},     {"anger", "😡"}};

static int read_reaction(struct graph_reading *r) {
    struct td_str id = graph_get(r, "/comment_id"), from = graph_get(r, "/from/id");
    struct td_str type = graph_get(r, "/reaction_type"), verb = graph_get(r, "/verb");
    if (!id.n)
        id = graph_get(r, "/post_id");
    if (!from.n || !graph_is_id(id) || td_str_eq(from, r->entry_id))
        return TD_OK;
    struct td_message *m = graph_add_message(r, TD_MSG_REACTION);
    set_author(r, m, id);
    m->in_reply_to = id;
    m->provider_at = graph_time(graph_get(r, "/created_time"));
    for (size_t i = 0; i < sizeof reactions / sizeof *reactions; i++)
        if (td_str_eqz(type, reactions[i].word) && !td_str_eqz(verb, "remove"))
            m->text = td_str_of(reactions[i].emoji);
    m->dedupe = td_arena_printf(r->a, "reaction:%.*s:%.*s:%.*s:%lld", TD_FMT(m->from.addr),
                                TD_FMT(id), TD_FMT(td_str_cut(verb, 20)),
                                (long long)r->entry_at_ms);
    return TD_OK;
}

static int read_page(struct graph_reading *r, struct td_str field) {
    bool feed = td_str_eqz(field, "feed"), mention = td_str_eqz(field, "mention");
    if (!td_str_eq(r->entry_id, td_settings_text(r->s, "page_id")) || (!feed && !mention))
        return TD_OK;
    if (is(r, "/item", "comment"))
        return read_post(r, "/comment_id");
    if (feed && (is(r, "/item", "reaction") || is(r, "/item", "like")))
        return read_reaction(r);
    if (is(r, "/item", "post") || is(r, "/item", "status") || is(r, "/item", "photo") ||
        is(r, "/item", "video") || is(r, "/item", "share"))
        return read_post(r, "/post_id");
    return TD_OK;
}

/* ---- Instagram ---- */

static int read_instagram_comment(struct graph_reading *r) {
    struct td_str id, from = {0}, parent = graph_get(r, "/parent_id");
    int rc = graph_need(r, "/id", &id);
    if (rc == TD_OK)
        rc = graph_need(r, "/from/id", &from);
    if (rc != TD_OK || td_str_eq(from, r->entry_id) || !graph_is_id(id))
        return rc;
    struct td_message *m = graph_add_message(r, TD_MSG_TEXT);
    m->from = (struct td_address){TD_STR("instagram"), from, graph_get(r, "/from/username")};
    m->external_id = id;
    m->dedupe = td_arena_printf(r->a, "in:%.*s", TD_FMT(id));
    m->parent_id = graph_is_id(parent) ? parent : TD_STR("");
    m->root_id = td_str_cut(graph_get(r, "/media/id"), 1000);
    m->text = graph_get(r, "/text");
    m->provider_at = r->entry_at_ms;
    m->visibility = TD_STR("public");
    /* replies have one level: an answer to a reply goes under the comment above it */
    m->reply_ref = td_arena_printf(r->a, "ig:%.*s", TD_FMT(m->parent_id.n ? m->parent_id : id));
    if (!m->text.n)
        m->text = TD_STR("(a comment without a text)");
    return TD_OK;
}

/* A mention comes as two numbers; its text is to be asked for. */
static int read_instagram_mention(struct graph_reading *r) {
    struct td_str media, comment = graph_get(r, "/comment_id");
    int rc = graph_need(r, "/media_id", &media);
    if (rc != TD_OK || !graph_is_id(media))
        return rc;
    if (!graph_is_id(comment))
        comment = TD_STR("");
    struct td_message *m = graph_add_message(r, TD_MSG_TEXT);
    m->external_id = comment.n ? comment : media;
    m->dedupe = td_arena_printf(r->a, "mention:%.*s:%.*s", TD_FMT(media), TD_FMT(comment));
    m->from.type = TD_STR("instagram");
    m->from.addr = td_arena_printf(r->a, "unknown-%.*s", TD_FMT(m->external_id));
    m->text = comment.n ? TD_STR("(a comment mentions you: to be seen on Instagram only)")
                        : TD_STR("(a post mentions you: to be seen on Instagram only)");
    m->provider_at = r->entry_at_ms;
    m->visibility = TD_STR("public");
    m->reply_ref = td_arena_printf(r->a, "mention:%.*s:%.*s", TD_FMT(media), TD_FMT(comment));
    return TD_OK;
}

static int read_change(struct graph_reading *r) {
    struct td_str field = graph_get(r, "/field"),
                  instagram = td_settings_text(r->s, "instagram_id");
    bool ours = instagram.n && td_str_eq(r->entry_id, instagram);
    r->at = td_arena_printf(r->a, "%s/value", r->at).p;
    if (ours && (td_str_eqz(field, "comments") || td_str_eqz(field, "live_comments")))
        return read_instagram_comment(r);
    if (ours && td_str_eqz(field, "mentions"))
        return read_instagram_mention(r);
    return read_page(r, field);
}

int social_decode(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                  int64_t now_ms, struct td_incoming *out, struct td_error *err) {
    (void)now_ms;
    return graph_walk(a, s, hook, "page|instagram", "/changes", read_change, NULL, out, err);
}
