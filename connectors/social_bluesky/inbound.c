/* Polls: what happened to us (app.bsky.notification.listNotifications: mentions, replies, quotes),
 * and posts that a search finds (app.bsky.feed.searchPosts), which nobody has written to us.
 *
 * At the very first poll notifications that somebody has read already are left alone, and a search
 * begins with what comes after. What a search finds of what the notifications bring as well is left
 * to them. */
#include "http_provider/when.h"
#include "social_bluesky/bluesky.h"
#include "social_bluesky/walk.h"

#define SUBJECT_NOTIFICATIONS TD_STR("notifications")

static struct td_str get(const struct document *d, const char *pointer) {
    struct td_str v;
    document_get(d, td_str_of(pointer), &v);
    return v;
}

unsigned bluesky_poll_count(const struct td_settings *s) {
    const struct td_str *queries;
    return 1 + (unsigned)td_settings_list(s, "listen", &queries);
}

/* "": of the notifications. */
static struct td_str query_of(const struct td_settings *s, unsigned poll) {
    const struct td_str *queries;
    size_t n = td_settings_list(s, "listen", &queries);
    return poll > 0 && poll <= n ? queries[poll - 1] : TD_STR("");
}

static void put(struct text *t, const char *name, struct td_str value) {
    text_puts(t, name);
    text_put_percent(t, value);
}

int bluesky_poll_build(struct td_arena *a, const struct td_settings *s, unsigned poll,
                       struct td_str cursor, struct td_request *out, struct td_error *err) {
    struct bluesky_session session;
    struct walk w;
    struct text t;
    struct td_str query = query_of(s, poll);
    bluesky_session(a, s, &session);
    walk_read(&w, a, cursor, query.n ? query : SUBJECT_NOTIFICATIONS);
    text_init(&t, a, BLUESKY_REQUEST_MAX);
    if (query.n) {
        text_puts(&t, "app.bsky.feed.searchPosts?sort=latest&limit=100");
        put(&t, "&q=", query);
        if (w.floor_ms)
            put(&t, "&since=", bluesky_time(a, w.floor_ms));
    } else {
        text_puts(&t, "app.bsky.notification.listNotifications?limit=100&reasons=mention"
                      "&reasons=reply&reasons=quote");
    }
    if (w.page.n)
        put(&t, "&cursor=", w.page);
    if (t.over)
        return td_error_set(err, TD_ELIMIT, "listen: the search is too long");
    bluesky_call(a, &session, "GET", text_str(&t), NULL, TD_STR(""), out);
    return TD_OK;
}

/* ---- answers ---- */

static bool speaks_to_us(const struct document *d, struct td_str did) {
    struct bluesky_uri parent;
    if (bluesky_uri_parse(get(d, "/record/reply/parent/uri"), &parent) &&
        td_str_eq(parent.authority, did))
        return true;
    for (int i = 0; i < 60; i++) {
        struct td_str who, at = td_arena_printf(d->a, "/record/facets/%d/features/0/did", i);
        if (document_get(d, td_arena_printf(d->a, "/record/facets/%d", i), &who) == DOCUMENT_ABSENT)
            return false;
        document_get(d, at, &who);
        if (td_str_eq(who, did))
            return true;
    }
    return false;
}

static bool is_wanted(const struct document *d, const struct walk *w, bool search,
                      struct td_str did) {
    if (td_str_eq(get(d, "/author/did"), did)) /* our own */
        return false;
    if (search)
        return w->begun && !speaks_to_us(d, did);
    struct td_str reason = get(d, "/reason");
    return (td_str_eqz(reason, "mention") || td_str_eqz(reason, "reply") ||
            td_str_eqz(reason, "quote")) &&
           (w->begun || td_str_eqz(get(d, "/isRead"), "false"));
}

int bluesky_poll_parse(struct td_arena *a, const struct td_settings *s, unsigned poll,
                       struct td_str cursor, const struct td_response *r, struct td_incoming *out,
                       struct td_error *err) {
    struct bluesky_session session;
    struct walk w;
    struct document d;
    struct td_str query = query_of(s, poll), list, next;
    size_t n = 0;
    bluesky_session(a, s, &session);
    walk_read(&w, a, cursor, query.n ? query : SUBJECT_NOTIFICATIONS);
    int rc = document_open_json(&d, a, r->body, err);
    if (rc != TD_OK)
        return rc;
    list = query.n ? TD_STR("/posts") : TD_STR("/notifications");
    if (document_get(&d, list, &next) != DOCUMENT_COMPOUND)
        rc = td_error_set(err, TD_EPARSE, "%.*s: missing", TD_FMT(list));
    if (rc == TD_OK)
        rc = document_items(&d, list, &n, err);
    next = rc == TD_OK ? get(&d, "/cursor") : TD_STR("");
    struct walk_item *items = TD_ARENA_ARRAY(a, struct walk_item, n);
    size_t known = 0;
    out->messages.v = TD_ARENA_ARRAY(a, struct td_message, n);
    for (size_t i = rc == TD_OK ? n : 0; i-- > 0;) { /* the oldest first */
        struct td_message *m = &out->messages.v[out->messages.n];
        struct walk_item item = {0};
        document_select(&d, list, i);
        item.name = get(&d, "/uri");
        if (!item.name.n || !when_parse(get(&d, "/indexedAt"), &item.at_ms))
            continue;
        items[known++] = item;
        *m = (struct td_message){.flags = query.n ? TD_LISTENED : 0};
        if (walk_is_new(&w, &item) && is_wanted(&d, &w, query.n > 0, session.did) &&
            bluesky_read_post(&d, s, m))
            out->messages.n++;
    }
    if (rc == TD_OK)
        out->cursor = walk_after(&w, a, items, known, next);
    document_close(&d);
    return rc;
}
