/* walk.h: reading a list that is shown newest first and pages backward only, and missing nothing.
 *
 * A window of the newest 100 lines that were seen, by hash and time, tells what is known. Each
 * round asks for one page: from the newest back, until 20 known lines have been met on one page, or
 * the window's end; so what is sorted in late, under lines that we know, is found too. Nothing
 * older than the floor is new: the window's end once it is full, so that what slides up when
 * something is deleted is not taken for news. All of it is in the cursor (2 KiB, 4 while a walk is
 * under way). */
#ifndef SOCIAL_BLUESKY_WALK_H
#define SOCIAL_BLUESKY_WALK_H

#include <tandem/arena.h>

enum { WALK_WINDOW = 100, WALK_OVERLAP = 20, WALK_PAGES_MAX = 100 };

struct walk_line {
    uint64_t hash;
    int64_t at_s;
};
struct walk_window { /* newest first */
    struct walk_line v[WALK_WINDOW];
    size_t n;
};
struct walk {
    bool begun;         /* false: this is the very first round */
    struct td_str page; /* the provider's cursor for the page to ask for; "": the newest */
    int64_t floor_ms;   /* 0: none */
    uint64_t pages;     /* of the walk under way */
    uint64_t subject;   /* what the cursor is about, hashed; another: we begin anew */
    struct walk_window known, seen; /* seen: of the walk under way */
};
struct walk_item {
    struct td_str name;
    int64_t at_ms;
};

/* A cursor that cannot be read, or is about something else, is none. */
void walk_read(struct walk *w, struct td_arena *a, struct td_str cursor, struct td_str subject);
bool walk_is_new(const struct walk *w, const struct walk_item *item);
/* The cursor after a page with these items (in any order), `next` being the provider's cursor for
 * the page behind it ("": there is none). */
struct td_str walk_after(const struct walk *w, struct td_arena *a, const struct walk_item *items,
                         size_t n, struct td_str next);

#endif
