/* facets.h: what in a text is a link, a mention or a hashtag (app.bsky.richtext.facet): the network
 * shows as such only what the post says is one, by places in bytes of UTF-8. */
#ifndef SOCIAL_BLUESKY_FACETS_H
#define SOCIAL_BLUESKY_FACETS_H

#include <tandem/arena.h>

enum { FACETS_FOUND_MAX = 50 };
enum facet_kind { FACET_LINK, FACET_MENTION, FACET_TAG };
struct facet {
    enum facet_kind kind;
    size_t from, to;     /* bytes of the text */
    struct td_str value; /* URL, handle, tag without its "#": slices of the text */
};

/* In order, never overlapping; what is beyond FACETS_FOUND_MAX stays plain text. Links are http and
 * https, with their scheme. A mention is any "@" with what may be a handle behind it. */
size_t facets_find(struct td_str text, struct facet out[FACETS_FOUND_MAX]);

#endif
