/* feed.h: an RSS 2.0, RSS 1.0 or Atom document as a list of items. Pure. The one file that includes
 * expat is feed.c: it loads nothing from anywhere, and a document that declares entities is
 * refused. */
#ifndef FEED_RSS_FEED_H
#define FEED_RSS_FEED_H

#include <tandem/arena.h>
#include <tandem/error.h>

#define FEED_ITEMS_MAX 100

struct feed_item { /* texts are HTML, as far as the feed has any */
    struct td_str id, title, link, summary, content, author, date;
};
struct feed {
    struct td_str title, language;
    struct feed_item items[FEED_ITEMS_MAX]; /* in the document's order; what is over is left out */
    size_t n;
};
/* Rewritten into `a`. TD_EPARSE with the line. */
int feed_parse(struct td_arena *a, struct td_str xml, struct feed *out, struct td_error *err);
/* RFC 822 with RFC 1123's years ("Tue, 14 Nov 2023 22:13:20 +0100"), or RFC 3339. */
bool feed_date(struct td_str s, int64_t *ms);

#endif
