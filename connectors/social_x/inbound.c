/* Polls: the mentions (GET /2/users/:id/mentions), and posts that a search finds
 * (GET /2/tweets/search/recent), which nobody has written to us. The first look only takes the
 * place: what was before the channel is history.
 *
 * The month's budget of posts (budget_reads) is the mentions' alone while nothing is listened for;
 * else half of it is theirs, and the searches share the other half. Each poll keeps its own count:
 * a page is never larger than what is left, and a poll that has too little left for X's smallest
 * page asks no more until the month is over. */
#include "social_x/walk.h"
#include "social_x/x.h"

enum { MENTIONS_LEAST = 5, SEARCH_LEAST = 10, FIRST_LOOK = 10 };
/* X searches the last seven days, and refuses a since_id from before them. */
#define SEARCH_REACH_MS (INT64_C(156) * 3600000) /* six and a half days */

#define FIELDS                                                                                     \
    "expansions=author_id&tweet.fields=created_at,conversation_id,referenced_tweets,"              \
    "public_metrics,lang,entities,in_reply_to_user_id,note_tweet&user.fields=public_metrics,"      \
    "username,name"

unsigned x_poll_count(const struct td_settings *s) {
    const struct td_str *queries;
    return 1 + (unsigned)td_settings_list(s, "listen", &queries);
}

/* "": of the mentions. */
static struct td_str query_of(const struct td_settings *s, unsigned poll) {
    const struct td_str *queries;
    size_t n = td_settings_list(s, "listen", &queries);
    return poll > 0 && poll <= n ? queries[poll - 1] : TD_STR("");
}

static struct td_str subject_of(struct td_arena *a, const struct td_settings *s, unsigned poll) {
    struct td_str query = query_of(s, poll), us = td_settings_text(s, "user_id");
    return query.n ? td_arena_printf(a, "search %.*s", TD_FMT(query))
                   : td_arena_printf(a, "mentions %.*s", TD_FMT(us));
}

static uint64_t share_of(const struct td_settings *s, unsigned poll) {
    uint64_t all = (uint64_t)td_settings_number(s, "budget_reads");
    unsigned searches = x_poll_count(s) - 1;
    return !searches ? all : poll == 0 ? all - all / 2 : all / 2 / searches;
}

/* ---- asking ---- */

static int page_size(const struct td_settings *s, unsigned poll, const struct x_walk *w,
                     uint64_t *size, struct td_error *err) {
    uint64_t share = share_of(s, poll), least = poll ? SEARCH_LEAST : MENTIONS_LEAST;
    uint64_t left = share > w->reads ? share - w->reads : 0;
    *size = w->begun ? X_PAGE_MAX : FIRST_LOOK;
    if (left < *size)
        *size = left;
    if (*size >= least)
        return TD_OK;
    return td_error_set(err, TD_EBUSY,
                        "budget_reads: %llu of the %llu posts that %s may read this month are used "
                        "up: on again next month (UTC)",
                        (unsigned long long)w->reads, (unsigned long long)share,
                        poll ? "this search" : "the mentions");
}

static bool may_say_since(const struct x_walk *w, unsigned poll, int64_t now_ms) {
    return w->since.n && (poll == 0 || x_time_ms(w->since) > now_ms - SEARCH_REACH_MS);
}

static void put(struct text *t, const char *name, struct td_str value) {
    text_puts(t, name);
    text_put_percent(t, value);
}

int x_poll_build(struct td_arena *a, const struct td_settings *s, unsigned poll,
                 struct td_str cursor, struct td_request *out, struct td_error *err) {
    struct td_str query = query_of(s, poll);
    struct x_session session;
    struct x_walk w;
    struct text t;
    uint64_t size;
    x_session(a, s, &session);
    x_walk_read(&w, a, cursor, subject_of(a, s, poll), session.at_ms);
    int rc = page_size(s, poll, &w, &size, err);
    if (rc != TD_OK)
        return rc;
    text_init(&t, a, X_REQUEST_MAX);
    if (query.n) {
        put(&t, "/2/tweets/search/recent?query=", query);
    } else {
        put(&t, "/2/users/", td_settings_text(s, "user_id"));
        text_puts(&t, "/mentions");
    }
    text_put(&t, td_arena_printf(a, "%cmax_results=%llu&" FIELDS, query.n ? '&' : '?',
                                 (unsigned long long)size));
    if (may_say_since(&w, poll, session.at_ms))
        put(&t, "&since_id=", w.since);
    if (w.page.n)
        put(&t, "&pagination_token=", w.page);
    if (t.over)
        return td_error_set(err, TD_ELIMIT, "listen: the search is too long");
    x_call(a, s, "GET", text_str(&t), TD_STR(""), out);
    return TD_OK;
}

/* ---- answers ---- */

static struct td_str get(const struct document *d, const char *pointer) {
    struct td_str v;
    document_get(d, td_str_of(pointer), &v);
    return v;
}

/* A 200 may carry errors about parts of it. One that carries nothing else is a refusal. */
static int check_answer(struct document *d, size_t n, struct td_error *err) {
    struct td_str nothing;
    document_select(d, TD_STR(""), 0);
    if (n || document_get(d, TD_STR("/meta"), &nothing) != DOCUMENT_ABSENT)
        return TD_OK;
    struct td_str why = get(d, "/errors/0/detail");
    return td_error_set(err, TD_EPARSE, "neither data nor meta%s%.*s", why.n ? ": " : "",
                        TD_FMT(td_str_cut(why, 200)));
}

static int read_page(struct document *d, const struct td_settings *s, unsigned poll,
                     const struct x_walk *w, int64_t now_ms, struct td_incoming *out,
                     struct td_error *err) {
    struct x_users users = {0};
    size_t n, n_ids = 0;
    int rc = document_items(d, TD_STR("/data"), &n, err);
    if (rc == TD_OK)
        rc = check_answer(d, n, err);
    if (rc == TD_OK)
        rc = x_read_users(d, &users, err);
    if (rc != TD_OK)
        return rc;
    struct td_str *ids = TD_ARENA_ARRAY(d->a, struct td_str, n + 1);
    out->messages.v = TD_ARENA_ARRAY(d->a, struct td_message, n + 1);
    for (size_t i = n; i-- > 0;) { /* newest first: told oldest first */
        document_select(d, TD_STR("/data"), i);
        struct td_str id = get(d, "/id");
        if (!x_is_id(id))
            continue;
        ids[n_ids++] = id;
        struct td_message *m = &out->messages.v[out->messages.n];
        *m = (struct td_message){0};
        if (x_walk_is_new(w, id) && x_read_post(d, s, &users, poll > 0, m))
            out->messages.n++;
    }
    document_select(d, TD_STR(""), 0);
    out->cursor = x_walk_after(w, d->a, ids, n_ids, get(d, "/meta/next_token"), now_ms);
    return TD_OK;
}

int x_poll_parse(struct td_arena *a, const struct td_settings *s, unsigned poll,
                 struct td_str cursor, const struct td_response *r, struct td_incoming *out,
                 struct td_error *err) {
    struct x_session session;
    struct document d;
    struct x_walk w;
    x_session(a, s, &session);
    x_walk_read(&w, a, cursor, subject_of(a, s, poll), session.at_ms);
    int rc = document_open_json(&d, a, r->body, err);
    if (rc == TD_OK)
        rc = read_page(&d, s, poll, &w, session.at_ms, out, err);
    document_close(&d);
    return rc;
}
