/* What comes in: mentions by poll and by stream, posts that a hashtag or a keyword finds.
 *
 * A poll's first look only takes the place: what was before the channel is history. Then min_id
 * walks forward, page by page (since_id would skip to the newest). Cursors: of the mentions the id
 * of a notification; of what is listened for "<name of it> <id of a post>". */
#include "social_mastodon/mastodon.h"

#include "http_provider/text.h"
#include "social_mastodon/status.h"

#define FROM_THE_BEGINNING "0"
#define URL_MAX 4096

/* ---- asking ---- */

/* "tag:acme", "keyword:acme%20shop": names what a cursor is of. */
static struct td_str name_of(struct td_arena *a, enum mastodon_what what, struct td_str word) {
    struct text t;
    text_init(&t, a, URL_MAX);
    text_puts(&t, what == MASTODON_TAG ? "tag:" : "keyword:");
    text_put_percent(&t, word);
    return text_str(&t);
}

/* The id in a cursor; "": there is none, or it is of something else. */
static struct td_str place_in(struct td_arena *a, enum mastodon_what what, struct td_str word,
                              struct td_str cursor) {
    struct td_str id = cursor;
    if (what != MASTODON_MENTIONS) {
        struct td_str name = name_of(a, what, word);
        if (!td_str_starts(cursor, name) || cursor.n <= name.n || cursor.p[name.n] != ' ')
            return TD_STR("");
        id = (struct td_str){cursor.p + name.n + 1, cursor.n - name.n - 1};
    }
    return status_is_id(id) ? id : TD_STR("");
}

int mastodon_poll_build(struct td_arena *a, const struct td_settings *s, unsigned poll,
                        struct td_str cursor, struct td_request *out, struct td_error *err) {
    struct td_str word;
    enum mastodon_what what = mastodon_poll(s, poll, &word);
    struct td_str place = place_in(a, what, word, cursor);
    struct text t;
    text_init(&t, a, URL_MAX);
    text_put(&t,
             mastodon_url(a, s,
                          what == MASTODON_MENTIONS ? "/api/v1/notifications?types%5B%5D=mention"
                          : what == MASTODON_TAG    ? "/api/v1/timelines/tag/"
                                                    : "/api/v2/search?type=statuses&q="));
    text_put_percent(&t, word);
    text_puts(&t, what == MASTODON_TAG ? "?limit=" : "&limit=");
    text_puts(&t, !place.n ? "1" : what == MASTODON_KEYWORD ? "20" : "40");
    if (place.n) {
        text_puts(&t, "&min_id=");
        text_put(&t, place);
    }
    if (t.over)
        return td_error_set(err, TD_ELIMIT, "%s: too long",
                            what == MASTODON_TAG ? "hashtags" : "keywords");
    out->method = TD_STR("GET");
    out->url = text_str(&t);
    mastodon_headers(a, s, out, 0);
    return TD_OK;
}

/* ---- answers ---- */

static json_t *load(struct td_str body, struct td_error *err) {
    json_error_t why;
    json_t *root = json_loadb(body.n ? body.p : "", body.n, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        td_error_set(err, TD_EPARSE, "body: not JSON: line %d, column %d", why.line, why.column);
    return root;
}

/* Of the header Link the min_id of rel="prev"; "": there is none. */
static struct td_str min_id_of_prev(struct td_arena *a, const struct td_response *r) {
    struct td_str link = td_header(r->headers.v, r->headers.n, "link");
    for (size_t at = 0; at < link.n;) {
        const char *lt = memchr(link.p + at, '<', link.n - at);
        const char *gt = lt ? memchr(lt, '>', link.n - (size_t)(lt - link.p)) : NULL;
        if (!gt)
            break;
        const char *end = memchr(gt, '<', link.n - (size_t)(gt - link.p));
        size_t rest = (end ? (size_t)(end - link.p) : link.n) - (size_t)(gt - link.p);
        const char *id = memmem(lt, (size_t)(gt - lt), "min_id=", 7);
        if (id && (memmem(gt, rest, "rel=\"prev\"", 10) || memmem(gt, rest, "rel=prev", 8))) {
            size_t n = 7;
            while (id + n < gt && id[n] != '&')
                n++;
            struct td_str found = {id + 7, n - 7};
            return status_is_id(found) ? td_arena_dup(a, found) : TD_STR("");
        }
        at = (size_t)(gt - link.p) + rest;
    }
    return TD_STR("");
}

/* The newest id of a list; "" when it is empty. */
static struct td_str newest(struct td_arena *a, const json_t *list) {
    struct td_str best = TD_STR("");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct td_str id = status_text(a, json_array_get(list, i), "id");
        if (status_is_id(id) && (!best.n || status_newer(id, best)))
            best = id;
    }
    return best;
}

static void mentions(struct td_arena *a, const struct td_settings *s, const json_t *list,
                     struct td_incoming *out) {
    for (size_t i = json_array_size(list); i-- > 0;) { /* newest first: told oldest first */
        const json_t *n = json_array_get(list, i), *type = json_object_get(n, "type");
        struct td_message *m = &out->messages.v[out->messages.n];
        if (json_is_string(type) && strcmp(json_string_value(type), "mention") == 0 &&
            status_message(a, s, json_object_get(n, "status"), 0, m))
            out->messages.n++;
        else
            *m = (struct td_message){0};
    }
}

/* Without our own, and without those that mention us: they come as mentions, and are more than
 * something that was overheard. */
static void overheard(struct td_arena *a, const struct td_settings *s, const json_t *list,
                      struct td_str after, struct td_incoming *out) {
    for (size_t i = json_array_size(list); i-- > 0;) {
        const json_t *status = json_array_get(list, i);
        struct td_message *m = &out->messages.v[out->messages.n];
        if (status_is_ours(s, status) || status_mentions_us(s, status) ||
            json_is_object(json_object_get(status, "reblog")))
            continue;
        if (status_message(a, s, status, TD_LISTENED, m) && status_newer(m->external_id, after))
            out->messages.n++;
        else
            *m = (struct td_message){0};
    }
}

int mastodon_poll_parse(struct td_arena *a, const struct td_settings *s, unsigned poll,
                        struct td_str cursor, const struct td_response *r, struct td_incoming *out,
                        struct td_error *err) {
    struct td_str word;
    enum mastodon_what what = mastodon_poll(s, poll, &word);
    struct td_str place = place_in(a, what, word, cursor);
    json_t *root = load(r->body, err);
    if (!root)
        return TD_EPARSE;
    const json_t *list = what == MASTODON_KEYWORD ? json_object_get(root, "statuses") : root;
    if (!json_is_array(list)) {
        json_decref(root);
        return td_error_set(err, TD_EPARSE, "%s: expected an array",
                            what == MASTODON_KEYWORD ? "statuses" : "body");
    }
    out->messages.v = TD_ARENA_ARRAY(a, struct td_message, json_array_size(list) + 1);
    if (place.n && what == MASTODON_MENTIONS)
        mentions(a, s, list, out);
    else if (place.n)
        overheard(a, s, list, place, out);
    struct td_str prev = what == MASTODON_MENTIONS ? min_id_of_prev(a, r) : TD_STR("");
    struct td_str next = prev.n ? prev : newest(a, list);
    if (!next.n || (place.n && !status_newer(next, place)))
        next = place.n ? place : TD_STR(FROM_THE_BEGINNING);
    out->cursor = what == MASTODON_MENTIONS
                      ? td_arena_dup(a, next)
                      : td_arena_printf(a, "%.*s %.*s", TD_FMT(name_of(a, what, word)),
                                        TD_FMT(next));
    json_decref(root);
    return TD_OK;
}

/* ---- the stream ---- */

int mastodon_stream_build(struct td_arena *a, const struct td_settings *s, struct td_request *out,
                          struct td_error *err) {
    struct td_str which = td_settings_text(s, "stream");
    if (td_str_eqz(which, "off"))
        return td_error_set(err, TD_EUNSUPPORTED, "stream: off");
    out->method = TD_STR("GET");
    out->url = mastodon_url(a, s,
                            td_str_eqz(which, "user") ? "/api/v1/streaming/user"
                                                      : "/api/v1/streaming/user/notification");
    mastodon_headers(a, s, out, 0);
    out->headers.v[1].value = TD_STR("text/event-stream");
    return TD_OK;
}

/* Only the id comes with it: the server says so, not a person. */
static void on_delete(struct td_arena *a, const struct td_settings *s, struct td_str id,
                      struct td_incoming *out) {
    if (!status_is_id(id))
        return;
    struct td_message *m = &out->messages.v[out->messages.n++];
    m->kind = TD_MSG_DELETE;
    m->from = (struct td_address){.type = TD_STR("mastodon"), .addr = mastodon_domain(s)};
    m->in_reply_to = td_arena_dup(a, id);
    m->dedupe = td_arena_printf(a, "delete:%.*s", TD_FMT(id));
}

int mastodon_stream_parse(struct td_arena *a, const struct td_settings *s, struct td_str event,
                          struct td_str data, struct td_incoming *out, struct td_error *err) {
    bool notification = td_str_eqz(event, "notification");
    out->messages.v = TD_ARENA_NEW(a, struct td_message);
    if (td_str_eqz(event, "delete"))
        on_delete(a, s, text_trim(data), out);
    if (!notification && !td_str_eqz(event, "status.update"))
        return TD_OK; /* the home timeline, filters, announcements … */
    json_t *root = load(data, err);
    if (!root)
        return TD_EPARSE;
    const json_t *status = notification ? json_object_get(root, "status") : root;
    struct td_str type = notification ? status_text(a, root, "type") : TD_STR("update");
    struct td_message *m = out->messages.v;
    if (td_str_eqz(type, "mention"))
        out->messages.n = status_message(a, s, status, 0, m);
    else if (td_str_eqz(type, "update") && status_mentions_us(s, status))
        out->messages.n = status_edit(a, s, status, m);
    json_decref(root);
    return TD_OK;
}
