/* html_clean.h: a stranger's HTML made harmless, and its text.
 *
 * Parsed by a real HTML5 parser (gumbo), written anew from an allow-list: nothing of the original
 * bytes but text and checked attribute values comes out. Nothing in the result loads by itself:
 * images of the mail keep src="cid:…", remote ones become data-remote-src. */
#ifndef EMAIL_HTML_CLEAN_H
#define EMAIL_HTML_CLEAN_H

#include <tandem/arena.h>

struct html_clean {
    struct td_str html;   /* what is new in the mail; empty when it has no visible content */
    struct td_str text;   /* the same as text */
    struct td_str quoted; /* the folded quote as text */
    bool over;            /* `html` would be longer than max, and is empty: use the text */
};
/* html: UTF-8. Over 512 KiB, or nested absurdly, nothing is parsed: over. Texts are cut at max. */
void html_clean(struct td_arena *a, struct td_str html, size_t max, struct html_clean *out);

#endif
