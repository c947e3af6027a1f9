/* walk.h: reading a list that is shown newest first, in pages, and how much of it may be read in a
 * month. Pure.
 *
 * A round asks for what is newer than `since`, page by page; when the last page is behind us,
 * `since` becomes the newest that the round has seen. Within a round only what is older than the
 * pages before it is news, so a page that is read twice brings nothing twice. A round that has gone
 * on for over a day begins anew: its page token may have expired. All of it is in the cursor.
 *
 * X charges for every post that it hands out. The cursor counts them for the month (UTC) in which
 * the session was handed out: the one clock that a provider has without asking. */
#ifndef SOCIAL_X_WALK_H
#define SOCIAL_X_WALK_H

#include <tandem/arena.h>

struct x_walk {
    bool begun;                      /* false: the very first look, which only takes the place */
    struct td_str since;             /* nothing up to this id is news; "": all is */
    struct td_str newest, low, page; /* of the round under way; page "": there is none */
    uint64_t pages;
    int64_t from_ms;     /* when the round began */
    struct td_str month; /* "202611" */
    uint64_t reads;      /* posts handed out in that month */
    struct td_str subject;
};
/* A cursor that cannot be read, or is about something else, is none; but what was read this month
 * counts. now_ms: of the session; 0: unknown, then the month stays. */
void x_walk_read(struct x_walk *w, struct td_arena *a, struct td_str cursor, struct td_str subject,
                 int64_t now_ms);
bool x_walk_is_new(const struct x_walk *w, struct td_str id);
/* The cursor after a page with these ids, `next` being the token of the page behind it. */
struct td_str x_walk_after(const struct x_walk *w, struct td_arena *a, const struct td_str *ids,
                           size_t n, struct td_str next, int64_t now_ms);

#endif
